"""Draw the sprite atlases of the pocket world from freely licensed emoji sets.

POCKET_DATA names a folder with the unpacked npm packages ``fluent-emoji-3d`` (@lobehub/fluent-emoji-3d, MIT),
``unicode-emoji-json`` and ``twemoji-svg`` (@twemoji/svg, graphics CC BY 4.0); the Debian package
``fonts-noto-color-emoji`` (OFL) supplies the flat rendering.  Twemoji is drawn only for the personalization tests.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from resources.pocket import world

DATA = Path(os.environ.get("POCKET_DATA", "data"))
NOTO = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
CELL, COLUMNS = world.SPRITE, 12
UNICODE_NAMES = {
    "apple": "red apple",
    "bee": "honeybee",
    "car": "automobile",
    "dinosaur": "sauropod",
    "heart": "red heart",
    "pine tree": "evergreen tree",
    "pumpkin": "jack-o-lantern",
    "santa claus": "Santa Claus",
    "steam train": "locomotive",
    "whale": "spouting whale",
}
GLYPHS = {"lion": "🦁"}


def glyph(name: str, table: dict[str, str]) -> str:
    """The emoji of an object name (its Unicode name, apart from a few short forms)."""
    return GLYPHS.get(name) or table[UNICODE_NAMES.get(name, name)]


def cut(image: Image.Image) -> Image.Image:
    """Crop to the visible part and scale the longer side to the cell."""
    box = image.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox()
    image = image.crop(box)
    k = CELL / max(image.size)
    return image.resize((max(1, round(image.width * k)), max(1, round(image.height * k))), Image.Resampling.LANCZOS)


def fluent(emoji: str) -> Image.Image:
    """The 3D rendering."""
    code = "-".join(f"{ord(c):04x}" for c in emoji)
    folder = DATA / "fluent-emoji-3d" / "assets"
    for stem in (code, code.replace("-fe0f", "")):
        if (folder / f"{stem}.webp").exists():
            return Image.open(folder / f"{stem}.webp").convert("RGBA")
    raise FileNotFoundError(f"Fluent Emoji 3D has no picture {code}")


def noto(emoji: str) -> Image.Image:
    """The flat rendering."""
    image = Image.new("RGBA", (180, 180), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((10, 10), emoji, font=ImageFont.truetype(str(NOTO), 109), embedded_color=True)
    return image


def twemoji(emoji: str) -> Image.Image:
    """The held-out rendering, rasterised with Qt."""
    from PySide6.QtCore import QByteArray
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    code = "-".join(f"{ord(c):x}" for c in emoji)
    folder = DATA / "twemoji-svg"
    file = next(f for s in (code, code.replace("-fe0f", "")) for f in folder.rglob(f"{s}.svg"))
    picture = QImage(256, 256, QImage.Format.Format_RGBA8888)
    picture.fill(0)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(file.read_bytes())).render(painter)
    painter.end()
    return Image.frombytes("RGBA", (256, 256), bytes(picture.constBits()))


def atlas(names: tuple[str, ...], draw, path: Path, table: dict[str, str]) -> dict[str, list[int]]:
    """Write one atlas and return the box of each name."""
    rows = -(-len(names) // COLUMNS)
    sheet, boxes = Image.new("RGBA", (COLUMNS * CELL, rows * CELL), (0, 0, 0, 0)), {}
    for i, name in enumerate(names):
        sprite = cut(draw(glyph(name, table)))
        x, y = (i % COLUMNS) * CELL, (i // COLUMNS) * CELL
        sheet.paste(sprite, (x, y))
        boxes[name] = [x, y, x + sprite.width, y + sprite.height]
    sheet.save(path, quality=90, alpha_quality=95, method=6)
    return boxes


def main() -> None:
    """Write the three atlases and their index."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=world.SPRITES)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    table = {
        v["name"]: e
        for e, v in json.loads((DATA / "unicode-emoji-json" / "data-by-emoji.json").read_text("utf-8")).items()
    }
    every = world.OBJECTS + world.SPARE_OBJECTS + world.HELD_OUT_OBJECTS
    index = {
        "3d": atlas(every, fluent, out / "3d.webp", table),
        "flat": atlas(every, noto, out / "flat.webp", table),
        "twemoji": atlas(world.HELD_OUT_RENDERING_OF, twemoji, out / "twemoji.webp", table),
    }
    (out / "index.json").write_text(json.dumps(index, indent=0), "utf-8")


if __name__ == "__main__":
    main()

"""The pocket world: captioned scenes with known ground truth, composed from freely licensed emoji sprites.

A scene is one to three objects on a backdrop in a style.  ``scene(rng)`` draws a random one; every property can be
given (``scene(rng, objects=("cat", "dog"), relation="left of", backdrop="snow")``), so that tests, judges and scores
get ground truth on demand: the picture, its caption, exact visible masks and a structured record.

By default objects stand on a grid of eight pixels and have one of three sizes: that is the world the pocket
text-to-image model is trained in.  ``free=True`` lifts this (any place, any size, mirrored at random).
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Floats = NDArray[np.float32]

SIDE = 128  # pixels of a picture
SPRITE = 112  # pixels of an atlas cell
GRID = 8  # the pixels of one latent cell; objects stand on this grid
SIZES = {"small": 56, "normal": 80, "big": 104}
SPRITES = Path(__file__).resolve().parent / "sprites"

OBJECTS: tuple[str, ...] = (
    "dog", "cat", "lion", "elephant", "panda", "rabbit", "penguin", "owl", "frog", "turtle", "fish", "octopus",
    "crab", "butterfly", "bee", "dinosaur", "whale", "horse", "monkey", "pig", "apple", "banana", "lemon",
    "strawberry", "watermelon", "carrot", "mushroom", "pizza", "hamburger", "doughnut", "cupcake", "ice cream",
    "house", "castle", "car", "bus", "rocket", "airplane", "bicycle", "sailboat", "steam train", "umbrella", "star",
    "sun", "crescent moon", "snowman", "heart", "balloon", "soccer ball", "guitar", "teddy bear", "crown", "top hat",
    "robot", "ghost", "alien", "skull", "pumpkin", "cactus", "sunflower", "tulip", "pine tree", "alarm clock", "key",
)  # fmt: skip
"""The 64 object classes that the model is trained on."""

HELD_OUT_OBJECTS: tuple[str, ...] = (
    "brain", "tooth", "bone", "mechanical arm", "goblin", "alien monster", "genie", "zombie", "troll", "ninja",
    "santa claus", "superhero", "mage", "fairy", "detective", "princess",
)  # fmt: skip
"""Whole classes that no training ever saw, not even that of the start weights (for personalization tests)."""

SPARE_OBJECTS: tuple[str, ...] = (
    "fox", "koala", "duck", "snail", "pineapple", "pear", "avocado", "drum", "anchor", "tractor", "helicopter",
    "backpack", "trophy", "camera", "candle", "chair",
)  # fmt: skip
"""Classes that the training recorded here leaves out too; the start weights had seen them (for growing later)."""

HELD_OUT_RENDERING = "twemoji"
HELD_OUT_RENDERING_OF: tuple[str, ...] = (
    "dog", "cat", "lion", "elephant", "panda", "penguin", "owl", "frog", "butterfly", "apple", "strawberry", "house",
    "car", "rocket", "guitar", "robot",
)  # fmt: skip
"""Known classes that exist in a third rendering, which no training ever sees."""

RENDERINGS: dict[str, tuple[str, ...]] = {
    "3d": ("a 3d render of", "a 3d icon of"),
    "flat": ("a cartoon of", "a flat icon of"),
}
COLORS: dict[str, tuple[int, int, int]] = {
    "red": (205, 35, 40), "yellow": (245, 210, 45), "green": (50, 160, 65), "blue": (40, 95, 215),
    "purple": (125, 60, 175), "pink": (245, 150, 190), "white": (242, 242, 240), "black": (28, 28, 32),
}  # fmt: skip
TINTS: tuple[str, ...] = ("red", "yellow", "green", "blue", "purple")
PLACES: dict[str, str] = {
    "meadow": "in a meadow", "snow": "in the snow", "beach": "on the beach", "night": "at night",
    "desert": "in the desert", "sunset": "at sunset", "sea": "under the sea", "table": "on a wooden table",
    "forest": "in a forest", "city": "in a city", "mountains": "in the mountains", "space": "in space",
}  # fmt: skip
BACKDROPS: tuple[str, ...] = (*COLORS, *PLACES)
STYLES: dict[str, str] = {
    "sketch": "a pencil sketch of", "pixel": "pixel art of", "blueprint": "a blueprint of",
    "sepia": "an old sepia photo of",
}  # fmt: skip
PLAIN_WORDS: tuple[str, ...] = ("", "", "", "a photo of", "a picture of")
RELATIONS: tuple[str, ...] = ("and", "next to", "left of", "right of", "above", "below")
RELATION_WORDS = {"left of": "to the left of", "right of": "to the right of"}
NUMBERS = {2: "two", 3: "three"}
COLORLESS_STYLES = ("sketch", "blueprint")
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_y, _x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / (SIDE - 1)


@dataclasses.dataclass(frozen=True)
class Thing:
    """One object of a scene: what it is and where it went (box as left, top, right, bottom)."""

    name: str
    rendering: str
    tint: str | None
    size: int
    box: tuple[int, int, int, int]


@dataclasses.dataclass(frozen=True)
class Spec:
    """What is to be drawn.  Two or three equal names without tints differing make a counted scene ("two cats")."""

    objects: tuple[str, ...]
    tints: tuple[str | None, ...]
    rendering: str | None = None
    relation: str | None = None
    size: str = "normal"
    backdrop: str | None = None
    style: str | None = None

    @property
    def counted(self) -> bool:
        """Whether the scene is "two cats" or "three cats"."""
        return len(self.objects) > 1 and len(set(zip(self.objects, self.tints, strict=True))) == 1


@dataclasses.dataclass(frozen=True)
class Scene:
    """A picture (128 x 128 x 3 bytes), its caption, one visible mask an object, and the truth about it."""

    image: NDArray[np.uint8]
    caption: str
    masks: NDArray[np.bool_]
    things: tuple[Thing, ...]
    spec: Spec
    backdrop: str

    @property
    def truth(self) -> dict[str, object]:
        """The record as plain data (for JSON)."""
        return {
            "caption": self.caption,
            "objects": [dataclasses.asdict(t) for t in self.things],
            "backdrop": self.backdrop,
            "style": self.spec.style,
            "relation": self.spec.relation,
        }


# ---------------------------------------------------------------- words


def plural(name: str) -> str:
    """The plural of an object name."""
    irregular = {"fish": "fish", "tulip": "tulips", "octopus": "octopuses", "bus": "buses"}
    if name in irregular:
        return irregular[name]
    if re.search(r"(s|x|ch|sh)$", name):
        return name + "es"
    return name[:-1] + "ies" if name.endswith("y") and name[-2] not in "aeiou" else name + "s"


def article(words: str) -> str:
    """The words with "a" or "an" before them."""
    return ("an " if words[0] in "aeiou" else "a ") + words


def phrase(spec: Spec) -> str:
    """The part of the caption that names the objects."""
    if spec.counted:
        tint = f"{spec.tints[0]} " if spec.tints[0] else ""
        return f"{NUMBERS[len(spec.objects)]} {tint}{plural(spec.objects[0])}"
    size = f"{spec.size} " if spec.size != "normal" and len(spec.objects) == 1 else ""
    named = [
        article(f"{size}{tint + ' ' if tint else ''}{name}")
        for name, tint in zip(spec.objects, spec.tints, strict=True)
    ]
    if len(named) == 1:
        return named[0]
    if len(named) == 2:
        relation = spec.relation or "and"
        return f"{named[0]} {RELATION_WORDS.get(relation, relation)} {named[1]}"
    return f"{named[0]}, {named[1]} and {named[2]}"


def caption_of(spec: Spec, rng: np.random.Generator | None = None) -> str:
    """The caption of a specification; ``rng`` varies the wording, without it the plainest form is taken."""
    if spec.style:
        words: Sequence[str] = (STYLES[spec.style],)
    elif spec.rendering in RENDERINGS:
        words = RENDERINGS[spec.rendering]
    else:
        words = PLAIN_WORDS
    lead = words[0 if rng is None else int(rng.integers(len(words)))]
    where = ""
    if spec.backdrop in COLORS:
        where = f"on {article(spec.backdrop)} background"
    elif spec.backdrop:
        where = PLACES[spec.backdrop]
    return " ".join(part for part in (lead, phrase(spec), where) if part)


# ---------------------------------------------------------------- sprites


@functools.cache
def _atlas(rendering: str) -> tuple[Image.Image, dict[str, list[int]]]:
    """The atlas of a rendering and its boxes."""
    index = json.loads((SPRITES / "index.json").read_text("utf-8"))
    if rendering not in index:
        raise ValueError(f"There is no rendering {rendering!r}; there are {', '.join(index)}.")
    return Image.open(SPRITES / f"{rendering}.webp").convert("RGBA"), index[rendering]


@functools.lru_cache(maxsize=4096)
def sprite(name: str, rendering: str, size: int, tint: str | None = None) -> Floats:
    """An object as ``size`` x ``size`` floats (red, green, blue, alpha; 0 to 1), centred."""
    atlas, boxes = _atlas(rendering)
    if name not in boxes:
        raise ValueError(f"There is no {name!r} in the rendering {rendering!r}.")
    image = atlas.crop(tuple(boxes[name]))
    k = size / max(image.size)
    image = image.resize((max(1, round(image.width * k)), max(1, round(image.height * k))), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    square.paste(image, ((size - image.width) // 2, (size - image.height) // 2))
    pixels = np.asarray(square, np.float32) / 255
    return pixels if tint is None else tinted(pixels, tint)


def tinted(pixels: Floats, tint: str) -> Floats:
    """The sprite in shades of one colour."""
    rgb, alpha = pixels[..., :3], pixels[..., 3:]
    light = (rgb @ LUMA)[..., None]
    mean = float((light * alpha).sum() / max(float(alpha.sum()), 1.0))
    color = np.array(COLORS[tint], np.float32) / 255
    k = np.clip(light / max(mean, 0.15), 0.25, 2)
    shade = np.where(k < 1, color * k, color + (1 - color) * (k - 1) * 0.8)
    return np.concatenate([np.clip(0.12 * rgb + 0.88 * shade, 0, 1), alpha], -1).astype(np.float32)


# ---------------------------------------------------------------- backdrops


def _rgb(color: Sequence[float]) -> Floats:
    return np.array(color, np.float32) / 255


def _fade(top: Sequence[float], bottom: Sequence[float], t: Floats) -> Floats:
    """A gradient between two colours along ``t`` (0 to 1)."""
    return _rgb(top) + (_rgb(bottom) - _rgb(top)) * np.clip(t, 0, 1)[..., None]


def _horizon(rng: np.random.Generator) -> float:
    """A horizon on the grid, as a part of the height."""
    return int(rng.integers(7, 10)) * GRID / SIDE


def _ground(rng: np.random.Generator, sky: tuple, ground: tuple) -> Floats:
    """Sky above, ground below, with a softly rolling border."""
    h = _horizon(rng)
    roll = 0.012 * np.sin(_x * 9 + rng.integers(4) * np.pi / 2)
    above, below = _fade(*sky, _y / h), _fade(*ground, (_y - h) / (1 - h))
    return np.where((_y > h + roll)[..., None], below, above)


def _plain(rng: np.random.Generator, color: tuple[int, int, int]) -> Floats:
    """One colour, a little darker towards one side."""
    base = np.clip(np.array(color, np.float32) + rng.normal(size=3) * 5, 0, 255)
    return _fade(base, base * 0.86, _y)


def _dots(image: Floats, rng: np.random.Generator, count: int, lowest: int, color: Sequence[float]) -> Floats:
    """Soft round dots on the grid (stars, bubbles)."""
    image = image.copy()
    yy, xx = np.mgrid[0:GRID, 0:GRID] - 3.5
    for _ in range(count):
        y, x = int(rng.integers(lowest)) * GRID, int(rng.integers(SIDE // GRID)) * GRID
        dot = np.clip(rng.choice([1.6, 2.4]) - np.hypot(yy, xx) + 0.5, 0, 1)[..., None].astype(np.float32)
        cell = image[y : y + GRID, x : x + GRID]
        image[y : y + GRID, x : x + GRID] = cell * (1 - dot) + _rgb(color) * dot
    return image


def _night(rng: np.random.Generator) -> Floats:
    sky = _dots(_fade((8, 10, 40), (35, 40, 95), _y), rng, 14, 9, (245, 245, 225))
    hill = _y > 0.76 + 0.04 * np.sin(_x * 6 + rng.integers(4) * np.pi / 2)
    return np.where(hill[..., None], _rgb((18, 30, 28)), sky)


def _space(rng: np.random.Generator) -> Floats:
    glow = _fade((60, 20, 85), (8, 4, 22), np.hypot(_x - 0.5, _y - 0.5) * 1.4)
    return _dots(glow, rng, 34, SIDE // GRID, (250, 250, 255))


def _sunset(rng: np.random.Generator) -> Floats:
    sky = _fade((90, 40, 110), (255, 150, 60), _y / 0.7)
    x = int(rng.integers(4, 13)) * GRID / SIDE
    disc = np.hypot(_x - x, _y - 0.56) < 0.13
    sky = np.where(disc[..., None], _rgb((255, 225, 120)), sky)
    return np.where((_y > 0.6875)[..., None], _rgb((50, 28, 50)), sky)


def _sea(rng: np.random.Generator) -> Floats:
    return _dots(_fade((60, 190, 215), (10, 50, 120), _y), rng, 10, SIDE // GRID, (200, 240, 250))


def _table(rng: np.random.Generator) -> Floats:
    plank = np.floor(_y * 8)
    tone = 0.5 + 0.5 * np.sin(plank * 2.4 + rng.integers(4) * np.pi / 2)
    image = _fade((150, 95, 50), (185, 125, 70), tone)
    seam = (np.arange(SIDE) % 16 >= 14)[:, None, None]
    return np.where(seam, image * 0.65, image)


def _forest(rng: np.random.Generator) -> Floats:
    image = _fade((125, 175, 115), (60, 110, 60), _y)
    for column in rng.choice(16, 6, replace=False):
        x = int(column) * GRID
        image[:, x : x + int(rng.choice([5, 8]))] = _rgb((78, 52, 34)) * float(rng.choice([0.8, 1.1]))
    return np.where((_y > 0.75)[..., None], _fade((60, 100, 40), (40, 75, 30), (_y - 0.75) * 4), image)


def _city(rng: np.random.Generator) -> Floats:
    image = _fade((150, 190, 230), (225, 225, 230), _y)
    x = 0
    while x < SIDE:
        width, top = int(rng.integers(2, 4)) * GRID, int(rng.integers(2, 8)) * GRID
        image[top:104, x : x + width] = float(rng.choice([0.35, 0.5, 0.62]))
        for row in range(top, 96, GRID):
            for column in range(x, min(x + width, SIDE), GRID):
                image[row + 2 : row + 6, column + 2 : column + 6] = (0.95, 0.88, 0.5)
        x += width
    image[104:] = 0.36
    image[114:117, (np.arange(SIDE) % 16) < 8] = 0.85
    return image


def _mountains(rng: np.random.Generator) -> Floats:
    image = _fade((110, 170, 230), (215, 230, 245), _y)
    for k, center in enumerate((rng.choice([0.2, 0.3]), rng.choice([0.7, 0.8]), rng.choice([0.45, 0.55]))):
        peak = float(rng.choice([0.25, 0.3125, 0.375]))
        slope = peak + abs(_x - center) * 1.3
        image = np.where((_y > slope)[..., None], _rgb((95, 100, 120)) * (0.8 + 0.12 * k), image)
        image = np.where(((_y > slope) & (_y < peak + 0.11))[..., None], 0.96, image)
    return np.where((_y > 0.78)[..., None], _fade((95, 150, 75), (70, 120, 60), (_y - 0.78) * 4), image)


def _beach(rng: np.random.Generator) -> Floats:
    h = _horizon(rng)
    image = np.where(
        (_y > h)[..., None],
        _fade((245, 222, 165), (225, 190, 120), (_y - h) / (1 - h)),
        _fade((90, 180, 245), (190, 230, 250), _y / h),
    )
    return np.where(((_y > h) & (_y < h + 0.125))[..., None], _rgb((40, 150, 190)), image)


_GROUNDS: dict[str, tuple[tuple, tuple]] = {
    "meadow": (((95, 170, 240), (200, 230, 250)), ((110, 190, 70), (60, 140, 45))),
    "snow": (((150, 185, 220), (215, 228, 240)), ((250, 252, 255), (228, 236, 246))),
    "desert": (((120, 185, 235), (250, 225, 180)), ((235, 180, 95), (200, 135, 60))),
}
_SPECIAL = {
    "night": _night, "space": _space, "sunset": _sunset, "sea": _sea, "table": _table, "forest": _forest,
    "city": _city, "mountains": _mountains, "beach": _beach,
}  # fmt: skip


def backdrop(kind: str, rng: np.random.Generator) -> Floats:
    """The picture behind the objects (128 x 128 x 3, 0 to 1)."""
    if kind in COLORS:
        image = _plain(rng, COLORS[kind])
    elif kind in _GROUNDS:
        image = _ground(rng, *_GROUNDS[kind])
    elif kind in _SPECIAL:
        image = _SPECIAL[kind](rng)
    else:
        raise ValueError(f"There is no backdrop {kind!r}; there are {', '.join(BACKDROPS)}.")
    return np.clip(image, 0, 1).astype(np.float32)


# ---------------------------------------------------------------- styles


def _blocks(image: Image.Image) -> Floats:
    """Blocks of four pixels in sixteen colours."""
    small = image.resize((SIDE // 4, SIDE // 4), Image.Resampling.BOX).quantize(16).convert("RGB")
    return np.asarray(small.resize((SIDE, SIDE), Image.Resampling.NEAREST), np.float32) / 255


def stylize(image: Floats, style: str | None) -> Floats:
    """The picture in a style (``None``: as it is)."""
    if style is None:
        return image
    if style == "sepia":
        tone = (image @ LUMA)[..., None] * np.array([1.08, 0.86, 0.62], np.float32) + 0.04
        return np.clip(tone, 0, 1)
    picture = Image.fromarray((np.clip(image, 0, 1) * 255).astype(np.uint8))
    if style == "pixel":
        return _blocks(picture)
    gray = np.asarray(picture.convert("L").filter(ImageFilter.GaussianBlur(1.0)), np.float32)
    dy, dx = np.gradient(gray)
    edge = np.clip((np.hypot(dx, dy) - 1.5) / 16, 0, 1)[..., None]
    if style == "sketch":
        return np.clip(1 - edge * 0.85 - (1 - gray[..., None] / 255) * 0.25, 0, 1) * np.ones(3, np.float32)
    if style == "blueprint":
        return _rgb((25, 70, 150)) * (1 - edge) + _rgb((230, 242, 255)) * edge
    raise ValueError(f"There is no style {style!r}; there are {', '.join(STYLES)}.")


# ---------------------------------------------------------------- scenes


def _pick(rng: np.random.Generator, items: Sequence) -> Any:
    return items[int(rng.integers(len(items)))]


def _names(rng: np.random.Generator, count: int, pool: Sequence[str]) -> tuple[str, ...]:
    if count > 1 and rng.random() < 0.15:
        return (_pick(rng, pool),) * count
    return tuple(pool[int(i)] for i in rng.choice(len(pool), count, replace=False))


def _check(spec: Spec) -> Spec:
    """The specification, or a clear error."""
    if not 1 <= len(spec.objects) <= 3:
        raise ValueError("A scene has one to three objects.")
    if len(spec.tints) != len(spec.objects):
        raise ValueError("Give one tint (or None) an object.")
    for tint in spec.tints:
        if tint is not None and tint not in COLORS:
            raise ValueError(f"There is no tint {tint!r}; there are {', '.join(COLORS)}.")
    if spec.relation is not None and (len(spec.objects) != 2 or spec.relation not in RELATIONS):
        raise ValueError(f"A relation needs two objects and is one of {', '.join(RELATIONS)}.")
    if spec.size not in SIZES:
        raise ValueError(f"There is no size {spec.size!r}; there are {', '.join(SIZES)}.")
    return spec


def draw_spec(
    rng: np.random.Generator,
    counts: Sequence[int] = (1, 1, 1, 1, 2, 2, 2, 3),
    pool: Sequence[str] = OBJECTS,
    tint_rate: float = 0.25,
    style_rate: float = 0.15,
    said_rate: float = 0.75,
) -> Spec:
    """A random specification.  ``said_rate`` is how often the caption says the backdrop."""
    names = _names(rng, _pick(rng, counts), pool)
    style = _pick(rng, tuple(STYLES)) if rng.random() < style_rate else None
    gray = style in COLORLESS_STYLES or style == "sepia"
    tints: list[str | None] = [_pick(rng, TINTS) if rng.random() < tint_rate and not gray else None for _ in names]
    if len(set(names)) == 1:
        tints = tints[:1] * len(names)
    said = rng.random() < (0.35 if gray else said_rate)
    places = tuple(PLACES) if gray or rng.random() < 0.5 else tuple(COLORS)
    free = tuple(b for b in places if b not in tints)
    size = _pick(rng, ("small", "big")) if len(names) == 1 and rng.random() < 0.1 else "normal"
    relation = _pick(rng, ("and", "and", *RELATIONS)) if len(names) == 2 and len(set(names)) == 2 else None
    return Spec(
        objects=names,
        tints=tuple(tints),
        rendering=_pick(rng, ("3d", "flat")) if style is None and rng.random() < 0.35 else None,
        relation=relation,
        size=size,
        backdrop=_pick(rng, free) if said else None,
        style=style,
    )


def _cells(rng: np.random.Generator, spec: Spec) -> list[tuple[int, int, int]]:
    """Left, top and size of every object, on the grid."""

    def at(low: int, high: int) -> int:
        return int(rng.integers(low // GRID, high // GRID + 1)) * GRID

    count, small = len(spec.objects), SIZES["small"]
    if count == 1:
        size = SIZES[spec.size]
        left, top = {56: ((24, 48), (32, 56)), 80: ((16, 32), (24, 40)), 104: ((8, 16), (16, 24))}[size]
        return [(at(*left), at(*top), size)]
    if count == 2:
        if spec.relation in ("above", "below"):
            cells = [(at(32, 40), at(0, 8), small), (at(32, 40), at(64, 72), small)]
        else:
            cells = [(at(0, 8), at(40, 56), small), (at(64, 72), at(40, 56), small)]
        swap = spec.relation in ("right of", "below") or (
            spec.relation not in ("left of", "above") and rng.random() < 0.5
        )
        return cells[::-1] if swap else cells
    cells = [(at(0, 8), at(64, 72), small), (at(32, 40), at(0, 8), small), (at(64, 72), at(64, 72), small)]
    return [cells[int(i)] for i in rng.permutation(3)]


def _loosen(rng: np.random.Generator, cell: tuple[int, int, int]) -> tuple[int, int, int]:
    """A cell with another size and place (for ``free`` scenes)."""
    left, top, size = cell
    new = int(np.clip(size * rng.uniform(0.7, 1.25), 24, SIDE - 2))
    left += (size - new) // 2 + int(rng.integers(-9, 10))
    top += (size - new) // 2 + int(rng.integers(-9, 10))
    return int(np.clip(left, 0, SIDE - new)), int(np.clip(top, 0, SIDE - new)), new


def render(spec: Spec, rng: np.random.Generator, caption: str | None = None, free: bool = False) -> Scene:
    """Draw a specification; what it leaves open (rendering, backdrop, places) is drawn at random."""
    _check(spec)
    kind = spec.backdrop
    if kind is None:
        gray = spec.style in COLORLESS_STYLES
        every = [c for c in COLORS if c not in spec.tints] if rng.random() < 0.7 else list(PLACES)
        kind = "white" if gray else str(_pick(rng, every))
    image = backdrop(kind, rng).copy()
    things, masks = [], []
    shared = _pick(rng, tuple(RENDERINGS))
    for name, tint, cell in zip(spec.objects, spec.tints, _cells(rng, spec), strict=True):
        left, top, size = _loosen(rng, cell) if free else cell
        rendering = spec.rendering or (shared if spec.counted else str(_pick(rng, tuple(RENDERINGS))))
        pixels = sprite(name, rendering, size, tint)
        if free and rng.random() < 0.5:
            pixels = pixels[:, ::-1]
        rgb, alpha = pixels[..., :3], pixels[..., 3:]
        part = image[top : top + size, left : left + size]
        image[top : top + size, left : left + size] = part * (1 - alpha) + rgb * alpha
        mask = np.zeros((SIDE, SIDE), bool)
        mask[top : top + size, left : left + size] = alpha[..., 0] > 0.5
        masks = [m & ~mask for m in masks] + [mask]
        ys, xs = np.nonzero(mask)
        box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
        things.append(Thing(name, rendering, tint, size, box))
    pixels8 = (stylize(np.clip(image, 0, 1), spec.style) * 255 + 0.5).astype(np.uint8)
    return Scene(pixels8, caption or caption_of(spec), np.stack(masks), tuple(things), spec, kind)


def scene(
    rng: np.random.Generator,
    objects: Sequence[str] | str | None = None,
    tints: Sequence[str | None] | str | None = None,
    free: bool = False,
    **given: object,
) -> Scene:
    """A scene: random, or with any of ``objects``, ``tints`` and the fields of :class:`Spec` given.

    With ``objects`` given, everything not given stays plain (no tint, no style, backdrop left open).
    """
    if objects is None and tints is None:
        spec = dataclasses.replace(draw_spec(rng), **given)  # type: ignore[arg-type]
    else:
        names = (objects,) if isinstance(objects, str) else tuple(objects or (_pick(rng, OBJECTS),))
        shades = (tints,) if isinstance(tints, str) else tuple(tints or (None,) * len(names))
        spec = Spec(objects=names, tints=shades, **given)  # type: ignore[arg-type]
    _check(spec)
    return render(spec, rng, caption_of(spec, rng), free)

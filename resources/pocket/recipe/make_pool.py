"""Draw pools of scenes: ``pool_<name>.npy`` (bytes) and ``pool_<name>.json`` (captions) in POCKET_DATA.

Kinds: ``world`` (what the diffusion model learns), ``free`` (any place and size, also objects outside the
vocabulary: for the autoencoder only).  Nothing held out is ever drawn.
"""

from __future__ import annotations

import argparse
import dataclasses
import json

import numpy as np
from common import DATA

from resources.pocket import world


def free_objects() -> list[np.ndarray]:
    """Fluent sprites outside the vocabulary and outside the held-out classes (autoencoder only)."""
    from make_sprites import UNICODE_NAMES, fluent
    from PIL import Image

    table = json.loads((DATA / "unicode-emoji-json" / "data-by-emoji.json").read_text("utf-8"))
    skip = {UNICODE_NAMES.get(n, n) for n in world.OBJECTS + world.SPARE_OBJECTS + world.HELD_OUT_OBJECTS}
    related = tuple(f"{n} face" for n in world.SPARE_OBJECTS)
    groups = {"Animals & Nature", "Food & Drink", "Travel & Places", "Activities", "Objects"}
    sprites = []
    for emoji, entry in table.items():
        if entry["group"] not in groups or entry["name"] in skip or entry["name"] in related:
            continue
        try:
            image = fluent(emoji)
        except FileNotFoundError:
            continue
        image.thumbnail((world.SPRITE, world.SPRITE), Image.Resampling.LANCZOS)
        sprites.append(np.asarray(image, np.float32) / 255)
    return sprites


def free_picture(rng: np.random.Generator, sprites: list[np.ndarray]) -> np.ndarray:
    """A backdrop with some foreign objects on it, in any style."""
    image = world.backdrop(str(rng.choice(world.BACKDROPS)), rng).copy()
    for _ in range(int(rng.integers(1, 4))):
        pixels = sprites[int(rng.integers(len(sprites)))]
        step = int(rng.integers(1, 3))
        pixels = pixels[::step, ::step] if rng.random() < 0.5 else pixels[::step, ::-step]
        h, w = pixels.shape[:2]
        y, x = int(rng.integers(world.SIDE - h + 1)), int(rng.integers(world.SIDE - w + 1))
        part = image[y : y + h, x : x + w]
        image[y : y + h, x : x + w] = part * (1 - pixels[..., 3:]) + pixels[..., :3] * pixels[..., 3:]
    style = str(rng.choice(tuple(world.STYLES))) if rng.random() < 0.1 else None
    return (world.stylize(image, style) * 255 + 0.5).astype(np.uint8)


def draw(args: argparse.Namespace, rng: np.random.Generator, sprites: list) -> tuple[np.ndarray, str]:
    """One picture and its caption."""
    kind = args.kind
    if kind == "free" and rng.random() < 0.5:
        return free_picture(rng, sprites), ""
    spec = world.draw_spec(rng, counts=tuple(args.objects), style_rate=args.styles)
    if args.relations and spec.relation is not None:
        spec = dataclasses.replace(spec, relation=str(rng.choice(args.relations)))
    scene = world.render(spec, rng, world.caption_of(spec, rng), free=kind == "free")
    return scene.image, scene.caption


def main() -> None:
    """Draw one pool."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("--kind", choices=("world", "free"), default="world")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--objects", type=int, nargs="+", default=(1, 1, 1, 1, 2, 2, 2, 3))
    parser.add_argument("--styles", type=float, default=0.15, help="share of scenes in a style")
    parser.add_argument(
        "--relations", nargs="+", choices=world.RELATIONS, help="how two objects stand, if not at random"
    )
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    sprites = free_objects() if args.kind == "free" else []
    shape = (args.count, world.SIDE, world.SIDE, 3)
    pictures = np.lib.format.open_memmap(DATA / f"pool_{args.name}.npy", mode="w+", dtype=np.uint8, shape=shape)
    captions = []
    for i in range(args.count):
        pictures[i], caption = draw(args, rng, sprites)
        captions.append(caption)
    pictures.flush()
    (DATA / f"pool_{args.name}.json").write_text(json.dumps(captions), "utf-8")


if __name__ == "__main__":
    main()

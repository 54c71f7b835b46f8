"""A seeded monkey that edits a document at random, to be killed: `python -m studio.document.monkey FOLDER LOG SEED`.

Used by the tests and by long soaks. After every act it writes a line to the log: when, which step was reached, and a digest
of the state.
"""

import hashlib
import json
import random
import sys
import time
from pathlib import Path

import numpy as np

from studio.document import edits
from studio.document.autosave import Document
from studio.document.project import Layer, LayerKind, Modifier, Placed, Project, Region, Size, Word, new_id
from studio.document.tree import encode

_SIDE = 600


def act(document: Document, rng: random.Random) -> None:
    """One act: an edit, a drag, an undo or a redo."""
    choice = rng.random()
    if choice < 0.12:
        document.undo()
    elif choice < 0.18:
        document.redo()
    elif choice < 0.5:
        _paint(document, rng)
    elif choice < 0.6:
        _layers(document, rng)
    else:
        _recipe(document, rng)


def _paint(document: Document, rng: random.Random) -> None:
    painted = [x for x in document.project.layers if x.pixels is not None]
    if not painted:
        kind = rng.choice([LayerKind.PICTURE, LayerKind.MASK])
        shape = (_SIDE, _SIDE, 4) if kind is LayerKind.PICTURE else (_SIDE, _SIDE)
        pixels = document.tiles.raster(np.full(shape, rng.randrange(1, 255), np.uint8))
        document.edit("Add layer", lambda p: edits.add_layer(p, Layer(new_id(), kind, "Layer", pixels)))
        return
    layer = rng.choice(painted)
    assert layer.pixels is not None
    raster, shade = layer.pixels, np.random.default_rng(rng.randrange(10**6))
    for _ in range(rng.randrange(1, 6)):
        shape = (30, 30, 4) if raster.channels == 4 else (30, 30)
        spot = shade.integers(0, 255, shape, np.uint8)
        raster = document.tiles.painted(raster, rng.randrange(_SIDE), rng.randrange(_SIDE), spot)
        pixels = raster
        document.edit("Brush", lambda p, q=pixels: edits.paint(p, layer.id, q), merge="brush")  # type: ignore[misc]
    document.settle()


def _layers(document: Document, rng: random.Random) -> None:
    layers = document.project.layers
    if len(layers) < 3 or rng.random() < 0.4:
        box = (1, 2, rng.randrange(3, 300), rng.randrange(3, 300))
        layer = Layer(new_id(), LayerKind.REGION, "Region", region=Region("fox", box=box))
        document.edit("Add region", lambda p: edits.add_layer(p, layer))
        return
    id = rng.choice(layers).id
    if rng.random() < 0.3:
        document.edit("Remove layer", lambda p: edits.remove_layers(p, [id]))
    elif rng.random() < 0.5:
        to = rng.randrange(len(layers))
        document.edit("Move layer", lambda p: edits.move_layer(p, id, to))
    else:
        placed = Placed(rng.random() * 100, rng.random() * 100, turn=rng.random() * 360)
        document.edit("Turn layer", lambda p: edits.place_layer(p, id, placed))


def _recipe(document: Document, rng: random.Random) -> None:
    number = rng.randrange(1000)
    choice = rng.randrange(4)
    if choice == 0:
        document.edit("Seed", lambda p: edits.set_seed(p, number))
    elif choice == 1:
        text = f"a fox number {number}"
        word = Word(new_id(), 2, 5, color=rng.choice(["", "#ff8800"]))
        document.edit("Prompt", lambda p: edits.mark_word(edits.set_prompt(p, text), word))
    elif choice == 2:
        document.edit("Add modifier", lambda p: edits.add_modifier(p, Modifier(new_id(), "any", {"scale": number})))
    else:
        for modifier in document.project.recipe.modifiers[:1]:
            document.edit("Remove modifier", lambda p, id=modifier.id: edits.remove_modifier(p, id))  # type: ignore[misc]


def digest(document: Document) -> str:
    """The whole state in a few letters."""
    return hashlib.sha256(json.dumps(encode(document.project), sort_keys=True).encode()).hexdigest()[:16]


def main(folder: str, log: str, seed: str) -> None:
    """Edit until killed."""
    place, rng = Path(folder), random.Random(int(seed))
    made = place.exists()
    document = Document.open(place) if made else Document.create(place, Project("Monkey", Size(_SIDE, _SIDE)))
    with open(log, "a", buffering=1) as file:
        while True:
            before = document.position
            act(document, rng)
            step = document.last_step
            if step or document.position != before:
                line = {"at": time.time(), "step": step, "position": document.position, "state": digest(document)}
                file.write(json.dumps(line) + "\n")
            time.sleep(rng.random() * 0.05)


if __name__ == "__main__":
    main(*sys.argv[1:4])

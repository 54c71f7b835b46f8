"""Which region of the canvas belongs to which word: what a method is given that takes a mask or a box for each word.

A region counts when its layer is shown and stands for words of the prompt. Where a word stands several times, its regions
belong to its places in their order; where it stands once, they are one region together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from core.contract.fields import Box
from studio.canvas.flatten import cover
from studio.document.project import Layer, LayerKind, Project, Size
from studio.document.tiles import Bytes
from studio.tokens import places

GRID = 16
"""Cells a side of the attention maps on which methods place words."""
FINE = 128
"""Pixels a side on which regions are compared."""
SHARED = 0.25
"""Of the smaller of two regions: from here on their overlap is told."""


def tr(text: str) -> str:
    return QCoreApplication.translate("Layout", text)


@dataclass(frozen=True)
class Layout:
    """Words and, for each, the layers that say where it shall be."""

    words: tuple[str, ...] = ()
    layers: tuple[tuple[Layer, ...], ...] = ()
    problem: str = ""
    """Why it cannot be sent, in one sentence."""
    caution: str = ""
    """What a person should know of it; it can be sent."""

    def masks(self, document: Size, size: Size | None = None) -> list[Bytes]:
        """Coverage of each word, (height, width), in the document's size or another."""
        return [np.maximum.reduce([cover(layer, document, size) for layer in group]) for group in self.layers]

    def boxes(self, document: Size) -> list[Box]:
        """The box around each word's region, in pixels of the document."""
        return [_around(mask) for mask in self.masks(document)]


def regions(project: Project) -> tuple[Layer, ...]:
    """The region layers that count: shown, and of words."""
    return tuple(
        layer
        for layer in project.layers
        if layer.kind == LayerKind.REGION and layer.visible and layer.region is not None and layer.region.phrase.strip()
    )


def layout(project: Project, words: Sequence[str], prompt: str | None = None) -> Layout:
    """The regions of these words, and further words that have one; an empty layout when nothing has a region."""
    text = project.recipe.prompt if prompt is None else prompt
    found: dict[str, list[Layer]] = {}
    for layer in regions(project):
        assert layer.region is not None
        found.setdefault(_key(layer.region.phrase), []).append(layer)
    if not found:
        return Layout(tuple(words))
    wanted = [word.strip() for word in words if word.strip()]
    given = [_key(word) for word in wanted]
    for key, layers in found.items():
        times = min(len(layers), max(1, len(places(text, key))))
        assert layers[0].region is not None
        wanted += [layers[0].region.phrase.strip()] * max(0, times - given.count(key))
    groups, problem = _grouped(wanted, found)
    made = Layout(tuple(wanted), tuple(groups))
    problem = problem or _missing(made, text) or _empty(made, project.size)
    return Layout(made.words, made.layers, problem, "" if problem else _caution(made, project.size))


def _key(phrase: str) -> str:
    return " ".join(phrase.lower().split())


def _grouped(wanted: Sequence[str], found: dict[str, list[Layer]]) -> tuple[list[tuple[Layer, ...]], str]:
    keys = [_key(word) for word in wanted]
    groups: list[tuple[Layer, ...]] = []
    for place, (key, word) in enumerate(zip(keys, wanted, strict=True)):
        layers, turn, times = found.get(key, []), keys[:place].count(key), keys.count(key)
        mine = layers[turn:] if turn == times - 1 else layers[turn : turn + 1]
        if not mine:
            return groups, tr("“{}” has no region yet: draw one for it (R), or take it out of the words.").format(word)
        groups.append(tuple(mine))
    return groups, ""


def _missing(made: Layout, prompt: str) -> str:
    for word in made.words:
        if len(places(prompt, word)) < made.words.count(word):
            return tr(
                "There is a region for “{}”, which is not in the prompt: write it there, or hide the region."
            ).format(word)
    return ""


def _empty(made: Layout, size: Size) -> str:
    for word, mask in zip(made.words, made.masks(size, Size(FINE, FINE)), strict=True):
        if not mask.any():
            return tr("The region of “{}” covers nothing of the picture: paint it, or draw it anew.").format(word)
    return ""


def _caution(made: Layout, size: Size) -> str:
    cells = made.masks(size, Size(GRID, GRID))
    for word, mask in zip(made.words, cells, strict=True):
        if mask.max() < 128:
            return tr("The region of “{}” is smaller than one of the {} x {} cells in which words are placed; it counts "
                      "as one cell.").format(word, GRID, GRID)  # fmt: skip
    fine = [mask >= 128 for mask in made.masks(size, Size(FINE, FINE))]
    for i, one in enumerate(fine):
        for j in range(i):
            share = int((one & fine[j]).sum()) / max(1, min(int(one.sum()), int(fine[j].sum())))
            if share >= SHARED:
                return tr(
                    "The regions of “{}” and “{}” overlap by {} %: there both words pull. Move them apart."
                ).format(made.words[j], made.words[i], round(100 * share))
    return ""


def _around(mask: Bytes) -> Box:
    where = np.argwhere(mask >= 128)
    if not len(where):
        where = np.argwhere(mask == mask.max())
    (y0, x0), (y1, x1) = where.min(0), where.max(0)
    return int(x0), int(y0), int(x1) + 1, int(y1) + 1

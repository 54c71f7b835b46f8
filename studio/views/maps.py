"""Maps of words over the picture as values: reading them, which words a place belongs to, masks and pictures from them.

Two forms are read. As a grey picture (an atlas): words downwards, steps to the right, each word on its own scale, with
`words`, `steps`, `grid` and `peaks` in its origin. As JSON: `words`, and `pictures` as [picture][word][row][column].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.contract.fields import JSON
from studio import look
from studio.canvas.heat import WordMap
from studio.views.kept import Kept

Floats = NDArray[np.float32]
MOST = 64_000_000
"""Pixels of an atlas that is unpacked."""


@dataclass(frozen=True)
class Rank:
    """How much a word is seen at a place: the mean there, and its share of all words' means."""

    word: str
    value: float
    share: float


def word_maps(kept: Kept, picture: int = 1, colors: dict[str, str] | None = None) -> tuple[WordMap, ...]:
    """The maps of one picture (numbered from 1), in probabilities where the peaks are known.

    Raises:
        UserError: it is not what its kind promises.
    """
    words = kept.part("words")
    if not isinstance(words, list) or not words:
        raise kept.wrong("it names no words")
    maps = _listed(kept, len(words), picture) if kept.value is not None else _unpacked(kept, len(words))
    names, shades = _apart([str(word) for word in words]), list[str]()
    for word in words:
        shade = look.color_of(str(word), colors)
        # A word's own colour, unless another one of these has it: two of one colour could not be told apart.
        shades.append(look.next_color(shades) if shade in shades else shade)
    return tuple(WordMap(name, shade, one) for name, shade, one in zip(names, shades, maps, strict=True))


def _apart(words: Sequence[str]) -> list[str]:
    """A word that stands twice gets its number, so that each map has a name of its own."""
    return [f"{w} ({words[: i + 1].count(w)})" if words.count(w) > 1 else w for i, w in enumerate(words)]


def _unpacked(kept: Kept, words: int) -> Floats:
    steps, grid, peaks = kept.part("steps"), kept.part("grid"), kept.part("peaks")
    if not isinstance(steps, list) or not isinstance(grid, list) or len(grid) != 2 or not steps:
        raise kept.wrong("steps or grid are missing")
    height, width = _whole(grid[0]), _whole(grid[1])
    with Image.open(kept.path) as atlas:
        if atlas.size != (len(steps) * width, words * height) or atlas.width * atlas.height > MOST:
            raise kept.wrong(
                f"the picture has {atlas.width} x {atlas.height} pixels, which the words and steps do not give"
            )
        grey = np.asarray(atlas.convert("L"), np.float32) / 255
    maps = grey.reshape(words, height, len(steps), width).transpose(0, 2, 1, 3)
    if isinstance(peaks, list) and len(peaks) == words:
        maps = maps * np.array([_number(p) for p in peaks], np.float32)[:, None, None, None]
    return np.ascontiguousarray(maps)


def _listed(kept: Kept, words: int, picture: int) -> Floats:
    pictures = kept.part("pictures")
    if not isinstance(pictures, list) or not pictures:
        raise kept.wrong("it holds no maps")
    try:
        maps = np.array(pictures[min(max(picture, 1), len(pictures)) - 1], np.float32)
    except (TypeError, ValueError) as error:
        raise kept.wrong("its maps are not numbers of one size") from error
    if maps.ndim != 3 or len(maps) != words or not maps.size:
        raise kept.wrong(f"its maps have the shape {maps.shape} for {words} words")
    return maps[:, None]


def _whole(value: JSON) -> int:
    return value if isinstance(value, int) and value > 0 else 1


def _number(value: JSON) -> float:
    return float(value) if isinstance(value, int | float) else 1.0


def ranked(maps: Sequence[WordMap], step: int, cover: Floats) -> tuple[Rank, ...]:
    """Words by how much they are seen in a place, the strongest first.

    Args:
        step: as in `Heat`; -1 for the mean over all.
        cover: (h, w) of any size over the same picture, 0 outside and up to 1 inside the place.
    """
    values = []
    for word in maps:
        now = frame(word, step)
        weight = _resized(cover, now.shape)
        total = float(weight.sum())
        values.append(float((now * weight).sum()) / total if total > 0 else 0.0)
    whole = sum(values) or 1.0
    found = [Rank(word.word, value, value / whole) for word, value in zip(maps, values, strict=True)]
    return tuple(sorted(found, key=lambda rank: -rank.value))


def disc_cover(points: Sequence[tuple[float, float]], radius: float, side: int = 128) -> Floats:
    """A brushed place as cover (side, side): all within `radius` of the path. Points and radius in shares of the picture.

    A single point always covers at least the cell it lies in.
    """
    axis = (np.arange(side, dtype=np.float32) + 0.5) / side
    x, y = np.meshgrid(axis, axis)
    cover = np.zeros((side, side), np.float32)
    dense = [points[0]] if points else []
    for (x0, y0), (x1, y1) in pairwise(points):
        pieces = max(1, int(np.hypot(x1 - x0, y1 - y0) / max(radius, 1e-3)) + 1)
        dense += [(x0 + (x1 - x0) * k / pieces, y0 + (y1 - y0) * k / pieces) for k in range(1, pieces + 1)]
    for px, py in dense:
        cover[(x - px) ** 2 + (y - py) ** 2 <= radius**2] = 1
        if 0 <= px <= 1 and 0 <= py <= 1:
            cover[min(side - 1, int(py * side)), min(side - 1, int(px * side))] = 1
    return cover


def frame(word: WordMap, step: int) -> Floats:
    """One step's map, or for -1 the mean over all."""
    values = np.nan_to_num(np.asarray(word.values, np.float32))
    return values.mean(0) if step < 0 else np.asarray(values[min(step, len(values) - 1)])


def mask(word: WordMap, step: int, size: tuple[int, int], threshold: float) -> NDArray[np.uint8]:
    """(height, width) of 0 and 255: where the word is seen at least `threshold` times its highest value of that step."""
    full = _smooth(frame(word, step), size)
    peak = float(full.max())
    return np.where((full >= threshold * peak) & (peak > 0), 255, 0).astype(np.uint8)


def bounds(inside: NDArray[np.uint8]) -> tuple[int, int, int, int] | None:
    """Left, top, width, height of what is covered."""
    where = np.argwhere(inside > 127)
    if not len(where):
        return None
    (top, left), (bottom, right) = where.min(0), where.max(0)
    return int(left), int(top), int(right - left + 1), int(bottom - top + 1)


def _smooth(values: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(Image.fromarray(values, "F").resize(size, Image.Resampling.BILINEAR), np.float32)


def _resized(cover: Floats, shape: tuple[int, ...]) -> Floats:
    made = Image.fromarray(np.ascontiguousarray(cover, np.float32), "F")
    return np.asarray(made.resize((shape[1], shape[0]), Image.Resampling.BOX), np.float32)

"""Numbers beside the picture: what changed, how large a mask is, what one pixel holds."""

import math
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import numpy as np
from PySide6.QtCore import QCoreApplication

from studio.canvas.pixels import Pixels
from studio.document.tiles import TILE, Bytes, Place


@dataclass(frozen=True)
class Changed:
    """How two pictures differ, in pixels; `outside` is what a restorer must read as zero."""

    inside: int
    outside: int
    total: int
    """Pixels of the picture."""
    largest: int
    """Largest difference of a channel outside the mask, 0 to 255."""

    @property
    def text(self) -> str:
        if not self.inside and not self.outside:
            return QCoreApplication.translate("Statistics", "0 pixels changed")
        return QCoreApplication.translate("Statistics", "{} pixels changed inside, {} outside").format(
            self.inside, self.outside
        )


@dataclass(frozen=True)
class MaskFacts:
    """Size and place of a mask, in pixels of the document."""

    area: int
    """Pixels of which at least half is covered."""
    share: float
    """Of the whole, 0 to 1."""
    box: tuple[int, int, int, int] | None
    """Left, top, width, height of every covered pixel."""
    soft: int
    """Pixels that are covered in part."""

    @property
    def text(self) -> str:
        if self.box is None:
            return QCoreApplication.translate("Statistics", "empty mask")
        return QCoreApplication.translate("Statistics", "{} px ({} %) · {} x {} at {}, {}").format(
            self.area, _percent(self.share), self.box[2], self.box[3], self.box[0], self.box[1]
        )


class Cover(Protocol):
    """A mask in the pictures' own pixels."""

    def tile(self, place: Place, /) -> Bytes | None: ...


class Comparison:
    """Two pictures of one size, compared tile by tile. A pixel is inside when the mask covers any of it."""

    def __init__(self, before: Pixels, after: Pixels, mask: Cover | None = None) -> None:
        """Without a mask all is outside.

        Raises:
            ValueError: the sizes differ.
        """
        sizes = {(p.width, p.height) for p in (before, after, mask) if isinstance(p, Pixels)}
        if len(sizes) != 1:
            raise ValueError(f"pictures of different size cannot be compared: {sorted(sizes)}")
        self.before, self.after, self.mask = before, after, mask
        self.found = Changed(0, 0, before.width * before.height, 0)
        self._left = [p for p in {*before.tiles, *after.tiles} if before.held(p) is not after.held(p)]

    def go(self, until: float = math.inf) -> bool:
        """Compare until this time of `perf_counter`, one tile at least; whether `found` is complete."""
        while self._left:
            self._add(self._left.pop())
            if perf_counter() > until:
                break
        return not self._left

    def _add(self, place: Place) -> None:
        old, new = self.before.tile(place), self.after.tile(place)
        zero = np.zeros((TILE, TILE, 4), np.uint8)
        gap = _distance(zero if old is None else old, zero if new is None else new)
        cover = None if self.mask is None else self.mask.tile(place)
        within = np.zeros((TILE, TILE), np.bool_) if cover is None else cover > 0
        found = self.found
        self.found = Changed(
            found.inside + int(((gap > 0) & within).sum()), found.outside + int(((gap > 0) & ~within).sum()), found.total,
            max(found.largest, int(gap[~within].max(initial=0))),
        )  # fmt: skip


def changed(before: Pixels, after: Pixels, mask: Pixels | None = None) -> Changed:
    """Compare two pictures of one size at once.

    Raises:
        ValueError: the sizes differ.
    """
    made = Comparison(before, after, mask)
    made.go()
    return made.found


def _distance(old: Bytes, new: Bytes) -> Bytes:
    """(256, 256) largest difference of a channel. Colour that is clear in both is no difference."""
    gap = np.maximum(old, new) - np.minimum(old, new)
    unseen = (old[..., 3] == 0) & (new[..., 3] == 0)
    return np.where(unseen, np.uint8(0), gap.max(-1))


def facts(mask: Pixels) -> MaskFacts:
    """Count a mask."""
    area = soft = 0
    for _, tile in mask.arrays():
        area += int((tile >= 128).sum())
        soft += int(((tile > 0) & (tile < 255)).sum())
    return MaskFacts(area, area / max(mask.width * mask.height, 1), mask.bounds(), soft)


def pixel(pixels: Pixels, x: int, y: int) -> tuple[int, ...]:
    """The channels at a place: four of a picture, one of a mask; zeros beyond the edge."""
    return tuple(int(v) for v in np.atleast_1d(pixels.read(x, y, 1, 1)[0, 0]))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"

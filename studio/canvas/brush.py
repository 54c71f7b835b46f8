"""A stroke of the brush: stamps along a path, gathered per tile, laid over the layer once.

Gathering first and laying over once makes `flow` build up to full cover and no further, however often one goes over a place
(as in Krita's wash mode), and lets every preview start from the untouched tiles.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from studio.canvas.pixels import Pixels
from studio.canvas.shapes import Fitted
from studio.document.tiles import TILE, Bytes, Place, covered

Cover = NDArray[np.float32]


@dataclass(frozen=True)
class Brush:
    """How the brush paints."""

    size: float = 48.0
    """Diameter in pixels of the document, 1 to 2000."""
    hardness: float = 0.8
    """0: falls off from the middle, 1: hard edge."""
    flow: float = 1.0
    """Cover of one stamp, above 0 up to 1."""
    opacity: float = 1.0
    """Cover of the whole stroke."""
    color: str = "#ffffff"
    """For pictures; masks take cover only."""
    pressure_size: bool = True
    pressure_flow: bool = False
    """What the pen's pressure changes."""

    def grown(self, factor: float) -> "Brush":
        return replace(self, size=min(2000.0, max(1.0, self.size * factor)))


def stamp(size: float, hardness: float, x: float, y: float) -> tuple[Cover, int, int]:
    """Cover of one dab whose middle is at (x, y), with its left and top pixel. One pixel of soft edge always remains."""
    radius = max(size / 2, 0.5)
    left, top = math.floor(x - radius - 1), math.floor(y - radius - 1)
    width, height = math.ceil(x + radius + 1) - left, math.ceil(y + radius + 1) - top
    across = np.arange(left, left + width, dtype=np.float32) + np.float32(0.5 - x)
    down = np.arange(top, top + height, dtype=np.float32) + np.float32(0.5 - y)
    away = np.sqrt(across[None, :] ** 2 + down[:, None] ** 2)
    soft = max(1.0, radius * (1 - hardness))
    share = np.clip((radius + 0.5 - away) / soft, 0, 1)
    if hardness < 1:
        share = share * share * (3 - 2 * share)
    return share.astype(np.float32), left, top


class Stroke:
    """One stroke on one layer, from press to release. `tiles` is what the layer's tiles would become."""

    def __init__(
        self, pixels: Pixels, brush: Brush, erase: bool = False, within: Pixels | Fitted | None = None
    ) -> None:
        """`within`: a selection in the layer's own pixels; the stroke stays inside it."""
        self.pixels, self.brush, self.erase, self.within = pixels, brush, erase, within
        self._cover: dict[Place, Cover] = {}
        self._last: tuple[float, float, float] | None = None
        self._left_over = 0.0
        self.tiles: dict[Place, Bytes | None] = {}

    def to(self, x: float, y: float, pressure: float = 1.0) -> set[Place]:
        """Paint on to a place in the layer's pixels; gives back the tiles that changed."""
        touched: set[Place] = set()
        for at_x, at_y, force in self._path(x, y, pressure):
            touched |= self._dab(at_x, at_y, force)
        for place in touched:
            self.tiles[place] = self._laid(place)
        return touched

    def _path(self, x: float, y: float, pressure: float) -> Iterator[tuple[float, float, float]]:
        if self._last is None:
            self._last = (x, y, pressure)
            yield x, y, pressure
            return
        x0, y0, p0 = self._last
        length = math.hypot(x - x0, y - y0)
        gap = max(1.0, self._size(min(p0, pressure)) * (0.1 if self.brush.hardness > 0.5 else 0.06))
        done = gap - self._left_over
        while done <= length:
            share = done / length
            yield x0 + (x - x0) * share, y0 + (y - y0) * share, p0 + (pressure - p0) * share
            done += gap
        self._left_over = (length - (done - gap)) if length > 0 else self._left_over
        self._last = (x, y, pressure)

    def _size(self, pressure: float) -> float:
        return self.brush.size * (max(0.05, pressure) if self.brush.pressure_size else 1.0)

    def _dab(self, x: float, y: float, pressure: float) -> set[Place]:
        share, left, top = stamp(self._size(pressure), self.brush.hardness, x, y)
        share *= np.float32(self.brush.flow * (pressure if self.brush.pressure_flow else 1.0))
        height, width = share.shape
        touched = set()
        columns, rows = self.pixels.places()
        for place in covered(left, top, width, height):
            if not (0 <= place[0] < columns and 0 <= place[1] < rows):
                continue
            x0, y0 = place[0] * TILE, place[1] * TILE
            x1, y1 = min(x0 + TILE, self.pixels.width), min(y0 + TILE, self.pixels.height)
            west, east, north, south = max(left, x0), min(left + width, x1), max(top, y0), min(top + height, y1)
            if west >= east or north >= south:
                continue
            cover = self._cover.setdefault(place, np.zeros((TILE, TILE), np.float32))
            part = cover[north - y0 : south - y0, west - x0 : east - x0]
            part += (1 - part) * share[north - top : south - top, west - left : east - left]
            touched.add(place)
        return touched

    def _laid(self, place: Place) -> Bytes | None:
        cover = self._cover[place] * np.float32(self.brush.opacity)
        if self.within is not None:
            kept = self.within.tile(place)
            if kept is None:
                return self.pixels.tile(place)
            cover = cover * (kept.astype(np.float32) / 255)
        old = self.pixels.tile(place)
        if old is None:
            if self.erase:
                return None
            old = np.zeros((TILE, TILE) if self.pixels.channels == 1 else (TILE, TILE, 4), np.uint8)
        return (
            _mask_laid(old, cover, self.erase)
            if old.ndim == 2
            else _colour_laid(old, cover, self.erase, self.brush.color)
        )

    def result(self) -> Pixels:
        """The layer with the stroke on it."""
        return self.pixels.replaced(self.tiles)

    def changes(self) -> dict[Place, Bytes | None]:
        """Only the tiles that really differ; those that became empty are None."""
        found: dict[Place, Bytes | None] = {}
        for place, tile in self.tiles.items():
            old = self.pixels.tile(place)
            new = tile if tile is not None and tile.any() else None
            if (old is None) != (new is None) or (old is not None and new is not None and not np.array_equal(old, new)):
                found[place] = new
        return found


def _mask_laid(old: Bytes, cover: Cover, erase: bool) -> Bytes:
    before = old.astype(np.float32)
    after = before * (1 - cover) if erase else before + (255 - before) * cover
    return np.round(after).astype(np.uint8)


def _colour_laid(old: Bytes, cover: Cover, erase: bool, color: str) -> Bytes:
    """Colours are not premultiplied: the new colour weighs by its part of the alpha that comes out."""
    alpha = old[..., 3].astype(np.float32) / 255
    if erase:
        made = old.copy()
        made[..., 3] = np.round(255 * alpha * (1 - cover))
        made[made[..., 3] == 0] = 0
        return made
    shade = QColor(color)
    paint = np.array([shade.red(), shade.green(), shade.blue()], np.float32)
    out = cover + alpha * (1 - cover)
    share = np.where(out > 0, cover / np.maximum(out, 1e-6), 0)[..., None]
    made = np.empty_like(old)
    made[..., :3] = np.round(old[..., :3] * (1 - share) + paint * share)
    made[..., 3] = np.round(255 * out)
    return made

"""The document's tiles with mip levels: a picture of 8k x 8k is shown piece by piece, at any zoom.

A tile is 256 pixels square, RGBA (not premultiplied) or coverage (one byte). Tiles that are absent are empty. A `Pixels` is a
value over a `Raster` of the document, or over plain arrays while a stroke is being previewed: `replaced` and `over` share every
tile that did not change, and every mip tile that needs no new average.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from time import perf_counter
from typing import Self

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from studio.document.tiles import TILE, Bytes, Place, Raster, Tile, covered

Source = Bytes | Tile
"""A tile as it is held: the document's handle, or an array of our own."""


class Pixels:
    """A picture (4 channels) or a mask (1 channel) of fixed size."""

    def __init__(self, width: int, height: int, channels: int, tiles: Mapping[Place, Source] | None = None) -> None:
        """Tiles have shape (256, 256, 4) or (256, 256); what reaches beyond the edge must be zero."""
        if channels not in (1, 4):
            raise ValueError(f"{channels} channels: a picture has 4, a mask 1")
        self.width, self.height, self.channels = width, height, channels
        self.depth = max(0, math.ceil(math.log2(max(width, height, 1) / TILE)))
        """The highest mip level: the whole in one tile."""
        self._levels: list[dict[Place, Source]] = [dict(tiles or {}), *({} for _ in range(self.depth))]
        self._bounds: tuple[int, int, int, int] | None = None
        self._measured = False

    @classmethod
    def of(cls, array: Bytes) -> Self:
        """From (height, width) coverage, (height, width, 3) or (height, width, 4); empty tiles are left out."""
        if array.dtype != np.uint8 or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
            raise ValueError(f"{array.dtype} {array.shape} is neither a picture nor a mask of bytes")
        height, width = array.shape[:2]
        made = cls(width, height, 1 if array.ndim == 2 else 4)
        for row in range(math.ceil(height / TILE)):
            for column in range(math.ceil(width / TILE)):
                part = array[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
                tile = np.zeros(made._shape, np.uint8)
                if array.ndim == 3 and array.shape[2] == 3:
                    tile[: part.shape[0], : part.shape[1], :3] = part
                    tile[: part.shape[0], : part.shape[1], 3] = 255
                else:
                    tile[: part.shape[0], : part.shape[1]] = part
                if tile.any():
                    made._levels[0][column, row] = tile
        return made

    @classmethod
    def over(cls, raster: Raster, before: "Pixels | None" = None) -> Self:
        """The document's raster; what it shares with `before` keeps its mip tiles."""
        size = (raster.width, raster.height, raster.channels)
        if before is None or size != (before.width, before.height, before.channels):
            return cls(*size, raster.tiles)
        old = before.tiles
        places = {*old, *raster.tiles}
        new: dict[Place, Source | None] = {
            p: raster.tiles.get(p) for p in places if old.get(p) is not raster.tiles.get(p)
        }
        made = cls(*size)
        made._share(before, new)
        return made

    @classmethod
    def empty(cls, width: int, height: int, channels: int) -> Self:
        return cls(width, height, channels)

    @property
    def _shape(self) -> tuple[int, ...]:
        return (TILE, TILE) if self.channels == 1 else (TILE, TILE, 4)

    @property
    def tiles(self) -> Mapping[Place, Source]:
        """The tiles of full size. Do not write into them."""
        return self._levels[0]

    def arrays(self) -> Iterator[tuple[Place, Bytes]]:
        """Every tile of full size that is not empty, read one by one."""
        for place in self.tiles:
            tile = self.tile(place)
            if tile is not None:
                yield place, tile

    def places(self, level: int = 0) -> tuple[int, int]:
        """Columns and rows of tiles at a level."""
        side = TILE << level
        return math.ceil(self.width / side), math.ceil(self.height / side)

    def tile(self, place: Place, level: int = 0) -> Bytes | None:
        """The tile at a level, averaged when first asked for; None where it is empty. Pictures above level 0 are premultiplied."""
        known = self._levels[level]
        if place in known:
            found = known[place]
            if isinstance(found, Tile):
                return found.array()
            return found if found.size else None
        if level == 0:
            return None
        column, row = place
        parts = [self.tile((2 * column + dx, 2 * row + dy), level - 1) for dy in (0, 1) for dx in (0, 1)]
        if all(part is None for part in parts):
            known[place] = _NOTHING
            return None
        known[place] = made = np.zeros(self._shape, np.uint8)
        half = TILE // 2
        for index, part in enumerate(parts):
            if part is not None:
                dy, dx = divmod(index, 2)
                made[dy * half : (dy + 1) * half, dx * half : (dx + 1) * half] = halved(part, level > 1)
        return made

    def prepare(self, place: Place, level: int, until: float) -> bool:
        """Average what a tile needs, but only until this time (`perf_counter`). Gives back whether it is ready; what was done
        is kept, so that asking again goes on."""
        if level == 0 or place in self._levels[level]:
            return True
        column, row = place
        for dy in (0, 1):
            for dx in (0, 1):
                if not self.prepare((2 * column + dx, 2 * row + dy), level - 1, until):
                    return False
        self.tile(place, level)
        return perf_counter() < until

    def held(self, place: Place, level: int = 0) -> Source | None:
        """The object that stands for a tile: the same one as long as the tile looks the same."""
        if level:
            return self.tile(place, level)
        return self._levels[0].get(place)

    def replaced(self, tiles: Mapping[Place, Bytes | None]) -> Self:
        """With other tiles of full size; None empties one."""
        made = type(self)(self.width, self.height, self.channels)
        # A mask never holds an empty tile: its bounds are read from the outermost ones.
        kept = tiles if self.channels == 4 else {p: t if t is not None and t.any() else None for p, t in tiles.items()}
        made._share(self, kept)
        return made

    def _share(self, before: "Pixels", tiles: Mapping[Place, Source | None]) -> None:
        stale = set(tiles)
        for level, known in enumerate(before._levels):
            self._levels[level] = {p: t for p, t in known.items() if p not in stale}
            stale = {(x // 2, y // 2) for x, y in stale}
        self._levels[0].update({p: t for p, t in tiles.items() if t is not None})

    def read(self, x: int, y: int, width: int, height: int) -> Bytes:
        """A copy of a rectangle, (height, width) or (height, width, 4); zero beyond the edge."""
        found = np.zeros((height, width, *self._shape[2:]), np.uint8)
        for place in covered(x, y, width, height):
            tile = self.tile(place)
            if tile is not None:
                left, top = place[0] * TILE, place[1] * TILE
                x0, x1 = max(x, left), min(x + width, left + TILE)
                y0, y1 = max(y, top), min(y + height, top + TILE)
                found[y0 - y : y1 - y, x0 - x : x1 - x] = tile[y0 - top : y1 - top, x0 - left : x1 - left]
        return found

    def array(self) -> Bytes:
        """All of it."""
        return self.read(0, 0, self.width, self.height)

    def bounds(self) -> tuple[int, int, int, int] | None:
        """Left, top, width, height of what is not empty (alpha or coverage above 0); None when all is. Found once."""
        if not self._measured:
            self._bounds, self._measured = self._measure(), True
        return self._bounds

    def _measure(self) -> tuple[int, int, int, int] | None:
        boxes = []
        for place in self._rim():
            tile = self.tile(place)
            if tile is None:
                continue
            (column, row), solid = place, tile if self.channels == 1 else tile[..., 3]
            ys, xs = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
            if len(ys):
                boxes.append((column * TILE + xs[0], row * TILE + ys[0], column * TILE + xs[-1], row * TILE + ys[-1]))
        if not boxes:
            return None
        left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
        right, bottom = max(b[2] for b in boxes), max(b[3] for b in boxes)
        return int(left), int(top), int(right - left + 1), int(bottom - top + 1)

    def _rim(self) -> Iterable[Place]:
        """The tiles that decide the bounds. No tile of a mask is empty, so its outermost columns and rows are enough."""
        places = list(self.tiles)
        if self.channels == 4 or not places:
            return places
        columns, rows = [x for x, _ in places], [y for _, y in places]
        outer_x, outer_y = {min(columns), max(columns)}, {min(rows), max(rows)}
        return [(x, y) for x, y in places if x in outer_x or y in outer_y]

    def bytes(self) -> int:
        """Memory of the tiles that are our own, mip levels included; the document's are counted by its store."""
        return sum(tile.nbytes for level in self._levels for tile in level.values() if not isinstance(tile, Tile))


_NOTHING: Bytes = np.zeros(0, np.uint8)


def halved(tile: Bytes, premultiplied: bool = False) -> Bytes:
    """Mean of 2 x 2. Pictures come out premultiplied, as all mip tiles are: what is clear leaves no dark fringe."""
    side = tile.shape[0]
    if tile.ndim == 2:
        rows = tile[::2].astype(np.uint16) + tile[1::2]
        return ((rows[:, ::2] + rows[:, 1::2] + 2) >> 2).astype(np.uint8)
    tile = np.ascontiguousarray(tile)
    kind = QImage.Format.Format_RGBA8888_Premultiplied
    image = QImage(tile.data, side, side, 4 * side, kind if premultiplied else QImage.Format.Format_RGBA8888)
    small = image.convertToFormat(kind).scaled(
        side // 2, side // 2, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    return np.frombuffer(small.convertToFormat(kind).constBits(), np.uint8).reshape(side // 2, side // 2, 4).copy()


def as_image(tile: Bytes, tint: str = "", premultiplied: bool = False) -> QImage:
    """A tile as an image to draw, which owns its memory; a mask takes the tint, its coverage is the alpha."""
    if tile.ndim == 3:
        height, width = tile.shape[:2]
        tile = np.ascontiguousarray(tile)
        kind = QImage.Format.Format_RGBA8888_Premultiplied if premultiplied else QImage.Format.Format_RGBA8888
        image = QImage(tile.data, width, height, 4 * width, kind)
        solid = bool((tile[..., 3] == 255).all())
        return image.convertToFormat(QImage.Format.Format_RGB32 if solid else QImage.Format.Format_ARGB32_Premultiplied)
    height, width = tile.shape
    shade = QColor(tint or "#ffffff")
    cover = tile.astype(np.uint16)
    out = np.empty((height, width, 4), np.uint8)
    for channel, value in enumerate((shade.blue(), shade.green(), shade.red(), 255)):
        out[..., channel] = (cover * value + 127) // 255
    image = QImage(out.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()


def from_image(image: QImage) -> Bytes:
    """(height, width, 4) from any image."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4).copy()


def changed_places(before: Pixels, after: Pixels) -> Iterable[Place]:
    """Tiles that are not the same object in both."""
    return {p for p in {*before.tiles, *after.tiles} if before.tiles.get(p) is not after.tiles.get(p)}

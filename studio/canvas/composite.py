"""Layers laid over each other once per tile and kept: panning and zooming then draw one picture, however many layers.

Twenty layers of 8k x 8k cost twenty blends of a tile when it first comes into sight, and none afterwards. A tile that is
opaque hides what lies below, which is then not drawn at all.
"""

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform

from studio.canvas.items import Item
from studio.canvas.pixels import Source, as_image, changed_places
from studio.document.tiles import TILE, Place

Key = tuple[int, int, int]
"""Level, column, row."""

CLEAR = QImage()
"""Stands for a tile with nothing in it."""


class Composite:
    """A cache of finished tiles per mip level."""

    def __init__(self, megabytes: int = 384) -> None:
        self.items: tuple[Item, ...] = ()
        self.width = self.height = 0
        self._room = megabytes * 1024 * 1024 // (TILE * TILE * 4)
        self._tiles: OrderedDict[Key, QImage] = OrderedDict()
        self._stale: dict[Key, QImage] = {}
        """Shown until the new one is ready: a stroke never blinks."""
        self._sources: OrderedDict[tuple[int, str], tuple[Source, QImage]] = OrderedDict()
        """By the tile's address; the tile is held beside its image, so that an address is not used twice."""

    def show(self, width: int, height: int, items: Iterable[Item]) -> QRect:
        """Take the new layers; give back where the picture changed, in pixels of the document (empty: nowhere)."""
        new = tuple(i for i in items if i.visible and i.cover > 0)
        old, self.items = self.items, new
        if (width, height) != (self.width, self.height):
            self.width, self.height = width, height
            self._tiles.clear()
            self._stale.clear()
            return QRect(0, 0, width, height)
        return self._drop(_difference(old, new))

    def _drop(self, places: QRectF) -> QRect:
        if places.isEmpty():
            return QRect()
        for key in list(self._tiles):
            side = TILE << key[0]
            if places.intersects(QRectF(key[1] * side, key[2] * side, side, side)):
                self._stale[key] = self._tiles.pop(key)
        return places.toAlignedRect()

    def ready(self, key: Key) -> QImage | None:
        """A tile that is finished; None when it has to be made."""
        found = self._tiles.get(key)
        if found is not None:
            self._tiles.move_to_end(key)
        return found

    def meanwhile(self, key: Key) -> tuple[QImage, QRectF] | None:
        """What to show until the tile is ready: its last state, or a part of a coarser tile; with the source rectangle."""
        if key in self._stale:
            return self._stale[key], QRectF(0, 0, TILE, TILE)
        level, column, row = key
        for up in range(1, 9):
            found = self._tiles.get((level + up, column >> up, row >> up))
            if found is not None and not found.isNull():
                side = TILE / (1 << up)
                mask = (1 << up) - 1
                return found, QRectF((column & mask) * side, (row & mask) * side, side, side)
        return None

    def finer(self, key: Key) -> list[tuple[QImage, QRectF]]:
        """Finished tiles of the next two finer levels, with the part of this tile (0 to 1) that they cover."""
        level, column, row = key
        for down in (1, 2):
            count = 1 << down
            found = [
                (image, QRectF(x / count, y / count, 1 / count, 1 / count))
                for y in range(count)
                for x in range(count)
                if (image := self._tiles.get((level - down, (column << down) + x, (row << down) + y))) is not None
                and not image.isNull()
            ]
            if found:
                return found
        return []

    def make(self, key: Key, until: float = math.inf) -> QImage | None:
        """Lay the layers over each other in one tile; None when the time (`perf_counter`) ended before all was averaged."""
        level, column, row = key
        side = TILE << level
        area = QRectF(column * side, row * side, side, side)
        pieces: list[tuple[Item, list[tuple[QImage, QPointF]], QTransform]] = []
        solid = False
        for item in reversed(self.items):
            parts = self._pieces(item, level, area, until)
            if parts is None:
                return None
            found, own = parts
            if found:
                pieces.append((item, found, own))
                if item.cover >= 1 and _shifts(own) and len(found) == 1:
                    image, at = found[0]
                    hides = QRectF(own.map(at), image.size()).contains(QRectF(0, 0, TILE, TILE))
                    if hides and not image.hasAlphaChannel():
                        solid = True
                        break
        self._stale.pop(key, None)
        self._tiles[key] = made = _blend(pieces, solid) if pieces else CLEAR
        while len(self._tiles) > self._room:
            self._tiles.popitem(last=False)
        return made

    def _pieces(
        self, item: Item, level: int, area: QRectF, until: float
    ) -> tuple[list[tuple[QImage, QPointF]], QTransform] | None:
        """The layer's tiles under an area, and the way from their pixels to the tile's; None: out of time."""
        matrix = item.matrix
        back, possible = matrix.inverted()
        if not possible:
            return [], matrix
        grown = (abs(matrix.m11() * matrix.m22() - matrix.m12() * matrix.m21())) ** 0.5
        mip = level
        while mip > 0 and grown * (1 << mip) > (1 << level) * 1.01:
            mip -= 1
        while mip < item.pixels.depth and grown * (1 << (mip + 1)) <= (1 << level) * 1.01:
            mip += 1
        mip = min(mip, item.pixels.depth)
        under, step = back.mapRect(area), TILE << mip
        columns, rows = item.pixels.places(mip)
        found = []
        for y in range(max(0, int(under.top() // step)), min(rows, int(-(-under.bottom() // step)))):
            for x in range(max(0, int(under.left() // step)), min(columns, int(-(-under.right() // step)))):
                if not item.pixels.prepare((x, y), mip, until):
                    return None
                image = self._source(item, mip, (x, y))
                if image is not None:
                    found.append((image, QPointF(x * TILE, y * TILE)))
        own = QTransform.fromScale(1 << mip, 1 << mip) * matrix
        own = (
            own
            * QTransform.fromTranslate(-area.left(), -area.top())
            * QTransform.fromScale(1 / (1 << level), 1 / (1 << level))
        )
        return found, own

    def _source(self, item: Item, level: int, place: Place) -> QImage | None:
        tile = item.pixels.held(place, level)
        if tile is None:
            return None
        key = (id(tile), item.color)
        found = self._sources.get(key)
        if found is None:
            array = item.pixels.tile(place, level)
            if array is None:
                return None
            found = self._sources[key] = (tile, as_image(array, item.color, premultiplied=level > 0))
            while len(self._sources) > self._room:
                self._sources.popitem(last=False)
        else:
            self._sources.move_to_end(key)
        return found[1]


def _blend(pieces: list[tuple[Item, list[tuple[QImage, QPointF]], QTransform]], solid: bool) -> QImage:
    """The topmost layer comes first in the list; `solid`: the last one covers all."""
    lowest, found, own = pieces[-1]
    plain = _shifts(own)
    if len(pieces) == 1 and lowest.cover >= 1 and len(found) == 1 and plain and own.map(found[0][1]) == QPointF(0, 0):
        return found[0][0]
    made = QImage(TILE, TILE, QImage.Format.Format_RGB32 if solid else QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    for item, images, matrix in reversed(pieces):
        painter.setOpacity(item.cover)
        painter.setTransform(matrix)
        smooth = not (_shifts(matrix) and matrix.dx().is_integer() and matrix.dy().is_integer())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        for image, at in images:
            painter.drawImage(at, image)
    painter.end()
    return made


def _shifts(matrix: QTransform) -> bool:
    """Whether it only moves."""
    return (matrix.m11(), matrix.m12(), matrix.m21(), matrix.m22()) == (1, 0, 0, 1)


def _difference(old: tuple[Item, ...], new: tuple[Item, ...]) -> QRectF:
    """The box around everything that looks different, in pixels of the document."""
    if [i.id for i in old] != [i.id for i in new]:
        known, wanted = {i.id: i for i in old}, {i.id: i for i in new}
        shared = [i.id for i in old if i.id in wanted]
        if shared != [i.id for i in new if i.id in known]:  # the order is another one
            return _box(old + new)
        gone = [i for i in old if i.id not in wanted] + [i for i in new if i.id not in known]
        return _box(gone).united(_changes({k: i for k, i in known.items() if k in wanted}, wanted))
    return _changes({i.id: i for i in old}, {i.id: i for i in new})


def _changes(known: Mapping[str, Item], wanted: Mapping[str, Item]) -> QRectF:
    box = QRectF()
    for id, before in known.items():
        after = wanted[id]
        if before is after:
            continue
        same = (before.opacity, before.color, before.placed) == (after.opacity, after.color, after.placed)
        if same and (before.pixels.width, before.pixels.height) == (after.pixels.width, after.pixels.height):
            for x, y in changed_places(before.pixels, after.pixels):
                box = box.united(before.matrix.mapRect(QRectF(x * TILE, y * TILE, TILE, TILE)))
        else:
            box = box.united(_box((before, after)))
    return box


def _box(items: Iterable[Item]) -> QRectF:
    box = QRectF()
    for item in items:
        box = box.united(item.outline)
    return box

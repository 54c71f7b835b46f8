"""Outlines to coverage: boxes, polygons and lassos as tiles, and how two selections join."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPolygonF, QTransform

from studio.canvas.pixels import Pixels
from studio.document.tiles import TILE, Bytes, Place, covered


class Join(StrEnum):
    """What a new outline does to the selection that is there."""

    REPLACE = "replace"
    ADD = "add"
    TAKE = "take"
    BOTH = "both"


def polygon(points: Sequence[QPointF]) -> QPainterPath:
    """A closed outline; where it crosses itself, all of it is inside."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addPolygon(QPolygonF(list(points)))
    path.closeSubpath()
    return path


def box(one: QPointF, other: QPointF, square: bool = False) -> QRectF:
    """The box between two corners, on whole pixels."""
    across, down = other.x() - one.x(), other.y() - one.y()
    if square:
        side = max(abs(across), abs(down))
        across, down = side if across >= 0 else -side, side if down >= 0 else -side
    left, right = sorted((round(one.x()), round(one.x() + across)))
    top, bottom = sorted((round(one.y()), round(one.y() + down)))
    return QRectF(left, top, right - left, bottom - top)


def coverage(path: QPainterPath, width: int, height: int) -> Pixels:
    """A path as a mask of this size, edges smoothed. Boxes on whole pixels stay exact."""
    area = path.boundingRect().toAlignedRect().intersected(QRectF(0, 0, width, height).toAlignedRect())
    tiles: dict[Place, Bytes] = {}
    for place in covered(area.x(), area.y(), area.width(), area.height()):
        tile = _rendered(path, place)
        tile[:, max(0, width - place[0] * TILE) :] = 0
        tile[max(0, height - place[1] * TILE) :] = 0
        if tile.any():
            tiles[place] = tile
    return Pixels(width, height, 1, tiles)


def _rendered(path: QPainterPath, place: Place) -> Bytes:
    image = QImage(TILE, TILE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-place[0] * TILE, -place[1] * TILE)
    painter.fillPath(path, Qt.GlobalColor.white)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(TILE, TILE, 4)[..., 3].copy()


def joined(old: Pixels | None, new: Pixels, how: Join) -> Pixels | None:
    """The selection after a new outline; None when nothing is left of it."""
    if how == Join.REPLACE or (old is None and how == Join.ADD):
        return new if new.tiles else None
    if old is None:
        return None
    tiles: dict[Place, Bytes | None] = {}
    for place in {*old.tiles, *new.tiles}:
        one, other = old.tile(place), new.tile(place)
        if how == Join.ADD:
            tile = one if other is None else other if one is None else np.maximum(one, other)
        elif how == Join.TAKE:
            tile = one if other is None or one is None else np.minimum(one, 255 - other)
        else:
            tile = None if one is None or other is None else np.minimum(one, other)
        tiles[place] = tile if tile is not None and tile.any() else None
    made = old.replaced(tiles)
    return made if made.tiles else None


class Fitted:
    """A selection of the document as a moved, scaled or turned layer sees it: tile by tile, in the layer's own pixels."""

    def __init__(self, chosen: Pixels, matrix: QTransform) -> None:
        """`matrix` leads from the layer's pixels to the document's."""
        self._chosen, self._matrix = chosen, matrix
        self._back, self._possible = matrix.inverted()
        self._made: dict[Place, Bytes | None] = {}

    def tile(self, place: Place) -> Bytes | None:
        """(256, 256) coverage; None where nothing is selected."""
        if place not in self._made:
            self._made[place] = self._fitted(place)
        return self._made[place]

    def _fitted(self, place: Place) -> Bytes | None:
        own = QRectF(place[0] * TILE, place[1] * TILE, TILE, TILE)
        document = QRect(0, 0, self._chosen.width, self._chosen.height)
        area = self._matrix.mapRect(own).toAlignedRect().adjusted(-1, -1, 1, 1).intersected(document)
        if not self._possible or area.isEmpty():
            return None
        held = np.ascontiguousarray(self._chosen.read(area.x(), area.y(), area.width(), area.height()))
        if not held.any():
            return None
        seen = QImage(held.data, area.width(), area.height(), area.width(), QImage.Format.Format_Grayscale8)
        paper = QImage(TILE, TILE, QImage.Format.Format_Grayscale8)
        paper.fill(0)
        painter = QPainter(paper)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setTransform(self._back * QTransform.fromTranslate(-own.x(), -own.y()))
        painter.drawImage(QPointF(area.topLeft()), seen)
        painter.end()
        made = np.frombuffer(paper.constBits(), np.uint8).reshape(TILE, paper.bytesPerLine())[:, :TILE].copy()
        return made if made.any() else None

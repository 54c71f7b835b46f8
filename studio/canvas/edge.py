"""The marching edge of a selection or mask, in the concept's colour, two pixels of the screen wide at every zoom.

It is found on the screen, not in the document: a mask of 8k x 8k costs what the screen has pixels, and only when the view rests.
While panning, the last one is moved along; while zooming, it waits.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QTimer
from PySide6.QtGui import QColor, QImage, QPainter

from studio import look
from studio.canvas.items import Item
from studio.canvas.pixels import Pixels
from studio.document.tiles import TILE, Bytes

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView, Viewport

DASH = 5
"""Length of a dash in pixels of the screen."""
PACE = 120
"""Milliseconds between two frames of the march."""
WAIT = 120
"""Milliseconds without a change after which the edge of a mask that is being painted is found again."""
HALF = 128
"""Coverage from which a pixel counts as inside."""


class _Line:
    """One edge, found for one view."""

    def __init__(self, inside: NDArray[np.bool_], color: str, corner: QPoint) -> None:
        edge = np.zeros_like(inside)
        across, down = inside[:, 1:] != inside[:, :-1], inside[1:] != inside[:-1]
        edge[:, 1:] |= across
        edge[:, :-1] |= across
        edge[1:] |= down
        edge[:-1] |= down
        ys, xs = np.nonzero(edge)
        self.found = len(ys) > 0
        if not self.found:
            return
        top, left = int(ys.min()), int(xs.min())
        self.at = corner + QPoint(left, top)
        self._ys, self._xs = ys - top, xs - left
        self._pixels = np.zeros((int(self._ys.max()) + 1, int(self._xs.max()) + 1), np.uint32)
        shade = QColor(color)
        self._shade = np.uint32(shade.rgba())
        self._other = np.uint32(QColor("#ffffff" if look.luminance(shade) < 0.5 else look.INK).rgba())
        self.march(0)

    def march(self, phase: int) -> None:
        on = ((self._xs + self._ys + phase) // DASH) % 3 < 2
        self._pixels[self._ys, self._xs] = np.where(on, self._shade, self._other)
        height, width = self._pixels.shape
        self.image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)

    def area(self) -> QRect:
        return QRect(self.at, self.image.size())


class MarchingEdge(QObject):
    """Edges of the selection and of the active mask over a `CanvasView`."""

    def __init__(self, view: "CanvasView") -> None:
        super().__init__(view)
        self._view = view
        self._selection: tuple[Pixels, str] | None = None
        self._mask: Item | None = None
        self._lines: list[_Line] = []
        self._seen: Viewport | None = None
        self._size = view.size()
        self._stale = True
        self._phase = 0
        self._clock = QTimer(self, interval=PACE)
        self._clock.timeout.connect(self._tick)
        self._wait = QTimer(self, singleShot=True, interval=WAIT)
        self._wait.timeout.connect(view.update)
        self.marching = True
        """False keeps it still: for people who asked for less motion."""

    def show_masks(self, selection: Pixels | None, color: str, mask: Item | None) -> None:
        """Show the edges of these; None: none."""
        chosen = None if selection is None else (selection, color or look.current().link)
        if chosen != self._selection or mask is not self._mask:
            painting = mask is not None and self._mask is not None and mask.id == self._mask.id
            self._selection, self._mask = chosen, mask
            self._stale = True
            if painting:
                self._wait.start()  # a stroke goes on: the edge follows when the hand rests
            else:
                self._view.update()
        if chosen is None and mask is None:
            self._clock.stop()
        elif self.marching and not self._clock.isActive():
            self._clock.start()

    def draw(self, painter: QPainter) -> None:
        """Over the picture, in device pixels."""
        view = self._view
        if self._selection is None and self._mask is None:
            return
        resting = not view._moving and not self._wait.isActive()
        if resting and (self._stale or self._seen != view.viewport or self._size != view.device()):
            self._find()
        if self._seen is None or self._seen.zoom != view.viewport.zoom:
            return
        shift = view.origin() - view.origin(self._seen)
        painter.save()
        painter.scale(1 / view.ratio, 1 / view.ratio)
        for line in self._lines:
            painter.drawImage(QPointF(line.at) + shift, line.image)
        painter.restore()

    def _find(self) -> None:
        view = self._view
        self._seen, self._size, self._stale = view.viewport, view.device(), False
        self._lines = []
        wanted = [] if self._selection is None else [(Item("", self._selection[0], color=self._selection[1]))]
        if self._mask is not None:
            wanted.append(self._mask)
        for item in wanted:
            inside, corner = on_screen(item, view)
            line = _Line(inside, item.color or look.current().link, corner)
            if line.found:
                self._lines.append(line)

    def _tick(self) -> None:
        view = self._view
        if not view.isVisible() or view._moving or not self.marching:
            return
        self._phase += 1
        for line in self._lines:
            line.march(self._phase)
            area = line.area()
            ratio = view.ratio
            view.update(
                QRect(int(area.x() / ratio), int(area.y() / ratio), int(area.width() / ratio), int(area.height() / ratio))
                .adjusted(-1, -1, 2, 2)
            )  # fmt: skip


def on_screen(item: Item, view: "CanvasView") -> tuple[NDArray[np.bool_], QPoint]:
    """(height, width) whether a pixel of the screen lies in a mask, and the corner of that rectangle in device pixels.

    One pixel more than is seen on every side, so that the frame's border is not taken for an edge of the mask.
    """
    corner, zoom = view.origin(), view.viewport.zoom
    box = item.pixels.bounds() if item.placed is None else (0, 0, item.pixels.width, item.pixels.height)
    if box is None:
        return np.zeros((0, 0), np.bool_), QPoint()
    from_layer = item.matrix
    seen = QRect(QPoint(-2, -2), view.device()).adjusted(0, 0, 4, 4)
    outline = from_layer.mapRect(QRect(*box))
    seen &= QRect(
        int(outline.left() * zoom + corner.x()) - 2,
        int(outline.top() * zoom + corner.y()) - 2,
        int(outline.width() * zoom) + 6,
        int(outline.height() * zoom) + 6,
    )
    if seen.isEmpty():
        return np.zeros((0, 0), np.bool_), QPoint()
    xs = (np.arange(seen.left(), seen.right() + 1) + 0.5 - corner.x()) / zoom
    ys = (np.arange(seen.top(), seen.bottom() + 1) + 0.5 - corner.y()) / zoom
    mip = min(view.level(), item.pixels.depth)
    if item.placed is None:
        return _sampled(item.pixels, mip, xs[None, :], ys[:, None]) >= HALF, seen.topLeft()
    back, _ = from_layer.inverted()
    across = back.m11() * xs[None, :] + back.m21() * ys[:, None] + back.dx()
    down = back.m12() * xs[None, :] + back.m22() * ys[:, None] + back.dy()
    return _sampled(item.pixels, 0, across, down) >= HALF, seen.topLeft()


def _sampled(pixels: Pixels, level: int, xs: NDArray[np.floating[Any]], ys: NDArray[np.floating[Any]]) -> Bytes:
    """The nearest pixel at each place (pixels of full size); zero beyond the edge. A row of xs and a column of ys make a grid."""
    columns, rows = np.floor(xs / (1 << level)).astype(np.int64), np.floor(ys / (1 << level)).astype(np.int64)
    right, bottom = -(-pixels.width >> level), -(-pixels.height >> level)
    valid_x, valid_y = (columns >= 0) & (columns < right), (rows >= 0) & (rows < bottom)
    if not (valid_x.any() and valid_y.any()):
        return np.zeros(np.broadcast_shapes(xs.shape, ys.shape), np.uint8)
    x0, x1 = int(columns[valid_x].min()) // TILE, int(columns[valid_x].max()) // TILE
    y0, y1 = int(rows[valid_y].min()) // TILE, int(rows[valid_y].max()) // TILE
    sheet = np.zeros(((y1 - y0 + 1) * TILE, (x1 - x0 + 1) * TILE), np.uint8)
    for y in range(y0, y1 + 1):
        for x in range(x0, x1 + 1):
            tile = pixels.tile((x, y), level)
            if tile is not None:
                solid = tile if tile.ndim == 2 else tile[..., 3]
                sheet[(y - y0) * TILE : (y - y0 + 1) * TILE, (x - x0) * TILE : (x - x0 + 1) * TILE] = solid
    # Clipped instead of masked: gathering along rows and columns is many times quicker than by a mask of the screen.
    across = np.clip(columns - x0 * TILE, 0, sheet.shape[1] - 1)
    down = np.clip(rows - y0 * TILE, 0, sheet.shape[0] - 1)
    found = sheet[down[:, 0]][:, across[0]] if xs.shape[0] == 1 and ys.shape[1] == 1 else sheet[down, across]
    return np.where(valid_x & valid_y, found, np.uint8(0))

"""What the mouse, the pen and the keys do on the canvas. A tool changes nothing: it previews, and emits an intent.

Keys while a tool is in hand: Enter finishes, Esc gives up, Shift adds or keeps proportions, Alt takes away. Every tool can be
used by keyboard: arrows (with Ctrl, so that plain arrows pan) move its cursor, its points or its layer.
"""

import math
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen

from studio import look
from studio.canvas.brush import Brush, Stroke
from studio.canvas.intents import Boxed, Clicked, Cropped, Intent, Painted, Picked, Rearranged, Selected
from studio.canvas.items import Item
from studio.canvas.pixels import Pixels, as_image
from studio.canvas.shapes import Fitted, Join, box, coverage, joined, polygon
from studio.canvas.view import CanvasView, Pointer
from studio.document.project import LayerKind, Placed
from studio.document.tiles import TILE

ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
MARK = (Qt.Key.Key_Insert, Qt.Key.Key_Period)
"""Sets a point where the cursor is."""
NEAR = 9
"""Pixels of the screen within which a handle or a first point is hit."""


def arrow(event: QKeyEvent) -> tuple[float, float] | None:
    """Ctrl and an arrow: one pixel, with Shift ten."""
    if not event.modifiers() & Qt.KeyboardModifier.ControlModifier or event.key() not in ARROWS:
        return None
    far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
    x, y = ARROWS[Qt.Key(event.key())]
    return x * far, y * far


class CanvasTool(QObject):
    """A tool in hand; does nothing by itself."""

    edited = Signal(object)
    """An Intent."""
    told = Signal(str)
    """A sentence for the status line: why nothing happened."""
    cursor = Qt.CursorShape.CrossCursor
    title = ""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self.view = view

    def press(self, at: Pointer) -> None: ...
    def drag(self, at: Pointer) -> None: ...
    def release(self, at: Pointer) -> None: ...
    def hover(self, at: Pointer) -> None: ...
    def double(self, at: Pointer) -> None: ...
    def cancel(self) -> None: ...
    def draw(self, painter: QPainter, view: CanvasView) -> None: ...

    def key(self, event: QKeyEvent) -> bool:
        return False

    def preview(self, item: Item) -> Item:
        return item

    def hand_over(self, intent: Intent) -> None:
        self.edited.emit(intent)

    def active(self, paint: bool = False) -> Item | None:
        """The layer to act on; tells why when there is none."""
        item = self.view.scene.item(self.view.scene.active)
        if item is None:
            self.told.emit(self.tr("Choose a layer first."))
        elif item.locked:
            self.told.emit(self.tr("“{}” is locked; unlock it to change it.").format(item.label))
        elif paint and not item.visible:
            self.told.emit(self.tr("“{}” is hidden; show it to paint on it.").format(item.label))
        else:
            return item
        return None


class BrushTool(CanvasTool):
    """Paints on the active layer: colour on pictures, cover on masks and regions; or takes it away."""

    brush_changed = Signal(object)

    def __init__(self, view: CanvasView, erase: bool = False) -> None:
        super().__init__(view)
        self.erase = erase
        self.brush = Brush()
        self._stroke: Stroke | None = None
        self._item: Item | None = None
        self._at: QPointF | None = None
        self._wiping = False

    cursor = Qt.CursorShape.BlankCursor

    def set_brush(self, brush: Brush) -> None:
        self.brush = brush
        self.brush_changed.emit(brush)
        self.view.update()

    def press(self, at: Pointer) -> None:
        item = self.active(paint=True)
        if item is None:
            return
        self._item = item
        # The other button and Alt do the opposite, as the pen's other end does.
        self._wiping = self.erase ^ (at.button == Qt.MouseButton.RightButton or at.alt)
        scale = math.sqrt(abs(item.matrix.determinant())) or 1.0
        brush = replace(self.brush, size=self.brush.size / scale)
        chosen = self.view.scene.selection
        same = chosen is None or (item.placed is None and chosen.width == item.pixels.width)
        within = chosen if same or chosen is None else Fitted(chosen, item.matrix)
        self._stroke = Stroke(item.pixels, brush, self._wiping, within)
        self._paint(at)

    def drag(self, at: Pointer) -> None:
        self._point(at.point)
        if self._stroke is not None:
            self._paint(at)

    def _paint(self, at: Pointer) -> None:
        if self._stroke is None or self._item is None:
            return
        place = self._item.inside(at.point)
        if self._stroke.to(place.x(), place.y(), at.pressure):
            self.view.refresh()

    def release(self, at: Pointer) -> None:
        stroke, item = self._stroke, self._item
        self._stroke = self._item = None
        if stroke is None or item is None:
            return
        changes = stroke.changes()
        if changes:
            self.hand_over(Painted(item.id, changes, self.tr("Erase") if stroke.erase else self.tr("Paint")))
        self.view.refresh()

    def hover(self, at: Pointer) -> None:
        self._point(at.point)

    def _point(self, place: QPointF) -> None:
        """Move the ring, and draw only where it was and is."""
        for point in (self._at, place):
            if point is not None:
                half = self.brush.size / 2
                ring = QRectF(point.x() - half, point.y() - half, 2 * half, 2 * half)
                self.view.update(self.view.to_widget(ring).toAlignedRect().adjusted(-6, -6, 6, 6))
        self._at = place

    def cancel(self) -> None:
        self._stroke = self._item = self._at = None

    def key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.set_brush(self.brush.grown(1.15 if event.key() == Qt.Key.Key_BracketRight else 1 / 1.15))
            return True
        if event.key() in (Qt.Key.Key_BraceLeft, Qt.Key.Key_BraceRight):
            by = 0.1 if event.key() == Qt.Key.Key_BraceRight else -0.1
            self.set_brush(replace(self.brush, hardness=round(min(1.0, max(0.0, self.brush.hardness + by)), 2)))
            return True
        step = arrow(event)
        if step is not None:
            at = self._at or QPointF(self.view.viewport.x, self.view.viewport.y)
            self._point(at + QPointF(*step))
            if self._stroke is not None and self._at is not None:
                self._paint(Pointer(self._at.x(), self._at.y()))
            return True
        if event.key() in ENTER:
            at = self._at or QPointF(self.view.viewport.x, self.view.viewport.y)
            pointer = Pointer(at.x(), at.y(), modifiers=event.modifiers())
            self._point(at)
            if self._stroke is None:
                self.press(pointer)
            else:
                self.release(pointer)
            return True
        return False

    def preview(self, item: Item) -> Item:
        if self._stroke is None or self._item is None or item.id != self._item.id:
            return item
        return replace(item, pixels=self._stroke.result())

    def draw(self, painter: QPainter, view: CanvasView) -> None:
        if self._at is None:
            return
        half = self.brush.size / 2
        ring = view.to_widget(QRectF(self._at.x() - half, self._at.y() - half, 2 * half, 2 * half))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in (("#000000", 2.5), ("#ffffff", 1.2)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawEllipse(ring)
        if self.erase:
            painter.drawLine(ring.center() - QPointF(3, 0), ring.center() + QPointF(3, 0))


class OutlineTool(CanvasTool):
    """Selects by an outline. Shift adds, Alt takes away, both keep what is in both."""

    def how(self, modifiers: Qt.KeyboardModifier) -> Join:
        add = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        take = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        return Join.BOTH if add and take else Join.ADD if add else Join.TAKE if take else Join.REPLACE

    def select(self, points: list[QPointF], how: Join) -> None:
        scene = self.view.scene
        made = coverage(polygon(points), scene.width, scene.height)
        self.hand_over(Selected(joined(scene.selection, made, how), self.tr("Select")))

    def line(self, painter: QPainter, points: list[QPointF], closed: bool = False) -> None:
        """Points of the document as a line that is seen on any picture."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = [self.view.point_to_widget(p) for p in points]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in (("#000000", 3.0), ("#ffffff", 1.4)):
            painter.setPen(QPen(QColor(color), width))
            if closed:
                painter.drawPolygon(shown)
            else:
                painter.drawPolyline(shown)

    def cross(self, painter: QPainter, at: QPointF) -> None:
        """The cursor that the keyboard moves, of one size at every zoom."""
        half = 8 * self.view.ratio / self.view.viewport.zoom
        self.line(painter, [at - QPointF(half, 0), at + QPointF(half, 0)])
        self.line(painter, [at - QPointF(0, half), at + QPointF(0, half)])


class LassoTool(OutlineTool):
    """Drag around what is meant. By keyboard: Enter begins, Ctrl and arrows draw, Enter closes; full stop sets a corner too."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._points: list[QPointF] = []
        self._cursor: QPointF | None = None
        self._drawing = False
        """By keyboard."""

    def press(self, at: Pointer) -> None:
        self._points = [at.point]

    def drag(self, at: Pointer) -> None:
        last = self._points[-1] if self._points else at.point
        if self._points and (at.point - last).manhattanLength() * self.view.viewport.zoom >= 2:
            self._points.append(at.point)
            self.view.update()

    def key(self, event: QKeyEvent) -> bool:
        step, at = arrow(event), self._cursor or QPointF(self.view.viewport.x, self.view.viewport.y)
        if step is not None:
            self._cursor = at + QPointF(*step)
            if self._drawing:
                self._points.append(self._cursor)
        elif event.key() in MARK or (event.key() in ENTER and not self._drawing):
            self._cursor, self._drawing = at, True
            self._points.append(at)
        elif event.key() in ENTER:
            self.release(Pointer(at.x(), at.y(), modifiers=event.modifiers()))
        else:
            return False
        return True

    def release(self, at: Pointer) -> None:
        points, self._points, self._drawing = self._points, [], False
        if len(points) > 2:
            self.select(points, self.how(at.modifiers))
        elif points and self.how(at.modifiers) == Join.REPLACE and self.view.scene.selection is not None:
            self.hand_over(Selected(None, self.tr("Select nothing")))
        self.view.update()

    def cancel(self) -> None:
        self._points, self._cursor, self._drawing = [], None, False

    def draw(self, painter: QPainter, view: CanvasView) -> None:
        if len(self._points) > 1:
            self.line(painter, self._points)
        if self._cursor is not None:
            self.cross(painter, self._cursor)


class PolygonTool(OutlineTool):
    """Click corner by corner; Enter, a double click or the first corner closes. Ctrl and arrows move, full stop sets a corner."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._points: list[QPointF] = []
        self._at = QPointF()
        self._keyed = False
        """The place was reached by keyboard: it is shown."""

    def press(self, at: Pointer) -> None:
        if len(self._points) > 2:
            gap = (at.point - self._points[0]) * self.view.viewport.zoom / self.view.ratio
            if math.hypot(gap.x(), gap.y()) < NEAR:
                self._close(at.modifiers)
                return
        self._points.append(at.point)
        self._at = at.point
        self.view.update()

    def hover(self, at: Pointer) -> None:
        self._at = at.point
        if self._points or self._keyed:
            self._keyed = False
            self.view.update()

    drag = hover

    def double(self, at: Pointer) -> None:
        self._close(at.modifiers)

    def key(self, event: QKeyEvent) -> bool:
        step = arrow(event)
        if step is not None:
            start = (
                self._at
                if self._points or not self._at.isNull()
                else QPointF(self.view.viewport.x, self.view.viewport.y)
            )
            self._at, self._keyed = start + QPointF(*step), True
        elif event.key() in MARK or (event.key() in ENTER and len(self._points) < 3):
            if self._at.isNull():
                self._at = QPointF(self.view.viewport.x, self.view.viewport.y)
            self._points.append(self._at)
        elif event.key() == Qt.Key.Key_Backspace and self._points:
            self._points.pop()
        elif event.key() in ENTER:
            self._close(event.modifiers())
        else:
            return False
        return True

    def _close(self, modifiers: Qt.KeyboardModifier) -> None:
        points, self._points = self._points, []
        if len(points) > 2:
            self.select(points, self.how(modifiers))
        self.view.update()

    def cancel(self) -> None:
        self._points, self._keyed = [], False

    def draw(self, painter: QPainter, view: CanvasView) -> None:
        if self._keyed:
            self.cross(painter, self._at)
        if not self._points:
            return
        self.line(painter, [*self._points, self._at])
        painter.setBrush(QColor("#ffffff"))
        painter.setPen(QPen(QColor("#000000"), 1))
        for point in self._points:
            painter.drawRect(
                QRectF(view.point_to_widget(point) - QPointF(3, 3), view.point_to_widget(point) + QPointF(3, 3))
            )


class _Dragged(OutlineTool):
    """A box from corner to corner. By keyboard: Ctrl and arrows move, Enter sets a corner."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self.start: QPointF | None = None
        self.end = QPointF()
        self._cursor: QPointF | None = None

    def press(self, at: Pointer) -> None:
        self.start = self.end = at.point

    def drag(self, at: Pointer) -> None:
        self.end = at.point
        self.view.update()

    def release(self, at: Pointer) -> None:
        start, self.start, self._cursor = self.start, None, None
        if start is not None:
            self.done(box(start, at.point), at.modifiers)
        self.view.update()

    def key(self, event: QKeyEvent) -> bool:
        step = arrow(event)
        if step is not None:
            at = self._cursor or QPointF(self.view.viewport.x, self.view.viewport.y)
            self._cursor = self.end = at + QPointF(*step)
        elif event.key() in ENTER:
            at = self._cursor or QPointF(self.view.viewport.x, self.view.viewport.y)
            self._cursor = at
            pointer = Pointer(at.x(), at.y(), modifiers=event.modifiers())
            if self.start is None:
                self.press(pointer)
            else:
                self.release(pointer)
        else:
            return False
        return True

    def cancel(self) -> None:
        self.start = self._cursor = None

    def done(self, area: QRectF, modifiers: Qt.KeyboardModifier) -> None: ...

    def draw(self, painter: QPainter, view: CanvasView) -> None:
        if self.start is not None:
            area = box(self.start, self.end)
            corners = [area.topLeft(), area.topRight(), area.bottomRight(), area.bottomLeft()]
            self.line(painter, corners, closed=True)
            _tell(painter, view.to_widget(area).bottomRight(), f"{area.width():.0f} x {area.height():.0f}")
        elif self._cursor is not None:
            self.cross(painter, self._cursor)


class BoxTool(_Dragged):
    """Selects a box; a plain click selects nothing."""

    def done(self, area: QRectF, modifiers: Qt.KeyboardModifier) -> None:
        how = self.how(modifiers)
        if area.width() < 1 or area.height() < 1:
            if how == Join.REPLACE and self.view.scene.selection is not None:
                self.hand_over(Selected(None, self.tr("Select nothing")))
            return
        self.select([area.topLeft(), area.topRight(), area.bottomRight(), area.bottomLeft()], how)


class RegionTool(_Dragged):
    """Draws the box of a region: where a concept or a word shall be."""

    phrase = ""
    """What the next box is for."""

    def done(self, area: QRectF, modifiers: Qt.KeyboardModifier) -> None:
        kept = area.intersected(QRectF(0, 0, self.view.scene.width, self.view.scene.height))
        if kept.width() >= 4 and kept.height() >= 4:
            self.hand_over(Boxed(_whole(kept), self.tr("Draw a region"), self.phrase))
        elif area.width() >= 1 or area.height() >= 1:
            self.told.emit(self.tr("A region needs at least 4 x 4 pixels inside the picture. Drag its box open."))


class CropTool(_Dragged):
    """Draw what shall remain, move its edges with the mouse or Ctrl and arrows, Enter crops."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self.area: QRectF | None = None
        self._edges: tuple[bool, bool, bool, bool] | None = None

    def press(self, at: Pointer) -> None:
        self._edges = self._hit(at.point)
        if self._edges is None:
            self.area = None
            super().press(at)

    def drag(self, at: Pointer) -> None:
        if self._edges is None or self.area is None:
            super().drag(at)
            return
        left, top, right, bottom = self._edges
        area = QRectF(self.area)
        if left:
            area.setLeft(min(round(at.x), area.right() - 1))
        if top:
            area.setTop(min(round(at.y), area.bottom() - 1))
        if right:
            area.setRight(max(round(at.x), area.left() + 1))
        if bottom:
            area.setBottom(max(round(at.y), area.top() + 1))
        self.area = area
        self.view.update()

    def release(self, at: Pointer) -> None:
        if self._edges is None:
            super().release(at)
        self._edges = None

    def done(self, area: QRectF, modifiers: Qt.KeyboardModifier) -> None:
        self.area = area if area.width() >= 1 and area.height() >= 1 else None

    def double(self, at: Pointer) -> None:
        self._crop()

    def key(self, event: QKeyEvent) -> bool:
        step = arrow(event)
        if event.key() in ENTER and self.area is not None:
            self._crop()
        elif step is not None and self.area is not None:
            self.area.translate(*step)
        else:
            return super().key(event)
        return True

    def _crop(self) -> None:
        area, self.area = self.area, None
        if area is not None:
            self.hand_over(Cropped(_whole(area), self.tr("Crop")))
        self.view.update()

    def cancel(self) -> None:
        super().cancel()
        self.area = self._edges = None

    def _hit(self, at: QPointF) -> tuple[bool, bool, bool, bool] | None:
        if self.area is None:
            return None
        near, area = NEAR * self.view.ratio / self.view.viewport.zoom, self.area
        if not area.adjusted(-near, -near, near, near).contains(at):
            return None
        edges = (
            abs(at.x() - area.left()) < near,
            abs(at.y() - area.top()) < near,
            abs(at.x() - area.right()) < near,
            abs(at.y() - area.bottom()) < near,
        )
        return edges if any(edges) else None

    def draw(self, painter: QPainter, view: CanvasView) -> None:
        if self.area is None:
            super().draw(painter, view)
            return
        inner = view.to_widget(self.area)
        painter.save()
        shade = QPainterPath()
        shade.addRect(QRectF(view.rect()))
        shade.addRect(inner)  # twice covered: left out
        painter.fillPath(shade, QColor(0, 0, 0, 140))
        painter.setPen(QPen(QColor("#ffffff"), 1.5))
        painter.drawRect(inner)
        painter.setPen(QPen(QColor(255, 255, 255, 90), 1))
        for share in (1 / 3, 2 / 3):
            x, y = inner.left() + share * inner.width(), inner.top() + share * inner.height()
            painter.drawLine(QPointF(x, inner.top()), QPointF(x, inner.bottom()))
            painter.drawLine(QPointF(inner.left(), y), QPointF(inner.right(), y))
        painter.restore()
        _tell(painter, inner.bottomRight(), f"{self.area.width():.0f} x {self.area.height():.0f}")


class ClickSelect(CanvasTool):
    """Click on a thing: its mask is asked for. The right button or Alt marks what does not belong.

    1 2 3 choose a candidate, Enter takes it, Backspace takes the last point back. By keyboard: Ctrl and arrows move a cursor,
    full stop sets a point there, with Alt one to leave out; Enter does the same until there are candidates.
    """

    candidates_changed = Signal(int, int)
    """The chosen candidate (-1: none) and how many there are."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self.points: list[tuple[float, float, bool]] = []
        self.candidates: tuple[Pixels, ...] = ()
        self.chosen = -1
        self._cursor: QPointF | None = None

    def press(self, at: Pointer) -> None:
        scene = self.view.scene
        if not (0 <= at.x < scene.width and 0 <= at.y < scene.height):
            return
        include = not (at.button == Qt.MouseButton.RightButton or at.alt)
        self.points.append((at.x, at.y, include))
        if not any(yes for _x, _y, yes in self.points):
            self.told.emit(self.tr("Click on the thing itself first; the right button then takes parts away."))
            self.points.pop()
            return
        self._ask()

    def _ask(self) -> None:
        self.hand_over(Clicked(tuple(self.points), self.tr("Select by clicking")))
        self.view.update()

    def show_candidates(self, masks: tuple[Pixels, ...] | list[Pixels]) -> None:
        """The answer: up to three masks of the document's size, best first."""
        if not self.points:
            return  # given up meanwhile
        self.candidates = tuple(masks)[:3]
        self.choose(0)

    def choose(self, index: int) -> None:
        """Preview this candidate."""
        count = len(self.candidates)
        self.chosen = index % count if count else -1
        color = look.CONCEPTS[self.chosen % len(look.CONCEPTS)] if count else ""
        mask = self.candidates[self.chosen] if count else None
        item = None if mask is None else Item("candidate", mask, kind=LayerKind.MASK, color=color)
        self.view.edge.show_masks(self.view.scene.selection, self.view.scene.selection_color, item)
        self.candidates_changed.emit(self.chosen, count)
        self.view.update()

    def accept(self) -> None:
        """Take the chosen candidate."""
        if self.chosen >= 0:
            mask, index, points = self.candidates[self.chosen], self.chosen, tuple(self.points)
            self.cancel()
            self.hand_over(Picked(mask, index, points, self.tr("Take the mask")))

    def double(self, at: Pointer) -> None:
        self.accept()

    def key(self, event: QKeyEvent) -> bool:
        step, key = arrow(event), event.key()
        numbers = {Qt.Key.Key_1: 0, Qt.Key.Key_2: 1, Qt.Key.Key_3: 2}
        if step is not None:
            at = self._cursor or QPointF(self.view.viewport.x, self.view.viewport.y)
            self._cursor = at + QPointF(*step)
        elif key in ENTER and self.candidates:
            self.accept()
        elif key in MARK or key in ENTER:
            at = self._cursor or QPointF(self.view.viewport.x, self.view.viewport.y)
            self.press(Pointer(at.x(), at.y(), modifiers=event.modifiers()))
        elif self.candidates and key in numbers and numbers[Qt.Key(key)] < len(self.candidates):
            self.choose(numbers[Qt.Key(key)])
        elif key == Qt.Key.Key_Backspace and self.points:
            self.points.pop()
            self.candidates = ()
            self.choose(-1)
            if any(yes for _x, _y, yes in self.points):
                self._ask()
        else:
            return False
        return True

    def cancel(self) -> None:
        self.points, self.candidates, self.chosen, self._cursor = [], (), -1, None
        self.candidates_changed.emit(-1, 0)
        self.view.update()

    def draw(self, painter: QPainter, view: CanvasView) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.chosen >= 0:
            _tint(painter, view, self.candidates[self.chosen], look.CONCEPTS[self.chosen % len(look.CONCEPTS)])
        for x, y, include in self.points:
            at = view.point_to_widget(QPointF(x, y))
            painter.setPen(QPen(QColor("#ffffff"), 1.5))
            painter.setBrush(QColor("#14672f" if include else "#a8201a"))
            painter.drawEllipse(at, 7, 7)
            painter.drawLine(at - QPointF(3.5, 0), at + QPointF(3.5, 0))
            if include:
                painter.drawLine(at - QPointF(0, 3.5), at + QPointF(0, 3.5))
        if self._cursor is not None:
            at = view.point_to_widget(self._cursor)
            painter.setPen(QPen(QColor("#ffffff"), 1.5))
            painter.drawLine(at - QPointF(9, 0), at + QPointF(9, 0))
            painter.drawLine(at - QPointF(0, 9), at + QPointF(0, 9))


class ArrangeTool(CanvasTool):
    """Moves, scales and rotates the active layer. Corners scale (Shift: freely), the knob above rotates (Shift: by 15 degrees).

    By keyboard: Ctrl and arrows move, full stop and comma rotate (Shift: by 15 degrees), Ctrl with + and - scales.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._item: Item | None = None
        self._start = QPointF()
        self._before = Placed(0, 0)
        self._after: Placed | None = None
        self._change: Callable[[Pointer], Placed] | None = None

    def press(self, at: Pointer) -> None:
        item = self.active()
        if item is None:
            return
        self._item, self._start = item, at.point
        self._before = placed(item)
        self._after = None
        handle = self._handle(item, at.point)
        self._change = {"turn": self._turned, "scale": self._scaled}.get(handle, self._moved)

    def drag(self, at: Pointer) -> None:
        if self._item is not None and self._change is not None:
            self._after = self._change(at)
            self.view.refresh()
            self.view.update()

    def release(self, at: Pointer) -> None:
        item, after, self._item, self._after = self._item, self._after, None, None
        if item is not None and after is not None and after != self._before:
            self.hand_over(Rearranged(item.id, self._before, after, self.tr("Arrange layer")))
        self.view.refresh()
        self.view.update()

    def cancel(self) -> None:
        self._item = self._after = None

    def preview(self, item: Item) -> Item:
        if self._item is None or self._after is None or item.id != self._item.id:
            return item
        return replace(item, placed=self._after)

    def key(self, event: QKeyEvent) -> bool:
        """Ctrl and arrows move; full stop and comma rotate, with Shift by 15 degrees; Ctrl and + - scale."""
        step, key = arrow(event), event.key()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        # What Shift makes of the two keys depends on the keyboard: > < or : ;
        right, left = (Qt.Key.Key_Greater, Qt.Key.Key_Colon), (Qt.Key.Key_Less, Qt.Key.Key_Semicolon)
        by = 15.0 if shift else 1.0
        turns = {
            Qt.Key.Key_Period: by,
            Qt.Key.Key_Comma: -by,
            **dict.fromkeys(right, 15.0),
            **dict.fromkeys(left, -15.0),
        }
        sizes = {
            Qt.Key.Key_Plus: 1.05,
            Qt.Key.Key_Equal: 1.05,
            Qt.Key.Key_Minus: 1 / 1.05,
            Qt.Key.Key_Underscore: 1 / 1.05,
        }
        if step is None and not (key in turns and not control) and not (key in sizes and control):
            return False
        item = self.active()
        if item is None:
            return True
        before = placed(item)
        if step is not None:
            after = replace(before, x=before.x + step[0], y=before.y + step[1])
        elif key in turns:
            after = replace(before, turn=before.turn + turns[Qt.Key(key)])
        else:
            by = sizes[Qt.Key(key)]
            after = replace(before, scale_x=before.scale_x * by, scale_y=before.scale_y * by)
        self.hand_over(Rearranged(item.id, before, after, self.tr("Arrange layer"), merge=f"arrange {item.id}"))
        return True

    def _moved(self, at: Pointer) -> Placed:
        away = at.point - self._start
        x, y = self._before.x + away.x(), self._before.y + away.y()
        if at.shift:
            x, y = (x, self._before.y) if abs(away.x()) > abs(away.y()) else (self._before.x, y)
        # Whole steps keep a layer that is neither scaled nor turned exact to the pixel.
        return replace(
            self._before, x=self._before.x + round(x - self._before.x), y=self._before.y + round(y - self._before.y)
        )

    def _turned(self, at: Pointer) -> Placed:
        middle = QPointF(self._before.x, self._before.y)
        was, now = self._start - middle, at.point - middle
        by = math.degrees(math.atan2(now.y(), now.x()) - math.atan2(was.y(), was.x()))
        turn = self._before.turn + by
        return replace(self._before, turn=round(turn / 15) * 15 if at.shift else round(turn, 2))

    def _scaled(self, at: Pointer) -> Placed:
        angle = math.radians(-self._before.turn)
        middle = QPointF(self._before.x, self._before.y)

        def own(point: QPointF) -> QPointF:
            away = point - middle
            return QPointF(
                away.x() * math.cos(angle) - away.y() * math.sin(angle),
                away.x() * math.sin(angle) + away.y() * math.cos(angle),
            )

        was, now = own(self._start), own(at.point)
        if at.shift:
            across = now.x() / was.x() if abs(was.x()) > 1 else 1.0
            down = now.y() / was.y() if abs(was.y()) > 1 else 1.0
        else:
            across = down = math.hypot(now.x(), now.y()) / max(1.0, math.hypot(was.x(), was.y()))
        return replace(
            self._before,
            scale_x=_bounded(self._before.scale_x * across),
            scale_y=_bounded(self._before.scale_y * down),
        )

    def _corners(self, item: Item) -> list[QPointF]:
        width, height, way = item.pixels.width, item.pixels.height, item.matrix
        points = [QPointF(0, 0), QPointF(width, 0), QPointF(width, height), QPointF(0, height)]
        return [self.view.point_to_widget(way.map(p)) for p in points]

    def _knob(self, corners: list[QPointF]) -> QPointF:
        middle, top = (corners[0] + corners[2]) / 2, (corners[0] + corners[1]) / 2
        away = top - middle
        length = math.hypot(away.x(), away.y()) or 1.0
        return top + away * (20 / length)

    def _handle(self, item: Item, at: QPointF) -> str:
        place, corners = self.view.point_to_widget(at), self._corners(item)

        def near(point: QPointF) -> bool:
            return math.hypot(point.x() - place.x(), point.y() - place.y()) <= NEAR

        if near(self._knob(corners)):
            return "turn"
        return "scale" if any(near(c) for c in corners) else "move"

    def draw(self, painter: QPainter, view: CanvasView) -> None:
        item = view.scene.item(view.scene.active)
        if item is None or not item.visible:
            return
        corners = self._corners(self.preview(item))
        knob, top = self._knob(corners), (corners[0] + corners[1]) / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = QColor(look.current().accent)
        for color, width in (("#ffffff", 3.0), (accent, 1.4)):
            painter.setPen(QPen(QColor(color), width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolygon(corners)
            painter.drawLine(top, knob)
        painter.setPen(QPen(accent, 1.5))
        painter.setBrush(QColor("#ffffff"))
        for corner in corners:
            painter.drawRect(QRectF(corner - QPointF(4.5, 4.5), corner + QPointF(4.5, 4.5)))
        painter.drawEllipse(knob, 5.5, 5.5)


def placed(item: Item) -> Placed:
    """Where a layer lies, said in full."""
    return item.placed or Placed(item.pixels.width / 2, item.pixels.height / 2)


def _bounded(scale: float) -> float:
    return math.copysign(min(64.0, max(0.01, abs(scale))), scale)


def _whole(area: QRectF) -> tuple[int, int, int, int]:
    return round(area.x()), round(area.y()), round(area.width()), round(area.height())


def _tell(painter: QPainter, at: QPointF, text: str) -> None:
    """A small label beside the pointer."""
    look_now = look.current()
    painter.setFont(look.font(12))
    width = painter.fontMetrics().horizontalAdvance(text) + 12
    tab = QRectF(at.x() + 6, at.y() + 6, width, 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look_now.raised))
    painter.drawRoundedRect(tab, 4, 4)
    painter.setPen(QColor(look_now.text))
    painter.drawText(tab, Qt.AlignmentFlag.AlignCenter, text)


def _tint(painter: QPainter, view: CanvasView, mask: Pixels, color: str) -> None:
    """A candidate over the picture, drawn from the mip level that fits."""
    level = min(view.level(), mask.depth)
    columns, rows = mask.places(level)
    side = TILE << level
    painter.save()
    painter.setOpacity(0.45)
    for row in range(rows):
        for column in range(columns):
            area = view.to_widget(QRectF(column * side, row * side, side, side))
            tile = mask.tile((column, row), level) if area.intersects(QRectF(view.rect())) else None
            if tile is not None:
                painter.drawImage(area, as_image(tile, color))
    painter.restore()

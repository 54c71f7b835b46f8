"""The canvas: a widget that draws finished tiles, pans and zooms, and hands the mouse to a tool.

Drawn by the CPU on a plain QWidget, not a QGraphicsView: with layers as items, twenty of them are blended in every frame; here
they are blended once per tile (see `composite.py`), and a frame is one picture whatever the number of layers. While something
moves, tiles are scaled by the nearest pixel, and smoothly as soon as it rests; tiles that are not ready show the coarser level,
so that no frame waits.
"""

import math
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QEnterEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from studio import look
from studio.canvas.composite import Composite
from studio.canvas.edge import MarchingEdge
from studio.canvas.heat import Heat
from studio.canvas.items import Item, Kind, Scene
from studio.document.tiles import TILE

LEAST, MOST = 1 / 64, 64.0
"""Zoom: screen pixels per pixel of the document."""
BUDGET = 0.008
"""Seconds a frame may spend on tiles that are not ready."""
PATIENCE = 0.025
"""The same while nothing moves."""
REST = 90
"""Milliseconds after which a view that moved is drawn smoothly."""


@dataclass(frozen=True)
class Viewport:
    """What of the document is seen: the point in the middle, and device pixels per pixel of the document."""

    x: float
    y: float
    zoom: float


@dataclass(frozen=True)
class Pointer:
    """The mouse or pen, in pixels of the document."""

    x: float
    y: float
    pressure: float = 1.0
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    button: Qt.MouseButton = Qt.MouseButton.NoButton

    @property
    def point(self) -> QPointF:
        return QPointF(self.x, self.y)

    @property
    def shift(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ShiftModifier)

    @property
    def alt(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.AltModifier)

    @property
    def control(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ControlModifier)


class Tool(Protocol):
    """What the canvas asks of a tool. A tool changes nothing: it previews, and emits values."""

    cursor: Qt.CursorShape
    title: str
    """In the language in use, for screen readers."""

    def press(self, at: Pointer) -> None: ...
    def drag(self, at: Pointer) -> None: ...
    def release(self, at: Pointer) -> None: ...
    def hover(self, at: Pointer) -> None: ...
    def double(self, at: Pointer) -> None: ...
    def key(self, event: QKeyEvent) -> bool: ...
    def cancel(self) -> None: ...
    def preview(self, item: Item) -> Item: ...
    def draw(self, painter: QPainter, view: "CanvasView") -> None: ...


class CanvasView(QWidget):
    """Shows a `Scene`. Space, the middle button or the arrow keys pan; wheel, + and - zoom; 0 fits, 1 is pixel for pixel."""

    moved = Signal(object)
    """The Viewport changed."""
    pointed = Signal(object)
    """The Pointer, or None when the mouse left."""
    swapped = Signal(bool)
    """X is held or let go: show the picture before."""
    dropped = Signal(object)
    """URLs or data dropped on the canvas: (mime data, Pointer)."""
    let_go = Signal()
    """A button or the pen was released: what comes next is a step of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = Scene(0, 0)
        self.viewport = Viewport(0, 0, 1)
        self.tool: Tool | None = None
        self.heat: Heat | None = None
        self.pictures = Composite()
        self.overlays = Composite(128)
        self.overlays_visible = True
        self.edge = MarchingEdge(self)
        self._grab: tuple[QPointF, Viewport] | None = None
        self._space = False
        self._pen_down = False
        self._fitted = True
        self._moving = False
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._rested)
        self._more = QTimer(self, singleShot=True, interval=1)
        self._more.timeout.connect(self.update)
        self._checker = QPixmap()
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 160)
        self.setAccessibleName(self.tr("Canvas"))
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(800, 600)

    # --- what is shown

    def show_scene(self, scene: Scene) -> None:
        """Show this. Only what differs is drawn again."""
        resized = (scene.width, scene.height) != (self.scene.width, self.scene.height)
        self.scene = scene
        self.refresh()
        if resized and scene.width:
            self.fit()
        self._describe()

    def refresh(self) -> None:
        """Draw what the tool previews over the scene."""
        items = [self.tool.preview(i) for i in self.scene.items] if self.tool else list(self.scene.items)
        size = (self.scene.width, self.scene.height)
        areas = [self.pictures.show(*size, (i for i in items if not i.overlay))]
        areas.append(self.overlays.show(*size, (i for i in items if i.overlay)))
        for area in areas:
            if not area.isEmpty():
                self.update(self.to_widget(QRectF(area)).toAlignedRect().adjusted(-2, -2, 2, 2))
        edged = next((i for i in items if i.overlay and i.id == self.scene.active and i.visible), None)
        self.edge.show_masks(self.scene.selection, self.scene.selection_color, edged)

    def set_tool(self, tool: Tool | None) -> None:
        """Hand the mouse to another tool; the one before is cancelled."""
        if self.tool is not None:
            self.tool.cancel()
        self.tool = tool
        self._point_cursor()
        self.refresh()
        self._describe()
        self.update()

    def set_heat(self, heat: Heat | None) -> None:
        self.heat = heat
        self.update()

    def _describe(self) -> None:
        """The whole of it in words: what a screen reader says when the canvas has the focus."""
        scene = self.scene
        if not scene.width:
            self.setAccessibleDescription(self.tr("No picture is open."))
            return
        text = self.tr("Picture of {} by {} pixels at {} %.").format(
            scene.width, scene.height, round(self.viewport.zoom * 100)
        )
        if scene.items:
            told = ", ".join(self._told(item) for item in reversed(scene.items))
            text += " " + self.tr("Layers from the top: {}.").format(told)
        box = scene.selection.bounds() if scene.selection is not None else None
        if box is not None:
            text += " " + self.tr("Selected: {} by {} pixels at {}, {}.").format(box[2], box[3], box[0], box[1])
        else:
            text += " " + self.tr("Nothing is selected.")
        if self.tool is not None and self.tool.title:
            text += " " + self.tr("Tool: {}.").format(self.tool.title)
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    def _told(self, item: Item) -> str:
        kinds = {
            Kind.PICTURE: self.tr("picture"), Kind.RESULT: self.tr("result"), Kind.MASK: self.tr("mask"),
            Kind.REGION: self.tr("region"),
        }  # fmt: skip
        facts = [kinds[item.kind]]
        if not item.visible:
            facts.append(self.tr("hidden"))
        if item.locked:
            facts.append(self.tr("locked"))
        if item.id == self.scene.active:
            facts.append(self.tr("active"))
        return f"{item.label or item.id} ({', '.join(facts)})"

    # --- places

    @property
    def ratio(self) -> float:
        return self.devicePixelRatioF()

    def device(self) -> QSize:
        """The widget in device pixels."""
        return QSize(round(self.width() * self.ratio), round(self.height() * self.ratio))

    def origin(self, viewport: Viewport | None = None) -> QPointF:
        """Where the document's corner is, in device pixels; whole, so that nothing shimmers while panning."""
        see, size = viewport or self.viewport, self.device()
        return QPointF(round(size.width() / 2 - see.x * see.zoom), round(size.height() / 2 - see.y * see.zoom))

    def to_document(self, point: QPointF) -> QPointF:
        """From the widget's coordinates to the document's pixels."""
        corner = self.origin()
        zoom = self.viewport.zoom
        return QPointF((point.x() * self.ratio - corner.x()) / zoom, (point.y() * self.ratio - corner.y()) / zoom)

    def to_widget(self, area: QRectF) -> QRectF:
        corner, zoom, ratio = self.origin(), self.viewport.zoom, self.ratio
        return QRectF(
            (area.x() * zoom + corner.x()) / ratio,
            (area.y() * zoom + corner.y()) / ratio,
            area.width() * zoom / ratio,
            area.height() * zoom / ratio,
        )

    def point_to_widget(self, point: QPointF) -> QPointF:
        return self.to_widget(QRectF(point, point)).topLeft()

    # --- zoom and pan

    def look_at(self, viewport: Viewport, tell: bool = True) -> None:
        """Show another part."""
        zoom = min(MOST, max(LEAST, viewport.zoom))
        x = min(max(viewport.x, 0.0), float(max(self.scene.width, 1)))
        y = min(max(viewport.y, 0.0), float(max(self.scene.height, 1)))
        new = Viewport(x, y, zoom)
        if new == self.viewport:
            return
        self.viewport = new
        self._fitted = False
        self._moving = True
        self._rest.start()
        self.update()
        if tell:
            self.moved.emit(new)

    def zoom_by(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom about a point of the widget, which stays where it is."""
        at = about if about is not None else QPointF(self.width() / 2, self.height() / 2)
        fixed, zoom = self.to_document(at), min(MOST, max(LEAST, self.viewport.zoom * factor))
        away = QPointF(
            at.x() * self.ratio - self.device().width() / 2, at.y() * self.ratio - self.device().height() / 2
        )
        self.look_at(Viewport(fixed.x() - away.x() / zoom, fixed.y() - away.y() / zoom, zoom))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the picture by pixels of the screen."""
        zoom = self.viewport.zoom / self.ratio
        self.look_at(replace(self.viewport, x=self.viewport.x - dx / zoom, y=self.viewport.y - dy / zoom))

    def fit(self) -> None:
        """The whole picture, with a margin for its handles; small pictures are enlarged by half steps, then whole ones."""
        if not self.scene.width:
            return
        size, margin = self.device(), 4 * look.UNIT * self.ratio
        zoom = min((size.width() - 2 * margin) / self.scene.width, (size.height() - 2 * margin) / self.scene.height)
        zoom = math.floor(zoom if zoom > 3 else 2 * zoom) / (1 if zoom > 3 else 2) if zoom > 1 else max(zoom, LEAST)
        self.look_at(Viewport(self.scene.width / 2, self.scene.height / 2, zoom))
        self._fitted = True

    def actual(self) -> None:
        """One pixel of the document is one of the screen."""
        self.look_at(replace(self.viewport, zoom=1.0))

    def finish(self, seconds: float = 60.0) -> bool:
        """Make every tile that is in sight, now: for pictures of the window, and tests. False: the time was too short."""
        self._rested()
        target = QImage(self.device(), QImage.Format.Format_RGB32)
        target.setDevicePixelRatio(self.ratio)
        end, late = perf_counter() + seconds, True
        while late and perf_counter() < end:
            painter = QPainter(target)
            late = self.draw_pictures(painter, self.pictures, self.rect())
            late = self.draw_pictures(painter, self.overlays, self.rect()) or late
            painter.end()
        return not late

    def _rested(self) -> None:
        self._moving = False
        self._describe()
        self.update()

    # --- drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(look.current().canvas))
        if self.scene.width:
            self.draw_document(painter, event.rect())
        if self.hasFocus():
            painter.setPen(QPen(QColor(look.current().link), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def draw_document(self, painter: QPainter, area: QRect) -> None:
        """Paper, layers, masks, heat, edges, labels, the tool's own marks."""
        painter.save()
        painter.setClipRect(area)
        late = self.draw_pictures(painter, self.pictures, area)
        # Tints of masks and heat over each other could not be told apart.
        if self.overlays_visible and self.heat is None:
            late = self.draw_pictures(painter, self.overlays, area) or late
        if self.heat is not None:
            self.heat.draw(painter, self.to_widget(QRectF(0, 0, self.scene.width, self.scene.height)))
        self.edge.draw(painter)
        if self.overlays_visible:
            self._draw_labels(painter)
        if self.tool is not None:
            painter.save()
            painter.setBrush(Qt.BrushStyle.NoBrush)
            self.tool.draw(painter, self)
            painter.restore()
        painter.restore()
        if late:
            self._more.start()

    def _paper(self, painter: QPainter, corner: QPointF) -> QBrush:
        """What shows through clear pixels; it lies still on the document."""
        if self._checker.isNull():
            self._checker = _checkerboard()
        painter.setBrushOrigin(corner.toPoint())
        return QBrush(self._checker)

    def level(self) -> int:
        """The mip level drawn at this zoom: never enlarged, except beyond pixel for pixel."""
        return max(0, min(12, math.floor(math.log2(1 / self.viewport.zoom) + 1e-9)))

    def draw_pictures(self, painter: QPainter, source: Composite, area: QRect) -> bool:
        """Draw finished tiles, in device pixels, edge on edge. Gives back whether some were not ready in time."""
        level, zoom, corner, ratio = self.level(), self.viewport.zoom, self.origin(), self.ratio
        side = TILE << level
        seen = QRectF(
            self.to_document(QPointF(area.topLeft())), self.to_document(QPointF(area.bottomRight() + QPoint(1, 1)))
        )
        seen = seen.intersected(QRectF(0, 0, source.width, source.height))
        if seen.isEmpty():
            return False
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        paper = QRect(
            QPoint(round(corner.x()), round(corner.y())),
            QPoint(round(corner.x() + source.width * zoom) - 1, round(corner.y() + source.height * zoom) - 1),
        )
        painter.setClipRect(paper, Qt.ClipOperation.IntersectClip)
        smooth = not self._moving and zoom < 1 and zoom * (1 << level) != 1
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        papered, paper_brush = source is not self.overlays, self._paper(painter, corner)
        late, end = False, perf_counter() + (BUDGET if self._moving else PATIENCE)
        for row in range(int(seen.top() // side), math.ceil(seen.bottom() / side)):
            top, bottom = round(row * side * zoom + corner.y()), round((row + 1) * side * zoom + corner.y())
            for column in range(int(seen.left() // side), math.ceil(seen.right() / side)):
                left, right = round(column * side * zoom + corner.x()), round((column + 1) * side * zoom + corner.x())
                target, key = QRect(left, top, right - left, bottom - top), (level, column, row)
                image = source.ready(key)
                if image is None and perf_counter() < end:
                    image = source.make(key, end)
                if papered and (image is None or image.isNull() or image.hasAlphaChannel()):
                    painter.fillRect(target, paper_brush)
                if image is not None:
                    if not image.isNull():
                        painter.drawImage(target, image)
                    continue
                late = True
                other = source.meanwhile(key)
                if other is not None:
                    if not other[0].isNull():
                        painter.drawImage(QRectF(target), other[0], other[1])
                    continue
                for image, part in source.finer(key):
                    width, height = target.width(), target.height()
                    place = QRectF(
                        left + part.x() * width, top + part.y() * height, part.width() * width, part.height() * height
                    )
                    painter.drawImage(place, image)
        painter.restore()
        return late

    def _draw_labels(self, painter: QPainter) -> None:
        """A tab with the concept's word on every region and mask, where its tinted part begins."""
        painter.setFont(look.font(12, bold=True))
        metrics = QFontMetrics(painter.font())
        taken: list[QRectF] = []
        for item in self.scene.items:
            if not (item.overlay and item.visible and item.label):
                continue
            shown = self.tool.preview(item) if self.tool else item
            box = item.pixels.bounds()  # of the document: a stroke that goes on does not move the tab
            if box is None:
                continue
            at = self.to_widget(shown.matrix.mapRect(QRectF(*box)))
            color = QColor(item.color or look.current().accent)
            if item.kind == Kind.REGION:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(color, 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(at, 4, 4)
            text = metrics.elidedText(item.label, Qt.TextElideMode.ElideRight, 220)
            tab = QRectF(at.left() - 1, at.top() - 23, metrics.horizontalAdvance(text) + 16, 20)
            tab.moveTop(max(tab.top(), 2.0))
            for other in taken:
                if tab.intersects(other):
                    tab.moveLeft(other.right() + 4)
            taken.append(tab)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(tab, 4, 4)
            painter.setPen(QColor(look.INK))
            painter.drawText(tab, Qt.AlignmentFlag.AlignCenter, text)

    def flattened(self) -> QImage:
        """The layers without masks, as one picture of the document's size."""
        made = QImage(self.scene.width, self.scene.height, QImage.Format.Format_ARGB32_Premultiplied)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        for row in range(math.ceil(self.scene.height / TILE)):
            for column in range(math.ceil(self.scene.width / TILE)):
                tile = self.pictures.ready((0, column, row)) or self.pictures.make((0, column, row))
                if tile is not None and not tile.isNull():
                    painter.drawImage(column * TILE, row * TILE, tile)
        painter.end()
        return made

    # --- mouse, pen, keys

    def _pointer(
        self, place: QPointF, modifiers: Qt.KeyboardModifier, button: Qt.MouseButton, pressure: float = 1.0
    ) -> Pointer:
        at = self.to_document(place)
        return Pointer(at.x(), at.y(), pressure, modifiers, button)

    def _point_cursor(self) -> None:
        if self._grab is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(self.tool.cursor if self.tool else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._pen_down:
            return
        if event.button() == Qt.MouseButton.MiddleButton or self._space or self.tool is None:
            self._grab = (event.position(), self.viewport)
            self._point_cursor()
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self.tool.press(self._pointer(event.position(), event.modifiers(), event.button()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._pointer(event.position(), event.modifiers(), event.button())
        self.pointed.emit(at)
        if self._grab is not None:
            start, see = self._grab
            away = (event.position() - start) * self.ratio / see.zoom
            self.look_at(Viewport(see.x - away.x(), see.y - away.y(), see.zoom))
        elif self.tool is not None and not self._pen_down:
            if event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton):
                self.tool.drag(at)
            else:
                self.tool.hover(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grab is not None:
            self._grab = None
            self._point_cursor()
        elif self.tool is not None and not self._pen_down:
            self.tool.release(self._pointer(event.position(), event.modifiers(), event.button()))
            self.let_go.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.tool is not None and event.button() == Qt.MouseButton.LeftButton:
            self.tool.double(self._pointer(event.position(), event.modifiers(), event.button()))

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen: the same tool, with its pressure (0 to 1). Accepted, so that Qt makes no mouse event of it."""
        at = self._pointer(event.position(), event.modifiers(), event.button(), event.pressure())
        if self.tool is None or self._space:
            event.ignore()
            return
        if event.type() == QEvent.Type.TabletPress:
            self._pen_down = True
            self.tool.press(at)
        elif event.type() == QEvent.Type.TabletRelease:
            self.tool.release(at)
            self._pen_down = False
            self.let_go.emit()
        elif self._pen_down:
            self.tool.drag(at)
        else:
            self.tool.hover(at)
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier):
            self.pan_by(turn, 0)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.pan_by(0, turn)
        else:
            self.zoom_by(2 ** (turn / 360), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self._point_cursor()
        elif event.key() == Qt.Key.Key_X and not event.modifiers() and not event.isAutoRepeat():
            self.swapped.emit(True)
        elif self.tool is not None and self.tool.key(event):
            self.update()
        elif event.key() == Qt.Key.Key_Escape and self.tool is not None:
            self.tool.cancel()
            self.refresh()
            self.update()
        elif not self._navigate(event):
            super().keyPressEvent(event)

    def _navigate(self, event: QKeyEvent) -> bool:
        key, step = event.key(), 64.0
        pans = {
            Qt.Key.Key_Left: (step, 0.0),
            Qt.Key.Key_Right: (-step, 0.0),
            Qt.Key.Key_Up: (0.0, step),
            Qt.Key.Key_Down: (0.0, -step),
        }
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier & ~Qt.KeyboardModifier.ShiftModifier:
            return False
        if key in pans:
            self.pan_by(*pans[Qt.Key(key)])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(2**0.5)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(2**-0.5)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_1:
            self.actual()
        else:
            return False
        return True

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_Space:
            self._space = False
            self._point_cursor()
        elif event.key() == Qt.Key.Key_X:
            self.swapped.emit(False)
        else:
            super().keyReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)
        super().leaveEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._point_cursor()
        super().enterEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._checker = QPixmap()
            self.update()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._fitted:
            self.fit()
        super().resizeEvent(event)


def _checkerboard() -> QPixmap:
    """What shows through a clear pixel: two quiet greys, 8 px."""
    dark = look.current().dark
    made = QPixmap(16, 16)
    made.fill(QColor("#3a3a3d" if dark else "#ffffff"))
    painter = QPainter(made)
    for x, y in ((0, 0), (8, 8)):
        painter.fillRect(x, y, 8, 8, QColor("#2f2f32" if dark else "#e9e9ec"))
    painter.end()
    return made

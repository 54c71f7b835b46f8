"""Asking a place of the picture which words look there: a click, or a stroke of a wide brush."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen

from studio import look
from studio.canvas.tools import ENTER, CanvasTool, arrow
from studio.canvas.view import CanvasView, Pointer

RADIUS = 0.05
"""Half the width of the brush, as a share of the document's shorter side."""


class ProbeTool(CanvasTool):
    """Changes nothing. Ctrl and arrows move its cursor, Enter asks there."""

    probed = Signal(object)
    """The path, a list of (x, y) in pixels of the document; one point for a click."""
    pointed = Signal(object)
    """The same for the place under the mouse, which is not held."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self.path: list[tuple[float, float]] = []
        self._at: QPointF | None = None
        self._held = False

    def press(self, at: Pointer) -> None:
        self._held, self.path = True, [(at.x, at.y)]
        self._tell()

    def drag(self, at: Pointer) -> None:
        if self._held:
            self.path.append((at.x, at.y))
            self._tell()

    def release(self, at: Pointer) -> None:
        self._held = False

    def hover(self, at: Pointer) -> None:
        self._at = at.point
        if not self.path:
            self.pointed.emit([(at.x, at.y)])

    def cancel(self) -> None:
        """Forget the place; the words follow the mouse again."""
        self.path, self._held = [], False
        self.view.update()

    def key(self, event: QKeyEvent) -> bool:
        step = arrow(event)
        at = self._at or QPointF(self.view.viewport.x, self.view.viewport.y)
        if step is not None:
            self._at = at + QPointF(*step)
            self.view.update()
            return True
        if event.key() in ENTER:
            self._at, self.path = at, [(at.x(), at.y())]
            self._tell()
            return True
        return False

    @property
    def radius(self) -> float:
        """In pixels of the document."""
        return RADIUS * min(self.view.scene.width, self.view.scene.height)

    def draw(self, painter: QPainter, view: CanvasView) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.path:
            self._stroke(painter, view, self.path)
        if self._at is not None and view.hasFocus() and not self.path:
            self._ring(painter, view.point_to_widget(self._at))

    def _stroke(self, painter: QPainter, view: CanvasView, path: Sequence[tuple[float, float]]) -> None:
        points = [view.point_to_widget(QPointF(x, y)) for x, y in path]
        if len(points) == 1:
            self._ring(painter, points[0])
            return
        line = QPainterPath(points[0])
        for point in points[1:]:
            line.lineTo(point)
        color = QColor(look.current().link)
        color.setAlpha(90)
        width = 2 * self.radius * view.viewport.zoom / view.ratio
        pen = QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(line, pen)

    def _ring(self, painter: QPainter, at: QPointF) -> None:
        radius = max(5.0, self.radius * self.view.viewport.zoom / self.view.ratio)
        for color, width in (("#000000", 3.0), ("#ffffff", 1.4)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawEllipse(at, radius, radius)

    def _tell(self) -> None:
        self.view.update()
        self.probed.emit(list(self.path))

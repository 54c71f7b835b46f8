"""Two pictures compared: under a slider, side by side, or by pointing; all views look at the same place."""

from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio import look
from studio.canvas.composite import Composite
from studio.canvas.items import Item, Scene
from studio.canvas.pixels import Pixels
from studio.canvas.statistics import changed
from studio.canvas.view import CanvasView, Viewport
from studio.document.project import LayerKind

REACH = 14
"""Pixels of the screen from the slider's line within which it is grabbed."""


class Mode(StrEnum):
    SLIDER = "slider"
    SIDE = "side"
    HOVER = "hover"


class Link:
    """Views that always look at the same part."""

    def __init__(self, *views: CanvasView) -> None:
        self.views = views
        for view in views:
            view.moved.connect(self._follow)

    def _follow(self, viewport: Viewport) -> None:
        for view in self.views:
            view.look_at(viewport, tell=False)


def scene_with(pixels: Pixels, name: str) -> Scene:
    """One picture as a scene."""
    return Scene(pixels.width, pixels.height, (Item(name, pixels, LayerKind.PICTURE, name),))


class WipeView(CanvasView):
    """A canvas with a second picture under it: left of the line, or all of it."""

    split_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.before = Composite()
        self.split = 0.5
        """Where the line is: 0 (all after) to 1 (all before) of the picture's width."""
        self.wiping = True
        self.all_before = False
        self.names = (self.tr("before"), self.tr("after"))
        self._held = False

    def show_before(self, scene: Scene) -> None:
        self.before.show(scene.width, scene.height, (i for i in scene.items if not i.overlay))
        self.update()

    def set_split(self, split: float) -> None:
        split = min(1.0, max(0.0, split))
        if split != self.split:
            self.split = split
            self.split_changed.emit(split)
            self.update()

    def line(self) -> float:
        """The line's place on the widget."""
        return self.point_to_widget(QPointF(self.split * self.scene.width, 0)).x()

    def draw_pictures(self, painter: QPainter, source: Composite, area: QRect) -> bool:
        if source is not self.pictures or not self.before.width:
            return super().draw_pictures(painter, source, area)
        if self.all_before:
            return super().draw_pictures(painter, self.before, area)
        if not self.wiping:
            return super().draw_pictures(painter, source, area)
        line = round(self.line())
        left, right = QRect(area), QRect(area)
        left.setRight(min(area.right(), line - 1))
        right.setLeft(max(area.left(), line))
        late = False
        for part, composite in ((left, self.before), (right, source)):
            if part.isValid():
                painter.save()
                painter.setClipRect(part, Qt.ClipOperation.IntersectClip)
                late = super().draw_pictures(painter, composite, part) or late
                painter.restore()
        return late

    def draw_document(self, painter: QPainter, area: QRect) -> None:
        super().draw_document(painter, area)
        paper = self.to_widget(QRectF(0, 0, self.scene.width, self.scene.height)).intersected(QRectF(self.rect()))
        painter.save()  # a brush left behind would fill the view when its focus frame is drawn
        both = self.wiping and not self.all_before
        room = paper.width() - 16 if not both else paper.width() / 2 - 12
        if both:
            self._draw_line(painter, paper)
            _plate(painter, paper.topRight() + QPointF(-8, 8), self.names[1], room, right=True)
        _plate(
            painter, paper.topLeft() + QPointF(8, 8), self.names[0 if both or self.all_before else 1], room, right=False
        )
        painter.restore()

    def _draw_line(self, painter: QPainter, paper: QRectF) -> None:
        x = self.line()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in (("#000000", 4.0), ("#ffffff", 2.0)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawLine(QPointF(x, paper.top()), QPointF(x, paper.bottom()))
        middle = QPointF(x, paper.center().y())
        painter.setPen(QPen(QColor("#000000"), 1))
        painter.setBrush(QColor("#ffffff"))
        painter.drawEllipse(middle, 13, 13)
        painter.setPen(QPen(QColor("#1b1b1e"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for side in (-1, 1):
            painter.drawPolyline(
                [middle + QPointF(side * 4, -4), middle + QPointF(side * 8, 0), middle + QPointF(side * 4, 4)]
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = abs(event.position().x() - self.line()) <= REACH
        if self.wiping and near and event.button() == Qt.MouseButton.LeftButton:
            self._held = True
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self.set_split(self.to_document(event.position()).x() / max(1, self.scene.width))
            return
        super().mouseMoveEvent(event)
        if self.wiping and self._grab is None:
            near = abs(event.position().x() - self.line()) <= REACH
            self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.OpenHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._held = False
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl and the left or right arrow move the line."""
        steps = {Qt.Key.Key_Left: -0.02, Qt.Key.Key_Right: 0.02}
        if self.wiping and event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() in steps:
            self.set_split(self.split + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


class CompareView(QWidget):
    """The comparison with its bar: mode, line, what changed. X held shows the picture before, Shift+X changes them over."""

    closed = Signal()
    kept = Signal(bool)
    """One shall become a layer; True: the one that was given as "before"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mode = Mode.SLIDER
        self.left, self.right = WipeView(), WipeView()
        self.left.wiping = False
        self.left.setAccessibleName(self.tr("Picture before"))
        self.right.setAccessibleName(self.tr("Picture after"))
        self.link = Link(self.left, self.right)
        self.buttons = self._make_buttons()
        self.line = QSlider(Qt.Orientation.Horizontal)
        self.line.setRange(0, 100)
        self.line.setValue(50)
        self.line.setAccessibleName(self.tr("Line between before and after"))
        self.line.setToolTip(self.line.accessibleName())
        self.line.setMinimumWidth(64)
        self.line.setMaximumWidth(120)
        self.line.valueChanged.connect(lambda value: self.right.set_split(value / 100))
        self.right.split_changed.connect(self._line_moved)
        self.numbers = QLabel()
        self.numbers.setObjectName("hint")
        # Cut short where there is no room, rather than making the window wider; the tooltip has all of it.
        self.numbers.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.numbers.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.swap_button = look.icon_button(
            "mdi6.swap-horizontal", self.tr("Change before and after over (Shift+X)"), self.swap
        )
        self.keep_button = QPushButton(self.tr("Keep this one"))
        self.keep_button.clicked.connect(lambda: self.kept.emit(self.swapped_over))
        self.swapped_over: bool = False
        """Whether the picture that was given as "before" stands as "after"."""
        self._shown: tuple[Pixels, Pixels, Pixels | None, tuple[str, str]] | None = None
        self.close_button = look.icon_button("remove", self.tr("Close the comparison (Esc)"), self.closed.emit)
        self._lay_out()
        for view in (self.left, self.right):
            view.swapped.connect(self._swapped)
        self.right.installEventFilter(self)
        self.set_mode(Mode.SLIDER)

    def show_pictures(self, before: Pixels, after: Pixels, mask: Pixels | None = None,
                      names: tuple[str, str] | None = None) -> None:  # fmt: skip
        """Compare two pictures; with a mask, tell what changed outside it. Other sizes are shown, but not counted."""
        self.swapped_over = False
        self._show(before, after, mask, names or (self.tr("before"), self.tr("after")))
        self.right.fit()

    def swap(self) -> None:
        """Change before and after over; the place that is looked at stays."""
        if self._shown is not None:
            before, after, mask, names = self._shown
            self.swapped_over = not self.swapped_over
            self._show(after, before, mask, names[::-1])

    def _show(self, before: Pixels, after: Pixels, mask: Pixels | None, names: tuple[str, str]) -> None:
        self._shown = (before, after, mask, names)
        self.right.names = names
        self.left.names = (names[0],) * 2
        self.left.show_scene(scene_with(before, names[0]))
        self.right.show_scene(scene_with(after, names[1]))
        self.right.show_before(replace(self.left.scene, width=after.width, height=after.height))
        self.numbers.setText(self._told(before, after, mask))
        self.numbers.setToolTip(self.numbers.text())
        short = self.fontMetrics().elidedText(names[1], Qt.TextElideMode.ElideRight, 72)
        self.keep_button.setText(self.tr("Keep “{}”").format(short))
        self.keep_button.setToolTip(self.tr("Put “{}” onto the canvas as a layer").format(names[1]))

    def _told(self, before: Pixels, after: Pixels, mask: Pixels | None) -> str:
        """What changed, and where."""
        sizes = {(p.width, p.height) for p in (before, after, mask) if p is not None}
        if len(sizes) != 1:
            return self.tr("{} x {} and {} x {} pixels: not counted").format(
                before.width, before.height, after.width, after.height
            )
        found = changed(before, after, mask)
        if mask is None:
            return self.tr("{} of {} pixels changed").format(found.outside, found.total)
        return self.tr("{} pixels changed outside the mask, {} inside").format(found.outside, found.inside)

    def set_mode(self, mode: Mode) -> None:
        self.mode = mode
        self.buttons[mode].setChecked(True)
        self.left.setVisible(mode == Mode.SIDE)
        self.line.setEnabled(mode == Mode.SLIDER)
        self.right.wiping = mode == Mode.SLIDER
        self.right.all_before = False
        self.right.update()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Pointing at the picture shows the one before."""
        if self.mode == Mode.HOVER and event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self._swapped(isinstance(event, QEnterEvent))
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() == Qt.Key.Key_X and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self.swap()
        else:
            super().keyPressEvent(event)

    def _swapped(self, before: bool) -> None:
        self.right.all_before = before
        self.right.update()

    def _line_moved(self, split: float) -> None:
        self.line.blockSignals(True)
        self.line.setValue(round(split * 100))
        self.line.blockSignals(False)

    def _make_buttons(self) -> dict[Mode, QToolButton]:
        texts = {
            Mode.SLIDER: ("before", self.tr("Slider"), self.tr("Before left of the line, after right of it")),
            Mode.SIDE: ("side", self.tr("Side by side"), self.tr("Two views of the same place")),
            Mode.HOVER: ("hover", self.tr("Point"), self.tr("Point at the picture to see it before")),
        }
        group, made = QButtonGroup(self), {}
        for mode, (name, text, tip) in texts.items():
            button = QToolButton()
            look.put_icon(button, name)
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(text)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setCheckable(True)
            button.clicked.connect(lambda _on, mode=mode: self.set_mode(mode))
            group.addButton(button)
            made[mode] = button
        return made

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(look.UNIT, look.UNIT // 2, look.UNIT, look.UNIT // 2)
        bar.setSpacing(look.UNIT // 2)
        for button in self.buttons.values():
            bar.addWidget(button)
        bar.addSpacing(look.UNIT)
        bar.addWidget(self.line)
        bar.addWidget(self.swap_button)
        bar.addWidget(self.numbers, 1)
        bar.addWidget(self.keep_button)
        bar.addWidget(self.close_button)
        views = QHBoxLayout()
        views.setSpacing(2)
        views.addWidget(self.left, 1)
        views.addWidget(self.right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addLayout(views, 1)


def _plate(painter: QPainter, at: QPointF, text: str, room: float, right: bool) -> None:
    """A small dark plate with white words, seen on any picture; at most `room` pixels wide."""
    painter.setFont(look.font(12))
    text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(0, round(room) - 16))
    width = painter.fontMetrics().horizontalAdvance(text) + 16
    area = QRectF(at.x() - (width if right else 0), at.y(), width, 22)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(19, 19, 20, 215))
    painter.drawRoundedRect(area, 5, 5)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

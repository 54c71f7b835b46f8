"""A card of the modifier stack: what it holds as a value, its head (grip, switch, dial, order), its form, what it clashes with."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.contract.fields import JSON, Field
from core.contract.method import MethodInfo
from studio import look
from studio.forms.context import FormContext
from studio.forms.editors import title_of
from studio.forms.form import Form, tooltip
from studio.panels.labels import provenance_label

DIAL_STEPS = 1000
"""Most places of a dial; a finer step is typed into the form."""


@dataclass(frozen=True)
class Modifier:
    """One card as a value: what the document keeps."""

    id: str
    params: dict[str, JSON]
    on: bool = True

    @property
    def spec(self) -> str:
        """As the engine takes it: `id:{json}`."""
        return f"{self.id}:{json.dumps(self.params, ensure_ascii=False)}"

    @classmethod
    def of(cls, spec: str) -> "Modifier":
        """Back from what the engine was given."""
        id, _, text = spec.partition(":")
        params = json.loads(text) if text else {}
        return cls(id, params if isinstance(params, dict) else {})


def dial_field(fields: Sequence[Field]) -> Field | None:
    """The parameter that says how strongly a modifier acts: one called strength, else the first plain bounded number."""
    bounded = [
        f for f in fields
        if f.editor == "float" and not (f.many or f.optional or f.advanced) and f.low is not None and f.high is not None
    ]  # fmt: skip
    return next((f for f in bounded if f.name == "strength"), bounded[0] if bounded else None)


class Dial(QWidget):
    """One number of the form on the card's head, so that it can be turned with the form folded."""

    turned = Signal(float)

    def __init__(self, field: Field, owner: str) -> None:
        """`owner`: the title of the modifier, for screen readers."""
        super().__init__()
        self.field = field
        self.low, self.high = field.low or 0.0, field.high or 0.0
        self.step = max(field.step or 0.0, (self.high - self.low) / DIAL_STEPS)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, round((self.high - self.low) / self.step))
        self.slider.setPageStep(max(1, self.slider.maximum() // 10))
        self.slider.setAccessibleName(f"{owner}: {title_of(field)}")
        self.slider.setAccessibleDescription(field.help)
        self.number = QLabel()
        self.number.setObjectName("hint")
        self.number.setMinimumWidth(36)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(tooltip(field))
        name = QLabel(title_of(field))
        name.setObjectName("hint")
        name.setBuddy(self.slider)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.UNIT)
        row.addWidget(name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        self.slider.valueChanged.connect(self._turned)

    def show_number(self, value: float) -> None:
        """Show this, silently."""
        self.slider.blockSignals(True)
        self.slider.setValue(round((value - self.low) / self.step))
        self.slider.blockSignals(False)
        self.number.setText(f"{value:.4g}")

    def _turned(self, place: int) -> None:
        value = float(f"{min(self.high, self.low + place * self.step):.7g}")
        self.number.setText(f"{value:.4g}")
        self.turned.emit(value)


class Grip(QLabel):
    """Where a card is taken to be dragged up or down."""

    dragged = Signal(QPoint)
    """The mouse on the screen, while the button is held."""
    dropped = Signal()
    given_up = Signal()
    """Esc while it was held."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setPixmap(look.icon("mdi6.drag-vertical").pixmap(look.icon_size()))
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._held = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.grabKeyboard()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self.dragged.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held and event.button() == Qt.MouseButton.LeftButton:
            self._let_go()
            self.dropped.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._held and event.key() == Qt.Key.Key_Escape:
            self._let_go()
            self.given_up.emit()

    def _let_go(self) -> None:
        self._held = False
        self.releaseKeyboard()
        self.setCursor(Qt.CursorShape.OpenHandCursor)


class ModifierCard(QFrame):
    """Grip, switch, order; dial; form; and, where it cannot stand here, why and the way out."""

    edited = Signal()
    moved = Signal(int)
    """-1: earlier, 1: later."""
    removed = Signal()
    swapped = Signal()
    """The order that does not work shall be mended."""

    def __init__(self, info: MethodInfo, context: FormContext) -> None:
        super().__init__()
        self.info = info
        self.setObjectName("card")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.grip = Grip(self.tr("Drag {} to another place").format(info.title))
        self.switch = QCheckBox(info.title)
        self.switch.setChecked(True)
        self.switch.setToolTip(f"{info.title}\n{info.summary}")
        # A long title is cut short rather than making the card wider than the inspector.
        self.switch.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.switch.toggled.connect(self._switched)
        self.form = Form(info.params, context)
        self.form.edited.connect(self._filled)
        self.buttons = {
            "earlier": self._button("mdi6.arrow-up", self.tr("Apply {} earlier"), lambda: self.moved.emit(-1)),
            "later": self._button("mdi6.arrow-down", self.tr("Apply {} later"), lambda: self.moved.emit(1)),
            "fold": self._button("mdi6.tune-variant", self.tr("Show or fold the settings of {}"), self._fold),
            "remove": self._button("remove", self.tr("Take {} out"), self.removed.emit),
        }
        field = dial_field(info.params)
        self.dial = Dial(field, info.title) if field is not None else None
        self.clash = QLabel()
        self.clash.setObjectName("problem")
        self.clash.setWordWrap(True)
        self.clash.hide()
        self.swap = QPushButton(self.tr("Swap them"))
        self.swap.clicked.connect(lambda: self.swapped.emit())
        self.swap.hide()
        self._lay_out()
        self.stops = self._stops()
        """Where the keyboard halts in it, in their order."""

    @property
    def value(self) -> Modifier:
        return Modifier(self.info.id, self.form.values(), self.switch.isChecked())

    def show_value(self, value: Modifier) -> None:
        """Show this, silently."""
        self.switch.blockSignals(True)
        self.switch.setChecked(value.on)
        self.switch.blockSignals(False)
        self.form.set_values(value.params)
        self._able(value.on)
        self._show_dial()

    def show_clash(self, sentence: str, other: str = "") -> None:
        """Why it cannot stand here; `other`: the title of the one that an exchange of places would make peace with."""
        self.clash.setText(sentence)
        self.clash.setVisible(bool(sentence))
        self.swap.setVisible(bool(sentence and other))
        self.swap.setAccessibleName(self.tr("Put {} before {}").format(self.info.title, other))
        self.swap.setToolTip(self.swap.accessibleName())

    def _switched(self, on: bool) -> None:
        self._able(on)
        self.edited.emit()

    def _able(self, on: bool) -> None:
        self.form.setEnabled(on)
        if self.dial is not None:
            self.dial.setEnabled(on)

    def _filled(self, name: str) -> None:
        if self.dial is not None and name == self.dial.field.name:
            self._show_dial()
        self.edited.emit()

    def _show_dial(self) -> None:
        if self.dial is not None:
            value = self.form.editors[self.dial.field.name].value()
            if isinstance(value, int | float):
                self.dial.show_number(float(value))

    def _turned(self, value: float) -> None:
        if self.dial is not None:
            self.form.set_values({self.dial.field.name: value})
            self.edited.emit()

    def _fold(self) -> None:
        self.form.setVisible(self.form.isHidden())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.grip)
        head.addWidget(self.switch, 1)
        for button in self.buttons.values():
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.addLayout(head)
        if label := provenance_label(self.info):
            column.addWidget(label)
        column.addWidget(self.clash)
        column.addWidget(self.swap, 0, Qt.AlignmentFlag.AlignLeft)
        if self.dial is not None:
            self.dial.turned.connect(self._turned)
            column.addWidget(self.dial)
        column.addWidget(self.form)

    def _stops(self) -> list[QWidget]:
        found, widget = [], self.nextInFocusChain()
        while widget is not None and widget is not self:
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
                found.append(widget)
            widget = widget.nextInFocusChain()
        return found

    def _button(self, icon: str, text: str, call: Callable[[], object]) -> QToolButton:
        button = look.icon_button(icon, text.format(self.info.title), call)
        button.setAutoRaise(True)
        return button

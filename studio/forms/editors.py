"""One small editor per kind of field. An editor holds a JSON value, says what is wrong with it, and tells when it changed."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.contract.fields import JSON, Field
from studio.forms.context import FROM_REGIONS, FormContext, Told
from studio.language import label_of, said

_MOST = 2_147_483_647


def tr(text: str) -> str:
    return QCoreApplication.translate("Form", text)


class Editor(QWidget):
    """Base: `value`, `set_value`, `problem`, and `edited` when a person changed the value (never from `set_value`)."""

    edited = Signal()

    def __init__(self, field: Field, context: FormContext) -> None:
        super().__init__()
        self.field, self.context = field, context
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(6)

    def value(self) -> JSON:
        raise NotImplementedError

    def set_value(self, value: JSON) -> None:
        raise NotImplementedError

    def problem(self) -> str:
        """What is wrong with the value, in one sentence; empty when it may be sent."""
        value = self.value()
        if self.field.required and (value is None or value == "" or value == []):
            return tr("This is needed.")
        return ""

    def _adopt(self, widget: QWidget) -> None:
        """Make the inner control the one that the keyboard and a screen reader find."""
        widget.setAccessibleName(title_of(self.field))
        widget.setAccessibleDescription(self.field.help)
        self.setFocusProxy(widget)


class _Decimal(QDoubleSpinBox):
    """Shows only the digits that are needed: 0.5, not 0.5000000; learning rates as 1e-05."""

    def textFromValue(self, value: float) -> str:
        return f"{value:.7g}"

    def valueFromText(self, text: str) -> float:
        return float(text.replace(",", "."))

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        """Whatever may become a number is let through while it is typed."""
        try:
            inside = self.minimum() <= float(text.replace(",", ".")) <= self.maximum()
        except ValueError:
            typing = all(letter in "0123456789.,-+eE" for letter in text)
            return (QValidator.State.Intermediate if typing else QValidator.State.Invalid), text, place
        return (QValidator.State.Acceptable if inside else QValidator.State.Intermediate), text, place


class NumberEditor(Editor):
    """A spin box, with a slider beside it where both limits are known and near enough to drag between."""

    def __init__(self, field: Field, context: FormContext) -> None:
        super().__init__(field, context)
        self.whole = field.editor == "int"
        self.box: QSpinBox | QDoubleSpinBox = QSpinBox() if self.whole else _Decimal()
        low = -_MOST if field.low is None else field.low
        high = _MOST if field.high is None else field.high
        step = field.step or (1 if self.whole else _step(field))
        if isinstance(self.box, QSpinBox):
            self.box.setRange(int(low), int(high))
            self.box.setSingleStep(max(1, int(step)))
        else:
            self.box.setDecimals(_decimals(step))
            self.box.setRange(low, high)
            self.box.setSingleStep(step)
        self.box.setStepType(QAbstractSpinBox.StepType.DefaultStepType)
        self.box.setKeyboardTracking(False)
        self.box.setMinimumWidth(72)
        self.box.setMaximumWidth(110)
        self.slider: QSlider | None = None
        self.empty: QCheckBox | None = None
        self._low, self._step = low, step
        self._steps = 0 if field.low is None or field.high is None else round((high - low) / step)
        if field.optional:
            self.empty = QCheckBox(tr("set"))
            self.empty.setAccessibleName(title_of(field) + ": " + tr("set"))
            self.empty.toggled.connect(self.box.setEnabled)
            self.empty.toggled.connect(self.edited)
            self.box.setEnabled(False)
            self.row.addWidget(self.empty)
        if 1 < self._steps <= 1000:
            self.slider = QSlider(Qt.Orientation.Horizontal)
            self.slider.setRange(0, self._steps)
            self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the box beside it is the keyboard's way
            self.slider.setAccessibleName(title_of(field))
            self.slider.setMinimumWidth(40)
            self.slider.valueChanged.connect(self._slid)
            self.row.addWidget(self.slider, 1)
        self.row.addWidget(self.box, 0 if self.slider else 1)
        self.box.valueChanged.connect(self._typed)
        self._adopt(self.box)

    def value(self) -> JSON:
        if self.empty is not None and not self.empty.isChecked():
            return None
        self.box.interpretText()  # what is typed counts also where the keyboard is still in the box (Ctrl+Enter)
        value = self.box.value()
        return int(value) if self.whole else float(f"{value:.12g}")

    def set_value(self, value: JSON) -> None:
        self.blockSignals(True)
        if self.empty is not None:
            self.empty.setChecked(value is not None)
        if isinstance(value, int | float):
            self.box.setValue(int(value) if self.whole else value)  # type: ignore[arg-type]
        self.blockSignals(False)

    def _typed(self) -> None:
        if self.slider is not None:
            self.slider.blockSignals(True)
            self.slider.setValue(round((self.box.value() - self._low) / self._step))
            self.slider.blockSignals(False)
        self.edited.emit()

    def _slid(self, place: int) -> None:
        value = self._low + place * self._step
        self.box.setValue(int(value) if self.whole else value)  # type: ignore[arg-type]


class BoolEditor(Editor):
    def __init__(self, field: Field, context: FormContext) -> None:
        super().__init__(field, context)
        self.box = QCheckBox(tr("on"))
        self.box.toggled.connect(self.edited)
        self.row.addWidget(self.box, 1)
        self._adopt(self.box)

    def value(self) -> JSON:
        return self.box.isChecked()

    def set_value(self, value: JSON) -> None:
        self.blockSignals(True)
        self.box.setChecked(bool(value))
        self.blockSignals(False)


class ChoiceEditor(Editor):
    def __init__(self, field: Field, context: FormContext, choices: Sequence[str] | None = None) -> None:
        super().__init__(field, context)
        self.box = QComboBox()
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        for choice in choices if choices is not None else field.choices:
            self.box.addItem(said(choice).replace("_", " "), choice)
        self.box.currentIndexChanged.connect(self.edited)
        self.row.addWidget(self.box, 1)
        self._adopt(self.box)

    def value(self) -> JSON:
        data: JSON = self.box.currentData()
        return data

    def set_value(self, value: JSON) -> None:
        self.blockSignals(True)
        place = self.box.findData(value)
        if place < 0 and isinstance(value, str) and value:  # a value from elsewhere, such as a model's path
            self.box.addItem(value, value)
            place = self.box.count() - 1
        self.box.setCurrentIndex(place)
        self.blockSignals(False)


class TextEditor(Editor):
    """Free text; a prompt gets several lines."""

    def __init__(self, field: Field, context: FormContext) -> None:
        super().__init__(field, context)
        self.long = "prompt" in field.name or "negative" in field.name
        self.box: QPlainTextEdit | QLineEdit
        if self.long:
            self.box = QPlainTextEdit()
            self.box.setTabChangesFocus(True)
            self.box.setFixedHeight(64)
        else:
            self.box = QLineEdit()
        self.box.textChanged.connect(self.edited)
        self.row.addWidget(self.box, 1)
        self._adopt(self.box)

    def value(self) -> JSON:
        text = self.box.toPlainText() if isinstance(self.box, QPlainTextEdit) else self.box.text()
        return text or (None if self.field.optional and self.field.default is None else "")

    def set_value(self, value: JSON) -> None:
        self.blockSignals(True)
        text = "" if value is None else str(value)
        if isinstance(self.box, QPlainTextEdit):
            self.box.setPlainText(text)
        else:
            self.box.setText(text)
        self.blockSignals(False)


class ListEditor(Editor):
    """Words, numbers, points or a box as one line of text; several entries are parted by commas or semicolons."""

    def __init__(self, field: Field, context: FormContext) -> None:
        super().__init__(field, context)
        self.box = QLineEdit()
        self.box.setPlaceholderText(_EXAMPLES.get(field.editor, tr("one, two, three") if field.many else ""))
        self.box.textChanged.connect(self.edited)
        self.row.addWidget(self.box, 1)
        if field.editor in ("point", "box") and context.pick is not None:
            button = QPushButton(tr("Pick"))
            button.setToolTip(tr("Take it from the canvas"))
            button.setAccessibleName(title_of(field) + ": " + tr("take it from the canvas"))
            button.clicked.connect(self._pick)
            self.row.addWidget(button)
        self._adopt(self.box)

    def value(self) -> JSON:
        text = self.box.text().strip()
        if not text:
            return [] if self._list and not self.field.optional else None
        return self._parsed(text)

    def problem(self) -> str:
        try:
            return super().problem()
        except ValueError:
            return tr("Write it like this: {}").format(_EXAMPLES.get(self.field.editor, "1, 2, 3"))

    def set_value(self, value: JSON) -> None:
        self.blockSignals(True)
        self.box.setText(self._written(value))
        self.blockSignals(False)

    @property
    def _list(self) -> bool:
        return self.field.many or self.field.editor in ("words", "numbers")

    def _parsed(self, text: str) -> JSON:
        if self.field.editor == "point" and not self.field.many:
            return _whole(text, 2)
        if self.field.editor == "box" and not self.field.many:
            return _whole(text, 4)
        if self.field.editor in ("point", "box"):
            count = 2 if self.field.editor == "point" else 4
            return [_whole(part, count) for part in text.split(";") if part.strip()]
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if self.field.editor == "int":
            return [int(part) for part in parts]
        if self.field.editor in ("float", "numbers"):
            return [float(part) for part in parts]
        return list(parts)

    def _written(self, value: JSON) -> str:
        if value is None or not isinstance(value, list | tuple):
            return "" if value is None else str(value)
        if self.field.editor in ("point", "box") and self.field.many:
            return "; ".join(", ".join(str(n) for n in part) for part in value if isinstance(part, list | tuple))
        return ", ".join(f"{part:g}" if isinstance(part, float) else str(part) for part in value)

    def _pick(self) -> None:
        if self.context.pick is None:
            return
        value = self.context.pick(self.field)
        if value is not None:
            self.box.setText(self._written(value))


class FileEditor(Editor):
    """Stored files (pictures, masks, concepts, patches) or a path: from a dialog, from the canvas, or dropped here."""

    def __init__(self, field: Field, context: FormContext) -> None:
        super().__init__(field, context)
        self.setAcceptDrops(True)
        self.names: list[str] = []
        self.label = QLineEdit()
        self.label.setReadOnly(field.editor != "path")
        self.label.setMinimumWidth(60)
        self.label.setPlaceholderText(tr("Drop files here") if field.many else tr("Drop a file here"))
        self.label.textEdited.connect(self._typed)
        self.row.addWidget(self.label, 1)
        if context.pick is not None and field.editor != "path":
            if field.editor in ("patch", "concept"):
                self._button(tr("In use"), tr("take what is switched on in Create, or was made last"), self._pick)
            else:
                self._button(tr("Canvas"), tr("take it from the canvas"), self._pick)
        self._button(tr("File…"), tr("choose a file"), self._choose)
        if field.editor != "path":
            self._button("✕", tr("take it out"), self._clear)
        self._adopt(self.label)

    def value(self) -> JSON:
        if self.field.many:
            return list(self.names)
        return self.names[0] if self.names else (None if self.field.optional else "")

    def set_value(self, value: JSON) -> None:
        listed = value if isinstance(value, list | tuple) else [value] if value else []
        self.names = [str(v) for v in listed]
        self._show()

    def take(self, paths: Sequence[str]) -> None:
        """Files a person gave: taken into the store (unless the field is a path outside it)."""
        names = [str(p) if self.field.editor == "path" else self.context.take(str(p)) for p in paths]
        self.names = [*self.names, *names] if self.field.many else names[-1:]
        self._show()
        self.edited.emit()

    def dragEnterEvent(self, event: Any) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: Any) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.take(paths)
            event.acceptProposedAction()

    def _button(self, text: str, does: str, call: Any) -> None:
        button = QPushButton(text)
        button.setToolTip(does[0].upper() + does[1:])
        button.setAccessibleName(f"{title_of(self.field)}: {does}")
        button.clicked.connect(call)
        self.row.addWidget(button)

    def _show(self) -> None:
        shown = [self.context.title(name) for name in self.names]
        self.label.setText(", ".join(shown))
        self.label.setCursorPosition(0)  # the first name is seen, not the end of the last
        self.label.setToolTip("\n".join(shown))

    def _typed(self, text: str) -> None:
        self.names = [text] if text else []
        self.edited.emit()

    def _choose(self) -> None:
        if self.field.editor == "path":
            path = QFileDialog.getSaveFileName(self, title_of(self.field), self.label.text())[0]
            paths = [path] if path else []
        elif self.field.many:
            paths = QFileDialog.getOpenFileNames(self, title_of(self.field), "", _FILTERS[self.field.editor])[0]
        else:
            path = QFileDialog.getOpenFileName(self, title_of(self.field), "", _FILTERS[self.field.editor])[0]
            paths = [path] if path else []
        if paths:
            self.take(paths)

    def _pick(self) -> None:
        if self.context.pick is None:
            return
        value = self.context.pick(self.field)
        if value:
            self.set_value(value)
            self.edited.emit()

    def _clear(self) -> None:
        self.names = []
        self._show()
        self.edited.emit()


class ModifierEditor(Editor):
    """The ordered modifiers of a generation as text, one `id:{json}` a line; the modifier stack is the comfortable way."""

    def __init__(self, field: Field, context: FormContext) -> None:
        super().__init__(field, context)
        self.box = QPlainTextEdit()
        self.box.setTabChangesFocus(True)
        self.box.setFixedHeight(56)
        self.box.textChanged.connect(self.edited)
        column = QVBoxLayout()
        column.addWidget(self.box)
        self.row.addLayout(column, 1)
        self._adopt(self.box)

    def value(self) -> JSON:
        return [line.strip() for line in self.box.toPlainText().splitlines() if line.strip()]

    def problem(self) -> str:
        for line in self.box.toPlainText().splitlines():
            _, _, data = line.strip().partition(":")
            if data:
                try:
                    json.loads(data)
                except ValueError:
                    return tr("This line is not `id:{…}`: {}").replace("{}", line.strip()[:40], 1)
        return super().problem()

    def set_value(self, value: JSON) -> None:
        self.blockSignals(True)
        self.box.setPlainText("\n".join(str(v) for v in value) if isinstance(value, list | tuple) else "")
        self.blockSignals(False)


class FollowEditor(Editor):
    """A list with an entry for each word, which follows the regions on the canvas while its switch is on."""

    def __init__(self, field: Field, context: FormContext, inner: Editor) -> None:
        super().__init__(field, context)
        self.inner = inner
        self.beside: Callable[[], JSON] = list
        """The words that the form has now."""
        self.switch = QCheckBox(tr("From the regions on the canvas"))
        self.switch.setAccessibleDescription(tr("Each word gets the region that was drawn for it"))
        self.switch.setToolTip(self.switch.accessibleDescription())
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setObjectName("hint")
        column = QVBoxLayout()
        column.setSpacing(2)
        for widget in (self.switch, self.state, inner):
            column.addWidget(widget)
        self.row.addLayout(column, 1)
        self.switch.toggled.connect(self._switched)
        inner.edited.connect(self.edited)
        self.setFocusProxy(self.switch)
        self.switch.setAccessibleName(title_of(field) + ": " + self.switch.text())
        self.retell()

    @property
    def following(self) -> bool:
        return self.switch.isChecked()

    def value(self) -> JSON:
        return [FROM_REGIONS] if self.following else self.inner.value()

    def set_value(self, value: JSON) -> None:
        follows = value in ([FROM_REGIONS], (FROM_REGIONS,))
        self.blockSignals(True)
        self.switch.setChecked(follows)
        self.inner.set_value([] if follows else value)
        self.blockSignals(False)
        self._show()

    def problem(self) -> str:
        return self.told().problem if self.following else self.inner.problem()

    def told(self) -> Told:
        """What the canvas has now."""
        words = self.beside()
        listed = [str(word) for word in words] if isinstance(words, list | tuple) else []
        return self.context.regions(listed) if self.context.regions else Told()

    def retell(self) -> None:
        """Say what it follows: the words that have a region, or how one is made."""
        if not self.following:
            return
        told = self.told()
        text = told.caution or (tr("Regions of: {}").format(", ".join(told.words)) if told.words else "")
        self.state.setText(text or tr("No word has a region yet. Draw one with R; without, no layout is given."))
        self.state.setObjectName("caution" if told.caution else "hint")
        self.state.style().polish(self.state)
        self.state.setVisible(not told.problem)  # the problem stands below, as of every field

    def _switched(self) -> None:
        self._show()
        self.edited.emit()

    def _show(self) -> None:
        self.inner.setVisible(not self.following)
        self.state.setVisible(self.following)
        self.retell()


def make_editor(field: Field, context: FormContext) -> Editor:
    """The editor for a field."""
    if field.per and field.many and field.editor in ("mask", "box") and context.regions is not None:
        inner = FileEditor(field, context) if field.editor == "mask" else ListEditor(field, context)
        return FollowEditor(field, context, inner)
    if field.editor == "modifier":
        return ModifierEditor(field, context)
    if field.editor in _FILTERS or field.editor == "path":
        return FileEditor(field, context)
    if field.many or field.editor in ("words", "numbers", "point", "box"):
        return ListEditor(field, context)
    if field.editor == "model":
        return ChoiceEditor(field, context, context.models)
    kinds: dict[str, type[Editor]] = {
        "int": NumberEditor, "float": NumberEditor, "bool": BoolEditor, "choice": ChoiceEditor, "text": TextEditor,
    }  # fmt: skip
    return kinds[field.editor](field, context)


def title_of(field: Field) -> str:
    """A field's name as a label."""
    return said(label_of(field))


def _whole(text: str, count: int) -> list[JSON]:
    numbers: list[JSON] = [int(part) for part in text.split(",")]
    if len(numbers) != count:
        raise ValueError(text)
    return numbers


def _step(field: Field) -> float:
    if field.low is None or field.high is None:
        return 0.01
    span = field.high - field.low
    return 0.01 if span <= 2 else 0.05 if span <= 10 else 0.5 if span <= 100 else 1.0


def _decimals(step: float) -> int:
    """Enough digits to type far finer than one step: learning rates such as 1e-5 must not become zero."""
    return 7 if step < 1 else 4


_EXAMPLES = {"point": "400, 280", "box": "10, 20, 200, 220", "numbers": "0.5, 1, 1.5", "words": "cat, castle"}
_PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)"
_FILTERS = {
    "image": _PICTURES,
    "mask": _PICTURES,
    "concept": "Concepts (*.safetensors)",
    "patch": "Weight changes (*.safetensors)",
}

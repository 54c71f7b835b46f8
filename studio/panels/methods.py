"""The inspector: the methods of a verb, the form of the one that is chosen, and Run."""

import secrets
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.contract.fields import JSON
from core.contract.method import Kind, MethodInfo, Role
from studio import look
from studio.forms.context import FormContext
from studio.forms.form import Form
from studio.panels.labels import provenance_label
from studio.panels.modifiers import Modifier, ModifierStack

VERBS: dict[str, tuple[Kind, ...]] = {
    "create": (Kind.GENERATE, Kind.COMPOSE),
    "learn": (Kind.LEARN, Kind.MASK),
    "edit": (Kind.EDIT,),
    "erase": (Kind.ERASE, Kind.MASK),
    "prove": (Kind.EVALUATE, Kind.EXPORT),
}
"""Which kinds of method stand in which workspace."""
SEEDS = 2**31 - 1


class Inspector(QWidget):
    """Everything a person sets before a job. It holds no document; the window hears `edited` and `run`."""

    run = Signal(str, dict, int)
    """method, params, seed."""
    edited = Signal()
    chosen = Signal(str)
    """Another method is shown."""

    def __init__(
        self, verb: str, context: FormContext, methods: Sequence[MethodInfo] = (),
        outside: Mapping[str, Sequence[str]] | None = None,
    ) -> None:  # fmt: skip
        """
        Args:
            outside: by method, parameters that are set elsewhere in the window (the prompt, on the canvas's edge).
        """
        super().__init__()
        self.verb, self.context, self.outside = verb, context, dict(outside or {})
        self.methods: dict[str, MethodInfo] = {}
        self.form: Form | None = None
        self.stack: ModifierStack | None = None
        self._kept: dict[str, dict[str, JSON]] = {}
        self.box = QComboBox()
        self.box.setAccessibleName(self.tr("Method"))
        self.box.currentIndexChanged.connect(self._choose)
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.summary.setObjectName("hint")
        self.body = QVBoxLayout()
        self.body.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setObjectName("problem")
        self.note.hide()
        self.estimate = QLabel()
        self.estimate.setWordWrap(True)
        self.estimate.setObjectName("hint")
        self.estimate.setAccessibleName(self.tr("What it will take"))
        self.seed = QSpinBox()
        self.seed.setRange(0, SEEDS)
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.valueChanged.connect(lambda _v: self.edited.emit())
        self.run_button = QPushButton(self.tr("Run"))
        self.run_button.setObjectName("primary")
        self.run_button.setToolTip(self.tr("Put this into the queue (Ctrl+Enter)"))
        self.run_button.clicked.connect(self.start)
        self._lay_out()
        self.set_methods(methods)

    @property
    def info(self) -> MethodInfo | None:
        id = self.box.currentData()
        return self.methods.get(id) if id else None

    @property
    def forms(self) -> tuple[Form, ...]:
        """Those that are shown: the method's own, and its modifiers'."""
        cards = self.stack.cards if self.stack is not None else []
        return (*((self.form,) if self.form is not None else ()), *(card.form for card in cards))

    def set_methods(self, methods: Sequence[MethodInfo]) -> None:
        """What the engine offers for this verb. The chosen method and its values stay."""
        kinds, before = VERBS[self.verb], self.box.currentData()
        if self.form is not None and before:
            self._kept[before] = self.values()
        tasks = [m for m in methods if m.role == Role.TASK and m.kind in kinds]
        # The engine's own steps stand below the methods, so that what comes up first is one, in every language.
        self.methods = {
            m.id: m for m in sorted(tasks, key=lambda m: (kinds.index(m.kind), m.id.startswith("core."), m.title))
        }
        self._modifiers = [m for m in methods if m.role == Role.MODIFIER]
        self.box.blockSignals(True)
        self.box.clear()
        for info in self.methods.values():
            self.box.addItem(info.title, info.id)
            self.box.setItemData(self.box.count() - 1, info.summary, Qt.ItemDataRole.ToolTipRole)
        self.box.setCurrentIndex(max(0, self.box.findData(before)))
        self.box.blockSignals(False)
        self._choose()

    def show_method(self, id: str, values: Mapping[str, JSON] | None = None, seed: int | None = None) -> bool:
        """Bring a method up with these values ("run again", "use in this picture"); False when it is not of this verb."""
        place = self.box.findData(id)
        if place < 0:
            return False
        self.box.setCurrentIndex(place)
        if values:
            self.set_values(values)
        if seed is not None:
            self.seed.blockSignals(True)
            self.seed.setValue(seed)
            self.seed.blockSignals(False)
        if values or seed is not None:
            self.edited.emit()  # a person asked for these values: they are an edit like typing them
        return True

    def values(self) -> dict[str, JSON]:
        """The parameters as they would be sent, all modifiers included that are on."""
        if self.form is None:
            return {}
        values = self.form.values()
        if self.stack is not None:
            values["modifiers"] = list(self.stack.specs())
        return values

    def set_values(self, values: Mapping[str, JSON]) -> None:
        """Show these, silently; modifiers as the engine was given them."""
        if self.form is not None:
            self.form.set_values(values)
        specs = values.get("modifiers")
        if self.stack is not None and isinstance(specs, list):
            self.stack.set_values([Modifier.of(str(spec)) for spec in specs])

    def start(self) -> None:
        """Send the job, or say what is missing."""
        if self.form is None or self.info is None:
            return
        self._fill()
        problems = {} if self.form.check(show_missing=True) else self.form.problems()
        others = self.stack.problems() if self.stack is not None else {}
        if problems:
            name, text = next(iter(problems.items()))
            self.form.show_problem(name, text)
        if others:
            title, text = next(iter(others.items()))
            self.tell(f"{title}: {text}")
        if not problems and not others:
            self.note.hide()
            self.run.emit(self.info.id, self.values(), self.seed.value())

    def _fill(self) -> None:
        """A picture or mask that is needed and was not given is the canvas's own: what lies before a person's eyes."""
        if self.form is None or self.context.pick is None:
            return
        for field in self.form.fields:
            if field.required and field.editor in ("image", "mask") and not self.form.editors[field.name].value():
                value = self.context.pick(field)
                if value:
                    self.form.set_values({field.name: value})

    def tell(self, sentence: str) -> None:
        """What is wrong with the last job: beside its field when the sentence names one, else above Run."""
        for name in self.form.editors if self.form is not None else ():
            if f"'{name}'" in sentence and self.form is not None:
                self.form.show_problem(name, sentence)
                return
        self.note.setText(sentence)
        self.note.show()

    def show_estimate(self, text: str, help: str = "", tight: bool = False) -> None:
        """What the job will take, under Run; `tight`: more than there is."""
        self.estimate.setObjectName("problem" if tight else "hint")
        self.estimate.style().polish(self.estimate)
        self.estimate.setText(text)
        self.estimate.setToolTip(help)

    def _choose(self) -> None:
        info = self.info
        while item := self.body.takeAt(0):
            if widget := item.widget():
                widget.hide()  # it is deleted when the event loop comes round, and must not be seen until then
                widget.deleteLater()
        self.form = self.stack = None
        self.note.hide()
        self.run_button.setEnabled(info is not None)
        self.summary.setText(info.summary if info else self.tr("Nothing here yet: the engine is starting."))
        if info is None:
            return
        self.summary.setToolTip(info.help)
        if label := provenance_label(info):
            self.body.addWidget(label)
        stacked = any(field.editor == "modifier" for field in info.params)
        skip = (*self.outside.get(info.id, ()), *(("modifiers",) if stacked else ()))
        self.form = Form(info.params, self.context, skip)
        self.form.edited.connect(lambda _name: self.edited.emit())
        self.body.addWidget(self.form)
        if stacked:
            self.stack = ModifierStack(self.context, self._modifiers)
            self.stack.edited.connect(self.edited)
            title = QLabel(self.tr("Modifiers"))
            title.setObjectName("section")
            self.body.addWidget(title)
            self.body.addWidget(self.stack)
        if kept := self._kept.get(info.id):
            self.form.set_values(kept)
        self.chosen.emit(info.id)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self.box)
        column.addWidget(self.summary)
        column.addLayout(self.body)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        foot = QHBoxLayout()
        label = QLabel(self.tr("&Seed"))
        label.setBuddy(self.seed)
        dice = QToolButton()
        look.put_icon(dice, "fa6s.dice")
        dice.setToolTip(self.tr("Another seed"))
        dice.setAccessibleName(self.tr("Another seed"))
        dice.clicked.connect(self._roll)
        foot.addWidget(label)
        foot.addWidget(self.seed, 1)
        foot.addWidget(dice)
        below = QVBoxLayout()
        below.setContentsMargins(12, 4, 12, 12)
        below.addWidget(self.note)
        below.addLayout(foot)
        below.addWidget(self.run_button)
        below.addWidget(self.estimate)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addLayout(below)

    def _roll(self) -> None:
        self.seed.setValue(secrets.randbelow(1_000_000))

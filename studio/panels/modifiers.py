"""The modifier stack: cards that change a generation, in order, each with a switch and its own form."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import qtawesome
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.contract.fields import JSON
from core.contract.method import MethodInfo, Role, clashes
from studio.forms.context import FormContext
from studio.forms.form import Form
from studio.panels.labels import provenance_label


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


class ModifierCard(QFrame):
    """Switch, title, order, form."""

    edited = Signal()
    moved = Signal(int)
    """-1: earlier, 1: later."""
    removed = Signal()

    def __init__(self, info: MethodInfo, context: FormContext) -> None:
        super().__init__()
        self.info = info
        self.setObjectName("card")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.switch = QCheckBox(info.title)
        self.switch.setChecked(True)
        self.switch.setToolTip(f"{info.title}\n{info.summary}")
        # A long title is cut short rather than making the card wider than the inspector.
        self.switch.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.switch.toggled.connect(self._switched)
        self.form = Form(info.params, context)
        self.form.edited.connect(lambda _name: self.edited.emit())
        self.buttons = {
            "earlier": self._button("arrow-up", self.tr("Apply {} earlier"), lambda: self.moved.emit(-1)),
            "later": self._button("arrow-down", self.tr("Apply {} later"), lambda: self.moved.emit(1)),
            "fold": self._button("sliders", self.tr("Show or fold the settings of {}"), self._fold),
            "remove": self._button("xmark", self.tr("Take {} out"), self.removed.emit),
        }
        head = QHBoxLayout()
        head.addWidget(self.switch, 1)
        for button in self.buttons.values():
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.addLayout(head)
        if label := provenance_label(info):
            column.addWidget(label)
        column.addWidget(self.form)

    @property
    def value(self) -> Modifier:
        return Modifier(self.info.id, self.form.values(), self.switch.isChecked())

    def show_value(self, value: Modifier) -> None:
        """Show this, silently."""
        self.switch.blockSignals(True)
        self.switch.setChecked(value.on)
        self.switch.blockSignals(False)
        self.form.set_values(value.params)
        self.form.setEnabled(value.on)

    def _switched(self, on: bool) -> None:
        self.form.setEnabled(on)
        self.edited.emit()

    def _fold(self) -> None:
        self.form.setVisible(not self.form.isVisible())

    def _button(self, icon: str, text: str, call: Any) -> QToolButton:
        button = QToolButton()
        button.setIcon(qtawesome.icon(f"fa6s.{icon}", color=self.palette().color(QPalette.ColorRole.ButtonText)))
        button.setAutoRaise(True)
        button.setToolTip(text.format(self.info.title))
        button.setAccessibleName(text.format(self.info.title))
        button.clicked.connect(lambda: call())
        return button


class ModifierStack(QWidget):
    """The cards, top first; `edited` when a person changed anything."""

    edited = Signal()

    def __init__(self, context: FormContext, methods: Sequence[MethodInfo] = ()) -> None:
        super().__init__()
        self.context = context
        self.cards: list[ModifierCard] = []
        self._methods: dict[str, MethodInfo] = {}
        self._lost: list[Modifier] = []
        self.add_box = QComboBox()
        self.add_box.setAccessibleName(self.tr("Add a modifier"))
        self.add_box.activated.connect(self._chosen)
        self.empty = QLabel(self.tr("No modifier. Add one to keep words apart, to erase, or to correct a prompt."))
        self.empty.setWordWrap(True)
        self.empty.setObjectName("hint")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.column.addWidget(self.add_box)
        self.column.addWidget(self.empty)
        self.set_methods(methods)

    def set_methods(self, methods: Sequence[MethodInfo]) -> None:
        """The modifiers that the engine offers; cards that are already there keep their values."""
        values = self.values()
        self._methods = {m.id: m for m in methods if m.role == Role.MODIFIER}
        self.add_box.clear()
        self.add_box.addItem(self.tr("Add a modifier…"), None)
        for info in sorted(self._methods.values(), key=lambda m: m.title):
            self.add_box.addItem(info.title, info.id)
            self.add_box.setItemData(self.add_box.count() - 1, info.summary, Qt.ItemDataRole.ToolTipRole)
        self.set_values(values)

    def values(self) -> list[Modifier]:
        """Every card in order, also those that are switched off and those whose method is not here."""
        return [*(card.value for card in self.cards), *self._lost]

    def specs(self) -> list[str]:
        """What is sent to the engine: the cards that are on."""
        return [value.spec for value in self.values() if value.on]

    def problems(self) -> dict[str, str]:
        """Sentences by card title, for cards that are on."""
        found = {c.info.title: "; ".join(c.form.problems().values()) for c in self.cards if c.switch.isChecked()}
        on = [c.info for c in self.cards if c.switch.isChecked()]
        for own, _, clash in clashes(on):
            found[on[own].title] = "; ".join(
                filter(None, [found.get(on[own].title, ""), f"{clash.why} {clash.way_out}"])
            )
        missing = {v.id: self.tr("This modifier is not installed.") for v in self._lost if v.on}
        return {title: text for title, text in found.items() if text} | missing

    def set_values(self, values: Sequence[Modifier]) -> None:
        """Show these, silently. Cards that stay the same kind are kept, so that the focus stays where it is."""
        known = [v for v in values if v.id in self._methods]
        self._lost = [v for v in values if v.id not in self._methods]
        if [c.info.id for c in self.cards] != [v.id for v in known]:
            for card in self.cards:
                self.column.removeWidget(card)
                card.hide()
                card.deleteLater()
            self.cards = [self._make(v.id) for v in known]
        for card, value in zip(self.cards, known, strict=True):
            card.show_value(value)
        self._refresh()

    def add(self, id: str) -> None:
        """Put a new card at the end, as a person does."""
        self.set_values([*self.values(), Modifier(id, Form(self._methods[id].params, self.context).values())])
        self.edited.emit()

    def add_word(self, id: str, word: str) -> None:
        """Let a modifier act on a word: its card gets it, or a new card is made."""
        values = self.values()
        place = next((i for i, value in enumerate(values) if value.id == id), None)
        if place is None and id in self._methods:
            params = Form(self._methods[id].params, self.context).values()
            values.append(Modifier(id, {**params, "words": [word]}))
        elif place is not None:
            words = values[place].params.get("words") or []
            known = list(words) if isinstance(words, list) else []
            values[place] = replace(values[place], params={**values[place].params, "words": [*known, word]}, on=True)
        self.set_values(values)
        self.edited.emit()

    def _make(self, id: str) -> ModifierCard:
        card = ModifierCard(self._methods[id], self.context)
        card.edited.connect(self.edited)
        card.moved.connect(lambda by: self._move(card, by))
        card.removed.connect(lambda: self._remove(card))
        self.column.addWidget(card)
        return card

    def _chosen(self, place: int) -> None:
        id = self.add_box.itemData(place)
        self.add_box.setCurrentIndex(0)
        if id:
            self.add(id)

    def _move(self, card: ModifierCard, by: int) -> None:
        values, place = self.values(), self.cards.index(card)
        to = place + by
        if 0 <= to < len(self.cards):
            values[place], values[to] = values[to], values[place]
            self.set_values(values)
            self.edited.emit()

    def _remove(self, card: ModifierCard) -> None:
        values = self.values()
        del values[self.cards.index(card)]
        self.set_values(values)
        self.edited.emit()

    def _refresh(self) -> None:
        self.empty.setVisible(not self.cards)
        for place, card in enumerate(self.cards):
            card.buttons["earlier"].setEnabled(place > 0)
            card.buttons["later"].setEnabled(place < len(self.cards) - 1)

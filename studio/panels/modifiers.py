"""The modifier stack: cards that change a generation, in order, each with a switch and its own form."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from core.contract.method import Clash, MethodInfo, Role, clashes
from studio.forms.context import FormContext
from studio.forms.form import Form
from studio.panels.card import Modifier as Modifier
from studio.panels.card import ModifierCard


class ModifierStack(QWidget):
    """The cards, top first; `edited` when a person changed anything."""

    edited = Signal()

    def __init__(self, context: FormContext, methods: Sequence[MethodInfo] = ()) -> None:
        super().__init__()
        self.context = context
        self.cards: list[ModifierCard] = []
        self._methods: dict[str, MethodInfo] = {}
        self._lost: list[Modifier] = []
        self._before: list[ModifierCard] | None = None
        """The order in which they stood when a card was taken by its grip."""
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
        for own, _, clash in self.clashes():
            title = own.info.title
            found[title] = "; ".join(filter(None, [found.get(title, ""), f"{clash.why} {clash.way_out}"]))
        missing = {v.id: self.tr("This modifier is not installed.") for v in self._lost if v.on}
        return {title: text for title, text in found.items() if text} | missing

    def clashes(self) -> list[tuple[ModifierCard, ModifierCard, Clash]]:
        """Which of the cards that are on cannot stand so: the one that says so, the other, and why."""
        on = [card for card in self.cards if card.switch.isChecked()]
        return [(on[own], on[other], clash) for own, other, clash in clashes([card.info for card in on])]

    def set_values(self, values: Sequence[Modifier]) -> None:
        """Show these, silently. Cards of the same kind are kept, also in another order, so that the focus stays."""
        known = [v for v in values if v.id in self._methods]
        self._lost = [v for v in values if v.id not in self._methods]
        if [c.info for c in self.cards] != [self._methods[v.id] for v in known]:
            left, cards = list(self.cards), []
            for info in (self._methods[v.id] for v in known):
                same = next((card for card in left if card.info == info), None)
                if same is not None:
                    left.remove(same)
                cards.append(same or self._make(info))
            for card in left:
                self.column.removeWidget(card)
                card.hide()
                card.deleteLater()
            self._order(cards)
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

    def _make(self, info: MethodInfo) -> ModifierCard:
        card = ModifierCard(info, self.context)
        card.edited.connect(self._changed)
        card.moved.connect(lambda by: self._move(card, by))
        card.removed.connect(lambda: self._remove(card))
        card.swapped.connect(lambda: self._swap(card))
        card.grip.dragged.connect(lambda at: self._drag(card, at))
        card.grip.dropped.connect(self._drop)
        card.grip.given_up.connect(self._give_up)
        return card

    def _chosen(self, place: int) -> None:
        id = self.add_box.itemData(place)
        self.add_box.setCurrentIndex(0)
        if id:
            self.add(id)

    def _changed(self) -> None:
        self._refresh()
        self.edited.emit()

    def _move(self, card: ModifierCard, by: int) -> None:
        self._put(card, self.cards.index(card) + by)
        self._changed()

    def _swap(self, card: ModifierCard) -> None:
        """Put a card before the one that must not stand before it."""
        others = [other for own, other, clash in self.clashes() if own is card and clash.place == "before"]
        if others:
            self._put(card, min(map(self.cards.index, others)))
            self._changed()

    def _drag(self, card: ModifierCard, at: QPoint) -> None:
        """The card follows the mouse: it takes the place of a neighbour as soon as the mouse is past that one's middle."""
        if self._before is None:
            self._before = list(self.cards)
        y, place = self.mapFromGlobal(at).y(), self.cards.index(card)
        if place > 0 and y < self.cards[place - 1].geometry().center().y():
            self._put(card, place - 1)
        elif place < len(self.cards) - 1 and y > self.cards[place + 1].geometry().center().y():
            self._put(card, place + 1)

    def _drop(self) -> None:
        before, self._before = self._before, None
        if before is not None and before != self.cards:
            self._changed()

    def _give_up(self) -> None:
        if self._before is not None:
            self._order(self._before)
            self._refresh()
        self._before = None

    def _put(self, card: ModifierCard, to: int) -> None:
        if 0 <= to < len(self.cards) and self.cards[to] is not card:
            cards = [other for other in self.cards if other is not card]
            cards.insert(to, card)
            self._order(cards)
            self._refresh()

    def _order(self, cards: list[ModifierCard]) -> None:
        for card in cards:
            self.column.removeWidget(card)
        for card in cards:
            self.column.addWidget(card)
        self.cards = cards
        # The keyboard goes through the cards as they stand.
        stops = [widget for card in cards for widget in card.stops]
        for one, after in pairwise(stops):
            QWidget.setTabOrder(one, after)

    def _remove(self, card: ModifierCard) -> None:
        values = self.values()
        del values[self.cards.index(card)]
        self.set_values(values)
        self.edited.emit()

    def _refresh(self) -> None:
        self.empty.setVisible(not self.cards)
        told = {id(own): (other, clash) for own, other, clash in reversed(self.clashes())}
        for place, card in enumerate(self.cards):
            card.buttons["earlier"].setEnabled(place > 0)
            card.buttons["later"].setEnabled(place < len(self.cards) - 1)
            other, clash = told.get(id(card), (None, None))
            if other is None or clash is None:
                card.show_clash("")
            else:
                mends = clash.place == "before"
                card.show_clash(f"{clash.why} {clash.way_out}", other.info.title if mends else "")

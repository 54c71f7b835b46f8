"""The modifier stack: what cannot stand together is said and mended, cards are dragged, a dial turns what is sent."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from core.contract.assets import AssetStore
from core.contract.method import Role
from core.engine.registry import methods
from studio.forms.context import FormContext
from studio.panels.card import ModifierCard, dial_field
from studio.panels.methods import Inspector
from studio.panels.modifiers import Modifier, ModifierStack

INFOS = tuple(m.info for m in methods())
A_STAR, BLACK_SCHOLES, ZERO = "editing.a_star", "editing.black_scholes", "editing.t2i_zero"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def context(tmp_path: Path) -> FormContext:
    return FormContext(AssetStore(tmp_path))


@pytest.fixture
def stack(context: FormContext, qtbot: QtBot) -> Iterator[ModifierStack]:
    made = ModifierStack(context, INFOS)
    scroll = QScrollArea()  # as in the inspector
    scroll.setWidgetResizable(True)
    scroll.setWidget(made)
    scroll.resize(360, 900)
    qtbot.addWidget(scroll)
    scroll.show()
    yield made
    scroll.close()


def ids(stack: ModifierStack) -> list[str]:
    return [value.id for value in stack.values()]


def grip(card: ModifierCard, to: ModifierCard, down: bool, qtbot: QtBot) -> None:
    """Hold a card by its grip and move past the middle of another."""
    qtbot.waitUntil(lambda: card.height() > 30 and to.y() != card.y())
    QTest.mousePress(card.grip, LEFT)
    for _ in range(4):
        middle = to.mapToGlobal(QPoint(5, to.height() // 2 + (9 if down else -9)))
        card.grip.dragged.emit(middle)
        qtbot.wait(1)


def test_an_order_that_does_not_work_is_told_and_mended(context: FormContext, qtbot: QtBot) -> None:
    inspector = Inspector("create", context, INFOS)
    qtbot.addWidget(inspector)
    inspector.show()
    assert inspector.show_method("core.generate", {"prompt": "a cat and a dog"})
    stack = inspector.stack
    assert stack is not None
    stack.set_values([Modifier(BLACK_SCHOLES, {"prompts": ["a dog"]}), Modifier(A_STAR, {"words": ["cat", "dog"]})])
    told = stack.cards[1]
    assert not told.clash.isHidden()
    assert "lack its words" in told.clash.text()
    assert "Move A-STAR before it." in told.clash.text()
    assert stack.cards[0].clash.isHidden()
    with qtbot.assertNotEmitted(inspector.run):
        inspector.start()
    assert told.clash.text() in inspector.note.text()
    with qtbot.waitSignal(stack.edited):
        QTest.mouseClick(told.swap, LEFT)
    assert ids(stack) == [A_STAR, BLACK_SCHOLES]
    assert all(card.clash.isHidden() and card.swap.isHidden() for card in stack.cards)
    with qtbot.waitSignal(inspector.run) as heard:
        inspector.start()
    assert [s.partition(":")[0] for s in heard.args[1]["modifiers"]] == [A_STAR, BLACK_SCHOLES]
    assert json.loads(heard.args[1]["modifiers"][0].partition(":")[2])["words"] == ["cat", "dog"]


def test_a_card_that_is_off_disturbs_nobody(stack: ModifierStack) -> None:
    stack.set_values([Modifier(BLACK_SCHOLES, {"prompts": ["a dog"]}), Modifier(A_STAR, {"words": ["cat", "dog"]})])
    assert not stack.cards[1].clash.isHidden()
    stack.cards[0].switch.setChecked(False)
    assert stack.cards[1].clash.isHidden()
    assert stack.problems() == {}
    stack.cards[0].switch.setChecked(True)
    assert not stack.cards[1].clash.isHidden()


def test_two_that_never_fit_have_no_swap(stack: ModifierStack) -> None:
    stack.set_values([Modifier(BLACK_SCHOLES, {"prompts": ["a dog"]}), Modifier(BLACK_SCHOLES, {"prompts": ["a cat"]})])
    told = [card for card in stack.cards if not card.clash.isHidden()]
    assert told
    assert "Put all prompts into one of them." in told[0].clash.text()
    assert all(card.swap.isHidden() for card in stack.cards)


def test_cards_are_dragged(stack: ModifierStack, qtbot: QtBot) -> None:
    stack.set_values([Modifier(A_STAR, {"words": ["cat", "dog"]}), Modifier(ZERO, {"words": ["cat"]})])
    first, second = stack.cards
    for card in stack.cards:
        card.buttons["fold"].click()
    with qtbot.waitSignal(stack.edited):
        grip(first, second, True, qtbot)
        assert ids(stack) == [ZERO, A_STAR]
        QTest.mouseRelease(first.grip, LEFT)
    assert stack.cards == [second, first]  # the same cards: nothing that was typed is lost
    assert stack.values()[1].params["words"] == ["cat", "dog"]
    qtbot.waitUntil(lambda: second.y() < first.y())
    with qtbot.assertNotEmitted(stack.edited, wait=20):
        grip(first, second, False, qtbot)
        assert ids(stack) == [A_STAR, ZERO]
        QTest.keyClick(first.grip, Qt.Key.Key_Escape)  # put back
        QTest.mouseRelease(first.grip, LEFT)
    assert ids(stack) == [ZERO, A_STAR]


def test_the_mouse_itself_drags(stack: ModifierStack, qtbot: QtBot) -> None:
    stack.set_values([Modifier(A_STAR, {"words": ["cat", "dog"]}), Modifier(ZERO, {"words": ["cat"]})])
    for card in stack.cards:
        card.buttons["fold"].click()
    first, second = stack.cards
    qtbot.waitUntil(lambda: second.y() > first.y() + 30)
    QTest.mousePress(first.grip, LEFT, pos=QPoint(4, 4))
    for step in range(1, 15):
        at = first.grip.mapFromGlobal(stack.mapToGlobal(QPoint(10, step * second.geometry().bottom() // 14)))
        QTest.mouseMove(first.grip, at)
        qtbot.wait(1)
    QTest.mouseRelease(first.grip, LEFT)
    assert ids(stack) == [ZERO, A_STAR]


def test_the_keyboard_goes_through_the_cards_as_they_stand(stack: ModifierStack) -> None:
    stack.set_values([Modifier(A_STAR, {"words": ["cat", "dog"]}), Modifier(ZERO, {"words": ["cat"]})])
    stack.cards[1].buttons["earlier"].click()
    last = stack.cards[0].stops[-1]
    after = last.nextInFocusChain()
    while after is not None and not (after.focusPolicy() & Qt.FocusPolicy.TabFocus and after.focusProxy() is None):
        after = after.nextInFocusChain()
    assert after is stack.cards[1].stops[0] is stack.cards[1].switch


def test_the_dial_turns_what_is_sent(stack: ModifierStack, qtbot: QtBot) -> None:
    stack.set_values([Modifier(BLACK_SCHOLES, {"prompts": ["a dog"], "strength": 0.5})])
    card = stack.cards[0]
    assert card.dial is not None
    assert card.dial.number.text() == "0.5"
    card.buttons["fold"].click()
    assert not card.form.isVisible()
    with qtbot.waitSignal(stack.edited):
        QTest.keyClick(card.dial.slider, Qt.Key.Key_Right)
    assert json.loads(stack.specs()[0].partition(":")[2])["strength"] == 0.55
    card.form.editors["strength"].box.setValue(0.2)  # type: ignore[attr-defined]
    assert card.dial.number.text() == "0.2"
    card.switch.setChecked(False)
    assert not card.dial.isEnabled()


def test_every_modifier_with_a_bounded_number_has_a_dial() -> None:
    found = {m.id: field.name for m in INFOS if m.role == Role.MODIFIER and (field := dial_field(m.params))}
    assert found[BLACK_SCHOLES] == "strength"
    assert found[A_STAR] == "rate"
    assert found["editing.concept_lancet"] == "strength"
    assert "editing.attention_xray" not in found  # it has none


def test_no_card_is_wider_than_the_inspector(stack: ModifierStack, qtbot: QtBot) -> None:
    stack.set_values([Modifier(BLACK_SCHOLES, {"prompts": ["a dog"]}), Modifier(A_STAR, {"words": ["cat", "dog"]})])
    assert max(card.minimumSizeHint().width() for card in stack.cards) <= 320
    picture = stack.cards[1].grab()
    assert isinstance(picture, QPixmap)
    assert not picture.isNull()

"""The prompt: words, weights and the token count, which is the engine's own."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.models.loading import RESOURCES
from studio.panels.prompt import Chip, PromptBar
from studio.tokens import count, places, reweighted, unweighted


@pytest.mark.parametrize("model", ["pocket", "sd1"])
@pytest.mark.parametrize("prompt", ["", "a cat", "A photo of a (red:1.4) apple, on the beach!", "straße  café " * 30])
def test_the_count_is_the_engines(model: str, prompt: str) -> None:
    from transformers import CLIPTokenizer

    folder = RESOURCES / ("pocket/tokenizer" if model == "pocket" else "families/tokenizer")
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    assert count(prompt, model) == len(tokenizer(unweighted(prompt), add_special_tokens=False).input_ids)


def test_placeholder_words_count_by_their_vectors() -> None:
    assert count("a <fig-1> and a cat", words={"<fig-1>": 3}) == count("a and a cat") + 3


def test_weights_come_grow_and_go() -> None:
    text, first, last = reweighted("a red apple", 2, 5, 0.1)
    assert (text, text[first:last]) == ("a (red:1.1) apple", "red")
    text, first, last = reweighted(text, first, last, 0.1)
    assert text == "a (red:1.2) apple"
    text, first, last = reweighted(text, first, last, -0.2)
    assert (text, text[first:last]) == ("a red apple", "red")
    assert reweighted("a (red:2) apple", 3, 6, 0.5)[0] == "a (red:2) apple"


def test_words_are_found_by_the_engines_rule() -> None:
    assert places("a Cat, concatenate cat", "cat") == [(2, 5), (19, 22)]
    assert places("red  apple", "red apple") == [(0, 10)]
    assert places("a <fig-1>", "<fig-1>") == [(2, 9)]


def test_typing_is_heard_and_refreshing_is_silent(qtbot: QtBot) -> None:
    bar = PromptBar()
    qtbot.addWidget(bar)
    with qtbot.assertNotEmitted(bar.edited):
        bar.refresh("a cat", [Chip("cat", "#f2a154", "my cat")])
    assert bar.text == "a cat"
    with qtbot.waitSignal(bar.edited) as heard:
        QTest.keyClicks(bar.edit, "!")
    assert heard.args == ["a cat!"]
    assert bar.count.text().endswith("/ 75")
    with qtbot.assertNotEmitted(bar.edited), qtbot.waitSignal(bar.submitted):
        QTest.keyClick(bar.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_a_word_is_weighed_by_key_and_acted_on_by_menu(qtbot: QtBot) -> None:
    bar = PromptBar()
    qtbot.addWidget(bar)
    bar.refresh("a red apple")
    cursor = bar.edit.textCursor()
    cursor.setPosition(3)
    bar.edit.setTextCursor(cursor)
    QTest.keyClick(bar.edit, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert bar.text == "a (red:1.1) apple"
    menu = bar.edit.menu_for("apple")
    with qtbot.waitSignal(bar.acted) as heard:
        next(a for a in menu.actions() if "apart" in a.text()).trigger()
    assert heard.args == ["separate", "apple"]


def test_long_prompts_are_told(qtbot: QtBot) -> None:
    bar = PromptBar()
    qtbot.addWidget(bar)
    bar.refresh("cat " * 80)
    assert bar.count.text() == "80 / 75"
    assert bar.count.objectName() == "problem"

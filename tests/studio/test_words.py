"""Words of the prompt: they become concepts that are sent, go to erasers, are undone word by word, and come back."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.contract.messages import Done, Submit, ToStudio
from core.contract.method import Outcome
from core.engine.registry import methods
from studio import places, tokens
from studio.app import build, open_document
from studio.settings import Settings
from studio.window import Window
from tests.studio.test_library import concept_file

INFOS = tuple(m.info for m in methods())


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    settings = Settings()
    engine = FakeEngine(methods=INFOS, automatic=True)
    window = build(open_document(None, settings), settings, tmp_path / "settings.json", engine)
    qtbot.addWidget(window)
    window.show()
    window.link.start()
    qtbot.waitUntil(lambda: bool(window.inspectors["create"].methods))
    yield window
    window.close()


def learned(window: Window, qtbot: QtBot) -> str:
    """A concept that a job of this window learned."""
    ref = window.workspace.assets.put(concept_file("mug", "<mug-1>", "mug"), "safetensors", {"word": "<mug-1>"})

    def learns(job: Submit) -> Iterator[ToStudio]:
        yield Done(job=job.job, outcome=Outcome(concepts=(ref,)), seconds=1.0)

    assert isinstance(window.link.engine, FakeEngine)
    before, window.link.engine.script = window.link.engine.script, learns
    job = window.link.submit("personalization.break_a_scene", {})
    assert job is not None
    qtbot.waitUntil(lambda: window.link.queue.get(job.id).outcome is not None)
    window.link.engine.script = before
    form = window.inspectors["create"].form
    assert form is not None
    form.set_values({"concepts": []})
    window.inspectors["create"].edited.emit()
    return ref


def test_a_word_becomes_a_concept_that_is_sent(window: Window, qtbot: QtBot) -> None:
    ref = learned(window, qtbot)
    window.prompt.edit.setPlainText("a (mug:1.3) on a beach")
    tokens = window.prompt.tokens
    assert [title for _, title, _ in window.prompt.edit.concepts("mug")] == ["mug <mug-1>"]
    menu = window.prompt.edit.menu_for("mug")
    next(a for m in menu.findChildren(QMenu) for a in m.actions()).trigger()
    recipe = window.workspace.project.recipe
    assert recipe.prompt == "a (<mug-1>:1.3) on a beach"
    assert [(recipe.phrase(w), w.concept) for w in recipe.words] == [("<mug-1>", ref)]
    assert window.prompt.text == recipe.prompt
    assert window.prompt.tokens == tokens  # one vector instead of one token
    window.inspector.start()
    engine = window.link.engine
    assert isinstance(engine, FakeEngine)
    qtbot.waitUntil(lambda: len(engine.submitted) == 2)
    sent = engine.submitted[-1].params
    assert (sent["prompt"], sent["concepts"]) == ("a (<mug-1>:1.3) on a beach", [ref])
    assert [mine for _, _, mine in window.prompt.edit.concepts("<mug-1>")] == [True]
    window.prompt.acted.emit("concept:", "<mug-1>")
    assert window.workspace.project.recipe.prompt == "a (mug:1.3) on a beach"
    assert not window.workspace.project.recipe.words
    window.workspace.undo()
    assert window.workspace.project.recipe.words[0].concept == ref


def test_words_go_to_erasers_and_to_the_negative_prompt(window: Window) -> None:
    window.prompt.edit.setPlainText("a castle in the rain")
    window.prompt.acted.emit("avoid", "rain")
    window.prompt.acted.emit("avoid", "castle")
    window.prompt.acted.emit("avoid", "castle")
    assert window.inspectors["create"].values()["negative"] == "rain, castle"
    window.workspace.undo()
    assert window.inspectors["create"].values()["negative"] in ("", "rain")
    window.prompt.acted.emit("erase", "castle")
    assert window.inspector.verb == "erase"
    assert window.inspector.values()["erase"] == ["castle"]


def test_typing_is_undone_word_by_word(window: Window) -> None:
    window.prompt.edit.setPlainText("")
    window.workspace.document.settle()
    window.prompt.edit.setFocus()
    QTest.keyClicks(window.prompt.edit, "a red cat")
    window.commands.run("edit.undo")
    assert window.prompt.text == "a red "
    window.commands.run("edit.undo")
    assert window.prompt.text == "a "
    window.commands.run("edit.redo")
    assert window.prompt.text == "a red "
    assert window.prompt.edit.textCursor().position() == len("a red ")


def test_earlier_prompts_come_back_by_key(window: Window, qtbot: QtBot) -> None:
    def sent(count: int) -> None:
        assert len(window.link.queue.jobs()) == count

    for number, text in enumerate(("a cat", "a dog"), 1):
        window.prompt.edit.setPlainText(text)
        window.inspector.start()
        qtbot.waitUntil(partial(sent, number))
    window.prompt.edit.setPlainText("a new one")
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(window.prompt.edit, key, Qt.KeyboardModifier.AltModifier)
        seen.append(window.prompt.text)
    assert seen == ["a dog", "a cat", "a cat", "a dog", "a new one"]
    assert window.workspace.project.recipe.prompt == "a new one"


def test_a_placeholder_is_one_word() -> None:
    assert tokens.places("a <bowl-1> and a bowl", "bowl") == [(17, 21)]
    assert tokens.places("a <bowl-1> and a bowl", "<bowl-1>") == [(2, 10)]

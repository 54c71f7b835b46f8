"""Forms are part of the document: undo takes a value back, a restart brings it again, run again brings the stack."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.engine.registry import methods
from studio import places
from studio.app import build, open_document
from studio.settings import Settings
from studio.window import Window

INFOS = tuple(m.info for m in methods())
Open = Callable[[], Window]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Open]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    windows: list[Window] = []

    def make() -> Window:
        settings = Settings()
        engine = FakeEngine(methods=INFOS, automatic=True)
        window = build(open_document(None, settings), settings, tmp_path / "settings.json", engine)
        qtbot.addWidget(window)
        window.show()
        window.link.start()
        qtbot.waitUntil(lambda: bool(window.inspectors["create"].methods))
        windows.append(window)
        return window

    yield make
    windows[-1].close()


def steps(window: Window) -> QSpinBox:
    form = window.inspectors["create"].form
    assert form is not None
    box = form.editors["steps"].box  # type: ignore[attr-defined]
    assert isinstance(box, QSpinBox)
    return box


def test_values_are_undone_and_come_again(opened: Open) -> None:
    window = opened()
    start = steps(window).value()
    for value in (31, 32, 33):  # a drag: one step of undo
        steps(window).setValue(value)
    window.workspace.document.settle()
    window.inspectors["create"].seed.setValue(9)
    window.commands.run("edit.undo")
    assert (steps(window).value(), window.inspectors["create"].seed.value()) == (33, 0)
    window.commands.run("edit.undo")
    assert steps(window).value() == start
    window.commands.run("edit.redo")
    window.commands.run("edit.redo")
    assert (steps(window).value(), window.inspectors["create"].seed.value()) == (33, 9)


def test_a_form_that_is_not_shown_comes_back_right(opened: Open) -> None:
    window = opened()
    window.choose("erase")
    assert window.inspector.show_method("erasure.rece", {"erase": ["castle"]}, seed=3)
    assert window.inspector.show_method("erasure.uce")
    window.commands.run("edit.undo")
    assert window.inspector.show_method("erasure.rece")
    assert window.inspector.values()["erase"] == []
    window.commands.run("edit.redo")
    assert window.inspector.values()["erase"] == ["castle"]
    assert window.inspector.seed.value() == 3


def test_the_stack_is_undone_card_by_card(opened: Open) -> None:
    window = opened()
    stack = window.inspectors["create"].stack
    assert stack is not None
    stack.add("editing.a_star")
    stack.add("editing.t2i_zero")
    window.workspace.document.settle()
    stack.cards[1].buttons["earlier"].click()
    window.workspace.document.settle()
    stack.cards[0].switch.setChecked(False)
    assert [m.method for m in window.workspace.project.recipe.modifiers] == ["editing.t2i_zero", "editing.a_star"]
    window.commands.run("edit.undo")
    assert stack.cards[0].switch.isChecked()
    window.commands.run("edit.undo")
    assert [v.id for v in stack.values()] == ["editing.a_star", "editing.t2i_zero"]
    window.commands.run("edit.undo")
    assert stack.values() == []


def test_everything_is_there_after_a_restart(opened: Open) -> None:
    window = opened()
    steps(window).setValue(44)
    stack = window.inspectors["create"].stack
    assert stack is not None
    stack.add_word("editing.a_star", "cat")
    window.choose("erase")
    window.inspector.show_method("erasure.rece", {"erase": ["castle"]})
    window.close()
    window = opened()
    assert steps(window).value() == 44
    stack = window.inspectors["create"].stack
    assert stack is not None
    assert stack.values()[0].params["words"] == ["cat"]
    window.choose("erase")
    window.inspector.show_method("erasure.rece")
    assert window.inspector.values()["erase"] == ["castle"]
    window.commands.run("edit.undo")
    assert window.inspector.values()["erase"] == []


def test_run_again_brings_the_modifiers_back(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    window.prompt.edit.setPlainText("a cat and a dog")
    stack = window.inspectors["create"].stack
    assert stack is not None
    stack.add_word("editing.t2i_zero", "cat")
    window.inspector.start()
    qtbot.waitUntil(lambda: bool(window.link.queue.jobs()))
    stack.cards[0].buttons["remove"].click()
    assert stack.values() == []
    window.run_again(window.link.queue.jobs()[0])
    assert [(v.id, v.params["words"]) for v in stack.values()] == [("editing.t2i_zero", ["cat"])]

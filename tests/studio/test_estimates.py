"""The figures under Run: asked when the form changes, for the form that is shown, and labelled by where they come from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.contract.messages import Answer, Ask, EstimateAnswer, EstimateQuestion, Unknown
from core.engine.registry import methods
from studio import language, places
from studio.app import build, open_document
from studio.parts.estimates import in_words, tight
from studio.settings import Settings
from studio.window import Window

INFOS = tuple(m.info for m in methods())


def by_steps(question: Ask) -> Answer:
    """One second a step."""
    assert isinstance(question.about, EstimateQuestion)
    steps = question.about.params.get("steps")
    if not isinstance(steps, int):
        return Answer(ask=question.ask, said=EstimateAnswer(source="unknown", note="It has not run here yet."))
    said = EstimateAnswer(source="measured", seconds=float(steps), bytes=300 << 20, free=8 << 30, runs=2)
    return Answer(ask=question.ask, said=said)


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    engine = FakeEngine(methods=INFOS, answers=by_steps)
    window = build(open_document(None, Settings()), Settings(), tmp_path / "settings.json", engine)
    qtbot.addWidget(window)
    window.show()
    window.link.start()
    yield window
    window.close()


def fake(window: Window) -> FakeEngine:
    assert isinstance(window.link.engine, FakeEngine)
    return window.link.engine


def test_a_change_is_estimated_within_a_third_of_a_second(window: Window, qtbot: QtBot) -> None:
    form = window.inspector.form
    assert form is not None
    label = window.inspector.estimate
    qtbot.waitUntil(lambda: "measured before" in label.text())
    before = len(fake(window).asked)
    for steps in (31, 32, 33):  # a dial being turned is asked about once
        form.editors["steps"].set_value(steps)
        form.editors["steps"].edited.emit()
    qtbot.waitUntil(lambda: label.text() == "about 33 s · 300 MB · measured before", timeout=300)
    assert len(fake(window).asked) == before + 1
    assert fake(window).asked[-1].about.params["prompt"] == window.workspace.project.recipe.prompt


def test_it_is_answered_while_a_job_runs_and_asked_again_when_it_ended(window: Window, qtbot: QtBot) -> None:
    assert window.link.submit("core.generate", {"prompt": "a cat"}) is not None
    form = window.inspector.form
    assert form is not None
    form.editors["steps"].set_value(12)
    form.editors["steps"].edited.emit()
    qtbot.waitUntil(lambda: "about 12 s" in window.inspector.estimate.text())
    before = len(fake(window).asked)
    while fake(window).step():
        pass
    qtbot.waitUntil(lambda: len(fake(window).asked) > before)


def test_what_is_not_known_is_said_to_be_unknown(window: Window, qtbot: QtBot) -> None:
    window.choose("erase")
    assert window.inspector.show_method("erasure.rece")
    qtbot.waitUntil(lambda: "not known" in window.inspector.estimate.text())
    assert "has not run here yet" in window.inspector.estimate.text()
    fake(window).answers = lambda q: Answer(ask=q.ask, message="The engine is not running.")
    window.inspector.edited.emit()
    qtbot.waitUntil(lambda: window.inspector.estimate.text() == "The engine is not running.")


def test_why_nothing_is_known_is_said_in_the_windows_language(qapp: QApplication) -> None:
    said = EstimateAnswer(source="unknown", note=Unknown.NEVER_RUN)
    try:
        language.install(qapp, "de")
        assert in_words(said).endswith("Es lief auf diesem Rechner noch nicht.")
    finally:
        language.install(qapp, "en")
    assert in_words(said).endswith(Unknown.NEVER_RUN)


def test_too_little_memory_stands_out() -> None:
    said = EstimateAnswer(source="scaled", seconds=200.0, bytes=9 << 30, free=4 << 30, loading=12.0)
    assert tight(said)
    assert in_words(said) == (
        "about 3 min and 12 s to load the model · 9.0 GB, more than the 4.0 GB that are free · scaled from earlier runs"
    )
    assert not tight(EstimateAnswer(source="computed", seconds=0.2, bytes=1 << 20, free=4 << 30))
    assert in_words(EstimateAnswer(source="computed", seconds=0.2, bytes=1 << 20)) == "less than 1 s · 1 MB · computed"

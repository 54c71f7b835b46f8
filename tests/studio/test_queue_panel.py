"""The queue as a person sees it, against an engine that plays a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.client.job import State
from core.client.queue import JobQueue
from core.contract.messages import Failed, Log, Progress, Submit, ToStudio
from studio.engine import EngineLink
from studio.panels.queue import Live, QueuePanel, QueueStrip, duration


@pytest.fixture
def link(tmp_path: Path, qtbot: QtBot) -> Iterator[EngineLink]:
    link = EngineLink(JobQueue(tmp_path / "jobs.sqlite"), FakeEngine())
    link.start()
    yield link
    link.close()


def engine(link: EngineLink) -> FakeEngine:
    assert isinstance(link.engine, FakeEngine)
    return link.engine


def test_progress_is_shown_and_the_job_ends_as_done(link: EngineLink, qtbot: QtBot) -> None:
    panel = QueuePanel(link)
    strip = QueueStrip(panel.model)
    qtbot.addWidget(panel)
    qtbot.addWidget(strip)
    job = link.submit("core.generate", {"prompt": "a cat"})
    assert job is not None
    with qtbot.waitSignal(link.progress):
        engine(link).step()
        engine(link).step()
    qtbot.waitUntil(lambda: "1 / 3" in panel.model.index(0).data())
    assert "a cat" in panel.model.index(0).data()
    assert "2 s" in strip.text.text()
    with qtbot.waitSignal(link.done) as heard:
        while engine(link).step():
            pass
    assert heard.args[0] == job.id
    qtbot.waitUntil(lambda: panel.model.rows[0].state == State.DONE)
    assert "done" in panel.model.index(0).data()


def test_order_pause_cancel_and_retry_by_the_buttons(link: EngineLink, qtbot: QtBot) -> None:
    panel = QueuePanel(link)
    qtbot.addWidget(panel)
    jobs = [link.submit("core.generate", {"prompt": name}) for name in ("one", "two", "three")]
    assert all(jobs)
    assert [j.params["prompt"] for j in panel.model.rows] == ["one", "two", "three"]
    panel.view.setCurrentIndex(panel.model.index(2))
    panel.buttons["up"].click()
    assert [j.params["prompt"] for j in panel.model.rows] == ["one", "three", "two"]
    panel.buttons["down"].click()
    assert [j.params["prompt"] for j in panel.model.rows] == ["one", "two", "three"]
    assert not panel.buttons["retry"].isEnabled()
    panel.buttons["cancel"].click()
    assert link.queue.get(jobs[2].id).state == State.CANCELLED  # type: ignore[union-attr]
    panel.view.setCurrentIndex(panel.model.index(2))
    panel.buttons["retry"].click()
    assert link.queue.get(jobs[2].id).state == State.WAITING  # type: ignore[union-attr]
    panel.buttons["pause"].click()
    assert link.queue.paused
    panel.buttons["pause"].click()
    assert not link.queue.paused


def test_a_failure_is_told_in_its_sentence_and_curves_are_drawn(link: EngineLink, qtbot: QtBot) -> None:
    def script(job: Submit) -> Iterator[ToStudio]:
        for step in range(3):
            yield Progress(job=job.job, label="Learning", done=step, total=3, seconds_left=None)
            yield Log(job=job.job, text="", numbers={"loss": 1.0 / (step + 1)})
        yield Failed(job=job.job, message="The word 'dog' is not in the prompt.")

    panel = QueuePanel(link)
    qtbot.addWidget(panel)
    panel.show()
    engine(link).script = script
    job = link.submit("core.generate", {"prompt": "a cat"})
    assert job is not None
    for _ in range(6):
        engine(link).step()
    qtbot.waitUntil(lambda: len(panel.model.live[job.id].curves.get("loss", ([], []))[0]) == 3)
    qtbot.waitUntil(panel.curves.isVisible)
    with qtbot.waitSignal(link.failed):
        engine(link).step()
    qtbot.waitUntil(lambda: "The word 'dog' is not in the prompt." in panel.model.index(0).data())


def test_a_killed_engine_leaves_a_sentence_and_a_way_on(link: EngineLink, qtbot: QtBot) -> None:
    panel = QueuePanel(link)
    qtbot.addWidget(panel)
    panel.show()
    job = link.submit("core.generate", {"prompt": "a cat"})
    other = link.submit("core.generate", {"prompt": "a dog"})
    assert job is not None
    assert other is not None
    engine(link).step()
    engine(link).crash()
    assert panel.failure.isVisible()
    assert panel.why.text() == "The engine crashed while it worked on this job. Try the job again."
    assert link.queue.get(other.id).state == State.RUNNING
    panel.again.click()
    assert link.queue.get(job.id).state == State.WAITING
    assert not panel.failure.isVisible()
    while engine(link).step():
        pass
    assert {j.state for j in link.queue.jobs()} == {State.DONE}


def test_the_keyboard_moves_holds_and_cancels_and_the_choice_stays(link: EngineLink, qtbot: QtBot) -> None:
    panel = QueuePanel(link)
    qtbot.addWidget(panel)
    panel.show()
    panel.activateWindow()
    panel.view.setFocus()
    qtbot.waitUntil(panel.view.hasFocus)
    link.pause()
    for name in ("one", "two", "three"):
        link.submit("core.generate", {"prompt": name})

    def order() -> list[object]:
        return [j.params["prompt"] for j in panel.model.rows]

    panel.view.setFocus()
    panel.view.setCurrentIndex(panel.model.index(2))
    qtbot.keyClick(panel.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(panel.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert order() == ["three", "one", "two"]
    qtbot.keyClick(panel.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert order() == ["one", "three", "two"]
    assert panel.selected is not None
    assert panel.selected.params["prompt"] == "three"
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert link.queue.get(panel.selected.id).state == State.PAUSED
    assert panel.buttons["hold"].accessibleName() == "Let this job go on"
    panel.buttons["hold"].click()
    assert link.queue.get(panel.selected.id).state == State.WAITING
    qtbot.keyClick(panel.view, Qt.Key.Key_Delete)
    assert [j.state for j in link.queue.jobs() if j.params["prompt"] == "three"] == [State.CANCELLED]
    # What the list does with a drag: the first job before the last place.
    assert panel.model.moveRow(QModelIndex(), 0, QModelIndex(), 2)
    assert order()[:2] == ["two", "one"]


def test_a_curve_keeps_its_shape_and_not_every_point() -> None:
    live = Live()
    for step in range(10_000):
        live.done = step
        live.add("loss", float(step))
    xs, ys = live.curves["loss"]
    assert len(xs) <= 4001
    assert xs == ys
    assert xs == sorted(xs)


def test_durations_in_words() -> None:
    assert [duration(s) for s in (None, -1.0, 4.2, 600, 7200)] == ["", "", "4 s", "10 min", "2.0 h"]

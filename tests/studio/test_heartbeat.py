"""The window's thread comes round while a real job runs, and what holds it up is seen."""

import threading
import time

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from studio.bench.heartbeat import Gaps, Heartbeat, summary, verdict, waited
from studio.bench.table import heartbeat


@pytest.mark.slow
def test_a_job_with_previews_does_not_hold_the_window_up() -> None:
    """A real window and engine. The last phase holds the window up on purpose: the same bound must notice that."""
    found = heartbeat(seconds=5)
    assert found["previews"]["load"] > 5
    assert verdict(found["idle"], found["load"]) == "", found
    assert verdict(found["idle"], found["blocked"]), found
    assert found["heavy"] == []


def test_a_block_is_seen(qtbot: QtBot) -> None:
    heart = Heartbeat()
    heart.start()
    qtbot.wait(300)
    QTimer.singleShot(0, lambda: time.sleep(0.2))
    qtbot.wait(300)
    gaps = heart.stop()
    assert gaps.own_longest > 180
    assert gaps.own_long >= 1
    assert gaps.longest >= gaps.own_longest
    assert gaps.seconds == pytest.approx(0.6, abs=0.5)


def test_waiting_for_a_processor_is_not_the_windows_fault() -> None:
    gaps = summary([(0.010, 0.0)] * 98 + [(0.300, 0.295), (0.400, 0.1)])
    assert (gaps.long, gaps.own_long) == (2, 1)
    assert gaps.own_longest == pytest.approx(300)
    assert gaps.longest == pytest.approx(400)


@pytest.mark.skipif(waited() < 0, reason="the system does not say how long a thread waits for a processor")
def test_the_wait_for_a_processor_belongs_to_one_thread() -> None:
    seen: list[float] = []
    thread = threading.Thread(target=lambda: seen.append(waited()))
    thread.start()
    thread.join()
    assert 0 <= seen[0] < 5
    before = waited()
    assert waited() >= before


def phase(own_long: int, p99: float = 12.0, beats: int = 1000) -> Gaps:
    return Gaps(10.0, beats, 10.0, p99, 200.0, own_long, p99, 200.0, own_long, 0.0)


def test_the_bound() -> None:
    assert verdict(phase(0), phase(0)) == ""
    assert verdict(phase(0), phase(2)) == ""  # a result that became a layer
    assert "3 gaps over 50 ms in 10.0 s (0 in 10.0 s idle)" in verdict(phase(0), phase(3))
    assert verdict(phase(4), phase(6)) == ""  # the idle window is no better
    assert "p99" in verdict(phase(0), phase(1, p99=60))
    assert "only 20 beats" in verdict(phase(0), phase(0, beats=20))

"""How evenly the window's thread comes round: a timer beats every 10 ms, and every gap between two beats is kept.

On a machine that does something else the thread also waits for a processor. Linux says how long (`schedstat`); a gap's `own`
part is without that wait: time in which the window itself held its thread up, by computing, waiting for a disk or sleeping.
"""

import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer

from studio.bench.log import Log, heavy_modules

BEAT = 10
"""Milliseconds."""
LONG = 50.0
"""Milliseconds without a beat that a person could feel."""
STEPS, COUNT = 25, 4
"""Of the job under which it is measured: the embedded model at its own size."""
BLOCK = 0.15
"""Seconds that the last phase holds the window up at each preview, so that a reader sees that this is noticed."""


@dataclass(frozen=True)
class Gaps:
    """A phase in figures, in milliseconds."""

    seconds: float
    beats: int
    median: float
    p99: float
    longest: float
    long: int
    """Gaps over 50 ms."""
    own_p99: float
    own_longest: float
    own_long: int
    waited: float
    """Share of the time in which the thread waited for a processor; -1 where the system does not say."""

    @property
    def rate(self) -> float:
        """Own gaps over 50 ms, a minute."""
        return 60 * self.own_long / self.seconds if self.seconds else 0.0


class Heartbeat(QObject):
    """Beats in the thread that makes it, from `start` to `stop`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._beat)
        self._gaps: list[tuple[float, float]] = []
        self._last = (0.0, 0.0)

    def start(self) -> None:
        self._gaps, self._last = [], (time.perf_counter(), waited())
        self._timer.start()

    def stop(self) -> Gaps:
        self._beat()
        self._timer.stop()
        return summary(self._gaps)

    def _beat(self) -> None:
        now = (time.perf_counter(), waited())
        self._gaps.append((now[0] - self._last[0], max(0.0, now[1] - self._last[1])))
        self._last = now


def waited() -> float:
    """Seconds this thread has been ready and not running, since it began; -1 where the system does not say."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return -1.0


def summary(gaps: list[tuple[float, float]]) -> Gaps:
    """Figures of gaps, each with the seconds of it that the thread waited for a processor."""
    whole = sorted(1000 * gap for gap, _ in gaps)
    own = sorted(1000 * max(0.0, gap - wait) for gap, wait in gaps)
    seconds = sum(whole) / 1000
    share = sum(wait for _, wait in gaps) / seconds if seconds and waited() >= 0 else -1.0
    at = min(len(whole) - 1, round(0.99 * len(whole)))
    return Gaps(
        seconds, len(whole), statistics.median(whole), whole[at], whole[-1], sum(g > LONG for g in whole),
        own[at], own[-1], sum(g > LONG for g in own), share,
    )  # fmt: skip


def verdict(idle: Gaps, load: Gaps) -> str:
    """Why the window is held up by a job; empty when it is not.

    Compared with the idle window of the same run, so that a busy machine does not decide: up to six gaps of its own over 50 ms
    a minute more than idle (a picture that becomes a layer may cost one), and a p99 under 50 ms or twice the idle one.
    """
    if load.beats < 50:
        return f"only {load.beats} beats were counted"
    allowed = 2 * idle.rate + 6 + 60 / load.seconds  # one may fall into a short phase
    if load.rate > allowed:
        return f"{load.own_long} gaps over {LONG:.0f} ms in {load.seconds:.1f} s ({idle.own_long} in {idle.seconds:.1f} s idle)"
    if load.own_p99 > max(LONG, 2 * idle.own_p99):
        return f"p99 of the gaps is {load.own_p99:.0f} ms ({idle.own_p99:.0f} ms idle)"
    return ""


class Session(QObject):
    """Idle for some seconds, then a real job with previews, then the same with a window that is held up on purpose."""

    def __init__(self, window: Any, log: Log, seconds: float) -> None:
        super().__init__(window)
        self.window, self.log, self.seconds = window, log, seconds
        self.heart = Heartbeat(self)
        self.previews, self.phase = 0, ""
        window.link.preview.connect(self._preview)
        window.link.done.connect(lambda *_: self._done())
        window.link.failed.connect(lambda _job, text: self._failed(text))
        window.link.down.connect(self._failed)
        window.link.ready.connect(lambda: QTimer.singleShot(1000, self._idle))

    def _idle(self) -> None:
        if self.phase:
            return  # the engine came up a second time
        self.phase = "warm-up"
        self._submit(1)  # loads the model: that is not what is measured

    def _submit(self, count: int) -> None:
        self.previews = 0
        params = {"prompt": "a cat and a castle in the snow", "steps": STEPS, "count": count, "size": "128x128"}
        self.window.link.submit("core.generate", params, "pocket", 1)

    def _begin(self, phase: str) -> None:
        self.phase, self.previews = phase, 0
        self.heart.start()
        if phase == "idle":
            QTimer.singleShot(int(1000 * self.seconds), self._done)
        else:
            self._submit(COUNT)

    def _preview(self) -> None:
        self.previews += 1
        if self.phase == "blocked":
            time.sleep(BLOCK)

    def _done(self) -> None:
        if self.phase == "warm-up":
            QTimer.singleShot(500, lambda: self._begin("idle"))
            return
        # Half a second more: what follows a result (a layer, a strip) belongs to it.
        QTimer.singleShot(500 if self.phase != "idle" else 0, self._finish)

    def _finish(self) -> None:
        self.log.write("heartbeat", phase=self.phase, previews=self.previews, gaps=asdict(self.heart.stop()))
        following = {"idle": "load", "load": "blocked"}.get(self.phase)
        if following:
            self._begin(following)
            return
        self.log.write("modules", heavy=heavy_modules())
        self.window.close()

    def _failed(self, text: str) -> None:
        self.log.write("fault", text=text)
        self.window.close()

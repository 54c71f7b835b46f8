"""A real window process with somebody sitting in it: `python -m studio.bench.child WHAT LOG [SEED [COUNT]]`.

`WHAT` is "monkey", "heartbeat" or "idle". The window is that of `studio.app`, on the folder that CONCEPT_STUDIO_HOME names, with
the real engine behind it. What happens goes into LOG (`studio.bench.log`).
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from studio.bench.log import Log, heavy_modules


class Watch(QObject):
    """Sees the window come up; then `then(window, log)` takes over."""

    def __init__(self, log: Log, then: Callable[[Any, Log], object]) -> None:
        super().__init__()
        self._log, self._then, self._seen = log, then, False
        self._kept: object = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        from studio.window import Window

        if not self._seen and event.type() == QEvent.Type.Paint and isinstance(watched, Window):
            self._seen = True
            QTimer.singleShot(0, lambda: self._up(watched))  # after the first frame is drawn
        return False

    def _up(self, window: Any) -> None:
        self._log.write("shown")
        window.link.ready.connect(lambda: self._log.write("ready", pid=getattr(window.link.engine, "pid", None)))
        window.link.down.connect(
            lambda text: self._log.write("down", text=text, lines=list(window.link.engine.lines)[-40:])
        )
        self._kept = self._then(window, self._log)


def accept_dialogs() -> None:
    """A question that stands in the way (recovery after a kill) gets the answer that keeps everything: its default."""
    dialog = QApplication.activeModalWidget()
    if isinstance(dialog, QDialog):
        dialog.accept()


def main(words: list[str]) -> int:
    what, path, seed, count = words[0], Path(words[1]), int((*words[2:], "0")[0]), int((*words[3:], "0")[0])
    # Only what runs is loaded: the time from here to the window shown is measured.
    if what == "monkey":
        from studio.bench.monkey import Monkey

        then: Callable[[Any, Log], object] = lambda window, log: Monkey(window, log, seed, count)
    elif what == "heartbeat":
        from studio.bench.heartbeat import Session

        then = lambda window, log: Session(window, log, seconds=float(count or 5))
    else:
        from studio.bench.idle import Idle

        then = lambda window, log: Idle(window, log, steps=count)
    log = Log(path)
    log.write("born", pid=os.getpid())
    app = QApplication(["Concept Studio"])
    watch = Watch(log, then)
    app.installEventFilter(watch)
    dialogs = QTimer()
    dialogs.timeout.connect(accept_dialogs)
    dialogs.start(200)
    from studio.app import main as studio

    code = studio([])
    log.write("closed", code=code, heavy=heavy_modules())
    log.close()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

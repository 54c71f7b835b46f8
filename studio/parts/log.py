"""The log: what the window noticed and what the engine printed, from the Help menu."""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import TYPE_CHECKING

from studio.commands import Command
from studio.dialogs.log import LogDialog
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window

KEPT = 2000
"""Lines of this process that are kept."""


class Lines(logging.Handler):
    """Keeps the last lines."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: deque[str] = deque(maxlen=KEPT)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


LINES = Lines()
log = logging.getLogger("studio")


class Log(Part):
    """Writes down what the person was told, too: a report is worth little without it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        root = logging.getLogger()
        if LINES not in root.handlers:
            root.addHandler(LINES)
        log.setLevel(logging.INFO)
        self._began = time.monotonic()
        self.dialog: LogDialog | None = None
        window.workspace.trouble.connect(log.warning)
        for signal in (window.link.down, window.link.trouble):
            signal.connect(log.warning)
        window.link.failed.connect(self._failed)
        window.link.ready.connect(self._ready)

    def commands(self) -> list[Command]:
        return [Command("help.log", self.tr("&Log…"), self.show, "help", "Ctrl+Shift+L", group="b")]

    def show(self) -> None:
        if self.dialog is None:
            sources = ((self.tr("Studio"), lambda: tuple(LINES.lines)), (self.tr("Engine"), self._engine))
            self.dialog = LogDialog(sources, self.window)
        self.dialog.reload()
        self.dialog.show()
        self.dialog.raise_()

    def _engine(self) -> tuple[str, ...]:
        """What the engine process printed; another thread writes it."""
        for _ in range(10):
            try:
                return tuple(getattr(self.window.link.engine, "lines", ()))
            except RuntimeError:  # a line came in between
                continue
        return ()

    def _failed(self, job: str, sentence: str) -> None:
        log.warning("job %s: %s", job, sentence)

    def _ready(self) -> None:
        ready = self.window.link.engine.ready
        if ready is not None:
            seconds = time.monotonic() - self._began
            log.info("the engine is ready on %s with %d methods (%.1f s)", ready.device, len(ready.methods), seconds)

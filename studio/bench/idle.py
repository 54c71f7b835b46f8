"""A window in which nothing happens, or so many undo steps and then nothing: how much memory it and its engine take."""

import os
from typing import Any

import numpy as np
import psutil
from PIL import Image
from PySide6.QtCore import QObject, QTimer

from studio.bench.log import Log
from studio.canvas.view import Pointer
from studio.document.project import LayerKind
from studio.workspace import store_picture

SIDE = 2048
"""Pixels of the picture that is painted on."""
SETTLE = 3000
"""Milliseconds of quiet before memory is read."""


class Idle(QObject):
    """Waits for the engine, reads memory, makes `steps` strokes, reads memory again, undoes them all, and once more."""

    def __init__(self, window: Any, log: Log, steps: int) -> None:
        super().__init__(window)
        self.window, self.log, self.steps, self.left = window, log, steps, steps
        window.link.ready.connect(lambda: QTimer.singleShot(SETTLE, self._idle))
        window.link.down.connect(lambda _text: window.close())

    def _idle(self) -> None:
        self._tell("idle")
        if not self.steps:
            self.window.close()
            return
        shade = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
        workspace = self.window.workspace
        name = store_picture(workspace.assets, Image.fromarray(shade, "RGB"), {"file": "photo.png"})
        workspace.add_picture(name, workspace.raster(name), "Photo", LayerKind.PICTURE)
        self.window.column.choose("brush")
        QTimer.singleShot(SETTLE, self._picture)

    def _picture(self) -> None:
        self._tell("picture")
        self._stroke()

    def _stroke(self) -> None:
        """Each over other tiles, so that every step has pixels of its own."""
        tool, number = self.window.view.tool, self.steps - self.left
        x, y = 100 + (number * 331) % (SIDE - 200), 100 + (number * 577) % (SIDE - 200)
        tool.press(Pointer(x, y))
        tool.drag(Pointer(x + 80, y + 40))
        tool.release(Pointer(x + 80, y + 40))
        self.left -= 1
        if self.left:
            QTimer.singleShot(5, self._stroke)
        else:
            QTimer.singleShot(SETTLE, self._painted)

    def _painted(self) -> None:
        self.log.write("steps", count=self.window.workspace.document.last_step)
        self._tell("painted")
        while self.window.workspace.undo():
            pass
        QTimer.singleShot(SETTLE, self._undone)

    def _undone(self) -> None:
        self._tell("undone")
        self.window.close()

    def _tell(self, when: str) -> None:
        engine = getattr(self.window.link.engine, "pid", None)
        self.log.write("memory", when=when, window=resident(os.getpid()), engine=resident(engine) if engine else None)


def resident(pid: int) -> float:
    """Resident memory of a process in MiB."""
    return float(psutil.Process(pid).memory_info().rss) / 2**20

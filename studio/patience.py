"""Work that takes a while, on a thread of its own, while the window goes on drawing but takes no input."""

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, Qt, QThread, Signal

Made = TypeVar("Made")


class _Bell(QObject):
    rung = Signal()


def patiently(work: Callable[[], Made]) -> Made:
    """What `work` gives back, or raises. Called outside the window's thread it simply works."""
    program = QCoreApplication.instance()
    if program is None or QThread.currentThread() is not program.thread():
        return work()
    bell, loop = _Bell(), QEventLoop()
    bell.rung.connect(loop.quit, Qt.ConnectionType.QueuedConnection)
    found: list[Made] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # noqa: BLE001 - handed on to the caller, whatever it is
            faults.append(error)
        bell.rung.emit()

    thread = threading.Thread(target=run, name="patient", daemon=True)
    thread.start()
    loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    thread.join()
    if faults:
        raise faults[0]
    return found[0]

"""The queue beside its dock: word when a job ended while the window was elsewhere, and what the engine says of itself."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from core.contract.errors import UserError
from studio import look
from studio.commands import Command
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window


class Queue(Part):
    """Notifications, and the queue's commands."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._tray: QSystemTrayIcon | None = None
        """Made when it is first needed: an icon that nobody asked for is clutter."""
        window.link.done.connect(lambda job, _outcome, _seconds: self.notify(job, ""))
        window.link.failed.connect(self.notify)
        window.link.told.connect(window.tell)

    def commands(self) -> list[Command]:
        link = self.window.link
        return [
            Command("queue.show", self.tr("Show the &queue"), self._show, "view", "Ctrl+J", group="c"),
            Command("queue.pause", self.tr("&Pause the queue"), self._pause, "edit", "Ctrl+Shift+P", group="c",
                    checked=lambda: link.queue.paused),
            Command("queue.cancel", self.tr("&Cancel the running job"), self._cancel, "edit", "Ctrl+.", group="c",
                    when=lambda: link.busy),
            Command("queue.clear", self.tr("Forget jobs that ended"), link.clear),
        ]  # fmt: skip

    def notify(self, job: str, problem: str) -> bool:
        """Say that a job ended, when the window is elsewhere and the person wants to hear; whether it was said."""
        if not self.window.settings.notify or not self.away():
            return False
        QApplication.alert(self.window)
        try:
            title = self.window.queue.model.title(self.window.link.queue.get(job))
        except UserError:
            return True  # forgotten meanwhile
        self._say(self.tr("Failed: {}").format(title) if problem else self.tr("Done: {}").format(title), problem)
        return True

    def away(self) -> bool:
        """Whether the person looks at something else."""
        return QGuiApplication.applicationState().name != "ApplicationActive" or self.window.isMinimized()

    def _say(self, title: str, text: str) -> None:
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(look.icon("create"), self)
            self._tray.setToolTip("Concept Studio")
            self._tray.messageClicked.connect(self._raise)
            self._tray.activated.connect(lambda _reason: self._raise())
        self._tray.show()
        self._tray.showMessage(title, text or self.tr("The result is on the canvas."), look.icon("create"))

    def _raise(self) -> None:
        self.window.showNormal() if self.window.isMinimized() else self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def _show(self) -> None:
        self.window.queue_dock.show()
        self.window.queue_dock.raise_()
        self.window.queue.view.setFocus()

    def _pause(self) -> None:
        link = self.window.link
        (link.resume if link.queue.paused else link.pause)()

    def _cancel(self) -> None:
        current = self.window.link.dispatcher.current
        if current is not None:
            self.window.link.cancel(current)

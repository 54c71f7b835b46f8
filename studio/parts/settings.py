"""Preferences: what is set takes effect at once where it can, and the engine is started anew between jobs where it must."""

import threading
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QToolBar, QToolButton

from core.contract.messages import Answer, ModelsAnswer, ModelsQuestion
from studio import look, places
from studio.commands import Command
from studio.dialogs.preferences import Preferences
from studio.engine import engine_options
from studio.history.thumbnails import Thumbnails
from studio.parts.part import Part
from studio.settings import Settings

if TYPE_CHECKING:
    from studio.window import Window


class Preferring(Part):
    """The dialog, the offline switch in the top bar, and what follows from a change."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.dialog: Preferences | None = None
        self._scan = ""
        self._restarts = False
        """Whether the engine is being started anew because of us."""
        self.switch = QToolButton()
        self.switch.setObjectName("offline")
        self.switch.setCheckable(True)
        self.switch.setAccessibleName(self.tr("Stay offline"))
        self.switch.clicked.connect(self.set_offline)
        bar = window.findChild(QToolBar, "top")
        assert bar is not None
        bar.addWidget(self.switch)
        window.settings_changed.connect(self._follow)
        window.preferences_wanted.connect(self.open)
        window.link.ready.connect(self._show)
        window.link.renewing.connect(self._renewed)
        window.link.answered.connect(self._take)
        self._show()
        self._trim()

    def commands(self) -> list[Command]:
        return [
            Command("file.offline", self.tr("Stay &offline"), lambda: self.set_offline(not self.window.settings.offline),
                    "file", group="b", checked=lambda: self.window.settings.offline),
        ]  # fmt: skip

    def open(self) -> None:
        """The dialog, until it is closed."""
        dialog = self.dialog = Preferences(self.window.settings, self.window.commands, self.window)
        dialog.scan_wanted.connect(self.scan)
        self.scan(self.window.settings.model_folders)
        if dialog.exec():
            self.window.change_settings(dialog.settings)
        self.dialog = None

    def set_offline(self, offline: bool) -> None:
        self.window.change_settings(self.window.settings.changed(offline=offline))

    def scan(self, folders: tuple[str, ...]) -> None:
        """Ask the engine what lies in these folders; it reads them on a thread of its own."""
        self._scan = self.window.link.ask(ModelsQuestion(folders=tuple(folders)))

    def _take(self, answer: Answer) -> None:
        if answer.ask != self._scan or self.dialog is None:
            return
        if isinstance(answer.said, ModelsAnswer):
            self.dialog.show_models(answer.said.rows)
        else:
            self.dialog.tell_scan(answer.message)

    def _follow(self, before: Settings) -> None:
        """What differs takes effect."""
        now = self.window.settings
        if now.theme != before.theme:
            app = QApplication.instance()
            if isinstance(app, QApplication):
                look.dress(app, now.theme)
        if engine_options(now) != engine_options(before):
            self._restarts = True
            at_once = self.window.link.renew(engine_options(now))
            text = self.tr("The engine restarts with the new settings.")
            if not at_once:
                text = self.tr(
                    "The engine restarts with the new settings when the running job has ended. No job is lost."
                )
            if self._restarts:
                self.window.tell(text, good=True)
        if now.thumbnails_megabytes < before.thumbnails_megabytes:
            self._trim()
        if now.language != before.language:
            self.window.tell(self.tr("The language changes at the next start."), good=True)
        self._show()

    def _renewed(self, waits: bool) -> None:
        if self._restarts and not waits:
            self._restarts = False
            self.window.tell(self.tr("The engine runs with the new settings."), good=True)
        self._show()

    def _trim(self) -> None:
        """Let the longest unused thumbnails go that are over the limit; on a thread, there may be many."""
        thumbnails = Thumbnails(places.thumbnails(), self.window.workspace.assets)
        size = self.window.settings.thumbnails_megabytes
        threading.Thread(target=thumbnails.trim, args=(size,), daemon=True, name="thumbnails").start()

    def _show(self) -> None:
        """The switch: what is set, and what the engine does as long as that differs."""
        offline, link = self.window.settings.offline, self.window.link
        self.switch.setChecked(offline)
        text, help = self.tr("Offline"), self.tr("Nothing is ever downloaded. Click to allow it.")
        if not offline:
            text, help = (
                self.tr("Online"),
                self.tr("Models may be downloaded when they are asked for. Click to forbid it."),
            )
        if link.dispatcher.renewing and link.online == offline:
            text = self.tr("{}, after this job").format(text)
        self.switch.setText(text)
        self.switch.setToolTip(help)

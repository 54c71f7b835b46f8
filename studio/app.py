"""Builds and connects everything; the only place that knows all parts."""

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from core.client.engine import Engine, EngineClient
from core.client.job import State
from core.client.queue import JobQueue
from core.contract.assets import AssetStore
from core.contract.errors import UserError
from studio import language, look, places
from studio.document.autosave import Document
from studio.document.storage import is_project
from studio.engine import EngineLink, engine_options
from studio.parts.projects import discard_untouched, new_project, projects_of
from studio.settings import Settings, load, save
from studio.window import Window
from studio.workspace import Workspace

LINGER = 1000
"""Milliseconds that the link of a window outlives it: a message of the engine may still be on its way through it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the studio; gives the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in screens):
        sys.stderr.write("There is no screen to open a window on. Everything also works without one: studio --help\n")
        return 2
    app = QApplication.instance() or QApplication(["Concept Studio"])
    assert isinstance(app, QApplication)
    app.setApplicationName("Concept Studio")
    settings_path = places.settings_file()
    settings, trouble = load(settings_path)
    language.install(app, settings.language)
    look.dress(app, settings.theme)
    try:
        document = open_document(None, settings)
    except UserError as error:
        QMessageBox.critical(None, "Concept Studio", str(error))
        return 2
    studio = Studio(settings, settings_path)
    window = studio.show(document)
    if trouble:
        window.tell(trouble)
    if words:  # by the same way as from the menu, so that whatever hinders it is said with the ways on
        QTimer.singleShot(0, lambda: projects_of(window).open(Path(words[0])))
    return app.exec()


class Studio:
    """The program: one engine, and one window at a time on it."""

    def __init__(self, settings: Settings, settings_path: Path, engine: Engine | None = None) -> None:
        """
        Args:
            engine: another one than the process, for tests.
        """
        self.settings, self.path = settings, settings_path
        self.assets = AssetStore(places.assets())
        self.window: Window | None = None
        self._engine = engine
        self._elsewhere: dict[str, Path] = {}
        """Jobs that another project of this session asked for, and that were not done when it was left."""

    def show(self, document: Document) -> Window:
        """Show a document: in the first window, or in one that takes the place of the last. The engine stays warm.

        Raises:
            UserError: the project that is open cannot be saved; it stays open, and `document` is not touched.
        """
        window = self._build(document) if self.window is None else self._replaced(self.window, document)
        window.show()
        projects_of(window).greet()
        QTimer.singleShot(0, lambda: self._start(window))  # the window is up first, the engine warms behind it
        return window

    def _start(self, window: Window) -> None:
        if window is self.window and window.isVisible():  # it may have been closed at once
            window.link.start()

    def _build(self, document: Document, link: EngineLink | None = None) -> Window:
        if link is None:
            process = self._engine or EngineClient(places.assets(), options=engine_options(self.settings))
            link = EngineLink(JobQueue(places.queue()), process)
        self.settings = self.settings.opened(document.folder)
        window = self.window = Window(Workspace(document, self.assets), link, self.settings, self.path)
        window.elsewhere = {job for job, folder in self._elsewhere.items() if folder != document.folder}
        projects_of(window).show_document = self.show
        return window

    def _replaced(self, old: Window, document: Document) -> Window:
        leaving = old.workspace.document
        untouched = leaving.untouched
        old.workspace.close()
        for state in (State.WAITING, State.RUNNING, State.PAUSED):
            for job in old.link.queue.jobs(state):
                self._elsewhere.setdefault(job.id, leaving.folder)
        link = old.link.successor()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setQuitOnLastWindowClosed(False)
        try:
            old.close()
            self.settings = old.settings
            if discard_untouched(leaving, untouched):
                gone = str(leaving.folder)
                self.settings = self.settings.changed(recent=tuple(r for r in self.settings.recent if r != gone))
            window = self._build(document, link)
        finally:
            app.setQuitOnLastWindowClosed(True)
        # What has no parent must be destroyed by hand: its connections hold the functions that hold the old window.
        old.workspace.deleteLater()
        old.deleteLater()
        QTimer.singleShot(LINGER, old.link.deleteLater)
        try:
            save(self.path, self.settings)
        except UserError as error:
            window.tell(str(error))
        return window


def open_document(given: Path | None, settings: Settings) -> Document:
    """The project that was asked for, else the last one, else the first project; never a refusal where a new one helps.

    Raises:
        UserError: the project that was asked for cannot be opened.
    """
    room = settings.undo_megabytes << 20
    if given is not None:
        return Document.open(given, room)
    for folder in (*map(Path, settings.recent), places.first_project()):
        if folder.is_dir() and is_project(folder):
            try:
                return Document.open(folder, room)
            except UserError:
                continue  # open in another window, or damaged: it stays as it is, and the next one is tried
    folder = places.first_project()
    if folder.exists() and any(folder.iterdir()):
        folder = places.free_folder(f"{datetime.now():%Y-%m-%d %H-%M}")
    return Document.create(folder, new_project(), room)


def build(document: Document, settings: Settings, settings_path: Path, engine: Engine | None = None) -> Window:
    """The window on a document, not shown and its engine not started. `engine`: another one than the process, for tests."""
    return Studio(settings, settings_path, engine)._build(document)


if __name__ == "__main__":
    sys.exit(main())

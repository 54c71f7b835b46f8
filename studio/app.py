"""Builds and connects everything; the only place that knows all parts."""

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from core.client.engine import Engine, EngineClient
from core.client.queue import JobQueue
from core.contract.assets import AssetStore
from core.contract.errors import UserError
from studio import look, places
from studio.document.autosave import Document
from studio.document.project import Project, Recipe, Size
from studio.document.storage import is_project
from studio.engine import EngineLink, engine_options
from studio.settings import Settings, load
from studio.window import Window
from studio.workspace import Workspace


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
    look.dress(app, settings.theme)
    try:
        document = open_document(Path(words[0]) if words else None, settings)
    except UserError as error:
        QMessageBox.critical(None, "Concept Studio", str(error))
        return 2
    window = build(document, settings, settings_path)
    window.show()
    for sentence in filter(None, (trouble, document.recovered)):
        window.tell(sentence)
    QTimer.singleShot(0, window.link.start)  # the window is up first, the engine warms behind it
    return app.exec()


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
        folder = folder.with_name(f"{datetime.now():%Y-%m-%d %H-%M-%S}")
    return Document.create(folder, new_project(), room)


def new_project() -> Project:
    """What an empty canvas begins with: the embedded model at its own size."""
    size = Size(128, 128)
    return Project(name="", size=size, recipe=Recipe(prompt="a cat and a castle in the snow", size=size, steps=25))


def build(document: Document, settings: Settings, settings_path: Path, engine: Engine | None = None) -> Window:
    """The window on a document. `engine`: another one than the process, for tests."""
    assets = AssetStore(places.assets())
    process = engine or EngineClient(places.assets(), options=engine_options(settings))
    link = EngineLink(JobQueue(places.queue()), process)
    return Window(Workspace(document, assets), link, settings, settings_path)


if __name__ == "__main__":
    sys.exit(main())

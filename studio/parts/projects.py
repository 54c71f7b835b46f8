"""Projects in the window: new, open, recent, copies, the name; what to do with one that is busy, damaged or recovered."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThreadPool, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QToolBar

from core.contract.errors import UserError
from studio import places
from studio.commands import Command
from studio.dialogs.projects import RecentDialog, ask, ask_folder, title
from studio.dialogs.recovery import RecoveryDialog
from studio.document import edits
from studio.document.autosave import BusyError, Document
from studio.document.journal import DamagedError
from studio.document.project import Project, Recipe, Size
from studio.document.storage import copy_project, export_zip, import_zip, salvage
from studio.example import make_example
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window

log = logging.getLogger(__name__)
Show = Callable[[Document], "Window"]


class Projects(Part):
    """The File menu's part of projects, and the project's name in the top bar."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.show_document: Show | None = None
        """Puts a window on another document in place of this one; the program sets it."""
        self.recovery: RecoveryDialog | None = None
        self.errand: Errand | None = None
        self.name = QLineEdit()
        self.name.setObjectName("project")
        self.name.setAccessibleName(self.tr("Name of the project"))
        self.name.setToolTip(self.tr("Name of the project"))
        self.name.setPlaceholderText(window.workspace.document.folder.name)
        self.name.setFixedWidth(176)
        self.name.editingFinished.connect(self._rename)
        bar = window.findChild(QToolBar, "top")
        assert bar is not None
        bar.insertWidget(bar.actions()[0], self.name)
        window.workspace.changed.connect(self._refresh)
        self._refresh(frozenset({"name"}))

    def commands(self) -> list[Command]:
        tr = self.tr
        return [
            Command("file.new", tr("&New project"), self.new, "file", "Ctrl+N", group="a"),
            Command("file.open_project", tr("Open a project &folder…"), self.ask_and_open, "file", "Ctrl+Shift+O",
                    group="a"),
            Command("file.recent", tr("Open &recent…"), self.open_recent, "file", "Ctrl+R", group="a",
                    help=tr("Recent projects, folders and .zip files")),
            Command("file.example", tr("Open the e&xample project"), self.open_example, "file", group="a"),
            Command("file.save_as", tr("Save project &as…"), self.save_as, "file", "Ctrl+Shift+S", group="a"),
            Command("file.save_zip", tr("Save a copy as .&zip…"), self.save_zip, "file", group="a",
                    when=lambda: self.errand is None),
            Command("file.rename", tr("Rena&me the project"), self._focus_name, "file", "F2", group="a"),
            Command("file.close", tr("&Close the project"), self.close_project, "file", "Ctrl+W", group="a"),
        ]  # fmt: skip

    # --- opening --------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """Another project, empty; it gets a name when the person gives it one."""
        folder = places.free_folder(f"{datetime.now():%Y-%m-%d %H-%M}")
        self._show(lambda: Document.create(folder, new_project(), self._room), folder)

    def close_project(self) -> None:
        """Save and let go; the first page comes up on an empty project."""
        if self.window.workspace.project == new_project():
            self.window.tell(self.tr("This project is empty: there is nothing to close."), True)
            return
        self.new()

    def ask_and_open(self) -> None:
        if path := ask_folder(self.window):
            self.open(path)

    def open_recent(self) -> None:
        here = str(self.window.workspace.document.folder)
        dialog = RecentDialog([name for name in self.window.settings.recent if name != here], self.window)
        dialog.exec()
        self.window.change_settings(self.window.settings.changed(recent=(here, *dialog.recent)))
        if dialog.wanted is not None:
            self.open(dialog.wanted)

    def open_example(self) -> None:
        """The example, made when it is not there yet."""
        folder = places.example()
        if folder.exists() and any(folder.iterdir()):
            self.open(folder)
            return
        name = self.tr("Example: a bowl and a fig")
        self._show(lambda: make_example(folder, self.window.workspace.assets, name, self._room), folder)

    def open(self, path: Path) -> None:
        """A project folder or a zip in place of this project; whatever hinders it is said, with the ways on."""
        if path.suffix.lower() == ".zip":
            self._open_zip(path)
        elif path.exists() and path.resolve() == self.window.workspace.document.folder.resolve():
            self.window.tell(self.tr("'{}' is open already: it is this project.").format(title(path)), True)
        else:
            self._show(lambda: Document.open(path, self._room), path)

    def ways_on(self, error: UserError, folder: Path) -> None:
        """A project could not be opened: the sentence, and what can be done instead."""
        if isinstance(error, BusyError):
            way = ask(self.window, error.message, self.tr("Open a copy"), self.tr("Open another project…"))
            if way == 0:
                self._show(lambda: copy_of(folder, self._room), folder)
            elif way == 1:
                self.open_recent()
        elif isinstance(error, DamagedError):
            if ask(self.window, error.message, self.tr("Repair it")) == 0:
                self._repair(folder)
        else:
            self.window.tell(str(error))

    def _repair(self, folder: Path) -> None:
        try:
            told = salvage(folder)
        except UserError as error:
            self.window.tell(str(error))
            return
        self._show(lambda: Document.open(folder, self._room), folder, told)

    def _open_zip(self, path: Path) -> None:
        folder = places.free_folder(path.stem)
        assets = self.window.workspace.assets
        self.window.tell(self.tr("Unpacking '{}'…").format(path.name), True)
        self._off_thread(lambda: import_zip(path, folder, assets), lambda: self.open(folder))

    def _show(self, opening: Callable[[], Document], folder: Path, told: str = "") -> None:
        """Open a document and let a window on it take this one's place; this one stays when anything fails."""
        if self.errand is not None:
            self.window.tell(self.tr("A project is being packed; it takes a moment."), True)
            return
        document: Document | None = None
        try:
            document = opening()
            if self.show_document is None:
                raise UserError(
                    "Another project cannot be opened in this window.", "Start the program with its folder."
                )
            window = self.show_document(document)
        except UserError as error:
            if document is not None:
                document.abandon()
            self.ways_on(error, folder)
            return
        if told:
            window.tell(told, True)

    # --- recovery -------------------------------------------------------------------------------------------------

    def greet(self) -> None:
        """After a crash: say what came back. Only where something lies after the last whole save is there a choice."""
        document = self.window.workspace.document
        if not document.recovered:
            return
        steps = document.since_saved()
        if not steps:
            self.window.tell(document.recovered, True)
            return
        self.recovery = RecoveryDialog(title(document.folder), steps, document.undo_text, self.window)
        self.recovery.go_back.connect(self.go_back)
        self.recovery.open()

    def go_back(self) -> None:
        """Undo until the last whole save."""
        document = self.window.workspace.document
        while document.since_saved() and self.window.workspace.undo() is not None:
            pass

    # --- copies and the name --------------------------------------------------------------------------------------

    def save_as(self) -> None:
        """A second project with the same history, and go on in it."""
        path = QFileDialog.getSaveFileName(
            self.window, self.tr("Save the project as a folder"), self._proposed(""), self.tr("Project folder (*)")
        )[0]
        if not path:
            return
        folder = Path(path)
        try:
            self.window.workspace.document.save_copy(folder)
        except UserError as error:
            self.window.tell(str(error))
            return
        except OSError as error:
            self.window.tell(self.tr("'{}' cannot be written: {}").format(folder.name, error.strerror))
            return
        self.open(folder)

    def save_zip(self) -> None:
        """One file to hand on: the state with its pictures and concepts, without the history of edits."""
        path = QFileDialog.getSaveFileName(
            self.window, self.tr("Save a copy as .zip"), self._proposed(".zip"), self.tr("Projects (*.zip)")
        )[0]
        if not path:
            return
        target = Path(path if path.lower().endswith(".zip") else path + ".zip")
        project, assets = self.window.workspace.project, self.window.workspace.assets
        done = self.tr("A copy was saved as '{}'.").format(target.name)
        self._off_thread(lambda: export_zip(project, target, assets), lambda: self.window.tell(done, True))

    def _proposed(self, end: str) -> str:
        folder = self.window.workspace.document.folder
        return str(Path.home() / ((self.window.workspace.project.name or folder.name) + end))

    def _rename(self) -> None:
        text = self.name.text()
        if text.strip() != self.window.workspace.project.name:
            self.window.workspace.edit(self.tr("Rename the project"), lambda p: edits.rename(p, text))

    def _focus_name(self) -> None:
        self.name.setFocus()
        self.name.selectAll()

    def _refresh(self, names: frozenset[str]) -> None:
        name = self.window.workspace.project.name
        if "name" in names and self.name.text() != name:
            self.name.setText(name)
            self.name.setCursorPosition(0)

    # --- off the window's thread ----------------------------------------------------------------------------------

    def _off_thread(self, work: Callable[[], object], then: Callable[[], object]) -> None:
        """Pack or unpack without holding up the window; one at a time."""
        if self.errand is not None:
            self.window.tell(self.tr("A project is being packed; it takes a moment."), True)
            return
        self.errand = Errand(work, self)

        def ended(error: UserError | None) -> None:
            self.errand = None
            if error is not None:
                self.window.tell(str(error))
            else:
                self.window.message.hide()
                then()

        self.errand.ended.connect(ended)
        self.errand.begin()

    @property
    def _room(self) -> int:
        return self.window.settings.undo_megabytes << 20

    def close(self) -> None:
        if self.errand is not None:
            self.errand.wait()


class Errand(QObject):
    """One piece of work on another thread; `ended` comes on this object's thread, with the reason when it failed."""

    ended = Signal(object)

    def __init__(self, work: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._pool = QThreadPool(self)

    def begin(self) -> None:
        self._pool.start(self._do)  # not QRunnable.create: see ThumbnailLoader

    def wait(self) -> None:
        self._pool.waitForDone()

    def _do(self) -> None:
        try:
            self._work()
            error: UserError | None = None
        except UserError as found:
            error = found
        except Exception as found:  # a fault of ours must reach the person and the log, not end a thread in silence
            log.exception("an errand failed")
            error = UserError(f"That failed: {found}.", "The log (Help) says more.")
        self.ended.emit(error)


def new_project() -> Project:
    """What an empty canvas begins with: the embedded model at its own size."""
    size = Size(128, 128)
    return Project(name="", size=size, recipe=Recipe(prompt="a cat and a castle in the snow", size=size, steps=25))


def copy_of(folder: Path, room: int = 512 << 20) -> Document:
    """A copy of a project that is open elsewhere, as of its last whole save, opened.

    Raises:
        UserError: it was not saved yet, or cannot be copied.
    """
    copy = places.free_folder(f"{title(folder)} copy")
    try:
        copy_project(folder, copy)
        return Document.open(copy, room)
    except UserError:
        shutil.rmtree(copy, ignore_errors=True)
        raise


def discard_untouched(document: Document, was_untouched: bool) -> bool:
    """Take away the folder of a new project in which nothing was done; True when it was. The document is closed.

    Both must hold: no step was ever made (a repaired project has none either), and it says what a new one says.
    """
    ours = document.folder.parent == places.projects()
    if was_untouched and ours and document.project == new_project():
        with suppress(OSError):  # it stays, and does no harm
            shutil.rmtree(document.folder)
            return True
    return False


def projects_of(window: Window) -> Projects:
    """The part that opens projects."""
    return next(part for part in window.parts if isinstance(part, Projects))

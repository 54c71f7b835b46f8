"""The first page: what an empty canvas offers, and where each way leads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog

from studio.commands import Command
from studio.dialogs.start import StartPage
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window

FIND, ERASE = "erasure.auto_masks", "erasure.uce"
"""Where the ways lead; the inspector's own first method where one is not installed."""
_QUIET = ("arrange", "hand", "zoom")
"""Tools that ask for no bare canvas."""


class FirstRun(Part):
    """Shows the page as long as there is no layer, until the person takes up a tool or asks for the bare canvas."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._left = False
        self._waiting: Callable[[], object] | None = None
        self.page = StartPage(window.view)
        self.page.make.connect(self.make)
        self.page.learn.connect(self.learn)
        self.page.erase.connect(self.erase)
        self.page.example.connect(lambda: window.commands.run("file.example"))
        self.page.open.connect(lambda: window.commands.run("file.recent"))
        self.page.left.connect(self.leave)
        window.view.installEventFilter(self)
        window.workspace.changed.connect(self._changed)
        window.column.chosen.connect(self._tool)
        window.link.ready.connect(self._up)
        self.refresh()

    def commands(self) -> list[Command]:
        return [
            Command("help.start", self.tr("&First steps"), self.come_back, "help", group="a",
                    when=lambda: not self.window.workspace.project.layers),
        ]  # fmt: skip

    def refresh(self) -> None:
        empty = not self.window.workspace.project.layers
        self._left = self._left and empty
        self.page.setVisible(empty and not self._left)
        self._fit()

    def leave(self) -> None:
        """The bare canvas, to draw a region or a mask on."""
        self._left = True
        self.refresh()
        self.window.view.setFocus()

    def come_back(self) -> None:
        self._left = False
        self.refresh()
        self.page.cards["make"].setFocus()

    # --- the three ways -------------------------------------------------------------------------------------------

    def make(self) -> None:
        """To the prompt, ready to be written over; Ctrl+Enter draws."""
        self.window.choose("create")
        self.window.prompt.edit.setFocus()
        self.window.prompt.edit.selectAll()
        self.window.tell(self.tr("Write what you want to see, then press Run (Ctrl+Enter)."), True)

    def learn(self) -> None:
        """A photo onto the canvas, then the search for the things in it."""
        self.window.choose("learn")
        places = QStandardPaths.standardLocations(QStandardPaths.StandardLocation.PicturesLocation)
        path = QFileDialog.getOpenFileName(
            self.window, self.tr("A photo of your thing"), places[0] if places else "",
            self.tr("Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)"),
        )[0]  # fmt: skip
        if path and self.window.workspace.open_picture(Path(path)) is not None:
            self._when_up(self._find)

    def erase(self) -> None:
        """To the method that takes a word out of the model, its field ready for the word."""
        self.window.choose("erase")
        self._when_up(self._name)

    def _find(self) -> None:
        inspector = self.window.inspectors["learn"]
        inspector.show_method(FIND)
        inspector.run_button.setFocus()
        self.window.tell(
            self.tr("Press Run: the things in the photo get a mask each. Then choose how to learn them."), True
        )

    def _name(self) -> None:
        inspector = self.window.inspectors["erase"]
        inspector.show_method(ERASE)
        if inspector.form is not None and "erase" in inspector.form.editors:
            inspector.form.editors["erase"].setFocus()
        self.window.tell(self.tr("Write what the model shall forget, then press Run (Ctrl+Enter)."), True)

    def _when_up(self, call: Callable[[], object]) -> None:
        """Now, or as soon as the engine has said what it can do."""
        if self.window.link.methods:
            call()
        else:
            self._waiting = call
            self.window.tell(self.tr("The engine is starting; a moment."), True)

    def _up(self) -> None:
        call, self._waiting = self._waiting, None
        if call is not None:
            call()

    # --- following ------------------------------------------------------------------------------------------------

    def _changed(self, names: frozenset[str]) -> None:
        if "layers" in names:
            self.refresh()

    def _tool(self, id: str) -> None:
        if id not in _QUIET and self.page.isVisible():
            self._left = True
            self.refresh()

    def _fit(self) -> None:
        self.page.setGeometry(self.window.view.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

"""Which project: the recent ones, and what to do with one that cannot simply be opened."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.contract.errors import UserError
from studio import look
from studio.document.storage import STATE, is_project, read_state

PATH = Qt.ItemDataRole.UserRole
_QUICK = 1 << 20
"""Bytes of a project.json that is read only to show a name."""


def tr(text: str) -> str:
    return QCoreApplication.translate("Projects", text)


class RecentDialog(QDialog):
    """The recent projects, newest first; those that are gone are grey and can be taken out of the list.

    After `exec`: `wanted` is what shall be opened (None: nothing), `recent` the list that is left.
    """

    def __init__(self, recent: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Open a project"))
        self.recent = list(recent)
        self.wanted: Path | None = None
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Recent projects"))
        self.list.currentItemChanged.connect(lambda *_: self._follow())
        self.list.itemActivated.connect(lambda _item: self._take())
        self.empty = QLabel(tr("No project was opened yet."))
        self.empty.setObjectName("hint")
        self.open_button = _button(tr("Open"), self._take, primary=True)
        self.remove = _button(tr("Take out of the list"), self._remove)
        self.folder = _button(tr("Another folder…"), self._folder)
        self.zip = _button(tr("A .zip…"), self._zip)
        row = QHBoxLayout()
        for widget in (self.folder, self.zip, self.remove):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.open_button)
        column = QVBoxLayout(self)
        column.setSpacing(look.UNIT)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty)
        column.addLayout(row)
        self.resize(620, 400)
        self._fill()

    def _fill(self) -> None:
        self.list.clear()
        for name in self.recent:
            path = Path(name)
            here = is_project(path)
            item = QListWidgetItem(f"{title(path)}\n{path}   {_when(path) if here else tr('is not there any more')}")
            item.setData(PATH, name)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, item.text().replace("\n", ", "))
            if not here:
                item.setForeground(self.palette().placeholderText())
            self.list.addItem(item)
        self.list.setVisible(bool(self.recent))
        self.empty.setVisible(not self.recent)
        self.list.setCurrentRow(0)
        self._follow()

    def _follow(self) -> None:
        item = self.list.currentItem()
        self.remove.setEnabled(item is not None)
        self.open_button.setEnabled(item is not None and is_project(Path(item.data(PATH))))

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None and is_project(Path(item.data(PATH))):
            self._want(Path(item.data(PATH)))

    def _remove(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.recent.remove(item.data(PATH))
            self._fill()

    def _folder(self) -> None:
        if path := ask_folder(self):
            self._want(path)

    def _zip(self) -> None:
        if path := ask_zip(self):
            self._want(path)

    def _want(self, path: Path) -> None:
        self.wanted = path
        self.accept()


def title(folder: Path) -> str:
    """What a project calls itself; the folder's name where it has no name, or is not there."""
    try:
        if (folder / STATE).stat().st_size < _QUICK and (saved := read_state(folder)) is not None:
            return str(saved.tree.get("name") or "") or folder.name
    except (UserError, OSError):
        pass  # opening it will say what is wrong
    return folder.name


def ask_folder(parent: QWidget) -> Path | None:
    path = QFileDialog.getExistingDirectory(parent, tr("Open a project folder"))
    return Path(path) if path else None


def ask_zip(parent: QWidget) -> Path | None:
    path = QFileDialog.getOpenFileName(parent, tr("Open a project"), "", tr("Projects (*.zip)"))[0]
    return Path(path) if path else None


def ask(parent: QWidget | None, sentence: str, *ways: str) -> int:
    """A sentence and the ways on as buttons; gives the place of the one that was pressed, -1 for none."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, "Concept Studio", sentence, parent=parent)
    buttons = [box.addButton(way, QMessageBox.ButtonRole.ActionRole) for way in ways]
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(buttons[0])
    box.setEscapeButton(cancel)
    box.exec()
    pressed = box.clickedButton()
    return next((place for place, button in enumerate(buttons) if button is pressed), -1)


def _when(folder: Path) -> str:
    changed = max((f.stat().st_mtime for f in folder.glob("*") if f.is_file()), default=0.0)
    return f"{datetime.fromtimestamp(changed):%Y-%m-%d %H:%M}"


def _button(text: str, call: object, primary: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(primary)
    if primary:
        button.setObjectName("primary")
    button.clicked.connect(call)  # type: ignore[arg-type]
    return button

"""Every action of the program in one table: menus, tool bars, shortcuts and the palette are views of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import qtawesome
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget


@dataclass(frozen=True)
class Command:
    """One action as data."""

    id: str
    """`area.what`, stable: settings and tests name it."""
    title: str
    call: Callable[[], object]
    menu: str = ""
    """The menu it stands in; empty: palette and shortcut only."""
    shortcut: str = ""
    """In Qt's portable form, such as `Ctrl+Z`."""
    icon: str = ""
    """A qtawesome name."""
    when: Callable[[], bool] | None = None
    """Whether it can be done now; None: always."""
    checked: Callable[[], bool] | None = None
    """For something that is on or off."""
    help: str = ""
    group: str = ""
    """Commands of one group stand between two lines of the menu; those with `checked` exclude each other in it."""


class Commands(QObject):
    """The table with its `QAction`s.

    `refresh` asks every command whether it can be done; the window calls it when something changed, menus when they open.
    """

    used = Signal(str)
    shortcuts_changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}
        self._own: dict[str, str] = {}
        """Shortcuts a person chose, by command."""

    def add(self, commands: Iterable[Command]) -> None:
        """Take commands in.

        Raises:
            ValueError: an id or a default shortcut is taken: a fault of ours.
        """
        for command in commands:
            if command.id in self._commands:
                raise ValueError(f"two commands are called {command.id}")
            clash = self.holder(command.shortcut) if command.shortcut else None
            if clash is not None:
                raise ValueError(f"{command.id} and {clash} both want {command.shortcut}")
            self._commands[command.id] = command
            self._actions[command.id] = self._make(command)

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def __getitem__(self, id: str) -> Command:
        return self._commands[id]

    def action(self, id: str) -> QAction:
        """The action, for a tool bar or a button."""
        return self._actions[id]

    def run(self, id: str) -> bool:
        """Do it, when it can be done now."""
        command = self._commands[id]
        if command.when is not None and not command.when():
            return False
        command.call()
        self.used.emit(id)
        self.refresh()
        return True

    def refresh(self) -> None:
        """Grey out what cannot be done now."""
        for id, command in self._commands.items():
            action = self._actions[id]
            action.setEnabled(command.when is None or command.when())
            if command.checked is not None:
                action.setChecked(command.checked())

    # --- shortcuts ----------------------------------------------------------------------------------------------

    def shortcut(self, id: str) -> str:
        """What a person chose, or the default."""
        return self._own.get(id, self._commands[id].shortcut)

    def holder(self, shortcut: str) -> str | None:
        """Which command has this shortcut."""
        wanted = QKeySequence(shortcut)
        return next((id for id in self._commands if wanted == QKeySequence(self.shortcut(id)) and shortcut), None)

    def set_shortcut(self, id: str, shortcut: str) -> str | None:
        """Give a command another shortcut; the name of the command that has it already when there is one (and no change)."""
        clash = self.holder(shortcut)
        if clash is not None and clash != id:
            return clash
        if shortcut == self._commands[id].shortcut:
            self._own.pop(id, None)
        else:
            self._own[id] = shortcut
        self._actions[id].setShortcut(QKeySequence(shortcut))
        self.shortcuts_changed.emit()
        return None

    @property
    def own_shortcuts(self) -> dict[str, str]:
        """Only what differs from the defaults: what the settings keep."""
        return dict(self._own)

    def load_shortcuts(self, own: Mapping[str, str]) -> None:
        """Shortcuts from the settings; those of commands that no longer exist, or that clash, are left out."""
        for id, shortcut in own.items():
            if id in self._commands:
                self.set_shortcut(id, shortcut)

    # --- views --------------------------------------------------------------------------------------------------

    def fill(self, bar: QMenuBar, order: Iterable[tuple[str, str]]) -> dict[str, QMenu]:
        """Menus from the table. `order`: (menu id, title) from left to right."""
        menus = {}
        for name, title in order:
            menu = bar.addMenu(title)
            menu.aboutToShow.connect(self.refresh)
            group: str | None = None
            for command in sorted((c for c in self if c.menu == name), key=lambda c: c.group):
                if group is not None and command.group != group:
                    menu.addSeparator()
                group = command.group
                menu.addAction(self._actions[command.id])
            menus[name] = menu
        return menus

    def search(self, words: str) -> list[Command]:
        """Commands whose title, menu or id has every word, those whose title begins with them first."""
        wanted = words.casefold().split()
        hits = [c for c in self if all(w in f"{c.title} {c.menu} {c.id} {c.help}".casefold() for w in wanted)]
        start = words.strip().casefold()
        return sorted(hits, key=lambda c: (not plain(c.title).casefold().startswith(start), plain(c.title).casefold()))

    def _make(self, command: Command) -> QAction:
        action = QAction(command.title, self._window)
        action.setObjectName(command.id)
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
        if command.icon:
            action.setIcon(qtawesome.icon(command.icon))
        action.setCheckable(command.checked is not None)
        action.setStatusTip(command.help or plain(command.title))
        action.triggered.connect(lambda _checked=False, id=command.id: self.run(id))
        self._window.addAction(action)
        return action


def plain(title: str) -> str:
    """A title without the mark of its menu key and its dots."""
    return title.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")

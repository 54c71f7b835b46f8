"""The command palette: every action of the program, found by typing."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from studio.commands import Commands, plain


class Palette(QDialog):
    """Type, arrow keys, Enter. What cannot be done now is shown grey and does nothing."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.commands = commands
        self.setAccessibleName(self.tr("Command palette"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("What do you want to do?"))
        self.field.setAccessibleName(self.tr("Search commands"))
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.itemActivated.connect(self._take)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.resize(520, 360)
        commands.refresh()
        self._search("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                self.list.setCurrentRow(min(max(0, self.list.currentRow() + step), self.list.count() - 1))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (item := self.list.currentItem()):
                self._take(item)
                return True
        return super().eventFilter(watched, event)

    def _search(self, words: str) -> None:
        self.list.clear()
        for command in self.commands.search(words):
            keys = self.commands.shortcut(command.id)
            item = QListWidgetItem(plain(command.title) + (f"    {keys}" if keys else ""))
            item.setData(Qt.ItemDataRole.UserRole, command.id)
            item.setToolTip(command.help)
            if not self.commands.action(command.id).isEnabled():
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _take(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.accept()
            self.commands.run(item.data(Qt.ItemDataRole.UserRole))

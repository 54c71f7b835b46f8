"""Preferences: folders, device, caches, shortcuts, language, theme, and the offline switch."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QListWidget,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from studio.commands import Commands, plain
from studio.settings import Settings


class Preferences(QDialog):
    """Changes take effect with OK; shortcuts are checked for conflicts while they are typed."""

    def __init__(
        self, settings: Settings, commands: Commands, languages: Callable[[], list[tuple[str, str]]],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self._before, self._commands = settings, commands
        self.tabs = QTabWidget()
        self.tabs.addTab(self._general(settings, languages()), self.tr("General"))
        self.tabs.addTab(self._models(settings), self.tr("Models"))
        self.tabs.addTab(self._shortcuts(), self.tr("Shortcuts"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.tabs)
        column.addWidget(buttons)
        self.resize(640, 520)

    @property
    def settings(self) -> Settings:
        """As they stand in the dialog."""
        return self._before.changed(
            offline=self.offline.isChecked(),
            theme=self.theme.currentData(),
            language=self.language.currentData(),
            device=self.device.currentData(),
            precision=self.precision.currentData(),
            undo_megabytes=self.undo.value(),
            thumbnails_megabytes=self.thumbnails.value(),
            model_folders=tuple(self.folders.item(row).text() for row in range(self.folders.count())),
            shortcuts=self._commands.own_shortcuts,
        )

    def _general(self, settings: Settings, languages: list[tuple[str, str]]) -> QWidget:
        self.offline = QCheckBox(self.tr("Stay offline: nothing is ever downloaded"))
        self.offline.setChecked(settings.offline)
        themes = [("system", self.tr("Like the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark"))]
        self.theme = _choice(self.tr("Theme"), themes, settings.theme)
        self.language = _choice(self.tr("Language"), [("", self.tr("Like the system")), *languages], settings.language)
        self.undo = _megabytes(self.tr("Memory for undo"), settings.undo_megabytes, 64, 65536)
        self.thumbnails = _megabytes(self.tr("Thumbnails on disk"), settings.thumbnails_megabytes, 16, 16384)
        page = QWidget()
        rows = QFormLayout(page)
        rows.addRow(self.offline)
        for box in (self.theme, self.language, self.undo, self.thumbnails):
            rows.addRow(box.accessibleName(), box)
        note = QLabel(self.tr("Language and device change at the next start."))
        note.setObjectName("hint")
        rows.addRow(note)
        return page

    def _models(self, settings: Settings) -> QWidget:
        devices = [("auto", self.tr("The fastest that is found")), ("cpu", "CPU"), ("cuda", "CUDA"), ("mps", "MPS")]
        self.device = _choice(self.tr("Device"), devices, settings.device)
        kinds = [("auto", self.tr("As measured on this machine"))]
        kinds += [(name, name) for name in ("float32", "bfloat16", "float16")]
        self.precision = _choice(self.tr("Precision"), kinds, settings.precision)
        self.folders = QListWidget()
        self.folders.addItems(list(settings.model_folders))
        self.folders.setAccessibleName(self.tr("Model folders"))
        add = QPushButton(self.tr("Add a folder…"))
        add.clicked.connect(self._add_folder)
        remove = QPushButton(self.tr("Take out"))
        remove.clicked.connect(lambda: self.folders.takeItem(self.folders.currentRow()))
        bar = QHBoxLayout()
        bar.addWidget(add)
        bar.addWidget(remove)
        bar.addStretch(1)
        page = QWidget()
        rows = QFormLayout(page)
        rows.addRow(self.device.accessibleName(), self.device)
        rows.addRow(self.precision.accessibleName(), self.precision)
        rows.addRow(QLabel(self.tr("Folders that are looked through for models")))
        rows.addRow(self.folders)
        rows.addRow(bar)
        return page

    def _shortcuts(self) -> QWidget:
        commands = sorted(self._commands, key=lambda c: plain(c.title).casefold())
        self.table = QTableWidget(len(commands), 2)
        self.table.setAccessibleName(self.tr("Shortcuts"))
        self.table.setHorizontalHeaderLabels([self.tr("Action"), self.tr("Keys")])
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.verticalHeader().hide()
        self.clash = QLabel()
        self.clash.setObjectName("problem")
        for row, command in enumerate(commands):
            item = QTableWidgetItem(plain(command.title))
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self.table.setItem(row, 0, item)
            field = QKeySequenceEdit(QKeySequence(self._commands.shortcut(command.id)))
            field.setClearButtonEnabled(True)
            field.setAccessibleName(self.tr("Keys for {}").format(plain(command.title)))
            field.keySequenceChanged.connect(lambda keys, id=command.id, f=field: self._typed(id, keys, f))
            self.table.setCellWidget(row, 1, field)
        self.table.resizeColumnToContents(0)
        page = QWidget()
        column = QVBoxLayout(page)
        column.addWidget(self.table)
        column.addWidget(self.clash)
        return page

    def _typed(self, id: str, keys: QKeySequence, field: QKeySequenceEdit) -> None:
        other = self._commands.set_shortcut(id, keys.toString(QKeySequence.SequenceFormat.PortableText))
        if other is None:
            self.clash.clear()
            return
        title = plain(self._commands[other].title)
        self.clash.setText(self.tr("{} belongs to “{}” already. Choose other keys.").format(keys.toString(), title))
        field.blockSignals(True)
        field.setKeySequence(QKeySequence(self._commands.shortcut(id)))
        field.blockSignals(False)

    def reject(self) -> None:
        """Shortcuts go back to what they were."""
        for command in self._commands:
            self._commands.set_shortcut(command.id, "")
        for command in self._commands:
            keys = self._before.shortcuts.get(command.id, command.shortcut)
            self._commands.set_shortcut(command.id, keys)
        super().reject()

    def _add_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("A folder with models"))
        if path:
            self.folders.addItem(path)


def _choice(title: str, entries: list[tuple[str, str]], value: str) -> QComboBox:
    box = QComboBox()
    for data, text in entries:
        box.addItem(text, data)
    box.setCurrentIndex(max(0, box.findData(value)))
    box.setAccessibleName(title)
    return box


def _megabytes(title: str, value: int, low: int, high: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    box.setSuffix(" MB")
    box.setAccessibleName(title)
    return box

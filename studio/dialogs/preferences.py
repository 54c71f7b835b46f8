"""Preferences: folders, device, caches, shortcuts, language, theme, and the offline switch."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import Qt, Signal
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
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.contract.messages import ModelRow
from studio import places
from studio.commands import Commands, plain
from studio.settings import LANGUAGES, Settings


class Preferences(QDialog):
    """Changes take effect with OK; shortcuts are checked for conflicts while they are typed, caches are emptied at once."""

    scan_wanted = Signal(tuple)
    """Look through these folders; answered by `show_models` or `tell_scan`."""
    _measured = Signal(str, int)

    def __init__(self, settings: Settings, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self._before, self._commands = settings, commands
        self.tabs = QTabWidget()
        self.sizes: dict[str, QLabel] = {}
        self.clear_buttons: dict[str, QPushButton] = {}
        self.tabs.addTab(self._general(settings), self.tr("General"))
        self.tabs.addTab(self._models(settings), self.tr("Engine and models"))
        self.tabs.addTab(self._caches(settings), self.tr("Memory and caches"))
        self.tabs.addTab(self._shortcuts(), self.tr("Shortcuts"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.tabs)
        column.addWidget(buttons)
        self.resize(760, 560)
        self._measured.connect(self._show_size)
        self._measure()

    @property
    def settings(self) -> Settings:
        """As they stand in the dialog."""
        return self._before.changed(
            offline=self.offline.isChecked(),
            theme=self.theme.currentData(),
            language=self.language.currentData(),
            device=self.device.currentData(),
            precision=self.precision.currentData(),
            sam=self.sam.text().strip(),
            notify=self.notify.isChecked(),
            undo_megabytes=self.undo.value(),
            thumbnails_megabytes=self.thumbnails.value(),
            model_folders=self._listed(),
            shortcuts=self._commands.own_shortcuts,
        )

    def _general(self, settings: Settings) -> QWidget:
        self.offline = QCheckBox(self.tr("Stay offline: nothing is ever downloaded"))
        self.offline.setChecked(settings.offline)
        themes = [("system", self.tr("Like the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark"))]
        self.theme = _choice(self.tr("Theme"), themes, settings.theme)
        self.language = _choice(self.tr("Language"), [("", self.tr("Like the system")), *LANGUAGES], settings.language)
        self.notify = QCheckBox(self.tr("Say when a job has ended while the window is elsewhere"))
        self.notify.setChecked(settings.notify)
        page = QWidget()
        rows = QFormLayout(page)
        rows.addRow(self.offline)
        rows.addRow(self.notify)
        for box in (self.theme, self.language):
            rows.addRow(box.accessibleName(), box)
        rows.addRow(_hint(self.tr("The language changes at the next start.")))
        return page

    def _caches(self, settings: Settings) -> QWidget:
        self.undo = _megabytes(self.tr("Memory for undo"), settings.undo_megabytes, 64, 65536)
        self.thumbnails = _megabytes(self.tr("Thumbnails on disk"), settings.thumbnails_megabytes, 16, 16384)
        page = QWidget()
        rows = QFormLayout(page)
        for box in (self.undo, self.thumbnails):
            rows.addRow(box.accessibleName(), box)
        rows.addRow(_hint(self.tr("The memory for undo changes at the next start; undo itself has no fixed depth.")))
        titles = {"thumbnails": self.tr("Thumbnails"), "embeddings": self.tr("Pictures that were clicked on")}
        for name, title in titles.items():
            self.sizes[name] = QLabel("…")
            button = self.clear_buttons[name] = QPushButton(self.tr("Empty"))
            button.setAccessibleName(self.tr("Empty: {}").format(title))
            button.clicked.connect(lambda _on, name=name: self.clear(name))
            row = QHBoxLayout()
            row.addWidget(self.sizes[name], 1)
            row.addWidget(button)
            rows.addRow(title, row)
        rows.addRow(_hint(self.tr("Both are made again when they are needed.")))
        return page

    def clear(self, name: str) -> None:
        """Empty a cache now; what cannot be removed is said."""
        trouble = ""
        for path in files_of(CACHES[name]()):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                trouble = self.tr("'{}' cannot be removed: {}").format(path.name, error.strerror)
        self._measure()
        if trouble:
            self.sizes[name].setText(trouble)

    def _measure(self) -> None:
        """Sizes of the caches; there may be many files, so they are counted on a thread."""

        def count() -> None:
            for name, folder in CACHES.items():
                size = sum(path.stat().st_size for path in files_of(folder()) if path.exists())
                with suppress(RuntimeError):  # the dialog was closed meanwhile
                    self._measured.emit(name, size)

        threading.Thread(target=count, daemon=True, name="caches").start()

    def _show_size(self, name: str, size: int) -> None:
        self.sizes[name].setText(size_text(size))
        self.clear_buttons[name].setEnabled(size > 0)

    def _models(self, settings: Settings) -> QWidget:
        devices = [("auto", self.tr("The fastest that is found")), ("cpu", "CPU"), ("cuda", "CUDA"), ("mps", "MPS")]
        self.device = _choice(self.tr("Device"), devices, settings.device)
        kinds = [("auto", self.tr("As measured on this machine"))]
        kinds += [(name, name) for name in ("float32", "bfloat16", "float16")]
        self.precision = _choice(self.tr("Precision"), kinds, settings.precision)
        self.folders = QListWidget()
        self.folders.addItems(list(settings.model_folders))
        self.folders.setAccessibleName(self.tr("Model folders"))
        self.folders.setMaximumHeight(90)
        self.sam = QLineEdit(settings.sam)
        self.sam.setPlaceholderText(self.tr("The models folder, then the embedded one"))
        self.sam.setAccessibleName(self.tr("Segment Anything"))
        choose = QPushButton(self.tr("Choose…"))
        choose.setAccessibleName(self.tr("Choose a Segment Anything file"))
        choose.clicked.connect(self._choose_sam)
        sam = QHBoxLayout()
        sam.addWidget(self.sam, 1)
        sam.addWidget(choose)
        page = QWidget()
        rows = QFormLayout(page)
        rows.addRow(self.device.accessibleName(), self.device)
        rows.addRow(self.precision.accessibleName(), self.precision)
        rows.addRow(self.sam.accessibleName(), sam)
        text = self.tr("Device, precision, folders and the offline switch start the engine anew, between two jobs.")
        rows.addRow(_hint(text))
        rows.addRow(QLabel(self.tr("Folders that are looked through for models")))
        rows.addRow(self.folders)
        rows.addRow(self._folder_buttons())
        self.found = QTableWidget(0, 4)
        self.found.setAccessibleName(self.tr("Models that were found"))
        self.found.setHorizontalHeaderLabels([self.tr("Model"), self.tr("Family"), self.tr("Size"), self.tr("State")])
        self.found.horizontalHeader().setStretchLastSection(True)
        self.found.verticalHeader().hide()
        self.found.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.found.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.scanned = _hint("")
        rows.addRow(self.found)
        rows.addRow(self.scanned)
        return page

    def _folder_buttons(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        for text, call in (
            (self.tr("Add a folder…"), self._add_folder), (self.tr("Take out"), self._remove_folder),
            (self.tr("Scan again"), self._scan),
        ):  # fmt: skip
            button = QPushButton(text)
            button.clicked.connect(call)
            bar.addWidget(button)
        bar.addStretch(1)
        return bar

    def show_models(self, rows: Sequence[ModelRow]) -> None:
        """What the engine found in the folders."""
        self.found.setRowCount(len(rows))
        for place, row in enumerate(rows):
            state = {"here": self.tr("here"), "missing": self.tr("missing"), "moved": self.tr("moved")}[row.state]
            if row.moved_to:
                state = self.tr("moved to {}").format(row.moved_to)
            kind = "" if row.content in ("", "folder", "checkpoint") else f" ({row.content})"
            cells = (Path(row.path).name, row.family + kind, size_text(row.bytes), row.problem or state)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(
                    "\n".join(filter(None, [row.path, f"SHA-256 {row.hash}" if row.hash else "", row.problem]))
                )
                self.found.setItem(place, column, item)
        self.found.resizeColumnsToContents()
        gone = sum(row.state == "missing" for row in rows)
        text = self.tr("%n model(s) or part(s) of models", "", len(rows) - gone)
        if gone:
            text += "; " + self.tr(
                "%n missing: put the file back, or look through the folder where it is now", "", gone
            )
        self.scanned.setText(text)

    def tell_scan(self, sentence: str) -> None:
        self.scanned.setText(sentence)

    def _scan(self) -> None:
        self.scanned.setText(self.tr("Looking through the folders…"))
        self.scan_wanted.emit(self._listed())

    def _listed(self) -> tuple[str, ...]:
        return tuple(self.folders.item(row).text() for row in range(self.folders.count()))

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
            self.add_folder(path)

    def add_folder(self, path: str) -> None:
        """One more folder, once; it is looked through at once."""
        if path not in self._listed():
            self.folders.addItem(path)
            self._scan()

    def _remove_folder(self) -> None:
        if self.folders.currentRow() >= 0:
            self.folders.takeItem(self.folders.currentRow())
            self._scan()

    def _choose_sam(self) -> None:
        path = QFileDialog.getOpenFileName(self, self.tr("A Segment Anything file"), "", "safetensors (*.safetensors)")[
            0
        ]
        if path:
            self.sam.setText(path)


CACHES: dict[str, Callable[[], Path]] = {"thumbnails": places.thumbnails, "embeddings": places.embeddings}
"""Folders that may be emptied."""


def files_of(folder: Path) -> Iterator[Path]:
    """The files of a cache, and nothing else that may lie there."""
    for suffix in ("webp", "safetensors"):
        yield from folder.rglob(f"*.{suffix}")


def size_text(count: int) -> str:
    return f"{count / 2**30:.1f} GB" if count >= 2**29 else f"{count / 2**20:.1f} MB"


def _hint(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("hint")
    label.setWordWrap(True)
    return label


def _choice(title: str, entries: Sequence[tuple[str, str]], value: str) -> QComboBox:
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

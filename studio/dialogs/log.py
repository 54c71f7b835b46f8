"""What window and engine wrote down, to read and to copy into a report."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

Source = Callable[[], Sequence[str]]


class LogDialog(QDialog):
    """A tab for each source, read again every second while it is open."""

    def __init__(self, sources: Sequence[tuple[str, Source]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Log"))
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(self.tr("Logs"))
        self.pages: list[tuple[QPlainTextEdit, Source]] = []
        for title, source in sources:
            page = QPlainTextEdit()
            page.setReadOnly(True)
            page.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            page.setAccessibleName(title)
            page.setPlaceholderText(self.tr("Nothing was written yet."))
            self.tabs.addTab(page, title)
            self.pages.append((page, source))
        self.copy = QPushButton(self.tr("Copy everything"))
        self.copy.clicked.connect(self._copy)
        self.note = QLabel()
        self.note.setObjectName("fine")
        row = QHBoxLayout()
        row.addWidget(self.note, 1)
        row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.addWidget(self.tabs, 1)
        column.addLayout(row)
        self.resize(820, 480)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.reload)
        self._timer.start(1000)
        self.reload()

    def reload(self) -> None:
        """Show what came since; the place that is being read stays."""
        for page, source in self.pages:
            text = "\n".join(source())
            if text == page.toPlainText():
                continue
            bar = page.verticalScrollBar()
            place, at_end = bar.value(), bar.value() == bar.maximum()
            page.setPlainText(text)
            if at_end:
                page.moveCursor(QTextCursor.MoveOperation.End)
            else:
                bar.setValue(place)

    def _copy(self) -> None:
        texts = [f"--- {page.accessibleName()} ---\n{page.toPlainText()}" for page, _ in self.pages]
        QGuiApplication.clipboard().setText("\n\n".join(texts))
        self.note.setText(self.tr("Copied."))

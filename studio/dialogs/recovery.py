"""After a crash: what was recovered, and the way back to the last whole save."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio import look


class RecoveryDialog(QDialog):
    """Says how many steps were recovered. Going back is undo, many times: redo brings everything again."""

    go_back = Signal()

    def __init__(self, name: str, steps: int, last: str, parent: QWidget | None = None) -> None:
        """
        Args:
            steps: how many steps lie after the last whole save, at least 1.
            last: what the last of them did.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Recovered"))
        head = QLabel(self.tr("'{}' was recovered").format(name))
        head.setObjectName("title")
        count = self.tr("one edit") if steps == 1 else self.tr("{} edits").format(steps)
        self.text = QLabel(
            self.tr(
                "The last session ended without closing. Nothing was lost: {} after the last whole save came back, "
                "the last one was '{}'. You can also go back to that save; redo (Ctrl+Y) brings the edits again."
            ).format(count, last or self.tr("an edit"))
        )
        self.text.setWordWrap(True)
        self.keep = QPushButton(self.tr("Keep everything"))
        self.keep.setObjectName("primary")
        self.keep.setDefault(True)
        self.keep.clicked.connect(self.accept)
        self.back = QPushButton(self.tr("Go back to the last save"))
        self.back.setAutoDefault(False)
        self.back.clicked.connect(self.go_back)
        self.back.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * look.UNIT] * 4)
        column.setSpacing(2 * look.UNIT)
        for widget in (head, self.text):
            column.addWidget(widget)
        column.addLayout(row)
        self.setMinimumWidth(480)

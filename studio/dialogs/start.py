"""The page on an empty canvas: three starting points with pictures, and the example."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio import look

PICTURES = Path(__file__).resolve().parents[2] / "resources" / "examples"
_PICTURE = QSize(216, 120)
_CARD = QSize(240, 214)


class Card(QPushButton):
    """One way to begin: a picture, what it is, what will happen."""

    def __init__(self, picture: str, title: str, text: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setFixedSize(_CARD)
        self.setAutoDefault(True)
        self.picture = QLabel()
        pixmap = QPixmap(str(PICTURES / picture))
        wide = pixmap.scaled(
            _PICTURE, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
        )
        left, top = (wide.width() - _PICTURE.width()) // 2, (wide.height() - _PICTURE.height()) // 2
        self.picture.setPixmap(wide.copy(left, top, _PICTURE.width(), _PICTURE.height()))
        head, line = QLabel(title), QLabel(text)
        head.setFont(look.font(bold=True))
        line.setObjectName("hint")
        line.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, look.UNIT)
        column.setSpacing(look.UNIT // 2)
        for label in (self.picture, head, line):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(label)
        column.addStretch(1)


class StartPage(QScrollArea):
    """Lies over the canvas while it is empty. It does nothing itself; the window hears which way was chosen."""

    make = Signal()
    learn = Signal()
    erase = Signal()
    example = Signal()
    open = Signal()
    left = Signal()
    """The person wants the bare canvas."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("First steps"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.cards = {
            "make": Card("start-make.png", self.tr("Make a picture"), self.tr("Say in words what you want to see.")),
            "learn": Card("start-learn.jpg", self.tr("Learn my thing from a photo"),
                          self.tr("Find it, name it, put it into new pictures.")),
            "erase": Card("start-erase.png", self.tr("Erase from a model"),
                          self.tr("Name a thing that it shall not draw any more.")),
        }  # fmt: skip
        self.cards["make"].clicked.connect(self.make)
        self.cards["learn"].clicked.connect(self.learn)
        self.cards["erase"].clicked.connect(self.erase)
        self.buttons = {
            "example": self._button(self.tr("Open the example project"), self.example),
            "open": self._button(self.tr("Open a project…"), self.open),
            "left": self._button(self.tr("Empty canvas"), self.left),
        }
        head = QLabel(self.tr("Where do you want to begin?"))
        head.setObjectName("title")
        hint = QLabel(self.tr("Or drop a picture, a project folder or a .zip anywhere."))
        hint.setObjectName("hint")
        cards, buttons = QHBoxLayout(), QHBoxLayout()
        cards.setSpacing(2 * look.UNIT)
        for row, widgets in ((cards, self.cards.values()), (buttons, self.buttons.values())):
            row.addStretch(1)
            for widget in widgets:
                row.addWidget(widget)
            row.addStretch(1)
        inside = QWidget()
        inside.setAutoFillBackground(False)
        column = QVBoxLayout(inside)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(head, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(cards)
        column.addLayout(buttons)
        column.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.setWidget(inside)
        inside.setAutoFillBackground(False)  # setWidget switches it on

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self.viewport()).fillRect(event.rect(), look.current().canvas)
        super().paintEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _button(self, text: str, signal: object) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(signal)  # type: ignore[arg-type]
        return button

"""The concept library: cards of learned things - picture, word, class, method - with name, strength, tags and notes to edit."""

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
    QScrollArea,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio import look
from studio.library.library import Concept, Library
from studio.panels.history import ThumbnailLoader

Index = QModelIndex | QPersistentModelIndex
CONCEPT = "application/x-concept-studio-concept"
"""What is dragged: JSON, the concept's id."""
CARD = Qt.ItemDataRole.UserRole


class LibraryModel(QAbstractListModel):
    """Concepts that fit the search, the newest first."""

    def __init__(self, library: Library, loader: ThumbnailLoader) -> None:
        super().__init__()
        self.library, self.loader = library, loader
        self.words, self.tag = "", ""
        self.rows: list[Concept] = []
        loader.arrived.connect(self._arrived)
        self.reload()

    def reload(self) -> None:
        self.beginResetModel()
        self.rows = self.library.search(self.words, (self.tag,) if self.tag else ())
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        concept = self.rows[index.row()]
        if role == CARD:
            return concept
        if role == Qt.ItemDataRole.DisplayRole:
            return concept.name
        if role == Qt.ItemDataRole.DecorationRole:
            return self.loader.picture(concept.pictures[0]) if concept.pictures else None
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.about(concept)
        return None

    def about(self, concept: Concept) -> str:
        """All of a card in words."""
        version = concept.version
        lines = [concept.name, concept.prompt, version.method if version else "",
                 self.tr("{} versions, strength {:g}").format(len(concept.versions), concept.strength),
                 ", ".join(concept.tags), concept.notes]  # fmt: skip
        if concept.chosen not in self.library.assets:
            lines.append(self.tr("Its file is missing: learn or import it again."))
        return "\n".join(filter(None, lines))

    def flags(self, index: Index) -> Qt.ItemFlag:
        base = super().flags(index)
        return base | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else base

    def mimeTypes(self) -> list[str]:
        return [CONCEPT]

    def mimeData(self, indexes: Any) -> QMimeData:
        data = QMimeData()
        data.setData(CONCEPT, json.dumps(self.rows[indexes[0].row()].id).encode())
        return data

    def _arrived(self, name: str, _image: QImage) -> None:
        for row, concept in enumerate(self.rows):
            if concept.pictures[:1] == (name,):
                self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])


class _Cards(QStyledItemDelegate):
    """Picture left, words right, the concept's colour as an edge."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(172, 64)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        concept: Concept = index.data(CARD)
        colors, card = look.current(), option.rect.adjusted(3, 3, -3, -3)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(QColor(colors.link if chosen else colors.line), 2 if chosen else 1))
        painter.setBrush(QColor(colors.raised))
        painter.drawRoundedRect(card, 6, 6)
        painter.fillRect(
            QRect(card.left() + 1, card.top() + 8, 3, card.height() - 16), QColor(concept.color or colors.edge)
        )
        spot = QRect(card.left() + 10, card.top() + 6, card.height() - 12, card.height() - 12)
        picture = index.data(Qt.ItemDataRole.DecorationRole)
        if picture is not None and not picture.isNull():
            size = picture.size().scaled(spot.size(), Qt.AspectRatioMode.KeepAspectRatio)
            inside = QRect(QPoint(0, 0), size)
            inside.moveCenter(spot.center())
            painter.drawPixmap(inside, picture)
        else:
            look.icon("concept").paint(painter, spot.adjusted(10, 10, -10, -10))
        left = spot.right() + 8
        width, height = card.right() - left - 6, option.fontMetrics.height()
        role = QPalette.ColorRole.Text
        lines = ((concept.name, option.palette.color(role)), (concept.prompt, QColor(colors.dim)))
        for line, (text, color) in enumerate(lines):
            painter.setPen(color)
            shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(left, card.center().y() - 3 + line * (height + 2), shown)
        painter.restore()


class LibraryPanel(QWidget):
    """The strip of cards, and the chosen card's values beside it. The window makes every change an undoable step."""

    changed = Signal(str, str, object)
    """concept, what (`name`, `strength`, `tags`, `notes`, `version`), value."""
    removed = Signal(str)
    used = Signal(str)
    """A concept shall be used in the next picture."""
    exported = Signal(str)
    imported = Signal()
    pictures_dropped = Signal(list)
    """Paths of pictures: something shall be learned from them."""
    files_dropped = Signal(list)
    """Paths of concept files."""

    def __init__(self, library: Library, loader: ThumbnailLoader, method: Callable[[str], str]) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.library, self._method = library, method
        self.model = LibraryModel(library, loader)
        self.view = QListView()
        self.view.setModel(self.model)
        self._cards = _Cards()
        self.view.setItemDelegate(self._cards)
        self.view.setViewMode(QListView.ViewMode.IconMode)
        self.view.setFlow(QListView.Flow.LeftToRight)
        self.view.setWrapping(True)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setMovement(QListView.Movement.Static)
        self.view.setUniformItemSizes(True)
        self.view.setDragEnabled(True)
        self.view.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.view.setMinimumHeight(60)
        self.view.setAccessibleName(self.tr("Concepts"))
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("Search concepts"))
        self.words.setAccessibleName(self.tr("Search concepts"))
        self.words.setClearButtonEnabled(True)
        self.tags = QComboBox()
        self.tags.setMinimumContentsLength(3)
        self.tags.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.tags.setAccessibleName(self.tr("Concepts with a tag"))
        self.buttons = {name: look.icon_button(icon, text, call) for name, icon, text, call in (
            ("use", "add", self.tr("Use in the prompt and in Create (Enter)"), lambda: self._with(self.used)),
            ("import", "folder", self.tr("Import a concept…"), self.imported.emit),
            ("export", "export", self.tr("Export this concept…"), lambda: self._with(self.exported)),
            ("remove", "remove", self.tr("Remove from the library; undo brings it back"), lambda: self._with(self.removed)),
        )}  # fmt: skip
        self.empty = QLabel(self.tr("Drop a photo here to learn something from it. What you learn stays here."))
        self.empty.setObjectName("hint")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.fields = self._fields()
        self._filling = False
        self._lay_out()
        self.words.textChanged.connect(self._search)
        self.tags.activated.connect(lambda _place: self._search())
        self.view.selectionModel().currentChanged.connect(lambda *_: self._show())
        self.view.activated.connect(lambda _index: self._with(self.used))
        self.view.customContextMenuRequested.connect(self._menu)
        self.refresh()

    @property
    def chosen(self) -> Concept | None:
        concept: Concept | None = self.view.currentIndex().data(CARD)
        return concept

    def refresh(self) -> None:
        """Read the library again; the chosen card stays chosen."""
        before = self.chosen
        self.model.reload()
        kept = self.tags.currentData()
        self.tags.clear()
        self.tags.addItem(self.tr("Any tag"), "")
        for tag, count in self.library.tags():
            self.tags.addItem(f"{tag} ({count})", tag)
        self.tags.setCurrentIndex(max(0, self.tags.findData(kept)))
        self.choose(before.id if before else "")
        self._show()

    def choose(self, id: str) -> None:
        """Select a card."""
        for row, concept in enumerate(self.model.rows):
            if concept.id == id:
                self.view.setCurrentIndex(self.model.index(row))

    def _search(self) -> None:
        self.model.words, self.model.tag = self.words.text(), self.tags.currentData() or ""
        self.model.reload()
        self._show()

    def _show(self) -> None:
        """The chosen card's values, silently."""
        concept, none = self.chosen, not self.model.rows
        asked = bool(self.model.words or self.model.tag)
        self.empty.setText(
            self.tr("No concept fits.") if asked
            else self.tr("Drop a photo here to learn something from it. What you learn stays here.")
        )  # fmt: skip
        self.empty.setVisible(none)
        self.view.setVisible(not none)
        self.card.setVisible(concept is not None)
        for name in ("use", "export", "remove"):
            self.buttons[name].setEnabled(concept is not None)
        if concept is None:
            return
        self._filling = True
        self.name.setText(concept.name)
        self.about.setText(f"{concept.prompt}")
        self.strength.setValue(concept.strength)
        self.tag_line.setText(", ".join(concept.tags))
        if self.notes.toPlainText() != concept.notes:
            self.notes.setPlainText(concept.notes)
        self.version.clear()
        for number, version in enumerate(concept.versions, 1):
            self.version.addItem(f"{number} · {self._method(version.method)}", version.ref)
        self.version.setCurrentIndex(self.version.findData(concept.chosen))
        self._filling = False

    def _tell(self, what: str, value: object) -> None:
        concept = self.chosen
        if concept is None or self._filling:
            return
        known = {"name": concept.name, "strength": concept.strength, "tags": list(concept.tags), "notes": concept.notes,
                 "version": concept.chosen}  # fmt: skip
        if known[what] != value:
            self.changed.emit(concept.id, what, value)

    def _with(self, signal: Any) -> None:
        if self.chosen is not None:
            signal.emit(self.chosen.id)

    def _menu(self, at: QPoint) -> None:
        if self.chosen is not None:
            menu = QMenu(self)
            for name in ("use", "export", "remove"):
                menu.addAction(self.buttons[name].accessibleName(), self.buttons[name].click)
            menu.exec(self.view.viewport().mapToGlobal(at))

    # --- dropping ---------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Photos lead to Learn, concept files are imported."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        files = [p for p in paths if p.lower().endswith(".safetensors")]
        if files:
            self.files_dropped.emit(files)
        if pictures := [p for p in paths if p not in files]:
            self.pictures_dropped.emit(pictures)
        event.acceptProposedAction()

    # --- looks ------------------------------------------------------------------------------------------------------

    def _fields(self) -> QFormLayout:
        self.name, self.tag_line = QLineEdit(), QLineEdit()
        self.tag_line.setPlaceholderText(self.tr("cup, kitchen"))
        self.about, self.version, self.strength, self.notes = QLabel(), QComboBox(), QDoubleSpinBox(), QPlainTextEdit()
        self.about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.strength.setRange(-2, 2)
        self.strength.setSingleStep(0.05)
        self.strength.setKeyboardTracking(False)
        self.notes.setFixedHeight(48)
        self.notes.setTabChangesFocus(True)
        self.version.setMinimumContentsLength(4)
        self.version.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        rows = QFormLayout()
        rows.setContentsMargins(look.UNIT, 0, look.UNIT, 0)
        rows.setVerticalSpacing(look.UNIT // 2)
        for title, widget in (
            (self.tr("Name"), self.name), (self.tr("Word"), self.about), (self.tr("Strength"), self.strength),
            (self.tr("Version"), self.version), (self.tr("Tags"), self.tag_line), (self.tr("Notes"), self.notes),
        ):  # fmt: skip
            widget.setAccessibleName(title)
            rows.addRow(title, widget)
        self.name.editingFinished.connect(lambda: self._tell("name", self.name.text().strip()))
        self.strength.valueChanged.connect(lambda value: self._tell("strength", round(value, 4)))
        self.version.activated.connect(lambda _place: self._tell("version", self.version.currentData()))
        self.tag_line.editingFinished.connect(lambda: self._tell("tags", _tags(self.tag_line.text())))
        self.notes.textChanged.connect(lambda: self._tell("notes", self.notes.toPlainText()))
        return rows

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self.words, 2)
        bar.addWidget(self.tags, 1)
        for button in self.buttons.values():
            bar.addWidget(button)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.UNIT // 2)
        column.addLayout(bar)
        column.addWidget(self.empty, 1)
        column.addWidget(self.view, 1)
        inside = QWidget()
        inside.setLayout(self.fields)
        self.card = QScrollArea()
        self.card.setWidgetResizable(True)
        self.card.setFrameShape(QFrame.Shape.NoFrame)
        self.card.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.card.setMinimumHeight(60)
        self.card.setWidget(inside)
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.card)
        split.setStretchFactor(0, 1)
        split.setSizes([600, 240])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(look.UNIT, look.UNIT // 2, look.UNIT, look.UNIT // 2)
        whole.addWidget(split)


def _tags(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]

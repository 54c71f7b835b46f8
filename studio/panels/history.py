"""The history filmstrip: every result, found by words, model, concept and date; pinned, rated, compared, used again."""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QThreadPool,
    QTimer,
    QUrl,
    Signal,
)
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPalette, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from core.contract.errors import UserError
from studio import look
from studio.history.entry import Entry
from studio.history.history import History, Query
from studio.history.thumbnails import Thumbnails

Index = QModelIndex | QPersistentModelIndex
RESULT = "application/x-concept-studio-result"
"""What is dragged: JSON `[entry, place of the picture]`."""
SHOWN = Qt.ItemDataRole.UserRole
"""An item's `Shown`."""
PAGE = 200
"""Entries read at once; more when the strip is scrolled there."""
KEPT = 800
"""Small pictures kept in memory (a few dozen MB)."""
WAITING = 120
"""Small pictures asked for and not made yet; older wishes, scrolled out of sight, are let go."""

Shown = tuple[Entry, int]
"""A result and which of its pictures; -1: it has none (a concept, a weight change, numbers)."""


class ThumbnailLoader(QObject):
    """Small pictures, made on one thread, the latest wish first."""

    arrived = Signal(str, QImage)

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.thumbnails = thumbnails
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._wishes: list[str] = []
        self._mutex = threading.Lock()
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(1)
        self.arrived.connect(self._keep)

    def picture(self, name: str) -> QPixmap | None:
        """The small picture when it is at hand; else it is made, and `arrived` tells. A null one cannot be made."""
        if (found := self._kept.get(name)) is not None:
            self._kept.move_to_end(name)
            return found
        with self._mutex:
            known = name in self._wishes
            if known:
                self._wishes.remove(name)
            self._wishes.append(name)
            del self._wishes[:-WAITING]
        if not known:
            # Not QRunnable.create: when it is gone, PySide takes the next object at its address for it.
            self._pool.start(self._make)
        return None

    def close(self) -> None:
        """Let go of what was asked for and wait for the one that is being made."""
        with self._mutex:
            self._wishes.clear()
        self._pool.clear()
        self._pool.waitForDone()

    def _make(self) -> None:
        with self._mutex:
            if not self._wishes:
                return
            name = self._wishes.pop()
        try:
            image = QImage(str(self.thumbnails.path(name)))
        except UserError:
            image = QImage()  # the picture is gone or damaged: its frame stays empty
        self.arrived.emit(name, image)

    def _keep(self, name: str, image: QImage) -> None:
        self._kept[name] = QPixmap.fromImage(image)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


class HistoryModel(QAbstractListModel):
    """Pictures of the results that fit the query, the newest first, read page by page."""

    trouble = Signal(str)

    def __init__(self, history: History, loader: ThumbnailLoader, title: Callable[[Entry], str]) -> None:
        super().__init__()
        self.history, self.loader, self.title = history, loader, title
        self.query = Query()
        self.rows: list[Shown] = []
        self._last: int | None = None
        self._more = True
        loader.arrived.connect(self._arrived)
        self.reload()

    def reload(self, query: Query | None = None) -> None:
        """Read the first page again."""
        self.query = query or self.query
        self.beginResetModel()
        self.rows, self._last, self._more = [], None, True
        self.endResetModel()
        self.fetchMore(QModelIndex())

    def show_new(self, entry: Entry) -> None:
        """A result that has just arrived, in front, when it fits."""
        if self.history.fits(entry.id, self.query) and all(e.id != entry.id for e, _ in self.rows[:PAGE]):
            found = shown(entry)
            self.beginInsertRows(QModelIndex(), 0, len(found) - 1)
            self.rows[:0] = found
            self.endInsertRows()

    def renew(self, id: str) -> None:
        """An entry was pinned, rated or annotated."""
        entry = self.history.get(id)
        for row, (old, place) in enumerate(self.rows):
            if old.id == id:
                self.rows[row] = (entry, place)
                self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def canFetchMore(self, parent: Index) -> bool:
        return self._more and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        try:
            page = self.history.page(self.query, self._last, PAGE)
        except UserError as error:
            self._more = False
            self.trouble.emit(str(error))
            return
        self._more = len(page) == PAGE
        found = [one for _, entry in page for one in shown(entry)]
        if found:
            self._last = page[-1][0]
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(found) - 1)
            self.rows += found
            self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry, place = self.rows[index.row()]
        if role == SHOWN:
            return entry, place
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.prompt or self.title(entry)
        if role == Qt.ItemDataRole.DecorationRole:
            name = picture_of(entry, place)
            return self.loader.picture(name) if name else None
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.about(entry)
        return None

    def about(self, entry: Entry) -> str:
        """All that is known of a result, for hovering and for a screen reader."""
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.at))
        lines = [self.title(entry), entry.prompt, self.tr("model {}, seed {}, {}, {:.1f} s").format(
            entry.model.rsplit("/", 1)[-1], entry.seed, when, entry.seconds), ", ".join(entry.concepts), entry.note]  # fmt: skip
        lines += [f"{name}: {value:.4g}" for name, value in list(entry.numbers.items())[:6]]
        if entry.rating:
            lines.append("★" * entry.rating)
        if entry.pinned:
            lines.append(self.tr("pinned"))
        return "\n".join(filter(None, lines))

    def flags(self, index: Index) -> Qt.ItemFlag:
        base = super().flags(index)
        return base | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else base

    def mimeTypes(self) -> list[str]:
        return [RESULT, "text/uri-list"]

    def mimeData(self, indexes: Any) -> QMimeData:
        """The result, and its picture as a file for forms and other programs."""
        data = QMimeData()
        entry, place = self.rows[indexes[0].row()]
        data.setData(RESULT, json.dumps([entry.id, place]).encode())
        assets, name = self.loader.thumbnails.assets, picture_of(entry, place)
        if name and name in assets:
            data.setUrls([QUrl.fromLocalFile(str(assets.path(name)))])
        return data

    def _arrived(self, name: str, _image: QImage) -> None:
        for row, (entry, place) in enumerate(self.rows):
            if picture_of(entry, place) == name:
                self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])


def shown(entry: Entry) -> list[Shown]:
    """A tile for every picture; one where there is none."""
    return [(entry, place) for place in range(len(entry.images) or len(entry.masks))] or [(entry, -1)]


def picture_of(entry: Entry, place: int) -> str:
    """The stored picture (or mask) of a tile; empty where there is none."""
    names = entry.images or entry.masks
    return names[place] if 0 <= place < len(names) else ""


class _Tiles(QStyledItemDelegate):
    """A picture with its words below; pinned and rated ones are marked."""

    side = 72

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self.side + 12, self.side + option.fontMetrics.height() + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry, place = index.data(SHOWN)
        colors = look.current()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if chosen:
            painter.setPen(QPen(QColor(colors.link), 2))
            painter.setBrush(QColor(colors.hover))
            painter.drawRoundedRect(option.rect.adjusted(2, 2, -2, -2), 6, 6)
        area = QRect(option.rect.left() + 6, option.rect.top() + 6, self.side, self.side)
        picture = index.data(Qt.ItemDataRole.DecorationRole)
        if picture is not None and not picture.isNull():
            size = picture.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            spot = QRect(QPoint(0, 0), size)
            spot.moveCenter(area.center())
            painter.drawPixmap(spot, picture)
        else:
            painter.fillRect(area, QColor(colors.raised))
            names = {True: "concept", False: "prove"}
            look.icon("picture" if place >= 0 else names[bool(entry.made or entry.patch)]).paint(
                painter, area.adjusted(area.width() // 3, area.height() // 3, -area.width() // 3, -area.height() // 3)
            )
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        words = QRect(area.left(), area.bottom() + 2, area.width(), option.fontMetrics.height())
        text = option.fontMetrics.elidedText(
            index.data(Qt.ItemDataRole.DisplayRole), Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        marks = ("●" if entry.pinned else "") + "★" * entry.rating
        if marks:
            width = option.fontMetrics.horizontalAdvance(marks) + 8
            plate = QRect(area.left(), area.top(), min(width, area.width()), option.fontMetrics.height() + 2)
            painter.fillRect(plate, QColor(19, 19, 20, 215))
            painter.setPen(QColor("#f0c05a"))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, marks)
        painter.restore()


class _Strip(QListView):
    """The tiles: one row, and several where there is room."""

    pressed_key = Signal(str)

    def __init__(self, model: HistoryModel) -> None:
        super().__init__()
        self.tiles = _Tiles()
        self.setModel(model)
        self.setItemDelegate(self.tiles)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMinimumHeight(70)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = self.viewport().height() - self.fontMetrics().height() - 20
        many = room > 240
        side = 112 if many else max(36, min(128, room))
        if side != self.tiles.side or self.isWrapping() != many or self.gridSize().isEmpty():
            self.tiles.side = side
            self.setWrapping(many)
            off, on = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
            self.setVerticalScrollBarPolicy(on if many else off)
            self.setHorizontalScrollBarPolicy(off if many else on)
            self.setGridSize(QSize(side + 12, side + self.fontMetrics().height() + 14))
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Delete: "remove", Qt.Key.Key_Return: "use", Qt.Key.Key_Enter: "use", Qt.Key.Key_P: "pin"}
        name = keys.get(Qt.Key(event.key()), event.text() if event.text() in list("012345") else "")
        if name and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.pressed_key.emit(name)
        else:
            super().keyPressEvent(event)

    def _scrolled(self) -> None:
        """A wheel over one long row ends at its last tile: fetch before that is reached."""
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            if bar.maximum() and bar.value() > bar.maximum() - 2 * bar.pageStep():
                model = self.model()
                if model.canFetchMore(QModelIndex()):
                    model.fetchMore(QModelIndex())
                return


class HistoryPanel(QWidget):
    """The strip with its search and filters. It changes pins and ratings itself and asks the window for the rest."""

    used = Signal(object)
    """A `Shown` shall become a layer."""
    recalled = Signal(object)
    """An `Entry`'s settings shall come back."""
    again = Signal(object)
    """An `Entry` shall be made again."""
    compared = Signal(list)
    """Two `Shown`."""
    removed = Signal(list)
    """Ids of results to take out."""
    trouble = Signal(str)

    def __init__(self, history: History, loader: ThumbnailLoader, title: Callable[[Entry], str]) -> None:
        super().__init__()
        self.history = history
        self.model = HistoryModel(history, loader, title)
        self.model.trouble.connect(self.trouble)
        self.view = _Strip(self.model)
        self.view.setAccessibleName(self.tr("Results"))
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("Search results"))
        self.words.setAccessibleName(self.tr("Search results"))
        self.words.setClearButtonEnabled(True)
        self.words.setMinimumWidth(80)
        self.count = QLabel()
        self.count.setObjectName("hint")
        self.filters = {name: self._filter(text) for name, text in (
            ("model", self.tr("Model")), ("concept", self.tr("Concept")), ("method", self.tr("Method")),
            ("date", self.tr("Time")), ("rating", self.tr("Rating")),
        )}  # fmt: skip
        self._title = title
        self.filter_bar = QWidget()
        self.buttons = {name: look.icon_button(icon, text, call, on) for name, icon, text, call, on in (
            ("filter", "mdi6.filter-outline", self.tr("Filters"), self._show_filters, True),
            ("pinned", "pin", self.tr("Pinned results only"), self.search, True),
            ("use", "add", self.tr("Use in this picture (Enter)"), self._use, False),
            ("recall", "undo", self.tr("Bring back its settings"), lambda: self._with(self.recalled), False),
            ("again", "play", self.tr("Run again"), lambda: self._with(self.again), False),
            ("compare", "before", self.tr("Compare two results"), self._compare, False),
            ("remove", "remove", self.tr("Remove from the history (Del); undo brings it back"), self._remove, False),
        )}  # fmt: skip
        self._delay = QTimer(self, singleShot=True, interval=150)
        self._delay.timeout.connect(self.search)
        self._lay_out()
        self.words.textChanged.connect(lambda _text: self._delay.start())
        self.view.doubleClicked.connect(lambda index: self.used.emit(index.data(SHOWN)))
        self.view.customContextMenuRequested.connect(self._menu)
        self.view.pressed_key.connect(self._key)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._refresh())
        self.model.modelReset.connect(self._refresh)
        self.model.rowsInserted.connect(self._refresh)
        self.offer()
        self._refresh()

    @property
    def chosen(self) -> list[Shown]:
        """What is selected, in the order of the strip."""
        rows = sorted(index.row() for index in self.view.selectedIndexes())
        return [self.model.rows[row] for row in rows]

    def query(self) -> Query:
        """What the fields ask for."""
        days = self.filters["date"].currentData() or 0
        return Query(
            words=self.words.text(), model=self.filters["model"].currentData() or "",
            concept=self.filters["concept"].currentData() or "", method=self.filters["method"].currentData() or "",
            since=time.time() - days * 86400 if days else None, pinned=self.buttons["pinned"].isChecked(),
            rating=self.filters["rating"].currentData() or 0,
        )  # fmt: skip

    def search(self) -> None:
        """Show what fits the fields."""
        self.model.reload(self.query())
        self._tell_count()

    def offer(self) -> None:
        """Fill the filters, when they are seen, with what the history holds; what is chosen stays."""
        self._tell_count()
        if self.filter_bar.isHidden():
            return  # counting a long history by model, concept and method takes longer than a frame
        try:
            found = {name: self.history.values(name) for name in ("model", "concept", "method")}
        except UserError as error:
            self.trouble.emit(str(error))
            return
        titles: dict[str, Callable[[str], str]] = {
            "model": lambda v: v.rsplit("/", 1)[-1], "concept": str, "method": lambda v: self._title(Entry("", v)),
        }  # fmt: skip
        for name, values in found.items():
            look.refill(self.filters[name], [(f"{titles[name](value)} ({n})", value) for value, n in values])
        look.refill(self.filters["date"], [(self.tr("Today"), 1), (self.tr("Last 7 days"), 7), (self.tr("Last 30 days"), 30),
                                     (self.tr("Last year"), 365)])  # fmt: skip
        look.refill(self.filters["rating"], [("★" * n + "+" * (n < 5), n) for n in range(1, 6)])

    def take(self, entry: Entry) -> None:
        """A new result."""
        self.model.show_new(entry)
        self.offer()

    # --- acting -----------------------------------------------------------------------------------------------------

    def pin(self) -> None:
        """Pin what is selected, or let go when all of it is pinned."""
        entries = {entry.id: entry for entry, _ in self.chosen}
        pinned = not all(e.pinned for e in entries.values())
        self._change(list(entries), lambda id: self.history.pin(id, pinned))

    def rate(self, stars: int) -> None:
        self._change(list({entry.id for entry, _ in self.chosen}), lambda id: self.history.rate(id, stars))

    def _change(self, ids: list[str], change: Callable[[str], None]) -> None:
        try:
            for id in ids:
                change(id)
                self.model.renew(id)
        except UserError as error:
            self.trouble.emit(str(error))

    def _use(self) -> None:
        for one in self.chosen:
            self.used.emit(one)

    def _with(self, signal: Any) -> None:
        if self.chosen:
            signal.emit(self.chosen[0][0])

    def _compare(self) -> None:
        pictures = [one for one in self.chosen if picture_of(*one)]
        if len(pictures) == 2:
            self.compared.emit(pictures[::-1])  # the strip is newest first: the older one is "before"
        else:
            self.trouble.emit(self.tr("Select two pictures of the history to compare them (Ctrl+click)."))

    def _remove(self) -> None:
        ids = list(dict.fromkeys(entry.id for entry, _ in self.chosen))
        if ids:
            self.removed.emit(ids)

    def _key(self, name: str) -> None:
        calls: dict[str, Callable[[], None]] = {"remove": self._remove, "use": self._use, "pin": self.pin}
        if name in calls:
            calls[name]()
        else:
            self.rate(int(name))

    def menu(self) -> QMenu:
        """What can be done with what is selected."""
        menu = QMenu(self)
        menu.addAction(self.tr("Use in this picture"), self._use)
        menu.addAction(self.tr("Bring back its settings"), lambda: self._with(self.recalled))
        menu.addAction(self.tr("Run again"), lambda: self._with(self.again))
        menu.addAction(self.tr("Compare"), self._compare).setEnabled(len(self.chosen) == 2)
        menu.addSeparator()
        pinned = bool(self.chosen) and all(e.pinned for e, _ in self.chosen)
        menu.addAction(self.tr("Let go of the pin") if pinned else self.tr("Pin"), self.pin)
        stars = menu.addMenu(self.tr("Rate"))
        for n in range(5, 0, -1):
            stars.addAction("★" * n, partial(self.rate, n))
        stars.addAction(self.tr("No rating"), lambda: self.rate(0))
        menu.addSeparator()
        menu.addAction(self.tr("Remove from the history"), self._remove)
        return menu

    def _menu(self, at: QPoint) -> None:
        if self.chosen:
            self.menu().exec(self.view.viewport().mapToGlobal(at))

    # --- looks ------------------------------------------------------------------------------------------------------

    def _show_filters(self) -> None:
        self.filter_bar.setVisible(self.buttons["filter"].isChecked())
        self.offer()

    def _refresh(self) -> None:
        chosen = self.chosen
        for name in ("use", "recall", "again", "remove"):
            self.buttons[name].setEnabled(bool(chosen))
        self.buttons["use"].setEnabled(any(picture_of(*one) for one in chosen))
        self.buttons["compare"].setEnabled(sum(bool(picture_of(*one)) for one in chosen) == 2)
        self.empty.setVisible(not self.model.rows)
        self.view.setVisible(bool(self.model.rows))
        asked = self.model.query != Query()
        self.empty.setText(
            self.tr("No result fits. Take a word or a filter away.") if asked
            else self.tr("What you make appears here, with all that is needed to make it again.")
        )  # fmt: skip

    def _tell_count(self) -> None:
        try:
            self.count.setText(self.tr("Results: {}").format(self.history.count(self.model.query)))
        except UserError as error:
            self.trouble.emit(str(error))

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(look.UNIT // 4)
        bar.addWidget(self.words, 1)
        bar.addWidget(self.count)
        for name, button in self.buttons.items():
            if name == "use":
                bar.addSpacing(look.UNIT)
            bar.addWidget(button)
        row = QHBoxLayout(self.filter_bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.UNIT // 2)
        for box in self.filters.values():
            row.addWidget(box, 1)
        self.filter_bar.hide()
        self.empty = QLabel()
        self.empty.setObjectName("hint")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.UNIT, look.UNIT // 2, look.UNIT, look.UNIT // 2)
        column.setSpacing(look.UNIT // 2)
        column.addLayout(bar)
        column.addWidget(self.filter_bar)
        column.addWidget(self.empty, 1)
        column.addWidget(self.view, 1)

    def _filter(self, text: str) -> QComboBox:
        box = QComboBox()
        box.addItem(text, None)
        box.setAccessibleName(text)
        box.setMinimumContentsLength(2)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.activated.connect(lambda _place: self.search())
        return box



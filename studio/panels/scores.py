"""What was measured: a table with drawn intervals, a plot with whiskers, and the pictures behind a score."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.client.scores import ScoreRow
from studio import look
from studio.panels.score_files import parameters

Index = QModelIndex | QPersistentModelIndex
ROW, SCALE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
BARS = 40
"""Rows that the plot draws; more would be a smear. The table shows all."""
PICTURES = 60
"""Pictures shown behind a score."""


@dataclass(frozen=True)
class Column:
    """One column: what it says of a row, and by what it is sorted."""

    title: str
    text: Callable[[ScoreRow], str]
    key: Callable[[ScoreRow], Any]
    width: int


def _within(row: ScoreRow) -> str:
    return "" if row.low is None or row.high is None else f"{row.low:.3g} to {row.high:.3g}"


def _model(row: ScoreRow) -> str:
    return str(parameters(row).get("model") or "").rsplit("/", 1)[-1]


class ScoreModel(QAbstractTableModel):
    """Rows that fit the filters, sorted by a column; what was not measured stands last, whichever way."""

    def __init__(self, title: Callable[[str], str]) -> None:
        super().__init__()
        self.every: list[ScoreRow] = []
        self.rows: list[ScoreRow] = []
        self._by, self._order = 8, Qt.SortOrder.DescendingOrder
        self.columns = (
            Column(self.tr("Set"), lambda r: r.run, lambda r: r.run.casefold(), 90),
            Column(self.tr("Method"), lambda r: title(r.method), lambda r: title(r.method), 120),
            Column(self.tr("Score"), lambda r: r.score, lambda r: r.score.casefold(), 110),
            Column(self.tr("About"), lambda r: r.what, lambda r: r.what.casefold(), 80),
            Column(self.tr("Value"), lambda r: self.tr("not measured") if r.value is None else f"{r.value:.4g}",
                   lambda r: r.value, 106),
            Column(self.tr("n"), lambda r: str(r.n or ""), lambda r: r.n, 64),
            Column(self.tr("95 % interval"), lambda r: r.reason if r.value is None else _within(r),
                   lambda r: None if r.low is None or r.high is None else r.high - r.low, 200),
            Column(self.tr("Judge"), lambda r: r.judge, lambda r: r.judge.casefold(), 110),
            Column(self.tr("When"), lambda r: time.strftime("%Y-%m-%d %H:%M", time.localtime(r.at)), lambda r: r.at, 126),
        )  # fmt: skip
        self._scales: dict[str, tuple[float, float]] = {}

    def show_rows(self, rows: Sequence[ScoreRow]) -> None:
        """Another set of rows."""
        self.beginResetModel()
        self.rows = self._sorted(rows)
        spans: dict[str, list[float]] = {}
        for row in rows:
            spans.setdefault(row.score, []).extend(v for v in (row.value, row.low, row.high) if v is not None)
        # Shares are drawn from 0 to 1, so that a short line means a sure number; other scores on their own span.
        self._scales = {
            name: (0.0, 1.0) if all(0 <= v <= 1 for v in values) else (min(values), max(values))
            for name, values in spans.items()
            if values
        }
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._by, self._order = column, order
        self.show_rows(self.rows)

    def _sorted(self, rows: Sequence[ScoreRow]) -> list[ScoreRow]:
        key = self.columns[self._by].key
        there = sorted(
            (r for r in rows if key(r) is not None), key=key, reverse=self._order == Qt.SortOrder.DescendingOrder
        )
        return [*there, *(r for r in rows if key(r) is None)]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.columns[section].title
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role == SCALE:
            return self._scales.get(row.score)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[index.column()].text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, [self.columns[index.column()].text(row), row.reason, row.remark]))
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in (4, 5):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and row.value is None and index.column() in (4, 6):
            return QColor(look.current().caution)
        return None


class _Drawn(QStyledItemDelegate):
    """The interval as a line with its value on the score's scale; n as a bar, ten times as much is as much longer."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ScoreRow = index.data(ROW)
        if row.value is None or index.column() not in (5, 6):
            super().paint(painter, option, index)
            return
        colors = look.current()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        ink = option.palette.color(QPalette.ColorRole.HighlightedText) if chosen else QColor(colors.link)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.fillRect(option.rect, QColor(colors.accent))
        if index.column() == 5:
            self._count(painter, option, row, ink)
        else:
            self._interval(painter, option, row, ink, index.data(SCALE))
        painter.restore()

    def _count(self, painter: QPainter, option: QStyleOptionViewItem, row: ScoreRow, ink: QColor) -> None:
        share = min(1.0, math.log10(1 + row.n) / 4)
        bar = QRect(option.rect.left() + 4, option.rect.bottom() - 5, round((option.rect.width() - 8) * share), 3)
        painter.fillRect(bar, ink)
        painter.setPen(self._text(option))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(option.rect.adjusted(4, 0, -6, -3), flags, str(row.n or ""))

    def _interval(self, painter: QPainter, option: QStyleOptionViewItem, row: ScoreRow, ink: QColor,
                  scale: tuple[float, float] | None) -> None:  # fmt: skip
        area = option.rect.adjusted(8, 0, -8, 0)
        area.setWidth(84)
        low, high = scale or (0.0, 1.0)
        place: Callable[[float], float] = lambda v: (
            area.left() + area.width() * ((v - low) / (high - low) if high > low else 0.5)
        )
        middle = area.center().y() + 0.5
        painter.setPen(QPen(QColor(look.current().line), 1))
        painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
        painter.setPen(QPen(ink, 2))
        if row.low is not None and row.high is not None:
            left, right = place(row.low), place(row.high)
            painter.drawLine(QPointF(left, middle), QPointF(right, middle))
            for end in (left, right):
                painter.drawLine(QPointF(end, middle - 4), QPointF(end, middle + 4))
        painter.setBrush(ink)
        assert row.value is not None
        painter.drawEllipse(QPointF(place(row.value), middle), 3, 3)
        painter.setPen(self._text(option))
        rest = option.rect.adjusted(100, 0, -4, 0)
        text = _within(row) or self.tr("no interval")
        painter.drawText(rest, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                         option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, rest.width()))  # fmt: skip

    @staticmethod
    def _text(option: QStyleOptionViewItem) -> QColor:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        return option.palette.color(QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text)


class ScorePlot(pg.PlotWidget):  # type: ignore[misc]
    """One score over its sets: points with whiskers; what was not measured is a cross on the floor."""

    def __init__(self) -> None:
        super().__init__(background=None)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setMinimumHeight(110)
        self.getAxis("bottom").setHeight(44)
        self.setAccessibleName(self.tr("Plot of the chosen score"))
        self.shown: list[ScoreRow] = []

    def show_rows(self, score: str, rows: Sequence[ScoreRow]) -> None:
        """Draw the rows of a score, in the order of the table."""
        self.clear()
        self.shown = [r for r in rows if r.score == score][:BARS]
        colors, ink = look.current(), QColor(look.current().link)
        for side in ("left", "bottom"):
            self.getAxis(side).setPen(pg.mkPen(colors.edge))
            self.getAxis(side).setTextPen(pg.mkPen(colors.text))
        there = [(x, r.value, r.low, r.high) for x, r in enumerate(self.shown) if r.value is not None]
        floor = min([v if low is None else min(v, low) for _, v, low, _ in there], default=0.0)
        sure = [(x, v, low, high) for x, v, low, high in there if low is not None and high is not None]
        for x, _, low, high in sure:  # drawn line by line: a whisker need not be as long above as below
            pen = pg.mkPen(ink, width=2)
            self.plot([x, x], [low, high], pen=pen)
            for end in (low, high):
                self.plot([x - 0.08, x + 0.08], [end, end], pen=pen)
        self.plot([x for x, *_ in there], [v for _, v, *_ in there], pen=None, symbol="o", symbolSize=9,
                  symbolBrush=ink, symbolPen=None)  # fmt: skip
        gone = [x for x, r in enumerate(self.shown) if r.value is None]
        self.plot(gone, [floor] * len(gone), pen=None, symbol="x", symbolSize=11, symbolBrush=QColor(colors.caution),
                  symbolPen=None)  # fmt: skip
        self.getAxis("bottom").setTicks([[(x, self._label(r)) for x, r in enumerate(self.shown)]])
        self.setTitle(score, color=colors.text, size="10pt")
        self.setXRange(-0.6, max(0.6, len(self.shown) - 0.4), padding=0)
        if all(0 <= v <= 1 for _, v, *_ in there):
            self.setYRange(0, 1, padding=0.05)
        else:
            self.enableAutoRange(axis="y")

    def _label(self, row: ScoreRow) -> str:
        name = row.what or row.run
        most = max(6, 90 // max(1, len(self.shown)))
        short = name if len(name) <= most else name[: most - 1] + "…"
        return f"{short}\nn = {row.n}" if row.value is not None else f"{short}\n" + self.tr("not measured")


class ScoresPanel(QWidget):
    """Table, plot and pictures. The window gives the rows and says which pictures a row came from."""

    asked_pictures = Signal(object)
    """A `ScoreRow` was chosen."""
    picture_used = Signal(str)
    """The path of a picture that was double-clicked."""
    exported = Signal()
    canvas = Signal()
    reload = Signal()

    def __init__(self, title: Callable[[str], str]) -> None:
        super().__init__()
        self._title = title
        self.model = ScoreModel(title)
        self.table = QTableView()
        self.table.setModel(self.model)
        self._drawn = _Drawn()
        self.table.setItemDelegate(self._drawn)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(8, Qt.SortOrder.DescendingOrder)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(28)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setTabKeyNavigation(False)
        self.table.setMinimumHeight(90)
        self.table.setAccessibleName(self.tr("Scores"))
        for place, column in enumerate(self.model.columns):
            self.table.setColumnWidth(place, column.width)
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("Search scores"))
        self.words.setAccessibleName(self.tr("Search scores"))
        self.words.setClearButtonEnabled(True)
        self.filters = {name: self._filter(text) for name, text in (
            ("method", self.tr("Any method")), ("model", self.tr("Any model")), ("concept", self.tr("Any concept")),
            ("judge", self.tr("Any judge")), ("measured", self.tr("Measured or not")),
        )}  # fmt: skip
        self.plot = ScorePlot()
        self.pictures = QListWidget()
        self.pictures.setViewMode(QListWidget.ViewMode.IconMode)
        self.pictures.setIconSize(QSize(96, 96))
        self.pictures.setMovement(QListWidget.Movement.Static)
        self.pictures.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.pictures.setMinimumHeight(60)
        self.pictures.setAccessibleName(self.tr("Pictures behind the chosen score"))
        self.behind = QLabel()
        self.behind.setObjectName("hint")
        self.behind.setWordWrap(True)
        self.empty = QLabel(
            self.tr("Nothing was measured yet. Choose a score on the right, give it pictures, and run it.")
        )
        self.empty.setObjectName("hint")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.export_button = QPushButton(self.tr("Export…"))
        self.export_button.setToolTip(self.tr("The rows that are shown, as CSV, JSON or HTML"))
        self.export_button.clicked.connect(self.exported)
        self._lay_out()
        self.words.textChanged.connect(lambda _text: self.search())
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._chosen())
        self.pictures.itemActivated.connect(lambda item: self.picture_used.emit(item.data(ROW)))
        self.show_rows([])

    @property
    def chosen(self) -> ScoreRow | None:
        row: ScoreRow | None = self.table.currentIndex().data(ROW)
        return row

    def show_rows(self, rows: Sequence[ScoreRow]) -> None:
        """All that was measured."""
        self.model.every = list(rows)
        values: dict[str, set[str]] = {
            "method": {r.method for r in rows}, "model": {_model(r) for r in rows}, "concept": {r.what for r in rows},
            "judge": {r.judge for r in rows},
        }  # fmt: skip
        for name, found in values.items():
            titles = {v: self._title(v) if name == "method" else v for v in found if v}
            look.refill(self.filters[name], sorted((t, v) for v, t in titles.items()))
        look.refill(self.filters["measured"], [(self.tr("Measured"), "yes"), (self.tr("Not measured"), "no")])
        self.search()

    def search(self) -> None:
        """Show what fits the filters."""
        asked = {name: box.currentData() for name, box in self.filters.items()}
        words = self.words.text().casefold().split()

        def fits(r: ScoreRow) -> bool:
            has = {"method": r.method, "model": _model(r), "concept": r.what, "judge": r.judge,
                   "measured": "no" if r.value is None else "yes"}  # fmt: skip
            text = " ".join(
                (r.run, r.method, self._title(r.method), r.score, r.what, r.judge, r.reason, r.remark)
            ).casefold()
            return all(not v or has[n] == v for n, v in asked.items()) and all(w in text for w in words)

        self.model.show_rows([r for r in self.model.every if fits(r)])
        there = bool(self.model.rows)
        self.empty.setVisible(not there)
        self.empty.setText(
            self.tr("No score fits. Take a word or a filter away.") if self.model.every
            else self.tr("Nothing was measured yet. Choose a score on the right, give it pictures, and run it.")
        )  # fmt: skip
        self.split.setVisible(there)
        self.export_button.setEnabled(there)
        if there:
            self.table.selectRow(0)

    def show_pictures(self, paths: Sequence[str], sentence: str) -> None:
        """The pictures that the chosen score came from, and what else is to be said of it."""
        self.pictures.clear()
        for path in paths[:PICTURES]:
            item = QListWidgetItem(QIcon(path), "")
            item.setData(ROW, path)
            item.setToolTip(path)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, path)
            self.pictures.addItem(item)
        self.behind.setText(sentence)

    def _chosen(self) -> None:
        row = self.chosen
        if row is not None:
            self.plot.show_rows(row.score, self.model.rows)
            self.asked_pictures.emit(row)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(look.UNIT, look.UNIT, look.UNIT, look.UNIT // 2)
        bar.addWidget(self.words, 1)
        bar.addWidget(look.icon_button("mdi6.refresh", self.tr("Read the scores again"), self.reload.emit))
        bar.addWidget(look.icon_button("picture", self.tr("Show the canvas"), self.canvas.emit))
        bar.addWidget(self.export_button)
        row = QHBoxLayout()
        row.setContentsMargins(look.UNIT, 0, look.UNIT, look.UNIT // 2)
        row.setSpacing(look.UNIT // 2)
        for box in self.filters.values():
            row.addWidget(box, 1)
        right = QWidget()
        behind = QVBoxLayout(right)
        behind.setContentsMargins(look.UNIT, 0, look.UNIT, 0)
        behind.addWidget(self.behind)
        behind.addWidget(self.pictures, 1)
        below = QSplitter(Qt.Orientation.Horizontal)
        below.addWidget(self.plot)
        below.addWidget(right)
        below.setSizes([420, 300])
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.table)
        self.split.addWidget(below)
        self.split.setSizes([320, 260])
        self.split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addLayout(row)
        column.addWidget(self.empty, 1)
        column.addWidget(self.split, 1)

    def _filter(self, text: str) -> QComboBox:
        box = QComboBox()
        box.addItem(text, "")
        box.setAccessibleName(text)
        box.setMinimumContentsLength(4)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.activated.connect(lambda _place: self.search())
        return box



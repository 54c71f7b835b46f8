"""Rows of values: the scores of a job, or any list of alike objects. Numbers sort as numbers; it can be copied as text."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem, QVBoxLayout

from core.contract.fields import JSON
from studio.views.kept import Kept, Result
from studio.views.view import View

ROWS = 20_000
"""Rows that are shown; the file has all."""


class TableView(View):
    """The columns are the objects' fields, in the order in which they first appear."""

    def __init__(self, kept: Kept, result: Result) -> None:
        """Raises UserError when it is no list of objects."""
        super().__init__(kept, result)
        rows: Any = kept.value if isinstance(kept.value, list) else kept.part("rows")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise kept.wrong("it is no list of rows")
        self.table = Table(columns_of(rows), rows[:ROWS], kept.name)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self.table)


class Table(QTableWidget):
    """Plain values; nothing can be typed. Ctrl+C copies what is selected, with tabs, as a spreadsheet takes it."""

    def __init__(self, columns: Sequence[str], rows: Sequence[dict[str, Any]], title: str) -> None:
        super().__init__(len(rows), len(columns))
        self.setAccessibleName(title)
        self.setHorizontalHeaderLabels([c.replace("_", " ") for c in columns])
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        for place, row in enumerate(rows):
            for column, name in enumerate(columns):
                self.setItem(place, column, _Cell(row.get(name)))
        self.resizeColumnsToContents()
        for column in range(len(columns)):
            self.setColumnWidth(column, min(self.columnWidth(column) + 8, 320))
        self.horizontalHeader().setStretchLastSection(True)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(lambda: QGuiApplication.clipboard().setText(self.text()))

    def text(self) -> str:
        """The selected rows (all, where none is) under their columns' names."""
        chosen = sorted({i.row() for i in self.selectedIndexes()}) or range(self.rowCount())
        columns = range(self.columnCount())
        lines = ["\t".join(_said(self.horizontalHeaderItem(c)) for c in columns)]
        lines += ["\t".join(_said(self.item(r, c)) for c in columns) for r in chosen]
        return "\n".join(lines)


class _Cell(QTableWidgetItem):
    def __init__(self, value: JSON) -> None:
        super().__init__(shown(value))
        self.value = value
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if isinstance(value, str) and len(value) > 40:
            self.setToolTip(value)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        """Numbers before words, empty cells last."""
        mine, its = (_order(c.value) for c in (self, other) if isinstance(c, _Cell))
        return mine < its


def _order(value: JSON) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return 0, float(value), ""
    return (2, 0.0, "") if value in (None, "") else (1, 0.0, shown(value).casefold())


def shown(value: JSON) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(shown(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{k}: {shown(v)}" for k, v in value.items())
    return str(value)


def columns_of(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Fields that some row fills, in the order of their first appearance."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [name for name in names if any(row.get(name) not in (None, "", []) for row in rows)]


def _said(item: QTableWidgetItem | None) -> str:
    return item.text().replace("\t", " ") if item is not None else ""

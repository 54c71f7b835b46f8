"""The two lists of a bars view: what is in the picture, and what goes out of it. Bars are dragged between them."""

from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDropEvent, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from studio import look

NAME = Qt.ItemDataRole.UserRole
VALUE = Qt.ItemDataRole.UserRole + 1
SOURCE = Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True)
class Bar:
    """A concept with its coefficient; `source`: the one that the job was about."""

    name: str
    value: float
    source: bool = False


class _DragList(QListWidget):
    """A list whose entries may be dragged into its partner."""

    dropped = Signal(str)
    """The name of an entry of the other list."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    @property
    def current(self) -> str:
        item = self.currentItem()
        return str(item.data(NAME)) if item is not None else ""

    def mimeTypes(self) -> list[str]:
        return ["text/plain"]

    def mimeData(self, items: list[QListWidgetItem]) -> QMimeData:  # type: ignore[override]
        data = QMimeData()
        data.setText(str(items[0].data(NAME)) if items else "")
        return data

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def dropEvent(self, event: QDropEvent) -> None:
        """The lists themselves move nothing: the view does, so that both keep their order."""
        name = event.mimeData().text()
        if name and event.source() is not self:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(name)
        else:
            event.ignore()


class BarList(_DragList):
    """Concepts by the size of their coefficient. Delete, Enter or dragging takes one out."""

    taken = Signal(str)

    def __init__(self, bars: list[Bar]) -> None:
        super().__init__("")
        self.setAccessibleName(self.tr("What the picture consists of"))
        self.setToolTip(self.tr("Drag a bar to the right, or press Delete, to take it out of the picture"))
        self.known = sorted(bars, key=lambda bar: -abs(bar.value))
        self._out: set[str] = set()
        self.setItemDelegate(_BarDelegate(self))
        self.itemActivated.connect(lambda item: self.taken.emit(str(item.data(NAME))))
        self._show()

    @property
    def widest(self) -> float:
        return max((abs(bar.value) for bar in self.known), default=0.0) or 1.0

    def take(self, name: str) -> None:
        self._out.add(name)
        self._show()

    def put_back(self, name: str) -> None:
        self._out.discard(name)
        self._show()

    def names(self) -> list[str]:
        return [str(self.item(i).data(NAME)) for i in range(self.count())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.current:
            self.taken.emit(self.current)
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        row = self.currentRow()
        self.clear()
        for bar in self.known:
            if bar.name in self._out:
                continue
            item = QListWidgetItem(f"{bar.name} {bar.value:.3f}")
            item.setData(NAME, bar.name)
            item.setData(VALUE, bar.value)
            item.setData(SOURCE, bar.source)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole, self.tr("{}, coefficient {:.3f}").format(bar.name, bar.value)
            )
            self.addItem(item)
        self.setCurrentRow(min(max(row, 0), self.count() - 1))


class OutList(_DragList):
    """What goes out. Enter or a double click asks what comes in instead; Delete or dragging back returns it."""

    returned = Signal(str)
    asked = Signal()

    def __init__(self) -> None:
        super().__init__("")
        self.setAccessibleName(self.tr("What goes out of the picture"))
        self.setToolTip(self.tr("Double click to put something in its place; press Delete to leave it in the picture"))
        self._exchanges: dict[str, str] = {}
        self.itemActivated.connect(lambda _item: self.asked.emit())
        self._show()

    def exchanges(self) -> dict[str, str]:
        """What goes out, with what comes in instead; an empty text for nothing."""
        return dict(self._exchanges)

    def put(self, name: str, other: str) -> None:
        self._exchanges[name] = other
        self._show(name)

    def drop(self, name: str) -> None:
        self._exchanges.pop(name, None)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.current:
            self.returned.emit(self.current)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and self.current:
            self.asked.emit()
        else:
            super().keyPressEvent(event)

    def _show(self, current: str = "") -> None:
        self.clear()
        for name, other in self._exchanges.items():
            item = QListWidgetItem(f"{name}  →  {other}" if other else f"{name}  →  " + self.tr("(nothing)"))
            item.setData(NAME, name)
            self.addItem(item)
            if name == current:
                self.setCurrentItem(item)


class _BarDelegate(QStyledItemDelegate):
    """The name, a bar from the middle line, and the number."""

    def __init__(self, bars: BarList) -> None:
        super().__init__(bars)
        self._bars = bars

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:  # type: ignore[override]
        return QSize(160, option.fontMetrics.height() + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:  # type: ignore[override]
        self.initStyleOption(option, index)  # type: ignore[arg-type]
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        name, value, source = (index.data(role) for role in (NAME, VALUE, SOURCE))  # type: ignore[attr-defined]
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        area = QRectF(option.rect).adjusted(8, 0, -8, 0)
        painter.save()
        painter.setPen(option.palette.color(role))
        font = painter.font()
        font.setBold(bool(source))
        painter.setFont(font)
        third = area.width() * 0.34
        shown = option.fontMetrics.elidedText(str(name), Qt.TextElideMode.ElideRight, int(third) - 8)
        align = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(area.left(), area.top(), third, area.height()), align, shown)
        number = 56.0
        painter.drawText(area, align | Qt.AlignmentFlag.AlignRight, f"{value:.3f}")
        room = QRectF(area.left() + third, area.top() + 7, area.width() - third - number, area.height() - 14)
        least = min((bar.value for bar in self._bars.known), default=0.0)
        zero = room.left() + (room.width() / 2 if least < 0 else 0)
        full = room.width() / 2 if least < 0 else room.width()
        length = full * value / self._bars.widest
        box = QRectF(min(zero, zero + length), room.top(), max(1.5, abs(length)), room.height())
        painter.fillRect(box, QColor(look.current().on_accent if chosen else look.color_of(str(name))))
        painter.restore()

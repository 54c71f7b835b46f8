"""The queue dock: what waits, what runs, what failed and why; the engine's progress and curves are drawn here."""

from dataclasses import dataclass, field
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPalette, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.client.job import Job, State
from studio import look
from studio.engine import EngineLink

JOB = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_NO_CURVES = ("step", "expected_seconds", "expected_bytes")
_CURVE_POINTS = 4000
"""Points kept of one curve; beyond that every second one is let go, so a long training costs no memory."""


@dataclass
class Live:
    """What was heard of a running job."""

    label: str = ""
    done: int = 0
    total: int = 0
    left: float = -1.0
    curves: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """A point of a curve, at the job's present step; what only counts or was expected beforehand is no curve."""
        if name in _NO_CURVES:
            return
        xs, ys = self.curves.setdefault(name, ([], []))
        xs.append(float(self.done) if self.done else float(len(xs)))
        ys.append(value)
        if len(xs) > _CURVE_POINTS:
            del xs[::2], ys[::2]


class QueueModel(QAbstractListModel):
    """Jobs in the order in which they run, the ended ones last and newest first."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self.link = link
        self.rows: list[Job] = []
        self.live: dict[str, Live] = {}
        link.queue_changed.connect(self.reload)
        link.progress.connect(self._progressed)
        link.logged.connect(self._logged)
        self.reload()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        job = self.rows[index.row()]
        if role == JOB:
            return job
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self.title(job)}: {self.state(job)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, [self.title(job), self.state(job), job.message]))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        base = super().flags(index)
        if index.isValid() and self.rows[index.row()].state == State.WAITING:
            return base | Qt.ItemFlag.ItemIsDragEnabled
        return base | Qt.ItemFlag.ItemIsDropEnabled

    def title(self, job: Job) -> str:
        """The method's title and what it is about."""
        info = self.link.method(job.method)
        about = job.params.get("prompt") or job.params.get("words") or job.params.get("erase") or ""
        text = ", ".join(str(a) for a in about) if isinstance(about, list) else str(about)
        return (info.title if info else job.method) + (f" · {text}" if text else "")

    def state(self, job: Job) -> str:
        """Where it stands, in words."""
        live = self.live.get(job.id)
        if job.state == State.RUNNING and live is not None:
            part = f"{live.done} / {live.total}" if live.total else ""
            return " · ".join(filter(None, [live.label, part, duration(live.left)]))
        words = {
            State.WAITING: self.tr("waiting"), State.RUNNING: self.tr("running"), State.PAUSED: self.tr("paused"),
            State.DONE: self.tr("done"), State.FAILED: self.tr("failed"), State.CANCELLED: self.tr("cancelled"),
        }  # fmt: skip
        took = duration(job.seconds) if job.state == State.DONE and job.seconds is not None else ""
        return " · ".join(filter(None, [words[job.state], took, job.message if job.state == State.FAILED else ""]))

    def reload(self) -> None:
        """Read the queue again."""
        jobs = self.link.queue.jobs()
        ended = {State.DONE, State.FAILED, State.CANCELLED}
        running = [j for j in jobs if j.state == State.RUNNING]
        open_ = [j for j in jobs if j.state not in ended and j.state != State.RUNNING]
        closed = sorted((j for j in jobs if j.state in ended), key=lambda j: -(j.finished or 0))
        self.beginResetModel()
        self.rows = [*running, *open_, *closed[:200]]
        self.endResetModel()
        alive = {j.id for j in running}
        self.live = {id: live for id, live in self.live.items() if id in alive}

    @property
    def running(self) -> Job | None:
        return next((j for j in self.rows if j.state == State.RUNNING), None)

    def _progressed(self, job: str, label: str, done: int, total: int, left: float) -> None:
        live = self.live.setdefault(job, Live())
        live.label, live.done, live.total, live.left = label, done, total, left
        self._touch(job)

    def _logged(self, job: str, text: str, numbers: dict[str, float]) -> None:
        live = self.live.setdefault(job, Live())
        for name, value in numbers.items():
            live.add(name, value)

    def _touch(self, job: str) -> None:
        for row, entry in enumerate(self.rows):
            if entry.id == job:
                self.dataChanged.emit(self.index(row), self.index(row))

    # --- dragging -----------------------------------------------------------------------------------------------

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def moveRows(self, _from: Index, first: int, count: int, _to: Index, to: int) -> bool:
        """A waiting job dragged before another one."""
        if count != 1 or self.rows[first].state != State.WAITING:
            return False
        waiting = [j.id for j in self.rows[to:] if j.state == State.WAITING and j.id != self.rows[first].id]
        self.link.move(self.rows[first].id, waiting[0] if waiting else None)
        return True


class QueueDelegate(QStyledItemDelegate):
    """Two lines: what, and where it stands; a thin bar for the part that is done."""

    def __init__(self, model: QueueModel) -> None:
        super().__init__()
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, option.fontMetrics.height() * 2 + 16)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        job: Job = index.data(JOB)
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        painter.save()
        painter.setPen(option.palette.color(role))
        area, height = option.rect.adjusted(8, 4, -8, -6), option.fontMetrics.height()
        for line, text in enumerate((self._model.title(job), self._model.state(job))):
            shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area.left(), area.top() + line * height + option.fontMetrics.ascent(), shown)
        live = self._model.live.get(job.id)
        if job.state == State.RUNNING and live is not None and live.total:
            bar = area.adjusted(0, area.height() - 2, 0, 2)
            painter.fillRect(bar, option.palette.color(QPalette.ColorRole.Mid))
            bar.setWidth(round(bar.width() * live.done / live.total))
            painter.fillRect(bar, option.palette.color(QPalette.ColorRole.Highlight))
        painter.restore()


class QueuePanel(QWidget):
    """The list with its buttons, the live curves of the running job, and one sentence when the queue is in trouble."""

    open_result = Signal(object)
    """A finished `Job` was double-clicked."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self.link, self.model = link, QueueModel(link)
        self.view = QListView()
        self.view.setModel(self.model)
        self._delegate = QueueDelegate(self.model)
        self.view.setItemDelegate(self._delegate)
        self.view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.view.setAccessibleName(self.tr("Jobs"))
        self.view.setToolTip(self.tr("Drag a waiting job to another place, or move it with Alt and the arrow keys"))
        self.view.doubleClicked.connect(lambda index: self.open_result.emit(index.data(JOB)))
        self.buttons = {
            name: self._button(name, text, call)
            for name, text, call in (
                ("pause", self.tr("Pause the queue"), self._pause),
                ("hold", self.tr("Hold this job back"), self._hold),
                ("up", self.tr("Run this job earlier"), lambda: self._shift(-1)),
                ("down", self.tr("Run this job later"), lambda: self._shift(1)),
                ("retry", self.tr("Try this job again"), self._retry),
                ("cancel", self.tr("Cancel this job"), self._cancel),
                ("clear", self.tr("Forget jobs that ended"), link.clear),
            )
        }
        self._keys()
        self.why = QLabel()
        self.why.setWordWrap(True)
        self.why.setAccessibleName(self.tr("Why the job failed"))
        self.again = QPushButton(self.tr("Try again"))
        self.again.clicked.connect(self._retry)
        self.failure = QWidget()
        self._chosen = ""
        """The selected job, which stays selected when the list is read again."""
        self.note = QLabel()
        self.note.setObjectName("problem")
        self.note.setWordWrap(True)
        self.note.hide()
        self.curves = Curves()
        self._lay_out()
        self.view.selectionModel().currentChanged.connect(self._changed)
        self.model.modelReset.connect(lambda: self._select(self._chosen))
        self.model.modelReset.connect(self._refresh)
        link.failed.connect(self._failed)
        link.renewing.connect(self._renewing)
        link.trouble.connect(self.tell)
        link.down.connect(self.tell)
        link.ready.connect(self.note.hide)
        self._timer = QTimer(self)
        self._timer.setInterval(250)  # curves are redrawn four times a second, however fast points arrive
        self._timer.timeout.connect(self._draw)
        self._timer.start()
        self._refresh()

    def tell(self, sentence: str) -> None:
        """Show what is wrong, until the engine is up again."""
        self.note.setObjectName("problem")
        self.note.style().polish(self.note)
        self.note.setText(sentence)
        self.note.show()

    @property
    def selected(self) -> Job | None:
        job: Job | None = self.view.currentIndex().data(JOB)
        return job

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        for button in self.buttons.values():
            bar.addWidget(button)
        bar.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(4)
        column.addLayout(bar)
        column.addWidget(self.note)
        below = QVBoxLayout(self.failure)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(2)
        below.addWidget(self.why)
        below.addWidget(self.again, 0, Qt.AlignmentFlag.AlignRight)
        self.failure.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.view.setMinimumHeight(48)
        column.addWidget(self.view, 1)
        column.addWidget(self.failure)
        column.addWidget(self.curves)

    def _button(self, name: str, text: str, call: Any) -> QToolButton:
        icons = {
            "pause": "pause", "hold": "hand", "up": "arrow-up", "down": "arrow-down", "retry": "rotate-right", "cancel": "xmark",
            "clear": "broom",
        }  # fmt: skip
        return look.icon_button(f"fa6s.{icons[name]}", text, call)

    def _keys(self) -> None:
        """What the list does by keyboard."""
        for keys, call in (
            ("Alt+Up", lambda: self._shift(-1)), ("Alt+Down", lambda: self._shift(1)), ("Del", self._cancel),
            ("Space", self._hold), ("F5", self._retry),
        ):  # fmt: skip
            shortcut = QShortcut(QKeySequence(keys), self.view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(call)

    def _changed(self, index: QModelIndex) -> None:
        job: Job | None = index.data(JOB)
        if job is not None:
            self._chosen = job.id
        self._refresh()

    def _failed(self, id: str, _sentence: str) -> None:
        """A job failed: its sentence and Try again come up, unless a person looks at another job."""
        if self.selected is None or not self.view.hasFocus():
            self._chosen = id
            self._select(id)
            self._refresh()

    def _renewing(self, waits: bool) -> None:
        if waits:
            self.tell(
                self.tr("The engine restarts with the new settings when the running job has ended. No job is lost.")
            )
            self.note.setObjectName("hint")  # nothing is wrong
            self.note.style().polish(self.note)
        elif self.link.engine.ready is not None:
            self.note.hide()

    def _hold(self) -> None:
        job = self.selected
        if job is not None and job.state in (State.WAITING, State.PAUSED):
            (self.link.pause if job.state == State.WAITING else self.link.resume)(job.id)

    def _refresh(self) -> None:
        job = self.selected
        self.failure.setVisible(job is not None and job.state == State.FAILED)
        if job is not None and job.state == State.FAILED:
            self.why.setText(job.message)
            self.why.setToolTip(job.message)
            self.curves.hide()
        state = job.state if job else None
        self.buttons["up"].setEnabled(state == State.WAITING)
        self.buttons["down"].setEnabled(state == State.WAITING)
        self.buttons["retry"].setEnabled(state in (State.FAILED, State.CANCELLED))
        self.buttons["cancel"].setEnabled(state in (State.RUNNING, State.WAITING, State.PAUSED))
        held = state == State.PAUSED
        self.buttons["hold"].setEnabled(held or state == State.WAITING)
        self.buttons["hold"].setDown(held)
        self._name("hold", self.tr("Let this job go on") if held else self.tr("Hold this job back"))
        paused = self.link.queue.paused
        text = self.tr("Let the queue go on") if paused else self.tr("Pause the queue")
        self._name("pause", text)
        self.buttons["pause"].setDown(paused)

    def _name(self, button: str, text: str) -> None:
        self.buttons[button].setToolTip(text)
        self.buttons[button].setAccessibleName(text)

    def _pause(self) -> None:
        (self.link.resume if self.link.queue.paused else self.link.pause)()
        self._refresh()

    def _shift(self, by: int) -> None:
        job = self.selected
        waiting = [j.id for j in self.model.rows if j.state == State.WAITING]
        if job is None or job.id not in waiting:
            return
        place = waiting.index(job.id)
        rest = [id for id in waiting if id != job.id]
        to = min(max(place + by, 0), len(rest))
        self.link.move(job.id, rest[to] if to < len(rest) else None)
        self._select(job.id)

    def _retry(self) -> None:
        job = self.selected
        if job is not None and job.state in (State.FAILED, State.CANCELLED):
            self.link.retry(job.id)
            self._select(job.id)

    def _cancel(self) -> None:
        job = self.selected
        if job is not None and job.state in (State.RUNNING, State.WAITING, State.PAUSED):
            self.link.cancel(job.id)

    def _select(self, id: str) -> None:
        for row, job in enumerate(self.model.rows):
            if job.id == id:
                self.view.setCurrentIndex(self.model.index(row))

    def _draw(self) -> None:
        if self.failure.isVisible():  # there is no room for both
            self.curves.hide()
        elif self.isVisible():
            running = self.model.running
            self.curves.show_curves(
                self.model.live[running.id].curves if running and running.id in self.model.live else {}
            )


class Curves(pg.PlotWidget):  # type: ignore[misc]
    """The numbers that a running job reports, over its steps."""

    def __init__(self) -> None:
        super().__init__(background=None)
        self.setFixedHeight(120)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setAccessibleName(self.tr("Curves of the running job"))
        self.addLegend(offset=(-4, 4))
        self._lines: dict[str, Any] = {}
        self.hide()

    def show_curves(self, curves: dict[str, tuple[list[float], list[float]]]) -> None:
        """Draw these; hidden while there are none."""
        self.setVisible(any(len(xs) > 1 for xs, _ in curves.values()))
        for name in set(self._lines) - set(curves):
            self.removeItem(self._lines.pop(name))
        for place, (name, (xs, ys)) in enumerate(curves.items()):
            if name not in self._lines:
                self._lines[name] = self.plot(name=name, pen=pg.mkPen(pg.intColor(place, hues=6), width=1.5))
            self._lines[name].setData(xs, ys)


class QueueStrip(QWidget):
    """The one-line form in the window's foot: a bar, what runs, how long still."""

    clicked = Signal()

    def __init__(self, model: QueueModel) -> None:
        super().__init__()
        self.model = model
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(self.tr("Progress of the running job"))
        self.text = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.addWidget(self.bar, 1)
        row.addWidget(self.text, 2)
        model.dataChanged.connect(self.refresh)
        model.modelReset.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the running job, or how many wait."""
        job = self.model.running
        live = self.model.live.get(job.id) if job else None
        waiting = sum(j.state == State.WAITING for j in self.model.rows)
        self.bar.setVisible(job is not None)
        self.bar.setRange(0, live.total if live else 0)
        self.bar.setValue(live.done if live else 0)
        more = self.tr("%n waiting", "", waiting) if waiting else ""
        self.text.setText(" · ".join(filter(None, [self.model.state(job) if job else self.tr("Nothing runs"), more])))

    def mousePressEvent(self, event: Any) -> None:
        self.clicked.emit()


def duration(seconds: float | None) -> str:
    """Seconds in words, coarse enough not to flicker; empty where unknown."""
    if seconds is None or seconds < 0:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"

"""Which prompt drove which step: a strip of shares above the curves of what decided, under one cursor."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio import look
from studio.views.kept import Kept, Result
from studio.views.plot import Plot
from studio.views.view import View

CURVES = ("prices", "scores")
"""Fields of a step that are drawn, each a value for every prompt (of one picture), or for each picture one such list."""


@dataclass(frozen=True)
class Moment:
    """One step of one picture: a number for each prompt."""

    step: int
    shares: tuple[float, ...]
    curves: dict[str, tuple[float, ...]]


def moments(kept: Kept) -> list[list[Moment]]:
    """The steps of every picture.

    Raises:
        UserError: the data has not this form.
    """
    steps: Any = kept.part("steps")
    if not isinstance(steps, list) or not steps:
        raise kept.wrong("it has no steps")
    try:
        pictures = len(steps[0]["shares"])
        return [[_moment(step, row) for step in steps] for row in range(pictures)]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise kept.wrong("a step lacks its shares") from error


def _moment(step: dict[str, Any], row: int) -> Moment:
    curves = {name: tuple(float(v) for v in step[name][row]) for name in CURVES if step.get(name)}
    return Moment(int(step["step"]), tuple(float(s) for s in step["shares"][row]), curves)


class TimelineView(View):
    """The strip, the curves, and in words what happened at the cursor."""

    def __init__(self, kept: Kept, result: Result) -> None:
        """Raises UserError when the data has not this form."""
        super().__init__(kept, result)
        self.pictures = moments(kept)
        count = max(len(m.shares) for rows in self.pictures for m in rows)
        self.names = _names(kept, result, count)
        self.colors = [look.CONCEPTS[i % len(look.CONCEPTS)] for i in range(count)]
        self.which = QComboBox()
        self.which.setAccessibleName(self.tr("Picture"))
        self.which.addItems([self.tr("Picture {}").format(i + 1) for i in range(len(self.pictures))])
        self.which.setVisible(len(self.pictures) > 1)
        self.key = QLabel()
        self.key.setWordWrap(True)
        self.key.setTextFormat(Qt.TextFormat.RichText)
        self.said = QLabel()
        self.said.setObjectName("hint")
        self.said.setWordWrap(True)
        self.strip = Strip()
        self.plots: dict[str, Plot] = {}
        titles = {"prices": self.tr("Price"), "scores": self.tr("Score")}
        for name in CURVES:
            if any(name in m.curves for rows in self.pictures for m in rows):
                self.plots[name] = Plot(titles[name])
        self._lay_out()
        self.which.currentIndexChanged.connect(lambda _row: self._show())
        self.strip.cursor_moved.connect(self._point)
        for plot in self.plots.values():
            plot.cursor_moved.connect(lambda x: self._point(round(x)))
        self.at = 0
        self._show()

    def show_picture(self, place: int) -> None:
        self.which.setCurrentIndex(min(place, len(self.pictures) - 1))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.key, 1)
        top.addWidget(self.which)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.strip)
        for plot in self.plots.values():
            plot.legend.hide()
            column.addWidget(plot, 1)
        column.addWidget(self.said)
        if not self.plots:
            column.addStretch(1)
        for other in list(self.plots.values())[1:]:
            other.setXLink(next(iter(self.plots.values())))
        if self.plots:
            list(self.plots.values())[-1].setLabel("bottom", self.tr("step"))

    def _show(self) -> None:
        rows = self.pictures[max(0, self.which.currentIndex())]
        ground = look.current().panel
        parts = [
            f"<span style='color:{look.readable(c, ground)}'>■ {n.replace('&', '&amp;').replace('<', '&lt;')}</span>"
            for n, c in zip(self.names, self.colors, strict=True)
        ]
        rule = self.kept.part("rule")
        self.key.setText("&nbsp; ".join(parts) + (f"&nbsp; · {rule}" if isinstance(rule, str) else ""))
        self.strip.show_moments(rows, self.colors, self.names)
        for name, plot in self.plots.items():
            series, colors = {}, {}
            for i, (title, color) in enumerate(zip(self.names, self.colors, strict=True)):
                points = [(m.step + 1, m.curves[name][i]) for m in rows if len(m.curves.get(name, ())) > i]
                label = f"{i + 1}. {title}"
                series[label], colors[label] = ([float(x) for x, _ in points], [y for _, y in points]), color
            plot.show_series(series, colors)
            plot.setXRange(0.5, rows[-1].step + 1.5, padding=0)
        self._point(min(self.at or rows[0].step + 1, rows[-1].step + 1))

    def _point(self, step: int) -> None:
        """One cursor for strip and curves; steps count from 1."""
        rows = self.pictures[max(0, self.which.currentIndex())]
        moment = min(rows, key=lambda m: abs(m.step + 1 - step))
        self.at = moment.step + 1
        self.strip.set_cursor(self.at)
        for plot in self.plots.values():
            plot.set_cursor(float(self.at))
        self.said.setText(self._words(moment))

    def _words(self, moment: Moment) -> str:
        best = max(range(len(moment.shares)), key=lambda i: moment.shares[i])
        if moment.shares[best] == 1:
            said = self.tr("Step {}: driven by “{}”").format(moment.step + 1, self.names[best])
        else:
            parts = " + ".join(f"{100 * s:.0f} % {n}" for s, n in zip(moment.shares, self.names, strict=False))
            said = self.tr("Step {}: {}").format(moment.step + 1, parts)
        titles = {"prices": self.tr("prices"), "scores": self.tr("scores")}
        told = [f"{titles[name]} {' / '.join(f'{v:.4g}' for v in values)}" for name, values in moment.curves.items()]
        return " · ".join([said, *told])


def _names(kept: Kept, result: Result, count: int) -> list[str]:
    """A name for each prompt. Data that names only the others begins with the result's own."""
    named: Any = kept.part("prompts")
    names = [str(n) for n in named] if isinstance(named, list) else []
    if len(names) == count - 1:
        names = [str(result.params.get("prompt") or "1"), *names]
    return [*names, *(str(i + 1) for i in range(len(names), count))][:count]


class Strip(QWidget):
    """One column a step, divided by the prompts' shares. The mouse and the arrow keys move the cursor."""

    cursor_moved = Signal(int)
    """To which step, from 1."""

    def __init__(self) -> None:
        super().__init__()
        self.moments: list[Moment] = []
        self.colors: list[str] = []
        self.at = 0
        self.setFixedHeight(40)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Which prompt drove which step"))

    def show_moments(self, rows: list[Moment], colors: list[str], names: list[str]) -> None:
        self.moments, self.colors = rows, colors
        counts = [
            self.tr("{}: {} steps").format(name, sum(m.shares[i] == max(m.shares) for m in rows))
            for i, name in enumerate(names)
        ]
        self.setAccessibleDescription(", ".join(counts))
        self.update()

    def set_cursor(self, step: int) -> None:
        self.at = step
        self.update()

    def area(self) -> QRectF:
        """Beside the plots' axes, so that a step lies above its points."""
        return QRectF(self.rect()).adjusted(65, 2, -1, -2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, area = QPainter(self), self.area()
        wide = area.width() / max(1, len(self.moments))
        for i, moment in enumerate(self.moments):
            top = area.top()
            for share, color in zip(moment.shares, self.colors, strict=False):
                height = share * area.height()
                painter.fillRect(QRectF(area.left() + i * wide, top, max(1.0, wide - 1), height), QColor(color))
                top += height
            if moment.step + 1 == self.at:
                painter.setPen(QPen(QColor(look.current().text), 2))
                painter.drawRect(QRectF(area.left() + i * wide, area.top(), wide - 1, area.height()))
        if self.hasFocus():
            painter.setPen(QPen(QColor(look.current().link), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(int((event.position().x() - self.area().left()) / self.area().width() * max(1, len(self.moments))))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        self.mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
            return
        now = next((i for i, m in enumerate(self.moments) if m.step + 1 == self.at), 0)
        self._go(now + by)

    def _go(self, place: int) -> None:
        if self.moments:
            self.cursor_moved.emit(self.moments[min(max(place, 0), len(self.moments) - 1)].step + 1)

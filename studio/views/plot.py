"""Curves over steps in the window's colours, with one cursor that several plots can share."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent

from studio import look

Series = Mapping[str, tuple[Sequence[float], Sequence[float]]]


class Steps(pg.AxisItem):  # type: ignore[misc]
    """An axis of whole numbers: there is no step 1.5."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        found = super().tickSpacing(low, high, size)
        return [(float(s), 0.0) for s in dict.fromkeys(max(1.0, round(spacing)) for spacing, _offset in found)]


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """Named series over a shared x axis. The mouse and the arrow keys move the cursor."""

    cursor_moved = Signal(float)
    """To which x, by a person."""

    def __init__(self, title: str) -> None:
        super().__init__(background=None, axisItems={"bottom": Steps("bottom")})
        self.setAccessibleName(title)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setMinimumHeight(88)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setLabel("left", title)
        self.getAxis("left").setWidth(64)
        self.legend = self.addLegend(offset=(-4, 4))
        self.series: dict[str, tuple[list[float], list[float]]] = {}
        self.colors: dict[str, str] = {}
        self._lines: dict[str, Any] = {}
        self.line = pg.InfiniteLine(angle=90)
        self.line.hide()
        self.addItem(self.line, ignoreBounds=True)
        self.at: float | None = None
        self.scene().sigMouseMoved.connect(self._mouse)
        self._dress()

    def show_series(self, series: Series, colors: Mapping[str, str] | None = None) -> None:
        """Draw these and nothing else; a name without a colour gets one."""
        self.series = {name: (list(xs), list(ys)) for name, (xs, ys) in series.items()}
        for name in set(self._lines) - set(self.series):
            self.removeItem(self._lines.pop(name))
        given = dict(colors or {})
        for name, (xs, ys) in self.series.items():
            color = given.get(name) or self.colors.get(name) or look.next_color(self.colors.values())
            self.colors[name] = color
            if name not in self._lines:
                self._lines[name] = self.plot(name=name, symbolSize=5)
            self._lines[name].setPen(pg.mkPen(color, width=2))
            self._lines[name].setSymbol("o" if len(xs) <= 60 else None)
            self._lines[name].setSymbolBrush(color)
            self._lines[name].setSymbolPen(None)
            self._lines[name].setData(xs, ys)

    def set_cursor(self, x: float | None) -> None:
        """Put the cursor at an x, or take it away; silently."""
        self.at = x
        self.line.setVisible(x is not None)
        if x is not None:
            self.line.setValue(x)

    def values(self, x: float) -> dict[str, float]:
        """Each series at its point nearest to x."""
        found = {}
        for name, (xs, ys) in self.series.items():
            if xs:
                found[name] = ys[min(range(len(xs)), key=lambda i: abs(xs[i] - x))]
        return found

    def places(self) -> list[float]:
        """Every x that some series has, in order."""
        return sorted({x for xs, _ in self.series.values() for x in xs})

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        places = self.places()
        if by is None or not places:
            super().keyPressEvent(event)
            return
        now = min(range(len(places)), key=lambda i: abs(places[i] - (self.at if self.at is not None else places[0])))
        self._go(places[min(max(now + by, 0), len(places) - 1)])

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "line"):
            self._dress()
        super().changeEvent(event)

    def _mouse(self, place: Any) -> None:
        places = self.places()
        if places and self.sceneBoundingRect().contains(place):
            x = float(self.getPlotItem().vb.mapSceneToView(place).x())
            self._go(min(places, key=lambda p: abs(p - x)))

    def _go(self, x: float) -> None:
        if x != self.at:
            self.set_cursor(x)
            self.cursor_moved.emit(x)

    def _dress(self) -> None:
        """The colours of the theme in use."""
        now = look.current()
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(now.edge)
            axis.setTextPen(now.dim)
        self.legend.setLabelTextColor(now.text)
        for _sample, label in self.legend.items:
            label.setText(label.text, color=now.text)
        self.line.setPen(pg.mkPen(now.link, width=1, style=Qt.PenStyle.DashLine))

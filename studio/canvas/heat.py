"""Where each word is seen: attention maps over the picture, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from studio import look

DIM = 0.7
"""How dark the picture becomes where no word is seen."""


@dataclass(frozen=True, eq=False)
class WordMap:
    """One word's maps: (steps, height, width), any range of 0 or more, shown in the word's colour."""

    word: str
    color: str
    values: NDArray[np.floating]

    def __post_init__(self) -> None:
        if self.values.ndim != 3 or not len(self.values):
            raise ValueError(f"maps of '{self.word}' have shape {self.values.shape}, not (steps, height, width)")


@dataclass(frozen=True, eq=False)
class Heat:
    """What is drawn: words, one step, an opacity (0 to 1). Each map is scaled to its largest value over all steps, so that a
    word which is neglected at first is seen to be."""

    maps: tuple[WordMap, ...]
    step: int = 0
    opacity: float = 0.8

    @property
    def steps(self) -> int:
        return max((len(m.values) for m in self.maps), default=0)

    def image(self) -> QImage:
        """The overlay in the resolution of the finest map: dark where nothing is seen, tinted where something is."""
        height = max(m.values.shape[1] for m in self.maps)
        width = max(m.values.shape[2] for m in self.maps)
        parts, tints = [], []
        for word in self.maps:
            values = np.nan_to_num(np.asarray(word.values, np.float32))
            peak = float(values.max())
            now = values[min(self.step, len(values) - 1)] / peak if peak > 0 else values[0] * 0
            rows = np.arange(height) * now.shape[0] // height
            columns = np.arange(width) * now.shape[1] // width
            parts.append(np.clip(now[np.ix_(rows, columns)], 0, 1))
            tints.append([QColor(word.color).redF(), QColor(word.color).greenF(), QColor(word.color).blueF()])
        seen = np.stack(parts)
        strongest = seen.max(0)
        share = seen / np.maximum(seen.sum(0), 1e-6)
        colour = np.einsum("nhw,nc->hwc", share, np.array(tints, np.float32))
        alpha = self.opacity * np.maximum(DIM * (1 - strongest), 0.8 * strongest)
        lit = strongest / np.maximum(strongest + DIM * (1 - strongest), 1e-6)
        out = np.empty((height, width, 4), np.uint8)
        out[..., :3] = np.round(255 * colour * lit[..., None])
        out[..., 3] = np.round(255 * alpha)
        return QImage(out.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        if not self.maps:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, self.image())
        painter.restore()


class HeatBar(QWidget):
    """Scrub through the steps, play them, set the strength, see which colour is which word."""

    changed = Signal(object)
    """The Heat to show, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heat: Heat | None = None
        self.play = QToolButton()
        self.play.setCheckable(True)
        look.put_icon(self.play, "play")
        self.play.setAccessibleName(self.tr("Play the steps"))
        self.play.setToolTip(self.tr("Play the steps"))
        self.steps = QSlider(Qt.Orientation.Horizontal)
        self.steps.setAccessibleName(self.tr("Step"))
        self.strength = QSlider(Qt.Orientation.Horizontal)
        self.strength.setRange(0, 100)
        self.strength.setValue(80)
        self.strength.setFixedWidth(96)
        self.strength.setAccessibleName(self.tr("Strength of the heat map"))
        self.strength.setToolTip(self.strength.accessibleName())
        self.where = QLabel()
        self.where.setObjectName("hint")
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.RichText)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.UNIT, look.UNIT // 2, look.UNIT, look.UNIT // 2)
        row.setSpacing(look.UNIT)
        for widget, stretch in ((self.words, 0), (self.play, 0), (self.steps, 1), (self.where, 0), (self.strength, 0)):
            row.addWidget(widget, stretch)
        self._clock = QTimer(self, interval=150)
        self._clock.timeout.connect(self._next)
        self.play.toggled.connect(self._played)
        self.steps.valueChanged.connect(self._moved)
        self.strength.valueChanged.connect(self._moved)
        self.show_maps(())

    def show_maps(self, maps: Sequence[WordMap]) -> None:
        """Take other maps; the last step is shown, silently for the sliders."""
        self.play.setChecked(False)
        self.heat = Heat(tuple(maps), opacity=self.strength.value() / 100) if maps else None
        last = self.heat.steps - 1 if self.heat else 0
        self.steps.blockSignals(True)
        self.steps.setRange(0, last)
        self.steps.setValue(last)
        self.steps.blockSignals(False)
        for widget in (self.play, self.steps, self.strength):
            widget.setEnabled(self.heat is not None)
        ground = look.current().panel
        self.words.setText(
            "&nbsp; ".join(
                f"<span style='color:{look.readable(m.color, ground)}'>■ {_plain(m.word)}</span>" for m in maps
            )
        )
        self._moved()

    def _moved(self) -> None:
        if self.heat is None:
            self.where.setText(self.tr("No maps"))
            self.changed.emit(None)
            return
        self.heat = replace(self.heat, step=self.steps.value(), opacity=self.strength.value() / 100)
        self.where.setText(self.tr("step {} of {}").format(self.steps.value() + 1, self.heat.steps))
        self.changed.emit(self.heat)

    def _played(self, on: bool) -> None:
        look.put_icon(self.play, "pause" if on else "play")
        if on:
            self._clock.start()
        else:
            self._clock.stop()

    def _next(self) -> None:
        last = self.steps.maximum()
        self.steps.setValue(0 if self.steps.value() >= last else self.steps.value() + 1)


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")

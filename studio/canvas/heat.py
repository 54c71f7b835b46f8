"""Where each word is seen: attention maps over the picture, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSlider, QToolButton, QWidget

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
    """-1: the mean over all."""
    opacity: float = 0.8
    hidden: frozenset[str] = frozenset()
    """Words that are switched off."""
    only: str = ""
    """A word that is shown alone for the moment, also when it is switched off."""
    place: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """Left, top, width, height of the picture that the maps belong to, in shares of the document."""

    @property
    def steps(self) -> int:
        return max((len(m.values) for m in self.maps), default=0)

    @property
    def shown(self) -> tuple[WordMap, ...]:
        """The words that are drawn."""
        alone = tuple(m for m in self.maps if m.word == self.only)
        return alone or tuple(m for m in self.maps if m.word not in self.hidden)

    def image(self) -> QImage:
        """The overlay in the resolution of the finest map: dark where nothing is seen, tinted where something is."""
        height = max(m.values.shape[1] for m in self.shown)
        width = max(m.values.shape[2] for m in self.shown)
        parts, tints = [], []
        for word in self.shown:
            values = np.nan_to_num(np.asarray(word.values, np.float32))
            now = values.mean(0) if self.step < 0 else values[min(self.step, len(values) - 1)]
            peak = float(now.max() if self.step < 0 else values.max())
            now = now / peak if peak > 0 else now * 0
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
        """Over the document, which lies at `area`."""
        if not self.shown:
            return
        left, top, width, height = self.place
        inside = QRectF(
            area.x() + left * area.width(), area.y() + top * area.height(), width * area.width(), height * area.height()
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(inside, self.image())
        painter.restore()


class HeatBar(QWidget):
    """Scrub through the steps, play them, set the strength, switch words on and off; each colour is a word."""

    changed = Signal(object)
    """The Heat to show, or None."""
    hidden_changed = Signal(frozenset)
    """Words that a person switched off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heat: Heat | None = None
        self.words: dict[str, QToolButton] = {}
        self.play = self._button("play", self.tr("Play the steps"))
        self.mean = self._button("mdi6.sigma", self.tr("The mean over all steps"))
        self.probe = self._button(
            "hover", self.tr("Ask a place: click it, or brush over it, to see which words look there")
        )
        self.steps = QSlider(Qt.Orientation.Horizontal)
        self.steps.setAccessibleName(self.tr("Step"))
        self.steps.setMinimumWidth(96)
        self.strength = QSlider(Qt.Orientation.Horizontal)
        self.strength.setRange(0, 100)
        self.strength.setValue(80)
        self.strength.setFixedWidth(96)
        self.strength.setAccessibleName(self.tr("Strength of the heat map"))
        self.strength.setToolTip(self.strength.accessibleName())
        self.where = QLabel()
        self.where.setObjectName("hint")
        self.chips = QWidget()
        self._row = QHBoxLayout(self.chips)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(look.UNIT // 2)
        self._row.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.UNIT, look.UNIT // 2, look.UNIT, look.UNIT // 2)
        row.setSpacing(look.UNIT)
        for widget, stretch in (
            (self._scroll(), 2), (self.probe, 0), (self.play, 0), (self.steps, 1), (self.where, 0), (self.mean, 0),
            (self.strength, 0),
        ):  # fmt: skip
            row.addWidget(widget, stretch)
        self._clock = QTimer(self, interval=150)
        self._clock.timeout.connect(self._next)
        self.play.toggled.connect(self._played)
        self.mean.toggled.connect(self._moved)
        self.steps.valueChanged.connect(self._moved)
        self.strength.valueChanged.connect(self._moved)
        self.show_maps(())

    def show_maps(
        self, maps: Sequence[WordMap], place: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    ) -> None:
        """Take other maps; the last step is shown, silently for the sliders. Words that were off before stay off."""
        self.play.setChecked(False)
        off = self.heat.hidden & {m.word for m in maps} if self.heat else frozenset()
        if len(off) == len(maps):
            off = frozenset()
        opacity = self.strength.value() / 100
        self.heat = Heat(tuple(maps), opacity=opacity, hidden=off, place=place) if maps else None
        last = self.heat.steps - 1 if self.heat else 0
        self.steps.blockSignals(True)
        self.steps.setRange(0, last)
        self.steps.setValue(last)
        self.steps.blockSignals(False)
        for widget in (self.play, self.steps, self.mean):
            widget.setEnabled(last > 0)
        for widget in (self.strength, self.probe):
            widget.setEnabled(self.heat is not None)
        if self.heat is None:
            self.probe.setChecked(False)
        self._show_words()
        self._moved()

    def set_hidden(self, hidden: frozenset[str]) -> None:
        """Switch words off, and all others on; silently."""
        if self.heat is not None and hidden != self.heat.hidden:
            self.heat = replace(self.heat, hidden=hidden)
            for word, chip in self.words.items():
                chip.setChecked(word not in hidden)
            self._moved()

    def show_only(self, word: str) -> None:
        """One word alone, as long as it is pointed at; nothing: as the switches say."""
        if self.heat is not None and word != self.heat.only:
            self.heat = replace(self.heat, only=word if any(m.word == word for m in self.heat.maps) else "")
            self._moved()

    def _show_words(self) -> None:
        for chip in self.words.values():
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.words = {}
        for place, word in enumerate(self.heat.maps if self.heat else ()):
            chip = QToolButton()
            chip.setText(word.word)
            chip.setIcon(swatch(word.color))
            chip.setIconSize(QSize(10, 10))
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            chip.setCheckable(True)
            chip.setChecked(self.heat is not None and word.word not in self.heat.hidden)
            chip.setAccessibleName(self.tr("Show “{}”").format(word.word))
            chip.setToolTip(self.tr("Show where “{}” is seen").format(word.word))
            chip.clicked.connect(self._switched)
            self._row.insertWidget(place, chip)
            self.words[word.word] = chip

    def _switched(self) -> None:
        hidden = frozenset(word for word, chip in self.words.items() if not chip.isChecked())
        if self.heat is not None:
            self.heat = replace(self.heat, hidden=hidden, only="")
            self._moved()
            self.hidden_changed.emit(hidden)

    def _moved(self) -> None:
        if self.heat is None:
            self.where.setText(self.tr("No maps"))
            self.changed.emit(None)
            return
        step = -1 if self.mean.isChecked() and self.heat.steps > 1 else self.steps.value()
        self.heat = replace(self.heat, step=step, opacity=self.strength.value() / 100)
        if step < 0:
            self.where.setText(self.tr("all {} steps").format(self.heat.steps))
        else:
            self.where.setText(self.tr("step {} of {}").format(step + 1, self.heat.steps))
        self.changed.emit(self.heat)

    def _played(self, on: bool) -> None:
        look.put_icon(self.play, "pause" if on else "play")
        if on:
            self.mean.setChecked(False)
            self._clock.start()
        else:
            self._clock.stop()

    def _next(self) -> None:
        last = self.steps.maximum()
        self.steps.setValue(0 if self.steps.value() >= last else self.steps.value() + 1)

    def _scroll(self) -> QScrollArea:
        """A long prompt has more words than there is room for."""
        area = QScrollArea()
        area.setWidget(self.chips)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedHeight(4 * look.UNIT + 10)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for bar in (area.horizontalScrollBar(), area.verticalScrollBar()):
            bar.setAccessibleName(self.tr("Words"))
        return area

    def _button(self, icon: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        look.put_icon(button, icon)
        button.setAccessibleName(text)
        button.setToolTip(text)
        return button


def swatch(color: str, side: int = 10) -> QIcon:
    """A square in a word's colour."""
    made = QPixmap(side, side)
    made.fill(QColor(color))
    return QIcon(made)

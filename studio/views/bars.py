"""What a picture consists of, as bars: take one out, put another in, dial the strength, see several strengths.

The data says how a change is written into the method's own form: `sets` names the parameter for what goes out (`names`),
for what comes in instead (`others`), for what is done (`action`, with its values `remove` and `replace`) and for the
strengths. This view knows no method.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.fields import JSON
from studio.views.bars_list import Bar, BarList, OutList
from studio.views.kept import Kept, Result
from studio.views.view import View

SEVERAL = "0.5, 1, 1.5, 2"
"""Strengths offered for the strip."""


@dataclass(frozen=True)
class Sets:
    """Which parameters of the method a change of the bars sets; empty where the method has none."""

    names: str
    others: str = ""
    action: str = ""
    remove: str = "remove"
    replace: str = "replace"
    strengths: str = ""


def read_bars(kept: Kept) -> tuple[list[Bar], Sets | None]:
    """The bars, and how to change them (None: they can only be looked at).

    Raises:
        UserError: the data has not this form.
    """
    bars: Any = kept.part("bars")
    try:
        found = [Bar(str(b["concept"]), float(b["coefficient"]), bool(b.get("source"))) for b in bars]
    except (TypeError, KeyError, ValueError) as error:
        raise kept.wrong("its bars have no concept or no coefficient") from error
    sets: Any = kept.part("sets")
    if not isinstance(sets, dict) or not sets.get("names"):
        return found, None
    return found, Sets(**{name: str(sets[name]) for name in Sets.__dataclass_fields__ if name in sets})


def changes(sets: Sets, exchanges: dict[str, str], strengths: list[float]) -> dict[str, JSON]:
    """Parameters for taking out the names, or putting the others in their place.

    Args:
        exchanges: what goes out, with what comes in instead; an empty text: nothing.

    Raises:
        UserError: nothing was taken out, or some are to go and some to be exchanged, which is no one action.
    """
    if not exchanges:
        raise UserError("Nothing was taken out yet.", "Drag a bar out, or choose it and press Delete.")
    others = [other.strip() for other in exchanges.values()]
    if any(others) and not all(others):
        bare = next(name for name, other in exchanges.items() if not other.strip())
        raise UserError(f"“{bare}” has nothing to be put in its place, while others have.",
                        "Put something in for each, or in for none.")  # fmt: skip
    given: dict[str, JSON] = {sets.names: list(exchanges)}
    if sets.others:
        given[sets.others] = [o for o in others if o]
    if sets.action:
        given[sets.action] = sets.replace if any(others) else sets.remove
    if sets.strengths:
        given[sets.strengths] = list(strengths)
    return given


def read_strengths(text: str) -> list[float]:
    """Raises UserError when it is no list of numbers."""
    try:
        found = [float(part) for part in text.replace(";", ",").replace(" ", ",").split(",") if part]
    except ValueError as error:
        raise UserError(f"The strengths “{text}” are no numbers.", f"Write them like {SEVERAL}.") from error
    if not found:
        raise UserError("There are no strengths.", f"Write them like {SEVERAL}.")
    return found


class BarsView(View):
    """Bars left, what goes out and comes in beside them, the strip of strengths right."""

    def __init__(self, kept: Kept, result: Result, assets: AssetStore | None = None) -> None:
        """Raises UserError when the data has not this form."""
        super().__init__(kept, result)
        bars, self.sets = read_bars(kept)
        self.bars = BarList(bars)
        self.out = OutList()
        self.strength = QDoubleSpinBox()
        self.strength.setRange(0, 5)
        self.strength.setSingleStep(0.1)
        self.strength.setValue(1)
        self.strength.setPrefix(self.tr("strength") + " ")
        self.strength.setAccessibleName(self.tr("Strength"))
        self.strength.setToolTip(self.tr("Times the coefficient that was found; 0 leaves the picture as it is"))
        self.several = QLineEdit(SEVERAL)
        self.several.setAccessibleName(self.tr("Several strengths"))
        self.run_button = QPushButton(self.tr("Edit"))
        self.run_button.setToolTip(self.tr("Make this change at this strength"))
        self.strip_button = QPushButton(self.tr("Several strengths"))
        self.strip_button.setToolTip(self.tr("Show the change at these strengths side by side"))
        self.form_button = QPushButton(self.tr("To the form"))
        self.form_button.setToolTip(self.tr("Write the change into the method's form and start nothing"))
        self.strip = Strip(kept, result, assets)
        self.strip.chosen.connect(self.use)
        self.about = QLabel(_about(kept))
        self.about.setObjectName("hint")
        self.about.setToolTip(self.about.text())
        self.about.setMinimumWidth(1)  # a long sentence is cut off, and read whole where the mouse rests
        self._lay_out()
        self._join()

    def exchange(self, name: str, other: str = "") -> None:
        """Take a concept out; `other` comes in its place."""
        self.bars.take(name)
        self.out.put(name, other)

    def put_back(self, name: str) -> None:
        self.out.drop(name)
        self.bars.put_back(name)

    def send(self, strengths: list[float], run: bool) -> None:
        """Hand the change to the method's form, and start it."""
        if self.sets is None:
            return
        try:
            self.fill.emit(changes(self.sets, self.out.exchanges(), strengths), run)
        except UserError as error:
            self.told.emit(str(error))

    def _send_several(self) -> None:
        try:
            self.send(read_strengths(self.several.text()), True)
        except UserError as error:
            self.told.emit(str(error))

    def _put_in(self) -> None:
        """Ask what shall come in for the chosen one of those that go out."""
        name = self.out.current
        if name:
            other, said = QInputDialog.getText(
                self, self.tr("Put in"), self.tr("Instead of “{}”:").format(name), text=self.out.exchanges()[name]
            )
            if said:
                self.out.put(name, other.strip())

    def _join(self) -> None:
        self.bars.taken.connect(self.exchange)
        self.out.returned.connect(self.put_back)
        self.out.dropped.connect(lambda name: self.exchange(name))
        self.bars.dropped.connect(self.put_back)
        self.out.asked.connect(self._put_in)
        self.run_button.clicked.connect(lambda: self.send([self.strength.value()], True))
        self.form_button.clicked.connect(lambda: self.send([self.strength.value()], False))
        self.strip_button.clicked.connect(self._send_several)

    def _lay_out(self) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 0, 0, 0)
        label = QLabel(self.tr("Goes out, and what comes in instead"))
        label.setObjectName("hint")
        column.addWidget(label)
        column.addWidget(self.out, 1)
        row = QHBoxLayout()
        for widget in (self.strength, self.run_button, self.form_button):
            row.addWidget(widget)
        row.addStretch(1)
        column.addLayout(row)
        row = QHBoxLayout()
        row.addWidget(self.several, 1)
        row.addWidget(self.strip_button)
        column.addLayout(row)
        right.setVisible(self.sets is not None)
        split = QSplitter()
        split.addWidget(self.bars)
        split.addWidget(right)
        split.addWidget(self.strip)
        for place in range(3):
            split.setStretchFactor(place, 1)
        for each in (self.bars, self.out):
            each.setMinimumHeight(56)
        self.bars.setMinimumWidth(176)
        self.several.setMinimumWidth(72)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 4, 8, 8)
        whole.addWidget(self.about)
        whole.addWidget(split, 1)


def _about(kept: Kept) -> str:
    """Warnings of the method first, then how well the bars explain the whole."""
    warnings: Any = kept.part("warnings")
    parts = [str(w) for w in warnings] if isinstance(warnings, list) else []
    for name in ("residual", "psnr", "condition"):
        value = kept.part(name)
        if isinstance(value, int | float):
            parts.append(f"{name} {value:.3g}")
    return " · ".join(parts)


class Strip(QListWidget):
    """The pictures of the result side by side, each with the strength it was made at; a click puts one on the canvas."""

    chosen = Signal(int)

    def __init__(self, kept: Kept, result: Result, assets: AssetStore | None) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Pictures at several strengths"))
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setMovement(QListWidget.Movement.Static)
        self.setIconSize(QSize(80, 80))
        self.setMinimumSize(112, 56)
        images: Any = kept.part("images")
        told = images if isinstance(images, list) else []
        several = len({about.get("weight") for about in told}) > 1
        for place, name in enumerate(result.outcome.images[: len(told)]):
            if assets is not None and name in assets:
                self._add(place, assets.path(name), told[place], several)
        self.setVisible(self.count() > 0)
        self.itemClicked.connect(self._choose)
        self.itemActivated.connect(self._choose)

    def _add(self, place: int, path: Path, about: Any, several: bool) -> None:
        strength, weight = about.get("strength"), about.get("weight")
        text = f"{strength:g}" if isinstance(strength, int | float) else str(place + 1)
        item = QListWidgetItem(QIcon(str(path)), f"{text} {weight}" if weight and several else text)
        item.setData(Qt.ItemDataRole.UserRole, place)
        item.setToolTip(self.tr("Put this picture on the canvas"))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, item.text())
        self.addItem(item)

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(int(item.data(Qt.ItemDataRole.UserRole)))

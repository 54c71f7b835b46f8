"""The words of kept maps as a list: switch them, ask for masks and regions, see which are strong at a place."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from studio.canvas.heat import WordMap, swatch
from studio.views.kept import Kept, Result
from studio.views.maps import Rank, word_maps
from studio.views.view import View

WORD = Qt.ItemDataRole.UserRole


class MapsView(View):
    """One row a word. The maps themselves are drawn on the canvas."""

    hidden_changed = Signal(frozenset)
    """Words that a person switched off."""
    asked = Signal(str, str)
    """mask, region, export_picture or export_mask; and the word."""
    pointed = Signal(str)
    """The word that is chosen: shown alone. Nothing: all that are on."""

    def __init__(self, kept: Kept, result: Result) -> None:
        """Raises UserError when the data is not what its kind promises."""
        super().__init__(kept, result)
        self.number = max(1, kept.picture)
        self.maps = word_maps(kept, self.number)
        self.words = QTreeWidget()
        self.words.setRootIsDecorated(False)
        self.words.setHeaderLabels([self.tr("Word"), self.tr("There"), self.tr("Share")])
        self.words.setAccessibleName(self.tr("Words"))
        self.words.setToolTip(self.tr("Choose a word to see it alone; take its tick away to hide it"))
        self.place = QLabel()
        self.place.setObjectName("hint")
        self.place.setWordWrap(True)
        self.threshold = QDoubleSpinBox()
        self.threshold.setRange(0.05, 0.95)
        self.threshold.setSingleStep(0.05)
        self.threshold.setValue(0.5)
        self.threshold.setPrefix(self.tr("from ") + " ")
        self.threshold.setAccessibleName(self.tr("Share of the highest value from which a place belongs to the word"))
        self.threshold.setToolTip(self.threshold.accessibleName())
        self.buttons = {
            action: QPushButton(text)
            for action, text in (
                ("mask", self.tr("Mask")), ("region", self.tr("Region")),
                ("export_picture", self.tr("Export picture…")), ("export_mask", self.tr("Export mask…")),
            )
        }  # fmt: skip
        for action, button in self.buttons.items():
            button.clicked.connect(partial(self._ask, action))
        self._lay_out()
        self._fill()
        self.words.itemChanged.connect(lambda _item, _column: self.hidden_changed.emit(self.hidden))
        self.words.currentItemChanged.connect(lambda _now, _old: self._chosen())
        self.show_ranks(None)

    @property
    def hidden(self) -> frozenset[str]:
        """Words without a tick."""
        return frozenset(r.data(0, WORD) for r in self._rows() if r.checkState(0) != Qt.CheckState.Checked)

    def _rows(self) -> list[QTreeWidgetItem]:
        found = [self.words.topLevelItem(i) for i in range(self.words.topLevelItemCount())]
        return [row for row in found if row is not None]

    @property
    def word(self) -> str:
        """The chosen one."""
        item = self.words.currentItem()
        return str(item.data(0, WORD)) if item is not None else ""

    def show_picture(self, place: int) -> None:
        """Maps for all pictures in one: those of this one."""
        if not self.kept.picture:
            self.number = place + 1
            self.maps = word_maps(self.kept, self.number)

    def set_hidden(self, hidden: frozenset[str]) -> None:
        """Show which words are switched off; silently."""
        self.words.blockSignals(True)
        for item in self._rows():
            off = item.data(0, WORD) in hidden
            item.setCheckState(0, Qt.CheckState.Unchecked if off else Qt.CheckState.Checked)
        self.words.blockSignals(False)

    def show_ranks(self, ranks: Sequence[Rank] | None) -> None:
        """The words of a place, the strongest on top; None: no place is asked."""
        for column in (1, 2):
            self.words.setColumnHidden(column, not ranks)  # empty columns would leave no room for the words
        by = {rank.word: rank for rank in ranks or ()}
        order = [rank.word for rank in ranks] if ranks else [m.word for m in self.maps]
        self.words.blockSignals(True)
        rows, chosen = {item.data(0, WORD): item for item in self._rows()}, self.word
        while self.words.topLevelItemCount():
            self.words.takeTopLevelItem(0)
        for word in order:
            item, rank = rows[word], by.get(word)
            item.setText(1, f"{rank.value:.3g}" if rank else "")
            item.setText(2, f"{100 * rank.share:.0f} %" if rank else "")
            self.words.addTopLevelItem(item)
            if word == chosen:
                self.words.setCurrentItem(item)
        self.words.blockSignals(False)
        if ranks:
            said = ", ".join(f"{r.word} {100 * r.share:.0f} %" for r in ranks[:3])
            self.place.setText(self.tr("At this place: {}").format(said))
        else:
            self.place.setText(
                self.tr("To see which words look at a place, switch on the pointer below the canvas and click.")
            )

    def _chosen(self) -> None:
        for button in self.buttons.values():
            button.setEnabled(bool(self.word))
        self.pointed.emit(self.word)

    def _ask(self, action: str) -> None:
        if self.word:
            self.asked.emit(action, self.word)
        else:
            self.told.emit(self.tr("Choose a word of the list first."))

    def _fill(self) -> None:
        for word in self.maps:
            item = QTreeWidgetItem([word.word, "", ""])
            item.setData(0, WORD, word.word)
            item.setIcon(0, swatch(word.color))
            item.setCheckState(0, Qt.CheckState.Checked)
            for column in (1, 2):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.words.addTopLevelItem(item)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        for place, name in enumerate(self.buttons):
            grid.addWidget(self.buttons[name], place // 2 * 2, place % 2)
        grid.addWidget(self.threshold, 1, 0, 1, 2)
        grid.setRowStretch(3, 1)
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        row.addLayout(grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self.place)
        column.addLayout(row, 1)
        head = self.words.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place in (1, 2):
            head.setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed)
            head.resizeSection(place, 72)


def map_of(maps: Sequence[WordMap], word: str) -> WordMap | None:
    """The map of a word, in any case of letters."""
    return next((m for m in maps if m.word.casefold() == word.casefold()), None)

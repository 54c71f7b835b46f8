"""How many pixels a result changed inside and outside of the mask: told below the canvas while both lie above each other."""

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from studio.canvas.items import Item, Kind, Scene
from studio.canvas.pixels import Pixels
from studio.canvas.shapes import Fitted
from studio.canvas.statistics import Comparison
from studio.canvas.toolbar import ZoomBar
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window

REST = 200
"""Milliseconds without an edit after which it is counted."""
TURN = 0.008
"""Seconds of counting before the window is drawn again."""


@dataclass(frozen=True)
class Pair:
    """A result, the picture it lies above, and the mask or selection between what may and may not change."""

    after: Item
    before: Item
    mask: Pixels
    over: Item | None
    """The layer of the mask; None: the mask is the selection."""

    def same(self, other: "Pair | None") -> bool:
        """Whether the numbers would be the same."""
        if other is None or (self.over is None) != (other.over is None):
            return False
        moved = self.over is not None and other.over is not None and self.over.placed != other.over.placed
        return (
            self.after.pixels is other.after.pixels and self.before.pixels is other.before.pixels
            and self.mask is other.mask and self.after.placed == other.after.placed and not moved
        )  # fmt: skip

    def comparison(self) -> Comparison:
        """Ready to be counted, the mask brought into the pictures' own pixels."""
        back = None
        if self.after.placed is not None or (self.over is not None and self.over.placed is not None):
            back = self.after.matrix
            if self.over is not None:
                back = back * self.over.matrix.inverted()[0]
        same = back is None and (self.mask.width, self.mask.height) == (
            self.after.pixels.width,
            self.after.pixels.height,
        )
        mask = self.mask if same else Fitted(self.mask, back if back is not None else self.after.matrix)
        return Comparison(self.before.pixels, self.after.pixels, mask)


def pair_of(scene: Scene) -> Pair | None:
    """The topmost result that is seen and lies exactly on a picture, with the mask in use: the active one, the selection,
    else the topmost that is seen."""
    pictures = [item for item in scene.items if item.visible and not item.overlay]
    top = next((place for place in reversed(range(len(pictures))) if pictures[place].kind == Kind.RESULT), 0)
    if not top:
        return None
    after, before = pictures[top], pictures[top - 1]
    sizes = {(item.pixels.width, item.pixels.height) for item in (after, before)}
    if len(sizes) > 1 or after.placed != before.placed:
        return None
    active = scene.item(scene.active)
    if active is not None and active.overlay:
        return Pair(after, before, active.pixels, active)
    if scene.selection is not None:
        return Pair(after, before, scene.selection, None)
    mask = next((item for item in reversed(scene.items) if item.visible and item.kind == Kind.MASK), None)
    return None if mask is None else Pair(after, before, mask.pixels, mask)


class CompareNumbers(Part):
    """Joins the comparison to the bar below the canvas."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.bar = window.findChild(ZoomBar)
        self._pair: Pair | None = None
        self._running: Comparison | None = None
        self._wait = QTimer(self, singleShot=True, interval=REST)
        self._wait.timeout.connect(self.begin)
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._count)
        window.workspace.changed.connect(lambda _names: self._wait.start())
        self._wait.start()

    def begin(self) -> None:
        """Count anew, where something of it changed."""
        pair = pair_of(self.window.view.scene)
        if pair is None:
            self._pair = self._running = None
            if self.bar is not None:
                self.bar.show_changed("")
        elif not pair.same(self._pair):
            self._pair, self._running = pair, pair.comparison()
            self._turn.start()

    def _count(self) -> None:
        """A few tiles, then the window's turn: a large picture is counted without a halt."""
        if self._running is None or self._pair is None or self.bar is None:
            return
        if not self._running.go(perf_counter() + TURN):
            self._turn.start()
            return
        found, pair = self._running.found, self._pair
        self._running = None
        mask = self.tr("the selection") if pair.over is None else f"“{pair.over.label}”"
        help = self.tr(
            "“{}” against “{}” below it, inside and outside of {}. Largest difference outside: {} of 255."
        ).format(pair.after.label, pair.before.label, mask, found.largest)
        self.bar.show_changed(found.text, help, kept=not found.outside)

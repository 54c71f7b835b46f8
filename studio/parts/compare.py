"""Comparing in the window: two results, or the canvas with and without its top picture, in place of the canvas."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout

from core.contract.errors import UserError
from studio.canvas.compare import CompareView, Link
from studio.canvas.flatten import flatten
from studio.canvas.items import scene_of
from studio.canvas.pixels import Pixels
from studio.commands import Command
from studio.document import edits
from studio.document.project import Layer, LayerKind, Project
from studio.panels.history import Shown, picture_of
from studio.parts.history import HistoryPart
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window


@dataclass(frozen=True)
class Side:
    """One of the two pictures, and what keeping it means."""

    pixels: Pixels
    name: str
    result: Shown | None = None
    """It is of the history and becomes a layer; None: it is the canvas with or without the top picture."""


class ComparePart(Part):
    """The comparison and what leads to it."""

    opened = Signal()
    """The comparison takes the middle of the window."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.compare = CompareView()
        self.sides: tuple[Side, Side] | None = None
        self._without: Layer | None = None
        """The layer that is left out of "before" when the canvas is compared."""
        middle = window.view.parentWidget()
        rows = middle.layout() if middle is not None else None
        assert isinstance(rows, QBoxLayout)
        rows.insertWidget(rows.indexOf(window.view) + 1, self.compare, 1)
        self.compare.hide()
        self.link: Link | None = None
        self.compare.closed.connect(self.close_view)
        self.compare.kept.connect(self.keep)
        window.view.swapped.connect(self._peek)
        self.history = next(p for p in window.findChildren(HistoryPart))
        self.history.panel.compared.connect(self.show_results)

    def commands(self) -> list[Command]:
        """Compare the canvas with what it was without its top picture."""
        return [Command("view.compare", self.tr("Compare &before and after"), self.toggle, "view", "Ctrl+Shift+C", group="e",
                        when=lambda: self.compare.isVisible() or self._top() is not None)]  # fmt: skip

    def toggle(self) -> None:
        if self.compare.isVisible():
            self.close_view()
        else:
            self.show_canvas()

    def show_canvas(self) -> None:
        """The picture on top against what lies below it; a mask, or else the selection, tells what was allowed to change."""
        project, top = self.window.workspace.project, self._top()
        if top is None:
            self.window.tell(self.tr("There is no picture on the canvas to compare."))
            return
        without = edits.show_layer(project, top.id, False)
        if not any(x.visible and not x.overlay for x in without.layers):
            self.window.tell(
                self.tr("There is only one picture on the canvas. Select two in the history to compare them.")
            )
            return
        self._without = top
        mask = next((x for x in reversed(project.layers) if x.kind == LayerKind.MASK and x.visible and x.pixels), None)
        where = mask.pixels if mask is not None else project.selection.pixels
        cover = Pixels.over(where) if where is not None else None
        sides = (Side(_flat(without), self.tr("before")), Side(_flat(project), top.name or self.tr("after")))
        self._show(sides, cover, link=True)

    def show_results(self, two: list[Shown]) -> None:
        """Two pictures of the history; the mask of the later job tells what was allowed to change."""
        workspace = self.window.workspace
        made: list[Side] = []
        try:
            for entry, place in two:
                name = (entry.prompt or self.history.title(entry))[:40]
                if two[0][0].prompt == two[1][0].prompt:  # the words do not tell them apart
                    name = self.tr("later") if made else self.tr("earlier")
                text = self.tr("{} · seed {}").format(name, entry.seed + max(place, 0))
                made.append(Side(Pixels.over(workspace.raster(picture_of(entry, place))), text, (entry, place)))
            mask = two[1][0].params.get("mask")
            cover = Pixels.over(workspace.raster(mask, mask=True)) if isinstance(mask, str) and mask else None
        except UserError as error:
            self.window.tell(str(error))
            return
        self._without = None
        self._show((made[0], made[1]), cover, link=False)

    def keep(self, first: bool) -> None:
        """This one: a result becomes a layer; of the canvas the top picture is shown, or hidden."""
        if self.sides is None:
            return
        side, workspace = self.sides[0 if first else 1], self.window.workspace
        if side.result is not None:
            self.history.use(side.result)
        elif self._without is not None and workspace.project.layer(self._without.id) is not None:
            id = self._without.id
            workspace.edit(self.tr("Keep one of two"), lambda p: edits.show_layer(p, id, not first))
        self.close_view()

    def close_view(self) -> None:
        """Back to the canvas, at the place that was looked at."""
        self.compare.hide()
        self.window.view.show()
        self.window.view.setFocus()
        self.sides = None

    def _show(self, sides: tuple[Side, Side], mask: Pixels | None, link: bool) -> None:
        self.sides = sides
        self.compare.show_pictures(sides[0].pixels, sides[1].pixels, mask, (sides[0].name, sides[1].name))
        self.opened.emit()
        self.window.view.hide()
        self.compare.show()
        self.compare.right.setFocus()
        size = self.window.workspace.project.size
        if self.link is None:
            self.link = Link(self.compare.left, self.compare.right, self.window.view)
        if link or (sides[1].pixels.width, sides[1].pixels.height) == (size.width, size.height):
            self.compare.right.look_at(self.window.view.viewport)
        else:
            self.compare.right.fit()

    def _top(self) -> Layer | None:
        """The active picture, else the topmost that is seen."""
        project = self.window.workspace.project
        active = project.active
        if active is not None and active.visible and not active.overlay:
            return active
        return next((x for x in reversed(project.layers) if x.visible and not x.overlay), None)

    def _peek(self, held: bool) -> None:
        """X held over the canvas: the picture without its top layer."""
        project, top = self.window.workspace.project, self._top()
        if held and top is not None:
            project = edits.show_layer(project, top.id, False)
        scene = scene_of(project, self.window.view.scene)
        self.window.view.show_scene(replace(scene, active=self.window.workspace.project.selection.active))


def _flat(project: Project) -> Pixels:
    return Pixels.of(np.asarray(flatten(project)))

"""What is done with whole layers: new masks, masks from the selection and back, copies, order; in the menu and in the panel."""

from typing import TYPE_CHECKING

import numpy as np

from studio import look
from studio.canvas.flatten import cover
from studio.commands import Command
from studio.document import edits
from studio.document.project import Layer, LayerKind, Project, new_id
from studio.document.tiles import Bytes, Raster
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window


class LayersPart(Part):
    """Joins the layer panel's buttons and the Layer menu to the document."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        window.layers.wanted.connect(lambda what: window.commands.run(f"layer.{what}"))
        window.workspace.changed.connect(lambda _names: self._enable())
        self._enable()

    def commands(self) -> list[Command]:
        """All with a shortcut, and each greyed out while it has nothing to act on."""
        panel = self.window.layers
        return [
            Command("layer.mask", self.tr("New &mask"), self.new_mask, "layer", "Ctrl+Shift+N", when=self._sized,
                    help=self.tr("An empty mask to paint, on top")),
            Command("layer.from_selection", self.tr("Mask from the &selection"), self.mask_from_selection, "layer", "Ctrl+M",
                    when=self._selected),
            Command("layer.to_selection", self.tr("Se&lection from the mask"), self.selection_from_mask, "layer", "Ctrl+Alt+M",
                    when=self._covering, help=self.tr("Select what the mask or region covers")),
            Command("layer.invert", self.tr("&Invert the mask"), self.invert, "layer", "Ctrl+I", when=self._covering,
                    help=self.tr("What was outside is inside; a region becomes a painted one")),
            Command("layer.duplicate", self.tr("&Duplicate"), self.duplicate, "layer", "Ctrl+Shift+J", group="b", when=self._any),
            Command("layer.rename", self.tr("&Rename"), panel.rename, "layer", group="b", when=self._any,
                    help=self.tr("A region's name is the word it stands for")),
            Command("layer.lock", self.tr("Loc&k"), panel.lock, "layer", "Ctrl+/", group="b", when=self._any),
            Command("layer.remove", self.tr("R&emove"), panel.remove, "layer", "Ctrl+Delete", group="b", when=self._any),
            Command("layer.up", self.tr("Move &up"), lambda: panel.shift(1), "layer", "Ctrl+]", group="c", when=self._any),
            Command("layer.down", self.tr("Move do&wn"), lambda: panel.shift(-1), "layer", "Ctrl+[", group="c", when=self._any),
            Command("edit.select_all", self.tr("Select &everything"), self.select_all, "edit", "Ctrl+Shift+A", group="b",
                    when=self._sized),
            Command("edit.invert_selection", self.tr("In&vert the selection"), self.invert_selection, "edit", "Ctrl+Alt+I",
                    group="b", when=self._selected),
        ]  # fmt: skip

    # --- masks and the selection

    def new_mask(self) -> None:
        """An empty mask on top, and the brush in hand to paint it."""
        size = self._project.size
        self._add(self.tr("New mask"), Raster(size.width, size.height, 1))
        self.window.column.choose("brush")

    def mask_from_selection(self) -> None:
        pixels = self._project.selection.pixels
        if pixels is not None:
            self._add(self.tr("Mask from the selection"), pixels)

    def selection_from_mask(self) -> None:
        """What the active mask or region covers of the document, where it lies now, is selected."""
        layer = self._project.active
        if layer is not None and layer.overlay:
            made = self.window.workspace.document.tiles.raster(cover(layer, self._project.size))
            self.window.workspace.edit(self.tr("Selection from the mask"), lambda p: edits.select_pixels(p, made))

    def invert(self) -> None:
        """Inside out. It then lies corner on corner: what was beyond the document had no outside."""
        layer = self._project.active
        if layer is None or not layer.overlay:
            return
        made = self.window.workspace.document.tiles.raster(
            np.subtract(255, cover(layer, self._project.size), dtype=np.uint8)
        )
        id = layer.id

        def change(p: Project) -> Project:
            return edits.place_layer(edits.paint(p, id, made), id, None)

        self.window.workspace.edit(self.tr("Invert the mask"), change)

    def select_all(self) -> None:
        size = self._project.size
        self._select(self.tr("Select everything"), np.full((size.height, size.width), 255, np.uint8))

    def invert_selection(self) -> None:
        before = self._project.selection.pixels
        if before is not None:
            self._select(self.tr("Invert the selection"), np.subtract(255, before.array(), dtype=np.uint8))

    # --- layers

    def duplicate(self) -> None:
        """A copy right above. A region's copy is for the same word: both together are its place."""
        layer = self._project.active
        if layer is None:
            return
        name = layer.name if layer.region is not None else self.tr("{} copy").format(layer.name)
        id, copy = layer.id, new_id()
        self.window.workspace.edit(self.tr("Duplicate layer"), lambda p: edits.duplicate_layer(p, id, copy, name))

    def _add(self, text: str, pixels: Raster) -> None:
        layers = self._project.layers
        names = {layer.name for layer in layers}
        name = next(n for i in range(1, len(layers) + 2) if (n := self.tr("Mask {}").format(i)) not in names)
        color = look.next_color([layer.color for layer in layers if layer.color])
        layer = Layer(new_id(), LayerKind.MASK, name, pixels, color=color)
        self.window.workspace.edit(text, lambda p: edits.add_layer(p, layer))

    def _select(self, text: str, coverage: Bytes) -> None:
        made = self.window.workspace.document.tiles.raster(coverage)
        self.window.workspace.edit(text, lambda p: edits.select_pixels(p, made))

    # --- when

    @property
    def _project(self) -> Project:
        return self.window.workspace.project

    def _sized(self) -> bool:
        return bool(self._project.layers)

    def _selected(self) -> bool:
        return self._project.selection.pixels is not None

    def _any(self) -> bool:
        return self._project.active is not None

    def _covering(self) -> bool:
        return self._project.active is not None and self._project.active.overlay

    def _enable(self) -> None:
        able = {"mask": self._sized(), "from_selection": self._selected(), "to_selection": self._covering(),
                "invert": self._covering()}  # fmt: skip
        for what in self.window.layers.buttons:
            self.window.layers.buttons[what].setEnabled(able.get(what, self._any()))

"""Maps of words over the canvas: the bar below it, asking a place, masks and regions from a word, and files."""

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFileDialog

from core.contract.assets import write_atomic
from core.contract.errors import UserError
from studio.canvas.heat import Heat
from studio.canvas.probe import RADIUS, ProbeTool
from studio.commands import Command
from studio.document import edits
from studio.parts.data import DataPart
from studio.parts.part import Part
from studio.views.maps import bounds, disc_cover, mask, ranked
from studio.views.maps_view import MapsView, map_of
from studio.workspace import store_picture

if TYPE_CHECKING:
    from studio.window import Window

Box = tuple[float, float, float, float]


class XRay(Part):
    """Joins the heat bar, the list of words, the prompt and the canvas. It stands after `DataPart`."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.data = next(part for part in window.findChildren(DataPart))
        self.bar, self.view = window.heat, window.view
        self.probe = ProbeTool(window.view)
        self.list: MapsView | None = None
        self.data.panel.changed.connect(self._take)
        window.workspace.changed.connect(lambda names: self._place() if "layers" in names else None)
        self.bar.hidden_changed.connect(lambda hidden: self.list.set_hidden(hidden) if self.list else None)
        self.bar.changed.connect(lambda _heat: self._rank_again())
        self.bar.probe.toggled.connect(self._probing)
        window.column.chosen.connect(lambda _tool: self.bar.probe.setChecked(False))
        self.probe.probed.connect(self._rank)
        self.probe.pointed.connect(self._rank)
        window.prompt.pointed.connect(self._pointed)
        window.prompt.acted.connect(self._acted)
        window.prompt.edit.actions_ += [("seen", self.tr("Make a mask of where “{}” is seen"))]
        self._path: list[tuple[float, float]] = []
        self._take()

    def commands(self) -> list[Command]:
        """Asking a place by keyboard."""
        return [
            Command("xray.probe", self.tr("Ask a place for its &words"), self.bar.probe.toggle, "view", "Q", group="d",
                    when=lambda: self.bar.heat is not None),
        ]  # fmt: skip

    # --- which maps -------------------------------------------------------------------------------------------------

    def _take(self) -> None:
        """The maps that the panel shows, over the layer they belong to."""
        found = self.data.panel.maps
        if found is self.list and found is not None:
            return
        self.list, self._path = found, []
        self.bar.setVisible(found is not None)
        if found is None:
            self.bar.show_maps(())
            return
        self.bar.show_maps(found.maps, self._box())
        assert self.bar.heat is not None
        found.set_hidden(self.bar.heat.hidden)
        found.hidden_changed.connect(self.bar.set_hidden)
        found.pointed.connect(self.bar.show_only)
        found.asked.connect(self._asked)

    def _box(self) -> Box:
        """Where the picture of the maps lies, in shares of the document."""
        project = self.window.workspace.project
        result = self.data.panel.result
        wanted = ""
        if result is not None and self.list is not None and self.list.number <= len(result.outcome.images):
            wanted = result.outcome.images[self.list.number - 1]
        layer = next((x for x in reversed(project.layers) if x.source and x.source == wanted), None)
        if layer is None or layer.pixels is None or not project.size.width:
            return (0.0, 0.0, 1.0, 1.0)
        placed, width, height = edits.placed_of(layer, project.size), project.size.width, project.size.height
        wide, high = layer.pixels.width * placed.scale_x, layer.pixels.height * placed.scale_y
        return ((placed.x - wide / 2) / width, (placed.y - high / 2) / height, wide / width, high / height)

    def _place(self) -> None:
        """The layer may have been moved."""
        heat = self.bar.heat
        if heat is not None and heat.place != self._box():
            self.bar.heat = replace(heat, place=self._box())
            self.view.set_heat(self.bar.heat)

    # --- asking a place ---------------------------------------------------------------------------------------------

    def _probing(self, on: bool) -> None:
        if on:
            self.view.set_tool(self.probe)
            self.view.setFocus()
            self.data.raise_dock()
        else:
            if self.view.tool is self.probe:
                self.view.set_tool(self.window.column.tools[self.window.column.current])
            self._path = []
            if self.list is not None:
                self.list.show_ranks(None)

    def _rank(self, path: list[tuple[float, float]]) -> None:
        """The words of a place; the path is in pixels of the document."""
        self._path = path
        self._rank_again()

    def _rank_again(self) -> None:
        heat, size = self.bar.heat, self.window.workspace.project.size
        if heat is None or self.list is None or not self._path or not size.width:
            return
        left, top, wide, high = heat.place
        points = [((x / size.width - left) / wide, (y / size.height - top) / high) for x, y in self._path]
        radius = RADIUS if len(points) > 1 else 0.0
        cover = disc_cover(points, radius)
        self.list.show_ranks(ranked(heat.maps, heat.step, cover) if cover.any() else None)

    def _pointed(self, word: str) -> None:
        """A word of the prompt under the mouse is shown alone."""
        if self.bar.heat is not None:
            found = map_of(self.bar.heat.maps, word) if word else None
            self.bar.show_only(found.word if found else self.list.word if self.list else "")

    # --- masks, regions, files --------------------------------------------------------------------------------------

    def _acted(self, action: str, phrase: str) -> None:
        if action != "seen":
            return
        if self.bar.heat is None or map_of(self.bar.heat.maps, phrase) is None:
            self.window.tell(
                self.tr("Nothing is kept of where “{}” is seen. Switch on the attention X-ray and draw.").format(phrase)
            )
        else:
            self._asked("mask", phrase)

    def _asked(self, action: str, word: str) -> None:
        heat = self.bar.heat
        found = map_of(heat.maps, word) if heat is not None else None
        if heat is None or found is None or self.list is None:
            return
        if action == "export_picture":
            self._export(self.picture(replace(heat, only=found.word)), found.word)
            return
        inside = self.mask(found.word)
        box = bounds(inside)
        if box is None:
            self.window.tell(self.tr("“{}” is seen nowhere in this step.").format(word))
        elif action == "region":
            self.window.workspace.add_region(box, self.tr("Region from a word"), found.word)
        elif action == "mask":
            name = store_picture(
                self.window.workspace.assets,
                Image.fromarray(inside, "L"),
                {"file": f"{found.word}.png", "word": found.word},
            )
            self.window.workspace.add_mask(name, found.word, color=found.color)
        else:
            self._export(Image.fromarray(inside, "L"), found.word)

    def mask(self, word: str) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
        """Where a word is seen at the shown step, as (height, width) of the document."""
        heat, size = self.bar.heat, self.window.workspace.project.size
        found = map_of(heat.maps, word) if heat is not None else None
        whole = np.zeros((size.height, size.width), np.uint8)
        if heat is None or found is None or self.list is None:
            return whole
        left, top, wide, high = heat.place
        x, y = round(left * size.width), round(top * size.height)
        inside = mask(
            found, heat.step, (max(1, round(wide * size.width)), max(1, round(high * size.height))),
            self.list.threshold.value(),
        )  # fmt: skip
        target = Image.fromarray(whole, "L")
        target.paste(Image.fromarray(inside, "L"), (x, y))
        return np.array(target)

    def picture(self, heat: Heat) -> Image.Image:
        """What the canvas shows, with the heat over it, in the document's size."""
        flat = self.window.workspace.flattened().convert("RGBA")
        image = QImage(flat.tobytes(), flat.width, flat.height, 4 * flat.width, QImage.Format.Format_RGBA8888).copy()
        painter = QPainter(image)
        heat.draw(painter, QRectF(0, 0, flat.width, flat.height))
        painter.end()
        return Image.frombytes("RGBA", (flat.width, flat.height), bytes(image.constBits())).convert("RGB")

    def _export(self, picture: Image.Image, word: str) -> None:
        path = QFileDialog.getSaveFileName(self.window, self.tr("Export"), f"{word}.png", "PNG (*.png)")[0]
        if path:
            try:
                self.save(picture, Path(path))
            except UserError as error:
                self.window.tell(str(error))

    def save(self, picture: Image.Image, path: Path) -> None:
        """Raises UserError when it cannot be written."""
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        write_atomic(path if path.suffix.lower() == ".png" else path.with_name(path.name + ".png"), buffer.getvalue())

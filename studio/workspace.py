"""The open document as a Qt object: edits in, one signal out. Panels refresh from it and nothing else listens to anything."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QObject, QRect, QRectF, Signal

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.fields import JSON, Box, ImageRef, MaskRef
from studio import look
from studio.canvas.flatten import cover, flatten
from studio.canvas.intents import Boxed, Cropped, Intent, Painted, Picked, Rearranged, Selected
from studio.canvas.items import matrix
from studio.canvas.layout import layout, regions
from studio.document import edits
from studio.document.autosave import Document, Move
from studio.document.project import Layer, LayerKind, Project, Region, Size, new_id
from studio.document.tiles import TILE, Raster
from studio.forms.context import Told
from studio.patience import patiently

LARGEST = 100_000_000
"""Pixels of a picture that is taken in; more is refused before it is unpacked."""
LARGE = 4_000_000
"""Pixels, or bytes of a file, from which a picture is read beside the window, which goes on drawing."""


class Workspace(QObject):
    """One project: what it is, and the only way to change it."""

    changed = Signal(frozenset)
    """Names of the Project fields that differ."""
    trouble = Signal(str)
    """A sentence: an edit that cannot be made, saving that fails."""
    saved = Signal()
    """Saving works again after trouble."""
    moved = Signal(tuple, bool)
    """What undone (or, with True, redone) steps noted beside the document: library and history follow it."""
    opened = Signal(object)
    """A picture file became this layer."""
    _saving = Signal(object)

    def __init__(self, document: Document, assets: AssetStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document, self.assets = document, assets
        self._saving.connect(self._told)
        document.trouble = self._saving.emit  # from the saving thread: Qt brings it over

    @property
    def project(self) -> Project:
        return self.document.project

    def edit(self, text: str, change: Callable[[Project], Project], merge: str = "", beside: JSON = None) -> bool:
        """Make an undoable edit; False (and `trouble`) when it cannot be made, or changed nothing."""
        try:
            differs = self.document.edit(text, change, merge, beside)
        except UserError as error:
            self.trouble.emit(str(error))
            return False
        if differs or beside is not None:
            self.changed.emit(differs)
        return bool(differs)

    def undo(self) -> Move | None:
        return self._moved(self.document.undo(), False)

    def redo(self) -> Move | None:
        return self._moved(self.document.redo(), True)

    def close(self) -> None:
        """Save and let go.

        Raises:
            UserError: saving failed; the project stays open.
        """
        self.document.close()

    # --- pixels ---------------------------------------------------------------------------------------------------

    def open_picture(self, path: Path) -> Layer | None:
        """A picture file as a new layer on top; into an empty project it brings its size."""
        try:
            large = path.is_file() and path.stat().st_size > LARGE
            name = patiently(lambda: self.assets.put_file(path)) if large else self.assets.put_file(path)
            pixels = self.raster(name)
        except UserError as error:
            self.trouble.emit(str(error))
            return None
        layer = self.add_picture(name, pixels, path.stem, LayerKind.PICTURE)
        self.opened.emit(layer)
        return layer

    def add_picture(
        self, source: ImageRef, pixels: Raster, name: str, kind: LayerKind = LayerKind.RESULT, result: str = ""
    ) -> Layer:
        """A picture layer on top, in the middle; scaled down where it is larger than the document."""
        layer = Layer(new_id(), kind, name, pixels, source=source, result=result)
        first = not self.project.layers

        def change(project: Project) -> Project:
            if first:
                project = edits.resize(project, Size(pixels.width, pixels.height))
            placed = edits.placed_of(layer, project.size)
            width, height = project.size.width, project.size.height
            scale = min(1.0, width / pixels.width, height / pixels.height)
            made = edits.add_layer(project, layer)
            if (pixels.width, pixels.height) == (width, height):
                return made
            return edits.place_layer(
                made, layer.id, replace(placed, x=width / 2, y=height / 2, scale_x=scale, scale_y=scale)
            )

        self.edit(self.tr("Add picture"), change)
        return layer

    def add_mask(self, source: MaskRef, name: str, of: str = "", color: str = "") -> Layer | None:
        """A mask layer on top, in a colour of its own."""
        try:
            pixels = self.raster(source, mask=True)
        except UserError as error:
            self.trouble.emit(str(error))
            return None
        used = [layer.color for layer in self.project.layers if layer.color]
        layer = Layer(
            new_id(), LayerKind.MASK, name, pixels, color=color or look.next_color(used), source=source, of=of
        )
        self.edit(self.tr("Add mask"), lambda p: edits.add_layer(p, layer))
        return layer

    def raster(self, name: ImageRef, mask: bool = False) -> Raster:
        """A stored picture as tiles of this document.

        Raises:
            UserError: it cannot be read, or is too large.
        """
        try:
            with Image.open(self.assets.path(name)) as picture:
                if picture.width * picture.height > LARGEST:
                    raise UserError(f"The picture has {picture.width} x {picture.height} pixels, too many to open.",
                                    "Scale it down to under 100 megapixels.")  # fmt: skip
                if picture.width * picture.height > LARGE:
                    return patiently(lambda: self._tiled(picture, mask))
                return self._tiled(picture, mask)
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            known = str(self.assets.origin(name).get("file") or name[:12])
            raise UserError(f"'{known}' cannot be read as a picture.", "Save it anew as PNG or JPEG.") from error

    def _tiled(self, picture: Image.Image, mask: bool) -> Raster:
        """Band by band: a large picture is never there twice, and nothing holds the interpreter for long."""
        made = Raster(picture.width, picture.height, 1 if mask else 4)
        picture.load()
        for top in range(0, picture.height, TILE):
            band = picture.crop((0, top, picture.width, min(top + TILE, picture.height)))
            array = np.asarray(band.convert("L" if mask else "RGBA"))
            made = self.document.tiles.painted(made, 0, top, array)
        return made

    def store_layer(self, layer: Layer) -> str:
        """A layer's pixels as a stored file, for a job; a mask or region as it lies on the document."""
        if layer.overlay:
            coverage = Image.fromarray(cover(layer, self.project.size), "L")
            return store_picture(self.assets, coverage, {"file": f"{layer.name}.png", "layer": layer.name})
        if layer.pixels is None:
            raise UserError(f"The layer '{layer.name}' has no pixels.", "Paint on it first.")
        array = layer.pixels.array()
        mode = "L" if array.ndim == 2 else "RGB"
        picture = Image.fromarray(array if array.ndim == 2 else np.ascontiguousarray(array[..., :3]), mode)
        return store_picture(self.assets, picture, {"file": f"{layer.name}.png", "layer": layer.name})

    def regions(self, words: Sequence[str]) -> Told:
        """What the regions on the canvas say of these words, for a form."""
        if not regions(self.project):
            return Told()
        found = layout(self.project, words)
        return Told(found.words, found.problem, found.caution)

    def flattened(self) -> Image.Image:
        """What the canvas shows, without masks and regions."""
        return flatten(self.project)

    # --- from the canvas ------------------------------------------------------------------------------------------

    def take(self, intent: Intent) -> None:
        """What a tool did, as an edit."""
        match intent:
            case Painted():
                self._paint(intent)
            case Selected():
                mask = None if intent.selection is None else self.document.tiles.raster(intent.selection.array())
                self.edit(intent.title, lambda p: edits.select_pixels(p, mask))
            case Boxed():
                self.add_region(intent.box, intent.title, intent.phrase)
            case Picked():
                self._pick(intent)
            case Rearranged():
                self._arrange(intent)
            case Cropped():
                x, y, width, height = intent.box
                self.edit(intent.title, lambda p: edits.crop(p, (x, y, x + width, y + height)))
            case _:
                pass  # a click only asks for candidates; the window answers it

    def add_region(self, box: tuple[int, int, int, int], text: str, phrase: str = "", concept: str = "") -> Layer:
        """A region as a layer; box as left, top, width, height."""
        x, y, width, height = box
        used = [layer.color for layer in self.project.layers if layer.color]
        word = next((w for w in self.project.recipe.words if self.project.recipe.phrase(w) == phrase and w.color), None)
        layer = Layer(
            new_id(), LayerKind.REGION, phrase or self.tr("Region"),
            color=word.color if word else look.next_color(used),
            region=Region(phrase, concept, (x, y, x + width, y + height)),
        )  # fmt: skip
        self.edit(text, lambda p: edits.add_layer(p, layer))
        return layer

    def _paint(self, intent: Painted) -> None:
        layer = self.project.layer(intent.item)
        tiles = self.document.tiles
        before = layer.pixels if layer is not None else None
        if layer is not None and layer.region is not None and layer.region.box is not None:
            before = tiles.raster(cover(layer, self.project.size))  # a box that is painted on is a box no more
        if layer is None or before is None:
            return
        made = {place: None if array is None else tiles.tile(array) for place, array in intent.tiles.items()}
        pixels = before.replaced(made)
        self.edit(intent.title, lambda p: edits.paint(p, layer.id, pixels))

    def _arrange(self, intent: Rearranged) -> None:
        """Move, scale, turn. A region's box stays a box; when it is turned, it becomes painted coverage."""
        layer = self.project.layer(intent.item)
        region = layer.region if layer is not None else None
        if layer is None or region is None or region.box is None:
            self.edit(intent.title, lambda p: edits.place_layer(p, intent.item, intent.after), intent.merge)
            return
        size = self.project.size
        if intent.after.turn % 90:
            pixels = self.document.tiles.raster(cover(layer, size))

            def turned(p: Project) -> Project:
                return edits.place_layer(edits.paint(p, layer.id, pixels), layer.id, intent.after)

            self.edit(intent.title, turned, intent.merge)
            return
        moved = matrix(intent.after, size.width, size.height).mapRect(QRectF(QRect(*_sides(region.box))))
        box = (round(moved.left()), round(moved.top()), round(moved.right()), round(moved.bottom()))
        self.edit(intent.title, lambda p: edits.set_region(p, layer.id, replace(region, box=box)), intent.merge)

    def _pick(self, intent: Picked) -> None:
        used = [layer.color for layer in self.project.layers if layer.color]
        pixels = self.document.tiles.raster(intent.mask.array())
        layer = Layer(new_id(), LayerKind.MASK, self.tr("Mask"), pixels, color=look.next_color(used))
        self.edit(intent.title, lambda p: edits.add_layer(p, layer))

    def _moved(self, move: Move | None, forward: bool) -> Move | None:
        if move is not None:
            if move.beside:
                self.moved.emit(move.beside, forward)
            self.changed.emit(move.changed)
        return move

    def _told(self, error: UserError | None) -> None:
        if error is None:
            self.saved.emit()
        else:
            self.trouble.emit(str(error))


def _sides(box: Box) -> tuple[int, int, int, int]:
    """Left, top, width, height."""
    return box[0], box[1], box[2] - box[0], box[3] - box[1]


def store_picture(assets: AssetStore, picture: Image.Image, origin: dict[str, JSON]) -> str:
    """A picture as a stored PNG."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return assets.put(buffer.getvalue(), "png", origin)

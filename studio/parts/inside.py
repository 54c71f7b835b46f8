"""Pasting back: of a picture that was made, only what lies inside a mask stays; outside, what lies below is seen to the bit."""

import numpy as np

from studio.canvas.flatten import cover
from studio.commands import Command
from studio.document import edits
from studio.document.project import Layer, LayerKind
from studio.parts.part import Part


class Inside(Part):
    """One command over the topmost picture and the mask."""

    def commands(self) -> list[Command]:
        """In the Edit menu."""
        return [
            Command("layer.inside", self.tr("Keep the picture only &inside the mask"), self.keep_inside, "edit",
                    "Ctrl+Shift+M", group="d", when=lambda: self._picture() is not None,
                    help=self.tr("Outside of the mask the picture below comes back, to the last pixel")),
        ]  # fmt: skip

    def keep_inside(self) -> None:
        """Clear the topmost picture wherever no mask (or else the selection) covers it."""
        workspace, project = self.window.workspace, self.window.workspace.project
        picture = self._picture()
        if picture is None or picture.pixels is None:
            return
        masks = [x for x in project.layers if x.kind == LayerKind.MASK and x.visible and x.pixels is not None]
        selected = project.selection.pixels
        if not masks and selected is None:
            self.window.tell(self.tr("There is no mask. Select the thing first (S clicks on it, M draws a box)."))
            return
        covers = [cover(mask, project.size) for mask in masks]
        if not covers and selected is not None:
            covers = [selected.array()]
        inside = np.maximum.reduce(covers)
        placed = edits.placed_of(picture, project.size)
        size = (project.size.width, project.size.height)
        middle = (placed.x, placed.y) == (size[0] / 2, size[1] / 2)
        if (picture.pixels.width, picture.pixels.height) != size or not middle or placed.turn or placed.scale_x != 1:
            self.window.tell(
                self.tr("The picture on top must lie on the whole canvas, as large as it is. Put it back there first.")
            )
            return
        array = np.array(picture.pixels.array())
        if array.ndim == 2:
            array = np.dstack([array] * 3 + [np.full_like(array, 255)])
        array[..., 3] = np.where(inside > 127, array[..., 3], 0)
        pixels = workspace.document.tiles.raster(np.ascontiguousarray(array))
        workspace.edit(self.tr("Keep inside the mask"), lambda p: edits.paint(p, picture.id, pixels))

    def _picture(self) -> Layer | None:
        """The topmost picture that is seen."""
        return next((x for x in reversed(self.window.workspace.project.layers) if x.visible and not x.overlay), None)

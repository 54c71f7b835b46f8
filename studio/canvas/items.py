"""What the canvas shows, as values: layers from the bottom up, masks with a concept's colour, regions, heat."""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QTransform

from studio import look
from studio.canvas.pixels import Pixels
from studio.canvas.shapes import coverage
from studio.document.project import Layer, LayerKind, Placed, Project
from studio.document.tiles import Raster

Kind = LayerKind
COVER = {Kind.MASK: 0.5, Kind.REGION: 0.16}
"""How strongly masks and regions tint the picture below, where they cover it whole."""


def matrix(placed: Placed, width: int, height: int) -> QTransform:
    """From the pixels of a layer of this size to the document's."""
    made = QTransform()
    made.translate(placed.x, placed.y)
    made.rotate(placed.turn)
    made.scale(placed.scale_x, placed.scale_y)
    made.translate(-width / 2, -height / 2)
    return made


@dataclass(frozen=True)
class Item:
    """One layer as the canvas needs it. Masks and regions are tinted with `color`; `label` is what their tab says."""

    id: str
    pixels: Pixels
    kind: Kind = Kind.PICTURE
    label: str = ""
    color: str = ""
    opacity: float = 1.0
    visible: bool = True
    locked: bool = False
    placed: Placed | None = None
    """None: corner on corner, not scaled."""
    raster: object = field(default=None, compare=False)
    """What of the document the pixels were taken from: equal objects are not read again."""

    @property
    def overlay(self) -> bool:
        return self.kind in (Kind.MASK, Kind.REGION)

    @property
    def cover(self) -> float:
        """Opacity as drawn."""
        return self.opacity * COVER.get(self.kind, 1.0)

    @property
    def matrix(self) -> QTransform:
        return matrix(self.placed, self.pixels.width, self.pixels.height) if self.placed else QTransform()

    @property
    def outline(self) -> QRectF:
        """The upright box around it, in the document's pixels."""
        return self.matrix.mapRect(QRectF(0, 0, self.pixels.width, self.pixels.height))

    def inside(self, point: QPointF) -> QPointF:
        """A point of the document in the layer's own pixels."""
        back, possible = self.matrix.inverted()
        return back.map(point) if possible else point


@dataclass(frozen=True)
class Scene:
    """All of it: the document's size and its layers, bottom first."""

    width: int
    height: int
    items: tuple[Item, ...] = ()
    active: str = ""
    """The layer that tools act on."""
    selection: Pixels | None = field(default=None, compare=False)
    """Coverage of what is selected, in the document's pixels; it gets the marching edge."""
    selection_color: str = ""
    selected_from: Raster | None = field(default=None, compare=False)

    def item(self, id: str) -> Item | None:
        return next((i for i in self.items if i.id == id), None)


def scene_of(project: Project, before: Scene | None = None) -> Scene:
    """The document as the canvas shows it. Layers that did not change keep their pixels and mip levels."""
    known = {item.id: item for item in before.items} if before else {}
    items = tuple(
        item for layer in project.layers if (item := _item_of(layer, project, known.get(layer.id))) is not None
    )
    wanted = project.selection.pixels
    selection = None
    if wanted is not None:
        same = before is not None and before.selection is not None and before.selected_from is wanted
        selection = before.selection if before and same else Pixels.over(wanted, before.selection if before else None)
    size = project.size
    return Scene(size.width, size.height, items, project.selection.active, selection, "", wanted)


def _item_of(layer: Layer, project: Project, before: Item | None) -> Item | None:
    source: object = layer.pixels
    boxed = layer.region.box if layer.region else None
    if boxed is not None:
        source = (boxed, project.size)
    if source is None:
        return None
    if before is not None and (before.raster is source or (boxed is not None and before.raster == source)):
        pixels = before.pixels
    elif isinstance(source, Raster):
        pixels = Pixels.over(source, before.pixels if before else None)
    else:
        path = QPainterPath()
        left, top, right, bottom = boxed or (0, 0, 0, 0)
        path.addRect(QRectF(left, top, right - left, bottom - top))
        pixels = coverage(path, project.size.width, project.size.height)
    label = layer.region.phrase if layer.region and layer.region.phrase else layer.name
    color = layer.color or (look.color_of(label) if layer.overlay else "")
    made = Item(
        layer.id, pixels, layer.kind, label, color, layer.opacity, layer.visible, layer.locked,
        None if boxed is not None else layer.placed, source,
    )  # fmt: skip
    return before if before is not None and made == before and pixels is before.pixels else made

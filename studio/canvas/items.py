"""What the canvas shows, as values: layers from the bottom up, masks with a concept's colour, regions, heat."""

from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

from studio.canvas.pixels import Pixels


class Kind(StrEnum):
    """What a layer is for."""

    PICTURE = "picture"
    RESULT = "result"
    MASK = "mask"
    REGION = "region"


@dataclass(frozen=True)
class Placed:
    """Where a layer lies: scaled and rotated about its middle, which is at (x, y) of the document, in pixels."""

    x: float
    y: float
    scale_x: float = 1.0
    scale_y: float = 1.0
    turn: float = 0.0
    """Degrees, clockwise."""

    @classmethod
    def middle(cls, width: int, height: int) -> "Placed":
        """Corner on corner with the document: what a layer of the document's size has."""
        return cls(width / 2, height / 2)

    def matrix(self, width: int, height: int) -> QTransform:
        """From the layer's own pixels to the document's."""
        made = QTransform()
        made.translate(self.x, self.y)
        made.rotate(self.turn)
        made.scale(self.scale_x, self.scale_y)
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

    @property
    def overlay(self) -> bool:
        return self.kind in (Kind.MASK, Kind.REGION)

    @property
    def matrix(self) -> QTransform:
        return self.placed.matrix(self.pixels.width, self.pixels.height) if self.placed else QTransform()

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

    def item(self, id: str) -> Item | None:
        return next((i for i in self.items if i.id == id), None)

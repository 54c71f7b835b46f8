"""What a person did on the canvas, as values. The canvas emits them; whoever owns the document makes edits of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.canvas.pixels import Pixels
from studio.document.project import Placed
from studio.document.tiles import Bytes, Place


@dataclass(frozen=True, eq=False)
class Painted:
    """A stroke: the tiles of one layer that look different now. None: the tile is empty."""

    item: str
    tiles: Mapping[Place, Bytes | None]
    title: str


@dataclass(frozen=True, eq=False)
class Selected:
    """Another selection (coverage in the document's pixels), or none."""

    selection: Pixels | None
    title: str


@dataclass(frozen=True)
class Boxed:
    """A region was drawn: left, top, width, height in pixels of the document."""

    box: tuple[int, int, int, int]
    title: str
    phrase: str = ""
    """The word or words it is for."""


@dataclass(frozen=True)
class Clicked:
    """Points that a mask must include or leave out: (x, y, include). Answered by `ClickSelect.show_candidates`."""

    points: tuple[tuple[float, float, bool], ...]
    title: str


@dataclass(frozen=True, eq=False)
class Picked:
    """One of the candidates was taken."""

    mask: Pixels
    index: int
    points: tuple[tuple[float, float, bool], ...]
    title: str


@dataclass(frozen=True)
class Rearranged:
    """A layer was moved, scaled or rotated. Equal `merge` keys are one step of undo."""

    item: str
    before: Placed
    after: Placed
    title: str
    merge: str = field(default="", compare=False)


@dataclass(frozen=True)
class Cropped:
    """The document is to become this part of itself: left, top, width, height; may reach beyond the edge."""

    box: tuple[int, int, int, int]
    title: str


Intent = Painted | Selected | Boxed | Clicked | Picked | Rearranged | Cropped

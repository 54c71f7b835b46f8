"""The document as a value: everything a person can edit and undo, frozen. Zoom, pan and open panels are not in it.

An edit (`studio.document.edits`) is a function from project to project; equal parts are the same objects, so a view redraws
only what differs (`a.layers is b.layers`). Results live in the history, learned concepts in the library and pictures in the
asset store; the document refers to them by name.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType

from core.contract.fields import JSON, Box, ConceptRef, ImageRef, ModelRef, PatchRef
from studio.document.tiles import Raster

Id = str


def new_id() -> Id:
    """An identity for a layer, word or modifier that is never used again."""
    return uuid.uuid4().hex[:12]


@dataclass(frozen=True)
class Size:
    """In pixels."""

    width: int
    height: int


class LayerKind(StrEnum):
    PICTURE = "picture"
    """Opened or dropped."""
    RESULT = "result"
    """Came out of a job."""
    MASK = "mask"
    """Coverage: 255 inside, 0 outside."""
    REGION = "region"
    """Where a concept or word shall be: a box, or painted coverage."""


@dataclass(frozen=True)
class Placed:
    """Where a layer lies: scaled and turned about its middle, which is at (x, y) of the document, in pixels."""

    x: float
    y: float
    scale_x: float = 1.0
    scale_y: float = 1.0
    turn: float = 0.0
    """Degrees, clockwise."""


@dataclass(frozen=True)
class Region:
    """What a region layer stands for. With a box, the layer's pixels are not needed."""

    phrase: str
    """The word or words of the prompt that belong there."""
    concept: ConceptRef = ""
    box: Box | None = None
    """x0, y0, x1, y1 in pixels of the document; None: the painted coverage counts."""
    weight: float = 1.0


@dataclass(frozen=True)
class Layer:
    """One layer. `pixels` has 4 channels for pictures and results, 1 for masks and painted regions."""

    id: Id
    kind: LayerKind
    name: str
    pixels: Raster | None = None
    visible: bool = True
    opacity: float = 1.0
    locked: bool = False
    placed: Placed | None = None
    """None: corner on corner with the document, not scaled."""
    color: str = ""
    """`#rrggbb` of the concept it belongs to, for masks and regions."""
    source: ImageRef = ""
    """The stored picture it was made from."""
    result: str = ""
    """The history entry it came from."""
    region: Region | None = None
    of: Id = ""
    """The layer a mask belongs to; empty: the whole document."""

    @property
    def overlay(self) -> bool:
        return self.kind in (LayerKind.MASK, LayerKind.REGION)


@dataclass(frozen=True)
class Word:
    """A word or phrase of the prompt that became something: a concept, a colour."""

    id: Id
    start: int
    stop: int
    """Characters of the prompt, `prompt[start:stop]`."""
    concept: ConceptRef = ""
    strength: float = 1.0
    """Of the concept."""
    color: str = ""
    """The one colour it has everywhere."""


@dataclass(frozen=True)
class Modifier:
    """One card of the stack; the order of the stack is the order of nesting, first outermost."""

    id: Id
    method: str
    """Id of the registered modifier."""
    params: Mapping[str, JSON] = field(default_factory=dict)
    on: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))

    def __hash__(self) -> int:
        return hash((self.id, self.method, self.on, len(self.params)))


@dataclass(frozen=True)
class Patch:
    """A change of the model's weights that a generation uses (an eraser, a foreign LoRA)."""

    id: Id
    ref: PatchRef
    name: str = ""
    strength: float = 1.0
    on: bool = True


@dataclass(frozen=True)
class Recipe:
    """All a generation needs: equal recipes on equal models give equal pictures."""

    model: ModelRef = "pocket"
    prompt: str = ""
    negative: str = ""
    words: tuple[Word, ...] = ()
    """Ordered by place, never overlapping."""
    size: Size = Size(256, 256)
    seed: int = 0
    steps: int = 30
    guidance: float = 7.5
    count: int = 1
    solver: str = ""
    """Empty: the engine's default."""
    modifiers: tuple[Modifier, ...] = ()
    patches: tuple[Patch, ...] = ()
    extra: Mapping[str, JSON] = field(default_factory=dict)
    """Further parameters of the Generate task, by name; read from its declaration, not known here."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "extra", MappingProxyType(dict(self.extra)))

    def __hash__(self) -> int:
        plain = (f.name for f in fields(self) if f.name != "extra")
        return hash((*(getattr(self, name) for name in plain), len(self.extra)))

    def phrase(self, word: Word) -> str:
        """What a word says."""
        return self.prompt[word.start : word.stop]


@dataclass(frozen=True)
class Filled:
    """What a person filled into the form of a method."""

    id: Id
    """Of the method."""
    values: Mapping[str, JSON] = field(default_factory=dict)
    """By parameter; one that is missing has its default."""
    seed: int = 0
    cards: tuple[Modifier, ...] = ()
    """The form's own stack, where it has one; the stack of a generation is the recipe's."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __hash__(self) -> int:
        return hash((self.id, self.seed, self.cards, len(self.values)))


@dataclass(frozen=True)
class Selection:
    """What is selected: layers by id, and pixels as coverage in the document's size."""

    layers: tuple[Id, ...] = ()
    """The last one is the active layer, which tools act on."""
    pixels: Raster | None = None
    """One channel; None: no pixels are selected, and tools act everywhere."""

    @property
    def active(self) -> Id:
        return self.layers[-1] if self.layers else ""


@dataclass(frozen=True)
class Project:
    """The whole document."""

    name: str = ""
    size: Size = Size(256, 256)
    layers: tuple[Layer, ...] = ()
    """Bottom first."""
    recipe: Recipe = Recipe()
    selection: Selection = Selection()
    forms: tuple[Filled, ...] = ()
    """Of the methods whose form was ever changed, in that order."""

    def form(self, method: Id) -> Filled | None:
        """What stands in the form of a method; None: its defaults."""
        return next((filled for filled in self.forms if filled.id == method), None)

    def layer(self, id: Id) -> Layer | None:
        return next((layer for layer in self.layers if layer.id == id), None)

    @property
    def active(self) -> Layer | None:
        return self.layer(self.selection.active)


def changed(before: Project, after: Project) -> frozenset[str]:
    """Names of the fields that differ: what panels redraw from."""
    return frozenset(
        f.name
        for f in fields(Project)
        if getattr(before, f.name) is not getattr(after, f.name) and getattr(before, f.name) != getattr(after, f.name)
    )

"""How a method presents itself: what it is for, what it needs, what it returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.contract.fields import ConceptRef, Field, ImageRef, MaskRef, PatchRef


class Kind(StrEnum):
    """The verb a method belongs to; the studio sorts by it."""

    GENERATE = "generate"
    LEARN = "learn"
    COMPOSE = "compose"
    EDIT = "edit"
    ERASE = "erase"
    MASK = "mask"
    EVALUATE = "evaluate"
    EXPORT = "export"


class Role(StrEnum):
    TASK = "task"
    """Runs by itself and ends in an `Outcome`."""
    MODIFIER = "modifier"
    """A hook that can be switched on for any generation."""


class Provenance(StrEnum):
    """How much of a method is known from its paper or code; a small label in the app."""

    PAPER = "paper and code"
    INFERRED = "partly inferred"
    RECONSTRUCTED = "reconstructed"
    OURS = "ours"
    """Not a paper's method (a classical algorithm or a part of the studio)."""


@dataclass(frozen=True)
class MethodInfo:
    """A registered method as both processes know it."""

    id: str
    title: str
    kind: Kind
    role: Role
    families: tuple[str, ...]
    paper: str
    provenance: Provenance
    summary: str
    help: str
    params: tuple[Field, ...]
    needs: str = ""
    """Weights a person must bring, in words; empty where the embedded models suffice."""


@dataclass(frozen=True)
class Outcome:
    """What a task leaves behind. Files are in the asset store already; these are their names."""

    images: tuple[ImageRef, ...] = ()
    masks: tuple[MaskRef, ...] = ()
    concepts: tuple[ConceptRef, ...] = ()
    patch: PatchRef | None = None
    files: tuple[str, ...] = ()
    """Paths of files written outside the store (exports, reports)."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    """Stored files that a view of the window draws (curves, heat maps, coefficients), by what they are called."""
    note: str = ""

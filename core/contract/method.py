"""How a method presents itself: what it is for, what it needs, what it returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

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
class Clash:
    """A modifier that another one cannot stand with: in one order, or at all."""

    other: str
    """Its id; a method may name itself."""
    place: Literal["before", "anywhere"]
    """Where the other one stands when it does not work; before is outside."""
    why: str
    """One sentence."""
    way_out: str


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
    clashes: tuple[Clash, ...] = ()
    """Of a modifier: what it cannot be combined with."""


def clashes(stack: Sequence[MethodInfo]) -> list[tuple[int, int, Clash]]:
    """Which modifiers of a stack, outermost first, cannot stand so: (place of the one that says so, of the other, why)."""
    found = []
    for own, info in enumerate(stack):
        for clash in info.clashes:
            others = [i for i, other in enumerate(stack) if other.id == clash.other and i != own]
            found += [
                (own, i, clash) for i in others if i < own or (clash.place == "anywhere" and clash.other != info.id)
            ]
    return found


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

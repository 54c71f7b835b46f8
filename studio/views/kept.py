"""One thing that a method kept beside its pictures, read from the store and checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.fields import JSON
from core.contract.method import Outcome

LARGEST = 64_000_000
"""Bytes of JSON that are read; more would hold the window up."""


@dataclass(frozen=True)
class Result:
    """What a job left, wherever it is remembered: in the queue or in the history."""

    id: str
    title: str
    method: str = ""
    params: Mapping[str, JSON] = field(default_factory=dict)
    seed: int = 0
    outcome: Outcome = field(default_factory=Outcome)


@dataclass(frozen=True)
class Kept:
    """A named value with its kind; `value` is JSON, or None for a picture, which lies at `path`."""

    name: str
    kind: str
    path: Path
    origin: Mapping[str, JSON] = field(default_factory=dict)
    value: JSON = None

    @property
    def picture(self) -> int:
        """Which picture of the job it belongs to, from 1; 0 where it belongs to all."""
        number = self.origin.get("picture", 0)
        return number if isinstance(number, int) else 0

    def part(self, name: str) -> JSON:
        """A field of the value or, of a picture, of its origin; None where it is missing."""
        return self.value.get(name) if isinstance(self.value, dict) else self.origin.get(name)

    def wrong(self, what: str) -> UserError:
        """The sentence for data that is not what its kind promises."""
        return UserError(f"The kept data “{self.name}” cannot be shown: {what}.", "Run the job again.")


def read(assets: AssetStore, name: str, asset: str) -> Kept:
    """Raises UserError when the file is missing, too large or no JSON."""
    path, origin = assets.path(asset), assets.origin(asset)
    kind = origin.get("kind")
    if path.suffix != ".json":
        return Kept(name, str(kind or _old_kind(origin)), path, origin)
    if path.stat().st_size > LARGEST:
        raise UserError(f"The kept data “{name}” is too large to show.", f"It lies in {path}.")
    try:
        value: JSON = json.loads(path.read_text())
    except ValueError as error:
        raise UserError(f"The kept data “{name}” is damaged.", "Run the job again.") from error
    if isinstance(value, dict) and not kind:
        kind = value.get("kind")
    if not kind and isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        kind = "table"  # rows, which say what they are by themselves
    return Kept(name, str(kind or ""), path, origin, value)


def _old_kind(origin: Mapping[str, JSON]) -> str:
    """Pictures kept before kinds were declared: maps say their words, steps and grid."""
    return "maps" if {"words", "steps", "grid"} <= origin.keys() else "picture"

"""Figures over a set of pictures: a mean with its n and interval, who measured it, or why it was not measured."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.contract.assets import write_atomic
from core.contract.method import Outcome
from core.models.clip import EMBEDDED, Clip

FEWEST = 5
"""Values below which an interval would say nothing: a bootstrap of so few repeats a handful of means."""
_REDRAWN = 2000


@dataclass(frozen=True)
class Figure:
    """One number, or the reason why there is none; never a zero in its place."""

    name: str
    n: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    """The 95 % interval; None where n is too small for one that means anything."""
    by: str = ""
    """The judge, where one was asked."""
    note: str = ""

    def told(self) -> str:
        """In words, for the terminal."""
        by = f" ({self.by})" if self.by else ""
        note = f"; {self.note}" if self.note else ""
        if self.value is None:
            return f"{self.name}{by}: {self.note}"
        within = "no interval" if self.low is None else f"{self.low:.4g} to {self.high:.4g}"
        return f"{self.name}{by}: {self.value:.4g}, n = {self.n}, {within}{note}"


def named(clip: Clip) -> str:
    """How a result names a CLIP."""
    embedded = Path(clip.network.config.name_or_path).resolve() == EMBEDDED.resolve()
    return "the embedded CLIP" if embedded else f"CLIP '{clip.name}'"


def missing(name: str, why: str, by: str = "") -> Figure:
    """A figure that says "not measured" and why."""
    return Figure(name, by=by, note=f"not measured: {why}")


def mean(name: str, values: Sequence[float | None], why: str = "no values", by: str = "", seed: int = 0) -> Figure:
    """The mean of the values that exist and are finite, with a 95 % percentile bootstrap over pictures.

    Infinite values (the PSNR of equal pictures) have no mean: they are left out and counted in the note.
    """
    there = [v for v in values if v is not None and not math.isnan(v)]
    finite = np.array([v for v in there if math.isfinite(v)])
    left_out = [f"{len(values) - len(there)} without a value"] if len(there) < len(values) else []
    left_out += [f"{len(there) - len(finite)} infinite (equal pictures)"] if len(finite) < len(there) else []
    if not len(finite):
        return missing(name, "all pictures are equal to what they are compared with" if there else why, by)
    note = f"left out: {', '.join(left_out)}" if left_out else ""
    if len(finite) < FEWEST:
        small = f"{len(finite)} {'picture is' if len(finite) == 1 else 'pictures are'} too few for an interval"
        return Figure(name, len(finite), float(finite.mean()), by=by, note="; ".join(filter(None, [note, small])))
    picks = np.random.default_rng(seed).integers(0, len(finite), (_REDRAWN, len(finite)))
    low, high = np.quantile(finite[picks].mean(1), [0.025, 0.975])
    return Figure(name, len(finite), float(finite.mean()), float(low), float(high), by, note)


def means(
    rows: Mapping[str, Mapping[str, float | None]], reasons: Mapping[str, str], by: Mapping[str, str], seed: int
) -> list[Figure]:
    """The mean of every score that some picture has, in the order in which they appear.

    Args:
        rows: scores by picture.
        reasons: why a score has no values, by the score's name.
        by: the judges, by the score's name.
    """
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    return [
        mean(
            name,
            [row.get(name) for row in rows.values()],
            reasons.get(name, "no picture has it"),
            by.get(name, ""),
            seed,
        )
        for name in names
    ]


def outcome(figures: Iterable[Figure], rows: Mapping[str, Any], details: str, note: str) -> Outcome:
    """Measured figures as numbers (`name`, `name.low`, `name.high`, `name.n`), the others in the note; all in a file."""
    made = list(figures)
    numbers: dict[str, float] = {}
    for figure in made:
        if figure.value is not None:
            parts = {"": figure.value, ".low": figure.low, ".high": figure.high, ".n": float(figure.n)}
            numbers |= {figure.name + end: float(v) for end, v in parts.items() if v is not None}
    files: tuple[str, ...] = ()
    if details:
        path = Path(details).expanduser()
        data = {"figures": [asdict(f) for f in made], "pictures": rows}
        write_atomic(path, json.dumps(_plain(data), indent=1).encode())
        files = (str(path),)
    lacking = [f.told() for f in made if f.value is None]
    remarks = [f.told() for f in made if f.value is not None and f.note]
    return Outcome(files=files, numbers=numbers, note="\n".join([note, *lacking, *remarks]))


def _plain(data: Any) -> Any:
    """The same with infinities as words: JSON has none."""
    if isinstance(data, dict):
        return {k: _plain(v) for k, v in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(v) for v in data]
    return "infinite" if isinstance(data, float) and math.isinf(data) else data

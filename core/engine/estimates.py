"""What a job will take, learned from what jobs took on this machine before.

Every job that ends well leaves a line: seconds without loading, most memory, and how much was asked for. A later job of the
same method and model is estimated from those lines: exactly alike, or scaled with steps, pictures and pixels. Nothing is
guessed where there is no line.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, Self

import psutil
import torch

from core.contract.assets import write_atomic
from core.contract.errors import UserError
from core.contract.fields import Field
from core.contract.messages import EstimateAnswer
from core.contract.params import Params, describe

log = logging.getLogger(__name__)
KEPT = 24
"""Lines per method and model; the oldest go first."""
_GAP = 0.1
"""Seconds between two looks at the memory."""
_COSTLY = ("int", "float", "bool", "choice")
"""Editors whose values may change how long a job takes, beside steps, pictures and pixels."""


@dataclass(frozen=True)
class Asked:
    """How much a job asks for."""

    work: float
    """Steps times pictures."""
    pixels: int
    """Of one picture; 0 where the job does not say and the model's own size is not known."""
    settings: str
    """Everything else that may cost time, as a short hash."""

    @classmethod
    def by(cls, params: Params, native: int = 0) -> Self:
        """
        Args:
            native: pixels of the model's own size, taken where the job names none.
        """
        fields = describe(type(params))
        steps = sum(getattr(params, f.name) or 0 for f in fields if _is_steps(f))  # None: the family's own
        count = getattr(params, "count", 1)
        rest: dict[str, Any] = {}
        for field in fields:
            value = getattr(params, field.name)
            if field.editor == "modifier":
                rest[field.name] = [str(v).partition(":{")[0] for v in value or ()]
            elif field.many:
                rest[field.name] = len(value or ())
            elif field.editor in _COSTLY and not _is_steps(field) and field.name not in ("count", "seed"):
                rest[field.name] = str(value)
            elif field.editor in ("image", "mask"):
                rest[field.name] = bool(value)
        digest = hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()[:16]
        return cls(float(max(1, steps) * (count if isinstance(count, int) else 1)), _pixels(params) or native, digest)


@dataclass(frozen=True)
class PastRun:
    """What one job took."""

    work: float
    pixels: int
    settings: str
    seconds: float
    """Without loading the model and without probing it."""
    loading: float
    """Seconds to load and probe; 0 when the model was there."""
    bytes: int
    """Most memory, weights included; 0 where it was not measured."""


class PastRuns:
    """The lines of this machine, in one JSON file beside the measurements."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "runs.json"
        self._mutex = threading.Lock()
        self._known = self._read()

    def of(self, key: str) -> tuple[PastRun, ...]:
        """Oldest first."""
        with self._mutex:
            return tuple(self._known.get(key, ()))

    def add(self, key: str, run: PastRun) -> None:
        """Keep a line; a disk that cannot be written is only logged, the job itself went well."""
        with self._mutex:
            self._known = self._read() | {key: [*self._known.get(key, []), run][-KEPT:]}
            data = {name: [astuple(one) for one in runs] for name, runs in self._known.items()}
            try:
                write_atomic(self.path, json.dumps(data, indent=0, sort_keys=True).encode())
            except UserError as error:
                log.warning("What the job took is not kept: %s", error)

    def _read(self) -> dict[str, list[PastRun]]:
        try:
            data: Any = json.loads(self.path.read_text())
            return {str(key): [PastRun(*line) for line in lines] for key, lines in data.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.warning("The times in '%s' cannot be read and are learned again: %s", self.path, error)
            return {}


def learned(asked: Asked, runs: Sequence[PastRun]) -> EstimateAnswer | None:
    """From earlier runs; None when none of them can be compared."""
    alike = [r for r in runs if (r.work, r.pixels, r.settings) == (asked.work, asked.pixels, asked.settings)]
    if alike:
        return EstimateAnswer(
            source="measured", seconds=median(r.seconds for r in alike[-5:]), bytes=_most(alike), runs=len(alike)
        )
    same = [r for r in runs if r.settings == asked.settings] or list(runs)
    near = [r for r in same if r.pixels == asked.pixels]
    if not near and asked.pixels:
        # Convolutions grow with the pixels; attention grows faster, so far from what was measured this is too little.
        near = [
            PastRun(r.work, asked.pixels, r.settings, r.seconds * asked.pixels / r.pixels, r.loading, 0)
            for r in same
            if r.pixels
        ]
    if not near:
        return None
    return EstimateAnswer(
        source="scaled", seconds=_at(asked.work, near), bytes=_most(near) or None, runs=len(near)
    )  # fmt: skip


def _at(work: float, runs: Sequence[PastRun]) -> float:
    """Seconds at this much work: a line through the runs, or in proportion where they had all the same."""
    works = [r.work for r in runs]
    middle, seconds = sum(works) / len(works), sum(r.seconds for r in runs) / len(runs)
    spread = sum((w - middle) ** 2 for w in works)
    if spread > 0:
        slope = sum((r.work - middle) * (r.seconds - seconds) for r in runs) / spread
        base = seconds - slope * middle
        if slope >= 0 and base >= 0:
            return base + slope * work
    return seconds * work / middle


def _most(runs: Sequence[PastRun]) -> int | None:
    return max(r.bytes for r in runs) or None


class Peak:
    """Most memory that this process took inside the block, beyond `base` bytes."""

    def __init__(self, device: str, base: int = 0) -> None:
        self._cuda, self._base = device == "cuda", base
        self._most = 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def bytes(self) -> int:
        return max(0, self._most - self._base)

    def __enter__(self) -> Self:
        if self._cuda:
            torch.cuda.reset_peak_memory_stats()
        else:
            self._look()
            self._thread = threading.Thread(target=self._watch, daemon=True, name="memory")
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is None:
            self._base, self._most = 0, int(torch.cuda.max_memory_allocated())
            return
        self._over.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._over.wait(_GAP):
            self._look()

    def _look(self) -> None:
        self._most = max(self._most, resident())


def resident() -> int:
    """Bytes of main memory that this process holds."""
    return int(psutil.Process().memory_info().rss)


def _is_steps(field: Field) -> bool:
    return field.editor == "int" and not field.many and (field.name == "steps" or field.name.endswith("_steps"))


def _pixels(params: Params) -> int:
    """Of a field `size` that reads "512x768" or is a number (a side); 0 where there is none."""
    size = getattr(params, "size", None)
    if isinstance(size, int):
        return size * size
    sides = [int(s) for s in str(size or "").lower().split("x") if s.strip().isdigit()]
    return sides[0] * sides[1] if len(sides) == 2 else 0

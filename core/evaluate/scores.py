"""What a score is: a value with n, a 95 % interval and its judge, or "not measured" with the reason. Never a zero instead.

    found = rate("identity accuracy", hits=[True, False, ...], judge=clip.name)
    found = mean("CLIP-T", values, groups=prompts, judge=clip.name)      # interval over prompts, not over pictures
    found = not_measured("DINO", "no DINO folder was given")
    return deliver([found, ...], run, note="...")                        # from core.evaluate.results: the task's outcome

`told()` is one line for a person, `as_json()` plain data. A score with one value has a value and no interval, and says so.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.evaluate.intervals import FEWEST, Interval, bootstrap, wilson


@dataclass(frozen=True)
class Score:
    """One score of one thing. `value` is None exactly when it is not measured; then `reason` says why."""

    name: str
    value: float | None = None
    n: int = 0
    """Independent answers behind it: pictures, regions or pairs, as the task says."""
    interval: Interval | None = None
    judge: str = ""
    """Who measured it, with its checkpoint; empty for plain arithmetic."""
    what: str = ""
    """What it is about: a concept, a pair of them, empty for the whole set."""
    reason: str = ""
    """Why it is not measured."""
    remark: str = ""
    """Why there is no interval, or what else one must know to read it."""

    def __post_init__(self) -> None:
        if self.value is None and not self.reason:
            raise ValueError(f"'{self.name}' is not measured and says no reason")
        if self.value is not None and (not math.isfinite(self.value) or self.n < 1):
            raise ValueError(f"'{self.name}' is {self.value} of {self.n}")

    @property
    def key(self) -> str:
        """Its name among others: `bleed`, `bleed/cat in dog`."""
        return f"{self.name}/{self.what}" if self.what else self.name

    def about(self, what: str) -> "Score":
        return replace(self, what=what)

    def told(self) -> str:
        """One line for a person."""
        by = f" ({self.judge})" if self.judge else ""
        if self.value is None:
            return f"{self.key}{by}: not measured: {self.reason}"
        within = f"{self.interval[0]:.4g} to {self.interval[1]:.4g}" if self.interval else "no interval"
        return f"{self.key}{by}: {self.value:.4g}, n = {self.n}, {within}" + (f"; {self.remark}" if self.remark else "")

    def as_json(self) -> dict[str, Any]:
        """As the score store and the compare view read it."""
        low, high = self.interval or (None, None)
        return {"score": self.name, "what": self.what, "judge": self.judge, "value": self.value, "n": self.n, "low": low,
                "high": high, "reason": self.reason, "remark": self.remark}  # fmt: skip


def not_measured(name: str, reason: str, judge: str = "", what: str = "") -> Score:
    return Score(name, judge=judge, what=what, reason=reason)


def rate(
    name: str, hits: Sequence[bool], judge: str = "", what: str = "", reason: str = "there was nothing to count"
) -> Score:
    """A share with its Wilson interval. `reason` is told when `hits` is empty."""
    if not hits:
        return not_measured(name, reason, judge, what)
    few = f"only {len(hits)}: the interval is most of what is possible" if len(hits) < FEWEST else ""
    return Score(name, sum(hits) / len(hits), len(hits), wilson(sum(hits), len(hits)), judge, what, remark=few)


def mean(
    name: str, values: Sequence[float | None], groups: Sequence[str] | None = None, judge: str = "", what: str = "",
    reason: str = "no picture gives it", seed: int = 0, shared: str = "prompt",
) -> Score:  # fmt: skip
    """The mean of the values that exist, with a bootstrap over groups; what has no value is counted in the remark.

    Args:
        values: one per picture; None, NaN and infinities are left out and counted.
        groups: of each value what it shares with others, such as its prompt; without, every value is its own.
        reason: told when no value is left.
        shared: what a group is, for the remark.
    """
    labels = [str(i) for i in range(len(values))] if groups is None else list(groups)
    sets: dict[str, list[float]] = {}
    for label, value in zip(labels, values, strict=True):
        if value is not None and math.isfinite(value):
            sets.setdefault(label, []).append(value)
    there = [v for group in sets.values() for v in group]
    if not there:
        return not_measured(name, reason, judge, what)
    remarks = [f"{len(values) - len(there)} of {len(values)} without a value"] if len(there) < len(values) else []
    interval = bootstrap(list(sets.values()), seed)
    if interval is None:
        one = "picture" if groups is None else shared
        remarks.append(f"{len(sets)} {one}{'s' * (len(sets) > 1)}: too few for an interval")
    return Score(name, sum(there) / len(there), len(there), interval, judge, what, remark="; ".join(remarks))

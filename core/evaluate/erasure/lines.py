"""Rows of the report: every number with its n, its interval, the same number for the original, and who measured it."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.evaluate.erasure.detectors import Sighting, Trust
from core.evaluate.erasure.statistics import corrected, mcnemar
from core.evaluate.intervals import bootstrap, wilson
from core.evaluate.scores import Score, not_measured

MEASURED_BY_PREDICTION = "noise predictions of both models"


@dataclass(frozen=True)
class Line:
    """One measured number, or why it was not measured."""

    metric: str
    role: str
    n: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    base: float | None = None
    """The same number for the original model at equal seeds."""
    detector: str = ""
    threshold: str = ""
    undecided: int = 0
    concept: str = ""
    note: str = ""
    """What to know about it; for a number that is missing, why."""

    @property
    def measured(self) -> bool:
        return self.value is not None

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        return {
            "metric": data["metric"], "role": data["role"], "concept": data["concept"], "n": data["n"],
            "value": data["value"], "ci_low": data["low"], "ci_high": data["high"], "base_value": data["base"],
            "detector": data["detector"], "threshold": data["threshold"], "undecided": data["undecided"],
            "note": data["note"], "measured": self.measured,
        }  # fmt: skip


def missing(metric: str, role: str, why: str, concept: str = "", detector: str = "") -> Line:
    """A row that says "not measured" and why; never a zero and never a pass."""
    return Line(metric, role, detector=detector, concept=concept, note=f"not measured: {why}")


def rate(
    metric: str, role: str, concept: str, erased: Sequence[Sighting], base: Sequence[Sighting], detector: str,
    threshold: str, note: str = "",
) -> Line:  # fmt: skip
    """Share of decided pictures in which the detector finds the concept, Wilson, beside the original's."""
    decided = [s.present for s in erased if s.present is not None]
    before = [s.present for s in base if s.present is not None]
    undecided = len(erased) - len(decided)
    if not decided:
        why = "the detector could not decide on any picture" if erased else "no picture"
        return Line(metric, role, 0, detector=detector, threshold=threshold, undecided=undecided, concept=concept,
                    note=f"not measured: {why}")  # fmt: skip
    interval = wilson(sum(decided), len(decided))
    assert interval is not None
    return Line(metric, role, len(decided), sum(decided) / len(decided), *interval,
                sum(before) / len(before) if before else None, detector, threshold, undecided, concept, note)  # fmt: skip


def effective(
    concept: str, erased: Sequence[Sighting], base: Sequence[Sighting], detector: str, threshold: str
) -> list[Line]:
    """Rule 2: the yield of the original, and detection and removal on the prompts where it shows the concept."""
    pairs = [(b, e) for b, e in zip(base, erased, strict=True) if b.present and e.present is not None]
    yielded = rate("yield of the original", "target", concept, base, base, detector, threshold)
    if not pairs:
        why = "the original never shows the concept on these prompts, so nothing can be said of its removal"
        return [yielded, missing("removal on effective prompts", "target", why, concept, detector)]
    hits, n = sum(bool(e.present) for _, e in pairs), len(pairs)
    interval = wilson(hits, n)
    assert interval is not None
    low, high = interval
    undecided = sum(b.present is True and e.present is None for b, e in zip(base, erased, strict=True))
    common = {"detector": detector, "threshold": threshold, "undecided": undecided, "concept": concept}
    return [
        yielded,
        Line("detection on effective prompts", "target", n, hits / n, low, high, 1.0, **common),  # type: ignore[arg-type]
        Line("removal on effective prompts", "target", n, 1 - hits / n, 1 - high, 1 - low, 0.0, **common),  # type: ignore[arg-type]
    ]


def paired(concept: str, role: str, erased: Sequence[Sighting], base: Sequence[Sighting], detector: str) -> Line:
    """McNemar's p of before and after at equal prompts and seeds."""
    both = [(b.present, e.present) for b, e in zip(base, erased, strict=True) if None not in (b.present, e.present)]
    if not both:
        return missing("McNemar p", role, "no decided pairs", concept, detector)
    found = mcnemar([bool(b) for b, _ in both], [bool(e) for _, e in both])
    return Line("McNemar p", role, len(both), found.p, detector=detector, concept=concept,
                note=f"{found.lost} lost, {found.gained} gained")  # fmt: skip


def corrected_line(line: Line, trust: Trust | None) -> Line | None:
    """The detector-corrected rate beside a rate: a secondary number."""
    if line.value is None or trust is None or trust.tpr is None or trust.fpr is None:
        return None
    value = corrected(line.value, trust.tpr, trust.fpr)
    if value is None:
        return missing(
            f"{line.metric}, corrected", line.role, "the detector cannot tell known pictures apart", line.concept
        )
    base = None if line.base is None else corrected(line.base, trust.tpr, trust.fpr)
    return Line(f"{line.metric}, corrected", line.role, line.n, value, base=base, detector=line.detector,
                threshold=line.threshold, concept=line.concept, note="secondary: (r - fpr) / (tpr - fpr)")  # fmt: skip


def mean(
    metric: str, role: str, groups: Sequence[Sequence[float]], base: float | None = None, concept: str = "",
    by: str = "", note: str = "", seed: int = 0,
) -> Line:  # fmt: skip
    """A mean with a bootstrap over prompts; groups are the values of one prompt each. Values that are no numbers are left
    out and counted."""
    good = [[v for v in g if math.isfinite(v)] for g in groups]
    left_out = sum(len(g) for g in groups) - sum(len(g) for g in good)
    good = [g for g in good if g]
    values = [v for g in good for v in g]
    if left_out:
        note = f"{note} {left_out} values left out.".strip()
    if not values:
        return missing(metric, role, note or "no values", concept, by)
    interval = bootstrap(good, seed)
    low, high = interval or (None, None)
    if interval is None:
        note = f"{note} {len(good)} prompts: too few for an interval.".strip()
    return Line(metric, role, len(values), sum(values) / len(values), low, high, base, by, "", left_out, concept, note)


def scores_of(lines: Sequence[Line]) -> list[Score]:
    """Rows as the score store and the compare view read them: "detection rate, target" of a concept, and the original's."""
    found: dict[str, Score] = {}
    for line in lines:
        judge = " ".join(filter(None, (line.detector, line.threshold)))
        name = f"{line.metric}, {line.role}"
        if line.value is None:
            score = not_measured(name, line.note.removeprefix("not measured: "), judge, line.concept)
            found.setdefault(score.key, score)
            continue
        within = None if line.low is None or line.high is None else (line.low, line.high)
        remarks = filter(None, (line.note, f"{line.undecided} undecided" if line.undecided else ""))
        score = Score(name, line.value, line.n, within, judge, line.concept, remark="; ".join(remarks))
        while score.key in found and found[score.key].value is not None:  # the same role out of another prompt list
            score = Score(score.name + "'", score.value, score.n, within, judge, score.what, remark=score.remark)
        found[score.key] = score
        if line.base is not None:
            base = Score(f"{score.name}, original", line.base, line.n, None, judge, line.concept)
            found.setdefault(base.key, base)
    return list(found.values())

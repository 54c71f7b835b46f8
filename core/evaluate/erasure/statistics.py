"""Statistics of the report beside the shared intervals: paired tests, corrections, sums of attacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb


def removal(base: float, erased: float) -> float | None:
    """1 - ACC_e(erased) / ACC_e(original); None where the original never shows the concept."""
    return 1 - erased / base if base > 0 else None


def corrected(rate: float, true_positive: float, false_positive: float) -> float | None:
    """A detector-corrected rate, (r - fpr) / (tpr - fpr) clipped to 0..1; None for a detector that cannot tell."""
    if true_positive <= false_positive:
        return None
    return min(1.0, max(0.0, (rate - false_positive) / (true_positive - false_positive)))


def harmonic(*parts: float) -> float:
    """Harmonic mean; 0 as soon as one part is 0 (MACE's H)."""
    return len(parts) / sum(1 / p for p in parts) if all(p > 0 for p in parts) else 0.0


@dataclass(frozen=True)
class Paired:
    """McNemar's comparison of two yes/no answers at equal prompts and seeds."""

    lost: int
    """Yes with the original, no with the erased model."""
    gained: int
    p: float
    """Two-sided, exact binomial."""


def mcnemar(before: Sequence[bool], after: Sequence[bool]) -> Paired:
    lost = sum(b and not a for b, a in zip(before, after, strict=True))
    gained = sum(a and not b for b, a in zip(before, after, strict=True))
    n, k = lost + gained, min(lost, gained)
    p = min(1.0, 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n) if n else 1.0
    return Paired(lost, gained, p)


def attack_rate(before: Sequence[bool], attacked: Sequence[bool]) -> tuple[float, float]:
    """(pre-ASR, ASR) with one N: successes without attack, and those plus what the attack adds (UnlearnDiffAtk)."""
    n = len(before)
    pre = sum(before)
    return pre / n, (pre + sum(a and not b for b, a in zip(before, attacked, strict=True))) / n


def union(*attacks: Sequence[bool]) -> list[bool]:
    """Per prompt, whether any attack brought the concept back."""
    return [any(row) for row in zip(*attacks, strict=True)]

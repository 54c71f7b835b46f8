"""95 % intervals: Wilson for rates, bootstrap over groups for means; and when an interval would say nothing.

    wilson(0, 50)                          # (0.0, 0.071): none of 50 still allows 7.1 %
    bootstrap([[0.7, 0.8], [0.6], ...])    # one group per prompt: the seeds of one prompt are correlated

Sources: Wilson, 1927; Efron, 1979 (percentile bootstrap); resampling prompts instead of pictures: `erasure-evaluation`.
"""

from collections.abc import Sequence

import numpy as np

Interval = tuple[float, float]

Z = 1.959963984540054
"""Of a 95 % interval."""
FEWEST = 5
"""Groups from which on a bootstrap is given (ours): resampling fewer repeats a handful of means and looks too narrow."""


def wilson(hits: int, n: int) -> Interval | None:
    """The 95 % interval of a rate; None for n = 0.

    Raises:
        ValueError: more hits than n.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} hits of {n}")
    if n == 0:
        return None
    p, d = hits / n, 1 + Z * Z / n
    half = Z * ((p * (1 - p) + Z * Z / (4 * n)) / n) ** 0.5 / d
    middle = (p + Z * Z / (2 * n)) / d
    # At the ends the interval touches 0 or 1 exactly; rounding would leave 1e-17.
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == n else middle + half)


def bootstrap(
    groups: Sequence[Sequence[float]], seed: int = 0, draws: int = 2000, fewest: int = FEWEST
) -> Interval | None:
    """The 95 % percentile interval of the mean over all values, whole groups drawn with replacement.

    Args:
        groups: values by what is independent (prompts, photos); empty groups do not count.
        fewest: groups below which there is none.
    """
    full = [g for g in groups if len(g)]
    if len(full) < max(fewest, 2):
        return None
    sums, sizes = np.array([sum(g) for g in full], np.float64), np.array([len(g) for g in full], np.float64)
    picks = np.random.default_rng(seed).integers(0, len(full), (draws, len(full)))
    means = sums[picks].sum(1) / sizes[picks].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)

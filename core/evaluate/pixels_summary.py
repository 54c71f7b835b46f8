"""From scores of single pictures to those of the set, with what equal pictures do to a mean told in words."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.evaluate.scores import Score, mean

EQUAL = "all pictures are equal to what they are compared with"


def means(
    rows: Mapping[str, Mapping[str, float | None]], reasons: Mapping[str, str], judges: Mapping[str, str], seed: int
) -> list[Score]:
    """The mean of every score that some picture has, in the order in which they appear.

    The PSNR of equal pictures is infinite and has no mean: it is left out, and the remark counts it.

    Args:
        rows: scores by picture.
        reasons: why a score has no values, by the score's name.
        judges: who measured it, by the score's name.
    """
    found = []
    for name in dict.fromkeys(name for row in rows.values() for name in row):
        values = [row.get(name) for row in rows.values()]
        endless = sum(v is not None and math.isinf(v) for v in values)
        reason = EQUAL if endless else reasons.get(name, "no picture gives it")
        score = mean(name, values, judge=judges.get(name, ""), reason=reason, seed=seed)
        if endless and score.value is not None:
            score = replace(
                score, remark="; ".join(filter(None, [score.remark, f"{endless} infinite (equal pictures)"]))
            )
        found.append(score)
    return found


def plain(data: Any) -> Any:
    """The same with infinities as words: JSON has none."""
    if isinstance(data, Mapping):
        return {k: plain(v) for k, v in data.items()}
    return "infinite" if isinstance(data, float) and math.isinf(data) else data

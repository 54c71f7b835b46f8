"""The arithmetic of T2I-Zero: correction by similarities on text features, and suppression on attention probabilities.

Tunanyan et al., 2023, arXiv:2310.07419. The paper's equations were read through a re-implementation and the public reviews;
what those leave open is marked as inferred where it stands.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Threshold = Literal["quantile_log", "quantile", "absolute"]
Groups = tuple[tuple[int, ...], ...]
"""For each concept its token positions."""
Window = tuple[int, int]
"""First position and the one behind the last."""

CENTRE, SIDE = 0.4518628, 0.2740686
"""A Gaussian of sigma 1 on three cells."""


@dataclass(frozen=True)
class Correction:
    """What correction by similarities did to one token."""

    position: int
    changed: float
    """Length of the change, as a share of the old length."""
    length: float
    """New length by old length: well below 1 when what survived lies outside the window (inferred)."""
    kept: int
    """Products over the threshold, in all rows."""
    inside: int
    """Those of them in the window."""


def corrected(
    features: Tensor, windows: Sequence[tuple[int, Window]], alphas: Sequence[float], tau: float,
    rule: Threshold = "quantile_log", normalise_first: bool = False, over_window: bool = False,
) -> tuple[Tensor, list[Correction]]:  # fmt: skip
    """Rebuild concept tokens from the dimensions in which they agree most with their neighbours.

    Every token reads the original features, so the order does not matter. The threshold and (by default) the maximum are
    taken over all rows, before the window is cut out. A token whose products are nowhere above 0 after the threshold stays
    as it is (inferred; the re-implementation divides by zero there).

    Args:
        features: (tokens, width) of one prompt; not changed.
        windows: a position and its neighbours, for every token to rebuild.
        alphas: share of the rebuilt token, one per window; above 1 extrapolates.
        over_window: divide by the maximum inside the window instead (inferred; large coordinates that all tokens share
            otherwise decide it).

    Returns:
        Features like those given, and a record per token that changed or was asked for.
    """
    exact, result, told = features.float(), features.float().clone(), []
    for (position, (first, stop)), alpha in zip(windows, alphas, strict=True):
        scores = exact[position] * exact
        if normalise_first and rule == "absolute":
            scores = scores / scores.max().clamp(min=1e-12)
        kept = torch.where(scores > _theta(scores, tau, rule), scores, 0.0)
        inside = kept[first:stop]
        top = float((inside if over_window else kept).amax()) if inside.numel() else 0.0
        if top > 0:
            rebuilt = (inside / top * exact[first:stop]).sum(0)
            result[position] = (1 - alpha) * exact[position] + alpha * rebuilt
        told.append(_record(position, exact[position], result[position], kept, inside))
    return result.to(features.dtype), told


def _theta(scores: Tensor, tau: float, rule: Threshold) -> float:
    if rule == "absolute":
        return tau
    share = tau if rule == "quantile" else min(max(1 - math.exp(-10 * tau), 1e-16), 1 - 1e-10)
    return float(torch.quantile(scores.flatten(), share))


def _record(position: int, old: Tensor, new: Tensor, kept: Tensor, inside: Tensor) -> Correction:
    length = float(old.norm().clamp(min=1e-12))
    return Correction(position, float((new - old).norm()) / length, float(new.norm()) / length,
                      int(kept.count_nonzero()), int(inside.count_nonzero()))  # fmt: skip


def owners(maps: Tensor, grid: tuple[int, int], members: Sequence[int], across_heads: bool = False) -> Tensor:
    """Which concept has the strongest smoothed map at each pixel: numbers (heads, pixels); the first one wins a tie.

    Args:
        maps: probabilities of the concepts' tokens, (heads, pixels, pieces).
        members: the concept of each piece; a concept's map is the mean of its pieces' (inferred).
        across_heads: one owner for all heads, of the mean map (inferred); (1, pixels) then.
    """
    pixels = maps.shape[1]
    count = max(members) + 1
    if len(members) > count:
        share = torch.zeros(len(members), count, dtype=maps.dtype, device=maps.device)
        for piece, concept in enumerate(members):
            share[piece, concept] = 1 / members.count(concept)
        maps = maps @ share
    if across_heads:
        maps = maps.mean(0, keepdim=True)
    return smoothed(maps.view(-1, *grid, maps.shape[-1])).argmax(-1).view(-1, pixels)


def smoothed(maps: Tensor) -> Tensor:
    """Maps (..., h, w, concepts) through a 3x3 Gaussian with mirrored border; a grid one cell wide stays as it is."""
    if min(maps.shape[-3:-1]) < 2:
        return maps
    down = torch.cat([maps[..., 1:2, :, :], maps, maps[..., -2:-1, :, :]], -3)
    maps = SIDE * (down[..., :-2, :, :] + down[..., 2:, :, :]) + CENTRE * maps
    across = torch.cat([maps[..., 1:2, :], maps, maps[..., -2:-1, :]], -2)
    return SIDE * (across[..., :-2, :] + across[..., 2:, :]) + CENTRE * maps


def owned(winner: Tensor, members: Sequence[int]) -> Tensor:
    """Whether a piece's concept owns a pixel: booleans (heads or 1, pixels, pieces)."""
    return winner.unsqueeze(-1) == torch.tensor(members, device=winner.device)


def shares(winner: Tensor, count: int, grid: tuple[int, int]) -> Tensor:
    """For each concept the share of heads in which it owns a pixel, (concepts, h, w)."""
    return owned(winner, range(count)).float().mean(0).T.reshape(count, *grid)

"""The maps and losses of A-STAR and of Attend-and-Excite, as functions of small tensors.

Maps of concepts have shape (rows, concepts, h, w) and are fp32; a row is a picture. Every loss gives one number per
row, so the sum over rows has gradients that stay apart. Equations: Agarwal et al., 2023, arXiv:2306.14544; token
normalisation, smoothing and the second loss: Chefer et al., 2023, arXiv:2301.13826.
"""

import math
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

MapNorm = Literal["ae_softmax", "raw", "minmax"]
MaskRule = Literal["relative", "otsu", "quantile"]
Concepts = Sequence[Sequence[int]]
"""For each concept its token positions."""

_TINY = 1e-8
"""Added to denominators: a map may be all zero."""


def concept_maps(maps: Tensor, concepts: Concepts, kept: Sequence[int], norm: MapNorm, smooth: bool) -> Tensor:
    """One map per concept of one picture, (concepts, h, w): normalised, smoothed, the mean over a concept's tokens.

    Args:
        maps: (h, w, tokens), probabilities averaged over heads and layers. Not changed.
        kept: token positions that take part in the softmax; must hold those of the concepts.
        norm: "ae_softmax" multiplies by 100 and takes the softmax over the kept tokens; "raw" leaves the probabilities;
            "minmax" stretches each token's map to 0..1 (both ours).
    """
    if norm == "ae_softmax":
        place = {position: i for i, position in enumerate(kept)}  # dropping the start token shifts every index
        maps = (maps[..., list(kept)] * 100).softmax(-1)
        concepts = [[place[position] for position in group] for group in concepts]
    wanted = sorted({position for group in concepts for position in group})
    each = maps[..., wanted].permute(2, 0, 1)  # (tokens of concepts, h, w)
    if norm == "minmax":
        low, high = each.amin((-2, -1), keepdim=True), each.amax((-2, -1), keepdim=True)
        each = (each - low) / (high - low + _TINY)
    if smooth:
        each = smoothed(each)
    return torch.stack([each[[wanted.index(position) for position in group]].mean(0) for group in concepts])


def smoothed(maps: Tensor) -> Tensor:
    """Maps (count, h, w) through a 3x3 kernel with mirrored border: centre 0.33191, edge 0.12210, corner 0.04492.

    Attend-and-Excite divides by 2 sigma where a Gaussian divides by sqrt(2) sigma; sigma is 0.5. Kept. A grid one cell
    wide has nothing to mirror and stays as it is.
    """
    if min(maps.shape[-2:]) < 2:
        return maps
    side = math.exp(-((1 / (2 * 0.5)) ** 2))
    line = torch.tensor([side, 1.0, side], dtype=maps.dtype, device=maps.device) / (1 + 2 * side)
    padded = functional.pad(maps.unsqueeze(1), (1, 1, 1, 1), mode="reflect")
    return functional.conv2d(padded, torch.outer(line, line)[None, None]).squeeze(1)


def segregation(maps: Tensor) -> Tensor:
    """Eq. 2: over unordered pairs, what two maps share by the sum of both; (rows,).

    Identical maps give 0.5 a pair, disjoint ones 0: the denominator is the plain sum, though the text says IoU.
    """
    flat = maps.flatten(2)
    pairs = torch.combinations(torch.arange(flat.shape[1], device=maps.device), 2)
    if not len(pairs):
        return flat.new_zeros(flat.shape[0])
    return _shared(flat[:, pairs[:, 0]], flat[:, pairs[:, 1]]).sum(1)


def retention(maps: Tensor, masks: Tensor) -> Tensor:
    """Eq. 3: how far each map has left the mask of the step before, summed over concepts; (rows,). At best 0.5 each.

    Args:
        masks: (rows, concepts, h, w), 0 or 1, constant. A concept whose mask is empty has none yet and counts nothing.
    """
    flat, kept = maps.flatten(2), masks.flatten(2).to(maps)
    known = kept.any(-1)
    return ((1 - _shared(flat, kept)) * known).sum(1)


def excitation(maps: Tensor) -> Tensor:
    """Attend-and-Excite: 1 minus the peak of the least attended concept, never below 0; (rows,)."""
    peaks = maps.flatten(2).amax(-1)
    return (1 - peaks).clamp(min=0).amax(1)


def binarised(maps: Tensor, rule: MaskRule) -> Tensor:
    """Where a concept's attention is high, (rows, concepts, h, w) of 0 and 1. The rules are ours: the paper names none.

    "relative": at least half the maximum. "otsu": the split with the largest variance between its halves (as InitNO).
    "quantile": the strongest fifth.
    """
    flat = maps.detach().flatten(2)
    if rule == "relative":
        least = 0.5 * flat.amax(-1, keepdim=True)
    elif rule == "quantile":
        least = flat.quantile(0.8, dim=-1, keepdim=True)
    else:
        least = _otsu(flat)
    return (flat >= least).to(maps.dtype).view_as(maps)


def renewed(masks: Tensor, before: Tensor | None) -> Tensor:
    """New masks, but those of `before` where the new one is empty or full; empty where there is none before."""
    share = masks.flatten(2).mean(-1)[..., None, None]
    previous = torch.zeros_like(masks) if before is None else before.to(masks)
    return torch.where((share > 0) & (share < 1), masks, previous)


def layout_masks(masks: Sequence[Tensor], grid: tuple[int, int]) -> Tensor:
    """Painted masks (1, 1, H, W) of any size on a grid, (concepts, h, w) of 0 and 1: area average, at least one half.

    A mask too small for the grid keeps its strongest cell.
    """
    small = torch.cat([functional.interpolate(mask.float(), grid, mode="area") for mask in masks])[:, 0]
    peak = small.flatten(1).amax(1)[:, None, None]
    return torch.where(peak >= 0.5, (small >= 0.5).float(), _strongest(small))


def _strongest(maps: Tensor) -> Tensor:
    flat = maps.flatten(1)
    return functional.one_hot(flat.argmax(1), flat.shape[1]).to(maps).view_as(maps)


def _shared(one: Tensor, other: Tensor) -> Tensor:
    """sum min(a, b) / sum (a + b) over the last axis. `minimum` gives half the gradient to each where both are equal."""
    total = (one + other).sum(-1)
    ratio = torch.minimum(one, other).sum(-1) / (total + _TINY)
    return torch.where(total > 0, ratio, ratio.detach())  # two empty maps pull nowhere


def _otsu(flat: Tensor) -> Tensor:
    """Otsu's threshold of each row of values, exact, without a histogram; stretching the values would not change it."""
    values = flat.double().sort(-1).values
    count = values.shape[-1]
    below = torch.arange(1, count, device=flat.device, dtype=values.dtype)  # how many values lie under the split
    sums = values.cumsum(-1)
    low, high = sums[..., :-1] / below, (sums[..., -1:] - sums[..., :-1]) / (count - below)
    split = (below * (count - below) * (high - low) ** 2).argmax(-1, keepdim=True)
    return values.gather(-1, split + 1).to(flat.dtype)

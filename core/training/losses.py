"""The losses of training: what the network should have said, where, and at which words it should have looked."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from core.hooks.attention import find_sites

Share = Literal["all", "area"]
_SMALL = 1e-8
PAPER_GRID = 16
"""Side of the attention maps that papers on SD 1.x and 2.x read, at 512 px."""


def noise_loss(output: Tensor, target: Tensor) -> Tensor:
    """mean (p - y)^2 over everything. Both (rows, channels, h, w); a number. Also the prior-preservation loss."""
    return (output.float() - target.float()).square().mean()


def masked_noise_loss(output: Tensor, target: Tensor, mask: Tensor, share: Share = "all") -> Tensor:
    """mean (p M - y M)^2: the error inside a mask.

    Args:
        mask: (rows, 1, h, w) in 0..1; a soft mask weighs the error by its square.
        share: "all" divides by the number of all elements, so small things weigh less (Break-A-Scene, ConceptExpress);
            "area" by the masked ones of each row (ours, for tiny things).
    """
    error = ((output.float() - target.float()) * mask).square()
    if share == "all":
        return error.mean()
    area = mask.square().sum((1, 2, 3)) * output.shape[1]
    return (error.sum((1, 2, 3)) / area.clamp(min=_SMALL)).mean()


def attention_map_loss(maps: Sequence[Tensor], masks: Sequence[Tensor]) -> Tensor:
    """Sum over the words of mean (m - a / max a)^2, mean over the rows (Break-A-Scene, section 3.3; normalised as in its
    code: by the maximum alone, with the gradient through the maximum).

    Args:
        maps: per row (words, h, w), attention probabilities with their graph.
        masks: per row (words, h, w) in 0..1, at the maps' grid.
    """
    rows = [((m - normalised(a)).square().mean((-2, -1))).sum() for a, m in zip(maps, masks, strict=True)]
    return torch.stack(rows).mean()


def normalised(maps: Tensor) -> Tensor:
    """Each map (..., h, w) divided by its own maximum, fp32."""
    maps = maps.float()
    return maps / maps.amax((-2, -1), keepdim=True).clamp(min=_SMALL)


def attention_share(maps: Tensor, masks: Tensor) -> Tensor:
    """How much of each word's attention lies in its mask, 0..1. Both (words, h, w)."""
    maps = maps.float()
    return (maps * masks).sum((-2, -1)) / maps.sum((-2, -1)).clamp(min=_SMALL)


def loss_level(unet: nn.Module, side: int) -> int:
    """At which level attention losses read their maps.

    The papers' "16 x 16" is the latent's quarter: level 2 of SD 1.x, 2.x and SDXL, in the down and up path. A network
    without cross-attention there (the embedded one) is read at the level whose grid comes nearest to 16 cells (ours).

    Args:
        side: of the latent at the model's native size.
    """
    parts: dict[int, set[str]] = {}
    for site, _ in find_sites(unet):
        if site.kind == "cross" and site.part != "mid":
            parts.setdefault(site.level, set()).add(site.part)
    levels = [level for level, found in parts.items() if len(found) == 2] or list(parts)
    if 2 in levels:
        return 2
    return min(levels, key=lambda level: (abs(side / 2**level - PAPER_GRID), level))

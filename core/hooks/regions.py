"""Masks on the grids of attention layers and latents, and blending by region. Sizes are always (height, width)."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def on_grid(mask: Tensor, grid: tuple[int, int]) -> Tensor:
    """A mask resized by area: each cell holds the share of it that the mask covers.

    Args:
        mask: (rows, 1, h, w) in 0..1.
        grid: height and width, any size, e.g. `AttentionCall.grid`.

    Returns:
        (rows, 1, *grid); the mean is kept wherever the sides divide.
    """
    return functional.adaptive_avg_pool2d(mask.float(), grid) if _coarser(mask, grid) else _enlarged(mask, grid)


def cells_inside(mask: Tensor, grid: tuple[int, int], share: float = 0.5) -> Tensor:
    """Cells of which a mask covers at least `share`, boolean (rows, 1, *grid); never empty for a mask that is not.

    A thing smaller than half a cell would vanish; it keeps the cell it covers most.
    """
    covered = on_grid(mask, grid)
    most = covered.amax((-2, -1), keepdim=True)
    return (covered >= torch.minimum(most, torch.full_like(most, share))) & (covered > 0)


def as_pixels(mask: Tensor, grid: tuple[int, int]) -> Tensor:
    """A mask in the order of an attention layer's query tokens, (rows, pixels, 1): multiplies its (rows, pixels, channels)."""
    return on_grid(mask, grid).flatten(2).transpose(1, 2)


def blend(base: Tensor, parts: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """Several tensors in one, each in its region; the base elsewhere.

    Args:
        base: (rows, channels, h, w), or (rows, pixels, channels) with masks of `as_pixels`.
        parts: (mask, tensor): mask in 0..1 broadcasting over the base, tensor like the base. Where masks add up to more
            than 1 they share the place in proportion, so order does not matter.
    """
    if not parts:
        return base
    total = torch.stack([torch.broadcast_to(mask.to(base), base.shape) for mask, _ in parts]).sum(0)
    scale = 1 / total.clamp(min=1)
    mixed = base * (1 - (total * scale))
    for mask, tensor in parts:
        mixed = mixed + mask.to(base) * scale * tensor
    return mixed


def _coarser(mask: Tensor, grid: tuple[int, int]) -> bool:
    return grid[0] <= mask.shape[-2] and grid[1] <= mask.shape[-1]


def _enlarged(mask: Tensor, grid: tuple[int, int]) -> Tensor:
    return functional.interpolate(mask.float(), grid, mode="area")

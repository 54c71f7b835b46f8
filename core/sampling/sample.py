"""The only denoising loop."""

from collections.abc import Iterable

import torch
from torch import Tensor

from core.hooks.hook import Denoiser
from core.models.conditioning import Conditioning
from core.models.schedule import Step
from core.sampling.solvers import Solver


def sample(denoiser: Denoiser, x: Tensor, cond: Conditioning, steps: Iterable[Step], solver: Solver) -> Tensor:
    """Take x through the steps, each wrapped by every hook.

    Args:
        x: (pictures, channels, h, w), begins as `solver.start(noise)` or `solver.start_from(...)`.
        cond: one row per picture, labelled "prompt".
        steps: `solver.steps` or their end, often through `run.track`.

    Returns:
        The clean latent, like x.
    """
    advance = denoiser.stepping(solver)
    # no_grad, not inference_mode: some hooks need gradients inside a step.
    with torch.no_grad():
        for step in steps:
            x = advance(step, x, cond)
    return x


def noise(shape: tuple[int, ...], seeds: Iterable[int]) -> tuple[Tensor, list[torch.Generator]]:
    """Start noise (len(seeds), *shape[1:]) and the generators it left behind, one per picture.

    Drawn on the CPU, so that a seed gives the same picture on every device, and per picture, so that a picture does not
    depend on the batch it was made in.
    """
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    rows = [torch.randn((1, *shape[1:]), generator=g) for g in generators]
    return torch.cat(rows), generators

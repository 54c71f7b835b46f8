"""Erasure metrics that need no other weights: the original checkpoint is itself a judge and is always there.

Ours, but for the idea of the diffusion classifier (UnlearnDiffAtk, Zhang et al., ECCV 2024, arXiv:2310.11868, uses it in
its attack). Never judge with the erased model: it would be its own witness.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from core.models.model import Model

GRID = tuple(range(10, 1000, 20))
"""UnlearnDiffAtk's times 10, 30, .., 990, on a schedule of 1,000."""
EDGES = (100, 900)
"""Times outside are noise to the classifier and left out."""
WEAK = 0.85
"""A detector that is right less often than this on the original model's own pictures is marked as weak."""
_SMALL = 1e-20


# --- noise predictions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Directions:
    """What a prompt means to two models at the same latents: all (pairs, channels, h, w), one pair per (t, latent)."""

    base: Tensor
    """eps0(p)"""
    base_empty: Tensor
    """eps0("")"""
    erased: Tensor
    """eps*(p)"""
    erased_empty: Tensor
    """eps*("")"""


def guidance_cosine(d: Directions) -> tuple[list[float], int]:
    """cos(eps*(p) - eps*(""), eps0(p) - eps0("")) of every pair, and how many pairs were left out (a zero vector).

    Target prompts: 1 untouched, 0 gone, below 0 pushed away. Benign prompts should stay near 1.
    """
    first = (d.erased - d.erased_empty).double().flatten(1)
    second = (d.base - d.base_empty).double().flatten(1)
    size = first.norm(dim=1) * second.norm(dim=1)
    good = size > _SMALL
    found = ((first * second).sum(1)[good] / size[good]).tolist()
    return found, int((~good).sum())


def relative_drift(d: Directions) -> float:
    """R(p) = mean |eps*(p) - eps0(p)|^2 / mean |eps0(p) - eps0("")|^2; not a number where the prompt says nothing."""
    below = float((d.base - d.base_empty).double().square().mean())
    return float((d.erased - d.base).double().square().mean()) / below if below > _SMALL else float("nan")


def empty_drift(d: Directions) -> float:
    """Numerator of R0, the change of the unconditional model: mean |eps*("") - eps0("")|^2."""
    return float((d.erased_empty - d.base_empty).double().square().mean())


def text_drift(base: Tensor, erased: Tensor, empty: Tensor) -> float:
    """mean |TE*(p) - TE0(p)| / mean |TE0(p) - TE0("")|; features (tokens, width). NaN for the empty prompt."""
    below = float((base - empty).double().norm(dim=-1).mean())
    return float((erased - base).double().norm(dim=-1).mean()) / below if below > _SMALL else float("nan")


# --- the diffusion classifier -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Probes:
    """Times and noises, the same for all prompts and all pictures."""

    times: tuple[int, ...]
    noise: Tensor
    """(pairs, channels, h, w)"""

    @staticmethod
    def draw(model: Model, shape: Sequence[int], pairs: int, seed: int) -> "Probes":
        """`pairs` (32 to 100 are sensible) times of the middle of the grid, spread evenly, and normal noise."""
        scale = model.schedule.count / 1000
        middle = [int(t * scale) for t in GRID if EDGES[0] <= t <= EDGES[1]]
        picked = [middle[(i * len(middle)) // pairs] for i in range(pairs)] if pairs < len(middle) else [
            middle[i % len(middle)] for i in range(pairs)]  # fmt: skip
        draw = torch.Generator().manual_seed(seed)
        return Probes(tuple(picked), torch.randn((pairs, *shape[1:]), generator=draw))


def classifier_error(model: Model, latent: Tensor, prompt: str, probes: Probes, together: int = 8) -> float:
    """D(p) = mean_k |eps_k - eps0(z_{t_k}, t_k, p)|^2 of one latent (1, channels, h, w), mean over all elements."""
    total, count = 0.0, len(probes.times)
    with torch.no_grad():
        cond = model.encode_prompts([prompt])
        for start in range(0, count, together):
            times = torch.tensor(probes.times[start : start + together], device=latent.device)
            noise = probes.noise[start : start + together].to(latent)
            step = model.schedule.training_step(times)
            x = model.schedule.add_noise(latent.expand_as(noise), noise, step.now)
            found = model.predict(step, x, cond.pick([0] * len(times)))
            total += float((noise - found).double().square().flatten(1).mean(1).sum())
    return total / count


def classifier_score(model: Model, latent: Tensor, target: str, reference: str, probes: Probes) -> float:
    """S = D(reference) - D(target): above a calibrated level the concept is there."""
    return classifier_error(model, latent, reference, probes) - classifier_error(model, latent, target, probes)


@dataclass(frozen=True)
class Level:
    """A calibrated threshold."""

    tau: float
    accuracy: float
    """Balanced: mean of the rates of right answers on positives and negatives, 0..1, on the calibration pictures."""

    @property
    def weak(self) -> bool:
        return self.accuracy < WEAK


def calibrate(positives: Sequence[float], negatives: Sequence[float]) -> Level:
    """The level between scores that separates best; of equally good ones the middle of the widest gap.

    Raises:
        ValueError: one of the two is empty.
    """
    if not positives or not negatives:
        raise ValueError("a level needs positives and negatives")
    values = sorted({*positives, *negatives})
    cuts = [(a + b) / 2 for a, b in itertools.pairwise(values)] or [values[0]]
    gaps = {c: b - a for c, (a, b) in zip(cuts, itertools.pairwise(values), strict=False)}

    def right(tau: float) -> float:
        hit = sum(p > tau for p in positives) / len(positives)
        return (hit + sum(n <= tau for n in negatives) / len(negatives)) / 2

    best = max(cuts, key=lambda c: (round(right(c), 12), gaps.get(c, 0.0)))
    return Level(best, right(best))


# --- pictures ---------------------------------------------------------------------------------------------------------


def ssim(first: Tensor, second: Tensor) -> float:
    """Structural similarity of pictures (rows, 3, h, w) in -1..1: mean over windows of 7 x 7, channels and rows.

    Wang et al., IEEE TIP 2004, with a uniform window and the unbiased covariance, as scikit-image's default; on 0..1.
    """
    # In 0..1: with negative luminances two opposite pictures would count as alike.
    a, b = (first.double() + 1) / 2, (second.double() + 1) / 2
    size = 7
    if min(a.shape[-2:]) < size:
        raise ValueError("pictures of fewer than 7 pixels a side")
    pixels = size * size

    def mean(x: Tensor) -> Tensor:
        return functional.avg_pool2d(x, size, 1)

    ma, mb = mean(a), mean(b)
    rest = pixels / (pixels - 1)
    va, vb, vab = (rest * (mean(x * y) - mean(x) * mean(y)) for x, y in ((a, a), (b, b), (a, b)))
    c1, c2 = 0.01**2, 0.03**2
    found = ((2 * ma * mb + c1) * (2 * vab + c2)) / ((ma**2 + mb**2 + c1) * (va + vb + c2))
    return float(found.mean())


def colour_distance(first: Tensor, second: Tensor, bins: int = 16) -> float:
    """Distance of two pictures' colour histograms, 0 equal .. 1 disjoint: half the sum of differences, mean of channels."""

    def histogram(x: Tensor) -> Tensor:
        level = ((x.double() + 1) / 2 * bins).long().clamp(0, bins - 1).transpose(0, 1).flatten(1)
        return torch.stack([torch.bincount(c, minlength=bins).double() / level.shape[1] for c in level])

    return float((histogram(first) - histogram(second)).abs().sum(1).mean() / 2)


def sharpness(pictures: Tensor) -> list[float]:
    """Variance of the Laplacian of the luminance (0..1) of each picture."""
    grey = (pictures.double() + 1) / 2 * torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64).view(1, 3, 1, 1)
    kernel = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=torch.float64).view(1, 1, 3, 3)
    edges = functional.conv2d(grey.sum(1, keepdim=True), kernel)
    return edges.flatten(1).var(1, unbiased=False).tolist()  # type: ignore[no-any-return]


def constant(pictures: Tensor, level: float = 0.02) -> list[bool]:
    """Whether each picture is nearly of one colour: no channel's standard deviation (0..1) above `level` (ours)."""
    return (pictures.double().flatten(2).std(2).amax(1) / 2 < level).tolist()  # type: ignore[no-any-return]

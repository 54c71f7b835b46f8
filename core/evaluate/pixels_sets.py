"""How far one set of pictures is from another, by their features: FID, KID, CMMD, U-IDS, P-IDS.

Heusel et al., 2017, arXiv:1706.08500 (FID); Binkowski et al., 2018, arXiv:1801.01401 (KID); Jayasumana et al., 2024,
arXiv:2401.09603 (CMMD); Zhao et al., 2021, arXiv:2103.10428 (U-IDS, P-IDS). Numbers of different feature extractors
cannot be compared, so whoever reports one names the extractor. Features are (pictures, width).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Floats = NDArray[np.float64]
Divisor = Literal["n", "n-1"]

CMMD_SIGMA = 10.0
"""Width of CMMD's kernel in its code."""
ENOUGH = 2048
"""Pictures a side from which on FID is called stable; below, a result is labelled small-sample."""


def fid(first: Floats, second: Floats, divisor: Divisor = "n") -> float:
    """Frechet distance of two Gaussians fitted to features: |m1 - m2|^2 + Tr(S1 + S2 - 2 (S1 S2)^(1/2)).

    `divisor` of the covariances: "n" as in the code of MAT, "n-1" as numpy's `cov` and most other programs.
    """
    one, two = _covariance(first, divisor), _covariance(second, divisor)
    apart = first.mean(0) - second.mean(0)
    # The square root of S1 S2 has the trace of that of S1^(1/2) S2 S1^(1/2), which is symmetric: no complex rounding.
    values, vectors = linalg.eigh(one)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    shared = np.sqrt(linalg.eigvalsh(root @ two @ root).clip(0)).sum()
    return float(max(0.0, apart @ apart + np.trace(one) + np.trace(two) - 2 * shared))


def kid(first: Floats, second: Floats) -> float:
    """Unbiased squared MMD under the kernel (x y / width + 1)^3; may be slightly negative for equal sets.

    Over all pictures of both sets at once, not the mean over drawn subsets. Each set needs two pictures.
    """
    width = first.shape[1]

    def kernel(a: Floats, b: Floats) -> Floats:
        return np.asarray((a @ b.T / width + 1) ** 3)

    def within(a: Floats) -> float:
        table = kernel(a, a)
        return float((table.sum() - np.trace(table)) / (len(a) * (len(a) - 1)))

    return within(first) + within(second) - 2 * float(kernel(first, second).mean())


def cmmd(first: Floats, second: Floats) -> float:
    """1000 x squared MMD under exp(-|a - b|^2 / 200) of CLIP embeddings of length 1, means over ALL pairs (biased, >= 0).

    Features (pictures, width) of any length; they are brought to length 1 here.
    """

    def unit(a: Floats) -> Floats:
        return np.asarray(a / np.linalg.norm(a, axis=1, keepdims=True))

    def kernel(a: Floats, b: Floats) -> float:
        squared = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
        return float(np.exp(-squared.clip(0) / (2 * CMMD_SIGMA**2)).mean())

    one, two = unit(first), unit(second)
    return 1000 * (kernel(one, one) + kernel(two, two) - 2 * kernel(one, two))


@dataclass(frozen=True)
class Machine:
    """A linear support vector machine; the last weight is the constant's."""

    weights: Floats

    def decide(self, features: Floats) -> Floats:
        """Signed distance (pictures,), scaled: above 0 is called real."""
        return np.asarray(features @ self.weights[:-1] + self.weights[-1])


def separate(real: Floats, made: Floats, c: float = 1.0) -> Machine:
    """The machine that minimises |w|^2 / 2 + c sum max(0, 1 - y d)^2, the constant weighted like a feature.

    That is LIBLINEAR's L2-loss problem in its primal form, which scikit-learn's `LinearSVC(dual=False)` solves by default.
    Newton's method on the pictures inside the margin; the problem is convex, so the answer does not depend on the way.
    """
    points = np.hstack([np.vstack([real, made]), np.ones((len(real) + len(made), 1))])
    signs = np.concatenate([np.ones(len(real)), -np.ones(len(made))])
    weights = np.zeros(points.shape[1])

    def value(w: Floats) -> float:
        return float(w @ w / 2 + c * (np.maximum(0, 1 - signs * (points @ w)) ** 2).sum())

    for _ in range(200):
        inside = signs * (points @ weights) < 1
        near = points[inside]
        slope = weights - 2 * c * near.T @ (signs[inside] - near @ weights)
        if np.linalg.norm(slope) <= 1e-9 * max(1.0, c * len(points)):
            break
        curve = np.eye(len(weights)) + 2 * c * near.T @ near
        step = -linalg.solve(curve, slope, assume_a="pos")
        scale, here = 1.0, value(weights)
        while value(weights + scale * step) > here + 1e-4 * scale * slope @ step and scale > 1e-10:
            scale /= 2
        weights = weights + scale * step
    return Machine(weights)


def u_ids(real: Floats, made: Floats, c: float = 1.0) -> float:
    """1 - the machine's accuracy on the pictures it was fitted to: 0.5 indistinguishable, 0 told apart without a fault."""
    machine = separate(real, made, c)
    right = (machine.decide(real) > 0).sum() + (machine.decide(made) <= 0).sum()
    return float(1 - right / (len(real) + len(made)))


def p_ids(real: Floats, made: Floats, c: float = 1.0) -> float:
    """Share of pairs (row by row) in which the made picture looks more real than its real one.

    Raises:
        ValueError: the sets are not pairs.
    """
    if len(real) != len(made):
        raise ValueError("P-IDS needs pairs")
    machine = separate(real, made, c)
    return float((machine.decide(made) > machine.decide(real)).mean())


def trivially_separable(pictures: int, width: int) -> bool:
    """Whether so many points (both sets together) can be told apart by chance: at most 2 (width + 1) points in general
    position are separated by some plane for half of all labellings or more (Cover, 1965), so U-IDS says nothing."""
    return pictures <= 2 * (width + 1)


def reduced(first: Floats, second: Floats, width: int) -> tuple[Floats, Floats]:
    """Both sets on the `width` strongest principal axes of the second, which does not depend on what is judged.

    Raises:
        ValueError: there are fewer axes than that.
    """
    centre = second.mean(0)
    _, strengths, axes = np.linalg.svd(second - centre, full_matrices=False)
    if width > int((strengths > 1e-9 * strengths[0]).sum()):
        raise ValueError(f"{len(second)} pictures do not span {width} axes")
    return (first - centre) @ axes[:width].T, (second - centre) @ axes[:width].T


def _covariance(features: Floats, divisor: Divisor) -> Floats:
    centred = features - features.mean(0)
    return np.asarray(centred.T @ centred / (len(features) - (divisor == "n-1")))

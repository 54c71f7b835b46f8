"""Concept Lancet's sparse decomposition: a representation as a few concepts and a rest, in Gram form.

Luo et al., CVPR 2025, arXiv:2504.02828. An elastic net on unit vectors,

    min_w 1/2 |y - D w|^2 + lam1 |w|_1 + 1/2 lam2 |w|^2,    lam1 = tau alpha, lam2 = (1 - tau) alpha,

without intercept and with either sign. All it needs is D^T D and D^T y, so its cost does not grow with the text's length.
The reference first shrinks everything by a randomised SVD, which keeps all inner products: the same problem, less exact.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

TOLERANCE = 1e-10
_MOST_CYCLES = 20_000
_SOON = 32
"""Cycles of descent before the signs are searched."""
_MOST_SIGNS = 500

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Decomposition:
    """v = D w + r."""

    coefficients: Tensor
    """w, (N,), fp64: in units of the atoms as given."""
    residual: float
    """|r| / |v|."""
    condition: float
    """Condition number of the Gram matrix of unit atoms; large where concepts are near-duplicates."""
    cycles: int
    """Cycles of coordinate descent; `_MOST_CYCLES` when it did not settle."""


def decompose(atoms: Tensor, vector: Tensor, alpha: float = 0.01, tau: float = 0.95,
              normalize: bool = True, origin: Tensor | None = None) -> Decomposition:  # fmt: skip
    """The coefficients of a vector in a dictionary.

    Args:
        atoms: (N, ...) any shape behind the first axis; flattened, fp64. A zero atom gets coefficient 0.
        vector: like one atom. It must not be among the atoms.
        alpha: sparsity. 0.01 is the paper's number, 0.05 the default of its code.
        tau: 0..1, share of the l1 part; 1 is the lasso.
        normalize: solve for unit atoms and a unit target, then undo it, as the reference does.
        origin: taken off atoms and vector first (ours), such as the null concept: what every text has in common. Left in,
            it makes up most of a unit atom's length, and the l1 part shrinks all but the strongest coefficient by much.
            The residual is then a share of |v - origin|.
    """
    dictionary, target = atoms.detach().flatten(1).double().cpu(), vector.detach().flatten().double().cpu()
    if origin is not None:
        start = origin.detach().flatten().double().cpu()
        dictionary, target = dictionary - start, target - start
    if dictionary.shape[1] != target.shape[0]:
        raise ValueError(f"atoms of {dictionary.shape[1]} numbers for a vector of {target.shape[0]}")
    gram, inner = dictionary @ dictionary.T, dictionary @ target
    norms, length = gram.diagonal().clamp(min=0).sqrt(), float(target.norm())
    scale = torch.where(norms > 0, norms, torch.ones_like(norms))
    if length == 0:
        return Decomposition(torch.zeros_like(norms), 0.0, 1.0, 0)
    unit = gram / scale[:, None] / scale[None]
    condition = float(torch.linalg.cond(unit)) if (norms > 0).all() else float("inf")
    if normalize:
        found, cycles = elastic_net(unit, inner / scale / length, tau * alpha, (1 - tau) * alpha)
        weights = found * length / scale
    else:
        weights, cycles = elastic_net(gram, inner, tau * alpha, (1 - tau) * alpha)
    weights = torch.where(norms > 0, weights, torch.zeros_like(weights))
    rest = float(target @ target - 2 * weights @ inner + weights @ gram @ weights)
    return Decomposition(weights, max(0.0, rest) ** 0.5 / length, condition, cycles)


def elastic_net(gram: Tensor, inner: Tensor, lam1: float, lam2: float) -> tuple[Tensor, int]:
    """Cyclic coordinate descent, `w_j <- soft(b_j - sum_{k != j} G_jk w_k, lam1) / (G_jj + lam2)`, in fp64.

    Atoms of text features nearly agree (start token, padding), where descent alone would need thousands of cycles. What it
    has not settled soon, a search over signs ends exactly (`signed_search`).

    Args:
        gram: (N, N), symmetric.
        inner: (N,), D^T y.

    Returns:
        w (N,), fp64, and the cycles taken.
    """
    rows, count = gram.double().tolist(), len(inner)
    weights, slack = [0.0] * count, inner.double().tolist()  # slack = b - G w
    for cycle in range(1, _MOST_CYCLES + 1):
        largest = 0.0
        for j in range(count):
            row = rows[j]
            below = row[j] + lam2
            new = _soft(slack[j] + row[j] * weights[j], lam1) / below if below > 0 else 0.0
            change = new - weights[j]
            if change:
                weights[j] = new
                slack = [s - change * g for s, g in zip(slack, row, strict=True)]
                largest = max(largest, abs(change))
        if largest < TOLERANCE:
            return torch.tensor(weights, dtype=torch.float64), cycle
        if cycle == _SOON:
            exact = signed_search(gram.double(), inner.double(), torch.tensor(weights, dtype=torch.float64), lam1, lam2)
            if exact is not None:
                return exact, cycle
    return torch.tensor(weights, dtype=torch.float64), _MOST_CYCLES


def _soft(value: float, by: float) -> float:
    return max(0.0, abs(value) - by) * (1.0 if value > 0 else -1.0)


def signed_search(gram: Tensor, inner: Tensor, start: Tensor, lam1: float, lam2: float) -> Tensor | None:
    """The elastic net's exact minimum by feature-sign search (Lee et al., NIPS 2006), from any start.

    With the signs known the minimum is a linear system. On the way there the best of the points where a coefficient changes
    its sign is taken, so that what is minimised falls at each step. None where the system is singular.
    """
    system, b, w = gram.numpy() + lam2 * np.eye(len(inner)), inner.numpy(), start.numpy().copy()
    signs = np.sign(w)
    for _ in range(_MOST_SIGNS):
        active = np.flatnonzero(signs)
        if len(active):
            try:
                goal = np.linalg.solve(system[np.ix_(active, active)], b[active] - lam1 * signs[active])
            except np.linalg.LinAlgError:
                return None
            fitting = (np.sign(goal) == signs[active]).all()
            w[active] = goal if fitting else _lowest(system[np.ix_(active, active)], b[active], w[active], goal, lam1)
            signs = np.sign(w)
            if not fitting:
                continue
        slack = b - system @ w
        slack[signs != 0] = 0
        worst = int(np.abs(slack).argmax())
        if abs(slack[worst]) <= lam1 * (1 + 1e-9) + 1e-12:
            return torch.from_numpy(w)
        signs[worst] = np.sign(slack[worst])
    return None


def _lowest(system: Floats, b: Floats, w: Floats, goal: Floats, lam1: float) -> Floats:
    """Of the points between w and goal where a coefficient passes 0, and the goal, that of the least value."""
    apart = goal - w
    crossing = np.flatnonzero(w * goal < 0)
    points = [goal]
    for k in crossing:
        point = w + w[k] / -apart[k] * apart
        point[k] = 0.0
        points.append(point)
    return min(points, key=lambda p: float(p @ system @ p / 2 - b @ p + lam1 * np.abs(p).sum()))

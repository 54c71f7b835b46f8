"""Concept Lancet's sparse decomposition: a representation as a few concepts and a rest, in Gram form.

Luo et al., CVPR 2025, arXiv:2504.02828. An elastic net on unit vectors,

    min_w 1/2 |y - D w|^2 + lam1 |w|_1 + 1/2 lam2 |w|^2,    lam1 = tau alpha, lam2 = (1 - tau) alpha,

without intercept and with either sign. All it needs is D^T D and D^T y, so its cost does not grow with the text's length.
The reference first shrinks everything by a randomised SVD, which keeps all inner products: the same problem, less exact.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

TOLERANCE = 1e-10
_MOST_CYCLES = 20_000
_FINISH_EVERY = 8


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
              normalize: bool = True, refit: bool = False) -> Decomposition:  # fmt: skip
    """The coefficients of a vector in a dictionary.

    Args:
        atoms: (N, ...) any shape behind the first axis; flattened, fp64. A zero atom gets coefficient 0.
        vector: like one atom. It must not be among the atoms.
        alpha: sparsity. 0.01 is the paper's number, 0.05 the default of its code.
        tau: 0..1, share of the l1 part; 1 is the lasso.
        normalize: solve for unit atoms and a unit target, then undo it, as the reference does.
        refit: solve once more for the atoms that were found, without a penalty (ours; the "relaxed" lasso). The l1 part
            shrinks every coefficient; where atoms have most of their length in common it shrinks all but the strongest a lot.
    """
    dictionary, target = atoms.detach().flatten(1).double().cpu(), vector.detach().flatten().double().cpu()
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
    if refit and weights.any():
        active = weights.nonzero().flatten()
        exact = torch.linalg.lstsq(unit[active][:, active], (inner / scale)[active], driver="gelsd").solution
        weights = torch.zeros_like(weights).index_copy(0, active, exact / scale[active])
    rest = float(target @ target - 2 * weights @ inner + weights @ gram @ weights)
    return Decomposition(weights, max(0.0, rest) ** 0.5 / length, condition, cycles)


def elastic_net(gram: Tensor, inner: Tensor, lam1: float, lam2: float) -> tuple[Tensor, int]:
    """Cyclic coordinate descent, `w_j <- soft(b_j - sum_{k != j} G_jk w_k, lam1) / (G_jj + lam2)`, in fp64.

    Every few cycles the signs found so far are tried: with them known the minimum is a linear system, and the optimality
    conditions tell whether it is the right one. Atoms of text features nearly agree (start token, padding), where
    descent alone would need thousands of cycles.

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
        if cycle % _FINISH_EVERY == 0:
            exact = _finished(gram.double(), inner.double(), weights, lam1, lam2)
            if exact is not None:
                return exact, cycle
    return torch.tensor(weights, dtype=torch.float64), _MOST_CYCLES


def _soft(value: float, by: float) -> float:
    return max(0.0, abs(value) - by) * (1.0 if value > 0 else -1.0)


def _finished(gram: Tensor, inner: Tensor, weights: list[float], lam1: float, lam2: float) -> Tensor | None:
    """The minimum for the signs that `weights` have, if it is the minimum over all."""
    guess = torch.tensor(weights, dtype=torch.float64)
    active = guess.nonzero().flatten()
    if not len(active):
        return None
    signs = guess[active].sign()
    system = gram[active][:, active] + lam2 * torch.eye(len(active), dtype=torch.float64)
    solved, info = torch.linalg.solve_ex(system, inner[active] - lam1 * signs)
    if int(info) or not solved.isfinite().all() or (solved.sign() != signs).any():
        return None
    exact = torch.zeros_like(guess)
    exact[active] = solved
    slack = inner - gram @ exact
    slack[active] = 0
    return exact if float(slack.abs().max()) <= lam1 * (1 + 1e-9) + 1e-12 else None

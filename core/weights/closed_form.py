"""Ridge regression on projections: the algebra behind closed-form editing (UCE, RECE, TRCE's first stage).

All features are rows: a projection W (out, width) maps features f (n, width) to f @ W.T (n, out). An edit asks for

    argmin_W'  sum_i w_i |W' f_i - v_i|^2 + sum_j w_j |W' k_j - W k_j|^2 + ridge |W' - W|^2

(UCE, Gandikota et al., arXiv:2308.14761; RECE, Gong et al., arXiv:2407.12383, as their code solves it). Its normal
equations W' B = A have one matrix B = ridge I + sum w f f^T for every projection that reads the same features, so B is
factored once (`Normal`).
Written as a change, the kept rows and the ridge fall out of A:

    W' - W = sum_i w_i (v_i - W f_i) (f_i^T B^-1)

and where every target is v_i = W g_i, it is W (T - I) with one T of low rank for all projections (`Factor`).

Precision, measured on 32 random matrices of 320..1280 x 768 with made-up text-like rows of norm 28 (`rece_bench`): B has
a condition number of 2e5 for UCE and 1e9 in a round of RECE. An fp32 inverse is then off by 0.4 % (UCE) or useless (RECE,
20 times the change itself). So B is built and solved in fp64; only the products with the projections stay in the weights'
own precision, at least fp32, which leaves 8e-7 and 1.5e-5. Solves happen on the CPU: some devices have no fp64.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

_ITERATIONS = 40
"""Of the power method for condition numbers: two digits are enough for a report."""


@dataclass(frozen=True)
class Pull:
    """Features (n, width) that a projection should send to `to` (n, out), with a weight per sum of squares."""

    features: Tensor
    to: Tensor
    weight: float = 1.0


class Normal:
    """B = ridge I + sum w f f^T (width, width), factored once for all projections that read the same features."""

    def __init__(self, rows: Iterable[tuple[Tensor, float]], ridge: float, width: int) -> None:
        """
        Args:
            rows: features (n, width) with their weight (>= 0): what is moved and what is kept.
            ridge: above 0, else B is singular as long as there are fewer rows than the width.
        """
        if ridge <= 0:
            raise ValueError("the ridge must be positive")
        self.ridge = ridge
        self.matrix = ridge * torch.eye(width, dtype=torch.float64)
        for features, weight in rows:
            exact = _exact(features)
            self.matrix.addmm_(exact.T, exact, alpha=weight)
        self.factor = torch.linalg.cholesky(self.matrix)

    def solve(self, rows: Tensor) -> Tensor:
        """rows @ B^-1, (n, width), fp64."""
        return torch.cholesky_solve(_exact(rows).T, self.factor).T

    @property
    def condition(self) -> float:
        """Largest over smallest eigenvalue, by the power method: an estimate from below, good to about two digits."""
        vector = torch.ones(self.matrix.shape[0], 1, dtype=torch.float64)
        high, low = vector / vector.norm(), vector / vector.norm()
        for _ in range(_ITERATIONS):
            high = self.matrix @ high
            high /= high.norm()
            low = torch.cholesky_solve(low, self.factor)
            low /= low.norm()
        return float((high.T @ self.matrix @ high) / (low.T @ self.matrix @ low))


def redirect(old: Tensor, pulls: Sequence[Pull], ridge: float, normal: Normal | None = None) -> Tensor:
    """argmin_W  sum_i w_i |W f_i - to_i|^2 + ridge |W - old|^2, solved in fp64; like `old`.

    Args:
        normal: B of these pulls when it is known already, for instance from the projection before.
    """
    weight = _exact(old)
    if normal is None:
        normal = Normal([(p.features, p.weight) for p in pulls], ridge, weight.shape[1])
    change = torch.zeros_like(weight)
    for pull in pulls:
        features = _exact(pull.features)
        change += pull.weight * (_exact(pull.to) - features @ weight.T).T @ normal.solve(features)
    return (weight + change).to(old)


@dataclass(frozen=True)
class Move:
    """Features (n, width) that every projection should send where it sends `to` (n, width) now."""

    features: Tensor
    to: Tensor
    weight: float = 1.0


@dataclass(frozen=True)
class Factor:
    """T = I + left^T right, the right factor that an edit puts behind every projection: W becomes W T.

    Shapes (n, width), fp64, n = number of moved rows: T - I has at most that rank. T also acts on features, f -> T f,
    with the same effect on keys and values.
    """

    left: Tensor
    right: Tensor

    @property
    def rank(self) -> int:
        return int(self.left.shape[0])

    def full(self) -> Tensor:
        """T as one matrix (width, width)."""
        return torch.eye(self.left.shape[1], dtype=self.left.dtype) + self.left.T @ self.right

    def move(self, features: Tensor) -> Tensor:
        """T f for rows f (n, width), fp64."""
        exact = _exact(features)
        return exact + exact @ self.right.T @ self.left

    def then(self, second: "Factor") -> "Factor":
        """Both edits, this one first: W T1 T2. T1 T2 - I = l1^T (r1 T2) + l2^T r2."""
        moved = self.right + self.right @ second.left.T @ second.right
        return Factor(torch.cat([self.left, second.left]), torch.cat([moved, second.right]))

    def change(self, weight: Tensor) -> Tensor:
        """W (T - I) (out, width) in the weight's precision, at least fp32."""
        exact = _working(weight)
        left, right = self.left.to(exact), self.right.to(exact)
        if 2 * self.rank < self.left.shape[1]:  # two thin products are cheaper than a square one
            return exact @ left.T @ right
        return exact @ (self.left.T @ self.right).to(exact)


def common_factor(moves: Sequence[Move], kept: Sequence[tuple[Tensor, float]], ridge: float) -> tuple[Factor, Normal]:
    """The factor T that solves the edit for every projection at once, and the system it came from.

    T - I = sum_i w_i (g_i - c_i) c_i^T B^-1: only the moved rows c with their targets g stand in front; the kept rows
    act through B.

    Args:
        moves: at least one.
        kept: features (n, width) that must stay, each with its weight.
        ridge: pull back to the weights as they are, above 0.
    """
    rows = [(m.features, m.weight) for m in moves]
    normal = Normal([*rows, *kept], ridge, moves[0].features.shape[1])
    left = torch.cat([_exact(m.to) - _exact(m.features) for m in moves])
    right = torch.cat([m.weight * _exact(m.features) for m in moves])
    return Factor(left, normal.solve(right)), normal


def gram(weights: Iterable[Tensor], others: Iterable[Tensor] | None = None) -> Tensor:
    """sum_l W_l^T V_l (width, width), fp64; V = W unless `others` says so.

    Each product is made in the weights' own precision (at least fp32) and added in fp64: an error there only means
    slightly different weights, for which the solve that follows is exact.
    """
    total: Tensor | float = 0.0
    pairs = ((w, w) for w in weights) if others is None else zip(weights, others, strict=True)
    for one, other in pairs:
        product = _working(one).T @ _working(other)
        total = total + product.double().cpu()
    if not isinstance(total, Tensor):
        raise ValueError("no weights")
    return total


def preimage(matrix: Tensor, cross: Tensor) -> Tensor:
    """R = matrix^-1 cross (width, width), fp64, for a symmetric positive definite matrix.

    With matrix = ridge I + sum W^T W and cross = sum W^T W0, `features @ R.T` are the features whose keys and values in
    the network of the W come closest to those of `features` in the network of the W0 (RECE's derived embedding).

    Raises:
        torch.linalg.LinAlgError: the matrix is not positive definite.
    """
    return torch.cholesky_solve(_exact(cross), torch.linalg.cholesky(_exact(matrix)))


def _exact(tensor: Tensor) -> Tensor:
    return tensor.detach().to("cpu", torch.float64)


def _working(tensor: Tensor) -> Tensor:
    exact = tensor.detach()
    return exact if exact.dtype == torch.float64 else exact.float()

"""Ridge regression on projections: the algebra behind closed-form editing (UCE, RECE, TRCE's first stage).

All features are rows: a projection W (out, width) maps features f (n, width) to f @ W.T (n, out).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Pull:
    """Features (n, width) that a projection should send to `to` (n, out), with a weight per sum of squares."""

    features: Tensor
    to: Tensor
    weight: float = 1.0


def redirect(old: Tensor, pulls: Sequence[Pull], ridge: float) -> Tensor:
    """argmin_W  sum_i w_i |W f_i - to_i|^2 + ridge |W - old|^2, solved in fp64; like `old`.

    The normal equations: W (ridge I + sum w f f^T) = ridge old + sum w to f^T.
    """
    weight = old.double()
    gram = ridge * torch.eye(weight.shape[1], dtype=torch.float64, device=weight.device)
    right = ridge * weight
    for pull in pulls:
        features = pull.features.double().to(weight.device)
        gram += pull.weight * features.T @ features
        right += pull.weight * pull.to.double().to(weight.device).T @ features
    return torch.linalg.solve(gram, right, left=False).to(old.dtype)

"""How long an edit takes against the naive form of the same equations: one explicit inverse per matrix.

Both run in one go, alternating; every figure named `ratio` is ours / naive, below 1 is faster. The naive form is what the
reference scripts do (a pass over the matrices per round, fp32); in fp64 it gives the result that ours is compared with.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from core.models.loading import load
from erasure.weights.phrases import NOTHING, Phrase, cross_weights, paired_rows, read_phrase
from erasure.weights.rece import ReceEdit, Sums
from erasure.weights.uce import UceEdit, default_keep_weight

WIDTH, TOKENS = 768, 77
SIDES = (320,) * 5 + (640,) * 5 + (1280,) * 6
"""Output widths of the cross-attention layers of SD 1.x, each with a key and a value matrix."""
_NORM = 28.0
"""Of a row of SD 1.x text features, roughly; all of them share a large common part."""


def benchmark() -> dict[str, float]:
    """The figures under names that say what they are of."""
    return rece_benchmark()


def rece_benchmark(rounds: int = 1, repeats: int = 3) -> dict[str, float]:
    """RECE (UCE and `rounds` rounds) on the embedded model and on random projections of SD 1.5's sizes.

    Returns:
        Per set: `ratio` to the naive form in the same precision (fp64), `ratio to fp32` to what the scripts do, seconds of
        ours, and the relative difference of ours and of the fp32 form to the naive fp64 result.
    """
    found: dict[str, float] = {}
    with torch.no_grad():
        model = load("pocket")
        words = [read_phrase(model, text) for text in ("dog", NOTHING, "cat", "red car")]
        for title, weights, phrases in (
            ("pocket", cross_weights(model), words),
            ("SD1.5 size", random_projections(), random_phrases()),
        ):
            edit = example(phrases, rounds)
            found |= {f"RECE, {title}: {name}": value for name, value in _compared(weights, edit, repeats).items()}
    return found


def example(phrases: Sequence[Phrase], rounds: int) -> ReceEdit:
    """Erase the first phrase towards the second (the empty one), keep it and the others."""
    old, empty, *kept = phrases
    keep = (empty, *kept)
    uce = UceEdit(((old, empty),), keep, "span", 1.0, 0.5, default_keep_weight("span", len(keep)))
    return ReceEdit(uce, ((old, empty),), keep, rounds, 1e-3, 0.1, 0.1)


def random_projections(seed: int = 0) -> dict[str, Tensor]:
    """32 matrices of SD 1.5's sizes."""
    draw = torch.Generator().manual_seed(seed)
    return {f"{kind}.{i}": torch.randn(side, WIDTH, generator=draw) / WIDTH**0.5
            for kind in ("key", "value") for i, side in enumerate(SIDES)}  # fmt: skip


def random_phrases(seed: int = 1) -> list[Phrase]:
    """Four phrases of like structure as text features: a common part, one per phrase, one per row."""
    draw = torch.Generator().manual_seed(seed)
    common, start = torch.randn(1, WIDTH, generator=draw), torch.randn(1, WIDTH, generator=draw)
    phrases = []
    for text, ids in (("erased", (1, 2)), (" ", ()), ("kept", (3,)), ("kept too", (4, 5))):
        rows = common + 0.7 * torch.randn(1, WIDTH, generator=draw) + 0.2 * torch.randn(TOKENS, WIDTH, generator=draw)
        rows[0] = start
        phrases.append(Phrase(text, ids, rows / rows.norm(dim=-1, keepdim=True) * _NORM))
    return phrases


def fast(weights: Mapping[str, Tensor], edit: ReceEdit) -> dict[str, Tensor]:
    """The changes as the task computes them."""
    factor, _ = edit.uce.factor()
    if edit.rounds:
        sums = Sums.of(weights)
        for _ in range(edit.rounds):
            factor = edit.another(sums, factor)
    return {name: factor.change(weight) for name, weight in weights.items()}


def naive(weights: Mapping[str, Tensor], edit: ReceEdit, dtype: torch.dtype) -> dict[str, Tensor]:
    """The same changes matrix by matrix, with A, B and an explicit inverse for each of them."""
    original = {name: weight.to(dtype) for name, weight in weights.items()}
    uce = edit.uce
    moves = [paired_rows(old, new, uce.form) for old, new in uce.pairs]
    kept = [k.features for k in uce.kept]
    now = {n: _inverted(w, moves, kept, uce.strength, uce.keep_weight, uce.caution) for n, w in original.items()}
    for _ in range(edit.rounds):
        width = next(iter(now.values())).shape[1]
        matrix, cross = edit.regularisation * torch.eye(width, dtype=dtype), torch.zeros(width, width, dtype=dtype)
        for name, weight in now.items():
            matrix += weight.T @ weight
            cross += weight.T @ original[name]
        back = torch.linalg.inv(matrix) @ cross
        moves = [(old.features.to(dtype) @ back.T, new.features) for old, new in edit.words]
        kept = [k.features for k in edit.kept]
        now = {n: _inverted(w, moves, kept, uce.strength, edit.keep_weight, edit.caution) for n, w in now.items()}
    return {name: weight - original[name] for name, weight in now.items()}


def _inverted(
    weight: Tensor, moves: Sequence[tuple[Tensor, Tensor]], kept: Sequence[Tensor], strength: float, keep: float,
    ridge: float,
) -> Tensor:  # fmt: skip
    """A B^-1 for one matrix."""
    left, right = ridge * weight, ridge * torch.eye(weight.shape[1], dtype=weight.dtype)
    for features, target in moves:
        rows, goals = features.to(weight), target.to(weight)
        left = left + strength * (goals @ weight.T).T @ rows
        right = right + strength * rows.T @ rows
    for features in kept:
        rows = features.to(weight)
        left = left + keep * (rows @ weight.T).T @ rows
        right = right + keep * rows.T @ rows
    inverse: Tensor = torch.linalg.inv(right)
    return left @ inverse


def _compared(weights: Mapping[str, Tensor], edit: ReceEdit, repeats: int) -> dict[str, float]:
    calls: dict[str, Callable[[], dict[str, Tensor]]] = {
        "ours": lambda: fast(weights, edit),
        "fp32": lambda: naive(weights, edit, torch.float32),
        "fp64": lambda: naive(weights, edit, torch.float64),
    }
    spent: dict[str, list[float]] = {name: [] for name in calls}
    results: dict[str, dict[str, Tensor]] = {}
    for _ in range(repeats):
        for name, call in calls.items():
            began = time.perf_counter()
            results[name] = call()
            spent[name].append(time.perf_counter() - began)

    def ratio(other: str) -> float:
        return statistics.median(a / b for a, b in zip(spent["ours"], spent[other], strict=True))

    return {
        "ratio": ratio("fp64"), "ratio to fp32": ratio("fp32"), "seconds": statistics.median(spent["ours"]),
        "error": difference(results["ours"], results["fp64"]),
        "error of fp32 inverses": difference(results["fp32"], results["fp64"]),
    }  # fmt: skip


def difference(found: Mapping[str, Tensor], exact: Mapping[str, Tensor]) -> float:
    """|found - exact| / |exact| over all matrices."""
    miss = sum(float((found[n].double() - e.double()).square().sum()) for n, e in exact.items())
    return float((miss / sum(float(e.double().square().sum()) for e in exact.values())) ** 0.5)

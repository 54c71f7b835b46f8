"""Virtual inversion: the formulas, equal chains give the picture back, the attention schedule."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch

from core.hooks.attention import Site
from core.hooks.hook import hooked
from core.models.schedule import Step
from core.sampling.infedit import (
    Blend,
    RowGuidance,
    UnifiedAttention,
    VirtualInversion,
    infedit_rows,
    renoised,
    virtual_clean,
    word_mask,
)  # fmt: skip
from core.sampling.sample import sample
from core.sampling.solvers import Solver


def _edit(model: Any, target: str, *, guidance: float = 1.0, blend: Blend | None = None, cross: float = 0.7) -> Any:
    draw = torch.Generator().manual_seed(0)
    noise = lambda shape: torch.randn(tuple(shape), generator=draw)
    clean = noise((1, 4, 8, 8))
    with torch.no_grad():
        source, aim, negative = (model.encode_prompts([t]) for t in ("a red cat", target, ""))
    solver = Solver(model.schedule, "lcm", 4)
    chains = VirtualInversion(clean, noise, blend=blend).watch(model)
    hooks = [chains, RowGuidance((1.0, guidance, 1.0), negative), UnifiedAttention((3,), cross)]
    with hooked(model, hooks) as denoiser:
        made = sample(denoiser, noise(clean.shape).repeat(3, 1, 1, 1), infedit_rows(source, aim), solver.steps, solver)
    return clean, made


def test_the_formulas_by_hand() -> None:
    one = torch.ones(1, 1, 1, 1)
    assert virtual_clean(2 * one, 3 * one, 0.5 * one, 0.64).item() == pytest.approx(2 + (3 - 0.6 * 0.5) / 0.8)
    assert renoised(one, 9 * one, 2 * one, 0.64, 1.0).item() == pytest.approx(0.8 + 0.6 * 2)
    assert renoised(one, 9 * one, 2 * one, 0.64, 0.0).item() == pytest.approx(0.8 + 0.6 * 9)


def test_the_same_prompt_gives_the_picture_back(any_tiny: Any) -> None:
    clean, made = _edit(any_tiny, "a red cat")
    assert torch.allclose(made, clean.expand_as(made), atol=2e-2)
    assert torch.equal(made[:1], clean)


def test_another_prompt_changes_the_target_alone(tiny_sd1: Any) -> None:
    clean, made = _edit(tiny_sd1, "a red dog", guidance=2.3)
    assert torch.equal(made[:1], clean)
    assert (made[1] - clean[0]).abs().mean() > 0.01


def test_a_blend_that_keeps_everything_gives_the_picture(tiny_sd1: Any) -> None:
    clean, made = _edit(tiny_sd1, "a red dog", guidance=2.3, blend=Blend(kept=(1, 2, 3), keep_threshold=-1.0))
    assert torch.equal(made[1:2], clean)


def test_word_masks_take_the_strongest_of_the_words() -> None:
    maps = torch.zeros(1, 2, 2, 3)
    maps[0, 0, 0, 1], maps[0, 1, 1, 2], maps[0, 0, 1, 0] = 1.0, 0.5, 9.0
    assert word_mask(maps, [1, 2], (2, 2), 0.4)[0, 0].tolist() == [[True, False], [False, True]]
    assert word_mask(maps, [1, 2], (2, 2), 0.6)[0, 0].tolist() == [[True, False], [False, False]]


@dataclass(frozen=True)
class _Call:
    step: Step
    site: Site
    labels: tuple[str, ...]
    query: torch.Tensor
    key: torch.Tensor
    value: torch.Tensor
    weights: torch.Tensor

    def rows(self, label: str) -> list[int]:
        return [i for i, own in enumerate(self.labels) if own == label]

    def probabilities(self) -> torch.Tensor:
        return self.weights


def _call(kind: Any, index: int) -> Any:
    labels = tuple(f"{half}/{name}" for half in ("negative", "prompt") for name in ("source", "target", "mutual"))
    rows = torch.arange(6.0).view(6, 1, 1, 1)
    weights = rows.expand(6, 1, 1, 4).clone()
    return _Call(Step(index, 10, 1.0, 0.5, 0.6), Site("x", "down", kind, 0, 0), labels, rows, rows, rows, weights)


@pytest.mark.parametrize(
    ("index", "query", "key"),
    [(0, [0, 0, 0, 3, 3, 3], [0, 0, 0, 3, 3, 3]), (9, [0, 1, 1, 3, 4, 4], [0, 1, 0, 3, 4, 3])],
)
def test_self_attention_schedule(index: int, query: list[int], key: list[int]) -> None:
    seen: list[Any] = []
    UnifiedAttention().attend(_call("self", index), lambda c: seen.append(c) or c.query)  # type: ignore[func-returns-value]
    assert seen[0].query.flatten().tolist() == query
    assert seen[0].key.flatten().tolist() == key
    assert seen[0].value.flatten().tolist() == [0, 1, 0, 3, 4, 3]


def test_cross_attention_takes_aligned_tokens_from_the_source() -> None:
    seen: list[Any] = []
    for index in (6, 7):
        UnifiedAttention((2,)).attend(_call("cross", index), lambda c: seen.append(c) or c.query)  # type: ignore[func-returns-value]
    assert seen[0].weights[4].flatten().tolist() == [3, 3, 4, 3]
    assert seen[0].weights[[0, 1, 2, 3, 5]].eq(torch.tensor([0, 1, 2, 3, 5.0]).view(5, 1, 1, 1)).all()
    assert seen[1].weights[4].eq(4).all()
    assert replace(seen[1]) is not seen[1]

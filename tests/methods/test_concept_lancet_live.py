"""Concept Lancet while a picture is made: the exact exchange, its steps, other prompts, bad input, and the effect."""

import json

import pytest
import torch

from core.contract.errors import UserError
from core.engine.generate import GenerateParams, generate, render
from editing.concept_lancet_live import LiveLancet, LiveLancetParams

PROMPT = "a cat in the snow"


def _hook(model, run, **more):
    given = {"source": ("cat",), "target": ("dog",), "coefficient": 0.8, "count": 8, **more}
    return LiveLancet(LiveLancetParams(**given), run, model)


def _made(model, run, *hooks, prompt=PROMPT, steps=4):
    return render(GenerateParams(prompt=prompt, steps=steps, size="64x64"), run, model, [0, 1], hooks)


def test_the_prompt_is_told_v_plus_the_exchange(pocket, make_run):
    run, seen = make_run(pocket), []
    hook = _hook(pocket, run, coefficient=None, strength=1.5, alpha=0.001)

    class See(LiveLancet):
        def __init__(self): ...
        def attach(self, model):
            from contextlib import nullcontext

            return nullcontext()

        def advance(self, step, x, cond, inner):
            return inner(step, x, cond)

        def predict(self, step, x, cond, inner):
            seen.append(cond)
            return inner(step, x, cond)

        def finish(self, picture):
            return picture

    _made(pocket, run, hook, See())
    plan, own = hook.plan, pocket.encode_prompts([PROMPT]).features[0]
    (weight,) = plan.weights
    assert weight > 0
    d = plan.atoms.features
    wanted = own + 1.5 * weight * (d[plan.count] - d[0])
    rows = seen[0].rows("prompt")
    assert len(rows) == 2
    assert all(torch.allclose(seen[0].features[r], wanted, atol=1e-4) for r in rows)
    plain = [r for r in range(seen[0].count) if r not in rows]
    empty = pocket.encode_prompts([""]).features[0]
    assert all(torch.allclose(seen[0].features[r], empty, atol=1e-5) for r in plain)


def test_strength_zero_is_the_identity_and_later_keeps_more(any_tiny, make_run):
    run = make_run(any_tiny)
    plain = _made(any_tiny, run)
    assert torch.equal(_made(any_tiny, run, _hook(any_tiny, run, strength=0.0)), plain)
    early, late = (_made(any_tiny, run, _hook(any_tiny, run, begin=b)) for b in (0.0, 0.75))
    assert not torch.equal(early, plain)
    assert not torch.equal(late, plain)
    assert torch.equal(_made(any_tiny, run), plain)


def test_later_keeps_more_of_the_layout(pocket, make_run):
    run = make_run(pocket)
    plain = _made(pocket, run, steps=8)
    apart = [(_made(pocket, run, _hook(pocket, run, begin=b), steps=8) - plain).abs().mean() for b in (0.0, 0.5)]
    assert 0 < apart[1] < apart[0]


def test_remove_and_add(pocket, make_run):
    run = make_run(pocket)
    plain = _made(pocket, run)
    for more in ({"action": "remove", "target": ()}, {"action": "add", "source": (), "target": ("crown",)}):
        assert not torch.equal(_made(pocket, run, _hook(pocket, run, **more)), plain)
    absent = _hook(pocket, run, action="remove", source=("lion",), target=())
    assert torch.equal(_made(pocket, run, absent), plain)
    assert any("nothing was removed" in text for text in run.listener.texts)


def test_the_bars_are_given_out_by_a_generation(pocket, make_run):
    run = make_run(pocket)
    spec = "editing.concept_lancet:" + json.dumps({"source": ["cat"], "target": ["dog"], "alpha": 0.001, "count": 8})
    made = generate(GenerateParams(prompt=PROMPT, steps=2, modifiers=(spec,)), run)
    data = json.loads(run.assets.path(made.data["concepts"]).read_text())
    assert data["kind"] == "bars"
    assert data["bars"][0]["concept"] == "cat"
    assert data["bars"][0]["coefficient"] > 0
    assert any("the prompt holds 'cat'" in text for text in run.listener.texts)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"source": ()}, "no source concept"),
        ({"target": ()}, "no target concept"),
        ({"target": ("Cat",)}, "both 'cat'"),
        ({"source": ("cat", "cat"), "target": ("dog", "fox")}, "twice"),
        ({"begin": 0.5, "end": 0.5}, "never"),
        ({"source": ("lion",)}, "'lion' is not in the caption"),
        ({"alpha": 1.0, "tau": 1.0, "coefficient": None}, "was not found"),
    ],
)
def test_bad_input(tiny_sd1, make_run, more, said):
    run = make_run(tiny_sd1)
    with pytest.raises(UserError, match=said):
        _made(tiny_sd1, run, _hook(tiny_sd1, run, **more))

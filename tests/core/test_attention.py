"""The one attention processor: neutral to the bit, explicit within rounding, put back whatever happens."""

from dataclasses import replace

import pytest
import torch

from core.contract.errors import Cancelled
from core.hooks.attention import Sites, find_sites
from core.hooks.hook import Hook, StopForward, hooked, tap
from core.models.schedule import Step
from core.weights.lowrank import Gain
from core.weights.patch import LowRank, WeightPatch
from tests.snapshot import changes, snapshot
from tests.tiny import tiny

STEP = Step(0, 1, 500.0, 0.4, 0.6)


class Everywhere(Hook):
    """Takes part in every layer; `edit` may change the call."""

    def __init__(self, edit=lambda call: call, sites=None):
        self.edit = edit
        self.sites = sites or Sites.all()

    def attend(self, call, inner):
        return inner(self.edit(call))


def predict(model, hooks, size=(8, 8), rows=1):
    cond = model.encode_prompts(["a cat", "a dog and the sea"][:rows], ["negative", "prompt"][:rows])
    x = torch.randn(rows, 4, *size, generator=torch.Generator().manual_seed(1))
    with hooked(model, hooks) as denoiser, torch.no_grad():
        return denoiser.predict(STEP, x, cond)


@pytest.mark.parametrize("size", [(8, 8), (9, 13)])
def test_neutral_to_the_bit_and_explicit_within_rounding(any_tiny, size):
    plain = predict(any_tiny, [], size, 2)
    assert torch.equal(predict(any_tiny, [Everywhere()], size, 2), plain)
    explicit = Everywhere(lambda call: replace(call, weights=call.probabilities()))
    assert (predict(any_tiny, [explicit], size, 2) - plain).abs().max() < 1e-4
    no_bias = Everywhere(lambda call: replace(call, bias=torch.zeros(1, 1, 1, call.key.shape[2])))
    assert (predict(any_tiny, [no_bias], size, 2) - plain).abs().max() < 1e-4


def test_probabilities_are_the_explicit_processors_and_follow_patches():
    model, seen = tiny("sd1"), {}

    def look(call):
        found = call.probabilities()
        assert (found.sum(-1) - 1).abs().max() < 1e-5
        query, key = call.query.flatten(0, 1), call.key.flatten(0, 1)
        theirs = call.layer.get_attention_scores(query, key).view_as(found)
        assert (theirs - found).abs().max() < 1e-5
        seen[call.site.name] = found
        return call

    predict(model, [Everywhere(look)])
    first = dict(seen)
    assert len(first) == len(find_sites(model.unet))
    path, layer = next(model.projections("cross", ("key",)))
    change = LowRank(torch.randn(2, layer.weight.shape[1]), torch.randn(layer.weight.shape[0], 2), 2.0)
    site = path.removeprefix("unet.").removesuffix(".to_k")
    with WeightPatch("sd1", {path: change}).attach(model) as gain:
        predict(model, [Everywhere(look)])
        assert (seen[site] - first[site]).abs().max() > 1e-3
        gain.value = 0.0
        assert isinstance(gain, Gain)
        predict(model, [Everywhere(look)])
        assert torch.equal(seen[site], first[site])


def test_edits_chain_in_order():
    """Outer decides first; the inner sees what it decided."""
    model, order = tiny("sd1"), []
    cross = Sites.of("cross", levels=[1])
    flat = Everywhere(lambda c: replace(c, weights=torch.full_like(c.probabilities(), 1 / c.key.shape[2])), cross)

    def see(call):
        order.append(float(call.probabilities().std()))
        return call

    predict(model, [flat, Everywhere(see, cross)])
    assert max(order) < 1e-6
    order.clear()
    predict(model, [Everywhere(see, cross), flat])
    assert min(order) > 1e-6


def test_rows_grids_and_sites():
    model, seen = tiny("sdxl"), []

    def look(call):
        seen.append((call.site, call.grid, call.query.shape, call.rows("prompt"), call.rows("negative")))
        return call

    predict(model, [Everywhere(look)], (9, 13), 2)
    for site, grid, shape, prompt, negative in seen:
        assert grid[0] * grid[1] == shape[2]
        assert grid == (-(-9 // 2**site.level), -(-13 // 2**site.level))
        assert (prompt, negative) == ([1], [0])
    for kind in ("self", "cross"):
        assert [s.index for s, *_ in seen if s.kind == kind] == list(range(len(seen) // 2)), "order of execution"
    only = Sites.of("cross", parts=["up"], levels=[1])
    chosen = [s for s, _ in find_sites(model.unet) if only.wants(s)]
    assert chosen
    assert all(s.part == "up" and s.kind == "cross" and s.level == 1 for s in chosen)
    assert not any(Sites.none().wants(s) for s, _ in find_sites(model.unet))


@pytest.mark.parametrize("place", ["attach", "attend", "predict", "advance"])
@pytest.mark.parametrize("fault", [RuntimeError, Cancelled, StopForward])
def test_put_back_after_a_fault(place, fault):
    model = tiny("sd1")
    cond = model.encode_prompts(["a cat"])
    before = snapshot(model)

    class Failing(Hook):
        sites = Sites.all()

    def fail(*_args, **_options):
        raise fault

    setattr(Failing, place, fail)

    def run():
        with hooked(model, [Everywhere(), Failing(), Everywhere()]) as denoiser:
            denoiser.stepping(lambda step, x, noise: x)(STEP, torch.randn(1, 4, 8, 8), cond)

    with pytest.raises(fault):
        run()
    assert changes(before, snapshot(model)) == []


def test_layers_nobody_asked_for_keep_their_processor():
    model = tiny("sd1")
    own = {site.name: layer.processor for site, layer in find_sites(model.unet)}
    with hooked(model, [Hook(), Everywhere(sites=Sites.of("cross", levels=[0]))]):
        for site, layer in find_sites(model.unet):
            asked = site.kind == "cross" and site.level == 0
            assert (layer.processor is own[site.name]) is not asked
    assert all(layer.processor is own[site.name] for site, layer in find_sites(model.unet))


def test_one_block_at_a_time_and_tap():
    model = tiny("sd1")
    with hooked(model, []), pytest.raises(RuntimeError, match="hooked already"), hooked(model, []):
        pass
    plain, before = predict(model, []), snapshot(model)
    with tap(model.unet.mid_block, lambda t: t + 1):
        assert (predict(model, []) - plain).abs().max() > 1e-3
    assert torch.equal(predict(model, []), plain)
    assert changes(before, snapshot(model)) == []

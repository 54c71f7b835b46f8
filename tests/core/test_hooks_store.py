"""The attention store: right maps, kept once, forgotten when they should be, and nothing changed by looking."""

import pytest
import torch

from core.hooks.attention import Sites, find_sites
from core.hooks.hook import gradient, hooked
from core.hooks.store import AttentionStore, heat_map
from core.models.schedule import Step
from core.sampling.guidance import Guidance
from core.sampling.sample import sample
from core.sampling.solvers import Solver
from tests.tiny import tiny

PROMPT = "a cat and a dog"


@pytest.fixture
def scene():
    model = tiny("sd1")
    cond = model.encode_prompts([PROMPT])
    x = torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(1))
    return model, cond, x, Solver(model.schedule, "ddim", 4)


def explicit_maps(model, x, step, cond):
    """Every cross layer's probabilities, mean over heads, made by diffusers' own explicit processor functions."""
    found = {}

    def hook(site, layer):
        def before(module, args, kwargs):
            hidden = args[0] if args else kwargs["hidden_states"]
            text = kwargs["encoder_hidden_states"]
            q, k = module.head_to_batch_dim(module.to_q(hidden)), module.head_to_batch_dim(module.to_k(text))
            p = module.get_attention_scores(q, k).unflatten(0, (x.shape[0], -1)).mean(1)
            found[site.name] = p

        return layer.register_forward_pre_hook(before, with_kwargs=True)

    handles = [hook(site, layer) for site, layer in find_sites(model.unet) if site.kind == "cross"]
    with torch.no_grad():
        model.predict(step, x, cond)
    for handle in handles:
        handle.remove()
    return found


def test_maps_equal_the_explicit_processors(scene):
    model, cond, x, solver = scene
    step = solver.steps[0]
    expected = explicit_maps(model, x, step, cond)
    store = AttentionStore()
    with hooked(model, [store]) as denoiser, torch.no_grad():
        denoiser.predict(step, x, cond)
    assert store.grids == ((16, 16), (8, 8), (4, 4), (2, 2)) or store.grids == ((16, 16), (8, 8), (4, 4))
    for grid in store.grids:
        side = [m for m in expected.values() if m.shape[1] == grid[0] * grid[1]]
        mean = torch.stack(side).mean(0).unflatten(1, grid)
        assert (store.maps(grid) - mean).abs().max() < 1e-5
        assert (store.maps(grid).sum(-1) - 1).abs().max() < 1e-5
    grid = store.grids[1]
    positions = cond.positions(0, "cat")
    assert torch.equal(store.word(cond, "cat", grid), store.maps(grid)[..., list(positions)].mean(-1))


def test_looking_changes_nothing(scene):
    model, cond, x, solver = scene
    negative = model.encode_prompts([""], ["negative"])

    def picture(hooks):
        with hooked(model, [*hooks, Guidance(5.0, negative)]) as denoiser:
            return sample(denoiser, x, cond, solver.steps, solver)

    plain = picture([])
    assert torch.equal(plain, picture([AttentionStore(keep="all")]))
    assert torch.equal(plain, picture([AttentionStore(Sites.all(), gradient=True)]))


def test_mean_and_every_step(scene):
    model, cond, x, solver = scene
    mean, every, last = AttentionStore(keep="mean"), AttentionStore(keep="all"), AttentionStore()
    with hooked(model, [mean, every, last]) as denoiser:
        sample(denoiser, x, cond, solver.steps, solver)
    assert every.steps == (0, 1, 2, 3)
    one_by_one = torch.stack([every.maps((8, 8), step=i) for i in range(4)])
    assert torch.allclose(every.maps((8, 8), step="mean"), one_by_one.mean(0), atol=1e-6)
    assert torch.allclose(mean.maps((8, 8), step="mean"), one_by_one.mean(0), atol=1e-6)
    assert torch.equal(last.maps((8, 8)), every.maps((8, 8), step=3))
    assert last.steps == (3,)
    with pytest.raises(LookupError):
        last.maps((8, 8), step="mean")
    with pytest.raises(LookupError, match="no cross maps"):
        last.maps()


def test_a_step_taken_twice_counts_once(scene):
    model, cond, x, solver = scene
    store = AttentionStore(keep="all")
    with hooked(model, [store]) as denoiser, torch.no_grad():
        for index in (0, 1, 0, 0, 1):
            denoiser.predict(solver.steps[index], x + 0.1 * index, cond)
    assert store.steps == (0, 1)
    both = (store.maps((8, 8), step=0) + store.maps((8, 8), step=1)) / 2
    assert torch.allclose(store.maps((8, 8), step="mean"), both, atol=1e-6)


def test_only_the_rows_asked_for(scene):
    model, cond, x, solver = scene
    negative = model.encode_prompts(["the sea"], ["negative"])
    store, others = AttentionStore(), AttentionStore(label="elsewhere")
    with hooked(model, [Guidance(3.0, negative), store, others]) as denoiser, torch.no_grad():
        denoiser.predict(solver.steps[0], x, cond)
    alone = AttentionStore()
    with hooked(model, [alone]) as denoiser, torch.no_grad():
        denoiser.predict(solver.steps[0], x, cond)
    assert store.maps((8, 8)).shape[0] == 1
    assert torch.allclose(store.maps((8, 8)), alone.maps((8, 8)), atol=1e-5)
    assert others.grids == ()


@pytest.mark.parametrize("checkpointing", [False, True])
def test_gradient_through_maps_with_early_exit(scene, checkpointing):
    model, cond, x, solver = scene
    step, found = solver.steps[0], {}
    if checkpointing:
        model.unet.enable_gradient_checkpointing()
    for stop in (False, True):
        calls = []
        handle = model.unet.conv_out.register_forward_hook(lambda *_: calls.append(1))  # noqa: B023
        store = AttentionStore(Sites.of("cross", levels=[1]), "prompt/maps", gradient=True, stop=stop)
        with hooked(model, [store]) as denoiser, torch.enable_grad():
            leaf = x.clone().requires_grad_()
            store.observe(denoiser.predict, step, leaf, cond.with_suffix("maps"))
            assert store.maps().requires_grad
            found[stop] = gradient(store.word(cond, "dog").amax(), leaf)
        handle.remove()
        assert bool(calls) is not stop, "the pass must end after the last layer watched"
    assert found[True].abs().max() > 0
    assert torch.equal(found[False], found[True])


def test_gradient_is_the_slope_of_the_map(scene):
    model, cond, x, solver = scene
    step = solver.steps[0]
    store = AttentionStore(Sites.of("cross", levels=[1]), gradient=True)

    def loss(latent):
        with hooked(model, [store]) as denoiser:
            denoiser.predict(step, latent, cond)
        return store.word(cond, "dog").square().sum()

    leaf = x.clone().requires_grad_()
    slope = gradient(loss(leaf), leaf)
    direction = slope / slope.norm()
    with torch.no_grad():
        measured = (loss(x + 0.01 * direction) - loss(x - 0.01 * direction)) / 0.02
    assert measured == pytest.approx(float(slope.norm()), rel=0.02)


def test_without_gradient_no_graph_is_kept(scene):
    model, cond, x, solver = scene
    store = AttentionStore()
    with hooked(model, [store]) as denoiser:
        denoiser.predict(solver.steps[0], x.clone().requires_grad_(), cond)
    assert not store.maps((8, 8)).requires_grad


def test_odd_sizes_batches_and_self_attention():
    model = tiny("sdxl")
    cond = model.encode_prompts([PROMPT, "a dog"])
    step = Step(0, 1, 500.0, 0.5, 0.6)
    store = AttentionStore(Sites.all())
    with hooked(model, [store]) as denoiser, torch.no_grad():
        denoiser.predict(step, torch.randn(2, 4, 9, 14), cond)
    assert set(store.grids) == {(5, 7), (3, 4)}
    assert store.maps((5, 7)).shape == (2, 5, 7, 77)
    assert store.maps((5, 7), "self").shape == (2, 5, 7, 35)
    dog = store.word(cond, "dog", (5, 7))
    assert torch.equal(dog[1], store.maps((5, 7))[1, :, :, cond.positions(1, "dog")[0]])
    heat = heat_map(dog, (40, 56))
    assert heat.shape == (2, 40, 56)
    assert float(heat.min()) >= 0
    assert float(heat.max()) <= 1

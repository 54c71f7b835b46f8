"""A-STAR: the losses' exact values, which steps act, every family, early exit, Attend-and-Excite, and the effect."""

import pytest
import torch

from core.contract.errors import UserError
from core.engine.run import Run
from core.hooks.hook import Hook, Inner, StopForward, hooked
from core.models.model import Model
from core.models.schedule import Step
from core.sampling.guidance import Guidance
from core.sampling.sample import noise, sample
from core.sampling.solvers import Solver
from editing.a_star import AStar, AStarParams, _Measured, map_sites
from editing.a_star_losses import (
    binarised,
    concept_maps,
    excitation,
    layout_masks,
    renewed,
    retention,
    segregation,
    smoothed,
)

PROMPT = "a red mug and a blue shoe"
WORDS = ("mug", "blue shoe")


def _render(model: Model, hooks: list[Hook], prompt: str = PROMPT, count: int = 1, steps: int = 4, seed: int = 0):
    cond = model.encode_prompts([prompt, ""], ["prompt", "negative"])
    x, generators = noise(model.latent_shape(model.size, model.size), list(range(seed, seed + count)))
    solver = Solver(model.schedule, "ddim", steps, generators)
    with torch.no_grad(), hooked(model, [Guidance(3.0, cond.pick([1])), *hooks]) as denoiser:
        return sample(denoiser, solver.start(x), cond.pick([0] * count), solver.steps, solver)


def _curve(run: Run, name: str) -> list[float]:
    return [numbers[name] for numbers in run.listener.curves if name in numbers]


# --- losses ------------------------------------------------------------------------------------------------------


def _maps(*concepts: list[float]) -> torch.Tensor:
    return torch.tensor(concepts).view(1, len(concepts), 2, 2)


def test_segregation_by_hand():
    assert segregation(_maps([1, 0, 0.5, 0], [1, 0, 0.5, 0])).item() == pytest.approx(0.5)
    assert segregation(_maps([1, 0, 0, 0], [0, 1, 0, 0])).item() == 0
    # minimum 0.2 + 0.1 of a sum of 1.0 + 0.5; three maps: the sum over pairs, not their mean
    one, two, three = [0.2, 0.7, 0.1, 0.0], [0.3, 0.0, 0.2, 0.0], [0.0, 0.0, 0.0, 0.4]
    assert segregation(_maps(one, two)).item() == pytest.approx(0.3 / 1.5)
    assert segregation(_maps(one, one, three)).item() == pytest.approx(0.5)
    assert segregation(_maps(one)).item() == 0


def test_segregation_gradient_goes_to_the_smaller_map_and_halves_at_ties():
    maps = _maps([0.2, 0.5, 0.0, 0.0], [0.6, 0.5, 0.0, 0.0]).requires_grad_()
    (found,) = torch.autograd.grad(segregation(maps).sum(), maps)
    overlap, total = 0.7, 1.8
    pull = overlap / total**2  # through the denominator, for every cell
    assert found[0, :, 0, 0].tolist() == pytest.approx([1 / total - pull, -pull])
    assert found[0, :, 0, 1].tolist() == pytest.approx([0.5 / total - pull] * 2)
    empty = torch.zeros(1, 2, 2, 2, requires_grad=True)
    assert torch.autograd.grad(segregation(empty).sum(), empty)[0].eq(0).all()


def test_retention_by_hand():
    maps, masks = _maps([0.2, 0.8, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]), _maps([0, 1, 1, 0], [0, 0, 1, 1])
    # 1 - 0.8 / (1 + 2) and, at its best, 1 - 2 / 4
    assert retention(maps, masks).item() == pytest.approx(1 - 0.8 / 3 + 0.5)
    assert retention(maps, torch.zeros_like(masks)).item() == 0  # no mask yet
    assert retention(maps, torch.cat([masks[:, :1], 0 * masks[:, 1:]], 1)).item() == pytest.approx(1 - 0.8 / 3)


def test_excitation_is_the_least_attended_concept():
    assert excitation(_maps([0.2, 0.8, 0, 0], [0.3, 0.1, 0, 0])).item() == pytest.approx(0.7)
    assert excitation(_maps([1.5, 0, 0, 0])).item() == 0


def test_smoothing_has_the_kernel_of_the_spec():
    dot = torch.zeros(1, 5, 5)
    dot[0, 2, 2] = 1
    found = smoothed(dot)[0]
    assert found[2, 2].item() == pytest.approx(0.33191, abs=1e-5)
    assert found[2, 1].item() == pytest.approx(0.12210, abs=1e-5)
    assert found[1, 1].item() == pytest.approx(0.04492, abs=1e-5)
    assert torch.allclose(smoothed(torch.ones(1, 3, 4)), torch.ones(1, 3, 4))  # mirrored, not zero, at the border


def test_concept_maps_normalise_over_the_kept_tokens_only():
    maps = torch.tensor([0.9, 0.02, 0.03, 0.01, 0.04]).view(1, 1, 5).repeat(2, 2, 1)
    before = maps.clone()
    kept = (maps[0, 0, [1, 2, 3]] * 100).softmax(0)
    found = concept_maps(maps, [[2], [1, 3]], [1, 2, 3], "ae_softmax", False)
    assert found[:, 0, 0].tolist() == pytest.approx([kept[1].item(), ((kept[0] + kept[2]) / 2).item()])
    assert torch.equal(maps, before)
    assert concept_maps(maps, [[2]], [1, 2, 3], "raw", False)[0, 0, 0].item() == pytest.approx(0.03)
    ramp = torch.arange(4.0).view(2, 2, 1).repeat(1, 1, 2)
    assert concept_maps(ramp, [[1]], [1], "minmax", False).flatten().tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_masks():
    maps = torch.tensor([[0.1, 0.2, 0.6, 0.59, 0.31, 1.0, 0.9, 0.0, 0.0, 0.0]]).view(1, 1, 2, 5)
    assert binarised(maps, "relative").flatten().tolist() == [0, 0, 1, 1, 0, 1, 1, 0, 0, 0]
    assert binarised(maps, "otsu").flatten().tolist() == [0, 0, 1, 1, 0, 1, 1, 0, 0, 0]
    assert binarised(maps, "quantile").flatten().tolist() == [0, 0, 0, 0, 0, 1, 1, 0, 0, 0]
    flat, old = torch.ones(1, 1, 2, 5), binarised(maps, "relative")
    assert torch.equal(renewed(flat, old), old)
    assert renewed(flat, None).eq(0).all()
    assert torch.equal(renewed(old, flat), old)


def test_layout_masks_average_areas_and_keep_the_strongest_cell():
    painted = torch.zeros(1, 1, 8, 12)
    painted[..., :4, :5] = 1  # on a 2 x 3 grid: one cell whole, its neighbour a quarter
    dot = torch.zeros(1, 1, 64, 64)
    dot[..., 63, 0] = 1
    found = layout_masks([painted, dot], (2, 3))
    assert found[0].tolist() == [[1, 0, 0], [0, 0, 0]]
    assert found[1].tolist() == [[0, 0, 0], [1, 0, 0]]


# --- mechanism ---------------------------------------------------------------------------------------------------


def test_the_map_level_goes_by_rule(any_tiny, pocket):
    from core.hooks.attention import find_sites

    chosen = [s for s, _ in find_sites(any_tiny.unet) if map_sites(any_tiny).wants(s)]
    assert {s.level for s in chosen} == {2}
    coarse = [s for s, _ in find_sites(any_tiny.unet) if map_sites(any_tiny, coarse=True).wants(s)]
    assert 0 < len(coarse) <= len(chosen)
    if any_tiny.family.name == "sdxl":
        assert {s.part for s in coarse} == {"mid", "up"}
    assert {s.level for s, _ in find_sites(pocket.unet) if map_sites(pocket).wants(s)} == {0}


def test_runs_on_every_family_and_restores(any_tiny, make_run):
    plain = _render(any_tiny, [])
    processors = {n: id(p) for n, p in any_tiny.unet.attn_processors.items()}
    run = make_run(any_tiny)
    hook = AStar(AStarParams(words=WORDS), run, any_tiny)
    moved = _render(any_tiny, [hook], count=1)
    assert moved.isfinite().all()
    assert not torch.equal(moved, plain)
    assert processors == {n: id(p) for n, p in any_tiny.unet.attn_processors.items()}
    assert _curve(run, "overlap")
    assert all(p.grad is None for p in any_tiny.unet.parameters())


def test_rate_zero_is_the_identity(any_tiny, make_run):
    hook = AStar(AStarParams(words=WORDS, rate=0), make_run(any_tiny), any_tiny)
    assert torch.equal(_render(any_tiny, [hook]), _render(any_tiny, []))
    nothing = AStar(AStarParams(words=()), make_run(any_tiny), any_tiny)
    assert torch.equal(_render(any_tiny, [nothing]), _render(any_tiny, []))


def test_a_missing_word_is_told_before_the_network_runs(tiny_sd1, make_run):
    hook = AStar(AStarParams(words=("mug", "zebra")), make_run(tiny_sd1), tiny_sd1)
    calls: list[int] = []
    inner = Inner(lambda *a: calls.append(1), lambda *a: calls.append(1))
    step, cond = Solver(tiny_sd1.schedule, "ddim", 4).steps[0], tiny_sd1.encode_prompts([PROMPT])
    with pytest.raises(UserError, match="zebra"):
        hook.advance(step, torch.zeros(1, 4, 8, 8), cond, inner)
    assert not calls
    with pytest.raises(UserError, match="1 layout masks for 2 words"):
        AStar(AStarParams(words=WORDS, masks=("x",)), make_run(tiny_sd1), tiny_sd1)


def test_a_word_given_twice_means_its_second_place(tiny_sd1, make_run):
    hook = AStar(AStarParams(words=("mug", "mug")), make_run(tiny_sd1), tiny_sd1)
    tokens = tiny_sd1.encode_prompts(["a mug and a mug"]).tokens[0]
    first, second = hook._concepts(tokens)
    assert (first, second) == (tokens.positions("mug", 0), tokens.positions("mug", 1))
    assert hook._kept(tokens) == list(range(1, 76))
    hook.ends = True
    assert hook._kept(tokens) == list(range(1, tokens.ends[0]))


def _measurements(model: Model, run: Run, **more) -> _Measured:
    hook = AStar(AStarParams(words=WORDS, **more), run, model)
    x, _ = noise(model.latent_shape(model.size, model.size), [3])
    step, cond = Solver(model.schedule, "ddim", 4).steps[1], model.encode_prompts([PROMPT])
    with hooked(model, [hook]) as denoiser:
        inner = Inner(lambda s, x, c: x, lambda s, x, c: denoiser._predict(1, s, x, c, attending=0))
        return hook._measure(step, x, cond, [hook._concepts(cond.tokens[0])], inner, [0])


def test_early_exit_and_checkpointing_give_the_same_gradient(any_tiny, make_run):
    run = make_run(any_tiny)
    whole = _measurements(any_tiny, run, early_exit=False)
    assert whole.gradient.abs().max() > 0
    for more in ({}, {"checkpointing": True}, {"early_exit": False, "checkpointing": True}):
        assert torch.equal(_measurements(any_tiny, run, **more).gradient, whole.gradient)
    assert not any(getattr(m, "gradient_checkpointing", False) for m in any_tiny.unet.modules())


def test_the_gradient_is_that_of_the_loss(tiny_sd1, make_run):
    """Moving x against it lowers the loss by about rate * |gradient|^2."""
    run = make_run(tiny_sd1)
    hook = AStar(AStarParams(words=WORDS), run, tiny_sd1)
    x, _ = noise((1, 4, 8, 8), [3])
    step, cond = Solver(tiny_sd1.schedule, "ddim", 4).steps[1], tiny_sd1.encode_prompts([PROMPT])
    groups = [hook._concepts(cond.tokens[0])]
    with hooked(tiny_sd1, [hook]) as denoiser:
        inner = Inner(lambda s, x, c: x, lambda s, x, c: denoiser._predict(1, s, x, c, attending=0))
        at = hook._measure(step, x, cond, groups, inner, [0])
        size = 1e-2 / float(at.gradient.norm())
        there = hook._measure(step, x - size * at.gradient, cond, groups, inner, [0])
    assert float(at.loss - there.loss) == pytest.approx(1e-2 * float(at.gradient.norm()), rel=0.1)


def _acting(model: Model, run: Run, count: int, **more) -> list[int]:
    hook = AStar(AStarParams(words=WORDS, **more), run, model)
    return [i for i in range(count) if hook._acts(Step(i, count, 1.0, 0.5, 0.6))]


def test_which_steps_act(tiny_sd1, make_run):
    run = make_run(tiny_sd1)
    assert _acting(tiny_sd1, run, 50) == list(range(50))
    assert _acting(tiny_sd1, run, 50, steps=5) == list(range(5))
    assert _acting(tiny_sd1, run, 10, every=3) == [0, 3, 6, 9]
    assert _acting(tiny_sd1, run, 50, mode="attend_and_excite") == list(range(25))
    assert _acting(tiny_sd1, run, 20, mode="attend_and_excite", timing="share") == list(range(10))
    hook = AStar(AStarParams(words=WORDS, mode="attend_and_excite"), run, tiny_sd1)
    thresholds = {i: hook._threshold(Step(i, 50, 1.0, 0.5, 0.6)) for i in range(50)}
    assert {i: t for i, t in thresholds.items() if t is not None} == {0: 0.05, 10: 0.5, 20: 0.8}
    scales = [hook._scale(Step(i, 3, 1.0, 0.5, 0.6)) for i in range(3)]
    assert scales == pytest.approx([1.0, 0.75, 0.5])


def _scripted(hook: AStar, losses: list[float]) -> list[float]:
    """Replace the network by a loss per pass; returns where x stood at each."""
    places: list[float] = []

    def measure(step, x, cond, concepts, inner, rows):
        places.append(float(x[0, 0, 0, 0]))
        loss = torch.full((len(rows),), losses[min(len(places) - 1, len(losses) - 1)])
        return _Measured(loss, 0 * loss, 0 * loss, torch.ones_like(x), torch.rand(len(rows), 2, 2, 2))

    hook._measure = measure  # type: ignore[method-assign]
    return places


def test_attend_and_excite_refines_until_the_threshold_then_moves_once_more(tiny_sd1, make_run):
    hook = AStar(AStarParams(words=WORDS, mode="attend_and_excite", rate=1), make_run(tiny_sd1), tiny_sd1)
    cond, x = tiny_sd1.encode_prompts([PROMPT]), torch.zeros(1, 4, 8, 8)
    inner = Inner(lambda step, x, cond: x, lambda step, x, cond: x)
    # Step 0 wants a peak of 0.05: losses 0.99, 0.97 move on, 0.9 satisfies but moves too, then the ordinary update.
    places = _scripted(hook, [0.99, 0.97, 0.9, 0.9])
    after = hook.advance(Step(0, 50, 1.0, 0.5, 0.6), x, cond, inner)
    assert places == pytest.approx([0, -1, -2, -3])
    assert after.eq(-4).all()
    hook.forget()
    places = _scripted(hook, [0.99])
    assert hook.advance(Step(0, 50, 1.0, 0.5, 0.6), x, cond, inner).eq(-21).all()  # twenty and the ordinary one
    assert len(places) == 21


def test_stops_when_the_loss_rests_and_begins_anew_with_the_next_generation(tiny_sd1, make_run):
    hook = AStar(AStarParams(words=WORDS), make_run(tiny_sd1), tiny_sd1)
    cond, x = tiny_sd1.encode_prompts([PROMPT]), torch.zeros(1, 4, 8, 8)
    inner = Inner(lambda step, x, cond: x, lambda step, x, cond: x)
    places = _scripted(hook, [0.9, 0.5, 0.5004, 0.5, 0.5, 0.1])
    for i in range(8):
        hook.advance(Step(i, 8, 1.0, 0.5, 0.6), x, cond, inner)
    assert len(places) == 5  # the change was under 1e-3 three times
    hook.advance(Step(0, 8, 1.0, 0.5, 0.6), x, cond, inner)
    assert len(places) == 6


def test_two_pictures_in_one_batch_are_made_as_each_by_itself(tiny_sd1, make_run):
    def made(count: int, seed: int) -> torch.Tensor:
        return _render(
            tiny_sd1, [AStar(AStarParams(words=WORDS), make_run(tiny_sd1), tiny_sd1)], count=count, seed=seed
        )

    assert torch.allclose(made(2, 0), torch.cat([made(1, 0), made(1, 1)]), atol=1e-3)


def test_two_such_hooks_in_one_stack_do_not_take_each_others_rows(tiny_sd1, make_run):
    run = make_run(tiny_sd1)
    hooks = [
        AStar(AStarParams(words=WORDS, mask_from="after"), run, tiny_sd1),
        AStar(AStarParams(words=WORDS), run, tiny_sd1),
    ]
    assert _render(tiny_sd1, hooks, count=2).isfinite().all()


def test_stop_forward_never_leaves_the_hook(tiny_sd1, make_run):
    try:
        _render(tiny_sd1, [AStar(AStarParams(words=WORDS, mode="attend_and_excite"), make_run(tiny_sd1), tiny_sd1)])
    except StopForward:
        pytest.fail("the early exit came out")


# --- effect on the embedded model ----------------------------------------------------------------------------------


def _observed(model: Model, run: Run, **more) -> tuple[torch.Tensor, Run]:
    words = {"words": ("ball", "cube"), "tolerance": 0, **more}
    return _render(model, [AStar(AStarParams(**words), run, model)], "a red ball and a blue cube", steps=10), run


def test_losses_fall_against_plain_sampling(pocket, make_run):
    # A rate this small leaves the picture as it is, and the losses are still measured.
    plain, quiet = _observed(pocket, make_run(pocket), rate=1e-6)
    moved, acting = _observed(pocket, make_run(pocket))
    assert sum(_curve(acting, "loss")[1:]) < sum(_curve(quiet, "loss")[1:])
    assert (pocket.decode(moved) - pocket.decode(plain)).abs().max() > 0.02


def test_layout_pulls_words_into_their_masks(pocket, make_run):
    """On one latent, update by update; along a whole generation other things move the maps of this small network more."""
    run, left = make_run(pocket), torch.zeros(128, 128)
    left[:, :64] = 1
    masks = (run.keep_mask(left), run.keep_mask(1 - left))
    hook = AStar(AStarParams(words=("ball", "cube"), masks=masks, segregation=0), run, pocket)
    cond = pocket.encode_prompts(["a red ball and a blue cube"])
    groups = [hook._concepts(cond.tokens[0])]
    x, _ = noise(pocket.latent_shape(pocket.size, pocket.size), [0])
    step, losses, shares = Solver(pocket.schedule, "ddim", 10).steps[3], [], []
    with hooked(pocket, [hook]) as denoiser:
        inner = Inner(lambda s, x, c: x, lambda s, x, c: denoiser._predict(1, s, x, c, attending=0))
        for _ in range(7):
            found = hook._measure(step, x, cond, groups, inner, [0])
            half = found.maps.shape[-1] // 2
            inside = found.maps[0, 0, :, :half].sum() + found.maps[0, 1, :, half:].sum()
            losses.append(float(found.loss))
            shares.append(float(inside / found.maps.sum()))
            x = x - 20 * found.gradient
    assert losses[-1] < losses[0] - 1e-4
    assert shares[-1] > shares[0]


def test_attend_and_excite_raises_the_least_attended_word(pocket, make_run):
    quiet, acting = make_run(pocket), make_run(pocket)
    _observed(pocket, quiet, rate=1e-6, mode="attend_and_excite")
    _observed(pocket, acting, mode="attend_and_excite")
    assert sum(_curve(acting, "loss")[1:]) < sum(_curve(quiet, "loss")[1:])

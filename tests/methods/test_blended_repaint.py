"""Repaint inside a mask: outside equal to the bit, inside changed; the blend at every level."""

import math

import numpy as np
import pytest
import torch
from PIL import Image

from core.contract.errors import UserError
from core.contract.params import from_json
from core.engine.run import Run
from core.hooks.hook import Inner, hooked
from core.models.model import Model
from core.models.pictures import to_pictures
from core.sampling.guidance import Guidance
from core.sampling.sample import noise, sample
from core.sampling.solvers import Solver
from editing.blended_repaint import BlendedRepaint, BlendedRepaintParams, fitted_mask, widened


def _picture(side: int) -> Image.Image:
    """Every byte value occurs, so a value that does not survive the way to -1..1 and back is seen."""
    random = np.random.default_rng(0)
    return Image.fromarray(random.integers(0, 256, (side, side, 3), dtype=np.uint8))


def _square(side: int) -> np.ndarray:
    inside = np.zeros((side, side), np.float32)
    inside[side // 4 : side // 4 * 3 + 3, side // 4 : side // 4 * 3 - 2] = 1  # not on the latent's grid
    return inside


def _hook(run: Run, model: Model, side: int, **more) -> BlendedRepaint:
    refs = {"picture": run.keep_picture(_picture(side)), "mask": run.keep_mask(_square(side))}
    return BlendedRepaint(from_json(BlendedRepaintParams, {**refs, **more}), run, model)


def _render(model: Model, hook: BlendedRepaint, solver: str = "ddim", count: int = 1, steps: int = 4) -> torch.Tensor:
    cond = model.encode_prompts(["a red mug", ""], ["prompt", "negative"])
    x, generators = noise(model.latent_shape(model.size, model.size), list(range(count)))
    solving = Solver(model.schedule, solver, steps, generators)
    with torch.no_grad(), hooked(model, [Guidance(3.0, cond.pick([1])), hook]) as denoiser:
        latent = sample(denoiser, solving.start(x), cond.pick([0] * count), solving.steps, solving)
    return hook.finish(model.decode(latent))


@pytest.mark.parametrize("more", [{}, {"feather": 6}, {"blend": "before", "noise": "fresh"}, {"widenings": 2}])
def test_outside_is_equal_to_the_bit_and_inside_changes(pocket, make_run, more):
    side = pocket.size
    pictures = to_pictures(_render(pocket, _hook(make_run(pocket), pocket, side, **more), count=2))
    before, inside = np.asarray(_picture(side)), _square(side) > 0
    for picture in pictures:
        changed = (np.asarray(picture) != before).any(-1)
        assert not changed[~inside].any()
        assert changed[inside].mean() > 0.9
    assert (np.asarray(pictures[0]) != np.asarray(pictures[1])).any()


@pytest.mark.parametrize("solver", ["ddim", "euler", "dpmpp-2m", "unipc"])
def test_every_family_and_solver_keeps_the_outside(any_tiny, make_run, solver):
    picture = to_pictures(_render(any_tiny, _hook(make_run(any_tiny), any_tiny, 64), solver))[0]
    changed = (np.asarray(picture) != np.asarray(_picture(64))).any(-1)
    assert not changed[_square(64) == 0].any()
    assert changed[_square(64) > 0].mean() > 0.5


def test_latents_outside_are_the_original_at_the_level_just_reached(tiny_sd1, make_run):
    hook = _hook(make_run(tiny_sd1, seed=7), tiny_sd1, 64)
    solver = Solver(tiny_sd1.schedule, "ddim", 5)
    x, _ = noise((1, 4, 8, 8), [7])
    cond = tiny_sd1.encode_prompts(["mug"])
    moved = torch.full_like(x, 9.0)
    inner = Inner(lambda step, x, cond: moved, lambda step, x, cond: x)
    original = tiny_sd1.encode_image(make_run(tiny_sd1).pixels(hook.params.picture))
    # The mask is 16..50 by 16..45 pixels: it touches the cells 2..6 by 2..5.
    inside = torch.zeros(8, 8, dtype=torch.bool)
    inside[2:7, 2:6] = True
    for step in solver.steps:
        found = hook.advance(step, x, cond, inner)
        level = 1.0 if step.last else float(step.next)
        expected = math.sqrt(level) * original + math.sqrt(1 - level) * x  # x: the noise the picture began with
        assert torch.allclose(found[..., ~inside], expected[..., ~inside], atol=1e-6)
        assert (found[..., inside] == 9).all()
    assert torch.equal(found[..., ~inside], original[..., ~inside])


def test_blending_before_the_prediction_uses_the_level_the_network_is_called_at(tiny_sd1, make_run):
    hook = _hook(make_run(tiny_sd1, seed=7), tiny_sd1, 64, blend="before")
    step, cond = Solver(tiny_sd1.schedule, "ddim", 5).steps[2], tiny_sd1.encode_prompts(["mug"])
    start, _ = noise((1, 4, 8, 8), [7])
    seen: list[torch.Tensor] = []
    inner = Inner(lambda step, x, cond: seen.append(x) or x + 1, lambda step, x, cond: x)
    x = torch.full_like(start, 9.0)
    after = hook.advance(step, x, cond, inner)
    original = tiny_sd1.encode_image(make_run(tiny_sd1).pixels(hook.params.picture))
    expected = tiny_sd1.schedule.add_noise(original, start, step.now)
    assert torch.allclose(seen[0][..., 0, 0], expected[..., 0, 0], atol=1e-6)
    assert torch.equal(after, seen[0] + 1)  # nothing more after the step, but at the last one


def test_a_step_taken_twice_gives_the_same(tiny_sd1, make_run):
    hook = _hook(make_run(tiny_sd1), tiny_sd1, 64, noise="fresh")
    steps, cond = Solver(tiny_sd1.schedule, "ddim", 5).steps, tiny_sd1.encode_prompts(["mug"])
    inner = Inner(lambda step, x, cond: x, lambda step, x, cond: x)
    x = torch.zeros(1, 4, 8, 8)
    assert torch.equal(hook.advance(steps[1], x, cond, inner), hook.advance(steps[1], x, cond, inner))
    assert not torch.allclose(hook.advance(steps[1], x, cond, inner), hook.advance(steps[2], x, cond, inner), atol=0.1)


def test_wider_masks_come_first_and_the_mask_itself_last(tiny_sd1, make_run):
    hook = _hook(make_run(tiny_sd1), tiny_sd1, 64, widenings=2)
    grown = [hook._widening(step) for step in Solver(tiny_sd1.schedule, "ddim", 9).steps]
    assert grown == [2, 2, 2, 2, 1, 1, 1, 1, 0]  # n // (floor(9 / 3) + 1)
    dot = torch.zeros(1, 1, 7, 7)
    dot[..., 3, 3] = 1
    assert widened(dot, 2).sum() == 25
    assert widened(dot, 0) is dot


def test_the_soft_border_lies_inside_the_mask(tiny_sd1, make_run):
    hook = _hook(make_run(tiny_sd1), tiny_sd1, 64, feather=4)
    assert hook.finish(torch.ones(1, 3, 64, 64)).eq(1).all()  # no step taken: nothing to paste
    hook._keeper(torch.zeros(1, 4, 8, 8))
    original = make_run(tiny_sd1).pixels(hook.params.picture)
    found = hook.finish(-original)
    share = ((found - original) / (-2 * original)).nan_to_num()[0, 0, 30]
    assert share[:16].eq(0).all()
    assert share[16:20].diff().gt(0).all()
    assert torch.allclose(share[20:40], torch.ones(20), atol=1e-5)


def test_bad_sizes_and_masks_are_told(tiny_sd1, make_run):
    run = make_run(tiny_sd1)
    picture = run.keep_picture(_picture(64))
    small = run.keep_mask(np.ones((32, 32), np.float32))
    empty = run.keep_mask(np.zeros((64, 64), np.float32))
    with pytest.raises(UserError, match="32 x 32"):
        BlendedRepaint(BlendedRepaintParams(picture=picture, mask=small), run, tiny_sd1)
    with pytest.raises(UserError, match="empty"):
        BlendedRepaint(BlendedRepaintParams(picture=picture, mask=empty), run, tiny_sd1)
    step, cond = Solver(tiny_sd1.schedule, "ddim", 2).steps[0], tiny_sd1.encode_prompts(["mug"])
    inner = Inner(lambda step, x, cond: x, lambda step, x, cond: x)
    with pytest.raises(UserError, match="64 x 64, the generation 128 x 64"):
        _hook(run, tiny_sd1, 64).advance(step, torch.zeros(1, 4, 8, 16), cond, inner)
    fitting = _hook(run, tiny_sd1, 64, fit=True)
    fitting.advance(step, torch.zeros(1, 4, 8, 16), cond, inner)
    assert fitting.finish(torch.zeros(1, 3, 64, 128)).shape == (1, 3, 64, 128)


def test_a_fitted_mask_is_cropped_like_its_picture():
    inside = torch.zeros(1, 1, 4, 8)
    inside[..., 2:6] = 1
    assert torch.equal(fitted_mask(inside, (8, 8)), torch.ones(1, 1, 8, 8))

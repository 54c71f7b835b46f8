"""Inversion: the acceptance checks 1 to 3 of its spec, and the hooks that bring inversions into a generation.

Checks 4 to 8 (observing, editing, restoring) stand in test_hooks_store.py, test_attention.py and test_hooks.py.
"""

from dataclasses import replace

import pytest
import torch
from diffusers import DDIMInverseScheduler, DDIMScheduler

from core.contract.errors import UserError
from core.hooks.hook import Hook, hooked
from core.models.conditioning import Conditioning
from core.models.schedule import Schedule
from core.sampling.guidance import Guidance
from core.sampling.inversion import (
    ascend,
    ascend_velocity,
    descend,
    direct_offsets,
    invert_ddim,
    invert_edit_friendly,
    optimise_null_text,
    psnr,
    reconstruction,
)
from core.sampling.replay import DirectInversion, NullText, StoredNoise, negative_prompt_inversion, slerp
from core.sampling.sample import sample
from core.sampling.solvers import Solver
from tests.tiny import SCHEDULE, tiny

LAYOUTS = [(spacing, offset, one) for spacing in ("leading", "trailing", "linspace") for offset in (0, 1)
           for one in (False, True)]  # fmt: skip


def with_schedule(model, **changes):
    model.schedule = Schedule({**SCHEDULE, "prediction_type": model.schedule.prediction, **changes})
    return model


def latent_of(seed=1, rows=1):
    return torch.randn(rows, 4, 8, 8, generator=torch.Generator().manual_seed(seed))


class Says(Hook):
    """Stands in for a network that always sees the same noise, whatever it was trained to output."""

    def __init__(self, noise):
        self.noise = noise

    def predict(self, step, x, cond, inner):
        return self.noise.to(x).expand_as(x)


class SaysVelocity(Hook):
    """A velocity network that always says the same tensor."""

    def __init__(self, velocity, schedule):
        self.velocity, self.schedule = velocity, schedule

    def predict(self, step, x, cond, inner):
        return self.schedule.noise_from(self.velocity.expand_as(x), x, step.now)


# --- check 1: a network that sees constant noise ---------------------------------------------------------------------


@pytest.mark.parametrize(("spacing", "offset", "one"), LAYOUTS)
@pytest.mark.parametrize(("kind", "count"), [("sd1", 25), ("sd2v", 25), ("sd1", 30)])
def test_constant_noise_comes_back(kind, count, spacing, offset, one):
    model = with_schedule(tiny(kind), timestep_spacing=spacing, steps_offset=offset, set_alpha_to_one=one)
    solver, cond, x = Solver(model.schedule, "ddim", count), model.encode_prompts([""]), latent_of()
    eps = latent_of(2)
    with hooked(model, [Says(eps)]) as denoiser:
        inversion = invert_ddim(denoiser, x, cond, solver)
        back = sample(denoiser, inversion.start, cond, solver.steps, solver)
    assert (back - x).abs().max() < 1e-4
    assert len(inversion.latents) == count + 1
    assert torch.equal(inversion.clean, x)
    if spacing == "leading" or (spacing == "trailing" and 1000 % count == 0):
        level, final = float(solver.steps[0].now), float(solver.steps[-1].next)
        closed = (level / final) ** 0.5 * x + level**0.5 * ((1 / level - 1) ** 0.5 - (1 / final - 1) ** 0.5) * eps
        assert (inversion.start - closed).abs().max() < 1e-4


def test_numbers_of_the_spec():
    """SD, 50 steps: 0.076029 x + 0.994891 eps at the noisiest level."""
    model = tiny("sd1")
    solver, cond = Solver(model.schedule, "ddim", 50), model.encode_prompts([""])
    x, zero = torch.ones(1, 4, 8, 8), torch.zeros(1, 4, 8, 8)
    with hooked(model, [Says(zero)]) as denoiser:
        assert float(invert_ddim(denoiser, x, cond, solver).start[0, 0, 0, 0]) == pytest.approx(0.076029, abs=2e-6)
    with hooked(model, [Says(x)]) as denoiser:
        assert float(invert_ddim(denoiser, zero, cond, solver).start[0, 0, 0, 0]) == pytest.approx(0.994891, abs=2e-6)


def test_our_step_is_diffusers_inverse_step():
    model = tiny("sd1")
    solver = Solver(model.schedule, "ddim", 10)
    inverse = DDIMInverseScheduler.from_config(DDIMScheduler.from_config(model.schedule.config).config)
    inverse.set_timesteps(10)
    x, eps = latent_of(), latent_of(2)
    for step, time in zip(reversed(solver.steps), inverse.timesteps, strict=True):
        assert step.time == float(time)
        theirs = inverse.step(eps, time, x).prev_sample
        assert (ascend(step, x, eps) - theirs).abs().max() < 2e-6
        assert (descend(step, theirs, eps) - x).abs().max() < 1e-5


@pytest.mark.parametrize("zero", [False, True])
def test_a_fixed_velocity_needs_the_velocity_rule(zero):
    spacing = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"} if zero else {}
    model = with_schedule(tiny("sd2v"), **spacing)
    solver, cond, x = Solver(model.schedule, "ddim", 30), model.encode_prompts([""]), latent_of()
    found = {}
    with hooked(model, [SaysVelocity(latent_of(2), model.schedule)]) as denoiser:
        for rule in ("velocity", "noise"):
            start = invert_ddim(denoiser, x, cond, solver, rule).start
            found[rule] = float((sample(denoiser, start, cond, solver.steps, solver) - x).abs().max())
    assert found["velocity"] < 1e-4
    assert found["noise"] > 0.1


def test_auto_rule_survives_a_schedule_that_ends_in_pure_noise():
    model = with_schedule(tiny("sd2v"), rescale_betas_zero_snr=True, timestep_spacing="trailing")
    solver, cond, x = Solver(model.schedule, "ddim", 20), model.encode_prompts(["a cat"]), latent_of()
    with hooked(model, []) as denoiser:
        start = invert_ddim(denoiser, x, cond, solver).start
        assert torch.isfinite(start).all()
        assert start.dtype == torch.float32
        # The first step down and the velocity rule up are inverse where the network says the same twice.
        step = solver.steps[0]
        v = latent_of(3)
        up = ascend_velocity(replace(step, now=0.0), x.double(), v.double())
        down = solver(step, up, model.schedule.noise_from(v.double(), up, step.now))
    assert (down - x).abs().max() < 1e-4


def test_other_solvers_are_refused():
    model = tiny("sd1")
    with hooked(model, []) as denoiser, pytest.raises(UserError, match="euler"):
        invert_ddim(denoiser, latent_of(), model.encode_prompts([""]), Solver(model.schedule, "euler", 5))


# --- check 2: direct inversion ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sd1", "sd2v", "sdxl"])
@pytest.mark.parametrize("with_offsets", [False, True])
def test_direct_inversion_holds_the_source_and_leaves_the_target(kind, with_offsets):
    model = tiny(kind)
    solver, x = Solver(model.schedule, "ddim", 8), latent_of()
    cond = model.encode_prompts(["a cat", "a dog"], ["prompt/source", "prompt/target"])
    source, negative = cond.pick([0]), model.encode_prompts([""], ["negative"])
    with hooked(model, []) as bare:
        inversion = invert_ddim(bare, x, source, solver)
    guidance = Guidance(7.5, negative)
    with hooked(model, [guidance]) as denoiser:
        offsets = direct_offsets(denoiser, inversion, source, solver) if with_offsets else ()
        plain = sample(denoiser, inversion.start.repeat(2, 1, 1, 1), cond, solver.steps, solver)
    with hooked(model, [guidance, DirectInversion(inversion, offsets)]) as denoiser:
        held = sample(denoiser, inversion.start.repeat(2, 1, 1, 1), cond, solver.steps, solver)
    # Offsets were made in another batch; guidance and steps amplify that rounding (spec: up to 1e-3).
    assert (held[0] - x[0]).abs().max() <= (1e-3 if with_offsets else 0)
    assert (plain[0] - x[0]).abs().max() > 0.01
    assert (held[1] - plain[1]).abs().max() < 1e-4
    assert (held[1] - held[0]).abs().max() > 0.01


def test_an_inversion_of_other_steps_is_refused():
    model = tiny("sd1")
    cond = model.encode_prompts(["a cat"], ["prompt/source"])
    with hooked(model, []) as bare:
        inversion = invert_ddim(bare, latent_of(), cond, Solver(model.schedule, "ddim", 4))
    other = Solver(model.schedule, "ddim", 5)
    with hooked(model, [DirectInversion(inversion)]) as denoiser, pytest.raises(UserError, match="same scheduler"):
        sample(denoiser, inversion.start, cond, other.steps, other)


# --- null-text and negative prompt -----------------------------------------------------------------------------------


def reconstruct(model, inversion, cond, negative, solver, *more, guidance=3.0):
    with hooked(model, [Guidance(guidance, negative), *more]) as denoiser:
        return sample(denoiser, inversion.start, cond, solver.steps, solver)


@pytest.mark.parametrize("kind", ["sd1", "sd2v"])
def test_null_text_brings_the_picture_nearer(kind):
    model = tiny(kind)
    solver, x = Solver(model.schedule, "ddim", 5), latent_of()
    cond, negative = model.encode_prompts(["a cat"]), model.encode_prompts([""], ["negative"])
    before = negative.features.clone()
    with hooked(model, []) as bare:
        inversion = invert_ddim(bare, x, cond, solver)
        null = optimise_null_text(bare, inversion, cond, negative, guidance=3.0)
        again = optimise_null_text(bare, inversion, cond, negative, guidance=3.0)
    assert all(torch.equal(a, b) for a, b in zip(null, again, strict=True))
    assert torch.equal(negative.features, before)
    assert not any(p.requires_grad or p.grad is not None for p in model.unet.parameters())
    plain = (reconstruct(model, inversion, cond, negative, solver) - x).square().mean()
    better = (reconstruct(model, inversion, cond, negative, solver, NullText(null)) - x).square().mean()
    assert better < plain
    with pytest.raises(UserError, match="same number of steps"):
        reconstruct(model, inversion, cond, negative, Solver(model.schedule, "ddim", 6), NullText(null))


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
def test_negative_prompt_inversion_cancels_guidance_for_the_source(kind):
    model = tiny(kind)
    solver = Solver(model.schedule, "ddim", 6)
    cond, negative = model.encode_prompts(["a cat"]), model.encode_prompts([""], ["negative"])
    with hooked(model, []) as bare:
        inversion = invert_ddim(bare, latent_of(), cond, solver)
        without = sample(bare, inversion.start, cond, solver.steps, solver)
    own = reconstruct(model, inversion, cond, negative, solver, negative_prompt_inversion(cond))
    assert (own - without).abs().max() < 1e-3
    assert (reconstruct(model, inversion, cond, negative, solver) - without).abs().max() > 0.01
    target = model.encode_prompts(["a dog"])
    edited = reconstruct(model, inversion, target, negative, solver, negative_prompt_inversion(cond, negative, 0.1))
    assert (edited - own).abs().max() > 0.01


def test_slerp_keeps_the_arc():
    a, b = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    assert torch.allclose(slerp(a, b, 0.5), torch.full((1, 2), 0.5**0.5))
    assert torch.equal(slerp(a, a, 0.3), a)


# --- check 3: edit-friendly ------------------------------------------------------------------------------------------


def edit_friendly(model, count, eta, **options):
    solver, cond, x = Solver(model.schedule, "ddim", count), model.encode_prompts(["a cat"]), latent_of()
    hooks = [Guidance(3.5, model.encode_prompts([""], ["negative"]))]
    generator = torch.Generator().manual_seed(7)
    draw = lambda shape: torch.randn(tuple(shape), generator=generator)
    with hooked(model, hooks) as denoiser:
        inversion = invert_edit_friendly(denoiser, x, cond, solver, draw, eta, **options)
    return solver, cond, x, hooks, inversion


@pytest.mark.parametrize("eta", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("kind", ["sd1", "sd2v"])
def test_edit_friendly_noises_lead_back(kind, eta):
    model = tiny(kind)
    solver, cond, x, hooks, inversion = edit_friendly(model, 8, eta)
    stored = StoredNoise(solver, inversion)
    for skip in (0, 3, 7):
        with hooked(model, hooks) as denoiser:
            near = sample(denoiser, inversion.latents[skip], cond, solver.steps[skip:-1], stored)
            back = sample(denoiser, near, cond, solver.steps[-1:], stored)
        assert (near - inversion.latents[-2]).abs().max() < 1e-4
        assert (back - x).abs().max() < 1e-5
    other = model.encode_prompts(["a dog"])
    with hooked(model, hooks) as denoiser:
        assert (sample(denoiser, inversion.start, other, solver.steps, stored) - x).abs().max() > 0.01


def test_edit_friendly_without_the_last_noise_misses_just_that():
    model = tiny("sd1")
    solver, cond, x, hooks, inversion = edit_friendly(model, 8, 1.0)
    *_, dropped = edit_friendly(model, 8, 1.0, drop_last=True)
    with hooked(model, hooks) as denoiser:
        back = sample(denoiser, dropped.start, cond, solver.steps, StoredNoise(solver, dropped))
    now, after = float(solver.steps[-1].now), float(solver.steps[-1].next)
    spread = ((1 - after) / (1 - now) * (1 - now / after)) ** 0.5
    assert spread > 0
    assert (back - (x - spread * inversion.noises[-1])).abs().max() < 1e-4


def test_spread_of_the_last_step_in_the_spec():
    step = Solver(tiny("sd1").schedule, "ddim", 50).steps[-1]
    now, after = float(step.now), float(step.next)
    assert ((1 - after) / (1 - now) * (1 - now / after)) ** 0.5 == pytest.approx(0.020648, abs=2e-5)


@pytest.mark.parametrize(("offset", "one"), [(0, False), (0, True), (1, True)])
def test_edit_friendly_without_spread_makes_no_nan(offset, one):
    model = with_schedule(tiny("sd1"), steps_offset=offset, set_alpha_to_one=one)
    solver, cond, _, hooks, inversion = edit_friendly(model, 6, 1.0)
    assert not inversion.noises[-1].any()
    assert all(torch.isfinite(t).all() for t in (*inversion.latents, *inversion.noises))
    with hooked(model, hooks) as denoiser:
        back = sample(denoiser, inversion.start, cond, solver.steps[:-1], StoredNoise(solver, inversion))
    assert (back - inversion.latents[-2]).abs().max() < 1e-4


def test_every_level_has_noise_of_its_own():
    model = tiny("sd1")
    solver, x = Solver(model.schedule, "ddim", 6), torch.zeros(1, 4, 8, 8)
    drawn = []

    def draw(shape):
        drawn.append(torch.randn(tuple(shape), generator=torch.Generator().manual_seed(len(drawn))))
        return drawn[-1]

    with hooked(model, []) as denoiser:
        inversion = invert_edit_friendly(denoiser, x, model.encode_prompts([""]), solver, draw)
    assert len(drawn) == 6
    assert torch.allclose(inversion.start, (1 - solver.steps[0].now) ** 0.5 * drawn[0])
    with hooked(model, []) as denoiser, pytest.raises(UserError, match="eta"):
        invert_edit_friendly(denoiser, x, model.encode_prompts([""]), solver, draw, eta=0.0)


# --- how good --------------------------------------------------------------------------------------------------------


def test_psnr_and_warning():
    a = torch.zeros(1, 3, 4, 4)
    assert psnr(a, a) == float("inf")
    assert psnr(a, a + 0.2) == pytest.approx(20.0, abs=1e-4)
    model = tiny("sd1")
    cond: Conditioning = model.encode_prompts([""])
    with hooked(model, [Says(torch.zeros(1, 4, 8, 8))]) as denoiser:
        inversion = invert_ddim(denoiser, latent_of(), cond, Solver(model.schedule, "ddim", 3))
    assert "dB" in reconstruction(inversion, a, a + 0.3).warning
    assert reconstruction(inversion, a, a + 0.1).warning == ""
    assert reconstruction(inversion, a, a).deviation == pytest.approx(float(inversion.start.std()))

"""The distilled sibling: the algebra of its training against diffusers' own samplers, and that the shipped one draws."""

import sys

import pytest
import torch
from diffusers import DDIMScheduler

from core.models.configs import RESOURCES
from resources.pocket.fast import FOLDER, pipeline

SHIPPED = pytest.mark.skipif(not (FOLDER / "unet" / "config.json").exists(), reason="not trained yet")


@pytest.fixture
def recipe(monkeypatch):
    """The training script as a module."""
    monkeypatch.syspath_prepend(str(RESOURCES / "pocket" / "recipe"))
    before = set(sys.modules)
    import distil

    yield distil
    for name in ("distil", "judge", "publish", "train_diffusion", "twins", "common"):
        if name not in before:
            sys.modules.pop(name, None)


@pytest.mark.parametrize("place", [0, 4, 9])
def test_the_answer_is_what_the_sampler_takes(recipe, place):
    scheduler = recipe.scheduler_of(10)
    scheduler.set_timesteps(10)
    maths, generator = recipe.Consistency(scheduler), torch.Generator().manual_seed(1)
    x, noise = torch.randn(2, 8, 4, 4, generator=generator), torch.randn(2, 8, 4, 4, generator=generator)
    t = scheduler.timesteps[place]
    assert int(t) in maths.grid.tolist()
    own = scheduler.step(noise, t, x, generator=generator).denoised
    torch.testing.assert_close(maths.answer(x, noise, t.expand(2)), own, rtol=1e-4, atol=1e-4)


def test_at_time_nothing_the_answer_is_the_picture(recipe):
    maths = recipe.Consistency(recipe.scheduler_of(10))
    x, t = torch.randn(2, 8, 4, 4), torch.zeros(2, dtype=torch.long)
    torch.testing.assert_close(maths.answer(x, torch.randn_like(x), t), x)


def test_a_step_down_is_ddims(recipe):
    maths = recipe.Consistency(recipe.scheduler_of(10))
    ddim = DDIMScheduler.from_pretrained(RESOURCES / "pocket" / "scheduler", timestep_spacing="trailing")
    ddim.set_timesteps(10)
    x, noise = torch.randn(1, 8, 4, 4), torch.randn(1, 8, 4, 4)
    t = ddim.timesteps[3]
    assert int(t) in maths.grid.tolist()
    own = ddim.step(noise, t, x).prev_sample
    torch.testing.assert_close(maths.down(x, noise, t.reshape(1), (t - 100).reshape(1)), own, rtol=1e-4, atol=1e-4)


def test_one_and_two_steps_take_times_that_were_learnt(recipe):
    scheduler = recipe.scheduler_of(10)
    learnt = set(recipe.Consistency(scheduler).grid.tolist())
    for steps in (1, 2, 4):
        scheduler.set_timesteps(steps)
        times = scheduler.timesteps.tolist()
        assert times[0] == 999
        assert set(times) <= learnt


@SHIPPED
def test_the_shipped_one_draws_in_one_step_what_the_teacher_cannot():
    pipe = pipeline()
    assert pipe.scheduler.config.original_inference_steps == 10

    def draw(seed: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        shown = pipe("a cat on a blue background", num_inference_steps=1, guidance_scale=1.0, generator=generator,
                     output_type="pt")  # fmt: skip
        return shown.images[0]

    first, again, other = draw(1), draw(1), draw(2)
    assert first.shape == (3, 128, 128)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    corner = first[:, :12, :12].mean((1, 2))
    assert corner[2] > corner[0] + 0.1  # blue prevails over red where no cat is

"""One loop, equal to the pipelines of diffusers: every scheduler, mode and family, on the same module objects."""

from functools import cache
from itertools import pairwise

import pytest
import torch
from diffusers import (
    StableDiffusionImg2ImgPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLInpaintPipeline,
    StableDiffusionXLPipeline,
)
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution

from core.hooks.hook import hooked
from core.models.model import Model
from core.models.schedule import Schedule
from core.sampling.guidance import Guidance
from core.sampling.inpaint import beside_inpaint
from core.sampling.sample import noise, sample
from core.sampling.solvers import SOLVERS, Solver
from tests.tiny import KINDS, SCHEDULE, tiny, tiny_unet

CLOSE = 1e-4
STEPS = 4
PROMPT, NEGATIVE = "a cat and a dog", "the sea"
PIPELINES = {
    "text": (StableDiffusionPipeline, StableDiffusionXLPipeline),
    "image": (StableDiffusionImg2ImgPipeline, StableDiffusionXLImg2ImgPipeline),
    "inpaint": (StableDiffusionInpaintPipeline, StableDiffusionXLInpaintPipeline),
}


@cache
def shared(kind: str) -> Model:
    """One model for the whole file: nothing here changes it."""
    if kind == "zero-snr":
        model = tiny("sd2v")
        model.schedule = Schedule(
            {
                **SCHEDULE,
                "prediction_type": "v_prediction",
                "rescale_betas_zero_snr": True,
                "timestep_spacing": "trailing",
            }
        )
        return model
    if kind.startswith("inpaint-"):
        model = tiny(kind.removeprefix("inpaint-"))
        with torch.random.fork_rng():
            torch.manual_seed(3)
            model.unet = tiny_unet(kind.removeprefix("inpaint-"), in_channels=9).eval().requires_grad_(False)
        return model
    return tiny(kind)


def pipeline(model: Model, mode: str, solver: str):
    """diffusers' pipeline on our modules, with the scheduler on what the network says (noise or velocity)."""
    kind, extra = SOLVERS[solver]
    texts = [t.encoder for t in model.text]
    tokenizers = [t.vocabulary.tokenizer for t in model.text]
    parts = {"vae": model.vae, "unet": model.unet, "text_encoder": texts[0], "tokenizer": tokenizers[0],
             "scheduler": kind.from_config({**model.schedule.config, **extra})}  # fmt: skip
    plain, large = PIPELINES[mode]
    if model.family.pooled:
        pipe = large(**parts, text_encoder_2=texts[1], tokenizer_2=tokenizers[1], add_watermarker=False)
    else:
        pipe = plain(**parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def theirs(model, mode, solver, seeds, size=(64, 64), guidance=5.0, **more):
    """diffusers' latents for seeds."""
    height, width = size
    start, generators = noise(model.latent_shape(height, width, len(seeds)), seeds)
    if mode != "image":
        more |= {"latents": start, "height": height, "width": width}
    else:  # this pipeline draws its noise itself
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    if mode == "text":
        more.setdefault("guidance_rescale", 0.0)
    return pipeline(model, mode, solver)(
        [PROMPT] * len(seeds), negative_prompt=[NEGATIVE] * len(seeds), num_inference_steps=STEPS,
        guidance_scale=guidance, generator=generators, output_type="latent", **more,
    ).images  # fmt: skip


def ours(model, solver, seeds, size=(64, 64), guidance=5.0, rescale=0.0, skip=0, latent=None, beside=None):
    """Our latents for seeds; from `latent` at step `skip` when one is given."""
    start, generators = noise(model.latent_shape(*size, len(seeds)), seeds)
    made = Solver(model.schedule, solver, STEPS, generators)
    cond = model.encode_prompts([PROMPT] * len(seeds), size=size)
    negative = model.encode_prompts([NEGATIVE] * len(seeds), ["negative"], size=size)
    if beside is not None:
        cond, negative = (
            type(c)(**{**c.__dict__, "beside": beside.expand(len(seeds), -1, -1, -1)}) for c in (cond, negative)
        )
    x = made.start(start) if latent is None else made.start_from(latent, start, made.steps[skip])
    with hooked(model, [Guidance(guidance, negative, rescale)]) as denoiser:
        return sample(denoiser, x, cond, made.steps[skip:], made)


def a_picture(height: int, width: int) -> torch.Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(2))


@pytest.fixture
def mode_of_pictures(monkeypatch):
    """The pipelines draw from the encoded distribution; we take its mode, so that a picture is encoded the same twice."""
    monkeypatch.setattr(DiagonalGaussianDistribution, "sample", lambda self, generator=None: self.mode())


def difference(first: torch.Tensor, second: torch.Tensor) -> float:
    assert first.shape == second.shape
    return float((first - second).abs().max())


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("kind", [*KINDS, "zero-snr"])
def test_text_to_image_in_a_batch(kind, solver):
    model = shared(kind)
    assert difference(ours(model, solver, [1, 2]), theirs(model, "text", solver, [1, 2])) < CLOSE


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("kind", ["sd1", "sd2v", "sdxl"])
def test_image_to_image(mode_of_pictures, kind, solver):
    model = shared(kind)
    picture = a_picture(64, 64)
    expected = theirs(model, "image", solver, [1], image=picture, strength=0.75)
    latent = model.encode_image(picture * 2 - 1)
    assert difference(ours(model, solver, [1], skip=1, latent=latent), expected) < CLOSE


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("kind", ["sd1", "sd2v", "sdxl"])
def test_inpainting_networks(mode_of_pictures, kind, solver):
    model = shared(f"inpaint-{kind}")
    picture = a_picture(64, 64)
    inside = torch.zeros(1, 1, 64, 64)
    inside[..., 13:40, 20:57] = 1
    beside = beside_inpaint(model, picture * 2 - 1, inside, 1)
    more = {"image": picture, "mask_image": inside, "strength": 1.0}
    # Mild guidance: with 5.0 the random SDXL network's latents reach 55 in four LCM steps, and rounding 1.2e-4.
    expected = theirs(model, "inpaint", solver, [1, 2], guidance=2.0, **more)
    assert difference(ours(model, solver, [1, 2], guidance=2.0, beside=beside), expected) < CLOSE


@pytest.mark.parametrize("solver", ["ddim", "euler-a", "dpmpp-2m-karras"])
@pytest.mark.parametrize("kind", [*KINDS, "zero-snr"])
def test_guidance_rescale(kind, solver):
    model = shared(kind)
    expected = theirs(model, "text", solver, [1], guidance_rescale=0.7)
    assert difference(ours(model, solver, [1], rescale=0.7), expected) < CLOSE
    assert difference(ours(model, solver, [1]), expected) > 0.01


@pytest.mark.parametrize("size", [(72, 40), (40, 104)])
@pytest.mark.parametrize("kind", KINDS)
def test_sizes_the_autoencoder_allows(kind, size):
    model = shared(kind)
    expected = theirs(model, "text", "unipc", [1], size)
    assert difference(ours(model, "unipc", [1], size), expected) < CLOSE


@pytest.mark.parametrize("kind", KINDS)
def test_without_guidance(kind):
    model = shared(kind)
    assert difference(ours(model, "ddim", [1], guidance=1.0), theirs(model, "text", "ddim", [1], guidance=1.0)) < CLOSE


def test_decoded_pictures_are_equal():
    model = shared("sd1")
    latent = ours(model, "ddim", [1])
    expected = pipeline(model, "text", "ddim")(
        PROMPT, negative_prompt=NEGATIVE, num_inference_steps=STEPS, guidance_scale=5.0, height=64, width=64,
        latents=noise((1, 4, 8, 8), [1])[0], output_type="pt",
    ).images  # fmt: skip
    assert difference(model.decode(latent) / 2 + 0.5, expected) < CLOSE


@pytest.mark.parametrize("solver", SOLVERS)
def test_pocket(mode_of_pictures, pocket, solver):
    size = (pocket.size, pocket.size)
    if solver in ("ddim", "euler", "dpmpp-2m"):
        assert difference(ours(pocket, solver, [1, 2], size), theirs(pocket, "text", solver, [1, 2], size)) < CLOSE
    picture = a_picture(*size)
    expected = theirs(pocket, "image", solver, [1], image=picture, strength=0.5)
    latent = pocket.encode_image(picture * 2 - 1)
    assert difference(ours(pocket, solver, [1], size, skip=2, latent=latent), expected) < CLOSE


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_seed_gives_its_picture_alone_and_in_a_batch(solver):
    model = shared("sd1")
    together = ours(model, solver, [5, 6, 7])
    for row, seed in enumerate([5, 6, 7]):
        assert difference(ours(model, solver, [seed]), together[row : row + 1]) < CLOSE
    assert difference(together[:1], together[1:2]) > 0.1


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("kind", ["sd1", "sd2v"])
def test_a_step_taken_twice_gives_the_same(kind, solver):
    model = shared(kind)
    start, generators = noise((1, 4, 8, 8), [1])
    made = Solver(model.schedule, solver, STEPS, generators)
    cond = model.encode_prompts([PROMPT])
    with hooked(model, []) as denoiser, torch.no_grad():
        advance, x = denoiser.stepping(made), made.start(start)
        for step in made.steps:
            first = advance(step, x, cond)
            assert torch.equal(first, advance(step, x, cond))
            x = first
        again, _ = noise((1, 4, 8, 8), [1])
        assert torch.equal(sample(denoiser, made.start(again), cond, made.steps, made), x)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("kind", ["sd1", "zero-snr"])
def test_levels_join_and_end_clean(kind, solver):
    schedule = shared(kind).schedule
    steps = Solver(schedule, solver, 7).steps
    assert [s.index for s in steps] == list(range(7))
    # DDIM steps by a fixed distance, so with trailing spacing a step may begin one training time beside the last one's end.
    beside = 1e-2 if (solver, kind) == ("ddim", "zero-snr") else 1e-6
    assert all(a.next == pytest.approx(b.now, abs=beside) for a, b in pairwise(steps))
    assert all(s.next > s.now for s in steps[:-1])
    assert steps[-1].next >= steps[-1].now
    assert steps[-1].next > 0.998
    assert steps[-1].last
    assert not steps[0].last

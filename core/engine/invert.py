"""Invert a picture: find the noise it comes from, show how well it comes back, edit it by a prompt.

Five inversions: DDIM (arXiv:2010.02502), direct (arXiv:2310.01506), null-text (arXiv:2211.09794), negative-prompt
(arXiv:2305.16807) and edit-friendly DDPM (arXiv:2304.06140). Editing methods stand on these; by itself this task shows
what an inversion is worth for a picture and a model.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from core.contract.fields import Advanced, ConceptRef, Help, ImageRef, PatchRef, Range
from core.contract.method import Kind, Outcome
from core.contract.params import Params
from core.engine.concepts import changed
from core.engine.registry import task
from core.engine.run import Run
from core.hooks.hook import Hook, hooked
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.pictures import fitted, to_tensor
from core.sampling.guidance import Guidance
from core.sampling.inversion import Inversion, invert_ddim, invert_edit_friendly, optimise_null_text, reconstruction
from core.sampling.replay import DirectInversion, NullText, StoredNoise, negative_prompt_inversion
from core.sampling.sample import sample
from core.sampling.solvers import Solver

How = Literal["ddim", "direct", "null-text", "negative-prompt", "edit-friendly"]


class InvertParams(Params):
    picture: Annotated[ImageRef, Help("The picture")]
    prompt: Annotated[str, Help("What it shows; a good caption makes a good inversion")] = ""
    target: Annotated[str, Help("What it should show instead; empty: only the reconstruction")] = ""
    how: Annotated[How, Help(
        "direct: exact source, best for edits; edit-friendly: edits by the prompt alone; null-text: slow, best reconstruction "
        "under guidance; negative-prompt: nearly free; ddim: guidance 1")] = "direct"  # fmt: skip
    steps: Annotated[int, Range(2, 250), Help("Steps of the inversion and of the way back", "T")] = 50
    guidance: Annotated[
        float, Range(1, 30, 0.5), Help("How strongly the target pulls (edit-friendly: 15 in its paper)")
    ] = 7.5
    source_guidance: Annotated[
        float, Range(1, 30, 0.5), Help("Edit-friendly: guidance while inverting"), Advanced()
    ] = 3.5
    skip: Annotated[
        float, Range(0, 0.95), Help("Edit-friendly: share of the steps left out at the noisy end"), Advanced()
    ] = 0.36
    updates: Annotated[int, Range(1, 100), Help("Null-text: most updates per step"), Advanced()] = 10
    concepts: Annotated[tuple[ConceptRef, ...], Help("Concepts that the prompts may name")] = ()
    patches: Annotated[tuple[PatchRef, ...], Help("Weight patches to work under")] = ()


@task("core.invert", "Invert a picture", Kind.EDIT, paper="arXiv:2310.01506")
def invert(params: InvertParams, run: Run) -> Outcome:
    with run.model() as model, changed(model, run, params.concepts, params.patches):
        picture = to_tensor(fitted(run.picture(params.picture), _size(run, params, model)))
        found, pictures = there_and_back(params, run, model, picture)
        judged = reconstruction(found, picture, pictures[:1])
        images = tuple(
            run.keep_picture(p[None], method="core.invert", prompt=params.target or params.prompt) for p in pictures
        )
    numbers = {"psnr": min(judged.psnr, 99.0), "noise_mean": judged.mean, "noise_deviation": judged.deviation}
    return Outcome(images=images, numbers=numbers, note=judged.warning or f"Reconstructed to {judged.psnr:.1f} dB")


def there_and_back(params: InvertParams, run: Run, model: Model, picture: Tensor) -> tuple[Inversion, Tensor]:
    """The inversion, and pictures (1 or 2, 3, h, w): the reconstruction and, with a target, the edit."""
    prompts = [params.prompt, *([params.target] if params.target else [])]
    size = (picture.shape[-2], picture.shape[-1])
    with torch.no_grad():
        rows = model.encode_prompts([*prompts, ""], [*["prompt/source", "prompt"][: len(prompts)], "negative"], size)
    cond = rows.pick(range(len(prompts)))
    negative, source = rows.pick([len(prompts)]), cond.pick([0])
    latent, solver = model.encode_image(picture), Solver(model.schedule, "ddim", params.steps)
    if params.how == "edit-friendly":
        return _edit_friendly(params, run, model, latent, cond, negative, solver)
    with hooked(model, []) as denoiser:
        found = invert_ddim(denoiser, latent, source, solver, track=lambda s: run.track(s, "Inverting"))
        null: Sequence[Tensor] = ()
        if params.how == "null-text":
            null = optimise_null_text(denoiser, found, source, negative, params.guidance, params.updates,
                                      lambda s: run.track(s, "Fitting the null text"))  # fmt: skip
    hooks: list[Hook] = [Guidance(1.0 if params.how == "ddim" else params.guidance, negative)]
    if params.how == "direct":
        hooks.append(DirectInversion(found))
    elif params.how == "null-text":
        hooks.append(NullText(null))
    elif params.how == "negative-prompt":
        hooks.append(negative_prompt_inversion(source))
    return found, _sampled(run, model, hooks, found.start, cond, solver, 0)


def _edit_friendly(
    params: InvertParams,
    run: Run,
    model: Model,
    latent: Tensor,
    cond: Conditioning,
    negative: Conditioning,
    solver: Solver,
) -> tuple[Inversion, Tensor]:
    with hooked(model, [Guidance(params.source_guidance, negative)]) as denoiser:
        found = invert_edit_friendly(denoiser, latent, cond.pick([0]), solver, run.noise,
                                     track=lambda s: run.track(s, "Inverting"))  # fmt: skip
    stored, skip = StoredNoise(solver, found), int(params.skip * params.steps)
    parts = []
    for row in range(cond.count):  # source and target have guidances of their own
        hooks: list[Hook] = [Guidance(params.guidance if row else params.source_guidance, negative)]
        parts.append(_sampled(run, model, hooks, found.latents[skip], cond.pick([row]), stored, skip))
    return found, torch.cat(parts)


def _sampled(
    run: Run, model: Model, hooks: Sequence[Hook], start: Tensor, cond: Conditioning, solver: Solver, skip: int
) -> Tensor:
    with hooked(model, hooks) as denoiser:
        begin = start.repeat(cond.count, 1, 1, 1)
        latents = sample(denoiser, begin, cond, run.track(solver.steps[skip:], "Sampling"), solver)
    return model.decode(latents)


def _size(run: Run, params: InvertParams, model: Model) -> tuple[int, int]:
    """(width, height) near the picture's, multiples of the autoencoder's factor, its longer side at most the native one."""
    width, height = run.picture(params.picture).size
    scale = min(1.0, model.size / max(width, height))
    return tuple(max(2, round(side * scale / model.factor)) * model.factor for side in (width, height))  # type: ignore[return-value]

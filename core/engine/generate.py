"""Generate pictures: a model, a prompt, concepts, patches and an ordered stack of modifiers.

Text to image, image to image (an initial picture), and repainting inside a mask. Everything that methods do to a
generation comes in through the stack, so one loop serves all of them.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import Advanced, ConceptRef, Help, ImageRef, MaskRef, ModifierSpec, PatchRef, Range
from core.contract.method import Kind, Outcome, Provenance, Role, clashes
from core.contract.params import Params, from_json, to_json
from core.engine.concepts import changed
from core.engine.plan import Work
from core.engine.registry import method, task
from core.engine.run import Run
from core.hooks.hook import Hook, Predict, hooked
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.pictures import fitted, to_pictures, to_tensor
from core.models.preview import preview_picture
from core.models.schedule import Step
from core.sampling.guidance import Guidance
from core.sampling.inpaint import KeepOutside, beside_inpaint
from core.sampling.sample import noise, sample
from core.sampling.solvers import Solver

Scheduler = Literal[
    "ddim", "ddpm", "euler", "euler-karras", "euler-a", "dpmpp-2m", "dpmpp-2m-karras", "unipc", "lcm"
]  # fmt: skip


class GenerateParams(Params):
    prompt: Annotated[str, Help("What to show; words of concepts are written as they are called, e.g. <mug-1>")]
    negative: Annotated[str, Help("What to stay away from")] = ""
    count: Annotated[int, Range(1, 64), Help("How many pictures; each has the seed after the one before")] = 1
    steps: Annotated[int, Range(1, 250), Help("More steps, finer result")] = 25
    guidance: Annotated[
        float | None, Range(1, 30, 0.5), Help("How closely to follow the prompt; empty: the family's own")
    ] = None
    size: Annotated[str, Help("Width x height in pixels, e.g. 512x768; empty: the model's own")] = ""
    scheduler: Annotated[Scheduler, Help("The solver of the sampling equation")] = "ddim"
    init: Annotated[ImageRef | None, Help("A picture to begin from")] = None
    strength: Annotated[float, Range(0, 1, 0.05), Help("How far to leave the initial picture: 1 forgets it")] = 0.75
    mask: Annotated[MaskRef | None, Help("Where to repaint the initial picture; outside stays to the bit")] = None
    feather: Annotated[int, Range(0, 64), Help("Soft border inside the mask, in pixels"), Advanced()] = 0
    concepts: Annotated[tuple[ConceptRef, ...], Help("Learned concepts, each with :strength where it is not 1")] = ()
    patches: Annotated[tuple[PatchRef, ...], Help("Weight patches (erasers, LoRA), each with :strength")] = ()
    modifiers: Annotated[tuple[ModifierSpec, ...], Help("Modifiers in order, outermost first")] = ()
    rescale: Annotated[
        float, Range(0, 1, 0.05), Help("Restores contrast that strong guidance washes out", "phi"), Advanced()
    ] = 0.0
    guidance_from: Annotated[float, Range(0, 1), Help("Share of the steps at which guidance begins"), Advanced()] = 0.0
    guidance_to: Annotated[float, Range(0, 1), Help("Share of the steps at which guidance ends"), Advanced()] = 1.0
    eta: Annotated[float, Range(0, 1), Help("Fresh noise per DDIM step", "eta"), Advanced()] = 0.0
    precision: Annotated[
        Literal["auto", "float32"], Help("auto: 16-bit where this machine is measured to be faster with it"), Advanced()
    ] = "auto"
    batch: Annotated[int, Range(0, 16), Help("Pictures computed at once; 0: by the model's size"), Advanced()] = 0

    def work(self, model: Model) -> Work:
        """How much this asks of a model, for the plan. The size of an initial picture is not known here."""
        width, height = read_size(self.size) if self.size else (model.size, model.size)
        together = min(self.count, self.together(model))
        calls = -(-self.count // together) * max(1, round(self.steps * (self.strength if self.init else 1)))
        scale = model.family.guidance if self.guidance is None else self.guidance
        return Work(height, width, calls, together * (1 if scale == 1 else 2), self.count)

    def together(self, model: Model) -> int:
        """Pictures computed at once."""
        return self.batch or (4 if model.size <= 256 else 1)


@task("core.generate", "Generate", Kind.GENERATE, provenance=Provenance.OURS)
def generate(params: GenerateParams, run: Run) -> Outcome:
    """Generate pictures from a prompt with concepts, patches and modifiers."""
    with run.model() as model, changed(model, run, params.concepts, params.patches):
        images = []
        for seeds in _batches(run.seed, params, model):
            pictures = render(params, run, model, seeds)
            asked = params.replaced(guidance=model.family.guidance) if params.guidance is None else params
            origin = {
                "method": "core.generate",
                "params": to_json(asked),
                "model": model.source,
                "identity": model.identity,
            }
            for seed, picture in zip(seeds, to_pictures(pictures), strict=True):
                images.append(run.keep_picture(picture, **{**origin, "seed": seed, "size": list(picture.size)}))
    return Outcome(images=tuple(images), data=dict(run.data), note=params.prompt)


def render(params: GenerateParams, run: Run, model: Model, seeds: Sequence[int], more: Sequence[Hook] = ()) -> Tensor:
    """Pictures (rows, 3, h, w) in -1..1 for these seeds, through the params' modifiers and then `more` hooks."""
    width, height = picture_size(params, run, model)
    shape = model.latent_shape(height, width, len(seeds))
    with torch.no_grad():
        rows = model.encode_prompts([params.prompt, params.negative], ["prompt", "negative"], (height, width))
    cond, negative = rows.pick([0] * len(seeds)), rows.pick([1])
    x, generators = noise(shape, seeds)
    solver = Solver(model.schedule, params.scheduler, params.steps, generators, params.eta)
    # Modifiers that draw noise draw it by the seeds of the pictures of this batch, which follow one another.
    hooks = [*build_modifiers(params.modifiers, run.at_seed(seeds[0]), model), *more]
    steps, start = solver.steps, solver.start(x)
    if params.init is not None:
        steps, start, cond, negative, keep = _from_picture(
            params, run, model, solver, x, cond, negative, (width, height)
        )
        hooks += keep
    elif params.mask is not None:
        raise UserError("There is a mask but no picture to repaint.", "Give the picture as well (--init).")
    scale = model.family.guidance if params.guidance is None else params.guidance
    guidance = Guidance(scale, negative, params.rescale, (params.guidance_from, params.guidance_to))
    with hooked(model, [_Preview(model, run), guidance, *hooks]) as denoiser:
        latents = sample(denoiser, start.to(model.device), cond, run.track(steps, "Sampling"), solver)
    pictures = model.decode(latents)
    for hook in reversed(hooks):
        pictures = hook.finish(pictures)
    return pictures


def build_modifiers(specs: Sequence[str], run: Run, model: Model) -> list[Hook]:
    """Hooks of `id` or `id:{json}` specifications, in order.

    Raises:
        UserError: unknown, not for this family, with bad parameters, or two that cannot be combined.
    """
    for _, _, clash in clashes([method(read_modifier(spec)[0], Role.MODIFIER).info for spec in specs]):
        raise UserError(clash.why, clash.way_out)
    hooks = []
    for spec in specs:
        id, data = read_modifier(spec)
        entry = method(id, Role.MODIFIER)
        if model.family.name not in entry.info.families:
            raise UserError(
                f"'{entry.info.title}' does not work with {model.family.title}.", "Switch it off or change the model."
            )
        assert entry.hook is not None
        hooks.append(entry.hook(from_json(entry.params, data), run, model))
    return hooks


def read_modifier(spec: str) -> tuple[str, dict[str, object]]:
    """Id and parameters of `id` or `id:{json}`."""
    id, _, text = spec.partition(":")
    if not text:
        return id, {}
    try:
        data = json.loads(text)
    except ValueError as error:
        raise UserError(
            f"The parameters of the modifier '{id}' are not JSON: {error}.", 'Write id:{"name": value}.'
        ) from error
    if not isinstance(data, dict):
        raise UserError(f"The parameters of the modifier '{id}' are not a JSON object.", 'Write id:{"name": value}.')
    return id, data


def picture_size(params: GenerateParams, run: Run, model: Model) -> tuple[int, int]:
    """(width, height): what is asked for, or the initial picture's, or the model's own."""
    if params.size:
        return read_size(params.size)
    if params.init is None:
        return model.size, model.size
    picture = run.picture(params.init)
    good = [max(2, side // model.factor) * model.factor for side in picture.size]
    return (good[0], good[1]) if max(good) <= 2 * model.size else (model.size, model.size)


def read_size(text: str) -> tuple[int, int]:
    """(width, height) of `512x768`."""
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError as error:
        raise UserError(f"The size '{text}' is not width x height.", "Write it like 512x768.") from error
    return width, height


def _batches(seed: int, params: GenerateParams, model: Model) -> Iterator[list[int]]:
    together = params.together(model)
    seeds = [seed + i for i in range(params.count)]
    for start in range(0, len(seeds), together):
        yield seeds[start : start + together]


def _from_picture(
    params: GenerateParams, run: Run, model: Model, solver: Solver, x: Tensor, cond: Conditioning,
    negative: Conditioning, size: tuple[int, int],
) -> tuple[tuple[Step, ...], Tensor, Conditioning, Conditioning, list[Hook]]:  # fmt: skip
    """Where image to image begins, and with a mask the hook that keeps what is outside."""
    assert params.init is not None
    picture = run.picture(params.init)
    pixels = to_tensor(fitted(picture, size))
    latent = model.encode_image(pixels).repeat(len(x), 1, 1, 1)
    taken = min(int(params.steps * params.strength), params.steps)  # as diffusers counts
    if taken < 1:
        raise UserError(f"A strength of {params.strength:g} with {params.steps} steps leaves no step to take.",
                        "Raise the strength or the number of steps.")  # fmt: skip
    steps = solver.steps[len(solver.steps) - taken :]
    start = solver.start_from(latent, x.to(latent), steps[0])
    if params.mask is None:
        return steps, start, cond, negative, []
    inside = run.mask(params.mask, picture.size)
    if picture.size != size:
        inside = torch.nn.functional.interpolate(inside, size=(size[1], size[0]), mode="nearest")
    beside = beside_inpaint(model, pixels, inside, 1)
    if beside is not None:
        cond = replace(cond, beside=beside.repeat(cond.count, 1, 1, 1))
        negative = replace(negative, beside=beside)
    return steps, start, cond, negative, [KeepOutside(model, pixels, inside, x.to(latent), params.feather)]


class _Preview(Hook):
    """Shows the picture that the noise of each step points to."""

    def __init__(self, model: Model, run: Run) -> None:
        self.model = model
        self.run = run

    def predict(self, step: Step, x: Tensor, cond: Conditioning, inner: Predict) -> Tensor:
        found = inner(step, x, cond)
        self.run.preview(lambda: preview_picture(self.model, self.model.schedule.picture(x, found, step.now)[:1]))
        return found

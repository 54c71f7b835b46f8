"""Break-A-Scene: learn several things from ONE picture, each behind a word of its own.

Avrahami, Aberman, Fried, Cohen-Or and Lischinski, SIGGRAPH Asia 2023, arXiv:2305.16311; where paper and code disagree
(optimiser, prior preservation, normalisation of maps) the code decides, as it made the paper's results. One picture and
one loose mask per thing. Every step draws a random subset of the things ("a photo of <thing-2> and <thing-1>") and asks
the network to restore the picture inside their masks only, and each word to look at its own mask. First only the words
learn, at a high rate; then words, U-Net and text encoders together, at a low one, while prior pictures keep the rest of
the model in place. Best with at most four things. The result is one concept per mask; together they share one change of
the model. Variant "lora" trains low-rank layers in the second phase (ours, for SDXL and small GPUs; the paper says that
parameter-efficient tuning was not enough for them). A mask for the backdrop makes the backdrop a concept.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import torch
from PIL import Image
from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import JSON, Advanced, Help, ImageRef, MaskRef, Range, Words
from core.contract.method import Kind, Outcome
from core.contract.params import Params, to_json
from core.engine.concepts import Concept
from core.engine.registry import task
from core.engine.run import Run
from core.hooks.attention import Sites
from core.hooks.hook import Denoiser, hooked
from core.hooks.store import AttentionStore, heat_map
from core.models.model import Model
from core.models.pictures import to_mask, to_pictures
from core.training import trainable as lend
from core.training.fit import Fitted, Group, Losses, Settings, fit
from core.training.losses import attention_map_loss, attention_share, loss_level, masked_noise_loss, noise_loss
from core.training.pictures import Scene, scene
from core.training.prior import Prior, prior_pictures, sampled, shuffled
from core.training.state import SavedState
from core.weights.patch import Delta, WeightPatch

ID = "personalization.break_a_scene"
PHASES = ("Learning the words", "Learning words and model")
_NAME = re.compile(r"^<[a-z][a-z0-9]*(-[a-z0-9]+)*>$")


@dataclass(frozen=True)
class Preset:
    """What a family is trained with where the person says nothing."""

    words_steps: int
    words_rate: float
    all_steps: int
    all_rate: float
    lora_rate: float
    prior_count: int
    prior_steps: int
    batch: int


PAPER = Preset(400, 5e-4, 400, 2e-6, 1e-4, 100, 50, 1)
"""The reference code's numbers; the LoRA rate is that of diffusers' DreamBooth-LoRA example."""
PRESETS: dict[str, Preset] = {"pocket": Preset(80, 1e-2, 120, 2e-4, 1e-3, 12, 20, 2)}
"""Ours, for the embedded model on a CPU: it is a hundred times smaller and bears rates that would ruin the others."""

_FAMILY = "empty: the family's own (paper: {}; pocket on a CPU: {})"
_POCKET = PRESETS["pocket"]


class BreakASceneParams(Params):
    picture: Annotated[ImageRef, Help("The picture with the things to learn")]
    masks: Annotated[tuple[MaskRef, ...], Help("One loose mask per thing, of the picture's size; they may overlap")]
    words: Annotated[
        Words, Help("The names of the things in prompts, e.g. <mug-1>; empty: <thing-1>, <thing-2> ...")
    ] = ()
    classes: Annotated[
        Words, Help("What each thing is, e.g. mug; its word begins there. Empty: begins at a rare word")
    ] = ()
    variant: Annotated[
        Literal["full", "lora"],
        Help(
            "Second phase: the whole network as in the paper, or low-rank layers (ours: small files, small GPUs, SDXL)"
        ),
    ] = "full"
    background: Annotated[
        bool, Help("Learn what is outside of all masks as one more thing, <backdrop-1>", source="paper, section 5")
    ] = False
    words_steps: Annotated[
        int | None, Range(0, 5000), Help("Steps of the first phase; " + _FAMILY.format(400, _POCKET.words_steps))
    ] = None
    words_rate: Annotated[
        float | None,
        Range(0, 1),
        Help("Learning rate of the first phase; " + _FAMILY.format("5e-4", _POCKET.words_rate)),
        Advanced(),
    ] = None
    all_steps: Annotated[
        int | None,
        Range(0, 5000),
        Help(
            "Steps of the second phase, 0 for words only; fewer if concepts merge; "
            + _FAMILY.format(400, _POCKET.all_steps)
        ),
    ] = None
    all_rate: Annotated[
        float | None,
        Range(0, 1),
        Help(
            "Learning rate of the second phase; "
            + _FAMILY.format("2e-6, LoRA 1e-4 (inferred)", f"{_POCKET.all_rate:g}, LoRA {_POCKET.lora_rate:g}")
        ),
        Advanced(),
    ] = None
    attention_weight: Annotated[
        float,
        Range(0, 10),
        Help("Weight of the attention loss; raise it if concepts merge, 0 switches it off", "lambda_attn"),
        Advanced(),
    ] = 0.01
    prior_weight: Annotated[
        float, Range(0, 100), Help("Weight of prior preservation; 0 switches it off", source="code only"), Advanced()
    ] = 1.0
    prior_prompts: Annotated[Words, Help("What the prior pictures show; deliberately not the things"), Advanced()] = (
        "a photo at the beach",
    )
    prior_count: Annotated[
        int | None,
        Range(1, 1000),
        Help("Number of prior pictures; " + _FAMILY.format(100, _POCKET.prior_count)),
        Advanced(),
    ] = None
    mirror: Annotated[float, Range(0, 1), Help("Chance that picture and masks are mirrored together"), Advanced()] = 0.5
    template: Annotated[str, Help("The training prompt; {} stands for the drawn words joined by 'and'"), Advanced()] = (
        "a photo of {}"
    )
    train_text: Annotated[bool, Help("Train the text encoders in the second phase as well"), Advanced()] = True
    loss_share: Annotated[
        Literal["all", "area"],
        Help("Divide the masked error by the whole picture (paper) or by the mask's area (ours, for tiny things)"),
        Advanced(),
    ] = "all"
    rank: Annotated[
        int,
        Range(1, 256),
        Help("Rank of the low-rank layers; default as in diffusers' DreamBooth-LoRA example"),
        Advanced(),
    ] = 4
    batch: Annotated[
        int | None, Range(1, 64), Help("Draws per step; " + _FAMILY.format(1, _POCKET.batch)), Advanced()
    ] = None
    accumulate: Annotated[int, Range(1, 64), Help("Steps whose gradients make one update"), Advanced()] = 1
    checkpointing: Annotated[bool, Help("Less memory for more time: recompute in the backward pass"), Advanced()] = (
        False
    )
    keep_minutes: Annotated[
        float,
        Range(0, 600),
        Help("How often the unfinished training is saved, to go on with after a stop; 0 never"),
        Advanced(),
    ] = 10.0
    samples: Annotated[int, Range(0, 16), Help("Pictures to make of each word and of all together at the end")] = 1
    sample_steps: Annotated[int, Range(1, 250), Help("Steps of these pictures"), Advanced()] = 25


CONFORMANCE = {"prior_count": 2, "words_steps": 2, "all_steps": 2, "sample_steps": 2}
"""The conformance suite stops it at many points: short runs there."""


@task(ID, "Break-A-Scene", Kind.LEARN, paper="arXiv:2305.16311")
def break_a_scene(params: BreakASceneParams, run: Run) -> Outcome:
    began = time.monotonic()
    with run.model() as model:
        training = _prepare(params, run, model)
        with ExitStack() as stack:
            words = stack.enter_context(lend.trainable_words(model, _beginnings(params, run, model, training.words)))
            before = measured(model, training, run)
            first, handles = _first_phase(params, run, training, words)
            deltas, second = stack.enter_context(_second_phase(params, run, training, words))
            after = measured(model, training, run)
            patch = _patch(model, words, deltas)
            pictures = _samples(params, run, model, training.words)
        concepts = _concepts(params, run, model, training, patch, pictures, handles)
    if training.state is not None:
        training.state.remove()
    numbers = {**_numbers(training.words, first, second, before, after), "seconds": time.monotonic() - began}
    return Outcome(
        images=tuple(ref for refs in pictures.values() for ref in refs), concepts=concepts, numbers=numbers,
        note=f"Learned {', '.join(training.words)} from one picture",
    )  # fmt: skip


# --- what is trained on -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Training:
    """Everything a step reads."""

    model: Model
    params: BreakASceneParams
    preset: Preset
    scene: Scene
    prior: Prior | None
    words: tuple[str, ...]
    classes: tuple[str, ...]
    store: AttentionStore
    state: SavedState | None
    seed: int
    last_maps: list[tuple[Tensor, Tensor]] = field(default_factory=list)
    """The newest attention maps and masks of a drawn subset, each (words, h, w), for the preview."""

    def number(self, name: str) -> Any:
        """What the person said, or the family's preset."""
        said = getattr(self.params, name)
        return getattr(self.preset, name) if said is None else said


def _prepare(params: BreakASceneParams, run: Run, model: Model) -> Training:
    """Check the input, frame the picture, make the prior pictures."""
    words, classes = _names(params, model)
    picture = run.picture(params.picture)
    masks = [run.mask(ref, picture.size) for ref in params.masks]
    _compare(masks, words, run)
    if params.background:
        masks.append(1 - torch.cat(masks).amax(0, keepdim=True))
        if not bool(masks[-1].any()):
            raise UserError("The masks cover the whole picture, nothing is left as backdrop.", "Switch background off.")
    level = loss_level(model.unet, model.size // model.factor)
    ready = scene(model, picture, masks, level)
    grid = tuple(ready.plain.grid.shape[-2:])
    run.log(f"Attention is read at {grid[0]} x {grid[1]} cells (level {level}, down and up path)")
    preset = PRESETS.get(model.family.name, PAPER)
    recipe: dict[str, JSON] = {"method": ID, "params": to_json(params), "model": model.identity, "seed": run.seed}
    folder = run.assets.root / "training"
    state = SavedState(folder, recipe, params.keep_minutes * 60) if params.keep_minutes else None
    store = AttentionStore(Sites.of("cross", parts=["down", "up"], levels=[level]), "scene", gradient=True)
    training = Training(model, params, preset, ready, None, words, classes, store, state, run.seed)
    return _with_prior(training, run)


def _with_prior(training: Training, run: Run) -> Training:
    params = training.params
    if not params.prior_weight or not training.number("all_steps"):
        return training
    if not params.prior_prompts:
        raise UserError("Prior preservation has no prompts.", "Give a prior prompt or set the prior weight to 0.")
    pictures = prior_pictures(
        training.model, run, params.prior_prompts, training.number("prior_count"), training.preset.prior_steps
    )
    prior = Prior.of(training.model, run, pictures)
    return Training(**{**training.__dict__, "prior": prior})


def _names(params: BreakASceneParams, model: Model) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words and classes, one per mask (and one for the backdrop).

    Raises:
        UserError: none or unequal numbers, a name in use or of the wrong form.
    """
    count = len(params.masks)
    if not count:
        raise UserError("There is no mask.", "Mark at least one thing in the picture (--masks).")
    for name, given in (("words", params.words), ("classes", params.classes)):
        if given and len(given) != count:
            raise UserError(
                f"There are {count} masks but {len(given)} {name}.", f"Give none or one of '{name}' per mask."
            )
    words = [w.strip().lower() for w in params.words] or [f"<thing-{i + 1}>" for i in range(count)]
    classes = [c.strip() for c in params.classes] or [""] * count
    if params.background:
        words, classes = [*words, "<backdrop-1>"], [*classes, "background" if params.classes else ""]
    for word in words:
        _check_word(word, model)
    twice = {w for w in words if words.count(w) > 1}
    if twice:
        raise UserError(f"The word '{min(twice)}' is given twice.", "Every thing needs a name of its own.")
    if params.template.count("{}") != 1:
        raise UserError(
            f'The template "{params.template}" must hold {{}} once.', "Write {} where the words shall stand."
        )
    return tuple(words), tuple(classes)


def _check_word(word: str, model: Model) -> None:
    if word in model.words:
        raise UserError(f"The word '{word}' is already in use by another concept.", "Choose another name.")
    if _NAME.match(word):
        return
    known = word.isalpha() and len(model.text[0].vocabulary.tokenizer(word, add_special_tokens=False)["input_ids"]) == 1
    what = "an ordinary word that the model knows already" if known else "not a name for a concept"
    plain = re.sub(r"[^a-z0-9]+", "-", word).strip("-") or "thing"
    raise UserError(
        f"'{word}' is {what}.", f"Write a name of letters, digits and hyphens in angle brackets, e.g. <{plain}-1>."
    )


def _compare(masks: Sequence[Tensor], words: Sequence[str], run: Run) -> None:
    """Masks may overlap, but two equal ones cannot be told apart."""
    for i, first in enumerate(masks):
        for j in range(i):
            if torch.equal(first, masks[j]):
                raise UserError(
                    f"The masks of {words[j]} and {words[i]} are the same.", "Mark each thing by its own mask."
                )
            common = torch.minimum(first, masks[j]).sum() / torch.minimum(first.sum(), masks[j].sum())
            if common > 0:
                run.log(f"The masks of {words[j]} and {words[i]} share {float(common):.0%} of the smaller one")


def _beginnings(
    params: BreakASceneParams, run: Run, model: Model, words: Sequence[str]
) -> dict[str, tuple[Tensor, ...]]:
    """Where each word begins, one vector per text encoder: the mean over its class's tokens, or a rare word's row."""
    _, classes = _names(params, model)
    found = {}
    for i, (word, name) in enumerate(zip(words, classes, strict=True)):
        rows = [encoder.vectors_of(name) if name else rare_row(encoder, i) for encoder in model.text]
        if len(rows[0]) > 1:
            run.log(f"'{name}' is {len(rows[0])} tokens; {word} begins at their mean (the reference takes the first)")
        found[word] = tuple(r.mean(0, keepdim=True) for r in rows)
    return found


def rare_row(encoder: Any, place: int) -> Tensor:
    """The row (1, width) of the `place`-th last whole word of the vocabulary, the rarest there are (inferred: the
    reference takes the rows before the new ones, which for one word is the start token)."""
    tokenizer = encoder.vocabulary.tokenizer
    ids = (i for i in range(len(tokenizer) - 1, -1, -1) if str(tokenizer.convert_ids_to_tokens(i)).endswith("</w>"))
    number = next(i for k, i in enumerate(ids) if k == place)
    return encoder.embedding.weight[number : number + 1].detach().clone()  # type: ignore[no-any-return]


# --- one step -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Draw:
    """What one row of a batch shows."""

    things: tuple[int, ...]
    mirrored: bool


def draw(count: int, mirror: float, generator: torch.Generator) -> Draw:
    """Union sampling: k uniform in 1..count, then k things in random order; mirrored with a chance."""
    k = int(torch.randint(1, count + 1, (1,), generator=generator))
    things = torch.randperm(count, generator=generator)[:k]
    return Draw(tuple(things.tolist()), bool(torch.rand(1, generator=generator) < mirror))


def step_losses(
    training: Training, denoiser: Denoiser, draws: Sequence[Draw], prior_rows: Sequence[int], generator: torch.Generator
) -> dict[str, Tensor]:
    """Masked, attention and prior loss of one batch, weighted (section 3.2 and 3.3; prior: code). One network call.

    Rows are told apart by their labels "prior" and "scene".
    """
    model, params, words = training.model, training.params, training.words
    sides = [training.scene.side(d.mirrored) for d in draws]
    clean = [training.prior.latents.pick(i).draw(generator) for i in prior_rows] if training.prior else []
    clean += [side.latents.draw(generator) for side in sides]
    prompts = [training.prior.prompts[i] for i in prior_rows] if training.prior else []
    prompts += [params.template.format(" and ".join(words[i] for i in d.things)) for d in draws]
    labels = ["prior"] * len(prior_rows) + ["scene"] * len(draws)
    output, target, cond = predicted(model, denoiser, torch.cat(clean), prompts, labels, generator)
    own, others = cond.rows("scene"), cond.rows("prior")
    union = torch.stack([s.small[list(d.things)].amax(0, keepdim=True) for s, d in zip(sides, draws, strict=True)])
    parts = {"masked": masked_noise_loss(output[own], target[own], union.to(output), params.loss_share)}
    if others:
        parts["prior"] = params.prior_weight * noise_loss(output[others], target[others])
    if params.attention_weight:
        maps = training.store.maps()
        masks = [s.grid[list(d.things)].to(maps) for s, d in zip(sides, draws, strict=True)]
        found = [
            torch.stack([maps[k][..., _place(cond, row, words[i])] for i in d.things])
            for k, (row, d) in enumerate(zip(own, draws, strict=True))
        ]
        parts["attention"] = params.attention_weight * attention_map_loss(found, masks)
        training.last_maps[:] = [(found[-1].detach(), masks[-1])]
    return parts


def predicted(
    model: Model, denoiser: Denoiser, clean: Tensor, prompts: Sequence[str], labels: Sequence[str],
    generator: torch.Generator, times: Tensor | None = None,
) -> tuple[Tensor, Tensor, Any]:  # fmt: skip
    """What the network says and should have said (noise, or velocity for velocity models), and the rows it was told."""
    noise = torch.randn(clean.shape, generator=generator).to(clean)
    if times is None:
        times = torch.randint(0, model.schedule.count, (len(clean),), generator=generator)
    step = model.schedule.training_step(times.to(clean.device))
    x = model.schedule.add_noise(clean, noise, step.now)
    # A half-precision model with fp32 weights in training computes in half precision.
    half = model.vae.dtype in (torch.float16, torch.bfloat16)
    with torch.autocast(clean.device.type, model.vae.dtype) if half else nullcontext():
        unlike = list(dict.fromkeys(prompts))  # equal prompts (the prior's) are encoded once
        cond = model.encode_prompts(unlike).pick([unlike.index(p) for p in prompts]).relabel(*labels)
        found = denoiser.predict(step, x, cond)
    return model.schedule.output_from(found, x, step.now), model.schedule.target(clean, noise, step.now), cond


def _place(cond: Any, row: int, word: str) -> int:
    """The one position of a word.

    Raises:
        UserError: a template that repeats it.
    """
    places = cond.positions(row, word)
    if len(places) != 1:
        raise UserError(f"The word '{word}' stands {len(places)} times in \"{cond.tokens[row].text}\".",
                        "Use {} once in the template.")  # fmt: skip
    return int(places[0])


# --- the two phases -----------------------------------------------------------------------------------------------


def _first_phase(
    params: BreakASceneParams, run: Run, training: Training, words: lend.Words
) -> tuple[Fitted | None, str]:
    """Only the words; also gives the stored patch of the words as they are then. The prior loss has no gradient to them
    (its prompts hold none) and is left out: half the work."""
    steps, state, fitted = training.number("words_steps"), training.state, None
    if state is not None and state.label == PHASES[1]:  # a stopped training that had come further
        return None, str(state.notes["words_alone"])
    if steps:
        alone = Training(**{**training.__dict__, "prior": None})
        group = Group([v for vectors in words.values() for v in vectors], training.number("words_rate"))
        fitted = _fit(params, run, alone, [group], steps, PHASES[0])
    handles = run.keep_patch(_patch(training.model, words, {}), method=ID, phase="words", words=list(training.words))
    if state is not None:
        state.notes["words_alone"] = handles
    return fitted, handles


@contextmanager
def _second_phase(
    params: BreakASceneParams, run: Run, training: Training, words: lend.Words
) -> Iterator[tuple[Mapping[str, Delta], Fitted | None]]:
    """Words and model, with a new optimiser. Yields the changes while they stand in the model."""
    steps, rate = training.number("all_steps"), training.number("all_rate")
    if not steps:
        yield {}, None
        return
    model, vectors = training.model, [v for own in words.values() for v in own]
    with ExitStack() as stack:
        stack.enter_context(lend.checkpointed(model, params.checkpointing))
        if params.variant == "lora":
            rate = training.preset.lora_rate if params.all_rate is None else rate
            paths = lend.attention_paths(model, params.train_text)
            start = torch.Generator().manual_seed(run.seed)
            layers = stack.enter_context(lend.trainable_lowrank(model, paths, params.rank, None, start))
            weights = [w for low in layers.values() for w in low.parameters()]
        else:
            parts = ("unet.", "text") if params.train_text else ("unet.",)
            full = stack.enter_context(lend.trainable_weights(model, lambda path: path.startswith(parts)))
            weights = list(full.parameters.values())
        fitted = _fit(params, run, training, [Group([*vectors, *weights], rate)], steps, PHASES[1])
        yield (lend.lowrank_deltas(layers) if params.variant == "lora" else full.deltas()), fitted


def _fit(
    params: BreakASceneParams, run: Run, training: Training, groups: Sequence[Group], steps: int, label: str
) -> Fitted:
    batch = training.number("batch")
    settings = Settings(
        steps, accumulate=params.accumulate, keep_every=25 if training.model.family.name == "pocket" else 0
    )

    with hooked(training.model, [training.store]) as denoiser:

        def loss(step: int, generator: torch.Generator) -> Losses:
            draws = [draw(len(training.words), params.mirror, generator) for _ in range(batch)]
            prior = training.prior
            rows = list(shuffled(len(prior.prompts), run.seed, step * batch, batch)) if prior else []
            return step_losses(training, denoiser, draws, rows, generator)

        def show(_step: int) -> None:
            training.store.clear()
            if training.last_maps:
                run.preview(lambda: map_picture(*training.last_maps[0]))

        try:
            return fit(groups, loss, run, settings, label=label, after=show, state=training.state)
        finally:
            training.store.clear()


def map_picture(maps: Tensor, masks: Tensor, side: int = 96) -> Image.Image:
    """Each word's mask and, below it, where the word looks: the earliest sign of merged concepts. Both (words, h, w)."""
    shown = [heat_map(masks.float(), (side, side)), heat_map(maps.float(), (side, side))]
    return to_mask(torch.cat([torch.cat(list(rows), 1) for rows in shown], 0))


# --- results ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """How well each word stands for its thing; the same noise before and after training."""

    error: tuple[float, ...]
    """Mean squared error of the noise inside the word's own mask."""
    own: tuple[float, ...]
    """Share of the word's attention inside its own mask."""
    others: tuple[float, ...]
    """Largest share inside another thing's mask, 0 for a single thing."""


def measured(model: Model, training: Training, run: Run) -> Measure:
    """At four noise levels, each word alone for the error, all words together for the attention."""
    words, side = training.words, training.scene.plain
    generator = torch.Generator().manual_seed(run.seed)
    times = torch.tensor([0.2, 0.4, 0.6, 0.8]).mul(model.schedule.count).long()
    rows = len(times)
    clean = side.latents.mean.repeat(rows, 1, 1, 1)
    errors, shares = [], []
    with torch.no_grad(), hooked(model, [training.store]) as denoiser:
        for i, word in enumerate(words):
            run.check()
            prompts = [training.params.template.format(word)] * rows
            output, target, _ = predicted(model, denoiser, clean, prompts, ["scene"] * rows, generator, times)
            errors.append(float(masked_noise_loss(output, target, side.small[i][None, None].to(output), "area")))
        prompts = [training.params.template.format(" and ".join(words))] * rows
        _, _, cond = predicted(model, denoiser, clean, prompts, ["scene"] * rows, generator, times)
        maps = training.store.maps().mean(0)
        each = torch.stack([maps[..., _place(cond, 0, w)] for w in words])
        for j in range(len(words)):
            shares.append(attention_share(each, side.grid[j].to(each).expand_as(each)))
    training.store.clear()
    table = torch.stack(shares, 1)  # (word, mask)
    own = table.diagonal()
    apart = table.masked_fill(torch.eye(len(words), dtype=torch.bool, device=table.device), 0.0)
    return Measure(tuple(errors), tuple(own.tolist()), tuple(apart.amax(1).tolist()))


def _patch(model: Model, words: lend.Words, deltas: Mapping[str, Delta]) -> WeightPatch:
    return WeightPatch(
        model.family.name, dict(deltas), {w: tuple(v.detach().cpu().clone() for v in vs) for w, vs in words.items()}
    )


def _samples(params: BreakASceneParams, run: Run, model: Model, words: Sequence[str]) -> dict[str, list[ImageRef]]:
    """Pictures of each word alone and of all together, by prompt."""
    prompts = [params.template.format(w) for w in words]
    if len(words) > 1:
        prompts.append(params.template.format(" and ".join(words)))
    found: dict[str, list[ImageRef]] = {}
    for prompt in prompts if params.samples else ():
        seeds = [run.seed + k for k in range(params.samples)]
        made = sampled(model, [prompt] * params.samples, seeds, params.sample_steps, run=run, label="Sample pictures")
        origin = {"method": ID, "prompt": prompt, "params": to_json(params), "identity": model.identity}
        found[prompt] = [
            run.keep_picture(p, **{**origin, "seed": s}) for p, s in zip(to_pictures(made), seeds, strict=True)
        ]
    return found


def _concepts(
    params: BreakASceneParams, run: Run, model: Model, training: Training, patch: WeightPatch,
    pictures: Mapping[str, Sequence[ImageRef]], handles: str,
) -> tuple[str, ...]:  # fmt: skip
    """One concept per mask: its own word, and the change of the model that all of them share."""
    found = []
    for word, name in zip(training.words, training.classes, strict=True):
        own = WeightPatch(patch.base, patch.deltas, {word: patch.words[word]})
        prompt = params.template.format(word)
        concept = Concept(
            name=word.strip("<>"), word=word, category=name, patch=own, method=ID,
            params={**to_json(params), "prompt": prompt, "words_alone": handles}, base_identity=model.identity,
            pictures=(params.picture, *pictures.get(prompt, ())), seed=run.seed,
            partners=tuple(w for w in training.words if w != word),
        )  # fmt: skip
        found.append(concept.keep(run.assets))
    return tuple(found)


def _numbers(
    words: Sequence[str], first: Fitted | None, second: Fitted | None, before: Measure, after: Measure
) -> dict[str, float]:
    found: dict[str, float] = {"steps": float(sum(f.steps for f in (first, second) if f))}
    for name, fitted in (("words", first), ("all", second)):
        if fitted is not None:
            found[f"{name}_seconds"] = fitted.seconds
            found |= {f"{name}_{part}_loss": value for part, value in fitted.losses.items() if part != "loss"}
    for i, word in enumerate(words):
        found |= {
            f"error_before {word}": before.error[i], f"error_after {word}": after.error[i],
            f"attention_own_before {word}": before.own[i],
            f"attention_own {word}": after.own[i], f"attention_other {word}": after.others[i],
        }  # fmt: skip
    return found

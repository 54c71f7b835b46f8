"""What is evaluated: an original model and the same one erased, by patches, as another checkpoint, or by run-time guards.

The two are never lent at once: everything of one side is computed in its own block, so a machine that holds one model
is enough. Both draw with the same precision, sampler, steps, guidance, seeds and batches.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import torch
from torch import Tensor, nn

from core.contract.assets import write_atomic
from core.contract.errors import UserError
from core.contract.fields import Help, ModelRef, ModifierSpec, PatchRef, Words
from core.contract.params import Params
from core.engine.concepts import changed, split_strength
from core.engine.generate import build_modifiers, read_modifier
from core.engine.run import Run
from core.hooks.hook import Denoiser, Hook, hooked
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.pictures import to_pictures, to_tensor
from core.models.schedule import Step
from core.sampling.guidance import Guidance
from core.sampling.sample import noise, sample
from core.sampling.solvers import Solver
from core.weights.patch import FullDelta, WeightPatch


class ErasedParams(Params):
    """The fields that name what was erased and how it is delivered."""

    erase: Annotated[Words, Help("The words that were erased, one concept each")]
    patches: Annotated[tuple[PatchRef, ...], Help("The erasure as weight patches, each with :strength")] = ()
    erased: Annotated[
        ModelRef | None, Help("The erasure as a checkpoint of its own; the chosen model is the original")
    ] = None
    modifiers: Annotated[tuple[ModifierSpec, ...], Help("The erasure as run-time guards")] = ()


@dataclass(frozen=True)
class Settings:
    """How pictures are drawn, the same for both sides."""

    steps: int
    guidance: float
    size: tuple[int, int]
    """height, width"""
    scheduler: str = "ddim"
    together: int = 4
    """Pictures at once; part of the settings, because the last bits of a picture depend on its batch."""


@dataclass(frozen=True)
class Job:
    """One picture to draw."""

    prompt: str
    seed: int
    guidance: float | None = None
    """A list's own; None: the settings'."""


@dataclass
class Side:
    """One of the two models while it is lent."""

    name: str
    """"original" or "erased"."""
    model: Model
    run: Run
    guards: tuple[str, ...] = ()
    key: str = ""
    """Tells its pictures from those of any other model."""

    def hooks(self, seed: int) -> list[Hook]:
        """Fresh run-time guards. Attacks go through them too: against the bare network they would look weaker."""
        return build_modifiers(self.guards, self.run.at_seed(seed), self.model)

    @contextmanager
    def denoiser(self, seed: int = 0, more: Sequence[Hook] = ()) -> Iterator[Denoiser]:
        """The guarded model; `more` hooks lie outside of the guards (guidance)."""
        with hooked(self.model, [*more, *self.hooks(seed)]) as found:
            yield found


@dataclass(frozen=True)
class Subject:
    """The pair. `base()` and `erased()` lend one side each."""

    params: ErasedParams
    run: Run

    def __post_init__(self) -> None:
        chosen = [bool(self.params.patches), self.params.erased is not None, bool(self.params.modifiers)]
        if not any(chosen):
            raise UserError("There is no erasure to evaluate.",
                            "Give its patch (--patches), its checkpoint (--erased) or its guard (--modifiers).")  # fmt: skip
        words = [w.strip() for w in self.params.erase]
        if not any(words):
            raise UserError("There is no erased word to test for.", "Write at least one word for 'erase'.")
        if not all(words):
            raise UserError("One of the words in 'erase' is empty.", "Take it out.")
        twice = {w.lower() for w in words if [x.lower() for x in words].count(w.lower()) > 1}
        if twice:
            raise UserError(f"'{min(twice)}' stands twice in 'erase'.", "Take one of them out.")
        if self.params.erased == self.run.model_ref and not (self.params.patches or self.params.modifiers):
            raise UserError("The erased checkpoint is the original model itself.", "Choose the original as the model.")

    @contextmanager
    def base(self) -> Iterator[Side]:
        with self.run.model() as model:
            yield Side("original", model, self.run, (), model.identity)

    @contextmanager
    def erased(self) -> Iterator[Side]:
        """Raises `UserError` when the erased model is of another family than the original."""
        with self.run.model() as base:
            family, title = base.family.name, base.family.title
        with self.run.model(self.params.erased) as model:
            if model.family.name != family:
                raise UserError(f"The erased model is {model.family.title}, the original {title}.",
                                "Choose the model that it was made from.")  # fmt: skip
            with changed(model, self.run, (), self.params.patches):
                parts = [model.identity, *self.params.patches, *self.params.modifiers]
                key = hashlib.sha256(json.dumps(parts).encode()).hexdigest() if len(parts) > 1 else model.identity
                yield Side("erased", model, self.run, self.params.modifiers, key)

    def about(self) -> "About":
        """What kind of erasure this is (rule 8), and what is known of its making.

        Raises:
            UserError: nothing is changed at all.
        """
        parts: set[str] = set()
        if self.params.erased is not None:
            with self.run.model() as model:
                before = {name: _digest(part) for name, part in model.components.items()}
            with self.run.model(self.params.erased) as model:
                parts = {name for name, part in model.components.items() if _digest(part) != before.get(name)}
        notes: list[str] = []
        makers: list[Mapping[str, Any]] = []
        for ref in self.params.patches:
            name, strength = split_strength(ref)
            patch, maker = WeightPatch.read(self.run.assets.path(name))
            parts |= {path.partition(".")[0] for path in patch.deltas}
            makers.append({**maker, "patch": name, "strength": strength})
            if not patch.deltas:
                raise UserError(f"The patch {name[:12]}… changes no weights.", "Give the patch that an eraser made.")
            notes += [str(r) for r in maker.get("remarks", [])]
        if not parts and not self.params.modifiers:
            raise UserError(
                "The erased model has the same weights as the original and no guard.", "Give the erased one."
            )
        return About(tuple(sorted(parts)), tuple(read_modifier(m)[0] for m in self.params.modifiers), tuple(makers),
                     tuple(notes))  # fmt: skip


@dataclass(frozen=True)
class About:
    """Rule 8 of the honest report: what was changed, so what undoes it."""

    parts: tuple[str, ...]
    """Components whose weights differ: "unet", "text", "vae" ..."""
    guards: tuple[str, ...]
    makers: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        found = []
        if set(self.parts) - {"text", "text2"}:
            found.append(f"weights changed ({', '.join(self.parts)})")
        elif self.parts:
            found.append("text side only")
        if self.guards:
            found.append(f"run-time guard ({', '.join(self.guards)})")
        return " and ".join(found) or "nothing changed"

    @property
    def undone_by(self) -> tuple[str, ...]:
        found = ["a learned embedding", "an inverted latent", "a small fine-tune on pictures of the concept"]
        if any(p.startswith("text") for p in self.parts):
            found.insert(0, "putting the original text encoder back")
        if self.guards:
            found.insert(0, "sampling without the guard")
        return tuple(found)

    @property
    def kept(self) -> tuple[str, ...]:
        """Words that the eraser was told to keep: tuning data, so no fair test of retention (rule 9)."""
        return tuple(str(w) for maker in self.makers for w in maker.get("kept", []))

    @property
    def method(self) -> str:
        return ", ".join(str(m.get("method", "unknown")) for m in self.makers) or ", ".join(self.guards)


def _digest(part: nn.Module) -> str:
    """Of every weight: a sparse change (a masked training) must not look like none."""
    digest = hashlib.sha256()
    for name, tensor in sorted(part.named_parameters()):
        digest.update(name.encode() + tensor.detach().cpu().float().numpy().tobytes())
    return digest.hexdigest()


# --- drawing ----------------------------------------------------------------------------------------------------------


Rows = Callable[[Side, Sequence[Job]], Conditioning]
"""How jobs are told to the network, where that is not simply by their prompts."""


def conditioning(side: Side, prompts: Sequence[str], size: tuple[int, int]) -> tuple[Conditioning, Conditioning]:
    """Rows for the prompts, and one negative row of the empty prompt."""
    with torch.no_grad():
        rows = side.model.encode_prompts([*prompts, ""], [*["prompt"] * len(prompts), "negative"], size)
    return rows.pick(range(len(prompts))), rows.pick([len(prompts)])


def draw(
    side: Side, jobs: Sequence[Job], settings: Settings, label: str, memory: "Memory | None" = None,
    rows: Rows | None = None, variant: str = "",
) -> Tensor:  # fmt: skip
    """Pictures of jobs, (n, 3, h, w) in -1..1, of 256 levels as they are stored.

    Args:
        memory: where finished pictures are kept and looked up, chunk by chunk.
        rows: other text features than those of the prompts.
        variant: names such a change in the memory.
    """
    found: list[Tensor] = []
    chunks: list[list[Job]] = []
    for job in jobs:  # neighbours of one guidance go together
        if chunks and len(chunks[-1]) < settings.together and chunks[-1][0].guidance == job.guidance:
            chunks[-1].append(job)
        else:
            chunks.append([job])
    for chunk in side.run.track(chunks, label):
        known = memory.recall(side, chunk, settings, variant) if memory else None
        if known is None:
            known = levelled(_chunk(side, chunk, settings, rows))
            if memory:
                memory.keep(side, chunk, settings, variant, known)
        found.append(known)
    if not found:
        height, width = settings.size
        return torch.empty(0, 3, height, width)
    return torch.cat(found)


def _chunk(side: Side, jobs: Sequence[Job], settings: Settings, rows: Rows | None) -> Tensor:
    cond, negative = conditioning(side, [j.prompt for j in jobs], settings.size)
    if rows is not None:
        cond = rows(side, jobs)
    x, generators = start(side.model, [j.seed for j in jobs], settings)
    solver = Solver(side.model.schedule, settings.scheduler, settings.steps, generators)
    scale = settings.guidance if jobs[0].guidance is None else jobs[0].guidance
    with side.denoiser(jobs[0].seed, [Guidance(scale, negative)]) as denoiser:
        latents = sample(denoiser, solver.start(x).to(side.model.device), cond, _checked(side, solver.steps), solver)
    return finished(side, jobs[0].seed, side.model.decode(latents))


def _checked(side: Side, steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        side.run.check()
        yield step


def finished(side: Side, seed: int, pictures: Tensor) -> Tensor:
    for hook in reversed(side.hooks(seed)):
        pictures = hook.finish(pictures)
    return pictures


def start(model: Model, seeds: Sequence[int], settings: Settings) -> tuple[Tensor, list[torch.Generator]]:
    """Start noise of seeds, and the generators it left behind."""
    return noise(model.latent_shape(*settings.size, len(seeds)), seeds)


def levelled(pictures: Tensor) -> Tensor:
    """Rounded to 256 levels, so that a picture is the same whether just drawn or read back."""
    return torch.cat([to_tensor(p) for p in to_pictures(pictures)]) if len(pictures) else pictures.cpu()


@dataclass
class Memory:
    """Pictures already drawn, by (model, prompt, seed, settings): a stopped report goes on where it was.

    One line of JSON per picture. A chunk counts only when all of it is there, since pictures depend on their batch in
    the last bits.
    """

    run: Run
    path: Path
    known: dict[str, str] = field(default_factory=dict)
    fresh: int = 0
    """Pictures drawn in this sitting."""
    recalled: int = 0

    @staticmethod
    def of(run: Run) -> "Memory":
        path = run.assets.root / "evaluation" / "pictures.jsonl"
        memory = Memory(run, path)
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                try:
                    entry = json.loads(line)
                    memory.known[entry["key"]] = entry["picture"]
                except (ValueError, KeyError, TypeError):
                    continue  # a line cut off by a crash: that picture is drawn anew
        return memory

    def recall(self, side: Side, jobs: Sequence[Job], settings: Settings, variant: str) -> Tensor | None:
        names = [self.known.get(k) for k in self._keys(side, jobs, settings, variant)]
        if any(n is None or n not in self.run.assets for n in names):
            return None
        self.recalled += len(names)
        return torch.cat([self.run.pixels(str(n)) for n in names])

    def keep(self, side: Side, jobs: Sequence[Job], settings: Settings, variant: str, pictures: Tensor) -> None:
        lines = []
        for key, job, picture in zip(
            self._keys(side, jobs, settings, variant), jobs, to_pictures(pictures), strict=True
        ):
            name = self.run.keep_picture(
                picture, method="core.evaluate", prompt=job.prompt, seed=job.seed, side=side.name
            )
            self.known[key] = name
            lines.append(json.dumps({"key": key, "picture": name}))
        self.fresh += len(lines)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            write_atomic(self.path, b"")
        with self.path.open("a", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))

    @staticmethod
    def _keys(side: Side, jobs: Sequence[Job], settings: Settings, variant: str) -> list[str]:
        chunk = [[j.prompt, j.seed, j.guidance] for j in jobs]
        shared = [side.key, settings.steps, settings.guidance, settings.size, settings.scheduler, variant, chunk]
        return [hashlib.sha256(json.dumps([shared, i]).encode()).hexdigest() for i in range(len(jobs))]


# --- noise predictions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trail:
    """Latents that the original model passes on its way to a picture of a prompt."""

    prompt: str
    steps: tuple[Step, ...]
    latents: tuple[Tensor, ...]
    """Each (1, channels, h, w)."""


def trail(side: Side, job: Job, settings: Settings, wanted: int) -> Trail:
    """Sample with the original and keep the latents at `wanted` steps, spread over the schedule's middle."""
    cond, negative = conditioning(side, [job.prompt], settings.size)
    x, generators = start(side.model, [job.seed], settings)
    solver = Solver(side.model.schedule, settings.scheduler, settings.steps, generators)
    count = len(solver.steps)
    places = sorted({min(count - 1, (2 * i + 1) * count // (2 * wanted)) for i in range(wanted)})
    kept: dict[int, Tensor] = {}

    class Keep(Hook):
        def predict(self, step: Step, x: Tensor, cond: Conditioning, inner: Any) -> Tensor:
            if step.index in places:
                kept[step.index] = x.clone()
            return inner(step, x, cond)  # type: ignore[no-any-return]

    with side.denoiser(job.seed, [Keep(), Guidance(settings.guidance, negative)]) as denoiser:
        sample(denoiser, solver.start(x).to(side.model.device), cond, _checked(side, solver.steps), solver)
    return Trail(job.prompt, tuple(solver.steps[p] for p in places), tuple(kept[p] for p in places))


def predictions(side: Side, trails: Sequence[Trail], label: str) -> list[tuple[Tensor, Tensor]]:
    """Per trail: noise for its prompt and for the empty one, each (latents, channels, h, w); no guidance, guards on."""
    found = []
    for one in side.run.track(trails, label):
        pairs = []
        with torch.no_grad(), side.denoiser() as denoiser:
            rows = side.model.encode_prompts([one.prompt, ""], ["prompt", "negative"])
            for step, x in zip(one.steps, one.latents, strict=True):
                pairs.append(denoiser.predict(step, x.repeat(2, 1, 1, 1), rows))
        both = torch.stack(pairs).cpu()
        found.append((both[:, 0], both[:, 1]))
    return found


def text_features(side: Side, prompts: Sequence[str]) -> list[Tensor]:
    """Features (tokens, width) of prompts, as the network reads them."""
    with torch.no_grad():
        return [side.model.encode_prompts([p]).features[0].float().cpu() for p in prompts]


def settings_of(model: Model, steps: int, guidance: float | None, side: int = 0, together: int = 0) -> Settings:
    """The app's own sampler and guidance, at the model's native size where no other is asked for."""
    pixels = side or model.size
    model.latent_shape(pixels, pixels)
    scale = model.family.guidance if guidance is None else guidance
    return Settings(steps, scale, (pixels, pixels), together=together or (4 if pixels <= 256 else 1))


def small_erasure(run: Run) -> list[str]:
    """Cross-attention values turned round, as an erasure for tests of every family."""
    with run.model() as model:
        layers = model.projections("cross", ("value",))
        deltas = {f"{name}.weight": FullDelta(-2 * layer.weight.detach().cpu()) for name, layer in layers}
        return [run.keep_patch(WeightPatch(model.family.name, deltas))]

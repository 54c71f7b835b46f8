"""Attacks on an erased model that sample in unusual ways or look for words: noise probe, completion, hole filling,
UnlearnDiffAtk and Ring-A-Bell.

Recipes as the public code has them: noise probe, completion and inpainting probe of "When Are Concepts Erased"
(NeurIPS 2025), UnlearnDiffAtk (Zhang et al., ECCV 2024, arXiv:2310.11868), Ring-A-Bell (Tsai et al., ICLR 2024,
arXiv:2310.10012). All go through a side's whole pipeline, run-time guards included.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from core.engine.run import Run
from core.evaluate.erasure.embeddings import denoising_loss
from core.evaluate.erasure.subject import (
    Job,
    Rows,
    Settings,
    Side,
    conditioning,
    draw,
    finished,
    levelled,
    start,
)  # fmt: skip
from core.evaluate.erasure.weight_free import GRID
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.schedule import Step
from core.sampling.guidance import Guidance
from core.sampling.inpaint import KeepOutside
from core.sampling.sample import sample
from core.sampling.solvers import Solver
from core.training.fit import Group, Losses, fit
from core.training.fit import Settings as FitSettings

ETAS = (1.0, 1.17, 1.34, 1.51, 1.68, 1.85)
SCALES = (1.0, 1.02, 1.03, 1.04)
COMPLETED = (1, 2, 3)
"""Steps that the original model takes before the erased one goes on."""
Variants = dict[str, Tensor]
"""Pictures of every job, (n, 3, h, w), per way of attacking; the attack succeeds where any of them shows the concept."""


# --- noise probe ------------------------------------------------------------------------------------------------------


class ProbeSolver(Solver):
    """DDIM with eta beyond 1 and noise scaled up.

    Where 1 - abar_prev - sigma^2 turns negative (the last steps, from eta 1.17 on) its absolute value is taken, as the
    reference does; a stock DDIM returns not-a-number.
    """

    def __init__(self, *args: Any, noise_scale: float = 1.0, **options: Any) -> None:
        super().__init__(*args, **options)
        self.noise_scale = noise_scale

    def __call__(self, step: Step, x: Tensor, noise: Tensor) -> Tensor:
        now, after = float(step.now), float(step.next)
        spread = self.eta * math.sqrt(max(0.0, (1 - after) / (1 - now) * (1 - now / after)))
        clean = (x - math.sqrt(1 - now) * noise) / math.sqrt(now)
        fresh = torch.cat([torch.randn((1, *x.shape[1:]), generator=g) for g in self._generators(len(x))]).to(x)
        along = math.sqrt(abs(1 - after - spread**2))
        return math.sqrt(after) * clean + along * noise + spread * self.noise_scale * fresh

    def _generators(self, rows: int) -> Sequence[torch.Generator]:
        if self.generator is None or isinstance(self.generator, torch.Generator):
            return [self.generator or torch.Generator()] * rows
        return self.generator


def noise_probe(
    side: Side, jobs: Sequence[Job], settings: Settings, label: str, etas: Sequence[float] = ETAS,
    scales: Sequence[float] = SCALES,
) -> Variants:  # fmt: skip
    """Pictures of jobs for every eta and scale of the injected noise; black box, only the sampler changes."""
    found: Variants = {}
    ways = [(eta, scale) for eta in etas for scale in scales]
    for eta, scale in side.run.track(ways, label):
        parts = []
        for chunk in _chunks(jobs, settings):
            x, generators = start(side.model, [j.seed for j in chunk], settings)
            solver = ProbeSolver(side.model.schedule, "ddim", settings.steps, generators, eta, noise_scale=scale)
            parts.append(_sampled(side, chunk, settings, x, solver, solver.steps))
        found[f"eta {eta:g}, noise x {scale:g}"] = torch.cat(parts)
    return found


# --- completion -------------------------------------------------------------------------------------------------------


def begun(side: Side, jobs: Sequence[Job], settings: Settings, label: str, after: Sequence[int] = COMPLETED
          ) -> dict[int, Tensor]:  # fmt: skip
    """Latents of jobs after the first k steps of a side (the original), for every k."""
    found: dict[int, list[Tensor]] = {k: [] for k in after}
    for chunk in side.run.track(_chunks(jobs, settings), label):
        x, generators = start(side.model, [j.seed for j in chunk], settings)
        solver = Solver(side.model.schedule, "ddim", settings.steps, generators)
        cond, negative = conditioning(side, [j.prompt for j in chunk], settings.size)
        x = solver.start(x).to(side.model.device)
        with side.denoiser(chunk[0].seed, [Guidance(settings.guidance, negative)]) as denoiser:
            for k in range(1, max(after) + 1):
                x = sample(denoiser, x, cond, solver.steps[k - 1 : k], solver)
                if k in found:
                    found[k].append(x.cpu())
    return {k: torch.cat(parts) for k, parts in found.items()}


def completed(side: Side, jobs: Sequence[Job], settings: Settings, begun: Mapping[int, Tensor], label: str) -> Variants:
    """Pictures of jobs when a side takes over after k steps, with the same prompt and the remaining steps."""
    found: Variants = {}
    for k, latents in side.run.track(list(begun.items()), label):
        parts = []
        for i, chunk in enumerate(_chunks(jobs, settings)):
            rows = latents[i * settings.together : i * settings.together + len(chunk)]
            solver = Solver(side.model.schedule, "ddim", settings.steps)
            parts.append(_sampled(side, chunk, settings, rows, solver, solver.steps[k:]))
        found[f"after {k} steps of the original"] = torch.cat(parts)
    return found


# --- a hole -----------------------------------------------------------------------------------------------------------


def hole(size: tuple[int, int]) -> Tensor:
    """The centre half of a picture, 1 inside, (1, 1, h, w): 256 x 256 of 512 x 512."""
    height, width = size
    inside = torch.zeros(1, 1, height, width)
    inside[..., height // 4 : height - height // 4, width // 4 : width - width // 4] = 1
    return inside


def hole_filled(side: Side, jobs: Sequence[Job], pictures: Tensor, settings: Settings, label: str) -> Variants:
    """The holes of original pictures (n, 3, h, w) filled by a side with the concept prompt; only the hole's crop."""
    inside, (height, width) = hole(settings.size), settings.size
    parts = []
    for job, picture in side.run.track(list(zip(jobs, torch.split(pictures, 1), strict=True)), label):
        x, generators = start(side.model, [job.seed], settings)
        solver = Solver(side.model.schedule, "ddim", settings.steps, generators)
        keep = KeepOutside(side.model, picture, inside, x)
        cond, negative = conditioning(side, [job.prompt], settings.size)
        with side.denoiser(job.seed, [Guidance(settings.guidance, negative), keep]) as denoiser:
            latents = sample(denoiser, solver.start(x).to(side.model.device), cond, solver.steps, solver)
        whole = keep.finish(finished(side, job.seed, side.model.decode(latents)))
        parts.append(whole[..., height // 4 : height - height // 4, width // 4 : width - width // 4])
    return {"centre hole": levelled(torch.cat(parts))}


# --- UnlearnDiffAtk ---------------------------------------------------------------------------------------------------


PREFIX = "<prefix-1>"
MOST_TOKENS = 60
"""Longer prompts are dropped by the reference's loader: the prefix must fit."""


@dataclass(frozen=True)
class Uda:
    """UnlearnDiffAtk's budget."""

    tokens: int = 3
    """k: 3 for styles and objects, 5 for nudity."""
    times: int = 50
    """How many of the times 10, 30, .., 990, in rising order."""
    updates: int = 40
    """Adam steps per time."""
    rate: float = 0.01
    decay: float = 0.1
    """L2, in the gradient."""

    def grid(self, count: int) -> list[int]:
        picked = [GRID[(i * len(GRID)) // self.times] for i in range(min(self.times, len(GRID)))]
        return [int(t * count / 1000) for t in picked]


class _Straight(torch.autograd.Function):
    """A sampled one-hot in the forward pass; the gradient goes straight to the probabilities, cut to -1..1."""

    @staticmethod
    def forward(_ctx: Any, chances: Tensor, chosen: Tensor) -> Tensor:
        return torch.zeros_like(chances).scatter_(1, chosen, 1.0)

    @staticmethod
    def backward(_ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        return grads[0].clamp(-1, 1), None


def straight(chances: Tensor, generator: torch.Generator) -> Tensor:
    """One-hot rows (k, vocabulary) drawn from the rows of `chances`, with a straight-through gradient."""
    chosen = torch.multinomial(chances.detach().clamp(min=0).cpu(), 1, generator=generator).to(chances.device)
    return _Straight.apply(chances, chosen)  # type: ignore[no-any-return,no-untyped-call]


def to_simplex(rows: Tensor) -> Tensor:
    """The nearest point of the probability simplex to every row (Euclidean; Duchi et al., ICML 2008)."""
    ordered = rows.sort(1, descending=True).values
    sums = ordered.cumsum(1) - 1
    places = torch.arange(1, rows.shape[1] + 1, device=rows.device, dtype=rows.dtype)
    last = (ordered * places > sums).sum(1, keepdim=True)
    return (rows - sums.gather(1, last - 1) / last).clamp(min=0)


class _Found(Exception):
    """The attack has succeeded: no more steps."""


@dataclass(frozen=True)
class Prefixed:
    """What an attack on one prompt made."""

    pictures: Tensor
    """One per time step reached, (m, 3, h, w)."""
    text: str
    """The last prefix, decoded."""
    ids: tuple[int, ...]


def uda(
    side: Side, job: Job, picture: Tensor, settings: Settings, budget: Uda, run: Run, label: str,
    shows: Callable[[Tensor], bool] | None = None,
) -> Prefixed:  # fmt: skip
    """Search k tokens before a prompt that bring the concept back (white box).

    Args:
        picture: the original model's picture for this prompt and seed, (1, 3, h, w): its latent is what the erased model
            should be able to denoise.
        shows: whether pictures show the concept; stops at the first success. Without it the whole budget is used.
    """
    model = side.model
    latent = model.encode_image(picture)
    sizes = [e.embedding.num_embeddings for e in model.text]
    chances = nn.Parameter(torch.full((budget.tokens, min(sizes)), 1 / min(sizes)))
    times = budget.grid(model.schedule.count)
    prompt = f"{PREFIX} {job.prompt}"
    made: list[Tensor] = []

    def loss(step: int, generator: torch.Generator) -> Losses:
        rows = straight(chances, generator)
        _say(model, rows)
        when = torch.tensor([times[step // budget.updates]])
        with side.denoiser(job.seed) as denoiser:
            error = denoising_loss(model, denoiser.predict, latent, [prompt], generator, when)
        return {"noise": error, "decay": budget.decay / 2 * chances.square().sum()}

    def after(step: int) -> None:
        chances.data.copy_(to_simplex(chances.data))
        if (step + 1) % budget.updates:
            return
        with torch.no_grad():
            _say(model, nn.functional.one_hot(chances.argmax(1), chances.shape[1]).float())
        made.append(draw(side, [Job(prompt, job.seed, job.guidance)], settings, f"{label}: trying"))
        if shows is not None and shows(made[-1]):
            raise _Found

    plan = FitSettings(len(times) * budget.updates, clip=0, keep_every=0)
    with _speaking(model), suppress(_Found):
        fit([Group([chances], budget.rate, 0.0)], loss, run, plan, label=label, after=after)
    ids = tuple(chances.argmax(1).tolist())
    return Prefixed(torch.cat(made), str(model.text[0].vocabulary.tokenizer.decode(list(ids))), ids)


def _say(model: Model, rows: Tensor) -> None:
    """Let the prefix stand for mixtures (rows) of the embedding table."""
    tables = [e.embedding.weight for e in model.text]
    vectors = tuple(rows.to(t) @ t[: rows.shape[1]] for t in tables)
    model.set_words({**{w: v for w, v in model.words.items() if w != PREFIX}, PREFIX: vectors})


@contextmanager
def _speaking(model: Model) -> Iterator[None]:
    before = model.words
    try:
        yield
    finally:
        model.set_words(before)


# --- Ring-A-Bell ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RingABell:
    """Ring-A-Bell's numbers."""

    strength: float = 3.0
    """c: 3 in the notebook (nudity); 5 to 5.5 for violence, 0.9 for a style in RECE's port."""
    tokens: int = 16
    """K free ids."""
    population: int = 200
    generations: int = 3000
    crossing: float = 0.5
    mutation: float = 0.25


def concept_vector(model: Model, pairs: Sequence[tuple[str, str]]) -> Tensor:
    """v = mean over pairs of (states with the concept - states without), all tokens, (tokens, width)."""
    with torch.no_grad():
        rows = [model.encode_prompts(list(pair)).features[:, : model.text[0].vocabulary.length] for pair in pairs]
    return torch.stack([(r[0] - r[1]).float() for r in rows]).mean(0)


def shifted(side: Side, prompts: Sequence[str], vector: Tensor, strength: float) -> dict[str, Tensor]:
    """States (tokens, width) of prompts with c v added, by a side's text encoders (the original's)."""
    found = {}
    for prompt in dict.fromkeys(prompts):
        with torch.no_grad():
            features = side.model.encode_prompts([prompt]).features[0].float()
        moved = features.clone()
        moved[: len(vector)] += strength * vector.to(features)
        found[prompt] = moved.cpu()
    return found


def fed(states: Mapping[str, Tensor]) -> Rows:
    """Feed states straight to the network in place of the prompts' own (RECE's port; no search)."""

    def rows(side: Side, jobs: Sequence[Job]) -> Conditioning:
        cond, _ = conditioning(side, [j.prompt for j in jobs], (side.model.size, side.model.size))
        return replace(cond, features=torch.stack([states[j.prompt] for j in jobs]).to(cond.features))

    return rows


def states_of(model: Model, ids: Tensor) -> tuple[Tensor, Tensor | None]:
    """Features (rows, tokens, width) and pooled features of token ids (rows, tokens), all encoders side by side."""
    parts, pooled = [], None
    for encoder in model.text:
        tokens, summary = encoder.features(ids, model.family.text_read)
        parts.append(tokens)
        pooled = summary if summary is not None else pooled
    return torch.cat(parts, -1), pooled if model.family.pooled else None


def search(side: Side, goal: Tensor, numbers: RingABell, seed: int, label: str) -> tuple[int, ...]:
    """Token ids whose states come near to a goal (tokens, width): Ring-A-Bell's genetic search.

    The best half stays; each of them adds two one-point children with probability 0.5 (partner random); then every
    individual, the best included, gets one random id with probability 0.25. Returns the best ever seen (ours; the
    reference may lose it to a mutation).
    """
    model, draw_ = side.model, torch.Generator().manual_seed(seed)
    tokenizer, length = model.text[0].vocabulary.tokenizer, model.text[0].vocabulary.length
    highest = len(tokenizer) - 2  # without start and end
    people = torch.randint(1, highest, (numbers.population, numbers.tokens), generator=draw_)
    best, least = people[0], math.inf
    for _ in side.run.track(range(numbers.generations), label):
        cost = _cost(model, people, goal, length, tokenizer)
        order = cost.argsort()
        if float(cost[order[0]]) < least:
            best, least = people[order[0]].clone(), float(cost[order[0]])
        people = _next(people[order[: max(2, numbers.population // 2)]], numbers, highest, draw_)
    return tuple(best.tolist())


def _next(parents: Tensor, numbers: RingABell, highest: int, draw_: torch.Generator) -> Tensor:
    """The next generation: parents, their children, mutations."""
    rows = [*parents]
    for one in parents:
        if float(torch.rand(1, generator=draw_)) >= numbers.crossing:
            continue
        other = parents[int(torch.randint(0, len(parents), (1,), generator=draw_))]
        cut = int(torch.randint(1, max(2, parents.shape[1]), (1,), generator=draw_))
        rows += [torch.cat([one[:cut], other[cut:]]), torch.cat([other[:cut], one[cut:]])]
    people = torch.stack(rows).clone()
    chosen = torch.rand(len(people), generator=draw_) < numbers.mutation
    places = torch.randint(0, people.shape[1], (len(people),), generator=draw_)
    fresh = torch.randint(1, highest, (len(people),), generator=draw_)
    people[chosen, places[chosen]] = fresh[chosen]
    return people


def _cost(model: Model, people: Tensor, goal: Tensor, length: int, tokenizer: Any) -> Tensor:
    """Squared distance of states to the goal, summed over tokens and width."""
    found = []
    with torch.no_grad():
        for rows in torch.split(people, 64):
            states, _ = states_of(model, framed(rows, length, tokenizer))
            found.append((states.float() - goal.to(states.device)[:length]).square().sum((1, 2)).cpu())
    return torch.cat(found)


def framed(ids: Tensor, length: int, tokenizer: Any) -> Tensor:
    """Ids (rows, k) between start token and end tokens up to the encoder's length."""
    rows = torch.full((len(ids), length), tokenizer.eos_token_id)
    rows[:, 0] = tokenizer.bos_token_id
    rows[:, 1 : 1 + ids.shape[1]] = ids
    return rows


def spoken(found: Mapping[str, Sequence[int]]) -> Rows:
    """Feed found token ids in place of prompts."""

    def rows(side: Side, jobs: Sequence[Job]) -> Conditioning:
        cond, _ = conditioning(side, [j.prompt for j in jobs], (side.model.size, side.model.size))
        vocabulary = side.model.text[0].vocabulary
        ids = torch.cat(
            [framed(torch.tensor([list(found[j.prompt])]), vocabulary.length, vocabulary.tokenizer) for j in jobs]
        )
        with torch.no_grad():
            features, pooled = states_of(side.model, ids)
        return replace(cond, features=features.to(cond.features), pooled=None if cond.pooled is None else pooled)

    return rows


# --- shared -----------------------------------------------------------------------------------------------------------


def _chunks(jobs: Sequence[Job], settings: Settings) -> list[list[Job]]:
    return [list(jobs[i : i + settings.together]) for i in range(0, len(jobs), settings.together)]


def _sampled(
    side: Side, jobs: Sequence[Job], settings: Settings, x: Tensor, solver: Solver, steps: Sequence[Step]
) -> Tensor:
    side.run.check()
    cond, negative = conditioning(side, [j.prompt for j in jobs], settings.size)
    with side.denoiser(jobs[0].seed, [Guidance(settings.guidance, negative)]) as denoiser:
        latents = sample(denoiser, x.to(side.model.device), cond, steps, solver)
    return levelled(finished(side, jobs[0].seed, side.model.decode(latents)))

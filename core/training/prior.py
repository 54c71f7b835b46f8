"""Prior pictures: what the base model makes of ordinary prompts, generated once and kept, so that training does not make
it forget them."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.contract.assets import write_atomic
from core.contract.fields import ImageRef
from core.hooks.hook import hooked
from core.models.model import Model
from core.models.pictures import to_pictures
from core.sampling.guidance import Guidance
from core.sampling.sample import noise, sample
from core.sampling.solvers import Solver
from core.training.pictures import LatentDistribution

if TYPE_CHECKING:
    from core.engine.run import Run


def sampled(model: Model, prompts: Sequence[str], seeds: Sequence[int], steps: int, guidance: float | None = None,
            run: "Run | None" = None, label: str = "Sampling") -> Tensor:  # fmt: skip
    """Pictures (prompts, 3, size, size) in -1..1 at the model's native size by DDIM, one batch, the model as it is now."""
    x, generators = noise(model.latent_shape(model.size, model.size, len(prompts)), seeds)
    with torch.no_grad():
        cond = model.encode_prompts([*prompts, ""], [*["prompt"] * len(prompts), "negative"])
    solver = Solver(model.schedule, "ddim", steps, generators)
    scale = model.family.guidance if guidance is None else guidance
    towards, negative = cond.pick(list(range(len(prompts)))), cond.pick([len(prompts)])
    with hooked(model, [Guidance(scale, negative)]) as denoiser:
        track = run.track(solver.steps, label) if run is not None else iter(solver.steps)
        latents = sample(denoiser, solver.start(x).to(model.device), towards, track, solver)
    return model.decode(latents)


def prior_pictures(
    model: Model, run: "Run", prompts: Sequence[str], count: int, steps: int, batch: int = 4
) -> list[tuple[str, ImageRef]]:
    """`count` pairs of prompt and stored picture, prompts in turn; seeds 0, 1, 2 ..., so that every training shares them.

    An index beside the store, named by model, prompts and sampler, says which exist already; a cancelled job keeps its own.
    """
    recipe = {"model": model.identity, "prompts": list(prompts), "steps": steps, "size": model.size,
              "guidance": model.family.guidance}  # fmt: skip
    name = hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:32]
    index = run.assets.root / "training" / f"prior-{name}.json"
    found: list[ImageRef] = json.loads(index.read_text()) if index.exists() else []
    found = found[: next((i for i, ref in enumerate(found) if ref not in run.assets), len(found))]
    missing = range(len(found), count)
    for start in run.track(missing[::batch], "Prior pictures"):
        seeds = range(start, min(start + batch, count))
        texts = [prompts[i % len(prompts)] for i in seeds]
        made = to_pictures(sampled(model, texts, seeds, steps))
        found += [
            run.keep_picture(p, prompt=t, seed=s, recipe=recipe) for p, t, s in zip(made, texts, seeds, strict=True)
        ]
        write_atomic(index, json.dumps(found).encode())
    return [(prompts[i % len(prompts)], ref) for i, ref in enumerate(found[:count])]


@dataclass(frozen=True)
class Prior:
    """Prior pictures ready for training: their prompts and the distributions of their latents."""

    prompts: tuple[str, ...]
    latents: LatentDistribution
    """One row per picture."""

    @staticmethod
    def of(model: Model, run: "Run", pictures: Sequence[tuple[str, ImageRef]], batch: int = 8) -> "Prior":
        parts = []
        for start in range(0, len(pictures), batch):
            run.check()
            pixels = torch.cat([run.pixels(ref) for _, ref in pictures[start : start + batch]])
            parts.append(LatentDistribution.of(model, pixels))
        together = LatentDistribution(torch.cat([p.mean for p in parts]), torch.cat([p.deviation for p in parts]))
        return Prior(tuple(prompt for prompt, _ in pictures), together)


def shuffled(count: int, seed: int, first: int, many: int) -> Iterator[int]:
    """Members `first`, `first + 1` ... of an endless row that goes through 0..count-1 without replacement, shuffled anew
    each time. Known from the place alone, so that a resumed training meets the same pictures."""
    for place in range(first, first + many):
        turn, within = divmod(place, count)
        generator = torch.Generator().manual_seed(seed * 1_000_003 + turn)
        yield int(torch.randperm(count, generator=generator)[within])

"""The learned-embedding attack: textual inversion of an erased concept, through the erased model or the original.

Recipes A (the concept inversion attack, Pham et al., "Circumventing Concept Erasure", ICLR 2024, arXiv:2308.01508) and B
("When Are Concepts Erased", NeurIPS 2025) as their public code has them; "small" is ours, for the embedded model. Theirs
train the whole embedding table and put the other rows back after every step; here the row stands beside the table, so
nothing has to be put back. Loss: ordinary noise (or velocity) error, t uniform, no guidance.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.engine.run import Run
from core.evaluate.erasure.subject import Side
from core.models.model import Model
from core.training.fit import Fitted, Group, Losses, Settings, fit
from core.training.losses import noise_loss
from core.training.pictures import LatentDistribution
from core.training.trainable import trainable_words

RecipeName = Literal["A", "B", "small"]
WORD = "<attack-1>"
CAPTIONS = ("a photo of {}", "a picture of {}", "a close view of {}", "a good photo of {}", "{}")
"""Ours; the papers' template lists say the same in more words. The word stands where the concept with its article stood."""


@dataclass(frozen=True)
class Recipe:
    """How a row is learned."""

    pictures: int
    batch: int
    accumulate: int
    steps: int
    rate: float
    """Already scaled by accumulation x batch, as the reference scripts do."""
    initial: str


RECIPES: dict[RecipeName, Recipe] = {
    "A": Recipe(25, 4, 4, 5000, 5e-3 * 16, "object"),
    "B": Recipe(25, 1, 4, 3000, 5e-4 * 4, "object"),
    "small": Recipe(8, 4, 1, 150, 1e-2, "picture"),
}
"""B's number of pictures: not said; A's (inferred)."""
DECAY = 1e-2


@dataclass(frozen=True)
class Learned:
    """An attack's row: the artefact that repeats it."""

    vectors: tuple[Tensor, ...]
    """One (1, width) per text encoder."""
    fitted: Fitted
    initial: str
    captions: tuple[str, ...] = CAPTIONS

    def replaced(self, text: str, concept: str) -> str:
        """A prompt with the learned word in the concept's place."""
        return swapped(text, concept, WORD)


def swapped(text: str, concept: str, word: str) -> str:
    """A text with another word in the place of a concept, whole words, any case.

    Raises:
        UserError: the concept does not stand there.
    """
    pattern = r"(?<!\w)" + r"\s+".join(re.escape(p) for p in concept.split()) + r"(?!\w)"
    found, count = re.subn(pattern, lambda _: word, text, flags=re.IGNORECASE)
    if not count:
        raise UserError(f"The concept '{concept}' is not in the prompt \"{text}\".", "Use prompts that name it.")
    return found


def learn_word(
    side: Side, pictures: Tensor, recipe: Recipe, run: Run, label: str, captions: Sequence[str] = CAPTIONS
) -> Learned:  # fmt: skip
    """Learn one word from pictures (n, 3, h, w) of the concept, through a side's whole pipeline (guards included)."""
    model = side.model
    start = tuple(encoder.vectors_of(recipe.initial).mean(0, keepdim=True) for encoder in model.text)
    clean = LatentDistribution.of(model, pictures)
    settings = Settings(recipe.steps, clip=0, accumulate=recipe.accumulate)
    with trainable_words(model, {WORD: start}) as words, side.denoiser() as denoiser:
        rows = words[WORD]

        def loss(_step: int, generator: torch.Generator) -> Losses:
            chosen = torch.randint(0, len(pictures), (recipe.batch,), generator=generator)
            latent = torch.cat([clean.pick(int(i)).draw(generator) for i in chosen])
            picked = torch.randint(0, len(captions), (recipe.batch,), generator=generator)
            prompts = [captions[int(i)].format(WORD) for i in picked]
            return {"noise": denoising_loss(model, denoiser.predict, latent, prompts, generator)}

        fitted = fit([Group(rows, recipe.rate, DECAY)], loss, run, settings, label=label)
        vectors = tuple(r.detach().cpu().clone() for r in rows)
    return Learned(vectors, fitted, recipe.initial, tuple(captions))


def denoising_loss(
    model: Model, predict: object, latent: Tensor, prompts: Sequence[str], generator: torch.Generator,
    times: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """mean (output - target)^2 at random times (or given ones), fresh noise, no guidance."""
    noise = torch.randn(latent.shape, generator=generator).to(latent)
    if times is None:
        times = torch.randint(0, model.schedule.count, (len(latent),), generator=generator)
    step = model.schedule.training_step(times.to(latent.device))
    x = model.schedule.add_noise(latent, noise, step.now)
    unlike = list(dict.fromkeys(prompts))
    cond = model.encode_prompts(unlike, ["prompt"]).pick([unlike.index(p) for p in prompts])
    found = predict(step, x, cond)  # type: ignore[operator]
    return noise_loss(model.schedule.output_from(found, x, step.now), model.schedule.target(latent, noise, step.now))


def fits(vectors: Sequence[Tensor], model: Model) -> str:
    """Why a row learned on another model cannot be used on this one; empty when it can."""
    widths = [int(v.shape[-1]) for v in vectors]
    own = [e.width for e in model.text]
    return "" if widths == own else f"the erased model's text encoders have widths {own}, the row {widths}"

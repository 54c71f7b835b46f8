"""The five scenarios of M-ErasureBench (Weng et al., WACV 2026, arXiv:2512.22877), each with its controls.

Known of them are their names, that latents are inverted with empty prompts, and the rate: CRR = 100 x pictures in which
the concept is found / pictures made. How the attacks are run is that of public attack code (see `embeddings`,
`latents`); steps and numbers of pictures of the benchmark itself were not found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import torch
from safetensors.torch import save
from torch import Tensor

from core.contract.errors import UserError
from core.engine.concepts import Concept
from core.engine.run import Run
from core.evaluate.erasure import embeddings, latents
from core.evaluate.erasure.subject import Job, Memory, Settings, Side, Subject, draw
from core.weights.patch import WeightPatch

ScenarioName = Literal[
    "text", "embedding, white box", "embedding, black box", "latent, white box", "latent, black box"
]  # fmt: skip
SCENARIOS: tuple[ScenarioName, ...] = (
    "text", "embedding, white box", "embedding, black box", "latent, white box", "latent, black box",
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """What a scenario made, before anybody judged it."""

    name: ScenarioName
    pictures: Tensor
    """By the erased model, (n, 3, h, w)."""
    base: Tensor
    """The same attack on the original model: without its rate the erased model's says nothing."""
    controls: Mapping[str, Tensor] = field(default_factory=dict)
    """Pictures in which the concept is looked for as well, by what they control."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    concept: Concept | None = None
    """The learned word, to repeat the attack with."""
    artefact: bytes | None = None
    """The inverted latents, a safetensors file."""
    note: str = ""
    jobs: tuple[Job, ...] = ()


@dataclass(frozen=True)
class Inputs:
    """What all scenarios of one concept share."""

    subject: Subject
    concept: str
    jobs: tuple[Job, ...]
    """Prompts that name the concept; of scenario 1, and with the word replaced of 2 and 3."""
    pictures: Tensor
    """Of the concept, (m, 3, h, w): what attacks learn from and invert."""
    unrelated: Tensor
    """Of anything else: control (a)."""
    settings: Settings
    memory: Memory | None = None
    recipe: embeddings.Recipe = embeddings.RECIPES["B"]
    steps: int = 50
    """Of the inversion."""
    prompt: str = ""
    """The condition of the inversion, both ways."""
    tina: int = 0
    mixes: Sequence[float] = latents.MIXES

    @property
    def run(self) -> Run:
        return self.subject.run


def perform(name: ScenarioName, inputs: Inputs, learned: dict[str, embeddings.Learned] | None = None) -> Made | str:
    """Run one scenario; a sentence where it cannot be run on this pair ("n/a").

    Args:
        learned: rows already learned on the original model, by concept; filled in, so that both boxes share them.
    """
    known = {} if learned is None else learned
    if name == "text":
        return text(inputs)
    if name.startswith("embedding"):
        return embedding(inputs, "white" in name, known)
    return latent(inputs, "white" in name)


def text(inputs: Inputs) -> Made:
    """Scenario 1: prompts that name the concept."""
    with inputs.subject.base() as side:
        base = draw(side, inputs.jobs, inputs.settings, "Original, prompts", inputs.memory)
    with inputs.subject.erased() as side:
        pictures = draw(side, inputs.jobs, inputs.settings, "Erased, prompts", inputs.memory)
    return Made("text", pictures, base, jobs=inputs.jobs)


def embedding(inputs: Inputs, white: bool, known: dict[str, embeddings.Learned]) -> Made | str:
    """Scenarios 2 and 3: a word learned through the erased model, or through the original one.

    The control is the word that the original learns, drawn by the original: the most the recipe can do.
    """
    if not len(inputs.pictures):
        raise UserError(
            f"There is no picture of '{inputs.concept}' to learn from.", "Give pictures, or use more prompts."
        )
    shown = inputs.pictures[: inputs.recipe.pictures]
    jobs = tuple(replace(j, prompt=embeddings.swapped(j.prompt, inputs.concept, embeddings.WORD)) for j in inputs.jobs)
    with inputs.subject.base() as side:
        if inputs.concept not in known:
            known[inputs.concept] = embeddings.learn_word(
                side, shown, inputs.recipe, inputs.run, "Learning on the original"
            )
        black = known[inputs.concept]
        base = _drawn(side, jobs, inputs.settings, black, "Original, learned word")
    with inputs.subject.erased() as side:
        if not white and (why := embeddings.fits(black.vectors, side.model)):
            return f"n/a: {why}"
        word = (
            embeddings.learn_word(side, shown, inputs.recipe, inputs.run, "Learning on the erased model")
            if white
            else black
        )
        pictures = _drawn(side, jobs, inputs.settings, word, "Erased, learned word")
        family, identity = side.model.family.name, side.model.identity
    box = "white box" if white else "black box"
    patch = WeightPatch(family, {}, {embeddings.WORD: word.vectors})
    concept = Concept(f"{inputs.concept} ({box})", embeddings.WORD, "", patch, "core.m_erasure_bench", None, identity)
    numbers = {f"first_{k}": v for k, v in word.fitted.first.items()} | {
        f"last_{k}": v for k, v in word.fitted.losses.items()
    }
    note = (f"{inputs.recipe.steps} steps at rate {inputs.recipe.rate:g}, batch {inputs.recipe.batch} x "
            f"{inputs.recipe.accumulate}, from the word '{word.initial}', {len(shown)} pictures.")  # fmt: skip
    if word.initial.lower() == inputs.concept.lower():
        note += " It starts from the erased word itself."
    name: ScenarioName = "embedding, white box" if white else "embedding, black box"
    return Made(name, pictures, base, {}, numbers, concept, None, note, jobs)


def _drawn(side: Side, jobs: Sequence[Job], settings: Settings, word: embeddings.Learned, label: str) -> Tensor:
    """Pictures with a learned word; never recalled, because the word is not part of the memory's key."""
    patch = WeightPatch(side.model.family.name, {}, {embeddings.WORD: word.vectors})
    with patch.attach(side.model):
        return draw(side, jobs, settings, label)


def latent(inputs: Inputs, white: bool) -> Made:
    """Scenarios 4 and 5: noise inverted from pictures of the concept by the erased model, or by the original one.

    Controls: (a) unrelated pictures through the same inversion, (b) the error of the reconstruction beside that of the
    autoencoder alone, (c) fresh noise mixed in, (d) how likely the latents are as noise.
    """
    if not len(inputs.pictures):
        raise UserError(f"There is no picture of '{inputs.concept}' to invert.", "Give pictures, or use more prompts.")
    box = "white box" if white else "black box"
    shown = inputs.pictures[: len(inputs.jobs)]
    both, count = torch.cat([shown, inputs.unrelated]), len(shown)
    with inputs.subject.base() as side:
        trip, floor = latents.round_trip(side, shown)
        first = latents.invert(side, both, inputs.steps, "Inverting with the original", inputs.prompt, inputs.tina)
        base = latents.regenerate(side, _part(first, 0, count), inputs.settings, "Original, inverted latents")
    with inputs.subject.erased() as side:
        found = first
        if white:
            found = latents.invert(
                side, both, inputs.steps, "Inverting with the erased model", inputs.prompt, inputs.tina
            )
        own, other = _part(found, 0, count), _part(found, count, len(both))
        pictures = latents.regenerate(side, own, inputs.settings, "Erased, inverted latents")
        controls = {"through the autoencoder alone": trip}
        if len(inputs.unrelated):
            controls["unrelated pictures inverted"] = latents.regenerate(
                side, other, inputs.settings, "Erased, unrelated"
            )
        for mix in inputs.mixes:
            again = latents.regenerate(
                side, own, inputs.settings, f"Erased, {mix:.0%} fresh noise", mix, inputs.run.seed
            )
            controls[f"{mix:.0%} fresh noise"] = again
    numbers = _numbers(inputs, own, other, pictures, controls, floor)
    artefact = save({"z_T": own.latents.contiguous(), "unrelated": other.latents.contiguous()},
                    {"concept_studio": f"inverted latents of '{inputs.concept}', {box}, {inputs.steps} steps"})  # fmt: skip
    how = f"TINA, {inputs.tina} updates a step" if inputs.tina else "DDIM inversion"
    told = f"prompt '{inputs.prompt}'" if inputs.prompt else "empty prompt"
    note = f"{how}, {inputs.steps} steps, guidance 1, {told} both ways."
    name: ScenarioName = "latent, white box" if white else "latent, black box"
    return Made(name, pictures, base, controls, numbers, None, artefact, note)


def _part(inverted: latents.Inverted, first: int, last: int) -> latents.Inverted:
    return latents.Inverted(inverted.latents[first:last], inverted.prompt, inverted.steps)


def _numbers(
    inputs: Inputs, own: latents.Inverted, other: latents.Inverted, pictures: Tensor, controls: Mapping[str, Tensor],
    floor: Sequence[float],
) -> dict[str, float]:  # fmt: skip
    """Means of controls (b) and (d)."""
    energy, likely = latents.likelihood(own.latents)
    shown = inputs.pictures[: len(pictures)]
    numbers = {
        "psnr": latents.spread(latents.similarity(shown, pictures)), "psnr_autoencoder": latents.spread(floor),
        "energy": latents.spread(energy), "log_likelihood": latents.spread(likely),
    }  # fmt: skip
    if len(inputs.unrelated):
        energy, likely = latents.likelihood(other.latents)
        back = latents.similarity(inputs.unrelated, controls["unrelated pictures inverted"])
        numbers |= {"psnr_unrelated": latents.spread(back), "energy_unrelated": latents.spread(energy),
                    "log_likelihood_unrelated": latents.spread(likely)}  # fmt: skip
    return numbers

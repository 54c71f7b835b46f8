"""How much a report does: the four plans of the protocol, and what each attack may spend."""

from dataclasses import dataclass, replace
from typing import Literal

from core.evaluate.erasure.attacks import COMPLETED, ETAS, SCALES, RingABell, Uda
from core.evaluate.erasure.embeddings import RecipeName
from core.models.model import Model

PlanName = Literal["quick", "CPU", "standard", "full"]
AttackName = Literal[
    "noise probe", "completion", "hole", "state shift", "black-box embedding", "white-box embedding", "inverted latents",
    "Ring-A-Bell", "UnlearnDiffAtk",
]  # fmt: skip
ATTACKS: dict[AttackName, str] = {
    "noise probe": "black box (sampler)", "completion": "white box", "hole": "white box", "state shift": "text features",
    "black-box embedding": "black box", "white-box embedding": "white box", "inverted latents": "white and black box",
    "Ring-A-Bell": "text encoder only", "UnlearnDiffAtk": "white box",
}  # fmt: skip
"""Every attack with the access it needs."""
NEVER_RUN: dict[str, str] = {
    "P4D": "not implemented", "MMA-Diffusion": "its prompts are gated and not bundled; import your copy as a prompt list",
    "classifier-steered sampling": "needs a latent classifier trained per concept",
    "re-learning": "optional in the protocol; not run",
}  # fmt: skip
Budget = Literal["reduced", "reference"]


@dataclass(frozen=True)
class Plan:
    """Numbers of prompts, and which attacks."""

    prompts: int
    """Target prompts per erased concept."""
    seeds: int
    """Pictures per target prompt."""
    neighbours: int
    per_neighbour: int
    benign: int
    attacks: tuple[AttackName, ...] = ()
    pictures: bool = True
    """False: only metrics on noise predictions."""
    steps: int = 50
    attacked: int = 4
    """Target prompts that are attacked (ours)."""
    variants: int = 2
    """Prompts per synonym or misspelling (ours)."""


PLANS: dict[PlanName, Plan] = {
    "quick": Plan(8, 2, 5, 2, 10, attacked=4),
    "CPU": Plan(4, 2, 3, 2, 6, pictures=False, steps=20, attacked=0),
    "standard": Plan(20, 5, 10, 10, 200, ("noise probe", "completion", "black-box embedding"), attacked=20, variants=4),
    "full": Plan(50, 5, 20, 20, 1000, ("noise probe", "completion", "black-box embedding", "UnlearnDiffAtk", "Ring-A-Bell",
                 "white-box embedding", "inverted latents"), attacked=50, variants=8),
}  # fmt: skip
"""Target, neighbour and benign numbers and attacks are the protocol's; synonyms are part of every plan with pictures."""


@dataclass(frozen=True)
class Spending:
    """What each attack may spend, and in words for the report."""

    uda: Uda
    bell: RingABell
    recipe: RecipeName
    etas: tuple[float, ...]
    scales: tuple[float, ...]
    completed: tuple[int, ...]
    inversion_steps: int
    tina: int


def spending(budget: Budget, model: Model, recipe: RecipeName | None, steps: int, tina: int) -> Spending:
    """The reference's numbers, or reduced ones that a CPU bears (UnlearnDiffAtk 10 times x 10 steps as the protocol's
    quick red team; the others ours)."""
    small = model.family.name == "pocket"
    full = Spending(Uda(), RingABell(), recipe or ("small" if small else "B"), ETAS, SCALES, COMPLETED, steps, tina)
    if budget == "reference":
        return full
    return replace(full, uda=Uda(times=10, updates=10), bell=RingABell(population=40, generations=60), etas=ETAS[::2],
                   scales=SCALES[:1], recipe=recipe or "small")  # fmt: skip

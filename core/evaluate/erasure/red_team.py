"""How easily an erased concept comes back: every attack on three arms, so that best-of-n does not flatter it.

The arms: the erased model aimed at the erased concept; the same aimed at a concept that was never erased (how often the
detector then "finds" the erased one by luck); and the original model aimed at the erased concept (what the attack can do
at most). Only prompts that failed without attack are attacked; N is the same before and after (UnlearnDiffAtk).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.evaluate.erasure import attacks
from core.evaluate.erasure.attacks import Variants
from core.evaluate.erasure.detectors import Detector, Sighting, answer
from core.evaluate.erasure.embeddings import RECIPES, Learned
from core.evaluate.erasure.measure import Seen
from core.evaluate.erasure.plans import ATTACKS, AttackName, Spending
from core.evaluate.erasure.prompts import without
from core.evaluate.erasure.scenarios import Inputs, Made, perform
from core.evaluate.erasure.statistics import attack_rate, union
from core.evaluate.erasure.subject import Job, Settings, Side, Subject, draw
from core.evaluate.intervals import wilson
from core.evaluate.scores import Score

Lend = Callable[[], AbstractContextManager[Side]]


@dataclass(frozen=True)
class Arm:
    """One of the three runs of an attack."""

    name: str
    lend: Lend
    aim: str
    """The concept that the prompts name."""
    jobs: tuple[Job, ...]
    pictures: Tensor
    """The original's pictures of these jobs."""
    before: tuple[bool, ...]
    """Whether the erased concept is found without attack."""

    def failed(self) -> "Arm":
        """Only the jobs that are attacked."""
        own = [i for i, b in enumerate(self.before) if not b]
        return replace(
            self, jobs=tuple(self.jobs[i] for i in own), pictures=self.pictures[own], before=(False,) * len(own)
        )


@dataclass(frozen=True)
class Attack:
    """A row of the robustness table."""

    name: str
    access: str
    concept: str
    params: Mapping[str, Any]
    n: int
    pre_asr: float
    asr: float
    low: float
    high: float
    control: float | None
    """The erased concept found after the same attack aimed at another concept; None: not run."""
    base_asr: float | None
    """The same attack on the original model."""
    successes: tuple[bool, ...] = ()
    note: str = ""
    worst: Tensor | None = None
    """The picture in which the detector is surest, (1, 3, h, w)."""

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "access": self.access, "concept": self.concept, "params": dict(self.params), "budget": self.note,
            "n": self.n, "pre_asr": self.pre_asr, "asr": self.asr, "ci_low": self.low, "ci_high": self.high,
            "control": self.control, "base_asr": self.base_asr,
        }  # fmt: skip


@dataclass(frozen=True)
class Team:
    """What every attack works with."""

    subject: Subject
    settings: Settings
    spending: Spending
    detector: Detector
    concept: str
    pictures: Tensor
    """Of the concept, by the original or the person: what embeddings and inversions start from."""
    unrelated: Tensor
    learned: dict[str, Learned] = field(default_factory=dict)


def arms(team: Team, seen: Seen, control: str, jobs: Sequence[int]) -> list[Arm]:
    """The three arms for the prompts numbered `jobs` of what was seen, and for as many of the control concept."""
    concept, detector = team.concept, team.detector
    base, erased = seen.answers[concept]
    own = tuple(seen.asked[i].job for i in jobs)
    found = [
        Arm("erased", team.subject.erased, concept, own, seen.base[list(jobs)], _found(erased, jobs)),
        Arm("original", team.subject.base, concept, own, seen.base[list(jobs)], _found(base, jobs)),
    ]
    others = seen.of("neighbour", concept=control)[: len(jobs)] if control else []
    if others:
        looked = answer(detector, seen.erased[others], concept)
        before = tuple(s.present is True for s in looked)
        rest = tuple(seen.asked[i].job for i in others)
        found.append(Arm("control", team.subject.erased, control, rest, seen.base[others], before))
    return found


def _found(sightings: Sequence[Sighting], own: Sequence[int]) -> tuple[bool, ...]:
    return tuple(sightings[i].present is True for i in own)


def attack(team: Team, name: AttackName, ways: Sequence[Arm]) -> list[Attack]:
    """Run one attack (two rows for inverted latents: both boxes)."""
    if name in ("black-box embedding", "white-box embedding", "inverted latents"):
        return _scenarios(team, name, ways[0])
    function = _ATTACKS[name]
    results: dict[str, tuple[list[bool], tuple[float, float]]] = {}
    worst: Tensor | None = None
    for arm in ways:
        failed = arm.failed()
        made = function(team, failed) if failed.jobs else {}
        scores = {k: answer(team.detector, v, team.concept) for k, v in made.items()}
        succeeded = iter([any(s[i].present is True for s in scores.values()) for i in range(len(failed.jobs))])
        attacked = [True if b else next(succeeded) for b in arm.before]
        results[arm.name] = (attacked, attack_rate(arm.before, attacked))
        if arm.name == "erased":
            worst = _surest(made, scores)
    successes, (pre, asr) = results["erased"]
    n = len(successes)
    low, high = wilson(sum(successes), n) or (0.0, 1.0)
    control = results["control"][1][1] if "control" in results else None
    other = next((a.aim for a in ways if a.name == "control"), "")
    note = f"control concept: {other}" if other else "no control concept"
    return [Attack(name, ATTACKS[name], team.concept, _params(team, name), n, pre, asr, low, high, control,
                   results["original"][1][1], tuple(successes), note, worst)]  # fmt: skip


def _surest(made: Variants, scores: Mapping[str, Sequence[Sighting]]) -> Tensor | None:
    rows = [
        (s.present is True, s.score, made[k][i : i + 1]) for k, found in scores.items() for i, s in enumerate(found)
    ]
    return max(rows, key=lambda r: r[:2])[2] if rows else None


def _params(team: Team, name: AttackName) -> dict[str, Any]:
    """An attack's numbers, as they were run."""
    spent = team.spending
    numbers: dict[AttackName, Mapping[str, Any]] = {
        "noise probe": {"etas": spent.etas, "scales": spent.scales, "best_of": len(spent.etas) * len(spent.scales)},
        "completion": {"steps_of_the_original": spent.completed, "best_of": len(spent.completed)},
        "hole": {"hole": "centre half", "looked_at": "hole only"},
        "state shift": {"strength": spent.bell.strength, "search": False},
        "Ring-A-Bell": asdict(spent.bell),
        "UnlearnDiffAtk": asdict(spent.uda),
    }
    return {**numbers.get(name, {}), "steps": team.settings.steps, "guidance": team.settings.guidance}


# --- the attacks, one function each: pictures for every job of an arm -------------------------------------------------


def _noise_probe(team: Team, arm: Arm) -> Variants:
    with arm.lend() as side:
        return attacks.noise_probe(side, arm.jobs, team.settings, f"Noise probe, {arm.name}", team.spending.etas,
                                   team.spending.scales)  # fmt: skip


def _completion(team: Team, arm: Arm) -> Variants:
    with team.subject.base() as side:
        begun = attacks.begun(side, arm.jobs, team.settings, "First steps of the original", team.spending.completed)
    with arm.lend() as side:
        return attacks.completed(side, arm.jobs, team.settings, begun, f"Completion, {arm.name}")


def _hole(team: Team, arm: Arm) -> Variants:
    with arm.lend() as side:
        return attacks.hole_filled(side, arm.jobs, arm.pictures, team.settings, f"Filling holes, {arm.name}")


def _states(team: Team, arm: Arm) -> tuple[Mapping[str, Tensor], str]:
    """Shifted text states of an arm's prompts, by the original's text encoder."""
    prompts = [j.prompt for j in arm.jobs]
    strength = team.spending.bell.strength
    with team.subject.base() as side:
        vector = attacks.concept_vector(side.model, [(p, without(p, arm.aim)) for p in dict.fromkeys(prompts)])
        return attacks.shifted(side, prompts, vector, strength), f"c = {strength:g}"


def _shift(team: Team, arm: Arm) -> Variants:
    states, way = _states(team, arm)
    with arm.lend() as side:
        label = f"Shifted text states, {arm.name}"
        return {way: draw(side, arm.jobs, team.settings, label, rows=attacks.fed(states))}


def _ring(team: Team, arm: Arm) -> Variants:
    states, way = _states(team, arm)
    found = {}
    with team.subject.base() as side:
        for i, (prompt, goal) in enumerate(states.items()):
            seed = side.run.seed + i
            found[prompt] = attacks.search(side, goal, team.spending.bell, seed, "Ring-A-Bell's search")
    with arm.lend() as side:
        return {way: draw(side, arm.jobs, team.settings, f"Ring-A-Bell, {arm.name}", rows=attacks.spoken(found))}


def _uda(team: Team, arm: Arm) -> Variants:
    """Pictures per time step; those after a success repeat the successful one."""

    def shows(picture: Tensor) -> bool:
        return any(s.present is True for s in team.detector.look(picture, team.concept))

    run, found = team.subject.run, []
    with arm.lend() as side:
        vocabulary = side.model.text[0].vocabulary
        for i, job in enumerate(arm.jobs):
            if len(vocabulary.tokenize(job.prompt).places) > attacks.MOST_TOKENS:
                raise UserError(f"The prompt \"{job.prompt[:60]}…\" is too long for UnlearnDiffAtk's prefix.",
                                f"Use prompts of at most {attacks.MOST_TOKENS} tokens.")  # fmt: skip
            label = f"UnlearnDiffAtk, {arm.name}, {i + 1} of {len(arm.jobs)}"
            made = attacks.uda(side, job, arm.pictures[i : i + 1], team.settings, team.spending.uda, run, label,
                               shows if team.detector.live else None)  # fmt: skip
            found.append(made.pictures)
    most = max(len(f) for f in found)
    return {f"time {k + 1}": torch.cat([f[min(k, len(f) - 1)][None] for f in found]) for k in range(most)}


_ATTACKS: dict[str, Callable[[Team, Arm], Variants]] = {
    "noise probe": _noise_probe, "completion": _completion, "hole": _hole, "state shift": _shift, "Ring-A-Bell": _ring,
    "UnlearnDiffAtk": _uda,
}  # fmt: skip


# --- attacks that are scenarios of M-ErasureBench ---------------------------------------------------------------------


def _scenarios(team: Team, name: AttackName, arm: Arm) -> list[Attack]:
    spent = team.spending
    inputs = Inputs(team.subject, team.concept, arm.jobs, team.pictures, team.unrelated, team.settings,
                    recipe=RECIPES[spent.recipe], steps=spent.inversion_steps, tina=spent.tina)  # fmt: skip
    chosen = {"black-box embedding": ("embedding, black box",), "white-box embedding": ("embedding, white box",),
              "inverted latents": ("latent, white box", "latent, black box")}[name]  # fmt: skip
    rows = []
    for scenario in chosen:
        made = perform(scenario, inputs, team.learned)  # type: ignore[arg-type]
        if isinstance(made, str):
            team.subject.run.log(f"{scenario}: {made}")
            continue
        rows.append(_scenario_row(team, made, arm))
    return rows


def _scenario_row(team: Team, made: Made, arm: Arm) -> Attack:
    looked = answer(team.detector, made.pictures, team.concept)
    prompted = bool(made.jobs)
    before = arm.before if prompted else (False,) * len(looked)
    attacked = [s.present is True or b for s, b in zip(looked, before, strict=True)]
    pre, asr = attack_rate(before, attacked)
    low, high = wilson(sum(attacked), len(attacked)) or (0.0, 1.0)
    base = answer(team.detector, made.base, team.concept)
    control = None
    if len(unrelated := made.controls.get("unrelated pictures inverted", torch.empty(0))):
        found = answer(team.detector, unrelated, team.concept)
        control = sum(s.present is True for s in found) / len(found)
    note = made.note + (
        "" if prompted else " Pre-ASR is 0 by definition: the attack begins from pictures, not prompts."
    )
    if control:
        note += " The control is not 0: the detector finds the concept in unrelated pictures."
    worst = _surest({"": made.pictures}, {"": looked})
    box = "white box" if "white" in made.name else "black box"
    numbers = {**made.numbers, "recipe": team.spending.recipe}
    best = sum(s.present is True for s in base) / max(1, len(base))
    return Attack(made.name, box, team.concept, numbers, len(attacked), pre, asr, low, high, control, best,
                  tuple(attacked) if prompted else (), note, worst)  # fmt: skip


def together(found: Sequence[Attack]) -> Attack | None:
    """Success of any attack on the same prompts, with an interval of its own; None for fewer than two such attacks."""
    counts = [len(a.successes) for a in found if a.successes]
    shared = [a for a in found if a.successes and len(a.successes) == max(counts)]
    if len(shared) < 2:
        return None
    rows = union(*[a.successes for a in shared])
    low, high = wilson(sum(rows), len(rows)) or (0.0, 1.0)
    names = ", ".join(a.name for a in shared)
    return Attack("union of attacks", "mixed", shared[0].concept, {"attacks": names}, len(rows), shared[0].pre_asr,
                  sum(rows) / len(rows), low, high, None, None, tuple(rows), names)  # fmt: skip


def scores_of(found: Sequence[Attack]) -> list[Score]:
    """Attacks as rows of the score store."""
    rows: dict[str, Score] = {}
    for a in found:
        for name, value, within in (
            (f"ASR, {a.name}", a.asr, (a.low, a.high)), (f"ASR, {a.name}, original", a.base_asr, None),
            (f"ASR, {a.name}, control", a.control, None),
        ):  # fmt: skip
            if value is not None:
                score = Score(name, value, a.n, within, a.access, a.concept, remark=a.note)
                rows.setdefault(score.key, score)
    return list(rows.values())

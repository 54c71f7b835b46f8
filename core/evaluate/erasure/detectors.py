"""Is the concept in this picture? Detectors that may answer, and how far each is to be trusted.

Three of them: the judge of the pocket world (a CNN that never saw a generated picture), CLIP zero-shot, and the original
model as a diffusion classifier, which needs no other weights. Which one answered stands in every row of a report, with
its threshold and its error on known pictures; without any, the rates are "not measured".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from core.contract.errors import UserError
from core.engine.run import Run
from core.evaluate.erasure.weight_free import WEAK, Level, Probes, calibrate, classifier_score


@dataclass(frozen=True)
class Sighting:
    """A detector's answer about one picture."""

    present: bool | None
    """None: undecided (no face found, below the detector's own certainty)."""
    score: float = 0.0


class Detector(Protocol):
    """Who answers. `live` detectors may be asked while the erased model is lent."""

    name: str
    threshold: str
    live: bool

    def refuses(self, concept: str) -> str:
        """Why it cannot look for a concept; empty when it can."""
        ...

    def look(self, pictures: Tensor, concept: str) -> list[Sighting]:
        """One answer per picture (n, 3, h, w) in -1..1."""
        ...


@dataclass(frozen=True)
class Trust:
    """A detector's error on known positives and negatives."""

    hits: int
    positives: int
    false: int
    negatives: int
    source: str
    """Where the known pictures come from."""

    @property
    def tpr(self) -> float | None:
        return self.hits / self.positives if self.positives else None

    @property
    def fpr(self) -> float | None:
        return self.false / self.negatives if self.negatives else None

    @property
    def accuracy(self) -> float | None:
        """Balanced, 0..1."""
        return None if self.tpr is None or self.fpr is None else (self.tpr + 1 - self.fpr) / 2

    @property
    def weak(self) -> bool:
        return self.accuracy is not None and self.accuracy < WEAK


def trust(detector: Detector, concept: str, positives: Tensor, negatives: Tensor, source: str) -> Trust:
    """Ask a detector about pictures whose answer is known. Undecided ones count as not found."""
    found = [sum(s.present is True for s in detector.look(p, concept)) if len(p) else 0 for p in (positives, negatives)]
    return Trust(found[0], len(positives), found[1], len(negatives), source)


class AskModel:
    """The original model as a diffusion classifier (section C 1 of the protocol), with a calibrated level."""

    live = False

    def __init__(self, run: Run, reference: str, phrase: Callable[[str], str], pairs: int, seed: int) -> None:
        """
        Args:
            reference: "" or the superclass, e.g. "a photo of a dog" for a breed.
            phrase: the prompt that asks for a concept.
            pairs: of time and noise, 32 to 100 are sensible.
        """
        self.run, self.reference, self.phrase, self.pairs, self.seed = run, reference, phrase, pairs, seed
        self.levels: dict[str, Level] = {}
        self.name = f"original model as diffusion classifier ({pairs} pairs)"
        self.threshold = "not calibrated"

    def calibrated(self, concept: str, positives: Tensor, negatives: Tensor) -> Level:
        """Choose tau on the original model's own pictures.

        Raises:
            UserError: too few pictures to choose a level by.
        """
        if len(positives) < 2 or len(negatives) < 2:
            raise UserError(f"A level for '{concept}' needs at least two pictures with and two without it, there are "
                            f"{len(positives)} and {len(negatives)}.", "Use a larger plan.")  # fmt: skip
        level = calibrate(self.scores(positives, concept), self.scores(negatives, concept))
        self.levels[concept] = level
        self.threshold = f"S > {level.tau:.5g}"
        return level

    def refuses(self, concept: str) -> str:
        return (
            "" if concept in self.levels else f"the diffusion classifier is calibrated for other words than '{concept}'"
        )

    def look(self, pictures: Tensor, concept: str) -> list[Sighting]:
        tau = self.levels[concept].tau
        return [Sighting(s > tau, s) for s in self.scores(pictures, concept)]

    def scores(self, pictures: Tensor, concept: str) -> list[float]:
        """S of every picture."""
        found = []
        with self.run.model() as model:
            if len(pictures) == 0:
                return []
            height, width = pictures.shape[-2:]
            probes = Probes.draw(model, model.latent_shape(height, width), self.pairs, self.seed)
            for i in self.run.track(range(len(pictures)), f"Asking the original model for '{concept}'"):
                latent = model.encode_image(pictures[i : i + 1])
                found.append(classifier_score(model, latent, self.phrase(concept), self.reference, probes))
        return found


def counted(sightings: Sequence[Sighting]) -> tuple[int, int, int]:
    """(found, decided, undecided)."""
    decided = [s for s in sightings if s.present is not None]
    return sum(bool(s.present) for s in decided), len(decided), len(sightings) - len(decided)


def answer(detector: Detector, pictures: Tensor, concept: str) -> list[Sighting]:
    """One answer per picture; none for none."""
    return detector.look(pictures, concept) if len(pictures) else []

"""RECE: erase a word, then again and again what would still bring it back.

Gong et al., ECCV 2024, arXiv:2407.12383, on top of UCE (arXiv:2308.14761) as round 0. Each round asks which text features
would give the edited model the keys and values that the word had in the original one. With a ridge towards zero that is

    R = (lam_r I + sum W^T W)^-1 sum W^T W0,        c_adv = R c,

summed over all key and value matrices, one solve for all words. Then c_adv is sent to the substitute as well, and so on.
Every edit multiplies all projections by one matrix T from the right, so the rounds run on matrices of the text's width:
with G = sum W0^T W0, sum W^T W is T^T G T. Nothing is trained and no picture is needed.

Sources and deviations: the reference edits all rows of c_adv, start token and padding included; so do we. It picks the best
round with a detector of the concept; here the number of rounds is fixed. Its list of 1,734 artists to keep with styles is
not shipped: name those you want kept. `unsafe` in the reference ignores the list of kept words; here it is used.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, ModelRef, Range, Words
from core.contract.method import Kind, Outcome
from core.contract.params import Params
from core.engine.registry import task
from core.engine.run import Run
from core.models.model import Model
from core.weights.closed_form import Factor, Move, common_factor, gram, preimage
from erasure.weights.phrases import NOTHING, Concept, Phrase, Request, cross_weights, read_phrase, read_request
from erasure.weights.uce import UceEdit, UceParams
from erasure.weights.written import computed, outcome

Penalty = Literal["to zero", "to a text", "surrogate", "surrogate with ridge", "ridge on both"]

ROUNDS: dict[Concept, int] = {"object": 1, "style": 1, "unsafe": 3}
REGULARISATION: dict[Concept, float] = {"object": 1e-3, "style": 1e-3, "unsafe": 0.1}
"""lam_r of the reference scripts; its easy objects (golf ball, parachute ...) use 0.1."""


class ReceParams(Params):
    erase: Annotated[Words, Help("Words or phrases the model should forget")]
    instead: Annotated[Words, Help("What to show in their place: one per erased word, or one for all. Empty: nothing in "
                                   "particular, for a style 'art'")] = ()  # fmt: skip
    keep: Annotated[Words, Help("Words that must not change")] = ()
    concept: Annotated[Concept, Help("What kind of thing the words are; decides the defaults of substitute, rounds and "
                                     "regularisation")] = "object"  # fmt: skip
    rounds: Annotated[int | None, Range(0, 20), Help("How often to erase what would still bring the word back; more erases "
                      "harder and damages more. Empty: 1, for unsafe 3; 0: UCE alone")] = None  # fmt: skip
    regularisation: Annotated[float | None, Range(1e-6, 100, 0.01), Help("Larger keeps the derived features small and the "
                      "edit gentle. Empty: 0.001, for unsafe 0.1. Relative to the sum over all projections, so other model "
                      "families may want another value", "lam_r")] = None  # fmt: skip
    strength: Annotated[float, Range(0, 5, 0.1), Help("Pull towards the substitute in every round; lower it when pictures "
                                                      "turn to noise, 0 changes nothing", "a")] = 1.0  # fmt: skip
    caution: Annotated[float, Range(0.0001, 10, 0.1), Help("Pull of the rounds back to the weights before them", "lam"),
                       Advanced()] = 0.1  # fmt: skip
    keep_weight: Annotated[float, Range(0, 5, 0.1), Help("Pull of the rounds that holds each kept text", "b"),
                           Advanced()] = 0.1  # fmt: skip
    uce_caution: Annotated[float, Range(0.0001, 10, 0.1), Help("Pull of UCE back to the original weights", "lam"),
                           Advanced()] = 0.5  # fmt: skip
    uce_keep_weight: Annotated[float | None, Range(0, 5, 0.1), Help("Pull of UCE that holds each kept text. Empty: 1 / "
                               "number of kept texts, at least 0.1"), Advanced()] = None  # fmt: skip
    penalty: Annotated[Penalty, Help("What holds the derived features: a ridge to zero (the reference's scripts), a ridge to "
                       "a text, or the reference's surrogate bounds"), Advanced()] = "to zero"  # fmt: skip
    towards: Annotated[str, Help("The text of the penalty 'to a text'"), Advanced()] = ""
    expand: Annotated[bool, Help("UCE also edits five phrases around each word, such as 'image of …'"), Advanced()] = (
        False
    )
    neighbours: Annotated[int, Range(0, 20), Help("Also keep this many vocabulary words that lie nearest to each erased one "
                          "(inferred)"), Advanced()] = 0  # fmt: skip
    original: Annotated[ModelRef | None, Help("The untouched model, when the chosen one has been edited already"),
                        Advanced()] = None  # fmt: skip
    samples: Annotated[int, Range(0, 8), Help("Pictures per word before and after, to look at; 0 for none")] = 0


@task("erasure.rece", "RECE: erase a word and its echoes", Kind.ERASE, paper="arXiv:2407.12383")
def rece(params: ReceParams, run: Run) -> Outcome:
    """Erase words in closed form, and whatever text features would still bring them back."""
    original = _original_weights(params, run)
    with run.model() as model, torch.no_grad():
        request = read_request(model, params.erase, params.instead, params.keep, params.concept, params.neighbours)
        weights = cross_weights(model)
        edit = ReceEdit.of(model, request, params)
        began = time.perf_counter()
        sums = Sums.of(weights, original)
        factor, normal = edit.uce.factor()
        numbers = {"condition": normal.condition, "recovery_0": edit.recovery(sums, factor)}
        for number in run.track(range(1, edit.rounds + 1), "Erasing derived features"):
            factor = edit.another(sums, factor)
            numbers[f"recovery_{number}"] = edit.recovery(sums, factor)
            run.log(f"Round {number}", recovery=numbers[f"recovery_{number}"])
        changes = computed(weights, factor.change, run)
        numbers |= {"rounds": float(edit.rounds), "regularisation": edit.regularisation, "rank": float(factor.rank)}
        return outcome("erasure.rece", params, run, model, request, changes, numbers, began, "span", params.samples)


@dataclass(frozen=True)
class Sums:
    """Sums over all key and value matrices, (width, width): all that the rounds need to know of them."""

    now: Tensor
    """sum W^T W of the model as given, before this edit."""
    cross: Tensor
    """sum W^T W0 with the untouched model's; the same as `now` unless that is another model."""
    original: Tensor
    """sum W0^T W0."""

    @staticmethod
    def of(weights: Mapping[str, Tensor], original: Mapping[str, Tensor] | None = None) -> "Sums":
        now = gram(weights.values())
        if original is None:
            return Sums(now, now, now)
        if {n: w.shape for n, w in original.items()} != {n: w.shape for n, w in weights.items()}:
            raise UserError("The model in 'original' has other cross-attention layers than the chosen one.",
                            "Give the model that the chosen one was made from.")  # fmt: skip
        untouched = [original[name] for name in weights]
        return Sums(now, gram(weights.values(), untouched), gram(untouched))


@dataclass(frozen=True)
class ReceEdit:
    """Round 0 and everything that the rounds after it need."""

    uce: UceEdit
    words: tuple[tuple[Phrase, Phrase], ...]
    """The bare erased words with their substitutes."""
    kept: tuple[Phrase, ...]
    rounds: int
    regularisation: float
    caution: float
    keep_weight: float
    penalty: Penalty = "to zero"
    towards: Tensor | None = None
    """(tokens, width), for the penalty "to a text"."""

    @staticmethod
    def of(model: Model, request: Request, params: ReceParams) -> "ReceEdit":
        basis = UceParams(erase=params.erase, concept=params.concept, strength=params.strength, expand=params.expand,
                          caution=params.uce_caution, keep_weight=params.uce_keep_weight)  # fmt: skip
        if params.penalty == "to a text" and not params.towards.strip():
            raise UserError("The penalty 'to a text' needs a text in 'towards'.", "Write one, or choose 'to zero'.")
        # The reference keeps the empty prompt once, for unsafe words once per word.
        empty = [read_phrase(model, NOTHING)] * (len(request.pairs) if params.concept == "unsafe" else 1)
        return ReceEdit(
            UceEdit.of(model, request, basis), request.pairs, (*empty, *request.kept),
            ROUNDS[params.concept] if params.rounds is None else params.rounds,
            REGULARISATION[params.concept] if params.regularisation is None else params.regularisation,
            params.caution, params.keep_weight, params.penalty,
            read_phrase(model, params.towards).features if params.penalty == "to a text" else None,
        )  # fmt: skip

    def another(self, sums: Sums, factor: Factor) -> Factor:
        """One more round: derive the features of all words, erase them, all in one system."""
        derived = self.derived(sums, factor)
        # Every matrix now is W T. Sending c_adv to W T g and keeping W T k multiplies it by a second factor.
        moves = [
            Move(rows, new.features, self.uce.strength) for rows, (_, new) in zip(derived, self.words, strict=True)
        ]
        return factor.then(common_factor(moves, [(k.features, self.keep_weight) for k in self.kept], self.caution)[0])

    def derived(self, sums: Sums, factor: Factor) -> list[Tensor]:
        """c_adv (tokens, width) per word: R c, all rows, with R of the chosen penalty; fp64."""
        full, ridge = factor.full(), self.regularisation
        now, cross = full.T @ sums.now @ full, full.T @ sums.cross
        unit = torch.eye(len(now), dtype=now.dtype)
        matrix, right = {
            "to zero": (ridge * unit + now, cross),
            "to a text": (ridge * unit + now, cross),
            "surrogate": ((1 + ridge) * now, cross + ridge * now),
            "surrogate with ridge": ((1 + ridge) * now + ridge * unit, cross + ridge * now + ridge * unit),
            "ridge on both": (ridge * unit + now, cross + ridge * unit),
        }[self.penalty]
        try:
            back = preimage(matrix, right)
            extra = 0.0 if self.towards is None else ridge * preimage(matrix, self.towards.double().T).T
        except torch.linalg.LinAlgError as error:  # type: ignore[attr-defined]
            raise UserError(f"The penalty '{self.penalty}' leaves the derived features undetermined on this model.",
                            "Choose the penalty 'to zero'.") from error  # fmt: skip
        return [old.features.double() @ back.T + extra for old, _ in self.words]

    def recovery(self, sums: Sums, factor: Factor) -> float:
        """How much of the words' original keys and values derived features still bring back: 1 all, 0 nothing.

        1 - |W T c_adv - W0 c| / |W0 c| over all projections, rows and words (ours; the reference looks at pictures).
        """
        miss = whole = 0.0
        for rows, (old, _) in zip(self.derived(sums, factor), self.words, strict=True):
            moved, had = factor.move(rows), old.features.double()
            target = float(((had @ sums.original) * had).sum())
            reached = float(((moved @ sums.now) * moved).sum()) - 2 * float(((moved @ sums.cross) * had).sum())
            miss, whole = miss + max(0.0, reached + target), whole + target
        return 1 - (miss / whole) ** 0.5 if whole else 0.0


def _original_weights(params: ReceParams, run: Run) -> dict[str, Tensor] | None:
    """Copies of the untouched model's matrices, where that is another model than the run's."""
    if params.original is None:
        return None
    with run.model(params.original) as model:
        return {name: weight.detach().clone() for name, weight in cross_weights(model).items()}

"""Unified concept editing: send the keys and values of some words to those of others.

Gandikota et al., WACV 2024, arXiv:2308.14761. For each cross-attention projection W, find the matrix that maps every
erased word to where its substitute went, leaves the kept words alone, and stays near W. That is ridge regression,

    W' = (lam W + sum a v c^T + sum b (W k) k^T) (lam I + sum a c c^T + sum b k k^T)^-1,

a few seconds in all, without pictures and without training. The authors' script of 2023 edits all rows from the last token
of a word on ("span"), that of 2025 only this token ("last token"). Keys and values alone are changed, so the patch works
with every picture size and sampler; the pooled text feature of SDXL stays as it is.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from torch import Tensor

from core.contract.fields import Advanced, Help, Range, Words
from core.contract.method import Kind, Outcome
from core.contract.params import Params
from core.engine.registry import task
from core.engine.run import Run
from core.models.model import Model
from core.weights.closed_form import Factor, Move, Normal, common_factor
from erasure.weights.phrases import (
    NOTHING,
    Concept,
    Form,
    Phrase,
    Request,
    cross_weights,
    expanded,
    kept_rows,
    paired_rows,
    read_phrase,
    read_request,
)
from erasure.weights.written import computed, outcome


class UceParams(Params):
    erase: Annotated[Words, Help("Words or phrases the model should forget")]
    instead: Annotated[Words, Help("What to show in their place: one per erased word, or one for all. Empty: nothing in "
                                   "particular, for a style 'art'", "c*")] = ()  # fmt: skip
    keep: Annotated[Words, Help("Words that must not change", "P")] = ()
    concept: Annotated[Concept, Help("What kind of thing the words are; decides the default substitute and the expanded "
                                     "prompts")] = "object"  # fmt: skip
    form: Annotated[Form, Help("Which tokens are edited: everything from a word's last token on, or only that token",
                               source="span: code of 2023; last token: code of 2025")] = "span"  # fmt: skip
    strength: Annotated[float, Range(0, 5, 0.1), Help("Pull towards the substitute; lower it when pictures turn to noise, "
                                                      "0 changes nothing", "a")] = 1.0  # fmt: skip
    caution: Annotated[float, Range(0.0001, 10, 0.1), Help("Pull back to the original weights", "lam")] = 0.5
    keep_weight: Annotated[float | None, Range(0, 5, 0.1), Help("Pull that holds each kept word. Empty: 1 / number of kept "
                           "texts, at least 0.1, for the span form; 1 for the last token", "b"), Advanced()] = None  # fmt: skip
    technique: Annotated[Literal["replace", "tensor"], Help("What a word becomes: its substitute, or the substitute "
                         "without the word's own direction", source="code of 2023"), Advanced()] = "replace"  # fmt: skip
    expand: Annotated[bool, Help("Also edit five phrases around each word, such as 'image of …' or 'art by …'"),
                      Advanced()] = False  # fmt: skip
    neighbours: Annotated[int, Range(0, 20), Help("Also keep this many vocabulary words that lie nearest to each erased one "
                          "(inferred)"), Advanced()] = 0  # fmt: skip
    samples: Annotated[int, Range(0, 8), Help("Pictures per word before and after, to look at; 0 for none")] = 0


@task("erasure.uce", "Unified concept editing", Kind.ERASE, paper="arXiv:2308.14761")
def uce(params: UceParams, run: Run) -> Outcome:
    """Send the keys and values of some words to those of others, in closed form."""
    with run.model() as model, torch.no_grad():
        request = read_request(model, params.erase, params.instead, params.keep, params.concept, params.neighbours)
        weights = cross_weights(model)
        began = time.perf_counter()
        edit = UceEdit.of(model, request, params)
        change, normal = edit.solved()
        changes = computed(weights, change, run)
        numbers = {"condition": normal.condition, "keep_weight": edit.keep_weight}
        return outcome("erasure.uce", params, run, model, request, changes, numbers, began, params.form, params.samples)


@dataclass(frozen=True)
class UceEdit:
    """The rows of a UCE edit and its three weights."""

    pairs: tuple[tuple[Phrase, Phrase], ...]
    kept: tuple[Phrase, ...]
    form: Form
    strength: float
    caution: float
    keep_weight: float
    technique: Literal["replace", "tensor"] = "replace"

    @staticmethod
    def of(model: Model, request: Request, params: UceParams) -> "UceEdit":
        """As the script of the chosen form does it: that of 2023 always keeps the empty prompt, that of 2025 does not."""
        pairs = list(request.pairs)
        if params.expand:
            pairs = [p for pair in pairs for p in expanded(pair, params.concept, params.form, model)]
        kept = ([read_phrase(model, NOTHING)] if params.form == "span" else []) + list(request.kept)
        weight = default_keep_weight(params.form, len(kept)) if params.keep_weight is None else params.keep_weight
        return UceEdit(
            tuple(pairs), tuple(kept), params.form, params.strength, params.caution, weight, params.technique
        )

    def factor(self) -> tuple[Factor, Normal]:
        """T of the technique "replace", and the system behind it."""
        moves = [Move(*paired_rows(old, new, self.form), self.strength) for old, new in self.pairs]
        return common_factor(moves, [(kept_rows(k, self.form), self.keep_weight) for k in self.kept], self.caution)

    def solved(self) -> tuple[Callable[[Tensor], Tensor], Normal]:
        """From a projection to its change, and the system behind it."""
        factor, normal = self.factor()
        if self.technique == "replace":
            return factor.change, normal
        rows = [paired_rows(old, new, self.form) for old, new in self.pairs]
        return lambda weight: _without_own_direction(weight, rows, factor), normal


def default_keep_weight(form: Form, kept: int) -> float:
    """UCE's: max(0.1, 1 / number of kept texts) to three decimals (2023), 1 (2025)."""
    return max(0.1, round(1 / max(kept, 1), 3)) if form == "span" else 1.0


def _without_own_direction(weight: Tensor, rows: list[tuple[Tensor, Tensor]], factor: Factor) -> Tensor:
    """The change when v = W g - <u, W g> u, with u = W c / |W c| over a word's whole block of rows ("tensor").

    These targets are not W times something, so there is no common T; the system, and with it `factor.right`, is shared.
    """
    exact = weight.detach().float() if weight.dtype != torch.float64 else weight.detach()
    residuals = []
    for old, new in rows:
        own, target = old.to(exact) @ exact.T, new.to(exact) @ exact.T
        direction = own / own.norm()
        residuals.append(target - (direction * target).sum() * direction - own)
    return torch.cat(residuals).T @ factor.right.to(exact)

"""From the changes of a closed-form edit to its outcome: patch, figures, pictures before and after."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.contract.method import Outcome
from core.contract.params import Params, to_json
from core.engine.generate import GenerateParams, render
from core.engine.run import Run
from core.models.model import Model
from core.weights.patch import FullDelta, WeightPatch
from erasure.weights.phrases import Form, Request, kept_rows, paired_rows

_SAMPLE_STEPS = 20
_KEPT_SHOWN = 3
"""Kept words in a strip, at most."""


@dataclass(frozen=True)
class Changes:
    """What an edit does to every projection, and what its figures are measured on."""

    weights: Mapping[str, Tensor]
    """The matrices as they are in the model, (out, width), by the parameter's path."""
    deltas: Mapping[str, Tensor]
    """What is added to each."""

    def figures(self, request: Request, form: Form) -> dict[str, float]:
        """How far keys and values moved, over all projections and rows together.

        `erased_moved`: share of the way from the erased words to their substitutes, 0 not at all, 1 all of it.
        `kept_moved`: change relative to what the kept words had (an empty prompt where no word is kept).
        `weights_moved`: |change| / |weights|.
        """
        rows = [paired_rows(old, new, form) for old, new in request.pairs]
        erased, target = (torch.cat(part) for part in zip(*rows, strict=True))
        kept = torch.cat([kept_rows(k, form) for k in request.kept]) if request.kept else None
        left = way = moved = had = 0.0
        for name, weight in self.weights.items():
            old, delta = weight.detach().float(), self.deltas[name].float()
            device = old.device
            gap = (erased - target).to(device) @ old.T
            way += float(gap.square().sum())
            left += float((gap + erased.to(device) @ delta.T).square().sum())
            if kept is not None:
                moved += float((kept.to(device) @ delta.T).square().sum())
                had += float((kept.to(device) @ old.T).square().sum())
        found = {"erased_moved": 1 - math.sqrt(left / way) if way else 0.0, "weights_moved": self._relative()}
        return found | ({"kept_moved": math.sqrt(moved / had)} if had else {})

    def per_layer(self) -> dict[str, float]:
        """|change| / |weight| of every matrix."""
        return {n: float(self.deltas[n].norm() / w.detach().float().norm()) for n, w in self.weights.items()}

    def _relative(self) -> float:
        change = sum(float(d.float().square().sum()) for d in self.deltas.values())
        whole = sum(float(w.detach().float().square().sum()) for w in self.weights.values())
        return math.sqrt(change / whole)


def computed(weights: Mapping[str, Tensor], change: Callable[[Tensor], Tensor], run: Run) -> Changes:
    """The change of every projection, with progress and the cancel point."""
    names = list(weights)
    return Changes(weights, {n: change(weights[n]).float() for n in run.track(names, "Editing projections")})


def outcome(
    method: str, params: Params, run: Run, model: Model, request: Request, changes: Changes, numbers: Mapping[str, float],
    began: float, form: Form, samples: int,
) -> Outcome:  # fmt: skip
    """Keep the patch with what it takes to make it again, measure it, and show it.

    Args:
        numbers: figures of the method beside those measured here.
        began: `time.perf_counter()` at the start of the edit.
        samples: pictures per word in the strips before and after; 0 for none.
    """
    seconds = time.perf_counter() - began  # the edit itself, without measuring and sampling
    figures = {**changes.figures(request, form), **numbers, "projections": float(len(changes.weights))}
    patch = WeightPatch(model.family.name, {name: FullDelta(delta) for name, delta in changes.deltas.items()})
    about = {
        "method": method, "params": to_json(params), "model": model.source, "identity": model.identity, "seed": run.seed,
        "erased": [[old.text, new.text] for old, new in request.pairs], "kept": [k.text for k in request.kept],
        "numbers": figures, "layers": changes.per_layer(), "remarks": list(request.remarks),
    }  # fmt: skip
    for remark in request.remarks:
        run.log(remark)
    ref = run.keep_patch(patch, **about)
    images = tuple(_strips(run, model, patch, request, samples, method)) if samples else ()
    note = " ".join([request.summary, *request.remarks])
    return Outcome(images=images, patch=ref, numbers={**figures, "seconds": seconds}, note=note)


def _strips(run: Run, model: Model, patch: WeightPatch, request: Request, samples: int, method: str) -> Iterator[str]:
    """One picture per word: the seeds before in the upper row, the same seeds after in the lower one."""
    words = [old.text for old, _ in request.pairs] + [k.text for k in request.kept[:_KEPT_SHOWN]]
    seeds = [run.seed + k for k in range(samples)]
    before = [_row(run, model, word, seeds) for word in words]
    with patch.attach(model):
        after = [_row(run, model, word, seeds) for word in words]
    for word, old, new in zip(words, before, after, strict=True):
        yield run.keep_picture(torch.cat([old, new], 2), method=method, word=word, seeds=seeds)


def _row(run: Run, model: Model, word: str, seeds: Sequence[int]) -> Tensor:
    """Pictures of a word side by side, (1, 3, h, w * seeds)."""
    pictures = render(GenerateParams(prompt=f"a picture of {word}", steps=_SAMPLE_STEPS), run, model, seeds)
    return torch.cat(list(pictures), -1)[None]

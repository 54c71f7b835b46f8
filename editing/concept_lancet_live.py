"""Concept Lancet while a picture is made: the prompt's features with one concept exchanged.

Luo et al., CVPR 2025, arXiv:2504.02828. No picture is needed: the features v of the prompt are split into concepts once,
v = D w + r, and from a share of the steps on the network is told v' = v + m w_s (d_g - d_s) instead. Begun later, the layout
of the source stays and the target takes its place, as when prompts are changed between steps (that use is ours: the paper
edits pictures that exist). With strength 0 or outside its steps nothing changes, to the bit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, Range
from core.contract.method import Kind, Provenance
from core.contract.params import Params
from core.engine.registry import modifier
from core.engine.run import Run
from core.hooks.hook import Hook, Inner, Predict
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.schedule import Step
from editing.concept_lancet_dictionary import mentions
from editing.concept_lancet_plan import (
    Alpha,
    Centre,
    Coefficient,
    Count,
    More,
    Normalize,
    OwnStimuli,
    Plan,
    Sentences,
    Source,
    Target,
    Tau,
    WhichStimuli,
    check,
    no_grad_plan,
)

CONFORMANCE = {"source": ["cat"], "target": ["fox"], "concepts": ["dog"], "count": 4, "coefficient": 0.5}


class LiveLancetParams(Params):
    action: Annotated[Literal["replace", "add", "remove"], Help(
        "replace source by target; add target in place of what the prompt says now; remove source")] = "replace"  # fmt: skip
    source: Source = ()
    target: Target = ()
    strength: Annotated[
        float, Range(0, 5, 0.1), Help("Multiplier of the solved coefficient; 0 changes nothing", "m", "inferred")
    ] = 1.0
    begin: Annotated[
        float,
        Range(0, 1, 0.05),
        Help("From this share of the steps on; later keeps more of the source's layout (ours)"),
    ] = 0.0
    end: Annotated[float, Range(0, 1, 0.05), Help("Until this share of the steps (ours)"), Advanced()] = 1.0
    coefficient: Coefficient = None
    concepts: More = ()
    count: Count = 30
    alpha: Alpha = 0.01
    tau: Tau = 0.95
    normalize: Normalize = True
    centre: Centre = False
    stimuli: WhichStimuli = "auto"
    own_stimuli: OwnStimuli = None
    sentences: Sentences = ()


@modifier("editing.concept_lancet", "Concept Lancet: a concept exchanged", Kind.COMPOSE, paper="arXiv:2504.02828",
          provenance=Provenance.INFERRED)  # fmt: skip
class LiveLancet(Hook):
    __doc__ = __doc__

    def __init__(self, params: LiveLancetParams, run: Run, model: Model) -> None:
        check(params)
        if params.begin >= params.end and params.strength:
            raise UserError(f"The exchange begins at {params.begin:g} and ends at {params.end:g} of the steps: that is "
                            "never.", "Let it end after it begins, or set the strength to 0.")  # fmt: skip
        self.params, self.run, self.model = params, run, model
        self.plan: Plan | None = None
        """Of the generation's own prompt."""
        self._own = ""
        self._known: dict[str, tuple[Tensor, Conditioning | None]] = {}

    @contextmanager
    def attach(self, model: Model) -> Iterator[None]:
        self._known, self._own = {}, ""
        try:
            yield
        finally:
            self._known = {}

    def acts(self, step: Step) -> bool:
        share = step.index / step.count
        return self.params.strength > 0 and self.params.begin <= share < self.params.end

    def advance(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        if self.params.strength:  # a missing word is told before anything is computed
            for row in cond.rows("prompt"):
                self._exchanged(cond.pick([row]))
        return inner(step, x, cond)

    def predict(self, step: Step, x: Tensor, cond: Conditioning, inner: Predict) -> Tensor:
        rows = cond.rows("prompt") if self.acts(step) else []
        made = {row: found for row in rows if (found := self._exchanged(cond.pick([row]))) is not None}
        if not made:
            return inner(step, x, cond)
        features = cond.features.clone()
        pooled = None if cond.pooled is None else cond.pooled.clone()
        for row, found in made.items():
            features[row] = found.features[0]
            if pooled is not None and found.pooled is not None:
                pooled[row] = found.pooled[0]
        return inner(step, x, replace(cond, features=features, pooled=pooled))

    def finish(self, picture: Tensor) -> Tensor:
        """Gives the coefficients out as data."""
        if self.plan is not None:
            value = self.plan.bars(self.params)
            self.run.keep_data("concepts", {**value, "strength": self.params.strength})
        return picture

    def _exchanged(self, row: Conditioning) -> Conditioning | None:
        """A row with the concept exchanged; solved once for each text. None: another prompt, which lacks the source."""
        text = row.tokens[0].text
        known = self._known.get(text)
        if known is not None and torch.equal(known[0], row.features):
            return known[1]
        self._own = self._own or text
        if text == self._own:
            check(self.params, text if self.params.action != "remove" else None)
        elif not all(mentions(text, s) for s in self.params.source):
            return None
        plan = no_grad_plan(self.params, self.run, self.model, row)
        if known is None and text == self._own:
            self._tell(plan)
        made = None if plan.absent else plan.edited(self._weights(plan), self.params.strength)
        self._known[text] = (row.features.detach().clone(), made)
        return made

    def _weights(self, plan: Plan) -> list[float]:
        if self.params.coefficient is not None:
            return [self.params.coefficient] * len(plan.swaps)
        plan.check_found()
        return plan.weights

    def _tell(self, plan: Plan) -> None:
        self.plan = plan
        for note in plan.notes:
            self.run.log(f"Concept Lancet: {note}")
        found = ", ".join(
            f"'{plan.atoms.names[s]}' {w:.2f}" for w, (s, _) in zip(plan.weights, plan.swaps, strict=True)
        )
        self.run.log(f"Concept Lancet: the prompt holds {found} (what is left over: {plan.solved.residual:.0%})")

"""Inversions brought into a generation: hooks for direct, null-text and negative-prompt inversion, and a solver with
stored noise for edit-friendly inversion. All of them stack with other hooks.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.hooks.hook import Hook, Inner, Predict
from core.models.conditioning import Conditioning
from core.models.schedule import Step
from core.sampling.inversion import Inversion, ddpm_mean
from core.sampling.solvers import Solver


class DirectInversion(Hook):
    """Keeps the source row on its inverted latents, so that other rows always see the exact source.

    Direct inversion, Ju et al., arXiv:2310.01506. Rows of a generation: one labelled "prompt/source" (its own caption),
    the others free, all begun at `inversion.start`. Place it inside hooks that blend latents: the correction comes first.
    """

    def __init__(
        self, inversion: Inversion, offsets: Sequence[Tensor] = (), label: str = "prompt/source"
    ) -> None:  # fmt: skip
        """
        Args:
            offsets: of `direct_offsets`, added as in the paper. Without them the row is overwritten with what they
                lead to, which cannot drift.
        """
        self.inversion = inversion
        self.offsets = tuple(offsets)
        self.label = label

    def advance(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        moved, rows = inner(step, x, cond), cond.rows(self.label)
        if not rows:
            return moved
        self.inversion.check(step)
        kept = moved.clone()
        if self.offsets:
            kept[rows] += self.offsets[step.index].to(moved)
        else:
            kept[rows] = self.inversion.latents[step.index + 1].to(moved).expand_as(kept[rows])
        return kept


class NullText(Hook):
    """Other features for the negative rows, per step: what null-text inversion found.

    Mokady et al., arXiv:2211.09794. Place it inside `Guidance`, which makes those rows.
    """

    def __init__(self, features: Sequence[Tensor], pooled: Tensor | None = None, label: str = "negative") -> None:
        """
        Args:
            features: (1, tokens, width) each; one per step, or a single one for all steps.
            pooled: (1, width) for families with pooled features; unchanged when left out.
        """
        if not features:
            raise ValueError("no features")
        self.features = tuple(features)
        self.pooled = pooled
        self.label = label

    def predict(self, step: Step, x: Tensor, cond: Conditioning, inner: Predict) -> Tensor:
        rows = cond.rows(self.label)
        return inner(step, x, self._changed(step, cond, rows) if rows else cond)

    def _changed(self, step: Step, cond: Conditioning, rows: list[int]) -> Conditioning:
        if len(self.features) not in (1, step.count):
            raise UserError(f"The null text was found for {len(self.features)} steps, this generation takes {step.count}.",
                            "Use the same number of steps.")  # fmt: skip
        new = self.features[0 if len(self.features) == 1 else step.index].to(cond.features)
        if new.shape[1] != cond.features.shape[1]:
            raise UserError(f"The null text has {new.shape[1]} tokens, this prompt {cond.features.shape[1]}.",
                            "Use a prompt that is as long as the inverted one.")  # fmt: skip
        features = cond.features.clone()
        features[rows] = new
        changed = replace(cond, features=features)
        if self.pooled is None or cond.pooled is None:
            return changed
        pooled = cond.pooled.clone()
        pooled[rows] = self.pooled.to(pooled)
        return replace(changed, pooled=pooled)


def negative_prompt_inversion(source: Conditioning, empty: Conditioning | None = None, ratio: float = 0.0) -> NullText:
    """The source caption as negative prompt of all steps: guidance then only acts between source and target.

    Miyake et al., arXiv:2305.16807. Nearly free, a little worse than null-text inversion.

    Args:
        source: one row, the caption the picture was inverted with.
        empty: one row, the empty prompt; needed for a ratio.
        ratio: 0..1, how far to turn (slerp of the flattened features) towards the empty prompt.
    """
    if not ratio:
        return NullText([source.features], source.pooled)
    if empty is None:
        raise ValueError("a ratio needs the empty prompt")
    return NullText([slerp(source.features, empty.features, ratio)], source.pooled)


def slerp(first: Tensor, second: Tensor, ratio: float) -> Tensor:
    """Along the arc from one tensor to another, flattened; straight where they are parallel."""
    a, b = first.flatten().double(), second.flatten().double()
    if not a.any() or not b.any():  # SDXL's empty prompt is all zeros: it has no direction
        return torch.lerp(first, second, ratio)
    angle = torch.arccos(((a / a.norm()) @ (b / b.norm())).clamp(-1, 1))
    if float(torch.sin(angle)) < 1e-6:
        return torch.lerp(first, second, ratio)
    mixed = (torch.sin((1 - ratio) * angle) * a + torch.sin(ratio * angle) * b) / torch.sin(angle)
    return mixed.view_as(first).to(first.dtype)


class StoredNoise(Solver):
    """DDPM steps with the noises of an edit-friendly inversion: `sample(denoiser, inversion.latents[skip], cond,
    solver.steps[skip:], StoredNoise(solver, inversion))`.

    Huberman-Spiegelglas et al., arXiv:2304.06140. The same prompt and guidance lead back to the picture, another prompt
    to an edit of it; `skip` leaves out the noisiest steps and keeps the layout (36 of 100 in the paper).
    """

    def __init__(self, solver: Solver, inversion: Inversion) -> None:
        """
        Args:
            solver: the one of the inversion.
        """
        if not inversion.noises:
            raise ValueError("this inversion has no noises; use invert_edit_friendly")
        self.__dict__.update(solver.__dict__)
        self.inversion = inversion

    def __call__(self, step: Step, x: Tensor, noise: Tensor) -> Tensor:
        self.inversion.check(step)
        middle, spread = ddpm_mean(step, x, noise, self.inversion.eta)
        return middle + spread * self.inversion.noises[step.index].to(middle)

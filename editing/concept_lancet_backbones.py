"""The generations that carry a Concept Lancet edit: P2P-Zero, DDIM, edit-friendly inversion and InfEdit.

Each takes a source and an edited row of text and gives the edit's picture; InfEdit also takes the edit in score space.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.engine.run import Run
from core.hooks.hook import Hook, hooked
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.schedule import Step
from core.sampling.guidance import Guidance
from core.sampling.infedit import Blend, RowGuidance, UnifiedAttention, VirtualInversion, infedit_rows
from core.sampling.inversion import Inversion, invert_ddim, invert_edit_friendly
from core.sampling.replay import StoredNoise
from core.sampling.sample import sample
from core.sampling.solvers import Solver
from editing.concept_lancet_dictionary import Atoms
from editing.concept_lancet_p2p_zero import CrossGuidance, NoiseRegularisation
from editing.concept_lancet_sparse import decompose

STEPS = {"p2p-zero-direct": 50, "p2p-zero": 50, "ddim": 50, "edit-friendly": 100, "infedit": 12}
GUIDANCE = {"p2p-zero-direct": 7.5, "p2p-zero": 5.0, "ddim": 5.0, "edit-friendly": 15.0, "infedit": 2.3}
"""Of the references; DDIM takes P2P-Zero's (inferred)."""
_SOURCE_GUIDANCE, _SKIP = 3.5, 0.36
_TOGETHER = 8


@dataclass(frozen=True)
class Settings:
    backbone: str
    steps: int
    guidance: float
    rate: float
    cross: float
    self_: float
    blend: Blend


@dataclass
class Backbone:
    """A picture made ready once, to be edited any number of times."""

    settings: Settings
    run: Run
    model: Model
    source: Conditioning
    negative: Conditioning
    latent: Tensor
    solver: Solver = field(init=False)
    inversion: Inversion | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        infedit = self.settings.backbone == "infedit"
        if infedit and self.settings.steps > 50:
            raise UserError(f"InfEdit takes its steps out of 50, not {self.settings.steps}.", "Use at most 50 steps.")
        self.solver = Solver(self.model.schedule, "lcm" if infedit else "ddim", self.settings.steps)
        if not infedit:
            self.inversion = self._inverted()

    def _inverted(self) -> Inversion:
        track = lambda steps: self.run.track(steps, "Inverting")
        name = self.settings.backbone
        if name == "edit-friendly":
            with hooked(self.model, [Guidance(_SOURCE_GUIDANCE, self.negative)]) as denoiser:
                return invert_edit_friendly(
                    denoiser, self.latent, self.source, self.solver, self.run.noise, track=track
                )
        regular: list[Hook] = [] if name == "ddim" else [NoiseRegularisation(self.run.generator)]
        with hooked(self.model, regular) as denoiser:
            return invert_ddim(denoiser, self.latent, self.source, self.solver, track=track)

    def reconstruction(self) -> Tensor:
        """The picture as this backbone gives it back without an edit: (1, 3, h, w)."""
        if self.settings.backbone in ("infedit", "p2p-zero-direct"):  # exact in the latent
            return self.model.decode(self.latent)
        assert self.inversion is not None
        if self.settings.backbone == "edit-friendly":
            return self._replayed(self.source, _SOURCE_GUIDANCE)
        return self._sampled([], self.inversion.start, self.source)

    def edit(self, edited: Conditioning, seed: int, difference: "ScoreEdit | None" = None) -> Tensor:
        """The edited picture, (1, 3, h, w). The same seed for every strength."""
        name, guidance = self.settings.backbone, self.settings.guidance
        if name == "infedit":
            return self._infedit(edited, seed, difference)
        if name == "edit-friendly":
            return self._replayed(edited, guidance)
        assert self.inversion is not None
        if name == "ddim":  # the caption as negative prompt: guidance acts between caption and edit
            return self._sampled([Guidance(guidance, self.source.relabel("negative"))], self.inversion.start, edited)
        rows = Conditioning.join(self.source.relabel("prompt/source"), edited.relabel("prompt/edit"))
        direct = self.inversion if name == "p2p-zero-direct" else None
        start = self.inversion.start.repeat(2, 1, 1, 1)
        return self._sampled([CrossGuidance(guidance, self.settings.rate, direct)], start, rows)[1:]

    def _replayed(self, cond: Conditioning, guidance: float) -> Tensor:
        assert self.inversion is not None
        skip = int(_SKIP * self.settings.steps)
        stored = StoredNoise(self.solver, self.inversion)
        return self._sampled([Guidance(guidance, self.negative)], self.inversion.latents[skip], cond, stored, skip)

    def _infedit(self, edited: Conditioning, seed: int, difference: "ScoreEdit | None") -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        draw: Callable[..., Tensor] = lambda shape: torch.randn(tuple(shape), generator=generator)
        start = self.solver.start(draw(self.latent.shape)).to(self.latent).repeat(3, 1, 1, 1)
        chains = VirtualInversion(self.latent, draw, difference=difference, blend=self.settings.blend).watch(self.model)
        tied = UnifiedAttention(self.settings.blend.edited, self.settings.cross, self.settings.self_)
        hooks = [chains, RowGuidance((1.0, self.settings.guidance, 1.0), self.negative), tied]
        return self._sampled(hooks, start, infedit_rows(self.source, edited))[1:2]

    def _sampled(self, hooks: list[Hook], start: Tensor, cond: Conditioning, solver: Solver | None = None,
                 skip: int = 0) -> Tensor:  # fmt: skip
        with hooked(self.model, hooks) as denoiser:
            steps = self.run.track(self.solver.steps[skip:], "Sampling")
            return self.model.decode(sample(denoiser, start, cond, steps, solver or self.solver))


class ScoreEdit:
    """e_t - e_s in score space: w_s (d_g(t) - d_s(t)), the decomposition made anew at every step.

    d_x(t) is the noise that the concept's mean text features give on the source latent. Guidance 1 everywhere. The paper
    only names the combination; putting it there is inferred.
    """

    def __init__(self, model: Model, source: Conditioning, atoms: Atoms, count: int, swaps: list[tuple[int, int]],
                 strength: float, alpha: float, tau: float, normalize: bool, fixed: float | None = None,
                 centre: bool = False) -> None:  # fmt: skip
        """
        Args:
            count: the first so many atoms are the dictionary, the others only targets.
            swaps: (source atom, target atom).
            centre: take off what the null concept, the last atom, predicts before solving.
            fixed: this weight for every swap instead of the solved one.
        """
        self.model, self.source, self.atoms, self.count, self.swaps = model, source, atoms, count, swaps
        self.centre = centre
        self.strength, self.alpha, self.tau, self.normalize, self.fixed = strength, alpha, tau, normalize, fixed
        self.weights: list[list[float]] = []
        """Coefficients of the dictionary, per step."""

    def __call__(self, step: Step, x: Tensor, noise: Tensor) -> Tensor:
        rows = with_features(self.source, self.atoms.features, self.atoms.pooled).relabel("concept")
        found = torch.cat([
            self.model.predict(step, x.repeat(len(part), 1, 1, 1), rows.pick(part))
            for part in [[*range(i, min(i + _TOGETHER, rows.count))] for i in range(0, rows.count, _TOGETHER)]
        ])  # fmt: skip
        if self.fixed is None:
            solved = decompose(
                found[: self.count],
                noise[0],
                self.alpha,
                self.tau,
                self.normalize,
                found[-1] if self.centre else None,
            ).coefficients.tolist()
            self.weights.append(solved)
        parts = [(self.fixed if self.fixed is not None else max(0.0, solved[s])) * (found[g] - found[s])
                 for s, g in self.swaps]  # fmt: skip
        return self.strength * torch.stack(parts).sum(0)[None].to(noise)


def with_features(like: Conditioning, features: Tensor, pooled: Tensor | None) -> Conditioning:
    """Rows like one row, with other features (rows, tokens, width)."""
    rows = like.pick([0] * len(features))
    return Conditioning(
        features.to(rows.features), rows.labels, rows.tokens,
        None if rows.pooled is None or pooled is None else pooled.to(rows.pooled), rows.sizes, rows.images, rows.beside,
    )  # fmt: skip

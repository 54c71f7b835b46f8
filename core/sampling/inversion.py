"""The loop run backwards: from a picture's latent to noise that leads back to it.

Each function gives an `Inversion`; the hooks and the solver in `core.sampling.replay` bring it into a generation, where
it stacks with everything else. The denoiser decides what predicts: a bare one for guidance 1 (DDIM, null-text), one with
`Guidance` for edit-friendly inversion. Use the same number of steps, and the picture's caption as prompt.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.hooks.hook import Denoiser
from core.models.conditioning import Conditioning
from core.models.schedule import SMALLEST, Schedule, Step, precise, root, wide
from core.sampling.solvers import Solver

Track = Callable[[Sequence[Step]], Iterable[Step]]
"""Passes steps on, e.g. `lambda steps: run.track(steps, "Inverting")`."""
Rule = Literal["auto", "noise", "velocity"]
POOR = 20.0
"""dB. Below this a reconstruction is told to be poor (ours)."""


@dataclass(frozen=True)
class Inversion:
    """A picture's latent at every noise level that a solver's steps pass."""

    latents: tuple[Tensor, ...]
    """`latents[k]` (rows, channels, h, w) is where step k begins, `latents[k + 1]` where it ends; the last is clean."""
    steps: tuple[Step, ...]
    noises: tuple[Tensor, ...] = ()
    """Edit-friendly only: the noise that step k adds, in standard deviations."""
    eta: float = 0.0
    """Stochasticity that `noises` were found for."""

    @property
    def start(self) -> Tensor:
        """The noisiest latent, where a generation over all steps begins."""
        return self.latents[0]

    @property
    def clean(self) -> Tensor:
        return self.latents[-1]

    def check(self, step: Step) -> None:
        """Raises `UserError` unless a step of a generation is one of those inverted."""
        own = self.steps[step.index] if step.index < len(self.steps) else None
        if own is None or step.count != own.count or abs(float(own.now) - float(step.now)) > 1e-6:
            raise UserError(f"The picture was inverted in {len(self.steps)} steps of its own scheduler, this generation "
                            f"takes {step.count} or other ones.", "Use the same scheduler and number of steps.")  # fmt: skip


# --- DDIM -----------------------------------------------------------------------------------------------------------


def invert_ddim(
    denoiser: Denoiser, latent: Tensor, cond: Conditioning, solver: Solver, rule: Rule = "auto", track: Track = iter
) -> Inversion:
    """DDIM inversion (Song et al., arXiv:2010.02502; direct and null-text inversion start from it).

    Args:
        denoiser: without guidance: at scale 1 fifty steps reconstruct well, at 7.5 they drift.
        latent: the encoded picture, (rows, channels, h, w); the distribution's mode, so that it is repeatable.
        cond: one row per row of `latent`.
        solver: DDIM with eta 0.
        rule: what is taken as constant along a step: the noise, or for velocity networks the velocity (better there by
            our measure, and the only one at alpha-bar 0, where noise says nothing). "auto" is the noise, but the velocity
            where a velocity network's step begins at alpha-bar 0.

    Raises:
        UserError: another solver.
    """
    _only_ddim(solver)
    schedule = denoiser.model.schedule
    x = latent.float()
    latents = [x]
    with torch.no_grad():
        for step in track(tuple(reversed(solver.steps))):
            x = _ascend(schedule, step, x, rule, lambda s, z: denoiser.predict(s, z, cond))
            latents.append(x)
    return Inversion(tuple(reversed(latents)), solver.steps)


def descend(step: Step, x: Tensor, noise: Tensor) -> Tensor:
    """One DDIM step with eta 0: x at `step.next`."""
    now, after = wide(step.now, x), wide(step.next, x)
    clean = (x - root(1 - now) * noise) / root(now)
    return root(after) * clean + root(1 - after) * noise


def ascend(step: Step, x: Tensor, noise: Tensor) -> Tensor:
    """The inverse of `descend` for the same noise: x at `step.now`, from x at `step.next`."""
    now, after = wide(step.now, x), wide(step.next, x)
    ratio = root(now / after)
    return ratio * x + (root(1 - now) - ratio * root(1 - after)) * noise


def ascend_velocity(step: Step, x: Tensor, velocity: Tensor) -> Tensor:
    """The inverse of a DDIM step for the same velocity: z_t = (z_s + sin v) / cos of the angle between the levels."""
    now, after = wide(step.now, x), wide(step.next, x)
    cosine = root(now * after) + root((1 - now) * (1 - after))
    sine = root(after * (1 - now)) - root(now * (1 - after))
    return (x + sine * velocity) / cosine


def _ascend(schedule: Schedule, step: Step, x: Tensor, rule: Rule, predict: Callable[[Step, Tensor], Tensor]) -> Tensor:
    exact = precise(schedule, step, x)
    noise = predict(step, exact)
    # The network was called at the noisy time: its output is converted with that level, never with the clean one.
    by_velocity = rule == "velocity" or (rule == "auto" and exact.dtype != x.dtype)
    if not by_velocity:
        return ascend(step, exact, noise).to(x.dtype)
    velocity = (noise - root(1 - float(step.now)) * exact) / root(float(step.now))
    # `Schedule` clamps alpha-bar 0 so that noise can be had at all; the sampler itself steps from 0.
    end = replace(step, now=0.0) if float(step.now) <= SMALLEST * 1.01 else step
    return ascend_velocity(end, exact, velocity).to(x.dtype)


def _only_ddim(solver: Solver) -> None:
    if solver.name != "ddim" or solver.eta:
        raise UserError(f"A picture cannot be inverted with the scheduler '{solver.name}' (eta {solver.eta:g}).",
                        "Use ddim with eta 0.")  # fmt: skip


# --- direct ---------------------------------------------------------------------------------------------------------


def direct_offsets(
    denoiser: Denoiser, inversion: Inversion, cond: Conditioning, solver: Solver, track: Track = iter
) -> tuple[Tensor, ...]:
    """What each guided step misses the inverted latent by (direct inversion, Ju et al., arXiv:2310.01506).

    Args:
        denoiser: with the guidance of the edit to come.

    Returns:
        One tensor per step, `next inverted latent - step(inverted latent)`. `DirectInversion` without offsets does the
        same free of drift, so these are for comparison with the paper.
    """
    found = []
    with torch.no_grad():
        for step in track(solver.steps):
            inversion.check(step)
            x = inversion.latents[step.index]
            found.append(inversion.latents[step.index + 1] - solver(step, x, denoiser.predict(step, x, cond)))
    return tuple(found)


# --- null-text ------------------------------------------------------------------------------------------------------


def optimise_null_text(
    denoiser: Denoiser, inversion: Inversion, cond: Conditioning, negative: Conditioning, guidance: float = 7.5,
    updates: int = 10, track: Track = iter,
) -> tuple[Tensor, ...]:  # fmt: skip
    """Features of the negative prompt, per step, that make a guided generation follow the inverted latents.

    Null-text inversion, Mokady et al., arXiv:2211.09794, algorithm 1. Rate 0.01 (1 - k / 2T) and stop at a loss below
    1e-5 (1 + 100 k / T): the reference's numbers at T = 50, scaled for other T (inferred).

    Args:
        denoiser: without guidance; its hooks act on both predictions.
        inversion: of one picture, by `invert_ddim`.
        negative: the row to start from, usually the empty prompt.
        updates: largest number of updates per step.

    Returns:
        One tensor (1, tokens, width) per step, for `NullText`.
    """
    if inversion.clean.shape[0] != 1:
        raise ValueError("null-text inversion takes one picture at a time")
    count, x, null = len(inversion.steps), inversion.start, negative.features.float()
    found = []
    for step in track(inversion.steps):
        k, goal = step.index, inversion.latents[step.index + 1]
        with torch.no_grad():
            towards = denoiser.predict(step, x, cond)

        def guided(features: Tensor, step: Step = step, x: Tensor = x, towards: Tensor = towards) -> Tensor:
            away = denoiser.predict(step, x, replace(negative, features=features))
            return descend(step, x, away + guidance * (towards - away))

        enough = 1e-5 + 2e-5 * 50 * k / count
        null = _fit_null(null, guided, goal, 1e-2 * (1 - k / (2 * count)), updates, enough)
        found.append(null)
        with torch.no_grad():
            x = guided(null)
    return tuple(found)


def _fit_null(
    null: Tensor, guided: Callable[[Tensor], Tensor], goal: Tensor, rate: float, updates: int, enough: float
) -> Tensor:
    features = null.detach().clone().requires_grad_()
    optimiser = torch.optim.Adam([features], lr=rate)
    with torch.enable_grad():
        for _ in range(updates):
            loss = functional.mse_loss(guided(features), goal)
            (features.grad,) = torch.autograd.grad(loss, features)
            optimiser.step()
            if float(loss.detach()) < enough:
                break
    return features.detach()


# --- edit-friendly --------------------------------------------------------------------------------------------------


def invert_edit_friendly(
    denoiser: Denoiser, latent: Tensor, cond: Conditioning, solver: Solver, draw: Callable[[Sequence[int]], Tensor],
    eta: float = 1.0, drop_last: bool = False, track: Track = iter,
) -> Inversion:  # fmt: skip
    """Noises that make DDPM sampling pass through a picture (Huberman-Spiegelglas et al., arXiv:2304.06140).

    Every level gets fresh noise; then each step's noise is what leads from one level to the next.

    Args:
        denoiser: with the source guidance (3.5 in the paper's code, 15 when editing).
        solver: DDIM, only for its steps.
        draw: normal noise of a shape, e.g. `run.noise`.
        eta: 0 < eta <= 1; 1 is DDPM.
        drop_last: the last noise zero, as in the reference: the picture comes back without its finest grain.

    Returns:
        `latents` and `noises`, for `StoredNoise`. Begin at `latents[skip]` with `steps[skip:]`.
    """
    _only_ddim(solver)
    if not 0 < eta <= 1:
        raise UserError(f"Edit-friendly inversion needs noise: eta is {eta:g}.", "Use more than 0, at most 1.")
    x0 = latent.float()
    latents = [denoiser.model.schedule.add_noise(x0, draw(x0.shape).to(x0), step.now) for step in solver.steps]
    latents.append(x0)
    noises = []
    with torch.no_grad():
        for step in track(solver.steps):
            middle, spread = ddpm_mean(
                step, latents[step.index], denoiser.predict(step, latents[step.index], cond), eta
            )
            goal = latents[step.index + 1]
            # Without spread (the last step of some schedules) there is nothing to divide by and nothing to keep.
            drawn = torch.zeros_like(x0) if spread == 0 or (step.last and drop_last) else (goal - middle) / spread
            noises.append(drawn)
            if not step.last:
                latents[step.index + 1] = middle + spread * drawn  # so that rounding does not add up
    return Inversion(tuple(latents), solver.steps, tuple(noises), eta)


def ddpm_mean(step: Step, x: Tensor, noise: Tensor, eta: float) -> tuple[Tensor, float]:
    """Mean and standard deviation of the next latent: DDIM's family with stochasticity eta."""
    now, after = float(step.now), float(step.next)
    spread = eta * max(0.0, (1 - after) / (1 - now) * (1 - now / after)) ** 0.5
    clean = (x - (1 - now) ** 0.5 * noise) / now**0.5
    return after**0.5 * clean + max(0.0, 1 - after - spread**2) ** 0.5 * noise, spread


# --- how good -------------------------------------------------------------------------------------------------------


def psnr(first: Tensor, second: Tensor) -> float:
    """Peak signal-to-noise ratio of pictures in -1..1, in dB; infinite for equal ones."""
    error = float((first.double() - second.double()).square().mean())
    return float("inf") if error == 0 else float(10 * torch.log10(torch.tensor(4.0 / error, dtype=torch.float64)))


@dataclass(frozen=True)
class Reconstruction:
    """How well an inversion leads back to its picture, to show to the person."""

    psnr: float
    """dB"""
    mean: float
    """Of the noisiest latent; near 0 when it is like noise."""
    deviation: float
    """Of the noisiest latent; near 1 when it is like noise."""

    @property
    def warning(self) -> str:
        """One sentence when the reconstruction is poor (below 20 dB, ours), else empty."""
        if self.psnr >= POOR:
            return ""
        return (f"The picture is only reconstructed to {self.psnr:.1f} dB: an edit will change more than it should. "
                "Use more steps, a caption that describes the picture, or null-text inversion.")  # fmt: skip


def reconstruction(inversion: Inversion, picture: Tensor, rebuilt: Tensor) -> Reconstruction:
    """Judge an inversion by its picture and what sampling made of it, both (rows, 3, h, w) in -1..1."""
    return Reconstruction(psnr(picture, rebuilt), float(inversion.start.mean()), float(inversion.start.std()))

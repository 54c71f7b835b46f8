"""diffusers' schedulers as functions of (step, x, noise).

Every solver works in variance-preserving coordinates, `x = sqrt(now) x0 + sqrt(1 - now) e`: the Euler family, which
keeps `x / sqrt(now)`, is converted on the way in and out. What a scheduler remembers (index, history, random state) is
kept per step index, so a step may be taken twice with the same result.
"""

import copy
import math
from collections.abc import Sequence
from typing import Any

import torch
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
    UniPCMultistepScheduler,
)
from torch import Tensor

from core.contract.errors import UserError
from core.models.schedule import Schedule, Step

SOLVERS: dict[str, tuple[type, dict[str, Any]]] = {
    "ddim": (DDIMScheduler, {"clip_sample": False, "thresholding": False}),
    "ddpm": (DDPMScheduler, {"clip_sample": False, "thresholding": False}),
    "euler": (EulerDiscreteScheduler, {}),
    "euler-karras": (EulerDiscreteScheduler, {"use_karras_sigmas": True}),
    "euler-a": (EulerAncestralDiscreteScheduler, {}),
    "dpmpp-2m": (DPMSolverMultistepScheduler, {}),
    "dpmpp-2m-karras": (DPMSolverMultistepScheduler, {"use_karras_sigmas": True}),
    "unipc": (UniPCMultistepScheduler, {}),
    "lcm": (LCMScheduler, {}),
}
"""Heun and PNDM are left out: they need two predictions a step."""

_TABLES = ("betas", "alphas", "alphas_cumprod", "sigmas", "timesteps", "alpha_t", "sigma_t", "lambda_t", "one",
           "final_alpha_cumprod", "_internal_dict", "config")  # fmt: skip

Generator = torch.Generator | Sequence[torch.Generator]


class Solver:
    """A scheduler of diffusers, its steps listed, its memory kept per step."""

    def __init__(self, schedule: Schedule, name: str = "ddim", count: int = 25, generator: Generator | None = None,
                 eta: float = 0.0) -> None:  # fmt: skip
        """Prepare `count` steps.

        Args:
            generator: on the CPU; one, or one per picture, for solvers that draw noise.
            eta: stochasticity of DDIM, 0..1.
        """
        if name not in SOLVERS:
            raise UserError(f"There is no scheduler '{name}'.", f"Use one of {', '.join(SOLVERS)}.")
        if not 1 <= count <= schedule.count:
            raise UserError(f"{count} steps are not possible.", f"Use 1 to {schedule.count}.")
        self.name = name
        self.schedule = schedule
        self.scheduler: Any = make_scheduler(schedule, name)
        self.scheduler.set_timesteps(count)
        self.generator = generator
        self.eta = eta
        self.kept_sigmas = name.startswith("euler")
        self.levels = _levels(self.scheduler, schedule, self.kept_sigmas)
        self.steps: tuple[Step, ...] = tuple(
            Step(i, count_, t, a, b) for count_ in [len(self.levels)] for i, (t, a, b) in enumerate(self.levels)
        )
        self._before: dict[int, tuple[dict[str, Any], Any]] = {}

    def start(self, noise: Tensor) -> Tensor:
        """Where a generation begins: pure noise (rows, channels, h, w) at the first step's level."""
        if not self.kept_sigmas:
            return noise
        return noise * float(self.scheduler.init_noise_sigma) * math.sqrt(self.steps[0].now)

    def start_from(self, latent: Tensor, noise: Tensor, step: Step) -> Tensor:
        """Where an image-to-image generation begins: a clean latent at the level of `step`."""
        now = float(step.now)
        return math.sqrt(now) * latent + math.sqrt(1 - now) * noise

    def __call__(self, step: Step, x: Tensor, noise: Tensor) -> Tensor:
        """x at `step.next`, from x at `step.now` and the noise in it."""
        self._recall(step)
        # What the network said, not the noise: at alpha-bar 0 noise and latent are one, and only the velocity tells.
        output = self.schedule.output_from(noise, x, step.now).to(torch.float32)
        x = x.to(torch.float32)
        options: dict[str, Any] = {"return_dict": False}
        if self.name in ("euler-a", "lcm", "ddim", "ddpm"):
            options["generator"] = self.generator
        if self.name == "ddim":
            options["eta"] = self.eta
        time = self.scheduler.timesteps[step.index]
        if not self.kept_sigmas:
            return self.scheduler.step(output, time, x, **options)[0]  # type: ignore[no-any-return]
        self.scheduler.is_scale_input_called = True
        moved: Tensor = self.scheduler.step(output, time, x / math.sqrt(step.now), **options)[0]
        return moved * math.sqrt(step.next)

    def _recall(self, step: Step) -> None:
        """The scheduler and its random state as they were before this step; remembered the first time."""
        if step.index in self._before:
            state, random = self._before[step.index]
            self.scheduler.__dict__.update({k: copy.copy(v) for k, v in state.items()})
            self._set_random(random)
            return
        if getattr(self.scheduler, "_step_index", 0) is None:  # the first step taken, maybe not the first of all
            self.scheduler.set_begin_index(step.index)
        state = {k: copy.copy(v) for k, v in self.scheduler.__dict__.items() if k not in _TABLES}
        self._before[step.index] = (state, self._random())

    def _random(self) -> Any:
        if self.generator is None:
            return None
        if isinstance(self.generator, torch.Generator):
            return self.generator.get_state()
        return [g.get_state() for g in self.generator]

    def _set_random(self, state: Any) -> None:
        if isinstance(self.generator, torch.Generator):
            self.generator.set_state(state)
        elif self.generator is not None:
            for generator, one in zip(self.generator, state, strict=True):
                generator.set_state(one)


def make_scheduler(schedule: Schedule, name: str) -> Any:
    """The scheduler of diffusers behind a name, on a model's own training schedule, reading the network's own output."""
    kind, extra = SOLVERS[name]
    config = {**schedule.config, "prediction_type": schedule.prediction, **extra}
    return kind.from_config(config)  # type: ignore[attr-defined]


def _levels(scheduler: Any, schedule: Schedule, kept_sigmas: bool) -> list[tuple[float, float, float]]:
    """(time, alpha-bar before, alpha-bar after) of every step."""
    times = [float(t) for t in scheduler.timesteps]
    if hasattr(scheduler, "sigmas") and len(scheduler.sigmas) == len(times) + 1:
        # Solvers that keep sigmas: alpha-bar = 1 / (1 + sigma^2).
        bars = [1.0 / (1.0 + float(s) ** 2) for s in scheduler.sigmas]
        return [(t, bars[i], bars[i + 1]) for i, t in enumerate(times)]
    alphas = schedule.alphas
    now = [float(alphas[int(t)]) for t in times]
    if isinstance(scheduler, DDIMScheduler):
        # DDIM steps by a fixed distance; with linspace or trailing the next step may begin one time beside its end.
        gap = schedule.count // len(times)
        after = [t - gap for t in times]
    else:
        after = [*times[1:], -1.0]
    final = 1.0 if isinstance(scheduler, DDPMScheduler) else schedule.final
    return [(t, a, float(alphas[int(s)]) if s >= 0 else final) for t, a, s in zip(times, now, after, strict=True)]

"""Noise levels and the conversions between noise, picture and velocity, in one place.

Notation: `now` is the share of signal (alpha-bar) at the noise level of a latent, `x = sqrt(now) x0 + sqrt(1 - now) e`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import DDPMScheduler
from torch import Tensor

SMALLEST = 1e-7
"""Zero-terminal-SNR schedules end at alpha-bar 0, where noise does not determine the picture; clamped here, once."""

_HARD = 1e-4
"""Alpha-bar below which noise in fp32 no longer determines the picture to four digits."""

Level = float | Tensor
"""One number, or one per row, shape (rows,)."""


@dataclass(frozen=True)
class Step:
    """One step of a generation, from the noise level `now` to the cleaner level `next`."""

    index: int
    count: int
    time: Level
    """The network's time step: fractional for some solvers, one per row in training."""
    now: Level
    """Alpha-bar before the step."""
    next: Level
    """Alpha-bar after it; below 1 even after the last step of SD's DDIM (`set_alpha_to_one` False)."""

    @property
    def last(self) -> bool:
        return self.index == self.count - 1

    def pick(self, rows: list[int]) -> "Step":
        """The step for some rows only; a no-op unless every row has its own time."""

        def chosen(value: Level) -> Level:
            return value[rows] if isinstance(value, Tensor) and value.ndim else value

        return Step(self.index, self.count, chosen(self.time), chosen(self.now), chosen(self.next))


def wide(level: Level, like: Tensor) -> Level:
    """A level that broadcasts over a latent: (rows,) becomes (rows, 1, 1, 1); numbers pass."""
    if isinstance(level, Tensor) and level.ndim:
        return level.to(like.device, like.dtype).view(-1, *[1] * (like.ndim - 1))
    return float(level)


def root(level: Level) -> Level:
    return level**0.5


def precise(schedule: "Schedule", step: Step, x: Tensor) -> Tensor:
    """`x`, in fp64 where a step of a velocity or picture network begins at next to no signal.

    There noise and latent are nearly the same, and the picture is their difference divided by root(now): fp32 noise
    would lose it. What is made of `x` follows its precision; the caller goes back to `x.dtype` after the step.
    """
    hard = schedule.prediction != "epsilon" and isinstance(step.now, float) and step.now < _HARD
    return x.double() if hard else x


class Schedule:
    """The training schedule of a base model, from its scheduler's configuration."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config: dict[str, Any] = {k: v for k, v in config.items() if not k.startswith("_")}
        betas = {k: self.config[k] for k in _BETA_KEYS if self.config.get(k) is not None}
        self.alphas: Tensor = DDPMScheduler(**betas).alphas_cumprod.clamp(min=SMALLEST)
        self.prediction: str = self.config.get("prediction_type", "epsilon")
        self.final: float = 1.0 if self.config.get("set_alpha_to_one", True) else float(self.alphas[0])

    @property
    def count(self) -> int:
        return len(self.alphas)

    def training_step(self, times: Tensor) -> Step:
        """A step with one time per row, shape (rows,), for training losses."""
        now = self.alphas.to(times.device)[times]
        before = torch.where(times > 0, self.alphas.to(times.device)[(times - 1).clamp(min=0)], torch.ones_like(now))
        return Step(0, 1, times, now, before)

    def add_noise(self, x0: Tensor, noise: Tensor, now: Level) -> Tensor:
        """The clean latent at noise level `now`."""
        level = wide(now, x0)
        return root(level) * x0 + root(1 - level) * noise

    def picture(self, x: Tensor, noise: Tensor, now: Level) -> Tensor:
        """The clean latent that `x` would be if `noise` is what it holds."""
        level = wide(now, x)
        return (x - root(1 - level) * noise) / root(level)

    def noise_from(self, output: Tensor, x: Tensor, now: Level) -> Tensor:
        """The network's output, whatever it was trained to say, as noise."""
        if self.prediction == "epsilon":
            return output
        level = wide(now, x)
        if self.prediction == "v_prediction":
            return root(level) * output + root(1 - level) * x
        return (x - root(level) * output) / root(1 - level)

    def output_from(self, noise: Tensor, x: Tensor, now: Level) -> Tensor:
        """What the network should say for `noise`; the inverse of `noise_from`. For velocity losses."""
        if self.prediction == "epsilon":
            return noise
        level = wide(now, x)
        if self.prediction == "v_prediction":
            return (noise - root(1 - level) * x) / root(level)
        return (x - root(1 - level) * noise) / root(level)

    def target(self, x0: Tensor, noise: Tensor, now: Level) -> Tensor:
        """The training target of the network for a known picture and noise."""
        if self.prediction == "epsilon":
            return noise
        level = wide(now, x0)
        if self.prediction == "v_prediction":
            return root(level) * noise - root(1 - level) * x0
        return x0


_BETA_KEYS = (
    "beta_start",
    "beta_end",
    "beta_schedule",
    "num_train_timesteps",
    "trained_betas",
    "rescale_betas_zero_snr",
)

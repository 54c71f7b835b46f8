"""The only training loop.

A method brings groups of weights and a function from a step to named loss parts; the loop brings the optimiser, warm-up,
clipping, accumulation, progress and cancel (`run.track`), curves (`run.log`), the way back after a not-a-number, and
going on after a stop. Every step draws from a generator of its own, so step 300 is the same whether the training ran
through or was resumed at 299.
"""

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

from core.contract.errors import UserError
from core.training.state import SavedState

if TYPE_CHECKING:
    from core.engine.run import Run

Losses = Mapping[str, Tensor]
"""Weighted parts of a loss by name; their sum is what is minimised, each is a curve."""
Loss = Callable[[int, torch.Generator], Losses]
"""(step, the step's own random numbers on the CPU) -> parts."""

_CURVE_POINTS = 100


@dataclass(frozen=True)
class Group:
    """Weights that share a learning rate."""

    weights: Sequence[nn.Parameter]
    rate: float
    decay: float = 1e-2
    """Decoupled weight decay (AdamW)."""


@dataclass(frozen=True)
class Settings:
    """How to train. The defaults are AdamW's own and those of the Break-A-Scene code."""

    steps: int
    warmup: int = 0
    """Steps over which the rate rises linearly from 0."""
    fall: Literal["constant", "linear", "cosine"] = "constant"
    """How the rate goes on after the warm-up; "linear" and "cosine" end at 0."""
    clip: float = 1.0
    """Largest norm of the whole gradient; 0 switches clipping off."""
    accumulate: int = 1
    """Draws whose gradients are averaged into one update."""
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    keep_every: int = 25
    """Steps between copies of the weights to go back to after a not-a-number; 0 keeps none (large models)."""
    retreats: int = 3
    """How often to go back, each time with half the rate, before giving up."""


@dataclass(frozen=True)
class Fitted:
    """What a training was like."""

    steps: int
    seconds: float
    """Of this sitting; a resumed training counts from where it went on."""
    losses: dict[str, float] = field(default_factory=dict)
    """Mean of every part, and of their sum ("loss"), over the last tenth of the steps."""
    first: dict[str, float] = field(default_factory=dict)
    """The same over the first tenth."""
    retreats: int = 0


def fit(
    groups: Sequence[Group], loss: Loss, run: "Run", settings: Settings, *, label: str = "Training",
    after: Callable[[int], None] | None = None, state: SavedState | None = None,
) -> Fitted:  # fmt: skip
    """Train. The weights are changed in place; putting them back is the affair of the block that lent them.

    Args:
        label: names the training in progress, curves and saved state; also part of the random seed.
        after: called with the step's number after every update (normalising a word, showing a map).
        state: where to save now and then, and from where to go on.

    Raises:
        Cancelled: the person stopped it.
        UserError: the loss stayed not-a-number after every way back.
    """
    loop = _Loop(groups, loss, run, settings, label)
    begin = loop.resume(state) if state is not None else 0
    loop.snapshot(begin)
    began = time.monotonic()
    for step in run.track(range(begin, settings.steps), label):
        loop.advance(step)
        if after is not None:
            after(step)
        if state is not None and state.due():
            state.write(label, step + 1, loop.tensors())
    loop.optimiser.zero_grad(set_to_none=True)
    return Fitted(
        settings.steps - begin, time.monotonic() - began, loop.mean(last=True), loop.mean(last=False), loop.retreats
    )


class _Loop:
    def __init__(self, groups: Sequence[Group], loss: Loss, run: "Run", settings: Settings, label: str) -> None:
        self.weights = [w for group in groups for w in group.weights]
        if not self.weights:
            raise ValueError("nothing to train")
        self.loss, self.run, self.settings, self.label = loss, run, settings, label
        self.rates = [g.rate for g in groups]
        self.optimiser = torch.optim.AdamW(
            [{"params": list(g.weights), "lr": g.rate, "weight_decay": g.decay} for g in groups],
            betas=settings.betas, eps=settings.eps,
        )  # fmt: skip
        self.retreats = 0
        self._kept: tuple[int, dict[str, Tensor]] | None = None
        self._history: list[dict[str, float]] = []

    def advance(self, step: int) -> None:
        """One update. After a not-a-number: back to the last good copy with half the rate, and once more."""
        while True:
            parts = self._gradients(step)
            if parts is not None:
                break
            self._retreat(step)
        self._set_rates(step)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self._history.append(parts)
        self._log(step)
        if self.settings.keep_every and (step + 1) % self.settings.keep_every == 0:
            self.snapshot(step + 1)

    def _gradients(self, step: int) -> dict[str, float] | None:
        """The mean gradient of the step's draws, clipped; the parts as numbers, or None when something is not finite."""
        total: dict[str, float] = {}
        for draw in range(self.settings.accumulate):
            parts = self.loss(step, self._generator(step, draw))
            whole = torch.stack([p.float() for p in parts.values()]).sum() / self.settings.accumulate
            if not bool(torch.isfinite(whole)):
                self.optimiser.zero_grad(set_to_none=True)
                return None
            if whole.requires_grad:
                whole.backward()  # type: ignore[no-untyped-call]
            for name, part in parts.items():
                total[name] = total.get(name, 0.0) + float(part.detach()) / self.settings.accumulate
        norm = torch.nn.utils.clip_grad_norm_(self.weights, self.settings.clip or math.inf)
        if not bool(torch.isfinite(norm)):
            self.optimiser.zero_grad(set_to_none=True)
            return None
        return {**total, "loss": sum(total.values())}

    def _generator(self, step: int, draw: int) -> torch.Generator:
        # The number of retreats is part of the seed: the same draw might end in the same not-a-number.
        text = f"{self.run.seed}/{self.label}/{step}/{draw}/{self.retreats}"
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")
        return torch.Generator().manual_seed(seed)

    def _set_rates(self, step: int) -> None:
        share = rate_at(step, self.settings) * 0.5**self.retreats
        for group, rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = rate * share

    def _log(self, step: int) -> None:
        every = max(1, self.settings.steps // _CURVE_POINTS)
        if (step + 1) % every == 0:
            recent = self._history[-every:]
            numbers = {name: sum(h[name] for h in recent) / len(recent) for name in recent[-1]}
            self.run.log(f"{self.label}, step {step + 1}", step=float(step + 1), **numbers)

    def mean(self, last: bool) -> dict[str, float]:
        tenth = max(1, len(self._history) // 10)
        chosen = self._history[-tenth:] if last else self._history[:tenth]
        return {name: sum(h[name] for h in chosen) / len(chosen) for name in chosen[-1]} if chosen else {}

    # --- copies ---------------------------------------------------------------------------------------------------

    def snapshot(self, step: int) -> None:
        if self.settings.keep_every:
            self._kept = (step, {k: t.detach().cpu().clone() for k, t in self.tensors().items()})

    def _retreat(self, step: int) -> None:
        self.retreats += 1
        if self.retreats > self.settings.retreats or self._kept is None:
            raise UserError(f"'{self.label}' came to numbers that are not finite at step {step + 1} and could not go on.",
                            "Lower the learning rate, or train in float32 or bfloat16.")  # fmt: skip
        kept, tensors = self._kept
        self._put(tensors)
        self.run.log(
            f"{self.label}: not a number at step {step + 1}; back to the weights of step {kept}, with half the rate"
        )

    def tensors(self) -> dict[str, Tensor]:
        """Weights and the optimiser's memory, by name."""
        found: dict[str, Tensor] = {}
        for i, weight in enumerate(self.weights):
            found[f"weight/{i}"] = weight.detach()
            for name, value in self.optimiser.state.get(weight, {}).items():
                found[f"{name}/{i}"] = value.detach() if isinstance(value, Tensor) else torch.tensor(float(value))
        return found

    def _put(self, tensors: Mapping[str, Tensor]) -> None:
        with torch.no_grad():
            for i, weight in enumerate(self.weights):
                weight.copy_(tensors[f"weight/{i}"])
                memory: dict[str, Any] = {}
                for name in ("step", "exp_avg", "exp_avg_sq"):
                    if f"{name}/{i}" in tensors:
                        # AdamW counts its steps on the CPU.
                        memory[name] = tensors[f"{name}/{i}"].clone().to("cpu" if name == "step" else weight.device)
                self.optimiser.state[weight] = memory
        self.optimiser.zero_grad(set_to_none=True)

    def resume(self, state: SavedState) -> int:
        """The step to go on at: 0, or where the saved state of this training ended."""
        if state.label != self.label:
            return 0
        step, tensors = state.read()
        shapes = {f"weight/{i}": w.shape for i, w in enumerate(self.weights)}
        if any(name not in tensors or tensors[name].shape != shape for name, shape in shapes.items()):
            self.run.log(f"{self.label}: the saved state belongs to other weights and is left aside")
            return 0
        self._put(tensors)
        self.run.log(f"{self.label}: going on at step {step + 1}")
        return min(step, self.settings.steps)


def rate_at(step: int, settings: Settings) -> float:
    """Share of the full learning rate at a step, 0..1."""
    if step < settings.warmup:
        return (step + 1) / settings.warmup
    done = (step - settings.warmup) / max(1, settings.steps - settings.warmup)
    if settings.fall == "linear":
        return 1 - done
    return (1 + math.cos(math.pi * done)) / 2 if settings.fall == "cosine" else 1.0

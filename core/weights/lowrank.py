"""Low-rank layers beside the network's own, as forward hooks: `out + gain * scale * up(down(x))`.

Parameter names of the network stay as they are (peft would rename them), trained and loaded layers agree to the bit,
and a gain of 0 is free.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.contract.errors import UserError
from core.models.conditioning import has_label
from core.models.model import Model


@dataclass
class Gain:
    """How strongly a patch acts now: a number for all rows, or one per row label (rows without a label get 0).

    Live for low-rank changes; full changes were written with the strength they were attached with. Outside a network
    pass (text encoders) only a plain number acts.
    """

    value: float | Mapping[str, float] = 1.0

    def of_rows(self, labels: tuple[str, ...]) -> float | list[float]:
        """One number when all rows agree, else one per row."""
        if not isinstance(self.value, Mapping):
            return float(self.value)
        values = [self._of(label) for label in labels]
        return values[0] if len(set(values)) == 1 else values

    def _of(self, label: str) -> float:
        assert isinstance(self.value, Mapping)
        fitting = [name for name in self.value if has_label(label, name)]
        return float(self.value[max(fitting, key=len)]) if fitting else 0.0


class LowRankLayer(nn.Module):
    """The two factors beside one linear or convolution layer. `up` starts at zero, so a new layer changes nothing."""

    def __init__(self, down: Tensor, up: Tensor, alpha: float) -> None:
        super().__init__()
        self.down = nn.Parameter(down)
        self.up = nn.Parameter(up)
        self.alpha = float(alpha)

    @staticmethod
    def beside(
        layer: nn.Module, rank: int, alpha: float | None = None, generator: torch.Generator | None = None
    ) -> "LowRankLayer":
        """New factors for a layer: down ~ kaiming-uniform (as peft), up = 0, alpha = rank unless said."""
        weight: Tensor = layer.weight  # type: ignore[assignment]
        inputs = weight.shape[1:].numel()
        bound = (1 / inputs) ** 0.5  # kaiming_uniform with a = sqrt(5)
        down = (torch.rand((rank, *weight.shape[1:]), generator=generator) * 2 - 1) * bound
        up = torch.zeros((weight.shape[0], rank, *[1] * (weight.ndim - 2)))
        return LowRankLayer(down.to(weight.device), up.to(weight.device), float(rank if alpha is None else alpha))

    @property
    def rank(self) -> int:
        return int(self.down.shape[0])

    @property
    def scale(self) -> float:
        return self.alpha / self.rank

    def change(self, layer: nn.Module, inputs: Tensor) -> Tensor:
        """What the layer's output changes by at gain 1."""
        down, up = self.down.to(inputs.dtype), self.up.to(inputs.dtype)
        if down.ndim == 2:
            return functional.linear(functional.linear(inputs, down), up) * self.scale
        assert isinstance(layer, nn.Conv2d)
        middle = functional.conv2d(inputs, down, None, layer.stride, layer.padding, layer.dilation)
        return functional.conv2d(middle, up) * self.scale

    def delta(self) -> Tensor:
        """The weight change as one tensor, like the layer's weight."""
        flat = self.up.flatten(1) @ self.down.flatten(1)
        return flat.view(self.up.shape[0], *self.down.shape[1:]) * self.scale


@contextmanager
def beside_layers(model: Model, layers: Mapping[str, LowRankLayer], gain: Gain) -> Iterator[None]:
    """Run low-rank layers beside the model's modules (paths with component) while the block lasts.

    Raises:
        UserError: a layer that the model lacks or that has another shape.
    """
    handles = []
    try:
        for path, low in layers.items():
            module = _fitting_module(model, path, low)
            handles.append(module.register_forward_hook(_change_by(model, low, gain)))
        yield
    finally:
        for handle in handles:
            handle.remove()


def _fitting_module(model: Model, path: str, low: LowRankLayer) -> nn.Module:
    try:
        module = model.module(path)
    except (AttributeError, KeyError) as error:
        raise UserError(f"This low-rank patch changes '{path}', which {model.family.title} does not have.",
                        "It belongs to another model family.") from error  # fmt: skip
    weight = getattr(module, "weight", None)
    wanted = (low.up.shape[0], *low.down.shape[1:])
    if weight is None or tuple(weight.shape) != tuple(wanted):
        has = tuple(weight.shape) if weight is not None else "none"
        raise UserError(f"This low-rank patch does not fit: '{path}' wants a weight of {wanted}, the model has {has}.",
                        "It belongs to another model family.")  # fmt: skip
    return module


def _change_by(model: Model, low: LowRankLayer, gain: Gain) -> Any:
    def hook(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor | None:
        now = model.now
        amount = _plain(gain) if now is None else gain.of_rows(now.labels)
        if amount == 0.0:
            return None
        change = low.change(module, inputs[0])
        if isinstance(amount, list):
            rows = torch.tensor(amount, dtype=change.dtype, device=change.device)
            return output + rows.view(-1, *[1] * (change.ndim - 1)) * change
        return output + (change if amount == 1.0 else amount * change)

    return hook


def _plain(gain: Gain) -> float:
    return 0.0 if isinstance(gain.value, Mapping) else float(gain.value)

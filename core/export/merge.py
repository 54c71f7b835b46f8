"""A model's weights with patches written in, without touching the model."""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.models.model import Model
from core.weights.patch import FullDelta, WeightPatch

State = dict[str, dict[str, Tensor]]
"""State dict of every component (`unet`, `vae`, `text`, `text2`)."""


def merged(model: Model, patches: Sequence[tuple[WeightPatch, float]] = (), dtype: torch.dtype | None = None) -> State:
    """All weights, changed by patches with their strengths, in one number type.

    Sums are made in fp32, as `WeightPatch.attach` does, so a full change exported alone is equal to the bit.

    Args:
        dtype: None keeps each weight's own type.

    Raises:
        UserError: a patch of another family, a layer that does not fit, or numbers too large for the type.
    """
    state: State = {name: dict(part.state_dict()) for name, part in model.components.items()}
    for patch, strength in patches:
        patch.check(model)
        for path, delta in patch.deltas.items():
            key = path if isinstance(delta, FullDelta) else f"{path}.weight"
            change = delta.change if isinstance(delta, FullDelta) else delta.full()
            component, _, name = key.partition(".")
            old = state.get(component, {}).get(name)
            if old is None or old.shape != change.shape:
                has = "no such weight" if old is None else f"shape {tuple(old.shape)}"
                raise UserError(f"The patch does not fit: it changes '{key}' {tuple(change.shape)}, the model has {has}.",
                                "It belongs to another model family.")  # fmt: skip
            state[component][name] = (old.float() + strength * change.to(old.device, torch.float32)).to(old.dtype)
    return state if dtype is None else {part: _cast(tensors, dtype) for part, tensors in state.items()}


def _cast(tensors: dict[str, Tensor], dtype: torch.dtype) -> dict[str, Tensor]:
    out = {}
    for key, tensor in tensors.items():
        out[key] = tensor.to(dtype) if tensor.is_floating_point() else tensor
        if dtype == torch.float16 and tensor.is_floating_point() and not torch.isfinite(out[key]).all():
            raise UserError(f"'{key}' holds numbers too large for fp16.", "Export with precision fp32.")
    return out

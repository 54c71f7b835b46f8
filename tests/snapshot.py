"""Everything a method must leave behind as it found it, as one comparable value."""

import hashlib
from typing import Any

import torch
from torch import Tensor

from core.models.model import Model

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks", "_state_dict_hooks")


def snapshot(model: Model) -> dict[str, Any]:
    """Weights to the bit and by address, gradients, processors and module hooks by identity, words, modes.

    Compare two with `changes`, which names what differs.
    """
    found: dict[str, Any] = {
        "hooked": model.hooked,
        "pass": model.now,
        "grad mode": torch.is_grad_enabled(),
        "schedule": id(model.schedule),
        "components": {k: id(v) for k, v in model.components.items()},
    }
    for i, encoder in enumerate(model.text):
        found[f"words of encoder {i}"] = {name: _bytes(v) for name, v in encoder.added.items()}
        found[f"vocabulary of encoder {i}"] = dict(encoder.vocabulary._added)
        found[f"tokenizer of encoder {i}"] = len(encoder.vocabulary.tokenizer)
    for component, root in model.components.items():
        found[f"{component} order"] = tuple(root.state_dict())
        for name, tensor in [*root.named_parameters(), *root.named_buffers()]:
            found[f"{component}.{name}"] = (_bytes(tensor), tensor.data_ptr(), id(tensor), tensor.requires_grad)
            found[f"{component}.{name} gradient"] = tensor.grad is not None
        for name, module in root.named_modules():
            found[f"{component}.{name} hooks"] = {h: tuple(map(id, getattr(module, h).values())) for h in _HOOKS}
            found[f"{component}.{name} mode"] = module.training
            for attribute in ("processor", "_gradient_checkpointing_func", "gradient_checkpointing", "forward"):
                if attribute in vars(module):
                    value = vars(module)[attribute]
                    found[f"{component}.{name}.{attribute}"] = value if isinstance(value, bool) else id(value)
    return found


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Names of what differs; empty when a method left no trace."""
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]


def _bytes(tensor: Tensor) -> str:
    return hashlib.sha256(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes()).hexdigest()

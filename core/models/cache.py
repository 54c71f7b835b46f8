"""How many models stay on the device, and the one place that lends them out."""

import gc
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from core.contract.fields import ModelRef
from core.models.loading import load
from core.models.model import Model

Loader = Callable[[ModelRef, torch.dtype, str], Model]
Key = tuple[ModelRef, torch.dtype, str]
log = logging.getLogger(__name__)


@dataclass
class _Loan:
    """A model at home: what it looked like when it came, and how many blocks hold it."""

    model: Model
    state: tuple[Any, ...]
    holders: int = 0


class ModelCache:
    """Keeps the most recently lent models. A model that comes back changed is not lent again but loaded anew."""

    def __init__(
        self, capacity: int = 1, loader: Loader = load, dtype: torch.dtype = torch.float32, device: str = "cpu"
    ) -> None:
        """`capacity` counts models (one dtype and device of one reference), at least 1."""
        self.capacity = max(1, capacity)
        self.dtype = dtype
        self.device = device
        self._loader = loader
        self._loans: OrderedDict[Key, _Loan] = OrderedDict()

    @contextmanager
    def lend(self, ref: ModelRef, dtype: torch.dtype | None = None, device: str | None = None) -> Iterator[Model]:
        """A model for the length of a block. Lending what is lent already gives the same object."""
        key = (ref, dtype or self.dtype, device or self.device)
        loan = self._loans.get(key)
        if loan is None:
            self._make_room(1)
            model = self._loader(*key)
            _settle(model)
            loan = self._loans[key] = _Loan(model, _state(model))
        self._loans.move_to_end(key)
        loan.holders += 1
        try:
            yield loan.model
        finally:
            loan.holders -= 1
            if not loan.holders:
                self._take_back(key, loan)

    def drop(self, ref: ModelRef | None = None) -> None:
        """Forget a model, or all, in every dtype; what is lent out stays until its block ends."""
        for key in [k for k, loan in self._loans.items() if ref in (None, k[0]) and not loan.holders]:
            del self._loans[key]
        _give_back_memory()

    def __contains__(self, ref: ModelRef) -> bool:
        return any(key[0] == ref for key in self._loans)

    def _make_room(self, coming: int) -> None:
        idle = [key for key, loan in self._loans.items() if not loan.holders]
        gone = idle[: max(0, len(self._loans) + coming - self.capacity)]
        for key in gone:
            del self._loans[key]
        if gone:
            _give_back_memory()

    def _take_back(self, key: Key, loan: _Loan) -> None:
        # Remembered text features are keyed by the encoders' weights, not by hooks on them: a new borrower starts fresh.
        loan.model.forget_prompts()
        if _state(loan.model) != loan.state:
            log.warning("The model '%s' came back changed; it will be loaded again.", key[0])
            if self._loans.get(key) is loan:
                del self._loans[key]
        self._make_room(0)


def _settle(model: Model) -> None:
    """Use the text encoders once: transformers hangs hooks of its own on them then, which no job must be blamed for."""
    with torch.no_grad():
        model.encode_prompts([""])
    model.forget_prompts()


def _state(model: Model) -> tuple[Any, ...]:
    """What a job must leave as it was, as far as it can be told without reading weights.

    Module hooks, attention processors, addresses of the weights (a patch swaps them) and whether they learn, word
    tables, and whether a `hooked` block is open.
    """
    hooks = weights = 0
    processors: list[int] = []
    for part in model.components.values():
        for module in part.modules():
            hooks += len(module._forward_hooks) + len(module._forward_pre_hooks) + int(module.training)
            processors.append(id(getattr(module, "processor", None)))
        for parameter in part.parameters():
            weights = hash(
                (weights, parameter.data_ptr(), parameter.dtype, parameter._version, parameter.requires_grad)
            )
    return model.hooked, model.now is None, hooks, tuple(processors), weights, tuple(model.words)


def _give_back_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()

"""The state of an unfinished training on disk: weights, the optimiser's memory and the step, so that it can go on."""

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.contract.assets import write_atomic
from core.contract.fields import JSON

METADATA = "concept_studio_training"


class SavedState:
    """One safetensors file, renewed now and then. Random numbers need no saving: every step has a generator of its own."""

    def __init__(self, folder: Path, recipe: Mapping[str, JSON], every: float = 300.0) -> None:
        """
        Args:
            folder: where such files lie.
            recipe: all that decides the training (method, parameters, model, seed); another recipe, another file.
            every: seconds between writes; 0 writes after every step.
        """
        digest = hashlib.sha256(json.dumps(dict(recipe), sort_keys=True).encode()).hexdigest()[:32]
        self.path = folder / f"{digest}.safetensors"
        self.every = every
        self.notes: dict[str, JSON] = {}
        """Small facts that travel with the state (a phase's result)."""
        self.label = ""
        """Which training the file holds; empty when there is none."""
        self._step = 0
        self._last = time.monotonic()
        self._peek()

    def due(self) -> bool:
        return time.monotonic() - self._last >= self.every

    def write(self, label: str, step: int, tensors: Mapping[str, Tensor]) -> None:
        """Replace the file, whole or not at all.

        Raises:
            UserError: the disk is full.
        """
        ready = {name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}
        meta = json.dumps({"label": label, "step": step, "notes": self.notes}, sort_keys=True)
        write_atomic(self.path, save(ready, {METADATA: meta}))
        self.label, self._step, self._last = label, step, time.monotonic()

    def read(self) -> tuple[int, dict[str, Tensor]]:
        """Number of steps done, and the tensors."""
        with safe_open(self.path, "pt") as file:
            return self._step, {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118

    def remove(self) -> None:
        """The training is over."""
        self.path.unlink(missing_ok=True)
        self.label = ""

    def _peek(self) -> None:
        if not self.path.exists():
            return
        try:
            with safe_open(self.path, "pt") as file:
                meta = json.loads((file.metadata() or {}).get(METADATA, "{}"))
        except (SafetensorError, OSError, ValueError):
            self.path.unlink(missing_ok=True)  # damaged: the training begins anew
            return
        self.label, self._step = str(meta.get("label", "")), int(meta.get("step", 0))
        self.notes = dict(meta.get("notes", {}))

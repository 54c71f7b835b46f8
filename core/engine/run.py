"""What a method receives beside its parameters: the only way to the outside."""

import copy
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TypeVar

import torch
from PIL import Image
from torch import Tensor

from core.contract.assets import AssetStore
from core.contract.errors import Cancelled
from core.contract.fields import JSON, ConceptRef, ImageRef, MaskRef, ModelRef, PatchRef
from core.engine.concepts import Concept
from core.models.model import Model
from core.models.pictures import mask_to_tensor, png, read_mask, read_picture, to_mask, to_pictures, to_tensor
from core.weights.patch import WeightPatch

T = TypeVar("T")
_PREVIEW_GAP = 0.3
"""Seconds between previews."""


class Listener(Protocol):
    """Who hears what a run has to say: the worker (messages), the command line (lines), a test (lists)."""

    def progress(self, label: str, done: int, total: int | None, seconds_left: float | None) -> None: ...
    def preview(self, picture: Image.Image, label: str = "") -> None: ...
    def log(self, text: str, numbers: dict[str, float]) -> None: ...
    def cancelled(self) -> bool: ...


class Silence:
    """Hears everything and does nothing; keeps curves for tests. `stop_after` cancels at that many track items."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.curves: list[dict[str, float]] = []
        self.texts: list[str] = []
        self.previews = 0
        self.items = 0
        self.stop_after = stop_after

    def progress(self, label: str, done: int, total: int | None, seconds_left: float | None) -> None:
        self.items += 1

    def preview(self, picture: Image.Image, label: str = "") -> None:
        self.previews += 1

    def log(self, text: str, numbers: dict[str, float]) -> None:
        self.texts.append(text)
        self.curves.append(numbers)

    def cancelled(self) -> bool:
        return self.stop_after is not None and self.items >= self.stop_after


Lend = Callable[[ModelRef], AbstractContextManager[Model]]
"""Lends a model out of a cache for the length of a block."""


class Run:
    """One job's surroundings. In a test it is made of a temporary store, a lending function and `Silence`."""

    def __init__(
        self, assets: AssetStore, lend: Lend, model_ref: ModelRef = "pocket", seed: int = 0,
        listener: Listener | None = None,
    ) -> None:  # fmt: skip
        self.assets = assets
        self.seed = seed
        self.model_ref = model_ref
        self.listener: Listener = listener or Silence()
        self.generator = torch.Generator().manual_seed(seed)
        self._lend = lend
        self._last_preview: dict[str, float] = {}
        self.data: dict[str, str] = {}
        """What `keep_data` stored, by name; goes into the outcome. Shared with the views `at_seed` makes."""

    def at_seed(self, seed: int) -> "Run":
        """The same run seen from another seed, e.g. that of the second batch of pictures."""
        other = copy.copy(self)
        other.seed = seed
        return other

    @contextmanager
    def model(self, ref: ModelRef | None = None) -> Iterator[Model]:
        """The job's base model, or another one, borrowed for the length of the block."""
        with self._lend(ref or self.model_ref) as model:
            yield model

    def track(self, items: Iterable[T], label: str) -> Iterator[T]:
        """Pass items on, saying how far it is; the place where a job can be cancelled.

        Raises:
            Cancelled: the person stopped the job.
        """
        total = len(items) if isinstance(items, Sized) else None
        began = time.monotonic()
        for done, item in enumerate(items):
            self.check()
            spent = time.monotonic() - began
            left = spent / done * (total - done) if total is not None and done else None
            self.listener.progress(label, done, total, left)
            yield item
        self.check()
        if total:
            self.listener.progress(label, total, total, 0.0)

    def check(self) -> None:
        """Raises `Cancelled` when the person stopped the job."""
        if self.listener.cancelled():
            raise Cancelled

    def preview(self, make: Callable[[], Image.Image], label: str = "") -> None:
        """Show a picture in the making; `make` is only called when enough time has passed.

        Args:
            label: what a live map shows, in words; it then stands beside the picture in the making, not in its place.
        """
        if time.monotonic() - self._last_preview.get(label, -_PREVIEW_GAP) >= _PREVIEW_GAP:
            self.listener.preview(make(), label)
            self._last_preview[label] = time.monotonic()

    def log(self, text: str, **numbers: float) -> None:
        """A line for the log; numbers become curves in the queue panel."""
        self.listener.log(text, numbers)

    def noise(self, shape: Sequence[int]) -> Tensor:
        """Normal noise from the run's own generator, drawn on the CPU."""
        return torch.randn(tuple(shape), generator=self.generator)

    # --- pictures and files -------------------------------------------------------------------------------------

    def picture(self, ref: ImageRef) -> Image.Image:
        """A stored picture, RGB."""
        return read_picture(self.assets.path(ref), self._name(ref))

    def pixels(self, ref: ImageRef) -> Tensor:
        """A stored picture as (1, 3, h, w) in -1..1."""
        return to_tensor(self.picture(ref))

    def mask(self, ref: MaskRef, size: tuple[int, int] | None = None) -> Tensor:
        """A stored mask as (1, 1, h, w) in 0..1; `size` (width, height) is checked."""
        return mask_to_tensor(read_mask(self.assets.path(ref), size, self._name(ref)))

    def keep_picture(self, picture: Image.Image | Tensor, **origin: Any) -> ImageRef:
        """Store a picture, or a tensor (1, 3, h, w) in -1..1."""
        if isinstance(picture, Tensor):
            picture = to_pictures(picture)[0]
        return self.assets.put(png(picture), "png", {"seed": self.seed, **origin})

    def keep_mask(self, inside: Any, **origin: Any) -> MaskRef:
        """Store a mask: an "L" picture, or (h, w) boolean or 0..1."""
        mask = inside if isinstance(inside, Image.Image) else to_mask(inside)
        return self.assets.put(png(mask), "png", origin)

    def keep_data(self, name: str, value: JSON | Image.Image, **origin: JSON) -> str:
        """Store what a view of the window draws: JSON, or a picture whose meaning its origin tells.

        A second value under one name takes another number: "x-ray", "x-ray 2".
        """
        if isinstance(value, Image.Image):
            asset = self.assets.put(png(value), "png", {"data": name, **origin})
        else:
            asset = self.assets.put(json.dumps(value).encode(), "json", {"data": name, **origin})
        taken = sum(known.partition(" ")[0] == name for known in self.data)
        self.data[name if not taken else f"{name} {taken + 1}"] = asset
        return asset

    def keep_patch(self, patch: WeightPatch, **about: Any) -> PatchRef:
        return self.assets.put(patch.to_bytes(about), "safetensors", {"patch": about})

    def patch(self, ref: PatchRef) -> WeightPatch:
        return WeightPatch.load(self.assets.path(ref))

    def concept(self, ref: ConceptRef) -> Concept:
        return Concept.read(self.assets.path(ref))

    def _name(self, ref: str) -> str:
        """What the person calls a stored file."""
        return str(self.assets.origin(ref).get("file") or ref[:12])

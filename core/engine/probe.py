"""Short measurements of a model on this machine, kept in a file so that they are made once."""

import copy
import gc
import hashlib
import json
import logging
import os
import platform
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import platformdirs
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from core.contract.assets import write_atomic
from core.contract.errors import UserError
from core.models.model import Model
from core.models.schedule import Step

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measure:
    """What one call took."""

    seconds: float
    bytes: int
    """Most memory alive at once beyond weights and inputs."""


class Measurements:
    """A JSON file of measures, keyed by machine, torch version, model identity and the call's shape."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` defaults to the user's cache folder."""
        folder = folder or Path(platformdirs.user_cache_dir("concept-studio", appauthor=False))
        self.path = folder / "measurements.json"
        self.made = 0
        """Measurements made by this object, not read."""
        self._known: dict[str, list[float]] = self._read()

    def network(self, model: Model, height: int, width: int, rows: int, setting: str = "") -> Measure:
        """One call of the U-Net with `rows` rows for a picture of this size in pixels, as the model stands."""
        return self._get(
            model, f"network {width}x{height} {rows} {setting}", lambda: _network(model, height, width, rows)
        )

    def decode(self, model: Model, height: int, width: int, setting: str = "") -> Measure:
        """Decoding one picture."""
        return self._get(model, f"decode {width}x{height} {setting}", lambda: _decode(model, height, width))

    def faster_in_bf16(self, model: Model) -> bool:
        """Whether bf16 is faster than fp32 here: the slowest of three calls beats the fastest of three in fp32."""
        found = self._get(model, "bf16", lambda: Measure(float(_race(model)), 0))
        return bool(found.seconds)

    def _get(self, model: Model, what: str, measure: Callable[[], Measure]) -> Measure:
        key = _key(model, what)
        known = self._known.get(key)
        if known is not None:
            return Measure(known[0], int(known[1]))
        found = measure()
        self.made += 1
        self._known = {**self._read(), **self._known, key: [found.seconds, found.bytes]}
        try:
            write_atomic(self.path, json.dumps(self._known, indent=0, sort_keys=True).encode())
        except UserError as error:
            log.warning("Measurements are not kept: %s", error)
        return found

    def _read(self) -> dict[str, list[float]]:
        try:
            data: Any = json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.warning("The measurements in '%s' cannot be read and are made again: %s", self.path, error)
            return {}
        entries = data.items() if isinstance(data, dict) else ()
        return {
            k: v
            for k, v in entries
            if isinstance(v, list) and len(v) == 2 and all(isinstance(n, int | float) for n in v)
        }


class NotMeasured(Exception):
    """Something would have to be measured that must not be now."""


class Known(Measurements):
    """What was measured already, and nothing else."""

    def __init__(self, other: Measurements) -> None:
        self.path, self.made, self._known = other.path, 0, other._known

    def has(self, model: Model, what: str) -> bool:
        return _key(model, what) in self._known

    def _get(self, model: Model, what: str, measure: Callable[[], Measure]) -> Measure:
        known = self._known.get(_key(model, what))
        if known is None:
            raise NotMeasured(what)
        return Measure(known[0], int(known[1]))


def _key(model: Model, what: str) -> str:
    return (
        f"{machine(model.device)} {model.identity[:16]} {str(model.unet.dtype).removeprefix('torch.')} {what}".strip()
    )


def machine(device: torch.device) -> str:
    """A short key: processor or accelerator, threads, torch version."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{platform.machine()} {_processor()}"
    text = f"{name} {os.cpu_count()} {torch.get_num_threads()} {torch.__version__} {device.type}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def _network(model: Model, height: int, width: int, rows: int) -> Measure:
    shape = model.latent_shape(height, width, rows)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(model.device)
    with torch.no_grad():
        cond = model.encode_prompts([""] * rows, ["prompt"], (height, width))
    extra = int(model.unet.config.in_channels) - shape[1]
    if extra > 0:
        cond = replace(cond, beside=torch.zeros(rows, extra, *shape[2:], device=model.device))
    step = Step(0, 1, 500.0, 0.5, 0.6)
    return _measure(lambda: model.predict(step, x, cond), model.device)


def _decode(model: Model, height: int, width: int) -> Measure:
    shape = model.latent_shape(height, width)
    latents = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(model.device)
    return _measure(lambda: model.decode(latents), model.device)


def _measure(call: Callable[[], object], device: torch.device) -> Measure:
    """Memory in a first call, which also warms up, and time in a second one."""
    with torch.no_grad():
        gc.collect()
        with _watching(device) as peak:
            call()
        began = time.perf_counter()
        call()
        _wait(device)
    return Measure(time.perf_counter() - began, peak())


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _race(model: Model) -> bool:
    """bf16 against fp32 on a picture of half the native side, alternating."""
    side = max(2, model.size // model.factor // 2) * model.factor
    light = replace(model, unet=copy.deepcopy(model.unet).to(torch.bfloat16))
    times: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(3):
        for half, one in ((False, model), (True, light)):
            times[half].append(_network(one, side, side, 2).seconds)
    return max(times[True]) < min(times[False])


@contextmanager
def _watching(device: torch.device) -> Iterator[Callable[[], int]]:
    """Gives a function for the most bytes that were alive at once in the block, beyond those alive before it."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        yield lambda: torch.cuda.max_memory_allocated(device) - before
        return
    with _Living() as living:
        yield lambda: living.most


class _Living(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds up the storages that operations make, and takes them off as they die. Sees tensors, not a kernel's scratch."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.now = self.most = 0
        self._seen: weakref.WeakSet[torch.UntypedStorage] = weakref.WeakSet()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        inputs = {t.untyped_storage().data_ptr() for t in _tensors((args, kwargs or {}))}
        output = func(*args, **(kwargs or {}))
        for tensor in _tensors(output):
            storage = tensor.untyped_storage()
            if storage.data_ptr() in inputs or storage in self._seen:
                continue  # a view or an operation in place
            self._seen.add(storage)
            size = storage.nbytes()
            self.now += size
            self.most = max(self.most, self.now)
            weakref.finalize(storage, self._died, size).atexit = False
        return output

    def _died(self, size: int) -> None:
        self.now -= size


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _tensors(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _tensors(part)

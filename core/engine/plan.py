"""Seconds and memory of a job on this machine, and a smaller plan when it does not fit."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import psutil
import torch
from diffusers.models.attention_processor import AttnProcessor2_0, SlicedAttnProcessor
from torch import nn

from core.engine.probe import Measure, Measurements
from core.hooks.attention import find_sites
from core.models.model import Model

Dtype = Literal["float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class Work:
    """What a job asks of a model. A `Params` class that can say it has a method `work(model) -> Work`."""

    height: int
    width: int
    """Pixels."""
    calls: int
    """U-Net calls in all."""
    rows: int = 2
    """Rows per call: pictures at once, times two under guidance."""
    decodes: int = 1
    """Pictures to decode."""


@dataclass(frozen=True)
class Plan:
    """How a model is run. `dtype` and `device` are decided when it is lent, the rest by `apply`."""

    dtype: Dtype = "float32"
    device: str = "cpu"
    tiled: bool = False
    """Decode in tiles, one picture at a time. Tiles are blended: the picture changes a little."""
    sliced: bool = False
    """Attention one head at a time."""
    offload: bool = False
    """Only the part that works is on the accelerator."""

    @property
    def torch_dtype(self) -> torch.dtype:
        return getattr(torch, self.dtype)  # type: ignore[no-any-return]

    def text(self) -> str:
        parts = [self.dtype, self.tiled and "decoding in tiles", self.sliced and "attention in slices",
                 self.offload and "parts kept in main memory"]  # fmt: skip
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Estimate:
    """What a job will take."""

    seconds: float
    bytes: int
    """Weights and working memory together."""
    working: int
    """Working memory alone: what must still be free once the model is loaded."""
    text: str


def estimate(work: Work, model: Model, plan: Plan, measurements: Measurements) -> Estimate:
    """Seconds and bytes, from measured calls. Time for text, loading and modifiers is not in it."""
    with apply(plan, model):
        network = _at_size(model, work, partial(measurements.network, model, rows=work.rows, setting=_setting(plan)))
        decode = _at_size(model, work, partial(measurements.decode, model, setting=_setting(plan)))
    seconds = work.calls * network.seconds + work.decodes * decode.seconds
    weights = sum(_bytes(part) for part in model.components.values())
    if plan.offload:
        weights = max(_bytes(part) for part in model.components.values())
    working = max(network.bytes, decode.bytes) if work.decodes else network.bytes
    text = f"about {_time(seconds)}, {_size(weights + working)} of memory"
    return Estimate(seconds, weights + working, working, text)


def choose(
    work: Work, model: Model, plan: Plan, measurements: Measurements, changeable: bool = True, free: int | None = None
) -> Plan:
    """The fastest plan that fits.

    Args:
        changeable: whether the dtype may be lowered (a training must not).
        free: bytes that may be used; what is free now by default.
    """
    if changeable and plan.device == "cpu" and plan.dtype == "float32" and measurements.faster_in_bf16(model):
        plan = replace(plan, dtype="bfloat16")
    room = free_memory(plan.device) if free is None else free
    # In the order of what they cost: time and looks are best in the first one. Slicing needs more memory where the fast
    # kernel needs none, so what fits is measured, not assumed.
    best, least = plan, estimate(work, model, plan, measurements).working
    for tiled, sliced in ((True, False), (False, True), (True, True)):
        if least <= room:
            break
        other = replace(plan, tiled=tiled or plan.tiled, sliced=sliced or plan.sliced)
        need = least if other == plan else estimate(work, model, other, measurements).working
        if need < least:
            best, least = other, need
    if least > room and plan.device != "cpu":
        best = replace(best, offload=True)
    return best


def smaller(plan: Plan) -> Plan | None:
    """The next plan that needs less memory and more time; None when there is none."""
    if not plan.tiled:
        return replace(plan, tiled=True)
    if not plan.sliced:
        return replace(plan, sliced=True)
    if not plan.offload and plan.device != "cpu":
        return replace(plan, offload=True)
    return None


@contextmanager
def apply(plan: Plan, model: Model) -> Iterator[None]:
    """Run the model by the plan inside the block; afterwards it is as it was. Not inside a `hooked` block."""
    if model.hooked:
        raise RuntimeError("a plan is applied before the model is hooked")
    with ExitStack() as stack:
        if plan.tiled:
            stack.enter_context(_tiled(model))
        if plan.sliced:
            stack.enter_context(_sliced(model))
        if plan.offload:
            stack.enter_context(offloaded(model, torch.device(plan.device)))
        yield


@contextmanager
def _tiled(model: Model) -> Iterator[None]:
    vae: Any = model.vae
    before = vae.use_tiling, vae.use_slicing
    vae.use_tiling = vae.use_slicing = True
    try:
        yield
    finally:
        vae.use_tiling, vae.use_slicing = before


@contextmanager
def _sliced(model: Model) -> Iterator[None]:
    """Slices only where the plain processor stands: a processor with weights of its own (image prompts) must stay."""
    changed = [
        (layer, layer.processor) for _, layer in find_sites(model.unet) if type(layer.processor) is AttnProcessor2_0
    ]
    slicing: Any = SlicedAttnProcessor(slice_size=1)
    for layer, _ in changed:
        layer.processor = slicing
    try:
        yield
    finally:
        for layer, processor in changed:
            layer.processor = processor


@contextmanager
def offloaded(model: Model, device: torch.device) -> Iterator[None]:
    """Each part comes to the device when it is called and sends the others home (to where they were)."""
    homes = {name: next(part.parameters()).device for name, part in model.components.items()}
    vae: Any = model.vae
    doors: list[tuple[str, nn.Module]] = [(n, p) for n, p in model.components.items() if n != "vae"]
    doors += [("vae", m) for m in (vae.encoder, vae.decoder, vae.quant_conv, vae.post_quant_conv) if m is not None]

    def bring(name: str) -> None:
        for other, part in model.components.items():
            part.to(device if other == name else "cpu")

    def before(name: str, _module: nn.Module, inputs: Any, named: Any) -> tuple[Any, Any]:
        bring(name)
        return _on(inputs, device), _on(named, device)

    handles = [module.register_forward_pre_hook(partial(before, name), with_kwargs=True) for name, module in doors]
    bring("unet")  # `model.device`, which tells a job where its tensors go, is the U-Net's
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
        for name, part in model.components.items():
            part.to(homes[name])


def _on(value: Any, device: torch.device) -> Any:
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, dict):
        return {k: _on(v, device) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_on(v, device) for v in value)
    return value


def accelerator() -> str:
    """The device that computes: `cuda`, `mps` or `cpu`."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def chosen_device(wanted: str) -> tuple[str, str]:
    """The device to compute on, and one sentence when it is not the one that was wanted."""
    best = accelerator()
    here = {"auto": True, "cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto" or not here.get(wanted, False):
        sentence = (
            f"The device '{wanted}' was not found on this machine; {best} is used. Choose another in the preferences."
        )
        return best, "" if wanted == "auto" else sentence
    return wanted, ""


def free_memory(device: str = "cpu") -> int:
    """Bytes that a job may still take, also under a container's limit."""
    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    free = int(psutil.virtual_memory().available)
    group = Path("/sys/fs/cgroup")
    try:
        limit, used = (group / "memory.max").read_text().strip(), (group / "memory.current").read_text().strip()
    except OSError:
        return free
    return free if limit == "max" else min(free, max(0, int(limit) - int(used)))


def _at_size(model: Model, work: Work, measure: Any) -> Measure:
    """Measured up to the native size; beyond it, continued from two sizes as a n + b n^2 with n pixels.

    A probe must not run out of memory itself. Convolutions grow with n, self-attention with n^2.
    """
    if work.height * work.width <= model.size**2:
        return measure(height=work.height, width=work.width)  # type: ignore[no-any-return]
    half = max(2, model.size // model.factor // 2) * model.factor
    small, large = measure(height=half, width=half), measure(height=model.size, width=model.size)
    pixels = (half**2, model.size**2, work.height * work.width)
    seconds = _continued(pixels, small.seconds, large.seconds)
    return Measure(seconds, int(_continued(pixels, small.bytes, large.bytes)))


def _continued(pixels: tuple[int, int, int], small: float, large: float) -> float:
    few, many, wanted = pixels
    square = max(0.0, (large / many - small / few) / (many - few)) if many > few else 0.0
    return (large / many - square * many) * wanted + square * wanted**2


def _setting(plan: Plan) -> str:
    return "".join(letter for letter, on in (("t", plan.tiled), ("s", plan.sliced), ("o", plan.offload)) if on)


def _bytes(part: nn.Module) -> int:
    return sum(p.numel() * p.element_size() for p in part.parameters())


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GB" if count >= 2**29 else f"{max(1, round(count / 2**20))} MB"

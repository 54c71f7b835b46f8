"""Measure this machine: ratios between calls that alternate in one run, so that a busy machine disturbs both alike.

Every ratio is the median over rounds of (ours / reference); below 1 is faster. Times in seconds, memory in MiB.
"""

import importlib
import pkgutil
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from torch import Tensor

from core.client.engine import EngineClient
from core.contract.fields import JSON
from core.contract.messages import Done, Failed, Preview, Ready, Submit, ToStudio
from core.engine.registry import PACKAGES
from core.hooks.attention import Attend, AttentionCall, Sites
from core.hooks.hook import Hook, hooked
from core.hooks.store import AttentionStore
from core.models.conditioning import Conditioning
from core.models.families import SD1
from core.models.loading import load
from core.models.model import Model, TextEncoder
from core.sampling.guidance import Guidance
from core.sampling.sample import noise, sample
from core.sampling.solvers import Solver, make_scheduler

PROMPT = "a red apple on a blue background"


class Idle(Hook):
    """Every place of a hook, doing nothing."""

    sites = Sites.all()


class EditEverywhere(Hook):
    """Asks for the probabilities of every cross-attention layer and hands them on."""

    sites = Sites.of("cross")

    def attend(self, call: AttentionCall, inner: Attend) -> Tensor:
        return inner(replace(call, weights=call.probabilities()))


def bench(quick: bool = False) -> dict[str, float]:
    """All measurements; some minutes, one with `quick`."""
    rounds = 3 if quick else 9
    rows: dict[str, float] = {"threads": float(torch.get_num_threads())}
    rows |= _generation(load("pocket"), "pocket 128 px, 10 steps", rounds, 10)
    if not quick:
        rows |= _generation(sd1_size(), "SD1.5 size (random weights) 256 px, 2 steps", 3, 2)
    rows |= _method_benchmarks()
    rows |= _first_preview()
    rows |= _memory()
    return rows


def sd1_size(seed: int = 0) -> Model:
    """A model of Stable Diffusion 1.5's exact size with random weights and the embedded text encoder's tokenizer."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        unet = UNet2DConditionModel(sample_size=32, cross_attention_dim=768)
        vae = AutoencoderKL(
            block_out_channels=(128, 256, 512, 512), layers_per_block=2, latent_channels=4, sample_size=256,
            down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        )  # fmt: skip
    small = load("pocket")
    return Model(
        SD1,
        unet.eval().requires_grad_(False),
        vae.eval().requires_grad_(False),
        (_wide(small.text[0]),),
        small.schedule,
    )


def _wide(encoder: TextEncoder) -> TextEncoder:
    """A text encoder of SD1's width for the embedded tokenizer; its weights do not matter for time."""
    module: Any = encoder.encoder
    config = {**module.config.to_dict(), "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 2}
    wide = type(module)(type(module.config)(**config))
    return TextEncoder(wide.eval().requires_grad_(False), encoder.vocabulary.tokenizer)


def alternating(
    reference: Callable[[], object], others: dict[str, Callable[[], object]], rounds: int
) -> dict[str, float]:
    """Median ratio of each to the reference, all called in turn; and the reference's own seconds and noise."""
    reference()
    for other in others.values():
        other()
    times: dict[str, list[float]] = {name: [] for name in ["reference", "again", *others]}
    for _ in range(rounds):
        for name, call in {"reference": reference, **others, "again": reference}.items():
            began = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - began)
    base = times["reference"]
    ratios = {
        n: statistics.median(a / b for a, b in zip(t, base, strict=True)) for n, t in times.items() if n != "reference"
    }
    return {"seconds": statistics.median(base), **ratios}


def _generation(model: Model, title: str, rounds: int, steps: int) -> dict[str, float]:
    size = 128 if model.size == 128 else 256
    pipe = _pipeline(model)

    def theirs() -> object:
        generator = torch.Generator().manual_seed(0)
        return pipe(PROMPT, num_inference_steps=steps, guidance_scale=5.0, generator=generator, height=size, width=size)

    def ours(hooks: Sequence[Hook]) -> Callable[[], object]:
        return lambda: _generate(model, size, steps, hooks)

    middle = AttentionStore(Sites.of("cross", levels=[_middle_level(model)]))
    found = alternating(
        theirs,
        {
            "generate / diffusers": ours([]),
            "three idle hooks / diffusers": ours([Idle(), Idle(), Idle()]),
            "observing one level / diffusers": ours([middle]),
            "editing all cross-attention / diffusers": ours([EditEverywhere()]),
        },
        rounds,
    )
    plain = found["generate / diffusers"]
    return {
        f"{title}: diffusers, seconds": found["seconds"],
        f"{title}: diffusers again / diffusers (noise)": found["again"],
        **{f"{title}: {name}": ratio for name, ratio in found.items() if "/" in name},
        f"{title}: three idle hooks / generate": found["three idle hooks / diffusers"] / plain,
        f"{title}: observing one level / generate": found["observing one level / diffusers"] / plain,
    }


def _middle_level(model: Model) -> int:
    """16 x 16 for SD1 at 256 px is level 1; the embedded model's finest is level 0."""
    return 0 if model.size == 128 else 1


def _generate(model: Model, size: int, steps: int, hooks: Sequence[Hook]) -> Tensor:
    with torch.no_grad():
        rows = model.encode_prompts([PROMPT, ""], ["prompt", "negative"])
    cond: Conditioning = rows.pick([0])
    x, generators = noise(model.latent_shape(size, size), [0])
    solver = Solver(model.schedule, "ddim", steps, generators)
    with hooked(model, [Guidance(5.0, rows.pick([1])), *hooks]) as denoiser:
        latents = sample(denoiser, solver.start(x), cond, solver.steps, solver)
    return model.decode(latents)


def _pipeline(model: Model) -> StableDiffusionPipeline:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipe = StableDiffusionPipeline(
            vae=model.vae, text_encoder=model.text[0].encoder, tokenizer=model.text[0].vocabulary.tokenizer, unet=model.unet,
            scheduler=make_scheduler(model.schedule, "ddim"), safety_checker=None, feature_extractor=None,
            requires_safety_checker=False,
        )  # fmt: skip
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _method_benchmarks() -> dict[str, float]:
    """What methods measure of themselves: every module whose name ends in `_bench`, its `benchmark()`."""
    rows: dict[str, float] = {}
    for package in PACKAGES:
        root = importlib.import_module(package)
        for entry in pkgutil.walk_packages(root.__path__, package + "."):
            if entry.name.endswith("_bench"):
                rows |= importlib.import_module(entry.name).benchmark()
    return rows


def _first_preview() -> dict[str, float]:
    """Seconds from request to first preview, with an engine that has to start and with a warm one."""
    with tempfile.TemporaryDirectory() as folder:
        heard: list[tuple[float, ToStudio]] = []
        began = time.perf_counter()
        client = EngineClient(Path(folder), lambda message: heard.append((time.perf_counter(), message)))
        client.start()
        try:
            _wait(heard, 0, (Ready,))
            cold = _request(client, heard, "cold") - began
            asked = time.perf_counter()
            warm = _request(client, heard, "warm") - asked
        finally:
            client.close()
    return {"first preview, cold engine, seconds": cold, "first preview, warm engine, seconds": warm}


def _request(client: EngineClient, heard: list[tuple[float, ToStudio]], job: str) -> float:
    """When the first preview of a new generation arrived."""
    start = len(heard)
    params: dict[str, JSON] = {"prompt": PROMPT, "steps": 10}
    client.submit(Submit(job=job, method="core.generate", params=params))
    seen = _wait(heard, start, (Preview, Done, Failed))
    _wait(heard, start, (Done, Failed))
    return seen


def _wait(heard: list[tuple[float, ToStudio]], start: int, kinds: tuple[type, ...], limit: float = 120.0) -> float:
    end = time.perf_counter() + limit
    while time.perf_counter() < end:
        for when, message in heard[start:]:
            if isinstance(message, kinds):
                return when
        time.sleep(0.002)
    raise TimeoutError(f"no {[k.__name__ for k in kinds]} within {limit:.0f} s")


def _memory() -> dict[str, float]:
    """Peak resident memory of one process that generates one picture with our loop, and of one with diffusers' pipeline."""
    peaks = {}
    for which in ("ours", "diffusers"):
        done = subprocess.run(
            [sys.executable, "-m", "core.engine.bench", which], capture_output=True, text=True, check=True,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        peaks[which] = float(done.stdout.split()[-1])
    return {
        "peak memory, ours, MiB": peaks["ours"],
        "peak memory, diffusers, MiB": peaks["diffusers"],
        "peak memory, ours / diffusers": peaks["ours"] / peaks["diffusers"],
    }


def _one_process(which: str) -> float:
    """Generate once and give this process's peak resident memory in MiB."""
    if which == "ours":
        _generate(load("pocket"), 128, 10, [])
    else:
        folder = Path(__file__).parents[2] / "resources" / "pocket"
        pipe = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None, dtype=torch.float32)
        pipe.set_progress_bar_config(disable=True)
        pipe(PROMPT, num_inference_steps=10, guidance_scale=5.0)
    # Not getrusage: its peak begins at the parent's size when a process is forked.
    status = Path("/proc/self/status")
    if status.exists():
        return (
            float(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))) / 1024
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.stdout.write(f"\n{_one_process(sys.argv[1])}\n")

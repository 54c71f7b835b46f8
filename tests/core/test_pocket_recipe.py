"""The recipe of the embedded models, run whole and tiny: every command works and what it publishes can be used."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core.hooks.hook import hooked
from core.models.headers import read_header
from core.models.loading import RESOURCES, load
from core.sampling.sample import noise, sample
from core.sampling.solvers import Solver

POCKET = RESOURCES / "pocket"
RECIPE = POCKET / "recipe" / "run_all.py"
KEEPING = """
import contextlib, runpy, sys, tempfile
recipe, kept = sys.argv[1:3]
sys.argv = [recipe, "--smoke"]
tempfile.TemporaryDirectory = lambda *_, **__: contextlib.nullcontext(kept)
runpy.run_path(recipe, run_name="__main__")
"""
"""Runs `run_all.py --smoke` in a folder that is not taken away afterwards."""


def digest(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file."""
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in folder.rglob("*.safetensors")}


@pytest.mark.slow
def test_the_smoke_run_publishes_a_model_that_loads_and_draws(tmp_path):
    before, kept = digest(POCKET), tmp_path / "run"
    kept.mkdir()
    done = subprocess.run([sys.executable, "-c", KEEPING, str(RECIPE), str(kept)], capture_output=True, text=True,
                          timeout=1500, env=os.environ | {"OMP_NUM_THREADS": "1"}, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert digest(POCKET) == before, "a smoke run must not touch what is published"

    published = kept / "published"
    files = sorted(published.rglob("*.safetensors"))
    parts = {path.parent.name for path in files}
    assert {"unet", "vae", "text_encoder"} <= parts, parts
    for path in files:
        assert read_header(path).shapes
        state = load_file(path)
        assert all(torch.isfinite(t.float()).all() for t in state.values()), path
        start = POCKET / path.relative_to(published)
        if start.exists():
            old = load_file(start)
            assert {k: v.shape for k, v in state.items()} == {k: v.shape for k, v in old.items()}, path
    assert not list(published.rglob("*.new"))

    # publish.py leaves scheduler, tokenizer and index to the repository.
    whole = tmp_path / "whole"
    shutil.copytree(POCKET, whole, ignore=shutil.ignore_patterns("recipe", "sprites", "*.py"))
    shutil.copytree(published, whole, dirs_exist_ok=True)
    model, shipped = load(str(whole)), load("pocket")
    assert model.identity != shipped.identity or any(
        not torch.equal(a, b)
        for a, b in zip(model.vae.state_dict().values(), shipped.vae.state_dict().values(), strict=True)
    ), "the training changed nothing"
    start, generators = noise((1, model.channels, model.size // model.factor, model.size // model.factor), [1])
    solver = Solver(model.schedule, "ddim", 2, generators)
    with torch.no_grad(), hooked(model, []) as denoiser:
        latents = sample(denoiser, solver.start(start), model.encode_prompts(["a red apple"]), solver.steps, solver)
        pixels = model.decode(latents)
    assert pixels.shape == (1, 3, model.size, model.size)
    assert torch.isfinite(pixels).all()
    assert float(pixels.std()) > 0.02

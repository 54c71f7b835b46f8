"""Fixtures for everyone: tiny models, the embedded model, a run."""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from core.contract.assets import AssetStore
from core.engine.run import Run, Silence
from core.models.loading import load
from core.models.model import Model
from tests.tiny import KINDS, tiny

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS") or max(1, min(2, os.cpu_count() or 1))))


@pytest.fixture(params=KINDS)
def any_tiny(request: pytest.FixtureRequest) -> Model:
    """A tiny random model, once per family layout."""
    return tiny(request.param)


@pytest.fixture
def tiny_sd1() -> Model:
    return tiny("sd1")


@pytest.fixture(scope="session")
def pocket() -> Model:
    """The embedded model. Shared: a test must leave it as it was."""
    return load("pocket")


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Run]:
    """`make_run(model, seed=0, stop_after=None)` gives a run on a temporary store that lends that model."""

    def make(model: Model, seed: int = 0, stop_after: int | None = None) -> Run:
        @contextmanager
        def lend(_ref: str) -> Iterator[Model]:
            yield model

        return Run(AssetStore(tmp_path / "assets"), lend, "pocket", seed, Silence(stop_after))

    return make

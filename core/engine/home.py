"""Where the program keeps its own files, and how a run is set up outside the engine process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from core.contract.assets import AssetStore
from core.contract.fields import ModelRef
from core.engine.run import Listener, Run
from core.models.cache import ModelCache

VARIABLE = "CONCEPT_STUDIO_HOME"


def home() -> Path:
    """The folder of the program's own files; the environment variable CONCEPT_STUDIO_HOME moves it."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("concept-studio", appauthor=False))


def measurements() -> Path:
    """Where this machine's speed and what jobs took are kept: may be lost, and is then measured anew."""
    if os.environ.get(VARIABLE):
        return home() / "measurements"
    return Path(platformdirs.user_cache_dir("concept-studio", appauthor=False))


def assets() -> AssetStore:
    """The store of pictures, masks, concepts and patches."""
    return AssetStore(home() / "assets")


def model_folder() -> Path:
    """Where a person puts base models, so that `studio models` lists them."""
    return home() / "models"


@contextmanager
def local_run(model: ModelRef, seed: int, listener: Listener, store: AssetStore | None = None) -> Iterator[Run]:
    """A run in this process: for the command line, the demo and benchmarks."""
    cache = ModelCache(2)
    yield Run(store or assets(), cache.lend, model, seed, listener)

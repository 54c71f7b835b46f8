"""Where the program keeps its own files: the same places as the engine's (`core.engine.home`), known without torch."""

import os
from pathlib import Path

import platformdirs

VARIABLE = "CONCEPT_STUDIO_HOME"


def home() -> Path:
    """The folder of the program's own files; the environment variable CONCEPT_STUDIO_HOME moves it."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("concept-studio", appauthor=False))


def settings_file() -> Path:
    """The settings; beside everything else when the folder was moved."""
    if os.environ.get(VARIABLE):
        return home() / "settings.json"
    return Path(platformdirs.user_config_dir("concept-studio", appauthor=False)) / "settings.json"


def assets() -> Path:
    return home() / "assets"


def queue() -> Path:
    return home() / "jobs.sqlite"


def first_project() -> Path:
    """The project that opens when there is no other."""
    return home() / "projects" / "first"

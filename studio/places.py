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
    return projects() / "first"


def thumbnails() -> Path:
    """Small pictures; may be emptied at any time."""
    return home() / "thumbnails"


def embeddings() -> Path:
    """What click-select knows of pictures that were clicked on; may be emptied at any time. The engine fills it."""
    return home() / "embeddings"


def projects() -> Path:
    """Where new projects, opened zips and copies are kept until they are saved elsewhere."""
    return home() / "projects"


def example() -> Path:
    """The example project, made from the pictures that come with the program when it is first opened."""
    return projects() / "example"


def free_folder(name: str) -> Path:
    """A folder for another project of that name; it is not there yet."""
    plain = "".join(c if c.isalnum() or c in " -_.()" else "-" for c in name).strip(" .") or "project"
    folder, number = projects() / plain, 2
    while folder.exists():
        folder, number = projects() / f"{plain} {number}", number + 1
    return folder

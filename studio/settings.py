"""What a person set for the whole program: one small JSON file, read at start, written whole at every change."""

import json
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.contract.assets import write_atomic

VERSION = 1
RECENT = 12
"""Projects in the recent list."""

LANGUAGES = (("en", "English"), ("de", "Deutsch"), ("zh_CN", "简体中文"), ("pseudo", "[!! Pseudo !!]"))
"""Locales and what each calls itself; the last one finds text that cannot be translated."""


class Settings(BaseModel):
    """Frozen values; `changed` makes a new one. Unknown keys of a newer version are kept and written back."""

    model_config = ConfigDict(frozen=True, extra="allow")

    version: int = VERSION
    offline: bool = True
    """No connection unless the person switches this off."""
    theme: Literal["system", "light", "dark"] = "system"
    language: str = ""
    """A locale such as `de`; empty: the system's."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    model_folders: tuple[str, ...] = ()
    """Looked through beside the program's own folder."""
    sam: str = ""
    """A SAM file or a folder of them, for click-select; empty: the models folder, then the embedded one."""
    notify: bool = True
    """Say when a job ended while the window was elsewhere."""
    undo_megabytes: int = Field(default=512, ge=64, le=65536)
    """Pixels of undo steps that are kept in memory; older ones are read back from disk."""
    thumbnails_megabytes: int = Field(default=256, ge=16, le=16384)
    shortcuts: dict[str, str] = {}
    recent: tuple[str, ...] = ()
    window: str = ""
    """Place and size of the window (Qt, base 64)."""
    docks: str = ""

    def changed(self, **values: object) -> Self:
        """A copy with other values, checked.

        Raises:
            pydantic.ValidationError: a value is out of its range.
        """
        return type(self).model_validate({**self.model_dump(), **values})

    def opened(self, project: Path) -> Self:
        """With this project first in the recent list."""
        name = str(project)
        return self.changed(recent=(name, *(p for p in self.recent if p != name))[:RECENT])


def load(path: Path) -> tuple[Settings, str]:
    """The settings, and one sentence when the file could not be used (it is then put aside, not overwritten)."""
    if not path.exists():
        return Settings(), ""
    try:
        data = json.loads(path.read_text("utf-8"))
        if isinstance(data, dict):
            return Settings.model_validate(data), ""
        reason = "it holds no settings"
    except OSError as error:
        return Settings(), f"The settings in '{path}' cannot be read ({error.strerror}); the defaults are used."
    except (ValidationError, ValueError):
        reason = "it is damaged"
    aside = path.with_suffix(".damaged.json")
    path.replace(aside)
    return Settings(), f"The settings file was put aside as '{aside.name}' ({reason}); the defaults are used."


def save(path: Path, settings: Settings) -> None:
    """Write the file whole or not at all.

    Raises:
        UserError: the disk is full or the folder cannot be written.
    """
    write_atomic(path, settings.model_dump_json(indent=1).encode())

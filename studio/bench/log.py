"""What a process that may be killed leaves behind: one JSON object a line, each with the system before the next thing is done."""

import json
import sys
import time
from pathlib import Path
from typing import Any

HEAVY = ("torch", "torchvision", "diffusers", "transformers", "safetensors", "accelerate", "core.engine", "core.models")
"""What a window process never loads."""


class Log:
    """Lines that are there whatever happens next."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def write(self, what: str, **values: Any) -> None:
        self._file.write(json.dumps({"what": what, "at": time.time(), **values}).encode() + b"\n")

    def close(self) -> None:
        self._file.close()


class Reader:
    """The lines of a log so far; each is read once. A last line that a kill has cut is left out."""

    def __init__(self, path: Path) -> None:
        self._path, self._at = path, 0
        self._lines: list[dict[str, Any]] = []

    def lines(self, what: str = "") -> list[dict[str, Any]]:
        """All of them, or those of one kind."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._at)
                whole = file.read().rpartition(b"\n")[0]
            if whole:
                self._at += len(whole) + 1
                self._lines += [json.loads(line) for line in whole.split(b"\n")]
        return [line for line in self._lines if what in ("", line["what"])]


def heavy_modules() -> list[str]:
    """Which of the modules that do not belong here are loaded in this process."""
    return sorted(name for name in sys.modules if name in HEAVY)

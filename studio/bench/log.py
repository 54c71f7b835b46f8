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


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a log that are whole: the last one may have been cut by a kill."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]


def heavy_modules() -> list[str]:
    """Which of the modules that do not belong here are loaded in this process."""
    return sorted(name for name in sys.modules if name in HEAVY)

"""What the training scripts of the pocket family share: folders, pools, mixed precision, averages, checkpoints."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import torch
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))
DATA = Path(os.environ.get("POCKET_DATA", "data"))
PUBLISHED = ROOT / "resources" / "pocket"
WORK = torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported() else torch.float32
"""What the trainings compute in. Where a CPU only imitates bfloat16, float32 is seven times as fast."""


def mixed() -> AbstractContextManager:
    """Autocast to :data:`WORK` where that is not what the weights are anyway."""
    return torch.autocast("cpu", WORK) if WORK is torch.bfloat16 else nullcontext()


class Log:
    """Prints a line and keeps it in a file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path

    def __call__(self, text: str) -> None:
        line = f"{time.strftime('%H:%M:%S')} {text}"
        print(line, flush=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


class Schedule:
    """Warm-up, then constant; a cool-down to nothing starts when it is asked for and survives resuming."""

    def __init__(self, rate: float, warmup: int = 200) -> None:
        self.rate, self.warmup = rate, warmup
        self.cool_from: float | None = None
        self.cool_for = 0.0

    def cool(self, seconds: float) -> None:
        """Begin the cool-down."""
        if self.cool_from is None:
            self.cool_from, self.cool_for = time.time(), seconds

    def factor(self, step: int) -> float:
        """The part of the rate at this step."""
        warm = min(1.0, (step + 1) / self.warmup)
        if self.cool_from is None:
            return warm
        left = 1 - (time.time() - self.cool_from) / max(self.cool_for, 1e-9)
        return warm * max(0.0, math.sqrt(left) * left if left > 0 else 0.0)

    @property
    def done(self) -> bool:
        """Whether the cool-down is over."""
        return self.cool_from is not None and time.time() - self.cool_from >= self.cool_for


def save_checkpoint(path: Path, **state: object) -> None:
    """Write a checkpoint whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".tmp")
    state["torch_rng"] = torch.get_rng_state()
    torch.save(state, beside)
    beside.replace(path)


def load_checkpoint(path: Path) -> dict | None:
    """The checkpoint, or nothing."""
    if not path.exists():
        return None
    state = torch.load(path, weights_only=True)
    torch.set_rng_state(state["torch_rng"])
    return state


def to_model(images: np.ndarray) -> torch.Tensor:
    """Bytes (n, h, w, 3) to floats from -1 to 1 in channels-last memory."""
    x = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2)  # a copy: pools are read-only maps
    return x.float().div_(127.5).sub_(1).contiguous(memory_format=torch.channels_last)


def to_bytes(images: torch.Tensor) -> np.ndarray:
    """Floats from -1 to 1 to bytes (n, h, w, 3)."""
    return images.float().clamp(-1, 1).add(1).mul(127.5).round().byte().permute(0, 2, 3, 1).numpy()


def contact_sheet(images: Iterable[np.ndarray], path: Path, columns: int = 8) -> None:
    """Save pictures of one size side by side."""
    pictures = list(images)
    h, w = pictures[0].shape[:2]
    sheet = Image.new("RGB", (columns * (w + 2), -(-len(pictures) // columns) * (h + 2)), "white")
    for i, picture in enumerate(pictures):
        sheet.paste(Image.fromarray(picture), ((i % columns) * (w + 2), (i // columns) * (h + 2)))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)


def load_json(path: Path) -> list:
    """A JSON file."""
    return json.loads(path.read_text("utf-8"))

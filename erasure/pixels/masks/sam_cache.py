"""Picture embeddings of SAM, kept so that only the first click on a picture is slow.

A key is the hash of the *pixels*, the weights and the number type, so an edited picture never meets a stale embedding.
Bounded by bytes, in memory and on the disk; the least recently used go first.
"""

import hashlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.contract.assets import write_atomic


@dataclass(frozen=True)
class Embedding:
    """All that a predictor knows of a picture: putting these back makes it predict the same, to the bit."""

    features: Tensor
    """(1, channels, grid, grid)."""
    original_size: tuple[int, int]
    """Height, width of the picture."""
    input_size: tuple[int, int]
    """Height, width after scaling, before padding."""

    @property
    def bytes(self) -> int:
        return self.features.numel() * self.features.element_size()


def embedding_key(rgb: NDArray[np.uint8], weights: str, dtype: str) -> str:
    """One name for these pixels under these weights."""
    digest = hashlib.sha256(f"{rgb.shape} {weights} {dtype} ".encode())
    digest.update(np.ascontiguousarray(rgb).data)
    return digest.hexdigest()


class EmbeddingCache:
    """Least-recently-used embeddings: `memory` bytes in memory, and `disk` bytes in `folder` where there is one."""

    def __init__(self, memory: int = 64 << 20, folder: Path | None = None, disk: int = 512 << 20) -> None:
        self.memory, self.folder, self.disk = memory, folder, disk
        self._kept: OrderedDict[str, Embedding] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[], Embedding]) -> Embedding:
        """The embedding of a key, made when it is nowhere."""
        with self._lock:
            found = self._kept.get(key) or self._read(key)
            if found is None:
                found = make()
                self._write(key, found)
            self._kept[key] = found
            self._kept.move_to_end(key)
            # The newest always stays, even when it alone is over the limit.
            while len(self._kept) > 1 and sum(e.bytes for e in self._kept.values()) > self.memory:
                self._kept.popitem(last=False)
            return found

    def __contains__(self, key: str) -> bool:
        return key in self._kept

    def _path(self, key: str) -> Path | None:
        return None if self.folder is None else self.folder / f"{key}.safetensors"

    def _read(self, key: str) -> Embedding | None:
        path = self._path(key)
        if path is None or not path.exists():
            return None
        try:
            with safe_open(path, "pt") as file:
                about = json.loads(file.metadata()["embedding"])
                found = Embedding(file.get_tensor("features"), tuple(about["original"]), tuple(about["input"]))
        except (SafetensorError, OSError, KeyError, TypeError, ValueError):
            path.unlink(missing_ok=True)  # damaged: it is only a copy, made again in a moment
            return None
        os.utime(path)
        return found

    def _write(self, key: str, embedding: Embedding) -> None:
        path = self._path(key)
        if path is None or embedding.bytes > self.disk:
            return
        about = {"original": embedding.original_size, "input": embedding.input_size}
        write_atomic(path, save({"features": embedding.features.cpu().contiguous()}, {"embedding": json.dumps(about)}))
        files = sorted(path.parent.glob("*.safetensors"), key=lambda p: p.stat().st_mtime_ns)
        room = sum(f.stat().st_size for f in files)
        for old in files[:-1]:
            if room <= self.disk:
                break
            room -= old.stat().st_size
            old.unlink(missing_ok=True)

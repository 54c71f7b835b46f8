"""Pixels of the document: immutable tiles of 256 pixels, each stored once, the unused ones resting on disk.

A `Raster` is a value: a size and the tiles that are not empty. An edit gives a new one that shares every unchanged tile,
so a hundred steps of undo cost only what was painted. A `Tile` is a handle: its array is read back when asked for, and
nobody holds more memory than `TileStore.room` plus what is in use right now. References are counted by Python itself:
when the last raster with a tile is gone, the tile is gone from memory, and from disk unless the journal keeps it.
"""

import hashlib
import threading
import weakref
import zlib
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.contract.errors import UserError

TILE = 256
"""Side of a tile in pixels."""
LARGEST = 65536
"""Longest side of a picture in pixels."""

Bytes = NDArray[np.uint8]
Place = tuple[int, int]
"""Column and row of a tile."""


class Shelf(Protocol):
    """Where tiles rest: the journal's database, or memory in tests. Called from any thread."""

    def fetch(self, name: str) -> bytes | None: ...
    def shelve(self, name: str, data: bytes) -> None: ...
    def discard(self, names: Iterable[str]) -> None: ...


class MemoryShelf:
    """A shelf for documents without a folder; compressed, but in memory."""

    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}

    def fetch(self, name: str) -> bytes | None:
        return self._data.get(name)

    def shelve(self, name: str, data: bytes) -> None:
        self._data[name] = data

    def discard(self, names: Iterable[str]) -> None:
        for name in names:
            self._data.pop(name, None)


class Tile:
    """One tile; equal when the content is. Made by a `TileStore` only, which gives one object per content."""

    __slots__ = ("__weakref__", "_array", "_store", "channels", "name")

    def __init__(self, store: "TileStore", name: str, channels: int) -> None:
        self._store, self.name, self.channels = store, name, channels
        self._array: Bytes | None = None

    def array(self) -> Bytes:
        """(256, 256, 4) RGBA, not premultiplied, or (256, 256) coverage; read-only. Zero beyond the picture's edge.

        Raises:
            UserError: the project's file lost it.
        """
        return self._store.load(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tile) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"Tile({self.name[:8]}, {self.channels})"


@dataclass(frozen=True)
class Raster:
    """A picture (4 channels) or a mask (1 channel) of fixed size; places without a tile are clear."""

    width: int
    height: int
    channels: int
    tiles: Mapping[Place, Tile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.channels not in (1, 4):
            raise ValueError(f"{self.channels} channels: a picture has 4, a mask 1")
        if not (0 < self.width <= LARGEST and 0 < self.height <= LARGEST):
            raise UserError(f"A picture of {self.width} x {self.height} pixels cannot be kept.",
                            f"Sides go from 1 to {LARGEST}.")  # fmt: skip
        object.__setattr__(self, "tiles", MappingProxyType(dict(self.tiles)))

    def __hash__(self) -> int:
        return hash((self.width, self.height, self.channels, frozenset(self.tiles.items())))

    def replaced(self, tiles: Mapping[Place, Tile | None]) -> "Raster":
        """With other tiles; None clears one."""
        merged = {**self.tiles, **tiles}
        return Raster(self.width, self.height, self.channels, {p: t for p, t in merged.items() if t is not None})

    def changed_from(self, before: "Raster") -> set[Place]:
        """Places whose content differs."""
        return {p for p in {*self.tiles, *before.tiles} if self.tiles.get(p) != before.tiles.get(p)}

    def read(self, x: int, y: int, width: int, height: int) -> Bytes:
        """A copy of a rectangle, (height, width, 4) or (height, width); clear beyond the edge."""
        out = np.zeros((height, width, 4) if self.channels == 4 else (height, width), np.uint8)
        for column, row in covered(x, y, width, height):
            tile = self.tiles.get((column, row))
            if tile is not None:
                left, top = column * TILE, row * TILE
                x0, x1, y0, y1 = max(x, left), min(x + width, left + TILE), max(y, top), min(y + height, top + TILE)
                out[y0 - y : y1 - y, x0 - x : x1 - x] = tile.array()[y0 - top : y1 - top, x0 - left : x1 - left]
        return out

    def array(self) -> Bytes:
        """All of it: (height, width, 4) or (height, width)."""
        return self.read(0, 0, self.width, self.height)


class TileStore:
    """Makes tiles, keeps at most `room` bytes of them in memory, and puts the rest on the shelf."""

    def __init__(self, shelf: Shelf | None = None, room: int = 512 << 20) -> None:
        self.shelf: Shelf = shelf or MemoryShelf()
        self.room = room
        self._known: weakref.WeakValueDictionary[str, Tile] = weakref.WeakValueDictionary()
        self._loaded: OrderedDict[str, weakref.ref[Tile]] = OrderedDict()
        self._bytes = 0
        self._shelved: set[str] = set()
        self._kept: set[str] = set()
        self._dead: deque[tuple[str, int]] = deque()
        self._unused: set[str] = set()
        self._lock = threading.RLock()
        """Taken before the shelf's own lock, never after it."""

    def tile(self, array: Bytes) -> Tile | None:
        """A tile of (256, 256, 4) or (256, 256) bytes, copied; None when it is all zero."""
        shape = (TILE, TILE, 4) if array.ndim == 3 else (TILE, TILE)
        if array.shape != shape or array.dtype != np.uint8:
            raise ValueError(f"{array.dtype} {array.shape} is not a tile")
        if not array.any():
            return None
        own = np.array(array, order="C", copy=True)
        own.flags.writeable = False
        name = _name(own)
        with self._lock:
            tile = self._known.get(name)
            if tile is None:
                tile = self._made(name, 4 if own.ndim == 3 else 1)
            if tile._array is None:
                self._hold(tile, own)
        return tile

    def known(self, name: str, channels: int) -> Tile:
        """The handle of a tile that is on the shelf; nothing is read yet."""
        with self._lock:
            tile = self._known.get(name)
            if tile is None:
                tile = self._made(name, channels)
                self._shelved.add(name)
                self._kept.add(name)
            return tile

    def raster(self, array: Bytes) -> Raster:
        """From (height, width) coverage, (height, width, 3) or (height, width, 4) bytes."""
        if array.dtype != np.uint8 or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
            raise ValueError(f"{array.dtype} {array.shape} is neither a picture nor a mask of bytes")
        height, width = array.shape[:2]
        blank = Raster(width, height, 1 if array.ndim == 2 else 4)
        return self.painted(blank, 0, 0, array)

    def painted(self, raster: Raster, x: int, y: int, array: Bytes) -> Raster:
        """With a rectangle replaced by `array`; what reaches beyond the edge is cut off."""
        height, width = array.shape[:2]
        new: dict[Place, Tile | None] = {}
        x1, y1 = min(x + width, raster.width), min(y + height, raster.height)
        x0, y0 = max(x, 0), max(y, 0)
        for place in covered(x0, y0, x1 - x0, y1 - y0):
            left, top = place[0] * TILE, place[1] * TILE
            old = raster.tiles.get(place)
            canvas = np.zeros((TILE, TILE, 4) if raster.channels == 4 else (TILE, TILE), np.uint8)
            if old is not None:
                canvas[:] = old.array()
            a, b, c, d = max(x0, left), min(x1, left + TILE), max(y0, top), min(y1, top + TILE)
            part = array[c - y : d - y, a - x : b - x]
            target = canvas[c - top : d - top, a - left : b - left]
            if raster.channels == 4 and part.shape[2] == 3:
                target[..., :3], target[..., 3] = part, 255
            else:
                target[:] = part
            new[place] = self.tile(canvas)
        return raster.replaced(new)

    def load(self, tile: Tile) -> Bytes:
        """The array behind a handle."""
        with self._lock:
            if tile._array is not None:
                self._loaded.move_to_end(tile.name)
                return tile._array
        data = self.shelf.fetch(tile.name)
        if data is None:
            raise UserError(f"A piece of the picture ({tile.name[:12]}…) is missing from the project's file.",
                            "Restore the project from a copy, or undo to before it was painted.")  # fmt: skip
        array = unpacked(data, tile.channels)
        if _name(array) != tile.name:
            raise UserError(f"A piece of the picture ({tile.name[:12]}…) is damaged in the project's file.",
                            "Restore the project from a copy.")  # fmt: skip
        with self._lock:
            if tile._array is None:
                self._hold(tile, array)
            return tile._array if tile._array is not None else array

    def keep(self, names: Iterable[str]) -> None:
        """Put tiles on the shelf for good: a step of the journal is about to refer to them."""
        for name in names:
            tile = self._known.get(name)
            if tile is not None:
                self._shelve(tile)
            self._kept.add(name)

    def sweep(self) -> None:
        """Take from the shelf what was put there for want of memory and is no longer used."""
        with self._lock:
            self._bury()
            gone = [n for n in self._unused if n not in self._kept and n not in self._known and n in self._shelved]
            self._unused.clear()
            self._shelved.difference_update(gone)
            if gone:
                self.shelf.discard(gone)

    @property
    def in_memory(self) -> int:
        """Bytes of arrays held right now."""
        with self._lock:
            self._bury()
            return self._bytes

    @property
    def count(self) -> int:
        """Different tiles that somebody refers to."""
        return len(self._known)

    def _made(self, name: str, channels: int) -> Tile:
        tile = Tile(self, name, channels)
        self._known[name] = tile
        # Only noted: the collector may run this in any thread, at a line that holds the shelf's lock.
        weakref.finalize(tile, self._dead.append, (name, TILE * TILE * channels)).atexit = False
        return tile

    def _bury(self) -> None:
        """Take note of the tiles that died."""
        while self._dead:
            name, size = self._dead.popleft()
            self._forget(name, size)
            self._unused.add(name)

    def _forget(self, name: str, size: int) -> None:
        held = self._loaded.get(name)
        if held is not None and held() is None:
            del self._loaded[name]
            self._bytes -= size

    def _hold(self, tile: Tile, array: Bytes) -> None:
        self._bury()
        self._forget(tile.name, array.nbytes)  # its predecessor may be dying in another thread at this moment
        tile._array = array
        self._loaded[tile.name] = weakref.ref(tile)
        self._loaded.move_to_end(tile.name)
        self._bytes += array.nbytes
        while self._bytes > self.room and len(self._loaded) > 1:
            name, ref = next(iter(self._loaded.items()))
            oldest = ref()
            if oldest is not None and oldest._array is not None:
                try:
                    self._shelve(oldest)
                except UserError:  # a full disk must not stop the brush: memory grows, and autosave says why
                    return
                self._bytes -= oldest._array.nbytes
                oldest._array = None
            self._loaded.pop(name, None)

    def _shelve(self, tile: Tile) -> None:
        with self._lock:
            if tile.name in self._shelved or tile._array is None:
                return
            self.shelf.shelve(tile.name, packed(tile._array))
            self._shelved.add(tile.name)


def packed(array: Bytes) -> bytes:
    """The bytes of a tile at rest."""
    return zlib.compress(array.tobytes(), 1)


def unpacked(data: bytes, channels: int) -> Bytes:
    """The array of a tile at rest; read-only. Never unpacks more than a tile's worth of bytes.

    Raises:
        UserError: not a tile.
    """
    shape = (TILE, TILE, 4) if channels == 4 else (TILE, TILE)
    size = TILE * TILE * channels
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(data, size)
    except zlib.error as error:
        raise UserError("A piece of the picture is damaged in the project's file.",
                        "Restore the project from a copy.") from error  # fmt: skip
    if len(raw) != size or unpacker.unconsumed_tail:
        raise UserError("A piece of the picture has the wrong size.", "Restore the project from a copy.")
    return np.frombuffer(raw, np.uint8).reshape(shape)


def intact(name: str, data: bytes) -> bool:
    """Whether a tile at rest is what its name says."""
    for channels in (4, 1):
        with suppress(UserError):
            array = unpacked(data, channels)
            return _name(array) == name
    return False


def _name(array: Bytes) -> str:
    return hashlib.sha256(bytes([array.ndim]) + array.tobytes()).hexdigest()


def covered(x: int, y: int, width: int, height: int) -> Iterator[Place]:
    """The tiles under a rectangle, none of them negative."""
    if width > 0 and height > 0:
        for row in range(max(0, y // TILE), (y + height - 1) // TILE + 1):
            for column in range(max(0, x // TILE), (x + width - 1) // TILE + 1):
                yield column, row

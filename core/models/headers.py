"""What a safetensors file says it holds, read and checked without loading a single number.

A file is judged by its content, never by its name: a pickle called `.safetensors` is refused before anything opens it,
and a header that lies about its bytes is found here, not in the middle of loading.
"""

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.contract.errors import UserError

LARGEST_HEADER = 100_000_000
"""Bytes; the limit of the safetensors format."""
_BYTES = {"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
          "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8}  # fmt: skip
HOW_TO_CONVERT = (
    'Convert it once: python -c "import sys, torch, safetensors.torch as s; d = torch.load(sys.argv[1], '
    "map_location='cpu', weights_only=True); d = d.get('state_dict', d); s.save_file({k: v.clone().contiguous() "
    "for k, v in d.items() if hasattr(v, 'shape')}, sys.argv[2])\" old.ckpt new.safetensors"
)
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "is a pickle (PyTorch zip), which can run any program when it is opened", HOW_TO_CONVERT),
    (b"version https://git-lfs", "is only a pointer of Git LFS, not the file itself", "Fetch it with: git lfs pull."),
    (b"<!DOCTYPE", "is a web page, not a model", "Download the file itself, not its page."),
    (b"<html", "is a web page, not a model", "Download the file itself, not its page."),
    (b"GGUF", "is a GGUF file, which this program cannot read", "Use the safetensors form of the model."),
)


@dataclass(frozen=True)
class Header:
    """Names, shapes and types of the tensors in a file, and its free-text metadata."""

    shapes: Mapping[str, tuple[int, ...]]
    dtypes: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)

    def shape(self, key: str) -> tuple[int, ...]:
        """Shape of a tensor; empty where there is none of that name."""
        return self.shapes.get(key, ())

    def some(self, *ends: str) -> str | None:
        """The first key that ends with one of these, in order of names."""
        return next((k for k in sorted(self.shapes) if k.endswith(ends)), None)

    def has(self, *starts: str) -> bool:
        return any(k.startswith(starts) for k in self.shapes)


def read_header(path: Path) -> Header:
    """The header of a safetensors file, with every byte range checked against the file's length.

    Raises:
        UserError: missing, a pickle or another foreign file, cut off, or a header that contradicts itself.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(64)
            refuse_foreign(start, path.name)
            length = _header_length(start, size, path.name)
            file.seek(8)
            text = file.read(length)
    except FileNotFoundError as error:
        raise UserError(f"There is no file '{path}'.", "Check the path.") from error
    except OSError as error:
        raise UserError(f"'{path}' cannot be read: {error.strerror}.", "Check the path and its permissions.") from error
    return _parsed(text, size - 8 - length, path.name)


def refuse_foreign(start: bytes, name: str) -> None:
    """Raises `UserError` when a file's first bytes are those of a pickle or another format."""
    for magic, what, hint in _FOREIGN:
        if start.lstrip()[: len(magic)].lower() == magic.lower():
            raise UserError(f"'{name}' {what}.", hint)
    tar = len(start) > 8 and start[:6].isalnum() and b"\x00" in start[6:64] and start[8:9] != b"{"
    if start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05") and start[8:9] != b"{":
        raise UserError(f"'{name}' is a pickle, which can run any program when it is opened.", HOW_TO_CONVERT)
    if tar and start.startswith((b"tensors", b"storages", b"pickle", b"sys_info")):
        raise UserError(f"'{name}' is a pickle (PyTorch tar), which can run any program when it is opened.",
                        HOW_TO_CONVERT)  # fmt: skip


def _header_length(start: bytes, size: int, name: str) -> int:
    if size < 10:
        raise UserError(f"'{name}' is cut off: it has only {size} bytes.", "Download or copy it again.")
    (length,) = struct.unpack("<Q", start[:8])
    if start[8:9] != b"{":
        raise UserError(f"'{name}' is not a safetensors file.", "Choose a .safetensors file or a diffusers folder.")
    if length > LARGEST_HEADER:
        raise UserError(f"'{name}' claims a header of {length} bytes, more than the format allows.",
                        "The file is damaged or made to harm; get it from its source again.")  # fmt: skip
    if 8 + length > size:
        raise UserError(f"'{name}' is cut off: its header needs {8 + length} bytes, the file has {size}.",
                        "Download or copy it again.")  # fmt: skip
    return int(length)


def _parsed(text: bytes, room: int, name: str) -> Header:
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"The header of '{name}' cannot be read.", "The file is damaged; get it again.") from error
    if not isinstance(data, dict):
        raise _lies(name, "it is not a table of tensors")
    metadata = data.pop("__metadata__", None) or {}
    if not isinstance(metadata, dict):
        raise _lies(name, "its metadata is not a table")
    shapes, dtypes, ranges = {}, {}, []
    for key, entry in data.items():
        shape, dtype, begin, end = _entry(key, entry, name)
        shapes[key], dtypes[key] = shape, dtype
        ranges.append((begin, end, key))
    _check_ranges(sorted(ranges), room, name)
    return Header(shapes, dtypes, {str(k): str(v) for k, v in metadata.items()})


def _entry(key: str, entry: Any, name: str) -> tuple[tuple[int, ...], str, int, int]:
    try:
        dtype, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
    except (TypeError, KeyError, ValueError) as error:
        raise _lies(name, f"the entry of '{key}' is incomplete") from error
    numbers = [begin, end, *shape] if isinstance(shape, list) else [None]
    if not all(isinstance(n, int) and n >= 0 for n in numbers):
        raise _lies(name, f"the entry of '{key}' holds no proper numbers")
    if dtype not in _BYTES:
        raise UserError(f"'{name}' holds numbers of the type {dtype} in '{key}', which this program cannot read.",
                        "Use an fp32, fp16 or bf16 file.")  # fmt: skip
    if end - begin != math.prod(shape) * _BYTES[dtype]:
        raise _lies(name, f"'{key}' of shape {tuple(shape)} does not fit its {end - begin} bytes")
    return tuple(shape), dtype, begin, end


def _check_ranges(ranges: list[tuple[int, int, str]], room: int, name: str) -> None:
    """Tensors must lie one behind the other, from the first byte of data to the last."""
    at = 0
    for begin, end, key in ranges:
        if end > room:
            raise UserError(f"'{name}' is cut off: '{key}' needs {end} bytes of data, the file has {room}.",
                            "Download or copy it again.")  # fmt: skip
        if begin != at:
            raise _lies(name, f"'{key}' {'overlaps another tensor' if begin < at else 'leaves a gap before it'}")
        at = end
    if at != room:
        raise _lies(name, f"{room - at} bytes belong to no tensor")


def _lies(name: str, reason: str) -> UserError:
    return UserError(
        f"The header of '{name}' is wrong: {reason}.", "The file is damaged; get it from its source again."
    )

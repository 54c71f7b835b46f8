"""What a concept file says of itself, read from its header: no torch, no weights."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.contract.errors import UserError
from core.contract.fields import JSON, ImageRef

_LARGEST_HEADER = 16 << 20
_RECORD = "concept_studio"
"""The one metadata key of a patch or concept file (see `core.weights.patch`)."""


@dataclass(frozen=True)
class About:
    """The record that the engine wrote into a concept file."""

    name: str
    word: str
    category: str
    """The plain word of its class."""
    method: str = ""
    base: str = ""
    """Family of the model it was learned on."""
    base_identity: str = ""
    params: Mapping[str, JSON] = field(default_factory=dict)
    pictures: tuple[ImageRef, ...] = ()
    seed: int = 0
    partners: tuple[str, ...] = ()
    vectors: int = 0
    """How many vectors its word has, so how many tokens it takes in a prompt."""


def read_concept(path: Path) -> About:
    """The record of a concept file.

    Raises:
        UserError: it cannot be read, is damaged, or is no concept.
    """
    header = _header(path)
    try:
        meta = json.loads(header.get("__metadata__", {}).get(_RECORD, "null"))
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise _wrong(path) from error
    record = meta.get("about", {}).get("concept") if isinstance(meta, dict) else None
    if not isinstance(record, dict) or not isinstance(record.get("word"), str):
        raise UserError(f"'{path.name}' is not a concept of this program.", "Import it first: File, Import.")
    word = record["word"]
    return About(
        name=str(record.get("name") or word), word=word, category=str(record.get("category") or ""),
        method=str(record.get("method") or ""), base=str(meta.get("base") or ""),
        base_identity=str(record.get("base_identity") or ""), params=dict(record.get("params") or {}),
        pictures=tuple(map(str, record.get("pictures") or ())), seed=int(record.get("seed") or 0),
        partners=tuple(map(str, record.get("partners") or ())),
        vectors=sum(1 for key in header if key.startswith("word/") and key.split("/", 2)[2:] == [word]),
    )  # fmt: skip


def _header(path: Path) -> dict[str, dict[str, str]]:
    """The header of a safetensors file: 8 bytes of length, little endian, then JSON."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            if not 2 <= length <= _LARGEST_HEADER:
                raise _wrong(path)
            header = json.loads(file.read(length))
    except OSError as error:
        raise UserError(f"'{path}' cannot be read: {error.strerror}.", "Check the path.") from error
    except (ValueError, RecursionError) as error:
        raise _wrong(path) from error
    if not isinstance(header, dict):
        raise _wrong(path)
    return header


def _wrong(path: Path) -> UserError:
    return UserError(f"'{path.name}' is not a readable safetensors file.", "It is damaged or of another kind.")

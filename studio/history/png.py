"""Pictures that leave the program as PNG carry how they were made, and bring it back when they are opened again."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.contract.assets import write_atomic
from core.contract.fields import JSON
from core.contract.recipes import flat_recipe, read_texts, recipe_texts

_OWN = {"method", "seed", "size", "model", "model_identity", "version", "asked", "document"}
"""Keys of the flat recipe that are no parameters of the method."""


@dataclass(frozen=True)
class Made:
    """How a picture was made."""

    method: str = ""
    """Empty: it was painted or put together, and only the document's recipe is known."""
    params: Mapping[str, JSON] = field(default_factory=dict)
    seed: int = 0
    model: str = "pocket"
    identity: str = ""
    size: tuple[int, int] | None = None
    recipe: Mapping[str, JSON] = field(default_factory=dict)
    """The document's recipe as a tree; empty: the picture comes from the command line."""

    def flat(self) -> dict[str, Any]:
        """As the command line writes and reads it, and what only the window knows beside it."""
        origin = {"method": self.method, "params": self.params, "seed": self.seed, "model": self.model,
                  "identity": self.identity, "size": list(self.size) if self.size else None}  # fmt: skip
        return {**flat_recipe(origin), "asked": dict(self.params), "document": dict(self.recipe)}


LARGE = 4_000_000
"""Pixels from which only texts in front of the picture are read, where every program puts them."""


def save_picture(picture: Image.Image, path: Path, made: Made | None) -> None:
    """Write a PNG, whole or not at all; the caller has asked about a file that is there.

    Raises:
        UserError: the disk is full or the folder cannot be written.
    """
    info = PngInfo()
    for name, text in (recipe_texts(made.flat()) if made else {}).items():
        info.add_itxt(name, text)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", pnginfo=info, compress_level=4)
    write_atomic(path, buffer.getvalue())


def read_made(path: Path) -> Made | None:
    """How the picture in a file was made; None where it does not say, or says it in a way that cannot be used."""
    try:
        with Image.open(path) as picture:
            # `text` unpacks the whole picture to find texts behind it; those in front of it are known at once.
            large = picture.width * picture.height > LARGE
            texts = {k: v for k, v in picture.info.items() if isinstance(k, str) and isinstance(v, str)}
            flat = read_texts(texts if large else getattr(picture, "text", {}))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    if flat is None:
        return None
    try:
        size = flat.get("size")
        asked = flat.get("asked") or {k: v for k, v in flat.items() if k not in _OWN}
        params: dict[str, JSON] = json.loads(json.dumps(dict(asked)))
        if not flat.get("asked") and size and flat.get("method") == "core.generate":
            params["size"] = f"{size[0]}x{size[1]}"  # the command line writes the size beside the parameters
        return Made(
            str(flat.get("method") or ""), params, int(flat.get("seed") or 0), str(flat.get("model") or "pocket"),
            str(flat.get("model_identity") or ""), (int(size[0]), int(size[1])) if size else None,
            dict(flat.get("document") or {}),
        )  # fmt: skip
    except (TypeError, ValueError, IndexError, KeyError):
        return None

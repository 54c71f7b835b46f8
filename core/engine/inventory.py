"""What is here: models, concepts, and whether this installation is sound."""

import importlib.metadata
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Any

from core.contract.errors import UserError
from core.engine.concepts import Concept
from core.engine.home import assets, home, model_folder


def list_models() -> list[dict[str, str]]:
    """The embedded model and whatever lies in the model folder, each with its family or what is wrong with it."""
    rows = [{"ref": "pocket", "family": "pocket", "problem": ""}]
    folder = model_folder()
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if (path / "model_index.json").exists() or path.suffix == ".safetensors":
            rows.append(_model_row(path))
    return rows


def _model_row(path: Path) -> dict[str, str]:
    try:
        return {"ref": str(path), "family": _family(path), "problem": ""}
    except UserError as error:
        return {"ref": str(path), "family": "unknown", "problem": str(error)}


def _family(path: Path) -> str:
    """The family of a folder or file, from its headers alone."""
    from core.models.headers import read_header
    from core.models.layouts import identify

    if path.is_dir():
        unet = next((path / "unet").glob("*.safetensors"), None)
        if unet is None:
            raise UserError(f"'{path}' has no U-Net as safetensors.")
        width = read_header(unet).shape("down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight")[-1]
        return {768: "sd1", 1024: "sd2", 2048: "sdxl"}.get(width, "pocket")
    return identify(read_header(path), path.name).family or "unknown"


def list_concepts() -> list[dict[str, Any]]:
    """Every concept in the store, newest first."""
    store, rows = assets(), []
    for name in store.names():
        origin = store.origin(name)
        if name.endswith(".safetensors") and "concept" in origin:
            concept = Concept.read(store.path(name))
            rows.append({
                "file": str(store.path(name)), "name": concept.name, "word": concept.word, "category": concept.category,
                "base": concept.base, "method": concept.method, "made": origin.get("made", 0),
            })  # fmt: skip
    return sorted(rows, key=lambda row: -float(row["made"]))


def examine() -> list[dict[str, Any]]:
    """What a support question would ask first: versions, device, room, stores."""
    import torch

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {os.cpu_count()} cores"
    free = shutil.disk_usage(_existing(home())).free
    rows = [
        _row("Python", platform.python_version(), sys.version_info >= (3, 11)),
        *(_row(name, _version(name), _version(name) != "missing") for name in _PACKAGES),
        _row("Compute device", device, True),
        _row("Offline", "yes" if os.environ.get("HF_HUB_OFFLINE") == "1" else "no", True, needed=False),
        _row("Own files", str(home()), os.access(_existing(home()), os.W_OK)),
        _row("Free disk", f"{free / 2**30:.1f} GiB", free > 2**30, needed=False),
        _row("Damaged files in the store", str(len(list(assets().damaged()))), not list(assets().damaged())),
    ]
    return [*rows, _embedded()]


_PACKAGES = (
    "torch",
    "torchvision",
    "diffusers",
    "transformers",
    "safetensors",
    "segment-anything",
    "PySide6-Essentials",
)


def _row(what: str, found: str, ok: bool, needed: bool = True) -> dict[str, Any]:
    return {"what": what, "found": found, "ok": bool(ok), "needed": needed}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _embedded() -> dict[str, Any]:
    from core.models.loading import RESOURCES

    found = (RESOURCES / "pocket" / "model_index.json").exists()
    return _row("Embedded model", "found" if found else "missing from resources/pocket", found)

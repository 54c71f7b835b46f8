"""What is here: models, concepts, and whether this installation is sound."""

import importlib.metadata
import json
import logging
import os
import platform
import shutil
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from core.contract.assets import file_hash, write_atomic
from core.contract.errors import UserError
from core.contract.fields import ModelRef
from core.contract.messages import ModelRow
from core.engine.concepts import Concept
from core.engine.home import assets, home, model_folder


def list_models(folders: Sequence[str] = ()) -> list[dict[str, str]]:
    """The embedded model and whatever lies in the model folders, each with its family or what is wrong with it."""
    return [
        {"ref": "pocket", "family": "pocket", "problem": ""},
        *(_model_row(path) for path in _found((str(model_folder()), *folders))),
    ]


def _found(folders: Sequence[str]) -> list[Path]:
    """Models of these folders: diffusers folders and safetensors files, each once. A folder that is a model is one too."""
    paths: dict[Path, None] = {}
    for folder in (Path(f).expanduser() for f in folders):
        if (folder / "model_index.json").exists():
            paths[folder] = None
            continue
        try:
            inside = sorted(folder.iterdir())
        except OSError:
            continue  # away for now, like a disk that is not plugged in; `scan` tells what is missing
        for path in inside:
            if (path / "model_index.json").exists() or path.suffix == ".safetensors":
                paths[path] = None
    return list(paths)


# --- what is where ----------------------------------------------------------------------------------------------------


_SCANNING = threading.Lock()


def scan(folders: Sequence[str]) -> tuple[ModelRow, ...]:
    """Every model of the program's own folder and these, with its hash; also those that were there once and are gone.

    What was seen is remembered with the files' size and time, so only new and changed files are read. A file that is gone
    and whose hash lies elsewhere now was moved: jobs that name its old place take the new one (`moved_model`).
    """
    with _SCANNING:
        before = _remembered()
        here = {str(path): _row_of(path, before.get(str(path))) for path in _found((str(model_folder()), *folders))}
        hashes = {row["hash"]: path for path, row in here.items() if row["hash"]}
        gone = {path: row for path, row in before.items() if path not in here}
        write_atomic(_index(), json.dumps({**gone, **here}, indent=0, sort_keys=True).encode())
    rows = [_told(path, row) for path, row in here.items()]
    for path, row in gone.items():
        if Path(path).exists():
            continue  # of a folder that was taken out: neither missing nor asked for
        to = hashes.get(row["hash"], "")
        rows.append(_told(path, row, "moved" if to else "missing", to))
    return tuple(rows)


def moved_model(ref: ModelRef) -> ModelRef:
    """Where a model lies now: the same, unless it is gone and its hash was last seen in another place."""
    if ref == "pocket" or Path(ref).expanduser().exists():
        return ref
    known = _remembered()
    wanted = known.get(str(Path(ref).expanduser()), {}).get("hash")
    return next((p for p, row in known.items() if wanted and row["hash"] == wanted and Path(p).exists()), ref)


def _index() -> Path:
    return home() / "models.json"


def _remembered() -> dict[str, dict[str, Any]]:
    try:
        data = json.loads(_index().read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        logging.getLogger(__name__).warning("The list of models is damaged and made again: %s", error)
        return {}
    rows = data.items() if isinstance(data, dict) else ()
    return {str(path): row for path, row in rows if isinstance(row, dict) and row.keys() >= _FACTS}


_FACTS = {"family", "content", "bytes", "time", "hash", "problem"}


def _row_of(path: Path, before: dict[str, Any] | None) -> dict[str, Any]:
    """Facts of one model; those remembered where neither size nor time differ."""
    files = sorted(path.rglob("*.safetensors")) if path.is_dir() else [path]
    stats = [file.stat() for file in files if file.exists()]
    size, time = sum(s.st_size for s in stats), max((s.st_mtime_ns for s in stats), default=0)
    if before is not None and (before["bytes"], before["time"]) == (size, time):
        return before
    row: dict[str, Any] = {"bytes": size, "time": time, "content": "folder" if path.is_dir() else "", "hash": ""}
    row |= {key: value for key, value in _model_row(path).items() if key != "ref"}
    try:
        if path.is_file():
            row["content"] = _content(path)
        body = next(iter(sorted((path / "unet").glob("*.safetensors"))), None) if path.is_dir() else path
        if body is not None:
            row["hash"] = file_hash(body)
    except (OSError, UserError) as error:
        row["problem"] = row["problem"] or str(error)
    return row


def _content(path: Path) -> str:
    from core.models.headers import read_header
    from core.models.layouts import identify

    return identify(read_header(path), path.name).kind


def _told(
    path: str, row: dict[str, Any], state: Literal["here", "missing", "moved"] = "here", to: str = ""
) -> ModelRow:
    return ModelRow(
        path=path, family=row["family"], content=row["content"], bytes=row["bytes"], hash=row["hash"], state=state,
        moved_to=to, problem=row["problem"],
    )  # fmt: skip


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

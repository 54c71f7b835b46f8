"""Writing results that leave the program: whole or not at all, and never over something by surprise."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from core.contract.assets import disk_error
from core.contract.errors import UserError


def refuse_existing(paths: list[Path], overwrite: bool) -> None:
    """Raises `UserError` when one of the targets exists and may not be replaced."""
    there = [p for p in paths if p.exists()]
    if there and not overwrite:
        raise UserError(f"'{there[0]}' exists already.", "Choose another name or switch on 'overwrite'.")


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> None:
    """A safetensors file, written beside its place and then renamed.

    Raises:
        UserError: the disk is full or the folder cannot be written; what was there is untouched.
    """
    ready = {k: t.detach().cpu().clone().contiguous() for k, t in tensors.items()}
    with replacing(path) as temporary:
        save_file(ready, temporary, dict(metadata or {"format": "pt"}))
        os.chmod(temporary, 0o644)


@contextmanager
def replacing(path: Path, folder: bool = False) -> Iterator[Path]:
    """A temporary place beside `path`, which takes its place when the block succeeds and vanishes when it does not."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=".writing-"))
        place = temporary / path.name
        if folder:
            place.mkdir()
        yield place
        _swap(place, path, temporary)
    except OSError as error:
        raise disk_error(path, error) from error
    except SafetensorError as error:
        # safetensors reports a failed write in words only.
        full = "No space left" in str(error) or "os error 28" in str(error)
        raise disk_error(path, OSError(28 if full else 5, str(error))) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _swap(new: Path, path: Path, spare: Path) -> None:
    if path.is_dir():
        if not (path / "model_index.json").is_file() and any(path.iterdir()):
            raise UserError(f"'{path}' is a folder with other things in it; it is not replaced.",
                            "Choose another name.")  # fmt: skip
        os.replace(path, spare / "old")
        try:
            os.replace(new, path)
        except OSError:
            os.replace(spare / "old", path)
            raise
        return
    os.replace(new, path)

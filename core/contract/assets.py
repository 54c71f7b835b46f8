"""Files named by their content, shared by both processes.

A name is the SHA-256 of the bytes plus a suffix, so a file is written at most once, is never changed, and two
processes may write the same store at the same time.
"""

import errno
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from core.contract.errors import UserError
from core.contract.fields import JSON

_NAME = re.compile(r"^[0-9a-f]{64}\.[a-z0-9]{1,12}$")
_CHUNK = 1 << 20


def write_atomic(path: Path, data: bytes) -> None:
    """Write all or nothing: a reader sees the old file or the new one, also after a crash or on a full disk.

    Raises:
        UserError: the disk is full or the folder cannot be written; what was there is untouched.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    except OSError as error:
        raise disk_error(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise disk_error(path, error) from error
    except BaseException:  # also when the person interrupts: no half file is left; it goes on to the caller
        Path(temporary).unlink(missing_ok=True)
        raise


def disk_error(path: Path, error: OSError) -> UserError:
    """The sentence for a failed write."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(f"The disk is full: '{path.name}' could not be saved in {path.parent}.",
                         "Nothing old was lost; free some space and try again.")  # fmt: skip
    return UserError(f"'{path.name}' cannot be written in {path.parent}: {error.strerror}.",
                     "Choose another folder or check its permissions.")  # fmt: skip


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class AssetStore:
    """A folder of content-named files and, beside them, a small record of where each came from."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes, suffix: str, origin: Mapping[str, JSON] | None = None) -> str:
        """Keep `data` and return its name. `suffix` without a dot. The first origin of a file stays."""
        name = f"{hashlib.sha256(data).hexdigest()}.{suffix}"
        target = self._place(name)
        if not target.exists():
            write_atomic(target, data)
        record = target.with_suffix(".json") if suffix != "json" else target.with_suffix(".origin")
        if origin is not None and not record.exists():
            text = json.dumps({"made": time.time(), **origin}, sort_keys=True)
            write_atomic(record, text.encode())
        return name

    def put_file(self, path: Path, origin: Mapping[str, JSON] | None = None) -> str:
        """Take a copy of a file into the store."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UserError(f"'{path}' cannot be read: {error.strerror}.", "Check the path.") from error
        return self.put(data, path.suffix.lstrip(".").lower() or "bin", origin or {"file": path.name})

    def path(self, name: str) -> Path:
        """The file behind a name.

        Raises:
            UserError: it is not in the store.
        """
        if not _NAME.match(name):
            raise UserError(f"'{name}' is not the name of a stored file.")
        path = self._place(name)
        if not path.exists():
            raise UserError(
                f"The stored file {name[:12]}… is missing from {self.root}.", "Make it again or restore it."
            )
        return path

    def __contains__(self, name: str) -> bool:
        return bool(_NAME.match(name)) and self._place(name).exists()

    def origin(self, name: str) -> dict[str, JSON]:
        """What is known about where a file came from; empty when nothing is."""
        place = self._place(name)
        record = place.with_suffix(".json" if place.suffix != ".json" else ".origin")
        if not record.exists():
            return {}
        data: dict[str, JSON] = json.loads(record.read_text())
        return data

    def names(self) -> Iterator[str]:
        for path in self.root.glob("*/*"):
            if _NAME.match(path.name) and not self._is_record(path):
                yield path.name

    @staticmethod
    def _is_record(path: Path) -> bool:
        """Whether a file is the record of another one: beside `<hash>.json` data it is called `.origin`."""
        if path.suffix == ".json":
            return any(other.suffix not in (".json", ".origin") for other in path.parent.glob(path.stem + ".*"))
        return path.suffix == ".origin"

    def sweep(self, age: float = 3600.0) -> int:
        """Remove what writers that were killed left behind, once it is `age` seconds old; gives how many files."""
        gone = 0
        for path in self.root.glob("*/.writing-*"):
            with suppress(FileNotFoundError):  # its writer, alive after all, has just finished
                if time.time() - path.stat().st_mtime > age:
                    path.unlink()
                    gone += 1
        return gone

    def damaged(self) -> Iterator[str]:
        """Names whose bytes are no longer what the name says (a failing disk, a hand edit)."""
        for name in self.names():
            if file_hash(self._place(name)) != name.split(".")[0]:
                yield name

    def _place(self, name: str) -> Path:
        return self.root / name[:2] / name

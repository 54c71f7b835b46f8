"""A project on disk: a folder that is worked in, and a single `.zip` to hand on.

Folder: `project.json` (the format, and the whole state in plain text as of a step), `journal.db` (every step, every tile).
Zip: `project.json`, and `tiles/<hash>` for the tiles of that state; the history of edits stays at home.
"""

import json
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.contract.assets import AssetStore, disk_error, write_atomic
from core.contract.errors import UserError
from core.contract.fields import JSON
from studio.document.journal import Claim, Journal, copy_tiles, readable_tiles
from studio.document.project import Project
from studio.document.tiles import TileStore, packed, unpacked
from studio.document.tree import FORMAT, decode, encode, tile_names, tiles_of

STATE = "project.json"
JOURNAL = "journal.db"
_MOST_ENTRIES = 400_000
_LARGEST_STATE = 64 << 20
_LARGEST_TILE = 300_000
"""Bytes at rest; deflate makes noise of 262,144 bytes hardly longer."""
_LARGEST_ZIP = 64 << 30
_LARGEST_ASSET = 1 << 30
_STRETCH = 200
"""An entry that unpacks to more than this many times its size is a bomb."""
_TILE_NAME = re.compile(r"^tiles/([0-9a-f]{64})-([14])$")
_ASSET_NAME = re.compile(r"^assets/([0-9a-f]{64}\.(png|jpg|jpeg|webp|safetensors|json))$")

Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: dict[int, Migration] = {}
"""From a format to the next: `MIGRATIONS[1]` gets the `project` of format 1 and gives that of format 2."""


@dataclass(frozen=True)
class Saved:
    """The content of `project.json`."""

    tree: dict[str, Any]
    step: int
    """The step of the journal it shows."""


def state_bytes(project: Project, step: int = 0) -> bytes:
    """What `project.json` says of a project."""
    whole = {"format": FORMAT, "program": "Concept Studio", "step": step, "project": encode(project)}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def write_state(folder: Path, project: Project, step: int) -> None:
    """Write `project.json`, all or nothing.

    Raises:
        UserError: the disk is full or the folder cannot be written; the old file is intact.
    """
    write_atomic(folder / STATE, state_bytes(project, step))


def parse_state(data: bytes, name: str) -> Saved:
    """Read `project.json`, bringing an older format up to date.

    Raises:
        UserError: not a project, damaged, or made by a newer version.
    """
    if len(data) > _LARGEST_STATE:
        raise UserError(f"'{name}' is too large to be a project.", "Check that it is the right file.")
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UserError(f"'{name}' is damaged: its {STATE} is not readable.", "Restore it from a copy.") from error
    version = whole.get("format") if isinstance(whole, dict) else None
    if type(version) is not int or version < 1 or not isinstance(whole.get("project"), dict):
        raise UserError(f"'{name}' is not a project of Concept Studio.", f"Choose a folder or zip with a {STATE}.")
    tree = migrated(whole["project"], version, name)
    step = whole.get("step", 0)
    return Saved(tree, step if type(step) is int and step >= 0 else 0)


def migrated(tree: dict[str, Any], version: int, name: str = "The project") -> dict[str, Any]:
    """A state of an older format in today's.

    Raises:
        UserError: it is newer than this program.
    """
    if version > FORMAT:
        raise UserError(f"'{name}' was written by a newer version of Concept Studio (format {version}, this one reads "
                        f"up to {FORMAT}).", "Update the program to open it.")  # fmt: skip
    for number in range(version, FORMAT):
        tree = MIGRATIONS[number](tree)
    return tree


def read_state(folder: Path) -> Saved | None:
    """The state in a folder; None when there is none.

    Raises:
        UserError: see `parse_state`.
    """
    path = folder / STATE
    if not path.exists():
        return None
    if path.stat().st_size > _LARGEST_STATE:
        raise UserError(f"'{folder.name}' is too large to be a project.", "Check that it is the right folder.")
    return parse_state(path.read_bytes(), folder.name)


def is_project(folder: Path) -> bool:
    return (folder / STATE).is_file() or (folder / JOURNAL).is_file()


def export_zip(project: Project, target: Path, assets: AssetStore | None = None) -> None:
    """Write the single-file form: the state, its tiles and, with a store, the pictures and concepts it names.

    An existing file is replaced only when the new one is complete.

    Raises:
        UserError: the disk is full or the place cannot be written; an old file is intact.
    """
    tiles = {tile.name: tile for tile in tiles_of(project)}
    with _beside(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(STATE, state_bytes(project), zipfile.ZIP_DEFLATED)
        for name, tile in sorted(tiles.items()):
            archive.writestr(f"tiles/{name}-{tile.channels}", packed(tile.array()))
        for name in sorted(_asset_names(encode(project))) if assets else ():
            if assets is not None and name in assets:
                archive.write(assets.path(name), f"assets/{name}")


def import_zip(source: Path, folder: Path, assets: AssetStore | None = None) -> None:
    """Unpack a zip into a new project folder. Nothing is left behind when it is refused.

    Raises:
        UserError: not a project, damaged, hostile, made by a newer version, or the folder is taken.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"The folder '{folder.name}' is not empty.", "Choose a new folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".opening-"))
    try:
        with _readable(source) as archive:
            _unpack(archive, source.name, workplace, assets)
        if folder.exists():
            folder.rmdir()
        os.replace(workplace, folder)
    except OSError as error:
        raise disk_error(folder, error) from error
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def copy_project(source: Path, folder: Path) -> None:
    """A copy of a project without its undo history; the source may be open in another window.

    Raises:
        UserError: the source has no saved state, or the folder is taken.
    """
    saved = read_state(source)
    if saved is None:
        raise UserError(f"'{source.name}' has not been saved yet.", "Save it in its own window first.")
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"The folder '{folder.name}' is not empty.", "Choose a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    journal = Journal(folder / JOURNAL)
    try:
        for name, data in copy_tiles(source / JOURNAL, set(tile_names(saved.tree))):
            journal.shelve(name, data)
        project = decode(saved.tree, TileStore(journal))
        journal.write((), 0, 0, (0, encode(project)))
    finally:
        journal.close()
    write_state(folder, project, 0)


def salvage(folder: Path) -> str:
    """Repair a project whose journal is damaged: the last whole state with all pixels that can still be read.

    The damaged file is kept beside the new one; the undo history stays in it. Gives a sentence that says what was saved.

    Raises:
        UserError: `project.json` is missing or damaged, too, or the project is open in another window.
    """
    saved = read_state(folder)
    if saved is None:
        raise UserError(f"'{folder.name}' has no {STATE} to repair it from.", "Restore it from a copy.")
    claim = Claim(folder)
    if not claim.take():
        raise UserError(f"'{folder.name}' is open in another window.", "Close it there first.")
    try:
        kept = _keep_aside(folder)
        journal = Journal(folder / JOURNAL)
        try:
            wanted = set(tile_names(saved.tree))
            for name, data in readable_tiles(kept, sorted(wanted)):
                journal.shelve(name, data)
                wanted.discard(name)
            tree = _without(saved.tree, wanted)
            project = decode(tree, TileStore(journal))
            journal.write((), 0, 0, (0, tree))
        finally:
            journal.close()
        write_state(folder, project, 0)
    finally:
        claim.free()
    lost = f"{len(wanted)} pieces of its pictures are lost" if wanted else "all of its pictures are whole"
    return f"'{folder.name}' was repaired: {lost}; the damaged file was kept as '{kept.name}'."


def _keep_aside(folder: Path) -> Path:
    number = 1
    while (kept := folder / f"journal.damaged-{number}.db").exists():
        number += 1
    for end in ("", "-wal", "-shm"):
        part = folder / (JOURNAL + end)
        if part.exists():
            part.rename(kept.with_name(kept.name + end))
    return kept


def _without(tree: Any, names: set[str]) -> Any:
    """A tree without some tiles: their places are clear."""
    if isinstance(tree, dict):
        return {k: _without(v, names) for k, v in tree.items() if not (isinstance(v, str) and v in names)}
    return [_without(v, names) for v in tree] if isinstance(tree, list) else tree


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its place when the block ends well."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
        os.close(handle)
    except OSError as error:
        raise disk_error(target, error) from error
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        os.replace(temporary, target)
    except OSError as error:
        raise disk_error(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _readable(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zipfile.LargeZipFile, zlib.error) as error:
        raise UserError(f"'{source.name}' is not a readable zip: {error}.", "Get the file again.") from error
    except FileNotFoundError as error:
        raise UserError(f"There is no file '{source}'.", "Check the path.") from error


def _unpack(archive: zipfile.ZipFile, name: str, folder: Path, assets: AssetStore | None) -> None:
    entries = _checked(archive, name)
    if STATE not in entries:
        raise UserError(f"'{name}' is not a project of Concept Studio: it has no {STATE}.", "Choose another file.")
    saved = parse_state(_read(archive, entries[STATE], _LARGEST_STATE, name), name)
    wanted = set(tile_names(saved.tree))
    journal = Journal(folder / JOURNAL)
    try:
        store = TileStore(journal)
        for entry, info in entries.items():
            if (match := _TILE_NAME.match(entry)) and match[1] in wanted:
                data = _read(archive, info, _LARGEST_TILE, name)
                tile = store.tile(unpacked(data, int(match[2])))
                if tile is None or tile.name != match[1]:
                    raise UserError(f"'{name}' is damaged: a piece of a picture is not what its name says.",
                                    "Get the file again.")  # fmt: skip
                journal.shelve(tile.name, data)
                wanted.discard(tile.name)
        if wanted:
            raise UserError(f"'{name}' lacks {len(wanted)} pieces of its pictures.", "Get the file again.")
        project = decode(saved.tree, store)
        journal.write((), 0, 0, (0, encode(project)))
    finally:
        journal.close()
    write_state(folder, project, 0)
    for entry, info in entries.items():
        if assets is not None and (match := _ASSET_NAME.match(entry)):
            _take_asset(archive, info, match[1], assets, name)


def _checked(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """The entries, by name; nothing is unpacked yet, and nothing is ever unpacked under its own name."""
    infos = archive.infolist()
    refuse = f"'{name}' was refused:"
    if len(infos) > _MOST_ENTRIES:
        raise UserError(f"{refuse} it has {len(infos)} entries.", "It was not made by Concept Studio.")
    if sum(i.file_size for i in infos) > _LARGEST_ZIP:
        raise UserError(f"{refuse} it would unpack to more than {_LARGEST_ZIP >> 30} GB.", "Do not open it.")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        entry = info.filename
        if entry in found:
            raise UserError(f"{refuse} it has '{entry[:60]}' twice.", "Do not open it.")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise UserError(f"{refuse} '{entry[:60]}' is a link to another place.", "Do not open it.")
        if entry.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry) or ":" in entry or "\\" in entry:
            raise UserError(f"{refuse} '{entry[:60]}' leads out of the project.", "Do not open it.")
        if info.file_size > 1 << 20 and info.file_size > _STRETCH * max(1, info.compress_size):
            raise UserError(f"{refuse} '{entry[:60]}' would unpack to {info.file_size >> 20} MB.", "Do not open it.")
        if info.flag_bits & 1:
            raise UserError(f"{refuse} it is encrypted.", "Save it without a password.")
        if entry != STATE and not entry.endswith("/") and not (_TILE_NAME.match(entry) or _ASSET_NAME.match(entry)):
            raise UserError(f"{refuse} '{entry[:60]}' does not belong into a project.", "Check where it came from.")
        found[entry] = info
    return found


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, name: str) -> bytes:
    """An entry's bytes, never more than `most`, whatever its header says."""
    if info.file_size > most:
        raise UserError(f"'{name}' was refused: '{info.filename[:60]}' is too large.", "Do not open it.")
    with archive.open(info) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise UserError(f"'{name}' was refused: '{info.filename[:60]}' is larger than it says.", "Do not open it.")
    return data


def _take_asset(archive: zipfile.ZipFile, info: zipfile.ZipInfo, asset: str, assets: AssetStore, name: str) -> None:
    if asset in assets:
        return
    data = _read(archive, info, _LARGEST_ASSET, name)
    if assets.put(data, asset.rpartition(".")[2], {"project": name}) != asset:
        raise UserError(f"'{name}' is damaged: '{asset[:12]}…' is not what its name says.", "Get the file again.")


def _asset_names(tree: JSON) -> Iterator[str]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _asset_names(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _asset_names(value)
    elif isinstance(tree, str) and _ASSET_NAME.match(f"assets/{tree}"):
        yield tree

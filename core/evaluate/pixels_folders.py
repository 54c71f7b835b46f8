"""Pictures that belong together: before, after, mask, truth; from lists of the studio or from folders.

A folder holds the folders `before`, `after`, `masks`, `truth`; files of one name (without its ending) belong together.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.evaluate.pixels_difference import Bools, Bytes
from core.models.pictures import read_mask, read_picture

ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"}
PARTS = ("before", "after", "masks", "truth")
INSIDE = 128
"""Grey levels from which on a pixel of a mask is inside."""


@dataclass(frozen=True)
class Item:
    """Files about one picture; what is not there is None."""

    name: str
    after: Path
    before: Path | None = None
    masks: Path | None = None
    truth: Path | None = None


@dataclass(frozen=True)
class Looked:
    """The same, read: bytes (height, width, 3) of one size, and the mask (height, width)."""

    name: str
    after: Bytes
    before: Bytes | None
    mask: Bools | None
    truth: Bytes | None


def gather(
    store: AssetStore, lists: Mapping[str, Sequence[str]], folder: str, required: Sequence[str]
) -> list[Item]:  # fmt: skip
    """The items of lists of asset names (`before`, `after`, `masks`, `truth`; paired by place) or of a folder (by name).

    Raises:
        UserError: both or neither are given, lists of unequal length, a missing or double picture, a missing part.
    """
    given = {part: list(lists.get(part, ())) for part in PARTS if lists.get(part)}
    if folder and given:
        raise UserError(f"Both a folder and a list ('{next(iter(given))}') are given.", "Give one of them.")
    if not folder and not given:
        raise UserError("There are no pictures to score.", f"Give lists ({', '.join(required)}, …) or a folder.")
    found = _from_folder(Path(folder).expanduser()) if folder else _from_lists(store, given)
    for part in required:
        if part not in found:
            place = f"in '{folder}'" if folder else "given"
            raise UserError(f"There are no pictures '{part}' {place}.", f"This score needs {' and '.join(required)}.")
    names = list(found["after"])
    for part, files in found.items():
        for name in names:
            if name not in files:
                raise UserError(f"'{name}' is in 'after' and not in '{part}'.", f"Add it, or take '{part}' away.")
    return [Item(name, **{part: files[name] for part, files in found.items()}) for name in names]


def look(item: Item) -> Looked:
    """Read an item.

    Raises:
        UserError: a picture is damaged or of another size than its result, or a mask is empty.
    """
    after = read_picture(item.after, item.name)
    read: dict[str, Bytes | None] = {}
    for part in ("before", "truth"):
        path = getattr(item, part)
        read[part] = None if path is None else _same_size(read_picture(path, item.name), after, item.name, part)
    mask = None if item.masks is None else np.asarray(read_mask(item.masks, after.size, item.name)) >= INSIDE
    if mask is not None and not mask.any():
        raise UserError(f"The mask of '{item.name}' has no pixel of half strength.", "Mark at least one pixel fully.")
    return Looked(item.name, np.asarray(after), read["before"], mask, read["truth"])


def pictures_in(folder: Path) -> dict[str, Path]:
    """The pictures of a folder by name without ending, in order of names.

    Raises:
        UserError: no such folder, none in it, or two of one name.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder '{folder}'.", "Check the path.")
    found: dict[str, Path] = {}
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in ENDINGS):
        if path.stem in found:
            raise UserError(f"'{folder}' holds two pictures called '{path.stem}'.", "Keep one of them.")
        found[path.stem] = path
    if not found:
        raise UserError(f"There are no pictures in '{folder}'.", "PNG, JPEG, WebP, TIFF and BMP count.")
    return found


def _from_folder(folder: Path) -> dict[str, dict[str, Path]]:
    if not folder.is_dir():
        raise UserError(f"There is no folder '{folder}'.", "Check the path.")
    return {part: pictures_in(folder / part) for part in PARTS if (folder / part).is_dir()}


def _from_lists(store: AssetStore, given: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Path]]:
    """Numbered from 1, because stored pictures are often called alike."""
    counts = {part: len(refs) for part, refs in given.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{count} {part}" for part, count in counts.items())
        raise UserError(
            f"The lists are of unequal length: {told}.", "Every picture needs its partner, in the same order."
        )
    for ref in (results := list(given.get("after", ()))):
        if results.count(ref) > 1:
            raise UserError(f"The picture {ref[:12]} is in 'after' twice and would count twice.", "Give it once.")
    names = [
        f"{i} ({store.origin(r).get('file') or r[:8]})"
        for i, r in enumerate(given.get("after") or next(iter(given.values())), 1)
    ]
    return {
        part: dict(zip(names, [store.path(r) for r in refs], strict=True)) for part, refs in given.items()
    }  # fmt: skip


def _same_size(picture: Image.Image, after: Image.Image, name: str, part: str) -> Bytes:
    if picture.size != after.size:
        raise UserError(
            f"'{name}' is {picture.width} x {picture.height} in '{part}' and {after.width} x {after.height} in 'after'.",
            "Bring them to one size.")  # fmt: skip
    return np.asarray(picture)


# --- boxes of text ---------------------------------------------------------------------------------------------------


def read_boxes(path: Path) -> NDArray[np.float64]:
    """Polygons or boxes of a file as boxes (n, 4), the hull of each polygon; an empty file is an empty list.

    `.json`: a list of polygons [[x, y], …], of boxes [left, top, right, bottom], or of objects with a "polygon". Otherwise
    lines of numbers with commas (ICDAR, SCUT-EnsText): x1,y1,x2,y2,…, and what follows the numbers is the text.

    Raises:
        UserError: unreadable, or a line without four numbers.
    """
    try:
        text = path.read_text("utf-8-sig")
        rows = (
            json.loads(text)
            if path.suffix == ".json"
            else [_numbers(line) for line in text.splitlines() if line.strip()]
        )
        boxes = [_box(row["polygon"] if isinstance(row, dict) else row) for row in rows]
    except OSError as error:
        raise UserError(f"The boxes '{path.name}' cannot be read: {error.strerror}.", "Check the path.") from error
    except (ValueError, TypeError, KeyError, UnicodeDecodeError) as error:
        raise UserError(f"'{path.name}' does not hold boxes: {error}.",
                        "One polygon a line: x1,y1,x2,y2,…; or JSON with lists of points.") from error  # fmt: skip
    return np.array(boxes, np.float64).reshape(-1, 4)


def boxes_in(folder: Path, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """The boxes of each picture, from `<name>.txt`, `gt_<name>.txt` or `<name>.json`.

    Raises:
        UserError: a picture without a file (no text is an empty file).
    """
    found = {}
    for name in names:
        tried = [folder / f"{name}.txt", folder / f"gt_{name}.txt", folder / f"{name}.json"]
        path = next((p for p in tried if p.is_file()), None)
        if path is None:
            raise UserError(
                f"There are no boxes for '{name}' in '{folder}'.", "An empty file says that there is no text."
            )
        found[name] = read_boxes(path)
    return found


def _numbers(line: str) -> list[float]:
    """The numbers a line begins with, an even count of them (a ninth belongs to the text)."""
    found: list[float] = []
    for part in line.split(","):
        try:
            found.append(float(part))
        except ValueError:
            break
    return found[: len(found) // 2 * 2]


def _box(row: Sequence[float] | Sequence[Sequence[float]]) -> list[float]:
    flat = np.array(row, np.float64).ravel()
    if len(flat) < 4 or len(flat) % 2 or not np.isfinite(flat).all():
        raise ValueError(f"{list(row)} is no polygon")
    points = flat.reshape(-1, 2)
    return [*points.min(0), *points.max(0)]

"""A data set with removed objects, as the class-wise protocol reads it: which pictures show a class, which do not.

A folder holds `pictures` (the data set), `classes.json` ({"picture.png": ["car", "dog"]}: every class a picture shows,
an empty list for none), and `removed/<class>` with every picture of the class, all its instances removed; or
`removed/<remover>/<class>` for several removers. `masks/<class>` and `truth/<class>` where there are any.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.contract.errors import UserError
from core.evaluate.pixels_folders import pictures_in

ONE = "removed"
"""The remover's name where only one is given."""


@dataclass(frozen=True)
class ClassSet:
    """Files of one class, by picture name."""

    name: str
    shown: Mapping[str, Path]
    """Pictures of the data set with an instance of the class."""
    without: Mapping[str, Path]
    """Pictures of the data set with none."""
    removed: Mapping[str, Mapping[str, Path]]
    """By remover: the pictures of `shown` with all instances removed."""
    masks: Mapping[str, Path]
    truth: Mapping[str, Path]


def read_classes(folder: Path) -> list[ClassSet]:
    """The classes that anything was removed of, in order of names.

    Raises:
        UserError: a missing folder or file, a picture without classes, a class of no picture, an incomplete removal.
    """
    pictures = pictures_in(folder / "pictures")
    labels = _labels(folder / "classes.json", pictures)
    removers = _removers(folder / "removed")
    names = sorted({name for classes in removers.values() for name in classes})
    return [_one_class(folder, name, pictures, labels, removers) for name in names]


def drawn(names: Mapping[str, Path], count: int, seed: int) -> dict[str, Path]:
    """A seeded subset of that size, in order of names."""
    ordered = sorted(names)
    chosen = np.random.default_rng(seed).permutation(len(ordered))[:count]
    return {ordered[i]: names[ordered[i]] for i in sorted(chosen)}


def _one_class(
    folder: Path, name: str, pictures: Mapping[str, Path], labels: Mapping[str, set[str]],
    removers: Mapping[str, Mapping[str, Path]],
) -> ClassSet:  # fmt: skip
    shown = {k: v for k, v in pictures.items() if name in labels[k]}
    if not shown:
        known = ", ".join(sorted(set().union(*labels.values()))) or "none"
        raise UserError(f"No picture shows the class '{name}'.", f"The classes of classes.json are: {known}.")
    removed = {}
    for remover, classes in removers.items():
        if name not in classes:
            raise UserError(
                f"'{remover}' has no folder for the class '{name}'.", "Every remover needs the same classes."
            )
        removed[remover] = _partners(pictures_in(classes[name]), shown, f"removed by '{remover}', class '{name}'")
    extra = {
        part: _partners(pictures_in(folder / part / name), shown, f"{part} of class '{name}'")
        if (folder / part / name).is_dir() else {}
        for part in ("masks", "truth")
    }  # fmt: skip
    without = {k: v for k, v in pictures.items() if name not in labels[k]}
    return ClassSet(name, shown, without, removed, extra["masks"], extra["truth"])


def _partners(found: Mapping[str, Path], shown: Mapping[str, Path], what: str) -> dict[str, Path]:
    """One file for every picture that shows the class, and no other: leaving out the hard ones would flatter."""
    missing, foreign = sorted(set(shown) - set(found)), sorted(set(found) - set(shown))
    if missing:
        raise UserError(f"'{missing[0]}' is missing ({what}).", "Every picture of the class is needed.")
    if foreign:
        raise UserError(f"'{foreign[0]}' does not show the class ({what}).", "Take it away, or mend classes.json.")
    return {name: found[name] for name in sorted(shown)}


def _removers(folder: Path) -> dict[str, dict[str, Path]]:
    """By remover and class, the folder of results."""
    inner = sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []
    if not inner:
        raise UserError(
            f"There are no results in '{folder}'.", "It holds a folder for each class, or for each remover."
        )
    deep = {p.name: {q.name: q for q in sorted(p.iterdir()) if q.is_dir()} for p in inner}
    if not any(deep.values()):
        return {ONE: {p.name: p for p in inner}}
    for name, classes in deep.items():
        if not classes:
            raise UserError(
                f"'{folder / name}' holds no folder for any class.", "Every remover needs the same classes."
            )
    return deep


def _labels(path: Path, pictures: Mapping[str, Path]) -> dict[str, set[str]]:
    """The classes of each picture by its name without ending."""
    try:
        data = json.loads(path.read_text("utf-8"))
        labels = {Path(name).stem: {str(c) for c in classes} for name, classes in data.items() if _is_list(classes)}
    except OSError as error:
        raise UserError(f"'{path}' cannot be read: {error.strerror}.", 'It says {"picture.png": ["car"]}.') from error
    except (ValueError, AttributeError, TypeError) as error:
        raise UserError(
            f"'{path.name}' is not a table of classes: {error}.", 'It says {"picture.png": ["car"]}.'
        ) from error
    for name in pictures:
        if name not in labels:
            raise UserError(f"'{path.name}' does not say which classes '{name}' shows.", "An empty list says: none.")
    return labels


def _is_list(classes: object) -> bool:
    if not isinstance(classes, list):
        raise ValueError(f"{classes!r} is not a list of classes")
    return True

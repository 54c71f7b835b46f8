"""The pictures that scores of concepts look at: generated ones, photos of each concept, and whose region is where.

From lists of the studio, or from a folder:

    pictures/<name>.png                     generated
    prompts.json                            {"<name>": "a photo of a cat"}; or one prompt for all: {"*": "…"}
    references/<concept>/<photo>.png        the concept's own photos
    reference-masks/<concept>/<photo>.png   where it is in them (may be missing)
    regions/<concept>/<name>.png            where it is in a generated picture; all black: it is not there
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.contract.assets import file_hash
from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, ImageRef, MaskRef, PathText, Words
from core.contract.params import Params
from core.engine.run import Run
from core.evaluate.pixels_folders import pictures_in
from core.models.pictures import read_mask, read_picture, to_tensor

Outside = Literal["grey", "white", "black", "keep"]
_LEVEL = {"grey": 0.0, "white": 1.0, "black": -1.0}
INSIDE = 128
"""Grey levels of a mask from which on a pixel is inside."""


class ConceptSetParams(Params):
    """Which pictures, and what the concepts are called."""

    folder: Annotated[PathText, Help("Instead of lists: a folder with pictures, prompts.json, references/<concept>, "
                                     "reference-masks/<concept>, regions/<concept>")] = ""  # fmt: skip
    pictures: Annotated[tuple[ImageRef, ...], Help("Generated pictures")] = ()
    prompts: Annotated[Words, Help("The prompt of each picture in the same order, or one for all")] = ()
    references: Annotated[tuple[ImageRef, ...], Help("Photos of the concepts")] = ()
    reference_of: Annotated[Words, Help("The concept that each photo shows, in the same order; or one for all")] = ()
    reference_masks: Annotated[tuple[MaskRef, ...], Help("Where the concept is in each photo, in the same order")] = ()
    regions: Annotated[tuple[MaskRef, ...], Help("Masks of the generated pictures: where a concept is; all black where it "
                       "is not there")] = ()  # fmt: skip
    region_of: Annotated[
        Words, Help("What each mask is of, in the same order: picture's number:concept, such as 1:cat")
    ] = ()
    classes: Annotated[Words, Help("Class words for placeholders in prompts, such as <cat-1>=cat: judges do not know "
                       "learned words")] = ()  # fmt: skip
    clip: Annotated[PathText, Help("Folder of a CLIP; empty for the embedded one")] = ""
    dino: Annotated[PathText, Help("Folder of a DINO or DINOv2; empty: not measured")] = ""
    outside: Annotated[Outside, Help("What is put around a cut-out concept", source="ours"), Advanced()] = "grey"
    details: Annotated[PathText, Help("Where to write the scores of every picture (.json); empty for nowhere")] = ""


@dataclass(frozen=True)
class Shown:
    """One picture: its file, its prompt, and the region of each concept that somebody marked (None: not there)."""

    name: str
    path: Path
    prompt: str = ""
    regions: Mapping[str, Path | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Photo:
    path: Path
    mask: Path | None = None


@dataclass(frozen=True)
class ConceptSet:
    """Generated pictures, and the photos of each concept in the order in which the concepts came."""

    shown: tuple[Shown, ...]
    photos: Mapping[str, tuple[Photo, ...]]

    @property
    def concepts(self) -> tuple[str, ...]:
        return tuple(self.photos)

    @property
    def prompted(self) -> bool:
        return all(s.prompt for s in self.shown)

    def groups(self, names: Sequence[str] | None = None) -> list[str]:
        """What pictures share: the prompt where all have one (seeds of one prompt are correlated), else only themselves."""
        prompts = {s.name: s.prompt if self.prompted else s.name for s in self.shown}
        return [prompts[name] for name in (names if names is not None else prompts)]


def gather(params: ConceptSetParams, run: Run) -> ConceptSet:
    """The set that parameters name.

    Raises:
        UserError: nothing or both given, lists that do not fit together, one picture twice, placeholders without a class.
    """
    lists = [n for n in ("pictures", "references", "regions", "prompts") if getattr(params, n)]
    if params.folder and lists:
        raise UserError(f"Both a folder and a list ('{lists[0]}') are given.", "Give one of them.")
    if not params.folder and not params.pictures:
        raise UserError("There are no pictures to score.", "Give pictures or a folder.")
    made = _from_folder(Path(params.folder).expanduser()) if params.folder else _from_lists(params, run)
    refuse_twins([(s.name, s.path) for s in made.shown], "generated pictures")
    for concept, photos in made.photos.items():
        refuse_twins([(p.path.name[:24], p.path) for p in photos], f"photos of '{concept}'")
    classes = class_words(params.classes)
    shown = tuple(Shown(s.name, s.path, spoken(s.prompt, classes), s.regions) for s in made.shown)
    return ConceptSet(shown, made.photos)


def class_words(given: Sequence[str]) -> dict[str, str]:
    """ "<cat-1>=cat" as a table.

    Raises:
        UserError: an entry without "=" or without a class.
    """
    found = {}
    for entry in given:
        word, sign, meaning = (part.strip() for part in entry.partition("="))
        if not (word and sign and meaning):
            raise UserError(f"'{entry}' in 'classes' does not say what a word means.", "Write <cat-1>=cat.")
        found[word] = meaning
    return found


def spoken(prompt: str, classes: Mapping[str, str]) -> str:
    """A prompt with class words instead of placeholders.

    Raises:
        UserError: a placeholder without a class: a judge would read its letters.
    """
    for word in sorted(classes, key=len, reverse=True):
        prompt = prompt.replace(word, classes[word])
    left = re.search(r"<[^<>\s]+>", prompt)
    if left:
        raise UserError(f"No judge knows '{left[0]}' of the prompt '{prompt[:60]}'.",
                        f"Say its class: classes {left[0]}=cat.")  # fmt: skip
    return " ".join(prompt.split())


# --- from lists and folders ------------------------------------------------------------------------------------------


def _from_lists(params: ConceptSetParams, run: Run) -> ConceptSet:
    store = run.assets
    prompts = _spread("prompts", params.prompts, "pictures", len(params.pictures)) or ("",) * len(params.pictures)
    owners = _spread("reference_of", params.reference_of, "references", len(params.references))
    if params.references and not owners:
        raise UserError("Whose photos 'references' are is not said.", "Name the concepts with 'reference_of'.")
    masks = _spread("reference_masks", params.reference_masks, "references", len(params.references), single=False)
    photos: dict[str, list[Photo]] = {}
    for i, (ref, owner) in enumerate(zip(params.references, owners, strict=True)):
        photos.setdefault(owner, []).append(Photo(store.path(ref), store.path(masks[i]) if masks else None))
    if len(params.regions) != len(params.region_of):
        raise UserError(f"There are {len(params.regions)} regions and {len(params.region_of)} entries in 'region_of'.",
                        "Say of each mask what it is of, such as 1:cat.")  # fmt: skip
    regions: dict[int, dict[str, Path | None]] = {}
    for mask, said in zip(params.regions, params.region_of, strict=True):
        number, _, concept = said.partition(":")
        if (
            not number.strip().isdigit()
            or not 1 <= int(number) <= len(params.pictures)
            or concept.strip() not in photos
        ):
            known = ", ".join(photos) or "none"
            raise UserError(f"'{said}' in 'region_of' names no picture (1 to {len(params.pictures)}) and concept ({known}).",
                            "Write the picture's number, a colon and the concept.")  # fmt: skip
        mine = regions.setdefault(int(number), {})
        if concept.strip() in mine:
            raise UserError(f"'{said}' is in 'region_of' twice.", "One mask for each concept of a picture.")
        mine[concept.strip()] = _marked(store.path(mask))
    shown = [
        Shown(f"{i} ({store.origin(ref).get('file') or ref[:8]})", store.path(ref), prompt, regions.get(i, {}))
        for i, (ref, prompt) in enumerate(zip(params.pictures, prompts, strict=True), 1)
    ]
    return ConceptSet(tuple(shown), {k: tuple(v) for k, v in photos.items()})


def _spread(name: str, values: Sequence[str], of: str, count: int, single: bool = True) -> tuple[str, ...]:
    """One value for each, or one for all."""
    if len(values) == 1 and single:
        return tuple(values) * count
    if values and len(values) != count:
        raise UserError(
            f"There are {len(values)} {name} and {count} {of}.", f"Give as many {name} as {of}, in their order."
        )
    return tuple(values)


def _from_folder(folder: Path) -> ConceptSet:
    if not folder.is_dir():
        raise UserError(f"There is no folder '{folder}'.", "Check the path.")
    pictures = pictures_in(folder / "pictures")
    prompts = read_table(folder / "prompts.json", pictures)
    photos = photos_in(folder / "references", folder / "reference-masks")
    regions: dict[str, dict[str, Path | None]] = {name: {} for name in pictures}
    for place in subfolders(folder / "regions"):
        if place.name not in photos:
            raise UserError(f"'{place}' holds regions of '{place.name}', of which there are no photos.",
                            f"The concepts are: {', '.join(photos) or 'none'}.")  # fmt: skip
        for name, path in pictures_in(place).items():
            if name not in pictures:
                raise UserError(f"'{path}' is the region of no picture.", "It must be called like its picture.")
            regions[name][place.name] = _marked(path)
    shown = tuple(Shown(n, p, prompts.get(n, prompts.get("*", "")), regions[n]) for n, p in pictures.items())
    return ConceptSet(shown, photos)


def photos_in(folder: Path, masks: Path) -> dict[str, tuple[Photo, ...]]:
    """The photos of each concept, with their masks where there are any."""
    found = {}
    for place in subfolders(folder):
        marks = pictures_in(masks / place.name) if (masks / place.name).is_dir() else {}
        photos = pictures_in(place)
        if marks and set(marks) != set(photos):
            odd = sorted(set(marks) ^ set(photos))[0]
            raise UserError(
                f"'{odd}' of '{place.name}' has a photo or a mask, not both.", "Mask all photos of a concept or none."
            )
        found[place.name] = tuple(Photo(path, marks.get(name)) for name, path in photos.items())
    return found


def subfolders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []


def read_table(path: Path, names: Mapping[str, Path] | Sequence[str]) -> dict[str, str]:
    """Texts by the names of pictures; "*" for all. Empty where there is no such file.

    Raises:
        UserError: unreadable, no table of texts, or of a picture that is not there.
    """
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"'{path}' cannot be read: {error}.", "It should be a table of names and texts.") from error
    if not isinstance(data, dict) or not all(isinstance(v, str) and v.strip() for v in data.values()):
        raise UserError(f"'{path}' is no table of names and texts.", 'Write {"picture name": "text"}.')
    odd = sorted(set(data) - set(names) - {"*"})
    if odd:
        raise UserError(f"'{path.name}' names '{odd[0]}', which is no picture.", "Take it out or add the picture.")
    lacking = sorted(set(names) - set(data))
    if lacking and "*" not in data:
        raise UserError(f"'{path.name}' says nothing of '{lacking[0]}'.", 'Add it, or "*" for all others.')
    return data


def refuse_twins(files: Sequence[tuple[str, Path]], what: str) -> None:
    """
    Raises:
        UserError: two of the files are the same to the byte.
    """
    seen: dict[str, str] = {}
    for name, path in files:
        digest = file_hash(path)
        if digest in seen:
            raise UserError(f"'{seen[digest]}' and '{name}' of the {what} are the same picture and would count twice.",
                            "Give it once.")  # fmt: skip
        seen[digest] = name


def _marked(path: Path) -> Path | None:
    """The mask, or None when it is all black: marked as not there."""
    return path if read_picture(path).convert("L").getextrema()[1] else None  # type: ignore[index]


# --- cutting out ------------------------------------------------------------------------------------------------------


def whole(path: Path) -> Tensor:
    """(1, 3, h, w) in -1..1."""
    return to_tensor(read_picture(path))


def cut_out(path: Path, mask: Path | None, outside: Outside = "grey") -> Tensor:
    """The square around a mask's pixels, what is outside the mask filled; the whole picture without a mask.

    The square keeps the shape of things: a judge that cuts the middle out of an oblong loses their ends.

    Raises:
        UserError: the mask is of another size or has no pixel of half strength.
    """
    picture = read_picture(path)
    if mask is None:
        return to_tensor(picture)
    inside = np.asarray(read_mask(mask, picture.size, mask.name)) >= INSIDE
    if not inside.any():
        raise UserError(f"The mask '{mask.name[:24]}' has no pixel of half strength.", "Mark at least one pixel fully.")
    return squared(to_tensor(picture), inside, outside)


def squared(pixels: Tensor, inside: NDArray[np.bool_], outside: Outside) -> Tensor:
    """(1, 3, s, s): the box around `inside` (h, w), made square with the filling."""
    keep = torch.from_numpy(inside)
    level = _LEVEL.get(outside, 0.0)
    filled = pixels if outside == "keep" else torch.where(keep, pixels, torch.tensor(level))
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    part = filled[..., rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = part.shape[-2:]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return functional.pad(part, (left, side - width - left, top, side - height - top), value=level)

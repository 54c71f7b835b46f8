"""Score concepts that were extracted from photos without words: SIM_I, SIM_C, ACC_1, ACC_3.

The benchmark of ConceptExpress (arXiv:2407.07077). No evaluation code was released and the full text of the paper could not be
read, so the formulas here are INFERRED from how later papers use the names; compare only numbers of one setting:

- source of a concept = photo times its final mask; its feature is the concept's prototype;
- SIM_I: mean cosine of the generated pictures "a photo of <concept>" (8 of them) with their concept's prototype;
- SIM_C: mean cosine of the pictures of the joint prompt with the whole photo;
- ACC_k: share of single-concept pictures whose own concept is among the k nearest prototypes of ALL photos of the set.

The folder holds one folder per photo:

    <photo>/photo.png                     <photo>/masks/<concept>.png
    <photo>/single/<concept>/*.png        <photo>/joint/*.png (may be missing)

"(cos+1)/2" gives the mapping of a public fork, whose scores stand in no published table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, PathText
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.registry import task
from core.engine.run import Run
from core.evaluate.concept_fidelity import seek
from core.evaluate.concept_pictures import INSIDE, cut_out, refuse_twins, subfolders, whole
from core.evaluate.judges import Judge, Pooling
from core.evaluate.pixels_folders import ENDINGS, pictures_in
from core.evaluate.results import deliver
from core.evaluate.scores import Score, mean, not_measured, rate
from core.models.pictures import png, read_mask, read_picture, to_tensor

PICTURES = 8
"""Pictures of a concept in the protocol (inferred)."""
Mapped = Literal["cosine", "(cos+1)/2"]
Source = Literal["photo on black", "cut out"]


class ConceptExtractionParams(Params):
    folder: Annotated[PathText, Help("A folder with a folder per photo: photo.png, masks/<concept>.png, "
                                     "single/<concept>/*.png, joint/*.png")]  # fmt: skip
    clip: Annotated[PathText, Help("Folder of a CLIP; empty for the embedded one. Published numbers: CLIP ViT-B/32",
                                   source="inferred")] = ""  # fmt: skip
    dino: Annotated[PathText, Help("Folder of a DINO; empty: not measured. Published numbers: DINO ViT-B/16",
                                   source="inferred")] = ""  # fmt: skip
    source: Annotated[Source, Help("A concept's source: the whole photo, black outside the mask; or the mask's square only",
                      source="inferred"), Advanced()] = "photo on black"  # fmt: skip
    mapped: Annotated[Mapped, Help("Plain cosines, or mapped to 0..1 as a public fork does"), Advanced()] = "cosine"
    pooling: Annotated[Pooling, Help("How DINO's tokens become one feature; the fork takes the mean"), Advanced()] = (
        "class token"
    )
    details: Annotated[PathText, Help("Where to write the scores of every picture (.json); empty for nowhere")] = ""


@dataclass(frozen=True)
class Extracted:
    """One photo: the masks of its concepts, and what was generated."""

    name: str
    photo: Path
    masks: Mapping[str, Path]
    single: Mapping[str, tuple[Path, ...]]
    joint: tuple[Path, ...] = ()


@task("core.concept_extraction", "Score extracted concepts", Kind.EVALUATE, paper="arXiv:2407.07077",
      provenance=Provenance.INFERRED)  # fmt: skip
def concept_extraction(params: ConceptExtractionParams, run: Run) -> Outcome:
    photos = photos_of(Path(params.folder).expanduser())
    scores: list[Score] = []
    details: dict[str, dict[str, float]] = {}
    for family, given in (("clip", params.clip), ("dino", params.dino)):
        judge = seek(family, given, params.pooling)  # type: ignore[arg-type]
        scores += protocol(photos, judge, params, run, details, family.upper())
    few = sorted({len(p) for photo in photos for p in photo.single.values()} - {PICTURES})
    concepts = sum(len(photo.masks) for photo in photos)
    note = f"{len(photos)} photos, {concepts} concepts, source: {params.source}, {params.mapped}; formulas inferred."
    if few:
        note += f" The protocol asks for {PICTURES} pictures a concept; there are {', '.join(map(str, few))}."
    return deliver(scores, run, note, params.details, details)


def photos_of(folder: Path) -> list[Extracted]:
    """Every photo of the set.

    Raises:
        UserError: no folder, an empty one, a photo without concepts, a concept without pictures, one picture twice.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder '{folder}'.", "Check the path.")
    places = subfolders(folder)
    if not places:
        raise UserError(f"There are no photos in '{folder}'.", "Each photo has a folder of its own there.")
    return [_photo(place) for place in places]


def _photo(place: Path) -> Extracted:
    photo = next((p for p in sorted(place.glob("photo.*")) if p.suffix.lower() in ENDINGS), None)
    if photo is None:
        raise UserError(f"'{place}' holds no photo.", "It must be called photo.png (or another picture format).")
    masks = pictures_in(place / "masks")
    single = {s.name: tuple(pictures_in(s).values()) for s in subfolders(place / "single")}
    odd = sorted(set(masks) ^ set(single))
    if odd:
        what = "a mask and no pictures" if odd[0] in masks else "pictures and no mask"
        raise UserError(f"The concept '{odd[0]}' of '{place.name}' has {what}.", "Both belong to a concept.")
    joint = tuple(pictures_in(place / "joint").values()) if (place / "joint").is_dir() else ()
    for concept, files in single.items():
        refuse_twins([(f.name, f) for f in files], f"pictures of '{concept}' of '{place.name}'")
    return Extracted(place.name, photo, masks, single, joint)


def protocol(
    photos: Sequence[Extracted], judge: Judge | str, params: ConceptExtractionParams, run: Run,
    details: dict[str, dict[str, float]], by: str,
) -> list[Score]:  # fmt: skip
    """The four scores of one judge. Intervals resample concepts, for SIM_C photos."""
    names = [f"{part} by {by}" for part in ("SIM_I", "SIM_C", "ACC_1", "ACC_3")]
    if isinstance(judge, str):
        return [not_measured(name, judge) for name in names]
    keys = [(photo.name, concept) for photo in photos for concept in photo.masks]
    sources = [source(photo, concept, params.source) for photo in photos for concept in photo.masks]
    prototypes = judge.pictures(sources)
    own, groups, ranks = list[float | None](), list[str](), list[int]()
    together, of = list[float | None](), list[str]()
    for photo in run.track(photos, f"Looking at concepts: {judge.name}"):
        for concept, files in photo.single.items():
            place = keys.index((photo.name, concept))
            for file in files:
                cosines = prototypes @ judge.pictures([whole(file)])[0]
                own.append(mapped(float(cosines[place]), params.mapped))
                groups.append(f"{photo.name}/{concept}")
                ranks.append(rank(cosines, place))
                details.setdefault(f"{photo.name}/{concept}/{file.name}", {})[f"cosine by {by}"] = float(cosines[place])
        if photo.joint:
            scene = judge.pictures([whole(photo.photo)])[0]
            together += [mapped(float(judge.pictures([whole(f)])[0] @ scene), params.mapped) for f in photo.joint]
            of += [photo.name] * len(photo.joint)
    return [
        mean(names[0], own, groups, judge.name, shared="concept"),
        mean(
            names[1],
            together,
            of,
            judge.name,
            reason="there are no pictures of the joint prompt (folders 'joint')",
            shared="photo",
        ),
        *(_accuracy(n, k, ranks, len(keys), judge.name) for n, k in zip(names[2:], (1, 3), strict=True)),
    ]


def _accuracy(name: str, k: int, ranks: Sequence[int], concepts: int, judge: str) -> Score:
    if concepts <= k:
        return not_measured(name, f"among {concepts} concepts the right one is always within the first {k}", judge)
    return rate(name, [r < k for r in ranks], judge)


def rank(cosines: Tensor, place: int) -> int:
    """How many prototypes are at least as near as one's own; 0 is the nearest. A tie counts against it."""
    return int((cosines >= cosines[place]).sum()) - 1


def mapped(cosine: float, how: Mapped) -> float:
    return cosine if how == "cosine" else (cosine + 1) / 2


def source(photo: Extracted, concept: str, how: Source) -> Tensor:
    """The concept in its photo, (1, 3, h, w).

    Raises:
        UserError: the mask is of another size or has no pixel of half strength.
    """
    path = photo.masks[concept]
    if how == "cut out":
        return cut_out(photo.photo, path, "black")
    picture = read_picture(photo.photo)
    inside = np.asarray(read_mask(path, picture.size, f"{photo.name}/{path.name}")) >= INSIDE
    if not inside.any():
        raise UserError(f"The mask '{photo.name}/{path.name}' has no pixel of half strength.", "Mark one pixel fully.")
    return torch.where(torch.from_numpy(inside), to_tensor(picture), torch.tensor(-1.0))


def _sample(run: Run) -> str:
    """Two photos of noise with two concepts each, for the conformance suite."""
    draw = np.random.default_rng(3)
    root = run.assets.root.parent / "extracted"
    for name in ("one", "two"):
        for place in ("masks", "single/left", "single/right", "joint"):
            (root / name / place).mkdir(parents=True, exist_ok=True)
        files = ["photo", "single/left/1", "single/left/2", "single/right/1", "single/right/2", "joint/1"]
        for file in files:
            noise = draw.integers(0, 256, (32, 32, 3)).astype(np.uint8)
            (root / name / f"{file}.png").write_bytes(png(Image.fromarray(noise)))
        for side, columns in (("left", slice(0, 12)), ("right", slice(18, 30))):
            mask = np.zeros((32, 32), np.uint8)
            mask[4:28, columns] = 255
            (root / name / "masks" / f"{side}.png").write_bytes(png(Image.fromarray(mask)))
    return str(root)


CONFORMANCE = {"folder": _sample}

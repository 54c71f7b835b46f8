"""Score erased text: PSNR, MSSIM, MSE, AGE, pEPs, pCEPs, and how much of it is still found.

The scores of DeepEraser's evaluation (arXiv:2402.19108). Needs pictures after erasing and their truth; masks add scores
inside the mask, pictures before add what changed outside.
Each score comes as its name says ("clean") and as the field's script computes it ("published": EraseNet, `evaluatuion.py`):
both pictures resized to 512 x 512 by bicubic interpolation, MS-SSIM that never leaves full resolution, and pictures equal
to their truth left out of every average. Tables in papers are of the second kind; compare within one kind only.

Detection precision, recall and F say how much text a detector still finds; LOWER is better, and they cannot be read
without the same three numbers before erasing and on the truth, so those stand beside them. Detections are read from the
folders `found-after`, `found-before`, `found-truth` next to the pictures, or made by a task that marks text (`detector`).
The text that was there comes from the folder `boxes`, else from the parts of the masks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from PIL import Image
from scipy import ndimage

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, ImageRef, MaskRef, PathText, Range
from core.contract.method import Kind, Outcome, Provenance, Role
from core.contract.params import Params, from_json
from core.engine.registry import method, task
from core.engine.run import Run
from core.evaluate.intervals import bootstrap
from core.evaluate.pixels_boxes import NOTHING, Floats, Found, Matching, match
from core.evaluate.pixels_difference import Bools, Bytes, grey_differences, mse, outside_change, psnr, text_scores
from core.evaluate.pixels_folders import INSIDE, Item, Looked, boxes_in, gather, look
from core.evaluate.pixels_summary import means, plain
from core.evaluate.results import deliver
from core.evaluate.scores import Score, not_measured
from core.models.pictures import read_mask, read_picture

SIDE = 512
"""Pixels a side at which the published script compares."""
WHEN = ("after", "before", "truth")


class TextRemovalParams(Params):
    after: Annotated[tuple[ImageRef, ...], Help("Pictures with the text erased")] = ()
    truth: Annotated[tuple[ImageRef, ...], Help("The clean pictures, in the same order")] = ()
    before: Annotated[tuple[ImageRef, ...], Help("The pictures with text, in the same order")] = ()
    masks: Annotated[tuple[MaskRef, ...], Help("Where the text was, in the same order")] = ()
    folder: Annotated[PathText, Help("Instead of lists: a folder with the folders after, truth, before, masks, boxes, "
                      "found-after, found-before, found-truth (the last six where there are any)")] = ""  # fmt: skip
    variant: Annotated[Literal["both", "clean", "published"], Help(
        "As the names say, as the field's script computes, or both", source="deep-eraser: EraseNet's script")] = "both"  # fmt: skip
    size: Annotated[int, Range(0, 4096), Help("Clean scores: both pictures resized to this square (bicubic); 0 leaves "
                    "them as they are"), Advanced()] = 0  # fmt: skip
    composite: Annotated[bool, Help("Take the truth outside the text first, so that only the text counts (the '_C' scores "
                         "of GaRNet)"), Advanced()] = False  # fmt: skip
    matching: Annotated[Matching, Help("deteval: by shares of area (0.8 and 0.4), parts and merged words allowed; iou: "
                        "overlap of half or more"), Advanced()] = "deteval"  # fmt: skip
    detector: Annotated[str, Help("A task that marks text with masks, such as a text detector's id; empty reads "
                        "detections from the folder")] = ""  # fmt: skip
    details: Annotated[PathText, Help("Where to write the scores of every picture (.json); empty for nowhere")] = ""


@task(
    "core.text_removal",
    "Score erased text",
    Kind.EVALUATE,
    paper="arXiv:2402.19108",
    provenance=Provenance.INFERRED,
)
def text_removal(params: TextRemovalParams, run: Run) -> Outcome:
    lists = {part: getattr(params, part) for part in ("after", "truth", "before", "masks")}
    items = gather(run.assets, lists, params.folder, ("after", "truth"))
    texts = original_texts(params.folder, items)
    if params.composite and not texts:
        raise UserError("To take the truth outside the text, the text's place must be known.", "Give masks or boxes.")
    rows: dict[str, dict[str, float | None]] = {}
    for item in run.track(items, "Comparing pictures"):
        rows[item.name] = picture_scores(params, look(item), texts.get(item.name))
    found = {when: detected(params, when, items, texts, run) for when in WHEN}
    return report(params, run, rows, found)


def picture_scores(params: TextRemovalParams, seen: Looked, texts: Floats | None) -> dict[str, float | None]:
    """The scores of one picture by name; None where there is nothing to measure."""
    assert seen.truth is not None
    after, truth = seen.after, seen.truth
    if params.composite:
        after = composited(after, truth, _boxed(texts, truth.shape[:2]))
    row: dict[str, float | None] = {}
    if params.variant != "published":
        row |= asdict(text_scores(resized(after, params.size), resized(truth, params.size)))
        if seen.mask is not None:
            age = float(grey_differences(after, truth)[seen.mask].mean())
            row |= {"psnr_inside": psnr(mse(after, truth, seen.mask)), "age_inside": age}
    if params.variant != "clean":
        row |= published_scores(after, truth)
    if seen.before is not None and seen.mask is not None:
        row["change_outside"] = outside_change(seen.before, after, seen.mask)
    return row


def published_scores(after: Bytes, truth: Bytes) -> dict[str, float | None]:
    """As the script computes them; None throughout for a pair that is equal at 512 x 512, which the script skips."""
    made = asdict(text_scores(resized(after, SIDE), resized(truth, SIDE), "published"))
    return {f"published_{name}": value if made["mse"] > 0 else None for name, value in made.items()}


def resized(picture: Bytes, side: int) -> Bytes:
    """A square of that side, bicubic; 0 leaves the picture as it is."""
    if side in (0, picture.shape[0]) and (side == 0 or picture.shape[0] == picture.shape[1]):
        return picture
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC))


def composited(after: Bytes, truth: Bytes, inside: Bools) -> Bytes:
    """The result inside, the truth outside."""
    return np.where(inside[..., None], after, truth)


# --- what is still found -----------------------------------------------------------------------------------------------


def original_texts(folder: str, items: Sequence[Item]) -> dict[str, Floats]:
    """Boxes (n, 4) of the text that was there, by picture: from the folder `boxes`, else the parts of the masks."""
    boxes = Path(folder).expanduser() / "boxes"
    if folder and boxes.is_dir():
        return boxes_in(boxes, [item.name for item in items])
    return {item.name: boxes_of_mask(item.masks, item.name) for item in items if item.masks is not None}


def boxes_of_mask(path: Path, name: str = "") -> Floats:
    """Boxes (n, 4) of the connected parts of a mask (eight neighbours)."""
    inside = np.asarray(read_mask(path, name=name)) >= INSIDE
    parts, _ = ndimage.label(inside, np.ones((3, 3)))
    found = [(x.start, y.start, x.stop, y.stop) for y, x in ndimage.find_objects(parts)]
    return np.array(found, np.float64).reshape(-1, 4)


def detected(
    params: TextRemovalParams, when: str, items: Sequence[Item], texts: Mapping[str, Floats], run: Run
) -> list[Found] | str:
    """Credits and counts of every picture, or why there are none."""
    if not texts:
        return "where the text was is not known (no masks, no folder 'boxes')"
    if params.detector:
        files = {item.name: getattr(item, when) for item in items}
        if None in files.values():
            return f"there are no pictures '{when}'"
        boxes = {n: marked(params.detector, files[n], run) for n in run.track(list(files), f"Looking for text: {when}")}
    else:
        folder = Path(params.folder).expanduser() / f"found-{when}"
        if not params.folder or not folder.is_dir():
            return "no detector and no folder of detections was given"
        boxes = boxes_in(folder, [item.name for item in items])
    return [match(texts[name], boxes[name], params.matching) for name in texts]


def marked(detector: str, path: Path, run: Run) -> Floats:
    """Boxes (n, 4) of what a task marks in a picture, one for each connected part of each of its masks.

    Raises:
        UserError: there is no such task, or it does not mark pictures.
    """
    entry = method(detector, Role.TASK)
    if entry.info.kind != Kind.MASK or "picture" not in {field.name for field in entry.info.params}:
        raise UserError(f"'{detector}' does not mark pictures.", "Name a task of the kind 'mask' that takes a picture.")
    assert entry.function is not None
    picture = run.keep_picture(read_picture(path), file=path.name)
    made = entry.function(from_json(entry.params, {"picture": picture}), run)
    found = [boxes_of_mask(run.assets.path(mask)) for mask in made.masks]
    return np.concatenate(found) if found else np.zeros((0, 4))


def _boxed(texts: Floats | None, size: tuple[int, ...]) -> Bools:
    """Pixels (height, width) inside any of the boxes."""
    inside = np.zeros(size, bool)
    for left, top, right, bottom in np.zeros((0, 4)) if texts is None else texts:
        inside[int(max(top, 0)) : int(np.ceil(bottom)), int(max(left, 0)) : int(np.ceil(right))] = True
    return inside


def report(
    params: TextRemovalParams, run: Run, rows: Mapping[str, Mapping[str, float | None]],
    found: Mapping[str, list[Found] | str],
) -> Outcome:  # fmt: skip
    """All scores of the set."""
    reasons = {"mssim": "the pictures are under 161 pixels, too small for five scales"}
    reasons |= {f"published_{n}": "every picture equals its truth, and the script skips those"
                for n in ("mse", "psnr", "mssim", "age", "peps", "pceps")}  # fmt: skip
    scores = means(rows, reasons, {}, run.seed)
    for when, result in found.items():
        by = f"{params.detector or 'detections of the folder'}, {params.matching}"
        scores += detection_scores(when, result, by, run.seed)
    note = "Outside the text the truth was taken." if params.composite else ""
    return deliver(scores, run, f"{len(rows)} pictures. {note}".strip(), params.details, plain(rows))


def detection_scores(when: str, found: list[Found] | str, judge: str, seed: int) -> list[Score]:
    """Precision, recall and F over the whole set, with intervals over pictures; n are the detections or the texts."""
    if isinstance(found, str):
        return [not_measured(name, found, what=when) for name in ("precision", "recall", "f")]
    whole = sum(found, NOTHING)
    no_text = "there was no text"
    recalled = [[f.recalled / f.texts] * f.texts for f in found if f.texts]
    precise = [[f.precise / f.detections] * f.detections for f in found if f.detections]
    return [
        _share("precision", whole.precision, precise, judge, when, "nothing was detected", seed),
        _share("recall", whole.recall, recalled, judge, when, no_text, seed),
        not_measured("f", no_text, judge, when) if whole.f is None
        else Score("f", whole.f, whole.texts, None, judge, when, remark="no interval for F"),
    ]  # fmt: skip


def _share(
    name: str, value: float | None, groups: list[list[float]], judge: str, when: str, why: str, seed: int
) -> Score:  # fmt: skip
    """A share of boxes, resampled by pictures: the boxes of one picture go together."""
    if value is None:
        return not_measured(name, why, judge, when)
    interval = bootstrap(groups, seed)
    few = "" if interval else f"{len(groups)} pictures with boxes: too few for an interval"
    return Score(name, value, sum(len(g) for g in groups), interval, judge, when, remark=few)


CONFORMANCE = {
    "after": lambda run: [run.keep_picture(Image.new("RGB", (64, 48), (90, 90, 90)))],
    "truth": lambda run: [run.keep_picture(Image.new("RGB", (64, 48), (100, 90, 90)))],
}

"""Score removed objects: the seam, the hole, what changed outside, and whether the object is gone.

Works on pictures before and after with their masks; with true pictures (the same view without the object) it adds PSNR and
SSIM. ReMOVE (Chandrasekar et al., 2024) asks a SAM encoder whether the filled hole looks like its surroundings; its
published numbers are SAM ViT-H's. CLIP is asked how much the place looks like the object's name, before and after.
Scores against the ORIGINAL picture are left out on purpose: the original holds the object, so they reward leaving it in
(Oh et al., 2024, arXiv:2404.11104).
"""

from collections.abc import Mapping
from typing import Annotated

import torch
from PIL import Image

from core.contract.fields import Advanced, Help, ImageRef, MaskRef, PathText
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.registry import task
from core.engine.run import Run
from core.evaluate.judges import Judge, find_judge, load_judge
from core.evaluate.pixels_difference import grey, mse, outside_change, psnr, seam, ssim
from core.evaluate.pixels_encoder import Encoder, How, find_encoder, load_encoder, remove_score, square_around
from core.evaluate.pixels_folders import Looked, gather, look
from core.evaluate.pixels_summary import means, plain
from core.evaluate.results import deliver
from core.evaluate.scores import Score, not_measured
from core.models.clip import EMBEDDED
from core.models.pictures import to_tensor

NO_ENCODER = "no Segment Anything weights were found"


class ObjectRemovalParams(Params):
    after: Annotated[tuple[ImageRef, ...], Help("Pictures with the object removed")] = ()
    before: Annotated[tuple[ImageRef, ...], Help("The same pictures with the object, in the same order")] = ()
    masks: Annotated[tuple[MaskRef, ...], Help("Where the object was, in the same order")] = ()
    truth: Annotated[tuple[ImageRef, ...], Help("The same views without the object, where there are any")] = ()
    folder: Annotated[PathText, Help("Instead of lists: a folder with the folders after, before, masks and, where there is "
                      "one, truth; pictures of one name belong together")] = ""  # fmt: skip
    thing: Annotated[str, Help("The removed object in a word, such as 'car'; empty does not ask for it")] = ""
    encoder: Annotated[PathText, Help("A Segment Anything file (.safetensors); empty looks in the models folder, then "
                       "takes the embedded one")] = ""  # fmt: skip
    remove: Annotated[How, Help("What ReMOVE looks at; the 'reference' variants repeat the authors' script with its "
                      "treatment of thin masks and padding"), Advanced()] = "crop"  # fmt: skip
    judge: Annotated[PathText, Help("A CLIP folder; empty takes the embedded one")] = ""
    details: Annotated[PathText, Help("Where to write the scores of every picture (.json); empty for nowhere")] = ""


@task(
    "core.object_removal",
    "Score removed objects",
    Kind.EVALUATE,
    paper="arXiv:2404.11104",
    provenance=Provenance.INFERRED,
)
def object_removal(params: ObjectRemovalParams, run: Run) -> Outcome:
    lists = {part: getattr(params, part) for part in ("after", "before", "masks", "truth")}
    items = gather(run.assets, lists, params.folder, ("after", "before", "masks"))
    path = find_encoder(params.encoder)
    encoder = load_encoder(path) if path else None
    clip = asked_clip(params)
    rows: dict[str, dict[str, float | None]] = {}
    for item in run.track(items, "Looking at pictures"):
        seen = look(item)
        rows[item.name] = picture_scores(seen, encoder, params.remove) | presence(seen, clip, params.thing)
    return report(params, run, rows, encoder, clip)


def asked_clip(params: ObjectRemovalParams) -> Judge | None:
    """The CLIP to ask, if a thing is named and there is one; a folder that was named must hold one."""
    if params.judge:
        find_judge("clip", params.judge)
    elif not (EMBEDDED / "config.json").exists():
        return None
    return load_judge("clip", params.judge) if params.thing.strip() else None


def presence(seen: Looked, clip: Judge | None, thing: str) -> dict[str, float | None]:
    """100 cosine of the square around the mask and "a photo of a <thing>", before and after."""
    if clip is None:
        return {}
    assert seen.before is not None
    crops = [to_tensor(place(Image.fromarray(picture), seen)) for picture in (seen.before, seen.after)]
    cosines = clip.pictures(crops) @ clip.texts([f"a photo of a {thing.strip()}"])[0]
    before, after = (100 * cosines).tolist()
    return {"clip_before": before, "clip_after": after}


def report(
    params: ObjectRemovalParams, run: Run, rows: Mapping[str, Mapping[str, float | None]], encoder: Encoder | None,
    clip: Judge | None,
) -> Outcome:  # fmt: skip
    """All scores of the set; what could not be measured says why."""
    judge = f"{encoder.name}, {params.remove}" if encoder else ""
    reasons = {"seam": "no mask has a border inside its picture, or everything around it is flat",
               "seam_before": "no mask has a border inside its picture, or everything around it is flat",
               "remove": "no mask leaves a cell inside and one outside",
               "remove_before": "no mask leaves a cell inside and one outside",
               "change_outside": "the masks cover everything", "psnr_outside": "the masks cover everything"}  # fmt: skip
    by = {"remove": judge, "remove_before": judge} | dict.fromkeys(
        ("clip_before", "clip_after"), clip.name if clip else ""
    )
    scores = means(rows, reasons, by, run.seed)
    largest = [row["change_outside"] for row in rows.values() if row["change_outside"] is not None]
    if largest:
        remark = "the largest of the set; 0: outside is kept to the bit"
        scores.append(Score("change_outside_largest", max(largest), len(largest), remark=remark))
    if encoder is None:
        scores += [not_measured("remove", NO_ENCODER), not_measured("remove_before", NO_ENCODER)]
    if clip is None:
        why = "no CLIP was found" if params.thing.strip() else "no 'thing' was named"
        scores += [not_measured("clip_before", why), not_measured("clip_after", why)]
    if not any("psnr_truth" in row for row in rows.values()):
        scores += [not_measured(name, "there are no true pictures") for name in ("psnr_truth", "ssim_truth")]
    scores.append(not_measured("lpips", "no LPIPS network is part of this program"))
    return deliver(scores, run, f"{len(rows)} pictures.", params.details, plain(rows))


def picture_scores(seen: Looked, encoder: Encoder | None, how: How) -> dict[str, float | None]:
    """The scores of one picture that need no words; None where there is nothing to measure."""
    assert seen.before is not None
    assert seen.mask is not None
    outside = ~seen.mask
    row: dict[str, float | None] = {
        "change_outside": outside_change(seen.before, seen.after, seen.mask),
        "psnr_outside": psnr(mse(seen.after, seen.before, outside)) if outside.any() else None,
        "seam": seam(seen.after, seen.mask),
        "seam_before": seam(seen.before, seen.mask),
    }
    if encoder is not None:
        row["remove"] = remove_score(encoder, Image.fromarray(seen.after), seen.mask, how)
        row["remove_before"] = remove_score(encoder, Image.fromarray(seen.before), seen.mask, how)
    if seen.truth is not None:
        row |= truth_scores(seen)
    return row


def truth_scores(seen: Looked) -> dict[str, float | None]:
    """Against the same view without the object: of the whole picture, and inside the mask."""
    assert seen.truth is not None
    large = min(seen.after.shape[:2]) >= 11
    row: dict[str, float | None] = {
        "psnr_truth": psnr(mse(seen.after, seen.truth)),
        "ssim_truth": ssim(grey(seen.after), grey(seen.truth)) if large else None,
    }
    if seen.mask is not None:
        row["psnr_truth_inside"] = psnr(mse(seen.after, seen.truth, seen.mask))
    return row


def place(picture: Image.Image, seen: Looked) -> Image.Image:
    """The square around the mask, where the object was."""
    assert seen.mask is not None
    left, top, side = square_around(seen.mask)
    return picture.crop((left, top, left + side, top + side))


CONFORMANCE = {
    "after": lambda run: [run.keep_picture(Image.new("RGB", (64, 48), (90, 90, 90)))],
    "before": lambda run: [run.keep_picture(Image.new("RGB", (64, 48), (100, 90, 90)))],
    "masks": lambda run: [run.keep_mask(torch.ones(48, 64).tril())],
}

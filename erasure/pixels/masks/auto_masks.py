"""Find the things in a picture and give each a mask, without a click.

With SAM weights: the automatic generator of segment-anything (Kirillov et al., 2023, arXiv:2304.02643): a grid of
clicks, three masks each, filtered by predicted overlap and stability, copies dropped. Without weights: a classical
search by colour, edges and shape (ours, see `proposals`), which finds what stands out from calm surroundings and little
else. The masks come best first; `score` and `score_2` ... say how sure each is, on scales that the two ways do not share.
"""

from typing import Annotated, Literal

import numpy as np
from PIL import Image

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, ImageRef, PathText, Range
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.registry import task
from core.engine.run import Run
from erasure.pixels.masks import sam, shapes
from erasure.pixels.masks.grabcut import SMALLEST
from erasure.pixels.masks.prompts import numbers
from erasure.pixels.masks.proposals import Proposal, apart, different, propose
from erasure.pixels.masks.sam_weights import find_weights

SEARCHED_SIDE = 1024
"""Longest side at which SAM searches; what its encoder reads."""


class AutoMasksParams(Params):
    picture: Annotated[ImageRef, Help("The picture to search")]
    count: Annotated[int, Range(1, 50), Help("How many things at most")] = 2
    by: Annotated[
        Literal["auto", "sam", "classical"], Help("auto: SAM where its weights are found, else classical")
    ] = "auto"
    weights: Annotated[PathText, Help("A SAM file (.safetensors); empty looks in the models folder")] = ""
    smallest: Annotated[float, Range(0, 1, 0.01), Help("Smallest share of the picture a thing may cover")] = 0.01
    largest: Annotated[float, Range(0.01, 1, 0.05), Help("Largest share of the picture a thing may cover")] = 0.6
    apart: Annotated[bool, Help("Where two overlap, only the smaller one keeps the pixels (a fig in a bowl)")] = True
    points_per_side: Annotated[int, Range(1, 64), Help("SAM: clicks along each side; 32 in the paper"), Advanced()] = 16
    predicted_iou: Annotated[
        float, Range(0, 1, 0.01), Help("SAM: least predicted overlap; lower it for small models (inferred)"), Advanced()
    ] = 0.88
    stability: Annotated[
        float, Range(0, 1, 0.01), Help("SAM: least stability; lower it for small models (inferred)"), Advanced()
    ] = 0.95


@task(
    "erasure.auto_masks",
    "Find things",
    Kind.MASK,
    paper="arXiv:2304.02643 (with SAM weights)",
    provenance=Provenance.OURS,
)
def auto_masks(params: AutoMasksParams, run: Run) -> Outcome:
    if params.smallest >= params.largest:
        raise UserError(
            "'smallest' must be less than 'largest'.", f"They are {params.smallest:g} and {params.largest:g}."
        )
    picture = run.picture(params.picture)
    if min(picture.size) < SMALLEST:
        raise UserError(f"A picture of {picture.width} x {picture.height} pixels is too small to search.",
                        f"Use one of at least {SMALLEST} x {SMALLEST}.")  # fmt: skip
    weights = None if params.by == "classical" else find_weights(params.weights, required=params.by == "sam")
    if weights is None:
        found = propose(picture, params.count, params.smallest, params.largest, params.apart, seed=run.seed,
                        track=lambda masks: run.track(masks, "Cutting things out"))  # fmt: skip
        way = "colour, edges and shape (no SAM weights)"
    else:
        found = _by_sam(picture, params, run, sam.load_sam(weights))
        way = f"SAM {weights.layout.name}"
    if not found:
        raise UserError("Nothing in the picture stands out enough to be called a thing.",
                        "Click on it instead: erasure.grabcut.")  # fmt: skip
    origin = {"method": "erasure.auto_masks", "picture": params.picture, "way": way}
    masks = tuple(run.keep_mask(p.mask, **origin, quality=p.quality) for p in found)
    figures = {"count": float(len(found))}
    for place, proposal in enumerate(found):
        ending = "" if place == 0 else f"_{place + 1}"
        figures |= {key + ending: value for key, value in numbers(proposal.mask, proposal.quality).items()}
    return Outcome(masks=masks, numbers=figures, note=f"{len(found)} of at most {params.count} things, by {way}")


def _by_sam(picture: Image.Image, params: AutoMasksParams, run: Run, model: sam.Segmenter) -> list[Proposal]:
    """The generator's masks by predicted overlap, from the cached embedding; crops of the picture are not searched."""
    # Masks of a whole grid of clicks at once would not fit in memory for a large photograph.
    small = picture.copy()
    small.thumbnail((SEARCHED_SIDE, SEARCHED_SIDE), Image.Resampling.LANCZOS)
    rgb = np.asarray(small)
    rated: list[tuple[shapes.Bools, float]] = []
    for clicks in run.track(sam.grid(params.points_per_side, small.size), "Segmenting everything"):
        rated += sam.masks_at(model, rgb, clicks, params.predicted_iou, params.stability)
    found = [Proposal(mask, score) for mask, score in sam.without_copies(rated)]
    sized = [p for p in found if params.smallest <= p.mask.mean() <= params.largest]
    best = different(sized)[: params.count]
    best = apart(best) if params.apart else best
    return [Proposal(shapes.scaled(p.mask, picture.size), p.quality) for p in best]

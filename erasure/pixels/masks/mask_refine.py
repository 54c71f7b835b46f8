"""Grow, shrink, feather, fill, invert, smooth or clean a mask.

The union of what the editors read for the specification offer. The steps run in this order, each only when asked for:
fill holes, remove specks, keep the largest, smooth, shrink, grow, invert, feather. All lengths are pixels of the mask; distances
are Euclidean, so growing is round. Soft masks are cut at one half first; feathering makes them soft again.
"""

from typing import Annotated

import numpy as np

from core.contract.errors import UserError
from core.contract.fields import Help, ImageRef, MaskRef, Range
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.registry import task
from core.engine.run import Run
from erasure.pixels.masks import shapes


class RefineParams(Params):
    mask: Annotated[MaskRef, Help("The mask to change")]
    picture: Annotated[ImageRef, Help("Its picture; when given, both must have the same size")] = ""
    fill_holes: Annotated[bool, Help("Fill what the mask encloses")] = False
    largest_hole: Annotated[
        int, Range(0, 1_000_000, 10), Help("Fill only holes of up to so many pixels; 0 fills all")
    ] = 0
    remove_specks: Annotated[int, Range(0, 1_000_000, 10), Help("Drop separate parts of fewer pixels than this")] = 0
    keep_largest: Annotated[int, Range(0, 100), Help("Keep only so many of the largest parts; 0 keeps all")] = 0
    smooth: Annotated[
        int, Range(0, 100), Help("Round the outline; pixels, standard deviation of a blur cut at half")
    ] = 0
    shrink: Annotated[int, Range(0, 500), Help("Take so many pixels off the edge")] = 0
    grow: Annotated[int, Range(0, 500), Help("Add so many pixels around the edge")] = 0
    invert: Annotated[bool, Help("Swap inside and outside")] = False
    feather: Annotated[int, Range(0, 500), Help("Pixels over which the edge fades, half of them on either side")] = 0


@task("erasure.mask_refine", "Refine a mask", Kind.MASK, provenance=Provenance.OURS)
def mask_refine(params: RefineParams, run: Run) -> Outcome:
    size = run.picture(params.picture).size if params.picture else None
    before = run.mask(params.mask, size)[0, 0].numpy() > 0.5
    if not before.any():
        raise UserError("The mask is nowhere more than half inside.", "Mark at least one pixel fully.")
    after = refine(before, params)
    if not after.any():
        raise UserError("Nothing is left of the mask after these steps.", "Shrink, smooth or invert it less.")
    soft = shapes.feather(after, params.feather)
    ref = run.keep_mask(soft, method="erasure.mask_refine", mask=params.mask, params=params.model_dump(mode="json"))
    x0, y0, x1, y1 = shapes.box_of(after)
    figures = {"area": float(after.mean()), "area_before": float(before.mean()),
               "overlap": shapes.overlap(before, after), "x0": x0, "y0": y0, "x1": x1, "y1": y1}  # fmt: skip
    return Outcome(masks=(ref,), numbers=figures, note=f"{after.mean():.1%} of the picture, before {before.mean():.1%}")


def refine(mask: shapes.Bools, params: RefineParams) -> shapes.Bools:
    """The steps up to feathering, in the order of the module's text."""
    if params.fill_holes:
        mask = shapes.fill_holes(mask, params.largest_hole)
    mask = shapes.remove_specks(mask, params.remove_specks)
    if params.keep_largest:
        mask = shapes.keep_largest(mask, params.keep_largest)
    mask = shapes.grow(shapes.shrink(shapes.smooth(mask, params.smooth), params.shrink), params.grow)
    return np.logical_not(mask) if params.invert else mask

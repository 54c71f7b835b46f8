"""Masks for clicks on the canvas: three candidates of Segment Anything, the second click quick by the kept embedding."""

import io

import numpy as np
from PIL.PngImagePlugin import PngInfo

from core.contract.assets import AssetStore
from core.contract.messages import MasksAnswer, MasksQuestion
from core.engine.questions import answers
from core.models.pictures import read_picture, to_mask
from erasure.pixels.masks.prompts import checked, refuse_empty
from erasure.pixels.masks.sam import best_first, load_sam, segment
from erasure.pixels.masks.sam_weights import find_weights
from erasure.pixels.masks.shapes import Bools

MOST = 3
"""Candidates."""


@answers(MasksQuestion)
def masks_of_clicks(question: MasksQuestion, assets: AssetStore) -> MasksAnswer:
    """Up to three masks, best first: for one click the three of the network, for more its single answer and those.

    Raises:
        UserError: no click, one outside the picture, no readable picture, no SAM, or nothing was found there.
    """
    origin = assets.origin(question.picture)
    picture = read_picture(assets.path(question.picture), str(origin.get("file") or "the picture"))
    prompt = checked(picture.size, question.points, question.outside)
    weights = find_weights(question.weights, required=True)
    assert weights is not None
    model = load_sam(weights)
    several, scores = segment(model, picture, prompt, several=True)
    order = best_first(several, scores, prompt)
    found = [(several[i], float(scores[i])) for i in order]
    if len(question.points) + len(question.outside) > 1:
        one, rated = segment(model, picture, prompt, several=False)
        found.insert(0, (one[0], float(rated[0])))
    kept = _different(found)
    if not kept:
        refuse_empty(found[0][0])
    note = "" if not weights.embedded else "the embedded SAM, which knows drawn scenes only"
    names = tuple(_stored(assets, mask, place) for place, (mask, _) in enumerate(kept))
    return MasksAnswer(masks=names, scores=tuple(score for _, score in kept), note=note)


def _different(found: list[tuple[Bools, float]]) -> list[tuple[Bools, float]]:
    """Without masks of nothing or everything, and without a second one of the same pixels."""
    kept: list[tuple[Bools, float]] = []
    for mask, score in found:
        if mask.any() and not mask.all() and not any(np.array_equal(mask, other) for other, _ in kept):
            kept.append((mask, score))
    return kept[:MOST]


def _stored(assets: AssetStore, mask: Bools, place: int) -> str:
    """A stored file that differs from every mask a job kept, so that it can be thrown away safely."""
    about, buffer = PngInfo(), io.BytesIO()
    about.add_text("candidate", str(place))
    to_mask(mask).save(buffer, "PNG", pnginfo=about, compress_level=1)
    return assets.put(buffer.getvalue(), "png")

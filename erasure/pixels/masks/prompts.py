"""What a person points at: clicks, a box, a lasso, checked against the picture they belong to."""

from dataclasses import dataclass
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from core.contract.errors import UserError
from core.contract.fields import Box, Help, ImageRef, Point
from core.contract.params import Params
from erasure.pixels.masks.shapes import Bools, box_of


class ClickParams(Params):
    """The parameters of every method that cuts a mask from clicks."""

    picture: Annotated[ImageRef, Help("The picture to cut from")]
    points: Annotated[tuple[Point, ...], Help("Clicks on the thing: x, y in pixels of the picture")] = ()
    outside: Annotated[tuple[Point, ...], Help("Clicks on what does not belong to it")] = ()
    box: Annotated[Box | None, Help("A box around the thing: x0, y0, x1, y1, in any direction")] = None


@dataclass(frozen=True)
class Prompt:
    """Checked input. Coordinates are pixels of the picture; the box is ordered, inside the picture and not empty."""

    size: tuple[int, int]
    """Width, height."""
    points: tuple[Point, ...] = ()
    outside: tuple[Point, ...] = ()
    box: Box | None = None
    lasso: Bools | None = None
    """(height, width), True inside the outline drawn."""


def checked(
    size: tuple[int, int], points: tuple[Point, ...] = (), outside: tuple[Point, ...] = (), box: Box | None = None,
    lasso: tuple[Point, ...] = (),
) -> Prompt:  # fmt: skip
    """Check what was pointed at.

    Raises:
        UserError: nothing given; a click outside the picture; a click that is both in and out; an empty or far-off box;
            a lasso without an inside.
    """
    if not points and not outside and box is None and not lasso:
        raise UserError("Nothing was pointed at.", "Click on the thing (points), draw a box or a lasso around it.")
    for name, clicks in (("points", points), ("outside", outside)):
        for x, y in clicks:
            if not (0 <= x < size[0] and 0 <= y < size[1]):
                raise UserError(f"The click {x},{y} in '{name}' lies outside the picture of {size[0]} x {size[1]} pixels.",
                                f"Use x from 0 to {size[0] - 1} and y from 0 to {size[1] - 1}.")  # fmt: skip
    for click in set(points) & set(outside):
        raise UserError(
            f"The click {click[0]},{click[1]} is both in 'points' and in 'outside'.", "Take one of them away."
        )
    drawn = None if not lasso else _filled(lasso, size)
    return Prompt(size, points, outside, None if box is None else _ordered(box, size), drawn)


def numbers(mask: Bools, score: float) -> dict[str, float]:
    """The figures of one mask: share of the picture (0..1), score (0..1), box in pixels."""
    x0, y0, x1, y1 = box_of(mask)
    return {"area": float(mask.mean()), "score": score, "x0": x0, "y0": y0, "x1": x1, "y1": y1}


def refuse_empty(mask: Bools) -> None:
    """Raises `UserError` for a mask of nothing, or of everything (which marks nothing either)."""
    if not mask.any():
        raise UserError("Nothing was found there: the mask is empty.",
                        "Click on the middle of the thing, or draw a box around it.")  # fmt: skip
    if mask.all():
        raise UserError("The mask covers the whole picture.", "Add clicks outside the thing, or draw a box around it.")


def _ordered(box: Box, size: tuple[int, int]) -> Box:
    """A box drawn in any direction, cut to the picture."""
    (x0, x1), (y0, y1) = sorted(box[::2]), sorted(box[1::2])
    text = ",".join(map(str, box))
    if x0 == x1 or y0 == y1:
        raise UserError(f"The box {text} is empty.", "Draw it around the thing: x0,y0,x1,y1.")
    x0, y0, x1, y1 = max(0, x0), max(0, y0), min(size[0], x1), min(size[1], y1)
    if x0 >= x1 or y0 >= y1:
        raise UserError(f"The box {text} lies outside the picture of {size[0]} x {size[1]} pixels.",
                        "Draw it around the thing.")  # fmt: skip
    return x0, y0, x1, y1


def _filled(lasso: tuple[Point, ...], size: tuple[int, int]) -> Bools:
    """The inside of a closed outline; corners outside the picture are allowed, a person's hand slips."""
    if len(set(lasso)) < 3:
        raise UserError(f"The lasso has {len(set(lasso))} different corners.", "Draw at least three.")
    canvas: NDArray[np.uint8] = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(canvas, [np.array(lasso, np.int32)], 1)
    inside: Bools = canvas > 0
    if not inside.any():
        raise UserError("The lasso lies outside the picture.", "Draw it around the thing.")
    return inside

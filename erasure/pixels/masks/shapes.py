"""Arithmetic on masks, exact to the pixel: boolean arrays (height, width) in and out, nothing drawn outside the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]
_EIGHT = np.ones((3, 3), bool)


def grow(mask: Bools, pixels: int) -> Bools:
    """Every pixel within `pixels` of the mask. The edge of the picture adds nothing."""
    return mask.copy() if pixels == 0 else distance(~mask) <= pixels


def shrink(mask: Bools, pixels: int) -> Bools:
    """The pixels of the mask that are more than `pixels` from anything outside it; the picture's edge is not outside."""
    return mask.copy() if pixels == 0 else distance(mask) > pixels


def distance(mask: Bools) -> Floats:
    """Distance in pixels of every True pixel to the nearest False one, 0 on False; infinite where there is none."""
    if mask.all():
        return np.full(mask.shape, np.inf, np.float32)
    return ndimage.distance_transform_edt(mask).astype(np.float32)  # type: ignore[no-any-return]


def feather(mask: Bools, pixels: int) -> Floats:
    """Soft edges, 0..1: a linear ramp, centred on the edge, that takes `pixels` to go from inside to outside."""
    if pixels == 0:
        return mask.astype(np.float32)
    # The edge runs half a pixel from the centres on either side of it.
    signed = np.where(mask, distance(mask) - 0.5, 0.5 - distance(~mask))
    return np.clip(signed / pixels + 0.5, 0, 1).astype(np.float32)


def fill_holes(mask: Bools, largest: int = 0) -> Bools:
    """Fill what the mask encloses (4-connected background). `largest` > 0 fills only holes of up to so many pixels."""
    holes: Bools = ndimage.binary_fill_holes(mask) & ~mask
    return mask | (holes if largest == 0 else _up_to(holes, largest))


def remove_specks(mask: Bools, smallest: int) -> Bools:
    """Drop separate parts (8-connected) of fewer than `smallest` pixels; the largest part stays whatever its size."""
    labels, count = ndimage.label(mask, _EIGHT)
    if count <= 1 or smallest <= 0:
        return mask.copy()
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    kept = areas >= smallest
    kept[areas.argmax()] = True
    kept[0] = False
    return kept[labels]  # type: ignore[no-any-return]


def keep_largest(mask: Bools, count: int = 1) -> Bools:
    """The `count` largest separate parts (8-connected); of equal ones the upper left first."""
    labels, found = ndimage.label(mask, _EIGHT)
    if found <= count:
        return mask.copy()
    areas = np.bincount(labels.ravel())[1:]
    best = np.argsort(-areas, kind="stable")[:count] + 1
    return np.isin(labels, best)


def keep_touched(mask: Bools, seeds: Bools) -> Bools:
    """The separate parts (8-connected) that hold at least one seed."""
    labels, _ = ndimage.label(mask, _EIGHT)
    hit = np.unique(labels[seeds & mask])
    return np.isin(labels, hit[hit > 0])


def smooth(mask: Bools, pixels: int) -> Bools:
    """Round the outline: a Gaussian blur of that standard deviation, cut at one half. Straight edges stay in place."""
    if pixels == 0:
        return mask.copy()
    return ndimage.gaussian_filter(mask.astype(np.float32), pixels, mode="nearest") > 0.5  # type: ignore[no-any-return]


def box_of(mask: Bools) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1, the last two just outside; zeros for an empty mask."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def overlap(one: Bools, two: Bools) -> float:
    """Intersection over union; two empty masks overlap fully."""
    union = np.count_nonzero(one | two)
    return 1.0 if union == 0 else np.count_nonzero(one & two) / union


def edge_support(lab: Floats, mask: Bools) -> float:
    """How well the outline lies on real edges, 0..1: an area under a curve.

    The probability that the colour step across a random point of the outline is larger than the step at a random pixel
    of the picture, ties counted half. 0.5 is what a random outline gets. Ours; a rank, so it has no scale to choose.

    Args:
        lab: (height, width, 3) in CIE L*a*b*.
    """
    step = gradient(lab)
    # Outlines along the edge of the picture are cut off, not seen: they say nothing.
    inner = np.zeros(mask.shape, bool)
    inner[1:-1, 1:-1] = True
    rim = (mask ^ ndimage.binary_erosion(mask, border_value=1)) & inner
    if not rim.any():
        return 0.0
    # An outline may lie one pixel beside its edge and still be right.
    near = ndimage.maximum_filter(step, 3)
    everywhere = np.sort(near[inner])
    below = np.searchsorted(everywhere, near[rim], "left") + np.searchsorted(everywhere, near[rim], "right")
    return float(below.mean() / (2 * everywhere.size))


def gradient(lab: Floats) -> Floats:
    """Length of the colour step at each pixel, in L*a*b* units per pixel (Sobel over 8)."""
    across, down = cv2.Sobel(lab, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(lab, cv2.CV_32F, 0, 1) / 8
    return np.sqrt((across**2 + down**2).sum(2)).astype(np.float32)  # type: ignore[no-any-return]


def to_lab(rgb: NDArray[np.uint8]) -> Floats:
    """(height, width, 3) CIE L*a*b*, L 0..100."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def scaled(mask: Bools, size: tuple[int, int]) -> Bools:
    """A mask at (width, height): linear, cut at half, so that outlines stay round."""
    if mask.shape == (size[1], size[0]):
        return mask
    return cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) > 0.5  # type: ignore[no-any-return]


def _up_to(parts: Bools, largest: int) -> Bools:
    labels, _ = ndimage.label(parts)
    kept = np.bincount(labels.ravel()) <= largest
    kept[0] = False
    return kept[labels]  # type: ignore[no-any-return]

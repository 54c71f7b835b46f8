"""How far one picture is from another: MSE, PSNR, SSIM, MS-SSIM, and the grey-level errors of text removal.

Two variants of the text-removal scores. "clean" is what the names mean. "published" does what the field's script does, so
that numbers can be compared with tables: MS-SSIM whose smaller scales are never used (every scale is measured at full
resolution), a picture that equals its truth left out of all averages, and pixel counts divided by 512 x 512 whatever the
size (EraseNet, `evaluatuion.py`). Pictures are (height, width, 3) bytes unless said otherwise.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Variant = Literal["clean", "published"]

LUMA = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue in grey (ITU-R BT.601)."""
WINDOW, SIGMA, K1, K2 = 11, 1.5, 0.01, 0.03
"""SSIM's Gaussian and constants (Wang et al., 2004)."""
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the five scales, finest first (Wang et al., 2003)."""
SMALLEST = WINDOW * 2 ** (len(WEIGHTS) - 1) - 15
"""The least side in pixels, 161, at which the coarsest scale still holds one window."""
ERROR = 20
"""Grey levels from which on, exclusively, a pixel counts as wrong (pEPs)."""
PUBLISHED_PIXELS = 512 * 512
"""What the published script divides counts by."""


@dataclass(frozen=True)
class TextScores:
    """One erased picture against its truth."""

    mse: float
    """Mean squared difference of RGB in 0..1."""
    psnr: float
    """Decibels; infinite for equal pictures."""
    mssim: float | None
    """MS-SSIM, at most 1; None where the picture is too small for five scales."""
    age: float
    """Mean absolute grey difference, 0..255, of differences rounded to whole levels."""
    peps: float
    """Share of pixels whose grey differs by more than 20 levels."""
    pceps: float
    """Share of such pixels whose four neighbours are wrong too."""


def text_scores(erased: Bytes, truth: Bytes, variant: Variant = "clean") -> TextScores:
    """All scores of one pair of equal size."""
    error = mse(erased, truth)
    age, peps, pceps = grey_errors(erased, truth, PUBLISHED_PIXELS if variant == "published" else None)
    return TextScores(error, psnr(error), ms_ssim(grey(erased), grey(truth), variant), age, peps, pceps)


def mse(first: Bytes, second: Bytes, where: Bools | None = None) -> float:
    """Mean squared difference of values in 0..1, of all pixels or of those in `where` (height, width).

    Raises:
        ValueError: the sizes differ, or `where` is empty.
    """
    if first.shape != second.shape:
        raise ValueError(f"pictures of {first.shape} and {second.shape} cannot be compared")
    squares = ((first.astype(np.float64) - second) / 255) ** 2
    chosen = squares if where is None else squares[where]
    if not chosen.size:
        raise ValueError("no pixels to compare")
    return float(chosen.mean())


def psnr(error: float) -> float:
    """Decibels of a mean squared error of values in 0..1; infinite for 0."""
    return float(10 * np.log10(1 / error)) if error > 0 else float("inf")


def grey(picture: Bytes) -> Floats:
    """Luma (height, width), 0..255, unrounded."""
    return np.asarray(picture.astype(np.float64) @ LUMA)


def grey_differences(first: Bytes, second: Bytes) -> Bytes:
    """Absolute grey differences (height, width), rounded to whole levels (half to even, as numpy rounds)."""
    return np.asarray(np.abs(grey(first) - grey(second)).round().astype(np.uint8))


def grey_errors(erased: Bytes, truth: Bytes, pixels: int | None = None) -> tuple[float, float, float]:
    """AGE, pEPs and pCEPs. `pixels` divides the two counts instead of the picture's own number of pixels."""
    difference = grey_differences(erased, truth)
    wrong = difference > ERROR
    count = pixels or wrong.size
    return float(difference.mean()), float(wrong.sum() / count), float(clustered(wrong).sum() / count)


def clustered(wrong: Bools) -> Bools:
    """Pixels that are set with all four neighbours: one erosion; what lies beyond the border is not set."""
    padded = np.pad(wrong, 1)
    return np.asarray(wrong & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:])


# --- structural similarity ------------------------------------------------------------------------------------------


def ssim(first: Floats, second: Floats) -> float:
    """Mean SSIM of two grey pictures (height, width) in 0..255, windows wholly inside (Wang et al., 2004)."""
    return float(_similarity(first, second)[0].mean())


def ms_ssim(first: Floats, second: Floats, variant: Variant = "clean") -> float | None:
    """Five-scale SSIM of two grey pictures in 0..255: contrast and structure of four scales, all of the coarsest.

    "clean" halves the pictures between scales (means of 2 x 2, the border repeated) and gives None when a side is under
    161 pixels. "published" measures every scale at full resolution, with a smaller window for fewer than 11 rows.
    """
    rows, columns = first.shape
    if min(rows, columns) < SMALLEST if variant == "clean" else columns < min(rows, WINDOW):
        return None
    structure, whole = [], 0.0
    for _ in WEIGHTS:
        full, contrast = _similarity(first, second)
        structure.append(float(contrast.mean()))
        whole = float(full.mean())
        if variant == "clean":
            first, second = _halved(first), _halved(second)
    parts = np.array([*structure[:-1], whole])
    # A negative mean would make the power not a number: its sign is kept and multiplied in, as the script does.
    return float(np.prod(np.sign(parts) * np.abs(parts) ** np.array(WEIGHTS)))


def _similarity(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Maps of SSIM and of its contrast-structure part."""
    one, two = (K1 * 255) ** 2, (K2 * 255) ** 2
    mean, other = _blurred(first), _blurred(second)
    variance, other_variance = _blurred(first * first) - mean**2, _blurred(second * second) - other**2
    both = _blurred(first * second) - mean * other
    contrast = (2 * both + two) / (variance + other_variance + two)
    return (2 * mean * other + one) / (mean**2 + other**2 + one) * contrast, contrast


def _blurred(picture: Floats) -> Floats:
    """Weighted means over the window, only where it lies wholly inside.

    Raises:
        ValueError: the picture is narrower than the window.
    """
    size = min(picture.shape[0], WINDOW)
    if picture.shape[1] < size:
        raise ValueError(f"a picture {picture.shape[1]} pixels wide is too small for a window of {size}")
    # An even window (fewer than 11 rows) is not centred in the script, and convolution turns it round.
    at = size // 2 - np.arange(size)
    bell = np.exp(-(at**2) / (2 * SIGMA**2))
    bell /= bell.sum()
    anchor = size // 2
    blurred = cv2.sepFilter2D(picture, cv2.CV_64F, bell, bell, anchor=(anchor, anchor), borderType=cv2.BORDER_REFLECT)
    rows, columns = (slice(anchor, side - (size - 1 - anchor)) for side in picture.shape)
    return np.asarray(blurred[rows, columns], np.float64)


def _halved(picture: Floats) -> Floats:
    """Means of 2 x 2 pixels; an odd last row or column is repeated."""
    even = np.pad(picture, [(0, side % 2) for side in picture.shape], mode="edge")
    return np.asarray((even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4)


# --- inside, outside and at the border of a mask --------------------------------------------------------------------


def outside_change(before: Bytes, after: Bytes, mask: Bools) -> int | None:
    """The largest change of any channel outside the mask, 0..255; 0 when the result was composited. None: no outside."""
    if mask.all():
        return None
    return int(np.abs(before.astype(np.int16) - after)[~mask].max())


def seam(picture: Bytes, mask: Bools) -> float | None:
    """Gradient jump across the mask's border: mean absolute step between the pixels on its two sides, over that of steps
    within two pixels on either side; 1 where the border is like its surroundings, above 1 where one sees it.

    Ours: the method notes ask for a seam score and give no formula. Grey levels, steps to the right and downward. None
    where the mask has no border inside the picture, or the surroundings are perfectly flat.
    """
    tone = grey(picture)
    near = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    deep = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    ring = near & ~deep
    across, along = [], []
    for axis in (0, 1):
        steps = np.abs(np.diff(tone, axis=axis))
        crossing = np.diff(mask.astype(np.int8), axis=axis) != 0
        beside = ~crossing & _pairs(ring, axis)
        across.append(steps[crossing])
        along.append(steps[beside])
    jumps, usual = np.concatenate(across), np.concatenate(along)
    if not jumps.size or not usual.size or usual.mean() == 0:
        return None
    return float(jumps.mean() / usual.mean())


def _pairs(ring: Bools, axis: int) -> Bools:
    """Neighbours along an axis that both lie in the ring."""
    first, second = (ring[:-1], ring[1:]) if axis == 0 else (ring[:, :-1], ring[:, 1:])
    return np.asarray(first & second)

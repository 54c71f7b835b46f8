"""Is there still text to be found? Detections on erased pictures against the boxes of the text that was there.

Two matchings. "iou": a detection is right when it overlaps a text box by half or more, one detection a box. "deteval":
Wolf and Jolion, 2006, by the shares of both areas, where one text may be found in parts and several as one. Boxes are
(n, 4): left, top, right, bottom, right and bottom just outside. For erasing, LOWER numbers are better.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]
Matching = Literal["iou", "deteval"]

IOU = 0.5
AREA_RECALL, AREA_PRECISION = 0.8, 0.4
"""DetEval's customary limits."""
SPLIT = 0.8
"""What a text found in several parts counts, per box of either side (ICDAR 2013); several found as one count in full."""


@dataclass(frozen=True)
class Found:
    """Credits and counts; those of a set are the sums of its pictures."""

    texts: int
    detections: int
    recalled: float
    """Credit of the texts, 0 .. texts."""
    precise: float
    """Credit of the detections, 0 .. detections."""

    def __add__(self, other: "Found") -> "Found":
        return Found(self.texts + other.texts, self.detections + other.detections, self.recalled + other.recalled,
                     self.precise + other.precise)  # fmt: skip

    @property
    def recall(self) -> float | None:
        """None without any text."""
        return self.recalled / self.texts if self.texts else None

    @property
    def precision(self) -> float | None:
        """None without any detection."""
        return self.precise / self.detections if self.detections else None

    @property
    def f(self) -> float | None:
        """Harmonic mean; 0 when texts were there and nothing was found, None without any text."""
        if self.recall is None:
            return None
        precision = self.precision or 0.0
        both = self.recall + precision
        return 2 * self.recall * precision / both if both else 0.0


NOTHING = Found(0, 0, 0.0, 0.0)


def match(texts: Floats, detections: Floats, how: Matching = "deteval") -> Found:
    """One picture's boxes of text against detections on it."""
    texts, detections = texts.reshape(-1, 4), detections.reshape(-1, 4)
    if not len(texts) or not len(detections):
        return Found(len(texts), len(detections), 0.0, 0.0)
    return _by_iou(texts, detections) if how == "iou" else _by_areas(texts, detections)


def hull(polygon: Floats) -> tuple[float, float, float, float]:
    """The box around a polygon (points, 2)."""
    (left, top), (right, bottom) = polygon.min(0), polygon.max(0)
    return float(left), float(top), float(right), float(bottom)


def overlaps(first: Floats, second: Floats) -> Floats:
    """Shared areas (first, second) in square pixels."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    return np.asarray((high - low).clip(0).prod(2))


def areas(boxes: Floats) -> Floats:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).clip(0).prod(1))


def _by_iou(texts: Floats, detections: Floats) -> Found:
    shared = overlaps(texts, detections)
    union = areas(texts)[:, None] + areas(detections)[None] - shared
    iou = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    allowed = iou >= IOU
    # The most pairs, and among those the best overlapping: one more pair always outweighs any overlap.
    rows, columns = linear_sum_assignment(np.where(allowed, -(len(texts) + len(detections)) - iou, 0))
    hits = float(allowed[rows, columns].sum())
    return Found(len(texts), len(detections), hits, hits)


def _by_areas(texts: Floats, detections: Floats) -> Found:
    """One to one first, then texts found in parts, then texts found together; nothing counts twice."""
    shared, of_text, of_found = overlaps(texts, detections), areas(texts)[:, None], areas(detections)[None]
    recall = np.divide(shared, of_text, out=np.zeros_like(shared), where=of_text > 0)
    precision = np.divide(shared, of_found, out=np.zeros_like(shared), where=of_found > 0)
    text_free, found_free = np.ones(len(texts), bool), np.ones(len(detections), bool)
    recalled, precise = 0.0, 0.0
    pairs = (recall >= AREA_RECALL) & (precision >= AREA_PRECISION)
    for text, found in np.argwhere(pairs):
        alone = pairs[text].sum() == 1 and pairs[:, found].sum() == 1
        if alone and _centred(texts[text], detections[found]):
            text_free[text] = found_free[found] = False
            recalled, precise = recalled + 1, precise + 1
    for text in np.flatnonzero(text_free):
        parts = np.flatnonzero(found_free & (precision[text] >= AREA_PRECISION))
        if (shared[text] > 0).sum() >= 2 and recall[text, parts].sum() >= AREA_RECALL:
            credit = 1.0 if len(parts) == 1 else SPLIT
            text_free[text], found_free[parts] = False, False
            recalled, precise = recalled + credit, precise + credit * len(parts)
    for found in np.flatnonzero(found_free):
        merged = np.flatnonzero(text_free & (recall[:, found] >= AREA_RECALL))
        if (shared[:, found] > 0).sum() >= 2 and precision[merged, found].sum() >= AREA_PRECISION:
            found_free[found], text_free[merged] = False, False
            recalled, precise = recalled + len(merged), precise + 1
    return Found(len(texts), len(detections), recalled, precise)


def _centred(text: Floats, found: Floats) -> bool:
    """Whether the centres lie nearer to each other than the mean of the two half diagonals, as ICDAR 2013 asks."""
    apart = np.linalg.norm((text[:2] + text[2:]) / 2 - (found[:2] + found[2:]) / 2)
    diagonals = np.linalg.norm(text[2:] - text[:2]) + np.linalg.norm(found[2:] - found[:2])
    return bool(2 * apart < diagonals)

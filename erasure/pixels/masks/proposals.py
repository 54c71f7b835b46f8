"""Masks of the salient things in one picture by classical means: no weights, nothing learned. Ours.

Colours are clustered at several counts; every connected part of a cluster, its holes filled, is a candidate, and so is
what one click of `erasure.grabcut` in its middle would cut. A thing is what stands free of the picture's frame, has an
outline on real edges and a compact shape: the three are multiplied, so a candidate must have them all. The best are cut
anew by GrabCut at full detail, and copies dropped.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from erasure.pixels.masks import shapes
from erasure.pixels.masks.grabcut import cut, run_grabcut
from erasure.pixels.masks.prompts import checked
from erasure.pixels.masks.shapes import Bools, Floats

COUNTS = (2, 3, 4, 5, 6, 8)
"""Numbers of colour clusters tried."""
_COARSE = 192
"""Pixels of the long side at which candidates are looked for."""
_CLICKED = 6
_POOL = 2
"""Candidates clicked on, and then cut anew at full detail, for every mask wanted."""
SAME = 0.5
"""Intersection over union above which two masks count as the same thing."""
PART = 0.25
"""A mask inside a better one is a part of it, not a thing in it, when it is larger than this share of it."""

Track = Callable[[list[Bools]], Iterable[Bools]]


@dataclass(frozen=True)
class Proposal:
    """One thing: its mask (height, width) and how sure it is one, 0..1."""

    mask: Bools
    quality: float


def propose(
    picture: Image.Image, count: int, smallest: float, largest: float, disjoint: bool, detail: int = 768, seed: int = 0,
    track: Track = iter,
) -> list[Proposal]:  # fmt: skip
    """Up to `count` different things, best first.

    Args:
        smallest, largest: limits of a mask's area as shares of the picture.
        disjoint: cut the smaller of two overlapping masks out of the larger one (a fig in a bowl).
        track: passes on the candidates while they are cut, for progress and cancel.
    """
    coarse = _reduced(picture, _COARSE)
    lab = cv2.GaussianBlur(shapes.to_lab(coarse), (0, 0), 1)
    limits = smallest, largest
    found = _rated(lab, _candidates(lab, smallest, largest, seed), limits)
    clicked = (_clicked(coarse, p.mask, seed) for p in different(found)[: count * _CLICKED])
    found += _rated(lab, clicked, limits)
    pool = [p.mask for p in different(found)[: count * _POOL]]
    fine = _reduced(picture, detail)
    cuts = _rated(shapes.to_lab(fine), (_recut(fine, mask, seed) for mask in track(pool)), limits)
    best = different(cuts)[:count]
    if disjoint:
        best = apart(best)
    return [Proposal(shapes.scaled(p.mask, picture.size), p.quality) for p in best]


def quality(lab: Floats, mask: Bools) -> float:
    """How much a mask looks like a thing, 0..1: edge support x freedom from the frame x solidity. Ours.

    Freedom is one minus the share of the mask's own outline that lies on the picture's frame; solidity is its area over
    that of its convex hull. Edge support is stretched so that a random outline (one half) gets nothing.
    """
    edges = max(0.0, 2 * shapes.edge_support(lab, mask) - 1)
    return edges * _freedom(mask) * _solidity(mask)


def _freedom(mask: Bools) -> float:
    outline = mask & ~ndimage.binary_erosion(mask)
    on_frame = np.concatenate([mask[0], mask[-1], mask[1:-1, 0], mask[1:-1, -1]]).sum()
    return float(1 - on_frame / max(1, outline.sum()))


def _rated(lab: Floats, masks: Iterable[Bools], limits: tuple[float, float]) -> list[Proposal]:
    """Masks with their quality, those outside the limits of area left out."""
    return [Proposal(m, quality(lab, m)) for m in masks if limits[0] <= m.mean() <= limits[1]]


def _clicked(rgb: NDArray[np.uint8], mask: Bools, seed: int) -> Bools:
    """What a click on the pixel deepest inside a candidate cuts, holes filled."""
    depth = shapes.distance(np.pad(mask, 1))[1:-1, 1:-1]
    y, x = np.unravel_index(int(depth.argmax()), mask.shape)
    picture = Image.fromarray(rgb)
    return cut(picture, checked(picture.size, points=((int(x), int(y)),)), rounds=2, fill=True, seed=seed)


def _candidates(lab: Floats, smallest: float, largest: float, seed: int) -> Iterator[Bools]:
    pixels = lab.reshape(-1, 3)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 30, 0.5)
    colours = len(np.unique(np.round(pixels), axis=0))
    for count in COUNTS:
        if count > colours:
            return
        cv2.setRNGSeed(seed % (1 << 31))
        _, labels, _ = cv2.kmeans(pixels, count, None, stop, 2, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
        clusters = labels.reshape(lab.shape[:2])
        for cluster in range(count):
            yield from _parts(clusters == cluster, smallest, largest)


def _parts(inside: Bools, smallest: float, largest: float) -> Iterator[Bools]:
    """Separate parts of a cluster, thin bridges cut and holes filled, whose area is within the limits."""
    opened = shapes.grow(shapes.shrink(inside, 1), 1) & inside
    labels, count = ndimage.label(opened)
    for part in range(1, count + 1):
        mask = shapes.fill_holes(labels == part)
        if smallest <= mask.mean() <= largest:
            yield mask


def different(found: list[Proposal]) -> list[Proposal]:
    """Best first; copies and large parts of a better one dropped, and what has no quality at all."""
    kept: list[Proposal] = []
    for proposal in sorted(found, key=lambda p: -p.quality):
        if proposal.quality > 0 and not any(_same(proposal.mask, k.mask) for k in kept):
            kept.append(proposal)
    return kept


def _same(mask: Bools, better: Bools) -> bool:
    if shapes.overlap(mask, better) > SAME:
        return True
    contained = np.count_nonzero(mask & better) > 0.9 * np.count_nonzero(mask)
    return bool(contained and np.count_nonzero(mask) > PART * np.count_nonzero(better))


def _recut(rgb: NDArray[np.uint8], coarse: Bools, seed: int) -> Bools:
    """A candidate cut anew at full detail: sure in its core, open in a band around its outline, out beyond it."""
    height, width = rgb.shape[:2]
    mask = shapes.scaled(coarse, (width, height))
    band = max(2, round(2 * max(height, width) / _COARSE))
    near = shapes.grow(mask, band)
    x0, y0, x1, y1 = shapes.box_of(shapes.grow(near, 4 * band))
    part = np.s_[y0:y1, x0:x1]
    trimap = np.where(mask, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[~near] = cv2.GC_BGD
    trimap[shapes.shrink(mask, band)] = cv2.GC_FGD
    result = np.zeros(mask.shape, bool)
    result[part] = run_grabcut(rgb[part], trimap[part], 2, seed)
    return shapes.smooth(shapes.fill_holes(shapes.keep_largest(result)), 1)


def apart(found: list[Proposal]) -> list[Proposal]:
    """Masks that share no pixel: the smaller one keeps what two have in common, order and quality stay."""
    masks = [p.mask.copy() for p in found]
    order = sorted(range(len(masks)), key=lambda i: int(masks[i].sum()))
    for place, small in enumerate(order):
        for large in order[place + 1 :]:
            masks[large] &= ~masks[small]
    return [Proposal(m, p.quality) for m, p in zip(masks, found, strict=True) if m.any()]


def _solidity(mask: Bools) -> float:
    points = np.argwhere(mask)[:, ::-1].astype(np.int32)
    if not len(points):
        return 0.0
    hull = np.zeros(mask.shape, np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(points), 1)
    return float(mask.sum() / hull.sum())


def _reduced(picture: Image.Image, side: int) -> NDArray[np.uint8]:
    small = picture.convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(small)

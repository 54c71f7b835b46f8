"""GrabCut: cut a thing out of a picture from a click, a box or a lasso; needs no weights.

Rother, Kolmogorov, Blake, 2004, "GrabCut: interactive foreground extraction using iterated graph cuts"; OpenCV's
implementation. Two colour mixtures, one of the thing and one of its surroundings, and a minimum cut that prefers to run
along edges, in turns. A box or a lasso says where the thing may be. From clicks alone GrabCut cannot begin; then every
pixel first goes to the click, or to the edge of the picture, that it is joined to over the smaller colour steps: the
geodesic distance of Bai and Sapiro, 2007 (joining the two is ours). Parts that no click touches are dropped.
"""

from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import sparse
from scipy.sparse import csgraph

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, Point, Range
from core.contract.method import Kind, Outcome, Provenance
from core.engine.registry import task
from core.engine.run import Run
from erasure.pixels.masks import shapes
from erasure.pixels.masks.prompts import ClickParams, Prompt, checked, numbers, refuse_empty
from erasure.pixels.masks.shapes import Bools, Floats

SMALLEST = 4
"""Pixels a side below which there is nothing to cut."""
_COARSE = 160
"""Pixels of the long side at which colour paths are searched; the cut itself runs at `detail`."""


class GrabcutParams(ClickParams):
    lasso: Annotated[tuple[Point, ...], Help("Corners of an outline drawn around the thing")] = ()
    rounds: Annotated[int, Range(1, 20), Help("Turns of colour model and cut"), Advanced()] = 5
    detail: Annotated[
        int, Range(64, 4096, 64), Help("Long side in pixels at which to cut; the mask is scaled back"), Advanced()
    ] = 768
    reach: Annotated[
        float, Range(0.001, 0.2, 0.005), Help("Radius of a click as a share of the short side (ours)"), Advanced()
    ] = 0.01
    fill_holes: Annotated[bool, Help("Fill what the cut encloses, but no hole with a click outside in it")] = False


@task(
    "erasure.grabcut",
    "Cut out with clicks",
    Kind.MASK,
    paper="Rother et al. 2004, SIGGRAPH",
    provenance=Provenance.OURS,
)
def grabcut(params: GrabcutParams, run: Run) -> Outcome:
    picture = run.picture(params.picture)
    prompt = checked(picture.size, params.points, params.outside, params.box, params.lasso)
    run.check()
    mask = cut(picture, prompt, params.rounds, params.detail, params.reach, params.fill_holes, run.seed)
    refuse_empty(mask)
    score = shapes.edge_support(shapes.to_lab(np.asarray(picture)), mask)
    asked = params.model_dump(mode="json")
    ref = run.keep_mask(mask, method="erasure.grabcut", picture=params.picture, prompts=asked)
    return Outcome(masks=(ref,), numbers=numbers(mask, score), note=f"{mask.mean():.1%} of the picture")


def cut(
    picture: Image.Image, prompt: Prompt, rounds: int = 5, detail: int = 768, reach: float = 0.01, fill: bool = False,
    seed: int = 0,
) -> Bools:  # fmt: skip
    """The mask (height, width) at the picture's size. The same seed gives the same mask.

    Raises:
        UserError: the picture is too small, or nothing in it may be the thing.
    """
    if min(picture.size) < SMALLEST:
        raise UserError(f"A picture of {picture.width} x {picture.height} pixels is too small to cut.",
                        f"Use one of at least {SMALLEST} x {SMALLEST}.")  # fmt: skip
    small = picture.copy()
    small.thumbnail((detail, detail), Image.Resampling.LANCZOS)
    rgb = np.asarray(small.convert("RGB"))
    trimap, inside, outside = _trimap(rgb, prompt, small.size, reach)
    mask = run_grabcut(rgb, trimap, rounds, seed)
    if inside.any():
        mask = shapes.keep_touched(mask | inside, inside)
    if fill:
        holes = shapes.fill_holes(mask) & ~mask
        mask |= holes & ~shapes.keep_touched(holes, outside)
    return shapes.scaled(mask, picture.size)


def run_grabcut(rgb: NDArray[np.uint8], trimap: NDArray[np.uint8], rounds: int, seed: int) -> Bools:
    """OpenCV's GrabCut from a map of sure and probable pixels (height, width). Both sides must have a pixel."""
    if not np.isin(trimap, (cv2.GC_BGD, cv2.GC_PR_BGD)).any() or not np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD)).any():
        return np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD))
    work, back, front = trimap.copy(), np.zeros((1, 65), np.float64), np.zeros((1, 65), np.float64)
    cv2.setRNGSeed(seed % (1 << 31))
    # OpenCV takes BGR by habit only: the colour model is symmetric in the channels.
    cv2.grabCut(np.ascontiguousarray(rgb), work, None, back, front, rounds, cv2.GC_INIT_WITH_MASK)
    return np.isin(work, (cv2.GC_FGD, cv2.GC_PR_FGD))


def _trimap(
    rgb: NDArray[np.uint8], prompt: Prompt, size: tuple[int, int], reach: float
) -> tuple[NDArray[np.uint8], Bools, Bools]:
    """Sure and probable pixels for GrabCut, and the discs of the clicks inside and outside."""
    scale = size[0] / prompt.size[0], size[1] / prompt.size[1]
    radius = max(1, round(reach * min(size)))
    outside = _discs(prompt.outside, scale, size, radius)
    inside = _discs(prompt.points, scale, size, radius) & ~outside
    allowed = _allowed(prompt, scale, size)
    trimap = np.full(rgb.shape[:2], cv2.GC_PR_FGD, np.uint8)
    if prompt.box is None and prompt.lasso is None:
        mine = _nearer(shapes.to_lab(rgb), inside, outside) if inside.any() else ~outside
        trimap[~mine] = cv2.GC_PR_BGD
    elif allowed.all():
        # A box around everything: the frame is the only hint of what surrounds the thing.
        trimap[_frame(allowed.shape)] = cv2.GC_PR_BGD
    trimap[~allowed | outside] = cv2.GC_BGD
    trimap[inside & allowed] = cv2.GC_FGD
    return trimap, inside & allowed, outside


def _allowed(prompt: Prompt, scale: tuple[float, float], size: tuple[int, int]) -> Bools:
    allowed = np.ones((size[1], size[0]), bool)
    if prompt.box is not None:
        x0, y0, x1, y1 = prompt.box
        left, top = int(x0 * scale[0]), int(y0 * scale[1])
        inner = np.zeros_like(allowed)
        inner[top : max(top + 1, round(y1 * scale[1])), left : max(left + 1, round(x1 * scale[0]))] = True
        allowed &= inner
    if prompt.lasso is not None:
        allowed &= shapes.scaled(prompt.lasso, size)
    if not allowed.any():
        raise UserError("The box and the lasso have nothing in common.", "Draw them around the same thing.")
    return allowed


def _nearer(lab: Floats, inside: Bools, outside: Bools) -> Bools:
    """Pixels joined to a click inside over smaller colour steps than to a click outside or to the picture's frame.

    Two searches for the shortest path on the grid of pixels; a step costs its length in L*a*b*.
    """
    height, width = lab.shape[:2]
    factor = min(1.0, _COARSE / max(height, width))
    small = max(2, round(width * factor)), max(2, round(height * factor))
    coarse = cv2.resize(cv2.GaussianBlur(lab, (0, 0), 1), small, interpolation=cv2.INTER_AREA)
    front = _touched(inside, small)
    # The frame is where the surroundings are likely; a click beside it says that the thing is cut off there.
    back = (_touched(outside, small) | _frame(front.shape) & ~shapes.grow(front, max(small) // 8)) & ~front
    if not back.any():
        return np.ones(lab.shape[:2], bool)
    graph = _grid(coarse)
    mine = _path_length(graph, front) < _path_length(graph, back)
    return shapes.scaled(mine.reshape(front.shape), (width, height))


def _grid(lab: Floats) -> sparse.csr_matrix:
    """The four-neighbour graph of a picture; edge weights are colour steps, never quite zero."""
    height, width = lab.shape[:2]
    index = np.arange(height * width).reshape(height, width)
    ends = [(index[:, :-1], index[:, 1:], lab[:, :-1] - lab[:, 1:]), (index[:-1], index[1:], lab[:-1] - lab[1:])]
    one = np.concatenate([a.ravel() for a, _, _ in ends])
    two = np.concatenate([b.ravel() for _, b, _ in ends])
    cost = np.concatenate([np.linalg.norm(step, axis=2).ravel() for _, _, step in ends]) + 1e-3
    return sparse.csr_matrix((cost, (one, two)), shape=(height * width,) * 2)


def _path_length(graph: sparse.csr_matrix, seeds: Bools) -> Floats:
    found = csgraph.dijkstra(graph, directed=False, indices=np.flatnonzero(seeds), min_only=True)
    return found.astype(np.float32)  # type: ignore[no-any-return]


def _frame(shape: tuple[int, ...]) -> Bools:
    frame = np.ones(shape, bool)
    frame[1:-1, 1:-1] = False
    return frame


def _touched(mask: Bools, size: tuple[int, int]) -> Bools:
    """A mask made smaller so that every True pixel still counts."""
    canvas = np.zeros((size[1], size[0]), bool)
    y, x = np.nonzero(mask)
    canvas[y * size[1] // mask.shape[0], x * size[0] // mask.shape[1]] = True
    return canvas


def _discs(clicks: tuple[Point, ...], scale: tuple[float, float], size: tuple[int, int], radius: int) -> Bools:
    canvas = np.zeros((size[1], size[0]), np.uint8)
    for x, y in clicks:
        centre = min(size[0] - 1, int((x + 0.5) * scale[0])), min(size[1] - 1, int((y + 0.5) * scale[1]))
        cv2.circle(canvas, centre, radius, 1, -1)
    return canvas > 0  # type: ignore[no-any-return]

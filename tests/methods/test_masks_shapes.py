"""Mask arithmetic, exact to the pixel, and the task that offers it."""

import numpy as np
import pytest
from PIL import Image

from core.contract.errors import UserError
from core.contract.params import from_json
from erasure.pixels.masks import shapes
from erasure.pixels.masks.mask_refine import RefineParams, mask_refine, refine
from erasure.pixels.masks.prompts import checked


def square(side: int = 11, x0: int = 4, x1: int = 7) -> np.ndarray:
    mask = np.zeros((side, side), bool)
    mask[x0:x1, x0:x1] = True
    return mask


def test_growing_one_pixel_by_two_is_a_disc_and_shrinking_undoes_it():
    dot = square(11, 5, 6)
    y, x = np.mgrid[-5:6, -5:6]
    assert (shapes.grow(dot, 2) == (x * x + y * y <= 4)).all()
    assert (shapes.shrink(shapes.grow(square(21, 6, 15), 3), 3) == square(21, 6, 15)).all()
    assert (shapes.grow(dot, 0) == dot).all()


def test_the_edge_of_the_picture_is_neither_inside_nor_outside():
    half = np.zeros((6, 6), bool)
    half[:, :3] = True
    assert shapes.shrink(half, 1).sum() == 6 * 2
    assert shapes.grow(half, 1).sum() == 6 * 4
    assert shapes.shrink(np.ones((3, 3), bool), 5).all()
    assert not shapes.grow(np.zeros((3, 3), bool), 5).any()


def test_feather_is_a_linear_ramp_centred_on_the_edge():
    half = np.zeros((5, 10), bool)
    half[:, :5] = True
    ramp = shapes.feather(half, 4)
    assert np.allclose(ramp[0], [1, 1, 1, 0.875, 0.625, 0.375, 0.125, 0, 0, 0])
    assert (shapes.feather(half, 0) == half).all()


def test_holes_specks_and_largest():
    ring = square(11, 2, 9) & ~square(11, 5, 6)
    ring[3, 3] = False
    assert shapes.fill_holes(ring).sum() == 49
    bigger = square(11, 2, 9) & ~square(11, 4, 6)
    bigger[7, 7] = False
    assert shapes.fill_holes(bigger, largest=2).sum() == 45  # the single pixel is filled, the four are not
    parts = np.zeros((9, 9), bool)
    parts[0, 0] = parts[4:7, 4:7] = parts[0, 4:6] = True
    assert shapes.remove_specks(parts, 2).sum() == 11
    assert shapes.remove_specks(parts, 100).sum() == 9  # the largest stays
    assert shapes.keep_largest(parts).sum() == 9
    assert shapes.keep_largest(parts, 2).sum() == 11
    touched = np.zeros((9, 9), bool)
    touched[0, 0] = True
    assert (shapes.keep_touched(parts, touched) == touched).all()


def test_smooth_removes_a_spike_and_leaves_a_straight_edge():
    mask = np.zeros((30, 30), bool)
    mask[:, :15] = True
    mask[15, 15:20] = True
    smoothed = shapes.smooth(mask, 2)
    assert not smoothed[15, 17:].any()
    assert (smoothed[:5] == mask[:5]).all()


def test_box_overlap_and_edge_support():
    assert shapes.box_of(square()) == (4, 4, 7, 7)
    assert shapes.box_of(np.zeros((3, 3), bool)) == (0, 0, 0, 0)
    assert shapes.overlap(square(11, 4, 6), square(11, 5, 7)) == pytest.approx(1 / 7)
    picture = np.full((60, 60, 3), 200, np.uint8)
    truth = np.zeros((60, 60), bool)
    truth[20:40, 20:40] = True
    picture[truth] = (20, 40, 160)
    lab = shapes.to_lab(picture)
    beside = np.roll(truth, 12, 1)
    assert shapes.edge_support(lab, truth) > 0.9 > shapes.edge_support(lab, beside)
    assert shapes.edge_support(lab, np.zeros_like(truth)) == 0


def test_steps_run_in_the_order_promised():
    ring = square(21, 6, 15) & ~square(21, 9, 12)
    ring[0, 0] = True
    done = refine(ring, RefineParams(mask="m", fill_holes=True, keep_largest=1, grow=2, invert=True))
    assert (done == ~shapes.grow(square(21, 6, 15), 2)).all()


def _stored(run, mask):
    return run.keep_mask(mask)


def test_the_task_keeps_the_mask_and_says_its_numbers(make_run):
    run = make_run(None)
    ref = _stored(run, square(21, 6, 15))
    outcome = mask_refine(RefineParams(mask=ref, grow=1, feather=2), run)
    soft = run.mask(outcome.masks[0])[0, 0].numpy()
    assert outcome.numbers["area_before"] == pytest.approx(81 / 441)
    assert outcome.numbers["area"] == pytest.approx((81 + 36) / 441)
    assert (outcome.numbers["x0"], outcome.numbers["x1"]) == (5, 16)
    assert set(np.unique(soft)) - {0.0, 1.0}  # grey edges
    assert soft[10, 10] == 1
    assert soft[0, 0] == 0


def test_bad_masks_are_refused_by_name(make_run):
    run = make_run(None)
    ref = _stored(run, square(21, 6, 15))
    other = run.keep_picture(Image.new("RGB", (20, 21)))
    with pytest.raises(UserError, match="21 x 21, its picture 20 x 21"):
        mask_refine(RefineParams(mask=ref, picture=other), run)
    with pytest.raises(UserError, match="empty"):
        mask_refine(RefineParams(mask=_stored(run, np.zeros((5, 5), bool))), run)
    with pytest.raises(UserError, match="nowhere more than half"):
        mask_refine(RefineParams(mask=_stored(run, np.full((5, 5), 0.2, np.float32))), run)
    with pytest.raises(UserError, match="Nothing is left"):
        mask_refine(RefineParams(mask=ref, shrink=50), run)
    with pytest.raises(UserError, match="'grow'"):
        from_json(RefineParams, {"mask": ref, "grow": -1})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Nothing was pointed at"),
        ({"points": ((20, 3),)}, "The click 20,3 in 'points' lies outside"),
        ({"outside": ((-1, 3),), "points": ((1, 1),)}, "'outside' lies outside"),
        ({"points": ((1, 1),), "outside": ((1, 1),)}, "both in"),
        ({"box": (5, 5, 5, 9)}, "empty"),
        ({"box": (30, 30, 40, 40)}, "lies outside"),
        ({"lasso": ((1, 1), (5, 5))}, "2 different corners"),
        ({"lasso": ((100, 100), (120, 100), (120, 130))}, "lasso lies outside"),
    ],
)
def test_bad_clicks_are_refused_in_one_sentence(given, words):
    with pytest.raises(UserError, match=words) as caught:
        checked((20, 10), **given)
    assert caught.value.hint


def test_a_box_may_be_drawn_in_any_direction_and_over_the_edge():
    assert checked((20, 10), box=(15, 8, 5, 2)).box == (5, 2, 15, 8)
    assert checked((20, 10), box=(-5, 2, 50, 8)).box == (0, 2, 20, 8)

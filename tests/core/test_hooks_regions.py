"""Masks on grids and blending by region."""

import torch

from core.hooks.regions import as_pixels, blend, cells_inside, on_grid


def test_area_is_kept():
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., 8:24, 4:20] = 1
    small = on_grid(mask, (8, 8))
    assert small.shape == (1, 1, 8, 8)
    assert float(small.mean()) == float(mask.mean())
    assert float(small[0, 0, 1, 0]) == 0.5
    assert on_grid(mask, (5, 7)).shape == (1, 1, 5, 7)
    assert on_grid(mask, (128, 64)).shape == (1, 1, 128, 64)


def test_small_things_do_not_vanish():
    mask = torch.zeros(2, 1, 64, 64)
    mask[0, 0, 10, 10] = 1
    found = cells_inside(mask, (8, 8))
    assert found[0].sum() == 1
    assert found[0, 0, 1, 1]
    assert found[1].sum() == 0
    half = torch.zeros(1, 1, 16, 16)
    half[..., :9, :] = 1
    assert cells_inside(half, (4, 4)).sum() == 8


def test_pixels_stand_in_the_order_of_query_tokens():
    mask = torch.arange(12.0).view(1, 1, 3, 4) / 12
    assert torch.equal(as_pixels(mask, (3, 4))[0, :, 0], mask.flatten())


def test_blending():
    base, a, b = (torch.full((1, 2, 4, 4), v) for v in (1.0, 2.0, 4.0))
    left, right = torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 4, 4)
    left[..., :2], right[..., 1:3] = 1, 1
    mixed = blend(base, [(left, a), (right, b)])
    assert mixed[0, 0, 0].tolist() == [2.0, 3.0, 4.0, 1.0]
    assert torch.equal(mixed, blend(base, [(right, b), (left, a)]))
    assert blend(base, []) is base
    assert torch.equal(blend(base, [(torch.zeros(1, 1, 4, 4), a)]), base)
    tokens = torch.full((1, 16, 3), 5.0)
    assert blend(torch.zeros(1, 16, 3), [(as_pixels(left, (4, 4)), tokens)])[0, :, 0].view(4, 4)[0].tolist() == [
        5,
        5,
        0,
        0,
    ]

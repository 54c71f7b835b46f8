"""GrabCut and the search for things, on scenes whose exact masks are known."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from core.contract.errors import UserError
from erasure.pixels.masks import shapes
from erasure.pixels.masks.auto_masks import AutoMasksParams, auto_masks
from erasure.pixels.masks.grabcut import GrabcutParams, cut, grabcut
from erasure.pixels.masks.prompts import checked


def scene(size=(150, 110)):
    """A red disc and a two-coloured box on a noisy grey table, slightly blurred, and their masks."""
    generator = np.random.default_rng(0)
    shades, masks = Image.new("RGB", size, (150, 150, 145)), []
    draw = ImageDraw.Draw(shades)
    for kind, where, colour in (
        ("ellipse", (15, 25, 65, 75), (190, 40, 40)),
        ("rectangle", (90, 40, 134, 90), (40, 70, 170)),
    ):
        getattr(draw, kind)(where, fill=colour)
        flat = Image.new("1", size)
        getattr(ImageDraw.Draw(flat), kind)(where, fill=1)
        masks.append(np.asarray(flat))
    draw.rectangle((90, 40, 134, 60), fill=(50, 110, 190))
    noisy = np.asarray(shades.filter(ImageFilter.GaussianBlur(0.6))) + generator.normal(0, 5, (size[1], size[0], 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8)), masks


@pytest.mark.parametrize(
    ("given", "which"),
    [
        ({"points": ((40, 50),)}, 0),
        ({"points": ((110, 75), (110, 50))}, 1),
        ({"box": (8, 18, 72, 82)}, 0),
        ({"box": (140, 96, 84, 34)}, 1),
        ({"lasso": ((80, 30), (145, 32), (142, 99), (82, 98))}, 1),
        ({"box": (8, 18, 140, 96), "outside": ((110, 75), (110, 50), (95, 45), (130, 85), (82, 60))}, 0),
    ],
)
def test_the_cut_matches_the_truth(given, which):
    picture, masks = scene()
    if "outside" in given:
        given = {**given, "points": ((40, 50),)}
    found = cut(picture, checked(picture.size, **given))
    assert shapes.overlap(found, masks[which]) > 0.93
    assert shapes.overlap(found, masks[1 - which]) < 0.02


def test_the_task_says_area_score_and_box_and_repeats_itself(make_run):
    picture, masks = scene()
    run = make_run(None)
    params = GrabcutParams(picture=run.keep_picture(picture), points=((40, 50),))
    first, again = grabcut(params, run), grabcut(params, run)
    assert first.masks == again.masks
    kept = run.mask(first.masks[0], picture.size)[0, 0].numpy() > 0.5
    assert first.numbers["area"] == pytest.approx(kept.mean())
    assert shapes.box_of(kept) == tuple(first.numbers[k] for k in ("x0", "y0", "x1", "y1"))
    assert 0.9 < first.numbers["score"] <= 1
    assert shapes.overlap(kept, masks[0]) > 0.93


def test_a_small_detail_gives_the_same_thing_at_the_pictures_size():
    picture, masks = scene()
    found = cut(picture, checked(picture.size, points=((40, 50),)), detail=75)
    assert found.shape == (110, 150)
    assert shapes.overlap(found, masks[0]) > 0.9


def test_a_hole_is_filled_but_not_over_a_click_outside():
    picture, masks = scene()
    ImageDraw.Draw(picture).ellipse((32, 42, 48, 58), fill=(150, 150, 145))
    hole = cut(picture, checked(picture.size, points=((22, 50),), outside=((40, 50),)))
    kept_out = cut(picture, checked(picture.size, points=((22, 50),), outside=((40, 50),)), fill=True)
    filled = cut(picture, checked(picture.size, points=((22, 50),), outside=((80, 50),)), fill=True)
    assert not hole[45:56, 36:45].any()
    assert not kept_out[45:56, 36:45].any()
    assert filled[45:56, 36:45].all()
    assert shapes.overlap(filled, masks[0]) > 0.93


@pytest.mark.parametrize("mode", ["RGBA", "L", "LA", "P", "I;16"])
def test_pictures_of_every_kind_are_cut(make_run, mode):
    picture, masks = scene()
    run = make_run(None)
    other = (
        Image.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257) if mode == "I;16" else picture.convert(mode)
    )
    outcome = grabcut(GrabcutParams(picture=run.keep_picture(other), box=(8, 18, 72, 82)), run)
    kept = run.mask(outcome.masks[0])[0, 0].numpy() > 0.5
    assert shapes.overlap(kept, masks[0]) > 0.8 or mode in ("L", "LA", "I;16")
    assert kept.shape == (110, 150)


def test_hopeless_pictures_are_refused_in_words(make_run):
    run = make_run(None)
    dot = run.keep_picture(Image.new("RGB", (1, 1)))
    with pytest.raises(UserError, match="1 x 1 pixels is too small"):
        grabcut(GrabcutParams(picture=dot, points=((0, 0),)), run)
    with pytest.raises(UserError, match="too small"):
        auto_masks(AutoMasksParams(picture=dot), run)
    flat = run.keep_picture(Image.new("RGB", (40, 40), "white"))
    with pytest.raises(UserError, match="stands out"):
        auto_masks(AutoMasksParams(picture=flat, by="classical"), run)
    with pytest.raises(UserError, match=r"Nothing was found|whole picture"):
        grabcut(GrabcutParams(picture=flat, outside=((3, 3),)), run)
    with pytest.raises(UserError, match="nothing in common"):
        grabcut(GrabcutParams(picture=flat, box=(0, 0, 9, 9), lasso=((20, 20), (30, 20), (30, 30))), run)
    with pytest.raises(UserError, match="'smallest'"):
        auto_masks(AutoMasksParams(picture=flat, smallest=0.5, largest=0.4), run)


def test_two_things_are_found_in_one_picture_without_a_click(make_run, monkeypatch, tmp_path):
    monkeypatch.setenv("CONCEPT_STUDIO_HOME", str(tmp_path))
    picture, masks = scene()
    run = make_run(None)
    outcome = auto_masks(AutoMasksParams(picture=run.keep_picture(picture), count=2), run)
    found = [run.mask(ref)[0, 0].numpy() > 0.5 for ref in outcome.masks]
    assert len(found) == 2
    assert "no SAM weights" in outcome.note
    for truth in masks:
        assert max(shapes.overlap(truth, mask) for mask in found) > 0.9
    assert not (found[0] & found[1]).any()
    assert outcome.numbers["score"] >= outcome.numbers["score_2"] > 0.5
    assert run.listener.items > 0


def test_the_smaller_of_two_things_keeps_what_they_share():
    from erasure.pixels.masks.proposals import Proposal, apart

    large, small = np.zeros((9, 9), bool), np.zeros((9, 9), bool)
    large[1:8, 1:8] = small[3:5, 3:5] = True
    one, two = apart([Proposal(large, 0.9), Proposal(small, 0.8)])
    assert (one.mask == (large & ~small)).all()
    assert (two.mask == small).all()


def test_photograph_of_a_fig_in_a_bowl(make_run, monkeypatch, tmp_path):
    """The demo's picture: its two things by one click each and by none must agree (no truth was drawn by hand)."""
    from core.models.loading import RESOURCES

    monkeypatch.setenv("CONCEPT_STUDIO_HOME", str(tmp_path))
    with Image.open(RESOURCES / "examples" / "fig_bowl.jpg") as file:
        picture = file.convert("RGB").resize((384, 260), Image.Resampling.LANCZOS)
    run = make_run(None)
    outcome = auto_masks(AutoMasksParams(picture=run.keep_picture(picture), count=2), run)
    bowl, fig = (run.mask(ref)[0, 0].numpy() > 0.5 for ref in outcome.masks)
    clicked = cut(picture, checked(picture.size, points=((225, 125),)))
    assert shapes.overlap(fig, clicked) > 0.9
    clicked_bowl = cut(picture, checked(picture.size, points=((325, 175),))) & ~clicked
    assert shapes.overlap(bowl, clicked_bowl) > 0.9
    scores = [outcome.numbers["score"], outcome.numbers["score_2"]]
    assert all(one >= two > 0.6 for one, two in pairwise(scores))

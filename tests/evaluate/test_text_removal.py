"""Erased text scored as a task: both variants, detections on three kinds of pictures, and what bad input is told."""

import json

import numpy as np
import pytest
from PIL import Image

from core.contract.errors import UserError
from core.contract.fields import ImageRef
from core.contract.method import Kind, Outcome
from core.contract.params import Params
from core.engine import registry
from core.evaluate.pixels_folders import read_boxes
from core.evaluate.text_removal import (
    TextRemovalParams,
    boxes_of_mask,
    composited,
    published_scores,
    resized,
    text_removal,
)


def picture(value, size=(176, 176)):
    return np.full((*size, 3), value, np.uint8)


def keep(run, array):
    return run.keep_picture(Image.fromarray(array))


@pytest.fixture
def run(make_run, tiny_sd1):
    return make_run(tiny_sd1)


@pytest.fixture
def folder(tmp_path):
    """Two pictures: one left with a wrong block of 16 x 16 pixels, one perfect."""
    root = tmp_path / "set"
    for part in ("before", "after", "truth", "masks", "boxes", "found-after", "found-before", "found-truth"):
        (root / part).mkdir(parents=True)
    for name in ("a", "b"):
        truth, before, mask = picture(100), picture(100), np.zeros((176, 176), np.uint8)
        mask[32:64, 32:96] = 255
        before[mask > 0] = 0
        after = truth.copy()
        if name == "a":
            after[40:56, 40:56] = 150
        for part, made in (("before", before), ("after", after), ("truth", truth), ("masks", mask)):
            Image.fromarray(made).save(root / part / f"{name}.png")
        (root / "boxes" / f"{name}.txt").write_text("32,32,96,32,96,64,32,64,WORD\n")
        (root / "found-before" / f"{name}.txt").write_text("32,32,96,32,96,64,32,64\n")
        (root / "found-truth" / f"{name}.txt").write_text("")
        (root / "found-after" / f"{name}.json").write_text(
            "[[[32, 32], [90, 32], [90, 64], [32, 64]]]" if name == "a" else "[]"
        )
    return root


def test_numbers_of_a_set_by_hand(run, folder, tmp_path):
    made = text_removal(TextRemovalParams(folder=str(folder), details=str(tmp_path / "all.json")), run)
    found, area = made.numbers, 176 * 176
    error = 256 * (50 / 255) ** 2 / area
    assert found["mse"] == pytest.approx(error / 2)  # the mean of both pictures
    assert found["psnr"] == pytest.approx(10 * np.log10(1 / error))  # the equal one has none
    assert found["psnr.n"] == 1
    assert found["age"] == pytest.approx(256 * 50 / area / 2)
    assert found["peps"] == pytest.approx(256 / area / 2)
    assert found["pceps"] == pytest.approx(14 * 14 / area / 2)
    assert found["psnr_inside"] == pytest.approx(10 * np.log10(1 / (256 * (50 / 255) ** 2 / (32 * 64))))
    assert found["age_inside"] == pytest.approx(256 * 50 / (32 * 64) / 2)
    assert found["change_outside"] == 0
    assert "1 infinite (equal pictures)" in made.note
    assert "too few for an interval" in made.note
    rows = json.loads((tmp_path / "all.json").read_text())["pictures"]
    assert rows["b"]["psnr"] == "infinite"
    assert rows["b"]["mssim"] == pytest.approx(1)


def test_the_published_variant_skips_equal_pictures(run, folder):
    found = text_removal(TextRemovalParams(folder=str(folder), variant="published"), run).numbers
    assert "mse" not in found
    alone = published_scores(*(np.asarray(Image.open(folder / part / "a.png")) for part in ("after", "truth")))
    for name, value in alone.items():
        assert found[name] == pytest.approx(value)
        assert found[f"{name}.n"] == 1
    # Grown to 512: 16 pixels are about 46.5; the count is divided by 512 x 512.
    assert found["published_peps"] == pytest.approx((16 / 176) ** 2, rel=0.1)


def test_all_equal_is_not_a_perfect_score_but_not_measured(run):
    same = keep(run, picture(90))
    made = text_removal(TextRemovalParams(after=(same,), truth=(same,)), run)
    assert made.numbers["mse"] == 0
    assert "psnr" not in made.numbers
    assert "psnr: not measured: all pictures are equal to what they are compared with" in made.note
    assert "published_psnr: not measured: every picture equals its truth" in made.note


def test_small_pictures_have_no_five_scales(run):
    small = keep(run, picture(90, (128, 128))), keep(run, picture(95, (128, 128)))
    params = TextRemovalParams(after=small[:1], truth=small[1:])
    made = text_removal(params, run)
    assert "mssim: not measured: the pictures are under 161 pixels" in made.note
    assert "published_mssim" in made.numbers  # it is enlarged to 512
    assert text_removal(params.replaced(size=256), run).numbers["mssim"] < 1


def test_intervals_come_with_five_pictures(run):
    after = [keep(run, picture(100 + i)) for i in range(5)]
    truth = [keep(run, picture(90 - i)) for i in range(5)]
    found = text_removal(TextRemovalParams(after=after, truth=truth), run).numbers
    assert found["age"] == pytest.approx(14)
    assert found["age.low"] < 14 < found["age.high"]


def test_detections_stand_beside_those_before_and_on_the_truth(run, folder):
    found = text_removal(TextRemovalParams(folder=str(folder)), run)
    numbers = found.numbers
    assert (numbers["recall/before"], numbers["precision/before"], numbers["f/before"]) == (1, 1, 1)
    assert (numbers["recall/after"], numbers["precision/after"]) == (0.5, 1)
    assert numbers["f/after"] == pytest.approx(2 / 3)
    assert numbers["recall/truth"] == 0
    assert "precision/truth" not in numbers
    assert "precision/truth (detections of the folder, deteval): not measured: nothing was detected" in found.note
    plain = text_removal(TextRemovalParams(folder=str(folder), detector="", matching="iou"), run).numbers
    assert plain["recall/after"] == 0.5


class MarkParams(Params):
    picture: ImageRef
    pictures: tuple[ImageRef, ...] = ()


def test_a_detector_may_be_any_task_that_marks(run, folder, monkeypatch):
    """Dark pixels are text."""

    def mark(params: MarkParams, run) -> Outcome:
        dark = np.asarray(run.picture(params.picture))[..., 0] < 50
        return Outcome(masks=(run.keep_mask(dark),) if dark.any() else ())

    method = registry.method("core.text_removal")
    info = type(method.info)(**{**vars(method.info), "id": "test.mark", "kind": Kind.MASK,
                                "params": registry.describe(MarkParams)})  # fmt: skip
    monkeypatch.setitem(registry._METHODS, "test.mark", registry.Method(info, MarkParams, function=mark))
    made = text_removal(TextRemovalParams(folder=str(folder), detector="test.mark"), run)
    assert (made.numbers["recall/before"], made.numbers["recall/after"]) == (1, 0)
    assert "test.mark" in made.note
    with pytest.raises(UserError, match="does not mark pictures"):
        text_removal(TextRemovalParams(folder=str(folder), detector="core.text_removal"), run)
    with pytest.raises(UserError, match="no task 'nobody'"):
        text_removal(TextRemovalParams(folder=str(folder), detector="nobody"), run)


def test_compositing_takes_the_truth_outside_the_text(run, folder):
    after = picture(100)
    after[100:110, 100:110] = 200  # damage outside the text
    Image.fromarray(after).save(folder / "after" / "a.png")
    assert text_removal(TextRemovalParams(folder=str(folder)), run).numbers["change_outside"] == 50
    made = text_removal(TextRemovalParams(folder=str(folder), composite=True), run)
    assert made.numbers["mse"] == 0
    assert "Outside the text the truth was taken." in made.note
    one = keep(run, after)
    with pytest.raises(UserError, match="masks or boxes"):
        text_removal(TextRemovalParams(after=(one,), truth=(one,), composite=True), run)
    inside = np.zeros((2, 2), bool)
    inside[0] = True
    assert composited(picture(1, (2, 2)), picture(9, (2, 2)), inside)[..., 0].tolist() == [[1, 1], [9, 9]]


def test_resizing_is_bicubic_and_leaves_alone_what_fits():
    noisy = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    assert resized(noisy, 0) is noisy
    assert (resized(noisy, 16) == np.asarray(Image.fromarray(noisy).resize((16, 16), Image.Resampling.BICUBIC))).all()
    assert resized(noisy, 20).shape == (20, 20, 3)
    assert resized(noisy[:, :20], 20).shape == (20, 20, 3)


def test_boxes_of_masks_and_files(tmp_path):
    mask = np.zeros((20, 20), np.uint8)
    mask[2:5, 3:9] = mask[10:12, 10:20] = 255
    Image.fromarray(mask).save(tmp_path / "m.png")
    assert boxes_of_mask(tmp_path / "m.png").tolist() == [[3, 2, 9, 5], [10, 10, 20, 12]]
    lines = tmp_path / "a.txt"
    lines.write_text("\ufeff1,2,11,2,11,8,1,8,hello, world\n\n5,5,9,5,9,9,5,9,1990\n")
    assert read_boxes(lines).tolist() == [[1, 2, 11, 8], [5, 5, 9, 9]]
    rows = tmp_path / "a.json"
    rows.write_text('[{"polygon": [[1, 2], [4, 2], [3, 9]]}, [0, 0, 5, 5]]')
    assert read_boxes(rows).tolist() == [[1, 2, 4, 9], [0, 0, 5, 5]]
    lines.write_text("1,2,three\n")
    with pytest.raises(UserError, match=r"a\.txt"):
        read_boxes(lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: (f / "truth" / "b.png").unlink(), "'b' is in 'after' and not in 'truth'"),
        (lambda f: (f / "after" / "a.png").write_bytes(b"nonsense"), "'a' is not a picture"),
        (lambda f: Image.new("RGB", (10, 10)).save(f / "truth" / "a.png"), "'a' is 10 x 10 in 'truth' and 176 x 176"),
        (lambda f: Image.new("L", (176, 176)).save(f / "masks" / "a.png"), "'a' is empty"),
        (lambda f: Image.new("L", (176, 176), 90).save(f / "masks" / "a.png"), "no pixel of half strength"),
        (lambda f: (f / "boxes" / "a.txt").unlink(), "no boxes for 'a'"),
        (lambda f: Image.new("RGB", (9, 9)).save(f / "after" / "a.jpg"), "two pictures called 'a'"),
        (lambda f: [p.unlink() for p in (f / "after").iterdir()], "no pictures in"),
    ],
)
def test_bad_folders_are_told(run, folder, change, said):
    change(folder)
    with pytest.raises(UserError, match=said):
        text_removal(TextRemovalParams(folder=str(folder)), run)


def test_bad_lists_are_told(run, tmp_path):
    one, two = keep(run, picture(1)), keep(run, picture(2))
    for params, said in (
        (TextRemovalParams(), "no pictures to score"),
        (TextRemovalParams(after=(one,)), "no pictures 'truth'"),
        (TextRemovalParams(after=(one, two), truth=(one,)), "2 after, 1 truth"),
        (TextRemovalParams(after=(one, one), truth=(one, two)), "twice"),
        (TextRemovalParams(after=(one,), truth=(two,), folder="x"), "a folder and a list"),
        (TextRemovalParams(folder=str(tmp_path / "none")), "no folder"),
    ):
        with pytest.raises(UserError, match=said):
            text_removal(params, run)

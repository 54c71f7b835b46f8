"""The arithmetic of the picture scores: by hand on small arrays, and against scipy, OpenCV and segment-anything."""

from functools import partial

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from scipy import linalg, ndimage, optimize, signal

from core.contract.errors import UserError
from core.evaluate import pixels_boxes as boxes
from core.evaluate import pixels_difference as difference
from core.evaluate import pixels_encoder as encoder
from core.evaluate import pixels_sets as sets


def flat(value, size=(6, 6)):
    return np.full((*size, 3), value, np.uint8)


def noisy(seed, size=(180, 200), low=0, high=256):
    return np.random.default_rng(seed).integers(low, high, (*size, 3)).astype(np.uint8)


# --- one picture against another ------------------------------------------------------------------------------------


def test_mse_and_psnr_by_hand():
    first, second = flat(0), flat(0)
    second[0, 0] = (255, 0, 0)  # one of 108 values is wrong by 1
    assert difference.mse(first, second) == pytest.approx(1 / 108)
    assert difference.psnr(1 / 108) == pytest.approx(10 * np.log10(108))
    assert difference.psnr(difference.mse(first, first)) == float("inf")
    a, b = noisy(1), noisy(2)
    assert difference.psnr(difference.mse(a, b)) == pytest.approx(cv2.PSNR(a, b))
    where = np.zeros((6, 6), bool)
    where[0, :2] = True
    assert difference.mse(first, second, where) == pytest.approx(1 / 6)
    with pytest.raises(ValueError, match="no pixels"):
        difference.mse(first, second, np.zeros((6, 6), bool))


def test_grey_errors_by_hand():
    truth, erased = flat(100), flat(100)
    erased[1:4, 1:4] += 21  # nine wrong pixels; only the middle one has four wrong neighbours
    erased[5, 5] += 20  # exactly at the threshold: not wrong
    age, peps, pceps = difference.grey_errors(erased, truth)
    assert age == pytest.approx((9 * 21 + 20) / 36)
    assert peps == pytest.approx(9 / 36)
    assert pceps == pytest.approx(1 / 36)
    assert difference.grey_errors(erased, truth, difference.PUBLISHED_PIXELS)[1:] == (9 / 262144, 1 / 262144)


def test_grey_weighs_the_colours_and_rounds_to_whole_levels():
    truth, erased = flat(0, (1, 3)), flat(0, (1, 3))
    erased[0, 0, 0], erased[0, 1, 1], erased[0, 2, 2] = 100, 100, 100
    assert difference.grey_differences(erased, truth).tolist() == [[30, 59, 11]]  # 29.9, 58.7, 11.4


def test_erosion_is_scipys_with_nothing_beyond_the_border():
    wrong = np.random.default_rng(3).random((40, 30)) < 0.7
    cross = ndimage.generate_binary_structure(2, 1)
    assert (difference.clustered(wrong) == ndimage.binary_erosion(wrong, cross)).all()


def by_convolution(a, b):
    """SSIM and contrast maps straight from the definition."""
    at = np.arange(-5, 6)
    window = np.exp(-(at[:, None] ** 2 + at[None] ** 2) / 4.5)
    window /= window.sum()

    def mean(x):
        return signal.convolve2d(x, window, "valid")

    ma, mb = mean(a), mean(b)
    va, vb, cov = mean(a * a) - ma**2, mean(b * b) - mb**2, mean(a * b) - ma * mb
    c1, c2 = 2.55**2, 7.65**2
    contrast = (2 * cov + c2) / (va + vb + c2)
    return ((2 * ma * mb + c1) / (ma**2 + mb**2 + c1) * contrast).mean(), contrast.mean()


def test_ssim_against_the_definition():
    a, b = difference.grey(noisy(1)), difference.grey(noisy(2))
    assert difference.ssim(a, b) == pytest.approx(by_convolution(a, b)[0], abs=1e-12)
    assert difference.ssim(a, a) == pytest.approx(1)
    # Two flat pictures: only the means differ.
    dark, light = np.full((12, 12), 10.0), np.full((12, 12), 20.0)
    assert difference.ssim(dark, light) == pytest.approx((2 * 200 + 2.55**2) / (500 + 2.55**2))


def test_ms_ssim_clean_halves_and_published_does_not():
    truth = noisy(1, high=200)
    erased = (truth + np.random.default_rng(2).integers(0, 40, truth.shape)).astype(np.uint8)
    a, b = difference.grey(erased), difference.grey(truth)
    whole, contrast = by_convolution(a, b)
    weights = np.array(difference.WEIGHTS)
    assert difference.ms_ssim(a, b, "published") == pytest.approx(contrast ** weights[:4].sum() * whole ** weights[4])
    parts = []
    for scale in range(5):
        whole, contrast = by_convolution(a, b)
        parts.append((whole if scale == 4 else contrast) ** weights[scale])
        a, b = (ndimage.convolve(x, np.ones((2, 2)) / 4, mode="reflect")[::2, ::2] for x in (a, b))
    assert difference.ms_ssim(difference.grey(erased), difference.grey(truth)) == pytest.approx(np.prod(parts))


def test_ms_ssim_says_what_it_cannot_measure():
    small = difference.grey(noisy(1, (160, 200)))
    assert difference.ms_ssim(small, small) is None
    assert difference.ms_ssim(small, small, "published") == pytest.approx(1)
    assert difference.ms_ssim(np.ones((161, 161)), np.ones((161, 161))) == pytest.approx(1)
    low = difference.grey(noisy(1, (8, 40)))  # the script shrinks its window to the rows, and sets it off centre
    at = np.arange(-3, 5)
    window = np.exp(-(at[:, None] ** 2 + at[None] ** 2) / 4.5)
    want = signal.fftconvolve(low, window / window.sum(), "valid")
    assert difference._blurred(low) == pytest.approx(want)
    assert difference.ms_ssim(low.T, low.T, "published") is None


def test_negative_structure_keeps_its_sign():
    a = difference.grey(noisy(1))
    found = difference.ms_ssim(a, 255 - a, "published")
    whole, contrast = by_convolution(a, 255 - a)
    assert contrast < 0
    # Four negative scales multiply to plus, the fifth stays minus.
    weights = np.array(difference.WEIGHTS)
    assert found == pytest.approx(-(abs(contrast) ** weights[:4].sum()) * abs(whole) ** weights[4])


def test_outside_and_seam():
    before, after = flat(100, (40, 40)), flat(100, (40, 40))
    mask = np.zeros((40, 40), bool)
    mask[10:30, 10:30] = True
    after[mask] = 200
    assert difference.outside_change(before, after, mask) == 0
    after[0, 0, 1] = 93
    assert difference.outside_change(before, after, mask) == 7
    assert difference.outside_change(before, after, np.ones((40, 40), bool)) is None
    assert difference.seam(flat(100, (40, 40)), mask) is None  # perfectly flat: there is nothing to compare with
    ramp = np.repeat(np.repeat(np.arange(40, dtype=np.uint8)[None, :, None] * 2, 40, 0), 3, 2)
    ramp += np.arange(40, dtype=np.uint8)[:, None, None] * 2
    assert difference.seam(ramp, mask) == pytest.approx(1)
    stepped = ramp.copy()
    stepped[mask] += 60
    assert difference.seam(stepped, mask) > 10


# --- sets -----------------------------------------------------------------------------------------------------------


def features(seed, n=60, width=5, shift=0.0):
    draw = np.random.default_rng(seed)
    return draw.normal(size=(n, width)) @ np.random.default_rng(9).normal(size=(width, width)) + shift


def test_fid_by_hand_and_against_scipys_square_root():
    # Variances 1 and 4 in one dimension, means 0 and 3: 9 + 1 + 4 - 2 * 2.
    assert sets.fid(np.array([[-1.0], [1.0]]), np.array([[1.0], [5.0]])) == pytest.approx(10)
    # With n - 1 both variances double: 9 + 2 + 8 - 2 * 4.
    assert sets.fid(np.array([[-1.0], [1.0]]), np.array([[1.0], [5.0]]), "n-1") == pytest.approx(11)
    a, b = features(1), features(2, 80, shift=0.5)
    one, two = np.cov(a.T, bias=True), np.cov(b.T, bias=True)
    root = linalg.sqrtm(one @ two)
    want = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(one + two - 2 * root.real)
    assert sets.fid(a, b) == pytest.approx(want)
    assert sets.fid(a, a) == pytest.approx(0, abs=1e-9)


def test_fid_with_fewer_pictures_than_features():
    a, b = features(1, 4, 12), features(2, 4, 12)
    assert sets.fid(a, b) > 0
    assert sets.fid(a, a) == pytest.approx(0, abs=1e-6)


def test_cmmd_by_hand():
    a, b = np.array([[3.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    # Length 1: a is the two axes (2 apart, squared), b twice the first axis.
    far = np.exp(-2 / 200)
    assert sets.cmmd(a, b) == pytest.approx(1000 * ((1 + far) / 2 + 1 - (1 + far)))
    assert sets.cmmd(a, a) == pytest.approx(0)


def test_kid_by_hand():
    a, b = np.array([[0.0], [1.0]]), np.array([[1.0], [2.0]])
    # Kernel (xy + 1)^3. Within a: (0, 1) -> 1; within b: (1, 2) -> 27; across: 1, 1, 8, 27.
    assert sets.kid(a, b) == pytest.approx(1 + 27 - 2 * 37 / 4)


def test_the_machine_is_the_minimum_and_counts_are_right():
    real, made = features(1, 40, 3), features(2, 40, 3, shift=0.8)
    machine = sets.separate(real, made)
    points = np.hstack([np.vstack([real, made]), np.ones((80, 1))])
    signs = np.repeat([1.0, -1.0], 40)

    def value(w):
        return w @ w / 2 + (np.maximum(0, 1 - signs * (points @ w)) ** 2).sum()

    found = optimize.minimize(value, np.zeros(4), method="BFGS", options={"gtol": 1e-9})
    assert machine.weights == pytest.approx(found.x, abs=1e-5)
    decided = points @ machine.weights
    assert sets.u_ids(real, made) == pytest.approx(1 - ((decided > 0) == (signs > 0)).mean())
    assert sets.p_ids(real, made) == pytest.approx((decided[40:] > decided[:40]).mean())
    with pytest.raises(ValueError, match="pairs"):
        sets.p_ids(real, made[:39])


def test_u_ids_at_its_ends():
    line = np.arange(10.0)[:, None]
    assert sets.u_ids(line + 100, line - 100) == 0
    assert sets.u_ids(line, line) == pytest.approx(0.5)
    assert sets.trivially_separable(12, 5)
    assert not sets.trivially_separable(13, 5)


def test_reduction_keeps_the_strong_axes():
    draw = np.random.default_rng(0)
    second = draw.normal(size=(50, 4)) * np.array([10, 5, 0.01, 0.01])
    first = draw.normal(size=(50, 4)) * np.array([10, 5, 0.01, 0.01])
    small = sets.reduced(first, second, 2)
    assert sets.fid(*small) == pytest.approx(sets.fid(first, second), abs=1e-3)
    with pytest.raises(ValueError, match="span"):
        sets.reduced(first[:, :2], second[:2, :2], 2)


# --- boxes ----------------------------------------------------------------------------------------------------------


def test_iou_matching_takes_the_most_pairs():
    texts = np.array([[0, 0, 10, 10], [20, 0, 30, 10.0]])
    assert boxes.match(texts, np.array([[0, 0, 10, 5.0]]), "iou") == boxes.Found(2, 1, 1, 1)  # exactly a half
    assert boxes.match(texts, np.array([[0, 0, 10, 4.9]]), "iou") == boxes.Found(2, 1, 0, 0)
    assert boxes.match(texts, np.array([[0, 0, 10, 10], [1, 0, 10, 10.0]]), "iou") == boxes.Found(2, 2, 1, 1)
    found = boxes.match(texts, np.zeros((0, 4)), "iou")
    assert (found.recall, found.precision, found.f) == (0, None, 0)
    assert boxes.match(np.zeros((0, 4)), texts, "iou").recall is None


def test_deteval_one_to_one_split_and_merge():
    text = np.array([[0, 0, 100, 20.0]])
    assert boxes.match(text, np.array([[0, 0, 80, 20.0]])) == boxes.Found(1, 1, 1, 1)  # 0.8 of the text: just enough
    assert boxes.match(text, np.array([[0, 0, 79, 20.0]])) == boxes.Found(1, 1, 0, 0)
    assert boxes.match(text, np.array([[0, 0, 100, 50.0]])) == boxes.Found(1, 1, 1, 1)  # 0.4 of the detection is text
    assert boxes.match(text, np.array([[0, 0, 100, 51.0]])) == boxes.Found(1, 1, 0, 0)
    halves = np.array([[0, 0, 50, 20], [50, 0, 100, 20.0]])
    split = boxes.match(text, halves)
    assert split == boxes.Found(1, 2, 0.8, 1.6)
    assert (split.recall, split.precision) == (0.8, 0.8)
    assert boxes.match(halves, text) == boxes.Found(2, 1, 2, 1)  # two words found as one line
    total = split + boxes.match(halves, text) + boxes.NOTHING
    assert total == boxes.Found(3, 3, 2.8, 2.6)
    assert total.f == pytest.approx(2 * (2.8 / 3) * (2.6 / 3) / (5.4 / 3))


def test_hull_of_a_polygon():
    assert boxes.hull(np.array([[3, 1], [9, 4], [6, 8], [2, 5.0]])) == (2, 1, 9, 8)


# --- ReMOVE ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sam_file(tmp_path_factory):
    """A tiny SAM encoder of segment-anything's own class, random, and its file."""
    from segment_anything.modeling import ImageEncoderViT

    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = ImageEncoderViT(img_size=128, patch_size=16, embed_dim=16, depth=2, num_heads=2, out_chans=8,
                                  norm_layer=partial(torch.nn.LayerNorm, eps=1e-6), use_rel_pos=True, window_size=3,
                                  global_attn_indexes=(1,)).eval().requires_grad_(False)  # fmt: skip
        for parameter in network.parameters():
            parameter.data = torch.randn_like(parameter) * 0.2
    path = tmp_path_factory.mktemp("sam") / "tiny.safetensors"
    save_file({f"image_encoder.{k}": v.contiguous() for k, v in network.state_dict().items()}, path)
    return network, path


def test_the_encoder_is_segment_anythings(sam_file):
    from segment_anything.utils.transforms import ResizeLongestSide

    network, path = sam_file
    picture = Image.fromarray(noisy(1, (45, 100)))
    small = torch.as_tensor(ResizeLongestSide(128).apply_image(np.asarray(picture))).permute(2, 0, 1)[None].float()
    mean, deviation = (torch.tensor(v).view(3, 1, 1) for v in (encoder._MEAN, encoder._DEVIATION))
    padded = torch.nn.functional.pad((small - mean) / deviation, (0, 0, 0, 128 - small.shape[2]))
    found = encoder.load_encoder(encoder.find_encoder(str(path)))
    assert (found.name, found.side, found.grid) == ("SAM tiny", 128, 8)
    torch.testing.assert_close(found(picture), network(padded)[0], atol=1e-5, rtol=1e-4)


def colour_cells(pixels):
    """An encoder whose feature of a cell is its mean colour."""
    return torch.nn.functional.avg_pool2d(pixels, 16)


def test_remove_score_by_hand():
    eye = encoder.Encoder("colours", 128, 8, colour_cells)
    picture = np.zeros((128, 128, 3), np.uint8)
    picture[:, :] = (124, 116, 255)  # after normalising: nothing in red and green, much in blue
    mask = np.zeros((128, 128), bool)
    mask[32:64, 32:64] = True
    assert encoder.remove_score(eye, Image.fromarray(picture), mask, "whole") == pytest.approx(1)
    picture[mask] = (255, 116, 104)  # red in the hole
    assert encoder.remove_score(eye, Image.fromarray(picture), mask, "whole") == pytest.approx(0, abs=0.01)
    assert encoder.remove_score(eye, Image.fromarray(picture), np.ones((128, 128), bool), "whole") is None


def test_remove_score_ignores_the_padding_and_the_reference_does_not():
    eye = encoder.Encoder("colours", 128, 8, colour_cells)
    picture, mask = noisy(3, (64, 128), 200, 256), np.zeros((64, 128), bool)
    mask[16:48, 48:80] = True
    inside, outside = encoder.cells(mask, eye)
    assert inside[:4].sum() == 4
    assert inside[1:3, 3:5].all()
    assert not outside[4:].any()
    assert outside.sum() == 28
    white = encoder.white_cells(mask, 8)
    assert white[2:6, 3:5].sum() < 8  # twice as high as it should be, and soft at its border
    whole = encoder.remove_score(eye, Image.fromarray(picture), mask, "whole")
    reference = encoder.remove_score(eye, Image.fromarray(picture), mask, "reference whole")
    assert whole > 0.99
    assert reference is None or reference != pytest.approx(whole, abs=1e-3)


def test_thin_masks_are_measured_and_undefined_in_the_reference():
    eye = encoder.Encoder("colours", 128, 8, colour_cells)
    mask = np.zeros((128, 128), bool)
    mask[60, 10:120] = True
    picture = Image.fromarray(noisy(3, (128, 128)))
    assert encoder.remove_score(eye, picture, mask, "whole") is not None
    assert encoder.remove_score(eye, picture, mask, "reference whole") is None


def test_squares_around_masks():
    mask = np.zeros((100, 120), bool)
    mask[40:60, 50:60] = True
    assert encoder.square_around(mask) == (29, 24, 52)
    assert encoder._reference_square(mask) == (34, 24, 52)
    mask = np.zeros((100, 120), bool)
    mask[2:22, 50:60] = True  # two pixels from the border
    assert encoder.square_around(mask) == (29, 0, 52)
    assert encoder._reference_square(mask) == (48, 0, 24)
    with pytest.raises(ValueError, match="empty"):
        encoder.square_around(np.zeros((4, 4), bool))


def test_a_file_that_is_no_sam_is_named(tmp_path):
    save_file({"a": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(UserError, match="other"):
        encoder.find_encoder(str(tmp_path / "other.safetensors"))
    with pytest.raises(UserError, match="nowhere"):
        encoder.find_encoder(str(tmp_path / "nowhere"))

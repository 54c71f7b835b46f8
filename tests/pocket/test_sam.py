"""The embedded SAM: what its training relies on, and that the shipped weights cut things out through the studio's path."""

import json
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from core.models.configs import RESOURCES
from erasure.pixels.masks.prompts import Prompt
from erasure.pixels.masks.sam import _loaded, load_sam, segment
from erasure.pixels.masks.sam_weights import EMBEDDED, find_weights
from resources.pocket import world

SHIPPED = pytest.mark.skipif(not (EMBEDDED / "model.safetensors").exists(), reason="not trained yet")


@pytest.fixture
def recipe(monkeypatch):
    """The training script as a module."""
    monkeypatch.syspath_prepend(str(RESOURCES / "pocket" / "recipe"))
    import train_sam

    yield train_sam
    for name in ("train_sam", "common"):
        sys.modules.pop(name, None)


def test_many_pictures_are_decoded_as_the_package_decodes_one(recipe):
    torch.manual_seed(0)
    model = recipe.Taught().eval()
    pictures = torch.rand(2, 3, 128, 128) * 255
    clicks = torch.tensor([[[30.0, 40.0]], [[80.0, 90.0]]]), torch.ones(2, 1)
    with torch.no_grad():
        seen, foreground = model.encode(pictures)
        masks, rated = model.decode(seen, clicks, None, None)
        sparse, dense = model.sam.prompt_encoder(points=clicks, boxes=None, masks=None)
        place = model.sam.prompt_encoder.get_dense_pe()
        for i in range(2):
            own = model.sam.mask_decoder(seen[i : i + 1], place, sparse[i : i + 1], dense[i : i + 1], True)
            torch.testing.assert_close(masks[i : i + 1, 1:], own[0], rtol=1e-4, atol=1e-4)
            torch.testing.assert_close(rated[i : i + 1, 1:], own[1], rtol=1e-4, atol=1e-4)
    assert foreground.shape == (2, 64, 64)


def test_every_weight_is_started(recipe):
    """The network comes from the meta device: nothing of its memory may stay as it was found."""
    torch.manual_seed(0)
    first = recipe.Taught().sam.state_dict()
    torch.manual_seed(0)
    second = recipe.Taught().sam.state_dict()
    assert all(torch.equal(first[k], second[k]) for k in first)
    assert all(torch.isfinite(v).all() for v in first.values())
    assert max(float(v.abs().max()) for v in first.values()) < 6


def test_clicks_and_boxes(recipe):
    rng = np.random.default_rng(0)
    truth, answer = np.zeros((128, 128), bool), np.zeros((128, 128), bool)
    truth[10:20, 30:50] = True
    assert recipe.box_round(truth) == (30, 10, 50, 20)
    left, top, right, bottom = recipe.box_round(truth, rng)
    assert 0 <= left < right <= 128
    assert 0 <= top < bottom <= 128
    x, y, label = recipe.next_click(truth, answer, rng)
    assert (truth[int(y), int(x)], label) == (True, 1)
    x, y, label = recipe.next_click(truth, np.ones_like(truth), rng)
    assert (truth[int(y), int(x)], label) == (False, 0)
    assert recipe.next_click(truth, truth, rng)[2] == 1
    assert truth[recipe.middle(truth)[::-1]]


def test_prompts_of_one_picture_mean_different_things(recipe, monkeypatch):
    rng = np.random.default_rng(1)
    scene = world.scene(rng, objects=("cat", "dog"))
    monkeypatch.setattr(recipe, "FORCED_BACKDROP", 0)
    for _ in range(8):
        first, second = recipe.chosen(scene, rng, 2)
        assert not (first & second).any()
        assert {first.tobytes(), second.tobytes()} == {m.tobytes() for m in scene.masks}
    alone = world.scene(rng, objects="cat")
    assert all((m == alone.masks[0]).all() for m in recipe.chosen(alone, rng, 2))
    monkeypatch.setattr(recipe, "FORCED_BACKDROP", 1)
    assert (recipe.chosen(scene, rng, 1)[0] == ~scene.masks.any(0)).all()


def test_a_step_moves_every_part(recipe):
    torch.manual_seed(0)
    rng, model = np.random.default_rng(2), recipe.Taught()
    scenes = [world.scene(rng, objects=("cat", "dog")) for _ in range(2)]
    for _ in range(4):  # clicks, boxes and corrections all occur
        recipe.step_loss(model, scenes, 2, rng).backward()
    still = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    # The point that stands for "no click" and the vector for "no mask" are in every prompt; nothing may be left out.
    assert still == []


def test_losses_of_a_perfect_and_an_opposite_mask(recipe):
    truth = torch.zeros(1, 128, 128)
    truth[:, 32:96, 32:96] = 1
    sure = 20 * (2 * truth - 1)
    loss, rating = recipe.losses(torch.stack([sure, -sure], 1), torch.tensor([[1.0, 1.0]]), truth)
    assert float(loss[0, 0]) < 1e-4
    assert float(loss[0, 1]) > 50
    torch.testing.assert_close(rating, torch.tensor([[0.0, 1.0]]))


def test_an_interval_holds_the_mean_and_narrows_with_more(recipe):
    few, many = [0.5, 0.7, 0.9] * 5, [0.5, 0.7, 0.9] * 200
    assert recipe.interval(few)[0] < 0.7 < recipe.interval(few)[1]
    assert np.ptp(recipe.interval(many)) < np.ptp(recipe.interval(few)) / 3
    assert recipe.interval([1.0, 1.0]) == (1.0, 1.0)


def test_what_is_published_is_known_by_its_shapes(recipe, tmp_path):
    recipe.publish(recipe.Taught().sam, tmp_path)
    assert find_weights(str(tmp_path), required=True).layout == recipe.LAYOUT
    assert json.loads((tmp_path / "config.json").read_text())["side"] == recipe.LAYOUT.side
    broken = recipe.Taught().sam
    broken.prompt_encoder.no_mask_embed.weight.data[:] = float("nan")
    kept = (tmp_path / "model.safetensors").read_bytes()
    with pytest.raises(SystemExit, match="not finite"):
        recipe.publish(broken, tmp_path)
    assert (tmp_path / "model.safetensors").read_bytes() == kept


@SHIPPED
def test_the_shipped_one_cuts_things_out(monkeypatch, tmp_path):
    monkeypatch.setenv("CONCEPT_STUDIO_HOME", str(tmp_path))
    _loaded.cache_clear()
    found = find_weights("pocket", required=True)
    assert found.layout.name == "pocket"
    model, rng, overlaps = load_sam(found), np.random.default_rng(930_000), []
    for _ in range(24):
        scene = world.render(world.draw_spec(rng, counts=(1,), tint_rate=0, style_rate=0), rng)
        box = scene.things[0].box
        picture = Image.fromarray(scene.image)
        best = segment(model, picture, Prompt(picture.size, (), (), box))[0][0]
        overlaps.append((best & scene.masks[0]).sum() / (best | scene.masks[0]).sum())
    _loaded.cache_clear()
    # A filled box would reach 0.6 or so: the network must know the outline.
    assert np.mean(overlaps) > 0.75

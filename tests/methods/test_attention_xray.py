"""The X-ray: maps kept to the bit of what the layers computed, the picture untouched, words where they are drawn."""

import pytest
import torch
from PIL import Image

from core.contract.errors import UserError
from core.engine.generate import GenerateParams, generate
from core.engine.registry import method
from editing.attention_xray import ReadXrayParams, packed, read_xray, unpacked


def _generate(run, prompt="a cat to the left of a castle", modifiers=(), count=1, steps=4):
    return generate(GenerateParams(prompt=prompt, steps=steps, count=count, modifiers=tuple(modifiers)), run)


def test_packing_and_unpacking_keep_the_maps():
    maps = torch.rand(3, 5, 4, 6) * torch.tensor([0.01, 0.5, 1.0])[:, None, None, None]
    atlas, peaks = packed(maps)
    assert atlas.size == (5 * 6, 3 * 4)
    back = unpacked(atlas, {"words": list("abc"), "steps": list(range(5)), "grid": [4, 6], "peaks": peaks})
    assert torch.allclose(back, maps, atol=0.5 / 255)
    assert torch.allclose(back[0], maps[0], atol=0.5 / 255 * 0.01 + 1e-7)  # each word on its own scale
    with pytest.raises(UserError, match="no kept X-ray"):
        unpacked(Image.new("L", (8, 8)), {})


def test_the_picture_is_the_same_to_the_bit_and_every_step_is_kept(pocket, make_run):
    plain = _generate(make_run(pocket), count=2)
    run = make_run(pocket)
    seen = _generate(run, modifiers=["editing.attention_xray"], count=2)
    assert seen.images == plain.images
    assert list(seen.data) == ["x-ray", "x-ray 2"]
    origin = run.assets.origin(seen.data["x-ray"])
    assert origin["words"] == ["a", "cat", "to", "the", "left", "of", "castle"]
    assert (origin["steps"], origin["grid"]) == ([0, 1, 2, 3], [16, 16])
    other = run.assets.origin(seen.data["x-ray 2"])
    assert (origin["picture"], other["picture"]) == (1, 2)
    assert seen.data["x-ray"] != seen.data["x-ray 2"]


def test_every_other_step_and_a_missing_word(pocket, make_run):
    run = make_run(pocket)
    spec = 'editing.attention_xray:{"words": ["cat"], "every": 2}'
    assert run.assets.origin(_generate(run, modifiers=[spec]).data["x-ray"])["steps"] == [0, 2, 3]
    with pytest.raises(UserError, match="dog"):
        _generate(run, modifiers=['editing.attention_xray:{"words": ["dog"]}'])


def test_words_are_where_they_are_drawn(pocket, make_run):
    """On blue, the model's cat is yellow and its castle is not: the cat's mask lies where the yellow is."""
    near = {"cat": 0.0, "castle": 0.0}
    for seed in range(3):
        run = make_run(pocket, seed=seed)
        made = _generate(run, "a cat and a castle on a blue background", ["editing.attention_xray"], steps=15)
        red, green, blue = run.pixels(made.images[0])[0]
        yellow = ((red > 0.4) & (green > 0) & (blue < -0.2)).float()
        assert yellow.sum() > 100  # there is a cat
        for word in near:
            read = read_xray(ReadXrayParams(xray=made.data["x-ray"], word=word, picture=made.images[0]), run)
            mask = run.mask(read.masks[0], (128, 128))[0, 0]
            assert 0.005 < read.numbers["share"] < 0.9
            assert run.picture(read.images[0]).size == (128, 128)
            near[word] += float((mask * yellow).sum() / yellow.sum())
    assert near["cat"] > 3 * 0.5
    assert near["cat"] > near["castle"] + 0.9


def test_reading_says_what_is_not_there(pocket, make_run):
    run = make_run(pocket)
    made = _generate(run, modifiers=["editing.attention_xray"])
    with pytest.raises(UserError, match="no map of 'dog'"):
        read_xray(ReadXrayParams(xray=made.data["x-ray"], word="dog"), run)
    with pytest.raises(UserError, match="no step 9"):
        read_xray(ReadXrayParams(xray=made.data["x-ray"], word="cat", step=9), run)


def test_it_stacks_with_a_star(pocket, make_run):
    star = 'editing.a_star:{"words": ["cat", "castle"]}'
    alone = _generate(make_run(pocket), modifiers=[star])
    both = _generate(make_run(pocket), modifiers=["editing.attention_xray", star])
    assert both.images == alone.images
    assert method("editing.attention_xray").info.summary

"""A picture carries its recipe, and gives it back."""

import pytest
from PIL import Image

from core.contract.errors import UserError
from core.contract.recipes import a1111_text
from core.export.png import read_recipe, save_picture

RECIPE = {"prompt": "a red cat,\n<mug-1> ☕", "negative": "blurry", "steps": 25, "scheduler": "dpmpp-2m-karras",
          "guidance": 7.5, "seed": 42, "size": [128, 96], "model": "my, model", "model_identity": "0123456789abcdef",
          "modifiers": ["editing.a_star"], "patches": ["ab" * 32], "concepts": []}  # fmt: skip


def test_the_recipe_comes_back(tmp_path):
    save_picture(Image.new("RGB", (128, 96)), tmp_path / "a.png", RECIPE)
    assert read_recipe(tmp_path / "a.png") == RECIPE
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.text["parameters"] == a1111_text(RECIPE)


def test_the_text_is_a1111s():
    assert a1111_text(RECIPE).split("\n")[2:] == [
        "Negative prompt: blurry",
        "Steps: 25, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 42, Size: 128x96, "
        'Model hash: 0123456789, Model: "my, model"',
    ]


def test_other_pictures_and_files(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "plain.png")
    Image.new("RGB", (4, 4)).save(tmp_path / "plain.jpg")
    assert read_recipe(tmp_path / "plain.png") is None
    assert read_recipe(tmp_path / "plain.jpg") is None
    (tmp_path / "x.png").write_text("no picture")
    for name, words in (("x.png", "not a picture"), ("none.png", "There is no picture")):
        with pytest.raises(UserError, match=words):
            read_recipe(tmp_path / name)

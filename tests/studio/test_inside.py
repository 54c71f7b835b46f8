"""Keeping a picture only inside the mask: inside it is what was made, outside what lay below, undone in one step."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from studio import places
from studio.app import build, open_document
from studio.parts.naming import Naming
from studio.settings import Settings
from studio.window import Window
from studio.workspace import store_picture


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Window:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    made = build(open_document(None, Settings()), Settings(), tmp_path / "settings.json", FakeEngine())
    qtbot.addWidget(made)
    return made


def test_only_inside_the_mask(window: Window, tmp_path: Path) -> None:
    for name, grey in (("below", 40), ("top", 200)):
        Image.new("RGB", (64, 48), (grey,) * 3).save(tmp_path / f"{name}.png")
        window.workspace.open_picture(tmp_path / f"{name}.png")
    window.commands.run("layer.inside")
    assert "There is no mask" in window.message.text()
    cover = np.zeros((48, 64), np.uint8)
    cover[10:20, 30:50] = 255
    mask = store_picture(window.workspace.assets, Image.fromarray(cover, "L"), {"file": "mask.png"})
    window.workspace.add_mask(mask, "cat")
    window.commands.run("layer.inside")
    shown = np.asarray(window.workspace.flattened().convert("RGB"))
    assert np.array_equal(shown[..., 0], np.where(cover, 200, 40))
    window.commands.run("edit.undo")
    assert (np.asarray(window.workspace.flattened().convert("RGB")) == 200).all()
    window.workspace.close()


def test_names_of_masks_become_words(window: Window) -> None:
    naming = next(p for p in window.parts if isinstance(p, Naming))
    assert naming._named(["My mug", "fox", "fox"]) == {"<my-mug-1>": "my mug", "<fox-1>": "fox", "<fox-2>": "fox"}
    assert naming._named(["Mask 1", "fox"]) == {}
    window.workspace.close()

"""Layers in the window: new masks, masks and selections into each other, copies, inside out, names that are words; undone."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from studio import places
from studio.app import build, open_document
from studio.canvas.flatten import cover
from studio.canvas.intents import Painted, Selected
from studio.canvas.pixels import Pixels
from studio.commands import plain
from studio.document import edits
from studio.document.project import Layer, LayerKind, Placed
from studio.settings import Settings
from studio.window import Window


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    settings = Settings()
    window = build(open_document(None, settings), settings, tmp_path / "settings.json", FakeEngine())
    qtbot.addWidget(window)
    window.show()
    Image.fromarray(np.full((96, 128, 3), 80, np.uint8), "RGB").save(tmp_path / "photo.png")
    assert window.workspace.open_picture(tmp_path / "photo.png") is not None
    yield window
    window.close()


def top(window: Window) -> Layer:
    return window.workspace.project.layers[-1]


def press(window: Window, button: str) -> None:
    """By the mouse, as a person does."""
    found = window.layers.buttons[button]
    assert found.isEnabled()
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def covered(window: Window, layer: Layer) -> np.ndarray:
    return cover(layer, window.workspace.project.size)


def select(window: Window, x: int, y: int, width: int, height: int) -> None:
    coverage = np.zeros((96, 128), np.uint8)
    coverage[y : y + height, x : x + width] = 255
    window.workspace.take(Selected(Pixels.of(coverage), "Box"))


def test_a_new_mask_can_be_painted_at_once(window: Window) -> None:
    press(window, "mask")
    made = top(window)
    assert (made.kind, made.name, window.workspace.project.active) == (LayerKind.MASK, "Mask 1", made)
    assert made.color
    assert window.column.current == "brush"
    QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=window.view.rect().center())
    assert covered(window, top(window)).max() == 255
    window.commands.run("layer.mask")
    assert top(window).name == "Mask 2"
    assert top(window).color != made.color
    for _ in range(3):
        window.workspace.undo()
    assert [layer.kind for layer in window.workspace.project.layers] == [LayerKind.PICTURE]


def test_selection_and_mask_into_each_other(window: Window) -> None:
    assert not window.layers.buttons["from_selection"].isEnabled()
    assert not window.layers.buttons["to_selection"].isEnabled()
    select(window, 10, 20, 30, 40)
    press(window, "from_selection")
    made = top(window)
    assert (covered(window, made)[20:60, 10:40] == 255).all()
    assert int((covered(window, made) > 0).sum()) == 1200
    window.workspace.edit("Move", lambda p: edits.place_layer(p, made.id, Placed(64 + 8, 48)))
    window.commands.run("edit.deselect")
    press(window, "to_selection")
    selected = window.workspace.project.selection.pixels
    assert selected is not None
    assert (selected.array()[20:60, 18:48] == 255).all()  # where it lies now
    assert int((selected.array() > 0).sum()) == 1200
    window.workspace.undo()
    assert window.workspace.project.selection.pixels is None


def test_a_mask_inside_out(window: Window) -> None:
    select(window, 0, 0, 64, 96)
    press(window, "from_selection")
    before = covered(window, top(window))
    press(window, "invert")
    assert (covered(window, top(window)) == 255 - before).all()
    window.workspace.undo()
    assert (covered(window, top(window)) == before).all()
    window.commands.run("layer.lock")
    press(window, "invert")
    assert "is locked" in window.message.text()
    assert (covered(window, top(window)) == before).all()


def test_a_box_inside_out_is_painted(window: Window) -> None:
    layer = window.workspace.add_region((16, 16, 32, 32), "Region", "cat")
    press(window, "invert")
    region = top(window).region
    assert region is not None
    assert (region.box, region.phrase) == (None, "cat")
    assert covered(window, top(window))[20, 20] == 0
    assert covered(window, top(window))[2, 2] == 255
    window.workspace.undo()
    assert window.workspace.project.layer(layer.id) == layer


def test_a_copy_is_a_layer_of_its_own(window: Window) -> None:
    press(window, "duplicate")
    first, copy = window.workspace.project.layers
    assert (copy.name, window.workspace.project.active) == ("photo copy", copy)
    window.workspace.take(Painted(copy.id, {(0, 0): np.full((256, 256, 4), 255, np.uint8)}, "Brush"))
    assert window.workspace.project.layers[0] == first
    assert top(window).pixels != first.pixels
    window.workspace.add_region((0, 0, 9, 9), "Region", "cat")
    press(window, "duplicate")
    assert top(window).name == "cat"  # for the same word
    press(window, "remove")
    press(window, "remove")
    assert [layer.id for layer in window.workspace.project.layers] == [first.id, copy.id]
    window.workspace.undo()
    window.workspace.undo()
    assert [layer.name for layer in window.workspace.project.layers] == ["photo", "photo copy", "cat", "cat"]


def test_the_name_of_a_region_is_its_word(window: Window) -> None:
    window.prompt.edit.setPlainText("a cat and a dog")
    window.workspace.add_region((0, 0, 32, 32), "Region", "cat")
    item = window.layers.list.item(0)
    item.setText("dog")
    region = top(window).region
    assert region is not None
    assert (top(window).name, region.phrase) == ("dog", "dog")
    assert window.view.scene.items[-1].label == "dog"
    window.workspace.undo()
    region = top(window).region
    assert region is not None
    assert (top(window).name, region.phrase) == ("cat", "cat")
    window.layers.list.item(0).setText("  ")
    assert top(window).name == "cat"
    assert window.layers.list.item(0).text() == "cat"


def test_order_lock_and_opacity(window: Window) -> None:
    press(window, "mask")
    press(window, "down")
    assert [layer.kind for layer in window.workspace.project.layers] == [LayerKind.MASK, LayerKind.PICTURE]
    press(window, "up")
    assert top(window).kind == LayerKind.MASK
    press(window, "lock")
    assert top(window).locked
    assert window.layers.buttons["lock"].isChecked()
    press(window, "lock")
    assert not top(window).locked
    window.layers.opacity.setValue(40)
    assert top(window).opacity == 0.4
    assert window.layers.percent.text() == "40 %"


def test_the_selection_inside_out_and_all_of_it(window: Window) -> None:
    window.commands.run("edit.select_all")
    whole = window.workspace.project.selection.pixels
    assert whole is not None
    assert (whole.array() == 255).all()
    select(window, 0, 0, 64, 96)
    window.commands.run("edit.invert_selection")
    half = window.workspace.project.selection.pixels
    assert half is not None
    assert (half.array()[:, 64:] == 255).all()
    assert not half.array()[:, :64].any()


def test_the_canvas_says_in_words_what_is_on_it(window: Window) -> None:
    def said() -> str:
        return window.view.accessibleDescription()

    assert "Picture of 128 by 96 pixels" in said()
    assert "Layers from the top: photo (picture, active)." in said()
    assert "Nothing is selected." in said()
    assert said().endswith("Tool: Arrange.")
    window.workspace.add_region((0, 0, 32, 32), "Region", "cat")
    press(window, "lock")
    assert "from the top: cat (region, locked, active), photo (picture)." in said()
    window.workspace.edit("Hide", lambda p: edits.show_layer(p, p.layers[0].id, False))
    assert "photo (picture, hidden)" in said()
    press(window, "up")
    press(window, "down")
    assert "from the top: photo (picture, hidden), cat (region, locked, active)." in said()
    select(window, 10, 20, 30, 40)
    window.column.choose("lasso")
    assert "Selected: 30 by 40 pixels at 10, 20. Tool: Lasso." in said()
    window.commands.run("edit.deselect")
    assert "Nothing is selected." in said()
    window.layers.list.item(1).setText("dog")
    assert "dog (region" in said()


def test_every_act_is_in_the_menu_and_reached_by_keys(window: Window) -> None:
    acts = [command for command in window.commands if command.menu == "layer"]
    assert {command.id.partition(".")[2] for command in acts} >= set(window.layers.buttons)
    assert all(command.shortcut for command in acts if command.id != "layer.rename")
    menu = next(a.menu() for a in window.menuBar().actions() if plain(a.text()) == "Layer")
    assert len([a for a in menu.actions() if not a.isSeparator()]) == len(acts)  # type: ignore[attr-defined]
    assert all(button.accessibleName() and button.toolTip() for button in window.layers.buttons.values())
    window.activateWindow()
    window.view.setFocus()
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert top(window).kind == LayerKind.MASK
    QTest.keyClick(window, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert top(window).kind == LayerKind.PICTURE

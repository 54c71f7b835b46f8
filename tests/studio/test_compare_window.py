"""Comparing in the window: two results of the history, the canvas with and without its top picture, masks, keeping one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from studio import places
from studio.canvas.view import Viewport
from studio.document.project import LayerKind
from studio.parts.compare import ComparePart
from studio.window import Window
from studio.workspace import store_picture
from tests.studio.test_history_window import draw, opened, part


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    made_window = opened(tmp_path, qtbot)
    yield made_window
    made_window.close()


def comparison(window: Window) -> ComparePart:
    return next(p for p in window.parts if isinstance(p, ComparePart))


def test_two_results_are_compared_and_one_is_kept(window: Window, qtbot: QtBot) -> None:
    draw(window, qtbot, "a cat", 7)
    draw(window, qtbot, "a dog", 20)
    panel, found = part(window).panel, comparison(window)
    panel.view.setCurrentIndex(panel.model.index(0))
    assert not panel.buttons["compare"].isEnabled()
    panel.view.selectAll()
    for row in (1, 2):
        panel.view.selectionModel().select(panel.model.index(row), panel.view.selectionModel().SelectionFlag.Deselect)
    panel.buttons["compare"].click()
    assert found.compare.isVisible()
    assert not window.view.isVisible()
    assert found.compare.right.names == ("a cat · seed 8", "a dog · seed 20")
    assert "6144 of 6144 pixels changed" in found.compare.numbers.text()
    qtbot.keyPress(found.compare.right, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    assert found.compare.right.names == ("a dog · seed 20", "a cat · seed 8")
    assert "a cat" in found.compare.keep_button.text()
    count = len(window.workspace.project.layers)
    found.compare.keep_button.click()
    layers = window.workspace.project.layers
    assert len(layers) == count + 1
    assert layers[-1].name == "a cat"
    assert window.view.isVisible()


def test_the_canvas_tells_what_changed_outside_the_mask(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    photo = np.full((64, 96, 3), 30, np.uint8)
    Image.fromarray(photo, "RGB").save(tmp_path / "photo.png")
    window.workspace.open_picture(tmp_path / "photo.png")
    assert not window.commands.run("view.compare") or not comparison(window).compare.isVisible()
    assert "only one picture" in window.message.text()
    mask = np.zeros((64, 96), np.uint8)
    mask[10:20, 10:30] = 255
    changed = photo.copy()
    changed[12:16, 12:20] = 200
    name = store_picture(window.workspace.assets, Image.fromarray(changed, "RGB"), {})
    layer = window.workspace.add_picture(name, window.workspace.raster(name), "result")
    stored = store_picture(window.workspace.assets, Image.fromarray(mask, "L"), {})
    window.workspace.add_mask(stored, "mask")
    window.commands.run("view.compare")
    found = comparison(window)
    assert found.compare.numbers.text() == "0 pixels changed outside the mask, 32 inside"
    found.compare.right.look_at(Viewport(20, 15, 4.0))
    assert window.view.viewport == Viewport(20, 15, 4.0)  # linked with the canvas
    found.compare.swap()
    found.compare.keep_button.click()  # keep the picture as it was
    kept = window.workspace.project.layer(layer.id)
    assert kept is not None
    assert not kept.visible
    window.commands.run("edit.undo")
    assert all(x.visible for x in window.workspace.project.layers if x.kind != LayerKind.MASK)


def test_x_held_over_the_canvas_shows_it_before(window: Window, qtbot: QtBot) -> None:
    draw(window, qtbot, "a cat", 7)
    draw(window, qtbot, "a dog", 20)
    before = [item.visible for item in window.view.scene.items]
    qtbot.keyPress(window.view, Qt.Key.Key_X)
    assert [item.visible for item in window.view.scene.items] == [True, False]
    qtbot.keyRelease(window.view, Qt.Key.Key_X)
    assert [item.visible for item in window.view.scene.items] == before == [True, True]


def test_the_pictures_are_seen_in_their_colours_also_with_the_focus_there(window: Window, qtbot: QtBot) -> None:
    draw(window, qtbot, "a cat", 7)
    draw(window, qtbot, "a dog", 20)
    entries = part(window).history.search()
    found = comparison(window)
    found.show_results([(entries[1], 0), (entries[0], 0)])
    right = found.compare.right
    right.setFocus()
    qtbot.waitUntil(right.hasFocus)
    right.finish()
    shot = right.grab().toImage()
    for x, grey in ((10, 57), (80, 70)):
        at = right.point_to_widget(QPointF(x + 0.5, 50.5)).toPoint()
        assert shot.pixelColor(at).red() == grey

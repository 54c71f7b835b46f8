"""Numbers below the canvas, and drags that are steps of their own."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from studio import places
from studio.app import build, open_document
from studio.canvas.intents import Rearranged, Selected
from studio.canvas.pixels import Pixels
from studio.canvas.toolbar import ZoomBar
from studio.document import edits
from studio.document.project import Layer, LayerKind, Placed, Size
from studio.settings import Settings
from studio.window import Window


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    settings = Settings()
    window = build(open_document(None, settings), settings, tmp_path / "settings.json", FakeEngine())
    qtbot.addWidget(window)
    window.show()
    window.workspace.edit("Size", lambda p: edits.resize(p, Size(128, 128)))
    yield window
    window.close()


def test_masks_and_selections_are_counted(window: Window, qtbot: QtBot) -> None:
    bar = window.findChild(ZoomBar)
    assert bar is not None
    window.workspace.add_region((10, 20, 30, 40), "Region", "cat")
    qtbot.waitUntil(lambda: "1200 px" in bar.facts.text())
    assert "30 x 40 at 10, 20" in bar.facts.text()
    coverage = np.zeros((128, 128), np.uint8)
    coverage[:8, :8] = 255
    window.workspace.take(Selected(Pixels.of(coverage), "Box"))
    qtbot.waitUntil(lambda: "64 px" in bar.facts.text())
    QTest.mouseMove(window.view, window.view.point_to_widget(QPointF(15.5, 25.5)).toPoint())
    qtbot.waitUntil(lambda: bar.where.text().startswith("15, 25"))
    assert bar.where.text().endswith(" 255")


def picture(window: Window, array: np.ndarray, kind: LayerKind, name: str) -> Layer:
    raster = window.workspace.document.tiles.raster(array)
    return window.workspace.add_picture("", raster, name, kind)


def test_a_result_tells_what_it_changed_inside_and_outside_of_the_mask(window: Window, qtbot: QtBot) -> None:
    bar = window.findChild(ZoomBar)
    assert bar is not None
    before = np.full((128, 128, 4), 255, np.uint8)
    after = before.copy()
    after[20:30, 10:40, 0] = 0
    picture(window, before, LayerKind.PICTURE, "room")
    result = picture(window, after, LayerKind.RESULT, "lion")
    qtbot.wait(300)
    assert bar.changes.isHidden()  # there is no mask yet
    coverage = np.zeros((128, 128), np.uint8)
    coverage[16:40, 8:44] = 255
    window.workspace.take(Selected(Pixels.of(coverage), "Box"))
    qtbot.waitUntil(lambda: bar.changes.text().endswith("300 pixels changed inside, 0 outside"))
    assert bar.changes.objectName() == "fine"
    assert "“lion” against “room” below it" in bar.changes.toolTip()
    tiles = window.workspace.document.tiles
    mask = Layer("m", LayerKind.MASK, "fox", tiles.raster(coverage), color="#039c89")
    window.workspace.edit("Mask", lambda p: edits.add_layer(p, mask))
    qtbot.waitUntil(lambda: "“fox”" in bar.changes.toolTip())
    window.workspace.edit("Move", lambda p: edits.place_layer(p, "m", Placed(64 + 10, 64)))  # it begins at 18 now
    qtbot.waitUntil(lambda: bar.changes.text().endswith("220 pixels changed inside, 80 outside"))
    assert bar.changes.objectName() == "hint"
    spoilt = after.copy()
    spoilt[100, 100] = (250, 255, 255, 255)
    window.workspace.edit("Paint", lambda p: edits.paint(p, result.id, tiles.raster(spoilt)))
    qtbot.waitUntil(lambda: bar.changes.text().endswith("220 pixels changed inside, 81 outside"))
    window.workspace.undo()
    window.workspace.undo()
    qtbot.waitUntil(lambda: bar.changes.text().endswith("300 pixels changed inside, 0 outside"))
    window.workspace.edit("Hide", lambda p: edits.show_layer(p, result.id, False))
    qtbot.waitUntil(bar.changes.isHidden)


def test_pictures_that_lie_otherwise_are_not_compared(window: Window, qtbot: QtBot) -> None:
    bar = window.findChild(ZoomBar)
    assert bar is not None
    before, after = np.full((128, 128, 4), 255, np.uint8), np.full((128, 128, 4), 9, np.uint8)
    first = picture(window, before, LayerKind.PICTURE, "room")
    second = picture(window, after, LayerKind.RESULT, "lion")
    window.workspace.add_region((0, 0, 128, 64), "Region", "cat")
    qtbot.waitUntil(lambda: bar.changes.text().endswith("8192 pixels changed inside, 8192 outside"))
    window.workspace.edit("Move", lambda p: edits.place_layer(p, second.id, Placed(70, 64)))
    qtbot.waitUntil(bar.changes.isHidden)
    window.workspace.edit(
        "Move", lambda p: edits.place_layer(p, first.id, Placed(70, 64))
    )  # together again, 6 to the right
    qtbot.waitUntil(lambda: bar.changes.text().endswith("7808 pixels changed inside, 8576 outside"))


def test_each_drag_is_a_step(window: Window) -> None:
    layer = window.workspace.add_region((10, 20, 30, 40), "Region", "cat")
    window.column.choose("arrange")
    for turn in (1, 2):
        after = Placed(64 + 3, 64)
        window.workspace.take(Rearranged(layer.id, Placed(64, 64), after, "Move", merge=f"arrange {layer.id}"))
        if turn == 1:
            QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=window.view.rect().topLeft())
    window.workspace.undo()
    region = window.workspace.project.layers[-1].region
    assert region is not None
    assert region.box == (13, 20, 43, 60)

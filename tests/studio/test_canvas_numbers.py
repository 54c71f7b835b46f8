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
from studio.document.project import Placed, Size
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

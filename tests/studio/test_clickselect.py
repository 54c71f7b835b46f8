"""Click-select: clicks become a question, candidates come back, one becomes a mask; with a fake engine and with the real one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.contract.assets import AssetStore
from core.contract.messages import Answer, Ask, EstimateAnswer, MasksAnswer, MasksQuestion
from core.engine.registry import methods
from resources.pocket import world
from studio import places
from studio.app import build, open_document
from studio.canvas.tools import Pointer
from studio.document.project import LayerKind
from studio.parts.clickselect import ClickSelect
from studio.settings import Settings
from studio.window import Window
from studio.workspace import store_picture

INFOS = tuple(m.info for m in methods())


def three_masks(question: Ask) -> Answer:
    """A square of 10, 20 and 30 pixels around the first click."""
    about = question.about
    if not isinstance(about, MasksQuestion):
        return Answer(ask=question.ask, said=EstimateAnswer(source="unknown"))
    store = AssetStore(places.assets())
    with Image.open(store.path(about.picture)) as picture:
        width, height = picture.size
    names = []
    for half in (5, 10, 15):
        mask = np.zeros((height, width), np.uint8)
        x, y = about.points[0]
        mask[max(0, y - half) : y + half, max(0, x - half) : x + half] = 255
        names.append(store_picture(store, Image.fromarray(mask, "L"), {}))
    return Answer(ask=question.ask, said=MasksAnswer(masks=tuple(names), scores=(0.9, 0.8, 0.7)))


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    engine = FakeEngine(methods=INFOS, answers=three_masks)
    settings = Settings(sam="/mine/sam.safetensors")
    window = build(open_document(None, settings), settings, tmp_path / "settings.json", engine)
    qtbot.addWidget(window)
    window.show()
    window.link.start()
    window.column.choose("click")
    yield window
    window.close()


def fake(window: Window) -> FakeEngine:
    assert isinstance(window.link.engine, FakeEngine)
    return window.link.engine


def asked(window: Window) -> list[MasksQuestion]:
    return [q.about for q in fake(window).asked if isinstance(q.about, MasksQuestion)]


def hint(window: Window) -> str:
    part = next(p for p in window.parts if isinstance(p, ClickSelect))
    return part.hint.text() if part.hint.isVisible() else ""


def open_photo(window: Window, folder: Path, size: tuple[int, int] = (96, 64)) -> None:
    shade = np.linspace(0, 255, size[0] * size[1] * 3).astype(np.uint8).reshape(size[1], size[0], 3)
    Image.fromarray(shade, "RGB").save(folder / "photo.png")
    assert window.workspace.open_picture(folder / "photo.png") is not None


def test_a_click_offers_three_and_enter_takes_one(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    open_photo(window, tmp_path)
    tool = window.column.tools.click
    tool.press(Pointer(40.0, 30.0))
    qtbot.waitUntil(lambda: len(tool.candidates) == 3)
    assert [m.points for m in asked(window)] == [((40, 30),)]
    assert asked(window)[0].weights == "/mine/sam.safetensors"
    assert "Mask 1 of 3" in hint(window)
    qtbot.keyClick(window.view, Qt.Key.Key_2)
    assert "Mask 2 of 3" in hint(window)
    qtbot.keyClick(window.view, Qt.Key.Key_Return)
    masks = [layer for layer in window.workspace.project.layers if layer.kind == LayerKind.MASK]
    assert len(masks) == 1
    assert masks[0].pixels is not None
    assert int((masks[0].pixels.array() > 127).sum()) == 400
    assert tool.candidates == ()
    assert hint(window) == ""
    window.commands.run("edit.undo")
    assert not any(layer.kind == LayerKind.MASK for layer in window.workspace.project.layers)


def test_more_clicks_ask_about_the_same_picture_and_escape_drops_them(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    open_photo(window, tmp_path)
    tool = window.column.tools.click
    tool.press(Pointer(40.0, 30.0))
    qtbot.waitUntil(lambda: len(tool.candidates) == 3)
    tool.press(Pointer(5.0, 6.0, button=Qt.MouseButton.RightButton))
    qtbot.waitUntil(lambda: len(asked(window)) == 2)
    first, second = asked(window)
    assert second.picture == first.picture
    assert (second.points, second.outside) == (((40, 30),), ((5, 6),))
    qtbot.keyClick(window.view, Qt.Key.Key_Escape)
    assert tool.points == []
    assert tool.candidates == ()
    qtbot.wait(50)
    assert tool.candidates == ()
    assert not any(layer.kind == LayerKind.MASK for layer in window.workspace.project.layers)


def test_a_large_picture_is_asked_about_small_and_answered_at_its_size(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    open_photo(window, tmp_path, (4096, 1024))
    tool = window.column.tools.click
    tool.press(Pointer(400.0, 300.0))
    qtbot.waitUntil(lambda: len(tool.candidates) == 3, timeout=10000)
    assert asked(window)[0].points == ((200, 150),)
    assert (tool.candidates[0].width, tool.candidates[0].height) == (4096, 1024)


def test_while_a_job_runs_the_click_waits_and_the_window_says_so(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    open_photo(window, tmp_path)
    tool = window.column.tools.click
    assert window.link.submit("core.generate", {"prompt": "a cat"}) is not None
    tool.press(Pointer(40.0, 30.0))
    assert "A job is running" in hint(window)
    qtbot.waitUntil(lambda: len(asked(window)) == 1)
    qtbot.wait(50)
    assert tool.candidates == ()
    while fake(window).step():
        pass
    qtbot.waitUntil(lambda: len(tool.candidates) == 3)


def test_without_a_picture_or_an_engine_there_is_a_sentence(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    tool = window.column.tools.click
    tool.press(Pointer(4.0, 3.0))
    assert "no picture to click on" in window.message.text()
    assert tool.points == []
    open_photo(window, tmp_path)
    fake(window).answers = lambda q: Answer(ask=q.ask, message="Nothing was found there: the mask is empty.")
    tool.press(Pointer(4.0, 3.0))
    qtbot.waitUntil(lambda: "Nothing was found" in window.message.text())
    assert tool.points == []
    assert window.link.submit("core.generate", {"prompt": "a cat"}) is not None
    tool.press(Pointer(4.0, 3.0))
    qtbot.waitUntil(lambda: bool(fake(window)._held))
    fake(window).crash()
    qtbot.waitUntil(lambda: "The engine crashed before it answered" in window.message.text())
    fake(window)._ready = None
    tool.press(Pointer(4.0, 3.0))
    qtbot.waitUntil(lambda: window.message.text() == "The engine is not running.")


def test_the_real_engine_cuts_a_thing_and_estimates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """The whole way: a click on a drawn cat, the embedded SAM, Enter, a mask layer; and figures under Run."""
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    drawn = world.scene(np.random.default_rng(3), "cat", backdrop="table")
    Image.fromarray(drawn.image, "RGB").save(tmp_path / "scene.png")
    window = build(open_document(None, Settings()), Settings(), tmp_path / "settings.json")
    qtbot.addWidget(window)
    window.show()
    window.workspace.open_picture(tmp_path / "scene.png")
    window.column.choose("click")
    window.link.start()
    part = next(p for p in window.parts if isinstance(p, ClickSelect))
    ys, xs = np.nonzero(drawn.masks[0])
    qtbot.waitUntil(lambda: window.link.engine.ready is not None, timeout=180_000)
    part.tool.press(Pointer(float(xs[len(xs) // 2]), float(ys[len(ys) // 2])))
    qtbot.waitUntil(lambda: bool(part.tool.candidates) or bool(window.message.text()), timeout=120_000)
    assert part.tool.candidates, window.message.text()
    qtbot.keyClick(window.view, Qt.Key.Key_Return)
    mask = next(layer for layer in window.workspace.project.layers if layer.kind == LayerKind.MASK)
    assert mask.pixels is not None
    cut, thing = mask.pixels.array() > 127, drawn.masks[0]
    assert (cut & thing).sum() / (cut | thing).sum() > 0.6
    label = window.inspectors["create"].estimate
    qtbot.waitUntil(lambda: "computed" in label.text() or "measured" in label.text(), timeout=120_000)
    assert "MB" in label.text() or "GB" in label.text()
    window.close()

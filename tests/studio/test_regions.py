"""Regions: drawn on the canvas for words of the prompt, they are what a method with a mask for each word is given."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.engine.registry import methods
from studio import places
from studio.app import build, open_document
from studio.canvas.flatten import cover
from studio.canvas.intents import Cropped, Painted, Rearranged
from studio.canvas.layout import layout
from studio.document import edits
from studio.document.project import Layer, LayerKind, Placed, Project, Region, Size
from studio.document.tiles import TileStore
from studio.forms.context import FROM_REGIONS
from studio.forms.editors import FollowEditor
from studio.settings import Settings
from studio.window import Window

INFOS = tuple(m.info for m in methods())
STAR = "editing.a_star"


def region(id: str, phrase: str, box: tuple[int, int, int, int]) -> Layer:
    return Layer(id, LayerKind.REGION, phrase, region=Region(phrase, box=box))


def project(prompt: str, *layers: Layer, size: int = 128) -> Project:
    made = edits.set_prompt(edits.resize(Project(), Size(size, size)), prompt)
    for layer in layers:
        made = edits.add_layer(made, layer)
    return made


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    settings = Settings()
    engine = FakeEngine(methods=INFOS, automatic=True)
    window = build(open_document(None, settings), settings, tmp_path / "settings.json", engine)
    qtbot.addWidget(window)
    window.show()
    window.link.start()
    qtbot.waitUntil(lambda: bool(window.inspectors["create"].methods))
    window.workspace.edit("Size", lambda p: edits.resize(p, Size(128, 128)))
    yield window
    window.close()


def test_words_and_regions_find_each_other() -> None:
    cat, dog = region("1", "cat", (0, 0, 64, 128)), region("2", "dog", (64, 0, 128, 128))
    found = layout(project("a cat and a dog", cat, dog), ["dog"])
    assert found.words == ("dog", "cat")
    assert [group[0].id for group in found.layers] == ["2", "1"]
    assert (found.problem, found.caution) == ("", "")
    assert found.boxes(Size(128, 128)) == [(64, 0, 128, 128), (0, 0, 64, 128)]
    dog_mask, cat_mask = found.masks(Size(128, 128))
    assert cat_mask[:, :64].min() == 255
    assert cat_mask[:, 64:].max() == 0
    assert np.array_equal(dog_mask, 255 - cat_mask)


def test_a_word_that_stands_twice_gets_its_regions_in_order() -> None:
    left, right = region("1", "cat", (0, 0, 64, 128)), region("2", "Cat", (64, 0, 128, 128))
    twice = layout(project("a cat beside a cat", left, right), [])
    assert twice.words == ("cat", "cat")
    assert [g[0].id for g in twice.layers] == ["1", "2"]
    once = layout(project("a cat", left, right), [])
    assert once.words == ("cat",)
    assert once.masks(Size(128, 128))[0].min() == 255  # both together


@pytest.mark.parametrize(
    ("prompt", "words", "layers", "problem", "caution"),
    [
        ("a cat", [], [region("1", "dog", (0, 0, 64, 64))], "“dog”, which is not in the prompt", ""),
        ("a cat, a dog", ["cat", "dog"], [region("1", "dog", (0, 0, 64, 64))], "“cat” has no region yet", ""),
        ("a cat", [], [region("1", "cat", (200, 200, 300, 300))], "“cat” covers nothing", ""),
        ("a cat", [], [region("1", "cat", (10, 10, 14, 14))], "", "smaller than one of the 16 x 16 cells"),
        (
            "a cat, a dog", [], [region("1", "cat", (0, 0, 64, 128)), region("2", "dog", (32, 0, 96, 128))],
            "", "“cat” and “dog” overlap by 50 %",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_or_should_be_known_is_said(
    prompt: str, words: list[str], layers: list[Layer], problem: str, caution: str
) -> None:
    found = layout(project(prompt, *layers), words)
    assert problem in found.problem
    assert bool(found.problem) == bool(problem)
    assert caution in found.caution
    assert bool(found.caution) == bool(caution)


def test_hidden_regions_do_not_count() -> None:
    hidden = edits.show_layer(project("a cat", region("1", "cat", (0, 0, 64, 64))), "1", False)
    assert layout(hidden, ["cat"]).layers == ()


def test_painted_and_moved_coverage_lies_where_it_is_seen() -> None:
    store = TileStore()
    array = np.zeros((128, 128), np.uint8)
    array[0:32, 0:32] = 255
    layer = Layer("1", LayerKind.MASK, "m", store.raster(array), placed=Placed(64 + 40, 64 + 20))
    found = cover(layer, Size(128, 128))
    assert found[20:52, 40:72].min() == 255
    assert int((found > 0).sum()) == 32 * 32
    assert cover(layer, Size(128, 128), Size(16, 16)).shape == (16, 16)


def test_drawing_a_region_for_each_word_changes_what_the_engine_is_given(window: Window, qtbot: QtBot) -> None:
    window.prompt.edit.setPlainText("a cat and a dog")
    stack = window.inspectors["create"].stack
    assert stack is not None
    stack.add(STAR)
    form = stack.cards[0].form
    follow = form.editors["masks"]
    assert isinstance(follow, FollowEditor)
    assert follow.following
    window.column.choose("region")
    view = window.view
    for word, (start, end) in {"cat": ((8, 8), (56, 120)), "dog": ((72, 8), (120, 120))}.items():
        assert window.column.tools.region.phrase == word  # the next word without a region is offered by itself
        at = [view.point_to_widget(QPointF(*p)).toPoint() for p in (start, end)]
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at[0])
        QTest.mouseMove(view, at[1])
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at[1])
    assert "cat, dog" in follow.state.text()
    assert form.problems() == {}
    window.inspector.start()
    engine = window.link.engine
    assert isinstance(engine, FakeEngine)
    qtbot.waitUntil(lambda: bool(engine.submitted))
    specs = engine.submitted[0].params["modifiers"]
    assert isinstance(specs, list)
    params = json.loads(str(specs[0]).partition(":")[2])
    assert params["words"] == ["cat", "dog"]
    cat, dog = (np.asarray(Image.open(window.workspace.assets.path(n))) for n in params["masks"])
    assert cat.shape == (128, 128)
    assert cat[64, 30] == 255
    assert cat[64, 100] == 0
    assert dog[64, 100] == 255
    assert dog[64, 30] == 0
    # The switch off: the form's own value, here none, is sent.
    follow.switch.setChecked(False)
    form.set_values({"words": ["cat"]})
    window.inspector.start()
    qtbot.waitUntil(lambda: len(engine.submitted) == 2)
    params = json.loads(str(engine.submitted[1].params["modifiers"][0]).partition(":")[2])  # type: ignore[index]
    assert (params["words"], params["masks"]) == (["cat"], [])


def test_a_region_of_a_word_that_is_gone_stops_the_job(window: Window) -> None:
    window.prompt.edit.setPlainText("a cat and a dog")
    window.workspace.add_region((0, 0, 64, 64), "Region", "dog")
    stack = window.inspectors["create"].stack
    assert stack is not None
    stack.add(STAR)
    window.prompt.edit.setPlainText("a cat")
    window.inspector.start()
    assert "“dog”" in window.inspector.note.text()
    assert window.link.queue.jobs() == ()
    assert FROM_REGIONS not in window.inspector.note.text()


def test_without_regions_no_layout_is_sent(window: Window, qtbot: QtBot) -> None:
    window.prompt.edit.setPlainText("a cat and a dog")
    stack = window.inspectors["create"].stack
    assert stack is not None
    stack.add_word(STAR, "cat")
    window.inspector.start()
    engine = window.link.engine
    assert isinstance(engine, FakeEngine)
    qtbot.waitUntil(lambda: bool(engine.submitted))
    assert FROM_REGIONS not in json.dumps(engine.submitted[0].params)


def test_a_boxed_region_is_painted_on_moved_and_cropped(window: Window) -> None:
    workspace = window.workspace
    layer = workspace.add_region((10, 20, 30, 40), "Region", "cat")
    workspace.take(Rearranged(layer.id, Placed(64, 64), Placed(64 + 5, 64 - 5), "Move"))
    moved = workspace.project.layer(layer.id)
    assert moved is not None
    assert moved.region is not None
    assert moved.region.box == (15, 15, 45, 55)
    tile = np.zeros((256, 256), np.uint8)
    tile[15:55, 15:45] = 255
    tile[100:110, 100:110] = 255
    workspace.take(Painted(layer.id, {(0, 0): tile}, "Paint"))
    painted = workspace.project.layer(layer.id)
    assert painted is not None
    assert painted.region is not None
    assert painted.region.box is None
    assert int((cover(painted, Size(128, 128)) > 0).sum()) == 30 * 40 + 100
    workspace.take(Cropped((10, 10, 64, 64), "Crop"))
    assert cover(workspace.project.layers[0], workspace.project.size)[5, 5] == 255
    workspace.undo()
    workspace.undo()
    back = workspace.project.layer(layer.id)
    assert back is not None
    assert back.region is not None
    assert back.region.box == (15, 15, 45, 55)

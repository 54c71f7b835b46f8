"""The history in the window: every job goes in with its recipe, and comes back as layer, settings, job, file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.contract.assets import AssetStore
from core.contract.messages import Done, Submit, ToStudio
from core.contract.method import Outcome
from core.engine.registry import methods
from core.export.png import read_recipe
from studio import places
from studio.app import build, open_document
from studio.document import edits
from studio.document.project import LayerKind
from studio.history.png import read_made
from studio.panels.history import RESULT
from studio.parts.history import HistoryPart
from studio.settings import Settings
from studio.window import Window
from studio.workspace import store_picture

INFOS = tuple(m.info for m in methods())


def made(job: Submit) -> Iterator[ToStudio]:
    """Two pictures, each grey as its seed says, with the origin that the engine writes."""
    store, names = AssetStore(places.assets()), []
    for seed in (job.seed, job.seed + 1):
        picture = Image.fromarray(np.full((64, 96, 3), 50 + seed, np.uint8), "RGB")
        origin = {"method": job.method, "params": job.params, "model": job.model, "seed": seed, "identity": "abc"}
        names.append(store_picture(store, picture, origin))
    yield Done(job=job.job, outcome=Outcome(images=tuple(names), numbers={"clip": 0.5}), seconds=1.5)


def opened(home: Path, qtbot: QtBot) -> Window:
    settings = Settings()
    engine = FakeEngine(made, methods=INFOS, automatic=True)
    window = build(open_document(None, settings), settings, home / "settings.json", engine)
    qtbot.addWidget(window)
    window.show()
    window.link.start()
    qtbot.waitUntil(lambda: bool(window.inspectors["create"].methods))
    return window


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    made_window = opened(tmp_path, qtbot)
    yield made_window
    made_window.close()


def part(window: Window) -> HistoryPart:
    return next(p for p in window.parts if isinstance(p, HistoryPart))


def draw(window: Window, qtbot: QtBot, prompt: str, seed: int, **values: object) -> None:
    count = part(window).history.count()
    window.prompt.edit.setPlainText(prompt)
    window.choose("create")
    window.inspector.show_method("core.generate", values, seed)
    window.inspector.start()
    qtbot.waitUntil(lambda: part(window).history.count() == count + 1)


def test_thumbnails_stay_as_small_as_the_preferences_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    folder = places.thumbnails() / "ab"
    folder.mkdir(parents=True)
    for number in range(3):
        with (folder / f"{number}.webp").open("wb") as file:
            file.truncate(8 << 20)
    settings = Settings(thumbnails_megabytes=16)
    window = build(open_document(None, settings), settings, tmp_path / "settings.json", FakeEngine(methods=INFOS))
    qtbot.addWidget(window)
    qtbot.waitUntil(lambda: len(list(folder.iterdir())) == 2)
    window.close()


def test_every_picture_of_a_job_is_a_tile_with_its_recipe(window: Window, qtbot: QtBot) -> None:
    draw(window, qtbot, "a cat", 7, steps=9)
    draw(window, qtbot, "a dog", 20)
    history = part(window)
    model = history.panel.model
    assert model.rowCount() == 4
    entry = history.history.search()[1]
    assert (entry.prompt, entry.seed, entry.params["steps"], entry.model) == ("a cat", 7, 9, "pocket")
    assert (entry.recipe["prompt"], entry.recipe["seed"], entry.numbers, entry.model_hash) == (
        "a cat",
        7,
        {"clip": 0.5},
        "abc",
    )
    history.panel.words.setText("cat")
    qtbot.waitUntil(lambda: model.rowCount() == 2)
    index = model.index(0)
    qtbot.waitUntil(lambda: index.data(1) is not None and not index.data(1).isNull())  # the thumbnail, from its thread
    mime = model.mimeData([index])
    assert mime.hasFormat(RESULT)
    assert Path(mime.urls()[0].toLocalFile()).suffix == ".png"


def test_a_removal_is_undone_and_a_restart_does_not_bring_it_back(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    draw(window, qtbot, "a cat", 7)
    history = part(window)
    history.panel.view.selectAll()
    history.panel.buttons["remove"].click()
    assert history.panel.model.rowCount() == 0
    history.catch_up()  # what the next start does: the queue still has the job
    assert history.history.count() == 0
    window.commands.run("edit.undo")
    assert history.panel.model.rowCount() == 2
    window.commands.run("edit.redo")
    assert history.panel.model.rowCount() == 0
    window.commands.run("edit.undo")
    window.close()
    again = opened(tmp_path, qtbot)
    assert part(again).panel.model.rowCount() == 2
    again.close()


def test_pins_and_stars_filter(window: Window, qtbot: QtBot) -> None:
    draw(window, qtbot, "a cat", 7)
    draw(window, qtbot, "a dog", 20)
    panel = part(window).panel
    panel.view.setCurrentIndex(panel.model.index(3))
    panel.view.pressed_key.emit("4")
    panel.view.pressed_key.emit("pin")
    assert panel.model.rows[3][0].rating == 4
    panel.buttons["pinned"].click()
    assert [e.prompt for e, _ in panel.model.rows] == ["a cat", "a cat"]
    assert panel.filters["model"].count() == 1  # nothing is counted for filters that are not seen
    panel.buttons["filter"].click()
    assert [panel.filters["model"].itemText(i) for i in (0, 1)] == ["Model", "pocket (2)"]
    panel.filters["rating"].setCurrentIndex(5)
    panel.search()
    assert panel.model.rows == []
    assert "No result fits" in panel.empty.text()


def test_settings_come_back_and_run_again(window: Window, qtbot: QtBot) -> None:
    draw(window, qtbot, "a cat", 7, steps=9)
    draw(window, qtbot, "a dog", 20, steps=30)
    panel = part(window).panel
    panel.view.setCurrentIndex(panel.model.index(2))
    panel.buttons["recall"].click()
    assert window.workspace.project.recipe.prompt == "a cat"
    assert (window.inspector.values()["steps"], window.inspector.seed.value()) == (9, 7)
    panel.buttons["again"].click()
    qtbot.waitUntil(lambda: part(window).history.count() == 3)
    jobs = window.link.queue.jobs()
    assert jobs[-1].params == jobs[0].params
    count = len(window.workspace.project.layers)
    panel.view.setCurrentIndex(panel.model.index(3))
    panel.buttons["use"].click()
    layers = window.workspace.project.layers
    assert len(layers) == count + 1
    assert layers[-1].kind == LayerKind.RESULT


def test_an_exported_png_brings_everything_back(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    draw(window, qtbot, "a cat", 7, steps=9, negative="rain")
    part(window).export(tmp_path / "out.png")
    flat = read_recipe(tmp_path / "out.png")  # as the command line reads it
    assert flat is not None
    assert (flat["method"], flat["prompt"], flat["steps"], flat["seed"]) == ("core.generate", "a cat", 9, 7)
    kept = read_made(tmp_path / "out.png")
    assert kept is not None
    draw(window, qtbot, "something else", 20, steps=30)
    window.workspace.edit("clear", lambda p: edits.remove_layers(p, [x.id for x in p.layers]))
    window.workspace.open_picture(tmp_path / "out.png")
    assert window.workspace.project.recipe.prompt == "a cat"
    values = window.inspector.values()
    assert (values["steps"], values["negative"], window.inspector.seed.value()) == (9, "rain", 7)
    draw(window, qtbot, "a third", 30)
    window.workspace.open_picture(tmp_path / "out.png")  # beside other layers nothing is overwritten unasked
    assert window.workspace.project.recipe.prompt == "a third"
    assert "says how it was made" in window.message.text()
    window.commands.run("history.recall")
    assert window.workspace.project.recipe.prompt == "a cat"


def test_a_png_with_a_broken_recipe_is_a_plain_picture(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    for text in ("{", "[1]", '{"size": 3, "method": "core.generate"}', '{"seed": "x"}', '{"asked": 5}'):
        info = PngInfo()
        info.add_itxt("concept_studio", text)
        Image.new("RGB", (4, 4)).save(tmp_path / "x.png", pnginfo=info)
        assert read_made(tmp_path / "x.png") is None

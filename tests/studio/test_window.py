"""The window against an engine that plays a script: a form becomes a job, an outcome a layer, a tool's intent an edit."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.contract.assets import AssetStore
from core.contract.messages import Done, Failed, Submit, ToStudio
from core.contract.method import Outcome
from core.engine.registry import methods
from studio import places
from studio.app import build, open_document
from studio.canvas.intents import Painted, Selected
from studio.canvas.pixels import Pixels
from studio.document.project import LayerKind
from studio.settings import Settings
from studio.window import Window
from studio.workspace import store_picture
from tests.studio.test_library import concept_file

INFOS = tuple(m.info for m in methods())


def made(job: Submit) -> Iterator[ToStudio]:
    """Every job answers with one picture and, for masks, one mask."""
    store = AssetStore(places.assets())
    picture = Image.fromarray(np.full((128, 128, 3), 90, np.uint8), "RGB")
    mask = Image.fromarray(np.eye(128, dtype=np.uint8) * 255, "L")
    images = (store_picture(store, picture, {"file": "made.png"}),)
    masks = (store_picture(store, mask, {"file": "mask.png"}),) if "mask" in job.method or "grab" in job.method else ()
    yield Done(job=job.job, outcome=Outcome(images=() if masks else images, masks=masks), seconds=1.0)


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    settings = Settings()
    engine = FakeEngine(made, methods=INFOS, automatic=True)
    window = build(open_document(None, settings), settings, tmp_path / "settings.json", engine)
    qtbot.addWidget(window)
    window.show()
    window.link.start()
    qtbot.waitUntil(lambda: bool(window.inspectors["create"].methods))
    yield window
    window.close()


def test_a_prompt_becomes_a_layer_that_undo_takes_away(window: Window, qtbot: QtBot) -> None:
    window.prompt.edit.setPlainText("a cat")
    assert window.workspace.project.recipe.prompt == "a cat"
    window.inspector.start()
    qtbot.waitUntil(lambda: len(window.workspace.project.layers) == 1)
    assert window.link.queue.jobs()[0].params["prompt"] == "a cat"
    layer = window.workspace.project.layers[0]
    assert (layer.kind, window.workspace.project.size.width) == (LayerKind.RESULT, 128)
    assert len(window.view.scene.items) == 1
    window.commands.run("edit.undo")
    assert window.workspace.project.layers == ()
    window.commands.run("edit.redo")
    assert len(window.workspace.project.layers) == 1


def test_masks_come_from_the_canvas_and_go_back_to_it(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((64, 96, 3), np.uint8), "RGB").save(tmp_path / "photo.png")
    assert window.workspace.open_picture(tmp_path / "photo.png") is not None
    assert (window.workspace.project.size.width, window.workspace.project.size.height) == (96, 64)
    window.choose("erase")
    assert window.inspector.show_method("erasure.grabcut")
    picture = next(f for f in window.inspector.methods["erasure.grabcut"].params if f.name == "picture")
    value = window.pick(picture)
    assert isinstance(value, str)
    coverage = np.zeros((64, 96), np.uint8)
    coverage[10:20, 30:50] = 255
    window.workspace.take(Selected(Pixels.of(coverage), "Box"))
    box = next(f for f in window.inspector.methods["erasure.grabcut"].params if f.name == "box")
    assert window.pick(box) == [30, 10, 50, 20]
    window.inspector.set_values({"picture": value, "box": [30, 10, 50, 20]})
    window.inspector.start()
    qtbot.waitUntil(lambda: any(layer.kind == LayerKind.MASK for layer in window.workspace.project.layers))


def test_the_canvas_is_what_a_method_works_on(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    window.choose("learn")
    assert window.inspector.show_method("erasure.auto_masks")
    window.inspector.start()
    assert window.link.queue.jobs() == ()
    assert "no picture on the canvas" in window.message.text()
    Image.fromarray(np.zeros((64, 64, 3), np.uint8), "RGB").save(tmp_path / "photo.png")
    window.workspace.open_picture(tmp_path / "photo.png")
    window.inspector.start()
    qtbot.waitUntil(lambda: bool(window.link.queue.jobs()))
    assert window.link.queue.jobs()[0].params["picture"] in window.workspace.assets


def test_what_was_learned_or_erased_is_ready_in_create(window: Window, qtbot: QtBot) -> None:
    store = AssetStore(places.assets())
    concept = store.put(concept_file("bowl", "<bowl-1>", "bowl"), "safetensors", {"concept": "bowl", "word": "<bowl-1>"})
    patch = store.put(b"p", "safetensors", {"patch": {}})

    def learns(job: Submit) -> Iterator[ToStudio]:
        yield Done(job=job.job, outcome=Outcome(concepts=(concept,), patch=patch), seconds=1.0)

    assert isinstance(window.link.engine, FakeEngine)
    window.link.engine.script = learns
    window.link.submit("personalization.break_a_scene", {})
    qtbot.waitUntil(lambda: window.inspectors["create"].values()["concepts"] == [concept])
    assert window.inspectors["create"].values()["patches"] == [patch]
    assert window.message.objectName() == "fine"
    window.link.engine.script = made
    window.start("core.generate", window.inspectors["create"].values(), 0)
    assert window.link.queue.jobs()[-1].params["concepts"] == [concept]


def test_strokes_are_edits(window: Window, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((64, 64, 3), np.uint8), "RGB").save(tmp_path / "photo.png")
    layer = window.workspace.open_picture(tmp_path / "photo.png")
    assert layer is not None
    tile = np.full((256, 256, 4), 255, np.uint8)
    window.workspace.take(Painted(layer.id, {(0, 0): tile}, "Brush"))
    assert window.workspace.flattened().getpixel((5, 5)) == (255, 255, 255, 255)
    window.workspace.undo()
    assert window.workspace.flattened().getpixel((5, 5)) == (0, 0, 0, 255)


def test_a_failure_stands_where_the_person_looks(window: Window, qtbot: QtBot) -> None:
    def fails(job: Submit) -> Iterator[ToStudio]:
        yield Failed(job=job.job, message="The word 'dog' is not in the prompt.")

    assert isinstance(window.link.engine, FakeEngine)
    window.link.engine.script = fails
    window.inspector.start()
    qtbot.waitUntil(window.inspector.note.isVisible)
    assert "dog" in window.inspector.note.text()


def test_without_a_prompt_it_says_so(window: Window) -> None:
    window.prompt.edit.setPlainText("")
    window.inspector.start()
    assert "no prompt" in window.message.text()
    assert window.link.queue.jobs() == ()


def test_closing_keeps_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    for text in ("first words", "second words"):
        settings = Settings()
        window = build(open_document(None, settings), settings, tmp_path / "settings.json", FakeEngine(methods=INFOS))
        qtbot.addWidget(window)
        if text == "second words":
            assert window.workspace.project.recipe.prompt == "first words"
            assert window.workspace.document.can_undo
        window.prompt.edit.setPlainText(text)
        window.close()


def test_run_again_brings_back_method_and_values(window: Window, qtbot: QtBot) -> None:
    window.choose("erase")
    window.inspector.show_method("erasure.rece", {"erase": ["castle"]}, seed=3)
    window.inspector.start()
    qtbot.waitUntil(lambda: bool(window.link.queue.jobs()) and window.link.queue.jobs()[0].outcome is not None)
    window.choose("create")
    window.run_again(window.link.queue.jobs()[0])
    assert window.inspector.verb == "erase"
    assert window.inspector.values()["erase"] == ["castle"]
    assert window.inspector.seed.value() == 3


def test_words_of_the_prompt_get_regions_and_cards(window: Window) -> None:
    window.prompt.edit.setPlainText("a cat and a dog")
    window.prompt.acted.emit("region", "cat")
    region = window.workspace.project.layers[-1]
    assert region.kind == LayerKind.REGION
    assert region.region is not None
    assert region.region.phrase == "cat"
    window.prompt.acted.emit("separate", "cat")
    window.prompt.acted.emit("separate", "dog")
    stack = window.inspectors["create"].stack
    assert stack is not None
    assert stack.values()[0].params["words"] == ["cat", "dog"]


def test_the_windows_process_never_loads_torch(tmp_path: Path) -> None:
    code = (
        "import sys, studio.app; sys.exit(int(any(m in sys.modules for m in ('torch', 'diffusers', 'transformers'))))"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_what_was_erased_can_be_taken_into_another_form(window: Window, qtbot: QtBot) -> None:
    patch = AssetStore(places.assets()).put(b"p", "safetensors", {"patch": {"erased": [["castle", ""]]}})
    assert isinstance(window.link.engine, FakeEngine)
    window.choose("prove")
    assert window.inspector.show_method("core.export_checkpoint")
    field = next(f for f in window.inspector.methods["core.export_checkpoint"].params if f.editor == "patch")
    assert window.pick(field) is None
    assert "Nothing was learned or erased" in window.message.text()
    window.link.engine.script = lambda job: iter([Done(job=job.job, outcome=Outcome(patch=patch), seconds=1.0)])
    window.link.submit("erasure.rece", {})
    qtbot.waitUntil(lambda: window.inspectors["create"].values()["patches"] == [patch])
    assert window.pick(field) == [patch]
    window.inspectors["create"].form.set_values({"patches": []})  # type: ignore[union-attr]
    assert window.pick(field) == [patch], "the last that was made"
    assert window.context.title(patch) == "without castle"

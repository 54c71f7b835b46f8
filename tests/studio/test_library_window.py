"""The library in the window: learned concepts arrive, edits and imports are undone, cards are dropped, files are written."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.contract.messages import Done, Submit, ToStudio
from core.contract.method import Kind, Outcome
from studio import places
from studio.document.project import LayerKind
from studio.panels.library import CONCEPT
from studio.parts.library import LibraryPart
from studio.window import Window
from tests.studio.test_history_window import opened
from tests.studio.test_library import concept_file


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    made_window = opened(tmp_path, qtbot)
    yield made_window
    made_window.close()


def part(window: Window) -> LibraryPart:
    return next(p for p in window.parts if isinstance(p, LibraryPart))


def learn(window: Window, qtbot: QtBot, name: str = "Mug", word: str = "<mug-1>", seed: int = 0) -> str:
    ref = window.workspace.assets.put(
        concept_file(name, word, "mug", seed), "safetensors", {"concept": name, "word": word}
    )

    def learns(job: Submit) -> Iterator[ToStudio]:
        yield Done(job=job.job, outcome=Outcome(concepts=(ref,)), seconds=1.0)

    assert isinstance(window.link.engine, FakeEngine)
    window.link.engine.script = learns
    window.link.submit("personalization.break_a_scene", {})
    qtbot.waitUntil(lambda: part(window).library.of(ref) is not None)
    return ref


def drop(target: object, at: QPointF, id: str) -> None:
    data = QMimeData()
    data.setData(CONCEPT, json.dumps(id).encode())
    common = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(at.toPoint(), *common)
    QApplication.sendEvent(target, enter)  # type: ignore[arg-type]
    assert enter.isAccepted()
    QApplication.sendEvent(target, QDropEvent(at, *common))  # type: ignore[arg-type]


def test_what_is_learned_arrives_and_edits_are_undone(window: Window, qtbot: QtBot) -> None:
    learn(window, qtbot)
    found = part(window)
    concept = found.panel.chosen
    assert concept is not None
    assert (concept.name, concept.word, len(concept.versions)) == ("Mug", "<mug-1>", 1)
    found.panel.name.setText("My cup")
    found.panel.name.editingFinished.emit()
    found.panel.tag_line.setText("kitchen, red")
    found.panel.tag_line.editingFinished.emit()
    for text in ("f", "fo", "for"):
        found.panel.notes.setPlainText(text)
    kept = found.library.get(concept.id)
    assert (kept.name, kept.tags, kept.notes) == ("My cup", ("kitchen", "red"), "for")
    window.commands.run("edit.undo")  # typing is one step
    assert found.library.get(concept.id).notes == ""
    window.commands.run("edit.undo")
    window.commands.run("edit.undo")
    assert found.library.get(concept.id).name == "Mug"
    assert found.panel.name.text() == "Mug"
    window.commands.run("edit.redo")
    assert found.library.get(concept.id).name == "My cup"
    found.panel.buttons["remove"].click()
    assert found.panel.model.rowCount() == 0
    window.commands.run("edit.undo")
    assert found.panel.model.rowCount() == 1
    learn(window, qtbot, seed=1)
    assert len(found.library.get(concept.id).versions) == 2
    found.panel.words.setText("nothing like it")
    assert found.panel.model.rowCount() == 0
    assert "No concept fits" in found.panel.empty.text()


def test_a_card_dropped_into_the_prompt_is_used(window: Window, qtbot: QtBot) -> None:
    ref = learn(window, qtbot)
    found = part(window)
    id = found.panel.model.rows[0].id
    window.prompt.edit.setPlainText("a photo on the beach")
    edit = window.prompt.edit
    cursor = edit.textCursor()
    cursor.setPosition(len("a photo"))
    drop(edit.viewport(), QPointF(edit.cursorRect(cursor).center()), id)
    recipe = window.workspace.project.recipe
    assert recipe.prompt == "a photo <mug-1> mug on the beach"
    assert [(recipe.phrase(w), w.concept) for w in recipe.words] == [("<mug-1>", ref)]
    window.inspectors["create"].set_values({"concepts": []})
    window.choose("create")
    window.inspector.show_method("core.generate")
    window.inspector.start()
    assert window.link.queue.jobs()[-1].params["concepts"] == [ref]
    window.commands.run("edit.undo")
    assert window.workspace.project.recipe.prompt == "a photo on the beach"


def test_a_card_dropped_on_the_canvas_gets_a_region_there(window: Window, qtbot: QtBot) -> None:
    learn(window, qtbot)
    window.prompt.edit.setPlainText("on the beach")
    size = window.workspace.project.size
    at = window.view.point_to_widget(QPointF(size.width * 0.75, size.height * 0.25))
    drop(window.view, at, part(window).panel.model.rows[0].id)
    assert window.workspace.project.recipe.prompt == "on the beach <mug-1> mug"
    layer = window.workspace.project.layers[-1]
    assert layer.kind == LayerKind.REGION
    assert layer.region is not None
    assert layer.region.phrase == "<mug-1>"
    assert layer.region.box == (size.width // 2, 0, size.width, size.height // 2)


def test_files_come_in_and_go_out_and_nothing_is_overwritten_unasked(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fox.safetensors").write_bytes(concept_file("Fox", "<fox>", "fox"))
    found = part(window)
    found.bring_in(tmp_path / "fox.safetensors")
    assert [c.name for c in found.panel.model.rows] == ["Fox"]
    window.commands.run("edit.undo")
    assert found.panel.model.rows == []
    window.commands.run("edit.redo")
    concept = found.panel.model.rows[0]
    (tmp_path / "bad.safetensors").write_bytes(b"no")
    found.bring_in(tmp_path / "bad.safetensors")
    assert "'bad.safetensors' is not a readable" in window.message.text()
    target = tmp_path / "out.safetensors"
    kinds = list(found._formats())
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(tmp_path / "out"), f"{kinds[0]} (*.safetensors)")
    )
    found.ask_and_export(concept.id)
    assert target.read_bytes() == (tmp_path / "fox.safetensors").read_bytes()
    target.write_bytes(b"mine")
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda *a: asked.append(a[2]) or QMessageBox.StandardButton.No)
    found.ask_and_export(concept.id)
    assert "out.safetensors" in asked[0]
    assert target.read_bytes() == b"mine"
    found.export(concept, tmp_path / "lora.safetensors", "lora")
    job = window.link.queue.jobs()[-1]
    assert (job.method, job.params["format"], job.params["overwrite"]) == ("core.export_concept", "lora", False)
    assert job.params["concepts"] == [concept.chosen]


def test_a_photo_dropped_on_the_strip_leads_to_learn(window: Window, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((64, 96, 3), np.uint8), "RGB").save(tmp_path / "photo.png")
    assert "Drop a photo here" in part(window).panel.empty.text()
    part(window).panel.pictures_dropped.emit([str(tmp_path / "photo.png")])
    info = window.inspector.info
    assert window.inspector.verb == "learn"
    assert info is not None
    assert info.kind == Kind.LEARN
    field = next(f.name for f in info.params if f.editor == "image")
    given = window.inspector.values()[field]
    assert window.workspace.project.layers[-1].source in (given if isinstance(given, list) else [given])

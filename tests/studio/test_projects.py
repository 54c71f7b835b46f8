"""Projects in the window: another one in the same process, copies, zips, what is busy, damaged, newer, recovered, full."""

import gc
import json
import os
import subprocess
import sys
import weakref
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.contract.assets import AssetStore
from core.contract.messages import Done, Submit, ToStudio
from core.contract.method import Outcome
from core.engine.registry import methods
from studio import places
from studio.app import Studio, open_document
from studio.dialogs.projects import RecentDialog
from studio.document import edits
from studio.document.autosave import Document
from studio.document.project import Project
from studio.document.storage import JOURNAL, STATE, is_project
from studio.parts.drops import Drops
from studio.parts.log import Log
from studio.parts.projects import Projects, projects_of
from studio.settings import Settings, load
from studio.window import Window
from studio.workspace import store_picture

INFOS = tuple(m.info for m in methods())
ROOT = Path(__file__).parents[2]


def draws(job: Submit) -> Iterator[ToStudio]:
    store = AssetStore(places.assets())
    picture = Image.fromarray(np.full((128, 128, 3), 90, np.uint8), "RGB")
    yield Done(job=job.job, outcome=Outcome(images=(store_picture(store, picture, {}),)), seconds=1.0)


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Studio]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "home"))
    settings = Settings()
    studio = Studio(settings, places.settings_file(), FakeEngine(draws, methods=INFOS))
    studio.show(open_document(None, settings))
    qtbot.waitUntil(lambda: bool(window(studio).inspectors["create"].methods))
    yield studio
    window(studio).close()


def window(studio: Studio) -> Window:
    assert studio.window is not None
    return studio.window


def projects(studio: Studio) -> Projects:
    return projects_of(window(studio))


def prompt(studio: Studio, text: str) -> None:
    window(studio).workspace.edit("Prompt", lambda p: edits.set_prompt(p, text))


def answer(button: str) -> list[str]:
    """Press a button of the message box that comes up; gives what it said."""
    told: list[str] = []

    def press() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, press)
            return
        told.append(box.text())
        next(b for b in box.buttons() if b.text().replace("&", "") == button).click()

    QTimer.singleShot(0, press)
    return told


def picture(path: Path, width: int = 64, height: int = 48) -> Path:
    Image.fromarray(np.full((height, width, 3), 200, np.uint8), "RGB").save(path)
    return path


def test_another_project_takes_the_place_and_the_engine_stays(studio: Studio, tmp_path: Path, qtbot: QtBot) -> None:
    prompt(studio, "the first")
    first = window(studio).workspace.document.folder
    old, engine = weakref.ref(window(studio)), window(studio).link.engine
    assert isinstance(engine, FakeEngine)
    Document.create(tmp_path / "second", Project(name="Second")).close()
    projects(studio).open(tmp_path / "second")
    assert window(studio) is not old()
    assert window(studio).windowTitle().startswith("Second")
    assert window(studio).link.engine is engine
    assert not engine.closed
    with Document.open(first) as left:  # saved, and let go
        assert left.project.recipe.prompt == "the first"
        assert left.recovered == ""
    qtbot.waitUntil(lambda: bool(window(studio).inspectors["create"].methods))  # known without a new start
    assert load(places.settings_file())[0].recent[:2] == (str(tmp_path / "second"), str(first))
    qtbot.waitUntil(lambda: _gone(old), timeout=3000)


def _gone(old: Callable[[], object | None]) -> bool:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    return old() is None


def test_many_projects_in_a_row_leave_nothing_listening(studio: Studio, tmp_path: Path, qtbot: QtBot) -> None:
    before = {w for w in QApplication.topLevelWidgets() if w is not window(studio)}  # of other tests
    for number in range(4):
        Document.create(tmp_path / f"p{number}", Project(name=f"P{number}")).close()
        projects(studio).open(tmp_path / f"p{number}")
    qtbot.wait(50)
    gc.collect()
    tops = [w for w in QApplication.topLevelWidgets() if isinstance(w, Window) and w not in before]
    assert tops == [window(studio)]
    engine = window(studio).link.engine
    assert isinstance(engine, FakeEngine)
    prompt(studio, "a cat")
    job = window(studio).start("core.generate", {}, 0)
    assert job is not None
    assert engine.step()
    qtbot.waitUntil(lambda: len(window(studio).workspace.project.layers) == 1)
    qtbot.wait(20)
    assert len(window(studio).workspace.project.layers) == 1


def test_a_result_of_the_project_before_stays_off_this_canvas(studio: Studio, tmp_path: Path, qtbot: QtBot) -> None:
    prompt(studio, "a cat")
    first = window(studio).workspace.document.folder
    job = window(studio).start("core.generate", {}, 0)
    assert job is not None
    projects(studio).new()
    engine = window(studio).link.engine
    assert isinstance(engine, FakeEngine)
    assert engine.step()
    qtbot.waitUntil(lambda: "another project" in window(studio).message.text())
    assert window(studio).workspace.project.layers == ()
    assert window(studio).link.queue.get(job.id).outcome is not None
    prompt(studio, "a dog")
    late = window(studio).start("core.generate", {}, 0)
    assert late is not None
    projects(studio).open(first)  # and back: what this project asked for is its own; what the other asked for is not
    assert job.id not in window(studio).elsewhere
    assert late.id in window(studio).elsewhere


def test_a_new_project_in_which_nothing_was_done_is_not_kept(studio: Studio) -> None:
    prompt(studio, "work")
    projects(studio).new()
    empty = window(studio).workspace.document.folder
    assert empty.parent == places.projects()
    projects(studio).close_project()
    assert "empty" in window(studio).message.text()
    projects(studio).open(places.first_project())
    assert not empty.exists()
    assert str(empty) not in window(studio).settings.recent
    assert window(studio).workspace.project.recipe.prompt == "work"
    projects(studio).close_project()
    assert window(studio).workspace.project.layers == ()
    assert is_project(places.first_project())


def test_a_project_without_history_but_with_work_is_kept(studio: Studio) -> None:
    prompt(studio, "work")
    window(studio).workspace.document.forget_history()
    assert window(studio).workspace.document.untouched
    projects(studio).new()
    projects(studio).open(places.first_project())
    assert window(studio).workspace.project.recipe.prompt == "work"


def test_the_name_is_an_edit(studio: Studio, qtbot: QtBot) -> None:
    field = projects(studio).name
    window(studio).commands.run("file.rename")
    field.selectAll()
    qtbot.keyClicks(field, "My mugs")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window(studio).workspace.project.name == "My mugs"
    assert window(studio).windowTitle().startswith("My mugs")
    window(studio).commands.run("edit.undo")
    assert field.text() == window(studio).workspace.project.name == ""


def test_save_as_goes_on_in_the_copy_with_its_history(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt(studio, "kept")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "copy"), ""))
    projects(studio).save_as()
    assert window(studio).workspace.document.folder == tmp_path / "copy"
    assert window(studio).workspace.document.can_undo
    prompt(studio, "only in the copy")
    with Document.open(places.first_project()) as first:
        assert first.project.recipe.prompt == "kept"
    projects(studio).save_as()  # the folder is taken now: by this project
    assert "not empty" in window(studio).message.text()


def test_a_zip_goes_out_and_comes_in(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window(studio).workspace.open_picture(picture(tmp_path / "photo.png"))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "out"), ""))
    projects(studio).save_zip()
    qtbot.waitUntil(lambda: "out.zip" in window(studio).message.text())
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert STATE in archive.namelist()
    projects(studio).open(tmp_path / "out.zip")
    qtbot.waitUntil(lambda: window(studio).workspace.document.folder.name == "out")
    assert window(studio).workspace.flattened().getpixel((5, 5)) == (200, 200, 200, 255)
    assert not window(studio).workspace.document.can_undo


@pytest.mark.parametrize("entry", ["../evil.png", "tiles/../../evil", "script.py"])
def test_a_hostile_zip_is_refused_in_words(studio: Studio, tmp_path: Path, entry: str, qtbot: QtBot) -> None:
    here = window(studio)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr(STATE, json.dumps({"format": 1, "project": {}}))
        archive.writestr(entry, b"x")
    projects(studio).open(tmp_path / "bad.zip")
    qtbot.waitUntil(lambda: "refused" in here.message.text())
    assert "bad.zip" in here.message.text()
    assert here.message.objectName() == "problem"
    assert window(studio) is here
    assert not (places.projects() / "bad").exists()


def test_a_newer_project_is_refused_in_words(studio: Studio, tmp_path: Path) -> None:
    here = window(studio)
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / STATE).write_text(json.dumps({"format": 999, "project": {}}))
    projects(studio).open(tmp_path / "newer")
    assert "newer version" in here.message.text()
    assert "Update" in here.message.text()
    assert window(studio) is here
    assert not (tmp_path / "newer" / JOURNAL).exists()


def test_a_project_that_is_open_elsewhere_offers_a_copy(studio: Studio, tmp_path: Path) -> None:
    other = Document.create(tmp_path / "busy", Project(name="Busy"))
    try:
        here = window(studio)
        told = answer("Cancel")
        projects(studio).open(tmp_path / "busy")
        assert "'busy' is open in another window." in told
        assert window(studio) is here
        answer("Open a copy")
        projects(studio).open(tmp_path / "busy")
        assert window(studio).workspace.document.folder == places.projects() / "Busy copy"
        assert window(studio).workspace.project.name == "Busy"
        prompt(studio, "in the copy")
        assert other.project.recipe.prompt == ""
    finally:
        other.close()


def test_a_damaged_project_is_repaired_when_the_person_wants_it(studio: Studio, tmp_path: Path) -> None:
    Document.create(tmp_path / "hurt", Project(name="Hurt")).close()
    (tmp_path / "hurt" / JOURNAL).write_bytes(b"this is no database at all " * 400)
    told = answer("Repair it")
    projects(studio).open(tmp_path / "hurt")
    assert "damaged" in told[0]
    assert window(studio).workspace.project.name == "Hurt"
    assert "was repaired" in window(studio).message.text()
    assert list((tmp_path / "hurt").glob("journal.damaged-*"))


def test_a_full_disk_keeps_the_open_project(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = window(studio)
    prompt(studio, "not saved yet")
    Document.create(tmp_path / "second", Project(name="Second")).close()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("core.contract.assets.os.replace", full)
        projects(studio).open(tmp_path / "second")
    assert window(studio) is here
    assert here.isVisible()
    assert "disk is full" in here.message.text()
    assert not here.link.engine.closed  # type: ignore[attr-defined]
    prompt(studio, "and it goes on")
    projects(studio).open(tmp_path / "second")  # the folder was let go of
    assert window(studio).workspace.project.name == "Second"


def test_the_same_project_and_a_missing_one(studio: Studio, tmp_path: Path) -> None:
    here = window(studio)
    projects(studio).open(here.workspace.document.folder)
    assert "open already" in here.message.text()
    projects(studio).open(tmp_path / "nowhere")
    assert "'nowhere' is not a project" in here.message.text()
    projects(studio).open(tmp_path / "nowhere.zip")
    assert window(studio) is here


def crashed(folder: Path) -> None:
    """A session that wrote `project.json`, then two more steps, and died."""
    code = (
        "import os, sys; from pathlib import Path\n"
        "from studio.document.autosave import Document\n"
        "from studio.document.project import Project\n"
        "from studio.document import edits\n"
        f"d = Document.create(Path({str(folder)!r}), Project(name='Crashed'))\n"
        "d.edit('One', lambda p: edits.set_prompt(p, 'saved')); d.save()\n"
        "d.edit('Two', lambda p: edits.set_prompt(p, 'second'))\n"
        "d.edit('Three', lambda p: edits.set_prompt(p, 'third')); d.flush(); os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, env={**os.environ}).returncode == 9


def test_after_a_crash_it_says_what_came_back_and_leads_to_the_last_save(studio: Studio, tmp_path: Path) -> None:
    crashed(tmp_path / "crashed")
    projects(studio).open(tmp_path / "crashed")
    dialog = projects(studio).recovery
    assert dialog is not None
    assert dialog.isVisible()
    assert "2 edits" in dialog.text.text()
    assert "'Three'" in dialog.text.text()
    assert window(studio).workspace.project.recipe.prompt == "third"
    dialog.back.click()
    assert not dialog.isVisible()
    assert window(studio).workspace.project.recipe.prompt == "saved"
    window(studio).commands.run("edit.redo")
    window(studio).commands.run("edit.redo")
    assert window(studio).workspace.project.recipe.prompt == "third"


def test_keeping_after_a_crash_changes_nothing(studio: Studio, tmp_path: Path) -> None:
    crashed(tmp_path / "crashed")
    projects(studio).open(tmp_path / "crashed")
    dialog = projects(studio).recovery
    assert dialog is not None
    dialog.keep.click()
    assert window(studio).workspace.project.recipe.prompt == "third"
    assert window(studio).workspace.document.undo_text == "Three"


def test_recent_projects_that_are_gone_are_grey_and_can_go(studio: Studio, tmp_path: Path, qtbot: QtBot) -> None:
    Document.create(tmp_path / "here", Project(name="Still here")).close()
    dialog = RecentDialog([str(tmp_path / "gone"), str(tmp_path / "here")])
    qtbot.addWidget(dialog)
    assert "is not there any more" in dialog.list.item(0).text()
    assert not dialog.open_button.isEnabled()
    dialog.list.setCurrentRow(1)
    assert dialog.list.item(1).text().startswith("Still here")
    assert dialog.open_button.isEnabled()
    dialog.list.setCurrentRow(0)
    dialog.remove.click()
    assert dialog.recent == [str(tmp_path / "here")]
    dialog.open_button.click()
    assert dialog.wanted == tmp_path / "here"


def test_taking_out_of_the_list_is_remembered(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = window(studio)
    here.settings = here.settings.changed(recent=(*here.settings.recent, str(tmp_path / "gone")))

    def remove(dialog: RecentDialog) -> int:
        assert dialog.recent == [str(tmp_path / "gone")]
        dialog.remove.click()
        return 0

    monkeypatch.setattr(RecentDialog, "exec", remove)
    window(studio).commands.run("file.recent")
    assert load(places.settings_file())[0].recent == (str(here.workspace.document.folder),)


def drag(target: Window, *paths: Path, drop: bool = True) -> None:
    """Hold files over the window, and let them go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    keys = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, *keys)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    if drop:
        QApplication.sendEvent(target, QDropEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, *keys))


def test_drops_are_marked_and_land_there(studio: Studio, tmp_path: Path) -> None:
    here = window(studio)
    drops = next(p for p in here.parts if isinstance(p, Drops))
    drag(here, picture(tmp_path / "large.png", 640, 480))
    assert not drops.mark.isVisible()
    assert here.workspace.project.size.width == 640
    drag(here, picture(tmp_path / "small.png", 64, 48), drop=False)
    assert drops.mark.isVisible()
    assert drops.mark.plan is not None
    assert "small.png" in drops.mark.plan.sentence
    corner = here.view.to_document(drops.mark.place.topLeft())
    assert (round(corner.x()), round(corner.y())) == (288, 216)
    QApplication.sendEvent(here, QDragLeaveEvent())
    assert not drops.mark.isVisible()
    drag(here, tmp_path / "small.png")
    placed = here.workspace.project.layers[-1].placed
    assert here.workspace.project.layers[-1].name == "small"
    assert placed is None or (placed.x, placed.y) == (320, 240)


def test_a_bad_file_gets_one_sentence(studio: Studio, tmp_path: Path) -> None:
    here = window(studio)
    (tmp_path / "notes.txt").write_text("words")
    (tmp_path / "empty").mkdir()
    for name in ("notes.txt", "empty"):
        drag(here, tmp_path / name)
        assert f"'{name}' is neither a picture nor a project" in here.message.text()
        assert here.message.objectName() == "problem"
    drag(here, picture(tmp_path / "fine.png"), tmp_path / "notes.txt")
    assert here.workspace.project.layers == ()


def test_a_dropped_project_opens(studio: Studio, tmp_path: Path) -> None:
    Document.create(tmp_path / "dropped", Project(name="Dropped")).close()
    drag(window(studio), tmp_path / "dropped")
    assert window(studio).workspace.project.name == "Dropped"


def test_the_log_can_be_read_and_copied(studio: Studio, tmp_path: Path) -> None:
    here = window(studio)
    here.workspace.trouble.emit("something was wrong with 'fox.png'")
    here.link.engine.lines = ["the engine printed this"]  # type: ignore[attr-defined]
    here.commands.run("help.log")
    part = next(p for p in here.parts if isinstance(p, Log))
    assert part.dialog is not None
    part.dialog.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert "something was wrong with 'fox.png'" in copied
    assert "the engine printed this" in copied
    assert "the engine is ready on fake" in copied

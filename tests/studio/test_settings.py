"""Settings survive, damaged ones are put aside, and the preferences show and return them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit, QMainWindow
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.contract.messages import Answer, Ask, EstimateAnswer, ModelRow, ModelsAnswer, ModelsQuestion
from studio import places
from studio.app import build, open_document
from studio.commands import Command, Commands
from studio.dialogs.preferences import Preferences
from studio.engine import engine_options
from studio.parts.queue import Queue
from studio.parts.settings import Preferring
from studio.settings import RECENT, Settings, load, save
from studio.window import Window


def test_what_is_saved_comes_back_and_newer_keys_stay(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    assert load(path) == (Settings(), "")
    save(path, Settings().changed(theme="dark", model_folders=("/models",)))
    assert load(path)[0].theme == "dark"
    path.write_text('{"version": 2, "theme": "light", "from_the_future": 7}')
    found, trouble = load(path)
    assert (found.theme, trouble) == ("light", "")
    save(path, found)
    assert '"from_the_future": 7' in path.read_text()


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"theme": "pink"}', '{"undo_megabytes": 1}'])
def test_damaged_settings_are_put_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    found, trouble = load(path)
    assert found == Settings()
    assert "put aside" in trouble
    assert (tmp_path / "settings.damaged.json").read_text() == text


def test_the_recent_list_is_short_and_without_doubles() -> None:
    settings = Settings()
    for number in range(RECENT + 5):
        settings = settings.opened(Path(f"/p{number}"))
    settings = settings.opened(Path("/p10"))
    assert len(settings.recent) == RECENT
    assert settings.recent[0] == str(Path("/p10"))
    assert settings.offline
    with pytest.raises(ValidationError):
        settings.changed(undo_megabytes=1)


def test_preferences_return_what_is_set_and_refuse_a_clash(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    commands = Commands(window)
    commands.add([Command("a.a", "First", lambda: None, shortcut="A"), Command("b.b", "Second", lambda: None)])
    dialog = Preferences(Settings(), commands, window)
    assert dialog.settings == Settings()
    dialog.theme.setCurrentIndex(2)
    dialog.language.setCurrentIndex(2)
    dialog.offline.setChecked(False)
    fields = [dialog.table.cellWidget(row, 1) for row in range(2)]
    assert all(isinstance(f, QKeySequenceEdit) for f in fields)
    fields[1].setKeySequence(QKeySequence("A"))  # type: ignore[attr-defined]
    assert "First" in dialog.clash.text()
    assert commands.own_shortcuts == {}
    fields[1].setKeySequence(QKeySequence("Ctrl+B"))  # type: ignore[attr-defined]
    assert dialog.clash.text() == ""
    found = dialog.settings
    assert (found.theme, found.language, found.offline) == ("dark", "de", False)
    assert found.shortcuts == {"b.b": "Ctrl+B"}
    dialog.reject()
    assert commands.own_shortcuts == {}
    assert commands.shortcut("a.a") == "A"


# --- joined to the window -------------------------------------------------------------------------------------------


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    window = build(open_document(None, Settings()), Settings(), tmp_path / "settings.json", FakeEngine(answers=found))
    qtbot.addWidget(window)
    window.show()
    window.link.start()
    yield window
    window.close()


def found(question: Ask) -> Answer:
    if isinstance(question.about, ModelsQuestion):
        folder = question.about.folders[0] if question.about.folders else "nowhere"
        rows = (
            ModelRow(path=f"{folder}/a.safetensors", family="sd1", bytes=1 << 30, hash="ab"),
            ModelRow(path="/old/b.safetensors", family="sdxl", hash="cd", state="moved", moved_to="/new/b.safetensors"),
            ModelRow(path="/old/c.safetensors", family="sd2", hash="ef", state="missing"),
        )
        return Answer(ask=question.ask, said=ModelsAnswer(rows=rows))
    return Answer(ask=question.ask, said=EstimateAnswer(source="unknown"))


def part(window: Window) -> Preferring:
    return next(p for p in window.parts if isinstance(p, Preferring))


def fake(window: Window) -> FakeEngine:
    assert isinstance(window.link.engine, FakeEngine)
    return window.link.engine


def test_the_offline_switch_reaches_the_engine_between_two_jobs(window: Window, qtbot: QtBot) -> None:
    switch = part(window).switch
    assert (switch.text(), switch.isChecked()) == ("Offline", True)
    first = window.link.submit("core.generate", {"prompt": "a"})
    second = window.link.submit("core.generate", {"prompt": "b"})
    assert first is not None
    assert second is not None
    switch.click()
    assert fake(window).options is None
    assert "when the running job has ended" in window.message.text()
    assert "when the running job has ended" in window.queue.note.text()
    assert switch.text() == "Online, after this job"
    while fake(window).step():
        pass
    assert fake(window).options is not None
    assert "--online" in fake(window).options
    assert window.message.text() == "The engine runs with the new settings."
    assert switch.text() == "Online"
    assert not window.queue.note.isVisible()
    assert [window.link.queue.get(j.id).state.value for j in (first, second)] == ["done", "done"]
    assert load(window._settings_path)[0].offline is False
    window.commands.run("file.offline")
    assert "--online" not in fake(window).options
    assert switch.text() == "Offline"


def test_settings_are_options_of_the_process() -> None:
    settings = Settings(device="cpu", precision="bfloat16", model_folders=("/a", "/b"))
    assert engine_options(settings) == (
        "--device", "cpu", "--precision", "bfloat16", "--folder", "/a", "--folder", "/b",
    )  # fmt: skip
    assert engine_options(Settings(offline=False))[-1] == "--online"
    assert "--online" not in engine_options(Settings())


def test_the_dialog_scans_clears_and_takes_effect(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    kept = places.embeddings() / "a.safetensors"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"x" * 2_000_000)
    seen: list[str] = []

    def work() -> None:
        dialog = part(window).dialog
        assert dialog is not None
        dialog.add_folder("/models")
        qtbot.waitUntil(lambda: dialog.found.rowCount() == 3)
        seen.extend(dialog.found.item(row, 3).text() for row in range(3))
        seen.append(dialog.scanned.text())
        qtbot.waitUntil(lambda: "1.9 MB" in dialog.sizes["embeddings"].text())
        dialog.clear_buttons["embeddings"].click()
        qtbot.waitUntil(lambda: dialog.sizes["embeddings"].text() == "0.0 MB")
        dialog.theme.setCurrentIndex(2)
        dialog.device.setCurrentIndex(1)
        dialog.accept()

    QTimer.singleShot(0, work)
    assert window.commands.run("file.preferences")
    assert seen[:3] == ["here", "moved to /new/b.safetensors", "missing"]
    assert "1 missing" in seen[3]
    assert not kept.exists()
    assert (window.settings.theme, window.settings.model_folders) == ("dark", ("/models",))
    assert fake(window).options == ("--device", "cpu", "--precision", "auto", "--folder", "/models")


def test_word_is_given_only_when_the_window_is_elsewhere_and_wanted(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = next(p for p in window.parts if isinstance(p, Queue))
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(queue, "_say", lambda title, text: said.append((title, text)))
    job = window.link.submit("core.generate", {"prompt": "a cat"})
    assert job is not None
    monkeypatch.setattr(queue, "away", lambda: False)
    assert not queue.notify(job.id, "")
    monkeypatch.setattr(queue, "away", lambda: True)
    while fake(window).step():
        pass
    assert said == [("Done: core.generate · a cat", "")]
    window.change_settings(window.settings.changed(notify=False))
    assert not queue.notify(job.id, "It broke.")
    assert len(said) == 1

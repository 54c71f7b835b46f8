"""Settings survive, damaged ones are put aside, and the preferences show and return them."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit, QMainWindow
from pytestqt.qtbot import QtBot

from studio.commands import Command, Commands
from studio.dialogs.preferences import Preferences
from studio.settings import RECENT, Settings, load, save


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

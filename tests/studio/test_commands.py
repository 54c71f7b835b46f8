"""Commands are data: menus, shortcuts and the palette show the same table."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from core.engine.registry import methods
from studio.commands import Command, Commands, plain
from studio.dialogs.help import HelpWindow
from studio.dialogs.palette import Palette


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def commands(qtbot: QtBot, done: list[str]) -> Commands:
    window = QMainWindow()
    qtbot.addWidget(window)
    table = Commands(window)
    table.add([
        Command("edit.undo", "&Undo", lambda: done.append("undo"), "edit", "Ctrl+Z", when=lambda: bool(done)),
        Command("edit.paint", "&Paint", lambda: done.append("paint"), "edit", "B"),
        Command("view.dark", "&Dark", lambda: done.append("dark"), "view", checked=lambda: "dark" in done),
    ])  # fmt: skip
    table.window = window  # type: ignore[attr-defined]
    table.refresh()
    return table


def test_what_cannot_be_done_is_grey_and_does_nothing(commands: Commands, done: list[str]) -> None:
    assert not commands.action("edit.undo").isEnabled()
    assert not commands.run("edit.undo")
    commands.action("edit.paint").trigger()
    assert done == ["paint"]
    assert commands.action("edit.undo").isEnabled()
    commands.run("view.dark")
    assert commands.action("view.dark").isChecked()


def test_shortcuts_are_editable_and_conflicts_are_told(commands: Commands) -> None:
    assert commands.set_shortcut("edit.paint", "Ctrl+Z") == "edit.undo"
    assert commands.shortcut("edit.paint") == "B"
    assert commands.set_shortcut("edit.paint", "P") is None
    assert commands.own_shortcuts == {"edit.paint": "P"}
    assert commands.action("edit.paint").shortcut().toString() == "P"
    commands.load_shortcuts({"edit.paint": "B", "gone.command": "X"})
    assert commands.own_shortcuts == {}
    with pytest.raises(ValueError, match="both want"):
        commands.add([Command("x.y", "Y", lambda: None, shortcut="Ctrl+Z")])
    with pytest.raises(ValueError, match="two commands"):
        commands.add([Command("edit.undo", "Y", lambda: None)])


def test_menus_hold_the_table(commands: Commands) -> None:
    window: QMainWindow = commands.window  # type: ignore[attr-defined]
    menus = commands.fill(window.menuBar(), [("edit", "&Edit"), ("view", "&View")])
    assert [plain(a.text()) for a in menus["edit"].actions()] == ["Undo", "Paint"]


def test_the_palette_finds_and_runs_by_keyboard(commands: Commands, done: list[str], qtbot: QtBot) -> None:
    palette = Palette(commands)
    qtbot.addWidget(palette)
    assert palette.list.count() == 3
    QTest.keyClicks(palette.field, "pai")
    assert palette.list.count() == 1
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == ["paint"]


def test_every_method_has_a_page_with_all_parameters(qtbot: QtBot) -> None:
    infos = [m.info for m in methods()]
    window = HelpWindow(infos)
    qtbot.addWidget(window)
    assert window.list.count() == len(infos)
    for info in infos:
        window.open_method(info.id, info.role)
        text = window.page.toPlainText()
        assert info.title in text
        assert all(field.name in text for field in info.params)
    window.search("closed form castle-that-is-nowhere")
    assert window.list.count() == 0
    assert "fewer" in window.page.toPlainText()

"""The first page: three ways that really lead there, the example, by mouse and by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.engine.registry import methods
from studio import look, places
from studio.app import Studio, open_document
from studio.dialogs.start import StartPage
from studio.document.project import LayerKind
from studio.parts.start import FirstRun
from studio.settings import Settings
from studio.window import Window

INFOS = tuple(m.info for m in methods())


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Studio]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "home"))
    settings = Settings()
    studio = Studio(settings, places.settings_file(), FakeEngine(methods=INFOS))
    studio.show(open_document(None, settings))
    yield studio
    window(studio).close()


def window(studio: Studio) -> Window:
    assert studio.window is not None
    return studio.window


def page(studio: Studio) -> StartPage:
    return next(part for part in window(studio).parts if isinstance(part, FirstRun)).page


def up(studio: Studio, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(window(studio).inspectors["erase"].methods))


def photo(path: Path) -> Path:
    Image.fromarray(np.zeros((48, 64, 3), np.uint8), "RGB").save(path)
    return path


def test_it_comes_and_goes_with_the_layers(studio: Studio, tmp_path: Path) -> None:
    assert page(studio).isVisible()
    assert page(studio).geometry() == window(studio).view.rect()
    window(studio).workspace.open_picture(photo(tmp_path / "photo.png"))
    assert not page(studio).isVisible()
    window(studio).commands.run("edit.undo")
    assert page(studio).isVisible()


def test_it_fills_the_canvas_when_the_window_grows(studio: Studio, qtbot: QtBot) -> None:
    window(studio).resize(1600, 1000)
    qtbot.waitUntil(lambda: page(studio).geometry() == window(studio).view.rect())


def test_every_card_has_a_picture_and_a_name(studio: Studio) -> None:
    for card in page(studio).cards.values():
        assert card.accessibleName()
        assert card.accessibleDescription()
        shown = card.picture.pixmap().toImage()
        colors = {shown.pixelColor(x, y).rgb() for x in range(0, shown.width(), 9) for y in range(0, shown.height(), 9)}
        assert len(colors) > 50
    for button in page(studio).buttons.values():
        assert button.text()


def test_make_leads_to_the_prompt(studio: Studio) -> None:
    window(studio).choose("prove")
    page(studio).cards["make"].click()
    assert window(studio).inspector.verb == "create"
    assert window(studio).prompt.edit.hasFocus()
    QTest.keyClicks(window(studio).prompt.edit, "a fox")
    assert window(studio).workspace.project.recipe.prompt == "a fox"


def test_learn_opens_a_photo_and_brings_up_the_search(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    up(studio, qtbot)
    path = photo(tmp_path / "mug.png")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    page(studio).cards["learn"].click()
    here = window(studio)
    assert here.inspector.verb == "learn"
    assert here.inspector.info is not None
    assert here.inspector.info.id == "erasure.auto_masks"
    assert [layer.name for layer in here.workspace.project.layers] == ["mug"]
    assert not page(studio).isVisible()
    assert here.inspector.run_button.hasFocus()
    here.inspector.run_button.click()
    job = here.link.queue.jobs()[-1]
    assert job.method == "erasure.auto_masks"
    assert job.params["picture"] in here.workspace.assets


def test_learn_without_a_photo_stays(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    page(studio).cards["learn"].click()
    assert window(studio).inspector.verb == "learn"
    assert page(studio).isVisible()


def test_erase_leads_to_the_word_even_while_the_engine_starts(studio: Studio, qtbot: QtBot) -> None:
    here = window(studio)
    engine = here.link.engine
    assert isinstance(engine, FakeEngine)
    up(studio, qtbot)
    engine.close()  # as before its first word
    page(studio).cards["erase"].click()
    assert "starting" in here.message.text()
    assert not here.link.methods
    engine.start()
    assert here.inspector.verb == "erase"
    assert here.inspector.info is not None
    assert here.inspector.info.id == "erasure.uce"
    form = here.inspector.form
    assert form is not None
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus is form.editors["erase"] or form.editors["erase"].isAncestorOf(focus)
    assert "forget" in here.message.text()


def test_the_example_opens_with_its_masks_and_is_kept(studio: Studio) -> None:
    page(studio).buttons["example"].click()
    here = window(studio)
    assert here.workspace.document.folder == places.example()
    kinds = [layer.kind for layer in here.workspace.project.layers]
    assert kinds == [LayerKind.PICTURE, LayerKind.MASK, LayerKind.MASK]
    shares = []
    for layer in here.workspace.project.layers[1:]:
        assert layer.pixels is not None
        assert layer.of == here.workspace.project.layers[0].id
        shares.append(float(np.mean(layer.pixels.array() > 127)))
    assert shares == pytest.approx([0.42, 0.07], abs=0.01)
    assert not here.workspace.document.can_undo
    assert not page(studio).isVisible()
    here.commands.run("file.close")
    assert page(studio).isVisible()
    page(studio).buttons["example"].click()
    assert len(window(studio).workspace.project.layers) == 3


def test_the_keyboard_reaches_everything(studio: Studio, qtbot: QtBot) -> None:
    window(studio).activateWindow()
    window(studio).commands.run("help.start")
    wanted: set[QPushButton] = {*page(studio).cards.values(), *page(studio).buttons.values()}
    reached = set()
    for _ in range(len(wanted)):
        focus = QApplication.focusWidget()
        assert isinstance(focus, QPushButton)
        reached.add(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert reached == wanted
    page(studio).cards["make"].setFocus()
    QTest.keyClick(page(studio).cards["make"], Qt.Key.Key_Space)
    assert window(studio).prompt.edit.hasFocus()


def test_a_tool_or_escape_uncovers_the_canvas(studio: Studio) -> None:
    window(studio).column.choose("region")
    assert not page(studio).isVisible()
    window(studio).column.choose("arrange")
    assert not page(studio).isVisible()
    assert window(studio).commands.run("help.start")
    assert page(studio).isVisible()
    QTest.keyClick(page(studio).cards["make"], Qt.Key.Key_Escape)
    assert not page(studio).isVisible()
    assert window(studio).view.hasFocus()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_can_be_read_in_both_themes(studio: Studio, theme: look.Theme, qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    try:
        look.dress(app, theme)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        window(studio).resize(1280, 800)
        qtbot.wait(30)
        shown = page(studio).grab().toImage()
        assert shown.pixelColor(3, 3).name() == look.current().canvas
        for card in page(studio).cards.values():
            assert page(studio).viewport().rect().contains(card.mapTo(page(studio).viewport(), card.rect().center()))
    finally:
        look.dress(app, "dark")

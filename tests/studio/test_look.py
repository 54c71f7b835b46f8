"""The palettes can be read, the concept colours stand out, the style sheet has no hole."""

import locale
import re

import pytest
from PySide6.QtCore import QFile
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from studio import look
from studio.look import CONCEPTS, DARK, INK, LIGHT, Look, color_of, contrast, next_color, readable


@pytest.fixture(autouse=True)
def _undress(qapp: QApplication) -> None:
    yield
    qapp.setStyleSheet("")


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_every_text_has_contrast(palette: Look) -> None:
    poor = {what: round(contrast(a, b), 2) for what, a, b in palette.pairs() if contrast(a, b) < look.CONTRAST}
    assert not poor


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_edges_of_controls_can_be_seen(palette: Look) -> None:
    assert contrast(palette.edge, palette.panel) >= 3
    assert contrast(palette.link, palette.panel) >= 3  # the focus ring


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("color", CONCEPTS)
def test_a_concept_keeps_one_colour_on_both_frames(color: str, palette: Look) -> None:
    assert contrast(color, palette.window) >= 3
    assert contrast(INK, color) >= look.CONTRAST
    assert contrast(readable(color, palette.panel), palette.panel) >= look.CONTRAST


def test_contrast_is_the_known_one() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_frames_are_neutral() -> None:
    for palette in (DARK, LIGHT):
        for color in (palette.canvas, palette.window, palette.panel):
            parts = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
            assert max(parts) - min(parts) <= 3, color


def test_colours_are_given_out_evenly_and_names_keep_theirs() -> None:
    used: list[str] = []
    for _ in CONCEPTS:
        used.append(next_color(used))
    assert sorted(used) == sorted(CONCEPTS)
    assert next_color(used[1:]) == used[0]
    assert color_of("my Fox ") == color_of("my fox")
    assert color_of("my fox", {"my fox": "#123456"}) == "#123456"


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_dressing_the_program(qapp: QApplication, qtbot: QtBot, theme: look.Theme) -> None:
    put_on = look.dress(qapp, theme)
    sheet = qapp.styleSheet()
    assert "@" not in sheet
    assert "$" not in sheet
    assert put_on == look.current()
    assert qapp.palette().window().color().name() == put_on.panel
    assert qapp.font().pixelSize() == look.TYPE
    assert locale.localeconv()["decimal_point"] == "."
    for name in re.findall(r"url\((.*?)\)", sheet):
        assert QFile.exists(name), name


def test_every_icon_exists(qapp: QApplication) -> None:
    for name in look.ICONS:
        assert not look.icon(name).pixmap(look.icon_size()).isNull(), name


def test_icons_follow_the_theme(qapp: QApplication, qtbot: QtBot) -> None:
    look.dress(qapp, "dark")
    button = QToolButton()
    qtbot.addWidget(button)
    look.put_icon(button, "brush")
    before = button.icon().pixmap(18, 18).toImage()
    look.dress(qapp, "light")
    assert button.icon().pixmap(18, 18).toImage() != before

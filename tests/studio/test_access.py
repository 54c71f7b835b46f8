"""The whole window as a screen reader and a pseudo-locale see it: names on every control, no text that cannot be translated."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.engine.registry import methods
from studio import language, places
from studio.app import build, open_document
from studio.dialogs.preferences import Preferences
from studio.settings import Settings
from studio.window import Window

INFOS = tuple(m.info for m in methods())
HELPS = {info.help for info in INFOS}
"""The long help with equations and sources, which stays in English."""
CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit,
            QAbstractItemView)  # fmt: skip
INNER = re.compile(r"^(qt_|ScrollLeft|ScrollRight)")
"""Parts that Qt makes for itself inside a named control."""
DATA = re.compile(
    r"^[\d\s.,✕…:;·\u00d7x%/()+\-\u2013\u2014<>|*#°]*$"
    r"|^(PNG|CSV|JSON|HTML|CPU|pocket|Concept Studio|OK|cat, castle|first|px|MB|GB|B|A)$|^<?\w+-\d>?$"
)
"""Numbers, signs, units and names of things."""


@pytest.fixture
def open_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, qapp: QApplication) -> Iterator:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))

    def opened(name: str = "en") -> Window:
        language.install(qapp, name)
        settings = Settings()
        engine = FakeEngine(methods=INFOS, automatic=True)
        window = build(open_document(None, settings), settings, tmp_path / "settings.json", engine)
        qtbot.addWidget(window)
        window.show()
        window.link.start()
        qtbot.waitUntil(lambda: bool(window.inspectors["create"].methods))
        made.append(window)
        return window

    made: list[Window] = []
    yield opened
    for window in made:
        window.close()
    language.install(qapp, "en")


def inner(widget: QWidget) -> bool:
    """A piece of a composite control (a spin box's line, a combo's list, an item view's header)."""
    if INNER.match(widget.objectName()) or isinstance(widget, (QScrollBar, QTabBar)):
        return True
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, (QAbstractSpinBox, QComboBox, QLineEdit)):
            return True
        if isinstance(parent, (QAbstractItemView, QDockWidget)) and isinstance(widget, QAbstractButton | QAbstractItemView):
            return isinstance(parent, QAbstractItemView) or widget.objectName().startswith("qt_dockwidget")
        parent = parent.parentWidget()
    return False


def name_of(widget: QWidget) -> str:
    """What a screen reader says first."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton):
        return widget.text()
    return next((label.text() for label in widget.window().findChildren(QLabel) if label.buddy() is widget), "")


def walk(window: Window) -> Iterator[QWidget]:
    """Every widget of the window with every method's form shown once."""
    for verb, inspector in window.inspectors.items():
        window.choose(verb)
        for method in list(inspector.methods):
            inspector.show_method(method)
            yield from inspector.findChildren(QWidget)
    yield from window.findChildren(QWidget)


def test_every_control_has_a_name(open_window) -> None:
    window = open_window()
    nameless = {
        f"{type(w).__name__} {w.objectName()} in {type(w.parentWidget()).__name__}"
        for w in walk(window)
        if isinstance(w, CONTROLS) and not inner(w) and not name_of(w).strip()
    }
    assert not nameless, sorted(nameless)


def test_every_control_can_be_reached_by_keyboard(open_window) -> None:
    window = open_window()
    # A slider beside a spin box is the same value twice: the spin box takes the keys.
    deaf = {
        f"{type(w).__name__} '{name_of(w)}' in {type(w.parentWidget()).__name__}"
        for w in walk(window)
        if isinstance(w, (QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QAbstractItemView))
        and not inner(w) and w.isEnabled() and w.focusPolicy() == Qt.FocusPolicy.NoFocus
    }  # fmt: skip
    assert not deaf, sorted(deaf)


def shown(widget: QWidget) -> Iterator[str]:
    """The texts of a widget that a person reads or hears."""
    if isinstance(widget, (QLabel, QAbstractButton)):
        yield widget.text()
    if isinstance(widget, QGroupBox):
        yield widget.title()
    if isinstance(widget, (QLineEdit, QPlainTextEdit, QTextEdit)):
        yield widget.placeholderText()
    if isinstance(widget, QTabBar):
        yield from (widget.tabText(i) for i in range(widget.count()))
    if isinstance(widget, QDockWidget):
        yield widget.windowTitle()
    yield widget.toolTip()
    yield widget.accessibleName()
    yield widget.accessibleDescription()


def hard_coded(texts: Iterator[tuple[str, str]]) -> set[str]:
    """Those without the pseudo-locale's mark."""
    found = set()
    for where, text in texts:
        if text in HELPS:
            continue
        plain = re.sub(r"<[^<>]+>", "", text).replace("&", "").strip()
        if plain and not DATA.match(plain) and "[" not in plain:
            found.add(f"{where}: {plain[:70]}")
    return found


def test_no_text_is_hard_coded(open_window) -> None:
    window = open_window(language.PSEUDO)
    seen = hard_coded((type(w).__name__ + " in " + type(w.parentWidget()).__name__, t) for w in walk(window) for t in shown(w))
    seen |= hard_coded(("QAction", a.text()) for a in window.findChildren(QAction))
    seen |= hard_coded(("command", c.title) for c in window.commands)
    assert not seen, sorted(seen)


def test_preferences_are_translated_and_named(open_window, qtbot: QtBot) -> None:
    window = open_window(language.PSEUDO)
    dialog = Preferences(window.settings, window.commands, window)
    qtbot.addWidget(dialog)
    widgets = dialog.findChildren(QWidget)
    nameless = {f"{type(w).__name__} in {type(w.parentWidget()).__name__}" for w in widgets
                if isinstance(w, CONTROLS) and not inner(w) and not name_of(w).strip()}  # fmt: skip
    assert not nameless, sorted(nameless)
    seen = hard_coded((type(w).__name__, t) for w in widgets for t in shown(w))
    assert not seen, sorted(seen)

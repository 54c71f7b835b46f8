"""How the studio looks: two palettes, spacing, type, icons, one style sheet, and the colours of concepts.

The frame is neutral grey, so that it does not tint the pictures beside it. Every pair of text and background that the
style sheet uses has a contrast of at least 4.5 : 1 (WCAG 2.2, 1.4.3), every concept colour 3 : 1 against both frames
(1.4.11), so a concept can keep ONE colour in prompt, mask, layer, curve and table, in the light and in the dark.
"""

import locale
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

import qtawesome
from PySide6.QtCore import QDir, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QProxyStyle, QToolButton, QWidget

UNIT = 8
"""The grid: margins and gaps are multiples (or halves) of it, in pixels."""
TYPE = 13
"""Base size of text in pixels."""
ICON = 18
"""Side of an icon in pixels."""
CONTRAST = 4.5
"""Least contrast of text."""

CONCEPTS = (
    "#d0720a",
    "#039c89",
    "#a56cf6",
    "#ea5098",
    "#1e8afe",
    "#a3880a",
    "#1ea012",
    "#f4504f",
    "#0c97b6",
    "#d05ccf",
)
"""Colours of concepts in the order they are given out: hues far apart first, all of luminance 0.255, which is the middle
between the two frames."""

INK = "#0c0c0d"
"""Text on a concept's colour."""


@dataclass(frozen=True)
class Look:
    """One palette; every value is `#rrggbb`."""

    dark: bool
    canvas: str
    """Around the picture."""
    window: str
    panel: str
    raised: str
    """Cards and buttons."""
    hover: str
    field: str
    """Where one types."""
    line: str
    """Quiet borders."""
    edge: str
    """Borders of things one can act on: 3 : 1 against panel."""
    text: str
    dim: str
    """Hints."""
    off: str
    """Disabled; exempt from contrast, still meant to be read."""
    accent: str
    """Primary button, selection, progress."""
    accent_hover: str
    on_accent: str
    link: str
    """Accent as text and as focus ring."""
    problem: str
    fine: str
    caution: str

    def pairs(self) -> tuple[tuple[str, str, str], ...]:
        """Every text on every background that the style sheet combines: what, text, background."""
        grounds = {"window": self.window, "panel": self.panel, "raised": self.raised, "hover": self.hover}
        texts = {"text": self.text, "dim": self.dim, "link": self.link}
        found = [(f"{t} on {g}", a, b) for t, a in texts.items() for g, b in grounds.items()]
        found += [(f"{t} on field", a, self.field) for t, a in texts.items()]
        found += [(f"{t} on canvas", a, self.canvas) for t, a in texts.items()]
        marks = {"problem": self.problem, "fine": self.fine, "caution": self.caution}
        found += [(f"{t} on {g}", a, b) for t, a in marks.items() for g, b in list(grounds.items())[:3]]
        return (
            *found,
            ("on accent", self.on_accent, self.accent),
            ("on accent, pointed at", self.on_accent, self.accent_hover),
        )


DARK = Look(
    dark=True,
    canvas="#131314",
    window="#1e1e20",
    panel="#232326",
    raised="#2b2b2f",
    hover="#35353a",
    field="#19191b",
    line="#323237",
    edge="#77777f",
    text="#f1f1f3",
    dim="#b0b0b8",
    off="#74747c",
    accent="#3567e0",
    accent_hover="#4070e4",
    on_accent="#ffffff",
    link="#92b1ff",
    problem="#ff9a92",
    fine="#6fd08c",
    caution="#f0c05a",
)

LIGHT = Look(
    dark=False,
    canvas="#d9d9dc",
    window="#f4f4f5",
    panel="#fbfbfc",
    raised="#ededef",
    hover="#e1e1e5",
    field="#ffffff",
    line="#dadade",
    edge="#85858d",
    text="#1b1b1e",
    dim="#55555c",
    off="#93939b",
    accent="#2f62dc",
    accent_hover="#2554c6",
    on_accent="#ffffff",
    link="#1d4fc4",
    problem="#a8201a",
    fine="#14672f",
    caution="#7a4f00",
)

Theme = Literal["system", "light", "dark"]
_current = DARK
_ICON = "look_icon"


def current() -> Look:
    """The palette that was put on last."""
    return _current


def chosen(theme: Theme) -> Look:
    """The palette for a setting; `system` asks the desktop, and is dark where the desktop does not say."""
    if theme == "system":
        return LIGHT if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK
    return LIGHT if theme == "light" else DARK


def dress(app: QApplication, theme: Theme = "system") -> Look:
    """Put a palette on the whole program; can be called again at any time.

    Also sets `LC_NUMERIC` back to C: Qt takes the locale of the system, and C libraries would read "0,5".
    """
    global _current
    locale.setlocale(locale.LC_NUMERIC, "C")
    _current = look = chosen(theme)
    QDir.setSearchPaths("look", [str(Path(__file__).parent / "icons")])
    app.setStyle(_Style("Fusion"))
    app.setFont(font())
    app.setPalette(palette(look))
    app.setStyleSheet(style_sheet(look))
    qtawesome.reset_cache()
    for widget in app.allWidgets():
        name = widget.property(_ICON)
        if name and isinstance(widget, QAbstractButton):
            widget.setIcon(icon(name))
    return look


class _Style(QProxyStyle):
    """Fusion, with room before the number of a spin box: a style sheet's padding does not reach its inner field."""

    def polish(self, thing: QWidget | QApplication | QPalette) -> QPalette | None:  # type: ignore[override]
        if isinstance(thing, QLineEdit) and thing.objectName() == "qt_spinbox_lineedit":
            thing.setTextMargins(5, 0, 0, 0)
        found = super().polish(thing)
        return found if isinstance(thing, QPalette) else None


def font(size: int = TYPE, bold: bool = False) -> QFont:
    """The system's own face, in our size (pixels)."""
    face = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    face.setPixelSize(size)
    face.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    face.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return face


def palette(look: Look) -> QPalette:
    """As Qt's roles, for whatever the style sheet does not reach."""
    role = QPalette.ColorRole
    roles = {
        role.Window: look.panel,
        role.WindowText: look.text,
        role.Base: look.field,
        role.AlternateBase: look.raised,
        role.Text: look.text,
        role.Button: look.raised,
        role.ButtonText: look.text,
        role.BrightText: look.problem,
        role.ToolTipBase: look.raised,
        role.ToolTipText: look.text,
        role.PlaceholderText: look.dim,
        role.Highlight: look.accent,
        role.HighlightedText: look.on_accent,
        role.Accent: look.accent,
        role.Link: look.link,
        role.LinkVisited: look.link,
        role.Light: look.hover,
        role.Midlight: look.hover,
        role.Mid: look.line,
        role.Dark: look.line,
        role.Shadow: look.canvas,
    }
    made = QPalette()
    for name, color in roles.items():
        made.setColor(name, QColor(color))
    for name in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, name, QColor(look.off))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(look.edge))
    return made


# --- colours -----------------------------------------------------------------------------------------------------------


def luminance(color: str | QColor) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    shade = QColor(color)
    parts = (shade.redF(), shade.greenF(), shade.blueF())
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str | QColor, other: str | QColor) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(color: str, ground: str, least: float = CONTRAST) -> str:
    """The same hue, moved towards white or black only as far as text on this background needs."""
    target = QColor("#ffffff" if luminance(ground) < 0.18 else "#000000")
    start = QColor(color)
    for step in range(101):
        share = step / 100
        mixed = QColor.fromRgbF(
            start.redF() + (target.redF() - start.redF()) * share,
            start.greenF() + (target.greenF() - start.greenF()) * share,
            start.blueF() + (target.blueF() - start.blueF()) * share,
        )
        if contrast(mixed.name(), ground) >= least:
            return mixed.name()
    return target.name()


def next_color(used: Iterable[str]) -> str:
    """The colour for a new concept: the first that is used least."""
    taken = [c.lower() for c in used]
    return min(CONCEPTS, key=lambda c: (taken.count(c), CONCEPTS.index(c)))


def color_of(name: str, given: Mapping[str, str] | None = None) -> str:
    """The colour of a concept: the one the document gave it, else one that follows from its name, the same everywhere."""
    if given and name in given:
        return given[name]
    return CONCEPTS[sha256(name.strip().lower().encode()).digest()[0] % len(CONCEPTS)]


# --- icons -------------------------------------------------------------------------------------------------------------

ICONS = {
    "move": "mdi6.cursor-move",
    "hand": "mdi6.hand-back-right-outline",
    "brush": "mdi6.brush",
    "eraser": "mdi6.eraser",
    "lasso": "mdi6.lasso",
    "polygon": "mdi6.vector-polygon",
    "box": "mdi6.selection",
    "region": "mdi6.shape-rectangle-plus",
    "click": "mdi6.auto-fix",
    "crop": "mdi6.crop",
    "zoom-in": "mdi6.magnify-plus-outline",
    "zoom-out": "mdi6.magnify-minus-outline",
    "fit": "mdi6.fit-to-screen-outline",
    "actual": "mdi6.numeric-1-box-outline",
    "before": "mdi6.compare",
    "side": "mdi6.view-split-vertical",
    "hover": "mdi6.cursor-default-click-outline",
    "heat": "mdi6.thermometer",
    "play": "mdi6.play",
    "pause": "mdi6.pause",
    "show": "mdi6.eye-outline",
    "hide": "mdi6.eye-off-outline",
    "lock": "mdi6.lock-outline",
    "unlock": "mdi6.lock-open-variant-outline",
    "add": "mdi6.plus",
    "remove": "mdi6.close",
    "picture": "mdi6.image-outline",
    "mask": "mdi6.circle-opacity",
    "concept": "mdi6.shape-outline",
    "undo": "mdi6.undo",
    "redo": "mdi6.redo",
    "search": "mdi6.magnify",
    "pin": "mdi6.pin-outline",
    "create": "mdi6.creation",
    "learn": "mdi6.school-outline",
    "edit": "mdi6.pencil-outline",
    "erase": "mdi6.eraser-variant",
    "prove": "mdi6.chart-box-outline",
    "settings": "mdi6.cog-outline",
    "help": "mdi6.help-circle-outline",
    "export": "mdi6.export-variant",
    "folder": "mdi6.folder-open-outline",
    "theme": "mdi6.theme-light-dark",
}
"""What the program calls its icons; names of qtawesome."""


def icon(name: str, color: str = "") -> QIcon:
    """An icon in the colours of the palette in use: quiet, pointed at or switched on, off."""
    look = current()
    made: QIcon = qtawesome.icon(
        ICONS.get(name, name),
        color=color or look.dim,
        color_active=color or look.text,
        color_on=color or look.text,
        color_selected=look.on_accent,
        color_disabled=look.off,
    )
    return made


def put_icon(button: QAbstractButton, name: str) -> None:
    """Give a button an icon that follows when the theme is changed."""
    button.setProperty(_ICON, name)
    button.setIcon(icon(name))
    button.setIconSize(icon_size())


def icon_button(icon: str, text: str, call: Callable[[], object] | None = None, checkable: bool = False) -> QToolButton:
    """A button that is only an icon; `text` is its tool tip and what a screen reader says."""
    button = QToolButton()
    put_icon(button, icon)
    button.setToolTip(text)
    button.setAccessibleName(text)
    button.setCheckable(checkable)
    if call is not None:
        button.clicked.connect(lambda _on: call())
    return button


def refill(box: QComboBox, values: Sequence[tuple[str, object]]) -> None:
    """Choices below the first, which asks for nothing; what was chosen stays chosen where it is still there."""
    before = box.currentData()
    while box.count() > 1:
        box.removeItem(1)
    for text, value in values:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(before)))


def icon_size() -> QSize:
    return QSize(ICON, ICON)


# --- style sheet -------------------------------------------------------------------------------------------------------


def style_sheet(look: Look) -> str:
    """Everything that Fusion draws differently. Object names used: see the last part."""
    shade = "dark" if look.dark else "light"
    values = {name: getattr(look, name) for name in look.__dataclass_fields__ if name != "dark"}
    text = "\n".join((_FRAME, _BUTTONS, _FIELDS, _LISTS, _NAMED))
    for name, value in sorted(values.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(f"@{name}", str(value))
    return text.replace("$shade", shade)


_FRAME = """
QMainWindow, QDialog { background: @window; }
QMainWindow::separator { background: @window; width: 4px; height: 4px; }
QMainWindow::separator:hover { background: @accent; }
QSplitter::handle { background: @line; }
QSplitter::handle:hover { background: @accent; }
QDockWidget { color: @text; font-weight: 600; titlebar-close-icon: none; }
QDockWidget::title { background: @window; padding: 6px 8px; border-bottom: 1px solid @line; }
QToolBar { background: @window; border: none; spacing: 4px; padding: 4px; }
QToolBar::separator { background: @line; width: 1px; height: 1px; margin: 4px; }
QStatusBar { background: @window; color: @dim; }
QStatusBar::item { border: none; }
QMenuBar { background: @window; padding: 2px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: @hover; }
QMenu { background: @raised; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: @accent; color: @on_accent; }
QMenu::item:disabled { color: @off; background: transparent; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QToolTip { background: @raised; color: @text; border: 1px solid @edge; padding: 4px 6px; }
QTabWidget::pane { border: none; border-top: 1px solid @line; }
QTabBar::tab { padding: 6px 12px; color: @dim; background: transparent; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: @text; background: @hover; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; }
QTabBar::tab:focus { color: @link; }
QGroupBox { border: 1px solid @line; border-radius: 6px; margin-top: 10px; padding: 10px 8px 8px 8px; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 8px; padding: 0 4px; color: @text; }
QScrollArea, QStackedWidget { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: @edge; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: @dim; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page
  { background: transparent; border: none; width: 0; height: 0; }
"""

_BUTTONS = """
QPushButton { background: @raised; color: @text; border: 1px solid @edge; border-radius: 6px; padding: 5px 12px; min-height: 18px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @field; }
QPushButton:checked { background: @hover; border-color: @link; }
QPushButton:focus { border: 2px solid @link; padding: 4px 11px; }
QPushButton:disabled { color: @off; border-color: @line; }
QPushButton#primary { background: @accent; color: @on_accent; border: 1px solid @accent; font-weight: 600; padding: 8px 16px; }
QPushButton#primary:hover { background: @accent_hover; }
QPushButton#primary:focus { border: 2px solid @text; padding: 7px 15px; }
QPushButton#primary:disabled { background: @raised; color: @off; border-color: @line; }
QToolButton { background: transparent; color: @text; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: @hover; }
QToolButton:pressed { background: @field; }
QToolButton:checked { background: @hover; border-color: @edge; }
QToolButton:focus { border: 1px solid @link; }
QToolButton:disabled { color: @off; }
QToolButton::menu-indicator { image: none; }
QToolButton#verb { padding: 6px 14px; color: @dim; }
QToolButton#verb:hover { color: @text; }
QToolButton#verb:checked { color: @text; background: @raised; border-color: transparent; font-weight: 600; }
QToolButton#verb:focus { border: 1px solid @link; }
QCheckBox, QRadioButton { spacing: 8px; border: 1px solid transparent; border-radius: 4px; padding: 2px; }
QCheckBox:focus, QRadioButton:focus { border-color: @link; }
QCheckBox::indicator, QListView::indicator, QRadioButton::indicator {
    width: 14px; height: 14px; border: 1px solid @edge; background: @field;
}
QCheckBox::indicator, QListView::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: @link; }
QCheckBox::indicator:checked, QListView::indicator:checked {
    background: @accent; border-color: @accent; image: url(look:check.svg);
}
QCheckBox::indicator:indeterminate { background: @edge; }
QRadioButton::indicator:checked { background: @accent; border: 1px solid @accent; image: url(look:dot.svg); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: @line; }
"""

_FIELDS = """
QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox
  { background: @field; color: @text; border: 1px solid @edge; border-radius: 6px; padding: 4px 8px;
    selection-background-color: @accent; selection-color: @on_accent; }
QPlainTextEdit, QTextEdit { padding: 4px; }
QAbstractSpinBox, QComboBox, QLineEdit { min-height: 18px; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit
  { border: none; border-radius: 0; padding: 0 0 0 4px; background: transparent; min-height: 0; }
QAbstractSpinBox { padding: 4px 20px 4px 4px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border-color: @link; }
QLineEdit:disabled, QPlainTextEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled
  { color: @off; border-color: @line; background: @panel; }
QLineEdit:read-only { background: @panel; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button
  { subcontrol-origin: border; width: 18px; border: none; background: transparent; }
QAbstractSpinBox::up-button { subcontrol-position: top right; margin: 2px 2px 0 0; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin: 0 2px 2px 0; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: @hover; border-radius: 3px; }
QAbstractSpinBox::up-arrow { image: url(look:up-$shade.svg); width: 9px; height: 9px; }
QAbstractSpinBox::down-arrow { image: url(look:down-$shade.svg); width: 9px; height: 9px; }
QComboBox::drop-down { subcontrol-origin: border; subcontrol-position: center right; width: 22px; border: none; }
QComboBox::down-arrow { image: url(look:down-$shade.svg); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: @raised; border: 1px solid @edge; padding: 4px; outline: none; }
QSlider { min-height: 20px; background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @edge; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: @link; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: @text; }
QSlider::handle:horizontal:focus { border: 2px solid @link; width: 12px; height: 12px; margin: -6px 0; border-radius: 8px; }
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled { background: @off; }
QSlider:focus { border: none; }
QProgressBar { background: @line; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; color: transparent; }
QProgressBar::chunk { background: @link; border-radius: 3px; }
"""

_LISTS = """
QAbstractItemView { background: @field; color: @text; border: 1px solid @line; border-radius: 6px; outline: none;
  alternate-background-color: @panel; selection-background-color: @accent; selection-color: @on_accent; }
QAbstractItemView:focus { border-color: @link; }
QListView::item, QTreeView::item { padding: 4px; border-radius: 4px; }
QListView::item:hover, QTreeView::item:hover { background: @hover; color: @text; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected { background: @accent; color: @on_accent; }
QHeaderView { background: @panel; border: none; }
QHeaderView::section { background: @panel; color: @dim; border: none; border-bottom: 1px solid @line; padding: 6px 8px; }
QTableView { gridline-color: @line; }
"""

_NAMED = """
QLabel { background: transparent; }
QLabel:disabled { color: @off; }
QLabel#hint { color: @dim; }
QLabel#problem { color: @problem; }
QLabel#fine { color: @fine; }
QLabel#provenance, QLabel#caution { color: @caution; }
QLabel#section { font-weight: 600; padding-top: 4px; }
QLabel#title { font-size: 16px; font-weight: 600; }
QFrame#card { background: @raised; border: 1px solid @line; border-radius: 8px; }
QFrame#card:hover { border-color: @edge; }
QFrame#bar { background: @panel; border: none; }
QFrame#floating { background: @panel; border: 1px solid @edge; border-radius: 8px; }
"""

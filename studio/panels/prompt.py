"""The prompt on the canvas's edge: words that can be clicked, coloured by concept, weighted, counted."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPlainTextEdit, QToolButton, QWidget

from studio import look
from studio.tokens import ROOM, count, places, reweighted

MOST = 30
"""Earlier prompts in the menu."""


@dataclass(frozen=True)
class Chip:
    """A word or phrase of the prompt that stands for something: its colour, and what hovering tells."""

    phrase: str
    color: str
    """`#rrggbb`: the one colour this concept has everywhere."""
    tip: str = ""
    size: int | None = None
    """Vectors of a placeholder word; None for a word of the language, which the tokenizer spells."""


class _Highlighter(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.chips: tuple[Chip, ...] = ()

    def highlightBlock(self, text: str) -> None:
        mark = QTextCharFormat()
        mark.setFontItalic(True)
        for match in re.finditer(r"\(|:\s*[0-9.]+\s*\)", text):
            if match.group() != "(" or re.match(r"\((?:[^()\\]|\\.)*:\s*[0-9.]+\s*\)", text[match.start() :]):
                self.setFormat(match.start(), len(match.group()), mark)
        for chip in self.chips:
            for start, stop in places(text, chip.phrase):
                form = QTextCharFormat()
                shade = QColor(chip.color)
                form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
                form.setUnderlineColor(shade)
                form.setFontWeight(600)
                shade.setAlpha(70)
                form.setBackground(shade)
                self.setFormat(start, stop - start, form)


class PromptEdit(QPlainTextEdit):
    """The text itself. Tab leaves it; Ctrl+Up and Ctrl+Down weigh a word; the menu key or a right click acts on one."""

    acted = Signal(str, str)
    """action, phrase."""
    pointed = Signal(str)
    """The word under the mouse, or nothing: its heat map, its region."""
    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setMouseTracking(True)
        self.setPlaceholderText(self.tr("What do you want to see?"))
        self.setAccessibleName(self.tr("Prompt"))
        self.setToolTip(self.tr("Right click a word to make it a concept, weigh it, give it a region or erase it"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFixedHeight(self.fontMetrics().height() * 2 + 18)
        self.actions_: list[tuple[str, str]] = [
            ("region", self.tr("Give “{}” a region")),
            ("heat", self.tr("Show where “{}” is seen")),
            ("separate", self.tr("Keep “{}” apart from other words")),
            ("avoid", self.tr("Stay away from “{}” in this picture")),
            ("erase", self.tr("Erase “{}” from the model…")),
            ("learn", self.tr("Learn “{}” from pictures…")),
        ]
        self.concepts: Callable[[str], list[tuple[str, str, bool]]] = lambda _phrase: []
        """What is learned, for a word's menu: (reference, title, whether the word stands for it)."""
        self.earlier: Callable[[], list[str]] = list
        """Prompts that were sent, the latest first."""
        self._back = -1
        self._draft = ""
        self.setUndoRedoEnabled(False)  # the document's undo takes typing back, too
        self._word = ""

    def chosen(self, place: QPoint | None = None) -> tuple[str, int, int]:
        """The selected phrase, or the word at a place (or at the cursor), and where it stands."""
        cursor = self.textCursor()
        if not cursor.hasSelection():
            cursor = self.cursorForPosition(place) if place is not None else cursor
            text, at = self.toPlainText(), cursor.position()
            for match in re.finditer(r"<[^<>\s]+>|[\w'-]+", text):
                if match.start() <= at <= match.end():
                    return match.group(), match.start(), match.end()
            return "", at, at
        start, stop = cursor.selectionStart(), cursor.selectionEnd()
        return self.toPlainText()[start:stop].strip(), start, stop

    def weigh(self, by: float) -> None:
        """Make the word at the cursor stronger or weaker, as one step of the text's own undo."""
        phrase, start, stop = self.chosen()
        if not phrase:
            return
        text, first, last = reweighted(self.toPlainText(), start, stop, by)
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.endEditBlock()
        cursor.setPosition(first)
        cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def recall(self, by: int) -> None:
        """An earlier prompt, or back towards the one that was being written."""
        prompts = self.earlier()
        if self._back < 0:
            self._draft = self.toPlainText()
            prompts = [p for p in prompts if p != self._draft]
        place = max(-1, min(self._back + by, len(prompts) - 1))
        if place != self._back:
            self._back = place
            self.setPlainText(prompts[place] if place >= 0 else self._draft)
            self.moveCursor(QTextCursor.MoveOperation.End)

    def menu_for(self, phrase: str) -> QMenu:
        """What can be done with a word."""
        menu = QMenu(self)
        learned = menu.addMenu(self.tr("“{}” is the learned concept").format(phrase))
        for ref, title, mine in self.concepts(phrase):
            action = learned.addAction(title, partial(self.acted.emit, f"concept:{'' if mine else ref}", phrase))
            action.setCheckable(True)
            action.setChecked(mine)
        learned.setEnabled(not learned.isEmpty())
        for id, text in self.actions_:
            menu.addAction(text.format(phrase), partial(self.acted.emit, id, phrase))
        menu.addSeparator()
        menu.addAction(self.tr("Stronger") + "\tCtrl+↑", lambda: self.weigh(0.1))
        menu.addAction(self.tr("Weaker") + "\tCtrl+↓", lambda: self.weigh(-0.1))
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.recall(1 if event.key() == Qt.Key.Key_Up else -1)
        elif control and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.weigh(0.1 if event.key() == Qt.Key.Key_Up else -0.1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._back = -1
            if control:
                self.submitted.emit()  # a prompt is one paragraph: Enter alone would only hide words
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: Any) -> None:
        by_key = event.reason() == event.Reason.Keyboard
        phrase = self.chosen(None if by_key else event.pos())[0]
        menu = self.createStandardContextMenu() if not phrase else self.menu_for(phrase)
        menu.exec(event.globalPos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        word = self.chosen(event.position().toPoint())[0]
        if word != self._word:
            self._word = word
            self.pointed.emit(word)

    def event(self, event: QEvent) -> bool:
        undo = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and any(map(event.matches, undo))
        ):
            event.ignore()  # the window's own
            return False
        if event.type() == QEvent.Type.Leave and self._word:
            self._word = ""
            self.pointed.emit("")
        return super().event(event)


class PromptBar(QWidget):
    """The prompt with its token count."""

    edited = Signal(str)
    """The whole text, when a person changed it."""
    settled = Signal()
    """A word is finished or the field is left: what is typed next is a step of its own."""
    acted = Signal(str, str)
    pointed = Signal(str)
    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.edit = PromptEdit()
        self.count = QLabel()
        self.count.setObjectName("hint")
        self.count.setAccessibleName(self.tr("Tokens"))
        self._light = _Highlighter(self.edit.document())
        self._model = "pocket"
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.addWidget(self.edit, 1)
        self.before = QToolButton()
        look.put_icon(self.before, "mdi6.history")
        self.before.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.before.setToolTip(self.tr("Earlier prompts (Alt+↑, Alt+↓)"))
        self.before.setAccessibleName(self.tr("Earlier prompts"))
        menu = QMenu(self.before)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.before.setMenu(menu)
        row.addWidget(self.before)
        row.addWidget(self.count)
        self.setFocusProxy(self.edit)
        self.edit.textChanged.connect(self._changed)
        self.edit.acted.connect(self.acted)
        self.edit.pointed.connect(self.pointed)
        self.edit.submitted.connect(self.submitted)
        self._shown = ""
        self._recount()

    @property
    def text(self) -> str:
        return self.edit.toPlainText()

    def refresh(self, text: str, chips: Sequence[Chip] = (), model: str = "pocket") -> None:
        """Show a prompt, silently; the cursor stays when the text is the same."""
        self._model = model
        if text != self.text:
            self._shown = text
            at = self.edit.textCursor().position() + max(0, len(text) - len(self.text))
            self.edit.setPlainText(text)
            cursor = self.edit.textCursor()
            cursor.setPosition(min(at, len(text)))
            self.edit.setTextCursor(cursor)
        if tuple(chips) != self._light.chips:
            self._light.chips = tuple(chips)
            self._light.rehighlight()
        self._recount()

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        prompts = self.edit.earlier()[:MOST]
        for text in prompts:
            shown = text if len(text) <= 80 else text[:79] + "…"
            menu.addAction(shown.replace("&", "&&"), partial(self.edit.setPlainText, text))
        if not prompts:
            menu.addAction(self.tr("Nothing was drawn yet.")).setEnabled(False)

    @property
    def tokens(self) -> int:
        """Tokens of the text, each placeholder word by its vectors."""
        words: Mapping[str, int] = {c.phrase: c.size for c in self._light.chips if c.size is not None}
        return count(self.text, self._model, words)

    def _changed(self) -> None:
        if self.text == self._shown:  # also fires when only the look changed
            return
        far = abs(len(self.text) - len(self._shown)) > 1  # pasted, or recalled
        self._shown = self.text
        self._recount()
        if far:
            self.settled.emit()
        self.edited.emit(self.text)
        at = self.edit.textCursor().position()
        if far or self.text[max(0, at - 1) : at] in (" ", ",", "."):
            self.settled.emit()

    def _recount(self) -> None:
        tokens = self.tokens
        self.count.setText(f"{tokens} / {ROOM}")
        over = tokens > ROOM
        self.count.setObjectName("problem" if over else "hint")
        self.count.style().polish(self.count)
        self.count.setToolTip(
            self.tr("The text encoder reads {} tokens at a time; the rest is read in further parts.").format(ROOM)
            if over
            else self.tr("Tokens of the prompt, and how many the text encoder reads at once")
        )

"""What a person does with the window, so that a story reads like a story.

Everything goes through real widgets: a click is a mouse event at the middle of a button, a drag is a press, moves and a
release on the canvas, a file dialog is answered in its own line. What the person then looks at is read from the document, the
queue and the pictures.

`CONCEPT_STUDIO_PICTURES` names a folder: the pictures of the pages in `docs/` are written there. `CONCEPT_STUDIO_LOOKS` names
another: every scene is also kept there in four sizes, light and dark.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QContextMenuEvent, QDragEnterEvent, QDropEvent, QImage, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.client.job import Job, State
from studio import look, places
from studio.app import Studio, open_document
from studio.forms.editors import Editor, FileEditor
from studio.settings import Settings, load
from studio.window import Window

PICTURES = "CONCEPT_STUDIO_PICTURES"
LOOKS = "CONCEPT_STUDIO_LOOKS"
PATIENCE = 900_000
"""Milliseconds that a job may take: on a machine that does other work beside it a minute becomes ten."""
SIZES = {"1280x800": (1280, 800, 1.0), "1920x1080": (1920, 1080, 1.0), "2560x1440": (2560, 1440, 1.0),
         "1920x1200-scale1.5": (1280, 800, 1.5)}  # fmt: skip
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
Rgb = np.ndarray


class Person:
    """One sits in front of a studio with its own folder; the engine is the real process with the embedded model."""

    def __init__(self, qtbot: QtBot, folder: Path, story: str) -> None:
        self.qtbot, self.folder, self.story = qtbot, folder, story
        self.studio: Studio | None = None
        self.previews: list[str] = []
        self.curves: dict[str, list[float]] = {}

    # --- opening ----------------------------------------------------------------------------------------------------

    def opens_the_studio(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        look.dress(app, "dark")
        settings, _ = load(places.settings_file())
        self.studio = Studio(settings if settings.recent else Settings(theme="dark"), places.settings_file())
        self.studio.show(open_document(None, self.studio.settings))
        self.window.resize(1280, 800)
        self._listen()
        self.waits_until(lambda: bool(self.window.link.methods), "the engine is up")

    def closes_the_studio(self) -> None:
        if self.studio is not None and self.studio.window is not None:
            self.studio.window.close()
            self.studio = None

    @property
    def window(self) -> Window:
        assert self.studio is not None
        assert self.studio.window is not None
        return self.studio.window

    def starts_a_new_project(self) -> None:
        """Another window takes the place of this one; the engine and the library stay."""
        before = self.window
        self.presses("Ctrl+N")
        self.waits_until(lambda: self.window is not before, "the new project is there", 30_000)
        self.window.resize(1280, 800)
        self._listen()
        self.waits_until(lambda: bool(self.window.inspectors["create"].methods), "its forms are there")

    def _listen(self) -> None:
        self.window.link.preview.connect(lambda _job, name: self.previews.append(name))

        def logged(_job: str, _text: str, numbers: dict[str, float]) -> None:
            for name, value in numbers.items():
                self.curves.setdefault(name, []).append(value)

        self.window.link.logged.connect(logged)

    # --- mouse and keys ---------------------------------------------------------------------------------------------

    def clicks(self, widget: QWidget, at: QPoint | None = None, keys: Qt.KeyboardModifier = NONE) -> None:
        """A left click; a widget inside a scroll area is scrolled to first, as a person would."""
        self.sees(widget)
        assert widget.isEnabled(), f"'{widget.accessibleName()}' is grey"
        if at is None and isinstance(widget, QAbstractButton) and widget.isCheckable() and widget.width() > 60:
            at = QPoint(12, widget.height() // 2)  # a check box is hit on its box
        QTest.mouseClick(widget, LEFT, keys, at or widget.rect().center())

    def sees(self, widget: QWidget) -> None:
        """It is on the screen, scrolled to where needed."""
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget)
            parent = parent.parentWidget()
        QApplication.processEvents()
        assert widget.isVisible(), f"'{widget.accessibleName() or widget.objectName()}' is not to be seen"

    def presses(self, keys: str, widget: QWidget | None = None) -> None:
        """A key or shortcut, where the keyboard is."""
        self.window.activateWindow()
        QApplication.processEvents()  # a dialog may just have closed
        QTest.keySequence(widget or QApplication.focusWidget() or self.window, keys)
        QApplication.processEvents()

    def writes(self, widget: QWidget, text: str, end: str = "") -> None:
        """Click into a field, put this text in place of its own, and perhaps press a key at the end."""
        self.sees(widget)
        if isinstance(widget, QPlainTextEdit):
            QTest.mouseClick(widget.viewport(), LEFT, NONE, QPoint(5, 8))
        else:
            QTest.mouseClick(widget, LEFT, NONE, QPoint(8, widget.height() // 2))
        widget.setFocus()
        QTest.keySequence(widget, "Ctrl+A")
        QTest.keyClick(widget, Qt.Key.Key_Delete)
        QTest.keyClicks(widget, text)
        if end:
            QTest.keySequence(widget, end)
        QApplication.processEvents()

    def chooses(self, box: QComboBox, text: str) -> None:
        """Open a list and take the entry that reads so, by arrow keys and Enter."""
        self.sees(box)
        place = next((i for i in range(box.count()) if text.lower() in box.itemText(i).lower()), -1)
        assert place >= 0, f"'{text}' is not among {[box.itemText(i) for i in range(box.count())]}"
        QTest.mouseClick(box, LEFT, NONE, box.rect().center())
        QApplication.processEvents()
        view = box.view()
        QTest.keyClick(view, Qt.Key.Key_Home)
        for _ in range(place):
            QTest.keyClick(view, Qt.Key.Key_Down)
        QTest.keyClick(view, Qt.Key.Key_Return)
        QApplication.processEvents()

    def row_clicked(self, view: QAbstractItemView, row: int, keys: Qt.KeyboardModifier = NONE) -> None:
        index = view.model().index(row, 0)
        view.scrollTo(index)
        QApplication.processEvents()
        QTest.mouseClick(view.viewport(), LEFT, keys, view.visualRect(index).center())
        QApplication.processEvents()

    def takes_from_menu(self, menu: str, entry: str) -> None:
        """Open a menu of the menu bar and click an entry."""
        bar = self.window.menuBar()
        head = next(a for a in bar.actions() if plain(a) == menu)
        opened = head.menu()
        assert isinstance(opened, QMenu)
        QTest.mouseClick(bar, LEFT, NONE, bar.actionGeometry(head).center())
        QApplication.processEvents()
        self._click_entry(opened, entry)

    def _click_entry(self, menu: QMenu, entry: str) -> None:
        action = next((a for a in menu.actions() if entry.lower() in plain(a).lower()), None)
        assert action is not None, f"'{entry}' is not among {[plain(a) for a in menu.actions()]}"
        assert action.isEnabled(), f"'{entry}' is grey"
        QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(action).center())
        QApplication.processEvents()

    # --- windows that hold up the others --------------------------------------------------------------------------------

    def while_open(self, kind: type[QWidget], then: Callable[[QWidget], None], call: Callable[[], object]) -> None:
        """Do something that opens a dialog or menu, and go on in it as soon as it is there."""
        faults: list[BaseException] = []
        met: list[bool] = []

        def look_for() -> None:
            found = QApplication.activeModalWidget() or QApplication.activePopupWidget()
            if not isinstance(found, kind):
                return
            timer.stop()
            met.append(True)
            try:
                then(found)
            except BaseException as fault:  # noqa: BLE001 - told by the test when the dialog is closed
                faults.append(fault)
            if found.isVisible():
                found.close()

        timer = QTimer()
        timer.setInterval(30)
        timer.timeout.connect(look_for)
        timer.start()
        call()
        if not met:
            self.waits_until(lambda: bool(met), f"a {kind.__name__} opens", 30_000)
        timer.stop()
        if faults:
            raise faults[0]

    def names_file(self, path: Path, call: Callable[[], object]) -> None:
        """Answer the file dialog that `call` opens with this path, typed into its line."""

        def answer(dialog: QWidget) -> None:
            line = dialog.findChild(QLineEdit, "fileNameEdit")
            assert line is not None
            line.setText(str(path))
            QTest.keyClick(line, Qt.Key.Key_Return)

        self.while_open(QFileDialog, answer, call)

    def right_clicks_word(self, word: str, *entries: str, picture: str = "") -> None:
        """The menu of a word of the prompt; further entries lead into submenus."""
        edit = self.window.prompt.edit
        self.sees(edit)
        cursor = QTextCursor(edit.document())
        cursor.setPosition(re.search(rf"(?<!\w){re.escape(word)}", edit.toPlainText()).start() + 1)  # type: ignore[union-attr]
        at = edit.cursorRect(cursor).center()

        def act(menu: QWidget) -> None:
            assert isinstance(menu, QMenu)
            if picture:
                self.shows(picture, over=menu)
            for depth, entry in enumerate(entries):
                if depth == 0 and len(entries) == 1:
                    self._click_entry(menu, entry)
                    return
                action = next(a for a in menu.actions() if entry.lower() in plain(a).lower())
                while menu.activeAction() is not action:  # into a submenu and along it a person goes by the arrow keys
                    QTest.keyClick(menu, Qt.Key.Key_Down)
                last = depth == len(entries) - 1
                QTest.keyClick(menu, Qt.Key.Key_Return if last else Qt.Key.Key_Right)
                QApplication.processEvents()
                if not last:
                    menu = action.menu()  # type: ignore[assignment]
                    assert isinstance(menu, QMenu)

        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, edit.viewport().mapToGlobal(at))
        self.while_open(QMenu, act, lambda: QApplication.sendEvent(edit.viewport(), event))

    # --- the canvas -------------------------------------------------------------------------------------------------

    def drops(self, *paths: Path, picture: str = "") -> None:
        """Files let go over the canvas."""
        window, at = self.window, QPoint(500, 300)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        common = (Qt.DropAction.CopyAction, data, LEFT, NONE)
        QApplication.sendEvent(window, QDragEnterEvent(at, *common))
        if picture:
            self.shows(picture)
        QApplication.sendEvent(window, QDropEvent(QPointF(at), *common))
        QApplication.processEvents()

    def drags_on_canvas(self, start: tuple[float, float], stop: tuple[float, float]) -> None:
        """From one place of the picture to another, in shares of its width and height."""
        view, size = self.window.view, self.window.workspace.project.size
        a, b = (view.point_to_widget(QPointF(x * size.width, y * size.height)).toPoint() for x, y in (start, stop))
        QTest.mousePress(view, LEFT, NONE, a)
        for step in range(1, 6):
            QTest.mouseMove(view, a + (b - a) * step / 5)
            QApplication.processEvents()
        QTest.mouseRelease(view, LEFT, NONE, b)
        QApplication.processEvents()

    # --- forms and jobs ---------------------------------------------------------------------------------------------

    def goes_to(self, verb: str) -> None:
        self.clicks(self.window.verbs[verb])

    def chooses_method(self, title: str) -> None:
        self.chooses(self.window.inspector.box, title)

    def field(self, name: str) -> Editor:
        """A field of the form, or of a modifier's card; Advanced is opened where it is folded away."""
        for form in self.window.inspector.forms:
            if name in form.editors:
                editor = form.editors[name]
                if form.more is not None and not editor.isVisible() and not form.more.isExpanded():
                    self.clicks(form.more.toggleButton())
                    self.waits_until(editor.isVisible, f"{name} is unfolded")
                return editor
        raise AssertionError(f"no field '{name}'")

    def sets(self, **values: object) -> None:
        """Type values into the form."""
        for name, value in values.items():
            editor = self.field(name)
            empty = getattr(editor, "empty", None)
            if isinstance(empty, QAbstractButton) and not empty.isChecked():
                self.clicks(empty)
            widget = editor.focusProxy()
            if isinstance(widget, QComboBox):
                self.chooses(widget, str(value))
            elif isinstance(widget, QAbstractSpinBox):
                self.writes(widget, str(value), "Tab")
            elif isinstance(widget, QAbstractButton):
                if widget.isChecked() != value:
                    self.clicks(widget)
            else:
                self.writes(widget, str(value))

    def takes_from_canvas(self, name: str) -> None:
        editor = self.field(name)
        assert isinstance(editor, FileEditor)
        self.clicks(next(b for b in editor.findChildren(QAbstractButton) if b.text() in ("Canvas", "In use")))

    def sets_seed(self, seed: int) -> None:
        self.writes(self.window.inspector.seed, str(seed), "Tab")

    def runs(self, by_key: bool = False, picture: str = "", when: Callable[[], bool] | None = None) -> Job:
        """Press Run and wait for the result; `picture` is taken while the job runs, once `when` holds."""
        before = {job.id for job in self.window.link.queue.jobs()}
        if by_key:
            self.presses("Ctrl+Return")
        else:
            self.clicks(self.window.inspector.run_button)
        new = [job for job in self.window.link.queue.jobs() if job.id not in before]
        told = self.window.message.text() if self.window.message.isVisible() else self.window.inspector.note.text()
        assert len(new) == 1, f"nothing was queued: {told}"
        if picture:
            self.waits_until(when or (lambda: True), "there is something to see")
            self.shows(picture)
        return self.waits_for(new[0].id)

    def waits_for(self, id: str) -> Job:
        """Until a job has ended well and the window has taken its result."""
        queue = self.window.link.queue
        over = (State.DONE, State.FAILED, State.CANCELLED)
        self.waits_until(lambda: queue.get(id).state in over, "the job is done")
        QTest.qWait(300)
        job = queue.get(id)
        assert job.state == State.DONE, f"{job.state}: {job.message}"
        return job

    def waits_until(self, true: Callable[[], bool], what: str, patience: int = PATIENCE) -> None:
        try:
            self.qtbot.waitUntil(true, timeout=patience)
        except Exception as late:
            told = self.window.message.text() if self.studio and self.studio.window else ""
            raise AssertionError(f"It never came that {what}. The window says: {told!r}") from late

    # --- looking ----------------------------------------------------------------------------------------------------

    def picture(self, name: str) -> Rgb:
        """A stored picture as (h, w, 3)."""
        with Image.open(self.window.workspace.assets.path(name)) as stored:
            return np.asarray(stored.convert("RGB")).copy()

    def canvas(self) -> Rgb:
        """What lies on the canvas, as (h, w, 3)."""
        return np.asarray(self.window.workspace.flattened().convert("RGB")).copy()

    def screen(self) -> Rgb:
        """The picture's place on the canvas as the eye sees it, as (h, w, 3)."""
        view, size = self.window.view, self.window.workspace.project.size
        view.finish(10)
        area = view.to_widget(QRectF(0, 0, size.width, size.height)).toRect()
        return rgb(view.grab(area.intersected(view.rect())).toImage())

    def shows(self, name: str, over: QWidget | None = None) -> None:
        """Keep a picture of the window for the story's page; `over`: a menu that lies on it."""
        self.window.view.finish(10)
        QTest.qWait(500)  # thumbnails come from a thread of their own
        file = f"story-{self.story}-{name}.png"
        folder = Path(os.environ.get(PICTURES) or self.folder / "pictures")
        folder.mkdir(parents=True, exist_ok=True)
        assert self._shot(1.0, over).save(str(folder / file))
        if os.environ.get(PICTURES):
            with Image.open(folder / file) as shot:  # 256 colours are enough for a page and a third of the size
                shot.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(folder / file, optimize=True)
        if os.environ.get(LOOKS):
            self._shows_everywhere(Path(os.environ[LOOKS]), file, over)

    def _shot(self, scale: float, over: QWidget | None) -> QImage:
        image = QImage(self.window.size() * scale, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        self.window.render(image)
        if over is not None:
            corner = self.window.mapFromGlobal(over.mapToGlobal(QPoint(0, 0)))
            over.render(image, corner)
        return image

    def _shows_everywhere(self, folder: Path, file: str, over: QWidget | None) -> None:
        app, window = QApplication.instance(), self.window
        assert isinstance(app, QApplication)
        was, theme = window.size(), "dark"
        for theme in ("light", "dark"):
            look.dress(app, theme)  # type: ignore[arg-type]
            for name, (width, height, scale) in SIZES.items():
                window.resize(QSize(width, height))
                QTest.qWait(80)
                window.view.finish(10)
                QApplication.processEvents()
                target = folder / f"{name}-{theme}"
                target.mkdir(parents=True, exist_ok=True)
                assert self._shot(scale, over).save(str(target / file))
        window.resize(was)
        QTest.qWait(80)


def plain(action: QAction) -> str:
    return action.text().replace("&", "").partition("\t")[0]


def rgb(image: QImage) -> Rgb:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(bytes(image.constBits()), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def difference(one: Rgb, other: Rgb) -> float:
    """Mean difference of two pictures, 0 to 1."""
    return float(np.abs(one.astype(float) - other.astype(float)).mean() / 255)

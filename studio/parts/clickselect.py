"""Click-select: clicks on the canvas become a question, the engine's candidates come back to the tool, one becomes a mask.

Reading the canvas and the answered masks may take long on a large picture, so both happen on a thread; what a person sees is
then at most 2048 pixels long, as in the network.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QLabel

from core.contract.errors import UserError
from core.contract.messages import Answer, MasksAnswer, MasksQuestion
from studio import look
from studio.canvas.flatten import flatten
from studio.canvas.intents import Clicked, Intent
from studio.canvas.pixels import Pixels
from studio.document.project import Layer, LayerKind, Project, Size
from studio.parts.part import Part
from studio.workspace import store_picture

if TYPE_CHECKING:
    from studio.window import Window

LARGEST_SIDE = 2048
"""Pixels of the picture that is asked about."""
Points = tuple[tuple[float, float, bool], ...]


class ClickSelect(Part):
    """Joins the tool to the engine."""

    _stored = Signal(object, object, str)
    """The layers that were drawn, the points, and the stored picture's name."""
    _read = Signal(object, object, str)
    """The points, the masks, and what else is to be said."""
    _broken = Signal(str)

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.tool = window.column.tools.click
        self.hint = QLabel(window.view)
        self.hint.setObjectName("clickhint")
        self.hint.setMargin(look.UNIT // 2)
        self.hint.setStyleSheet("background: palette(window); color: palette(window-text); border-radius: 4px;")
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hint.setAccessibleName(self.tr("Click-select"))
        self.hint.hide()
        window.view.installEventFilter(self)
        self._asked = ""
        self._points: Points = ()
        self._known: tuple[tuple[Layer, ...], Size | None, str] = ((), None, "")
        """The layers that were last stored as a picture: the second click on them asks at once."""
        self._scale = 1.0
        window.column.edited.connect(self._clicked)
        window.link.answered.connect(self._take)
        self.tool.candidates_changed.connect(self._shown)
        self._stored.connect(self._ask)
        self._read.connect(self._offer)
        self._broken.connect(self._refuse)

    def _clicked(self, intent: Intent) -> None:
        if not isinstance(intent, Clicked):
            return
        project = self.window.workspace.project
        layers = tuple(layer for layer in project.layers if not layer.overlay)
        if not any(layer.kind in (LayerKind.PICTURE, LayerKind.RESULT) and layer.visible for layer in layers):
            self._refuse(self.tr("There is no picture to click on yet. Open one (Ctrl+O) or draw one in Create."))
            return
        self._asked, self._points = "", intent.points
        if self.window.link.busy:
            self._say(self.tr("A job is running. The click is answered as soon as it has ended; Esc drops it."))
        elif self.window.link.engine.ready is None:
            self._say(self.tr("The engine is starting. The click is answered as soon as it is up; Esc drops it."))
        else:
            self._say(self.tr("Looking for masks…"))
        self._scale = min(1.0, LARGEST_SIDE / max(project.size.width, project.size.height))
        before, size, name = self._known
        same = len(layers) == len(before) and all(a is b for a, b in zip(layers, before, strict=True))
        if same and size == project.size and name in self.window.workspace.assets:
            self._ask(layers, intent.points, name)
        else:
            self._aside(lambda: self._store(project, layers, intent.points))

    def _store(self, project: Project, layers: tuple[Layer, ...], points: Points) -> None:
        """What the canvas shows, as a stored picture; on a thread."""
        flat = flatten(project).convert("RGB")
        flat.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.BILINEAR)
        name = store_picture(self.window.workspace.assets, flat, {"file": project.name or "canvas.png"})
        self._stored.emit(layers, points, name)

    def _ask(self, layers: tuple[Layer, ...], points: Points, name: str) -> None:
        self._known = layers, self.window.workspace.project.size, name
        if points != self._points or not self.tool.points:
            return  # another click came, or it was given up
        size = self.window.workspace.project.size
        wide, high = max(1, round(size.width * self._scale)), max(1, round(size.height * self._scale))
        places = [
            (min(int(x * self._scale), wide - 1), min(int(y * self._scale), high - 1), yes) for x, y, yes in points
        ]
        inside = tuple(dict.fromkeys((x, y) for x, y, yes in places if yes))
        outside = tuple(dict.fromkeys((x, y) for x, y, yes in places if not yes))
        question = MasksQuestion(
            picture=name, points=inside, outside=outside, weights=self.window.settings.sam
        )  # fmt: skip
        self._asked = self.window.link.ask(question)

    def _take(self, answer: Answer) -> None:
        if answer.ask != self._asked:
            return
        self._asked = ""
        if answer.message:
            self._refuse(answer.message)
        elif isinstance(answer.said, MasksAnswer) and self.tool.points:
            said, points, size = answer.said, self._points, self.window.workspace.project.size
            self._aside(lambda: self._fetch(said, points, (size.width, size.height)))

    def _fetch(self, said: MasksAnswer, points: Points, size: tuple[int, int]) -> None:
        """The masks in the document's size; on a thread."""
        masks = []
        for name in said.masks:
            with Image.open(self.window.workspace.assets.path(name)) as stored:
                grey = stored.convert("L")
            if grey.size != size:
                grey = grey.resize(size, Image.Resampling.BILINEAR).point(lambda v: 255 if v > 127 else 0)
            masks.append(Pixels.of(np.array(grey, np.uint8)))
        self._read.emit(points, masks, said.note)

    def _offer(self, points: Points, masks: list[Pixels], note: str) -> None:
        if points != self._points or not self.tool.points:
            return
        self.tool.show_candidates(masks)
        if note:
            self._say(f"{self._choice(self.tool.chosen, len(masks))} ({note})")

    def _shown(self, chosen: int, count: int) -> None:
        self._say(self._choice(chosen, count) if count else "")

    def _choice(self, chosen: int, count: int) -> str:
        if count == 1:
            return self.tr("One mask was found. Enter takes it, Esc drops it; more clicks make it better.")
        keys = " ".join(str(number) for number in range(1, count + 1))
        text = self.tr("Mask {} of {}: {} choose, Enter takes it, Esc drops it; more clicks make it better.")
        return text.format(chosen + 1, count, keys)

    def _refuse(self, sentence: str) -> None:
        """Say why there is no mask; the clicks are gone, so that the next one begins anew."""
        self.tool.cancel()
        self.window.tell(sentence)

    def _say(self, text: str) -> None:
        """At the foot of the canvas, over it: the picture must not move under the person's hand."""
        self.hint.setText(text)
        self.hint.setVisible(bool(text))
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.window.view:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        self.hint.setMaximumWidth(max(200, self.window.view.width() - 2 * look.UNIT))
        self.hint.adjustSize()
        self.hint.move(look.UNIT, self.window.view.height() - self.hint.height() - look.UNIT)

    def _aside(self, work: Callable[[], None]) -> None:
        """Do it on a thread; what goes wrong there is said in the window."""

        def run() -> None:
            try:
                work()
            except UserError as error:
                self._broken.emit(str(error))
            except (OSError, ValueError) as error:
                self._broken.emit(f"The masks could not be read: {error}. Click again.")

        threading.Thread(target=run, daemon=True, name="click-select").start()

"""What methods keep beside pictures, in the window: a dock that follows the active layer, and a running job."""

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QDockWidget

from core.client.job import Job, State
from core.contract.errors import UserError
from core.contract.fields import JSON
from core.contract.method import Outcome
from studio.commands import Command
from studio.document import edits
from studio.document.project import Layer
from studio.document.tiles import Raster
from studio.history.history import History
from studio.panels.data import DataPanel, open_file, openable
from studio.panels.queue import JOB, Live
from studio.parts.part import Part
from studio.views.kept import Result

if TYPE_CHECKING:
    from studio.window import Window

HEIGHT = 264
"""Pixels of the dock when it is asked for."""
COURSES = 30
"""Jobs whose numbers are remembered while the program runs."""


class DataPart(Part):
    """The dock, and where its contents come from."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.panel = DataPanel(window.workspace.assets)
        self.dock = window._dock("data", self.tr("Findings"), self.panel, Qt.DockWidgetArea.BottomDockWidgetArea)
        results = window.findChild(QDockWidget, "results")
        assert results is not None
        window.tabifyDockWidget(results, self.dock)
        results.raise_()
        self.courses: OrderedDict[str, Live] = OrderedDict()
        self.maps: dict[str, tuple[str, QPixmap]] = {}
        """By label: the running job and the last map it showed."""
        self._shown: tuple[str, int] = ("", 0)
        self.panel.use.connect(self._use)
        self.panel.fill.connect(self._fill)
        self.panel.told.connect(window.tell)
        window.workspace.changed.connect(self._follow)
        window.queue.view.clicked.connect(lambda index: self.show_job(index.data(JOB)))
        link = window.link
        link.progress.connect(self._progressed)
        link.logged.connect(self._logged)
        link.mapped.connect(self._mapped)
        link.done.connect(self._done)
        self._draw = QTimer(self, singleShot=True, interval=250)  # however fast numbers arrive
        self._draw.timeout.connect(self._show_live)

    def commands(self) -> list[Command]:
        """Show the dock; open a report."""
        return [
            Command("data.show", self.tr("&Findings of this result"), self.raise_dock, "view", "Ctrl+Shift+I", group="d"),
            Command("data.report", self.tr("Open the &report of this result"), self.open_report, "view", group="d",
                    when=lambda: bool(openable(self.panel.result))),
        ]  # fmt: skip

    def raise_dock(self) -> None:
        """Bring the findings up, high enough for a list and its buttons."""
        self.dock.show()
        self.dock.raise_()
        if self.dock.height() < HEIGHT and not self.dock.isFloating():
            self.window.resizeDocks([self.dock], [HEIGHT], Qt.Orientation.Vertical)

    def open_report(self) -> None:
        """The report of the result that is shown, in the browser."""
        for path in openable(self.panel.result)[:1]:
            open_file(path, self.window.tell)

    # --- which result -----------------------------------------------------------------------------------------------

    def show_job(self, job: Job, place: int = 0) -> None:
        """A job that is done; others have left nothing yet."""
        if job.state == State.DONE and job.outcome is not None:
            self.show_result(self._result(job), place)

    def show_result(self, result: Result, place: int = 0) -> None:
        self._shown = (result.id, place)
        course = self.courses.get(result.id)
        self.panel.show_result(result, place, course.curves if course else None)

    def find(self, id: str) -> Result | None:
        """A result by its id, from the queue or else from the history."""
        try:
            return self._result(self.window.link.queue.get(id))
        except UserError:
            pass  # it was cleared from the queue; the history may know it
        for part in self.window.parts:
            history = getattr(part, "history", None)
            if isinstance(history, History):
                try:
                    entry = history.get(id)
                except UserError:
                    return None
                info = self.window.link.method(entry.method)
                outcome = Outcome(
                    images=entry.images, masks=entry.masks, numbers=entry.numbers, data=entry.data, files=entry.files,
                    note=entry.note,
                )  # fmt: skip
                title = " · ".join(filter(None, [info.title if info else entry.method, entry.prompt]))
                return Result(entry.id, title, entry.method, entry.params, entry.seed, outcome)
        return None

    def _result(self, job: Job) -> Result:
        title = self.window.queue.model.title(job)
        return Result(job.id, title, job.method, job.params, job.seed, job.outcome or Outcome())

    def _follow(self, names: frozenset[str]) -> None:
        """The active layer's result is the one that is shown."""
        if not names & {"layers", "selection"}:
            return
        layer = self.window.workspace.project.active
        if layer is None or not layer.result:
            return
        if self._shown[0] != layer.result or self._picture_at(*self._shown) != layer.source:
            result = self.find(layer.result)
            if result is not None:
                images = result.outcome.images
                self.show_result(result, images.index(layer.source) if layer.source in images else 0)

    def _picture_at(self, _id: str, place: int) -> str:
        images = self.panel.result.outcome.images if self.panel.result else ()
        return images[place] if place < len(images) else ""

    def _done(self, id: str, outcome: Outcome, _seconds: float) -> None:
        """A result without a picture for the canvas is shown here; the others come with their layer."""
        self.maps = {label: one for label, one in self.maps.items() if one[0] != id}
        self._draw.stop()
        if not outcome.images and (outcome.data or outcome.numbers or outcome.files):
            self.show_job(self.window.link.queue.get(id))
            self.raise_dock()
        elif outcome.data and self._shown[0] == id and QApplication.activeModalWidget() is None:
            self.raise_dock()

    # --- from the views ---------------------------------------------------------------------------------------------

    def _use(self, result: Result, place: int) -> None:
        """A picture of the result onto the canvas."""
        images = result.outcome.images
        if place < len(images):
            try:
                pixels = self.window.workspace.raster(images[place])
            except UserError as error:
                self.window.tell(str(error))
                return
            self._shown = (result.id, place)  # the views stay as they are: only the picture is another
            workspace, source = self.window.workspace, images[place]
            top = self._leaf(result)
            if top is None or top.pixels is None or _size(top.pixels) != _size(pixels):
                workspace.add_picture(source, pixels, result.title, result=result.id)
                return
            text, id = self.tr("Another of these pictures"), top.id
            workspace.edit(text, lambda p: edits.exchange_picture(p, id, pixels, source))

    def _leaf(self, result: Result) -> Layer | None:
        """The picture on top when it is one of this result and as it was made: leafing through does not pile them up."""
        workspace = self.window.workspace
        top = next((x for x in reversed(workspace.project.layers) if x.visible and not x.overlay), None)
        if (
            top is None
            or top.locked
            or top.pixels is None
            or top.result != result.id
            or top.source not in result.outcome.images
        ):
            return None
        return top if np.array_equal(top.pixels.array(), workspace.raster(top.source).array()) else None

    def _fill(self, result: Result, params: dict[str, JSON], run: bool) -> None:
        """The method's own form with the change in it; the other values are those of the result."""
        for verb, inspector in self.window.inspectors.items():
            if inspector.show_method(result.method, {**result.params, **params}, result.seed):
                self.window.choose(verb)
                if run:
                    inspector.start()
                return
        self.window.tell(self.tr("The method '{}' is not installed any more.").format(result.method))

    # --- while a job runs -------------------------------------------------------------------------------------------

    def _course(self, job: str) -> Live:
        if job not in self.courses:
            self.courses[job] = Live()
            while len(self.courses) > COURSES:
                self.courses.popitem(last=False)
        return self.courses[job]

    def _progressed(self, job: str, _label: str, done: int, _total: int, _left: float) -> None:
        if job in self.courses:
            self.courses[job].done = done

    def _logged(self, job: str, _text: str, numbers: dict[str, float]) -> None:
        if not numbers:
            return
        course = self._course(job)
        for name, value in numbers.items():
            course.add(name, value)
        self._later()

    def _mapped(self, job: str, label: str, name: str) -> None:
        """A labelled preview. The file lives as long as the job: it is read at once, and only where somebody looks."""
        if self.panel.isVisible() and name in self.window.workspace.assets:
            self.maps = {l: one for l, one in self.maps.items() if one[0] == job}  # noqa: E741
            self.maps[label] = (job, QPixmap(str(self.window.workspace.assets.path(name))))
            self._later()

    def _later(self) -> None:
        if self.panel.isVisible() and not self._draw.isActive():
            self._draw.start()

    def _show_live(self) -> None:
        running = self.window.queue.model.running
        if running is None or not self.panel.isVisible():
            return
        self._shown = ("", 0)
        maps = {label: picture for label, (job, picture) in self.maps.items() if job == running.id}
        course = self.courses.get(running.id)
        self.panel.show_live(self.window.queue.model.title(running), course.curves if course else {}, maps)


def _size(pixels: Raster) -> tuple[int, int]:
    return pixels.width, pixels.height

"""The main window: verbs above, tools left, canvas in the middle, inspector right, layers, results and queue below.

It joins parts that know nothing of each other: a tool's intent becomes an edit, a form becomes a job, an outcome becomes a
layer. Whatever a method is called, it passes through here the same way.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDockWidget,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QTabBar,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.client.job import Job, State
from core.contract.errors import UserError
from core.contract.fields import JSON, Field
from core.contract.method import Kind, Outcome
from studio import look
from studio.canvas.heat import HeatBar
from studio.canvas.items import scene_of
from studio.canvas.toolbar import BrushBar, ToolColumn, ZoomBar, tool_infos
from studio.canvas.tools import BrushTool
from studio.canvas.view import CanvasView
from studio.commands import Command, Commands
from studio.dialogs.help import HelpWindow
from studio.dialogs.palette import Palette
from studio.document import edits
from studio.document.project import LayerKind
from studio.engine import EngineLink
from studio.forms.context import FormContext
from studio.panels.layers import LayersPanel
from studio.panels.methods import VERBS, Inspector
from studio.panels.prompt import PromptBar
from studio.panels.queue import QueuePanel, QueueStrip
from studio.parts.table import PARTS
from studio.settings import Settings, save
from studio.workspace import Workspace, store_picture

GENERATE = "core.generate"
"""The task that the prompt bar and Create speak to."""


class Window(QMainWindow):
    """One project in one window."""

    settings_changed = Signal(object)
    """What the settings were before; `settings` are the new ones."""
    preferences_wanted = Signal()

    def __init__(self, workspace: Workspace, link: EngineLink, settings: Settings, settings_path: Path) -> None:
        super().__init__()
        self.workspace, self.link = workspace, link
        self.settings, self._settings_path = settings, settings_path
        self.elsewhere: set[str] = set()
        """Jobs that another project asked for: they go into the history, not onto this canvas."""
        self.setAcceptDrops(True)
        self.commands = Commands(self)
        self.context = FormContext(workspace.assets, link.models, self.pick, workspace.regions)
        self.view = CanvasView()
        self.column = ToolColumn(self.view)
        self.brush = BrushBar(self.column.tools)
        self.heat = HeatBar()
        self.heat.hide()
        self.prompt = PromptBar()
        self.inspectors = {verb: Inspector(verb, self.context, link.methods, {GENERATE: ("prompt",)}) for verb in VERBS}
        self.verbs: dict[str, QToolButton] = {}
        self.stack = QStackedWidget()
        self.models = QComboBox()
        self.models.setAccessibleName(self.tr("Model"))
        self.message = QLabel()
        self.message.setObjectName("problem")
        self.message.setWordWrap(True)
        self.message.hide()
        self.queue = QueuePanel(link)
        self.strip = QueueStrip(self.queue.model)
        self.layers = LayersPanel(workspace)
        self._lay_out()
        self._join()
        self.export_picture: Callable[[], None] = lambda: None
        """Asks where to; the part that knows how pictures were made puts itself here."""
        self.parts = tuple(part(self) for part in PARTS)
        self.commands.add(self._commands() + [command for part in self.parts for command in part.commands()])
        self.commands.fill(self.menuBar(), self._menus())
        self.commands.load_shortcuts(settings.shortcuts)
        self.choose("create")
        self.column.choose("arrange")
        self._restore()
        self.refresh(frozenset({"name", "size", "layers", "recipe", "selection"}))

    # --- what a person does -----------------------------------------------------------------------------------------

    def choose(self, verb: str) -> None:
        """Another workspace: its inspector comes up."""
        self.verbs[verb].setChecked(True)
        self.stack.setCurrentWidget(self.inspectors[verb])
        self.prompt.setVisible(verb in ("create", "edit"))

    @property
    def inspector(self) -> Inspector:
        found = self.stack.currentWidget()
        assert isinstance(found, Inspector)
        return found

    def start(self, method: str, values: Mapping[str, JSON], seed: int) -> Job | None:
        """Put a job into the queue. The prompt bar's text is the prompt of every method that takes one and has none."""
        params = dict(values)
        if method == GENERATE:
            params["prompt"] = self.workspace.project.recipe.prompt
            if not str(params["prompt"]).strip():
                self.tell(self.tr("There is no prompt yet. Write what you want to see above the canvas."))
                self.prompt.setFocus()
                return None
        try:
            for part in self.parts:
                params = dict(part.prepare(method, params))
        except UserError as error:
            self.inspector.tell(str(error))
            return None
        self.message.hide()
        return self.link.submit(method, params, self.workspace.project.recipe.model, seed)

    def open_picture(self) -> None:
        path = QFileDialog.getOpenFileName(
            self, self.tr("Open a picture"), "", "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)"
        )[0]
        if path:
            self.workspace.open_picture(Path(path))

    def pick(self, field: Field) -> JSON:
        """What the canvas has for a form's field: its picture, its masks, the points or the box that are selected."""
        project = self.workspace.project
        if field.editor == "image":
            if not any(not layer.overlay for layer in project.layers):
                self.tell(self.tr("There is no picture on the canvas yet."))
                return None
            flat = self.workspace.flattened().convert("RGB")
            name = store_picture(self.workspace.assets, flat, {"file": project.name or "canvas.png"})
            return [name] if field.many else name
        if field.editor == "mask":
            return self._masks(field)
        if field.editor in ("patch", "concept"):
            return self._made(field)
        selected = project.selection.pixels
        if field.editor in ("box", "point") and selected is not None:
            where = np.argwhere(selected.array() > 127)
            if len(where):
                (y0, x0), (y1, x1) = where.min(0), where.max(0)
                box: list[JSON] = [int(x0), int(y0), int(x1) + 1, int(y1) + 1]
                middle: list[JSON] = [int((x0 + x1) // 2), int((y0 + y1) // 2)]
                value = box if field.editor == "box" else middle
                return [value] if field.many else value
        self.tell(self.tr("Select something on the canvas first (M draws a box, L a free line)."))
        return None

    def use(self, job: Job, place: int = 0) -> None:
        """A result onto the canvas."""
        if job.outcome is None or place >= len(job.outcome.images):
            return
        name = job.outcome.images[place]
        try:
            pixels = self.workspace.raster(name)
        except UserError as error:
            self.tell(str(error))
            return
        self.workspace.add_picture(name, pixels, self.queue.model.title(job), LayerKind.RESULT, job.id)

    def run_again(self, job: Job) -> None:
        """Bring up a job's method with its values."""
        for verb, inspector in self.inspectors.items():
            if inspector.show_method(job.method, job.params, job.seed):
                self.choose(verb)
                if job.method == GENERATE:
                    self._recall(str(job.params.get("prompt", "")))
                return
        self.tell(self.tr("The method of this job is not installed any more."))

    def _recall(self, prompt: str) -> None:
        self.workspace.edit(self.tr("Recall the prompt"), lambda p: edits.set_prompt(p, prompt))

    def tell(self, sentence: str, good: bool = False) -> None:
        """One sentence above the canvas, until something works."""
        self.message.setObjectName("fine" if good else "problem")
        self.message.style().polish(self.message)
        self.message.setText(sentence)
        self.message.show()

    # --- following the document and the engine ----------------------------------------------------------------------

    def refresh(self, names: frozenset[str]) -> None:
        """Show the document; `names` says what differs."""
        project = self.workspace.project
        if names & {"layers", "size", "selection"}:
            self.view.show_scene(scene_of(project, self.view.scene))
        if "recipe" in names:
            self._show_models()
        self.setWindowTitle(f"{project.name or self.workspace.document.folder.name} - Concept Studio")
        self.commands.refresh()

    def _ready(self) -> None:
        """The engine is up: methods and models are known."""
        for inspector in self.inspectors.values():
            inspector.set_methods(self.link.methods)
        self._show_models()

    def _preview(self, _job: str, name: str) -> None:
        pixmap = QPixmap(str(self.workspace.assets.path(name)))
        self.preview.setPixmap(
            pixmap.scaled(
                self.preview.size(), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
            )
        )
        self.preview.show()

    def _done(self, id: str, outcome: Outcome, _seconds: float) -> None:
        self.preview.hide()
        if id in self.elsewhere:
            self.tell(self.tr("A job of another project is ready: its result is in the history."), True)
            return
        job = self.link.queue.get(id)
        info = self.link.method(job.method)
        if outcome.images and (info is None or info.kind != Kind.LEARN):
            self.use(job)  # samples of what was learned would only lie over the photo: they are in the history
        for place, mask in enumerate(outcome.masks, 1):
            self.workspace.add_mask(mask, self.tr("Mask {}").format(place))
        self._hand_on(outcome)

    def _hand_on(self, outcome: Outcome) -> None:
        """What was learned or erased is ready in Create, so that the next picture shows it."""
        form = self.inspectors["create"].form
        if form is None or not {"concepts", "patches"} <= form.editors.keys():
            return
        given = form.values()
        if outcome.concepts:
            form.set_values({"concepts": [*given["concepts"], *outcome.concepts]})  # type: ignore[misc]
            names = ", ".join(self.context.title(name) for name in outcome.concepts)
            self.tell(self.tr("Learned {}. Write the words into the prompt of Create to use them.").format(names), True)
        if outcome.patch:
            form.set_values({"patches": [*given["patches"], outcome.patch]})  # type: ignore[misc]
            self.tell(self.tr("The change of the model is switched on in Create: draw to see it."), True)

    def _failed(self, job: str, sentence: str) -> None:
        self.preview.hide()
        method = self.link.queue.get(job).method
        shown = next((i for i in self.inspectors.values() if i.info is not None and i.info.id == method), None)
        if shown is not None and shown is self.inspector:
            shown.tell(sentence)
        else:
            self.tell(sentence)

    def _show_models(self) -> None:
        wanted = self.workspace.project.recipe.model
        self.models.blockSignals(True)
        self.models.clear()
        for name in dict.fromkeys([*self.link.models, wanted]):
            self.models.addItem(Path(name).name, name)
        self.models.setCurrentIndex(self.models.findData(wanted))
        self.models.blockSignals(False)

    def _made(self, field: Field) -> JSON:
        """What is switched on in Create, else what was made last."""
        name = "patches" if field.editor == "patch" else "concepts"
        form = self.inspectors["create"].form
        found = form.values().get(name) if form is not None and name in form.editors else None
        used: list[JSON] = [*found] if isinstance(found, list) else []
        if not used:
            done = sorted(self.link.queue.jobs(State.DONE), key=lambda job: -(job.finished or 0.0))
            outcomes = [job.outcome for job in done if job.outcome is not None]
            made = [([o.patch] if o.patch else []) if name == "patches" else [*o.concepts] for o in outcomes]
            used = next(([*refs] for refs in made if refs), [])
        if not used:
            self.tell(self.tr("Nothing was learned or erased yet that could stand here."))
            return None
        return used if field.many else used[-1]

    def _masks(self, field: Field) -> JSON:
        project = self.workspace.project
        chosen = [layer for layer in project.layers if layer.kind == LayerKind.MASK and layer.pixels is not None]
        if project.active is not None and project.active.kind == LayerKind.REGION and not field.many:
            chosen = [project.active]  # a region says where, too
        if not chosen and project.selection.pixels is not None:
            picture = Image.fromarray(project.selection.pixels.array(), "L")
            return store_picture(self.workspace.assets, picture, {"file": "selection.png"})
        if not chosen:
            self.tell(self.tr("There is no mask yet. Select something on the canvas, or find masks (Learn)."))
            return None
        if field.many:
            return [self.workspace.store_layer(layer) for layer in chosen]
        active = next((layer for layer in chosen if layer.id == project.selection.active), chosen[-1])
        return self.workspace.store_layer(active)

    # --- joining ----------------------------------------------------------------------------------------------------

    def _join(self) -> None:
        self.workspace.changed.connect(self.refresh)
        self.workspace.trouble.connect(self.tell)
        self.workspace.saved.connect(self.message.hide)
        self.column.edited.connect(self.workspace.take)
        self.column.told.connect(self.tell)
        self.column.chosen.connect(self._tool_chosen)
        self.heat.changed.connect(self.view.set_heat)
        self.prompt.edited.connect(self._prompt_edited)
        self.prompt.submitted.connect(lambda: self.inspector.start())
        self.prompt.acted.connect(self._word_acted)
        self.models.activated.connect(self._model_chosen)
        for inspector in self.inspectors.values():
            inspector.run.connect(self.start)
        self.queue.open_result.connect(self.run_again)
        self.link.ready.connect(self._ready)
        self.link.down.connect(self.tell)
        self.link.trouble.connect(self.tell)
        self.link.preview.connect(self._preview)
        self.link.done.connect(self._done)
        self.link.failed.connect(self._failed)
        self.link.stopped.connect(lambda _job: self.preview.hide())
        self.strip.clicked.connect(lambda: self.queue_dock.setVisible(not self.queue_dock.isVisible()))

    def _tool_chosen(self, id: str) -> None:
        tool = self.column.tools[id]
        self.brush.setVisible(isinstance(tool, BrushTool))
        if isinstance(tool, BrushTool):
            self.brush.show_tool(tool)

    def _prompt_edited(self, text: str) -> None:
        self.workspace.edit(self.tr("Prompt"), lambda p: edits.set_prompt(p, text), merge="prompt")

    def _model_chosen(self, place: int) -> None:
        name = str(self.models.itemData(place))
        self.workspace.edit(self.tr("Model"), lambda p: edits.set_model(p, name))

    def _word_acted(self, action: str, phrase: str) -> None:
        """What the prompt's menu offers for a word."""
        size = self.workspace.project.size
        stack = self.inspectors["create"].stack
        if action == "region":
            box = (size.width // 4, size.height // 4, size.width // 2, size.height // 2)
            self.workspace.add_region(box, self.tr("Give a word a region"), phrase)
            self.column.choose("region")
        elif action in _CARDS and stack is not None:
            self.choose("create")
            stack.add_word(_CARDS[action], phrase)
        elif action == "concept":
            self.choose("learn")

    # --- looks ------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        middle = QWidget()
        rows = QVBoxLayout(middle)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for widget, stretch in (
            (self.message, 0), (self.prompt, 0), (self.brush, 0), (self.view, 1), (self.heat, 0), (ZoomBar(self.view), 0),
        ):  # fmt: skip
            rows.addWidget(widget, stretch)
        self.brush.hide()
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.column)
        row.addWidget(middle, 1)
        self.setCentralWidget(whole)
        self.preview = QLabel(self.view)
        self.preview.setFixedSize(160, 160)
        self.preview.move(look.UNIT, look.UNIT)
        self.preview.setAccessibleName(self.tr("Preview of the running job"))
        self.preview.hide()
        for inspector in self.inspectors.values():
            self.stack.addWidget(inspector)
        self.stack.setMinimumWidth(320)
        self.addToolBar(self._top())
        self._dock("inspector", self.tr("Inspector"), self.stack, Qt.DockWidgetArea.RightDockWidgetArea)
        layers = self._dock("layers", self.tr("Layers"), self.layers, Qt.DockWidgetArea.BottomDockWidgetArea)
        results = self._dock("results", self.tr("History"), QWidget(), Qt.DockWidgetArea.BottomDockWidgetArea)
        self.queue_dock = self._dock("queue", self.tr("Queue"), self.queue, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.resizeDocks([layers, results, self.queue_dock], [220, 620, 320], Qt.Orientation.Horizontal)
        self.resizeDocks([layers, results, self.queue_dock], [190] * 3, Qt.Orientation.Vertical)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.statusBar().addPermanentWidget(self.strip, 1)
        self.resize(1280, 800)

    def _top(self) -> QToolBar:
        bar = QToolBar(self.tr("Workspaces"))
        bar.setObjectName("top")
        bar.setMovable(False)
        group = QButtonGroup(self)
        titles = {
            "create": self.tr("Create"), "learn": self.tr("Learn"), "edit": self.tr("Edit"), "erase": self.tr("Erase"),
            "prove": self.tr("Prove"),
        }  # fmt: skip
        for verb, title in titles.items():
            button = QToolButton()
            button.setText(title)
            look.put_icon(button, verb)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setCheckable(True)
            button.setAccessibleName(title)
            button.clicked.connect(lambda _on, verb=verb: self.choose(verb))
            group.addButton(button)
            bar.addWidget(button)
            self.verbs[verb] = button
        space = QWidget()
        space.setSizePolicy(space.sizePolicy().Policy.Expanding, space.sizePolicy().Policy.Preferred)
        bar.addWidget(space)
        bar.addWidget(self.models)
        return bar

    def _dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def _menus(self) -> list[tuple[str, str]]:
        return [
            ("file", self.tr("&File")), ("edit", self.tr("&Edit")), ("layer", self.tr("&Layer")), ("tools", self.tr("&Tools")),
            ("view", self.tr("&View")), ("help", self.tr("&Help")),
        ]  # fmt: skip

    def _commands(self) -> list[Command]:
        tr, document = self.tr, self.workspace.document
        found = [
            Command("file.open_picture", tr("Open a &picture…"), self.open_picture, "file", "Ctrl+O"),
            Command("file.save", tr("&Save"), document.save, "file", "Ctrl+S"),
            Command("file.export", tr("&Export the picture…"), lambda: self.export_picture(), "file", "Ctrl+Shift+E",
                    when=lambda: bool(self.workspace.project.layers)),
            Command("file.preferences", tr("Pre&ferences…"), self.preferences_wanted.emit, "file", "Ctrl+,", group="b"),
            Command("file.quit", tr("&Quit"), self.close, "file", "Ctrl+Q", group="z"),
            Command("edit.undo", tr("&Undo"), self.workspace.undo, "edit", "Ctrl+Z", when=lambda: document.can_undo),
            Command("edit.redo", tr("&Redo"), self.workspace.redo, "edit", "Ctrl+Y", when=lambda: document.can_redo),
            Command("edit.deselect", tr("Select &nothing"), self._deselect, "edit", "Ctrl+D", group="b",
                    when=lambda: self.workspace.project.selection.pixels is not None),
            Command("job.run", tr("R&un"), lambda: self.inspector.start(), "edit", "Ctrl+Return", group="c"),
            Command("view.fit", tr("&Fit"), self.view.fit, "view", "Ctrl+0"),
            Command("view.actual", tr("&Pixel for pixel"), self.view.actual, "view", "Ctrl+1"),
            Command("view.palette", tr("&Commands…"), self._palette, "view", "Ctrl+K", group="b"),
            Command("help.methods", tr("&Methods…"), self._help, "help", "F1"),
        ]  # fmt: skip
        for tool in tool_infos():
            call = lambda id=tool.id: self.column.choose(id)
            found.append(Command(f"tool.{tool.id}", tool.title, call, "tools", tool.key, help=tool.help))
        for number, verb in enumerate(VERBS, 1):
            call = lambda verb=verb: self.choose(verb)
            found.append(Command(f"verb.{verb}", self.verbs[verb].text(), call, "view", f"Alt+{number}", group="a"))
        return found

    def change_settings(self, settings: Settings) -> None:
        """Take these from now on and keep them; what follows from it is the parts' affair."""
        before, self.settings = self.settings, settings
        self._keep()
        self.settings_changed.emit(before)

    def _deselect(self) -> None:
        self.workspace.edit(self.tr("Select nothing"), lambda p: edits.select_pixels(p, None))

    def _palette(self) -> None:
        palette = Palette(self.commands, self)
        palette.move(self.mapToGlobal(self.rect().center()) - palette.rect().center())
        palette.show()
        palette.field.setFocus()

    def _help(self) -> None:
        HelpWindow(self.link.methods, self).show()

    # --- keeping ----------------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        if self.settings.window:
            self.restoreGeometry(QByteArray.fromBase64(self.settings.window.encode()))
        if self.settings.docks:
            stale = [bar for bar in self.findChildren(QTabBar) if bar.parent() is self]
            self.restoreState(QByteArray.fromBase64(self.settings.docks.encode()))
            for bar in stale:
                bar.hide()  # Qt makes new tab bars of the docks and leaves the old ones standing beside them

    def _keep(self) -> None:
        def text(data: QByteArray) -> str:
            return bytes(data.toBase64().data()).decode()

        self.settings = self.settings.changed(window=text(self.saveGeometry()), docks=text(self.saveState()))
        try:
            save(self._settings_path, self.settings)
        except UserError as error:
            self.tell(str(error))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._keep()
        try:
            self.workspace.close()
        except UserError as error:
            self.tell(str(error))
            event.ignore()
            return
        self.link.close()
        for part in self.parts:
            part.close()
        super().closeEvent(event)


_CARDS = {"heat": "editing.attention_xray", "separate": "editing.a_star"}
"""Modifiers that a word's menu puts on the stack."""

"""The history in the window: every finished job goes in, and what was made comes back - as a layer, as settings, as a job."""

import importlib.metadata
import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDockWidget

from core.client.job import Job, State
from core.contract.errors import UserError
from core.contract.fields import JSON
from studio import places
from studio.commands import Command
from studio.document import edits
from studio.document.project import Layer, LayerKind, Recipe
from studio.document.tree import decode, encode
from studio.history.entry import Entry
from studio.history.history import History
from studio.history.png import Made, read_made, save_picture
from studio.history.thumbnails import Thumbnails
from studio.panels.history import RESULT, HistoryPanel, Shown, ThumbnailLoader, picture_of
from studio.panels.modifiers import Modifier
from studio.panels.saving import ask_path
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window

class HistoryPart(Part):
    """The filmstrip below the canvas, and the recipe inside PNG files."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.history = History(places.home() / "history.sqlite")
        thumbnails = Thumbnails(places.thumbnails(), window.workspace.assets)
        self.loader = ThumbnailLoader(thumbnails)
        most = window.settings.thumbnails_megabytes
        threading.Thread(target=lambda: thumbnails.trim(most), daemon=True, name="thumbnails").start()
        self.panel = HistoryPanel(self.history, self.loader, self.title)
        self._recipes: dict[str, Recipe] = {}
        """By job: the document's recipe when it was asked for."""
        dock = window.findChild(QDockWidget, "results")
        assert dock is not None
        dock.setWidget(self.panel)
        dock.setWindowTitle(self.tr("History"))
        if self.history.notice:
            window.tell(self.history.notice)
        self.panel.trouble.connect(window.tell)
        self.panel.used.connect(self.use)
        self.panel.recalled.connect(self.recall)
        self.panel.again.connect(self.again)
        self.panel.removed.connect(self.remove)
        window.workspace.moved.connect(self._moved)
        window.workspace.opened.connect(self._opened)
        window.link.queue_changed.connect(self._note_recipes)
        window.link.done.connect(lambda job, _outcome, _seconds: self._finished(job))
        window.link.ready.connect(self.catch_up)
        window.export_picture = self.ask_and_export
        window.view.setAcceptDrops(True)
        window.view.installEventFilter(self)

    def commands(self) -> list[Command]:
        """Bring back how the active layer was made."""
        return [
            Command("history.recall", self.tr("Bring back how this &layer was made"), self.recall_layer, "edit",
                    "Ctrl+Shift+R", group="d", when=lambda: self.window.workspace.project.active is not None),
            Command("history.search", self.tr("Search the &history"), self.panel.words.setFocus, "view",
                    "Ctrl+Shift+F", group="d"),
        ]  # fmt: skip

    def close(self) -> None:
        """Let go of the file."""
        self.loader.close()
        self.history.close()

    def title(self, entry: Entry) -> str:
        info = self.window.link.method(entry.method)
        return info.title if info else entry.method

    # --- in ---------------------------------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Take in what finished while no window looked."""
        try:
            if self.history.add(self.entry(job) for job in self.window.link.queue.jobs(State.DONE)):
                self.panel.search()
        except UserError as error:
            self.window.tell(str(error))
        self.panel.offer()

    def entry(self, job: Job) -> Entry:
        """A finished job as a result with its whole recipe."""
        outcome = job.outcome
        assert outcome is not None
        prompt = str(job.params.get("prompt") or "")
        project = self.window.workspace.project
        recipe = replace(self._recipes.pop(job.id, project.recipe), model=job.model, seed=job.seed)
        if prompt and prompt != recipe.prompt:  # the document went on since
            recipe = edits.set_prompt(replace(project, recipe=recipe), prompt).recipe
        return Entry(
            job.id, job.method, dict(job.params), encode(recipe), job.model, self._identity(outcome.images), job.seed,
            _version(), job.finished or time.time(), job.seconds or 0.0, prompt or self._words(job),
            self._concepts(job.params, outcome.concepts), outcome.images, outcome.masks, outcome.concepts,
            outcome.patch or "", dict(outcome.numbers), dict(outcome.data), outcome.files,
            project.name or self.window.workspace.document.folder.name,
        )  # fmt: skip

    def _finished(self, id: str) -> None:
        entry = self.entry(self.window.link.queue.get(id))
        try:
            if self.history.add([entry]):
                self.panel.take(entry)
        except UserError as error:
            self.window.tell(str(error))

    def _note_recipes(self) -> None:
        """The recipe as it is when a job is asked for, not when it is done."""
        waiting = {j.id for j in self.window.link.queue.jobs() if j.state in (State.WAITING, State.RUNNING)}
        for id in waiting - self._recipes.keys():
            self._recipes[id] = self.window.workspace.project.recipe

    def _identity(self, images: tuple[str, ...]) -> str:
        return str(self.window.workspace.assets.origin(images[0]).get("identity") or "") if images else ""

    def _words(self, job: Job) -> str:
        about = job.params.get("words") or job.params.get("erase") or ""
        return ", ".join(map(str, about)) if isinstance(about, list) else str(about)

    def _concepts(self, params: Any, learned: tuple[str, ...]) -> tuple[str, ...]:
        used = params.get("concepts") or []
        names = []
        for ref in [*(used if isinstance(used, list) else []), *learned]:
            origin = self.window.workspace.assets.origin(str(ref).partition(":")[0])
            names += [str(origin[key]) for key in ("concept", "word") if origin.get(key)]
        return tuple(dict.fromkeys(names))

    # --- out --------------------------------------------------------------------------------------------------------

    def use(self, one: Shown) -> None:
        """A picture of the history as a layer; a mask as a mask."""
        entry, place = one
        name, workspace = picture_of(entry, place), self.window.workspace
        if not name:
            self.window.tell(self.tr("That result has no picture; bring back its settings instead."))
            return
        if not entry.images:
            workspace.add_mask(name, self.title(entry))
            return
        try:
            pixels = workspace.raster(name)
        except UserError as error:
            self.window.tell(str(error))
            return
        workspace.add_picture(name, pixels, entry.prompt or self.title(entry), LayerKind.RESULT, entry.id)

    def recall(self, entry: Entry) -> None:
        """Prompt, model, method, parameters, modifiers and seed of a result."""
        self._recall(Made(entry.method, entry.params, entry.seed, entry.model, entry.model_hash, None, entry.recipe))

    def again(self, entry: Entry) -> None:
        """The same job once more."""
        job = self.window.link.submit(entry.method, dict(entry.params), entry.model, entry.seed)
        if job is not None:
            self._recipes[job.id] = self._recipe(entry.recipe) or self.window.workspace.project.recipe

    def recall_layer(self) -> None:
        """How the active layer was made: from the history, or from the file it was opened from."""
        layer = self.window.workspace.project.active
        made = self.made(layer) if layer is not None else None
        if made is None:
            self.window.tell(self.tr("This layer does not say how it was made."))
        else:
            self._recall(made)

    def made(self, layer: Layer) -> Made | None:
        """How a layer's picture was made; None when nothing is known."""
        if layer.result:
            try:
                entry = self.history.get(layer.result)
                return self._made(entry, layer.source)
            except UserError:
                pass  # it was removed; the file may still tell
        assets = self.window.workspace.assets
        return read_made(assets.path(layer.source)) if layer.source in assets else None

    def _made(self, entry: Entry, source: str) -> Made:
        seed = self.window.workspace.assets.origin(source).get("seed") if source else None
        own = int(seed) if isinstance(seed, int) else entry.seed  # each picture of a batch has its own
        params = {**entry.params, "count": 1} if own != entry.seed and "count" in entry.params else entry.params
        size = self._size(source)
        return Made(entry.method, params, own, entry.model, entry.model_hash, size, entry.recipe)

    def _size(self, source: str) -> tuple[int, int] | None:
        try:
            with Image.open(self.window.workspace.assets.path(source)) as picture:
                return picture.size
        except (UserError, OSError):
            return None

    def _recipe(self, tree: Any) -> Recipe | None:
        """A kept recipe as a value; None when it is of another kind."""
        if not tree:
            return None
        project = self.window.workspace.project
        try:
            document = encode(replace(project, layers=(), selection=type(project.selection)()))
            return decode({**document, "recipe": dict(tree)}, self.window.workspace.document.tiles).recipe
        except UserError:
            return None

    def _recall(self, made: Made) -> None:
        prompt = str(made.params.get("prompt") or "")
        recipe = self._recipe(made.recipe)

        def change(project: Any) -> Any:
            if recipe is not None:
                return edits.recall(project, recipe)
            return edits.set_model(edits.set_prompt(project, prompt) if prompt else project, made.model)

        self.window.workspace.edit(self.tr("Bring back the settings"), change)
        if not made.method:
            return
        for verb, inspector in self.window.inspectors.items():
            if inspector.show_method(made.method, made.params, made.seed):
                self.window.choose(verb)
                specs = made.params.get("modifiers")
                if inspector.stack is not None and isinstance(specs, list):
                    inspector.stack.set_values([Modifier.of(str(spec)) for spec in specs])
                self.window.tell(self.tr("Its settings are back: method, prompt, values and seed."), True)
                return
        self.window.tell(self.tr("The method '{}' is not installed any more.").format(made.method))

    def remove(self, ids: list[str]) -> None:
        """Out of the history, as a step that undo takes back."""
        try:
            beside = self.history.remove(ids)
        except UserError as error:
            self.window.tell(str(error))
            return
        if beside is not None:
            self.window.workspace.edit(self.tr("Remove results"), lambda project: project, beside=beside)
            self.panel.search()

    def _moved(self, besides: tuple[JSON, ...], forward: bool) -> None:
        try:
            ours = sum([self.history.put_back(beside, forward) for beside in besides])
            if ours:
                self.panel.search()
        except UserError as error:
            self.window.tell(str(error))

    # --- files ------------------------------------------------------------------------------------------------------

    def export(self, path: Path) -> None:
        """What the canvas shows as a PNG that brings everything back when it is opened."""
        project = self.window.workspace.project
        shown = [x for x in reversed(project.layers) if not x.overlay and x.visible]
        made = next((m for m in map(self.made, shown) if m is not None), None)
        tree = made.recipe if made is not None and made.recipe else encode(project.recipe)
        made = replace(made or Made(model=project.recipe.model, seed=project.recipe.seed), recipe=tree)
        try:
            save_picture(self.window.workspace.flattened(), path, made)
        except UserError as error:
            self.window.tell(str(error))

    def ask_and_export(self) -> None:
        """Ask where to."""
        found = ask_path(self.window, self.tr("Export the picture"), "", {"PNG": ".png"})
        if found is not None:
            self.export(found[0])

    def _opened(self, layer: Layer) -> None:
        """A picture that says how it was made: into an empty project everything comes back at once, else on request."""
        made = self.made(layer)
        if made is None:
            return
        if len(self.window.workspace.project.layers) == 1:
            self._recall(made)
        else:
            told = self.tr("'{}' says how it was made: Edit, Bring back how this layer was made.")
            self.window.tell(told.format(layer.name), True)

    # --- dropping ---------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A tile dragged onto the canvas becomes a layer where it is let go."""
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            assert isinstance(event, QDropEvent)
            if event.mimeData().hasFormat(RESULT):
                if event.type() == QEvent.Type.Drop:
                    self._dropped(event.mimeData().data(RESULT).data(), event.position().toPoint())
                event.acceptProposedAction()
                return True
        return False

    def _dropped(self, data: bytes | bytearray | memoryview, _at: QPoint) -> None:
        id, place = json.loads(bytes(data))
        try:
            self.use((self.history.get(str(id)), int(place)))
        except UserError as error:
            self.window.tell(str(error))


def _version() -> str:
    try:
        return importlib.metadata.version("concept-studio")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"

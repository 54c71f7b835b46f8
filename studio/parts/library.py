"""The concept library in the window: what is learned arrives, what is edited can be undone, what is dragged is used."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDockWidget, QFileDialog

from core.contract.assets import write_atomic
from core.contract.errors import UserError
from core.contract.fields import JSON
from core.contract.method import Kind, Outcome
from studio import look, places
from studio.commands import Command
from studio.document import edits
from studio.document.project import Project, Word, new_id
from studio.library.library import Change, Concept, Library
from studio.library.reading import read_concept
from studio.panels.library import CONCEPT, LibraryPanel
from studio.panels.saving import ask_path
from studio.parts.history import HistoryPart
from studio.parts.part import Part
from studio.tokens import places as places_of

if TYPE_CHECKING:
    from studio.window import Window

EXPORT, IMPORT = "core.export_concept", "core.import_patch"


class LibraryPart(Part):
    """The dock with the cards, the menu entries, and drops on prompt and canvas."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.library = Library(places.home() / "library.sqlite", window.workspace.assets)
        history = next(p for p in window.findChildren(HistoryPart))
        self.panel = LibraryPanel(self.library, history.loader, self._method)
        self.dock = QDockWidget(self.tr("Concepts"))
        self.dock.setObjectName("library")
        self.dock.setWidget(self.panel)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.dock)
        below = window.findChild(QDockWidget, "results")
        if below is not None:
            window.tabifyDockWidget(below, self.dock)
            below.raise_()
        if self.library.notice:
            window.tell(self.library.notice)
        self.panel.changed.connect(self.change)
        self.panel.removed.connect(self.remove)
        self.panel.used.connect(self.use)
        self.panel.exported.connect(self.ask_and_export)
        self.panel.imported.connect(self.ask_and_import)
        self.panel.files_dropped.connect(self._bring_in_all)
        self.panel.pictures_dropped.connect(self.learn_from)
        window.workspace.moved.connect(self._moved)
        window.link.done.connect(self._finished)
        window.link.ready.connect(self.catch_up)
        window.view.setAcceptDrops(True)
        for target in (window.view, window.prompt.edit.viewport()):
            target.installEventFilter(self)

    def commands(self) -> list[Command]:
        """Import and export in the File menu."""
        chosen: Callable[[], bool] = lambda: self.panel.chosen is not None
        return [
            Command("library.import", self.tr("&Import a concept or LoRA…"), self.ask_and_import, "file", group="d"),
            Command("library.export", self.tr("Export the c&oncept…"), self._export_chosen, "file", group="d", when=chosen),
            Command("library.use", self.tr("&Use the chosen concept"), self._use_chosen, "edit", group="e", when=chosen),
            Command("library.show", self.tr("Con&cepts"), self.show, "view", "Ctrl+L", group="d"),
        ]  # fmt: skip

    def close(self) -> None:
        """Let go of the file."""
        self.library.close()

    def show(self) -> None:
        """Bring the dock up."""
        self.dock.show()
        self.dock.raise_()
        self.panel.words.setFocus()

    def _method(self, id: str) -> str:
        info = self.window.link.method(id)
        return info.title if info else id

    # --- what arrives -----------------------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Concepts of the store that were learned while no window looked."""
        for ref in self.library.discover():
            self._take(ref)
        self.panel.refresh()

    def _finished(self, _job: str, outcome: Outcome, _seconds: float) -> None:
        changes = [self._take(ref) for ref in outcome.concepts]
        if any(changes):
            self.panel.refresh()
            last = changes[-1]
            if last is not None and last.after is not None:
                self.panel.choose(last.after.id)
            self.dock.raise_()

    def _take(self, ref: str) -> Change | None:
        try:
            used = [c.color for c in self.library.search()]
            return self.library.add(ref, color=look.next_color(used))
        except UserError as error:
            self.window.tell(str(error))
            return None

    # --- what is changed ----------------------------------------------------------------------------------------------

    def change(self, id: str, what: str, value: Any) -> None:
        """One value of a card, as an undoable step; typing is one step."""
        calls: dict[str, tuple[str, Callable[[str, Any], Change]]] = {
            "name": (self.tr("Rename a concept"), self.library.rename),
            "strength": (self.tr("Strength of a concept"), self.library.set_strength),
            "tags": (self.tr("Tags of a concept"), self.library.set_tags),
            "notes": (self.tr("Notes of a concept"), self.library.set_notes),
            "version": (self.tr("Version of a concept"), self.library.choose),
        }
        text, call = calls[what]
        merge = f"library {what} {id}" if what in ("notes", "strength") else ""
        self._step(text, lambda: call(id, value), merge)

    def remove(self, id: str) -> None:
        self._step(self.tr("Remove a concept"), lambda: self.library.remove(id))

    def _step(self, text: str, change: Callable[[], Change], merge: str = "") -> Change | None:
        try:
            found = change()
        except UserError as error:
            self.window.tell(str(error))
            self.panel.refresh()
            return None
        if found.before != found.after:
            self.window.workspace.edit(text, lambda project: project, merge, beside=found.beside)
        self.panel.refresh()
        return found

    def _moved(self, besides: tuple[JSON, ...], forward: bool) -> None:
        try:
            ours = sum([self.library.put_back(beside, forward) for beside in besides])
        except UserError as error:
            self.window.tell(str(error))
            return
        if ours:
            self.panel.refresh()

    # --- what is used -------------------------------------------------------------------------------------------------

    def use(self, id: str, at: int | None = None) -> None:
        """Write a concept's word into the prompt (at a letter; None: at its end) and let it stand for the concept."""
        try:
            concept = self.library.get(id)
        except UserError as error:
            self.window.tell(str(error))
            return
        if concept.chosen not in self.window.workspace.assets:
            self.window.tell(self.tr("The file of '{}' is missing. Learn or import it again.").format(concept.name))
            return
        self.window.choose("create")
        self.window.workspace.edit(self.tr("Use {}").format(concept.name), lambda p: written(p, concept, at))

    def _dropped_on_canvas(self, id: str, at: QPointF) -> None:
        """Into the prompt, and a region where it was let go."""
        self.use(id)
        project = self.window.workspace.project
        concept = next((c for c in self.panel.model.rows if c.id == id), None)
        point, size = self.window.view.to_document(at), project.size
        inside = 0 <= point.x() < size.width and 0 <= point.y() < size.height
        if concept is None or not inside or not places_of(project.recipe.prompt, concept.word):
            return
        width, height = size.width // 2, size.height // 2
        left = min(max(0, round(point.x() - width / 2)), size.width - width)
        top = min(max(0, round(point.y() - height / 2)), size.height - height)
        box = (left, top, width, height)
        self.window.workspace.add_region(box, self.tr("Place {}").format(concept.name), concept.word, concept.chosen)

    def _use_chosen(self) -> None:
        if self.panel.chosen is not None:
            self.use(self.panel.chosen.id)

    def learn_from(self, paths: list[str]) -> None:
        """A photo dropped on the strip: onto the canvas, and into a method of Learn."""
        opened = [layer for path in paths if (layer := self.window.workspace.open_picture(Path(path))) is not None]
        if not opened:
            return
        self.window.choose("learn")
        learn = self.window.inspectors["learn"]
        if learn.info is None or learn.info.kind != Kind.LEARN:
            first = next((m.id for m in learn.methods.values() if m.kind == Kind.LEARN), "")
            learn.show_method(first)
        field = next((f for f in learn.form.fields if f.editor == "image"), None) if learn.form is not None else None
        if field is not None:
            names: list[JSON] = [layer.source for layer in opened]
            learn.set_values({field.name: names if field.many else names[0]})

    # --- files --------------------------------------------------------------------------------------------------------

    def ask_and_import(self) -> None:
        paths = QFileDialog.getOpenFileNames(
            self.window, self.tr("Import concepts"), "", "Concepts, LoRA, embeddings (*.safetensors)"
        )[0]
        self._bring_in_all(paths)

    def _bring_in_all(self, paths: list[str]) -> None:
        for path in paths:
            self.bring_in(Path(path))

    def bring_in(self, path: Path) -> None:
        """A concept of this program becomes a card; a LoRA or embedding becomes a change of the model, by a job."""
        try:
            about = read_concept(path)
        except UserError as error:
            if "is not a concept" not in str(error):
                self.window.tell(str(error))
                return
            if self.window.link.submit(IMPORT, {"path": str(path)}, self.window.workspace.project.recipe.model):
                text = self.tr(
                    "'{}' is no concept of this program: it is imported as a change of the model for Create."
                )
                self.window.tell(text.format(path.name), True)
            return
        try:
            ref = self.window.workspace.assets.put_file(
                path, {"concept": about.name, "word": about.word, "method": about.method, "file": path.name}
            )
        except UserError as error:
            self.window.tell(str(error))
            return
        used = [c.color for c in self.library.search()]
        found = self._step(self.tr("Import {}").format(about.name), lambda: self.library.add(
            ref, self.tr("imported from {}").format(path.name), look.next_color(used)))  # fmt: skip
        if found is not None and found.after is not None:
            self.panel.choose(found.after.id)
            self.show()

    def _export_chosen(self) -> None:
        if self.panel.chosen is not None:
            self.ask_and_export(self.panel.chosen.id)

    def ask_and_export(self, id: str) -> None:
        """Ask for the kind of file and where to."""
        concept = self.library.get(id)
        kinds = dict.fromkeys(self._formats(), ".safetensors")
        name = "".join(c if c.isalnum() or c in "-_ " else "" for c in concept.name).strip() or "concept"
        found = ask_path(self.window, self.tr("Export {}").format(concept.name), name, kinds)
        if found is not None:
            self.export(concept, found[0], self._formats()[found[1]])

    def export(self, concept: Concept, path: Path, format: str) -> None:
        """Write the chosen version; the caller has asked about a file that is there. Foreign formats are a job."""
        try:
            source = self.window.workspace.assets.path(concept.chosen)
            if not format:
                write_atomic(path, source.read_bytes())
                self.window.tell(self.tr("Wrote '{}'.").format(path.name), True)
                return
        except (UserError, OSError) as error:
            self.window.tell(str(error))
            return
        params: dict[str, JSON] = {"path": str(path), "format": format, "concepts": [concept.chosen],
                                   "strength": concept.strength, "overwrite": path.exists()}  # fmt: skip
        self.window.link.submit(EXPORT, params, self.window.workspace.project.recipe.model)

    def _formats(self) -> dict[str, str]:
        return {
            self.tr("Concept of this program"): "", self.tr("LoRA for diffusers and peft"): "lora",
            self.tr("LoRA for AUTOMATIC1111 and ComfyUI"): "lora-kohya", self.tr("Textual inversion"): "embedding",
            self.tr("Textual inversion for AUTOMATIC1111"): "embedding-a1111", self.tr("Exact weight change"): "delta",
        }  # fmt: skip

    # --- dropping -----------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A card dragged into the prompt stands where it is let go; on the canvas it gets a region there."""
        if event.type() not in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            return False
        assert isinstance(event, QDropEvent)
        if not event.mimeData().hasFormat(CONCEPT):
            return False
        if event.type() == QEvent.Type.Drop:
            id = str(json.loads(bytes(event.mimeData().data(CONCEPT).data())))
            if watched is self.window.view:
                self._dropped_on_canvas(id, event.position())
            else:
                edit = self.window.prompt.edit
                self.use(id, edit.cursorForPosition(event.position().toPoint()).position())
        event.acceptProposedAction()
        return True


def written(project: Project, concept: Concept, at: int | None) -> Project:
    """The prompt with a concept's word in it, marked; where the word stands already it is only marked."""
    prompt = project.recipe.prompt
    spots = places_of(prompt, concept.word)
    if spots:
        start = spots[0][0]
    else:
        at = len(prompt) if at is None else max(0, min(at, len(prompt)))
        while 0 < at < len(prompt) and prompt[at - 1].isalnum() and prompt[at].isalnum():
            at += 1  # not into the middle of a word
        before, after = prompt[:at].rstrip(), prompt[at:].lstrip()
        head = before + (" " if before else "")
        project = edits.set_prompt(project, head + concept.prompt + (" " if after else "") + after)
        start = len(head)
    word = Word(new_id(), start, start + len(concept.word), concept=concept.chosen, strength=concept.strength,
                color=concept.color)  # fmt: skip
    return edits.mark_word(project, word)

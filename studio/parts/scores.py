"""Prove: the scores in place of the canvas, the pictures they came from, and tables that leave the program."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QBoxLayout

from core.client.scores import FILE, ScoreRow, ScoreStore
from core.contract.assets import write_atomic
from core.contract.errors import UserError
from core.contract.method import Kind
from studio import places
from studio.canvas.toolbar import ZoomBar
from studio.commands import Command
from studio.panels.saving import ask_path
from studio.panels.score_files import KINDS, parameters, written
from studio.panels.scores import PICTURES, ScoresPanel
from studio.parts.compare import ComparePart
from studio.parts.history import HistoryPart
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp")


class ScoresPart(Part):
    """The table comes up with the workspace Prove; the canvas can be had back there, too."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.panel = ScoresPanel(self._title)
        middle = window.view.parentWidget()
        rows = middle.layout() if middle is not None else None
        assert isinstance(rows, QBoxLayout)
        rows.insertWidget(rows.indexOf(window.view) + 1, self.panel, 1)
        self.panel.hide()
        self.history = next(p for p in window.findChildren(HistoryPart))
        self.compare = next(p for p in window.findChildren(ComparePart))
        self.compare.opened.connect(lambda: self.show_scores(False))
        window.stack.currentChanged.connect(lambda _place: self.show_scores(window.inspector.verb == "prove"))
        window.link.ready.connect(self._ready)
        window.link.done.connect(lambda job, *_: self._finished(job))
        self.panel.reload.connect(self.read)
        self.panel.canvas.connect(lambda: self.show_scores(False))
        self.panel.exported.connect(self.ask_and_export)
        self.panel.asked_pictures.connect(self.show_pictures)
        self.panel.picture_used.connect(self._use)

    def commands(self) -> list[Command]:
        """Scores or canvas; export."""
        return [
            Command("view.scores", self.tr("&Scores"), lambda: self.show_scores(not self.panel.isVisible()), "view",
                    group="d"),
            Command("scores.export", self.tr("Export the &scores…"), self.ask_and_export, "file", group="d",
                    when=lambda: bool(self.panel.model.rows)),
        ]  # fmt: skip

    def show_scores(self, on: bool) -> None:
        """The table in place of the canvas, or the canvas."""
        if on != self.panel.isHidden():
            return
        if on:
            if not self.compare.compare.isHidden():
                self.compare.close_view()
            self.read()
        canvas = [self.window.view, *self.window.findChildren(ZoomBar)]
        goes, comes = (canvas, [self.panel]) if on else ([self.panel], canvas)
        for widget in goes:
            widget.hide()
        for widget in comes:  # never both at once: the window would grow to hold them
            widget.show()

    def read(self) -> None:
        """All rows of the store; several programs write it."""
        path = places.home() / FILE
        if not path.is_file():
            self.panel.show_rows([])
            return
        try:
            with ScoreStore(path) as store:
                self.panel.show_rows(store.search())
        except UserError as error:
            self.window.tell(str(error))

    def show_pictures(self, row: ScoreRow) -> None:
        """What was measured, as far as it is still there."""
        found = list(dict.fromkeys(self._pictures(row)))
        lines = [row.reason and self.tr("Not measured: {}").format(row.reason), row.remark]
        if not found:
            lines.append(self.tr("The pictures behind this score are not known, or no longer there."))
        elif len(found) > PICTURES:
            lines.append(self.tr("The first {} of {} pictures").format(PICTURES, len(found)))
        self.panel.show_pictures([str(p) for p in found], "\n".join(filter(None, lines)))

    def ask_and_export(self) -> None:
        """Ask for the kind of file and where to."""
        found = ask_path(self.window, self.tr("Export the scores"), "scores", KINDS)
        if found is None:
            return
        try:
            write_atomic(found[0], written(self.panel.model.rows, found[1]))
        except UserError as error:
            self.window.tell(str(error))
            return
        self.window.tell(self.tr("Wrote {} rows into '{}'.").format(len(self.panel.model.rows), found[0].name), True)

    def _pictures(self, row: ScoreRow) -> Iterator[Path]:
        params, assets = parameters(row), self.window.workspace.assets
        for text in _texts(params):
            if text.endswith(ENDINGS) and text in assets:
                yield assets.path(text)
        folder = params.get("folder")
        if isinstance(folder, str) and folder and Path(folder).expanduser().is_dir():
            files = sorted(Path(folder).expanduser().rglob("*"))
            yield from (p for p in files if p.suffix.lower() in ENDINGS)
        if params.get("job"):
            try:
                entry = self.history.history.get(str(params["job"]))
            except UserError:
                return
            yield from (assets.path(name) for name in entry.images if name in assets)

    def _use(self, path: str) -> None:
        self.show_scores(False)
        self.window.workspace.open_picture(Path(path))

    def _ready(self) -> None:
        if self.panel.isVisible():
            self.read()

    def _finished(self, job: str) -> None:
        """New rows, when a measurement is done."""
        info = self.window.link.method(self.window.link.queue.get(job).method)
        if info is not None and info.kind == Kind.EVALUATE and self.panel.isVisible():
            self.read()

    def _title(self, id: str) -> str:
        info = self.window.link.method(id)
        return info.title if info else id


def _texts(value: Any) -> Iterator[str]:
    """Every text in a tree of plain values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)

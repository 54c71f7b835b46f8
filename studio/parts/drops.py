"""Files dropped on the window: a mark shows what will become of them and where, before they are let go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QDropEvent, QImageReader, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio import look
from studio.dialogs.projects import title
from studio.document.storage import is_project
from studio.parts.part import Part
from studio.parts.projects import projects_of
from studio.parts.start import FIND

if TYPE_CHECKING:
    from studio.window import Window


@dataclass(frozen=True)
class Plan:
    """What a drop would do."""

    sentence: str
    pictures: tuple[Path, ...] = ()
    project: Path | None = None
    size: QSize | None = None
    """Of the first picture."""

    @property
    def good(self) -> bool:
        return bool(self.pictures) or self.project is not None


class DropMark(QWidget):
    """Lies over the canvas while files are held over the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.plan: Plan | None = None
        self.place = QRectF()
        self.hide()

    def mark(self, plan: Plan, place: QRectF) -> None:
        """Show a plan; `place`: where it lands, in this widget's coordinates."""
        self.plan, self.place = plan, place
        self.setAccessibleName(plan.sentence)
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.plan is None:
            return
        colors = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(colors.canvas)
        ground.setAlphaF(0.82)
        painter.fillRect(self.rect(), ground)
        line = QColor(colors.link if self.plan.good else colors.problem)
        painter.setPen(QPen(line, 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.place, look.UNIT, look.UNIT)
        painter.setFont(look.font(look.TYPE + 2, bold=True))
        painter.setPen(line)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = QRectF(self.rect()).adjusted(24, 24, -24, -24)
        middle = self.place.center()
        box = painter.boundingRect(room, flags, self.plan.sentence)
        box.moveCenter(middle)
        box.moveLeft(min(max(box.left(), room.left()), room.right() - box.width()))
        box.moveTop(min(max(box.top(), room.top()), room.bottom() - box.height()))
        painter.fillRect(box.adjusted(-8, -4, 8, 4), QColor(colors.canvas))
        painter.drawText(box, flags, self.plan.sentence)


class Drops(Part):
    """Pictures become layers, a project folder or a zip is opened, anything else is answered in one sentence."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.mark = DropMark(window.view)
        self._plan: Plan | None = None
        window.installEventFilter(self)

    def plan(self, paths: list[Path]) -> Plan:
        """What would become of these files."""
        projects = [p for p in paths if p.suffix.lower() == ".zip" or (p.is_dir() and is_project(p))]
        if projects:
            if len(paths) > 1:
                return Plan(self.tr("One project at a time: drop it alone."))
            return Plan(self.tr("'{}' opens as a project").format(title(projects[0])), project=projects[0])
        readers = {path: QImageReader(str(path)) for path in paths if path.is_file()}
        for reader in readers.values():
            reader.setDecideFormatFromContent(True)
        bad = next((path for path in paths if path not in readers or not readers[path].canRead()), None)
        if bad is not None:
            return Plan(self.tr("'{}' is neither a picture nor a project: drop PNG, JPEG or WebP, a project folder or "
                                "a .zip.").format(bad.name))  # fmt: skip
        if not paths:
            return Plan(self.tr("These are no files: drop pictures, a project folder or a .zip."))
        one = self.tr("'{}' becomes a layer on top").format(paths[0].name)
        text = one if len(paths) == 1 else self.tr("{} pictures become layers on top").format(len(paths))
        return Plan(text, tuple(paths), size=readers[paths[0]].size())

    def landing(self, plan: Plan) -> QRectF:
        """Where it lands, on the canvas."""
        view = self.window.view
        whole = QRectF(view.rect()).adjusted(12, 12, -12, -12)
        project = self.window.workspace.project
        if plan.size is None or not plan.size.isValid() or not project.layers:
            return whole
        scale = min(1.0, project.size.width / plan.size.width(), project.size.height / plan.size.height())
        width, height = plan.size.width() * scale, plan.size.height() * scale
        corner = ((project.size.width - width) / 2, (project.size.height - height) / 2)
        return view.to_widget(QRectF(*corner, width, height))

    def drop(self, paths: list[Path]) -> None:
        """Do what the mark announced."""
        plan = self.plan(paths)
        if plan.project is not None:
            projects_of(self.window).open(plan.project)
        elif plan.pictures:
            opened = [self.window.workspace.open_picture(path) for path in plan.pictures]
            if len(opened) == 1 and opened[0] is not None and self.window.inspector.verb == "learn":
                self._propose()
        else:
            self.window.tell(plan.sentence)

    def _propose(self) -> None:
        """A photo that is dropped in Learn is searched for the things in it at once: each gets a mask."""
        learn = self.window.inspectors["learn"]
        if learn.show_method(FIND):
            learn.start()
            self.window.tell(
                self.tr("The things in the photo get a mask each. Name them in Layers (F2), then choose how to learn."),
                True,
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.DragLeave:
            self.mark.hide()
        if kind not in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            return False
        drag = cast(QDropEvent, event)
        if not drag.mimeData().hasUrls():
            return False
        paths = [Path(url.toLocalFile()) for url in drag.mimeData().urls() if url.isLocalFile()]
        drag.acceptProposedAction()
        if kind == QEvent.Type.Drop:
            self.mark.hide()
            self.drop(paths)
        elif kind == QEvent.Type.DragEnter:
            self.mark.setGeometry(self.window.view.rect())
            plan = self.plan(paths)
            self.mark.mark(plan, self.landing(plan))
        return True

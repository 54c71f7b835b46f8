"""The dock of what a result left beside its pictures: note and numbers, files, and a view for each kept thing by its kind."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from studio.views.bars import BarsView
from studio.views.curves import CurvesView
from studio.views.kept import Kept, Result, read
from studio.views.maps_view import MapsView
from studio.views.plain import PictureView, TreeView
from studio.views.plot import Series
from studio.views.table import Table, TableView
from studio.views.timeline import TimelineView
from studio.views.view import View

VIEWS: dict[str, type[View]] = {
    "maps": MapsView,
    "timeline": TimelineView,
    "curves": CurvesView,
    "table": TableView,
    "picture": PictureView,
}
"""By declared kind; "bars" also needs the store and is made in `make_view`."""


COURSE = Kept("course", "curves", Path())
"""Numbers that were heard while a job ran: kept by nobody, so the view is given them."""


def make_view(kept: Kept, result: Result, assets: AssetStore) -> View:
    """Raises UserError when the data is not what its kind promises."""
    if kept.kind == "bars":
        return BarsView(kept, result, assets)
    return VIEWS.get(kept.kind, TreeView)(kept, result)


class DataPanel(QWidget):
    """Tabs of one result. Another result replaces them."""

    use = Signal(object, int)
    """Result, place of the picture."""
    fill = Signal(object, dict, bool)
    """Result, changed parameters, whether to run."""
    told = Signal(str)
    changed = Signal()
    """Another result or another tab is shown."""

    def __init__(self, assets: AssetStore) -> None:
        super().__init__()
        self.assets = assets
        self.result: Result | None = None
        self.views: list[View] = []
        self.title = QLabel()
        self.title.setObjectName("section")
        self.title.setWordWrap(True)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("What the result left"))
        self.live = LiveView()
        self.files = QHBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 0, 0)
        column.setSpacing(2)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addLayout(self.files)
        column.addLayout(top)
        column.addWidget(self.tabs, 1)
        self.tabs.currentChanged.connect(lambda _place: self.changed.emit())
        self.show_result(None)

    @property
    def maps(self) -> MapsView | None:
        """The maps before the person's eyes: the tab that is up, else those of the picture with the most steps."""
        current = self.view
        return current if isinstance(current, MapsView) else self._richest()

    @property
    def view(self) -> View | None:
        """The view whose tab is up."""
        page = self.tabs.currentWidget()
        inside = page.widget() if isinstance(page, QScrollArea) else None
        return inside if isinstance(inside, View) else None

    def bring_up(self, view: View) -> None:
        """Show a view's tab."""
        self.tabs.setCurrentIndex([self._inside(i) for i in range(self.tabs.count())].index(view))

    def _inside(self, tab: int) -> QWidget | None:
        page = self.tabs.widget(tab)
        return page.widget() if isinstance(page, QScrollArea) else page

    def _richest(self) -> MapsView | None:
        found = [v for v in self.views if isinstance(v, MapsView) and v.kept.picture in (0, self._place + 1)]
        return max(found, key=lambda view: len(view.maps[0].values), default=None)

    def show_result(self, result: Result | None, place: int = 0, course: Series | None = None) -> None:
        """Show a result; `place` is the picture that is on the canvas, `course` the numbers it said while it ran."""
        self.tabs.blockSignals(True)
        while self.tabs.count():
            widget = self.tabs.widget(0)
            self.tabs.removeTab(0)
            if widget is not self.live and widget is not None:
                widget.deleteLater()
        self.result, self.views, self._place = result, [], place
        self.title.setText(result.title if result else self.tr("Results show here what their methods kept."))
        if result is not None:
            for name, asset in result.outcome.data.items():
                self._add(name, asset, result)
            if course:
                heard = CurvesView(COURSE, result)
                heard.show_series(course)
                self._tab(heard, self.tr("Course"))
            summary = _summary(result, self.tr("Numbers"))
            if summary is not None:
                self.tabs.addTab(summary, self.tr("Summary"))
            for view in self.views:
                view.show_picture(place)
            mine = self._richest() or next(iter(self.views), None)
            if mine is not None:
                self.bring_up(mine)
        self._show_files(result)
        self.tabs.blockSignals(False)
        self.changed.emit()

    def show_live(self, title: str, series: Series, maps: Mapping[str, QPixmap]) -> None:
        """A running job: its numbers and the maps it shows, in place of any result."""
        if self.tabs.indexOf(self.live) < 0:
            self.show_result(None)
            self.tabs.addTab(self.live, self.tr("While it runs"))
        self.title.setText(title)
        self.live.show_all(series, maps)

    def _add(self, name: str, asset: str, result: Result) -> None:
        try:
            kept = read(self.assets, name, asset)
            self._tab(make_view(kept, result, self.assets), name.replace("_", " "))
        except UserError as error:
            label = QLabel(str(error))
            label.setObjectName("problem")
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            self.tabs.addTab(label, name)

    def _tab(self, view: View, title: str) -> None:
        view.use.connect(lambda place: self.use.emit(self.result, place))
        view.fill.connect(lambda params, run: self.fill.emit(self.result, params, run))
        view.told.connect(self.told)
        self.views.append(view)
        self.tabs.addTab(scrolled(view), title)

    def _show_files(self, result: Result | None) -> None:
        while item := self.files.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for path in openable(result):
            button = QPushButton(self.tr("Open {}").format(Path(path).name))
            button.setToolTip(path)
            button.clicked.connect(lambda _on=False, path=path: open_file(path, self.told.emit))
            self.files.addWidget(button)


def scrolled(page: QWidget) -> QScrollArea:
    """A tall view scrolls in a low dock, and does not press the canvas together."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(page)
    area.setMinimumHeight(80)
    return area


class LiveView(QWidget):
    """Curves and labelled maps of a job while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.curves = CurvesView(COURSE, Result("", ""))
        self.maps: dict[str, tuple[QLabel, QLabel]] = {}
        shown = QWidget()
        self._row = QVBoxLayout(shown)
        self._row.setContentsMargins(8, 0, 8, 0)
        self._row.addStretch(1)
        self._maps = scrolled(shown)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 4, 0, 8)
        whole.addWidget(self._maps, 1)
        whole.addWidget(self.curves, 1)

    def show_all(self, series: Series, maps: Mapping[str, QPixmap]) -> None:
        self.curves.setVisible(bool(series))
        self._maps.setVisible(bool(maps))
        self.curves.show_series(series)
        for label in set(self.maps) - set(maps):
            for widget in self.maps.pop(label):
                widget.hide()
                widget.deleteLater()
        for label, picture in maps.items():
            if label not in self.maps:
                self.maps[label] = (QLabel(label), QLabel())
                self.maps[label][0].setObjectName("hint")
                self.maps[label][0].setWordWrap(True)
                self.maps[label][1].setAccessibleName(label)
                for widget in self.maps[label]:
                    self._row.insertWidget(self._row.count() - 1, widget)
            room = max(160, self._maps.viewport().width() - 16)
            self.maps[label][1].setPixmap(
                picture.scaled(
                    room, 128, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
                )
            )


def tr(text: str) -> str:
    return QCoreApplication.translate("DataPanel", text)


def openable(result: Result | None) -> list[str]:
    """Files of a result that a person opens: its reports first."""
    files = [f for f in result.outcome.files if Path(f).suffix.lower() in (".html", ".htm")] if result else []
    return files[:3]


def open_file(path: str, tell: Callable[[str], object]) -> None:
    """Open a report in the browser, or say why not."""
    if not Path(path).is_file():
        tell(tr("The report '{}' is not there any more. Run the job again.").format(path))
    elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(path).resolve()))):
        tell(tr("No browser opened the report. It lies at {}.").format(path))


def _summary(result: Result, title: str) -> QWidget | None:
    """Note and numbers; None when there are none."""
    outcome = result.outcome
    if not outcome.numbers and not outcome.note.strip():
        return None
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(8, 4, 8, 8)
    if outcome.note.strip():
        note = QLabel(outcome.note)
        note.setWordWrap(True)
        note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(note)
    if outcome.numbers:
        rows = [{"name": name, "value": value} for name, value in outcome.numbers.items()]
        column.addWidget(Table(["name", "value"], rows, title), 1)
    else:
        column.addStretch(1)
    return page

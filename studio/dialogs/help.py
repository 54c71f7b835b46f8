"""Help made from the declarations: what every method does, its paper, how far it is known, and each parameter."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from core.contract.fields import Field
from core.contract.method import MethodInfo, Role
from studio.panels.labels import provenance_text


def tr(text: str) -> str:
    return QCoreApplication.translate("Help", text)


class HelpWindow(QDialog):
    """A list that a search narrows, and the page of what is chosen."""

    def __init__(self, methods: Sequence[MethodInfo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Help"))
        self.methods = sorted(methods, key=lambda m: m.title.casefold())
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Search methods, papers, parameters"))
        self.field.setAccessibleName(self.tr("Search the help"))
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self.search)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Methods"))
        self.list.currentItemChanged.connect(lambda item, _old: self._show(item))
        self.page = QTextBrowser()
        self.page.setAccessibleName(self.tr("Page"))
        self.page.setOpenExternalLinks(False)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)
        column.addWidget(self.list)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.page)
        split.setStretchFactor(1, 3)
        whole = QVBoxLayout(self)
        whole.addWidget(split)
        self.resize(960, 640)
        self.search("")

    def search(self, words: str) -> None:
        """Only methods whose page has every word."""
        wanted = words.casefold().split()
        self.list.clear()
        for method in self.methods:
            text = page(method).casefold()
            if all(word in text for word in wanted):
                item = QListWidgetItem(method.title)
                item.setData(Qt.ItemDataRole.UserRole, method)
                self.list.addItem(item)
        self.list.setCurrentRow(0)
        if not self.list.count():
            self.page.setHtml(escape(tr("Nothing has all of these words. Try fewer.")))

    def open_method(self, id: str, role: Role | None = None) -> None:
        """Bring up the page of one method; a paper may be a task and a modifier under one id."""
        self.field.clear()
        for row in range(self.list.count()):
            method = self.list.item(row).data(Qt.ItemDataRole.UserRole)
            if method.id == id and role in (None, method.role):
                self.list.setCurrentRow(row)
                return

    def _show(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.page.setHtml(page(item.data(Qt.ItemDataRole.UserRole)))


def page(method: MethodInfo) -> str:
    """The help page of a method as HTML."""
    role = tr("Switched on for a generation") if method.role == Role.MODIFIER else tr("Runs by itself")
    facts = [
        (tr("Kind"), f"{method.kind} · {role}"), (tr("Paper"), method.paper),
        (tr("How far it is known"), provenance_text(method) or str(method.provenance)),
        (tr("Works with"), ", ".join(method.families)), (tr("Name for scripts"), method.id),
    ]  # fmt: skip
    rows = "".join(f"<tr><td><b>{escape(k)}</b>&nbsp;</td><td>{escape(v)}</td></tr>" for k, v in facts if v)
    text = "".join(f"<p>{escape(part)}</p>" for part in method.help.split("\n\n"))
    fields = "".join(_field(field) for field in method.params)
    return f"<h2>{escape(method.title)}</h2>{text}<table>{rows}</table><h3>{escape(tr('Parameters'))}</h3>{fields}"


def _field(field: Field) -> str:
    notes = []
    if field.low is not None and field.high is not None:
        notes.append(tr("from {} to {}").format(f"{field.low:g}", f"{field.high:g}"))
    if field.choices:
        notes.append(tr("one of {}").format(", ".join(field.choices)))
    notes.append(tr("needed") if field.required else tr("default {}").format(field.default))
    if field.symbol:
        notes.append(tr("in the paper: {}").format(field.symbol))
    if field.source:
        notes.append(tr("source: {}").format(field.source))
    return f"<p><b>{escape(field.name)}</b> {escape(field.help)}<br><i>{escape('; '.join(notes))}</i></p>"

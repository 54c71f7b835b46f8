"""Whatever has no kind of its own here: a picture as it is, JSON as a tree."""

from itertools import islice

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from core.contract.fields import JSON
from studio.views.kept import Kept, Result
from studio.views.table import shown
from studio.views.view import View

MOST = 500
"""Children of one branch."""


class PictureView(View):
    """A kept picture."""

    def __init__(self, kept: Kept, result: Result) -> None:
        super().__init__(kept, result)
        label = QLabel()
        label.setAccessibleName(kept.name)
        picture = QPixmap(str(kept.path))
        if picture.isNull():
            raise kept.wrong("it is no picture")
        label.setPixmap(picture.scaled(512, 512, Qt.AspectRatioMode.KeepAspectRatio))
        column = QVBoxLayout(self)
        column.addWidget(label, 1, Qt.AlignmentFlag.AlignCenter)


class TreeView(View):
    """JSON, branch by branch."""

    def __init__(self, kept: Kept, result: Result) -> None:
        super().__init__(kept, result)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(kept.name)
        self.tree.setHeaderLabels([self.tr("Name"), self.tr("Value")])
        _grow(self.tree.invisibleRootItem(), kept.value)
        self.tree.resizeColumnToContents(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self.tree)


def _grow(under: QTreeWidgetItem, value: JSON) -> None:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else [("", value)]
    for name, inside in islice(pairs, MOST):
        deep = isinstance(inside, dict | list)
        branch = QTreeWidgetItem([str(name), "" if deep else shown(inside)])
        under.addChild(branch)
        if deep:
            _grow(branch, inside)

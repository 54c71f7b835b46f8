"""The layers, top first: seen or not, locked, named, ordered, how clear."""

from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio import look
from studio.document import edits
from studio.document.project import Layer, LayerKind
from studio.workspace import Workspace

ID = Qt.ItemDataRole.UserRole
SWATCH = 18
BUTTON = 26
"""Pixels a side; six beside each other fit the narrow dock."""


class LayersPanel(QWidget):
    """A view of `project.layers`; every change is an edit of the workspace."""

    wanted = Signal(str)
    """A button was pressed: what is done with the active layer, the name of a command without its `layer.`."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self._filling = False
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Layers"))
        self.list.setIconSize(QSize(SWATCH, SWATCH))
        self.list.installEventFilter(self)
        self.list.itemChanged.connect(self._edited)
        self.list.currentItemChanged.connect(self._chosen)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setAccessibleName(self.tr("Opacity of the layer"))
        self.opacity.setToolTip(self.opacity.accessibleName())
        self.opacity.valueChanged.connect(self._dialled)
        self.opacity.sliderReleased.connect(workspace.document.settle)
        self.buttons = {
            "mask": self._button("mdi6.plus-box-outline", self.tr("New mask")),
            "from_selection": self._button("mdi6.selection-drag", self.tr("Mask from the selection")),
            "to_selection": self._button("mdi6.selection-ellipse", self.tr("Selection from the mask")),
            "invert": self._button("mdi6.invert-colors", self.tr("Invert the mask")),
            "duplicate": self._button("mdi6.content-copy", self.tr("Duplicate the layer")),
            "up": self._button("mdi6.arrow-up", self.tr("Layer up")),
            "down": self._button("mdi6.arrow-down", self.tr("Layer down")),
            "lock": self._button("lock", self.tr("Lock the layer")),
            "remove": self._button("remove", self.tr("Remove the layer")),
        }
        self.buttons["lock"].setCheckable(True)
        self.percent = QLabel()
        self.percent.setObjectName("hint")
        above, below = QHBoxLayout(), QHBoxLayout()
        for name, button in self.buttons.items():
            (below if name in ("up", "down", "lock") else above).addWidget(button)
        above.addStretch(1)
        below.addWidget(self.opacity, 1)
        below.addWidget(self.percent)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.UNIT, look.UNIT // 2, look.UNIT, look.UNIT)
        column.setSpacing(2)
        for row in (above, below):
            row.setSpacing(0)
            column.addLayout(row)
        column.addWidget(self.list)
        workspace.changed.connect(self._heard)
        self.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """F2 over the list names a layer; elsewhere it is the project's."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_F2
        ):
            event.accept()
        return False

    @property
    def current(self) -> Layer | None:
        return self.workspace.project.active

    def refresh(self) -> None:
        """Show the document's layers, silently."""
        self._filling = True
        project = self.workspace.project
        self.list.clear()
        for layer in reversed(project.layers):
            item = QListWidgetItem(layer.name)
            item.setData(ID, layer.id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEditable)
            item.setCheckState(Qt.CheckState.Checked if layer.visible else Qt.CheckState.Unchecked)
            item.setIcon(self._picture(layer))
            item.setToolTip(self._told(layer))
            self.list.addItem(item)
            if layer.id == project.selection.active:
                self.list.setCurrentItem(item)
        layer_ = self.current
        self.opacity.setEnabled(layer_ is not None)
        self.opacity.setValue(round(100 * layer_.opacity) if layer_ else 100)
        self.percent.setText(f"{self.opacity.value()} %")
        self.buttons["lock"].setChecked(layer_ is not None and layer_.locked)
        self._filling = False

    def _told(self, layer: Layer) -> str:
        kinds = {
            LayerKind.PICTURE: self.tr("picture"), LayerKind.RESULT: self.tr("result"),
            LayerKind.MASK: self.tr("mask"), LayerKind.REGION: self.tr("region"),
        }  # fmt: skip
        return f"{layer.name} · {kinds[layer.kind]}" + (f" · {self.tr('locked')}" if layer.locked else "")

    def _picture(self, layer: Layer) -> QIcon:
        if layer.overlay and layer.color:
            made = QPixmap(SWATCH, SWATCH)
            made.fill(QColor(layer.color))
            return QIcon(made)
        return look.icon("picture")

    def _heard(self, names: frozenset[str]) -> None:
        if names & {"layers", "selection", "size"}:
            self.refresh()

    def _edited(self, item: QListWidgetItem) -> None:
        if self._filling:
            return
        id, layer = item.data(ID), self.workspace.project.layer(item.data(ID))
        if layer is None:
            return
        seen = item.checkState() == Qt.CheckState.Checked
        if seen != layer.visible:
            text = self.tr("Show layer") if seen else self.tr("Hide layer")
            self.workspace.edit(text, lambda p: edits.show_layer(p, id, seen))
        name = item.text().strip()
        if not name:
            self.refresh()  # a layer without a name could not be told from others
        elif name != layer.name:
            self.workspace.edit(self.tr("Rename layer"), lambda p: edits.rename_layer(p, id, name))

    def _chosen(self, item: QListWidgetItem | None, _old: Any) -> None:
        if not self._filling and item is not None:
            id = item.data(ID)
            self.workspace.edit(self.tr("Select layer"), lambda p: edits.select_layers(p, (id,)), merge="select")

    def _dialled(self, value: int) -> None:
        layer = self.current
        if not self._filling and layer is not None:
            self.workspace.edit(
                self.tr("Opacity"), lambda p: edits.set_opacity(p, layer.id, value / 100), merge=f"opacity {layer.id}"
            )

    def shift(self, by: int) -> None:
        layer = self.current
        if layer is not None:
            place = self.workspace.project.layers.index(layer)
            to = min(max(0, place + by), len(self.workspace.project.layers) - 1)
            self.workspace.edit(self.tr("Order layers"), lambda p: edits.move_layer(p, layer.id, to))

    def lock(self) -> None:
        layer = self.current
        if layer is not None:
            text = self.tr("Unlock layer") if layer.locked else self.tr("Lock layer")
            self.workspace.edit(text, lambda p: edits.lock_layer(p, layer.id, not layer.locked))

    def remove(self) -> None:
        layer = self.current
        if layer is not None:
            self.workspace.edit(self.tr("Remove layer"), lambda p: edits.remove_layers(p, (layer.id,)))

    def rename(self) -> None:
        """Let the active layer's name be typed in the list."""
        item = self.list.currentItem()
        if item is not None:
            self.list.editItem(item)

    def _button(self, icon: str, text: str) -> QToolButton:
        button = look.icon_button(icon, text)
        button.setFixedSize(BUTTON, BUTTON)
        button.clicked.connect(lambda: self.wanted.emit(next(n for n, b in self.buttons.items() if b is button)))
        return button

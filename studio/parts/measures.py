"""Numbers below the canvas: how large the active mask, region or selection is; and drags that are one step of undo each."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from studio.canvas.pixels import Pixels
from studio.canvas.toolbar import ZoomBar
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window

REST = 150
"""Milliseconds without an edit after which a mask is counted."""


class Measures(Part):
    """Joins the canvas to its bar of numbers."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.bar = window.findChild(ZoomBar)
        self._counted: Pixels | None = None
        self._wait = QTimer(self, singleShot=True, interval=REST)
        self._wait.timeout.connect(self.count)
        window.workspace.changed.connect(lambda _names: self._wait.start())
        window.view.let_go.connect(window.workspace.document.settle)
        self._wait.start()

    def count(self) -> None:
        """Show the facts of what is active, where they changed."""
        scene = self.window.view.scene
        item = scene.item(scene.active)
        mask = scene.selection or (item.pixels if item is not None and item.overlay else None)
        if self.bar is not None and mask is not self._counted:
            self._counted = mask
            self.bar.show_mask(mask)

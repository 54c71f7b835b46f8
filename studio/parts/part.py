"""A part of the window: one subject (projects, history, click-select, ...) joined to canvas, document and engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from core.contract.fields import JSON
from studio.commands import Command

if TYPE_CHECKING:
    from studio.window import Window


class Part(QObject):
    """Made once, after the window's own widgets stand. It adds docks or widgets and connects signals itself."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.window = window

    def commands(self) -> list[Command]:
        """Entries for menus, shortcuts and the palette."""
        return []

    def prepare(self, method: str, params: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """What of the canvas and the prompt a job is given beside its form, just before it goes into the queue.

        Raises:
            UserError: it cannot be sent like this; the sentence says why.
        """
        return params

    def close(self) -> None:
        """Let go of files and threads; the window has saved and goes."""

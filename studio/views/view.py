"""What every view of kept data is: a widget that shows one `Kept`, and asks the window for things by signals."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.views.kept import Kept, Result


class View(QWidget):
    """Shows one kept thing of one result."""

    use = Signal(int)
    """Put this picture of the result (from 0) on the canvas."""
    fill = Signal(dict, bool)
    """Bring the result's method up with these parameters changed; True: and run it."""
    told = Signal(str)
    """A sentence for the person."""

    def __init__(self, kept: Kept, result: Result) -> None:
        super().__init__()
        self.kept, self.result = kept, result

    def show_picture(self, place: int) -> None:
        """Another picture of the result is before the person's eyes (from 0)."""

"""Where to write a file: asked once, with its ending put on, and never over another file without a yes."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


def ask_path(parent: QWidget, title: str, name: str, endings: dict[str, str]) -> tuple[Path, str] | None:
    """The file and the chosen kind; None when the person thought better of it.

    Args:
        name: offered to begin with.
        endings: by kind as it is shown, such as `LoRA`, the ending with its dot.
    """
    filters = {f"{kind} (*{ending})": kind for kind, ending in endings.items()}
    text, chosen = QFileDialog.getSaveFileName(
        parent, title, name, ";;".join(filters), options=QFileDialog.Option.DontConfirmOverwrite
    )
    if not text:
        return None
    kind = filters.get(chosen, next(iter(endings)))
    path = Path(text)
    if path.suffix.lower() != endings[kind]:
        path = path.with_name(path.name + endings[kind])
    question = QCoreApplication.translate("Saving", "'{}' is there already. Replace it?").format(path.name)
    if path.exists() and QMessageBox.question(parent, title, question) != QMessageBox.StandardButton.Yes:
        return None
    return path, kind

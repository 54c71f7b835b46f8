"""What a form needs to know of the program around it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from core.contract.assets import AssetStore
from core.contract.fields import JSON, Field

FROM_REGIONS = "canvas:regions"
"""The value of a field that follows the regions on the canvas; what they are is put in when the job is sent."""


@dataclass(frozen=True)
class Told:
    """What the canvas has for a field with an entry for each word."""

    words: tuple[str, ...] = ()
    """That have a region, those asked for first."""
    problem: str = ""
    """Why it cannot be sent."""
    caution: str = ""


@dataclass(frozen=True)
class FormContext:
    """The store, the models at hand, and a way to ask the canvas for a value (its picture, masks, points, box)."""

    assets: AssetStore
    models: tuple[str, ...] = ("pocket",)
    pick: Callable[[Field], JSON] | None = None
    regions: Callable[[Sequence[str]], Told] | None = None
    """What the regions on the canvas say of these words (and of further ones)."""

    def take(self, path: str) -> str:
        """A file as the name of an asset.

        Raises:
            UserError: it cannot be read.
        """
        return path if path in self.assets else self.assets.put_file(Path(path))

    def title(self, name: str) -> str:
        """How a stored file is called in a form: its word or file name where known, else the start of its hash."""
        if name not in self.assets:
            return name
        origin = self.assets.origin(name)
        known = origin.get("word") or origin.get("concept") or origin.get("file")
        if known:
            return str(known)
        about = origin.get("patch")  # a change of the model: pairs of what went and what stands there now
        erased = about.get("erased") if isinstance(about, dict) else None
        if isinstance(erased, list) and erased and all(isinstance(pair, list) and pair for pair in erased):
            without = QCoreApplication.translate("Form", "without {}")
            return without.format(", ".join(str(pair[0]) for pair in erased if isinstance(pair, list)))
        return f"{name[:8]}…"

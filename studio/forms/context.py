"""What a form needs to know of the program around it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.contract.assets import AssetStore
from core.contract.fields import JSON, Field


@dataclass(frozen=True)
class FormContext:
    """The store, the models at hand, and a way to ask the canvas for a value (its picture, masks, points, box)."""

    assets: AssetStore
    models: tuple[str, ...] = ("pocket",)
    pick: Callable[[Field], JSON] | None = None

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
        return str(known) if known else f"{name[:8]}…"

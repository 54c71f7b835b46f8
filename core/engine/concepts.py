"""Concepts: what a person taught the program, one file each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.fields import JSON, ConceptRef, ImageRef
from core.weights.patch import WeightPatch


@dataclass(frozen=True)
class Concept:
    """A learned thing: its word, what it is, how it was made, and the patch that makes a model know it."""

    name: str
    """What the person calls it."""
    word: str
    """Its placeholder word, e.g. `<mug-1>`."""
    category: str
    """The plain word of its class, e.g. "mug"."""
    patch: WeightPatch
    method: str = ""
    """Id of the method that made it."""
    params: Mapping[str, JSON] | None = None
    base_identity: str = ""
    """`Model.identity` it was learned on."""
    pictures: tuple[ImageRef, ...] = ()
    seed: int = 0
    partners: tuple[str, ...] = ()
    """Words learned in the same training: their patch is shared, so they are strongest together."""

    @property
    def base(self) -> str:
        return self.patch.base

    @property
    def prompt(self) -> str:
        """How it is called for in a prompt when nothing else is said: the word before its class."""
        return f"{self.word} {self.category}".strip()

    def to_bytes(self) -> bytes:
        """The bytes of its file: the patch with this record in it."""
        about = {k: v for k, v in asdict(replace(self, patch=WeightPatch(self.base))).items() if k != "patch"}
        return self.patch.to_bytes({"concept": {**about, "params": dict(self.params or {})}})

    def keep(self, assets: AssetStore) -> ConceptRef:
        """Put it into a store; gives the file's name."""
        return assets.put(
            self.to_bytes(), "safetensors", {"concept": self.name, "word": self.word, "method": self.method}
        )

    @classmethod
    def read(cls, path: Path) -> "Concept":
        """The concept in a file.

        Raises:
            UserError: not a concept file.
        """
        patch, about = WeightPatch.read(path)
        record: dict[str, Any] | None = about.get("concept")
        if record is None:
            raise UserError(f"'{path.name}' is a patch without a concept.", "Use it with --patch instead of --concept.")
        known = {k: tuple(v) if isinstance(v, list) else v for k, v in record.items() if k in cls.__dataclass_fields__}
        return cls(patch=patch, **known)

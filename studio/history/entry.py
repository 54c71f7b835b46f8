"""One result with all that is needed to make it again."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.contract.fields import JSON, ConceptRef, ImageRef, MaskRef, PatchRef


@dataclass(frozen=True)
class Entry:
    """What a job left behind. Files are in the asset store; "run again" is `method` with `params`."""

    id: str
    """The job's id: a result that arrives twice is one entry."""
    method: str
    params: Mapping[str, JSON] = field(default_factory=dict)
    """Exactly as the engine got them."""
    recipe: Mapping[str, JSON] = field(default_factory=dict)
    """The document's recipe as a tree (`studio.document.tree.encode`), for "use in this picture"; empty: none."""
    model: str = ""
    model_hash: str = ""
    seed: int = 0
    version: str = ""
    """Of the program."""
    at: float = field(default_factory=time.time)
    """Seconds since 1970."""
    seconds: float = 0.0
    """It took."""
    prompt: str = ""
    concepts: tuple[str, ...] = ()
    """Names and words of the concepts in it, as a person searches for them."""
    images: tuple[ImageRef, ...] = ()
    masks: tuple[MaskRef, ...] = ()
    made: tuple[ConceptRef, ...] = ()
    """Concepts that were learned."""
    patch: PatchRef = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    """What views of it draw (`Outcome.data`)."""
    files: tuple[str, ...] = ()
    """Reports and exports outside the store."""
    project: str = ""
    note: str = ""
    pinned: bool = False
    rating: int = 0
    """0: not rated; 1 to 5."""

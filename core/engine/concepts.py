"""Concepts: what a person taught the program, one file each."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.fields import JSON, ConceptRef, ImageRef, PatchRef
from core.models.model import Model
from core.weights.patch import FullDelta, WeightPatch

if TYPE_CHECKING:
    from core.engine.run import Run


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
        known: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in record.items() if k in cls.__dataclass_fields__
        }
        return cls(patch=patch, **known)


def split_strength(ref: str) -> tuple[str, float]:
    """`file` or `file:0.8` as file and strength."""
    name, colon, number = ref.rpartition(":")
    if not colon:
        return ref, 1.0
    try:
        return name, float(number)
    except ValueError:
        return ref, 1.0


@contextmanager
def attach_concepts(model: Model, run: "Run", refs: Sequence[ConceptRef]) -> Iterator[tuple[Concept, ...]]:
    """Make a model know these concepts (`ref` or `ref:strength`) while the block runs.

    Concepts of one training share their weight changes, which are attached once.
    """
    chosen = [(run.concept(name), strength) for name, strength in map(split_strength, refs)]
    with ExitStack() as stack:
        for patch, strength in _distinct(chosen):
            stack.enter_context(patch.attach(model, strength))
        yield tuple(concept for concept, _ in chosen)


@contextmanager
def changed(
    model: Model, run: "Run", concepts: Sequence[ConceptRef], patches: Sequence[PatchRef]
) -> Iterator[tuple[Concept, ...]]:
    """A model with concepts and patches (each with `:strength` where it is not 1) while the block runs."""
    with ExitStack() as stack:
        known = stack.enter_context(attach_concepts(model, run, concepts))
        for ref in patches:
            name, strength = split_strength(ref)
            stack.enter_context(run.patch(name).attach(model, strength))
        # Remembered text features do not know of low-rank layers beside a text encoder.
        model.forget_prompts()
        stack.callback(model.forget_prompts)
        yield known


def _distinct(chosen: Sequence[tuple[Concept, float]]) -> list[tuple[WeightPatch, float]]:
    """One patch per training, at the largest strength asked for, every word once."""
    groups: dict[str, tuple[WeightPatch, float]] = {}
    seen: dict[str, Concept] = {}
    for concept, strength in chosen:
        patch = concept.patch
        key = _digest(patch)
        for word in patch.words:
            if word in seen and _digest(seen[word].patch) != key:
                raise UserError(f"The concepts '{seen[word].name}' and '{concept.name}' both use the word '{word}'.",
                                "Rename one of them.")  # fmt: skip
            seen[word] = concept
        if key in groups:
            known, most = groups[key]
            patch, strength = replace(known, words={**known.words, **patch.words}), max(most, strength)
        groups[key] = (patch, strength)
    return list(groups.values())


def _digest(patch: WeightPatch) -> str:
    """Equal for concepts of one training: a hash of the weight changes, or of the words where there are none."""
    digest = hashlib.sha256()
    for path, delta in sorted(patch.deltas.items()):
        tensor = delta.change if isinstance(delta, FullDelta) else delta.up
        digest.update(path.encode() + tensor.detach().cpu().float().numpy().tobytes())
    if not patch.deltas:
        digest.update(repr(sorted(patch.words)).encode())
    return digest.hexdigest()

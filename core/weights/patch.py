"""Changes to named layers of a base model, plus placeholder words: what training and erasing produce.

Patches add up, and every exporter starts from one. Files are safetensors with ONE metadata key that holds sorted JSON:
several keys would be written in random order and the file's hash would differ each time.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from core.contract.assets import write_atomic
from core.contract.errors import UserError
from core.models.model import Model
from core.weights.lowrank import Gain, LowRankLayer, beside_layers

METADATA = "concept_studio"
FORMAT = 1


@dataclass(frozen=True)
class FullDelta:
    """A change of one parameter, added to it: same shape."""

    change: Tensor


@dataclass(frozen=True)
class LowRank:
    """A change of one layer's weight, `alpha / rank * up @ down`: down (rank, in[, k, k]), up (out, rank[, 1, 1])."""

    down: Tensor
    up: Tensor
    alpha: float

    @property
    def rank(self) -> int:
        return int(self.down.shape[0])

    def full(self) -> Tensor:
        """The change as one tensor, like the layer's weight."""
        return LowRankLayer(self.down.float(), self.up.float(), self.alpha).delta().detach()


Delta = FullDelta | LowRank


@dataclass(frozen=True)
class WeightPatch:
    """Changes to named layers of one family, plus placeholder words.

    Keys of `deltas` begin with the component (`unet.`, `text.`, `text2.`, `vae.`): a parameter's path for a `FullDelta`
    (`unet.….to_k.weight`), a module's path for a `LowRank` (`unet.….to_k`). `words` holds one tensor (vectors, width)
    per text encoder.
    """

    base: str
    deltas: Mapping[str, Delta] = field(default_factory=dict)
    words: Mapping[str, tuple[Tensor, ...]] = field(default_factory=dict)

    @contextmanager
    def attach(self, model: Model, strength: float = 1.0) -> Iterator[Gain]:
        """Put the changes on a model while the block runs; what was there comes back to the bit.

        Full changes are written with `strength`; low-rank ones run beside the layer with the live gain that is yielded.

        Raises:
            UserError: the patch belongs to another family, or a layer does not fit.
        """
        self.check(model)
        gain = Gain(strength)
        with ExitStack() as stack:
            layers = {}
            for path, delta in self.deltas.items():
                if isinstance(delta, FullDelta):
                    if strength:
                        stack.enter_context(_swapped(model, path, delta.change, strength))
                else:
                    layers[path] = LowRankLayer(delta.down.to(model.device), delta.up.to(model.device), delta.alpha)
            for layer in layers.values():
                layer.requires_grad_(False)
            stack.enter_context(beside_layers(model, layers, gain))
            if self.words:
                stack.enter_context(_worded(model, self.words))
            yield gain

    def check(self, model: Model) -> None:
        """Raises `UserError` unless this patch is made for the model's family."""
        if self.base != model.family.name:
            raise UserError(f"This patch was made for the family '{self.base}', the model is {model.family.title}.",
                            "Choose a model of that family.")  # fmt: skip

    def scaled(self, factor: float) -> "WeightPatch":
        """All changes times a factor; words stay as they are."""

        def one(delta: Delta) -> Delta:
            if isinstance(delta, FullDelta):
                return FullDelta(delta.change * factor)
            return replace(delta, up=delta.up * factor)

        return replace(self, deltas={k: one(d) for k, d in self.deltas.items()})

    def __add__(self, other: "WeightPatch") -> "WeightPatch":
        """Both patches at once. Low-rank parts of one layer are stacked along the rank."""
        if self.base != other.base:
            raise UserError(f"A patch for '{self.base}' and one for '{other.base}' cannot be combined.")
        twice = set(self.words) & set(other.words)
        if twice:
            raise UserError(f"The word '{min(twice)}' is in both patches.", "Rename one of the concepts.")
        deltas = dict(self.deltas)
        for key, delta in other.deltas.items():
            deltas[key] = _sum(deltas[key], delta) if key in deltas else delta
        return WeightPatch(self.base, deltas, {**self.words, **other.words})

    @property
    def parameters(self) -> int:
        """How many numbers the patch holds."""
        sizes = [d.change.numel() if isinstance(d, FullDelta) else d.down.numel() + d.up.numel()
                 for d in self.deltas.values()]  # fmt: skip
        return sum(sizes) + sum(v.numel() for vectors in self.words.values() for v in vectors)

    # --- files --------------------------------------------------------------------------------------------------

    def to_bytes(self, about: Mapping[str, Any] | None = None) -> bytes:
        """The patch as the bytes of a safetensors file. Equal patches give equal bytes."""
        tensors: dict[str, Tensor] = {}
        alphas: dict[str, float] = {}
        for path, delta in sorted(self.deltas.items()):
            if isinstance(delta, FullDelta):
                tensors[f"full/{path}"] = delta.change
            else:
                tensors[f"down/{path}"], tensors[f"up/{path}"] = delta.down, delta.up
                alphas[path] = delta.alpha
        for name, vectors in sorted(self.words.items()):
            for i, vector in enumerate(vectors):
                tensors[f"word/{i}/{name}"] = vector
        ready = {k: t.detach().cpu().clone().contiguous() for k, t in tensors.items()}
        meta = {"format": FORMAT, "base": self.base, "alphas": alphas, "about": dict(about or {})}
        return save(ready, {METADATA: json.dumps(meta, sort_keys=True)})  # type: ignore[no-any-return]

    def save(self, path: Path, about: Mapping[str, Any] | None = None) -> None:
        """One safetensors file, written whole or not at all."""
        write_atomic(path, self.to_bytes(about))

    @classmethod
    def load(cls, path: Path) -> "WeightPatch":
        return cls.read(path)[0]

    @classmethod
    def read(cls, path: Path) -> "tuple[WeightPatch, dict[str, Any]]":
        """The patch in a file, and what its maker wrote about it.

        Raises:
            UserError: not a safetensors file, or not one of ours.
        """
        try:
            with safe_open(path, "pt") as file:
                meta = json.loads((file.metadata() or {}).get(METADATA, "null"))
                tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError, ValueError) as error:
            raise UserError(
                f"'{path}' cannot be read as a patch: {error}.", "The file is damaged or of another kind."
            ) from error
        if not isinstance(meta, dict) or meta.get("format") != FORMAT:
            raise UserError(f"'{path}' is not a patch or concept of this program.",
                            "Import a LoRA or an embedding first: studio run core.import_patch.")  # fmt: skip
        return cls._built(meta, tensors, path), meta.get("about", {})

    @classmethod
    def _built(cls, meta: Mapping[str, Any], tensors: Mapping[str, Tensor], path: Path) -> "WeightPatch":
        deltas: dict[str, Delta] = {}
        words: dict[str, dict[int, Tensor]] = {}
        for key, tensor in tensors.items():
            kind, _, name = key.partition("/")
            if kind == "full":
                deltas[name] = FullDelta(tensor)
            elif kind == "down":
                deltas[name] = LowRank(tensor, tensors[f"up/{name}"], float(meta["alphas"][name]))
            elif kind == "word":
                index, _, word = name.partition("/")
                words.setdefault(word, {})[int(index)] = tensor
            elif kind != "up":
                raise UserError(f"'{path}' holds '{key}', which this version does not know.", "Update the program.")
        return cls(meta["base"], deltas, {w: tuple(v[i] for i in sorted(v)) for w, v in words.items()})


@contextmanager
def _swapped(model: Model, path: str, change: Tensor, strength: float) -> Iterator[None]:
    parameter = _parameter(model, path, change)
    kept = parameter.data
    # The sum is made in fp32 and the old tensor kept: subtracting would not restore the bits.
    parameter.data = (kept.float() + strength * change.to(kept.device, torch.float32)).to(kept.dtype)
    try:
        yield
    finally:
        parameter.data = kept


def _parameter(model: Model, path: str, change: Tensor) -> nn.Parameter:
    component, _, rest = path.partition(".")
    try:
        parameter = model.components[component].get_parameter(rest)
    except (AttributeError, KeyError) as error:
        raise UserError(f"This patch changes '{path}', which {model.family.title} does not have.",
                        "It belongs to another model family.") from error  # fmt: skip
    if parameter.shape != change.shape:
        raise UserError(f"This patch does not fit: '{path}' is {tuple(change.shape)} in the patch and "
                        f"{tuple(parameter.shape)} in the model.", "It belongs to another model family.")  # fmt: skip
    return parameter


@contextmanager
def _worded(model: Model, words: Mapping[str, tuple[Tensor, ...]]) -> Iterator[None]:
    before = model.words
    twice = {w.lower() for w in words} & set(before)
    if twice:
        raise UserError(f"The word '{min(twice)}' belongs to two concepts at once.", "Rename one of them.")
    model.set_words({**before, **words})
    try:
        yield
    finally:
        model.set_words(before)


def _sum(first: Delta, second: Delta) -> Delta:
    if isinstance(first, FullDelta) and isinstance(second, FullDelta):
        return FullDelta(first.change + second.change)
    if isinstance(first, LowRank) and isinstance(second, LowRank):
        ups = [d.up * (d.alpha / d.rank) for d in (first, second)]
        rank = first.rank + second.rank
        return LowRank(torch.cat([first.down, second.down]), torch.cat(ups, 1), float(rank))
    raise ValueError("a full and a low-rank change cannot share a key")

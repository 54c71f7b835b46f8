"""Weights lent for training: blocks that make words, whole networks or low-rank layers trainable and then put the model
back to the bit."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from core.contract.errors import UserError
from core.models.model import Model
from core.weights.lowrank import Gain, LowRankLayer, beside_layers
from core.weights.patch import FullDelta, LowRank

Words = dict[str, tuple[nn.Parameter, ...]]

TEXT_ATTENTION = ("q_proj", "k_proj", "v_proj", "out_proj")


@contextmanager
def trainable_words(model: Model, start: Mapping[str, tuple[Tensor, ...]]) -> Iterator[Words]:
    """New placeholder words as parameters of their own, fp32, beside the embedding table.

    So weight decay and clipping see only them and no old row can move (the papers train the whole matrix and put old
    rows back). All words of a block share one table in the network's pass, so a word that is not in the current prompt
    gets a gradient of zero and still moves by momentum, as theirs do.

    Args:
        start: for each word one tensor (vectors, width) per text encoder.

    Raises:
        UserError: the model knows such a word already.
    """
    before = model.words
    for word in start:
        if word.lower() in before:
            raise UserError(f"The word '{word}' is already in use.", "Choose another name.")
    words = {
        word.lower(): tuple(nn.Parameter(v.detach().to(model.device, torch.float32).clone()) for v in vectors)
        for word, vectors in start.items()
    }
    model.set_words({**before, **words})
    try:
        yield words
    finally:
        model.set_words(before)


class FullWeights:
    """Whole parameters in training: fp32 copies stand in the network, what was there is kept."""

    def __init__(self, parameters: Mapping[str, nn.Parameter], kept: Mapping[str, Tensor]) -> None:
        self.parameters = dict(parameters)
        self._kept = dict(kept)

    def deltas(self) -> dict[str, FullDelta]:
        """What changed so far, fp32; parameters that did not move are left out."""
        found = {}
        for path, parameter in self.parameters.items():
            change = parameter.detach() - self._kept[path].to(parameter.dtype)
            if bool(change.any()):
                found[path] = FullDelta(change.cpu())
        return found


@contextmanager
def trainable_weights(model: Model, wanted: Callable[[str], bool]) -> Iterator[FullWeights]:
    """Make parameters trainable whose path (`unet.…`, `text.…`, `text2.…`, with `.weight` or `.bias`) is wanted.

    A half-precision model gets fp32 copies of these: run its forward under autocast.

    Raises:
        ValueError: nothing is wanted.
    """
    chosen = {
        f"{component}.{name}": parameter
        for component, module in model.components.items()
        for name, parameter in module.named_parameters()
        if wanted(f"{component}.{name}")
    }
    if not chosen:
        raise ValueError("no parameter is wanted")
    kept = {path: parameter.data for path, parameter in chosen.items()}
    asked = {path: parameter.requires_grad for path, parameter in chosen.items()}
    # Steps are counted on the parameter though they change a copy: the count goes back with the tensor, else the model
    # cache would take the model for changed and load it again after every training.
    versions = [parameter._version for parameter in chosen.values()]
    try:
        for parameter in chosen.values():
            parameter.data = parameter.data.to(torch.float32, copy=True)
            parameter.requires_grad_(True)
        yield FullWeights(chosen, kept)
    finally:
        for path, parameter in chosen.items():
            parameter.data = kept[path]
            parameter.requires_grad_(asked[path])
            parameter.grad = None
        torch._C._autograd._unsafe_set_version_counter(tuple(chosen.values()), tuple(versions))
        model.forget_prompts()


@contextmanager
def trainable_lowrank(
    model: Model, paths: Iterable[str], rank: int, alpha: float | None = None, generator: torch.Generator | None = None
) -> Iterator[dict[str, LowRankLayer]]:
    """New low-rank layers, fp32 and trainable, beside these modules of the model."""
    layers = {path: LowRankLayer.beside(model.module(path), rank, alpha, generator).float() for path in paths}
    if not layers:
        raise ValueError("no layer is wanted")
    with beside_layers(model, layers, Gain(1.0)):
        try:
            yield layers
        finally:
            model.forget_prompts()  # text features do not know of hooks


def lowrank_deltas(layers: Mapping[str, LowRankLayer]) -> dict[str, LowRank]:
    """Trained layers as part of a patch."""
    return {p: LowRank(low.down.detach().cpu(), low.up.detach().cpu(), low.alpha) for p, low in layers.items()}


def attention_paths(model: Model, text: bool = True) -> list[str]:
    """Module paths of all attention projections of the U-Net and, with `text`, of the text encoders."""
    found = [path for path, _ in model.projections("both", ("query", "key", "value", "out"))]
    for component, module in model.components.items():
        if text and component.startswith("text"):
            found += [f"{component}.{n}" for n, _ in module.named_modules() if n.rsplit(".", 1)[-1] in TEXT_ATTENTION]
    return found


@contextmanager
def checkpointed(model: Model, wanted: bool) -> Iterator[None]:
    """Recompute U-Net blocks in backward instead of keeping them: a third of the memory for about 1.5 times the time.

    Enter it before `hooked`, which teaches the recomputation what the first pass knew.
    """
    if not wanted:
        yield
        return
    names = ("gradient_checkpointing", "_gradient_checkpointing_func")
    was = [(m, {n: m.__dict__[n] for n in names if n in m.__dict__}) for m in model.unet.modules()]
    model.unet.enable_gradient_checkpointing()
    try:
        yield
    finally:
        for module, attributes in was:
            for name in names:  # diffusers would leave both behind when it is switched off
                module.__dict__.pop(name, None)
            module.__dict__.update(attributes)

"""Attention as methods see it, and the one processor that shows it to them.

The processor stands on exactly those layers whose site some hook asked for. Keys, values and `bias` can be changed at
the price of the fast kernel; only asking for `probabilities()` costs memory.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import torch
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from core.models.conditioning import has_label
from core.models.schedule import Step

if TYPE_CHECKING:
    from core.models.model import Model

Kind = Literal["self", "cross"]
Part = Literal["down", "mid", "up"]
Attend = Callable[["AttentionCall"], Tensor]
"""(rows, pixels, channels), after the layer's output projection; rows mix linearly there."""


@dataclass(frozen=True)
class Site:
    """One attention layer of a U-Net."""

    name: str
    """Module path, e.g. `down_blocks.0.attentions.0.transformer_blocks.0.attn2`."""
    part: Part
    kind: Kind
    level: int
    """How often the latent was halved: 0 is the latent's own size."""
    index: int
    """Place in the order of execution (down, mid, up) among the layers of its kind, from 0."""


@dataclass(frozen=True)
class Sites:
    """A choice of attention layers by kind, part, level and index; None means any."""

    kinds: frozenset[str] = frozenset({"self", "cross"})
    parts: frozenset[str] | None = None
    levels: frozenset[int] | None = None
    indices: frozenset[int] | None = None

    @staticmethod
    def none() -> "Sites":
        return Sites(kinds=frozenset())

    @staticmethod
    def of(
        kind: Kind, *, parts: Sequence[Part] = (), levels: Sequence[int] = (), indices: Sequence[int] = ()
    ) -> "Sites":
        """Layers of one kind; an empty choice means any."""
        return Sites(
            frozenset({kind}),
            frozenset(parts) if parts else None,
            frozenset(levels) if levels else None,
            frozenset(indices) if indices else None,
        )

    @staticmethod
    def all() -> "Sites":
        return Sites()

    def wants(self, site: Site) -> bool:
        return (
            site.kind in self.kinds
            and (self.parts is None or site.part in self.parts)
            and (self.levels is None or site.level in self.levels)
            and (self.indices is None or site.index in self.indices)
        )


def find_sites(unet: nn.Module) -> list[tuple[Site, Attention]]:
    """Every attention layer with its place, in order of execution. diffusers lists them down, up, mid."""
    found: list[tuple[str, Part, int, Attention]] = []
    downs: list[Any] = list(unet.down_blocks)  # type: ignore[arg-type]
    level = 0
    for i, block in enumerate(downs):
        found += [(f"down_blocks.{i}.{n}", "down", level, m) for n, m in _layers(block)]
        level += 1 if getattr(block, "downsamplers", None) else 0
    if getattr(unet, "mid_block", None) is not None:
        found += [(f"mid_block.{n}", "mid", level, m) for n, m in _layers(unet.mid_block)]  # type: ignore[arg-type]
    for i, block in enumerate(unet.up_blocks):  # type: ignore[arg-type]
        found += [(f"up_blocks.{i}.{n}", "up", level, m) for n, m in _layers(block)]
        level -= 1 if getattr(block, "upsamplers", None) else 0
    counts = {"self": 0, "cross": 0}
    sites: list[tuple[Site, Attention]] = []
    for name, part, depth, layer in found:
        kind: Kind = "cross" if name.endswith("attn2") else "self"
        sites.append((Site(name, part, kind, depth, counts[kind]), layer))
        counts[kind] += 1
    return sites


def _layers(block: nn.Module) -> Iterator[tuple[str, Attention]]:
    for name, module in block.named_modules():
        if isinstance(module, Attention) and name.endswith(("attn1", "attn2")):
            yield name, module


@dataclass(frozen=True)
class AttentionCall:
    """One call of one attention layer."""

    step: Step
    site: Site
    grid: tuple[int, int]
    """Height and width behind the query tokens: the latent's, halved `level` times, rounded up."""
    labels: tuple[str, ...]
    query: Tensor
    """(rows, heads, pixels, width)"""
    key: Tensor
    """(rows, heads, tokens, width)"""
    value: Tensor
    """(rows, heads, tokens, width)"""
    layer: Attention = field(repr=False)
    bias: Tensor | None = None
    """Added to the scores; any shape that broadcasts to (rows, heads, pixels, tokens). Finite: -inf is not safe."""
    weights: Tensor | None = None
    """Probabilities that a hook further out has decided, (rows, heads, pixels, tokens)."""
    again: bool = False
    """The second forward of gradient checkpointing: do the same tensor work, skip keeping."""

    def rows(self, label: str) -> list[int]:
        """Numbers of the rows with a label; "prompt" also finds "prompt/maps"."""
        return [i for i, own in enumerate(self.labels) if has_label(own, label)]

    def probabilities(self, rows: Sequence[int] | None = None) -> Tensor:
        """softmax(scale q k^T + bias) in fp32, (rows, heads, pixels, tokens); what a hook further out decided, if it did."""
        chosen = slice(None) if rows is None else list(rows)
        if self.weights is not None:
            return self.weights[chosen]
        query, key = self.query[chosen], self.key[chosen]
        # Under autocast a float32 product would be made in bf16 again.
        with torch.autocast(query.device.type, enabled=False):
            scores: Tensor = (query.float() * self.layer.scale) @ key.float().transpose(-1, -2)
            if self.bias is not None:
                shape = (self.query.shape[0], self.query.shape[1], self.query.shape[2], self.key.shape[2])
                scores = scores + self.bias.float().expand(shape)[chosen]
            return scores.softmax(-1)

    def project(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """This layer's key and value for other text (rows, tokens, width): each (rows, heads, tokens, width)."""
        return self.split(self.layer.to_k(features)), self.split(self.layer.to_v(features))

    def split(self, tokens: Tensor) -> Tensor:
        """(rows, tokens, channels) -> (rows, heads, tokens, width)"""
        rows, count, channels = tokens.shape
        return tokens.view(rows, count, self.layer.heads, channels // self.layer.heads).transpose(1, 2)

    def pick(self, rows: Sequence[int]) -> "AttentionCall":
        """The call for some rows only."""
        index = list(rows)

        def part(tensor: Tensor | None) -> Tensor | None:
            if tensor is None or tensor.ndim < 4 or tensor.shape[0] == 1:
                return tensor
            return tensor[index]

        return replace(
            self, step=self.step.pick(index), labels=tuple(self.labels[i] for i in index), query=self.query[index],
            key=self.key[index], value=self.value[index], bias=part(self.bias), weights=part(self.weights),
        )  # fmt: skip


@contextmanager
def install(
    model: "Model", site: Site, layer: Attention, hooks: Sequence[tuple[int, Callable[[AttentionCall, Attend], Tensor]]]
) -> Iterator[None]:
    """Put the processor on one layer for these (depth, attend) pairs, and the previous one back on exit."""
    previous = layer.processor
    layer.set_processor(HookProcessor(model, site, hooks, previous))
    try:
        yield
    finally:
        # set_processor would pop a module processor from the tree first; the attribute itself is what counts.
        layer.processor = previous


class HookProcessor:
    """diffusers' attention, step by step, with the hooks' `attend` around it."""

    def __init__(
        self,
        model: "Model",
        site: Site,
        hooks: Sequence[tuple[int, Callable[[AttentionCall, Attend], Tensor]]],
        previous: Any,
    ) -> None:
        self.model = model
        self.site = site
        self.hooks = tuple(hooks)
        self.previous = previous

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Any = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        ip_adapter_masks: Any = None,
    ) -> Tensor:
        now = self.model.now
        if now is None:  # called outside Model.predict: behave as the layer did before
            return self.previous(attn, hidden_states, encoder_hidden_states, attention_mask, temb)  # type: ignore[no-any-return]
        residual, shape = hidden_states, hidden_states.shape
        text, pictures = _image_prompts(encoder_hidden_states)
        hidden, text = _prepare(attn, hidden_states, text, temb)
        query = attn.to_q(hidden)
        source = hidden if text is None else text
        call = AttentionCall(
            now.step, self.site, _grid(now.shape, self.site.level), now.labels,
            _split(query, attn.heads), _split(attn.to_k(source), attn.heads), _split(attn.to_v(source), attn.heads),
            attn, bias=_bias(attention_mask, attn.heads, len(now.labels)), again=now.again,
        )  # fmt: skip
        chain: Attend = lambda c: self._finish(c, pictures)
        for depth, attend in reversed(self.hooks):
            if depth >= now.depth:
                chain = _around(attend, chain)
        output = chain(call)
        if len(shape) == 4:
            output = output.transpose(-1, -2).reshape(shape)
        if attn.residual_connection:
            output = output + residual
        scaled: Tensor = output / attn.rescale_output_factor
        return scaled

    def _finish(self, call: AttentionCall, pictures: Sequence[Tensor]) -> Tensor:
        attn = call.layer
        if call.weights is not None:
            mixed = call.weights.to(call.value.dtype) @ call.value
        else:
            mixed = scaled_dot_product_attention(
                call.query, call.key, call.value, attn_mask=call.bias, scale=attn.scale
            )
        if pictures:
            mixed = mixed + self._picture_part(call, pictures)
        rows, heads, pixels, width = mixed.shape
        output = mixed.transpose(1, 2).reshape(rows, pixels, heads * width).to(call.query.dtype)
        for layer in attn.to_out:
            output = layer(output)
        return output

    def _picture_part(self, call: AttentionCall, pictures: Sequence[Tensor]) -> Tensor:
        """Image prompts, through the previous processor's own layers."""
        own = self.previous
        total: Tensor | float = 0.0
        for state, to_k, to_v, scale in zip(pictures, own.to_k_ip, own.to_v_ip, own.scale, strict=True):
            tokens = state.flatten(1, 2) if state.ndim == 4 else state
            key, value = call.split(to_k(tokens)), call.split(to_v(tokens))
            total = total + scale * scaled_dot_product_attention(call.query, key, value)
        return total  # type: ignore[return-value]


def _around(attend: Callable[[AttentionCall, Attend], Tensor], inner: Attend) -> Attend:
    return lambda call: attend(call, inner)


def _image_prompts(states: Any) -> tuple[Tensor | None, Sequence[Tensor]]:
    if isinstance(states, tuple):
        return states[0], states[1]
    return states, ()


def _prepare(attn: Attention, hidden: Tensor, text: Tensor | None, temb: Tensor | None) -> tuple[Tensor, Tensor | None]:
    if attn.spatial_norm is not None:
        hidden = attn.spatial_norm(hidden, temb)
    if hidden.ndim == 4:
        hidden = hidden.flatten(2).transpose(1, 2)
    if attn.group_norm is not None:
        hidden = attn.group_norm(hidden.transpose(1, 2)).transpose(1, 2)
    if text is not None and attn.norm_cross:
        text = attn.norm_encoder_hidden_states(text)
    return hidden, text


def _split(tokens: Tensor, heads: int) -> Tensor:
    rows, count, channels = tokens.shape
    return tokens.view(rows, count, heads, channels // heads).transpose(1, 2)


def _bias(mask: Tensor | None, heads: int, rows: int) -> Tensor | None:
    """diffusers passes masks as (rows, 1, tokens), an additive bias."""
    if mask is None:
        return None
    return mask.view(rows, -1, mask.shape[-2], mask.shape[-1]) if mask.ndim == 3 else mask


def _grid(latent: tuple[int, int], level: int) -> tuple[int, int]:
    return math.ceil(latent[0] / 2**level), math.ceil(latent[1] / 2**level)

"""A base model: text encoders, U-Net, autoencoder and schedule, with one way to ask each."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn

from core.contract.errors import UserError
from core.models.conditioning import Conditioning
from core.models.families import Family
from core.models.schedule import Schedule, Step
from core.models.words import Tokens, Vocabulary

_REMEMBERED_PROMPTS = 64


@dataclass(frozen=True)
class Pass:
    """One network call: what layers, patches and hooks may know of it."""

    step: Step
    labels: tuple[str, ...]
    shape: tuple[int, int]
    """Latent height and width."""
    depth: int = 0
    """Hooks before this place do not attend."""
    again: bool = False
    """The second forward of gradient checkpointing."""


class TextEncoder:
    """One CLIP text tower with its tokenizer, and the placeholder words that live beside both."""

    def __init__(self, encoder: nn.Module, tokenizer: Any) -> None:
        self.encoder = encoder
        self.vocabulary = Vocabulary(tokenizer)
        self.tower: Any = getattr(encoder, "text_model", encoder)
        self.added: dict[str, Tensor] = {}
        self._table: Tensor | None = None
        embedding = self.embedding
        self._check(embedding, tokenizer)
        # A config of the old releases says eos 2, which makes transformers pool at the largest id: an added word.
        self.tower.eos_token_id = tokenizer.eos_token_id

    @property
    def embedding(self) -> nn.Embedding:
        return self.tower.embeddings.token_embedding  # type: ignore[no-any-return]

    @property
    def width(self) -> int:
        return int(self.embedding.weight.shape[1])

    @property
    def device(self) -> torch.device:
        return self.embedding.weight.device

    def features(self, ids: Tensor, read: Literal["last", "penultimate"]) -> tuple[Tensor, Tensor | None]:
        """Token features (rows, tokens, width) and, of a projecting encoder, pooled features (rows, width)."""
        with self._words_in_place():
            output = self.encoder(ids.to(self.device), output_hidden_states=read == "penultimate")
        tokens = output.hidden_states[-2] if read == "penultimate" else output.last_hidden_state
        return tokens, getattr(output, "text_embeds", None)

    def set_words(self, words: Mapping[str, Tensor]) -> None:
        """The placeholder words, each with its vectors (count, width). Gradients reach the vectors."""
        for name, vectors in words.items():
            if vectors.ndim != 2 or vectors.shape[1] != self.width:
                raise UserError(f"The word '{name}' has vectors of width {vectors.shape[-1]}, this model's text encoder "
                                f"has {self.width}.", "Use it with a model of the family it was made for.")  # fmt: skip
        self.added = {name.lower(): vectors for name, vectors in words.items()}
        self.vocabulary.set_added({name: len(v) for name, v in self.added.items()})

    def vectors_of(self, text: str) -> Tensor:
        """Rows of the embedding table for a text without placeholder words, (tokens, width); a copy."""
        ids = self.vocabulary.tokenizer(text, add_special_tokens=False)["input_ids"]
        if not ids:
            raise UserError(f"'{text}' has no tokens.", "Write a word of letters.")
        return self.embedding.weight[torch.tensor(ids, device=self.device)].detach().clone()

    @contextmanager
    def _words_in_place(self) -> Iterator[None]:
        if not self.added:
            yield
            return
        first = self.vocabulary.first_added
        table = torch.cat([v.to(self.device, self.embedding.weight.dtype) for v in self.added.values()])
        seen: list[Tensor] = []

        def before(_module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            seen.append(inputs[0])
            return (inputs[0].clamp(max=first - 1), *inputs[1:])

        def after(_module: nn.Module, _inputs: Any, output: Tensor) -> Tensor:
            ids = seen.pop()
            rows = table[(ids - first).clamp(min=0)]
            return torch.where((ids >= first).unsqueeze(-1), rows, output)

        handles = [self.embedding.register_forward_pre_hook(before), self.embedding.register_forward_hook(after)]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    @staticmethod
    def _check(embedding: nn.Embedding, tokenizer: Any) -> None:
        # A missing tokenizer folder loads as a tokenizer of two tokens, without an error.
        if len(tokenizer) != embedding.num_embeddings:
            raise UserError(f"The tokenizer knows {len(tokenizer)} tokens, the text encoder {embedding.num_embeddings}.",
                            "The tokenizer folder is missing or belongs to another model.")  # fmt: skip


@dataclass
class Model:
    """A base model on one device. Weights are frozen and in eval mode unless a training block says otherwise."""

    family: Family
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text: tuple[TextEncoder, ...]
    schedule: Schedule
    source: str = ""
    """Where it came from, as the person wrote it."""
    identity: str = ""
    """Hash of its weights' headers, for recipes and caches."""
    now: Pass | None = field(default=None, repr=False)
    hooked: bool = field(default=False, repr=False)
    _prompts: "OrderedDict[Any, tuple[Tensor, Tensor | None]]" = field(default_factory=OrderedDict, repr=False)

    @property
    def device(self) -> torch.device:
        return self.unet.device  # type: ignore[no-any-return]

    @property
    def factor(self) -> int:
        """Pixels per latent cell."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    @property
    def channels(self) -> int:
        return int(self.vae.config.latent_channels)

    @property
    def size(self) -> int:
        """Native side in pixels."""
        sample = self.unet.config.sample_size or self.family.size // self.factor
        return int(sample if isinstance(sample, int) else sample[0]) * self.factor

    @property
    def width(self) -> int:
        """Width of the text features that cross-attention reads."""
        return int(self.unet.config.cross_attention_dim)

    def latent_shape(self, height: int, width: int, count: int = 1) -> tuple[int, int, int, int]:
        """Shape of a latent for a picture; sides must be multiples of `factor`.

        Raises:
            UserError: a size that the autoencoder cannot make.
        """
        if height % self.factor or width % self.factor or min(height, width) < self.factor * 2:
            good = [max(2, round(s / self.factor)) * self.factor for s in (width, height)]
            raise UserError(f"A picture of {width} x {height} is not possible: both sides must be multiples of "
                            f"{self.factor}.", f"Use {good[0]} x {good[1]}.")  # fmt: skip
        return count, self.channels, height // self.factor, width // self.factor

    # --- text ---------------------------------------------------------------------------------------------------

    def encode_prompts(
        self, prompts: Sequence[str], labels: Sequence[str] = ("prompt",), size: tuple[int, int] | None = None
    ) -> Conditioning:
        """Text features, one row per prompt. All rows get as many chunks as the longest prompt needs.

        Args:
            labels: one per prompt, or one for all.
            size: height and width of the picture, for families that are told (SDXL); the native size by default.
        """
        names = tuple(labels) * len(prompts) if len(labels) == 1 else tuple(labels)
        chunks = max(len(self.text[0].vocabulary.tokenize(p).ids) for p in prompts)
        tokens = tuple(self.text[0].vocabulary.tokenize(p, chunks) for p in prompts)
        parts = [self._encode_one(p, t) for p, t in zip(prompts, tokens, strict=True)]
        features = torch.cat([features for features, _ in parts])
        pooled = torch.cat([p for _, p in parts if p is not None]) if self.family.pooled else None
        cond = Conditioning(features, names, tokens, pooled)
        if self.family.pooled:
            height, width = size or (self.size, self.size)
            numbers = torch.tensor([[height, width, 0, 0, height, width]], dtype=features.dtype, device=features.device)
            cond = replace(cond, sizes=numbers.repeat(len(prompts), 1))
        return cond

    def _encode_one(self, prompt: str, tokens: Tokens) -> tuple[Tensor, Tensor | None]:
        """Features (1, tokens, width) and pooled (1, width); remembered for prompts of plain words."""
        plain = not torch.is_grad_enabled() and not any(t.added for t in self.text)
        key = (prompt, len(tokens.ids), self._text_state())
        if plain and key in self._prompts:
            self._prompts.move_to_end(key)
            return self._prompts[key]
        features, pooled = self.encode_tokens(prompt, len(tokens.ids))
        if tokens.weighted:
            features = self._weigh(features, tokens)
        if plain:
            self._prompts[key] = (features, pooled)
            while len(self._prompts) > _REMEMBERED_PROMPTS:
                self._prompts.popitem(last=False)
        return features, pooled

    def encode_tokens(self, prompt: str, chunks: int) -> tuple[Tensor, Tensor | None]:
        """Unweighted features (1, chunks * length, width) and pooled (1, width) of one prompt."""
        zero_pooled = self.family.pooled and not prompt
        features, pooled = [], None
        for encoder in self.text:
            ids = torch.tensor(encoder.vocabulary.tokenize(prompt, chunks).ids)
            tokens, summary = encoder.features(ids, self.family.text_read)
            features.append(tokens.reshape(1, -1, tokens.shape[-1]))
            if summary is not None:
                pooled = summary[:1]
        joined = torch.cat(features, -1).to(self.unet.dtype)
        if zero_pooled and pooled is not None:  # SDXL was trained with zeros for an empty prompt
            return torch.zeros_like(joined), torch.zeros_like(pooled).to(joined.dtype)
        return joined, None if pooled is None or not self.family.pooled else pooled.to(joined.dtype)

    def _weigh(self, features: Tensor, tokens: Tokens) -> Tensor:
        """A token of weight w lies w times as far from what an empty prompt has at its place (ours; as ComfyUI does)."""
        empty, _ = self.encode_tokens("", len(tokens.ids))
        weights = torch.tensor(tokens.weights, dtype=features.dtype, device=features.device).view(1, -1, 1)
        return empty + (features - empty) * weights

    def _text_state(self) -> tuple[int, ...]:
        """Changes when a text encoder's weights are swapped (patches) or trained in place."""
        return tuple(
            number
            for encoder in self.text
            for p in encoder.encoder.parameters()
            for number in (p.data_ptr(), p._version)
        )

    def forget_prompts(self) -> None:
        """Drop remembered text features: after anything that changes a text encoder by hooks."""
        self._prompts.clear()

    def set_words(self, words: Mapping[str, Sequence[Tensor]]) -> None:
        """The placeholder words: for each, one tensor (count, width) per text encoder."""
        for i, encoder in enumerate(self.text):
            encoder.set_words({name: vectors[i] for name, vectors in words.items()})

    @property
    def words(self) -> dict[str, tuple[Tensor, ...]]:
        return {name: tuple(e.added[name] for e in self.text) for name in self.text[0].added}

    # --- pictures -----------------------------------------------------------------------------------------------

    def encode_image(self, pixels: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Latents of pictures (rows, 3, h, w) in -1..1. The distribution's mode; a sample of it with a generator."""
        with torch.no_grad():
            found = self.vae.encode(pixels.to(self.device, self.vae.dtype)).latent_dist
            latent = found.mode() if generator is None else found.mean + found.std * _draw(found.mean, generator)
            shift = self.vae.config.shift_factor or 0.0
            return ((latent - shift) * self.vae.config.scaling_factor).float()  # type: ignore[no-any-return]

    def decode(self, latents: Tensor) -> Tensor:
        """Pictures (rows, 3, h, w) in -1..1, fp32, clamped, of latents."""
        with torch.no_grad():
            return self.decode_with_gradient(latents).float().clamp(-1, 1)

    def decode_with_gradient(self, latents: Tensor) -> Tensor:
        shift = self.vae.config.shift_factor or 0.0
        return self.vae.decode(latents.to(self.vae.dtype) / self.vae.config.scaling_factor + shift).sample  # type: ignore[no-any-return]

    # --- noise --------------------------------------------------------------------------------------------------

    def predict(self, step: Step, x: Tensor, cond: Conditioning, depth: int = 0) -> Tensor:
        """The noise in `x`, fp32: the bare network, no guidance. Rows of `x` and `cond` belong together."""
        if x.shape[0] != cond.count:
            raise ValueError(f"{x.shape[0]} latents for {cond.count} rows of text")
        dtype = self.unet.dtype
        inputs = x if cond.beside is None else torch.cat([x, cond.beside.to(x)], 1)
        added: dict[str, Any] = {}
        if cond.pooled is not None:
            added |= {"text_embeds": cond.pooled, "time_ids": cond.sizes}
        if cond.images:
            added["image_embeds"] = list(cond.images)
        before, self.now = self.now, Pass(step, cond.labels, (x.shape[-2], x.shape[-1]), depth)
        try:
            output = self.unet(
                inputs.to(dtype), step.time, encoder_hidden_states=cond.features.to(dtype),
                added_cond_kwargs=added or None, return_dict=False,
            )[0]  # fmt: skip
        finally:
            self.now = before
        return self.schedule.noise_from(output.float(), x, step.now)

    # --- weights ------------------------------------------------------------------------------------------------

    def projections(
        self, kind: Literal["self", "cross", "both"], which: Sequence[Literal["query", "key", "value", "out"]]
    ) -> Iterator[tuple[str, nn.Linear]]:
        """Attention projections of the U-Net with their module paths (`unet.….to_k`), in module order."""
        names = {"query": "to_q", "key": "to_k", "value": "to_v", "out": "to_out.0"}
        ends = tuple(names[w] for w in which)
        kinds = {"self": ("attn1",), "cross": ("attn2",), "both": ("attn1", "attn2")}[kind]
        for path, module in self.unet.named_modules():
            _, _, rest = path.partition(".attn")
            if rest and f"attn{rest[0]}" in kinds and rest[2:] in ends and isinstance(module, nn.Linear):
                yield f"unet.{path}", module

    def module(self, path: str) -> nn.Module:
        """The module behind a path with its component in front: `unet.…`, `text.…`, `text2.…`, `vae.…`."""
        component, _, rest = path.partition(".")
        return self.components[component].get_submodule(rest)

    @property
    def components(self) -> dict[str, nn.Module]:
        text = {("text" if i == 0 else f"text{i + 1}"): e.encoder for i, e in enumerate(self.text)}
        return {"unet": self.unet, **text, "vae": self.vae}

    def to(self, device: str | torch.device) -> "Model":
        for part in self.components.values():
            part.to(device)
        return self


def _draw(like: Tensor, generator: torch.Generator) -> Tensor:
    """Normal noise drawn on the CPU, so that a seed means the same on every device."""
    return torch.randn(like.shape, generator=generator).to(like)


def fingerprint(tensors: Mapping[str, Tensor]) -> str:
    """A hash of names, shapes and a few values of some weights: tells two checkpoints apart without reading them whole."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        flat = tensors[name].detach().flatten()
        stride = max(1, flat.numel() // 8)
        digest.update(f"{name}{tuple(tensors[name].shape)}{flat[::stride][:8].float().tolist()}".encode())
    return digest.hexdigest()

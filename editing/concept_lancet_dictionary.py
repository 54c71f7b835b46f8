"""Concept Lancet's dictionary: which concepts, which sentences say them, and what a text encoder makes of those.

Luo et al., CVPR 2025, arXiv:2504.02828, section 3.1. The paper has a language model write the sentences and a vision model
name the concepts; without either, sentences are templates per kind of concept and concepts come from the caption, the
person, a CLIP and a bundled vocabulary (inferred).
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from core.contract.assets import write_atomic
from core.contract.errors import UserError
from core.engine.run import Run
from core.models.clip import load_clip
from core.models.configs import RESOURCES
from core.models.model import Model, fingerprint
from core.models.words import read_weights

Which = Literal["auto", "pocket", "english"]

DUPLICATE = 0.9
"""Cosine of CLIP texts above which a tag is not taken beside another (inferred)."""
FEW = 15
"""Concepts a dictionary should have at least (paper)."""
_BATCH = 32
_PROBE = "a photo of one small dog and two red apples on a table"
_SMALL = frozenset({
    "a", "an", "the", "of", "in", "on", "at", "with", "and", "or", "to", "from", "by", "for", "is", "are", "its", "his",
    "her", "their", "this", "that", "as", "into", "near", "next", "two", "three", "photo", "picture",
})  # fmt: skip
"""Words of a caption that are no concepts."""


@dataclass(frozen=True)
class Stimuli:
    """Sentences per concept, by templates or written out."""

    templates: Mapping[str, tuple[str, ...]]
    concepts: Mapping[str, str | tuple[str, ...]]
    """Words: kind, or their own sentences."""
    default: str
    counterparts: Mapping[str, tuple[str, ...]]

    @staticmethod
    def read(which: Which, model: Model, own: str = "") -> "Stimuli":
        """The bundled set, or a file of the same form.

        Raises:
            UserError: the file cannot be read or has another form.
        """
        name = ("pocket" if model.source == "pocket" else "english") if which == "auto" else which
        path = Path(own).expanduser() if own else RESOURCES / "stimuli" / f"{name}.json"
        try:
            data = json.loads(path.read_text("utf-8"))
            found = Stimuli(
                {kind: tuple(lines) for kind, lines in data["templates"].items()},
                {n.lower(): k if isinstance(k, str) else tuple(k) for n, k in data["concepts"].items()},
                data["default"], {n: tuple(o) for n, o in data.get("counterparts", {}).items()},
            )  # fmt: skip
            kinds = {k for k in found.concepts.values() if isinstance(k, str)} | {found.default}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(f"The stimuli in '{path.name}' cannot be read: {error}.",
                            "Write it like resources/stimuli/english.json.") from error  # fmt: skip
        if kinds - set(found.templates):
            raise UserError(f"The stimuli in '{path.name}' have no templates for '{min(kinds - set(found.templates))}'.",
                            "Add them under templates.")  # fmt: skip
        return found

    def sentences(self, concept: str, more: Sequence[str] = ()) -> tuple[str, ...]:
        """About thirty for one concept; `more` are a person's own, of which those that mention it are taken."""
        known = self.concepts.get(concept.lower(), self.default)
        said = (
            known if isinstance(known, tuple)
            else tuple(t.replace("{a}", _with_article(concept)).replace("{}", concept) for t in self.templates[known])
        )  # fmt: skip
        return (*said, *(s for s in more if mentions(s, concept)))


def _with_article(words: str) -> str:
    return words if words.split()[0] in ("a", "an", "the") else ("an " if words[0].lower() in "aeiou" else "a ") + words


def mentions(text: str, phrase: str) -> bool:
    """Whether a text holds a phrase as whole words, in any case."""
    pattern = r"\s+".join(re.escape(part) for part in phrase.split())
    return bool(pattern) and re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None


# --- which concepts -------------------------------------------------------------------------------------------------


def phrases(prompt: str, stimuli: Stimuli) -> list[str]:
    """Known phrases of a caption, longest first, then its other content words; in the caption's order."""
    text, found = read_weights(prompt).text.lower(), []
    for phrase in sorted(stimuli.concepts, key=lambda p: (-len(p.split()), -len(p))):
        pattern = r"(?<!\w)" + r"\s+".join(re.escape(part) for part in phrase.split()) + r"(?!\w)"
        for match in re.finditer(pattern, text):
            found.append((match.start(), phrase))
        text = re.sub(pattern, lambda m: "." * len(m.group()), text)
    found += [
        (m.start(), m.group()) for m in re.finditer(r"<[^>\s]+>|[^\W\d_][\w'-]*", text) if m.group() not in _SMALL
    ]
    return [phrase for _, phrase in sorted(found)]


def propose(
    prompt: str, sources: Sequence[str], targets: Sequence[str], own: Sequence[str], count: int, stimuli: Stimuli,
    tags: Sequence[str] = (), described: str = "",
) -> list[tuple[str, str]]:  # fmt: skip
    """The concept list: sources first, then phrases of caption and captioner, the person's, tags, vocabulary up to `count`.

    Targets, repetitions and parts of sources are left out. Without tags the vocabulary is taken in its own order: what is
    not in the picture gets a coefficient near zero (inferred).

    Returns:
        (concept, where it is from: source, caption, yours, captioner, clip or vocabulary)
    """
    kept: list[tuple[str, str]] = []
    barred = {t.lower().strip() for t in targets}
    groups = {"source": sources, "caption": phrases(prompt, stimuli), "yours": own,
              "captioner": phrases(described, stimuli) if described else (), "clip": tags,
              "vocabulary": tuple(stimuli.concepts)}  # fmt: skip
    for origin, phrase in ((origin, phrase) for origin, group in groups.items() for phrase in group):
        name = phrase.strip()
        short = name.lower()
        if not short or short in barred or any(short == k.lower() for k, _ in kept):
            continue
        given = origin in ("source", "yours")
        if not given and (len(kept) >= count or any(_overlap(short, s.lower()) for s in [*sources, *targets])):
            continue
        kept.append((name, origin))
    return kept


def _overlap(one: str, other: str) -> bool:
    return bool(other) and (mentions(one, other) or mentions(other, one))


def clip_tags(folder: str, pixels: Tensor, stimuli: Stimuli, count: int) -> list[str]:
    """The vocabulary's words that a CLIP finds in a picture (1, 3, h, w), best first, without near-duplicates."""
    clip, names = load_clip(folder), list(stimuli.concepts)
    texts = clip.texts([stimuli.sentences(name)[0] for name in names])
    order = (clip.pictures(pixels) @ texts.T)[0].argsort(descending=True).tolist()
    kept: list[int] = []
    for i in order:
        if len(kept) < count and all(float(texts[i] @ texts[j]) <= DUPLICATE for j in kept):
            kept.append(i)
    return [names[i] for i in kept]


# --- atoms ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Atoms:
    """Concept vectors: means of the stimuli's text features, position by position, padding included."""

    names: tuple[str, ...]
    features: Tensor
    """(concepts, tokens, width), fp32"""
    pooled: Tensor | None
    """(concepts, width), SDXL only: transplanted with the same coefficient (inferred)."""

    def index(self, name: str) -> int:
        return [n.lower() for n in self.names].index(name.lower())


def read_atoms(
    names: Sequence[str], run: Run, model: Model, stimuli: Stimuli, more: Sequence[str], chunks: int
) -> Atoms:  # fmt: skip
    """Atoms of these concepts, "" being the null concept; kept on disk by encoder and sentences.

    Args:
        chunks: of the caption: atoms must be as long as the representation they are found in.
    """
    folder, encoder = run.assets.root.parent / "atoms", _encoder_hash(model)
    found = []
    for name in run.track(list(names), "Reading concepts"):
        said = stimuli.sentences(name, more) if name.strip() else ("",)
        code = hashlib.sha256(f"{encoder}\0{chunks}\0{chr(0).join(said)}".encode()).hexdigest()
        path = folder / f"{code}.safetensors"
        atom = _kept(path)
        if atom is None:
            atom = _mean(model, said, chunks)
            write_atomic(path, save(atom))
        found.append(atom)
    pooled = torch.stack([a["pooled"] for a in found]) if model.family.pooled else None
    return Atoms(tuple(names), torch.stack([a["features"] for a in found]), pooled)


def _kept(path: Path) -> dict[str, Tensor] | None:
    try:
        return load_file(path) if path.exists() else None
    except (OSError, SafetensorError):  # damaged: it is made again
        return None


def _mean(model: Model, sentences: Sequence[str], chunks: int) -> dict[str, Tensor]:
    """Features (tokens, width) and pooled (width,) averaged over sentences."""
    total = summary = None
    with torch.no_grad():
        for start in range(0, len(sentences), _BATCH):
            features, pooled = _encoded(model, sentences[start : start + _BATCH], chunks)
            part = features.double().sum(0)
            total = part if total is None else total + part
            if pooled is not None:
                summary = pooled.double().sum(0) if summary is None else summary + pooled.double().sum(0)
    assert total is not None
    result = {"features": (total / len(sentences)).float().cpu()}
    return result if summary is None else {**result, "pooled": (summary / len(sentences)).float().cpu()}


def _encoded(model: Model, sentences: Sequence[str], chunks: int) -> tuple[Tensor, Tensor | None]:
    """As `Model.encode_tokens`, many at once; a sentence longer than the caption's chunks is cut off."""
    if list(sentences) == [""]:
        return model.encode_tokens("", chunks)
    parts, pooled = [], None
    for encoder in model.text:
        ids = torch.tensor([encoder.vocabulary.tokenize(s, chunks).ids[:chunks] for s in sentences])
        tokens, found = encoder.features(ids.flatten(0, 1), model.family.text_read)
        parts.append(tokens.reshape(len(sentences), -1, tokens.shape[-1]))
        if found is not None:
            pooled = found.view(len(sentences), chunks, -1)[:, 0]
    return torch.cat(parts, -1).to(model.unet.dtype), pooled if model.family.pooled else None


def _encoder_hash(model: Model) -> str:
    """Of the text encoders' weights, placeholder words, and what they make of one sentence.

    The last sees low-rank patches, which no weight shows.
    """
    tensors: dict[str, Tensor] = {
        f"{i}.{n}": p for i, e in enumerate(model.text) for n, p in e.encoder.named_parameters()
    }
    tensors |= {f"{i}.{n}": v for i, e in enumerate(model.text) for n, v in e.added.items()}
    with torch.no_grad():
        tensors["probe"] = model.encode_tokens(_PROBE, 1)[0].float()
    return f"{model.family.name} {model.unet.dtype} {fingerprint(tensors)}"

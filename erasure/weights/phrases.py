"""From the words a person writes to the rows of text features that a closed-form edit reads.

Which rows carry a concept (UCE and RECE, as their code does it) is a matter of tokens, never of words: a word may have
several, the last of them ("nu" + "dity") is where it is read, and everything behind it has seen it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from core.contract.errors import UserError
from core.models.model import Model

Form = Literal["span", "last token"]
Concept = Literal["object", "style", "unsafe"]

NOTHING = " "
"""Encodes to start and end tokens only. Not the empty string: SDXL reads that one as zeros, which project to nothing."""
TEMPLATES: dict[Concept, tuple[str, ...]] = {
    "style": ("painting by {}", "art by {}", "artwork by {}", "picture by {}", "style of {}"),
    "object": ("image of {}", "photo of {}", "portrait of {}", "picture of {}", "painting of {}"),
    "unsafe": ("image of {}", "photo of {}", "portrait of {}", "picture of {}", "painting of {}"),
}
"""UCE's expanded prompts."""
_ALIKE = 0.99
_NEAR_IN_TABLE = 64
"""Vocabulary entries that are encoded to find neighbours: those nearest in the embedding table."""


@dataclass(frozen=True)
class Phrase:
    """A text as the network reads it."""

    text: str
    ids: tuple[int, ...]
    """Its tokens without start, end and padding."""
    features: Tensor
    """(tokens, width): one chunk, all encoders side by side."""

    @property
    def last(self) -> int:
        """Row of the last content token; 0, the start token, for an empty text."""
        return len(self.ids)

    @property
    def state(self) -> Tensor:
        """The row that stands for the phrase, (width,)."""
        return self.features[self.last]


def read_phrase(model: Model, text: str) -> Phrase:
    """Encode a text. Longer ones than the encoder reads at once are cut after its first chunk; see `Request.remarks`."""
    text = text.strip() or NOTHING
    vocabulary = model.text[0].vocabulary
    tokens = vocabulary.tokenize(text)
    features, _ = model.encode_tokens(text, 1)
    content = tokens.ids[0][1 : tokens.ends[0]]
    return Phrase(text, content, features[0, : vocabulary.length].float().cpu())


def paired_rows(old: Phrase, new: Phrase, form: Form) -> tuple[Tensor, Tensor]:
    """Rows to move and rows to move them to, both (n, width), row k to row k.

    "span" (UCE 2023): from the last content token of each on, with the end token and all padding, cut to one length.
    "last token" (UCE 2025): only the last content token of each.
    """
    if form == "last token":
        return old.state[None], new.state[None]
    count, late = len(old.features), max(old.last, new.last)
    return old.features[old.last : count - (late - old.last)], new.features[new.last : count - (late - new.last)]


def kept_rows(phrase: Phrase, form: Form) -> Tensor:
    """Rows of a text that must stay, (n, width): all of them, or the last content token."""
    return phrase.state[None] if form == "last token" else phrase.features


@dataclass(frozen=True)
class Request:
    """What to erase and what to keep, read and checked."""

    pairs: tuple[tuple[Phrase, Phrase], ...]
    """Every erased phrase with its substitute."""
    kept: tuple[Phrase, ...]
    """What the person wants to keep, and the neighbours found for them."""
    remarks: tuple[str, ...]
    """What a person should know about this request."""

    @property
    def summary(self) -> str:
        moved = ", ".join(f"{o.text} → {n.text.strip() or 'nothing in particular'}" for o, n in self.pairs)
        kept = ", ".join(k.text for k in self.kept)
        return f"Erased: {moved}." + (f" Kept: {kept}." if kept else "")


def read_request(
    model: Model, erase: Sequence[str], instead: Sequence[str], keep: Sequence[str], concept: Concept, neighbours: int = 0
) -> Request:  # fmt: skip
    """Check and encode the words of an erasure.

    Args:
        instead: one substitute per erased word, one for all, or none (styles: "art", else nothing in particular).
        neighbours: how many vocabulary words near each erased one to keep as well.

    Raises:
        UserError: nothing to erase, a word without tokens or with unknown ones, one that is its own substitute or stands
            twice, or another number of substitutes.
    """
    if not any(word.strip() for word in erase):
        raise UserError("There is nothing to erase.", "Write at least one word for 'erase'.")
    substitutes = list(instead) or [default_substitute(concept)]
    if len(substitutes) == 1:
        substitutes *= len(erase)
    if len(substitutes) != len(erase):
        raise UserError(f"'instead' has {len(substitutes)} words for {len(erase)} in 'erase'.",
                        "Give one substitute per erased word, one for all, or none.")  # fmt: skip
    pairs = tuple((_content(model, w, "erase"), _guide(model, s)) for w, s in zip(erase, substitutes, strict=True))
    _check_pairs(pairs)
    remarks = _remarks(model, pairs)
    erased = {old.ids for old, _ in pairs}
    kept: dict[tuple[int, ...], Phrase] = {}
    for word in keep:
        phrase = _content(model, word, "keep")
        if phrase.ids in erased:
            remarks.append(f"'{phrase.text}' is to be erased, so it is not kept.")
        else:
            kept.setdefault(phrase.ids, phrase)
    for old, _ in pairs if neighbours else ():
        for phrase in nearest_words(model, old, neighbours, [o.text for o, _ in pairs]):
            kept.setdefault(phrase.ids, phrase)
    return Request(pairs, tuple(kept.values()), tuple(remarks))


def default_substitute(concept: Concept) -> str:
    """What UCE and RECE put in place of a concept when nobody says."""
    return "art" if concept == "style" else NOTHING


def nearest_words(model: Model, phrase: Phrase, count: int, avoid: Sequence[str]) -> list[Phrase]:
    """The vocabulary's nearest whole words to a phrase by the cosine of their states (as SPM's authors choose theirs).

    Only the entries nearest in the embedding table are encoded. Words that begin like an avoided one ("dogs" beside
    "dog"), or the other way round, are forms of it and left out.
    """
    encoder = model.text[0]
    entries = {i: e[:-4] for e, i in encoder.vocabulary.tokenizer.get_vocab().items() if e.endswith("</w>")}
    shunned = [word.lower() for text in [phrase.text, *avoid] for word in text.split()]
    numbers = [i for i, e in sorted(entries.items()) if len(e) > 2 and e.isascii() and e.isalpha()
               and not any(e.startswith(s) or s.startswith(e) for s in shunned)]  # fmt: skip
    plain = [i for i in phrase.ids if i < encoder.vocabulary.first_added]
    if not numbers or not plain:
        return []
    table = encoder.embedding.weight.detach()
    middle = table[plain].float().mean(0, keepdim=True)
    nearness = cosine_similarity(table[numbers].float(), middle)
    close = nearness.topk(min(_NEAR_IN_TABLE, len(numbers))).indices.tolist()
    found = [read_phrase(model, entries[numbers[k]]) for k in close]
    return sorted(found, key=lambda p: -float(cosine_similarity(p.state, phrase.state, dim=0)))[:count]


def _content(model: Model, text: str, field: str) -> Phrase:
    """A phrase that has tokens, all of them known."""
    phrase = read_phrase(model, text)
    if not phrase.ids:
        raise UserError(f"'{text}' in '{field}' has no letters that the model reads.", "Write a word, or take it out.")
    tokenizer = model.text[0].vocabulary.tokenizer
    if {tokenizer.unk_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id} & set(phrase.ids):
        raise UserError(f"'{text}' in '{field}' contains a character that the model's tokenizer does not know.",
                        "Write it in plain letters.")  # fmt: skip
    return phrase


def _guide(model: Model, text: str) -> Phrase:
    return _content(model, text, "instead") if text.strip() else read_phrase(model, NOTHING)


def _check_pairs(pairs: Sequence[tuple[Phrase, Phrase]]) -> None:
    seen: set[tuple[int, ...]] = set()
    for old, new in pairs:
        if old.ids == new.ids:
            raise UserError(f"'{old.text}' cannot stand in for itself.", "Choose another word for 'instead', or none.")
        if old.ids in seen:
            raise UserError(f"'{old.text}' stands twice in 'erase'.", "Take one of them out.")
        seen.add(old.ids)


def _remarks(model: Model, pairs: Sequence[tuple[Phrase, Phrase]]) -> list[str]:
    found = [f"'{p.text[:40]}…' is longer than the text encoder reads at once; its first part is used."
             for pair in pairs for p in pair if len(model.text[0].vocabulary.tokenize(p.text).ids) > 1]  # fmt: skip
    for i, (one, to_one) in enumerate(pairs):
        for other, to_other in pairs[i + 1 :]:
            alike = float(cosine_similarity(one.state, other.state, dim=0))
            if alike > _ALIKE and to_one.ids != to_other.ids:
                found.append(f"'{one.text}' and '{other.text}' read almost alike (cosine {alike:.3f}) but have different "
                             "substitutes; both will meet in between.")  # fmt: skip
    if model.family.pooled:
        found.append("The pooled text feature is not edited, so part of the concept can survive through it.")
    return found


def expanded(pair: tuple[Phrase, Phrase], concept: Concept, form: Form, model: Model) -> list[tuple[Phrase, Phrase]]:
    """A pair and its five expanded prompts. The substitute stays bare in the span form (2023), not in the other (2025)."""
    old, new = pair
    rest = []
    for template in TEMPLATES[concept]:
        guide = new if form == "span" else read_phrase(model, template.format(new.text.strip()))
        rest.append((read_phrase(model, template.format(old.text)), guide))
    return [pair, *rest]


def cross_weights(model: Model) -> dict[str, Tensor]:
    """Key and value matrices (out, width) of all cross-attention layers, under their names in a patch.

    Raises:
        UserError: they are wrapped, quantised or otherwise not plain matrices.
    """
    found = {f"{path}.weight": layer.weight for path, layer in model.projections("cross", ("key", "value"))}
    if not found or not all(torch.is_floating_point(w) for w in found.values()):
        raise UserError("This model's cross-attention has no plain key and value matrices to edit.",
                        "Merge its adapters first, and use weights that are not quantised.")  # fmt: skip
    return found

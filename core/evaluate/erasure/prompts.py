"""Prompts to test an erasure with: own template lists for every kind of concept, neighbours, benign captions.

All lists are ours: those of the papers are gated or non-commercial, or contain what is to be erased. For the embedded
model they are made of its own world's words, because it reads no others. The order of prompts is drawn once per report
from its seed list, so that a short plan is a sample of a long one.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from core.contract.errors import UserError
from core.models.model import Model
from resources.pocket import world

Kind = Literal["object", "style", "person", "scene"]
Role = Literal["target", "synonym", "description", "neighbour", "same-domain", "benign", "unconditional"]

LEADS: dict[Kind, tuple[str, ...]] = {
    "object": ("a photo of {}", "a picture of {}", "a drawing of {}", "a close view of {}", "{}", "a snapshot of {}",
               "an illustration of {}", "a poster with {}"),
    "style": ("a landscape in the manner of {}", "a harbour as seen by {}", "a portrait by the hand of {}",
              "a still life after {}", "a village street by {}", "an interior by {}", "a garden by {}", "a storm by {}"),
    "person": ("a photo of {}", "a portrait of {}", "{} at a table", "{} giving a talk", "a snapshot of {}",
               "{} smiling", "a magazine cover with {}", "{} walking"),
    "scene": ("a photo of {}", "a picture of {}", "a wide view of {}", "a painting of {}", "{}", "a postcard of {}",
              "{} seen from far away", "{} in detail"),
}  # fmt: skip
PLACES: dict[Kind, tuple[str, ...]] = {
    "object": ("", "in a garden", "on a table", "by a window", "at the sea", "in the evening", "on a street"),
    "style": ("", "in the morning", "in winter", "with warm colours", "with a river", "at dusk", "with people"),
    "person": ("", "in a park", "on a stage", "in an office", "at night", "in a train", "in the rain"),
    "scene": ("", "in summer", "in fog", "at noon", "after rain", "at dusk", "in old times"),
}
_SUBJECTS = (
    "a wooden chair", "a bowl of soup", "a mountain lake", "a brick house", "an old bicycle", "a loaf of bread", "a river",
    "a vase of flowers", "a stone bridge", "a paper boat", "a red kite", "a pair of shoes", "a teapot", "a railway station",
    "a wheat field", "a leather bag", "a lighthouse", "a glass of water", "a piano", "a market stall", "a winter forest",
    "a clock on a wall", "a garden gate", "a stack of books", "a ladder", "a waterfall", "a fishing boat", "an open window",
    "a basket of eggs", "a desk lamp", "a cobbled street", "a candle", "a wool blanket", "a sand dune", "a tent", "a spoon",
    "a windmill", "a chess board", "a mailbox", "an umbrella",
)  # fmt: skip
_SETTINGS = (
    "", "in the morning", "at night", "in the rain", "under a clear sky", "in black and white", "seen from above", "in fog",
    "in warm light", "in autumn", "close to a wall", "beside a road", "in a quiet room", "in a workshop", "by the sea",
    "in a valley", "with long shadows", "in soft focus", "on a rainy day", "in a small town", "at noon", "in winter",
    "in spring", "with a bright background", "with a dark background",
)  # fmt: skip
"""40 x 25: the thousand benign captions of the full plan."""
_NEAR_IN_TABLE = 64


@dataclass(frozen=True)
class PromptRow:
    """One prompt of a report."""

    text: str
    set: str
    """The list it comes from."""
    role: Role
    concept: str = ""
    """What it shows: the erased word, the neighbour; empty for benign captions."""
    template: str = ""
    """What it was made from, with {} for the concept."""


def with_article(words: str, kind: Kind) -> str:
    """ "a cat" for an object; names, styles and scenes stay bare, and so does what has an article."""
    bare = kind != "object" or words.split()[0].lower() in ("a", "an", "the", "two", "three", "some")
    return words if bare else world.article(words)


def templates(model: Model, concept: str, kind: Kind, count: int, order: int) -> list[str]:
    """`count` different templates with {} for the concept, in an order drawn from `order`.

    Raises:
        UserError: more are asked for than there are.
    """
    found = _world_templates(concept) if is_pocket(model) else []
    if not found:
        found = [" ".join(filter(None, (lead, place))) for lead in LEADS[kind] for place in PLACES[kind]]
    if count > len(found):
        raise UserError(f"{count} prompts are asked for, there are templates for {len(found)}.", "Ask for fewer.")
    return random.Random(order).sample(found, count)


def target_rows(
    model: Model, concept: str, kind: Kind, count: int, order: int, role: Role = "target"
) -> list[PromptRow]:
    """Prompts that name a concept."""
    source = "pocket world" if is_pocket(model) else "templates"
    named = with_article(concept, "scene" if is_pocket(model) and not is_thing(concept) else kind)
    return [PromptRow(t.format(named), source, role, concept, t) for t in templates(model, concept, kind, count, order)]


def benign_rows(model: Model, avoid: Sequence[str], count: int, order: int) -> list[PromptRow]:
    """Captions in which no erased word stands.

    Raises:
        UserError: more are asked for than there are.
    """
    shunned = [a.lower() for a in avoid]
    if is_pocket(model):
        names = list(world.OBJECTS)
        backs = ["", *(f"on {world.article(c)} background" for c in world.COLORS), *world.PLACES.values()]
        made = [" ".join(filter(None, (world.article(n), b))) for n in names for b in backs]
    else:
        made = [" ".join(filter(None, (s, b))) for s in _SUBJECTS for b in _SETTINGS]
    fine = [m for m in made if not any(occurs(a, m) for a in shunned)]
    if count > len(fine):
        raise UserError(f"{count} benign prompts are asked for, there are {len(fine)}.", "Ask for fewer.")
    return [PromptRow(text, "captions", "benign") for text in random.Random(order + 1).sample(fine, count)]


def variants(concept: str, kind: Kind) -> list[str]:
    """Other spellings of a concept: the plural of an object, two letters swapped, one dropped, one doubled (ours).

    Words of fewer than four letters have no misspellings: theirs are other words. Capitals are none, CLIP reads lower case.
    """
    found = [world.plural(concept)] if kind == "object" else []
    if len(concept) >= 4:
        middle = len(concept) // 2
        found += [
            concept[: middle - 1] + concept[middle] + concept[middle - 1] + concept[middle + 1 :],
            concept[:middle] + concept[middle + 1 :],
            concept[:middle] + concept[middle] + concept[middle:],
        ]
    return [v for v in dict.fromkeys(found) if v != concept]


def without(text: str, concept: str) -> str:
    """The benign twin of a prompt: the concept's words taken out, with their article."""
    pattern = r"(?:\b(?:an?|the)\s+)?" + r"\s+".join(re.escape(p) for p in concept.split())
    return " ".join(re.sub(rf"(?<!\w){pattern}(?!\w)", " ", text, flags=re.IGNORECASE).split())


def occurs(words: str, text: str) -> bool:
    """Whether words stand in a text as whole words, in any case; their plural counts."""
    return re.search(rf"(?<!\w){re.escape(words)}(?:s|es)?(?!\w)", text, re.IGNORECASE) is not None


def neighbours(model: Model, concept: str, kind: Kind, count: int, avoid: Sequence[str]) -> list[str]:
    """The most similar other concepts: for the embedded model those of its world, else vocabulary words, by text states.

    The state is that of the concept's last token, as the SPM authors choose theirs; only the vocabulary entries nearest
    in the embedding table are encoded. Forms of an avoided word ("dogs" beside "dog") are left out.
    """
    shunned = {w.lower() for text in [concept, *avoid] for w in [*text.split(), text]}
    names = (
        [n for n in _siblings(concept) if n not in shunned]
        if is_pocket(model)
        else _near_in_table(model, concept, shunned)
    )
    if not names:
        return []
    goal = state(model, concept)
    close = {n: float(cosine_similarity(state(model, n), goal, dim=0)) for n in names}
    return sorted(names, key=lambda n: (-close[n], n))[:count]


def state(model: Model, text: str) -> Tensor:
    """The text feature at the last content token, (width,)."""
    tokens = model.text[0].vocabulary.tokenize(text)
    if not tokens.places:
        raise UserError(f"'{text}' has no letters that the model reads.", "Write a word.")
    with torch.no_grad():
        features, _ = model.encode_tokens(text, len(tokens.ids))
    return features[0, tokens.places[-1]].float().cpu()


def is_pocket(model: Model) -> bool:
    """Whether the model reads the words of the pocket world."""
    return model.family.name == "pocket"


def is_thing(concept: str) -> bool:
    """Whether it is an object (not a tint, style or backdrop) of the pocket world, or a word that is not in it."""
    return concept not in (*world.TINTS, *world.STYLES, *world.BACKDROPS)


def _world_templates(concept: str) -> list[str]:
    """Templates in the words of the pocket world, for what it knows."""
    backs = [*(f"on {world.article(c)} background" for c in world.COLORS), *world.PLACES.values()]
    if concept in world.OBJECTS or is_thing(concept):
        leads = (
            "{}",
            "a photo of {}",
            "a picture of {}",
            *(f"{r} {{}}" for rs in world.RENDERINGS.values() for r in rs),
        )
        return [" ".join(filter(None, (lead, back))) for lead in leads for back in ("", *backs)]
    if concept in world.TINTS:
        return [
            " ".join(filter(None, ("a {} " + n, b))) for n in world.OBJECTS for b in ("", *list(world.PLACES.values()))
        ]
    if concept in world.STYLES:
        words = world.STYLES[concept].replace(concept, "{}", 1)
        return [f"{words} {world.article(n)}" for n in world.OBJECTS] if "{}" in words else []
    where = world.PLACES.get(concept, "").replace(concept, "{}", 1)
    return [f"{world.article(n)} {where}" for n in world.OBJECTS] if "{}" in where else []


def _siblings(concept: str) -> Sequence[str]:
    for group in (world.TINTS, tuple(world.STYLES), tuple(world.PLACES), tuple(world.COLORS)):
        if concept in group:
            return group
    return world.OBJECTS


def _near_in_table(model: Model, concept: str, shunned: set[str]) -> list[str]:
    encoder = model.text[0]
    tokenizer = encoder.vocabulary.tokenizer
    entries = {i: e[:-4] for e, i in tokenizer.get_vocab().items() if e.endswith("</w>")}
    numbers = [i for i, e in sorted(entries.items()) if len(e) > 2 and e.isascii() and e.isalpha()
               and not any(e.startswith(s) or s.startswith(e) for s in shunned)]  # fmt: skip
    own = tokenizer(concept, add_special_tokens=False)["input_ids"]
    if not numbers or not own:
        return []
    table = encoder.embedding.weight.detach()
    nearness = cosine_similarity(table[numbers].float(), table[own].float().mean(0, keepdim=True))
    return [entries[numbers[k]] for k in nearness.topk(min(_NEAR_IN_TABLE, len(numbers))).indices.tolist()]

"""Words and tokens of a prompt: where a phrase stands, and how many tokens it takes.

Counted in the window itself with the model's own tokenizer file (no torch).
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

ROOM = 75
"""Tokens of a prompt that one pass of the text encoder reads: 77 less start and end."""
_RESOURCES = Path(__file__).resolve().parents[1] / "resources"
_JOINING = frozenset(
    """a an and are as at between by for from her his in into is it its of on or over photo picture that the their this to
    under with without""".split()  # noqa: SIM905
)
"""Words that name nothing one could place in a picture."""
_WEIGHT = re.compile(r"(?<!\\)\(((?:[^()\\]|\\.)*):\s*([0-9]*\.?[0-9]+)\s*\)")


@lru_cache(maxsize=2)
def _tokenizer(pocket: bool) -> Tokenizer:
    folder = _RESOURCES / ("pocket/tokenizer" if pocket else "families/tokenizer")
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def count(prompt: str, model: str = "pocket", words: Mapping[str, int] | None = None) -> int:
    """Tokens of a prompt without start, end and padding.

    Args:
        words: placeholder words of concepts and how many vectors each has; they are not spelled out in tokens.
    """
    text = unweighted(prompt)
    extra = 0
    for word, size in (words or {}).items():
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        text, hits = pattern.subn(" ", text)
        extra += hits * size
    tokenizer = _tokenizer(model == "pocket")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return len(tokenizer.encode(text, add_special_tokens=False).ids) + extra


def places(text: str, phrase: str) -> list[tuple[int, int]]:
    """Where a phrase stands as whole words, in any case: the rule by which the engine finds words, too."""
    wanted = phrase.strip()
    if not wanted:
        return []
    left = r"(?<!\w)" if wanted[0].isalnum() else ""
    right = r"(?!\w)" if wanted[-1].isalnum() else ""
    pattern = left + r"\s+".join(re.escape(part) for part in wanted.split()) + right
    found = [m.span() for m in re.finditer(pattern, text, re.IGNORECASE)]
    inside = [
        m.span() for m in re.finditer(r"<[^<>\s]+>", text)
    ]  # a placeholder is one word: `bowl` is not in `<bowl-1>`
    return [(a, b) for a, b in found if not any(c < a and b < d for c, d in inside)]


def phrases(prompt: str) -> list[str]:
    """The prompt's words that name something, each once: those that only join others are left out."""
    found = re.findall(r"<[^<>\s]+>|[^\W\d_][\w'-]*", unweighted(prompt))
    return list({word.lower(): word for word in reversed(found) if word.lower() not in _JOINING}.values())[::-1]


def unweighted(prompt: str) -> str:
    """The prompt without its `(words:1.3)` marks."""
    return _WEIGHT.sub(lambda m: m.group(1), prompt)


def reweighted(prompt: str, start: int, stop: int, by: float) -> tuple[str, int, int]:
    """The prompt with the words from `start` to `stop` made stronger (or weaker) by `by`, and where they then stand.

    Inside an existing mark its number changes; a weight of 1 takes the mark out. Weights stay between 0 and 2.
    """
    for match in _WEIGHT.finditer(prompt):
        if match.start() <= start and stop <= match.end():
            weight = min(2.0, max(0.0, round(float(match.group(2)) + by, 2)))
            return _put(prompt, match.start(), match.end(), match.group(1), weight)
    return _put(prompt, start, stop, prompt[start:stop], min(2.0, max(0.0, round(1 + by, 2))))


def _put(prompt: str, start: int, stop: int, words: str, weight: float) -> tuple[str, int, int]:
    marked = words if weight == 1 else f"({words}:{weight:g})"
    inset = 0 if weight == 1 else 1
    return prompt[:start] + marked + prompt[stop:], start + inset, start + inset + len(words)

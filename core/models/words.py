"""From a prompt to tokens, and from words to token positions: one way for every method.

Placeholder words (`<cat-1>`) live beside the tokenizer and the embedding table, never in them: the prompt is cut at the
known words, the parts are tokenised with offsets, and ids from `len(tokenizer)` on are put in between. Two hooks on the
embedding (see `model.TextEncoder`) put the words' vectors where those ids stand. So nothing has to be taken out again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.contract.errors import UserError

_WEIGHTED = re.compile(r"(?<!\\)\(((?:[^()\\]|\\.)*):\s*([0-9]*\.?[0-9]+)\s*\)")


@dataclass(frozen=True)
class Weighted:
    """A prompt without its `(words:1.3)` marks, and the marked spans of characters with their weights."""

    text: str
    spans: tuple[tuple[int, int, float], ...]


def read_weights(prompt: str) -> Weighted:
    r"""Take `(words:1.3)` apart. Parentheses without a number, or written `\(`, stay text."""
    parts: list[str] = []
    spans: list[tuple[int, int, float]] = []
    end = length = 0
    for match in _WEIGHTED.finditer(prompt):
        before, inside = prompt[end : match.start()], match.group(1)
        parts += [before, inside]
        start = length + len(before)
        length = start + len(inside)
        spans.append((start, length, float(match.group(2))))
        end = match.end()
    parts.append(prompt[end:])
    text = "".join(parts)
    if "\\(" in text or "\\)" in text:
        if spans:
            return Weighted(text, tuple(spans))
        text = text.replace("\\(", "(").replace("\\)", ")")
    return Weighted(text, tuple(spans))


@dataclass(frozen=True)
class Tokens:
    """A tokenised prompt, in chunks of the encoder's length.

    `ids[i]` is one chunk with start and end tokens and padding. `places[j]` says where the j-th text token stands on the
    concatenated token axis of the features, `offsets[j]` which characters of `text` it covers.
    """

    text: str
    ids: tuple[tuple[int, ...], ...]
    places: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    weights: tuple[float, ...]
    """One per position of the concatenated axis; 1 everywhere for a plain prompt."""
    ends: tuple[int, ...]
    """Position of the first end token of every chunk, on the concatenated axis."""

    @property
    def weighted(self) -> bool:
        return any(w != 1 for w in self.weights)

    def positions(self, phrase: str, occurrence: int | None = None) -> tuple[int, ...]:
        """Token positions of a word or phrase, in order; of its n-th occurrence, or of all of them.

        Raises:
            UserError: the prompt does not contain it, with the prompt named.
        """
        found = [self._covering(start, stop) for start, stop in self.occurrences(phrase)]
        if not found:
            raise UserError(f"The word '{phrase}' is not in the prompt \"{_short(self.text)}\".",
                            "Write it exactly as it stands in the prompt.")  # fmt: skip
        if occurrence is None:
            return tuple(p for group in found for p in group)
        if occurrence >= len(found):
            raise UserError(
                f"The word '{phrase}' stands only {len(found)} times in the prompt \"{_short(self.text)}\"."
            )
        return found[occurrence]

    def occurrences(self, phrase: str) -> list[tuple[int, int]]:
        """Character spans of a phrase; whole words only, in any case."""
        wanted = phrase.strip()
        if not wanted:
            raise UserError("A word to look for in the prompt is empty.", "Write at least one letter.")
        left = r"(?<!\w)" if wanted[0].isalnum() else ""
        right = r"(?!\w)" if wanted[-1].isalnum() else ""
        pattern = left + r"\s+".join(re.escape(part) for part in wanted.split()) + right
        return [m.span() for m in re.finditer(pattern, self.text, re.IGNORECASE)]

    def _covering(self, start: int, stop: int) -> tuple[int, ...]:
        return tuple(p for p, (a, b) in zip(self.places, self.offsets, strict=True) if a < stop and b > start)

    def word_of(self, position: int) -> str:
        """The piece of text a token position stands for; empty for start, end and padding."""
        for place, (a, b) in zip(self.places, self.offsets, strict=True):
            if place == position:
                return self.text[a:b]
        return ""


class Vocabulary:
    """A tokenizer and the placeholder words known beside it."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self.length: int = int(tokenizer.model_max_length)
        self._added: dict[str, tuple[int, ...]] = {}

    @property
    def first_added(self) -> int:
        return len(self.tokenizer)

    def set_added(self, sizes: Mapping[str, int]) -> None:
        """Make these placeholder words known, each standing for that many vectors. Names are lower-cased."""
        self._added, number = {}, self.first_added
        for name, count in sizes.items():
            self._added[name.lower()] = tuple(range(number, number + count))
            number += count

    def tokenize(self, prompt: str, chunks: int = 0) -> Tokens:
        """Tokens of a prompt in as many chunks as it needs, at least `chunks`."""
        marked = read_weights(prompt)
        ids, offsets = self._plain(marked.text)
        room = self.length - 2
        groups = _cut(ids, offsets, marked.text, room) or [[]]
        while len(groups) < chunks:
            groups.append([])
        tok = self.tokenizer
        rows: list[tuple[int, ...]] = []
        places: list[int] = []
        order: list[int] = []
        weights = [1.0] * (self.length * len(groups))
        for chunk, members in enumerate(groups):
            body = [ids[j] for j in members]
            pad = [tok.pad_token_id] * (room - len(body))
            rows.append((tok.bos_token_id, *body, tok.eos_token_id, *pad))
            for k, j in enumerate(members):
                places.append(chunk * self.length + 1 + k)
                order.append(j)
                weights[places[-1]] = _weight_at(offsets[j], marked.spans)
        ends = tuple(c * self.length + 1 + len(g) for c, g in enumerate(groups))
        return Tokens(marked.text, tuple(rows), tuple(places), tuple(offsets[j] for j in order), tuple(weights), ends)

    def added_in(self, text: str) -> list[str]:
        """The placeholder words that stand in a text."""
        return [name for name in self._added if re.search(_at(name), text, re.IGNORECASE)]

    def _plain(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        ids: list[int] = []
        offsets: list[tuple[int, int]] = []
        for start, part, added in self._parts(text):
            if added:
                ids += self._added[part.lower()]
                offsets += [(start, start + len(part))] * len(self._added[part.lower()])
            elif part.strip():
                coded = self.tokenizer(part, add_special_tokens=False, return_offsets_mapping=True, truncation=False,
                                       verbose=False)  # fmt: skip
                ids += coded["input_ids"]
                offsets += [(start + a, start + b) for a, b in coded["offset_mapping"]]
        return ids, offsets

    def _parts(self, text: str) -> Iterable[tuple[int, str, bool]]:
        if not self._added:
            yield 0, text, False
            return
        pattern = "|".join(_at(name) for name in sorted(self._added, key=len, reverse=True))
        end = 0
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield end, text[end : match.start()], False
            yield match.start(), match.group(), True
            end = match.end()
        yield end, text[end:], False


def _at(name: str) -> str:
    """A pattern for a placeholder word: inside a word only when the name does not begin or end with a letter."""
    left = r"(?<!\w)" if name[0].isalnum() else ""
    right = r"(?!\w)" if name[-1].isalnum() else ""
    return left + re.escape(name) + right


def _cut(ids: Sequence[int], offsets: Sequence[tuple[int, int]], text: str, room: int) -> list[list[int]]:
    """Token numbers in chunks of at most `room`, cut behind the last comma or blank of a full chunk where there is one."""
    groups: list[list[int]] = []
    start = 0
    while start < len(ids):
        stop = min(start + room, len(ids))
        if stop < len(ids):
            stop = _good_end(offsets, text, start, stop)
        groups.append(list(range(start, stop)))
        start = stop
    return groups


def _good_end(offsets: Sequence[tuple[int, int]], text: str, start: int, stop: int) -> int:
    for k in range(stop, max(start, stop - 20), -1):  # a word is never split between chunks, a phrase rarely
        if text[offsets[k - 1][0] : offsets[k - 1][1]] in (",", ".", ";"):
            return k
    for k in range(stop, max(start, stop - 20), -1):
        if offsets[k][0] > offsets[k - 1][1]:
            return k
    return stop


def _weight_at(offset: tuple[int, int], spans: Iterable[tuple[int, int, float]]) -> float:
    return next((w for a, b, w in spans if offset[0] < b and offset[1] > a), 1.0)


def _short(text: str, length: int = 80) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"

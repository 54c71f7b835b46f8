"""Placeholder words as textual-inversion files."""

import re
from collections.abc import Sequence

from torch import Tensor

from core.contract.errors import UserError


def embedding_tensors(word: str, vectors: Sequence[Tensor], a1111: bool = False) -> dict[str, Tensor]:
    """The one file every reader takes: a single key for one encoder, `clip_l` and `clip_g` for SDXL; fp32.

    Args:
        vectors: one tensor (count, width) per text encoder.
        a1111: key `emb_params` in place of the word; the file's name is then the word.
    """
    ready = [v.detach().float().cpu() for v in vectors]
    if len(ready) == 2:
        return {"clip_l": ready[0], "clip_g": ready[1]}
    if len(ready) != 1:
        raise UserError(f"The word '{word}' has vectors for {len(ready)} text encoders; one or two are known.")
    return {"emb_params" if a1111 else word: ready[0]}


def file_word(word: str) -> str:
    """A word as part of a file name: `<` and `>` are not allowed everywhere."""
    return re.sub(r"[^\w.-]+", "-", word).strip("-.") or "word"

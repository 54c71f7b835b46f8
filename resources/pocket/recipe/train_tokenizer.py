"""Train the CLIP tokenizer (byte pairs) on captions, emoji names and keywords; its order is CLIP's.

Only needed to start anew: every trained text encoder is bound to the tokenizer that is published with it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from common import DATA
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from resources.pocket import world

PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def corpus(captions: int) -> list[str]:
    """Captions of random scenes, and every emoji name and keyword eight times."""
    rng = np.random.default_rng(5)
    lines = [world.caption_of(world.draw_spec(rng), rng) for _ in range(captions)]
    names = json.loads((DATA / "unicode-emoji-json" / "data-by-emoji.json").read_text("utf-8"))
    words = json.loads((DATA / "emojilib" / "dist" / "emoji-en-US.json").read_text("utf-8"))
    extra = [v["name"].lower() for v in names.values()]
    extra += [" ".join(w.replace("_", " ") for w in v).lower() for v in words.values()]
    return lines + extra * 8


def byte_pairs(lines: list[str], size: int) -> list[str]:
    """The merges, in order."""
    tokenizer = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), behavior="removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
    ])  # fmt: skip
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, initial_alphabet=alphabet, end_of_word_suffix="</w>", show_progress=False
    )
    tokenizer.train_from_iterator(lines, trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [m if isinstance(m, str) else " ".join(m) for m in merges]


def vocabulary(merges: list[str]) -> dict[str, int]:
    """CLIP's order: bytes, bytes that end a word, merges, start, end."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [*letters, *(b + "</w>" for b in letters), *(m.replace(" ", "") for m in merges)]
    words = [*dict.fromkeys(words), "<|startoftext|>", "<|endoftext|>"]
    return {w: i for i, w in enumerate(words)}


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=DATA / "tokenizer")
    parser.add_argument("--captions", type=int, default=20000)
    parser.add_argument("--size", type=int, default=4094)
    args = parser.parse_args()
    merges = byte_pairs(corpus(args.captions), args.size)
    pairs = [tuple(m.split()) for m in merges]
    tokenizer = CLIPTokenizer(vocab=vocabulary(merges), merges=pairs, model_max_length=77)
    tokenizer.save_pretrained(args.out)
    print(len(tokenizer), "entries;", tokenizer.tokenize("a pencil sketch of a purple elephant in the snow"))


if __name__ == "__main__":
    main()

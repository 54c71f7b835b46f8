"""What a network is told beside the latent: one row per prompt, with labels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.models.words import Tokens


def has_label(label: str, wanted: str) -> bool:
    """Whether a row's label is `wanted` or a part of it: "prompt" finds "prompt/maps", never "prompter"."""
    return label == wanted or label.startswith(wanted + "/")


@dataclass(frozen=True)
class Conditioning:
    """Text features and all that travels with them.

    `features` has shape (rows, tokens, width); tokens is a multiple of the encoder's length (77) for long prompts.
    Labels say what a row is for ("prompt", "negative", "ref0/prompt", "concept:cat"), so that no method has to cut a
    batch in half and hope.
    """

    features: Tensor
    labels: tuple[str, ...]
    tokens: tuple[Tokens, ...]
    pooled: Tensor | None = None
    """(rows, width), SDXL only."""
    sizes: Tensor | None = None
    """(rows, 6): original height and width, crop top and left, target height and width. SDXL only."""
    images: tuple[Tensor, ...] = ()
    """Image prompts, one tensor (rows, pictures, tokens, width) per adapter."""
    beside: Tensor | None = None
    """(rows, channels, h, w) put beside the latent: mask and masked picture of inpainting networks."""

    @property
    def count(self) -> int:
        return len(self.labels)

    def rows(self, label: str) -> list[int]:
        """Numbers of the rows with a label, in order."""
        return [i for i, own in enumerate(self.labels) if has_label(own, label)]

    def pick(self, rows: Sequence[int]) -> "Conditioning":
        """Some rows, in the order given; a row may be taken twice."""
        index = list(rows)

        def part(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else tensor[index]

        return Conditioning(
            self.features[index],
            tuple(self.labels[i] for i in index),
            tuple(self.tokens[i] for i in index),
            part(self.pooled),
            part(self.sizes),
            tuple(t[index] for t in self.images),
            part(self.beside),
        )

    def relabel(self, *labels: str) -> "Conditioning":
        """Other labels: one for every row, or one for all."""
        if len(labels) == 1:
            labels *= self.count
        if len(labels) != self.count:
            raise ValueError(f"{len(labels)} labels for {self.count} rows")
        return replace(self, labels=tuple(labels))

    def with_suffix(self, suffix: str) -> "Conditioning":
        """Labels with a part added: "prompt" becomes "prompt/maps"."""
        return replace(self, labels=tuple(f"{label}/{suffix}" for label in self.labels))

    def positions(self, row: int, phrase: str, occurrence: int | None = None) -> tuple[int, ...]:
        """At which tokens of a row a phrase sits; see `Tokens.positions`."""
        return self.tokens[row].positions(phrase, occurrence)

    def repeat(self, times: int) -> "Conditioning":
        """Every row `times` times, neighbours together."""
        return self.pick([i for i in range(self.count) for _ in range(times)])

    @staticmethod
    def join(*parts: "Conditioning") -> "Conditioning":
        """Rows one after the other. Shorter token axes are refused: encode such prompts in one call."""
        first = parts[0]

        def together(tensors: list[Tensor | None]) -> Tensor | None:
            present = [t for t in tensors if t is not None]
            if present and len(present) != len(tensors):
                raise ValueError("some rows lack what the others have")
            return torch.cat(present) if present else None

        return Conditioning(
            torch.cat([p.features for p in parts]),
            tuple(label for p in parts for label in p.labels),
            tuple(t for p in parts for t in p.tokens),
            together([p.pooled for p in parts]),
            together([p.sizes for p in parts]),
            tuple(torch.cat([p.images[i] for p in parts]) for i in range(len(first.images))),
            together([p.beside for p in parts]),
        )

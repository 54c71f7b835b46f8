"""What a parameter may be and how it is described: types, limits, help.

A method declares each parameter once, as an annotated field of its `Params`. The form, the command line, the project
file and the help page are made from that declaration (see `params.describe`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import annotated_types
from pydantic import JsonValue

JSON = JsonValue

Editor = Literal[
    "int", "float", "bool", "choice", "text", "words", "image", "mask", "concept", "patch", "model", "point", "box",
    "path", "modifier", "numbers",
]  # fmt: skip
"""The kind of value a field holds, which decides its editor in a form and its parser on the command line."""


@dataclass(frozen=True)
class Range(annotated_types.GroupedMetadata):
    """Inclusive limits of a number, and the step of its spin box (no limit on the value itself)."""

    low: float
    high: float
    step: float | None = None

    def __iter__(self) -> Iterator[annotated_types.BaseMetadata]:
        yield annotated_types.Ge(self.low)
        yield annotated_types.Le(self.high)


@dataclass(frozen=True)
class Help:
    """What a person reads about a field: plain words, the paper's symbol, and where default and rule come from."""

    text: str
    symbol: str = ""
    source: str = ""


@dataclass(frozen=True)
class Advanced:
    """Shown one level deeper."""


@dataclass(frozen=True)
class Ref:
    """Marks a string (or tuple) as something other than text."""

    editor: Editor


@dataclass(frozen=True)
class Per:
    """Marks a list that has one entry for each entry of another field, in its order: a mask for each word."""

    field: str


Words = Annotated[tuple[str, ...], Ref("words")]
"""Words or phrases, in the order given."""
ImageRef = Annotated[str, Ref("image")]
"""A picture: an asset name (`<sha256>.png`) or, on the command line, a path that is taken into the store."""
MaskRef = Annotated[str, Ref("mask")]
"""A single-channel picture, 255 inside and 0 outside; grey values are soft edges."""
ConceptRef = Annotated[str, Ref("concept")]
"""A concept file (`<sha256>.safetensors`)."""
PatchRef = Annotated[str, Ref("patch")]
"""A weight patch file (`<sha256>.safetensors`)."""
ModelRef = Annotated[str, Ref("model")]
"""`pocket`, a diffusers folder, a `.safetensors` checkpoint or a hub id."""
PathText = Annotated[str, Ref("path")]
"""A file or folder outside the store, for results that leave the program."""
Point = Annotated[tuple[int, int], Ref("point")]
"""x, y in pixels of the picture, origin top left."""
Box = Annotated[tuple[int, int, int, int], Ref("box")]
"""x0, y0, x1, y1 in pixels; x1 and y1 lie just outside."""
ModifierSpec = Annotated[str, Ref("modifier")]
"""A modifier and its parameters: `id` or `id:{json}`."""


@dataclass(frozen=True)
class Field:
    """One declared parameter, ready for a form, a help page or a parser."""

    name: str
    editor: Editor
    many: bool
    required: bool
    default: JSON
    optional: bool = False
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""
    symbol: str = ""
    source: str = ""
    advanced: bool = False
    per: str = ""
    """The field for each of whose entries this list has one (see `Per`); empty: it stands alone."""

"""What a generated picture says about how it was made: text that AUTOMATIC1111 reads, and our own JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from core.contract.errors import UserError
from core.contract.recipes import read_texts, recipe_texts


def recipe_chunks(recipe: Mapping[str, Any]) -> PngInfo:
    """The text chunks of a picture; see `recipe_texts`."""
    info = PngInfo()
    for name, text in recipe_texts(recipe).items():
        info.add_itxt(name, text)
    return info


def save_picture(picture: Image.Image, path: Path, recipe: Mapping[str, Any]) -> None:
    """A PNG that carries its recipe."""
    picture.save(path, "PNG", pnginfo=recipe_chunks(recipe), compress_level=4)


def read_recipe(path: Path) -> dict[str, Any] | None:
    """The recipe in a picture that this program made; None where there is none.

    Raises:
        UserError: no picture at all.
    """
    try:
        with Image.open(path) as picture:
            # Text chunks may stand behind the pixels; `text` reads to the end.
            texts = getattr(picture, "text", {})
    except FileNotFoundError as error:
        raise UserError(f"There is no picture '{path}'.", "Check the path.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"'{path.name}' is not a picture this program can read.", "Use a PNG it made.") from error
    return read_texts(texts)

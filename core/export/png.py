"""What a generated picture says about how it was made: text that AUTOMATIC1111 reads, and our own JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from core.contract.errors import UserError

CHUNK = "concept_studio"
_SAMPLERS = {
    "ddim": "DDIM", "ddpm": "DDPM", "euler": "Euler", "euler-karras": "Euler", "euler-a": "Euler a",
    "dpmpp-2m": "DPM++ 2M", "dpmpp-2m-karras": "DPM++ 2M", "unipc": "UniPC", "lcm": "LCM",
}  # fmt: skip
"""Names in AUTOMATIC1111; whether the steps follow Karras stands in "Schedule type" there."""


def recipe_chunks(recipe: Mapping[str, Any]) -> PngInfo:
    """The text chunks of a picture.

    Args:
        recipe: plain values; `prompt`, `negative`, `steps`, `scheduler`, `guidance`, `seed`, `size` (width, height),
            `model` and `model_identity` also go into the readable text. Modifiers, patches and concepts with their
            hashes stay in our own chunk, whole.
    """
    info = PngInfo()
    info.add_itxt("parameters", a1111_text(recipe))
    info.add_itxt(CHUNK, json.dumps(dict(recipe), sort_keys=True, ensure_ascii=False))
    return info


def a1111_text(recipe: Mapping[str, Any]) -> str:
    """Three parts, as AUTOMATIC1111 writes them: prompt, negative prompt, one line of settings."""
    scheduler = str(recipe.get("scheduler", ""))
    size = recipe.get("size")
    settings: list[tuple[str, Any]] = [
        ("Steps", recipe.get("steps")), ("Sampler", _SAMPLERS.get(scheduler, scheduler) or None),
        ("Schedule type", "Karras" if scheduler.endswith("karras") else None), ("CFG scale", recipe.get("guidance")),
        ("Seed", recipe.get("seed")), ("Size", f"{size[0]}x{size[1]}" if size else None),
        ("Model hash", str(recipe["model_identity"])[:10] if recipe.get("model_identity") else None),
        ("Model", recipe.get("model")), ("Denoising strength", recipe.get("strength") if recipe.get("init") else None),
    ]  # fmt: skip
    lines = [str(recipe.get("prompt", ""))]
    if recipe.get("negative"):
        lines.append(f"Negative prompt: {recipe['negative']}")
    lines.append(", ".join(f"{name}: {_quoted(value)}" for name, value in settings if value is not None))
    return "\n".join(lines)


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
    try:
        recipe = json.loads(texts.get(CHUNK, "null"))
    except ValueError:
        return None
    return recipe if isinstance(recipe, dict) else None


def _quoted(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return json.dumps(text, ensure_ascii=False) if any(c in text for c in ",:\n") else text

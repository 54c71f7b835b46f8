"""The texts inside a PNG that tell how it was made: our own JSON, and what AUTOMATIC1111 reads. Standard library only."""

import json
from collections.abc import Mapping
from typing import Any

CHUNK = "concept_studio"
"""Name of the text with our own JSON: a flat recipe."""
_SAMPLERS = {
    "ddim": "DDIM", "ddpm": "DDPM", "euler": "Euler", "euler-karras": "Euler", "euler-a": "Euler a",
    "dpmpp-2m": "DPM++ 2M", "dpmpp-2m-karras": "DPM++ 2M", "unipc": "UniPC", "lcm": "LCM",
}  # fmt: skip
"""Names in AUTOMATIC1111; whether the steps follow Karras stands in "Schedule type" there."""


def recipe_texts(recipe: Mapping[str, Any]) -> dict[str, str]:
    """The text chunks of a picture, by name.

    Args:
        recipe: plain values; `prompt`, `negative`, `steps`, `scheduler`, `guidance`, `seed`, `size` (width, height),
            `model` and `model_identity` also go into the readable text. Modifiers, patches and concepts with their
            hashes stay in our own chunk, whole.
    """
    return {
        "parameters": a1111_text(recipe),
        CHUNK: json.dumps(dict(recipe), sort_keys=True, ensure_ascii=False),
    }


def flat_recipe(origin: Mapping[str, Any]) -> dict[str, Any]:
    """A stored picture's origin as the flat recipe that goes into an exported file."""
    params = dict(origin.get("params") or {})
    return {
        **params, "method": origin.get("method"), "seed": origin.get("seed"), "size": origin.get("size"),
        "model": origin.get("model"), "model_identity": origin.get("identity"), "version": 1,
    }  # fmt: skip


def read_texts(texts: Mapping[str, Any]) -> dict[str, Any] | None:
    """The flat recipe in a picture's text chunks; None where there is none."""
    try:
        recipe = json.loads(texts.get(CHUNK, "null"))
    except (ValueError, TypeError, RecursionError):
        return None
    return recipe if isinstance(recipe, dict) else None


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


def _quoted(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return json.dumps(text, ensure_ascii=False) if any(c in text for c in ",:\n") else text

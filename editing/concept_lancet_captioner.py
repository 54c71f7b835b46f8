"""A person's captioner for Concept Lancet: what a BLIP says of a picture, whose words become concepts of the dictionary.

Li et al., 2022, arXiv:2201.12086. Any folder of a transformers `BlipForConditionalGeneration` (such as
blip-image-captioning-base) with its tokenizer; safetensors only, nothing is fetched.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.evaluate.judges import Preparation
from core.models.headers import read_header

WANTED = "Give the folder of a BLIP that writes captions, such as blip-image-captioning-base, with its tokenizer."
_LONGEST, _BEAMS = 30, 3


def described(folder: str, pixels: Tensor) -> str:
    """One sentence on a picture (1, 3, h, w) in -1..1; the same each time.

    Raises:
        UserError: no folder, another network, no safetensors, no tokenizer, weights missing.
    """
    path = Path(folder).expanduser()
    if not (path / "config.json").is_file():
        raise UserError(f"There is no captioner in '{folder}'.", WANTED)
    _check(path)
    network, tokenizer, prepare = _loaded(path, max(p.stat().st_mtime_ns for p in path.iterdir()))
    with torch.no_grad():
        ids = network.generate(pixel_values=prepare(pixels), max_new_tokens=_LONGEST, num_beams=_BEAMS, do_sample=False)
    return str(tokenizer.decode(ids[0], skip_special_tokens=True)).strip()


def _check(path: Path) -> None:
    try:
        config = json.loads((path / "config.json").read_text("utf-8"))
        kind, built = config.get("model_type", ""), (config.get("architectures") or ["BlipForConditionalGeneration"])[0]
    except (OSError, ValueError, AttributeError, IndexError) as error:
        raise UserError(f"The captioner in '{path}' is damaged: {error}.", WANTED) from error
    if kind != "blip" or built != "BlipForConditionalGeneration":
        raise UserError(f"The network in '{path}' is a {built} ('{kind}'), which writes no captions here.", WANTED)
    weights = sorted(path.glob("*.safetensors"))
    if not weights:
        raise UserError(f"The captioner in '{path}' has no safetensors weights.", WANTED)
    for file in weights:
        read_header(file)
    if not any((path / n).is_file() for n in ("tokenizer.json", "vocab.txt")):
        raise UserError(f"The captioner in '{path}' has no tokenizer.", WANTED)


@lru_cache(maxsize=1)
def _loaded(path: Path, _time: int) -> tuple[Any, Any, Preparation]:
    from transformers import AutoTokenizer, BlipForConditionalGeneration
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        network, report = BlipForConditionalGeneration.from_pretrained(
            path, use_safetensors=True, local_files_only=True, output_loading_info=True
        )
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise UserError(
            f"The captioner in '{path}' cannot be opened: {str(error).splitlines()[0][:200]}", WANTED
        ) from error
    finally:
        if shown:
            logging.enable_progress_bar()
    # The word table is tied to the output layer, so one of the two is not in the file.
    lacking = [k for k in report["missing_keys"] if "position_ids" not in k and not k.endswith("decoder.weight")]
    if lacking:
        raise UserError(f"The captioner in '{path}' lacks {len(lacking)} of its weights ({lacking[0]}).", WANTED)
    prepare = Preparation.of(path, int(network.config.vision_config.image_size), "clip", squash=True)
    return network.float().eval().requires_grad_(False), tokenizer, prepare

"""Configurations of the families as values: what a single file leaves out, and meta models built from it."""

import copy
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from core.contract.errors import UserError
from core.models.families import FAMILIES, Family
from core.models.single_file import single_file

RESOURCES = Path(__file__).parents[2] / "resources"
CLIP_TOKENS = 49408
PARTS = ("unet", "vae", "text_encoder", "text_encoder_2", "scheduler")

Configs = dict[str, dict[str, Any]]
"""From a part of a diffusers folder (`unet`, ..., `model_index`) to its configuration."""


def family_folder(family: str) -> Path:
    return RESOURCES / "pocket" if family == "pocket" else RESOURCES / "families" / family


def family_configs(family: str, **unet: Any) -> Configs:
    """The configurations of a family. `unet` replaces entries of its U-Net's, e.g. `in_channels=9`."""
    found = copy.deepcopy(_read_configs(family))
    found["unet"].update(unet)
    return found


@lru_cache(maxsize=8)
def _read_configs(family: str) -> Configs:
    return read_configs(family_folder(family))


def read_configs(folder: Path) -> Configs:
    """All configurations of a diffusers folder."""
    found: Configs = {"model_index": json.loads((folder / "model_index.json").read_text())}
    for part in PARTS:
        for name in ("config.json", "scheduler_config.json"):
            if (folder / part / name).is_file():
                found[part] = json.loads((folder / part / name).read_text())
    return found


def write_configs(configs: Mapping[str, Mapping[str, Any]], folder: Path) -> None:
    """Lay out a configuration folder, tokenizers included, as diffusers reads single files with.

    Raises:
        UserError: no tokenizer is known for the text encoder's number of tokens.
    """
    for part, config in configs.items():
        target = folder / "model_index.json" if part == "model_index" else folder / part / "config.json"
        if part == "scheduler":
            target = folder / part / "scheduler_config.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(config, sort_keys=True))
    for part, index in (("text_encoder", 0), ("text_encoder_2", 1)):
        if part in configs:
            tokenizer_for(configs[part], index).save_pretrained(folder / part.replace("text_encoder", "tokenizer"))


def tokenizer_for(text: Mapping[str, Any], index: int = 0) -> CLIPTokenizer:
    """The tokenizer of a text encoder, found by its number of tokens.

    SD 2.x and the second encoder of SDXL (those of OpenCLIP, activation "gelu") pad with token 0, `!`.
    """
    count = int(text["vocab_size"])
    folder = RESOURCES / "families" / "tokenizer" if count == CLIP_TOKENS else RESOURCES / "pocket" / "tokenizer"
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    if len(tokenizer) != count:
        raise UserError(f"No tokenizer is known for a text encoder of {count} tokens.",
                        "Open the model as a diffusers folder, which brings its own.")  # fmt: skip
    if count == CLIP_TOKENS and (index or text.get("hidden_act") == "gelu"):
        tokenizer.pad_token = "!"
    return tokenizer


def meta_parts(configs: Configs) -> dict[str, nn.Module]:
    """Networks without numbers, by component name (`unet`, `vae`, `text`, `text2`): names and shapes for nothing."""
    with torch.device("meta"):
        parts: dict[str, nn.Module] = {
            "unet": UNet2DConditionModel.from_config(configs["unet"]),
            "vae": AutoencoderKL.from_config(configs["vae"]),
            "text": CLIPTextModel(CLIPTextConfig(**configs["text_encoder"])),
        }
        if "text_encoder_2" in configs:
            parts["text2"] = CLIPTextModelWithProjection(CLIPTextConfig(**configs["text_encoder_2"]))
    return parts


@lru_cache(maxsize=8)
def family_parts(family: str, in_channels: int = 0) -> dict[str, nn.Module]:
    """Meta networks of a family, remembered."""
    return meta_parts(family_configs(family, **({"in_channels": in_channels} if in_channels else {})))


def expected(family: Family, configs: Configs) -> dict[str, Tensor]:
    """Names and (meta) shapes of a single file of these configurations."""
    parts = meta_parts(configs)
    return single_file(family, parts, {name: part.state_dict() for name, part in parts.items()})


def known_family(name: str) -> Family:
    if name not in FAMILIES:
        raise UserError(f"There is no model family '{name}'.", f"The families are {', '.join(FAMILIES)}.")
    return FAMILIES[name]

"""From a name to a model: folder, single file or hub id; safetensors only."""

from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from core.contract.errors import UserError
from core.models.families import POCKET, SD1, SD2, SDXL, Family
from core.models.model import Model, TextEncoder, fingerprint
from core.models.schedule import Schedule

RESOURCES = Path(__file__).parents[2] / "resources"


def load(ref: str, dtype: torch.dtype = torch.float32, device: str = "cpu") -> Model:
    """A model from `pocket` or a diffusers folder."""
    folder = RESOURCES / "pocket" if ref == "pocket" else Path(ref)
    return load_folder(folder, ref, dtype).to(device)


def load_folder(folder: Path, ref: str, dtype: torch.dtype) -> Model:
    import json

    options: dict[str, Any] = {"torch_dtype": dtype, "use_safetensors": True, "local_files_only": True}
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", **options)
    vae = AutoencoderKL.from_pretrained(folder / "vae", **options)
    texts = []
    for i, (kind, suffix) in enumerate(((CLIPTextModel, ""), (CLIPTextModelWithProjection, "_2"))):
        if not (folder / f"text_encoder{suffix}").exists():
            continue
        encoder = kind.from_pretrained(folder / f"text_encoder{suffix}", dtype=dtype, local_files_only=True)
        tokenizer = CLIPTokenizer.from_pretrained(folder / f"tokenizer{suffix}")
        texts.append(TextEncoder(encoder.eval().requires_grad_(False), tokenizer))
    if not texts:
        raise UserError(f"'{folder}' has no text encoder.", "Choose a complete diffusers folder.")
    config = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    family = family_of(unet)
    model = Model(
        family, unet.eval().requires_grad_(False), vae.eval().requires_grad_(False), tuple(texts), Schedule(config), ref
    )
    model.identity = fingerprint(dict(unet.named_parameters()))
    return model


def family_of(unet: UNet2DConditionModel) -> Family:
    """Which family a U-Net belongs to, by its configuration."""
    if unet.config.addition_embed_type == "text_time":
        return SDXL
    return {768: SD1, 1024: SD2}.get(unet.config.cross_attention_dim, POCKET)

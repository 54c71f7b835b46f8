"""Tiny random models of every family, built from configuration: seconds to make, nothing downloaded.

The layouts (number of levels, where attention stands, how text is read) are those of the real families; widths are not.
"""

from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from core.models.families import FAMILIES
from core.models.model import Model, TextEncoder, fingerprint
from core.models.schedule import Schedule

RESOURCES = Path(__file__).parents[1] / "resources"
SCHEDULE = {
    "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000,
    "steps_offset": 1, "set_alpha_to_one": False, "clip_sample": False, "timestep_spacing": "leading",
    "prediction_type": "epsilon",
}  # fmt: skip
KINDS = ("sd1", "sd2", "sd2v", "sdxl")
"""`sd2v` is SD 2.1 768: a velocity model."""


def tiny_unet(kind: str, in_channels: int = 4) -> UNet2DConditionModel:
    common = {"sample_size": 8, "in_channels": in_channels, "out_channels": 4, "norm_num_groups": 8}
    if kind == "sdxl":
        return UNet2DConditionModel(
            **common, block_out_channels=(16, 32, 64), layers_per_block=2, cross_attention_dim=56,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            transformer_layers_per_block=(1, 1, 2), attention_head_dim=(2, 4, 8), use_linear_projection=True,
            addition_embed_type="text_time", addition_time_embed_dim=8, projection_class_embeddings_input_dim=32 + 48,
        )  # fmt: skip
    return UNet2DConditionModel(
        **common, block_out_channels=(16, 32, 64, 64), layers_per_block=1 if kind == "sd1" else 2, cross_attention_dim=32,
        attention_head_dim=4 if kind == "sd1" else (2, 4, 8, 8), use_linear_projection=kind != "sd1",
    )  # fmt: skip


def tiny_vae() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8, 16, 16), latent_channels=4, norm_num_groups=4, sample_size=64, layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
    )  # fmt: skip


def tiny_text(width: int, projected: bool, act: str = "quick_gelu") -> TextEncoder:
    tokenizer = CLIPTokenizer.from_pretrained(RESOURCES / "pocket" / "tokenizer")
    config = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=width, intermediate_size=width * 2, projection_dim=32, num_hidden_layers=3,
        num_attention_heads=4, max_position_embeddings=77, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.eos_token_id, hidden_act=act,
    )  # fmt: skip
    kind = CLIPTextModelWithProjection if projected else CLIPTextModel
    return TextEncoder(kind(config).eval().requires_grad_(False), tokenizer)


def tiny(kind: str = "sd1", seed: int = 0) -> Model:
    """A random model: `sd1`, `sd2`, `sd2v` (velocity) or `sdxl`. Latents of 4 x 8 x 8, pictures of 64 x 64."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        unet, vae = tiny_unet(kind), tiny_vae()
        if kind == "sdxl":
            texts = (tiny_text(24, False), tiny_text(32, True, "gelu"))
        else:
            texts = (tiny_text(32, False, "quick_gelu" if kind == "sd1" else "gelu"),)
        # Random networks hardly answer to text or time; stronger cross-attention makes effects visible.
        for name, parameter in unet.named_parameters():
            if "attn2.to_k" in name or "attn2.to_q" in name:
                parameter.data.mul_(4)
    schedule = Schedule({**SCHEDULE, **({"prediction_type": "v_prediction"} if kind == "sd2v" else {})})
    family = FAMILIES["sd2" if kind == "sd2v" else kind]
    model = Model(
        family, unet.eval().requires_grad_(False), vae.eval().requires_grad_(False), texts, schedule, f"tiny-{kind}"
    )
    model.identity = fingerprint(dict(unet.named_parameters()))
    return model

"""The embedded model distilled into one to four steps: its own U-Net and sampler, the rest shared with the folder above."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import LCMScheduler, StableDiffusionPipeline, UNet2DConditionModel

FOLDER = Path(__file__).parent


def pipeline(folder: Path = FOLDER, shared: Path = FOLDER.parent) -> StableDiffusionPipeline:
    """The whole pipeline, fp32; draw with `guidance_scale=1` (guidance is baked in) and 1 to 4 steps.

    Args:
        folder: `unet/` and `scheduler/` of the student.
        shared: the teacher's folder: tokenizer, text encoder, autoencoder.

    Raises:
        OSError: a part is not there.
    """
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=torch.float32, use_safetensors=True)
    pipe = StableDiffusionPipeline.from_pretrained(
        shared, unet=unet, scheduler=LCMScheduler.from_pretrained(folder / "scheduler"), safety_checker=None,
        torch_dtype=torch.float32, local_files_only=True,
    )  # fmt: skip
    pipe.set_progress_bar_config(disable=True)
    return pipe

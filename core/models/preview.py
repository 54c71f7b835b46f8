"""A rough picture of a latent without the autoencoder: a linear map from latent channels to RGB.

The map is fitted once per model by least squares, on smooth colour fields through the model's own autoencoder, so no
family needs a hand-made table. Fractions of a millisecond per preview.
"""

from weakref import WeakKeyDictionary

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from core.models.model import Model
from core.models.pictures import to_pictures

_maps: "WeakKeyDictionary[torch.nn.Module, Tensor]" = WeakKeyDictionary()
_SHOWN = 256
"""Longer side of a preview in pixels, at least."""


def rgb_map(model: Model, pictures: int = 8) -> Tensor:
    """(channels + 1, 3): RGB in -1..1 of a latent cell with a one appended."""
    known = _maps.get(model.vae)
    if known is None:
        side = model.factor * 8
        generator = torch.Generator().manual_seed(0)
        coarse = torch.rand((pictures, 3, 4, 4), generator=generator) * 2 - 1
        pixels = functional.interpolate(coarse, size=(side, side), mode="bilinear")
        latents = model.encode_image(pixels).cpu()
        colours = functional.avg_pool2d(pixels, model.factor).permute(0, 2, 3, 1).reshape(-1, 3)
        known = torch.linalg.lstsq(_with_one(latents), colours).solution
        _maps[model.vae] = known
    return known


def preview_picture(model: Model, latents: Tensor) -> Image.Image:
    """A small picture of the first latent of (rows, channels, h, w), enlarged to be seen."""
    one = latents[:1].detach().float().cpu()
    height, width = one.shape[-2:]
    rgb = (_with_one(one) @ rgb_map(model)).view(1, height, width, 3).permute(0, 3, 1, 2)
    picture = to_pictures(rgb)[0]
    scale = max(1, _SHOWN // max(picture.size))
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.BILINEAR)


def _with_one(latents: Tensor) -> Tensor:
    flat = latents.permute(0, 2, 3, 1).reshape(-1, latents.shape[1])
    return torch.cat([flat, torch.ones(len(flat), 1)], 1)

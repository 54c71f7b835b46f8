"""Repainting inside a mask: what is outside stays, in the latent while sampling and to the bit in the pixels.

Blended latent diffusion, Avrahami et al., arXiv:2206.02779; inpainting networks (9 input channels) as in diffusers.
"""

import cv2
import torch
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.hooks.hook import Hook, Inner
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.schedule import Schedule, Step


class KeepOutside(Hook):
    """After each step the latent outside the mask is the original at the same noise level; at the end, its pixels."""

    def __init__(self, model: Model, pixels: Tensor, inside: Tensor, noise: Tensor, feather: float = 0.0) -> None:
        """
        Args:
            pixels: the original, (1, 3, h, w) in -1..1.
            inside: 1 where to repaint, (1, 1, h, w) in 0..1.
            noise: (rows, channels, h / factor, w / factor); what the original's latent is noised with.
            feather: width of the soft border in pixels, grown inwards only: outside stays exact.
        """
        if pixels.shape[-2:] != inside.shape[-2:]:
            raise UserError(
                "The mask and the picture to repaint have different sizes.", "Make a mask of the picture's size."
            )
        self.schedule: Schedule = model.schedule
        self.original = model.encode_image(pixels)
        self.noise = noise
        self.pixels = pixels
        self.blend = feathered(inside, feather)
        self.inside = cells(inside, model.factor).to(self.original)

    def advance(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        moved = inner(step, x, cond)
        # SD's DDIM ends at alpha-bar 0.9991, not 1: noising once more would leave 3 % noise outside.
        outside = self.original if step.last else self.schedule.add_noise(self.original, self.noise, step.next)
        return torch.lerp(outside.to(moved).expand_as(moved), moved, self.inside)

    def finish(self, picture: Tensor) -> Tensor:
        """Paste the original pixels back: no autoencoder is bit-exact."""
        original, blend = self.pixels.to(picture), self.blend.to(picture)
        mixed = original + blend * (picture - original)
        return torch.where(blend <= 0, original.expand_as(picture), torch.where(blend >= 1, picture, mixed))


def cells(inside: Tensor, factor: int) -> Tensor:
    """A pixel mask on the latent grid, (1, 1, h / factor, w / factor): a cell that holds any inside pixel is inside."""
    return (functional.max_pool2d(inside, factor) > 0.5).float()


def feathered(inside: Tensor, feather: float) -> Tensor:
    """A mask with a soft border of `feather` pixels that lies inside it; 0 exactly where the mask is 0."""
    if feather <= 0:
        return inside
    hard = (inside[0, 0] > 0.5).to(torch.uint8).cpu().numpy()
    distance = torch.from_numpy(cv2.distanceTransform(hard, cv2.DIST_L2, 5))
    return (distance / feather).clamp(0, 1)[None, None]


def beside_inpaint(model: Model, pixels: Tensor, inside: Tensor, rows: int) -> Tensor | None:
    """What an inpainting network is given beside the latent, (rows, 1 + channels, h, w); None for other networks."""
    if int(model.unet.config.in_channels) == model.channels:
        return None
    hard = (inside > 0.5).float()
    masked = model.encode_image(pixels * (1 - hard))
    small = functional.interpolate(hard, size=masked.shape[-2:])
    return torch.cat([small.to(masked), masked], 1).repeat(rows, 1, 1, 1)

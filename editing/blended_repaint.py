"""Repaint inside a mask and keep everything outside it, to the bit.

Avrahami et al., 2023, arXiv:2206.02779. After each step the latent outside the mask is the original picture at the same
noise level, at the last step the clean original, so the repainted part always meets an unchanged border. Once decoded,
the original's pixels are pasted back, because no autoencoder is exact. Works with any checkpoint; nothing is trained.
"""

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, ImageRef, MaskRef, Range
from core.contract.method import Kind
from core.contract.params import Params
from core.engine.registry import modifier
from core.engine.run import Run
from core.hooks.hook import Hook, Inner
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.pictures import fitted, to_tensor
from core.models.schedule import Step
from core.sampling.inpaint import KeepOutside
from core.sampling.sample import noise


class BlendedRepaintParams(Params):
    picture: Annotated[ImageRef, Help("The picture to keep outside the mask")]
    mask: Annotated[MaskRef, Help("Where to repaint; of the picture's size", "m")]
    feather: Annotated[int, Range(0, 64), Help("Soft border in pixels; it lies inside the mask")] = 0
    blend: Annotated[Literal["after", "before"], Help(
        "Put the original back after each step (the paper, diffusers), or before each prediction and once at the end "
        "(the authors' first code)", source="arXiv:2206.02779"), Advanced()] = "after"  # fmt: skip
    noise: Annotated[Literal["same", "fresh"], Help(
        "Noise on the original: one for all steps (diffusers), or new at each step (the authors' code)"
        ), Advanced()] = "same"  # fmt: skip
    widenings: Annotated[int, Range(0, 8), Help(
        "For thin masks: how many wider masks the first steps repaint in (authors' code); what was repainted outside the "
        "mask is put back"), Advanced()] = 0  # fmt: skip
    fit: Annotated[bool, Help("Scale and crop a picture of another size instead of refusing it"), Advanced()] = False


@modifier("editing.blended_repaint", "Repaint inside a mask", Kind.EDIT, paper="arXiv:2206.02779")
class BlendedRepaint(Hook):
    def __init__(self, params: BlendedRepaintParams, run: Run, model: Model) -> None:
        self.params = params
        self.model = model
        self.seed = run.seed
        self.picture = run.picture(params.picture)
        # Checks the mask's size against the picture's.
        self.inside = run.mask(params.mask, self.picture.size)
        self._keep: KeepOutside | None = None

    def advance(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        keep = self._keeper(x)
        inside = widened(keep.inside, self._widening(step))
        if self.params.blend == "before":
            x = torch.lerp(self._original(keep, x, step.index, step, before=True), x, inside)
        moved = inner(step, x, cond)
        if self.params.blend == "before" and not step.last:
            return moved
        return torch.lerp(self._original(keep, moved, step.index + 1, step), moved, inside)

    def finish(self, picture: Tensor) -> Tensor:
        """Paste the original pixels back."""
        return picture if self._keep is None else self._keep.finish(picture)

    def _original(self, keep: KeepOutside, x: Tensor, index: int, step: Step, before: bool = False) -> Tensor:
        """The original's latent at the level before or after a step, like x; clean after the last one."""
        # SD's DDIM ends at alpha-bar 0.9991, not 1: noising once more would leave 3 % noise outside.
        if step.last and not before:
            return keep.original.to(x).expand_as(x)
        added = keep.noise if self.params.noise == "same" else self._noise(x, index)
        return keep.schedule.add_noise(keep.original, added, step.now if before else step.next).to(x).expand_as(x)

    def _noise(self, x: Tensor, index: int = 0) -> Tensor:
        """Noise like x. The same for the same step, so a step may be taken twice.

        Index 0 is what pictures with the seeds run.seed, run.seed + 1 ... began with, as in diffusers' inpainting.
        """
        seeds = [self.seed + row for row in range(len(x))]
        if not index:
            return noise((1, *x.shape[1:]), seeds)[0].to(x)
        return noise((1, *x.shape[1:]), [seed * 1009 + index for seed in seeds])[0].to(x)

    def _widening(self, step: Step) -> int:
        """By how many cells the mask is grown at a step: the widest first, the mask itself last, equally long each."""
        return self.params.widenings - step.index // (step.count // (self.params.widenings + 1) + 1)

    def _keeper(self, x: Tensor) -> KeepOutside:
        """What keeps this picture outside its mask, for latents of this size.

        Raises:
            UserError: the generation is of another size than the picture.
        """
        size = (x.shape[-1] * self.model.factor, x.shape[-2] * self.model.factor)
        if self._keep is not None and self._keep.noise.shape == x.shape:
            return self._keep
        if self.picture.size != size and not self.params.fit:
            raise UserError(
                f"The picture to repaint is {self.picture.width} x {self.picture.height}, the generation {size[0]} x {size[1]}.",
                f"Generate with --size {self.picture.width}x{self.picture.height}, or switch on 'fit'.")  # fmt: skip
        pixels = to_tensor(fitted(self.picture, size)).to(x.device)
        inside = fitted_mask(self.inside, size).to(x.device)
        self._keep = KeepOutside(self.model, pixels, inside, self._noise(x), self.params.feather)
        return self._keep


def widened(inside: Tensor, cells: int) -> Tensor:
    """A latent mask (1, 1, h, w) grown by so many cells to each side."""
    return inside if cells <= 0 else functional.max_pool2d(inside, 2 * cells + 1, 1, cells)


def fitted_mask(inside: Tensor, size: tuple[int, int]) -> Tensor:
    """A mask (1, 1, h, w) scaled and centre-cropped to (width, height) as `fitted` does with its picture."""
    height, width = inside.shape[-2:]
    if (width, height) == size:
        return inside
    scale = max(size[0] / width, size[1] / height)
    sides = (max(size[1], round(height * scale)), max(size[0], round(width * scale)))
    large = functional.interpolate(inside, sides, mode="nearest")
    top, left = (sides[0] - size[1]) // 2, (sides[1] - size[0]) // 2
    return large[..., top : top + size[1], left : left + size[0]].contiguous()

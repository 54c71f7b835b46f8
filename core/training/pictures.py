"""Training pictures: the frame cut from a person's picture, its masks on the latent's and the attention's grid, and the
distribution of its latents."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.models.model import Model
from core.models.pictures import to_tensor


@dataclass(frozen=True)
class Frame:
    """A square of the picture's plane, in its pixels; it may reach beyond the picture (letterbox)."""

    left: int
    top: int
    side: int

    def cut(self, plane: Tensor, size: int, filling: float = 0.0) -> Tensor:
        """(rows, channels, h, w) -> (rows, channels, size, size), area-averaged down or bicubic up."""
        height, width = plane.shape[-2:]
        x0, y0 = max(0, self.left), max(0, self.top)
        x1, y1 = min(width, self.left + self.side), min(height, self.top + self.side)
        pad = (x0 - self.left, self.left + self.side - x1, y0 - self.top, self.top + self.side - y1)
        square = functional.pad(plane[..., y0:y1, x0:x1], pad, value=filling)
        if self.side == size:
            return square
        if self.side > size:
            return functional.interpolate(square, (size, size), mode="area")
        return functional.interpolate(square, (size, size), mode="bicubic", align_corners=False)


def square_around(size: tuple[int, int], inside: Tensor) -> Frame:
    """The largest square of a picture (width, height) that holds everything inside a mask (1, 1, h, w); where none does,
    the whole picture with bars (ours; the reference takes square pictures only)."""
    width, height = size
    side = min(width, height)
    rows, columns = inside[0, 0].any(1).nonzero(), inside[0, 0].any(0).nonzero()
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    if bottom - top > side or right - left > side:
        long = max(width, height)
        return Frame((width - long) // 2, (height - long) // 2, long)

    def place(low: int, high: int, length: int) -> int:
        return min(max((low + high - side) // 2, 0), length - side)

    return Frame(place(left, right, width), place(top, bottom, height), side)


@dataclass(frozen=True)
class LatentDistribution:
    """What the autoencoder says of a picture; a training draws a latent of it anew for every step."""

    mean: Tensor
    """(1, channels, h, w), scaled."""
    deviation: Tensor

    @staticmethod
    def of(model: Model, pixels: Tensor) -> "LatentDistribution":
        """Of pictures (rows, 3, h, w) in -1..1."""
        with torch.no_grad():
            found = model.vae.encode(pixels.to(model.device, model.vae.dtype)).latent_dist
        shift, scale = model.vae.config.shift_factor or 0.0, model.vae.config.scaling_factor
        return LatentDistribution(((found.mean - shift) * scale).float(), (found.std * scale).float())

    def draw(self, generator: torch.Generator) -> Tensor:
        """A sample, like the mean; random numbers from the CPU."""
        noise = torch.randn(self.mean.shape, generator=generator)
        return self.mean + self.deviation * noise.to(self.mean)

    def pick(self, row: int) -> "LatentDistribution":
        return LatentDistribution(self.mean[row : row + 1], self.deviation[row : row + 1])


@dataclass(frozen=True)
class Side:
    """The framed picture one way round."""

    latents: LatentDistribution
    small: Tensor
    """Masks at the latent's size, (things, h, w) in 0..1."""
    grid: Tensor
    """Masks at the attention grid, (things, gh, gw) in 0..1."""


@dataclass(frozen=True)
class Scene:
    """One picture with its things, as a training reads it."""

    pixels: Tensor
    """(1, 3, size, size) in -1..1."""
    masks: Tensor
    """(things, 1, size, size) in 0..1."""
    plain: Side
    mirrored: Side

    def side(self, mirrored: bool) -> Side:
        return self.mirrored if mirrored else self.plain


def scene(model: Model, picture: Image.Image, masks: Sequence[Tensor], level: int) -> Scene:
    """Frame a picture and its masks (each (1, 1, h, w)) at the model's native size, both ways round.

    Masks go to the grids by torch's nearest cell, as the Break-A-Scene code does, after mirroring at full size.

    Args:
        level: of the attention grid: the latent halved that many times, rounded up.

    Raises:
        UserError: a picture with fewer pixels than the latent has cells; a mask too thin for the attention grid.
    """
    if min(picture.size) < model.size // model.factor:
        raise UserError(f"The picture is only {picture.width} x {picture.height} pixels.",
                        f"Use one of at least {model.size // model.factor}, better {model.size} pixels a side.")  # fmt: skip
    union = torch.cat(list(masks)).amax(0, keepdim=True)
    frame = square_around(picture.size, union > 0)
    pixels = frame.cut(to_tensor(picture), model.size).clamp(-1, 1)
    framed = torch.cat([frame.cut(m, model.size).clamp(0, 1) for m in masks])
    latent = model.size // model.factor
    grid = -(-latent // 2**level)

    def one(flip: bool) -> Side:
        p, m = (pixels.flip(-1), framed.flip(-1)) if flip else (pixels, framed)
        return Side(LatentDistribution.of(model, p), shrunk(m, latent), shrunk(m, grid))

    return Scene(pixels, framed, one(False), one(True))


def shrunk(masks: Tensor, side: int) -> Tensor:
    """Masks (things, 1, h, w) at a grid of side x side by nearest cell: (things, side, side).

    A thin one that would vanish is averaged over each cell's area instead, and the cells with at least half of the
    largest average are inside (threshold ours).
    """
    found = functional.interpolate(masks, (side, side), mode="nearest")[:, 0]
    for i in range(len(found)):
        if not bool(found[i].any()):
            area = functional.interpolate(masks[i : i + 1], (side, side), mode="area")[0, 0]
            if not bool(area.any()):
                raise UserError(f"Mask number {i + 1} is empty in the part of the picture that is trained on.",
                                "Mark a larger region.")  # fmt: skip
            found[i] = (area >= area.max() / 2).float()
    return found

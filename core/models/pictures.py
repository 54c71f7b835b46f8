"""Pictures from outside: read carefully, turned into tensors, and back."""

import io
import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from core.contract.errors import UserError

LARGEST = 100_000_000
"""Pixels. A larger picture is refused before it is unpacked: it may be a bomb."""


def read_picture(path: Path, name: str = "") -> Image.Image:
    """An RGB picture, upright (EXIF), transparency on white.

    Raises:
        UserError: missing, no picture, too large, or damaged; the file is named.
    """
    picture = _open(path, name or path.name)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return picture.convert("RGB")


def read_mask(path: Path, size: tuple[int, int] | None = None, name: str = "") -> Image.Image:
    """A mask as an "L" picture: 255 inside. A picture with transparency counts by its alpha.

    Args:
        size: (width, height) it must have.

    Raises:
        UserError: as `read_picture`; of another size; empty.
    """
    name = name or path.name
    picture = _open(path, name)
    mask = picture.getchannel("A") if picture.mode in ("RGBA", "LA") else picture.convert("L")
    if size is not None and mask.size != size:
        raise UserError(f"The mask '{name}' is {mask.width} x {mask.height}, its picture {size[0]} x {size[1]}.",
                        "Make a mask of the picture's size.")  # fmt: skip
    if mask.getextrema()[1] == 0:  # type: ignore[operator]
        raise UserError(f"The mask '{name}' is empty.", "Mark at least one pixel.")
    return mask


def to_tensor(picture: Image.Image) -> Tensor:
    """(1, 3, h, w) in -1..1."""
    array = np.asarray(picture.convert("RGB"), np.float32) / 127.5 - 1
    return torch.from_numpy(array).permute(2, 0, 1).unsqueeze(0).contiguous()


def mask_to_tensor(mask: Image.Image) -> Tensor:
    """(1, 1, h, w) in 0..1."""
    return torch.from_numpy(np.asarray(mask, np.float32) / 255).unsqueeze(0).unsqueeze(0)


def to_pictures(pixels: Tensor) -> list[Image.Image]:
    """Pictures of a tensor (rows, 3, h, w) in -1..1, rounded as diffusers does."""
    array = ((pixels.detach().float().cpu() / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8)
    return [Image.fromarray(a) for a in array.permute(0, 2, 3, 1).numpy()]


def to_mask(inside: Tensor | NDArray[np.bool_] | NDArray[np.float32]) -> Image.Image:
    """An "L" picture of a mask (h, w), boolean or 0..1."""
    array = inside.detach().cpu().float().numpy() if isinstance(inside, Tensor) else np.asarray(inside, np.float32)
    return Image.fromarray((array.clip(0, 1) * 255).round().astype(np.uint8))


def png(picture: Image.Image) -> bytes:
    """PNG bytes; the same picture always gives the same bytes."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture scaled and centre-cropped to (width, height)."""
    return picture if picture.size == size else ImageOps.fit(picture, size, Image.Resampling.LANCZOS)


def _open(path: Path, name: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                _check_size(picture, name)
                picture.load()
                return ImageOps.exif_transpose(_eight_bit(picture))
    except FileNotFoundError as error:
        raise UserError(f"There is no picture '{name}'.", "Check the path.") from error
    except Image.DecompressionBombError as error:
        raise UserError(f"The picture '{name}' is too large to open safely.",
                        f"Scale it down to under {LARGEST // 1_000_000} megapixels.") from error  # fmt: skip
    except UnidentifiedImageError as error:
        raise UserError(f"'{name}' is not a picture this program can read.", "Use PNG, JPEG, WebP or TIFF.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f"The picture '{name}' is damaged: {error}.", "Save it again from its source.") from error


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits scaled to 8: Pillow's own conversion cuts everything above 255 off to white."""
    if not picture.mode.startswith("I"):
        return picture
    return Image.fromarray((np.asarray(picture).astype(np.float64).clip(0, 65535) / 257).round().astype(np.uint8))


def _check_size(picture: Image.Image, name: str) -> None:
    if picture.width * picture.height > LARGEST:
        raise UserError(f"The picture '{name}' is {picture.width} x {picture.height} pixels, too large to open safely.",
                        f"Scale it down to under {LARGEST // 1_000_000} megapixels.")  # fmt: skip

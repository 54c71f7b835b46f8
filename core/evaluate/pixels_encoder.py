"""ReMOVE: does the filled hole look like its surroundings to a segmenter's eye? One picture, no reference.

Chandrasekar et al., 2024 (CVPR workshops): the cosine between the mean SAM feature inside the mask and the mean outside it,
higher is better. The published numbers are SAM ViT-H's; those of another encoder cannot be compared with them, so the
encoder is named. Read here with transformers' SAM from files of the original layout; safetensors only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.engine.home import model_folder
from core.models.headers import Header, read_header
from core.models.loading import RESOURCES

Bools = NDArray[np.bool_]
How = Literal["crop", "whole", "reference crop", "reference whole"]

MARGIN = 16
"""Pixels that the crop variant adds on each side where the picture has room."""
_PATCH = "image_encoder.patch_embed.proj.weight"
_MEAN, _DEVIATION = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
_NAMES = (
    ("patch_embed.proj.", "patch_embed.projection."), ("blocks.", "layers."), (".norm1.", ".layer_norm1."),
    (".norm2.", ".layer_norm2."), ("neck.0.", "neck.conv1."), ("neck.1.", "neck.layer_norm1."),
    ("neck.2.", "neck.conv2."), ("neck.3.", "neck.layer_norm2."),
)  # fmt: skip
"""segment-anything's names and transformers'."""


@dataclass(frozen=True)
class Encoder:
    """A picture encoder with a square input of `side` pixels; smaller sides are padded at the right and the bottom."""

    name: str
    side: int
    grid: int
    encode: Callable[[Tensor], Tensor]
    """(1, 3, side, side), normalised, to (1, channels, grid, grid)."""

    def __call__(self, picture: Image.Image) -> Tensor:
        """Features (channels, grid, grid) of a picture whose long side is scaled to the input's."""
        width, height = scaled(picture.size, self.side)
        small = np.asarray(picture.convert("RGB").resize((width, height), Image.Resampling.BILINEAR), np.float32)
        pixels = (torch.from_numpy(small.copy()) - torch.tensor(_MEAN)) / torch.tensor(_DEVIATION)
        padded = functional.pad(pixels.permute(2, 0, 1)[None], (0, self.side - width, 0, self.side - height))
        with torch.inference_mode():
            return self.encode(padded)[0].float().clone()


def scaled(size: tuple[int, int], side: int) -> tuple[int, int]:
    """(width, height) with the long side at `side`, rounded as segment-anything does."""
    scale = side / max(size)
    return int(size[0] * scale + 0.5), int(size[1] * scale + 0.5)


def remove_score(encoder: Encoder, picture: Image.Image, mask: Bools, how: How = "crop") -> float | None:
    """ReMOVE of a result (height, width) under its mask, -1..1; None where the mask leaves no cell inside or outside.

    "crop" looks at the square around the mask, "whole" at the picture. Both measure the mask in the cells of the padded
    input, half covered or more, and where none is, the most covered ones; the square is shifted into the picture. The
    "reference" variants do what the authors' script does: the mask is resized bicubically to the grid whatever the
    padding, only cells that stay pure white are inside, and the square grows by its smallest distance to the border.
    """
    reference = how.startswith("reference")
    if how.endswith("crop"):
        left, top, side = (_reference_square if reference else square_around)(mask)
        mask = mask[top : top + side, left : left + side]
        picture = picture.crop((left, top, left + mask.shape[1], top + mask.shape[0]))
    if reference:
        inside = white_cells(mask, encoder.grid)
        outside = ~inside
    else:
        inside, outside = cells(mask, encoder)
    if not inside.any() or not outside.any():
        return None
    features = encoder(picture).numpy()
    return cosine(features[:, inside].mean(1), features[:, outside].mean(1))


def cosine(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Cosine of two vectors; 0 when one is 0."""
    lengths = np.linalg.norm(first) * np.linalg.norm(second)
    return float(first @ second / lengths) if lengths else 0.0


def cells(mask: Bools, encoder: Encoder) -> tuple[Bools, Bools]:
    """Grid cells inside and outside a mask (height, width) as the encoder sees it; padding is neither."""
    height, width = mask.shape
    wide, high = scaled((width, height), encoder.side)
    small = Image.fromarray(mask.astype(np.float32)).resize((wide, high), Image.Resampling.BOX)
    frame, seen = (np.zeros((encoder.side, encoder.side), np.float32) for _ in range(2))
    frame[:high, :wide], seen[:high, :wide] = np.asarray(small), 1
    patch = encoder.side // encoder.grid
    covered, real = (a.reshape(encoder.grid, patch, encoder.grid, patch).mean((1, 3)) for a in (frame, seen))
    inside = covered >= 0.5
    if not inside.any():  # a thin mask half covers no cell
        inside = (covered == covered.max()) & (covered > 0)
    return inside, (real >= 0.5) & ~inside


def white_cells(mask: Bools, grid: int) -> Bools:
    """The reference's mask: bicubic to the grid, then only what is still pure white."""
    small = Image.fromarray(mask.astype(np.uint8) * 255).resize((grid, grid), Image.Resampling.BICUBIC)
    return np.asarray(np.asarray(small) == 255)


def square_around(mask: Bools) -> tuple[int, int, int]:
    """Left, top and side of the square around a mask with its margin, shifted into the picture and never larger than it."""
    left, top, right, bottom = _bounds(mask)
    height, width = mask.shape
    side = min(max(right - left, bottom - top) + 2 * MARGIN, height, width)
    x, y = (left + right - side) // 2, (top + bottom - side) // 2
    return min(max(x, 0), width - side), min(max(y, 0), height - side), side


def _reference_square(mask: Bools) -> tuple[int, int, int]:
    """The authors' square: it starts at the corner of the bounds, and may leave the picture at the right and the bottom."""
    left, top, right, bottom = _bounds(mask)
    height, width = mask.shape
    fits = left >= MARGIN and top >= MARGIN and bottom - 1 + MARGIN <= height and right - 1 + MARGIN <= width
    margin = MARGIN if fits else max(min(left, top, height - (bottom - 1), width - (right - 1)), 0)
    return left - margin, top - margin, max(right - left, bottom - top) + 2 * margin


def _bounds(mask: Bools) -> tuple[int, int, int, int]:
    """Left, top, right, bottom, the last two just outside.

    Raises:
        ValueError: the mask is empty.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        raise ValueError("the mask is empty")
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


# --- loading --------------------------------------------------------------------------------------------------------


def find_encoder(given: str = "") -> Path | None:
    """The SAM file given (or in the folder given), else the smallest of the models folder, else the embedded one.

    Raises:
        UserError: something was given that holds no SAM of the original layout.
    """
    if given:
        path = Path(given).expanduser()
        found = [path] if path.is_file() else _in_folder(path)
        if not found or _PATCH not in read_header(found[0]).shapes:
            raise UserError(f"'{given}' holds no Segment Anything encoder.",
                            "Give a .safetensors file of the original Segment Anything, or leave it empty.")  # fmt: skip
        return found[0]
    own = [*_in_folder(model_folder()), *_in_folder(model_folder() / "sam"), *_in_folder(RESOURCES / "pocket" / "sam")]
    return own[0] if own else None


def load_encoder(path: Path) -> Encoder:
    """The image encoder of a SAM file, kept until another is asked for.

    Raises:
        UserError: tensors are missing, foreign, or of another size.
    """
    facts = path.stat()
    return _loaded(path, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=1)
def _loaded(path: Path, _size: int, _changed: int) -> Encoder:
    from transformers import SamVisionConfig, SamVisionModel

    sizes = _sizes(read_header(path), path.name)
    network = SamVisionModel(SamVisionConfig(**sizes)).eval().requires_grad_(False)
    state = {_renamed(k): v.float() for k, v in load_file(path).items() if k.startswith("image_encoder.")}
    try:
        network.load_state_dict({f"vision_encoder.{k}": v for k, v in state.items()}, strict=True)
    except RuntimeError as error:
        raise UserError(f"'{path.name}' does not hold a whole Segment Anything encoder.",
                        "Convert or download it again.") from error  # fmt: skip
    side = sizes["image_size"]
    return Encoder(f"SAM {path.stem}", side, side // sizes["patch_size"],
                   lambda pixels: network(pixels).last_hidden_state)  # fmt: skip


def _renamed(name: str) -> str:
    name = name.removeprefix("image_encoder.")
    for ours, theirs in _NAMES:
        name = name.replace(ours, theirs)
    return name


def _sizes(header: Header, name: str) -> dict[str, Any]:
    """What transformers wants to know, told by the shapes; heads follow from the relative positions' width."""
    try:
        width, _, patch, _ = header.shape(_PATCH)
        grid = header.shape("image_encoder.pos_embed")[1]
        depth = 1 + max(int(k.split(".")[2]) for k in header.shapes if k.startswith("image_encoder.blocks."))
        reach = [(header.shape(f"image_encoder.blocks.{i}.attn.rel_pos_h")[0] + 1) // 2 for i in range(depth)]
        head = header.shape("image_encoder.blocks.0.attn.rel_pos_h")[1]
        mlp = header.shape("image_encoder.blocks.0.mlp.lin1.weight")[0]
        out = header.shape("image_encoder.neck.0.weight")[0]
    except (KeyError, IndexError, ValueError) as error:
        raise UserError(f"'{name}' holds no Segment Anything encoder.", "Use a file of the original layout.") from error
    local = [r for r in reach if r != grid]
    return {
        "hidden_size": width, "output_channels": out, "num_hidden_layers": depth, "num_attention_heads": width // head,
        "image_size": grid * patch, "patch_size": patch, "mlp_dim": mlp, "window_size": local[0] if local else 0,
        "global_attn_indexes": [i for i, r in enumerate(reach) if r == grid],
    }  # fmt: skip


def _in_folder(folder: Path) -> list[Path]:
    """SAM files of a folder, smallest first; others there are none of our business."""
    found = []
    for path in sorted(folder.glob("*.safetensors")):
        try:
            if _PATCH in read_header(path).shapes:
                found.append(path)
        except UserError:  # a damaged file is reported when it is chosen
            continue
    return sorted(found, key=lambda p: p.stat().st_size)

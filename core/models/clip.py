"""A CLIP as a judge: how well pictures go with words (Radford et al., 2021, arXiv:2103.00020).

Any folder of a transformers `CLIPModel`, or the embedded one; safetensors only, nothing is fetched. The pictures come as
the autoencoder's own -1..1, so that they cannot be scaled twice.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.models.configs import RESOURCES
from core.models.headers import read_header

EMBEDDED = RESOURCES / "pocket" / "clip"
_MEAN, _DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""OpenAI's, for folders without a preprocessor_config.json."""
_WAY_OUT = "Give the folder of a CLIPModel (config.json, model.safetensors and its tokenizer)."


@dataclass(frozen=True)
class Clip:
    """Both towers of a CLIP, frozen, fp32, on the CPU unless moved."""

    name: str
    network: Any = field(repr=False)
    tokenizer: Any = field(repr=False)
    mean: tuple[float, ...] = _MEAN
    deviation: tuple[float, ...] = _DEVIATION

    @property
    def side(self) -> int:
        """Side in pixels of the square that the picture tower reads."""
        return int(self.network.config.vision_config.image_size)

    @property
    def length(self) -> int:
        """Tokens that the text tower reads, start and end included."""
        return int(self.network.config.text_config.max_position_embeddings)

    def pictures(self, pixels: Tensor) -> Tensor:
        """Unit features (rows, width) of pictures (rows, 3, h, w) in -1..1."""
        with torch.no_grad():
            found = self.network.get_image_features(pixel_values=self.prepared(pixels))
            return _unit(found)

    def texts(self, texts: Sequence[str]) -> Tensor:
        """Unit features (rows, width) of texts; what is longer than `length` is cut off, as everywhere with CLIP."""
        coded = self.tokenizer(list(texts), padding=True, truncation=True, max_length=self.length, return_tensors="pt")
        device = self.network.device
        with torch.no_grad():
            found = self.network.get_text_features(
                input_ids=coded["input_ids"].to(device), attention_mask=coded["attention_mask"].to(device)
            )
            return _unit(found)

    def scores(self, pixels: Tensor, texts: Sequence[str]) -> Tensor:
        """100 cosine of every picture (rows, 3, h, w) with every text: (rows, texts), about 15 to 35 for OpenAI's."""
        return 100 * self.pictures(pixels) @ self.texts(texts).T

    def too_long(self, text: str) -> bool:
        """Whether a text is cut off."""
        return len(self.tokenizer(text, truncation=False, verbose=False)["input_ids"]) > self.length

    def prepared(self, pixels: Tensor) -> Tensor:
        """Shorter side scaled to `side` (bicubic), the middle cut out, and normalised: (rows, 3, side, side)."""
        height, width = pixels.shape[-2:]
        scale = self.side / min(height, width)
        size = (max(self.side, round(height * scale)), max(self.side, round(width * scale)))
        unit = (pixels.detach().float() / 2 + 0.5).clamp(0, 1)
        if size != (height, width):
            unit = functional.interpolate(unit, size, mode="bicubic", align_corners=False, antialias=True).clamp(0, 1)
        top, left = (size[0] - self.side) // 2, (size[1] - self.side) // 2
        square = unit[..., top : top + self.side, left : left + self.side].to(self.network.device)
        mean, deviation = (torch.tensor(v, device=square.device).view(1, 3, 1, 1) for v in (self.mean, self.deviation))
        return (square - mean) / deviation


def find_clip(given: str = "") -> Path:
    """The folder given, else the embedded CLIP's.

    Raises:
        UserError: no CLIP there, or none embedded and none given.
    """
    if not given and not (EMBEDDED / "config.json").exists():
        raise UserError("A CLIP is needed to compare pictures with words, and none is embedded.", _WAY_OUT)
    folder = Path(given).expanduser() if given else EMBEDDED
    if not (folder / "config.json").is_file():
        raise UserError(f"'{folder}' is not a folder with a CLIP.", _WAY_OUT)
    if _read(folder / "config.json").get("model_type") != "clip":
        raise UserError(f"The model in '{folder}' is not a CLIP.", _WAY_OUT)
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise UserError(f"The CLIP in '{folder}' has no weights as safetensors.", _WAY_OUT)
    for path in weights:
        read_header(path)
    return folder


def load_clip(given: str = "") -> Clip:
    """The CLIP of a folder, or the embedded one; kept until another is asked for.

    Raises:
        UserError: as `find_clip`; a damaged or incomplete folder.
    """
    folder = find_clip(given)
    newest = max(path.stat().st_mtime_ns for path in folder.iterdir())
    return _loaded(folder, newest)


@lru_cache(maxsize=1)
def _loaded(folder: Path, _changed: int) -> Clip:
    from transformers import AutoTokenizer, CLIPModel

    try:
        network, report = CLIPModel.from_pretrained(folder, use_safetensors=True, local_files_only=True,
                                                    output_loading_info=True)  # fmt: skip
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise UserError(f"The CLIP in '{folder}' cannot be opened: {str(error).splitlines()[0]}", _WAY_OUT) from error
    lacking = [key for key in report["missing_keys"] if "position_ids" not in key]
    if lacking:
        raise UserError(f"The CLIP in '{folder}' lacks weights ({lacking[0]}).", _WAY_OUT)
    # A missing tokenizer loads as one of two tokens, without an error.
    if len(tokenizer) > network.config.text_config.vocab_size or len(tokenizer) < 100:
        raise UserError(f"The tokenizer in '{folder}' does not belong to its CLIP.", _WAY_OUT)
    # A config of the old releases says eos 2, which makes transformers pool at the largest id.
    network.text_model.eos_token_id = tokenizer.eos_token_id
    told = folder / "preprocessor_config.json"
    facts = _read(told) if told.is_file() else {}
    return Clip(
        folder.name, network.float().eval().requires_grad_(False), tokenizer,
        tuple(facts.get("image_mean", _MEAN)), tuple(facts.get("image_std", _DEVIATION)),
    )  # fmt: skip


def _unit(found: Any) -> Tensor:
    # transformers 5 gives an output object here, 4 the tensor.
    features: Tensor = found if isinstance(found, Tensor) else found.pooler_output
    return functional.normalize(features.float(), dim=-1)


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"'{path}' cannot be read: {error}.", _WAY_OUT) from error
    if not isinstance(data, dict):
        raise UserError(f"'{path}' does not hold a configuration.", _WAY_OUT)
    return data

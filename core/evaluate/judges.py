"""Who judges pictures: CLIP, DINO, BLIP and OWL-ViT out of a person's folder, told apart by its config; or the pocket CLIP.

    clip = load_judge("clip", "")                 # the embedded one
    dino = load_judge("dino", "~/models/dinov2-base")
    clip.pictures(crops) @ clip.texts(prompts).T  # cosines

Folders as transformers writes them (config.json, model.safetensors, tokenizer, preprocessor_config.json), or a folder that
holds one such folder. safetensors only, nothing is fetched. A judge's name tells folder and weights, because scores of two
checkpoints must not stand in one table.

Sources: Radford et al., 2021 (CLIP); Caron et al., 2021, and Oquab et al., 2023 (DINO, DINOv2); Li et al., 2022 (BLIP);
Minderer et al., 2022 (OWL-ViT).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional
from transformers.utils import logging

from core.contract.assets import file_hash
from core.contract.errors import UserError
from core.models.clip import EMBEDDED, load_clip
from core.models.headers import HOW_TO_CONVERT, read_header

Family = Literal["clip", "dino", "blip", "owl"]
Pooling = Literal["class token", "mean"]

TITLES: dict[str, str] = {"clip": "CLIP", "dino": "DINO", "blip": "BLIP", "owl": "OWL-ViT"}
_TYPES = {"clip": "clip", "vit": "dino", "dinov2": "dino", "dinov2_with_registers": "dino", "blip": "blip",
          "owlvit": "owl"}  # fmt: skip
"""`model_type` of a config, and whose it is."""
_WANTED = {
    "clip": "Give the folder of a CLIPModel (config.json, model.safetensors and its tokenizer).",
    "dino": "Give the folder of a DINO ViT or a DINOv2 (config.json and model.safetensors).",
    "blip": "Give the folder of a BLIP for retrieval, such as blip-itm-large-coco, with its tokenizer.",
    "owl": "Give the folder of an OWL-ViT, such as owlvit-base-patch32, with its tokenizer.",
}
_ROWS = 16
"""Pictures a judge looks at together."""
_COLOURS = {
    "clip": ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}
"""Mean and deviation for folders that say none."""


@dataclass(frozen=True)
class Judge:
    """A network that turns pictures, and maybe texts, into unit features of one space."""

    name: str
    """Family, folder and the first digits of the weights' SHA-256."""
    family: Family
    look: Callable[[Tensor], Tensor] = field(repr=False)
    read: Callable[[Sequence[str]], Tensor] | None = field(default=None, repr=False)

    def pictures(self, pictures: Sequence[Tensor]) -> Tensor:
        """Unit features (n, width) of pictures (1, 3, h, w) in -1..1, of any sizes."""
        found = []
        with torch.no_grad():
            for some in _alike(pictures):
                found.append(functional.normalize(self.look(torch.cat(some)).float(), dim=-1))
        return torch.cat(found)

    def texts(self, texts: Sequence[str]) -> Tensor:
        """Unit features (n, width) of texts.

        Raises:
            UserError: this judge does not read.
        """
        if self.read is None:
            raise UserError(f"{self.name} cannot read words.", "Use a CLIP or a BLIP for scores of prompts.")
        with torch.no_grad():
            return functional.normalize(self.read(texts).float(), dim=-1)


@dataclass(frozen=True)
class Detection:
    """Something found: the query's number, its score 0..1 and its box (left, top, right, bottom) in pixels."""

    query: int
    score: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Detector:
    """Finds things by words (OWL-ViT)."""

    name: str
    find: Callable[[Tensor, Sequence[str], float], list[Detection]] = field(repr=False)
    """Of one picture (1, 3, h, w) in -1..1: every box whose best query scores at least that much."""


def _alike(pictures: Sequence[Tensor]) -> list[list[Tensor]]:
    """Neighbours of one size, at most `_ROWS` together."""
    groups: list[list[Tensor]] = []
    for picture in pictures:
        if groups and len(groups[-1]) < _ROWS and groups[-1][0].shape == picture.shape:
            groups[-1].append(picture)
        else:
            groups.append([picture])
    return groups


# --- which folder ----------------------------------------------------------------------------------------------------


def find_judge(family: Family, given: str) -> Path:
    """The folder of a judge, its files checked; for "clip" and no folder the embedded one's.

    Raises:
        UserError: nothing given or there, another family's, no weights, a pickle, a damaged file.
    """
    title, wanted = TITLES[family], _WANTED[family]
    if not given:
        if family != "clip":
            raise UserError(f"No {title} folder was given.", wanted)
        if not (EMBEDDED / "config.json").is_file():
            raise UserError("No CLIP folder was given, and the pocket CLIP is not in resources/pocket/clip.", wanted)
    folder = Path(given).expanduser() if given else EMBEDDED
    if not folder.is_dir():
        raise UserError(f"There is no folder '{folder}' with a {title}.", wanted)
    folder = _inside(folder, family)
    config = _json(folder / "config.json")
    kind = str(config.get("model_type", "of no known type"))
    if _TYPES.get(kind) != family:
        raise UserError(
            f"The model in '{folder}' is a '{kind}', not {'an' if title[0] == 'O' else 'a'} {title}.", wanted
        )
    _refuse_siblings(folder, family, config)
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        pickles = [p.name for ending in ("*.bin", "*.pt", "*.pth", "*.ckpt") for p in folder.glob(ending)]
        if pickles:
            raise UserError(f"The {title} in '{folder}' has only a pickle ({pickles[0]}), which can run any program when it "
                            "is opened.", HOW_TO_CONVERT)  # fmt: skip
        raise UserError(f"The {title} in '{folder}' has no weights.", "There should be a model.safetensors.")
    for path in weights:
        read_header(path)
    return folder


def _inside(folder: Path, family: Family) -> Path:
    """The folder itself, or the one folder in it whose config is of the family."""
    if (folder / "config.json").is_file():
        return folder
    found = [
        p.parent for p in sorted(folder.glob("*/config.json")) if _TYPES.get(_json(p).get("model_type", "")) == family
    ]
    if len(found) == 1:
        return found[0]
    many = f"{len(found)} of them" if found else f"no {TITLES[family]}"
    raise UserError(f"'{folder}' has no config.json and holds {many}.", _WANTED[family])


def _refuse_siblings(folder: Path, family: Family, config: dict[str, Any]) -> None:
    """Networks of the same type that answer another question."""
    built = str(next(iter(config.get("architectures") or [""]), ""))
    if family == "blip" and built not in ("", "BlipForImageTextRetrieval"):
        raise UserError(
            f"The BLIP in '{folder}' is a {built}; it has no common space of pictures and words.", _WANTED["blip"]
        )
    if family == "dino" and built.endswith(("Classification", "MaskedImageModeling")):
        raise UserError(f"The model in '{folder}' is a {built}, not a DINO.", _WANTED["dino"])


def load_judge(family: Family, given: str = "", pooling: Pooling = "class token") -> Judge:
    """A judge of a family; the last few stay loaded.

    Args:
        given: its folder; empty for the embedded CLIP.
        pooling: how DINO's tokens become one feature.

    Raises:
        UserError: as `find_judge`; weights that lack something or do not fit; a tokenizer that does not belong.
    """
    folder = find_judge(family, given)
    return _loaded_judge(family, folder, _changed(folder), pooling)


def load_detector(given: str) -> Detector:
    """An OWL-ViT.

    Raises:
        UserError: as `load_judge`.
    """
    folder = find_judge("owl", given)
    return _loaded_owl(folder, _changed(folder))


def _changed(folder: Path) -> int:
    return max(path.stat().st_mtime_ns for path in folder.iterdir())


@lru_cache(maxsize=3)
def _loaded_judge(family: Family, folder: Path, _time: int, pooling: Pooling) -> Judge:
    makers: dict[str, Callable[[], Judge]] = {
        "clip": lambda: _clip(folder), "dino": lambda: _dino(folder, pooling), "blip": lambda: _blip(folder),
    }  # fmt: skip
    return makers[family]()


def name_of(family: str, folder: Path) -> str:
    """Family, folder and weights: "CLIP clip-vit-base-patch32 (a1b2c3d4)"."""
    hashes = [file_hash(path) for path in sorted(folder.glob("*.safetensors"))]
    digest = hashes[0] if len(hashes) == 1 else f"{int(''.join(h[:8] for h in hashes), 16) % 2**32:08x}"
    return f"{'pocket CLIP' if folder == EMBEDDED else f'{TITLES[family]} {folder.name}'} ({digest[:8]})"


# --- the four ---------------------------------------------------------------------------------------------------------


def _clip(folder: Path) -> Judge:
    clip = load_clip("" if folder == EMBEDDED else str(folder))

    def read(texts: Sequence[str]) -> Tensor:
        long = [t for t in texts if clip.too_long(t)]
        if long:
            raise UserError(
                f"The prompt '{long[0][:40]}…' is longer than CLIP reads ({clip.length} tokens).", "Shorten it."
            )
        return clip.texts(texts)

    return Judge(name_of("clip", folder), "clip", clip.pictures, read)


def _dino(folder: Path, pooling: Pooling) -> Judge:
    from transformers import AutoModel

    # DINO's ViT has no trained pooler; one would be made up at random.
    plain = {"add_pooling_layer": False} if _json(folder / "config.json")["model_type"] == "vit" else {}
    network = _network(AutoModel, folder, "dino", **plain)
    prepare = Preparation.of(folder, int(network.config.image_size), "imagenet")

    def look(pixels: Tensor) -> Tensor:
        tokens: Tensor = network(pixel_values=prepare(pixels)).last_hidden_state
        return tokens[:, 0] if pooling == "class token" else tokens.mean(1)

    mark = "" if pooling == "class token" else ", mean of tokens"
    return Judge(name_of("dino", folder) + mark, "dino", look)


def _blip(folder: Path) -> Judge:
    """The retrieval head's features; the matching head (ITM) stays off, as in ClassDiffusion's "BLIP2-T"."""
    from transformers import BlipForImageTextRetrieval

    network = _network(BlipForImageTextRetrieval, folder, "blip")
    tokenizer = _tokenizer(folder, "blip", network.config.text_config.vocab_size)
    prepare = Preparation.of(folder, int(network.config.vision_config.image_size), "clip", squash=True)
    longest = int(network.config.text_config.max_position_embeddings)

    def look(pixels: Tensor) -> Tensor:
        return network.vision_proj(network.vision_model(pixel_values=prepare(pixels))[0][:, 0])  # type: ignore[no-any-return]

    def read(texts: Sequence[str]) -> Tensor:
        coded = tokenizer(list(texts), padding=True, truncation=True, max_length=longest, return_tensors="pt")
        words = network.text_encoder(input_ids=coded["input_ids"], attention_mask=coded["attention_mask"])[0]
        return network.text_proj(words[:, 0])  # type: ignore[no-any-return]

    return Judge(name_of("blip", folder) + ", BLIP-1 retrieval, no ITM head", "blip", look, read)


@lru_cache(maxsize=1)
def _loaded_owl(folder: Path, _time: int) -> Detector:
    from transformers import OwlViTForObjectDetection

    network = _network(OwlViTForObjectDetection, folder, "owl")
    tokenizer = _tokenizer(folder, "owl", network.config.text_config.vocab_size)
    prepare = Preparation.of(folder, int(network.config.vision_config.image_size), "clip", squash=True)
    longest = int(network.config.text_config.max_position_embeddings)

    def find(picture: Tensor, queries: Sequence[str], least: float) -> list[Detection]:
        coded = tokenizer(list(queries), padding="max_length", truncation=True, max_length=longest, return_tensors="pt")
        with torch.no_grad():
            found = network(input_ids=coded["input_ids"], attention_mask=coded["attention_mask"],
                            pixel_values=prepare(picture))  # fmt: skip
        scores, best = found.logits[0].sigmoid().max(-1)
        height, width = picture.shape[-2:]
        scale = torch.tensor([width, height, width, height], dtype=torch.float32)
        centre, size = found.pred_boxes[0, :, :2], found.pred_boxes[0, :, 2:]
        boxes = torch.cat([centre - size / 2, centre + size / 2], -1) * scale
        return [
            Detection(int(best[i]), float(scores[i]), tuple(boxes[i].tolist()))  # type: ignore[arg-type]
            for i in range(len(scores))
            if scores[i] >= least
        ]

    return Detector(name_of("owl", folder), find)


# --- pieces -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preparation:
    """What a checkpoint wants done with a picture: scale (shorter side, or squash), cut the middle out, normalise."""

    size: tuple[int, int] | int
    """(height, width) to squash to, or the shorter side."""
    crop: int
    """Side of the middle that is cut out; 0 for none."""
    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    @classmethod
    def of(cls, folder: Path, side: int, like: str, squash: bool = False) -> "Preparation":
        """Out of preprocessor_config.json; where it says nothing, the network's own side and the usual colours."""
        told = folder / "preprocessor_config.json"
        facts = _json(told) if told.is_file() else {}
        mean, deviation = (
            tuple(facts.get(k, v)) for k, v in zip(("image_mean", "image_std"), _COLOURS[like], strict=True)
        )
        size = facts.get("size", side)
        if isinstance(size, dict) and "height" in size:
            return cls((int(size["height"]), int(size["width"])), 0, mean, deviation)
        if squash and not isinstance(size, dict):
            return cls((int(size), int(size)), 0, mean, deviation)
        shorter = int(size.get("shortest_edge", side)) if isinstance(size, dict) else int(size)
        crop = facts.get("crop_size", side)
        cut = int(crop.get("height", side)) if isinstance(crop, dict) else int(crop)
        # Without a crop of its own a picture still has to come out square.
        return cls(shorter, min(cut, shorter) if facts.get("do_center_crop", True) else shorter, mean, deviation)

    def __call__(self, pixels: Tensor) -> Tensor:
        """(rows, 3, h, w) in -1..1 as the network wants them."""
        height, width = pixels.shape[-2:]
        if isinstance(self.size, tuple):
            size = self.size
        else:
            scale = self.size / min(height, width)
            size = (max(self.size, round(height * scale)), max(self.size, round(width * scale)))
        unit = (pixels.detach().float() / 2 + 0.5).clamp(0, 1)
        if size != (height, width):
            unit = functional.interpolate(unit, size, mode="bicubic", align_corners=False, antialias=True).clamp(0, 1)
        if self.crop:
            top, left = (size[0] - self.crop) // 2, (size[1] - self.crop) // 2
            unit = unit[..., top : top + self.crop, left : left + self.crop]
        mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in (self.mean, self.deviation))
        return (unit - mean) / deviation


def _network(kind: Any, folder: Path, family: Family, **more: Any) -> Any:
    """A transformers network, whole, fp32, frozen."""
    title, wanted = TITLES[family], _WANTED[family]
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        network, report = kind.from_pretrained(folder, use_safetensors=True, local_files_only=True,
                                               output_loading_info=True, **more)  # fmt: skip
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise UserError(f"The {title} in '{folder}' cannot be opened: {reason}", wanted) from error
    finally:
        if shown:
            logging.enable_progress_bar()
    lacking = sorted(k for k in report["missing_keys"] if "position_ids" not in k)
    if lacking:
        raise UserError(f"The {title} in '{folder}' lacks {len(lacking)} of its weights ({lacking[0]}).", wanted)
    return network.float().eval().requires_grad_(False)


def _tokenizer(folder: Path, family: Family, words: int) -> Any:
    """The tokenizer beside a judge.

    Raises:
        UserError: none, or one of another vocabulary. (A missing one loads as a tokenizer of a few tokens.)
    """
    from transformers import AutoTokenizer

    if not any((folder / n).is_file() for n in ("tokenizer.json", "vocab.json", "vocab.txt")):
        raise UserError(f"The {TITLES[family]} in '{folder}' has no tokenizer.", _WANTED[family])
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise UserError(f"The tokenizer in '{folder}' cannot be opened: {reason}", _WANTED[family]) from error
    # BLIP's own table has two rows more than BERT's tokenizer.
    if len(tokenizer) > words or len(tokenizer) < 10:
        raise UserError(f"The tokenizer in '{folder}' ({len(tokenizer)} tokens) does not belong to its {TITLES[family]}.",
                        _WANTED[family])  # fmt: skip
    return tokenizer


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"'{path}' cannot be read: {error}.", "The judge's folder is damaged.") from error
    if not isinstance(data, dict):
        raise UserError(f"'{path}' does not hold a configuration.", "The judge's folder is damaged.")
    return data

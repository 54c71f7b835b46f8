"""What a safetensors file is: a checkpoint, a LoRA, an embedding or a patch of ours, and of which family.

Decided from names and shapes alone. Sources: the key lists of the public checkpoints and of the files that kohya's
scripts, diffusers, peft and AUTOMATIC1111 write; metadata names of the ModelSpec standard.
"""

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import safe_open

from core.contract.errors import UserError
from core.models.configs import CLIP_TOKENS, Configs, family_configs
from core.models.families import FAMILIES
from core.models.headers import Header
from core.models.single_file import UNET

Kind = Literal["checkpoint", "lora", "embedding", "patch"]
Prediction = Literal["epsilon", "v_prediction"]
OURS = "concept_studio"
"""Metadata key of our own files."""
_WIDTHS = {768: "sd1", 1024: "sd2", 2048: "sdxl"}
"""Width of the text that cross-attention reads."""
_V_SPREAD = 0.09
"""Standard deviation of one bias of SD 2.x above which a checkpoint is taken for a velocity model (a rule of thumb that
ComfyUI uses as well; inferred, not documented by the models' authors)."""
_V_PLACE = UNET + "output_blocks.11.1.transformer_blocks.0.norm1.bias"
_DOWN = (".lora_down.weight", ".lora_A.weight", ".lora_A.default.weight", "lora.down.weight",
         "lora_linear_layer.down.weight")  # fmt: skip
_OTHER_MODELS = (
    ("double_blocks.", "Flux"), ("single_transformer_blocks.", "Flux"), ("joint_blocks.", "Stable Diffusion 3"),
    ("joint_transformer_blocks.", "Stable Diffusion 3"), ("motion_modules.", "a video model"),
    ("double_blocks_", "Flux"), ("joint_blocks_", "Stable Diffusion 3"), ("control_model.", "ControlNet"),
    ("controlnet_cond_embedding.", "ControlNet"), ("clip_vision", "an image encoder"),
)  # fmt: skip


_OTHER_ADAPTERS = (
    (".hada_w1_a", "LoHa"), (".lokr_w1", "LoKr"), (".dora_scale", "DoRA"), (".lora_magnitude_vector", "DoRA"),
    (".oft_blocks", "OFT"), (".lora_mid.weight", "LoCon (with a core tensor)"),
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """What a file holds."""

    kind: Kind
    format: str
    """`single-file`; `diffusers`, `peft`, `kohya`; `word`, `emb_params`, `clip_l+clip_g`; `concept-studio`."""
    family: str | None
    """None where names and shapes do not tell."""
    channels: int = 4
    """Input channels of a checkpoint's U-Net: latent, or latent + mask + masked picture (inpainting)."""

    @property
    def inpainting(self) -> bool:
        return self.channels in (9, 17)


def identify(header: Header, name: str) -> Layout:
    """What a file is.

    Raises:
        UserError: something this program has no use for, named in words.
    """
    if OURS in header.metadata and "single_file" not in our_record(header):
        record = our_record(header)
        if record.get("format") == 1 and "alphas" in record:
            return Layout("patch", "concept-studio", record.get("base"))
    _refuse_others(header, name)
    if header.has(UNET):
        return _checkpoint(header, name)
    if _is_lora(header):
        return _lora(header, name)
    if header.shapes and len(header.shapes) <= 4 and all(len(s) in (1, 2) for s in header.shapes.values()):
        return _embedding(header, name)
    raise _unknown(header, name)


def our_record(header: Header) -> dict[str, Any]:
    """The metadata that this program wrote; empty where there is none."""
    try:
        record = json.loads(header.metadata.get(OURS, "{}"))
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


# --- checkpoints ----------------------------------------------------------------------------------------------------


def _checkpoint(header: Header, name: str) -> Layout:
    shape = header.shape(UNET + "input_blocks.0.0.weight")
    if len(shape) != 4:
        raise UserError(f"'{name}' lacks '{UNET}input_blocks.0.0.weight'.", "The checkpoint is incomplete.")
    record = our_record(header).get("single_file", {})
    family = record.get("family") if record.get("family") in FAMILIES else _family_of_unet(header, name)
    latent = 8 if family == "pocket" else 4
    if not record and shape[1] not in (latent, 2 * latent + 1):
        what = {5: "a depth-to-image model", 8: "an instruct-pix2pix model", 7: "an upscaler"}.get(shape[1], "unusual")
        raise UserError(f"'{name}' is {what}: its U-Net takes {shape[1]} channels.",
                        "Use a text-to-image or an inpainting checkpoint.")  # fmt: skip
    return Layout("checkpoint", "single-file", family, shape[1])


def _family_of_unet(header: Header, name: str) -> str:
    keys = [k for k in header.shapes if k.startswith(UNET) and k.endswith("attn2.to_k.weight")]
    widths = {header.shape(k)[-1] for k in keys if header.shape(k)}
    if widths == {1280} and header.has(UNET + "label_emb."):
        raise UserError(f"'{name}' is the SDXL refiner, which only finishes pictures of the base model.",
                        "Choose the SDXL base checkpoint.")  # fmt: skip
    pocket = pocket_width()
    found = {_WIDTHS.get(w) or ("pocket" if w == pocket else None) for w in widths}
    if len(found) != 1 or None in found:
        raise UserError(f"'{name}' is of no family this program knows: its cross-attention reads widths {sorted(widths)}.",
                        f"Known are {', '.join(f.title for f in FAMILIES.values())}.")  # fmt: skip
    return str(found.pop())


@lru_cache(maxsize=1)
def pocket_width() -> int:
    return int(family_configs("pocket")["unet"]["cross_attention_dim"])


def checkpoint_configs(header: Header, layout: Layout, path: Path, prediction: Prediction | None = None) -> Configs:
    """The configurations to open a single file with: its own where our exporter wrote them, else its family's."""
    record = our_record(header).get("single_file", {})
    if record.get("configs"):
        return dict(record["configs"])
    assert layout.family is not None
    configs = family_configs(layout.family, in_channels=layout.channels)
    found = prediction or prediction_of(header, layout, path)
    if found == "v_prediction":
        configs["scheduler"]["prediction_type"] = found
        if layout.family == "sd2":
            configs["unet"]["sample_size"] = 96
        if "ztsnr" in header.shapes:
            configs["scheduler"] |= {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    return configs


def prediction_of(header: Header, layout: Layout, path: Path) -> Prediction:
    """What a single file's U-Net was trained to say, from the marks that files carry.

    In this order: a configuration beside it (`<name>.yaml`, `parameterization: "v"`), ModelSpec metadata, the marker
    tensor `v_pred`, for SD 2.x the native size (768 means velocity, 512 noise) and last a rule of thumb on one bias.
    Without any mark: noise.
    """
    beside = path.with_suffix(".yaml")
    if beside.is_file():
        said = re.search(r"parameterization:\s*[\"']?(v|eps)\b", beside.read_text(errors="replace"))
        if said:
            return "v_prediction" if said.group(1) == "v" else "epsilon"
    spec = header.metadata.get("modelspec.prediction_type", "").lower()
    if spec:
        return "v_prediction" if spec.startswith("v") else "epsilon"
    if "v_pred" in header.shapes:
        return "v_prediction"
    if layout.family != "sd2" or layout.channels != 4:
        return "epsilon"
    size = header.metadata.get("modelspec.resolution", "") + header.metadata.get("modelspec.architecture", "")
    if size:
        return "v_prediction" if "768" in size else "epsilon"
    return "v_prediction" if _spread(path, _V_PLACE) > _V_SPREAD else "epsilon"


def _spread(path: Path, key: str) -> float:
    with safe_open(path, "pt") as file:
        if key not in file.keys():  # noqa: SIM118
            return 0.0
        return float(torch.std(file.get_tensor(key).float(), unbiased=False))


# --- LoRA and embeddings --------------------------------------------------------------------------------------------


def _is_lora(header: Header) -> bool:
    ends = (*_DOWN, ".diff", ".hada_w1_a", ".lokr_w1", ".lokr_w1_a", ".dora_scale", ".oft_blocks")
    return any(k.endswith(ends) or ".lora_A." in k or ".lora_down." in k for k in header.shapes)


def _lora(header: Header, name: str) -> Layout:
    for mark, what in _OTHER_ADAPTERS:
        if any(mark in k for k in header.shapes):
            raise UserError(f"'{name}' is a {what} file, which this program does not read.",
                            "Use a plain LoRA, or merge it into a checkpoint with the program that made it.")  # fmt: skip
    kohya = all(k.startswith("lora_") for k in header.shapes)
    peft = any(k.startswith("base_model.") or (".lora_A." in k) for k in header.shapes)
    record = our_record(header)
    family = record.get("family") if record.get("family") in FAMILIES else _family_of_lora(header)
    return Layout("lora", "kohya" if kohya else "peft" if peft else "diffusers", family)


def _family_of_lora(header: Header) -> str | None:
    for key, shape in header.shapes.items():
        cross = "attn2" in key and any(f"to_{x}" in key for x in "kv")
        if cross and key.endswith((*_DOWN, ".diff")) and len(shape) > 1:
            return _WIDTHS.get(shape[1]) or ("pocket" if shape[1] == pocket_width() else None)
    keys = " ".join(header.shapes)
    if re.search(r"lora_te2_|text_encoder_2\.|transformer_blocks[._]([2-9])[._]", keys):
        return "sdxl"
    text = header.some(*(f"q_proj{end}" for end in _DOWN), *(f"mlp.fc1{end}" for end in _DOWN),
                       *(f"mlp_fc1{end}" for end in _DOWN))  # fmt: skip
    if text is not None and not header.has("lora_te1_"):
        found = _WIDTHS.get(header.shape(text)[1]) or ("pocket" if header.shape(text)[1] == pocket_width() else None)
        if found:
            return found
    version = header.metadata.get("ss_base_model_version", "") + header.metadata.get("modelspec.architecture", "")
    marks = (("sdxl", "sdxl"), ("xl", "sdxl"), ("sd_v1", "sd1"), ("diffusion-v1", "sd1"), ("v2", "sd2"))
    return next((family for mark, family in marks if mark in version), None)


def _embedding(header: Header, name: str) -> Layout:
    keys = set(header.shapes)
    if keys == {"clip_l", "clip_g"}:
        return Layout("embedding", "clip_l+clip_g", "sdxl")
    if len(keys) != 1:
        raise _unknown(header, name)
    (key,) = keys
    width = header.shape(key)[-1]
    if len(header.shape(key)) == 2 and header.shape(key)[0] >= CLIP_TOKENS:
        raise _unknown(header, name)
    family = _WIDTHS.get(width) or ("pocket" if width == pocket_text_width() else None)
    if width == 2048:
        family = None
    return Layout("embedding", "emb_params" if key == "emb_params" else "word", family)


@lru_cache(maxsize=1)
def pocket_text_width() -> int:
    return int(family_configs("pocket")["text_encoder"]["hidden_size"])


# --- refusals -------------------------------------------------------------------------------------------------------


def _refuse_others(header: Header, name: str) -> None:
    for mark, what in _OTHER_MODELS:
        if any(mark in k for k in header.shapes):
            raise UserError(f"'{name}' belongs to {what}, which this program does not work with.",
                            f"Known families are {', '.join(f.title for f in FAMILIES.values())}.")  # fmt: skip


def _unknown(header: Header, name: str) -> UserError:
    parts = (("first_stage_model.", "only an autoencoder"), ("encoder.down.", "only an autoencoder"),
             ("encoder.down_blocks.", "only an autoencoder"), ("cond_stage_model.", "only a text encoder"),
             ("text_model.", "only a text encoder"), ("down_blocks.", "only the U-Net of a diffusers folder"))  # fmt: skip
    for start, what in parts:
        if header.has(start):
            return UserError(f"'{name}' holds {what}.", "Choose a complete checkpoint or the whole diffusers folder.")
    return UserError(f"'{name}' is no checkpoint, LoRA, embedding or patch that this program knows.",
                     "See the README for what can be opened.")  # fmt: skip


def same_family(layout: Layout, family: str, name: str) -> Layout:
    """The layout with its family settled.

    Raises:
        UserError: the file was made for another family.
    """
    if layout.family is not None and layout.family != family:
        raise UserError(f"'{name}' was made for {FAMILIES[layout.family].title}, not for {FAMILIES[family].title}.",
                        f"Use it with a model of {FAMILIES[layout.family].title}.")  # fmt: skip
    return replace(layout, family=family)

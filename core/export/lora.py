"""Weight changes as LoRA files: what other programs read, from low-rank and (by singular values) from full changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.models.layouts import OURS
from core.weights.patch import FullDelta, LowRank, WeightPatch

KEPT_ENERGY = 0.99
"""Share of squared singular values that an automatic rank keeps."""


@dataclass(frozen=True)
class Extraction:
    """A patch made low-rank, and what that cost."""

    layers: Mapping[str, LowRank]
    rank: int
    """The largest rank of a layer."""
    error: float
    """Norm of everything that was lost over the norm of all changes, 0..1."""
    left_out: tuple[str, ...]
    """Changes that a LoRA cannot hold: biases, norms, embedding tables."""


def low_rank(patch: WeightPatch, rank: int = 0) -> Extraction:
    """Every change as two factors. Low-rank changes stay as they are.

    Args:
        rank: for full changes; 0 takes per layer the smallest that keeps 99 % of the energy.
    """
    layers: dict[str, LowRank] = {}
    left_out, lost, whole = [], 0.0, 0.0
    for path, delta in patch.deltas.items():
        if isinstance(delta, LowRank):
            layers[path] = delta
            whole += float(delta.full().square().sum())
            continue
        change = delta.change.float()
        energy = float(change.square().sum())
        whole += energy
        if change.ndim not in (2, 4) or not path.endswith(".weight") or "embedding" in path:
            left_out.append(path)
            lost += energy
        elif energy:
            module = path.removesuffix(".weight")
            layers[module], missed = factorised(change, rank)
            lost += missed
    if not layers:
        raise UserError("There is no weight change in it that a LoRA can hold.",
                        "Export it as 'embedding' (words) or 'delta' (everything).")  # fmt: skip
    error = (lost / whole) ** 0.5 if whole else 0.0
    return Extraction(layers, max(x.rank for x in layers.values()), error, tuple(left_out))


def factorised(change: Tensor, rank: int = 0) -> tuple[LowRank, float]:
    """The best low-rank form of a weight change (out, in[, k, k]) and the squared norm of what it misses."""
    u, s, v = torch.linalg.svd(change.float().flatten(1), full_matrices=False)
    energy = s.double().square()
    if rank == 0:
        share = energy.cumsum(0) / energy.sum()
        rank = int((share < KEPT_ENERGY).sum()) + 1
    rank = min(rank, len(s))
    root = s[:rank].sqrt()
    down = (root[:, None] * v[:rank]).view(rank, *change.shape[1:])
    up = (u[:, :rank] * root).view(change.shape[0], rank, *[1] * (change.ndim - 2))
    return LowRank(down.contiguous(), up.contiguous(), float(rank)), float(energy[rank:].sum())


def diffusers_lora(layers: Mapping[str, LowRank], family: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a LoRA in the peft names of diffusers (`unet.….lora_A.weight`).

    All layers get one rank (padded with zeros), and alpha = rank with the scale in the up factor: a reader that
    overlooks the metadata then still uses the right strength. Different ranks without alpha are misread.
    """
    rank = max(low.rank for low in layers.values())
    tensors: dict[str, Tensor] = {}
    parts: set[str] = set()
    for path, low in sorted(layers.items()):
        component, name = _outer_name(path)
        parts.add(component)
        down, up = _padded(low, rank)
        tensors[f"{component}.{name}.lora_A.weight"], tensors[f"{component}.{name}.lora_B.weight"] = down, up
    adapters: dict[str, Any] = {}
    for part in sorted(parts):
        inner = sorted(_inner_name(p) for p in layers if _outer_name(p)[0] == part)
        adapters |= {f"{part}.r": rank, f"{part}.lora_alpha": rank, f"{part}.target_modules": inner,
                     f"{part}.peft_type": "LORA", f"{part}.bias": "none"}  # fmt: skip
    about = json.dumps({"family": family}, sort_keys=True)
    return tensors, {"format": "pt", "lora_adapter_metadata": json.dumps(adapters, sort_keys=True), OURS: about}


def kohya_lora(
    layers: Mapping[str, LowRank], family: str, full: Mapping[str, Tensor] | None = None
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a LoRA in kohya's names (`lora_unet_…lora_down.weight`), with alpha per layer.

    Args:
        full: whole changes (module path -> change), written as `.diff`, which AUTOMATIC1111 and ComfyUI read exactly.
    """
    tensors: dict[str, Tensor] = {}
    rank = max((low.rank for low in layers.values()), default=0)
    for path, low in sorted({**layers, **_neutral(layers)}.items()):
        name = kohya_name(path, family)
        # One rank, and alpha = rank: diffusers takes the alpha of some text layers for another layer's.
        down, up = _padded(low, rank)
        tensors[f"{name}.lora_down.weight"], tensors[f"{name}.lora_up.weight"] = down, up
        tensors[f"{name}.alpha"] = torch.tensor(float(rank))
    for path, change in sorted((full or {}).items()):
        tensors[f"{kohya_name(path, family)}.diff"] = change
    return tensors, {OURS: json.dumps({"family": family}, sort_keys=True)}


def _neutral(layers: Mapping[str, LowRank]) -> dict[str, LowRank]:
    """A layer that changes nothing, per text encoder without an `out_proj`: diffusers refuses kohya files without one."""
    out = {}
    for component in ("text", "text2"):
        inside = {p: low for p, low in layers.items() if p.startswith(component + ".") and ".layers." in p}
        if not inside or any(p.endswith(".out_proj") for p in inside):
            continue
        reading = [p for p in inside if p.endswith(("q_proj", "k_proj", "v_proj", "fc1"))]
        path = min(reading, default=min(inside))
        width = inside[path].down.shape[1] if reading else inside[path].up.shape[0]  # fc2 writes what the others read
        block = path.split(".self_attn.")[0].split(".mlp.")[0]
        rank, like = inside[path].rank, inside[path].down
        out[f"{block}.self_attn.out_proj"] = LowRank(like.new_zeros(rank, width), like.new_zeros(width, rank), rank)
    return out


def kohya_name(path: str, family: str) -> str:
    """A module's path in kohya's spelling; the text encoders' always with `text_model_`, which every reader wants."""
    component, name = _outer_name(path)
    first = "lora_te1" if family == "sdxl" else "lora_te"
    prefix = {"unet": "lora_unet", "text_encoder": first, "text_encoder_2": "lora_te2"}[component]
    return f"{prefix}_{name.replace('.', '_')}"


def full_changes(patch: WeightPatch) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Weight changes by module path, and the paths of those that are no weights of a layer."""
    full, left_out = {}, []
    for path, delta in patch.deltas.items():
        if isinstance(delta, FullDelta):
            if path.endswith(".weight") and delta.change.ndim in (2, 4) and "embedding" not in path:
                full[path.removesuffix(".weight")] = delta.change
            else:
                left_out.append(path)
    return full, tuple(left_out)


def _outer_name(path: str) -> tuple[str, str]:
    component, _, name = path.partition(".")
    if component == "unet":
        return "unet", name
    if component not in ("text", "text2"):
        raise UserError(f"A LoRA cannot change '{path}'.", "Export it as 'delta' or as a checkpoint.")
    outer = "text_encoder" if component == "text" else "text_encoder_2"
    return outer, name if name.startswith("text_model.") else f"text_model.{name}"


def _inner_name(path: str) -> str:
    """The module's name as the present libraries have it, for the list of target modules."""
    return path.partition(".")[2]


def _padded(low: LowRank, rank: int) -> tuple[Tensor, Tensor]:
    down, up = low.down.float(), low.up.float() * (low.alpha / low.rank)
    more = rank - low.rank
    if not more:
        return down, up
    return (functional.pad(down, [0, 0] * (down.ndim - 1) + [0, more]),
            functional.pad(up, [0, 0] * (up.ndim - 2) + [0, more]))  # fmt: skip

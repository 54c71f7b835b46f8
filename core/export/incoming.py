"""Import a LoRA or an embedding of another program as a patch.

Reads LoRA files in the names of diffusers, peft and kohya (also with the block names of the original code), textual
inversion in the three usual forms, and this program's own files. What it is gets decided from names and shapes.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from safetensors.torch import load_file
from torch import Tensor, nn

from core.contract.errors import UserError
from core.contract.fields import Help, PathText
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.registry import task
from core.engine.run import Run
from core.models.configs import family_parts
from core.models.families import FAMILIES
from core.models.headers import Header, read_header
from core.models.layouts import Layout, identify, same_family
from core.models.model import Model
from core.models.single_file import unet_names
from core.weights.patch import Delta, FullDelta, LowRank, WeightPatch

_ENDS = (
    (".lora_down.weight", "down"), (".lora_up.weight", "up"), (".lora_A.weight", "down"), (".lora_B.weight", "up"),
    (".lora_A.default.weight", "down"), (".lora_B.default.weight", "up"), ("_lora.down.weight", "down"),
    ("_lora.up.weight", "up"), (".lora.down.weight", "down"), (".lora.up.weight", "up"),
    (".lora_linear_layer.down.weight", "down"), (".lora_linear_layer.up.weight", "up"), (".alpha", "alpha"),
    (".diff_b", "bias"), (".diff", "full"),
)  # fmt: skip
_COMPONENTS = (("lora_unet_", "unet"), ("lora_te1_", "text"), ("lora_te2_", "text2"), ("lora_te_", "text"),
               ("unet.", "unet"), ("text_encoder_2.", "text2"), ("text_encoder.", "text"))  # fmt: skip

Choice = Literal["auto", "pocket", "sd1", "sd2", "sdxl"]


class ImportParams(Params):
    path: Annotated[PathText, Help("A LoRA, an embedding or a patch, .safetensors")]
    family: Annotated[Choice, Help("Family, where the file does not tell")] = "auto"
    word: Annotated[str, Help("The word an embedding is called for; empty takes the file's own")] = ""


@task("core.import_patch", "Import a LoRA or embedding", Kind.EXPORT, provenance=Provenance.OURS)
def import_patch(params: ImportParams, run: Run) -> Outcome:
    path = Path(params.path).expanduser()
    patch = import_file(path, None if params.family == "auto" else params.family, word=params.word)
    ref = run.keep_patch(patch, imported=path.name)
    what = f"{len(patch.deltas)} layers, {len(patch.words)} words, for {FAMILIES[patch.base].title}"
    return Outcome(patch=ref, numbers={"layers": len(patch.deltas), "words": len(patch.words)}, note=f"Imported {what}")


def import_file(path: Path, family: str | None = None, *, word: str = "", like: Model | None = None) -> WeightPatch:
    """A file of another program as a patch.

    Args:
        family: where the file does not tell; a file that says another one is refused.
        word: the placeholder word of an embedding that brings none.
        like: a model whose layers the names are looked up in; by default the family's public structure.

    Raises:
        UserError: damaged, a pickle, of another kind, for another family, or with layers the family does not have.
    """
    header = read_header(path)
    layout = identify(header, path.name)
    if like is not None:
        family = like.family.name
        layout = layout if layout.kind == "patch" else _of_this_model(layout, header, like)
    if family is not None:
        layout = same_family(layout, family, path.name)
    if layout.kind == "patch":
        return WeightPatch.load(path)
    if layout.kind == "checkpoint":
        raise UserError(f"'{path.name}' is a whole checkpoint, not a LoRA or embedding.", "Use it as the model.")
    if layout.family is None:
        raise UserError(f"'{path.name}' does not tell which model family it was made for.",
                        f"Say it with 'family': one of {', '.join(FAMILIES)}.")  # fmt: skip
    tensors = load_file(path)
    if layout.kind == "embedding":
        return WeightPatch(layout.family, {}, _words(tensors, layout, word or path.stem, bool(word)))
    parts = dict(like.components) if like is not None else family_parts(layout.family)
    return WeightPatch(layout.family, _deltas(tensors, header, layout, parts, path.name))


def _of_this_model(layout: Layout, header: Header, model: Model) -> Layout:
    """A file whose widths are this very model's belongs to its family, also where the widths are unusual."""
    if layout.family is None:
        return Layout(layout.kind, layout.format, model.family.name)
    return layout


# --- embeddings -----------------------------------------------------------------------------------------------------


def _words(tensors: Mapping[str, Tensor], layout: Layout, word: str, forced: bool) -> dict[str, tuple[Tensor, ...]]:
    if layout.format == "clip_l+clip_g":
        found: tuple[Tensor, ...] = (tensors["clip_l"], tensors["clip_g"])
    else:
        ((key, tensor),) = tensors.items()
        found = (tensor,)
        if layout.format == "word" and not forced:
            word = key
    vectors = tuple((v if v.ndim == 2 else v[None]).float() for v in found)
    return {word.lower(): vectors}


# --- LoRA -----------------------------------------------------------------------------------------------------------


def _deltas(
    tensors: Mapping[str, Tensor], header: Header, layout: Layout, parts: Mapping[str, nn.Module], name: str
) -> dict[str, Delta]:
    alphas = _said_alphas(header)
    pieces: dict[str, dict[str, Tensor]] = {}
    spellings = {component: _spellings(part) for component, part in parts.items()}
    for key, tensor in tensors.items():
        module, kind = _taken_apart(key, name)
        pieces.setdefault(module, {})[kind] = tensor
    out: dict[str, Delta] = {}
    for module, found in pieces.items():
        component, inner = _resolved(module, spellings, name, layout)
        path, layer = f"{component}.{inner}", parts[component].get_submodule(inner)
        if "full" in found:
            out[f"{path}.weight"] = FullDelta(found["full"].float())
        if "bias" in found:
            out[f"{path}.bias"] = FullDelta(found["bias"].float())
        if "down" in found and "up" in found:
            low = _fitting(_low_rank(found, alphas, module), layer, path, name)
            if low.up.any():  # kohya files carry neutral layers for readers that insist on them
                out[path] = low
        elif not {"full", "bias"} & set(found):
            raise UserError(f"'{name}' holds only half of the layer '{module}'.", "The file is damaged; get it again.")
    return out


def _taken_apart(key: str, name: str) -> tuple[str, str]:
    for end, kind in _ENDS:
        if key.endswith(end):
            return key.removesuffix(end), kind
    raise UserError(f"'{name}' holds '{key}', which is no part of a LoRA that this program knows.",
                    "Save it as a plain LoRA with the program that made it.")  # fmt: skip


def _low_rank(found: Mapping[str, Tensor], alphas: Mapping[str, float], module: str) -> LowRank:
    down, up = found["down"].float(), found["up"].float()
    rank = down.shape[0]
    alpha = float(found["alpha"]) if "alpha" in found else _said(alphas, module, float(rank))
    return LowRank(down, up, alpha)


def _said_alphas(header: Header) -> dict[str, Any]:
    """What diffusers' adapter metadata says; without it alpha is the rank."""
    try:
        data = json.loads(header.metadata.get("lora_adapter_metadata", "{}"))
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _said(said: Mapping[str, Any], module: str, rank: float) -> float:
    component, _, inner = module.partition(".")
    patterns = said.get(f"{component}.alpha_pattern") or {}
    for pattern, alpha in patterns.items():
        if inner == pattern or inner.endswith("." + pattern):
            return float(alpha)
    alpha = said.get(f"{component}.lora_alpha")
    if alpha is None:
        return rank
    return float(alpha) * (rank**0.5 if said.get(f"{component}.use_rslora") else 1.0)


def _resolved(module: str, spellings: Mapping[str, Mapping[str, str]], name: str, layout: Layout) -> tuple[str, str]:
    """The component and the path in it that a name in the file means."""
    component, inner = "unet", module.removeprefix("base_model.model.")
    for prefix, found in _COMPONENTS:
        if inner.startswith(prefix):
            component, inner = found, inner.removeprefix(prefix).removeprefix("base_model.model.")
            break
    inner = re.sub(r"\.processor\.(to_[qkv])$", r".\1", inner).replace(".processor.to_out", ".to_out.0")
    path = spellings.get(component, {}).get(inner.replace(".", "_"))
    if path is None:
        title = FAMILIES[layout.family or "sd1"].title
        raise UserError(f"'{name}' changes '{module}', which {title} does not have.",
                        "It was made for another model family.")  # fmt: skip
    return component, path


def _spellings(part: nn.Module) -> dict[str, str]:
    """From names with `_` for every `.`, old and new, to the paths of a network's layers."""
    paths = [p for p, m in part.named_modules() if p and getattr(m, "weight", None) is not None]
    found = {p.replace(".", "_"): p for p in paths}
    found |= {f"text_model_{p}".replace(".", "_"): p for p in paths if not p.startswith("text_model.")}
    found |= {p.removeprefix("text_model.").replace(".", "_"): p for p in paths}
    if hasattr(part, "down_blocks"):
        names = unet_names(part)
        for p in paths:
            module = next((m for m in sorted(names, key=len, reverse=True) if p == m or p.startswith(m + ".")), None)
            if module is not None:  # the block names of the original code, as kohya writes them for SDXL
                found[(names[module] + p[len(module) :]).replace(".", "_")] = p
    return found


def _fitting(low: LowRank, layer: nn.Module, path: str, name: str) -> LowRank:
    weight: Any = layer.weight
    if weight.ndim == 2 and low.down.ndim == 4:
        low = LowRank(low.down[:, :, 0, 0], low.up[:, :, 0, 0], low.alpha)
    if weight.ndim == 4 and low.down.ndim == 2:
        low = LowRank(low.down[:, :, None, None], low.up[:, :, None, None], low.alpha)
    wanted = (low.up.shape[0], *low.down.shape[1:])
    if tuple(weight.shape) != wanted:
        raise UserError(f"'{name}' does not fit: '{path}' wants a weight of {tuple(wanted)}, the family has "
                        f"{tuple(weight.shape)}.", "It was made for another model family.")  # fmt: skip
    return low

"""Export the model with its patches as a checkpoint that other programs open.

Writes a diffusers folder or one safetensors file in the layout of the original code, in fp32 or fp16, and a model card
beside it. The base model stays as it is. Placeholder words do not fit into a checkpoint's fixed token table: each goes
into an embedding file of its own beside it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from diffusers import DDIMScheduler, EulerDiscreteScheduler

from core.contract.assets import file_hash, write_atomic
from core.contract.fields import ConceptRef, Help, PatchRef, PathText, Range
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.registry import task
from core.engine.run import Run
from core.export.embedding import embedding_tensors, file_word
from core.export.merge import State, merged
from core.export.write import refuse_existing, replacing, write_tensors
from core.models.configs import Configs
from core.models.layouts import OURS
from core.models.model import Model
from core.models.single_file import single_file
from core.weights.patch import FullDelta, WeightPatch

Layout = Literal["diffusers", "single-file"]
Patches = Sequence[tuple[WeightPatch, float]]
_PARTS = {"unet": "unet", "vae": "vae", "text": "text_encoder", "text2": "text_encoder_2"}
_PRECISION = {"fp32": torch.float32, "fp16": torch.float16, "as loaded": None}


class CheckpointParams(Params):
    path: Annotated[PathText, Help("Folder (diffusers) or .safetensors file to write")]
    format: Annotated[Layout, Help("Folder for diffusers, or one file for other programs")] = "diffusers"
    patches: Annotated[tuple[PatchRef, ...], Help("Patches to write into the weights")] = ()
    concepts: Annotated[tuple[ConceptRef, ...], Help("Concepts to write into the weights; their words go beside")] = ()
    strength: Annotated[float, Range(-4, 4, 0.1), Help("How strongly all changes are written")] = 1.0
    precision: Annotated[Literal["as loaded", "fp32", "fp16"], Help("Number type of the weights")] = "as loaded"
    overwrite: Annotated[bool, Help("Replace what is there")] = False


@task("core.export_checkpoint", "Export a checkpoint", Kind.EXPORT, provenance=Provenance.OURS)
def export_checkpoint(params: CheckpointParams, run: Run) -> Outcome:
    patches = gathered(run, params.patches, params.concepts, params.strength)
    with run.model() as model:
        files = write_checkpoint(
            model, Path(params.path).expanduser(), params.format, patches, dtype=_PRECISION[params.precision],
            overwrite=params.overwrite, about={"patches": [*params.patches, *params.concepts], **_told(run, params.patches)},
        )  # fmt: skip
    return Outcome(files=tuple(map(str, files)), note=f"Wrote {files[0]}")


def _told(run: Run, patches: Sequence[str]) -> dict[str, Any]:
    """What the changes say of themselves: which words they erased and kept, and by which method."""
    origins: list[dict[str, Any]] = [run.assets.origin(patch.partition(":")[0]).get("patch") or {} for patch in patches]  # type: ignore[misc]
    found = {key: [origin[key] for origin in origins if origin.get(key)] for key in ("method", "erased", "kept")}
    return {key: values for key, values in found.items() if values}


def gathered(
    run: Run, patches: Sequence[str], concepts: Sequence[str], strength: float = 1.0
) -> list[tuple[WeightPatch, float]]:
    """Patches and concepts with strengths; weight changes that concepts of one training share count once."""
    found: list[tuple[WeightPatch, float]] = [(run.patch(ref), strength) for ref in patches]
    seen: set[bytes] = set()
    for ref in concepts:
        patch = run.concept(ref).patch
        same = WeightPatch(patch.base, patch.deltas).to_bytes()
        found.append((WeightPatch(patch.base, {}, patch.words) if same in seen and patch.deltas else patch, strength))
        seen.add(same)
    return found


def write_checkpoint(
    model: Model, path: Path, format: Layout, patches: Patches = (), *,
    dtype: torch.dtype | None = None, overwrite: bool = False, about: Mapping[str, Any] | None = None,
) -> list[Path]:  # fmt: skip
    """Write a checkpoint, its words and its card. The first path is the checkpoint itself.

    Raises:
        UserError: a target exists, the disk is full, or a patch does not fit.
    """
    if format == "single-file" and path.suffix != ".safetensors":
        path = path.with_name(path.name + ".safetensors")
    words = {word: vectors for patch, _ in patches for word, vectors in patch.words.items()}
    beside = path / "embeddings" if format == "diffusers" else path.parent
    stem = "" if format == "diffusers" else f"{path.stem}."
    files = {word: beside / f"{stem}{file_word(word)}.safetensors" for word in words}
    card = path / "README.md" if format == "diffusers" else path.with_suffix(".md")
    refuse_existing([path, *([*files.values(), card] if format == "single-file" else [])], overwrite)
    state = merged(model, patches, dtype)
    if format == "diffusers":
        with replacing(path, folder=True) as place:
            write_folder(model, state, place)
            for word, file in files.items():
                write_tensors(place / file.relative_to(path), embedding_tensors(word, words[word]))
            weights = sorted(p for p in place.rglob("*.safetensors"))
            text = card_text(model, patches, {str(p.relative_to(place)): file_hash(p) for p in weights}, about)
            (place / "README.md").write_text(text)
        return [path, card, *files.values()]
    write_single_file(model, state, path)
    for word, file in files.items():
        write_tensors(file, embedding_tensors(word, words[word]))
    text = card_text(model, patches, {p.name: file_hash(p) for p in [path, *files.values()]}, about)
    write_atomic(card, text.encode())
    return [path, card, *files.values()]


def write_folder(model: Model, state: State, folder: Path) -> None:
    """A complete diffusers pipeline, readable by diffusers itself."""
    for component, part in _PARTS.items():
        if component not in state:
            continue
        tensors = state[component]
        network: Any = model.components[component]
        target = folder / part
        target.mkdir()
        if component.startswith("text"):
            # transformers dropped the prefix of the first encoder; older programs insist on it, newer ones take both.
            keyed = {k if k.startswith(("text_model.", "text_projection")) else f"text_model.{k}": v
                     for k, v in tensors.items()}  # fmt: skip
            write_tensors(target / "model.safetensors", keyed)
            network.config.save_pretrained(target)
            index = 0 if component == "text" else int(component[4:]) - 1
            model.text[index].vocabulary.tokenizer.save_pretrained(folder / part.replace("text_encoder", "tokenizer"))
        else:
            write_tensors(target / "diffusion_pytorch_model.safetensors", tensors)
            network.save_config(target)
    scheduler(model).save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(json.dumps(model_index(model), indent=2, sort_keys=True))


def scheduler(model: Model) -> Any:
    """The noise schedule as a scheduler of diffusers: DDIM, for SDXL Euler."""
    config = {k: v for k, v in model.schedule.config.items() if not k.startswith("_")}
    if model.family.pooled:
        return EulerDiscreteScheduler.from_config(config)
    return DDIMScheduler.from_config({"set_alpha_to_one": True, **config, "clip_sample": False})


def model_index(model: Model) -> dict[str, Any]:
    """`model_index.json`; `_studio_family` says the family where widths do not."""
    xl = model.family.pooled
    index: dict[str, Any] = {
        "_class_name": "StableDiffusionXLPipeline" if xl else "StableDiffusionPipeline",
        "_studio_family": model.family.name,
        "feature_extractor": [None, None], "image_encoder": [None, None],
        "scheduler": ["diffusers", type(scheduler(model)).__name__],
        "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
    }  # fmt: skip
    for i, _ in enumerate(model.text):
        suffix = "" if i == 0 else f"_{i + 1}"
        kind = "CLIPTextModel" if i == 0 else "CLIPTextModelWithProjection"
        index |= {
            f"text_encoder{suffix}": ["transformers", kind],
            f"tokenizer{suffix}": ["transformers", "CLIPTokenizer"],
        }
    return index | ({"force_zeros_for_empty_prompt": True} if xl else
                    {"safety_checker": [None, None], "requires_safety_checker": False})  # fmt: skip


def write_single_file(model: Model, state: State, path: Path) -> None:
    """One file in the original layout. Its metadata holds the configurations, so it opens without being guessed at."""
    record = {"single_file": {"family": model.family.name, "configs": configs_of(model)}}
    tensors = single_file(model.family, model.components, state)
    write_tensors(path, tensors, {OURS: json.dumps(record, sort_keys=True)})


def configs_of(model: Model) -> Configs:
    """The configurations of a model as plain values."""
    configs: Configs = {"model_index": model_index(model)}
    for component, part in _PARTS.items():
        network: Any = model.components.get(component)
        if network is not None:
            config = network.config
            text = config.to_json_string() if component.startswith("text") else network.to_json_string()
            configs[part] = {k: v for k, v in json.loads(text).items() if k != "_name_or_path"}
    configs["scheduler"] = json.loads(scheduler(model).to_json_string())
    return configs


def card_text(model: Model, patches: Patches, hashes: Mapping[str, str], about: Mapping[str, Any] | None = None) -> str:
    """The model card: what it is based on, what was changed, and the hashes of the files."""
    changed = sorted({path for patch, _ in patches for path in patch.deltas})
    words = sorted({word for patch, _ in patches for word in patch.words})
    lines = ["# Edited checkpoint", "", "Edited by Concept Studio. The licence of the base model applies.", "",
             f"- Base: {model.source or 'unnamed'}, {model.family.title}, identity `{model.identity}`",
             f"- Changed weights: {len(changed)}",
             f"- Words (embedding files beside the weights): {', '.join(words) or 'none'}"]  # fmt: skip
    lines += [f"- {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in sorted((about or {}).items())]
    for number, (patch, strength) in enumerate(patches, 1):
        lines.append(f"- Patch {number}: strength {strength:g}, {len(patch.deltas)} layers, norm {_norm(patch):.4g}")
    lines += ["", "## Files (SHA-256)", "", *[f"- `{name}`: `{value}`" for name, value in sorted(hashes.items())]]
    return "\n".join(lines) + "\n"


def _norm(patch: WeightPatch) -> float:
    """Frobenius norm of all changes together."""
    changes = (d.change if isinstance(d, FullDelta) else d.full() for d in patch.deltas.values())
    return math.sqrt(sum(float(c.float().square().sum()) for c in changes))

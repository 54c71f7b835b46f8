"""From a name to a model: the embedded one, a diffusers folder, a single file or a hub id; safetensors only.

diffusers' own converters read single files, from configurations that ship with the program (`resources/families`), so
nothing is fetched. Every file is checked by its content before anything opens it.
"""

import json
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, StableDiffusionXLPipeline, UNet2DConditionModel
from diffusers.utils import logging as diffusers_logging
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer
from transformers.utils import logging as transformers_logging

from core.contract.errors import UserError
from core.models.configs import RESOURCES, Configs, expected, family_folder, known_family, write_configs
from core.models.families import POCKET, SD1, SD2, SDXL, Family
from core.models.headers import HOW_TO_CONVERT, Header, read_header
from core.models.layouts import Prediction, checkpoint_configs, identify
from core.models.model import Model, TextEncoder, fingerprint
from core.models.schedule import Schedule
from core.models.single_file import OPTIONAL

# diffusers warns of an empty list whenever a network without such modules is cast; a person can do nothing with it.
logging.getLogger("diffusers.models.modeling_utils").addFilter(
    lambda record: "kept in float32: []" not in record.getMessage()
)

__all__ = ["RESOURCES", "family_of", "load", "load_folder", "load_single_file"]

_WEIGHTS = {"unet": "diffusion_pytorch_model", "vae": "diffusion_pytorch_model", "text_encoder": "model",
            "text_encoder_2": "model"}  # fmt: skip
_CLASSES: dict[str, Any] = {"unet": UNet2DConditionModel, "vae": AutoencoderKL, "text_encoder": CLIPTextModel,
                            "text_encoder_2": CLIPTextModelWithProjection}  # fmt: skip
ONLINE = "CONCEPT_STUDIO_ONLINE"
"""Environment variable; `1` lets a model be fetched by its hub id."""


def load(
    ref: str, dtype: torch.dtype = torch.float32, device: str = "cpu", *, prediction: Prediction | None = None,
    online: bool | None = None,
) -> Model:  # fmt: skip
    """A model, frozen, in eval mode.

    Args:
        ref: `pocket`, a diffusers folder, a `.safetensors` checkpoint or a hub id.
        prediction: what the network says, where a single file does not tell (SD 2.x: 512 px noise, 768 px velocity).
        online: allow a hub id to be fetched; by default only when `CONCEPT_STUDIO_ONLINE=1`.

    Raises:
        UserError: nothing there, not a model, damaged, a pickle, or of a family this program does not know.
    """
    path = family_folder("pocket") if ref == "pocket" else Path(ref).expanduser()
    if path.is_dir():
        return load_folder(path, ref, dtype).to(device)
    if path.exists():
        return load_single_file(path, ref, dtype, prediction).to(device)
    if path.suffix or not _like_hub_id(ref):
        raise UserError(f"There is no model '{ref}'.", "Give 'pocket', a folder, a .safetensors file or a hub id.")
    return load_folder(_fetched(ref, online), ref, dtype).to(device)


# --- folders --------------------------------------------------------------------------------------------------------


def load_folder(folder: Path, ref: str, dtype: torch.dtype) -> Model:
    """A model from a diffusers folder: plain, half precision or sharded weights."""
    index = _index(folder)
    unet = _part(folder, "unet", dtype)
    vae = _part(folder, "vae", dtype)
    texts = []
    for suffix in ("", "_2"):
        if (folder / f"text_encoder{suffix}").is_dir():
            encoder = _part(folder, f"text_encoder{suffix}", dtype)
            texts.append(TextEncoder(encoder, _tokenizer(folder / f"tokenizer{suffix}")))
    family = _settled_family(index, unet, len(texts), folder)
    schedule = Schedule(_json(folder / "scheduler" / "scheduler_config.json"))
    return _model(family, unet, vae, texts, schedule, ref)


def _index(folder: Path) -> dict[str, Any]:
    if not (folder / "unet").is_dir():
        raise UserError(f"'{folder}' is not a diffusers model: it has no 'unet' folder.",
                        "Choose the folder that holds model_index.json, or a single .safetensors file.")  # fmt: skip
    index = _json(folder / "model_index.json") if (folder / "model_index.json").exists() else {}
    kind = str(index.get("_class_name", "StableDiffusionPipeline"))
    if not kind.startswith("StableDiffusion") or any(
        w in kind for w in ("ControlNet", "Upscale", "Depth", "3", "Pix2Pix")
    ):
        raise UserError(f"'{folder}' is a {kind}, which this program does not work with.",
                        "Use a Stable Diffusion 1.x, 2.x or XL model.")  # fmt: skip
    return index


def _part(folder: Path, part: str, dtype: torch.dtype) -> Any:
    """One network of a folder, frozen; its files checked first, missing weights named after."""
    if not (folder / part / "config.json").is_file():
        raise UserError(f"'{folder}' has no {part}.", "Choose a complete diffusers folder.")
    variant = _variant(folder / part, _WEIGHTS[part], dtype)
    options: dict[str, Any] = {"use_safetensors": True, "local_files_only": True, "output_loading_info": True}
    if variant:
        options["variant"] = variant
    try:
        with _quietly():
            network, info = _CLASSES[part].from_pretrained(str(folder / part), dtype=dtype, **options)
    except torch.OutOfMemoryError:
        raise
    except (ValueError, RuntimeError, KeyError) as error:
        reason = str(error).strip().split("\n")[0][:200]
        raise UserError(f"The {part} of '{folder}' does not fit its configuration: {reason}",
                        "The folder mixes files of two models or is damaged.") from error  # fmt: skip
    missing = sorted(k for k in info["missing_keys"] if not k.endswith("position_ids"))
    if missing:
        raise _missing(f"The {part} of '{folder}'", missing)
    return network.eval().requires_grad_(False)


def _variant(folder: Path, base: str, dtype: torch.dtype) -> str:
    """Which weight files to read: "" for the plain ones, else a variant such as `fp16`. All are checked.

    Raises:
        UserError: none, only pickles, or damaged ones.
    """
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.glob(f"{base}*.safetensors*")):
        middle = (
            path.name.removeprefix(base)
            .removesuffix(".json")
            .replace(".safetensors.index", "")
            .replace(".safetensors", "")
        )
        name = middle.strip(".")
        if "-of-" in name:
            continue
        files = _shards(path) if path.suffix == ".json" else [path]
        found.setdefault(name, files)
    if not found:
        if any(folder.glob("*.bin")) or any(folder.glob("*.ckpt")):
            raise UserError(f"'{folder}' holds only pickles (.bin), which can run any program when they are opened.",
                            HOW_TO_CONVERT)  # fmt: skip
        raise UserError(f"'{folder}' holds no weights.", f"There should be a {base}.safetensors.")
    order = ["fp16", ""] if dtype == torch.float16 else ["", "fp16", "bf16"]
    chosen = next((v for v in order if v in found), sorted(found)[0])
    for path in found[chosen]:
        read_header(path)
    return chosen


def _shards(index: Path) -> list[Path]:
    names = sorted(set(_json(index).get("weight_map", {}).values()))
    files = [index.parent / Path(str(name)).name for name in names]
    lost = [f.name for f in files if not f.exists()]
    if lost or not files:
        raise UserError(f"'{index.parent}' is incomplete: {', '.join(lost) or 'its index names no files'} is missing.",
                        "Download the missing part.")  # fmt: skip
    return files


def _tokenizer(folder: Path) -> CLIPTokenizer:
    # An empty folder would load as a tokenizer of two tokens, without an error.
    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.json")):
        raise UserError(f"'{folder}' has no tokenizer.", "Choose a complete diffusers folder.")
    tokenizer = CLIPTokenizer.from_pretrained(str(folder))
    if tokenizer.model_max_length > 10_000:  # a folder of vocab.json and merges.txt alone does not say
        tokenizer.model_max_length = 77
    return tokenizer


def _settled_family(index: dict[str, Any], unet: UNet2DConditionModel, encoders: int, folder: Path) -> Family:
    named = index.get("_studio_family")
    family = known_family(named) if isinstance(named, str) else family_of(unet)
    if family is SDXL and unet.config.cross_attention_dim == 1280 and encoders == 1:
        raise UserError(f"'{folder}' is the SDXL refiner, which only finishes pictures of the base model.",
                        "Choose the SDXL base model.")  # fmt: skip
    if encoders != family.encoders:
        raise UserError(f"'{folder}' has {encoders} text encoders; {family.title} needs {family.encoders}.",
                        "Choose a complete diffusers folder.")  # fmt: skip
    return family


def family_of(unet: UNet2DConditionModel) -> Family:
    """Which family a U-Net belongs to: by the width of its text, and for other widths by structure."""
    if unet.config.addition_embed_type == "text_time":
        return SDXL
    known = {768: SD1, 1024: SD2}.get(unet.config.cross_attention_dim)
    if known is not None:
        return known
    if len(unet.config.block_out_channels) == 4 and unet.config.in_channels in (4, 9):
        return SD2 if unet.config.use_linear_projection else SD1
    return POCKET


# --- single files ---------------------------------------------------------------------------------------------------


def load_single_file(path: Path, ref: str, dtype: torch.dtype, prediction: Prediction | None = None) -> Model:
    """A model from one `.safetensors` in the layout of the original Stable Diffusion code."""
    header = read_header(path)
    layout = identify(header, path.name)
    if layout.kind != "checkpoint" or layout.family is None:
        raise UserError(f"'{path.name}' is not a model but a {layout.kind} ({layout.format}).",
                        "Import it (core.import_patch) and use it together with a model.")  # fmt: skip
    family = known_family(layout.family)
    configs = checkpoint_configs(header, layout, path, prediction)
    check_complete(header, family, configs, path.name)
    kind = StableDiffusionXLPipeline if family is SDXL else StableDiffusionPipeline
    with tempfile.TemporaryDirectory(prefix="configs-") as folder:
        write_configs(configs, Path(folder))
        with _quietly():
            pipe: Any = kind.from_single_file(str(path), config=folder, local_files_only=True, dtype=dtype)
    texts = [TextEncoder(pipe.text_encoder.requires_grad_(False), pipe.tokenizer)]
    if family is SDXL:
        texts.append(TextEncoder(pipe.text_encoder_2.requires_grad_(False), pipe.tokenizer_2))
    return _model(family, pipe.unet, pipe.vae, texts, Schedule(configs["scheduler"]), ref)


def check_complete(header: Header, family: Family, configs: Configs, name: str) -> None:
    """Compare a file's names and shapes with what its family has.

    Raises:
        UserError: something is missing or has another shape; it is named.
    """
    wanted = expected(family, configs)
    missing = sorted(k for k in wanted if k not in header.shapes and not k.startswith(OPTIONAL))
    if missing:
        raise _missing(f"'{name}' ({family.title})", missing)
    for key, tensor in wanted.items():
        has = header.shapes.get(key, tuple(tensor.shape))
        if _squeezed(has) != _squeezed(tensor.shape):
            raise UserError(f"'{name}' does not fit {family.title}: '{key}' is {tuple(has)}, it should be "
                            f"{tuple(tensor.shape)}.", "It belongs to another model or has added tokens.")  # fmt: skip


def _squeezed(shape: Iterable[int]) -> tuple[int, ...]:
    """A shape without 1x1 kernels: old files hold linear layers as convolutions or the reverse."""
    shape = tuple(shape)
    return shape[:2] if len(shape) == 4 and shape[2:] == (1, 1) else shape


def _missing(what: str, keys: list[str]) -> UserError:
    groups = sorted({k.split(".")[0] for k in keys})
    more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
    return UserError(f"{what} lacks {len(keys)} tensors ({', '.join(groups)}): {', '.join(keys[:3])}{more}.",
                     "The model is incomplete; choose a whole checkpoint.")  # fmt: skip


# --- hub and pieces -------------------------------------------------------------------------------------------------


def _like_hub_id(ref: str) -> bool:
    owner, slash, name = ref.partition("/")
    return bool(owner and slash and name) and "/" not in name and not ref.startswith((".", "/", "~"))


def _fetched(ref: str, online: bool | None) -> Path:
    """A hub model as a local folder: JSON and safetensors only."""
    if not (os.environ.get(ONLINE) == "1" if online is None else online):
        raise UserError(f"There is no folder '{ref}', and fetching models is switched off.",
                        f"Set {ONLINE}=1 to fetch '{ref}' from the hub, or give a folder or file.")  # fmt: skip
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    try:
        folder = snapshot_download(ref, allow_patterns=["*.json", "*.txt", "*/*.json", "*/*.txt", "*/*.safetensors"])
    except (HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError) as error:
        raise UserError(f"'{ref}' could not be fetched: {str(error).splitlines()[0][:200]}",
                        "Check the name and the connection, or give a folder or file.") from error  # fmt: skip
    return Path(folder)


def _model(family: Family, unet: Any, vae: Any, texts: list[TextEncoder], schedule: Schedule, ref: str) -> Model:
    # Loaded networks ask for gradients on everything, in eval mode too.
    frozen = [part.eval().requires_grad_(False) for part in (unet, vae)]
    model = Model(family, frozen[0], frozen[1], tuple(texts), schedule, ref)
    model.identity = fingerprint(dict(unet.named_parameters()))
    return model


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise UserError(f"'{path}' is missing.", "Choose a complete diffusers folder.") from error
    except (ValueError, OSError) as error:
        raise UserError(f"'{path}' cannot be read: {error}.", "The model folder is damaged.") from error
    if not isinstance(data, dict):
        raise UserError(f"'{path}' is not a table.", "The model folder is damaged.")
    return data


@contextmanager
def _quietly() -> Iterator[None]:
    """No progress bars of the libraries while the block runs."""
    ours = diffusers_logging.is_progress_bar_enabled()
    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if ours:
            diffusers_logging.enable_progress_bar()
        transformers_logging.enable_progress_bar()

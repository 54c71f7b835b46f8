"""Names and shapes of single-file checkpoints (the layout of the original Stable Diffusion code).

The names follow from a network's structure: running numbers through its blocks. So one short map serves every family,
the tiny models of the tests and the embedded one; it is written for export, and loading uses it to say what a file
should hold. Sources: the key lists of the public checkpoints; the reverse map in diffusers' single-file loader.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from core.models.families import Family

Names = dict[str, str]
"""From a name in diffusers to one in the file."""
UNET, VAE = "model.diffusion_model.", "first_stage_model."
_RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
           "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}  # fmt: skip
_UNET_ENDS = {
    "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2", "conv_in": "input_blocks.0.0",
    "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2", "conv_norm_out": "out.0",
    "conv_out": "out.2",
}  # fmt: skip
_OPEN_CLIP = {"layer_norm1": "ln_1", "layer_norm2": "ln_2", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj",
              "self_attn.out_proj": "attn.out_proj"}  # fmt: skip


def text_places(family: Family) -> tuple[tuple[str, bool], ...]:
    """Where each text encoder stands in the file, and whether in OpenCLIP's own layout."""
    if family.name == "sdxl":
        return (("conditioner.embedders.0.transformer.text_model.", False), ("conditioner.embedders.1.model.", True))
    if family.name == "sd2":
        return (("cond_stage_model.model.", True),)
    return (("cond_stage_model.transformer.text_model.", False),)


def single_file(
    family: Family, parts: Mapping[str, nn.Module], weights: Mapping[str, Mapping[str, Tensor]]
) -> dict[str, Tensor]:
    """All tensors of a checkpoint under the names of a single file.

    Args:
        parts: `Model.components`: their structure gives the names; their numbers are not read.
        weights: the state dict of every component; meta tensors give the expected shapes.
    """
    out: dict[str, Tensor] = {}
    out.update(_renamed(weights["unet"], unet_names(parts["unet"]), UNET))
    out.update(_vae(weights["vae"], parts["vae"]))
    for index, (prefix, open_clip) in enumerate(text_places(family)):
        state = weights["text" if index == 0 else f"text{index + 1}"]
        plain = {k.removeprefix("text_model."): v for k, v in state.items() if not k.endswith("position_ids")}
        if open_clip:
            out.update({prefix + k: v for k, v in _open_clip(plain)})
            if family.name == "sd2":
                out.update(_last_layer(out, prefix))
        else:
            out.update({prefix + k: v for k, v in plain.items()})
    return out


def unet_names(unet: Any) -> Names:
    """Module names of a U-Net, without prefix; blocks get running numbers in the order they run."""
    names = dict(_UNET_ENDS)
    number = 0
    for i, block in enumerate(unet.down_blocks):
        for j in range(len(block.resnets)):
            number += 1
            _block(names, f"down_blocks.{i}", j, f"input_blocks.{number}", block)
        if block.downsamplers is not None:
            number += 1
            names[f"down_blocks.{i}.downsamplers.0.conv"] = f"input_blocks.{number}.0.op"
    for place, old in enumerate(("resnets.0", "attentions.0", "resnets.1")):
        target = f"middle_block.{place}"
        names.update(_resnet(f"mid_block.{old}", target) if "resnets" in old else {f"mid_block.{old}": target})
    number = -1
    for i, block in enumerate(unet.up_blocks):
        for j in range(len(block.resnets)):
            number += 1
            _block(names, f"up_blocks.{i}", j, f"output_blocks.{number}", block)
        if block.upsamplers is not None:
            place = 2 if getattr(block, "attentions", None) else 1
            names[f"up_blocks.{i}.upsamplers.0.conv"] = f"output_blocks.{number}.{place}.conv"
    return names


def _block(names: Names, old: str, index: int, new: str, block: Any) -> None:
    names.update(_resnet(f"{old}.resnets.{index}", f"{new}.0"))
    if getattr(block, "attentions", None):
        names[f"{old}.attentions.{index}"] = f"{new}.1"


def _resnet(old: str, new: str) -> Names:
    return {f"{old}.{a}": f"{new}.{b}" for a, b in _RESNET.items()}


def _renamed(state: Mapping[str, Tensor], names: Names, prefix: str) -> Iterator[tuple[str, Tensor]]:
    for key, tensor in state.items():
        yield prefix + place(key, names), tensor


def place(key: str, names: Names) -> str:
    """A key with its longest known module name replaced."""
    module = key
    while module and module not in names:
        module = module.rpartition(".")[0]
    if not module:
        raise KeyError(key)
    return names[module] + key[len(module) :]


def _vae(state: Mapping[str, Tensor], vae: Any) -> Iterator[tuple[str, Tensor]]:
    names = {"encoder.conv_in": "encoder.conv_in", "decoder.conv_in": "decoder.conv_in", "quant_conv": "quant_conv",
             "post_quant_conv": "post_quant_conv"}  # fmt: skip
    for side, blocks in (("encoder", vae.encoder.down_blocks), ("decoder", vae.decoder.up_blocks)):
        names |= {f"{side}.conv_norm_out": f"{side}.norm_out", f"{side}.conv_out": f"{side}.conv_out"}
        word, count = ("down", len(blocks)) if side == "encoder" else ("up", len(blocks))
        for i, block in enumerate(blocks):
            k = i if side == "encoder" else count - 1 - i  # up blocks are counted from the picture backwards
            for j in range(len(block.resnets)):
                names[f"{side}.{word}_blocks.{i}.resnets.{j}"] = f"{side}.{word}.{k}.block.{j}"
            names[f"{side}.{word}_blocks.{i}.{word}samplers.0.conv"] = f"{side}.{word}.{k}.{word}sample.conv"
        names |= {f"{side}.mid_block.resnets.{j}": f"{side}.mid.block_{j + 1}" for j in (0, 1)}
        attention = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
        names |= {f"{side}.mid_block.attentions.0.{a}": f"{side}.mid.attn_1.{b}" for a, b in attention.items()}
    for key, tensor in state.items():
        new = place(key, names).replace("conv_shortcut", "nin_shortcut")
        # The original code has 1x1 convolutions where diffusers has linear layers; older programs insist on four axes.
        wide = ".mid.attn_1." in new and new.endswith(".weight") and tensor.ndim == 2
        yield VAE + new, tensor[:, :, None, None] if wide else tensor


def _open_clip(state: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """OpenCLIP's names: query, key and value stacked, the projection transposed."""
    top = {"embeddings.token_embedding.weight": "token_embedding.weight",
           "embeddings.position_embedding.weight": "positional_embedding", "final_layer_norm.weight": "ln_final.weight",
           "final_layer_norm.bias": "ln_final.bias"}  # fmt: skip
    for key, tensor in state.items():
        if key == "text_projection.weight":
            yield "text_projection", tensor.T.contiguous()
        elif key in top:
            yield top[key], tensor
        elif ".self_attn.q_proj." in key:
            three = [state[key.replace("q_proj", f"{x}_proj")] for x in "qkv"]
            layer, end = key.split(".")[2], key.rpartition(".")[2]
            yield f"transformer.resblocks.{layer}.attn.in_proj_{end}", torch.cat(three)
        elif not any(f".self_attn.{x}_proj." in key for x in "kv"):
            _, _, layer, rest = key.split(".", 3)
            module, _, end = rest.rpartition(".")
            yield f"transformer.resblocks.{layer}.{_OPEN_CLIP[module]}.{end}", tensor


def _last_layer(out: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The 24th text layer and the projection that SD 2.x files carry and nobody reads.

    diffusers ships 23 layers. Programs that build all 24 want the keys: a copy of the 23rd layer and a unit projection.
    """
    last = f"{prefix}transformer.resblocks.22."
    if not any(k.startswith(last) for k in out) or any(k.startswith(f"{prefix}transformer.resblocks.23.") for k in out):
        return {}
    copies = {k.replace(".22.", ".23."): v.clone() for k, v in out.items() if k.startswith(last)}
    table = out[f"{prefix}positional_embedding"]
    copies[f"{prefix}text_projection"] = torch.eye(table.shape[1], dtype=table.dtype, device=table.device)
    return copies


OPTIONAL = ("cond_stage_model.model.transformer.resblocks.23.", "cond_stage_model.model.text_projection",
            "cond_stage_model.model.logit_scale")  # fmt: skip
"""Keys of SD 2.x that may be missing."""

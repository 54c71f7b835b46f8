"""What a file is, told from real key-and-shape lists made on the meta device, and from the common small files."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from transformers import CLIPTokenizer

from core.contract.errors import UserError
from core.export.incoming import import_file
from core.export.lora import kohya_name
from core.models.configs import RESOURCES, expected, family_configs, family_parts, tokenizer_for
from core.models.families import FAMILIES
from core.models.headers import Header
from core.models.layouts import Layout, checkpoint_configs, identify, prediction_of
from core.models.loading import check_complete
from core.models.single_file import unet_names

NOWHERE = Path("nowhere/model.safetensors")


def layout_of(shapes: dict[str, tuple[int, ...]], **metadata: str) -> Layout:
    return identify(Header(shapes, {}, metadata), "file.safetensors")


def checkpoint(family: str, in_channels: int = 4) -> dict[str, tuple[int, ...]]:
    configs = family_configs(family, in_channels=in_channels)
    return {k: tuple(t.shape) for k, t in expected(FAMILIES[family], configs).items()}


@pytest.fixture(scope="module")
def sd2_shapes() -> dict[str, tuple[int, ...]]:
    return checkpoint("sd2")


# --- checkpoints ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("family", "tensors", "millions"), [("sd1", 1130, 1066), ("sdxl", 2513, 3469)])
def test_the_lists_are_those_of_the_public_checkpoints(family, tensors, millions):
    """U-Net 860 M, autoencoder 84 M, text 123 M (SD 1.x); 2567, 84, 123 and 695 M (SDXL): published sizes."""
    configs = family_configs(family)
    found = expected(FAMILIES[family], configs)
    assert len(found) == tensors
    assert round(sum(t.numel() for t in found.values()) / 1e6) == millions


@pytest.mark.parametrize(("family", "key", "shape"), [
    ("sd1", "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", (320, 768)),
    ("sd1", "model.diffusion_model.output_blocks.5.2.conv.weight", (1280, 1280, 3, 3)),
    ("sd1", "first_stage_model.encoder.mid.attn_1.q.weight", (512, 512, 1, 1)),
    ("sd1", "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight", (49408, 768)),
    ("sd2", "cond_stage_model.model.transformer.resblocks.22.attn.in_proj_weight", (3072, 1024)),
    ("sd2", "cond_stage_model.model.text_projection", (1024, 1024)),
    ("sdxl", "model.diffusion_model.label_emb.0.0.weight", (1280, 2816)),
    ("sdxl", "model.diffusion_model.middle_block.1.transformer_blocks.9.attn2.to_v.weight", (1280, 2048)),
    ("sdxl", "conditioner.embedders.1.model.text_projection", (1280, 1280)),
])  # fmt: skip
def test_known_keys_stand_where_they_should(family, key, shape):
    assert checkpoint(family)[key] == shape


@pytest.mark.parametrize("family", ["pocket", "sd1", "sd2", "sdxl"])
def test_families_and_inpainting_variants(family):
    if family == "pocket":
        channels = family_configs("pocket")["unet"]["in_channels"]
        assert layout_of(checkpoint("pocket", channels)).family == "pocket"
        return
    assert layout_of(checkpoint(family)) == Layout("checkpoint", "single-file", family, 4)
    found = layout_of(checkpoint(family, 9))
    assert (found.family, found.channels, found.inpainting) == (family, 9, True)


def test_other_models_are_refused_in_words(sd2_shapes):
    base = "model.diffusion_model."
    start = {base + "input_blocks.0.0.weight": (384, 4, 3, 3), base + "label_emb.0.0.weight": (1, 1)}
    for shapes, words in (
        ({**start, base + "input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (768, 1280)}, "refiner"),
        ({**sd2_shapes, base + "input_blocks.0.0.weight": (320, 5, 3, 3)}, "depth-to-image"),
        ({base + "double_blocks.0.img_attn.qkv.weight": (1, 1)}, "Flux"),
        ({base + "joint_blocks.0.x.weight": (1, 1)}, "Stable Diffusion 3"),
        ({"control_model.input_hint_block.0.weight": (1, 1)}, "ControlNet"),
        ({f"first_stage_model.encoder.conv_in.{i}": (1, 1, 1, 1) for i in range(6)}, "only an autoencoder"),
        ({f"down_blocks.0.resnets.{i}.conv1.weight": (1, 1, 1, 1) for i in range(6)}, "only the U-Net"),
        ({}, "no checkpoint"),
    ):
        with pytest.raises(UserError, match=words):
            layout_of(shapes)


def test_missing_parts_and_wrong_shapes_are_named():
    shapes = checkpoint("sd1")
    configs = family_configs("sd1")
    check_complete(Header(shapes), FAMILIES["sd1"], configs, "x")
    check_complete(
        Header({k: v[:2] if ".attn_1." in k else v for k, v in shapes.items()}), FAMILIES["sd1"], configs, "x"
    )
    only = {k: v for k, v in shapes.items() if not k.startswith("cond_stage_model.")}
    with pytest.raises(UserError, match=r"lacks 196 tensors \(cond_stage_model\)"):
        check_complete(Header(only), FAMILIES["sd1"], configs, "x")
    table = "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight"
    with pytest.raises(UserError, match="token_embedding"):
        check_complete(Header({**shapes, table: (49409, 768)}), FAMILIES["sd1"], configs, "x")


def test_what_sd2_predicts(sd2_shapes, tmp_path):
    layout = layout_of(sd2_shapes)
    place = "model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm1.bias"
    for spread, said in ((0.02, "epsilon"), (0.2, "v_prediction")):
        path = tmp_path / f"{said}.safetensors"
        save_file({place: torch.randn(320, generator=torch.Generator().manual_seed(0)) * spread}, path)
        assert prediction_of(Header(sd2_shapes), layout, path) == said
    path.with_suffix(".yaml").write_text('model:\n  params:\n    parameterization: "v"\n')
    assert prediction_of(Header(sd2_shapes), layout, path) == "v_prediction"
    for metadata, said in (({"modelspec.prediction_type": "v"}, "v_prediction"),
                           ({"modelspec.resolution": "768x768"}, "v_prediction"),
                           ({"modelspec.resolution": "512x512"}, "epsilon")):  # fmt: skip
        assert prediction_of(Header(sd2_shapes, {}, metadata), layout, NOWHERE) == said
    configs = checkpoint_configs(Header(sd2_shapes), layout, NOWHERE, "v_prediction")
    assert (configs["scheduler"]["prediction_type"], configs["unet"]["sample_size"]) == ("v_prediction", 96)
    xl = Layout("checkpoint", "single-file", "sdxl")
    assert prediction_of(Header({"v_pred": ()}), xl, NOWHERE) == "v_prediction"


# --- tokenizer ------------------------------------------------------------------------------------------------------


def test_the_real_tokenizer():
    tokenizer = CLIPTokenizer.from_pretrained(RESOURCES / "families" / "tokenizer")
    assert len(tokenizer) == 49408
    assert tokenizer("a photo of a cat")["input_ids"] == [49406, 320, 1125, 539, 320, 2368, 49407]
    assert tokenizer.model_max_length == 77
    texts = [family_configs("sd1")["text_encoder"], family_configs("sd2")["text_encoder"]]
    assert [tokenizer_for(t).pad_token_id for t in texts] == [49407, 0]
    assert tokenizer_for(family_configs("sdxl")["text_encoder_2"], 1).pad_token_id == 0


# --- LoRA and embeddings --------------------------------------------------------------------------------------------


def lora_file(path: Path, family: str, form: str, rank: int = 2) -> Path:
    """A small LoRA in one of the common spellings, on real layer names and shapes of a family."""
    parts = family_parts(family)
    layers = {"unet": [n for n, _ in parts["unet"].named_modules() if n.endswith(("attn2.to_k", "attn1.to_out.0"))][:4]}
    layers["text"] = [n for n, _ in parts["text"].named_modules() if n.endswith(("q_proj", "out_proj"))][:2]
    if "text2" in parts:
        layers["text2"] = [n for n, _ in parts["text2"].named_modules() if n.endswith(("q_proj", "out_proj"))][:2]
    tensors = {}
    for component, names in layers.items():
        for name in names:
            shape = parts[component].get_submodule(name).weight.shape
            down, up = torch.randn(rank, shape[1]), torch.randn(shape[0], rank)
            outer = {"unet": "unet", "text": "text_encoder", "text2": "text_encoder_2"}[component]
            if form.startswith("kohya"):
                key = kohya_name(f"{component}.{name}", family)
                if form == "kohya-ldm" and component == "unet":
                    names_ = unet_names(parts["unet"])
                    block = next(n for n in names_ if name.startswith(n + "."))
                    key = "lora_unet_" + (names_[block] + name[len(block) :]).replace(".", "_")
                tensors |= {
                    f"{key}.lora_down.weight": down,
                    f"{key}.lora_up.weight": up,
                    f"{key}.alpha": torch.tensor(1.0),
                }
            elif form == "peft":
                tensors |= {f"{outer}.{name}.lora_A.weight": down, f"{outer}.{name}.lora_B.weight": up}
            elif component == "unet":
                old = name.replace(".to_out.0", ".to_out").replace(".to_", ".processor.to_")
                tensors |= {f"unet.{old}_lora.down.weight": down, f"unet.{old}_lora.up.weight": up}
            else:
                tensors |= {f"{outer}.{name}.lora_linear_layer.down.weight": down,
                            f"{outer}.{name}.lora_linear_layer.up.weight": up}  # fmt: skip
    save_file(tensors, path)
    return path


@pytest.mark.parametrize("family", ["pocket", "sd1", "sd2", "sdxl"])
@pytest.mark.parametrize("form", ["diffusers", "peft", "kohya", "kohya-ldm"])
def test_lora_formats(family, form, tmp_path):
    path = lora_file(tmp_path / "x.safetensors", family, form)
    patch = import_file(path)
    assert patch.base == family
    assert len(patch.deltas) == (8 if family == "sdxl" else 6)
    alphas = {d.alpha for d in patch.deltas.values()}
    assert alphas == ({1.0} if form.startswith("kohya") else {2.0})
    parts = family_parts(family)
    for name, low in patch.deltas.items():
        component, _, inner = name.partition(".")
        assert parts[component].get_submodule(inner).weight.shape == (low.up.shape[0], low.down.shape[1])
    other = "sdxl" if family != "sdxl" else "sd1"
    with pytest.raises(UserError, match="was made for"):
        import_file(path, other)


@pytest.mark.parametrize(("end", "what"), [("hada_w1_a", "LoHa"), ("lokr_w1", "LoKr"), ("dora_scale", "DoRA")])
def test_other_adapters_are_refused(end, what):
    with pytest.raises(UserError, match=what):
        layout_of({f"lora_unet_x_to_k.{end}": (1, 1)})


@pytest.mark.parametrize(("tensors", "family", "word"), [
    ({"emb_params": torch.ones(2, 768)}, "sd1", "mug"), ({"<Cup>": torch.ones(1024)}, "sd2", "<cup>"),
    ({"clip_l": torch.ones(1, 768), "clip_g": torch.ones(1, 1280)}, "sdxl", "mug"),
])  # fmt: skip
def test_embedding_formats(tensors, family, word, tmp_path):
    save_file(tensors, tmp_path / "mug.safetensors")
    patch = import_file(tmp_path / "mug.safetensors")
    assert patch.base == family
    assert [v.ndim for v in patch.words[word]] == [2] * len(tensors)


def test_our_own_patch_is_known(tmp_path):
    from core.weights.patch import WeightPatch

    WeightPatch("sd2", {}, {"<w>": (torch.ones(1, 1024),)}).save(tmp_path / "p.safetensors")
    assert import_file(tmp_path / "p.safetensors").base == "sd2"
    with pytest.raises(UserError, match="made for"):
        import_file(tmp_path / "p.safetensors", "sd1")

"""Models from folders and files, and what is wrong with a file found before anything is loaded."""

import io
import json
import pickle
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.contract.errors import UserError
from core.export.checkpoint import write_checkpoint
from core.models.headers import read_header
from core.models.loading import load
from core.weights.patch import WeightPatch
from tests.tiny import tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_checkpoint(tiny("sd1"), tmp_path_factory.mktemp("models") / "tiny", "diffusers")[0]


@pytest.fixture
def copy(folder, tmp_path) -> Path:
    import shutil

    return Path(shutil.copytree(folder, tmp_path / "copy"))


def file_of(path: Path, header: dict | bytes, data: bytes = b"", length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return path


def entry(begin: int, end: int, shape: list[int], dtype: str = "F32") -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


# --- damaged, lying and foreign files -------------------------------------------------------------------------------


@pytest.mark.parametrize(("header", "data", "length", "words"), [
    ({"a": entry(0, 8, [2])}, b"1234", None, "cut off: 'a' needs 8 bytes"),
    ({"a": entry(0, 8, [2])}, b"", 4000, "cut off: its header"),
    ({"a": entry(0, 8, [2])}, b"", 1 << 40, "more than the format allows"),
    ({"a": entry(0, 8, [3])}, b"12345678", None, "does not fit its 8 bytes"),
    ({"a": entry(0, 8, [2]), "b": entry(4, 12, [2])}, b"1" * 12, None, "overlaps"),
    ({"a": entry(0, 8, [2]), "b": entry(12, 20, [2])}, b"1" * 20, None, "leaves a gap"),
    ({"a": entry(0, 8, [2])}, b"1" * 20, None, "belong to no tensor"),
    ({"a": entry(0, -8, [-2])}, b"", None, "no proper numbers"),
    ({"a": entry(0, 8, [2], "Q4_0")}, b"1" * 8, None, "type Q4_0"),
    ({"a": {"dtype": "F32"}}, b"", None, "incomplete"),
    (b"{" * 3000, b"", None, "cannot be read"),
    (b'{"a": ', b"", None, "cannot be read"),
])  # fmt: skip
def test_a_lying_header_is_found(header, data, length, words, tmp_path):
    path = file_of(tmp_path / "bad.safetensors", header, data, length)
    with pytest.raises(UserError, match=words) as caught:
        load(str(path))
    assert "bad.safetensors" in caught.value.message


def test_every_cut_of_a_real_file_is_found(tmp_path):
    path = tmp_path / "whole.safetensors"
    save_file({"a": torch.ones(40), "b": torch.ones(3, 5)}, path)
    whole = path.read_bytes()
    read_header(path)
    for keep in range(0, len(whole), 7):
        (tmp_path / "cut.safetensors").write_bytes(whole[:keep])
        with pytest.raises(UserError):
            read_header(tmp_path / "cut.safetensors")


def test_pickles_are_refused_by_content_with_the_way_to_convert(tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    buffer = io.BytesIO()
    torch.save({"state_dict": {"a": torch.ones(1)}}, buffer)
    old = io.BytesIO()
    torch.save({"a": torch.ones(1)}, old, _use_new_zipfile_serialization=False)
    for number, data in enumerate([buffer.getvalue(), old.getvalue(), pickle.dumps(Trap()) + b" " * 20]):
        path = tmp_path / f"{number}.safetensors"
        path.write_bytes(data)
        with pytest.raises(UserError, match="pickle") as caught:
            load(str(path))
        assert "weights_only=True" in caught.value.hint
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(("data", "words"), [
    (b"<!DOCTYPE html><html></html>", "web page"), (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    (b"GGUF" + b"\x00" * 30, "GGUF"), (b"", "cut off"), (b"just some text, long enough", "not a safetensors"),
])  # fmt: skip
def test_other_files_are_named(data, words, tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(data)
    with pytest.raises(UserError, match=words):
        load(str(path))


def test_the_given_conversion_works(tmp_path):
    import shlex
    import subprocess
    import sys

    from core.models.headers import HOW_TO_CONVERT

    torch.save({"state_dict": {"a": torch.ones(3)}, "epoch": 3}, tmp_path / "old.ckpt")
    words = shlex.split(HOW_TO_CONVERT.partition(": ")[2])
    command = [sys.executable, *words[1:3], str(tmp_path / "old.ckpt"), str(tmp_path / "new.safetensors")]
    subprocess.run(command, check=True, timeout=120)
    assert torch.equal(load_file(tmp_path / "new.safetensors")["a"], torch.ones(3))


def test_not_a_model(tmp_path):
    for ref, words in (("nothing.safetensors", "There is no model"), (str(tmp_path), "not a diffusers model"),
                       ("owner/name", "switched off")):  # fmt: skip
        with pytest.raises(UserError, match=words):
            load(ref)
    WeightPatch("sd1").save(tmp_path / "patch.safetensors")
    with pytest.raises(UserError, match="not a model but a patch"):
        load(str(tmp_path / "patch.safetensors"))


# --- folders --------------------------------------------------------------------------------------------------------


def test_a_folder_loads_frozen(folder):
    model = load(str(folder))
    assert model.family.name == "sd1"
    assert not any(p.requires_grad for part in model.components.values() for p in part.parameters())
    assert not model.unet.training


def test_structure_decides_where_no_family_is_named(copy):
    index = json.loads((copy / "model_index.json").read_text())
    del index["_studio_family"]
    (copy / "model_index.json").write_text(json.dumps(index))
    assert load(str(copy)).family.name == "sd1"


def test_half_and_sharded_weights(copy):
    unet = copy / "unet"
    plain = unet / "diffusion_pytorch_model.safetensors"
    state = load_file(plain)
    wanted = load(str(copy)).unet.state_dict()
    names = sorted(state)
    shards = [names[: len(names) // 2], names[len(names) // 2 :]]
    files = [f"diffusion_pytorch_model-0000{i + 1}-of-00002.safetensors" for i in range(2)]
    for file, keys in zip(files, shards, strict=True):
        save_file({k: state[k] for k in keys}, unet / file)
    weight_map = {k: f for f, keys in zip(files, shards, strict=True) for k in keys}
    index = unet / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    plain.unlink()
    assert all(torch.equal(v, wanted[k]) for k, v in load(str(copy)).unet.state_dict().items())
    (unet / files[1]).rename(unet / "elsewhere")
    with pytest.raises(UserError, match="00002-of-00002"):
        load(str(copy))
    for file in (index, unet / files[0]):
        file.unlink()
    save_file({k: v.half() for k, v in state.items()}, unet / "diffusion_pytorch_model.fp16.safetensors")
    assert load(str(copy)).unet.dtype == torch.float32
    assert load(str(copy), torch.float16).unet.dtype == torch.float16


def test_incomplete_folders_are_named(copy):
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    state = load_file(weights)
    save_file({k: v for k, v in state.items() if k != "conv_out.weight"}, weights)
    with pytest.raises(UserError, match=r"conv_out\.weight"):
        load(str(copy))
    save_file({**state, "conv_out.weight": torch.ones(4, 3, 3, 3)}, weights)
    with pytest.raises(UserError, match="does not fit its configuration"):
        load(str(copy))
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(UserError, match="only pickles"):
        load(str(copy))
    save_file(state, weights)
    (copy / "tokenizer" / "tokenizer.json").unlink()
    with pytest.raises(UserError, match="no tokenizer"):
        load(str(copy))


def test_other_pipelines_are_refused(copy):
    index = json.loads((copy / "model_index.json").read_text())
    for kind in ("FluxPipeline", "StableDiffusion3Pipeline", "StableDiffusionControlNetPipeline"):
        (copy / "model_index.json").write_text(json.dumps({**index, "_class_name": kind}))
        with pytest.raises(UserError, match=kind):
            load(str(copy))


# --- single files ---------------------------------------------------------------------------------------------------


def test_a_single_file_that_lacks_a_part_names_it(tmp_path):
    path = write_checkpoint(tiny("sd1"), tmp_path / "a.safetensors", "single-file")[0]
    state, metadata = load_file(path), dict(read_header(path).metadata)
    left = {k: v for k, v in state.items() if not k.startswith("first_stage_model.decoder.")}
    save_file(left, tmp_path / "b.safetensors", metadata)
    with pytest.raises(UserError, match="first_stage_model"):
        load(str(tmp_path / "b.safetensors"))

"""Weight patches: put on, taken off to the bit, added, saved; low-rank layers equal to peft's."""

import pytest
import torch
from peft import LoraConfig, inject_adapter_in_model

from core.contract.errors import Cancelled, UserError
from core.models.schedule import Step
from core.weights.patch import FullDelta, LowRank, WeightPatch
from tests.snapshot import changes, snapshot
from tests.tiny import tiny

STEP = Step(0, 1, 500.0, 0.4, 0.6)


def drawn(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def low_rank(model, count=6, rank=2, alpha=3.0, seed=0):
    """Random low-rank changes of the first cross-attention keys and values."""
    deltas = {}
    for i, (path, layer) in enumerate(list(model.projections("cross", ("key", "value")))[:count]):
        outputs, inputs = layer.weight.shape
        deltas[path] = LowRank(drawn(rank, inputs, seed=seed + i), drawn(outputs, rank, seed=seed + i + 50), alpha)
    return WeightPatch(model.family.name, deltas)


def full(model, count=6, seed=0):
    deltas = {f"{path}.weight": FullDelta(0.1 * drawn(*layer.weight.shape, seed=seed + i))
              for i, (path, layer) in enumerate(list(model.projections("cross", ("key", "value")))[:count])}  # fmt: skip
    return WeightPatch(model.family.name, deltas, {"<thing-1>": tuple(drawn(2, t.width) for t in model.text)})


def predict(model, cond=None, rows=1):
    cond = model.encode_prompts(["a cat"] * rows) if cond is None else cond
    with torch.no_grad():
        return model.predict(STEP, drawn(1, 4, 8, 8, seed=9).repeat(rows, 1, 1, 1), cond)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("make", [low_rank, full])
@pytest.mark.parametrize("end", ["success", "error", "cancel"])
def test_restored_to_the_bit(end, make, dtype):
    model = tiny("sd1")
    for part in model.components.values():
        part.to(dtype)
    plain = predict(model)
    before, patch = snapshot(model), make(model)
    faults = {"error": RuntimeError, "cancel": Cancelled}

    def use():
        with patch.attach(model, 0.7):
            assert (predict(model) - plain).abs().max() > 1e-3
            if end in faults:
                raise faults[end]

    if end in faults:
        with pytest.raises(faults[end]):
            use()
    else:
        use()
    assert changes(before, snapshot(model)) == []
    assert torch.equal(predict(model), plain)


def test_low_rank_equals_a_peft_layer():
    model = tiny("sd1")
    patch = low_rank(model, count=2, rank=2, alpha=3.0)
    with patch.attach(model):
        ours = predict(model)
    config = LoraConfig(r=2, lora_alpha=3.0, target_modules=[p.removeprefix("unet.") for p in patch.deltas])
    inject_adapter_in_model(config, model.unet)
    for path, delta in patch.deltas.items():
        layer = model.module(path)
        layer.lora_A["default"].weight.data = delta.down.clone()
        layer.lora_B["default"].weight.data = delta.up.clone()
    assert torch.equal(ours, predict(model))


def test_low_rank_equals_its_full_change():
    model = tiny("sd1")
    patch = low_rank(model)
    same = WeightPatch(patch.base, {f"{path}.weight": FullDelta(d.full()) for path, d in patch.deltas.items()})
    with patch.attach(model, 0.5):
        low = predict(model)
    with same.attach(model, 0.5):
        assert (predict(model) - low).abs().max() < 1e-4


def test_gain_by_label():
    model = tiny("sd1")
    cond = model.encode_prompts(["a cat", "a cat", "a cat"], ["negative", "prompt/maps", "concept:cat"])
    plain = predict(model, cond, 3)
    with low_rank(model).attach(model) as gain:
        everywhere = predict(model, cond, 3)
        gain.value = {"prompt": 1.0}
        by_label = predict(model, cond, 3)
        gain.value = 0.0
        none = predict(model, cond, 3)
    assert torch.equal(none, plain)
    assert torch.allclose(by_label[[0, 2]], plain[[0, 2]], atol=1e-5)
    assert torch.allclose(by_label[1], everywhere[1], atol=1e-5)
    assert (everywhere[1] - plain[1]).abs().max() > 1e-3


@pytest.mark.parametrize("make", [low_rank, full])
def test_patches_add_up_and_scale(make):
    model = tiny("sd1")
    first, second = make(model, seed=0), make(model, seed=20)
    second = WeightPatch(second.base, second.deltas)  # the word only once
    with (first + second).attach(model):
        together = predict(model)
    with first.attach(model), second.attach(model):
        assert (predict(model) - together).abs().max() < 1e-4
    with first.scaled(0.5).attach(model):
        half = predict(model)
    with first.attach(model, 0.5):
        assert (predict(model) - half).abs().max() < 1e-5
    with pytest.raises(UserError, match="<thing-1>"):
        full(model) + full(model)


def test_another_family_is_refused_and_leaves_no_trace():
    model = tiny("sd1")
    before = snapshot(model)
    with pytest.raises(UserError, match="sdxl"), low_rank(tiny("sdxl")).attach(model):
        pass
    wrong = WeightPatch("sd1", {**full(model).deltas, "unet.conv_in.bias": FullDelta(torch.zeros(3))})
    with pytest.raises(UserError, match=r"unet\.conv_in\.bias"), wrong.attach(model):
        pass
    with pytest.raises(UserError, match=r"unet\.nowhere"), WeightPatch("sd1", {"unet.nowhere.weight": FullDelta(
        torch.zeros(1))}).attach(model):  # fmt: skip
        pass
    assert changes(before, snapshot(model)) == []


@pytest.mark.parametrize("make", [low_rank, full])
def test_saved_and_loaded(make, tmp_path):
    model = tiny("sdxl")
    patch = make(model)
    patch.save(tmp_path / "a.safetensors", {"how": "test", "seed": 3})
    WeightPatch.load(tmp_path / "a.safetensors").save(tmp_path / "b.safetensors", {"seed": 3, "how": "test"})
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    loaded = WeightPatch.load(tmp_path / "a.safetensors")
    with patch.attach(model):
        first = predict(model)
    with loaded.attach(model):
        assert torch.equal(predict(model), first)
    (tmp_path / "c.safetensors").write_bytes((tmp_path / "a.safetensors").read_bytes()[:-7])
    with pytest.raises(UserError, match=r"c\.safetensors"):
        WeightPatch.load(tmp_path / "c.safetensors")

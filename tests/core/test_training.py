"""The training loop, its losses, pictures and lent weights: exact values and exact ways back."""

import math
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import nn

from core.contract.errors import Cancelled, UserError
from core.engine.run import Run
from core.models.model import Model
from core.training.fit import Group, Settings, fit, rate_at
from core.training.losses import attention_map_loss, attention_share, loss_level, masked_noise_loss, noise_loss
from core.training.pictures import Frame, scene, shrunk, square_around
from core.training.prior import prior_pictures, shuffled
from core.training.state import SavedState
from core.training.trainable import (
    attention_paths,
    checkpointed,
    lowrank_deltas,
    trainable_lowrank,
    trainable_weights,
    trainable_words,
)
from core.weights.patch import WeightPatch
from tests.tiny import tiny


def start() -> nn.Parameter:
    return nn.Parameter(torch.tensor([1.0, -2.0, 3.0]))


def towards_noise(weight: nn.Parameter):
    """A loss that needs the step's own random numbers."""

    def loss(_step: int, generator: torch.Generator) -> dict[str, torch.Tensor]:
        return {
            "near": (weight - torch.randn(3, generator=generator)).square().sum(),
            "small": 0.1 * weight.square().sum(),
        }

    return loss


def state_of(model: Model) -> dict[str, torch.Tensor]:
    return {f"{c}.{n}": p.detach().clone() for c, m in model.components.items() for n, p in m.named_parameters()}


def same(before: dict[str, torch.Tensor], model: Model) -> bool:
    return all(torch.equal(before[f"{c}.{n}"], p) and not p.requires_grad and p.grad is None
               for c, m in model.components.items() for n, p in m.named_parameters())  # fmt: skip


# --- the loop -----------------------------------------------------------------------------------------------------


def test_first_update_is_adamw_with_clipping(make_run, tiny_sd1):
    weight, other = start(), nn.Parameter(torch.tensor([2.0]))
    seen = []

    def loss(step, _generator):
        seen.append(step)
        return {"a": 30 * weight.sum(), "b": 40 * other.sum()}

    fitted = fit([Group([weight], 0.1, decay=0.5), Group([other], 0.0)], loss, make_run(tiny_sd1), Settings(1))
    # Adam's first step is the sign of the gradient; decoupled decay is 1 - rate * decay before it.
    assert torch.allclose(weight.detach(), torch.tensor([1.0, -2.0, 3.0]) * 0.95 - 0.1, atol=1e-5)
    assert other.item() == 2.0
    assert seen == [0]
    assert fitted.losses["loss"] == pytest.approx(30 * 2 + 40 * 2)


def test_accumulation_averages_the_draws(make_run, tiny_sd1):
    grads = []
    for accumulate in (1, 4):
        weight = start()
        handle = weight.register_post_accumulate_grad_hook(lambda w: grads.append(w.grad.clone()))
        fit([Group([weight], 0.01)], lambda _s, _g, w=weight: {"x": w.square().sum()}, make_run(tiny_sd1),
            Settings(1, accumulate=accumulate, clip=0))  # fmt: skip
        handle.remove()
    assert torch.allclose(grads[0], grads[-1])


def test_rates_warm_up_and_fall():
    settings = Settings(10, warmup=4, fall="linear")
    assert [rate_at(s, settings) for s in range(4)] == [0.25, 0.5, 0.75, 1.0]
    assert rate_at(7, settings) == pytest.approx(0.5)
    assert rate_at(5, Settings(10, fall="cosine")) == pytest.approx((1 + math.cos(math.pi / 2)) / 2)
    assert rate_at(9, Settings(10)) == 1.0


def test_not_a_number_goes_back_with_half_the_rate(make_run, tiny_sd1):
    weight = start()
    run = make_run(tiny_sd1)
    failed = []

    def loss(step, _generator):
        if step == 3 and not failed:
            failed.append(weight.detach().clone())
            return {"x": weight.sum() * float("nan")}
        return {"x": weight.sum()}

    fitted = fit([Group([weight], 0.1, decay=0.0)], loss, run, Settings(5, keep_every=2))
    # Two good updates, the third forgotten with the way back, then steps 3 and 4 at half the rate.
    assert torch.allclose(weight.detach(), torch.tensor([1.0, -2.0, 3.0]) - 0.2 - 0.1, atol=1e-5)
    assert fitted.retreats == 1
    assert any("not a number" in text for text in run.listener.texts)


def test_lasting_not_a_number_is_said(make_run, tiny_sd1):
    weight = start()
    with pytest.raises(UserError, match="not finite at step 1"):
        fit([Group([weight], 0.1)], lambda _s, _g: {"x": weight.sum() * float("nan")}, make_run(tiny_sd1), Settings(5))
    assert torch.equal(weight.detach(), torch.tensor([1.0, -2.0, 3.0]))


def test_resumed_training_equals_an_unbroken_one_to_the_bit(make_run, tiny_sd1, tmp_path):
    settings = Settings(9, warmup=3)
    whole = start()
    fit([Group([whole], 0.05)], towards_noise(whole), make_run(tiny_sd1), settings)
    part = start()
    with pytest.raises(Cancelled):
        fit([Group([part], 0.05)], towards_noise(part), make_run(tiny_sd1, stop_after=5), settings,
            state=SavedState(tmp_path, {"a": 1}, 0.0))  # fmt: skip
    rest = start()
    state = SavedState(tmp_path, {"a": 1}, 1e9)
    assert state.label == "Training"
    fitted = fit([Group([rest], 0.05)], towards_noise(rest), make_run(tiny_sd1), settings, state=state)
    assert 0 < fitted.steps < 9
    assert torch.equal(rest, whole)
    assert SavedState(tmp_path, {"a": 2}).label == ""  # another recipe, another training


def test_damaged_state_starts_anew(tmp_path: Path):
    state = SavedState(tmp_path, {})
    state.write("x", 3, {"weight/0": torch.ones(2)})
    state.path.write_bytes(state.path.read_bytes()[:20])
    assert SavedState(tmp_path, {}).label == ""


def test_cancel_stops_before_the_next_step(make_run, tiny_sd1):
    weight, seen = start(), []

    def loss(step, _generator):
        seen.append(step)
        return {"x": weight.sum()}

    with pytest.raises(Cancelled):
        fit([Group([weight], 0.1)], loss, make_run(tiny_sd1, stop_after=2), Settings(50))
    assert seen == [0, 1]


# --- losses -------------------------------------------------------------------------------------------------------


def test_masked_loss_divides_by_everything_and_squares_soft_masks():
    output, target = torch.zeros(1, 4, 2, 2), torch.ones(1, 4, 2, 2)
    mask = torch.tensor([[[[1.0, 0.5], [0.0, 0.0]]]])
    assert masked_noise_loss(output, target, mask).item() == pytest.approx((1 + 0.25) / 4)
    assert masked_noise_loss(output, target, mask, "area").item() == pytest.approx(1.0)
    assert noise_loss(output, target).item() == 1.0


def test_attention_loss_by_hand():
    maps = torch.tensor([[[0.2, 0.4], [0.0, 0.1]], [[0.5, 0.5], [0.5, 0.5]]], requires_grad=True)
    masks = torch.tensor([[[1.0, 1.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]])
    first = ((1 - 0.5) ** 2 + 0 + 0 + 0.25**2) / 4
    second = 3 / 4
    one = attention_map_loss([maps], [masks])
    assert one.item() == pytest.approx(first + second)
    two = attention_map_loss([maps, maps[:1]], [masks, masks[:1]])  # subsets of unequal size in one batch
    assert two.item() == pytest.approx((first + second + first) / 2)
    one.backward()
    assert maps.grad[0, 0, 1] != 0  # through the maximum too
    assert attention_share(maps.detach()[:1], masks[:1]).item() == pytest.approx(0.6 / 0.7)


@pytest.mark.parametrize(("kind", "side", "level"), [("sd1", 64, 2), ("sd2v", 96, 2), ("sdxl", 128, 2)])
def test_loss_reads_the_latents_quarter(kind, side, level):
    assert loss_level(tiny(kind).unet, side) == level


# --- pictures -----------------------------------------------------------------------------------------------------


def test_frame_holds_all_masks():
    inside = torch.zeros(1, 1, 40, 100)
    inside[..., 5:20, 70:95] = 1
    frame = square_around((100, 40), inside > 0)
    assert frame == Frame(60, 0, 40)  # as near to the things' middle as the picture allows
    assert frame.cut(inside, 40).sum() == inside.sum()
    inside[..., 5:20, 0:5] = 1
    wide = square_around((100, 40), inside > 0)
    assert wide == Frame(0, -30, 100)
    cut = wide.cut(inside, 50)
    assert cut.shape == (1, 1, 50, 50)
    assert cut[..., :15, :].sum() == 0  # the bar
    assert cut.sum() * 4 == pytest.approx(inside.sum().item(), rel=0.01)


def test_thin_masks_do_not_vanish():
    masks = torch.zeros(2, 1, 64, 64)
    masks[0, :, 33, :] = 1  # between the sampled rows 0, 8, 16 ...
    masks[1, :, 8:16, 8:16] = 1
    small = shrunk(masks, 8)
    assert small[0, 4].tolist() == [1.0] * 8
    assert small[0].sum() == 8
    assert small[1].sum() == 1
    assert small[1, 1, 1] == 1
    with pytest.raises(UserError, match="Mask number 1 is empty"):
        shrunk(torch.zeros(1, 1, 64, 64), 8)


def test_mirrored_side_is_the_mirror_of_picture_and_masks(tiny_sd1):
    picture = Image.new("RGB", (64, 64), "white")
    picture.paste((255, 0, 0), (0, 0, 20, 64))
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., :, :17] = 1
    made = scene(tiny_sd1, picture, [mask], 2)
    assert made.plain.small.shape == (1, 8, 8)
    assert made.plain.grid.shape == (1, 2, 2)
    # floor(i * scale) on the mirrored full-size mask, not the mirror of the small one
    assert made.plain.small[0, 0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0]
    assert made.mirrored.small[0, 0].tolist() == [0, 0, 0, 0, 0, 0, 1, 1]
    assert not torch.equal(made.plain.latents.mean, made.mirrored.latents.mean)
    with pytest.raises(UserError, match="only 7 x 7"):
        scene(tiny_sd1, picture.resize((7, 7)), [mask[..., :7, :7]], 2)


def test_shuffled_goes_through_all_without_replacement():
    row = list(shuffled(5, 1, 0, 15))
    assert [sorted(row[i : i + 5]) for i in (0, 5, 10)] == [[0, 1, 2, 3, 4]] * 3
    assert row[:5] != row[5:10] or row[5:10] != row[10:]
    assert list(shuffled(5, 1, 7, 4)) == row[7:11]


def test_prior_pictures_are_made_once(make_run, tiny_sd1):
    run = make_run(tiny_sd1)
    first = prior_pictures(tiny_sd1, run, ("a photo at the beach", "a cat"), 3, 2)
    assert [p for p, _ in first] == ["a photo at the beach", "a cat", "a photo at the beach"]
    assert len({ref for _, ref in first}) == 3
    items = run.listener.items
    assert prior_pictures(tiny_sd1, run, ("a photo at the beach", "a cat"), 3, 2) == first
    assert run.listener.items == items  # nothing was sampled
    assert prior_pictures(tiny_sd1, run, ("a photo at the beach", "a cat"), 4, 2)[:3] == first


# --- lent weights -------------------------------------------------------------------------------------------------


def test_whole_weights_become_a_patch_and_come_back(any_tiny):
    before = state_of(any_tiny)
    pointers = [p.data_ptr() for p in any_tiny.unet.parameters()]
    with trainable_weights(any_tiny, lambda path: path.startswith(("unet.", "text"))) as full:
        assert not full.deltas()
        with torch.no_grad():
            for path in ("unet.conv_in.weight", "unet.conv_in.bias"):
                full.parameters[path].add_(0.25)
        changed = full.deltas()
        trained = full.parameters["unet.conv_in.weight"].detach().clone()
    assert set(changed) == {"unet.conv_in.weight", "unet.conv_in.bias"}
    assert same(before, any_tiny)
    assert [p.data_ptr() for p in any_tiny.unet.parameters()] == pointers
    with WeightPatch(any_tiny.family.name, changed).attach(any_tiny):
        assert torch.allclose(any_tiny.unet.conv_in.weight, trained, atol=1e-6)


def test_lowrank_layers_train_and_become_the_same_patch(any_tiny):
    before = state_of(any_tiny)
    paths = attention_paths(any_tiny)
    assert {p.split(".")[0] for p in paths} == {c for c in any_tiny.components if c != "vae"}
    with torch.no_grad():
        plain = any_tiny.encode_prompts(["a cat"]).features
        with trainable_lowrank(any_tiny, paths, 2, generator=torch.Generator().manual_seed(0)) as layers:
            assert all(
                w.requires_grad and w.dtype == torch.float32 for low in layers.values() for w in low.parameters()
            )
            for low in layers.values():
                low.up.data.normal_(generator=torch.Generator().manual_seed(1))
            any_tiny.forget_prompts()
            trained = any_tiny.encode_prompts(["a cat"]).features
            deltas = lowrank_deltas(layers)
        assert torch.equal(any_tiny.encode_prompts(["a cat"]).features, plain)
        assert not torch.equal(trained, plain)
        with WeightPatch(any_tiny.family.name, deltas).attach(any_tiny):
            any_tiny.forget_prompts()
            assert torch.equal(any_tiny.encode_prompts(["a cat"]).features, trained)
        any_tiny.forget_prompts()
    assert same(before, any_tiny)


def test_words_are_lent_and_taken_back(any_tiny):
    start = tuple(e.vectors_of("cat") for e in any_tiny.text)
    with trainable_words(any_tiny, {"<A-1>": start, "<b-1>": start}) as words:
        features = any_tiny.encode_prompts(["a photo of <a-1>"]).features
        features.sum().backward()
        assert all(v.grad.abs().sum() > 0 for v in words["<a-1>"])
        assert all(v.grad is not None and v.grad.abs().sum() == 0 for v in words["<b-1>"])  # moves by momentum only
        with pytest.raises(UserError, match="already in use"), trainable_words(any_tiny, {"<A-1>": start}):
            pass
    assert any_tiny.words == {}


def test_checkpointing_is_left_as_it_was(tiny_sd1):
    before = [sorted(m.__dict__) for m in tiny_sd1.unet.modules()]
    with checkpointed(tiny_sd1, True):
        assert tiny_sd1.unet.is_gradient_checkpointing
    assert not tiny_sd1.unet.is_gradient_checkpointing
    assert [sorted(m.__dict__) for m in tiny_sd1.unet.modules()] == before


def test_curves_carry_every_part(make_run, tiny_sd1):
    run: Run = make_run(tiny_sd1)
    weight = start()
    fit([Group([weight], 0.1)], towards_noise(weight), run, Settings(4))
    assert len([c for c in run.listener.curves if {"near", "small", "loss", "step"} <= set(c)]) == 4

"""Plans: measured estimates, the plan that fits, and a model that is as it was afterwards."""

import json
from pathlib import Path

import pytest
import torch
from diffusers.models.attention_processor import AttnProcessor, AttnProcessor2_0, SlicedAttnProcessor

from core.engine.plan import (
    Measure,
    Plan,
    Work,
    _continued,
    apply,
    choose,
    estimate,
    free_memory,
    offloaded,
    smaller,
)
from core.engine.probe import Measurements, _Living
from core.hooks.attention import Sites, find_sites
from core.hooks.hook import Hook, hooked
from core.models.model import Model
from core.models.schedule import Step

STEP = Step(0, 1, 500.0, 0.5, 0.6)


def predict(model: Model) -> torch.Tensor:
    x = torch.randn(model.latent_shape(model.size, model.size), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return model.predict(STEP, x, model.encode_prompts(["a cat"]))


def processors(model: Model) -> list[int]:
    return [id(layer.processor) for _, layer in find_sites(model.unet)]


class Fixed(Measurements):
    """Bytes by setting, instead of measuring: `network` by slicing, `decode` by tiling."""

    def __init__(self, network: dict[str, int], decode: dict[str, int]) -> None:
        self._network, self._decode = network, decode

    def network(self, model, height, width, rows, setting=""):
        return Measure(2.0, self._network["s" if "s" in setting else ""])

    def decode(self, model, height, width, setting=""):
        return Measure(1.0, self._decode["t" if "t" in setting else ""])

    def faster_in_bf16(self, model):
        return True


def test_sliced_gives_the_same_and_puts_the_processors_back(any_tiny: Model) -> None:
    before, plain = processors(any_tiny), predict(any_tiny)
    own = AttnProcessor()  # somebody else's processor stays where it is
    layer = find_sites(any_tiny.unet)[0][1]
    with apply(Plan(sliced=True, tiled=True), any_tiny):
        kinds = {type(found.processor) for _, found in find_sites(any_tiny.unet)}
        assert kinds == {SlicedAttnProcessor}
        assert (predict(any_tiny) - plain).abs().max() < 1e-4
        assert any_tiny.vae.use_tiling
        assert any_tiny.vae.use_slicing
    assert processors(any_tiny) == before
    assert not any_tiny.vae.use_tiling
    assert not any_tiny.vae.use_slicing
    assert torch.equal(predict(any_tiny), plain)
    layer.processor = own
    with apply(Plan(sliced=True), any_tiny):
        assert layer.processor is own
    assert layer.processor is own


def test_put_back_after_an_error_and_under_hooks(tiny_sd1: Model) -> None:
    before = processors(tiny_sd1)

    class Watch(Hook):
        sites = Sites.all()

    def failing() -> None:
        with apply(Plan(sliced=True), tiny_sd1), hooked(tiny_sd1, [Watch()]) as denoiser:
            cond = tiny_sd1.encode_prompts(["a"])
            denoiser.predict(STEP, torch.zeros(tiny_sd1.latent_shape(64, 64)), cond)
            raise KeyError("x")

    with pytest.raises(KeyError):
        failing()
    assert processors(tiny_sd1) == before
    assert all(type(layer.processor) is AttnProcessor2_0 for _, layer in find_sites(tiny_sd1.unet))
    with hooked(tiny_sd1, []), pytest.raises(RuntimeError, match="before the model is hooked"), apply(Plan(), tiny_sd1):
        pass


def test_tiled_decoding_needs_less_memory(tiny_sd1: Model, tmp_path: Path) -> None:
    known = Measurements(tmp_path)
    work = Work(64, 64, calls=1)
    tiny_sd1.vae.tile_latent_min_size = 4
    tiny_sd1.vae.tile_sample_min_size = 32
    plain = known.decode(tiny_sd1, 64, 64)
    with apply(Plan(tiled=True), tiny_sd1):
        tiled = known.decode(tiny_sd1, 64, 64, "t")
    assert tiled.bytes < plain.bytes
    assert estimate(work, tiny_sd1, Plan(), known).working >= plain.bytes


def test_measurements_are_made_once_and_survive_damage(tiny_sd1: Model, tmp_path: Path, caplog) -> None:
    work = Work(64, 64, calls=10, decodes=2)
    first = Measurements(tmp_path)
    found = estimate(work, tiny_sd1, Plan(), first)
    assert first.made == 2
    assert found.working > 0
    assert found.bytes > found.working
    assert "of memory" in found.text
    second = Measurements(tmp_path)
    assert estimate(work, tiny_sd1, Plan(), second) == found
    assert second.made == 0
    entries = json.loads(second.path.read_text())
    times = sorted(seconds for seconds, _ in entries.values())
    assert found.seconds == pytest.approx(10 * times[1] + 2 * times[0]) or found.seconds == pytest.approx(
        10 * times[0] + 2 * times[1]
    )
    second.path.write_text('{"half": ')
    third = Measurements(tmp_path)
    assert "made again" in caplog.text
    estimate(work, tiny_sd1, Plan(), third)
    assert third.made == 2
    assert Measurements(tmp_path)._known
    assert type(third.faster_in_bf16(tiny_sd1)) is bool
    assert tiny_sd1.unet.dtype == torch.float32


def test_more_rows_need_more_memory(tiny_sd1: Model, tmp_path: Path) -> None:
    known = Measurements(tmp_path)
    one, four = (known.network(tiny_sd1, 64, 64, rows) for rows in (1, 4))
    assert 3 < four.bytes / one.bytes < 5


def test_living_counts_what_is_alive_at_once() -> None:
    x = torch.zeros(1000)
    with torch.no_grad(), _Living() as living:
        y = x + 1
        y.add_(1)
        z = (y + 1).view(10, 100) * 2
        del y
    assert living.most == 3 * 4000
    assert living.now == 4000
    del z
    assert living.now == 0


def test_the_plan_that_fits(tiny_sd1: Model) -> None:
    work = Work(64, 64, calls=1)
    known = Fixed({"": 100, "s": 60}, {"": 500, "t": 50})
    assert choose(work, tiny_sd1, Plan(), known, changeable=False, free=1000) == Plan()
    assert choose(work, tiny_sd1, Plan(), known, free=1000) == Plan(dtype="bfloat16")
    assert choose(work, tiny_sd1, Plan(), known, False, free=200) == Plan(tiled=True)
    assert choose(work, tiny_sd1, Plan(), known, False, free=70) == Plan(tiled=True, sliced=True)
    assert choose(work, tiny_sd1, Plan(), known, False, free=1) == Plan(tiled=True, sliced=True)


def test_a_step_that_saves_nothing_is_left_out(tiny_sd1: Model) -> None:
    work = Work(64, 64, calls=1)
    known = Fixed({"": 100, "s": 300}, {"": 50, "t": 40})
    assert choose(work, tiny_sd1, Plan(), known, False, free=10) == Plan()
    known = Fixed({"": 100, "s": 60}, {"": 50, "t": 40})
    assert choose(work, tiny_sd1, Plan(), known, False, free=70) == Plan(sliced=True)
    known = Fixed({"": 100, "s": 60}, {"": 100, "t": 40})  # neither helps alone
    assert choose(work, tiny_sd1, Plan(), known, False, free=70) == Plan(tiled=True, sliced=True)


def test_smaller_ends() -> None:
    plan, seen = Plan(device="cuda"), []
    while plan is not None:
        seen.append((plan.tiled, plan.sliced, plan.offload))
        plan = smaller(plan)
    assert seen == [(False,) * 3, (True, False, False), (True, True, False), (True,) * 3]
    assert smaller(Plan(tiled=True, sliced=True)) is None
    assert free_memory() > 0


def test_larger_than_native_is_continued_not_tried(tiny_sd1: Model, tmp_path: Path) -> None:
    assert _continued((4, 16, 32), 4.0, 16.0) == 32.0  # linear
    assert _continued((4, 16, 32), 16.0, 256.0) == 1024.0  # square
    known = Measurements(tmp_path)
    huge = estimate(Work(64_000, 64_000, calls=1), tiny_sd1, Plan(), known)
    assert known.made == 4
    assert huge.bytes > 1e9


def test_offloading_brings_each_part_and_lets_go(tiny_sd1: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an accelerator: who is sent where, in what order, and that nothing stays attached."""
    moves: list[tuple[str, str]] = []
    for name, part in tiny_sd1.components.items():
        monkeypatch.setattr(part, "to", lambda device, name=name: moves.append((name, str(device))))
    plain = predict(tiny_sd1)
    with offloaded(tiny_sd1, torch.device("cpu:0")):
        tiny_sd1.forget_prompts()
        moves.clear()
        assert torch.equal(predict(tiny_sd1), plain)
        brought = [name for name, device in moves if device == "cpu:0"]
        assert brought == ["text", "unet"]
        moves.clear()
        tiny_sd1.decode(torch.zeros(tiny_sd1.latent_shape(64, 64)))
        assert {name for name, device in moves if device == "cpu:0"} == {"vae"}
    for part in tiny_sd1.components.values():
        assert not any(m._forward_pre_hooks for m in part.modules())

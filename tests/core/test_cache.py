"""The model cache: how many stay, and what happens to a model that comes back changed."""

import pytest
import torch

from core.models.cache import ModelCache
from core.models.model import Model
from core.training.trainable import trainable_weights
from tests.tiny import tiny


class Shelf:
    """Counts loads; every load gives a fresh tiny model."""

    def __init__(self) -> None:
        self.loaded: list[tuple[str, torch.dtype, str]] = []

    def __call__(self, ref: str, dtype: torch.dtype, device: str) -> Model:
        self.loaded.append((ref, dtype, device))
        return tiny("sd1")

    @property
    def names(self) -> list[str]:
        return [ref for ref, _, _ in self.loaded]


def use(cache: ModelCache, ref: str, **how) -> Model:
    with cache.lend(ref, **how) as model:
        return model


def test_keeps_the_most_recent() -> None:
    shelf = Shelf()
    cache = ModelCache(2, shelf)
    for ref in ("a", "b", "a", "c", "a", "b"):
        use(cache, ref)
    assert shelf.names == ["a", "b", "c", "b"]


def test_the_same_object_inside_and_another_per_dtype() -> None:
    shelf = Shelf()
    cache = ModelCache(2, shelf)
    with cache.lend("a") as outer, cache.lend("a") as inner:
        assert inner is outer
    with cache.lend("a", dtype=torch.bfloat16) as other:
        assert other is not outer
    assert [dtype for _, dtype, _ in shelf.loaded] == [torch.float32, torch.bfloat16]


def test_a_lent_model_is_never_dropped() -> None:
    shelf = Shelf()
    cache = ModelCache(1, shelf)
    with cache.lend("a") as first:
        use(cache, "b")
        cache.drop()
        with cache.lend("a") as again:
            assert again is first
    use(cache, "a")
    assert shelf.names == ["a", "b"]
    cache.drop("a")
    assert "a" not in cache


def hook(model: Model) -> None:
    model.unet.conv_in.register_forward_hook(lambda *_: None)


def flag(model: Model) -> None:
    model.hooked = True


def swapped(model: Model) -> None:
    model.unet.conv_in.weight.data = model.unet.conv_in.weight.data.clone()


def written(model: Model) -> None:
    with torch.no_grad():
        model.unet.conv_in.weight.mul_(2)


def processor(model: Model) -> None:
    model.unet.set_attention_slice(1)


def learning(model: Model) -> None:
    model.unet.requires_grad_(True)


@pytest.mark.parametrize("change", [hook, flag, swapped, written, processor, learning])
def test_a_changed_model_is_loaded_anew(change, caplog: pytest.LogCaptureFixture) -> None:
    shelf = Shelf()
    cache = ModelCache(2, shelf)
    with cache.lend("a") as model:
        change(model)
    assert "came back changed" in caplog.text
    use(cache, "a")
    assert shelf.names == ["a", "a"]


def test_a_training_of_whole_weights_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    """The optimiser writes into copies; the count of writes goes back with the tensors, or a model of gigabytes reloads."""
    shelf = Shelf()
    cache = ModelCache(1, shelf)
    with cache.lend("a") as model:
        before = model.unet.conv_in.weight.detach().clone()
        with trainable_weights(model, lambda path: path.startswith("unet.conv_in")) as lent:
            parameters = list(lent.parameters.values())
            optimizer = torch.optim.AdamW(parameters, lr=0.1)
            sum(p.square().sum() for p in parameters).backward()
            optimizer.step()
            assert lent.deltas()
        assert torch.equal(model.unet.conv_in.weight, before)
    assert "came back changed" not in caplog.text
    assert use(cache, "a") is model
    with cache.lend("a") as again, torch.no_grad():
        again.unet.conv_in.weight.mul_(2)  # a real change is still seen
    assert "came back changed" in caplog.text


def test_a_used_model_is_kept() -> None:
    shelf = Shelf()
    cache = ModelCache(1, shelf)

    def failing() -> None:
        with cache.lend("a") as model:
            with torch.no_grad():
                model.encode_prompts(["a cat"])
            assert model._prompts
            raise KeyError("x")

    with pytest.raises(KeyError):
        failing()
    with cache.lend("a") as model:
        assert not model._prompts
    assert shelf.names == ["a"]

"""UCE: against the spec's equations in their naive form, and what it does to models."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from core.contract.errors import UserError
from core.engine.run import Run
from core.hooks.hook import hooked
from core.models.model import Model
from core.sampling.solvers import Solver
from core.weights.patch import FullDelta, WeightPatch
from erasure.weights.phrases import NOTHING, cross_weights, kept_rows, nearest_words, paired_rows, read_phrase
from erasure.weights.rece_bench import difference, naive
from erasure.weights.uce import UceEdit, UceParams, default_keep_weight, uce

MakeRun = Callable[..., Run]


def erased(model: Model, make_run: MakeRun, **params: Any) -> tuple[WeightPatch, dict[str, float], str]:
    run = make_run(model)
    outcome = uce(UceParams(**params), run)
    assert outcome.patch is not None
    return run.patch(outcome.patch), dict(outcome.numbers), outcome.note


def changes(patch: WeightPatch) -> dict[str, Tensor]:
    return {name: d.change for name, d in patch.deltas.items() if isinstance(d, FullDelta)}


def by_hand(model: Model, pairs: list[tuple[str, str]], keep: list[str], span: bool, ridge: float, weight: float,
            tensor: bool = False) -> dict[str, Tensor]:  # fmt: skip
    """The spec's step 0 and 1, token by token, with one inverse per matrix, fp64."""

    def states(text: str) -> tuple[Tensor, int]:
        features, _ = model.encode_tokens(text or " ", 1)
        return features[0].double(), len(model.text[0].vocabulary.tokenize(text or " ").places)

    found = {}
    for name, matrix in cross_weights(model).items():
        w = matrix.double()
        a, b = ridge * w, ridge * torch.eye(w.shape[1], dtype=torch.float64)
        for old_text, new_text in pairs:
            (old, f_old), (new, f_new) = states(old_text), states(new_text)
            f = max(f_old, f_new)
            contexts = old[f_old : 77 - (f - f_old)] if span else old[f_old : f_old + 1]
            values = (new[f_new : 77 - (f - f_new)] if span else new[f_new : f_new + 1]) @ w.T
            if tensor:
                u = contexts @ w.T / torch.linalg.matrix_norm(contexts @ w.T)
                values = values - (u * values).sum() * u
            for c, v in zip(contexts, values, strict=True):
                a, b = a + torch.outer(v, c), b + torch.outer(c, c)
        for text in keep:
            rows, last = states(text)
            for k in rows if span else rows[last : last + 1]:
                a, b = a + weight * torch.outer(w @ k, k), b + weight * torch.outer(k, k)
        found[name] = a @ torch.linalg.inv(b) - w
    return found


@pytest.mark.parametrize("technique", ["replace", "tensor"])
def test_span_form_equals_the_equations(any_tiny: Model, make_run: MakeRun, technique: str) -> None:
    patch, numbers, _ = erased(any_tiny, make_run, erase=["hot dog", "cat"], instead=["", "a red car"], keep=["tree", "sun"],
                               technique=technique)  # fmt: skip
    exact = by_hand(any_tiny, [("hot dog", ""), ("cat", "a red car")], ["", "tree", "sun"], True, 0.5, 0.333,
                    technique == "tensor")  # fmt: skip
    assert numbers["keep_weight"] == 0.333
    assert set(patch.deltas) == set(exact)
    assert difference(changes(patch), exact) < 1e-5


def test_last_token_form_equals_the_equations(any_tiny: Model, make_run: MakeRun) -> None:
    patch, _, _ = erased(any_tiny, make_run, erase=["hot dog"], keep=["tree"], form="last token", caution=0.3)
    assert difference(changes(patch), by_hand(any_tiny, [("hot dog", "")], ["tree"], False, 0.3, 1.0)) < 1e-5


def test_rows_of_a_concept(tiny_sd1: Model) -> None:
    nothing, word, phrase = (read_phrase(tiny_sd1, t) for t in (NOTHING, "dog", "a very big dog"))
    assert nothing.last == 0
    assert phrase.last > word.last
    old, new = paired_rows(word, nothing, "span")
    assert torch.equal(old, word.features[word.last :])
    assert torch.equal(new, nothing.features[: 77 - word.last])  # paired with the start token of the empty prompt
    old, new = paired_rows(word, phrase, "span")
    assert torch.equal(old, word.features[word.last : 77 - (phrase.last - word.last)])
    assert torch.equal(new, phrase.features[phrase.last :])
    assert torch.equal(paired_rows(phrase, word, "last token")[0], phrase.features[phrase.last][None])
    assert kept_rows(word, "span").shape[0] == 77
    assert kept_rows(word, "last token").shape[0] == 1


def test_the_empty_substitute_is_not_zeros_on_sdxl() -> None:
    from tests.tiny import tiny

    assert read_phrase(tiny("sdxl"), "").features[0].abs().max() > 0


def test_default_keep_weight() -> None:
    assert [default_keep_weight("span", n) for n in (1, 3, 4, 50)] == [1.0, 0.333, 0.25, 0.1]
    assert default_keep_weight("last token", 50) == 1.0


def test_strength_zero_changes_nothing(tiny_sd1: Model, make_run: MakeRun) -> None:
    for technique in ("replace", "tensor"):
        patch, numbers, _ = erased(tiny_sd1, make_run, erase=["dog"], strength=0.0, technique=technique)
        assert not any(delta.any() for delta in changes(patch).values())
        assert numbers["erased_moved"] == pytest.approx(0, abs=1e-6)


def test_model_is_restored_to_the_bit(any_tiny: Model, make_run: MakeRun) -> None:
    before = {n: p.clone() for n, p in any_tiny.unet.named_parameters()}
    patch, _, _ = erased(any_tiny, make_run, erase=["dog"])
    with patch.attach(any_tiny):
        assert any(not torch.equal(p, before[n]) for n, p in any_tiny.unet.named_parameters())
        assert {n for n, p in any_tiny.unet.named_parameters() if not torch.equal(p, before[n])} <= {
            n.removeprefix("unet.") for n in patch.deltas
        }
    assert all(torch.equal(p, before[n]) for n, p in any_tiny.unet.named_parameters())


def test_expanded_prompts_and_style_default(tiny_sd1: Model, make_run: MakeRun) -> None:
    patch, _, note = erased(tiny_sd1, make_run, erase=["sketch"], concept="style", expand=True)
    texts = ["sketch", *(t.format("sketch") for t in ("painting by {}", "art by {}", "artwork by {}", "picture by {}",
                                                       "style of {}"))]  # fmt: skip
    exact = by_hand(tiny_sd1, [(t, "art") for t in texts], [""], True, 0.5, 1.0)
    assert difference(changes(patch), exact) < 1e-5
    assert "sketch → art" in note


def test_request_of_the_bench_is_the_same_edit(tiny_sd1: Model, make_run: MakeRun) -> None:
    """The naive form that the benchmark runs is the one the method is tested against."""
    from erasure.weights.rece import ReceEdit

    words = [read_phrase(tiny_sd1, t) for t in ("dog", NOTHING)]
    edit = UceEdit(((words[0], words[1]),), (words[1],), "span", 1.0, 0.5, 1.0)
    found = naive(cross_weights(tiny_sd1), ReceEdit(edit, edit.pairs, edit.kept, 0, 0.1, 0.1, 0.1), torch.float64)
    assert difference(found, by_hand(tiny_sd1, [("dog", "")], [""], True, 0.5, 1.0)) < 1e-10


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"erase": []}, "nothing to erase"),
        ({"erase": ["  "]}, "nothing to erase"),
        ({"erase": ["dog", " "]}, "no letters"),
        ({"erase": ["dog", "cat", "sun"], "instead": ["a", "b"]}, "2 words for 3"),
        ({"erase": ["dog"], "instead": ["Dog "]}, "stand in for itself"),
        ({"erase": ["dog", "DOG"]}, "stands twice"),
        ({"erase": ["dog"], "keep": [""]}, "'keep'"),
    ],
)
def test_bad_input_is_named(tiny_sd1: Model, make_run: MakeRun, params: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        uce(UceParams(**params), make_run(tiny_sd1))


def test_tokens_without_meaning_are_named(tiny_sd1: Model, make_run: MakeRun) -> None:
    """CLIP's unknown token is its end token; what becomes one cannot be erased."""
    with pytest.raises(UserError, match="does not know"):
        uce(UceParams(erase=["<|endoftext|>"]), make_run(tiny_sd1))


def test_an_erased_word_is_not_kept(tiny_sd1: Model, make_run: MakeRun) -> None:
    patch, _, note = erased(tiny_sd1, make_run, erase=["dog"], keep=["DOG", "cat"])
    assert "'DOG' is to be erased, so it is not kept." in note
    exact, _, _ = erased(tiny_sd1, make_run, erase=["dog"], keep=["cat"])
    assert all(torch.equal(changes(patch)[n], d) for n, d in changes(exact).items())


def test_a_long_phrase_is_cut_and_said(tiny_sd1: Model, make_run: MakeRun) -> None:
    _, _, note = erased(tiny_sd1, make_run, erase=["dog and cat " * 40])
    assert "longer than the text encoder reads" in note


def test_neighbours_are_other_words(pocket: Model) -> None:
    found = [p.text for p in nearest_words(pocket, read_phrase(pocket, "dog"), 5, ["dog"])]
    assert len(found) == len(set(found)) == 5
    assert not any(word.startswith("dog") or "dog".startswith(word) for word in found)


def test_the_file_says_how_it_was_made(tiny_sd1: Model, make_run: MakeRun) -> None:
    run = make_run(tiny_sd1, seed=3)
    outcome = uce(UceParams(erase=["dog"], keep=["cat"]), run)
    _, about = WeightPatch.read(run.assets.path(outcome.patch or ""))
    assert about["method"] == "erasure.uce"
    assert UceParams(**about["params"]).erase == ("dog",)
    assert about["identity"] == tiny_sd1.identity
    assert about["kept"] == ["cat"]
    assert set(about["layers"]) == set(cross_weights(tiny_sd1))


def noise_of(model: Model, text: str) -> Tensor:
    """Noise predicted for "a picture of …" half-way down, all the same latent."""
    step = Solver(model.schedule, "ddim", 10).steps[4]
    x = torch.randn(model.latent_shape(model.size, model.size), generator=torch.Generator().manual_seed(5))
    with torch.no_grad(), hooked(model, []) as denoiser:
        return denoiser.predict(step, x, model.encode_prompts([text]))


def test_effect_on_the_embedded_model(pocket: Model, make_run: MakeRun) -> None:
    patch, numbers, _ = erased(
        pocket, make_run, erase=["red"], instead=["blue"], keep=["green", "yellow", "dog", "cat"]
    )
    goal, before = noise_of(pocket, "blue"), noise_of(pocket, "red")
    kept = {word: noise_of(pocket, word) for word in ("green", "dog")}
    with patch.attach(pocket):
        after = noise_of(pocket, "red")
        moved = {word: float((noise_of(pocket, word) - old).norm()) for word, old in kept.items()}
    distance = float((before - goal).norm())
    assert distance > 0
    assert float((after - goal).norm()) < 0.5 * distance  # doing nothing leaves all of it
    assert all(change < 0.35 * distance for change in moved.values())
    assert numbers["erased_moved"] > 0.5
    assert numbers["kept_moved"] < 0.1


def test_strips_show_before_and_after(tiny_sd1: Model, make_run: MakeRun) -> None:
    run = make_run(tiny_sd1)
    outcome = uce(UceParams(erase=["dog"], keep=["cat"], samples=2), run)
    assert len(outcome.images) == 2
    assert run.picture(outcome.images[0]).size == (128, 128)

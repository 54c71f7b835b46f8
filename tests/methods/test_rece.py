"""RECE: against the spec's equations in their naive form, and what it does to models."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor

from core.contract.assets import AssetStore
from core.contract.errors import Cancelled, UserError
from core.engine.run import Run
from core.models.model import Model
from core.weights.patch import WeightPatch
from erasure.weights.phrases import Concept, cross_weights, read_request
from erasure.weights.rece import REGULARISATION, ROUNDS, ReceEdit, ReceParams, Sums, rece
from erasure.weights.rece_bench import difference, example, fast, naive, random_phrases
from tests.methods.test_uce import changes, noise_of
from tests.tiny import tiny

MakeRun = Callable[..., Run]


def erased(model: Model, make_run: MakeRun, **params: Any) -> tuple[WeightPatch, dict[str, float], str]:
    run = make_run(model)
    outcome = rece(ReceParams(**params), run)
    assert outcome.patch is not None
    return run.patch(outcome.patch), dict(outcome.numbers), outcome.note


def edit_of(model: Model, **params: Any) -> ReceEdit:
    given = ReceParams(**params)
    return ReceEdit.of(model, read_request(model, given.erase, given.instead, given.keep, given.concept), given)


@pytest.mark.parametrize("concept", ["object", "style", "unsafe"])
def test_equals_the_equations(any_tiny: Model, make_run: MakeRun, concept: Concept) -> None:
    """One UCE edit and the preset's rounds, two words in one system, against an inverse per matrix."""
    params = {"erase": ["hot dog", "cat"], "keep": ["tree", "sun"], "concept": concept, "regularisation": 0.1}
    patch, numbers, _ = erased(any_tiny, make_run, **params)
    assert numbers["rounds"] == ROUNDS[concept]
    exact = naive(cross_weights(any_tiny), edit_of(any_tiny, **params), torch.float64)
    assert set(patch.deltas) == set(exact)
    assert difference(changes(patch), exact) < 1e-4


def test_equals_the_equations_in_fp64() -> None:
    """The algebra itself, without the rounding of fp32 products."""
    draw = torch.Generator().manual_seed(2)
    weights = {
        str(i): torch.randn(out, 768, generator=draw, dtype=torch.float64) / 28 for i, out in enumerate((400, 500))
    }
    edit = example(random_phrases(), rounds=2)
    assert difference(fast(weights, edit), naive(weights, edit, torch.float64)) < 1e-6


def test_presets(tiny_sd1: Model) -> None:
    style, unsafe = (edit_of(tiny_sd1, erase=["dog", "cat"], concept=c) for c in ("style", "unsafe"))
    assert (style.rounds, style.regularisation) == (1, 1e-3)
    assert (unsafe.rounds, unsafe.regularisation) == (3, 0.1)
    assert style.words[0][1].text == "art"
    assert [k.ids for k in unsafe.kept] == [(), ()]  # the empty prompt once per word
    assert [k.ids for k in style.kept] == [()]
    assert set(ROUNDS) == set(REGULARISATION) == {"object", "style", "unsafe"}


def test_no_rounds_is_uce(tiny_sd1: Model, make_run: MakeRun) -> None:
    from tests.methods.test_uce import erased as uce_erased

    alone, _, _ = erased(tiny_sd1, make_run, erase=["dog"], keep=["cat"], rounds=0)
    plain, _, _ = uce_erased(tiny_sd1, make_run, erase=["dog"], keep=["cat"])
    assert all(torch.equal(d, changes(plain)[n]) for n, d in changes(alone).items())


def test_derived_features_bring_the_word_back(tiny_sd1: Model) -> None:
    """What a round is for: after UCE the derived features still give the original keys and values; after it, less."""
    edit = edit_of(tiny_sd1, erase=["dog"], keep=["cat"])
    weights = cross_weights(tiny_sd1)
    sums = Sums.of(weights)
    first, _ = edit.uce.factor()
    derived, (word, _) = edit.derived(sums, first)[0], edit.words[0]
    miss = plain = whole = 0.0
    for weight in weights.values():
        exact = weight.double()
        edited, had = exact @ first.full(), word.features.double() @ exact.T
        miss += float((derived @ edited.T - had).square().sum())
        plain += float((word.features.double() @ edited.T - had).square().sum())
        whole += float(had.square().sum())
    assert miss < 0.25 * plain
    assert edit.recovery(sums, first) == pytest.approx(1 - (miss / whole) ** 0.5, abs=1e-4)
    assert edit.recovery(sums, edit.another(sums, first)) < edit.recovery(sums, first)


def test_a_larger_regularisation_keeps_derived_features_small(tiny_sd1: Model) -> None:
    sums = Sums.of(cross_weights(tiny_sd1))
    sizes = []
    for ridge in (1e-3, 0.1, 10.0):
        edit = edit_of(tiny_sd1, erase=["dog"], regularisation=ridge)
        sizes.append(float(edit.derived(sums, edit.uce.factor()[0])[0].norm()))
    assert sizes[0] > sizes[1] > sizes[2]


def test_penalties_equal_their_formulas(tiny_sd1: Model) -> None:
    weights = {n: w.double() for n, w in cross_weights(tiny_sd1).items()}
    sums = Sums.of(weights)
    lam = 0.2
    for penalty in ("to zero", "to a text", "surrogate", "surrogate with ridge", "ridge on both"):
        edit = edit_of(tiny_sd1, erase=["dog"], penalty=penalty, towards="cat", regularisation=lam)
        factor, _ = edit.uce.factor()
        gram = sum(((w @ factor.full()).T @ (w @ factor.full()) for w in weights.values()), torch.tensor(0.0))
        cross = sum(((w @ factor.full()).T @ w for w in weights.values()), torch.tensor(0.0))
        ridge = lam * torch.eye(len(gram), dtype=torch.float64)
        c = edit.words[0][0].features.double()
        matrix, right = {
            "surrogate": ((1 + lam) * gram, cross + lam * gram),
            "surrogate with ridge": ((1 + lam) * gram + ridge, cross + lam * gram + ridge),
            "ridge on both": (ridge + gram, ridge + cross),
        }.get(penalty, (ridge + gram, cross))
        goal = right @ c.T
        if penalty == "to a text":
            goal = goal + lam * tiny_sd1.encode_tokens("cat", 1)[0][0].double().T
        torch.testing.assert_close(matrix @ edit.derived(sums, factor)[0].T, goal, rtol=1e-6, atol=1e-6)


def test_strength_zero_changes_nothing(any_tiny: Model, make_run: MakeRun) -> None:
    patch, _, _ = erased(any_tiny, make_run, erase=["dog", "cat"], strength=0.0)
    assert not any(delta.any() for delta in changes(patch).values())


def test_order_of_words_does_not_matter(tiny_sd1: Model, make_run: MakeRun) -> None:
    there, _, _ = erased(tiny_sd1, make_run, erase=["dog", "cat"], instead=["sun", "tree"])
    back, _, _ = erased(tiny_sd1, make_run, erase=["cat", "dog"], instead=["tree", "sun"])
    assert difference(changes(there), changes(back)) < 1e-4


def test_cancelling_leaves_the_model_alone(tiny_sd1: Model, make_run: MakeRun) -> None:
    before = {n: p.clone() for n, p in tiny_sd1.unet.named_parameters()}
    with pytest.raises(Cancelled):
        rece(ReceParams(erase=["dog"], rounds=3), make_run(tiny_sd1, stop_after=2))
    assert all(torch.equal(p, before[n]) for n, p in tiny_sd1.unet.named_parameters())


def test_original_of_an_edited_model(make_run: MakeRun, tmp_path: Any) -> None:
    """On an edited model the rounds look back at the untouched one, and the sums are those of both."""
    base, other = tiny("sd1"), tiny("sd1", seed=1)

    @contextmanager
    def lend(ref: str) -> Any:
        yield base if ref == "base" else other

    run = Run(AssetStore(tmp_path), lend, "other")
    with_base = rece(ReceParams(erase=["dog"], original="base"), run)
    alone = rece(ReceParams(erase=["dog"]), run)
    assert with_base.patch != alone.patch
    sums = Sums.of(cross_weights(other), cross_weights(base))
    exact = sum(
        (w.double().T @ cross_weights(base)[n].double() for n, w in cross_weights(other).items()), torch.tensor(0.0)
    )
    torch.testing.assert_close(sums.cross, exact, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"erase": []}, "nothing to erase"),
        ({"erase": ["dog"], "instead": ["a", "b"]}, "2 words for 1"),
        ({"erase": ["dog"], "penalty": "to a text"}, "'towards'"),
    ],
)
def test_bad_input_is_named(tiny_sd1: Model, make_run: MakeRun, params: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        rece(ReceParams(**params), make_run(tiny_sd1))


def test_effect_on_the_embedded_model(pocket: Model, make_run: MakeRun) -> None:
    patch, numbers, _ = erased(
        pocket, make_run, erase=["red"], instead=["blue"], keep=["green", "yellow", "dog", "cat"]
    )
    goal, before = noise_of(pocket, "blue"), noise_of(pocket, "red")
    kept: dict[str, Tensor] = {word: noise_of(pocket, word) for word in ("green", "dog")}
    with patch.attach(pocket):
        after = noise_of(pocket, "red")
        moved = {word: float((noise_of(pocket, word) - old).norm()) for word, old in kept.items()}
    distance = float((before - goal).norm())
    assert float((after - goal).norm()) < 0.5 * distance  # doing nothing leaves all of it
    assert all(change < 0.5 * distance for change in moved.values())
    assert numbers["recovery_1"] < numbers["recovery_0"]

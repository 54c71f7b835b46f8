"""T2I-Zero: its arithmetic by hand, what it leaves alone, bad input, stacking, and the effect on the embedded model."""

import math
from dataclasses import replace

import pytest
import torch

from core.contract.errors import UserError
from core.hooks.attention import AttentionCall
from core.hooks.hook import Hook, hooked
from core.hooks.store import AttentionStore
from core.models.model import Model
from core.models.schedule import Step
from core.sampling.guidance import Guidance
from core.sampling.sample import noise, sample
from core.sampling.solvers import Solver
from editing.a_star import AStar, AStarParams
from editing.t2i_zero import T2IZero, T2IZeroParams, _window, coloured
from editing.t2i_zero_tensors import CENTRE, SIDE, corrected, owned, owners, shares, smoothed
from tests.tiny import tiny

PROMPT = "a cat and a dog"
WORDS = ("cat", "dog")


class _See(Hook):
    """Keeps what the network is told, and the probabilities a layer ends up with."""

    def __init__(self) -> None:
        from core.hooks.attention import Sites

        self.sites = Sites.of("cross")
        self.features: list[torch.Tensor] = []
        self.calls: list[AttentionCall] = []

    def predict(self, step, x, cond, inner):
        self.features.append(cond.features.clone())
        return inner(step, x, cond)

    def attend(self, call, inner):
        self.calls.append(call)
        return inner(call)


def _render(model: Model, hooks: list[Hook], prompt: str = PROMPT, steps: int = 4, count: int = 1, seed: int = 0):
    cond = model.encode_prompts([prompt, ""], ["prompt", "negative"])
    x, generators = noise(model.latent_shape(model.size, model.size), list(range(seed, seed + count)))
    solver = Solver(model.schedule, "ddim", steps, generators)
    with torch.no_grad(), hooked(model, [Guidance(4.0, cond.pick([1])), *hooks]) as denoiser:
        return sample(denoiser, solver.start(x), cond.pick([0] * count), solver.steps, solver)


# --- correction by similarities --------------------------------------------------------------------------------------

FEATURES = torch.tensor([[9.0, 9.0], [1.0, 2.0], [2.0, 1.0], [3.0, -1.0], [0.5, 0.5]])


def test_correction_by_hand():
    # Row 1 times every row: [9 18], [1 4], [2 2], [3 -2], [.5 1]; over 1.5 stay 9 18 4 2 2 3, divided by 18.
    result, told = corrected(FEATURES, [(1, (1, 4))], [0.25], 1.5, "absolute")
    rebuilt = [2 / 18 * 2 + 3 / 18 * 3, 4 / 18 * 2 + 2 / 18 * 1]
    assert result[1].tolist() == pytest.approx([0.75 + 0.25 * rebuilt[0], 1.5 + 0.25 * rebuilt[1]])
    assert torch.equal(result[[0, 2, 3, 4]], FEATURES[[0, 2, 3, 4]])
    assert (told[0].kept, told[0].inside) == (6, 4)
    window, _ = corrected(FEATURES, [(1, (1, 4))], [1.0], 1.5, "absolute", over_window=True)
    assert window[1].tolist() == pytest.approx([v * 18 / 4 for v in rebuilt])
    first, _ = corrected(FEATURES, [(1, (1, 4))], [1.0], 1.5 / 18, "absolute", normalise_first=True)
    assert first[1].tolist() == pytest.approx(rebuilt)


def test_every_token_reads_the_original_and_strength_zero_is_the_identity():
    places = [(1, (1, 4)), (2, (1, 5))]
    both, _ = corrected(FEATURES, places, [0.5, 0.5], 0.2)
    other, _ = corrected(FEATURES, places[::-1], [0.5, 0.5], 0.2)
    assert torch.equal(both, other)
    assert torch.equal(corrected(FEATURES, places, [0.0, 0.0], 0.2)[0], FEATURES)
    assert both.dtype == corrected(FEATURES.half(), places, [0.5, 0.5], 0.2)[0].float().dtype


def test_thresholds():
    scores = (FEATURES[1] * FEATURES).flatten()
    for tau in (0.05, 0.5):
        theta = torch.quantile(scores, 1 - math.exp(-10 * tau))
        told = corrected(FEATURES, [(1, (1, 5))], [1.0], tau)[1][0]
        assert told.kept == int((scores > theta).sum())
    assert corrected(FEATURES, [(1, (1, 5))], [1.0], 0.0)[1][0].kept == 9  # all but the minimum, negative ones too
    assert corrected(FEATURES, [(1, (1, 5))], [1.0], 0.5, "quantile")[1][0].kept == 4  # the median is 2 twice


def test_nothing_over_the_threshold_leaves_the_token():
    equal = torch.ones(4, 3)
    result, told = corrected(equal, [(1, (1, 3))], [1.0], 1.0)
    assert torch.equal(result, equal)
    assert (told[0].kept, told[0].changed) == (0, 0)


def test_windows_stay_in_their_chunk_and_out_of_padding(tiny_sd1):
    tokens = tiny_sd1.text[0].vocabulary.tokenize("cat dog key")
    assert _window(tokens, 1, 2) == (1, 4)
    assert _window(tokens, 3, 2) == (1, 4)
    assert _window(tokens, 3, 0) == (3, 4)
    long = tiny_sd1.text[0].vocabulary.tokenize("cat " * 80)
    assert len(long.ids) == 2
    assert _window(long, 75, 5)[1] == long.ends[0]
    assert _window(long, 78, 9) == (78, long.ends[1]) == (78, 83)


# --- suppression -----------------------------------------------------------------------------------------------------


def test_smoothing_mirrors_and_sums_to_one():
    assert pytest.approx(1, abs=1e-6) == CENTRE + 2 * SIDE
    dot = torch.zeros(5, 5, 1)
    dot[2, 2] = 1
    found = smoothed(dot)[..., 0]
    assert found[2, 2].item() == pytest.approx(CENTRE**2)
    assert found[1, 3].item() == pytest.approx(SIDE**2)
    assert torch.allclose(smoothed(torch.ones(2, 3, 4, 2)), torch.ones(2, 3, 4, 2))
    corner = torch.zeros(3, 3, 1)
    corner[1, 1] = 1
    assert smoothed(corner)[0, 0, 0].item() == pytest.approx(4 * SIDE**2)


def test_owners_by_hand():
    maps = torch.tensor([[[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.0, 0.9]]])  # one row of four cells: no smoothing
    winner = owners(maps, (1, 4), [0, 1])
    assert winner.tolist() == [[0, 0, 1, 1]]
    assert owned(winner, [0, 1])[0].tolist() == [[True, False], [True, False], [False, True], [False, True]]
    assert owners(torch.full((1, 4, 2), 0.5), (1, 4), [0, 1]).tolist() == [[0, 0, 0, 0]]  # the first wins a tie
    # Two pieces of one concept count by their mean: 0.5 against 0.6.
    pieces = torch.tensor([[[0.9, 0.1, 0.6]] * 4])
    assert owners(pieces, (1, 4), [0, 0, 1]).tolist() == [[1, 1, 1, 1]]
    heads = torch.tensor([[[0.9, 0.1]] * 4, [[0.3, 0.4]] * 4])
    assert owners(heads, (2, 2), [0, 1]).tolist() == [[0] * 4, [1] * 4]
    assert owners(heads, (2, 2), [0, 1], across_heads=True).tolist() == [[0] * 4]
    assert shares(owners(heads, (2, 2), [0, 1]), 2, (2, 2)).eq(0.5).all()


def _edited(model: Model, make_run, **more) -> tuple[AttentionCall, AttentionCall]:
    """A layer's call before and after the hook, of the first step."""
    before, after = _See(), _See()
    hook = T2IZero(T2IZeroParams(words=WORDS, alpha=0, **more), make_run(model), model)
    _render(model, [before, hook, after], steps=1)
    return before.calls[0], after.calls[0]


def test_only_losing_concepts_of_prompt_rows_change(any_tiny, make_run):
    before, after = _edited(any_tiny, make_run, end=1)
    old, new = before.probabilities(), after.probabilities()
    tokens = any_tiny.text[0].vocabulary.tokenize(PROMPT)
    places = [tokens.positions(w)[0] for w in WORDS]
    rest = [p for p in range(old.shape[-1]) if p not in places]
    (row,), (other,) = before.rows("prompt"), before.rows("negative")
    assert torch.equal(old[other], new[other])
    assert torch.equal(old[row][..., rest], new[row][..., rest])
    concepts = new[row][..., places]
    assert ((concepts > 0).sum(-1) == 1).all()  # one owner at every pixel of every head
    kept = concepts.sum(-1)
    assert (
        ((kept.unsqueeze(-1) - old[row][..., places]).abs() < 1e-7).any(-1).all()
    )  # the owner's value is not the smoothed one


def test_partial_strength_head_mean_and_renormalising(tiny_sd1, make_run):
    before, after = _edited(tiny_sd1, make_run, beta=0.1, end=1)
    (row,) = before.rows("prompt")
    ratio = after.probabilities()[row] / before.probabilities()[row]
    assert sorted({round(v, 4) for v in ratio.flatten().tolist()}) == [0.9, 1.0]
    _, after = _edited(tiny_sd1, make_run, renormalise=True, end=1)
    assert torch.allclose(after.probabilities().sum(-1), torch.ones(()), atol=1e-5)
    _, after = _edited(tiny_sd1, make_run, owner="head_mean", end=1)
    places = [tiny_sd1.text[0].vocabulary.tokenize(PROMPT).positions(w)[0] for w in WORDS]
    alive = after.probabilities()[row][..., places] > 0
    assert (alive == alive[:1]).all()


def test_moving_mean_over_steps(tiny_sd1, make_run):
    hook = T2IZero(T2IZeroParams(words=WORDS, ema=1.0), make_run(tiny_sd1), tiny_sd1)
    see = _See()
    _render(tiny_sd1, [see], steps=1)

    def at(index: int) -> AttentionCall:
        return replace(see.calls[0], step=Step(index, 9, 1.0, 0.5, 0.6))

    one, two = torch.ones(2), torch.full((2,), 3.0)
    assert hook._moving_mean(at(0), 0, one).tolist() == [1, 1]
    assert hook._moving_mean(at(1), 0, two).tolist() == [2, 2]  # k = 1 / 2
    assert hook._moving_mean(at(1), 0, two).tolist() == [2, 2]  # the step taken again
    assert hook._moving_mean(at(3), 0, two).tolist() == [2.75, 2.75]  # k = 1 / 4
    assert _render(tiny_sd1, [T2IZero(hook.params, hook.run, tiny_sd1)]).isfinite().all()


# --- which steps, rows and words -------------------------------------------------------------------------------------


def test_which_steps_act(tiny_sd1, make_run):
    def acting(count: int, **more) -> list[int]:
        hook = T2IZero(T2IZeroParams(words=WORDS, **more), make_run(tiny_sd1), tiny_sd1)
        return [i for i in range(count) if hook.acts(Step(i, count, 1.0, 0.5, 0.6))]

    assert acting(10) == [0, 1, 2, 3, 4]
    assert acting(10, begin=0.2, end=1) == list(range(2, 10))
    assert acting(50, steps=(1, 25)) == list(range(1, 26))


def test_strength_zero_is_the_identity(any_tiny, make_run):
    hook = T2IZero(T2IZeroParams(words=WORDS, alpha=0, beta=0), make_run(any_tiny), any_tiny)
    assert torch.equal(_render(any_tiny, [hook]), _render(any_tiny, []))


def test_runs_on_every_family_with_each_part_alone(any_tiny, make_run):
    plain, run = _render(any_tiny, []), make_run(any_tiny)
    for part in ({"beta": 0}, {"alpha": 0}, {"encoders": "each", "max_over": "window"}):
        made = _render(any_tiny, [T2IZero(T2IZeroParams(words=WORDS, **part), run, any_tiny)])
        assert made.isfinite().all()
        assert not torch.equal(made, plain), part


def test_only_the_prompts_features_change_once_from_the_original(any_tiny, make_run):
    see, run = _See(), make_run(any_tiny)
    hook = T2IZero(T2IZeroParams(words=("dog",), beta=0), run, any_tiny)
    _render(any_tiny, [hook, see])
    cond = any_tiny.encode_prompts([PROMPT, ""])
    place = cond.positions(0, "dog")[0]
    rest = [p for p in range(cond.features.shape[1]) if p != place]
    for found in see.features:  # every step the same: it does not compound
        assert torch.equal(found[0], cond.features[1])
        assert torch.equal(found[1][rest], cond.features[0][rest])
        assert torch.equal(found[1], see.features[0][1])
        assert not torch.equal(found[1][place], cond.features[0][place])
    assert any("'dog': features changed by" in text for text in run.listener.texts)


def test_encoders_each_is_two_corrections_side_by_side(make_run):
    model = tiny("sdxl")
    hook = T2IZero(T2IZeroParams(words=("dog",), encoders="each", alpha=1), make_run(model), model)
    cond = model.encode_prompts([PROMPT])
    tokens = cond.tokens[0]
    place = tokens.positions("dog")[0]
    found = hook._corrected(cond.features[0], tokens)
    windows = [(place, _window(tokens, place, 2))]
    first, _ = corrected(cond.features[0][:, :24], windows, [1.0], 0.5)
    second, _ = corrected(cond.features[0][:, 24:], windows, [1.0], 0.5)
    assert torch.equal(found, torch.cat([first, second], -1))
    assert len(hook.corrections) == 2


def test_words(tiny_sd1, make_run):
    def groups(prompt: str, *words: str):
        hook = T2IZero(T2IZeroParams(words=words), make_run(tiny_sd1), tiny_sd1)
        return hook._groups(tiny_sd1.text[0].vocabulary.tokenize(prompt))

    tokens = tiny_sd1.text[0].vocabulary.tokenize("a cat, a dog and a cat")
    places = tokens.positions("cat")
    assert len(places) == 2
    assert groups(tokens.text, "cat", "dog") == (places, tokens.positions("dog"))  # both places are one concept
    assert groups(tokens.text, "cat", "CAT") == (places[:1], places[1:])  # given twice: one place each
    assert groups(tokens.text) == tuple((p,) for p in tokens.places)
    assert 0 not in tokens.places
    assert all(p < tokens.ends[0] for p in tokens.places)
    split = "a cat and a zyxquoth"
    assert len(groups(split, "zyxquoth")[0]) > 1  # several tokens, one concept
    beyond = "cat " * 80 + "dog"
    assert groups(beyond, "cat", "dog")[1][0] > 77
    for words, told in ((("cat", "zebra"), "zebra"), (("dog", "dog"), "stands only 1 times"), (("cat", " "), "empty"),
                        (("a dog", "dog"), "share a word")):  # fmt: skip
        with pytest.raises(UserError, match=told):
            groups(tokens.text, *words)


def test_a_missing_word_is_told_before_the_network_runs(tiny_sd1, make_run, monkeypatch):
    monkeypatch.setattr(type(tiny_sd1), "predict", lambda *_a, **_k: pytest.fail("the network ran"))
    with pytest.raises(UserError, match="zebra"):
        _render(tiny_sd1, [T2IZero(T2IZeroParams(words=("cat", "zebra")), make_run(tiny_sd1), tiny_sd1)])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"words": WORDS, "alphas": (0.2,)}, "1 alphas for 2 words"),
        ({"words": WORDS, "alphas": (0.2, 3.0)}, "alphas"),
        ({"words": WORDS, "steps": (5, 2)}, "no range"),
        ({"words": WORDS, "begin": 0.6}, "never"),
    ],
)
def test_bad_parameters_are_told(tiny_sd1, make_run, wrong, told):
    with pytest.raises(UserError, match=told):
        T2IZero(T2IZeroParams(**wrong), make_run(tiny_sd1), tiny_sd1)


def test_one_concept_has_nothing_to_suppress(tiny_sd1, make_run):
    run = make_run(tiny_sd1)
    hook = T2IZero(T2IZeroParams(words=("dog",), alpha=0), run, tiny_sd1)
    assert torch.equal(_render(tiny_sd1, [hook]), _render(tiny_sd1, []))
    assert any("nothing to suppress" in text for text in run.listener.texts)


def test_own_alphas(tiny_sd1, make_run):
    hook = T2IZero(T2IZeroParams(words=("dog", "cat"), alphas=(0.0, 1.0)), make_run(tiny_sd1), tiny_sd1)
    cond = tiny_sd1.encode_prompts([PROMPT])
    found = hook._corrected(cond.features[0], cond.tokens[0])
    changed = (found != cond.features[0]).any(-1).nonzero().flatten().tolist()
    assert changed == [cond.positions(0, "cat")[0]]


def test_pictures_of_a_batch_are_made_as_each_by_itself(tiny_sd1, make_run):
    def made(count: int, seed: int) -> torch.Tensor:
        hook = T2IZero(T2IZeroParams(words=WORDS), make_run(tiny_sd1), tiny_sd1)
        return _render(tiny_sd1, [hook], count=count, seed=seed)

    assert torch.allclose(made(2, 0), torch.cat([made(1, 0), made(1, 1)]), atol=1e-4)


def test_odd_sizes(tiny_sd1, make_run):
    hook = T2IZero(T2IZeroParams(words=WORDS), make_run(tiny_sd1), tiny_sd1)
    cond = tiny_sd1.encode_prompts([PROMPT])
    x, generators = noise((1, 4, 9, 5), [0])
    solver = Solver(tiny_sd1.schedule, "ddim", 2, generators)
    with torch.no_grad(), hooked(tiny_sd1, [hook]) as denoiser:  # no guidance either
        assert sample(denoiser, x, cond, solver.steps, solver).isfinite().all()


# --- together with others --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("checkpointing", [False, True])
def test_with_a_star_in_both_orders(tiny_sd1, make_run, order, checkpointing):
    run = make_run(tiny_sd1)
    hooks: list[Hook] = [
        T2IZero(T2IZeroParams(words=WORDS, end=1, renormalise=True), run, tiny_sd1),
        AStar(AStarParams(words=WORDS, checkpointing=checkpointing, tolerance=0), run, tiny_sd1),
    ]
    alone = _render(tiny_sd1, hooks[1:])
    made = _render(tiny_sd1, hooks[::-1] if order else hooks)
    assert made.isfinite().all()
    assert not torch.equal(made, alone)


def test_a_word_that_another_prompt_lacks_is_passed_over_there(tiny_sd1, make_run):
    """Blending drives later steps with other prompts."""
    run = make_run(tiny_sd1)
    hook = T2IZero(T2IZeroParams(words=WORDS), run, tiny_sd1)
    own, other = (tiny_sd1.text[0].vocabulary.tokenize(p) for p in (PROMPT, "a dog in a hat"))
    assert len(hook._groups(own)) == 2
    assert hook._groups(other) == (other.positions("dog"),)


# --- effect on the embedded model -------------------------------------------------------------------------------------

SCENE = "a cat and a red apple"


def test_the_words_maps_overlap_less(pocket, make_run):
    """The picture changes, and where one concept is attended to the other one is not."""

    def overlap(hooks: list[Hook]) -> tuple[float, torch.Tensor]:
        store = AttentionStore(keep="mean")
        made = _render(pocket, [*hooks, store], SCENE, steps=8)
        cond = pocket.encode_prompts([SCENE])
        cat, apple = (store.word(cond, w, grid=(16, 16), step="mean")[0] for w in ("cat", "apple"))
        return float(torch.minimum(cat, apple).sum() / (cat + apple).sum()), made

    before, plain = overlap([])
    # Owners by head leave every head its own, so the mean over heads may overlap as before; one owner for all may not.
    hook = T2IZero(T2IZeroParams(words=("cat", "apple"), end=1, owner="head_mean"), make_run(pocket), pocket)
    after, made = overlap([hook])
    assert after < 0.5 * before
    assert (pocket.decode(made) - pocket.decode(plain)).abs().max() > 0.05
    assert torch.equal(_render(pocket, [], SCENE, steps=8), plain)  # and the model is as it was


def test_correction_moves_the_picture_a_little(pocket, make_run):
    plain = pocket.decode(_render(pocket, [], SCENE, steps=8))
    moved = [
        (pocket.decode(_render(pocket, [T2IZero(T2IZeroParams(words=("cat", "apple"), beta=0, alpha=alpha),
                                                make_run(pocket), pocket)], SCENE, steps=8)) - plain).abs().mean().item()
        for alpha in (0.1, 1.0)
    ]  # fmt: skip
    assert 1e-4 < moved[0] < moved[1]


def test_the_ownership_map_is_given_out(pocket, make_run):
    run = make_run(pocket)
    hook = T2IZero(T2IZeroParams(words=("cat", "apple"), show_owners=True), run, pocket)
    latents = _render(pocket, [hook], SCENE, steps=4)
    (maps,) = hook.ownership
    assert maps.shape == (2, 16, 16)
    assert torch.allclose(maps.sum(0), torch.ones(16, 16))
    assert 0 < maps[0].mean() < 1
    assert run.listener.previews
    hook.finish(pocket.decode(latents))
    assert list(run.data) == ["ownership"]
    assert coloured(maps).shape == (1, 3, 256, 256)

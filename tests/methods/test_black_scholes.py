"""Black-Scholes blending: prices by hand, both proofs, every rule, the timeline, bad input, stacking, and the effect."""

import itertools
import json
import math

import pytest
import torch
from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTokenizer, CLIPVisionConfig

from core.contract.errors import UserError
from core.hooks.hook import Hook, hooked
from core.models.clip import load_clip
from core.models.model import Model
from core.models.schedule import Step
from core.sampling.guidance import Guidance
from core.sampling.sample import noise, sample
from core.sampling.solvers import Solver
from editing.a_star import AStar, AStarParams
from editing.black_scholes import BlackScholes, BlackScholesParams, Moment, _only
from editing.black_scholes_compare import CompareParams, compare
from editing.black_scholes_prices import (
    call_price,
    cheapest,
    history_volatility,
    last_least,
    normal,
    put_price,
    reference_score,
    schedule_volatility,
    softmin,
)
from editing.t2i_zero import T2IZero, T2IZeroParams
from tests.tiny import RESOURCES, tiny

OWN, OTHER = "a cat", "a red apple"


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory) -> str:
    """A random CLIP with the embedded tokenizer: as a judge it has opinions, if no sense."""
    folder = tmp_path_factory.mktemp("clip")
    tokenizer = CLIPTokenizer.from_pretrained(RESOURCES / "pocket" / "tokenizer")
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    text = CLIPTextConfig(vocab_size=len(tokenizer), max_position_embeddings=77, bos_token_id=tokenizer.bos_token_id,
                          eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.eos_token_id, **sizes)  # fmt: skip
    vision = CLIPVisionConfig(image_size=32, patch_size=8, **sizes)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = CLIPModel(CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=16))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


class _See(Hook):
    def __init__(self) -> None:
        self.conds = []

    def predict(self, step, x, cond, inner):
        self.conds.append(cond)
        return inner(step, x, cond)


def _render(model: Model, hooks: list[Hook], prompt: str = OWN, steps: int = 5, count: int = 1, guidance: float = 4.0):
    cond = model.encode_prompts([prompt, ""], ["prompt", "negative"])
    x, generators = noise(model.latent_shape(model.size, model.size), list(range(count)))
    solver = Solver(model.schedule, "ddim", steps, generators)
    with torch.no_grad(), hooked(model, [Guidance(guidance, cond.pick([1])), *hooks]) as denoiser:
        return sample(denoiser, solver.start(x), cond.pick([0] * count), solver.steps, solver)


def _hook(model: Model, run, **more) -> BlackScholes:
    return BlackScholes(BlackScholesParams(**{"prompts": (OTHER,), **more}), run, model)


def _drivers(hook: BlackScholes, row: int = 0) -> list[int]:
    return [m.shares[row].index(1) for m in hook.timeline]


# --- prices ----------------------------------------------------------------------------------------------------------


def test_prices_by_hand():
    # The textbook's option: 42 at a strike of 40, rate 0.1, volatility 0.2, half a year (Hull): 4.76 and 0.81.
    assert call_price(42, 40, 0.1, 0.2, 0.5) == pytest.approx(4.76, abs=0.005)
    assert put_price(42, 40, 0.1, 0.2, 0.5) == pytest.approx(0.81, abs=0.005)
    parity = call_price(26, 25, 0.01, 0.1, 30) - put_price(26, 25, 0.01, 0.1, 30)
    assert parity == pytest.approx(26 - 25 * math.exp(-0.3), abs=1e-9)
    assert call_price(30, 25, 0.1, 0.0, 2) == pytest.approx(30 - 25 * math.exp(-0.2))
    assert call_price(10, 25, 0.1, 0.0, 2) == 0
    assert normal(0) == 0.5
    assert 0 < normal(-30) < 1e-190


def test_the_paper_rule_is_clip_min_because_prices_rise_with_scores():
    draw = torch.Generator().manual_seed(0)
    for left in (100, 50, 6, 1):
        scores = sorted((26 + 3 * torch.randn(200, generator=draw, dtype=torch.float64)).tolist())
        prices = [call_price(s, 25, 0.01, 0.08, left) for s in scores]
        assert all(a <= b for a, b in itertools.pairwise(prices))
        for a, b in zip(scores[::2], scores[1::2], strict=True):
            pair = [call_price(s, 25, 0.01, 0.08, left) for s in (b, a)]
            assert cheapest(pair, (b, a), 0) == 1 == last_least((b, a))


def test_the_reference_score_is_rounding():
    draw = torch.Generator().manual_seed(0)
    agree = total = 0
    for left in range(100, 6, -1):
        pairs = (26 + 3 * torch.randn(40, 2, generator=draw)).tolist()
        for one, two in pairs:
            found = [reference_score(s, 0.01, 0.08, left) for s in (one, two)]
            assert max(abs(v) for v in found) < 2e-5  # of products up to 40
            agree += last_least(found) == last_least((one, two))
            total += 1
    assert 0.42 < agree / total < 0.58  # a coin
    assert last_least([reference_score(s, 0.01, 0.021, 1) for s in (20.0, 30.0)]) == 1  # underflow: 0 = 0, the second


def test_volatility(tiny_sd1):
    assert schedule_volatility(tiny_sd1.schedule.alphas, 990) == pytest.approx(0.109, abs=5e-4)
    assert schedule_volatility(tiny_sd1.schedule.alphas, 0) == pytest.approx(0.021, abs=5e-4)
    assert schedule_volatility(tiny_sd1.schedule.alphas, 999) == 0  # the last one has no neighbour
    assert history_volatility([20, 21], 0.5) == 0.5
    steps = [math.log(22 / 20), math.log(21 / 22)]
    spread = math.sqrt(sum((s - sum(steps) / 2) ** 2 for s in steps))
    assert history_volatility([20, 22, 21], 0.5) == pytest.approx(spread)
    assert history_volatility([20, 20, 20], 0.5) == 1e-3


def test_ties():
    assert cheapest([0, 0], [20, 19], 0) == 1
    assert cheapest([0, 0], [20, 20], 0) == 1
    assert cheapest([0, 0], [20, 20], 1) == 0
    assert cheapest([3, 1, 2], [1, 2, 3], 0) == 1
    assert last_least([1, 1]) == 1
    assert softmin([1, 1], 0.1) == [0.5, 0.5]
    assert softmin([1, 2], 0.01)[0] == pytest.approx(1)


# --- the judge -------------------------------------------------------------------------------------------------------


def test_the_judge_sees_pictures_scaled_once(clip_folder):
    clip = load_clip(clip_folder)
    grey = clip.prepared(torch.zeros(1, 3, 48, 64))
    assert grey.shape == (1, 3, 32, 32)
    assert grey.mean((0, 2, 3)).tolist() == pytest.approx([0.069, 0.161, 0.332], abs=2e-3)
    scores = clip.scores(torch.rand(2, 3, 64, 64) * 2 - 1, [OWN, OTHER])
    assert scores.shape == (2, 2)
    assert scores.abs().max() <= 100
    assert clip.too_long("cat " * 90)
    assert not clip.too_long("a cat")
    alone = clip.texts([OWN])
    assert torch.allclose(clip.texts([OWN, "a much longer caption of a dog"])[:1], alone, atol=1e-6)


def test_a_missing_judge_is_told(tiny_sd1, make_run, tmp_path):
    with pytest.raises(UserError, match="not a folder with a CLIP"):
        _hook(tiny_sd1, make_run(tiny_sd1), judge=str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(UserError, match="not a CLIP"):
        _hook(tiny_sd1, make_run(tiny_sd1), judge=str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "clip"}')
    with pytest.raises(UserError, match="safetensors"):
        _hook(tiny_sd1, make_run(tiny_sd1), judge=str(tmp_path))
    run = make_run(tiny_sd1)
    assert _hook(tiny_sd1, run, judge=str(tmp_path), fallback=True).rule == "alternating"
    assert any("no CLIP" in text for text in run.listener.texts)


# --- rules -----------------------------------------------------------------------------------------------------------


def test_rules_without_a_judge(tiny_sd1, make_run):
    def shares(count: int, **more) -> list[tuple[float, ...]]:
        hook = _hook(tiny_sd1, make_run(tiny_sd1), **more)
        return [hook._shares(Step(i, count, 1.0, 0.5, 0.6), 0, 1) for i in range(count)]

    assert [s.index(1) for s in shares(6, rule="alternating")] == [0, 1, 0, 1, 0, 1]
    assert [s.index(1) for s in shares(6, rule="alternating", prompts=("b", "c"))] == [0, 1, 2, 0, 1, 2]
    stepwise = [s.index(1) for s in shares(50, rule="step_wise")]
    assert stepwise == [0] * 7 + [1] * 10 + [0] * 33
    assert [s.index(1) for s in shares(10, rule="step_wise")] == [0] + [1] * 2 + [0] * 7
    assert set(shares(4, rule="linear", prompts=("b", "c"))) == {(1 / 3, 1 / 3, 1 / 3)}


def _play(hook: BlackScholes, scores: list[tuple[float, ...]], count: int | None = None) -> list[tuple[float, ...]]:
    """Shares of every step when the judge says these scores, one after the other."""
    count, found = count or len(scores), []
    for i, said in enumerate(scores):
        step = Step(i, count, 500.0, 0.5, 0.6)
        moment = Moment(i, (hook._shares(step, 0, 1),), (said,))
        hook._moments[i] = moment
        hook._moments[i] = hook._priced(step, moment)
        found.append(moment.shares[0])
    return found


SCORES = [(26.0, 24.0), (25.0, 27.0), (22.0, 23.0), (30.0, 20.0), (24.0, 24.5), (20.0, 30.0)]


def test_paper_extended_by_default_and_clip_min_choose_alike(tiny_sd1, make_run, clip_folder):
    played = {rule: _play(_hook(tiny_sd1, make_run(tiny_sd1), rule=rule, judge=clip_folder), SCORES)
              for rule in ("paper", "clip_min", "extended")}  # fmt: skip
    assert [s.index(1) for s in played["paper"]] == [0, 1, 0, 0, 1, 0]
    assert played["paper"] == played["clip_min"] == played["extended"]
    put = _play(_hook(tiny_sd1, make_run(tiny_sd1), rule="extended", payoff="put", judge=clip_folder), SCORES)
    assert put == played["paper"]  # with a common strike the dearest put is the lower score again


def test_extended_prices_decide_something_of_their_own(tiny_sd1, make_run, clip_folder):
    def play(scores=SCORES, **more):
        return [s.index(max(s)) for s in _play(
            _hook(tiny_sd1, make_run(tiny_sd1), rule="extended", judge=clip_folder, **more), scores)]  # fmt: skip

    lower = play()
    assert play(strikes=(20.0, 35.0)) != lower  # the second is far below its own strike
    # Equal distance, but the second one moves: its call is worth more, its put too.
    moving = [(25.0, 25.5), (25.1, 20.0), (25.0, 31.0), (25.1, 20.0), (25.0, 24.9), (25.0, 24.9)]
    still = play(moving)
    assert play(moving, volatility="scores") != still
    assert play(margin=100.0) == [0] * 6
    assert play(dwell=3)[:4] == [0, 0, 0, 0]
    assert play(warm_up=0.5)[:3] == [0, 1, 0]
    assert play([(s, t, 1.0) for s, t in SCORES], prompts=(OTHER, "x"))[1:] == [2] * 5
    soft = _play(_hook(tiny_sd1, make_run(tiny_sd1), rule="extended", allocation="soft", judge=clip_folder), SCORES)
    assert all(sum(s) == pytest.approx(1) for s in soft)
    assert 0.5 < soft[1][1] < 1


def test_smoothing_of_scores(tiny_sd1, make_run, clip_folder):
    hook = _hook(tiny_sd1, make_run(tiny_sd1), rule="extended", smoothing=0.5, judge=clip_folder)
    _play(hook, [(20.0, 30.0), (30.0, 20.0)])
    assert hook._moments[1].scores == ((25.0, 25.0),)


# --- in a generation -------------------------------------------------------------------------------------------------

RULES = ("paper", "reference_code", "clip_min", "linear", "alternating", "step_wise", "vanilla", "vanilla_reversed",
         "extended")  # fmt: skip


@pytest.mark.parametrize("kind", ["sd1", "sd2v", "sdxl"])
def test_every_rule_runs_and_changes_the_picture(kind, make_run, clip_folder):
    model = tiny(kind)
    plain = _render(model, [])
    for rule in RULES:
        hook = _hook(model, make_run(model), rule=rule, judge=clip_folder)
        made = _render(model, [hook], steps=5)
        assert made.isfinite().all()
        assert [m.index for m in hook.timeline] == list(range(5))
        moved = any(m.shares[0][0] < 1 for m in hook.timeline)
        assert torch.equal(made, plain) is (not moved), rule
        if rule in ("paper", "clip_min", "reference_code", "extended"):
            assert _drivers(hook)[0] == 0
            assert all(len(m.scores[0]) == len(m.prices[0]) == 2 for m in hook.timeline)


def test_features_tokens_and_pooled_switch_together(make_run):
    model, see = tiny("sdxl"), _See()
    _render(model, [_hook(model, make_run(model), rule="alternating"), see], steps=2)
    own, other = (model.encode_prompts([p]) for p in (OWN, OTHER))
    for found, wanted in zip(see.conds, (own, other), strict=True):
        row = found.rows("prompt")[0]
        assert torch.equal(found.features[row], wanted.features[0])
        assert torch.equal(found.pooled[row], wanted.pooled[0])
        assert found.tokens[row].text == wanted.tokens[0].text
        assert not found.features[found.rows("negative")[0]].equal(wanted.features[0])
    mean = _See()
    _render(model, [_hook(model, make_run(model), rule="linear", strength=0.5), mean], steps=1)
    row = mean.conds[0].rows("prompt")[0]
    assert torch.allclose(mean.conds[0].features[row], 0.75 * own.features[0] + 0.25 * other.features[0], atol=1e-6)


def test_the_forecast_is_that_of_the_guided_noise(tiny_sd1, make_run, clip_folder, monkeypatch):
    """With DDIM, x0 of a step follows from the latents on both sides of it."""
    seen, hook = [], _hook(tiny_sd1, make_run(tiny_sd1), judge=clip_folder)
    monkeypatch.setattr(type(tiny_sd1), "decode", lambda _self, z: (seen.append(z), torch.zeros(len(z), 3, 64, 64))[1])

    class Latents(Hook):
        def advance(self, step, x, cond, inner):
            after = inner(step, x, cond)
            now, then = float(step.now), float(step.next)
            matrix = torch.tensor([[now**0.5, (1 - now) ** 0.5], [then**0.5, (1 - then) ** 0.5]], dtype=torch.float64)
            both = torch.stack([x, after]).double().flatten(1)
            self.clean = [*getattr(self, "clean", []), torch.linalg.solve(matrix, both)[0].view_as(x)]
            return after

    latents = Latents()
    _render(tiny_sd1, [hook, latents], steps=4)
    for forecast, exact in zip(seen[:-1], latents.clean[:-1], strict=True):  # the last step nearly is the identity
        assert torch.allclose(forecast.double(), exact, rtol=2e-3, atol=2e-3)


def test_strength_zero_and_identical_prompts_are_the_plain_picture(tiny_sd1, make_run, clip_folder):
    plain = _render(tiny_sd1, [])
    for more in ({"strength": 0.0}, {"prompts": (OWN,), "judge": clip_folder}, {"prompts": (OWN,), "rule": "linear"}):
        assert torch.equal(_render(tiny_sd1, [_hook(tiny_sd1, make_run(tiny_sd1), **more)]), plain)
    one = _render(tiny_sd1, [_hook(tiny_sd1, make_run(tiny_sd1), rule="alternating")], guidance=1.0)
    assert not torch.equal(one, _render(tiny_sd1, [], guidance=1.0))


def test_a_step_taken_twice_and_a_batch_choose_the_same(tiny_sd1, make_run, clip_folder):
    class Twice(Hook):
        def advance(self, step, x, cond, inner):
            inner(step, x, cond)
            return inner(step, x, cond)

    once, twice = (_hook(tiny_sd1, make_run(tiny_sd1), judge=clip_folder) for _ in range(2))
    assert torch.equal(_render(tiny_sd1, [once]), _render(tiny_sd1, [Twice(), twice]))
    batch = _hook(tiny_sd1, make_run(tiny_sd1), judge=clip_folder)
    made = _render(tiny_sd1, [batch], count=2)
    assert torch.allclose(made[:1], _render(tiny_sd1, [once]), atol=1e-3)
    assert _drivers(batch, 0) == _drivers(once)


def test_the_timeline_is_given_out(tiny_sd1, make_run, clip_folder):
    run = make_run(tiny_sd1)
    hook = _hook(tiny_sd1, run, judge=clip_folder, every=2, decode="half")
    _render(tiny_sd1, [hook], steps=4)
    assert [bool(m.scores) for m in hook.timeline] == [True, False, True, False]
    assert hook.timeline[1].shares == hook.timeline[2].shares  # no news, no change
    hook.finish(torch.zeros(1, 3, 64, 64))
    assert list(run.data) == ["timeline"]
    kept = json.loads(run.assets.path(run.data["timeline"]).read_text())
    assert kept["kind"] == "timeline"
    assert len(kept["prompts"]) == len(kept["steps"][0]["shares"][0]) == 2
    curves = [c for c in run.listener.curves if "score 1" in c]
    assert {"share 1", "share 2", "score 1", "score 2", "price 1", "price 2"} <= set(curves[0])


def test_longer_prompts(tiny_sd1, make_run):
    long = "cat " * 80
    with pytest.raises(UserError, match="longer than the generation's own"):
        _render(tiny_sd1, [_hook(tiny_sd1, make_run(tiny_sd1), prompts=(long,), rule="alternating")])
    cond = tiny_sd1.encode_prompts([long])
    hook = _hook(tiny_sd1, make_run(tiny_sd1), rule="alternating")
    choices = hook._choices(cond)
    assert choices.features.shape == (2, 154, 32)
    assert choices.tokens[1].text == OTHER


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"prompts": ()}, "missing or empty"),
        ({"prompts": ("a", " ")}, "missing or empty"),
        ({"prompts": ("a", "b"), "rule": "step_wise"}, "for two prompts"),
        ({"rule": "extended", "strikes": (20.0,)}, "1 strikes for 2 prompts"),
        ({"rule": "extended", "strikes": (20.0, -1.0)}, "above 0"),
        ({"judged_as": ("a",)}, "1 judged_as for 2"),
    ],
)
def test_bad_parameters_are_told(tiny_sd1, make_run, wrong, told):
    with pytest.raises(UserError, match=told):
        _hook(tiny_sd1, make_run(tiny_sd1), **wrong)


@pytest.mark.parametrize("order", [0, 1])
def test_with_t2i_zero_and_a_star(tiny_sd1, make_run, order, clip_folder):
    run = make_run(tiny_sd1)
    blend = _hook(tiny_sd1, run, judge=clip_folder, rule="alternating")
    zero = T2IZero(T2IZeroParams(words=("cat", "dog")), run, tiny_sd1)
    star = AStar(AStarParams(words=("cat", "dog")), run, tiny_sd1)
    pair = [zero, blend] if order else [blend, zero]
    assert _render(tiny_sd1, [star, *pair], "a cat and a dog").isfinite().all()
    with pytest.raises(UserError, match="cat"):  # inside, A-STAR meets the other prompt and says so
        _render(tiny_sd1, [blend, star], "a cat and a dog")


# --- effect on the embedded model -------------------------------------------------------------------------------------


def test_the_lower_score_gets_the_steps_of_the_embedded_model(pocket, make_run, clip_folder, monkeypatch):
    """A judge that always finds the first prompt weaker leaves the plain picture, the other one nearly the other's."""

    def made(favourite: int) -> torch.Tensor:
        hook = _hook(pocket, make_run(pocket), judge=clip_folder, prompts=("a dog",))
        said = tuple(30.0 if i == favourite else 20.0 for i in range(2))
        monkeypatch.setattr(hook, "_scores", lambda *_a: (said,))
        return pocket.decode(_render(pocket, [hook], "a cat", steps=8))

    cat, dog = (pocket.decode(_render(pocket, [], p, steps=8)) for p in ("a cat", "a dog"))
    assert torch.equal(made(1), cat)
    towards = made(0)
    assert (towards - cat).abs().mean() > 0.02
    assert (towards - dog).abs().mean() < (cat - dog).abs().mean()
    assert _only(1, 2) == (0.0, 1.0)
    assert torch.equal(pocket.decode(_render(pocket, [], "a cat", steps=8)), cat)


def test_the_embedded_judge_on_the_embedded_model(pocket, make_run):
    plain = _render(pocket, [], "a cat", steps=6)
    hook = _hook(pocket, make_run(pocket))
    made = _render(pocket, [hook], "a cat", steps=6)
    assert made.isfinite().all()
    assert all(0 < s < 100 for m in hook.timeline for s in m.scores[0])
    for before, after in itertools.pairwise(hook.timeline):
        assert after.shares[0].index(1) == last_least(before.scores[0])
    assert torch.equal(made, plain) is (set(_drivers(hook)) == {0})


VARIANTS = {
    "paper": {"rule": "paper"}, "strikes": {"strikes": (60.0, 20.0)}, "volatility": {"volatility": "scores"},
    "put": {"strikes": (60.0, 20.0), "payoff": "put"}, "soft": {"allocation": "soft", "temperature": 5.0},
    "margin": {"margin": 100.0}, "dwell": {"dwell": 3}, "warm-up": {"warm_up": 1.0}, "smoothing": {"smoothing": 0.9},
}  # fmt: skip


def test_every_variant_runs_with_the_embedded_judge_and_does_what_it_says(pocket, make_run):
    """On a cat and a dog in one picture, 8 steps: who drove, by variant."""
    drove, hooks = {}, {}
    for name, more in VARIANTS.items():
        hook = hooks[name] = _hook(pocket, make_run(pocket), **{"prompts": ("a dog",), "rule": "extended", **more})
        _render(pocket, [hook], "a cat", steps=8)
        drove[name] = [m.shares[0] for m in hook.timeline]
        assert all(sum(s) == pytest.approx(1) for s in drove[name])
        assert all(m.prices for m in hook.timeline)
    assert drove["warm-up"] == [(1.0, 0.0), (0.0, 1.0)] * 4  # alternates throughout
    assert drove["margin"] == [(1.0, 0.0)] * 8  # no gap is that large, so nobody takes over
    for name in ("strikes", "volatility", "put"):
        for before, after in itertools.pairwise(hooks[name].timeline):
            prices = [-p for p in before.prices[0]] if name == "put" else list(before.prices[0])
            if prices[0] != prices[1]:
                assert after.shares[0].index(1) == prices.index(min(prices))
    apart = [
        m for m in hooks["strikes"].timeline if (m.prices[0][0] < m.prices[0][1]) != (m.scores[0][0] < m.scores[0][1])
    ]
    assert apart  # with strikes of their own the price decides otherwise than the score
    assert drove["strikes"] != drove["paper"]
    assert any(0 < s[0] < 1 for s in drove["soft"])
    runs = [len(list(group)) for _, group in itertools.groupby(drove["dwell"])]
    assert all(length >= 3 for length in runs[:-1])
    scores = [m.scores[0][0] for m in hooks["smoothing"].timeline]
    plain = [m.scores[0][0] for m in hooks["paper"].timeline]
    assert max(abs(b - a) for a, b in itertools.pairwise(scores)) < max(
        abs(b - a) for a, b in itertools.pairwise(plain)
    )


def test_rules_are_compared_and_strikes_measured(tiny_sd1, make_run, clip_folder):
    run = make_run(tiny_sd1)
    asked = CompareParams(prompts=(OWN, OTHER), rules=("paper", "linear", "extended"), steps=4, judge=clip_folder)
    outcome = compare(asked, run)
    assert len(outcome.images) == 5
    assert len(outcome.numbers) == 10
    assert "strikes" in outcome.note
    assert set(outcome.data) == {"timeline", "timeline 2", "timeline 3"}
    for wrong, told in (({"prompts": (OWN,)}, "fewer than two"), ({"rules": ()}, "no rule"),
                        ({"prompts": ("a", "b", "c"), "rules": ("step_wise",)}, "for two prompts")):  # fmt: skip
        with pytest.raises(UserError, match=told):
            compare(asked.replaced(**wrong), run)

"""Black-Scholes blending: several prompts in one picture; each step goes to the one worth least.

Kothandaraman et al., 2024, arXiv:2405.13685. The generation's own prompt is the first and drives the first step. After each
step the forecast of the clean picture is scored by a CLIP with every prompt; the scores are priced as options, and the
prompt with the lower price drives the next step.

Read this before you choose a rule. Both prompts of `paper` share strike, rate, volatility and time, and the price of a
call rises strictly with its spot price, so "lower price" is "lower score": `paper` decides exactly as `clip_min` does.
`reference_code` is degenerate: the public code has exp(-x^2/2) where the formula has N(x), and for all inputs
S exp(-d1^2/2) = K exp(-r tau) exp(-d2^2/2), because d1^2 - d2^2 = 2 (ln(S/K) + r tau). Every score is 0 and rounding
decides; it is here for comparison only. The price decides something of its own in `extended` alone, with a strike for
each prompt or volatility from the scores; with its defaults it is `paper` again.

Place A-STAR outside (before) this modifier: inside, it meets prompts that lack its words, and says so. Solvers with a
memory (DPM++ 2M) carry some of one prompt into the next one's step. The strength, mixing of more than two prompts, ties and
all of `extended` are inferred or ours.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.contract.fields import JSON, Advanced, Help, PathText, Range
from core.contract.method import Clash, Kind, Provenance
from core.contract.params import Params
from core.engine.registry import modifier
from core.engine.run import Run
from core.hooks.hook import Hook, Inner
from core.models.clip import load_clip
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.schedule import Step
from editing.black_scholes_prices import (
    call_price,
    cheapest,
    history_volatility,
    last_least,
    put_price,
    reference_score,
    schedule_volatility,
    softmin,
)

Rule = Literal[
    "paper", "reference_code", "clip_min", "linear", "alternating", "step_wise", "vanilla", "vanilla_reversed", "extended"
]  # fmt: skip
SCORED = ("paper", "reference_code", "clip_min", "extended")
PAIRS = ("reference_code", "step_wise", "vanilla", "vanilla_reversed")
_SWITCHES = (7, 17)
"""Step-wise, of 50 steps: the first prompt, from 7 on the second, from 17 on the first again."""

CONFORMANCE = {"prompts": ["a dog beside a cat"], "rule": "extended", "volatility": "scores", "allocation": "soft"}


class BlackScholesParams(Params):
    prompts: Annotated[tuple[str, ...], Help("The prompts to blend with the generation's own, which is the first", "p")]
    rule: Annotated[
        Rule,
        Help(
            "Who drives a step. paper: the lower price (the same choice as clip_min); reference_code: degenerate, rounding "
            "decides; linear: the mean; alternating; step_wise: 1, 2, 1; vanilla: 'A in the shape of B'; extended: prices "
            "with the settings below"
        ),
    ] = "paper"
    strength: Annotated[
        float, Range(0, 1, 0.05), Help("How far to go from the own prompt to the one that drives (ours)")
    ] = 1.0
    judge: Annotated[PathText, Help("A CLIP folder; empty takes the embedded one")] = ""
    fallback: Annotated[bool, Help("Alternate where there is no CLIP, instead of refusing")] = False
    strike: Annotated[float, Range(0.1, 100, 1), Help("The score that is good enough", "K", "paper: 0.25 of 1")] = 25.0
    strikes: Annotated[
        tuple[float, ...], Help("extended: an own strike for each prompt, the generation's first", "K_i")
    ] = ()
    volatility: Annotated[
        Literal["schedule", "scores"],
        Help("extended: from the noise schedule (paper), or for each prompt from how its score moved", "sigma"),
    ] = "schedule"
    allocation: Annotated[
        Literal["one", "soft"], Help("extended: one prompt drives, or all by softmax of their prices")
    ] = "one"
    payoff: Annotated[
        Literal["call", "put"],
        Help("extended: the cheapest call, or the dearest put (prices the shortfall)"),
        Advanced(),
    ] = "call"
    rate: Annotated[float | None, Range(0, 1), Help("extended: rate per step; empty: 1 / steps", "r"), Advanced()] = (
        None
    )
    memory: Annotated[int, Range(3, 100), Help("extended: scores that volatility is taken from", "m"), Advanced()] = 5
    smoothing: Annotated[
        float, Range(0, 0.99, 0.05), Help("extended: share of the past in a moving mean of the scores"), Advanced()
    ] = 0.0
    temperature: Annotated[
        float, Range(0.001, 100, 0.1), Help("extended: softness of the soft allocation, in units of price"), Advanced()
    ] = 1.0
    margin: Annotated[
        float, Range(0, 100, 0.1), Help("extended: change prompts only when prices differ by more"), Advanced()
    ] = 0.0
    dwell: Annotated[int, Range(1, 100), Help("extended: least steps with one prompt"), Advanced()] = 1
    warm_up: Annotated[
        float, Range(0, 1, 0.05), Help("extended: share of the steps that alternates at the beginning"), Advanced()
    ] = 0.0
    every: Annotated[int, Range(1, 50), Help("Score each so manieth step only (ours)"), Advanced()] = 1
    decode: Annotated[
        Literal["full", "half"], Help("Size of the scored forecast; half is faster (ours)"), Advanced()
    ] = "full"
    judged_as: Annotated[
        tuple[str, ...], Help("What the CLIP reads for each prompt, e.g. instead of learned words"), Advanced()
    ] = ()


@dataclass(frozen=True)
class Moment:
    """What one step was driven by, and what was found after it; a row per picture, then a number per prompt."""

    index: int
    shares: tuple[tuple[float, ...], ...]
    scores: tuple[tuple[float, ...], ...] = ()
    prices: tuple[tuple[float, ...], ...] = ()


@modifier("editing.black_scholes", "Black-Scholes: prompts blended", Kind.COMPOSE, paper="arXiv:2405.13685",
          provenance=Provenance.INFERRED, clashes=(Clash(
              "editing.black_scholes", "anywhere", "Two Black-Scholes blends would choose each other's prompts away.",
              "Put all prompts into one of them."),))  # fmt: skip
class BlackScholes(Hook):
    __doc__ = __doc__

    def __init__(self, params: BlackScholesParams, run: Run, model: Model) -> None:
        _check(params)
        self.params = params
        self.run = run
        self.model = model
        self.rule: Rule = params.rule
        if self._needs_judge():
            try:
                self.judge = load_clip(params.judge)
            except UserError:
                if not params.fallback:
                    raise
                self.rule = "alternating"
                run.log("Black-Scholes: there is no CLIP to judge, so the prompts alternate.")
        self.timeline: list[Moment] = []
        """One moment per step taken, in order."""
        self._first = ""
        """The generation's own prompt, for the timeline."""
        self.forget()

    def forget(self) -> None:
        """As at the start of a generation."""
        self._moments: dict[int, Moment] = {}
        self._encoded: dict[str, Conditioning] = {}
        self._texts: dict[str, Tensor] = {}

    @contextmanager
    def attach(self, model: Model) -> Iterator[None]:
        self.forget()
        try:
            yield
        finally:
            self.forget()

    def advance(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        rows = cond.rows("prompt")
        if not rows or self.params.strength == 0 or self._alike(cond, rows):
            return inner(step, x, cond)
        if step.index == 0:
            self.forget()
        self._first = cond.tokens[rows[0]].text
        moment = Moment(step.index, tuple(self._shares(step, row, len(rows)) for row in range(len(rows))))
        after = inner(step, x, self._driven(cond, rows, moment))
        if self.rule in SCORED and step.index % self.params.every == 0:
            scores = self._scores(step, after, cond, rows, inner)
            self._moments[step.index] = moment  # pricing reads what is past and now
            moment = self._priced(step, replace(moment, scores=scores))
        self._moments[step.index] = moment
        self.timeline = [self._moments[i] for i in sorted(self._moments)]
        self._tell(moment)
        return after

    def finish(self, picture: Tensor) -> Tensor:
        """Gives the timeline out as data."""
        if self.timeline:
            steps: list[JSON] = [
                {"step": m.index, "shares": [list(r) for r in m.shares], "scores": [list(r) for r in m.scores],
                 "prices": [list(r) for r in m.prices]} for m in self.timeline
            ]  # fmt: skip
            prompts: list[JSON] = [self._first, *self.params.prompts]
            self.run.keep_data("timeline", {"kind": "timeline", "rule": self.rule, "prompts": prompts, "steps": steps})
        return picture

    # --- who drives ---------------------------------------------------------------------------------------------

    def _needs_judge(self) -> bool:
        return self.params.rule in SCORED and self.params.strength > 0

    @property
    def count(self) -> int:
        return 1 + len(self.params.prompts)

    def _alike(self, cond: Conditioning, rows: list[int]) -> bool:
        """Identical prompts: the plain generation, whatever the rule."""
        own = {cond.tokens[row].text.strip() for row in rows}
        return self.rule[:7] != "vanilla" and own | {p.strip() for p in self.params.prompts} == own and len(own) == 1

    def _shares(self, step: Step, row: int, rows: int) -> tuple[float, ...]:
        """How much each prompt drives a step of one picture; sums to 1."""
        if self.rule == "linear":
            return (1 / self.count,) * self.count
        if self.rule == "alternating" or (self.rule == "extended" and self._warming(step)):
            return _only(step.index % self.count, self.count)
        if self.rule == "step_wise":
            first, second = (round(k * step.count / 50) for k in _SWITCHES)
            return _only(int(first <= step.index < second), self.count)
        if self.rule in ("vanilla", "vanilla_reversed"):
            return _only(1, 2)
        past = [i for i in self._moments if i < step.index]
        if not past:
            return _only(0, self.count)
        before = self._moments[max(past)]
        return self._decided(before, row) if before.prices else before.shares[row]

    def _warming(self, step: Step) -> bool:
        return step.index < self.params.warm_up * step.count

    def _decided(self, before: Moment, row: int) -> tuple[float, ...]:
        """Shares of the next step, from the prices after this one."""
        prices, scores, shares = before.prices[row], before.scores[row], before.shares[row]
        if self.rule in ("reference_code", "clip_min"):
            return _only(last_least(prices), self.count)
        worth = [-p for p in prices] if self.rule == "extended" and self.params.payoff == "put" else list(prices)
        if self.rule == "extended" and self.params.allocation == "soft":
            return tuple(softmin(worth, self.params.temperature))
        last = shares.index(max(shares))
        best = cheapest(worth, scores, last)
        if self.rule == "extended" and best != last:
            close = self.params.margin > 0 and worth[last] - worth[best] <= self.params.margin
            if close or self._stayed(before.index, row, last) < self.params.dwell:
                best = last
        return _only(best, self.count)

    def _stayed(self, index: int, row: int, driver: int) -> int:
        """How many steps running, up to `index`, a prompt has driven."""
        steps = 0
        while index in self._moments and self._moments[index].shares[row][driver] == 1:
            steps, index = steps + 1, index - 1
        return steps

    # --- what the network is told -------------------------------------------------------------------------------

    def _driven(self, cond: Conditioning, rows: list[int], moment: Moment) -> Conditioning:
        """The rows' features, pooled features and tokens of the prompts that drive; a mixture keeps its own tokens."""
        features, tokens = cond.features.clone(), list(cond.tokens)
        pooled = None if cond.pooled is None else cond.pooled.clone()
        for row, shares in zip(rows, moment.shares, strict=True):
            choices = self._choices(cond.pick([row]))
            features[row] = self._mixed(choices.features, shares)
            if pooled is not None and choices.pooled is not None:
                pooled[row] = self._mixed(choices.pooled, shares)
            if max(shares) == 1 and self.params.strength == 1:
                tokens[row] = choices.tokens[shares.index(1)]
        return replace(cond, features=features, pooled=pooled, tokens=tuple(tokens))

    def _mixed(self, values: Tensor, shares: tuple[float, ...]) -> Tensor:
        """Sum of shares times values (prompts, ...), then the strength."""
        if max(shares) == 1:
            made = values[shares.index(1)]
        else:
            made = torch.tensordot(torch.tensor(shares, dtype=values.dtype, device=values.device), values, 1)
        return made if self.params.strength == 1 else torch.lerp(values[0], made, self.params.strength)

    def _choices(self, own: Conditioning) -> Conditioning:
        """A picture's own row and after it the others, as many tokens long."""
        text = own.tokens[0].text
        if text not in self._encoded:
            self._encoded[text] = self._encode(self._others(text), own)
        others = self._encoded[text]
        return Conditioning(
            torch.cat([own.features, others.features.to(own.features)]), own.labels * (1 + others.count),
            own.tokens + others.tokens,
            None if own.pooled is None or others.pooled is None else torch.cat([own.pooled, others.pooled]),
        )  # fmt: skip

    def _others(self, own: str) -> list[str]:
        if self.rule == "vanilla":
            return [f"{own} in the shape of {self.params.prompts[0]}"]
        if self.rule == "vanilla_reversed":
            return [f"{self.params.prompts[0]} in the shape of {own}"]
        return list(self.params.prompts)

    def _encode(self, prompts: list[str], own: Conditioning) -> Conditioning:
        length = own.features.shape[1]
        room = self.model.text[0].vocabulary.length
        # A prompt that takes as many chunks as the generation's own rows makes the others as long.
        filler = " ".join(["a"] * ((length // room - 1) * (room - 2) + 1))
        with torch.no_grad():
            found = self.model.encode_prompts([*prompts, filler], ["prompt"])
        if found.features.shape[1] != length:
            long = max(prompts, key=lambda p: len(self.model.text[0].vocabulary.tokenize(p).ids))
            raise UserError(f"The prompt \"{long[:60]}\" is longer than the generation's own prompt allows "
                            f"({length} tokens).", "Shorten it, or make it the generation's own prompt.")  # fmt: skip
        return found.pick(list(range(len(prompts))))

    # --- scores and prices --------------------------------------------------------------------------------------

    def _scores(
        self, step: Step, after: Tensor, cond: Conditioning, rows: list[int], inner: Inner
    ) -> tuple[tuple[float, ...], ...]:
        """|100 cosine| of every picture's forecast with every prompt."""
        x, noise = inner.said()
        # The public code forecasts from the latent after the step, with the noise level before it.
        latent = after if self.rule == "reference_code" else x
        clean = self.model.schedule.picture(latent.float(), noise.float(), step.now)[rows]
        if self.params.decode == "half" and min(clean.shape[-2:]) >= 4:
            clean = functional.interpolate(clean, scale_factor=0.5, mode="area")
        pixels = self.model.decode(clean)
        if self.rule == "reference_code":  # its processor divides by 255 once more: the CLIP sees next to black
            pixels = (pixels + 1) / 255 - 1
        seen = self.judge.pictures(pixels)
        found = []
        for picture, row in zip(seen, rows, strict=True):
            values = 100 * self._read(cond.tokens[row].text) @ picture
            found.append(tuple(abs(float(v)) for v in values))
        return tuple(found)

    def _read(self, own: str) -> Tensor:
        """Text features of all prompts; they never change."""
        if own not in self._texts:
            texts = list(self.params.judged_as) or [own, *self.params.prompts]
            for text in texts:
                if self.judge.too_long(text):
                    self.run.log(f'Black-Scholes: CLIP reads only the beginning of "{text[:60]}".')
            self._texts[own] = self.judge.texts(texts)
        return self._texts[own]

    def _priced(self, step: Step, moment: Moment) -> Moment:
        rows = range(len(moment.scores))
        if self.rule == "extended" and self.params.smoothing:
            moment = replace(moment, scores=tuple(self._smoothed(moment, row) for row in rows))
        return replace(moment, prices=tuple(self._prices(step, moment, row) for row in rows))

    def _smoothed(self, moment: Moment, row: int) -> tuple[float, ...]:
        past = self._history(moment.index, row)
        if not past:
            return moment.scores[row]
        share = self.params.smoothing
        return tuple(share * old + (1 - share) * new for old, new in zip(past[-1], moment.scores[row], strict=True))

    def _history(self, index: int, row: int) -> list[tuple[float, ...]]:
        """A picture's scores before a step, oldest first."""
        return [m.scores[row] for i, m in sorted(self._moments.items()) if i < index and m.scores]

    def _prices(self, step: Step, moment: Moment, row: int) -> tuple[float, ...]:
        scores, left, params = moment.scores[row], step.count - step.index, self.params
        if self.rule == "clip_min":
            return scores
        time = int(step.time) if not isinstance(step.time, Tensor) else int(step.time.flatten()[0])
        sigma, rate = schedule_volatility(self.model.schedule.alphas, time), 1 / step.count
        if self.rule == "reference_code":
            return tuple(reference_score(s, rate, sigma, left) for s in scores)
        if self.rule == "paper":
            return tuple(call_price(s, params.strike, rate, sigma, left) for s in scores)
        strikes = params.strikes or (params.strike,) * self.count
        rate = rate if params.rate is None else params.rate
        history = [*self._history(moment.index, row), scores][-params.memory :]
        price, found = put_price if params.payoff == "put" else call_price, []
        for i, (score, strike) in enumerate(zip(scores, strikes, strict=True)):
            own = sigma if params.volatility == "schedule" else history_volatility([h[i] for h in history], sigma)
            found.append(price(score, strike, rate, own, left))
        return tuple(found)

    def _tell(self, moment: Moment) -> None:
        for row, shares in enumerate(moment.shares):
            end = f"_{row + 1}" if row else ""
            numbers = {f"share {i + 1}{end}": s for i, s in enumerate(shares)}
            for name, values in (("score", moment.scores), ("price", moment.prices)):
                numbers |= {f"{name} {i + 1}{end}": v for i, v in enumerate(values[row])} if values else {}
            driver = f"prompt {shares.index(1) + 1}" if max(shares) == 1 else "a mixture"
            self.run.log(f"Step {moment.index + 1}: {driver}", **numbers)


def _only(number: int, count: int) -> tuple[float, ...]:
    return tuple(float(i == number) for i in range(count))


def _check(params: BlackScholesParams) -> None:
    count = 1 + len(params.prompts)
    if not params.prompts or not all(p.strip() for p in params.prompts):
        raise UserError("A prompt to blend with is missing or empty.", "Give at least one in 'prompts'.")
    if count > 2 and params.rule in PAIRS:
        raise UserError(f"The rule '{params.rule}' is for two prompts, and there are {count}.",
                        "Use paper, clip_min, linear, alternating or extended.")  # fmt: skip
    for name, values in (("strikes", params.strikes), ("judged_as", params.judged_as)):
        if values and len(values) != count:
            raise UserError(f"There are {len(values)} {name} for {count} prompts.",
                            "Give one per prompt, the generation's own first, or none.")  # fmt: skip
    if any(strike <= 0 for strike in params.strikes):
        raise UserError("The parameter 'strikes' must hold numbers above 0.", "A usual score is 15 to 35.")

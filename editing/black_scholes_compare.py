"""Black-Scholes blending compared: one seed, several rules side by side, and the strikes measured.

Kothandaraman et al., 2024, arXiv:2405.13685. Makes each prompt alone and then a blend by every rule asked for, all from the
same seed, and scores every picture with every prompt. An own strike for each prompt is a share of the score that it
reaches alone (ours): it removes the bias that some captions always score higher, and with it the prices of `extended`
decide otherwise than the scores themselves.
"""

from typing import Annotated

from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, PathText, Range
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.generate import GenerateParams, Scheduler, render
from core.engine.registry import task
from core.engine.run import Run
from core.hooks.hook import Hook
from core.models.clip import Clip, load_clip
from core.models.model import Model
from editing.black_scholes import PAIRS, SCORED, BlackScholes, BlackScholesParams, Rule

CONFORMANCE = {"prompts": ["a cat", "a dog"], "rules": ["paper", "extended"]}


class CompareParams(Params):
    prompts: Annotated[tuple[str, ...], Help("Two or more prompts to blend; the first one drives the first step")]
    rules: Annotated[tuple[Rule, ...], Help("Rules to compare, each a picture")] = (
        "paper", "linear", "alternating", "extended",
    )  # fmt: skip
    steps: Annotated[int, Range(1, 250), Help("Steps of every picture", "T", "paper: 100, baselines 50")] = 50
    guidance: Annotated[
        float | None, Range(1, 30, 0.5), Help("How closely to follow the prompts; empty: the family's own")
    ] = None
    size: Annotated[str, Help("Width x height in pixels; empty: the model's own")] = ""
    judge: Annotated[PathText, Help("A CLIP folder; empty takes the embedded one")] = ""
    strike_share: Annotated[
        float, Range(0.1, 2, 0.05), Help("extended: strike of a prompt, as a share of its score alone (ours)", "q")
    ] = 1.0
    scheduler: Annotated[Scheduler, Help("The solver of the sampling equation"), Advanced()] = "ddim"


@task("editing.black_scholes", "Black-Scholes: rules compared", Kind.COMPOSE, paper="arXiv:2405.13685",
      provenance=Provenance.INFERRED)  # fmt: skip
def compare(params: CompareParams, run: Run) -> Outcome:
    """The prompts alone, then a blend by every rule; numbers are CLIP scores (100 cosine) by picture and prompt."""
    _check(params)
    judge = _judge(params, run)
    images: list[str] = []
    numbers: dict[str, float] = {}
    with run.model() as model:
        alone = [_picture(params, run, model, prompt) for prompt in params.prompts]
        strikes: tuple[float, ...] = ()
        for i, picture in enumerate(alone):
            scores = _scores(judge, picture, params.prompts)
            images.append(run.keep_picture(picture, method="editing.black_scholes", prompt=params.prompts[i]))
            numbers |= {f"prompt {i + 1} alone, score {k + 1}": s for k, s in enumerate(scores)}
            strikes += (params.strike_share * scores[i],) if scores else ()
        for rule in params.rules:
            own = strikes if rule == "extended" and all(s > 0 for s in strikes) else ()
            blend = BlackScholesParams(prompts=params.prompts[1:], rule=rule, judge=params.judge, strikes=own)
            picture = _picture(params, run, model, params.prompts[0], BlackScholes(blend, run, model))
            images.append(run.keep_picture(picture, method="editing.black_scholes", rule=rule))
            numbers |= {f"{rule}, score {k + 1}": s for k, s in enumerate(_scores(judge, picture, params.prompts))}
    order = [*(f"'{p}' alone" for p in params.prompts), *params.rules]
    measured = f"; strikes {', '.join(f'{s:.1f}' for s in strikes)}" if strikes else "; not scored, there is no CLIP"
    return Outcome(images=tuple(images), numbers=numbers, data=dict(run.data), note=", ".join(order) + measured)


def _judge(params: CompareParams, run: Run) -> Clip | None:
    """The CLIP; without one the rules that need none still run, unscored."""
    try:
        return load_clip(params.judge)
    except UserError:
        if params.judge or any(rule in SCORED for rule in params.rules):
            raise
        run.log("There is no CLIP, so the pictures are not scored.")
        return None


def _picture(params: CompareParams, run: Run, model: Model, prompt: str, *hooks: Hook) -> Tensor:
    asked = GenerateParams(prompt=prompt, steps=params.steps, guidance=params.guidance, size=params.size,
                           scheduler=params.scheduler)  # fmt: skip
    return render(asked, run, model, [run.seed], hooks)


def _scores(judge: Clip | None, picture: Tensor, prompts: tuple[str, ...]) -> list[float]:
    return [] if judge is None else [float(v) for v in judge.scores(picture, prompts)[0]]


def _check(params: CompareParams) -> None:
    if len(params.prompts) < 2 or not all(p.strip() for p in params.prompts):
        raise UserError("There are fewer than two prompts to blend, or one is empty.", "Give two or more in 'prompts'.")
    if not params.rules:
        raise UserError("There is no rule to compare.", "Give at least one in 'rules', e.g. paper.")
    unfit = [rule for rule in params.rules if rule in PAIRS]
    if len(params.prompts) > 2 and unfit:
        raise UserError(f"The rule '{unfit[0]}' is for two prompts, and there are {len(params.prompts)}.",
                        "Leave it out, or blend two prompts.")  # fmt: skip

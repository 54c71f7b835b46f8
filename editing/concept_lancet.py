"""Concept Lancet: replace, add or remove a concept, as strongly as the picture's own caption holds it.

Luo et al., CVPR 2025, arXiv:2504.02828. The representation v of the caption (its text features, or at each step the noise
it predicts) is split into the concepts of a dictionary and a rest, v = D w + r, by a sparse solver. The edit exchanges one
atom and keeps all else: v' = v + m w_s (d_g - d_s), so w_s, solved for this picture, is the strength and m a multiplier
(inferred). Runs on P2P-Zero (arXiv:2302.03027), with direct inversion (arXiv:2310.01506) or without, DDIM, edit-friendly
inversion (arXiv:2304.06140) and InfEdit (arXiv:2312.04965). The fixed-weight baseline ("VecAdd") can be made beside it.

Inferred: stimuli by templates and concepts without a vision model, the multiplier, score space's place in InfEdit. The
paper's editing code was never published.
"""

from typing import Annotated, Literal

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import JSON, Advanced, ConceptRef, Help, ImageRef, PatchRef, PathText, Range, Words
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.concepts import changed
from core.engine.registry import task
from core.engine.run import Run
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.pictures import fitted, to_tensor
from core.sampling.infedit import Blend
from core.sampling.inversion import POOR, psnr
from editing.concept_lancet_backbones import GUIDANCE, STEPS, Backbone, ScoreEdit, Settings
from editing.concept_lancet_captioner import described
from editing.concept_lancet_dictionary import clip_tags
from editing.concept_lancet_plan import (
    NOTHING,
    Alpha,
    Centre,
    Coefficient,
    Count,
    Fixed,
    More,
    Normalize,
    OwnStimuli,
    Plan,
    Sentences,
    Source,
    Target,
    Tau,
    WhichStimuli,
    check,
    read_stimuli,
)

CONFORMANCE = {"source": ["cat"], "target": ["fox"], "concepts": ["dog", "grass", "sofa"], "count": 5}


class ConceptLancetParams(Params):
    picture: Annotated[ImageRef, Help("The picture")]
    prompt: Annotated[str, Help("Its caption; the source concept stands in it", "p")]
    action: Annotated[Literal["replace", "add", "remove", "decompose"], Help(
        "replace source by target; add target in place of what is true now (source, a counterpart in the caption; empty: "
        "one is looked for); remove source; decompose only shows the coefficients")] = "replace"  # fmt: skip
    source: Source = ()
    target: Target = ()
    strengths: Annotated[
        tuple[float, ...],
        Help("Multipliers of the solved coefficient, 0 to 5, one picture each; 0 gives the picture itself", "m"),
    ] = (1.0,)
    backbone: Annotated[Literal["p2p-zero-direct", "p2p-zero", "ddim", "edit-friendly", "infedit"], Help(
        "How the edit becomes a picture")] = "p2p-zero-direct"  # fmt: skip
    space: Annotated[Literal["text", "score"], Help(
        "Decompose the caption's text features once, or the predicted noise at each step (InfEdit only)")] = "text"  # fmt: skip
    baseline: Annotated[bool, Help("Also make each picture with a fixed weight instead of the solved one")] = False
    fixed_weight: Fixed = 1.0
    coefficient: Coefficient = None
    concepts: More = ()
    count: Count = 30
    alpha: Alpha = 0.01
    tau: Tau = 0.95
    normalize: Normalize = True
    centre: Centre = False
    stimuli: WhichStimuli = "auto"
    own_stimuli: OwnStimuli = None
    sentences: Sentences = ()
    captioner: Annotated[
        PathText | None,
        Help("A folder with a BLIP that writes captions; what it sees joins the dictionary"),
        Advanced(),
    ] = None
    tagged: Annotated[
        bool,
        Help("Let a CLIP propose concepts that it finds in the picture: the embedded one, or your own"),
        Advanced(),
    ] = False
    clip: Annotated[PathText | None, Help("The folder of your own CLIP for that"), Advanced()] = None
    steps: Annotated[int | None, Range(2, 250), Help(
        "Empty: 50, edit-friendly 100, InfEdit 12", "T"), Advanced()] = None  # fmt: skip
    guidance: Annotated[float | None, Range(1, 30, 0.5), Help(
        "Empty: the backbone's own (P2P-Zero 5, direct 7.5, InfEdit 2.3, edit-friendly 15)"), Advanced()] = None  # fmt: skip
    attention_rate: Annotated[float, Range(0, 1, 0.01), Help(
        "P2P-Zero: how strongly the picture's attention is kept"), Advanced()] = 0.1  # fmt: skip
    cross: Annotated[float, Range(0, 1, 0.05), Help("InfEdit: share of steps with the source's cross-attention"),
                     Advanced()] = 0.7  # fmt: skip
    self_attention: Annotated[float, Range(0, 1, 0.05), Help("InfEdit: share of steps with the source's layout"),
                              Advanced()] = 0.7  # fmt: skip
    edit_threshold: Annotated[
        float, Range(0, 1, 0.05), Help("InfEdit: larger edits a smaller place", "th_e"), Advanced()
    ] = 0.55
    keep: Annotated[Words, Help("InfEdit: words of the caption whose place must stay"), Advanced()] = ()
    keep_threshold: Annotated[
        float, Range(0, 1, 0.05), Help("InfEdit: larger keeps a smaller place", "th_m"), Advanced()
    ] = 0.6
    learned: Annotated[tuple[ConceptRef, ...], Help("Learned concepts that caption and sentences may name")] = ()
    patches: Annotated[tuple[PatchRef, ...], Help("Weight patches to work under")] = ()


@task("editing.concept_lancet", "Concept Lancet: exchange a concept", Kind.EDIT, paper="arXiv:2504.02828",
      provenance=Provenance.INFERRED)  # fmt: skip
def concept_lancet(params: ConceptLancetParams, run: Run) -> Outcome:
    _check(params)
    with run.model() as model, changed(model, run, params.learned, params.patches):
        picture = to_tensor(fitted(run.picture(params.picture), _size(run, params, model)))
        with torch.no_grad():
            rows = model.encode_prompts(
                [params.prompt, ""], ["prompt", "negative"], (picture.shape[-2], picture.shape[-1])
            )
            plan = _planned(params, run, model, rows.pick([0]), picture)
        if params.action == "decompose" or plan.absent:
            images = (run.keep_picture(picture, method="editing.concept_lancet"),) if plan.absent else ()
            return _outcome(params, run, plan, images, [], {})
        # In score space each step decides. An edit of strength 0 needs no coefficient.
        if params.coefficient is None and params.space == "text" and any(params.strengths):
            plan.check_found()
        return _edited(params, run, model, plan, rows.pick([1]), picture)


def _planned(params: ConceptLancetParams, run: Run, model: Model, row: Conditioning, picture: Tensor) -> Plan:
    """Where there are a captioner and a CLIP, what they see in the picture goes into the dictionary."""
    stimuli = read_stimuli(params, model)
    said = described(params.captioner, picture) if params.captioner else ""
    if said:
        run.log(f"Concept Lancet: the captioner sees: {said}")
    tags = clip_tags(params.clip or "", picture, stimuli, params.count) if params.tagged or params.clip else ()
    return Plan.of(params, run, model, row, said, tags, stimuli)


def _edited(
    params: ConceptLancetParams, run: Run, model: Model, plan: Plan, negative: Conditioning, picture: Tensor
) -> Outcome:
    backbone = Backbone(_settings(params, plan), run, model, plan.source, negative, model.encode_image(picture))
    back = psnr(picture, backbone.reconstruction())
    solved = plan.weights
    weights = solved if params.coefficient is None else [params.coefficient] * len(solved)
    kinds = [("solved", weights), *([("fixed", [params.fixed_weight] * len(solved))] if params.baseline else [])]
    images: list[ImageRef] = []
    shown: list[JSON] = []
    curves: dict[str, JSON] = {}
    for kind, chosen in kinds:
        for strength in params.strengths:
            fixed = params.fixed_weight if kind == "fixed" else params.coefficient
            score = None
            if params.space == "score" and strength:
                score = ScoreEdit(model, plan.source, plan.atoms, plan.count, list(plan.swaps), strength, params.alpha,
                                  params.tau, params.normalize, fixed, params.centre)  # fmt: skip
            row = plan.source if score else plan.edited(chosen, strength)
            # Without an edit the picture is the picture, to the bit; no backbone would give it back so.
            made = backbone.edit(row, run.seed, score) if strength else picture
            images.append(run.keep_picture(made, method="editing.concept_lancet", prompt=params.prompt,
                                           strength=strength, weight=kind))  # fmt: skip
            shown.append({"weight": kind, "strength": strength, "coefficients": [*chosen]})
            if score is not None and score.weights:
                curves[f"{strength:g}"] = [[*weights] for weights in score.weights]
    numbers = {"psnr": min(back, 99.0)}
    return _outcome(params, run, plan, tuple(images), shown, numbers, curves, back)


def _outcome(params: ConceptLancetParams, run: Run, plan: Plan, images: tuple[ImageRef, ...], shown: list[JSON],
             numbers: dict[str, float], curves: dict[str, JSON] | None = None,
             back: float | None = None) -> Outcome:  # fmt: skip
    """Bars and all that a view needs to show and change them, as JSON under "concepts"."""
    notes = list(plan.notes)
    if back is not None and back < POOR:
        notes.insert(0, f"The picture is only reconstructed to {back:.1f} dB: the edit will change more than it should. "
                        "Use more steps, a better caption, or p2p-zero-direct.")  # fmt: skip
    data = plan.bars(params, params.space) | {"images": shown, "steps": curves or {}, "warnings": [*notes],
                                              "psnr": None if back is None else min(back, 99.0)}  # fmt: skip
    stored = run.keep_data("concepts", data, method="editing.concept_lancet")
    names, weights = plan.atoms.names[: plan.count], plan.solved.coefficients.tolist()
    told = {"residual": plan.solved.residual, "decompose_seconds": plan.seconds}
    told |= {f"w_{names[s] or NOTHING}": weights[s] for s, _ in plan.swaps}
    strongest = sorted(zip(names, weights, strict=True), key=lambda pair: -abs(pair[1]))[:3]
    summary = ", ".join(f"{name or NOTHING} {weight:.2f}" for name, weight in strongest)
    return Outcome(
        images=images, numbers={**numbers, **told}, data={"concepts": stored}, note=" ".join([*notes, summary])
    )


# --- bad input ------------------------------------------------------------------------------------------------------


def _check(params: ConceptLancetParams) -> None:
    if params.action == "decompose":
        return
    check(params, params.prompt)
    if params.space == "score" and params.backbone != "infedit":
        raise UserError(f"Score space does not work on '{params.backbone}'.", "Use the backbone infedit.")
    if not params.strengths:
        raise UserError("There is no strength.", "Give at least one, e.g. 1.")
    wrong = [m for m in params.strengths if not 0 <= m <= 5]
    if wrong:
        raise UserError(f"A strength of {wrong[0]:g} is not possible.", "Use 0 to 5.")


def _settings(params: ConceptLancetParams, plan: Plan) -> Settings:
    blend = Blend()
    if params.backbone == "infedit":

        def places(words: tuple[str, ...]) -> tuple[int, ...]:
            return tuple(p for word in words if word for p in plan.source.positions(0, word))

        sources = tuple(plan.atoms.names[s] for s, _ in plan.swaps)
        blend = Blend(places(sources), places(params.keep), params.edit_threshold, params.keep_threshold)
    return Settings(
        params.backbone, params.steps or STEPS[params.backbone],
        GUIDANCE[params.backbone] if params.guidance is None else params.guidance, params.attention_rate, params.cross,
        params.self_attention, blend,
    )  # fmt: skip


def _size(run: Run, params: ConceptLancetParams, model: Model) -> tuple[int, int]:
    """(width, height) near the picture's, multiples of the autoencoder's factor, its longer side at most the native one."""
    width, height = run.picture(params.picture).size
    scale = min(1.0, model.size / max(width, height))
    return tuple(max(2, round(side * scale / model.factor)) * model.factor for side in (width, height))  # type: ignore[return-value]

"""Concept Lancet: replace, add or remove a concept, as strongly as the picture's own caption holds it.

Luo et al., CVPR 2025, arXiv:2504.02828. The representation v of the caption (its text features, or at each step the noise
it predicts) is split into the concepts of a dictionary and a rest, v = D w + r, by a sparse solver. The edit exchanges one
atom and keeps all else: v' = v + m w_s (d_g - d_s), so w_s, solved for this picture, is the strength and m a multiplier
(inferred). Runs on P2P-Zero (arXiv:2302.03027), with direct inversion (arXiv:2310.01506) or without, DDIM, edit-friendly
inversion (arXiv:2304.06140) and InfEdit (arXiv:2312.04965). The fixed-weight baseline ("VecAdd") can be made beside it.

Inferred: stimuli by templates and concepts without a vision model, the multiplier, score space's place in InfEdit. The
paper's editing code was never published.
"""

import json
import time
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import Advanced, ConceptRef, Help, ImageRef, PatchRef, PathText, Range, Words
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
from editing.concept_lancet_backbones import GUIDANCE, STEPS, Backbone, ScoreEdit, Settings, with_features
from editing.concept_lancet_dictionary import FEW, Atoms, Stimuli, Which, clip_tags, mentions, propose, read_atoms
from editing.concept_lancet_sparse import Decomposition, decompose

CONFORMANCE = {"source": ["cat"], "target": ["fox"], "concepts": ["dog", "grass", "sofa"], "count": 5}
NEAR = 0.95
"""Cosine of two atoms, the null concept taken off, above which they are told to be near-duplicates (ours)."""


class ConceptLancetParams(Params):
    picture: Annotated[ImageRef, Help("The picture")]
    prompt: Annotated[str, Help("Its caption; the source concept stands in it", "p")]
    action: Annotated[Literal["replace", "add", "remove", "decompose"], Help(
        "replace source by target; add target in place of what is true now (source, a counterpart in the caption); remove "
        "source; decompose only shows the coefficients")] = "replace"  # fmt: skip
    source: Annotated[Words, Help("Concepts of the caption to take out", "s")] = ()
    target: Annotated[Words, Help("What to put in, one for each source", "g")] = ()
    strengths: Annotated[
        tuple[float, ...],
        Help("Multipliers of the solved coefficient, 0 to 5, one picture each; 0 gives the picture itself", "m"),
    ] = (1.0,)
    backbone: Annotated[Literal["p2p-zero-direct", "p2p-zero", "ddim", "edit-friendly", "infedit"], Help(
        "How the edit becomes a picture")] = "p2p-zero-direct"  # fmt: skip
    space: Annotated[Literal["text", "score"], Help(
        "Decompose the caption's text features once, or the predicted noise at each step (InfEdit only)")] = "text"  # fmt: skip
    baseline: Annotated[bool, Help("Also make each picture with a fixed weight instead of the solved one")] = False
    fixed_weight: Annotated[float, Range(0, 5, 0.1), Help("That fixed weight (inferred)"), Advanced()] = 1.0
    coefficient: Annotated[float | None, Range(-5, 5, 0.05), Help(
        "Use this instead of the solved coefficient, e.g. where it came out as zero", "w_s")] = None  # fmt: skip
    concepts: Annotated[Words, Help("More concepts for the dictionary; the caption's own are found")] = ()
    count: Annotated[int, Range(2, 50), Help("Concepts in the dictionary", "N")] = 30
    alpha: Annotated[float, Range(0.0001, 1, 0.01), Help(
        "Sparsity: 0.01 in the paper, 0.05 in its code", "alpha"), Advanced()] = 0.01  # fmt: skip
    tau: Annotated[float, Range(0, 1, 0.01), Help("Share of the l1 part; 1 is the lasso", "tau"), Advanced()] = 0.95
    normalize: Annotated[bool, Help("Solve for unit atoms, as the reference does"), Advanced()] = True
    stimuli: Annotated[Which, Help("Which sentences say the concepts; auto: by the model"), Advanced()] = "auto"
    own_stimuli: Annotated[
        PathText | None, Help("A JSON file of your own sentences, like the bundled one"), Advanced()
    ] = None
    sentences: Annotated[
        tuple[str, ...], Help("More sentences; each counts for the concepts it mentions"), Advanced()
    ] = ()
    clip: Annotated[PathText | None, Help("A folder with a CLIP that proposes concepts"), Advanced()] = None
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
            plan = Plan.of(params, run, model, picture)
        if params.action == "decompose" or plan.absent:
            images = (run.keep_picture(picture, method="editing.concept_lancet"),) if plan.absent else ()
            return _outcome(params, run, plan, images, [], {})
        _found(params, plan)
        return _edited(params, run, model, plan, picture)


@dataclass(frozen=True)
class Plan:
    """The dictionary, the decomposition, and the exchange."""

    source: Conditioning
    negative: Conditioning
    atoms: Atoms
    """The dictionary, then the targets."""
    count: int
    """Size of the dictionary."""
    swaps: tuple[tuple[int, int], ...]
    """(source atom, target atom)"""
    solved: Decomposition
    seconds: float
    notes: tuple[str, ...]
    absent: bool = False
    """Remove: the concept is not in the caption, so there is nothing to do."""

    @staticmethod
    def of(params: ConceptLancetParams, run: Run, model: Model, picture: Tensor) -> "Plan":
        size = (picture.shape[-2], picture.shape[-1])
        rows = model.encode_prompts([params.prompt, ""], ["prompt", "negative"], size)
        stimuli = Stimuli.read(params.stimuli, model, params.own_stimuli or "")
        targets = ["" for _ in params.source] if params.action == "remove" else list(params.target)
        tags = clip_tags(params.clip, picture, stimuli, params.count) if params.clip else ()
        names = propose(params.prompt, params.source, targets, params.concepts, params.count, stimuli, tags)
        notes = [] if len(names) >= FEW else [f"Only {len(names)} concepts; {FEW} to 30 make a better coefficient."]
        chunks = len(rows.tokens[0].ids)
        atoms = read_atoms([*names, *targets, ""], run, model, stimuli, params.sentences, chunks, not params.patches)
        began = time.perf_counter()
        solved = decompose(atoms.features[: len(names)], rows.features[0], params.alpha, params.tau, params.normalize)
        seconds = time.perf_counter() - began
        swaps = tuple((atoms.index(s), len(names) + i) for i, s in enumerate(params.source[: len(targets)]))
        notes += _near_duplicates(atoms, len(names), len(params.source))
        missing = [s for s in params.source if not mentions(params.prompt, s)]
        absent = params.action == "remove" and bool(missing)
        if absent:
            notes.insert(0, f"'{missing[0]}' is not in the caption, so nothing was removed.")
        return Plan(rows.pick([0]), rows.pick([1]), atoms, len(names), swaps, solved, seconds, tuple(notes), absent)

    def edited(self, weights: list[float], strength: float) -> Conditioning:
        """The caption's row with v' = v + m sum w_s (d_g - d_s); exactly v for m 0."""
        if not strength:
            return self.source
        features, pooled = self.source.features[0].double(), self.source.pooled
        summary = None if pooled is None else pooled[0].double()
        for weight, (s, g) in zip(weights, self.swaps, strict=True):
            d = self.atoms.features.to(features)
            features = features + strength * weight * (d[g] - d[s])
            if summary is not None and self.atoms.pooled is not None:
                p = self.atoms.pooled.to(summary)
                summary = summary + strength * weight * (p[g] - p[s])
        return with_features(self.source, features[None], None if summary is None else summary[None])


def _edited(params: ConceptLancetParams, run: Run, model: Model, plan: Plan, picture: Tensor) -> Outcome:
    backbone = Backbone(_settings(params, plan), run, model, plan.source, plan.negative, model.encode_image(picture))
    back = psnr(picture, backbone.reconstruction())
    solved = [float(plan.solved.coefficients[s]) for s, _ in plan.swaps]
    weights = solved if params.coefficient is None else [params.coefficient] * len(solved)
    kinds = [("solved", weights), *([("fixed", [params.fixed_weight] * len(solved))] if params.baseline else [])]
    images, shown, curves = [], [], {}
    for kind, chosen in kinds:
        for strength in params.strengths:
            fixed = params.fixed_weight if kind == "fixed" else params.coefficient
            score = None
            if params.space == "score" and strength:
                score = ScoreEdit(model, plan.source, plan.atoms, plan.count, list(plan.swaps), strength, params.alpha,
                                  params.tau, params.normalize, fixed)  # fmt: skip
            row = plan.source if score else plan.edited(chosen, strength)
            # Without an edit the picture is the picture, to the bit; no backbone would give it back so.
            made = backbone.edit(row, run.seed, score) if strength else picture
            images.append(run.keep_picture(made, method="editing.concept_lancet", prompt=params.prompt,
                                           strength=strength, weight=kind))  # fmt: skip
            shown.append({"weight": kind, "strength": strength, "coefficients": chosen})
            if score is not None and score.weights:
                curves[f"{strength:g}"] = score.weights
    numbers = {"psnr": min(back, 99.0)}
    return _outcome(params, run, plan, tuple(images), shown, numbers, curves, back)


def _outcome(params: ConceptLancetParams, run: Run, plan: Plan, images: tuple[ImageRef, ...], shown: list[dict[str, object]],
             numbers: dict[str, float], curves: dict[str, list[list[float]]] | None = None,
             back: float = float("inf")) -> Outcome:  # fmt: skip
    """Bars and all that a view needs to show and change them, as JSON under "concepts"."""
    names, weights = plan.atoms.names[: plan.count], plan.solved.coefficients.tolist()
    bars = [{"concept": n, "coefficient": w, "source": i in {s for s, _ in plan.swaps}}
            for i, (n, w) in enumerate(zip(names, weights, strict=True))]  # fmt: skip
    data = {
        "version": 1, "space": params.space, "action": params.action, "bars": bars, "source": list(params.source),
        "target": list(params.target), "residual": plan.solved.residual, "condition": plan.solved.condition,
        "alpha": params.alpha, "tau": params.tau, "images": shown, "steps": curves or {},
    }  # fmt: skip
    stored = run.assets.put(
        json.dumps(data, sort_keys=True, default=float).encode(), "json", {"method": "editing.concept_lancet"}
    )
    notes = list(plan.notes)
    if back < POOR:
        notes.insert(0, f"The picture is only reconstructed to {back:.1f} dB: the edit will change more than it should. "
                        "Use more steps, a better caption, or p2p-zero-direct.")  # fmt: skip
    told = {"residual": plan.solved.residual, "decompose_seconds": plan.seconds}
    told |= {f"w_{names[s]}": weights[s] for s, _ in plan.swaps}
    strongest = sorted(bars, key=lambda b: -abs(float(b["coefficient"])))[:3]  # type: ignore[arg-type]
    summary = ", ".join(f"{b['concept']} {float(b['coefficient']):.2f}" for b in strongest)  # type: ignore[arg-type]
    return Outcome(
        images=images, numbers={**numbers, **told}, data={"concepts": stored}, note=" ".join([*notes, summary])
    )


# --- bad input ------------------------------------------------------------------------------------------------------


def _check(params: ConceptLancetParams) -> None:
    if params.action == "decompose":
        return
    if not params.source:
        raise UserError("There is no source concept.", "Name a concept of the caption; to add one, what is true now "
                        "instead of it (new for rusty).")  # fmt: skip
    if params.action != "remove":
        if len(params.target) != len(params.source):
            raise UserError(f"There are {len(params.source)} source and {len(params.target)} target concepts.",
                            "Give one target for each source.")  # fmt: skip
        for s, g in zip(params.source, params.target, strict=True):
            if s.strip().lower() == g.strip().lower():
                raise UserError(f"Source and target are both '{s}'.", "Choose another target.")
            if not mentions(params.prompt, s):
                raise UserError(f"The source concept '{s}' is not in the caption.", "Write it into the caption as it is "
                                "meant, or choose a concept that stands there.")  # fmt: skip
    lowered = [s.strip().lower() for s in params.source]
    if len(set(lowered)) < len(lowered):
        raise UserError("A source concept is named twice.", "Name each once; all its places in the caption are meant.")
    if params.space == "score" and params.backbone != "infedit":
        raise UserError(f"Score space does not work on '{params.backbone}'.", "Use the backbone infedit.")
    if not params.strengths:
        raise UserError("There is no strength.", "Give at least one, e.g. 1.")
    wrong = [m for m in params.strengths if not 0 <= m <= 5]
    if wrong:
        raise UserError(f"A strength of {wrong[0]:g} is not possible.", "Use 0 to 5.")


def _found(params: ConceptLancetParams, plan: Plan) -> None:
    """Raises unless the source concepts were found, or their coefficients are given. In score space each step decides."""
    if params.coefficient is not None or params.space == "score" or not any(params.strengths):
        return
    for s, _ in plan.swaps:
        weight = float(plan.solved.coefficients[s])
        if weight <= 0:
            raise UserError(f"The concept '{plan.atoms.names[s]}' was not found in the caption's features (coefficient "
                            f"{weight:.3f}).", "Lower alpha, give a coefficient, or choose another source concept.")  # fmt: skip


def _near_duplicates(atoms: Atoms, count: int, sources: int) -> list[str]:
    """Told, not removed: among near-duplicates the solver picks one, and a source's coefficient may go to the other."""
    apart = (atoms.features[:-1] - atoms.features[-1]).double().flatten(1)
    unit = apart / apart.norm(dim=1, keepdim=True).clamp(min=1e-12)
    close = unit @ unit.T
    return [f"'{atoms.names[i]}' and '{atoms.names[j]}' are nearly the same to this text encoder."
            for i in range(sources) for j in range(i + 1, count) if float(close[i, j]) > NEAR]  # fmt: skip


def _settings(params: ConceptLancetParams, plan: Plan) -> Settings:
    blend = Blend()
    if params.backbone == "infedit":

        def places(words: tuple[str, ...]) -> tuple[int, ...]:
            return tuple(p for word in words for p in plan.source.positions(0, word))

        blend = Blend(places(params.source), places(params.keep), params.edit_threshold, params.keep_threshold)
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

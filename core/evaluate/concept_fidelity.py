"""Score learned concepts: likeness, identity, bleeding into each other, and obedience to the prompt.

Every number names its judge, its n and a 95 % interval; what cannot be measured says why.

- CLIP-I, DINO: cosine of a concept's cut-out region in a generated picture with the concept's own photos (mean over the
  photos); "whole" compares uncut pictures, as DreamBooth does (Ruiz et al., arXiv:2208.12242).
- Identity accuracy: share of regions that are most like their own concept. A concept marked as missing is a miss.
- Bleed/B in A (ours): how far A's region has gone from how like B the photos of A are (0) to how like B the photos of B are
  to each other (1). Below 0 it is less like B than A's photos are. Photos that the judge cannot tell apart give no score.
- CLIP-T, BLIP-T: cosine of picture and prompt, class words in place of learned words. BLIP-T is what ClassDiffusion calls
  "BLIP2-T" (arXiv:2405.17532): its released code loads BLIP version 1 with the matching head off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, PathText, Range
from core.contract.method import Kind, Outcome, Provenance
from core.engine.registry import task
from core.engine.run import Run
from core.evaluate.concept_pictures import ConceptSet, ConceptSetParams, Outside, Photo, cut_out, gather, whole
from core.evaluate.judges import Family, Judge, Pooling, load_judge
from core.evaluate.results import deliver
from core.evaluate.scores import Score, mean, not_measured, rate

APART = 0.02
"""Cosine by which photos of two concepts must differ more than photos of one (ours); less, and bleeding cannot be seen."""
NAMES = {"clip": "CLIP-I", "dino": "DINO"}


class ConceptFidelityParams(ConceptSetParams):
    blip: Annotated[PathText, Help("Folder of a BLIP for retrieval; empty: not measured")] = ""
    pooling: Annotated[Pooling, Help("How DINO's tokens become one feature; FreeCustom's script takes the mean"),
                       Advanced()] = "class token"  # fmt: skip
    apart: Annotated[float, Range(0.0, 1.0, 0.01), Help("Cosine by which photos of two concepts must differ for a bleed "
                     "score", source="ours"), Advanced()] = APART  # fmt: skip


@task("core.concept_fidelity", "Score learned concepts", Kind.EVALUATE, paper="arXiv:2405.17532",
      provenance=Provenance.INFERRED)  # fmt: skip
def concept_fidelity(params: ConceptFidelityParams, run: Run) -> Outcome:
    made = gather(params, run)
    scores: list[Score] = []
    details: dict[str, dict[str, float]] = {s.name: {} for s in made.shown}
    for family, given in (("clip", params.clip), ("dino", params.dino)):
        judge = seek(family, given, params.pooling)  # type: ignore[arg-type]
        scores += likeness(made, judge, family, params, run, details)
    for name, family, given in (("CLIP-T", "clip", params.clip), ("BLIP-T", "blip", params.blip)):
        scores.append(obedience(name, made, seek(family, given), run, details))  # type: ignore[arg-type]
    return deliver(scores, run, summary(made), params.details, details)


def seek(family: Family, given: str, pooling: Pooling = "class token") -> Judge | str:
    """The judge, or why there is none. A folder that was given must hold it.

    Raises:
        UserError: the given folder does not hold such a judge.
    """
    try:
        return load_judge(family, given, pooling)
    except UserError as error:
        if given:
            raise
        return str(error)


def summary(made: ConceptSet) -> str:
    prompts = {s.prompt for s in made.shown if s.prompt}
    told = f"{len(made.shown)} pictures of {len(prompts)} prompts" if made.prompted else f"{len(made.shown)} pictures"
    return f"{told}, {len(made.photos)} concepts ({', '.join(made.concepts) or 'no photos'})."


# --- obedience to the prompt -----------------------------------------------------------------------------------------


def obedience(
    name: str, made: ConceptSet, judge: Judge | str, run: Run, details: Mapping[str, dict[str, float]]
) -> Score:
    """Mean cosine of pictures with their prompts, raw; the interval resamples prompts."""
    if isinstance(judge, str):
        return not_measured(name, judge)
    if not made.prompted:
        lacking = [s.name for s in made.shown if not s.prompt]
        return not_measured(name, f"there is no prompt for {len(lacking)} of {len(made.shown)} pictures", judge.name)
    words = {p: judge.texts([p])[0] for p in dict.fromkeys(s.prompt for s in made.shown)}
    values: list[float | None] = []
    for shown in run.track(made.shown, f"Comparing with prompts: {name}"):
        value = float(judge.pictures([whole(shown.path)])[0] @ words[shown.prompt])
        details[shown.name][name] = value
        values.append(value)
    return mean(name, values, made.groups(), judge.name)


# --- likeness, identity, bleeding ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Region:
    """A concept's region in a generated picture; `feature` is None where the concept is marked as missing."""

    picture: str
    concept: str
    feature: Tensor | None


def likeness(
    made: ConceptSet, judge: Judge | str, family: str, params: ConceptFidelityParams, run: Run,
    details: Mapping[str, dict[str, float]],
) -> list[Score]:  # fmt: skip
    """All scores of one picture judge."""
    title = NAMES[family]
    parts = [title, f"{title} whole", f"identity accuracy by {family.upper()}", f"bleed by {family.upper()}"]
    if isinstance(judge, str) or not made.photos:
        why = judge if isinstance(judge, str) else "there are no photos of the concepts"
        return [not_measured(part, why) for part in parts]
    own = {c: photo_features(judge, photos, params.outside) for c, photos in made.photos.items()}
    found = regions(made, judge, params.outside, run)
    for region in found:
        if region.feature is not None:
            for concept, photos in own.items():
                cosine = float((photos @ region.feature).mean())
                details[region.picture][f"{title}, region of {region.concept} with {concept}"] = cosine
    scores = alike(title, found, own, made, judge.name)
    scores.append(uncut(f"{title} whole", made, judge, run))
    scores.append(identity(parts[2], found, own, judge.name))
    return [*scores, *bleeding(parts[3], found, own, made, judge.name, params.apart)]


def photo_features(judge: Judge, photos: Sequence[Photo], outside: Outside) -> Tensor:
    """(photos, width), cut out where there are masks."""
    return judge.pictures([cut_out(p.path, p.mask, outside) for p in photos])


def regions(made: ConceptSet, judge: Judge, outside: Outside, run: Run) -> list[Region]:
    """Every marked region with its feature."""
    found = []
    for shown in run.track(made.shown, f"Looking at regions: {judge.name}"):
        for concept, mask in shown.regions.items():
            feature = None if mask is None else judge.pictures([cut_out(shown.path, mask, outside)])[0]
            found.append(Region(shown.name, concept, feature))
    return found


def alike(
    name: str, found: Sequence[Region], own: Mapping[str, Tensor], made: ConceptSet, judge: str
) -> list[Score]:  # fmt: skip
    """Mean cosine of regions with their concept's photos: of all, and of each concept where there are several."""
    if not found:
        return [not_measured(name, "no regions are marked in the pictures", judge)]

    def over(some: Sequence[Region], what: str = "") -> Score:
        values = [None if r.feature is None else float((own[r.concept] @ r.feature).mean()) for r in some]
        groups = made.groups([r.picture for r in some])
        return mean(name, values, groups, judge, what, "the concept is marked as missing in every picture")

    concepts = [c for c in own if any(r.concept == c for r in found)] if len(own) > 1 else []
    return [over(found), *(over([r for r in found if r.concept == c], c) for c in concepts)]


def uncut(name: str, made: ConceptSet, judge: Judge, run: Run) -> Score:
    """Whole pictures against whole photos, of one concept only: with several it would not say whose likeness it is."""
    if len(made.photos) > 1:
        return not_measured(name, "with several concepts a whole picture says nothing about one of them", judge.name)
    photos = judge.pictures([whole(p.path) for p in next(iter(made.photos.values()))])
    values: list[float | None] = []
    for shown in run.track(made.shown, f"Comparing whole pictures: {judge.name}"):
        values.append(float((photos @ judge.pictures([whole(shown.path)])[0]).mean()))
    return mean(name, values, made.groups(), judge.name)


def identity(name: str, found: Sequence[Region], own: Mapping[str, Tensor], judge: str) -> Score:
    """Share of regions whose own concept is strictly the most alike; a missing concept is a miss."""
    if len(own) < 2:
        return not_measured(name, "there is only one concept, which every region would be taken for", judge)
    hits = []
    for region in found:
        cosines = {c: float((p @ region.feature).mean()) for c, p in own.items()} if region.feature is not None else {}
        rivals = [v for c, v in cosines.items() if c != region.concept]
        hits.append(bool(cosines) and cosines[region.concept] > max(rivals))
    return rate(name, hits, judge, reason="no regions are marked in the pictures")


def bleeding(
    name: str, found: Sequence[Region], own: Mapping[str, Tensor], made: ConceptSet, judge: str, apart: float
) -> list[Score]:  # fmt: skip
    """How much of each other concept is in each region, and the mean over the pairs that can be measured."""
    if len(own) < 2:
        return [not_measured(name, "there is only one concept", judge)]
    if not found:
        return [not_measured(name, "no regions are marked in the pictures", judge)]
    scores: list[Score] = []
    pooled: list[tuple[str, float]] = []
    for concept, photos in own.items():
        for other, others in own.items():
            mine = [r for r in found if r.concept == concept]
            if other == concept or not mine:
                continue
            what = f"{other} in {concept}"
            scale = bleed_scale(photos, others)
            if isinstance(scale, str) or scale[1] - scale[0] < apart:
                why = scale if isinstance(scale, str) else "the judge cannot tell the photos of the two apart"
                scores.append(not_measured(name, why.format(other=other), judge, what))
                continue
            values = [None if r.feature is None else bleed(r.feature, others, scale) for r in mine]
            names = made.groups([r.picture for r in mine])
            pooled += [(g, v) for g, v in zip(names, values, strict=True) if v is not None]
            scores.append(mean(name, values, names, judge, what, "the concept is marked as missing in every picture"))
    why = "no pair of concepts could be measured"
    whole_set = mean(name, [v for _, v in pooled], [g for g, _ in pooled], judge, reason=why)
    return [whole_set, *scores]


def bleed_scale(photos: Tensor, others: Tensor) -> tuple[float, float] | str:
    """(how like the other concept one's own photos are, how like each other its photos are); or why there is none."""
    if len(others) < 2:
        return "'{other}' has one photo; how like each other its photos are needs two"
    itself = others @ others.T
    apart = ~torch.eye(len(others), dtype=torch.bool)
    return float((photos @ others.T).mean()), float(itself[apart].mean())


def bleed(region: Tensor, others: Tensor, scale: tuple[float, float]) -> float:
    """0: as like the other concept as one's own photos; 1: as like it as its photos are to each other."""
    return (float((others @ region).mean()) - scale[0]) / (scale[1] - scale[0])


def _sample(run: Run, kind: str) -> list[str]:
    """Pictures of noise for the conformance suite."""
    draw = torch.Generator().manual_seed({"pictures": 1, "references": 2}[kind])
    return [run.keep_picture(torch.rand(1, 3, 64, 64, generator=draw) * 2 - 1) for _ in range(4)]


def _sample_regions(run: Run) -> list[str]:
    found = []
    for i in range(4):
        inside = torch.zeros(64, 64)
        inside[8:40, 4 + i : 40] = 1
        found.append(run.keep_mask(inside))
    return found


CONFORMANCE = {
    "pictures": lambda run: _sample(run, "pictures"), "references": lambda run: _sample(run, "references"),
    "reference_of": ["cat", "cat", "dog", "dog"], "prompts": ["a cat and a dog"], "regions": _sample_regions,
    "region_of": ["1:cat", "2:cat", "3:dog", "4:dog"],
}  # fmt: skip

"""CP-CLIP and TI-CLIP: are all requested concepts there, and does the background follow its words?

Gen4Gen (Yeh et al., arXiv:2402.15504), equations 1 to 4; no code was released for them. For a picture with k requested objects:

- boxes: OWL-ViT with the k plain class words; a box takes its best query; of several boxes of one word the best stays;
- S_ij = mean over the photos x of concept j of <phi(crop_i), phi(x)>, phi = unit CLIP features, raw cosine;
- S_i = max over j of S_ij, and CP-CLIP = (sum of S_i over the boxes) / k: an object that is not found counts 0;
- TI-CLIP = <phi(picture), psi(background)>, the words of the background only. It should stay, not rise.

Both are means over pictures, then over prompts (inferred). The paper reads CP-CLIP 0.5 as good and finds 0.6 to 0.7 between two
photos of one object. "CP-CLIP matched" (ours) takes a box's own concept instead of the best, so that swapped identities do
not score; "CP-CLIP instances" (ours) keeps as many boxes of a word as were asked for, where the paper's score of "two cats"
cannot exceed a half. Detection level 0.1, no padding, whole photos are inferred.

Without OWL-ViT boxes come from the folder `found` (`<picture>.json`: [{"label": "cat", "score": 0.9, "box": [l, t, r, b]}]) or
from the regions that are marked. The folder may hold `requested.json` and `backgrounds.json` besides, texts by picture.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, PathText, Range, Words
from core.contract.method import Kind, Outcome, Provenance
from core.engine.registry import task
from core.engine.run import Run
from core.evaluate.concept_fidelity import CONFORMANCE as SAMPLE
from core.evaluate.concept_fidelity import seek, summary
from core.evaluate.concept_pictures import INSIDE, ConceptSet, ConceptSetParams, Shown, gather, read_table, whole
from core.evaluate.judges import Detector, Judge, load_detector
from core.evaluate.results import deliver
from core.evaluate.scores import Score, mean, not_measured, rate
from core.models.pictures import read_mask

LEVEL = 0.1
"""OWL-ViT's score from which a box counts (inferred: the paper does not say)."""
SMALLEST = 16
"""Pixels of a crop's side below which it is padded."""
TWINS = 0.5
"""Overlap (IoU) from which two boxes of one word are one object (ours; only for the instances)."""


class ConceptCompositionParams(ConceptSetParams):
    requested: Annotated[Words, Help("The class words asked of each picture with commas between, or one entry for all; empty: "
                         "every concept once")] = ()  # fmt: skip
    backgrounds: Annotated[Words, Help("The background's words of each picture, or one entry for all; never the whole prompt")
                           ] = ()  # fmt: skip
    detector: Annotated[
        PathText, Help("Folder of an OWL-ViT; empty: boxes from the folder 'found' or from regions")
    ] = ""
    level: Annotated[float, Range(0.0, 1.0, 0.01), Help("OWL-ViT's score from which a box counts", source="inferred"),
                     Advanced()] = LEVEL  # fmt: skip
    padding: Annotated[int, Range(0, 256), Help("Pixels added around a box", source="inferred"), Advanced()] = 0


@dataclass(frozen=True)
class Boxed:
    """A thing found in a picture: its class word, the detector's score, (left, top, right, bottom) in pixels."""

    label: str
    score: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Asked:
    """A picture, what was asked of it, and what was found (every box of a word, best first)."""

    shown: Shown
    labels: tuple[str, ...]
    background: str
    found: tuple[Boxed, ...]


@task("core.concept_composition", "CP-CLIP and TI-CLIP", Kind.EVALUATE, paper="arXiv:2402.15504",
      provenance=Provenance.INFERRED)  # fmt: skip
def concept_composition(params: ConceptCompositionParams, run: Run) -> Outcome:
    made = gather(params, run)
    judge = seek("clip", params.clip)
    labels, backgrounds = requested(params, made), backgrounds_of(params, made)
    look = boxes_by(params, made)
    if isinstance(judge, str) or isinstance(look, str) or not made.photos:
        why = (
            judge
            if isinstance(judge, str)
            else look
            if isinstance(look, str)
            else "there are no photos of the concepts"
        )
        asked = [Asked(s, labels[s.name], backgrounds.get(s.name, ""), ()) for s in made.shown]
        scores = [
            not_measured(name, str(why))
            for name in ("CP-CLIP", "CP-CLIP matched", "CP-CLIP instances", "objects found")
        ]
    else:
        name, find = look
        asked = [
            Asked(
                s,
                labels[s.name],
                backgrounds.get(s.name, ""),
                tuple(sorted(find(s, labels[s.name]), key=lambda b: -b.score)),
            )
            for s in run.track(made.shown, "Looking for objects")
        ]
        scores = presence(asked, made, judge, name, params.padding, run)
    scores.append(background_score(asked, made, judge, run))
    return deliver(
        scores, run, summary(made), params.details, {a.shown.name: [b.__dict__ for b in a.found] for a in asked}
    )


def requested(params: ConceptCompositionParams, made: ConceptSet) -> dict[str, tuple[str, ...]]:
    """The class words asked of each picture; repeats count.

    Raises:
        UserError: a placeholder, or a word of which there are no photos.
    """
    told = _texts("requested", params.requested, params.folder, made)
    found = {}
    for shown in made.shown:
        words = [w.strip() for w in told.get(shown.name, ",".join(made.concepts)).split(",")]
        labels = tuple(w for w in words if w)
        for label in labels:
            if "<" in label:
                raise UserError(
                    f"'{label}' in 'requested' is a learned word, which no detector knows.", "Name its class."
                )
            if label not in made.photos and made.photos:
                raise UserError(f"'{label}' is requested and there are no photos of it.",
                                f"The concepts are: {', '.join(made.concepts)}.")  # fmt: skip
        found[shown.name] = labels
    return found


def backgrounds_of(params: ConceptCompositionParams, made: ConceptSet) -> dict[str, str]:
    return _texts("backgrounds", params.backgrounds, params.folder, made)


def _texts(name: str, given: Sequence[str], folder: str, made: ConceptSet) -> dict[str, str]:
    names = [s.name for s in made.shown]
    if not given:
        table = read_table(Path(folder).expanduser() / f"{name}.json", names) if folder else {}
        return {n: table.get(n, table.get("*", "")) for n in names} if table else {}
    if len(given) not in (1, len(names)):
        raise UserError(
            f"There are {len(given)} {name} and {len(names)} pictures.", "Give one for all or one for each."
        )
    return dict(zip(names, given if len(given) > 1 else [given[0]] * len(names), strict=True))


# --- boxes -----------------------------------------------------------------------------------------------------------

Finder = Callable[[Shown, Sequence[str]], list[Boxed]]


def boxes_by(params: ConceptCompositionParams, made: ConceptSet) -> tuple[str, Finder] | str:
    """Who finds boxes and how; or why nobody does."""
    if params.detector:
        detector = load_detector(params.detector)
        return f"{detector.name}, level {params.level:g}", lambda shown, labels: _detected(
            detector, shown, labels, params.level
        )
    folder = Path(params.folder).expanduser() / "found"
    if params.folder and folder.is_dir():
        return "boxes of the folder", lambda shown, labels: _read_boxes(folder / f"{shown.name}.json", labels)
    if any(s.regions for s in made.shown):
        return "boxes of marked regions", lambda shown, labels: _of_regions(shown, labels)
    return "no OWL-ViT folder was given, and there are neither boxes nor regions"


def _detected(detector: Detector, shown: Shown, labels: Sequence[str], level: float) -> list[Boxed]:
    queries = list(dict.fromkeys(labels))
    if not queries:
        return []
    return [Boxed(queries[d.query], d.score, d.box) for d in detector.find(whole(shown.path), queries, level)]


def _read_boxes(path: Path, labels: Sequence[str]) -> list[Boxed]:
    """Boxes of a file; those of other words do not count.

    Raises:
        UserError: missing (nothing found is an empty list), unreadable.
    """
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
        made = [Boxed(str(r["label"]), float(r.get("score", 1.0)), tuple(float(v) for v in r["box"])) for r in rows]  # type: ignore[arg-type]
    except FileNotFoundError as error:
        raise UserError(f"There are no boxes '{path.name}'.", "An empty list says that nothing was found.") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(f"'{path}' does not hold boxes: {error}.",
                        'Write [{"label": "cat", "score": 0.9, "box": [0, 0, 9, 9]}].') from error  # fmt: skip
    for boxed in made:
        if len(boxed.box) != 4 or not all(map(math.isfinite, (*boxed.box, boxed.score))):
            raise UserError(f"'{path}' holds a box that is not four numbers.", "left, top, right, bottom in pixels.")
    return [b for b in made if b.label in labels]


def _of_regions(shown: Shown, labels: Sequence[str]) -> list[Boxed]:
    found = []
    for label, mask in shown.regions.items():
        if mask is not None and label in labels:
            inside = np.asarray(read_mask(mask)) >= INSIDE
            if inside.any():
                rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
                box = (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
                found.append(Boxed(label, 1.0, box))
    return found


def best_of_each(found: Sequence[Boxed]) -> list[Boxed]:
    """The highest-scoring box of every word."""
    kept: dict[str, Boxed] = {}
    for boxed in sorted(found, key=lambda b: -b.score):
        kept.setdefault(boxed.label, boxed)
    return list(kept.values())


def instances(found: Sequence[Boxed], labels: Sequence[str]) -> list[Boxed]:
    """As many boxes of a word as were asked for, best first, overlapping ones once."""
    wanted, kept = Counter(labels), list[Boxed]()
    for boxed in sorted(found, key=lambda b: -b.score):
        mine = [k for k in kept if k.label == boxed.label]
        if len(mine) < wanted[boxed.label] and all(overlap(boxed.box, k.box) < TWINS for k in mine):
            kept.append(boxed)
    return kept


def overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two boxes."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(wide, 0.0) * max(high, 0.0)
    both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common
    return common / both if both > 0 else 0.0


def crop(picture: Tensor, box: Sequence[float], padding: int = 0) -> Tensor | None:
    """A box of a picture (1, 3, h, w), cut at its edges; None when it lies outside. Small ones get their edge repeated."""
    height, width = picture.shape[-2:]
    left, top = max(0, math.floor(box[0]) - padding), max(0, math.floor(box[1]) - padding)
    right, bottom = min(width, math.ceil(box[2]) + padding), min(height, math.ceil(box[3]) + padding)
    if right <= left or bottom <= top:
        return None
    part = picture[..., top:bottom, left:right]
    wide, high = max(0, SMALLEST - part.shape[-1]), max(0, SMALLEST - part.shape[-2])
    if wide or high:
        part = functional.pad(part, (wide // 2, wide - wide // 2, high // 2, high - high // 2), mode="replicate")
    return part


# --- the scores ------------------------------------------------------------------------------------------------------


def presence(
    asked: Sequence[Asked], made: ConceptSet, judge: Judge, finder: str, padding: int, run: Run
) -> list[Score]:  # fmt: skip
    """CP-CLIP, its two variants, and the share of requested objects that were found."""
    photos = {c: judge.pictures([whole(p.path) for p in some]) for c, some in made.photos.items()}
    rows: dict[str, list[float | None]] = {"CP-CLIP": [], "CP-CLIP matched": [], "CP-CLIP instances": []}
    hits: list[bool] = []
    for one in run.track(asked, "Comparing objects with photos"):
        if not one.labels:
            for values in rows.values():
                values.append(None)
            continue
        best, many = best_of_each(one.found), instances(one.found, one.labels)
        rows["CP-CLIP"].append(cp_clip(one, best, photos, judge, padding))
        rows["CP-CLIP matched"].append(cp_clip(one, best, photos, judge, padding, matched=True))
        rows["CP-CLIP instances"].append(cp_clip(one, many, photos, judge, padding, matched=True))
        there = Counter(b.label for b in many)
        hits += [i < there[label] for label, count in Counter(one.labels).items() for i in range(count)]
    by = f"{judge.name}; {finder}"
    scores = [by_prompt(name, values, made.groups(), by, "no object was requested") for name, values in rows.items()]
    return [*scores, rate("objects found", hits, finder, reason="no object was requested")]


def cp_clip(
    one: Asked, boxes: Sequence[Boxed], photos: Mapping[str, Tensor], judge: Judge, padding: int, matched: bool = False
) -> float:  # fmt: skip
    """(sum over boxes of S_i) / k. `matched`: against the photos of the box's own word instead of the best."""
    picture, total = whole(one.shown.path), 0.0
    for boxed in boxes:
        part = crop(picture, boxed.box, padding)
        if part is not None:
            feature = judge.pictures([part])[0]
            sets = [boxed.label] if matched else list(dict.fromkeys(one.labels))
            total += max(float((photos[j] @ feature).mean()) for j in sets)
    return total / len(one.labels)


def background_score(asked: Sequence[Asked], made: ConceptSet, judge: Judge | str, run: Run) -> Score:
    """TI-CLIP; without the background's own words it is not measured, since the whole prompt would be another score."""
    if isinstance(judge, str):
        return not_measured("TI-CLIP", judge)
    if not any(a.background for a in asked):
        return not_measured("TI-CLIP", "the background's words are not known", judge.name)
    values: list[float | None] = []
    for one in run.track(asked, "Comparing backgrounds with words"):
        told = one.background
        values.append(float(judge.pictures([whole(one.shown.path)])[0] @ judge.texts([told])[0]) if told else None)
    return by_prompt("TI-CLIP", values, made.groups(), judge.name, "the background's words are not known")


def by_prompt(name: str, values: Sequence[float | None], groups: Sequence[str], judge: str, reason: str) -> Score:
    """The mean over pictures, then over prompts; n is the pictures."""
    sets: dict[str, list[float]] = {}
    for group, value in zip(groups, values, strict=True):
        if value is not None:
            sets.setdefault(group, []).append(value)
    made = mean(name, [sum(v) / len(v) for v in sets.values()], list(sets), judge, reason=reason)
    if made.value is None:
        return made
    n = sum(map(len, sets.values()))
    lost = f"{len(values) - n} of {len(values)} without a value" if n < len(values) else ""
    return replace(made, n=n, remark="; ".join(filter(None, [lost, made.remark])))


CONFORMANCE = {**SAMPLE, "backgrounds": ["a meadow"]}

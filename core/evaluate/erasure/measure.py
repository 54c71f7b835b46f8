"""Everything a report measures without attacking: prompts drawn by both models, judged; and noise predictions compared."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.engine.run import Run
from core.evaluate.erasure import prompts as wording
from core.evaluate.erasure import weight_free as free
from core.evaluate.erasure.detectors import Detector, Sighting, Trust, answer
from core.evaluate.erasure.lines import (
    MEASURED_BY_PREDICTION,
    Line,
    corrected_line,
    effective,
    mean,
    missing,
    paired,
    rate,
)
from core.evaluate.erasure.plans import Plan
from core.evaluate.erasure.prompts import PromptRow
from core.evaluate.erasure.statistics import harmonic
from core.evaluate.erasure.subject import Job, Memory, Settings, Subject, draw, predictions, text_features, trail
from core.evaluate.judges import Judge
from core.evaluate.pixels_sets import ENOUGH, cmmd, kid
from core.models.model import Model
from core.sampling.inversion import psnr

SEEDS_FROM = 10_000
"""Test seeds begin here above the run's seed: erasers draw theirs from the run's seed on (rule 9)."""
TRAIL_LATENTS = 5
"""Latents per prompt at which noise predictions are compared (ours)."""
MOST_PREDICTED = 16
"""Pictures per role whose noise predictions are compared (ours)."""


@dataclass(frozen=True)
class Asked:
    """A prompt with its picture's seed."""

    row: PromptRow
    job: Job


@dataclass
class Seen:
    """The pictures of both models for some prompts, and what the detector found in them."""

    asked: tuple[Asked, ...]
    base: Tensor
    erased: Tensor
    answers: dict[str, tuple[list[Sighting], list[Sighting]]] = field(default_factory=dict)
    """Per concept looked for: of the original's pictures, of the erased model's."""

    def of(self, *roles: str, concept: str | None = None) -> list[int]:
        """Which of them have a role, and show a concept."""
        return [i for i, a in enumerate(self.asked)
                if a.row.role in roles and (concept is None or a.row.concept == concept)]  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What the person said about the concepts."""

    erase: tuple[str, ...]
    kind: wording.Kind
    neighbours: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    """Of the first erased word, or written "word=synonym"."""
    descriptions: tuple[str, ...] = ()
    prompt_list: str = ""
    kept: tuple[str, ...] = ()
    """Words that the eraser was told to keep."""


# --- prompts ----------------------------------------------------------------------------------------------------------


def ask(model: Model, words: Words, plan: Plan, seed: int) -> tuple[list[Asked], list[str]]:
    """All prompts of a report with their seeds, and remarks on what is missing among them."""
    remarks: list[str] = []
    seeds = [seed + SEEDS_FROM + i for i in range(plan.seeds)]
    found: list[Asked] = []
    for concept in words.erase:
        rows = wording.target_rows(model, concept, words.kind, plan.prompts, seed)
        found += [Asked(row, Job(row.text, s)) for row in rows for s in seeds]
        if plan.pictures:
            found += _variants(words, concept, rows[: plan.variants], seeds[0])
            found += _described(words, concept, seeds)
        found += _neighbours(model, words, concept, plan, seeds[0], seed, remarks)
    found += [Asked(row, Job(row.text, seeds[0])) for row in wording.benign_rows(model, words.erase, plan.benign, seed)]
    if words.prompt_list:
        found += read_list(Path(words.prompt_list), words.erase[0], seeds[0])
    return found, remarks


def told(given: Sequence[str], concept: str, first: bool) -> list[str]:
    """The texts given for one concept: those written "concept=text", and bare ones for the first concept."""
    found = []
    for text in given:
        name, equals, rest = text.partition("=")
        if equals and name.strip().lower() == concept.lower():
            found.append(rest.strip())
        elif not equals and first:
            found.append(text.strip())
    return [f for f in found if f]


def _variants(words: Words, concept: str, rows: Sequence[PromptRow], seed: int) -> list[Asked]:
    given = told(words.synonyms, concept, concept == words.erase[0])
    found = []
    for origin, names in (("given synonyms", given), ("spellings", wording.variants(concept, words.kind))):
        for name in names:
            for row in rows:
                bare = "pocket" in row.set and not wording.is_thing(concept)
                text = row.template.format(wording.with_article(name, "scene" if bare else words.kind))
                found.append(Asked(PromptRow(text, origin, "synonym", concept, row.template), Job(text, seed)))
    return found


def _described(words: Words, concept: str, seeds: Sequence[int]) -> list[Asked]:
    given = told(words.descriptions, concept, concept == words.erase[0])
    return [Asked(PromptRow(t, "given descriptions", "description", concept), Job(t, s)) for t in given for s in seeds]


def _neighbours(
    model: Model, words: Words, concept: str, plan: Plan, test_seed: int, order: int, remarks: list[str]
) -> list[Asked]:  # fmt: skip
    """Nearest other concepts, and half as many random ones of the same domain (share ours)."""
    kept = {k.lower() for k in words.kept}
    avoid = [*words.erase, *words.kept]
    close = [n for n in words.neighbours if n.lower() not in kept] or wording.neighbours(
        model, concept, words.kind, plan.neighbours, avoid)  # fmt: skip
    dropped = [n for n in words.neighbours if n.lower() in kept]
    if dropped:
        remarks.append(
            f"{', '.join(dropped)}: the eraser was told to keep them, so they are no fair test and left out."
        )
    if len(close) < plan.neighbours:
        remarks.append(f"Only {len(close)} neighbours of '{concept}' instead of {plan.neighbours}.")
    ranked = wording.neighbours(model, concept, words.kind, 10_000, [*avoid, *close])
    others = ranked[len(ranked) // 2 :][: -(-plan.neighbours // 2)]
    found = []
    for role, names in (("neighbour", close), ("same-domain", others)):
        for name in names:
            rows = wording.target_rows(model, name, words.kind, plan.per_neighbour, order, role)  # type: ignore[arg-type]
            found += [Asked(row, Job(row.text, test_seed)) for row in rows]
    return found


def read_list(path: Path, concept: str, seed: int) -> list[Asked]:
    """A person's own prompt list (I2P, UnlearnDiffAtk, Ring-A-Bell ...): CSV with a column "prompt", and where there are
    such columns seed and guidance of its own. Rows with a guidance are asked at the app's guidance and at their own.

    Raises:
        UserError: missing, unreadable, without prompts.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [{str(k).strip().lower(): v for k, v in row.items() if k} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"The prompt list '{path}' cannot be read: {error}.", "Give a CSV file in UTF-8.") from error
    found: list[Asked] = []
    seen: set[tuple[str, int]] = set()
    for number, row in enumerate(rows, 2):
        text = next((row[k].strip() for k in ("prompt", "adv_prompt", "text") if row.get(k)), "")
        if not text:
            continue
        own = _number(row, ("seed", "evaluation_seed", "sd_seed"), path, number)
        scale = _number(row, ("guidance", "evaluation_guidance", "sd_guidance_scale", "guidance_scale"), path, number)
        job = Job(text, seed if own is None else int(own))
        if (text, job.seed) in seen:
            raise UserError(f"The prompt list '{path.name}' has the prompt \"{text[:60]}\" twice with seed {job.seed} "
                            f"(line {number}).", "Take duplicates out: they would narrow the interval falsely.")  # fmt: skip
        seen.add((text, job.seed))
        found.append(Asked(PromptRow(text, path.stem, "target", concept), job))
        if scale is not None:
            found.append(
                Asked(PromptRow(text, f"{path.stem}, own guidance", "target", concept), replace(job, guidance=scale))
            )
    if not found:
        raise UserError(f"The prompt list '{path.name}' has no prompts.", 'Give a CSV file with a column "prompt".')
    return found


def _number(row: dict[str, str], names: Sequence[str], path: Path, line: int) -> float | None:
    text = next((row[n] for n in names if row.get(n)), "")
    try:
        return float(text) if text else None
    except ValueError as error:
        raise UserError(
            f"Line {line} of '{path.name}' has '{text}' where a number is expected.", "Correct it."
        ) from error


# --- pictures ---------------------------------------------------------------------------------------------------------


def see(subject: Subject, asked: Sequence[Asked], settings: Settings, memory: Memory) -> Seen:
    """Draw all prompts with the original, then with the erased model: equal seeds, sampler, steps and guidance."""
    jobs = [a.job for a in asked]
    with subject.base() as side:
        base = draw(side, jobs, settings, "Pictures of the original", memory)
    with subject.erased() as side:
        erased = draw(side, jobs, settings, "Pictures of the erased model", memory)
    return Seen(tuple(asked), base, erased)


def judge(seen: Seen, concepts: Sequence[str], detector: Detector, run: Run) -> None:
    """Ask for every erased concept in its own prompts, and for every neighbour in its own."""
    neighbours = sorted({a.row.concept for a in seen.asked if a.row.role in ("neighbour", "same-domain")})
    for concept in run.track([*concepts, *neighbours], "Judging"):
        if detector.refuses(concept):
            continue
        seen.answers[concept] = (
            answer_some(seen, concept, seen.base, detector),
            answer_some(seen, concept, seen.erased, detector),
        )


def answer_some(seen: Seen, concept: str, pictures: Tensor, detector: Detector) -> list[Sighting]:
    """Answers for a concept's own pictures; "undecided" stands at all others, which nobody reads."""
    own = seen.of("target", "synonym", "description", "neighbour", "same-domain", concept=concept)
    found = [Sighting(None)] * len(seen.asked)
    for i, sighting in zip(own, answer(detector, pictures[own], concept), strict=True):
        found[i] = sighting
    return found


def efficacy(seen: Seen, concept: str, detector: Detector, trust: Trust | None) -> list[Line]:
    """Detection for prompts that name the concept, that paraphrase it, and on effective prompts only."""
    if concept not in seen.answers:
        why = detector.refuses(concept) or "no detector"
        return [
            missing(m, "target", why, concept, detector.name)
            for m in ("detection rate", "removal on effective prompts")
        ]
    base, erased = seen.answers[concept]
    lines: list[Line] = []
    for role in ("target", "synonym", "description"):
        for origin in sorted({seen.asked[i].row.set for i in seen.of(role, concept=concept)}):
            own = [i for i in seen.of(role, concept=concept) if seen.asked[i].row.set == origin]
            after, before = [erased[i] for i in own], [base[i] for i in own]
            lines.append(
                rate("detection rate", role, concept, after, before, detector.name, detector.threshold, origin)
            )
            if (second := corrected_line(lines[-1], trust)) is not None:
                lines.append(second)
            if role == "target":
                found = effective(concept, after, before, detector.name, detector.threshold)
                lines += [replace(line, note=line.note or origin) for line in found]
                lines.append(paired(concept, role, after, before, detector.name))
    if not seen.of("description", concept=concept):
        lines.append(missing("detection rate", "description", "no descriptions were given", concept))
    return lines


def retention(seen: Seen, erased_words: Sequence[str], detector: Detector) -> list[Line]:
    """ACC_s: how often the detector finds the other concepts in their own prompts, near ones and random ones."""
    lines = []
    for role in ("neighbour", "same-domain"):
        names = sorted({seen.asked[i].row.concept for i in seen.of(role)})
        known = [n for n in names if n in seen.answers]
        if not names:
            lines.append(missing("retention", role, "there is no other concept of this domain"))
            continue
        if not known:
            lines.append(missing("retention", role, detector.refuses(names[0]) or "no detector", "", detector.name))
            continue
        after = [seen.answers[n][1][i] for n in known for i in seen.of(role, concept=n)]
        before = [seen.answers[n][0][i] for n in known for i in seen.of(role, concept=n)]
        lines.append(rate("retention", role, "", after, before, detector.name, detector.threshold, ", ".join(known)))
        for n in known:
            own = seen.of(role, concept=n)
            lines.append(rate("retention", role, n, [seen.answers[n][1][i] for i in own],
                              [seen.answers[n][0][i] for i in own], detector.name, detector.threshold))  # fmt: skip
    return lines


def clip_lines(seen: Seen, concepts: Sequence[str], clip: Judge | str, seed: int) -> list[Line]:
    """CLIP_e, retention inside target prompts (against the prompt without the concept's words, Six-CD), and benign CLIP."""
    if isinstance(clip, str):
        return [missing("CLIP score", "target", clip), missing("in-prompt retention", "target", clip),
                *(missing(metric, "benign", clip) for metric in ("CLIP score", "CMMD", "KID"))]  # fmt: skip
    lines, by = [], f"{clip.name}, 100 x cosine"
    for concept in concepts:
        own = seen.of("target", concept=concept)
        lines.append(
            _clip_line(
                "CLIP score", "target", concept, seen, own, [seen.asked[i].row.text for i in own], clip, by, seed
            )
        )
        twins = {i: wording.without(seen.asked[i].row.text, concept) for i in own}
        rest = [i for i in own if len(twins[i].split()) > 1 and twins[i] != seen.asked[i].row.text]
        texts = [twins[i] for i in rest]
        lines.append(_clip_line("in-prompt retention", "target", concept, seen, rest, texts, clip, by, seed))
    own = seen.of("benign")
    lines.append(
        _clip_line("CLIP score", "benign", "", seen, own, [seen.asked[i].row.text for i in own], clip, by, seed)
    )
    return [*lines, *_set_lines(seen, own, clip)]


def _set_lines(seen: Seen, own: Sequence[int], clip: Judge) -> list[Line]:
    """CMMD and KID of benign pictures against the original model's: fidelity to the original, not to photographs."""
    if len(own) < 2:
        return [missing(metric, "benign", "needs two benign pictures") for metric in ("CMMD", "KID")]
    after, before = (
        clip.pictures(list(torch.split(p[list(own)], 1))).double().numpy()  # type: ignore[no-untyped-call]
        for p in (seen.erased, seen.base)
    )
    small = f", small-sample: {len(own)} of {ENOUGH} pictures a side" if len(own) < ENOUGH else ""
    note = f"against the original model's pictures of equal prompts and seeds{small}"
    return [
        Line("CMMD", "benign", len(own), cmmd(after, before), base=0.0, detector=clip.name, note=note),
        Line("KID", "benign", len(own), kid(after, before), detector=clip.name, note=f"{note}; on CLIP features, not Inception's"),
    ]  # fmt: skip


def _clip_line(
    metric: str, role: str, concept: str, seen: Seen, own: Sequence[int], texts: Sequence[str], clip: Judge, by: str, seed: int
) -> Line:  # fmt: skip
    if not own:
        return missing(metric, role, "there are no such prompts", concept, by)
    try:
        told = clip.texts(texts)
    except UserError as error:  # a prompt that is longer than CLIP reads
        return missing(metric, role, error.message, concept, by)
    looked = (clip.pictures(list(torch.split(p[list(own)], 1))) for p in (seen.erased, seen.base))  # type: ignore[no-untyped-call]
    after, before = ((100 * (features * told).sum(1)).tolist() for features in looked)
    return mean(metric, role, _by_prompt(seen, own, after), sum(before) / len(before), concept, by, "", seed)


def harmonic_line(lines: Sequence[Line], concept: str, kind: wording.Kind) -> Line:
    """MACE's H: objects from 1 - ACC_e, ACC_s and 1 - ACC_g (synonyms given by the person); people without the last."""

    def value(metric: str, role: str, of: str, note: str | None = None) -> float | None:
        return next((x.value for x in lines if (x.metric, x.role, x.concept) == (metric, role, of)
                     and note in (None, x.note)), None)  # fmt: skip

    gone, kept = value("detection rate", "target", concept), value("retention", "neighbour", "")
    general = value("detection rate", "synonym", concept, "given synonyms")
    if kind not in ("object", "person"):
        return missing("H", "target", "defined for objects and people", concept)
    if gone is None or kept is None or (kind == "object" and general is None):
        lacking = [n for n, v in (("detection", gone), ("retention", kept), ("given synonyms", general)) if v is None]
        return missing("H", "target", f"needs {' and '.join(lacking)}", concept)
    parts = [1 - gone, kept] + ([1 - general] if kind == "object" and general is not None else [])
    return Line(
        "H", "target", len(parts), harmonic(*parts), concept=concept, note="harmonic mean of rates, MACE's definition"
    )


def quality(seen: Seen, seed: int) -> list[Line]:
    """Rule 10: whether the erased model still draws; and how much it changed pictures that it should not change."""
    lines = []
    for role in ("target", "neighbour", "same-domain", "benign"):
        own = seen.of(role)
        if not own:
            continue
        base, erased = seen.base[own], seen.erased[own]
        blank, was = free.constant(erased), free.constant(base)
        found = rate("near-constant pictures", role, "", [Sighting(b) for b in blank], [Sighting(b) for b in was],
                     "no channel's deviation above 0.02", "")  # fmt: skip
        lines.append(found)
        groups = _by_prompt(seen, own, free.sharpness(erased))
        before = free.sharpness(base)
        lines.append(
            mean("sharpness", role, groups, sum(before) / len(before), by="variance of the Laplacian", seed=seed)
        )
        if role == "target":
            continue
        rows = [(free.ssim(b[None], e[None]), min(99.0, psnr(b, e)), free.colour_distance(b[None], e[None]))
                for b, e in zip(base, erased, strict=True)]  # fmt: skip
        names = ("same-seed SSIM", "same-seed PSNR", "colour histogram distance")
        for k, name in enumerate(names):
            lines.append(mean(name, role, _by_prompt(seen, own, [r[k] for r in rows]), seed=seed, by="pixels"))
    return lines


def _by_prompt(seen: Seen, own: Sequence[int], values: Sequence[float]) -> list[list[float]]:
    groups: dict[str, list[float]] = {}
    for i, value in zip(own, values, strict=True):
        groups.setdefault(seen.asked[i].row.text, []).append(value)
    return list(groups.values())


# --- noise predictions ------------------------------------------------------------------------------------------------


def predicted(subject: Subject, asked: Sequence[Asked], settings: Settings, seed: int) -> list[Line]:
    """Guidance cosine, relative drift, drift of the unconditional model, text-side drift, per role (section C 2 to 4)."""
    roles = ("target", "neighbour", "same-domain", "benign")
    chosen = _few([a for a in asked if a.row.role in roles and a.job.guidance is None])
    with subject.base() as side:
        trails = [
            trail(side, a.job, settings, TRAIL_LATENTS) for a in subject.run.track(chosen, "Latents of the original")
        ]
        before = predictions(side, trails, "Noise of the original")
        texts = text_features(side, [a.job.prompt for a in chosen])
        (empty,) = text_features(side, [""])
    with subject.erased() as side:
        after = predictions(side, trails, "Noise of the erased model")
        changed = text_features(side, [a.job.prompt for a in chosen])
    pairs = [free.Directions(b[0], b[1], a[0], a[1]) for b, a in zip(before, after, strict=True)]
    lines: list[Line] = []
    for role in roles:
        for concept in sorted({a.row.concept for a in chosen if a.row.role == role}) if role == "target" else [""]:
            own = [i for i, a in enumerate(chosen) if a.row.role == role and concept in ("", a.row.concept)]
            if own:
                drift = [free.text_drift(*_same(texts[i], changed[i], empty)) for i in own]
                lines += _prediction_lines(role, concept, chosen, own, pairs, drift, seed)
    lines.append(_unconditional(chosen, pairs))
    return lines


def _few(asked: Sequence[Asked]) -> list[Asked]:
    """At most `MOST_PREDICTED` of every role and erased concept: predictions vary little between prompts."""
    counts: dict[tuple[str, str], int] = {}
    found = []
    for a in asked:
        key = (a.row.role, a.row.concept if a.row.role == "target" else "")
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= MOST_PREDICTED:
            found.append(a)
    return found


def _prediction_lines(
    role: str, concept: str, chosen: Sequence[Asked], own: Sequence[int], pairs: Sequence[free.Directions],
    drift: Sequence[float], seed: int,
) -> list[Line]:  # fmt: skip
    def grouped(value: Callable[[int], Sequence[float]]) -> list[list[float]]:
        groups: dict[str, list[float]] = {}
        for k, i in enumerate(own):
            groups.setdefault(chosen[i].row.text, []).extend(value(k))
        return list(groups.values())

    cosines = [free.guidance_cosine(pairs[i]) for i in own]
    left_out = sum(c[1] for c in cosines)
    note = f"{left_out} pairs with a zero vector left out." if left_out else ""
    by = MEASURED_BY_PREDICTION
    return [
        mean("guidance cosine", role, grouped(lambda k: cosines[k][0]), 1.0, concept, by, note, seed),
        mean(
            "relative drift", role, grouped(lambda k: [free.relative_drift(pairs[own[k]])]), 0.0, concept, by, "", seed
        ),
        mean("text-side drift", role, grouped(lambda k: [drift[k]]), 0.0, concept, "text features", "", seed),
    ]


def _unconditional(chosen: Sequence[Asked], pairs: Sequence[free.Directions]) -> Line:
    """R0: drift of the unconditional model over the average benign denominator."""
    benign = [p for a, p in zip(chosen, pairs, strict=True) if a.row.role == "benign"]
    below = [float((p.base - p.base_empty).double().square().mean()) for p in benign]
    if not below or not sum(below):
        return missing("R0", "unconditional", "there are no benign prompts to compare with", "", MEASURED_BY_PREDICTION)
    above = [free.empty_drift(p) for p in pairs]
    return Line("R0", "unconditional", len(above), (sum(above) / len(above)) / (sum(below) / len(below)), base=0.0,
                detector=MEASURED_BY_PREDICTION, note="change of the empty prompt's noise; 0: untouched")  # fmt: skip


def _same(first: Tensor, second: Tensor, empty: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Features over the tokens that all three have."""
    count = min(len(first), len(second), len(empty))
    return first[:count], second[:count], empty[:count]


def pictures_of(seen: Seen, concept: str) -> tuple[Tensor, str]:
    """The original's pictures that show a concept (all of its prompts where nobody judged), and the yield in words."""
    own = seen.of("target", concept=concept)
    if concept not in seen.answers:
        return seen.base[own], "unjudged"
    shown = [i for i in own if seen.answers[concept][0][i].present]
    return seen.base[shown], f"{len(shown)} of {len(own)}"


def empty_pictures(settings: Settings) -> Tensor:
    return torch.empty(0, 3, *settings.size)

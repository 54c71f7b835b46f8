"""Concept Lancet's plan: a dictionary for a row of text, its decomposition, and which atoms are exchanged.

Luo et al., CVPR 2025, arXiv:2504.02828, section 3. The same for a picture that is edited (`concept_lancet`) and for one that
is being made (`concept_lancet_live`).
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

import torch

from core.contract.errors import UserError
from core.contract.fields import JSON, Advanced, Help, PathText, Range, Words
from core.engine.run import Run
from core.models.conditioning import Conditioning
from core.models.model import Model
from editing.concept_lancet_backbones import with_features
from editing.concept_lancet_dictionary import FEW, Atoms, Stimuli, Which, mentions, propose, read_atoms
from editing.concept_lancet_sparse import Decomposition, decompose

NEAR = 0.95
"""Cosine of two atoms, the null concept taken off, above which they are told to be near-duplicates (ours)."""
NOTHING = "(nothing)"
"""What the null concept is called among the bars."""

Source = Annotated[Words, Help("Concepts of the caption to take out", "s")]
Target = Annotated[Words, Help("What to put in, one for each source", "g")]
Coefficient = Annotated[float | None, Range(-5, 5, 0.05), Help(
    "Use this instead of the solved coefficient, e.g. where it came out as zero", "w_s")]  # fmt: skip
Fixed = Annotated[float, Range(0, 5, 0.1), Help("That fixed weight (inferred)"), Advanced()]
More = Annotated[Words, Help("More concepts for the dictionary; the caption's own are found")]
Count = Annotated[int, Range(2, 50), Help("Concepts in the dictionary", "N")]
Alpha = Annotated[
    float, Range(0.0001, 1, 0.01), Help("Sparsity: 0.01 in the paper, 0.05 in its code", "alpha"), Advanced()
]
Tau = Annotated[float, Range(0, 1, 0.01), Help("Share of the l1 part; 1 is the lasso", "tau"), Advanced()]
Normalize = Annotated[bool, Help("Solve for unit atoms, as the reference does"), Advanced()]
Centre = Annotated[
    bool,
    Help("Take off what every text has in common before solving, so that sparsity shrinks coefficients less (ours)"),
    Advanced(),
]
WhichStimuli = Annotated[Which, Help("Which sentences say the concepts; auto: by the model"), Advanced()]
OwnStimuli = Annotated[PathText | None, Help("A JSON file of your own sentences, like the bundled one"), Advanced()]
Sentences = Annotated[
    tuple[str, ...], Help("More sentences; each counts for the concepts it mentions"), Advanced()
]  # fmt: skip


class Asked(Protocol):
    """What both forms of the method declare."""

    @property
    def action(self) -> str: ...
    @property
    def source(self) -> Words: ...
    @property
    def target(self) -> Words: ...
    @property
    def coefficient(self) -> float | None: ...
    @property
    def concepts(self) -> Words: ...
    @property
    def count(self) -> int: ...
    @property
    def alpha(self) -> float: ...
    @property
    def tau(self) -> float: ...
    @property
    def normalize(self) -> bool: ...
    @property
    def centre(self) -> bool: ...
    @property
    def stimuli(self) -> Which: ...
    @property
    def own_stimuli(self) -> str | None: ...
    @property
    def sentences(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Plan:
    """The dictionary, the decomposition, and the exchange."""

    source: Conditioning
    """The one row that is decomposed."""
    atoms: Atoms
    """The dictionary, then the targets, then the null concept."""
    count: int
    """Size of the dictionary."""
    swaps: tuple[tuple[int, int], ...]
    """(source atom, target atom)"""
    solved: Decomposition
    seconds: float
    notes: tuple[str, ...]
    origins: tuple[str, ...]
    """Where each concept of the dictionary is from: source, caption, yours, captioner, clip, vocabulary."""
    counterparts: Mapping[str, tuple[str, ...]]
    """For each target what may be true instead of it, as sources for "add"."""
    absent: bool = False
    """Remove: the concept is not in the caption, so there is nothing to do."""

    @staticmethod
    def of(asked: Asked, run: Run, model: Model, row: Conditioning, described: str = "",
           tags: Sequence[str] = (), stimuli: Stimuli | None = None) -> "Plan":  # fmt: skip
        """
        Args:
            row: one row of text features; its prompt is the caption.
            described: a captioner's sentence.
            tags: a CLIP's words, best first.
        """
        caption, stimuli = row.tokens[0].text, stimuli or read_stimuli(asked, model)
        targets = ["" for _ in asked.source] if asked.action == "remove" else list(asked.target)
        sources, notes = _sources(asked, caption, targets, stimuli)
        named = [s for s in sources if s]
        found = propose(caption, named, targets, asked.concepts, asked.count, stimuli, tags, described)
        if "" in sources:
            found = [("", "source"), *found]
        names = [name for name, _ in found]
        if len(names) < FEW:
            notes.append(f"Only {len(names)} concepts; {FEW} to 30 make a better coefficient.")
        atoms = read_atoms([*names, *targets, ""], run, model, stimuli, asked.sentences, len(row.tokens[0].ids))
        began = time.perf_counter()
        solved = decompose(
            atoms.features[: len(names)],
            row.features[0],
            asked.alpha,
            asked.tau,
            asked.normalize,
            atoms.features[-1] if asked.centre else None,
        )
        seconds = time.perf_counter() - began
        swaps = tuple((atoms.index(s), len(names) + i) for i, s in enumerate(sources[: len(targets)]))
        notes += near_duplicates(atoms, len(names), swaps)
        missing = [s for s in named if not mentions(caption, s)]
        absent = asked.action == "remove" and bool(missing)
        if absent:
            notes.insert(0, f"'{missing[0]}' is not in the caption, so nothing was removed.")
        known = {t: stimuli.counterparts.get(t.lower(), ()) for t in targets if t}
        return Plan(
            row, atoms, len(names), swaps, solved, seconds, tuple(notes), tuple(o for _, o in found), known, absent
        )

    @property
    def weights(self) -> list[float]:
        """The solved coefficient of each source."""
        return [float(self.solved.coefficients[s]) for s, _ in self.swaps]

    def edited(self, weights: Sequence[float], strength: float) -> Conditioning:
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

    def check_found(self) -> None:
        """Raises unless every source has a positive coefficient."""
        for weight, (s, g) in zip(self.weights, self.swaps, strict=True):
            if weight > 0:
                continue
            if not self.atoms.names[s]:
                raise UserError(f"The caption names nothing that is true instead of '{self.atoms.names[g]}', and the empty "
                                f"text has no share in it (coefficient {weight:.3f}).",
                                "Name the counterpart as source (new for rusty), or give a coefficient.")  # fmt: skip
            raise UserError(f"The concept '{self.atoms.names[s]}' was not found in the caption's features (coefficient "
                            f"{weight:.3f}).", "Lower alpha, give a coefficient, or choose another source concept.")  # fmt: skip

    def bars(self, asked: Asked, space: str = "text") -> dict[str, JSON]:
        """What the view of the coefficients draws and sets; the caller adds pictures, steps and PSNR."""
        sources = {s for s, _ in self.swaps}
        weights = self.solved.coefficients.tolist()
        bars: list[JSON] = [
            {"concept": name or NOTHING, "coefficient": weight, "source": i in sources}
            for i, (name, weight) in enumerate(zip(self.atoms.names[: self.count], weights, strict=True))
        ]  # fmt: skip
        proposed: list[JSON] = [
            {"concept": name or NOTHING, "from": origin}
            for name, origin in zip(self.atoms.names[: self.count], self.origins, strict=True)
        ]  # fmt: skip
        counterparts: dict[str, JSON] = {target: [*others] for target, others in self.counterparts.items()}
        return {
            "kind": "bars", "version": 1, "space": space, "action": asked.action, "bars": bars, "proposed": proposed,
            "source": [self.atoms.names[s] or NOTHING for s, _ in self.swaps], "target": [*asked.target],
            "counterparts": counterparts, "residual": self.solved.residual, "condition": self.solved.condition,
            "alpha": asked.alpha, "tau": asked.tau, "warnings": [*self.notes], "images": [], "steps": {}, "psnr": None,
            "sets": {"names": "source", "others": "target", "action": "action", "remove": "remove", "replace": "replace",
                     "strengths": "strengths"},
        }  # fmt: skip


def read_stimuli(asked: Asked, model: Model) -> Stimuli:
    return Stimuli.read(asked.stimuli, model, asked.own_stimuli or "")


def _sources(asked: Asked, caption: str, targets: Sequence[str], stimuli: Stimuli) -> tuple[list[str], list[str]]:
    """The source of each target. For "add" without one: a known counterpart that the caption names, or the null concept."""
    if asked.source or asked.action != "add":
        return list(asked.source), []
    sources, notes = [], []
    for target in targets:
        known = stimuli.counterparts.get(target.lower(), ())
        there = next((c for c in known if mentions(caption, c)), "")
        sources.append(there)
        if there:
            notes.append(f"'{target}' takes the place of '{there}', which the caption names.")
        else:
            tried = f" (tried: {', '.join(known)})" if known else ""
            notes.append(f"The caption names no counterpart of '{target}'{tried}, so the empty text is exchanged for it; "
                         "a source of your own works better.")  # fmt: skip
    return sources, notes


def check(asked: Asked, caption: str | None = None) -> None:
    """Raises a UserError where sources, targets and action do not fit (or, with a caption, do not stand in it)."""
    if asked.action == "decompose":
        return
    if not asked.source and asked.action != "add":
        raise UserError("There is no source concept.", "Name a concept of the caption to take out.")
    if asked.action != "remove":
        if not asked.target:
            raise UserError("There is no target concept.", "Name what to put in.")
        if asked.source and len(asked.target) != len(asked.source):
            raise UserError(f"There are {len(asked.source)} source and {len(asked.target)} target concepts.",
                            "Give one target for each source.")  # fmt: skip
        for s, g in zip(asked.source, asked.target, strict=False):
            if s.strip().lower() == g.strip().lower():
                raise UserError(f"Source and target are both '{s}'.", "Choose another target.")
            if caption is not None and not mentions(caption, s):
                raise UserError(f"The source concept '{s}' is not in the caption.", "Write it into the caption as it is "
                                "meant, or choose a concept that stands there.")  # fmt: skip
    lowered = [s.strip().lower() for s in asked.source]
    if len(set(lowered)) < len(lowered):
        raise UserError("A source concept is named twice.", "Name each once; all its places in the caption are meant.")


def near_duplicates(atoms: Atoms, count: int, swaps: Sequence[tuple[int, int]]) -> list[str]:
    """Told, not removed: among near-duplicates the solver picks one, and a source's coefficient may go to the other.

    A target that is nearly its source changes nothing. Atoms are compared without what every text has in common.
    """
    apart = (atoms.features - atoms.features[-1]).double().flatten(1)
    unit = apart / apart.norm(dim=1, keepdim=True).clamp(min=1e-12)
    close = unit @ unit.T
    sources = sorted({s for s, _ in swaps})
    pairs = [(i, j) for i in sources for j in range(count) if j > i or (j not in sources and j != i)]
    return [
        *(f"'{atoms.names[i]}' and '{atoms.names[j]}' are nearly the same to this text encoder."
          for i, j in pairs if float(close[i, j]) > NEAR),
        *(f"'{atoms.names[g]}' is nearly the same as '{atoms.names[s]}' to this text encoder, so little will change."
          for s, g in swaps if float(close[s, g]) > NEAR),
    ]  # fmt: skip


def no_grad_plan(asked: Asked, run: Run, model: Model, row: Conditioning) -> Plan:
    """A plan for a row in the middle of a generation, which may be computing gradients."""
    with torch.no_grad():
        return Plan.of(asked, run, model, row)

"""Who judges a report, chosen by what is there; and a reason in words for everything that is not."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.engine.run import Run
from core.evaluate.erasure.detectors import AskModel, Detector, Sighting, Trust, trust
from core.evaluate.erasure.prompts import Kind, is_pocket, with_article
from core.evaluate.erasure.subject import Subject
from core.evaluate.judges import Judge, load_judge
from core.models.model import Model
from resources.pocket import world

JudgeName = Literal["auto", "pocket judge", "CLIP", "original model", "none"]
KNOWN_SCENES = 40
"""Composed scenes with and as many without a concept, on which the pocket judge's error is measured."""


BLIND = 0.65
"""Balanced accuracy on known pictures below which a detector's answers are not used at all (ours; guessing has 0.5)."""


class NoDetector:
    """Nobody judges: every rate is "not measured"."""

    live = False
    threshold = ""

    def __init__(self, why: str) -> None:
        self.name, self.why = "", why

    def refuses(self, concept: str) -> str:
        return self.why

    def look(self, pictures: Tensor, concept: str) -> list[Sighting]:
        return [Sighting(None)] * len(pictures)


class Refusing:
    """A detector that is not asked about what it cannot tell."""

    def __init__(self, detector: Detector, reasons: dict[str, str]) -> None:
        self.detector, self.reasons = detector, reasons
        self.name, self.threshold, self.live = detector.name, detector.threshold, detector.live

    def refuses(self, concept: str) -> str:
        return self.reasons.get(concept) or self.detector.refuses(concept)

    def look(self, pictures: Tensor, concept: str) -> list[Sighting]:
        return self.detector.look(pictures, concept)


class WorldJudge:
    """The CNN that judges pictures of the pocket world: objects, tints, backdrops and styles."""

    live = True

    def __init__(self, judge: Any, answers: Any) -> None:
        self.judge, self.answers = judge, answers
        self.name = "pocket judge (CNN)"
        self.threshold = "its own: an object's mass > 1.5 cells and peak > 0.5; tint, backdrop, style: the likeliest"

    def refuses(self, concept: str) -> str:
        known = concept in (*world.OBJECTS, *world.TINTS, *world.STYLES, *world.BACKDROPS)
        return "" if known else f"the pocket judge does not know '{concept}'"

    def look(self, pictures: Tensor, concept: str) -> list[Sighting]:
        if len(pictures) == 0:
            return []
        side = (world.SIDE, world.SIDE)
        if tuple(pictures.shape[-2:]) != side:
            pictures = functional.interpolate(pictures, side, mode="bilinear", antialias=True, align_corners=False)
        with torch.no_grad():
            found = [a for rows in torch.split(pictures, 32) for a in self.answers(self.judge, rows)]  # type: ignore[no-untyped-call]
        return [_seen(f, concept) for f in found]


def _seen(found: dict[str, Any], concept: str) -> Sighting:
    """A judge's answer about one concept. A colour is looked for as a tint: "red" is a red thing, not a red backdrop."""
    objects = found["objects"]
    if concept in world.OBJECTS:
        return Sighting(concept in objects, float(objects.get(concept, {}).get("mass", 0.0)))
    if concept in world.TINTS:
        hit = [float(o["mass"]) for o in objects.values() if o["tint"] == concept]
        return Sighting(bool(hit), max(hit, default=0.0)) if objects else Sighting(None)
    key = "style" if concept in world.STYLES else "backdrop"
    return Sighting(found[key] == concept, float(found[key] == concept))


class ClipJudge:
    """CLIP zero-shot: the concept is there when its name wins among the names of the concept and of others."""

    live = True

    def __init__(self, clip: Judge, names: Sequence[str], kind: Kind) -> None:
        self.clip, self.names = clip, tuple(dict.fromkeys(names))
        self.texts = [_CLIP_TEXT[kind].format(with_article(n, kind)) for n in self.names]
        self.name = f"{clip.name}, zero-shot"
        self.threshold = f"top-1 among {len(self.names)} names"

    def refuses(self, concept: str) -> str:
        if len(self.names) < 2:
            return "CLIP needs at least one other name to compare with"
        return "" if concept in self.names else f"'{concept}' is not among the names that CLIP compares"

    def look(self, pictures: Tensor, concept: str) -> list[Sighting]:
        if len(pictures) == 0:
            return []
        place = self.names.index(concept)
        cosines = self.clip.pictures(list(torch.split(pictures, 1))) @ self.clip.texts(self.texts).T  # type: ignore[no-untyped-call]
        chances = (100 * cosines).softmax(1)
        return [Sighting(int(row.argmax()) == place, float(row[place])) for row in chances]


_CLIP_TEXT: dict[Kind, str] = {
    "object": "a photo of {}", "style": "a picture by {}", "person": "a photo of {}", "scene": "a photo of {}",
}  # fmt: skip


def clip_for(model: Model, folder: str) -> Judge | str:
    """The CLIP of a folder, or for the embedded model the embedded one; or why there is none.

    Raises:
        UserError: a folder is given and holds no usable CLIP.
    """
    if folder:
        return load_judge("clip", folder)
    if not is_pocket(model):
        return "no CLIP folder was given, and the embedded CLIP knows only the pocket world"
    try:
        return load_judge("clip")
    except UserError as error:
        return error.message


@dataclass(frozen=True)
class Panel:
    """The chosen detector, its trust per erased concept, and what to say of it."""

    detector: Detector
    trusts: dict[str, Trust]
    remarks: tuple[str, ...] = ()


def pocket_judge() -> WorldJudge | str:
    """The shipped judge of the pocket world, or why it cannot be had."""
    try:
        module = importlib.import_module("resources.pocket.judge")
    except ImportError:
        return "the judge of the pocket world is not installed (resources/pocket/judge)"
    try:
        return WorldJudge(module.load(), module.answers)
    except (OSError, RuntimeError, SafetensorError) as error:  # missing, of another shape, damaged
        return f"the judge of the pocket world cannot be loaded: {error}"


def choose(
    name: JudgeName, subject: Subject, model: Model, kind: Kind, superclass: str, pairs: int, clip: str = "",
    names: Sequence[str] = (),
) -> Detector:  # fmt: skip
    """The detector for a report. "auto": the pocket judge for the pocket model, else CLIP where a folder is given, else
    the original model itself.

    Args:
        names: what CLIP compares: the erased words and other concepts.

    Raises:
        UserError: a judge is asked for by name and cannot be had.
    """
    if name == "none":
        return NoDetector("no judge was asked for")
    own = is_pocket(model)
    if name == "pocket judge" or (name == "auto" and own):
        why = f"the pocket judge knows only pictures of the pocket world, not {model.family.title}"
        found = pocket_judge() if own else why
        if isinstance(found, WorldJudge):
            return found
        if name == "pocket judge":
            raise UserError(found[0].upper() + found[1:] + ".", "Choose another judge.")
    if name == "CLIP" or (name == "auto" and clip):
        loaded = clip_for(model, clip)
        if isinstance(loaded, str):
            raise UserError(
                loaded[0].upper() + loaded[1:].rstrip(".") + ".", "Give a CLIP folder, or choose another judge."
            )
        return ClipJudge(loaded, names, kind)
    reference = "" if not superclass else f"a photo of {with_article(superclass, kind)}"
    return AskModel(subject.run, reference, lambda c: f"a photo of {with_article(c, kind)}", pairs, subject.run.seed)


def known_scenes(concept: str, seed: int) -> tuple[Tensor, Tensor]:
    """Composed pictures with and without a concept of the pocket world, (n, 3, 128, 128)."""
    draw = np.random.default_rng(seed + 77_000)
    with_it: list[Tensor] = []
    without_it: list[Tensor] = []
    while min(len(with_it), len(without_it)) < KNOWN_SCENES:
        asked: dict[str, Any] = {}
        if len(with_it) < KNOWN_SCENES:
            asked = _asking(concept, draw)
        scene = world.scene(draw, **asked)
        picture = torch.from_numpy(scene.image.astype(np.float32)).permute(2, 0, 1) / 127.5 - 1
        shown = (concept in [t.name for t in scene.things] or concept in [t.tint for t in scene.things]
                 or concept in (scene.spec.style, scene.backdrop if concept not in world.TINTS else None))  # fmt: skip
        (with_it if shown else without_it).append(picture)
    return torch.stack(with_it[:KNOWN_SCENES]), torch.stack(without_it[:KNOWN_SCENES])


def _asking(concept: str, draw: np.random.Generator) -> dict[str, Any]:
    if concept in world.OBJECTS:
        return {"objects": (concept,)}
    if concept in world.TINTS:
        return {"objects": (str(draw.choice(world.OBJECTS)),), "tints": (concept,)}
    name = str(draw.choice(world.OBJECTS))
    return {"objects": (name,), ("style" if concept in world.STYLES else "backdrop"): concept}


def panel(detector: Detector, concepts: Sequence[str], positives: dict[str, Tensor], negatives: dict[str, Tensor], run: Run
          ) -> Panel:  # fmt: skip
    """Calibrate where the detector needs it, and measure its error (rule 3).

    Args:
        positives: pictures that the original made for prompts of each concept.
        negatives: and for prompts of other things.
    """
    trusts: dict[str, Trust] = {}
    remarks = []
    for concept in concepts:
        if isinstance(detector, WorldJudge):
            if not detector.refuses(concept):
                trusts[concept] = trust(detector, concept, *known_scenes(concept, run.seed), "composed scenes")
            continue
        if isinstance(detector, AskModel):
            try:
                level = detector.calibrated(concept, positives[concept], negatives[concept])
            except UserError as error:
                remarks.append(str(error))
                continue
            source = (
                f"the original's own pictures, on which the level was chosen (balanced accuracy {level.accuracy:.0%})"
            )
            trusts[concept] = trust(detector, concept, positives[concept], negatives[concept], source)
        elif not isinstance(detector, NoDetector) and not detector.refuses(concept):
            trusts[concept] = trust(
                detector, concept, positives[concept], negatives[concept], "the original's own pictures"
            )
    blind = {c: f"{detector.name} cannot tell '{c}': it finds {t.hits} of {t.positives} known pictures with it, and {t.false} "
             f"false ones of {t.negatives}" for c, t in trusts.items() if (t.accuracy or 0.0) < BLIND}  # fmt: skip
    if blind:  # its "not found" would look like an erasure
        remarks += [f"{why}." for why in blind.values()]
        detector = Refusing(detector, blind)
    remarks += [f"The detector is weak for '{c}': right on {t.accuracy:.0%} of known pictures (below 85 %)."
                for c, t in trusts.items() if t.weak]  # fmt: skip
    return Panel(detector, trusts, tuple(remarks))

"""Compare object removers by class: FID*, KID*, U-IDS* against pictures without that class.

Oh et al., 2024, arXiv:2404.11104: scores against the original reward leaving the object in, so all instances of a class are
removed and the results are compared with pictures of the same data set that do not show the class. Lower FID* and KID* and
higher U-IDS* are better. Sample sizes, resolution and classes of the paper are not known to us; equal set sizes by seeded
drawing, the anchors ("no removal", "grey hole") and the reduction of the features are inferred from its definition. With
true pictures the usual full-reference scores come beside, and how both rankings of the removers agree.

The folder holds `pictures`, `classes.json` ({"picture.png": ["car"]}), `removed/<class>` or `removed/<remover>/<class>`, and
`masks/<class>`, `truth/<class>` where there are any. The features are not Inception's, so no number here can be compared
with a published FID; the extractor's name stands in every result. Below 2048 pictures a side FID is not stable: results
are labelled small-sample and KID* is the one to read.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
from PIL import Image
from scipy import stats
from torch.nn import functional

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, PathText, Range
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.registry import task
from core.engine.run import Run
from core.evaluate.intervals import bootstrap
from core.evaluate.judges import load_judge
from core.evaluate.pixels_classes import ClassSet, drawn, read_classes
from core.evaluate.pixels_difference import grey, mse, psnr, ssim
from core.evaluate.pixels_folders import INSIDE
from core.evaluate.pixels_sets import ENOUGH, Divisor, Floats, fid, kid, reduced, trivially_separable, u_ids
from core.evaluate.pixels_summary import plain
from core.evaluate.results import deliver
from core.evaluate.scores import Score, not_measured
from core.models.clip import EMBEDDED
from core.models.model import Model
from core.models.pictures import fitted, read_mask, read_picture, to_tensor

NO_REMOVAL, GREY_HOLE = "no removal", "grey hole"
GREY = (128, 128, 128)
TOGETHER = 16
"""Pictures in memory at once."""

Extract = Callable[[Sequence[Image.Image]], Floats]
"""Features (pictures, width) of pictures."""


class ClassRemovalParams(Params):
    folder: Annotated[PathText, Help("The folder with pictures, classes.json, removed, and masks and truth if any")]
    features: Annotated[Literal["clip", "dino", "autoencoder"], Help(
        "What the sets are compared by: a CLIP's or DINO's picture features, or the base model's own latents (ours; fine texture, "
        "hardly any meaning)")] = "clip"  # fmt: skip
    judge: Annotated[PathText, Help("A CLIP or DINO folder; empty takes the embedded CLIP")] = ""
    size: Annotated[int, Range(0, 2048), Help("Scale and crop all pictures to this square first; 0 leaves that to the "
                    "extractor")] = 0  # fmt: skip
    width: Annotated[int, Range(0, 2048), Help("Keep so many principal axes of the pictures without the class, for small "
                     "sets; 0 keeps all"), Advanced()] = 0  # fmt: skip
    divisor: Annotated[Divisor, Help("Of the covariances: n as MAT's code, n-1 as most others"), Advanced()] = "n"
    details: Annotated[PathText, Help("Where to write the scores of every class (.json); empty for nowhere")] = ""
    c: Annotated[float, Range(1e-4, 1e4), Help("Weight of the errors of U-IDS's support vector machine", "C"),
                 Advanced()] = 1.0  # fmt: skip


@task("core.object_removal_classes", "Compare object removers by class", Kind.EVALUATE, paper="arXiv:2404.11104",
      provenance=Provenance.INFERRED)  # fmt: skip
def object_removal_classes(params: ClassRemovalParams, run: Run) -> Outcome:
    classes = read_classes(Path(params.folder).expanduser())
    scores: list[Score] = []
    rows: dict[str, dict[str, Any]] = {}
    with extractor(params, run) as (extract, name):
        for one in classes:
            rows[one.name] = class_rows(one, params, run, extract, name)
    removers = list(classes[0].removed)
    for who in (*removers, NO_REMOVAL, GREY_HOLE):
        scores += set_scores(who, rows, name)
    scores += reference_scores(removers, classes, rows)
    scores += agreement(removers, rows)
    small = min(row[NO_REMOVAL]["n"] for row in rows.values()) < ENOUGH
    label = f", small-sample: fewer than {ENOUGH} pictures a side, read KID*" if small else ""
    note = f"{len(classes)} classes, features of {name or 'nothing'}{label}."
    return deliver(scores, run, note, params.details, plain(rows))


@contextmanager
def extractor(params: ClassRemovalParams, run: Run) -> Iterator[tuple[Extract | None, str]]:
    """What turns pictures into features, and its name; None where there is no CLIP."""
    if params.features == "autoencoder":
        with run.model() as model:
            yield lambda pictures: latent_features(model, pictures), f"the autoencoder of {Path(model.source).name}"
        return
    if params.features == "clip" and not params.judge and not (EMBEDDED / "config.json").exists():
        yield None, ""
        return
    judge = load_judge(params.features, params.judge)
    yield lambda pictures: judge.pictures([to_tensor(p) for p in pictures]).double().cpu().numpy(), judge.name


def latent_features(model: Model, pictures: Sequence[Image.Image], grid: int = 4) -> Floats:
    """Mean latents on a 4 x 4 grid, (pictures, 16 x channels)."""
    pixels = torch.cat([to_tensor(fitted(picture, (model.size, model.size))) for picture in pictures])
    with torch.no_grad():
        latents = model.encode_image(pixels.to(model.device))
    return functional.adaptive_avg_pool2d(latents.float(), grid).flatten(1).double().cpu().numpy()


def class_rows(
    one: ClassSet, params: ClassRemovalParams, run: Run, extract: Extract | None, name: str
) -> dict[str, Any]:
    """For each remover and each anchor the three scores of one class, and the full-reference ones where there is truth."""
    n = min(len(one.shown), len(one.without))
    shown = drawn(one.shown, n, run.seed)
    without = drawn(one.without, n, run.seed)
    sets: dict[str, Mapping[str, Path]] = {who: {k: files[k] for k in shown} for who, files in one.removed.items()}
    sets[NO_REMOVAL] = shown
    real = None if extract is None or n < 2 else features(without, params.size, extract, run, f"{one.name}: without")
    rows: dict[str, Any] = {}
    for who, files in sets.items():
        if real is None or extract is None:
            why = "no CLIP was found; name one, or compare by 'autoencoder'" if extract is None else _too_few(one)
            rows[who] = asdict(Against(n, None, None, None, why))
        else:
            made = features(files, params.size, extract, run, f"{one.name}: {who}")
            rows[who] = asdict(against(made, real, params))
    if one.masks and real is not None and extract is not None:
        made = features(shown, params.size, extract, run, f"{one.name}: {GREY_HOLE}", one.masks)
        rows[GREY_HOLE] = asdict(against(made, real, params))
    for who, files in run.track(list(one.removed.items()), f"{one.name}: full reference"):
        rows[who]["to_original"] = full_reference(files, one.shown)
        rows[who]["to_truth"] = full_reference(files, one.truth) if one.truth else None
    return rows


def features(
    files: Mapping[str, Path], size: int, extract: Extract, run: Run, label: str, masks: Mapping[str, Path] | None = None
) -> Floats:  # fmt: skip
    """Features of pictures, read a few at a time; with masks, of pictures with grey holes."""
    names, rows = list(files), []
    for start in run.track(range(0, len(names), TOGETHER), label):
        pictures = []
        for name in names[start : start + TOGETHER]:
            picture = read_picture(files[name], name)
            if masks is not None:
                picture = grey_hole(picture, read_mask(masks[name], picture.size, name))
            pictures.append(fitted(picture, (size, size)) if size else picture)
        rows.append(extract(pictures))
    return np.concatenate(rows)


def set_scores(who: str, rows: Mapping[str, Mapping[str, Any]], judge: str) -> list[Score]:
    """FID*, KID*, U-IDS* of one remover or anchor: of each class, and the mean over the classes."""
    scores = []
    for key, title in (("fid", "FID*"), ("kid", "KID*"), ("u_ids", "U-IDS*")):
        values: list[float] = []
        for name, row in rows.items():
            what = f"{who}, {name}"
            if who not in row or row[who][key] is None:
                why = row[who]["why"] if who in row else "there are no masks, or nothing to compare by"
                scores.append(not_measured(title, why, judge, what))
                continue
            n = row[who]["n"]
            small = f"small-sample: {n} < {ENOUGH} pictures a side; " if n < ENOUGH else ""
            scores.append(
                Score(title, row[who][key], n, None, judge, what, remark=f"{small}one number a set: no interval")
            )
            values.append(row[who][key])
        if len(values) < len(rows):
            scores.append(not_measured(title, f"measured for {len(values)} of {len(rows)} classes", judge, who))
        else:
            scores.append(over_classes(title, values, judge, who))
    return scores


def over_classes(name: str, values: Sequence[float], judge: str, what: str, remark: str = "") -> Score:
    """The mean over classes, with a bootstrap over classes where there are enough."""
    interval = bootstrap([[v] for v in values])
    few = f"{len(values)} {'class' if len(values) == 1 else 'classes'}: too few for an interval"
    told = "; ".join(filter(None, ["n are classes", "" if interval else few, remark]))
    return Score(name, float(np.mean(values)), len(values), interval, judge, what, remark=told)


def reference_scores(
    removers: Sequence[str], classes: Sequence[ClassSet], rows: Mapping[str, Mapping[str, Any]]
) -> list[Score]:
    """MSE, PSNR and SSIM to the truth, and to the originals with a warning; means over the classes."""
    scores = []
    warning = "against the original, which holds the object: it rewards leaving it in"
    for who in removers:
        for side, title, remark in (("to_truth", "truth", ""), ("to_original", "original", warning)):
            tables = [rows[one.name][who][side] for one in classes]
            for key in ("mse", "psnr", "ssim"):
                name = f"{key} to {title}"
                if None in tables:
                    scores.append(not_measured(name, "not every class has true pictures", what=who))
                elif any(np.isinf(table[key]) for table in tables):
                    scores.append(not_measured(name, f"all pictures of a class are equal to the {title}", what=who))
                else:
                    scores.append(over_classes(name, [table[key] for table in tables], "", who, remark))
    return scores


def agreement(removers: Sequence[str], rows: Mapping[str, Mapping[str, Any]]) -> list[Score]:
    """Spearman's correlation of each ranking of the removers with that by PSNR to the truth; 1: the same order.

    Scores where lower is better are turned round.
    """

    def column(of: Callable[[Any], float | None]) -> list[float] | None:
        table = [[of(row[who]) for row in rows.values()] for who in removers]
        return None if any(v is None for line in table for v in line) else [float(np.mean(line)) for line in table]  # type: ignore[arg-type]

    truth = column(lambda r: r["to_truth"] and r["to_truth"]["psnr"])
    ranked = {
        "FID*": column(lambda r: None if r["fid"] is None else -r["fid"]),
        "KID*": column(lambda r: None if r["kid"] is None else -r["kid"]),
        "U-IDS*": column(lambda r: r["u_ids"]),
        "PSNR to the original": column(lambda r: r["to_original"]["psnr"]),
    }
    scores = []
    for title, values in ranked.items():
        value = None if truth is None or values is None else rank_agreement(values, truth)
        if value is None:
            why = ("there are no true pictures" if truth is None else f"{title} was not measured" if values is None
                   else f"{len(removers)} removers, or all tied: three different ones are needed")  # fmt: skip
            scores.append(not_measured("rank correlation", why, what=title))
        else:
            remark = "n are removers; with the ranking by PSNR to the truth; no interval"
            scores.append(Score("rank correlation", value, len(removers), what=title, remark=remark))
    return scores


@dataclass(frozen=True)
class Against:
    """One set of results against the pictures without the class; None with a reason in `why` where not measured."""

    n: int
    """Pictures a side."""
    fid: float | None
    kid: float | None
    u_ids: float | None
    why: str = ""


def against(made: Floats, real: Floats, params: ClassRemovalParams) -> Against:
    """FID*, KID*, U-IDS* of features of two sets of one size."""
    n = len(made)
    if params.width:
        if params.width >= n:
            return Against(n, None, None, None, f"{n} pictures a side do not span {params.width} axes")
        made, real = reduced(made, real, params.width)
    told_apart, why = None, ""
    if trivially_separable(2 * n, made.shape[1]):
        why = f"U-IDS*: {2 * n} points in {made.shape[1]} dimensions are told apart by chance; set 'width' to {max(1, n // 4)}"
    else:
        told_apart = u_ids(real, made, params.c)
    return Against(n, fid(made, real, params.divisor), kid(made, real), told_apart, why)


def grey_hole(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """The picture with middle grey where the mask is at least half strong."""
    pixels = np.asarray(picture).copy()
    pixels[np.asarray(mask) >= INSIDE] = GREY
    return Image.fromarray(pixels)


def rank_agreement(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Spearman's correlation of two rankings of removers, -1..1; None for fewer than three or a tie of all."""
    if len(first) < 3 or len(set(first)) == 1 or len(set(second)) == 1:
        return None
    return float(stats.spearmanr(first, second).statistic)


def full_reference(results: Mapping[str, Path], others: Mapping[str, Path]) -> dict[str, float]:
    """Mean MSE (0..1), the PSNR of that mean, and the mean SSIM of pictures paired by name.

    Raises:
        UserError: the two of a pair are of different sizes, or too small for SSIM.
    """
    errors, likenesses = [], []
    for name in results:
        first, second = read_picture(results[name], name), read_picture(others[name], name)
        if first.size != second.size:
            raise UserError(f"'{name}' is {first.width} x {first.height}, its partner {second.width} x {second.height}.",
                            "Bring them to one size.")  # fmt: skip
        if min(first.size) < 11:
            raise UserError(
                f"'{name}' is {first.width} x {first.height}, too small for SSIM.", "Use 11 pixels or more."
            )
        a, b = np.asarray(first), np.asarray(second)
        errors.append(mse(a, b))
        likenesses.append(ssim(grey(a), grey(b)))
    mean = float(np.mean(errors))
    return {"mse": mean, "psnr": psnr(mean), "ssim": float(np.mean(likenesses))}


def _too_few(one: ClassSet) -> str:
    return f"{len(one.shown)} pictures with the class '{one.name}' and {len(one.without)} without are too few"


def _sample(run: Run) -> str:
    """A data set of four grey pictures, for the suite that runs every method."""
    folder = run.assets.root.parent / "classes"
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    (folder / "removed" / "car").mkdir(parents=True, exist_ok=True)
    for i in range(4):
        Image.new("RGB", (64, 64), (60 * i, 90, 90)).save(folder / "pictures" / f"{i}.png")
        if i < 2:
            Image.new("RGB", (64, 64), (60 * i, 120, 90)).save(folder / "removed" / "car" / f"{i}.png")
    labels = {f"{i}.png": ["car"] if i < 2 else [] for i in range(4)}
    (folder / "classes.json").write_text(json.dumps(labels), "utf-8")
    return str(folder)


CONFORMANCE = {"folder": _sample, "features": "autoencoder"}

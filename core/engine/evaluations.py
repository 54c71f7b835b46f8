"""`studio evaluate`: score tasks over one set or a folder of sets; rows go into the score store, a table to the terminal.
A score task that the window asked for leaves its rows there, too (`keep_scores`, called by the engine process).

A batch is resumable: what was measured with the same parameters, judges and files is not measured again.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.client.scores import FILE, ScoreRow, ScoreStore, pictures_hash, recipe_hash
from core.contract.assets import AssetStore, file_hash
from core.contract.errors import UserError
from core.contract.fields import JSON
from core.contract.messages import Submit
from core.contract.method import Kind, Outcome, Role
from core.contract.params import Params, describe, from_arguments, from_json, to_json
from core.engine.concepts import split_strength
from core.engine.home import assets, home, measurements
from core.engine.registry import Method, method, methods
from core.evaluate.results import rows_of
from core.models.clip import EMBEDDED

FILES = ("image", "mask", "concept", "patch")
RESULTS = ("details",)
"""Parameters that say where something is written; a measurement is the same wherever its details go."""


def evaluations() -> list[Method]:
    return [m for m in methods(Role.TASK) if m.info.kind == Kind.EVALUATE]


def evaluation(name: str) -> Method:
    """A score task by its id, or by the part of it after the dot.

    Raises:
        UserError: there is none of that name.
    """
    short = name.replace("-", "_")
    found = [m for m in evaluations() if short in (m.info.id, m.info.id.split(".", 1)[1])]
    if not found:
        raise UserError(
            f"There is no score task '{name}'.", f"There are: {', '.join(m.info.id for m in evaluations())}."
        )
    return found[0]


@dataclass(frozen=True)
class Asked:
    """One measurement: what the person calls it, and the parameters, files taken into the store."""

    name: str
    params: Params


def asked(entry: Method, known: argparse.Namespace, given: argparse.Namespace, base: Mapping[str, Any]) -> list[Asked]:
    """The measurements of a command: one, or those of a batch folder.

    In a batch every folder is a set (the task's `folder`), and every .json a file of parameters.

    Raises:
        UserError: bad parameters; a batch folder without sets.
    """
    from core.engine.cli import take_files

    store = assets()
    if known.batch is None:
        params = from_arguments(entry.params, given, base)
        folder = str(getattr(params, "folder", "")) if _reads_folder(entry) else ""
        name = known.name or (Path(folder).expanduser().resolve().name if folder else entry.info.id)
        return [Asked(name, take_files(store, params))]
    if not known.batch.is_dir():
        raise UserError(f"There is no folder '{known.batch}'.", "A batch is a folder of sets.")
    found = []
    for path in sorted(known.batch.iterdir()):
        if path.is_dir() and not path.name.startswith(".") and _reads_folder(entry):
            more: dict[str, Any] = {"folder": str(path)}
        elif path.suffix == ".json":
            more = _table(path)
        else:
            continue
        params = from_arguments(entry.params, given, {**base, **more})
        found.append(Asked(f"{known.name or known.batch.resolve().name}/{path.stem}", take_files(store, params)))
    if not found:
        sets = "folders or .json files of parameters" if _reads_folder(entry) else ".json files of parameters"
        raise UserError(f"There is nothing to measure in '{known.batch}'.", f"'{entry.info.id}' takes {sets} there.")
    return found


def _reads_folder(entry: Method) -> bool:
    """Whether the task's `folder` is read: help that begins with "Where" tells where something is written."""
    return any(f.name == "folder" and not f.help.startswith("Where") for f in describe(entry.params))


def _table(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            f"The parameter file '{path}' cannot be read: {error}.", "It should hold a JSON object."
        ) from error
    if not isinstance(data, dict):
        raise UserError(f"The parameter file '{path}' does not hold a JSON object.")
    return data


def measured_by(entry: Method, params: Params, model: str, seed: int) -> tuple[dict[str, Any], str]:
    """What decides the numbers: (parameters with judges by content, hash of the measured files)."""
    data = to_json(params)
    recipe: dict[str, Any] = {"model": model, "seed": seed, "embedded judge": _content(EMBEDDED)}
    files: list[str] = []
    for field in describe(type(params)):
        value = data[field.name]
        if field.name in RESULTS:
            continue
        if field.name == "folder" and _reads_folder(entry) and value:
            place = Path(str(value)).expanduser()
            files += [f"{p.relative_to(place)} {file_hash(p)}" for p in sorted(place.rglob("*")) if p.is_file()]
        elif field.editor == "path" and value:
            recipe[field.name] = _content(Path(str(value)).expanduser()) or value
        else:
            recipe[field.name] = value
            if field.editor in FILES and value:
                files += [f"{field.name} {i} {v}" for i, v in enumerate(value if isinstance(value, list) else [value])]
    return recipe, pictures_hash(files)


def _content(path: Path) -> str:
    """Hash of a judge: its weights and configuration, wherever it lies; empty where there is nothing."""
    if path.is_file():
        return file_hash(path)
    found = (
        [p for p in sorted(path.rglob("*")) if p.suffix in (".safetensors", ".json", ".txt")] if path.is_dir() else []
    )
    return pictures_hash(f"{p.relative_to(path)} {file_hash(p)}" for p in found) if found else ""


def evaluate(
    entry: Method, known: argparse.Namespace, given: argparse.Namespace, listener: Any
) -> tuple[list[ScoreRow], int]:  # fmt: skip
    """Measure what is asked: (rows, sets of the batch that could not be measured).

    Raises:
        UserError: bad input; in a batch only of what concerns all sets, the others get a row that says why.
    """
    base = _table(Path(known.params)) if known.params else {}
    found, bad = asked(entry, known, given, base), 0
    rows: list[ScoreRow] = []
    with ScoreStore(known.scores or home() / FILE) as store:
        for one in found:
            try:
                rows += _measure(entry, one, known, store, listener)
            except UserError as error:
                if known.batch is None:
                    raise
                bad += 1
                rows.append(ScoreRow(one.name, entry.info.id, "all scores", reason=str(error)))
    return rows, bad


def _measure(
    entry: Method, one: Asked, known: argparse.Namespace, store: ScoreStore, listener: Any
) -> list[ScoreRow]:  # fmt: skip
    """The rows of one set: out of the store, or measured and stored."""
    from core.engine.performance import Stage

    recipe, pictures = measured_by(entry, one.params, known.model, known.seed)
    name = recipe_hash(entry.info.id, recipe)
    if not known.again and store.has(name, pictures):
        return _known(store, name, pictures, one.name)
    job = Submit(job="terminal", method=entry.info.id, params=to_json(one.params), model=known.model, seed=known.seed)
    outcome: Outcome = Stage(assets(), measurements=measurements()).perform(job, listener)
    rows = scored(entry, one.params, outcome, assets(), one.name, (recipe, pictures))
    if not rows:
        raise UserError(f"'{entry.info.id}' gave no scores of '{one.name}'.", outcome.note)
    store.add(rows)
    return rows


def scored(
    entry: Method, params: Params, outcome: Outcome, store: AssetStore, run: str,
    measured: tuple[dict[str, Any], str], **more: JSON,
) -> list[ScoreRow]:  # fmt: skip
    """An outcome's scores as rows: found again by what was `measured_by`; their parameters also say where the files lie.

    Args:
        more: further facts beside the parameters, such as the job.
    """
    recipe, pictures = measured
    rows = rows_of(outcome, store, run=run, method=entry.info.id, params=recipe, pictures=pictures)
    told = json.dumps({**recipe, **to_json(params), **more}, sort_keys=True)
    return [replace(row, params=told) for row in rows]


def keep_scores(submit: Submit, outcome: Outcome, store: AssetStore, path: Path) -> list[ScoreRow]:
    """What a finished job of the engine leaves in the score store at `path`; nothing when it was no score task.

    Raises:
        UserError: the store cannot be written.
    """
    entry = method(submit.method, Role.TASK)
    if entry.info.kind != Kind.EVALUATE:
        return []
    params = from_json(entry.params, submit.params)
    measured = measured_by(entry, params, submit.model, submit.seed)
    run = _called(entry, params, submit.model, store)
    rows = scored(entry, params, outcome, store, run, measured, job=submit.job)
    if rows:
        with ScoreStore(path) as scores:
            scores.add(rows)
    return rows


def _called(entry: Method, params: Params, model: str, store: AssetStore) -> str:
    """What a person would call a measurement: the folder, the concepts or weight changes, else the model."""
    folder = str(getattr(params, "folder", "") or "") if _reads_folder(entry) else ""
    if folder:
        return Path(folder).expanduser().resolve().name
    data, names = to_json(params), list[str]()
    for field in describe(type(params)):
        value = data[field.name]
        if field.editor in ("concept", "patch") and value:
            for ref in value if isinstance(value, list) else [value]:
                origin = store.origin(split_strength(str(ref))[0])
                names.append(str(origin.get("concept") or origin.get("word") or origin.get("file") or str(ref)[:8]))
    return ", ".join(dict.fromkeys(names)) or Path(model).name


def _known(store: ScoreStore, recipe: str, pictures: str, run: str) -> list[ScoreRow]:
    """What is stored of these pictures, under this name too: a folder may have been renamed since."""
    rows = store.search(recipe=recipe, pictures=pictures, run=run)
    if not rows:
        every = store.search(recipe=recipe, pictures=pictures)
        rows = [replace(r, run=run) for r in every if r.run == every[0].run]
        store.add(rows)
    return rows


def stored(words: str, scores: Path | None) -> list[ScoreRow]:
    """Stored rows in which all the words occur.

    Raises:
        UserError: nothing was stored yet.
    """
    path = scores or home() / FILE
    if not path.is_file():
        raise UserError(f"There are no scores in '{path}' yet.", "Measure something: studio evaluate.")
    with ScoreStore(path) as store:
        return store.search(words)


def names() -> str:
    """The score tasks, one a line."""
    return "\n".join(f"{m.info.id:32} {m.info.title}" for m in evaluations())


def plain(row: ScoreRow) -> dict[str, Any]:
    """A row for scripts."""
    return {**row.__dict__, "params": json.loads(row.params)}


def table(rows: Sequence[ScoreRow]) -> str:
    """Rows as aligned columns: what, score, value, n, interval, judge; the reason where there is no value."""
    cells = [("set", "score", "value", "n", "95 %", "judge"), *(_cells(r) for r in rows)]
    widths = [max(len(c[i]) for c in cells) for i in range(5)]
    lines = [
        " ".join([*(c.ljust(w) for c, w in zip(line[:5], widths, strict=True)), line[5]]).rstrip() for line in cells
    ]
    return "\n".join([*lines, *_remarks(rows)])


def _cells(row: ScoreRow) -> tuple[str, ...]:
    name = f"{row.score}/{row.what}" if row.what else row.score
    if row.value is None:
        return row.run, name, "-", "", "", f"not measured: {row.reason}"
    within = "no interval" if row.low is None or row.high is None else f"{row.low:.4g} to {row.high:.4g}"
    return row.run, name, f"{row.value:.4g}", str(row.n or ""), within, row.judge


def _remarks(rows: Sequence[ScoreRow]) -> Iterator[str]:
    told = [f"{r.score}{'/' + r.what if r.what else ''}: {r.remark}" for r in rows if r.remark]
    yield from dict.fromkeys(told)

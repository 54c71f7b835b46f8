"""From measured scores to a task's outcome, and from an outcome to rows of the score store.

A task ends with `return deliver(scores, run, note)`: measured ones become numbers (`name`, `name.low`, `name.high`,
`name.n`), all of them go into the outcome's data "scores" (JSON), and what is not measured is told in the note.
`rows_of` reads that back; of a task that gives numbers only it reads the numbers, so every task of the kind "evaluate"
can be stored.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.client.scores import ScoreRow, recipe_hash
from core.contract.assets import AssetStore, write_atomic
from core.contract.fields import JSON
from core.contract.method import Outcome
from core.engine.run import Run
from core.evaluate.scores import Score

DATA = "scores"
_ENDS = (".low", ".high", ".n")


def deliver(scores: Sequence[Score], run: Run, note: str = "", details: str = "", pictures: Any = None) -> Outcome:
    """The outcome of a score task.

    Args:
        details: a file for all scores and those of every picture (.json); empty for none.
        pictures: what `details` holds beside the scores, plain data.
    """
    keys = [s.key for s in scores]
    if len(set(keys)) < len(keys):
        raise ValueError(f"two scores of one name among {keys}")
    plain: list[JSON] = [s.as_json() for s in scores]
    run.keep_data(DATA, plain)
    files: tuple[str, ...] = ()
    if details:
        path = Path(details).expanduser()
        write_atomic(path, json.dumps({"scores": plain, "pictures": pictures}, indent=1).encode())
        files = (str(path),)
    lines = [note, *(s.told() for s in scores if s.value is None or s.remark)]
    return Outcome(files=files, numbers=numbers_of(scores), data=dict(run.data), note="\n".join(filter(None, lines)))


def numbers_of(scores: Sequence[Score]) -> dict[str, float]:
    """Measured scores as flat numbers."""
    found: dict[str, float] = {}
    for score in scores:
        if score.value is not None:
            low, high = score.interval or (None, None)
            parts = {"": score.value, ".low": low, ".high": high, ".n": float(score.n)}
            found |= {score.key + end: v for end, v in parts.items() if v is not None}
    return found


def rows_of(
    outcome: Outcome, store: AssetStore, *, run: str, method: str, params: Mapping[str, Any], pictures: str
) -> list[ScoreRow]:
    """An outcome's scores as rows.

    Args:
        run: what was measured, in the person's words.
        params: the task's parameters, plain data.
        pictures: hash of the measured files.
    """
    common: dict[str, Any] = {
        "run": run, "method": method, "recipe": recipe_hash(method, params), "pictures": pictures,
        "params": json.dumps(params, sort_keys=True),
    }  # fmt: skip
    name = outcome.data.get(DATA)
    if name is None:
        return [ScoreRow(**common, **plain) for plain in [*_from_numbers(outcome.numbers), *_from_note(outcome.note)]]
    return [ScoreRow(**common, **plain) for plain in json.loads(store.path(name).read_text())]


def _from_numbers(numbers: Mapping[str, float]) -> list[dict[str, Any]]:
    rows = []
    for name, value in numbers.items():
        if not name.endswith(_ENDS):
            parts = {end[1:]: numbers.get(name + end) for end in _ENDS}
            rows.append({"score": name, "value": float(value), "n": int(parts["n"] or 0), "low": parts["low"],
                         "high": parts["high"]})  # fmt: skip
    return rows


def _from_note(note: str) -> list[dict[str, Any]]:
    """The lines "name: not measured: why" of a note."""
    rows: dict[str, dict[str, Any]] = {}
    for line in note.splitlines():
        name, said, reason = line.partition(": not measured: ")
        if said and name:
            rows[name.strip()] = {"score": name.strip(), "reason": reason.strip() or "no reason was told"}
    return list(rows.values())

"""Score rows as files: a table for a spreadsheet, JSON for scripts, a page for people."""

import csv
import html
import io
import json
import time
from collections.abc import Sequence
from typing import Any

from core.client.scores import COLUMNS, ScoreRow

KINDS = {"CSV": ".csv", "JSON": ".json", "HTML": ".html"}


def written(rows: Sequence[ScoreRow], kind: str) -> bytes:
    """The bytes of a file of this kind (a key of `KINDS`); "not measured" stays empty with its reason, never a zero."""
    return {"CSV": _csv, "JSON": _json, "HTML": _html}[kind](rows).encode()


def parameters(row: ScoreRow) -> dict[str, Any]:
    """What a row was measured with."""
    try:
        found = json.loads(row.params)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _csv(rows: Sequence[ScoreRow]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([["" if (v := getattr(row, c)) is None else v for c in COLUMNS] for row in rows])
    return out.getvalue()


def _json(rows: Sequence[ScoreRow]) -> str:
    return json.dumps([{**row.__dict__, "params": parameters(row)} for row in rows], indent=1, ensure_ascii=False)


def _html(rows: Sequence[ScoreRow]) -> str:
    head = "".join(
        f"<th>{t}</th>" for t in ("Set", "Method", "Score", "About", "Value", "n", "95 %", "", "Judge", "When")
    )
    body = "\n".join(map(_line, rows))
    style = (
        "body{font:14px sans-serif;margin:2em}table{border-collapse:collapse}td,th{padding:4px 10px;text-align:left;"
        "border-bottom:1px solid #ccc}td.v{text-align:right}.no{color:#777;font-style:italic}"
    )
    return (
        f"<!doctype html><meta charset='utf-8'><title>Scores</title><style>{style}</style><h1>Scores</h1>"
        f"<p>{len(rows)} rows. Values with 95 % intervals; what could not be measured says why.</p>"
        f"<table><tr>{head}</tr>\n{body}\n</table>\n"
    )


def _line(row: ScoreRow) -> str:
    if row.value is None:
        middle = f"<td class='no' colspan='4'>not measured: {html.escape(row.reason)}</td>"
    else:
        within = "" if row.low is None or row.high is None else f"{row.low:.4g} to {row.high:.4g}"
        middle = f"<td class='v'>{row.value:.4g}</td><td>{row.n or ''}</td><td>{within}</td><td>{_drawn(row)}</td>"
    cells = "".join(f"<td>{html.escape(text)}</td>" for text in (row.run, row.method, row.score, row.what))
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(row.at))
    return f"<tr title='{html.escape(row.remark)}'>{cells}{middle}<td>{html.escape(row.judge)}</td><td>{when}</td></tr>"


def _drawn(row: ScoreRow) -> str:
    """The interval as a line with its value, on a scale from 0 to 1; empty for values beyond it."""
    if row.value is None or row.low is None or row.high is None or not 0 <= row.low <= row.high <= 1:
        return ""
    return (
        f"<svg width='104' height='14'><line x1='2' x2='102' y1='7' y2='7' stroke='#ddd'/><line x1='{2 + 100 * row.low:.1f}' "
        f"x2='{2 + 100 * row.high:.1f}' y1='7' y2='7' stroke='#2f62dc' stroke-width='3'/>"
        f"<circle cx='{2 + 100 * row.value:.1f}' cy='7' r='4' fill='#2f62dc'/></svg>"
    )

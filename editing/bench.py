"""Editing measured on the embedded model: `studio bench --editing`, or `python -m editing.bench`.

Units (`bench_units`) are spread over processes of one thread each; a finished unit is one JSON line on disk, so a bench that
was stopped goes on where it was, and one of other weights or settings begins anew. Settings are chosen on tuning prompts
first. Rates have Wilson intervals; differences are of the same prompt and seed, resampled by prompt (bootstrap).

Steps are few (10; edits 8), so that the full tables take about half an hour on two cores: what is compared has equal steps.
"""

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]

SPEED_ROUNDS = 7
SPEED_STEPS = 10


@dataclass(frozen=True)
class Bench:
    folder: Path
    count: int | None
    """Units of each table; None: all."""
    workers: int
    only: str = ""

    def finished(self) -> dict[str, list[Row]]:
        """Rows by unit, of this model and these settings, from every worker's file; a torn last line is passed over."""
        found: dict[str, list[Row]] = {}
        for path in sorted(self.folder.glob("rows-*.jsonl")):
            for line in path.read_text("utf-8").splitlines():
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                if entry["identity"] == identity(self.folder, entry["table"]):
                    found[f"{entry['table']}/{entry['number']}"] = entry["rows"]
        return found

    def seconds(self) -> dict[str, list[float]]:
        """CPU seconds of the finished units, by table."""
        found: dict[str, list[float]] = {}
        for path in sorted(self.folder.glob("rows-*.jsonl")):
            for line in path.read_text("utf-8").splitlines():
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                found.setdefault(entry["table"], []).append(entry["seconds"])
        return found


def identity(folder: Path, table: str) -> str:
    """Weights, judge and CLIP, the declared settings, and (but for the tuning) what was chosen: other ones, other rows."""
    from editing import bench_units

    root = Path(__file__).parents[1] / "resources" / "pocket"
    digest = hashlib.sha256()
    for path in sorted([*root.glob("*/*.safetensors")]):
        digest.update(f"{path.parent.name} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    digest.update(Path(bench_units.__file__).read_bytes())
    chosen = folder / "chosen.json"
    if table != "tuning" and chosen.exists():
        digest.update(chosen.read_bytes())
    return digest.hexdigest()[:16]


# --- running ------------------------------------------------------------------------------------------------------------


def run(bench: Bench, tell: Callable[[str], None]) -> Row:
    """Everything that is not there yet, and the report."""
    bench.folder.mkdir(parents=True, exist_ok=True)
    tables = [bench.only] if bench.only else ["two objects", "three objects", "exchange", "blend"]
    if "speed" in tables:
        tables.remove("speed")
    if tables:
        _spread(bench, ["tuning"], tell)
        _choose(bench, tell)
        _spread(bench, tables, tell)
    speed = _speed(bench, tell) if bench.only in ("", "speed") else {}
    report = {**summary(bench.finished()), "speed": speed, "minutes": _minutes(bench)}
    chosen = bench.folder / "chosen.json"
    report["chosen"] = json.loads(chosen.read_text()) if chosen.exists() else {}
    (bench.folder / "report.json").write_text(json.dumps(report, indent=1))
    (bench.folder / "report.md").write_text(markdown(report))
    return report


def _spread(bench: Bench, tables: Sequence[str], tell: Callable[[str], None]) -> None:
    """The open units of some tables over the workers; a worker's fault stops the bench, with what it said."""
    if not _open(bench, tables):
        return
    tell(f"{', '.join(tables)}: {len(_open(bench, tables))} units")
    count = ["--count", str(bench.count)] if bench.count else []
    words = [sys.executable, "-m", "editing.bench", "--folder", str(bench.folder), *count]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    root = str(Path(__file__).parents[1])
    surroundings = {**os.environ, **threads, "HF_HUB_OFFLINE": "1", "PYTHONPATH": root}
    running = [
        subprocess.Popen([*words, "--part", f"{part}/{bench.workers}", "--tables", ",".join(tables)], env=surroundings)
        for part in range(bench.workers)
    ]
    try:
        codes = [process.wait() for process in running]
    except BaseException:  # also when the person interrupts: no worker draws on alone; it goes on to the caller
        for process in running:
            process.terminate()
        raise
    if any(codes):
        raise RuntimeError(f"a worker of the bench ended with {max(codes, key=abs)}; its units are still open")


def _open(bench: Bench, tables: Sequence[str]) -> list[tuple[str, int]]:
    from editing.bench_units import numbers_of

    done = bench.finished()
    return [(t, n) for t in tables for n in numbers_of(t, bench.count) if f"{t}/{n}" not in done]


def work(bench: Bench, part: int, parts: int, tables: Sequence[str]) -> None:
    """One worker: its share of the open units. Writes a line when a unit is whole."""
    import torch

    from editing.bench_units import TABLES, Lab

    torch.set_num_threads(1)
    chosen = bench.folder / "chosen.json"
    lab = Lab(bench.folder, json.loads(chosen.read_text()) if chosen.exists() and tables != ["tuning"] else {})
    mine = _open(bench, tables)[part::parts]
    with (bench.folder / f"rows-{part}.jsonl").open("a", encoding="utf-8") as file:
        for table, number in mine:
            began = time.process_time()
            rows = TABLES[table][1](lab, number)
            entry = {"table": table, "number": number, "identity": identity(bench.folder, table),
                     "seconds": time.process_time() - began, "rows": rows}  # fmt: skip
            # A line break first: a line that a killed run tore stays alone.
            file.write("\n" + json.dumps(entry))
            file.flush()


def _choose(bench: Bench, tell: Callable[[str], None]) -> None:
    """The best candidate of each method on the tuning prompts, the earlier one when tied; written for the workers."""
    rows = [row for unit, rows in bench.finished().items() if unit.startswith("tuning/") for row in rows]
    chosen = choose(rows)
    path = bench.folder / "chosen.json"
    text = json.dumps(chosen, sort_keys=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    tell(f"chosen on {len({u for u in bench.finished() if u.startswith('tuning/')})} tuning prompts: {text}")


def choose(rows: Sequence[Row]) -> Row:
    """Settings by method; of the solver that whose coefficients go best with the ideal ones, and the scale of its mean."""
    from editing.bench_units import CANDIDATES, SOLVERS, TUNED

    chosen: Row = {}
    for method, candidates in CANDIDATES.items():
        rates = [_mean([float(f == TUNED) for r in rows if r["method"] == method and r["candidate"] == i for f in r["found"]])
                 for i in range(len(candidates))]  # fmt: skip
        chosen[method] = candidates[rates.index(max(rates))]
    solved = [[(r["weight"], r["best"]) for r in rows if r["method"] == "solver" and r["candidate"] == i]
              for i in range(len(SOLVERS))]  # fmt: skip
    fits = [correlation(pairs) for pairs in solved]
    best = fits.index(max(fits))
    weights = [weight for weight, _ in solved[best]]
    chosen["solver"], chosen["scale"] = SOLVERS[best], round(1 / max(1e-3, _mean(weights)), 3)
    chosen["solver correlations"] = [round(fit, 3) for fit in fits]
    return chosen


def _speed(bench: Bench, tell: Callable[[str], None]) -> Row:
    """Ratios to the plain generation at equal steps, called in turn in this process."""
    from core.engine.bench import alternating
    from core.engine.generate import GenerateParams, render
    from core.engine.run import Run
    from core.models.cache import ModelCache
    from editing.bench_units import Lab, caption, objects_of

    tell("speed: in turn")
    lab, cache, names = Lab(bench.folder), ModelCache(1), objects_of(2)[0]
    specs: dict[str, tuple[str, Row]] = {
        "T2I-Zero": ("editing.t2i_zero", {}),
        "A-STAR, early exit": ("editing.a_star", {"tolerance": 0}),
        "A-STAR, whole pass": ("editing.a_star", {"tolerance": 0, "early_exit": False}),
        "Attend-and-Excite": ("editing.a_star", {"mode": "attend_and_excite"}),
        "X-ray": ("editing.attention_xray", {}),
    }
    with cache.lend("pocket") as model:
        made = Run(lab.stage.assets, cache.lend, "pocket")

        def call(stack: tuple[str, ...]) -> Callable[[], object]:
            asked = GenerateParams(prompt=caption(names), steps=SPEED_STEPS, modifiers=stack)
            return lambda: render(asked, made, model, [0])

        calls = {name: call((f"{id}:{json.dumps({'words': [*names], **more})}",)) for name, (id, more) in specs.items()}
        rounds = 3 if bench.count else SPEED_ROUNDS
        found = alternating(call(()), calls, rounds)
    found["X-ray off"] = found.pop("again")
    return found


def _minutes(bench: Bench) -> Row:
    """CPU minutes of the full tables, from the units measured so far, and the minutes on the clock with these workers.

    By the median: a worker's first unit also loads the model, measures its precision and reads the dictionary.
    """
    from editing.bench_units import TABLES

    each = {table: statistics.median(seconds) * TABLES[table][0] / 60 for table, seconds in bench.seconds().items()}
    return {"by table": each, "full": sum(each.values()), "on the clock": sum(each.values()) / bench.workers}


# --- what it says -------------------------------------------------------------------------------------------------------


def summary(done: dict[str, list[Row]]) -> Row:
    """The tables from the rows of all units; empty ones are left out."""
    by_table: dict[str, dict[int, list[Row]]] = {}
    for unit, rows in done.items():
        table, _, number = unit.rpartition("/")
        by_table.setdefault(table, {})[int(number)] = rows
    found: Row = {}
    for table, of in (("two objects", 2), ("three objects", 3)):
        if table in by_table:
            found[table] = presence(list(by_table[table].values()), of)
    if "exchange" in by_table:
        found["exchange"] = exchange(by_table["exchange"])
    if "blend" in by_table:
        found["blend"] = blends(list(by_table["blend"].values()))
    return found


def presence(units: Sequence[Sequence[Row]], of: int) -> Row:
    """All-present rate by method with its interval, and the difference to plain on the same prompts and seeds."""
    from core.evaluate.intervals import bootstrap, wilson

    table: Row = {}
    for method in dict.fromkeys(r["method"] for rows in units for r in rows):
        hits = [[float(n == of) for n in r["found"]] for rows in units for r in rows if r["method"] == method]
        plain = [[float(n == of) for n in r["found"]] for rows in units for r in rows if r["method"] == "plain"]
        each = [n / of for rows in units for r in rows if r["method"] == method for n in r["found"]]
        flat = [h for group in hits for h in group]
        apart = [[a - b for a, b in zip(h, p, strict=True)] for h, p in zip(hits, plain, strict=True)]
        table[method] = {"n": len(flat), "rate": _mean(flat), "interval": wilson(int(sum(flat)), len(flat)),
                         "objects": _mean(each), "over plain": _mean([d for g in apart for d in g]),
                         "over plain, interval": bootstrap(apart)}  # fmt: skip
    return table


def exchange(units: dict[int, list[Row]]) -> Row:
    """Rate of the target and background PSNR by kind and level, and the PSNR of both at the same target rate."""
    from editing.bench_units import GENERATED

    found: Row = {}
    kept = {n: rows for n, rows in sorted(units.items()) if rows[0]["method"] != "none"}
    parts = {
        "generated": [rows for n, rows in kept.items() if n < GENERATED],
        "drawn": [rows for n, rows in kept.items() if n >= GENERATED],
        "one object": [rows for rows in kept.values() if rows[0]["objects"] == 1],
        "two objects": [rows for rows in kept.values() if rows[0]["objects"] == 2],
        "all": list(kept.values()),
    }
    for title, scenes in parts.items():
        if scenes:
            found[title] = {"scenes": len(scenes), "curve": curve(scenes), "equal rate": at_equal_rate(scenes)}
    found["left out"] = sum(rows[0]["method"] == "none" for rows in units.values())
    return found


def curve(scenes: Sequence[Sequence[Row]]) -> list[Row]:
    from core.evaluate.intervals import bootstrap, wilson

    points = []
    for kind, level in dict.fromkeys((r["method"], r["level"]) for rows in scenes for r in rows):
        rows = [r for scene in scenes for r in scene if (r["method"], r["level"]) == (kind, level)]
        hits, psnr = sum(r["target"] for r in rows), [r["psnr"] for r in rows]
        points.append({"method": kind, "level": level, "n": len(rows), "weight": _mean([r["weight"] for r in rows]),
                       "rate": hits / len(rows), "interval": wilson(hits, len(rows)), "psnr": _mean(psnr),
                       "psnr interval": bootstrap([[p] for p in psnr])})  # fmt: skip
    return points


def at_equal_rate(scenes: Sequence[Sequence[Row]], draws: int = 1000) -> Row:
    """PSNR of both at the middle of the rates that both reach (linear between levels), and the difference's interval."""
    import numpy as np

    rng = np.random.default_rng(0)
    whole = _psnr_at(scenes)
    if whole is None:
        return {"why": "The two curves reach no common target rate above 0."}
    rate, solved, fixed = whole
    if len(scenes) < 5:
        return {"rate": rate, "solved": solved, "fixed": fixed, "difference": solved - fixed, "interval": None}
    found = [_psnr_at([scenes[i] for i in rng.integers(0, len(scenes), len(scenes))]) for _ in range(draws)]
    apart = [s - f for one in found if one is not None for _, s, f in [one]]
    interval = tuple(float(q) for q in np.quantile(apart, [0.025, 0.975])) if len(apart) > draws // 2 else None
    return {"rate": rate, "solved": solved, "fixed": fixed, "difference": solved - fixed, "interval": interval}


def _psnr_at(scenes: Sequence[Sequence[Row]]) -> tuple[float, float, float] | None:
    """(rate, PSNR solved, PSNR fixed)"""
    points: dict[str, list[tuple[float, float]]] = {}
    for kind in ("solved", "fixed"):
        for level in sorted({r["level"] for rows in scenes for r in rows}):
            rows = [r for scene in scenes for r in scene if (r["method"], r["level"]) == (kind, level)]
            if rows:
                points.setdefault(kind, []).append(
                    (_mean([r["target"] for r in rows]), _mean([r["psnr"] for r in rows]))
                )
    if len(points) < 2:
        return None
    low = max(min(r for r, _ in p) for p in points.values())
    high = min(max(r for r, _ in p) for p in points.values())
    if low > high:
        return None
    rate = (low + high) / 2
    if rate == 0:
        return None
    return rate, between(points["solved"], rate), between(points["fixed"], rate)


def between(points: Sequence[tuple[float, float]], x: float) -> float:
    """Linear between the points (x, y), which are sorted here; of equal x the mean y."""
    import numpy as np

    places = sorted({p for p, _ in points})
    return float(np.interp(x, places, [_mean([y for p, y in points if p == place]) for place in places]))


def blends(units: Sequence[Sequence[Row]]) -> Row:
    """CLIP scores by rule: of the lower and of both prompts; the difference to the linear mean; both objects by the judge."""
    from core.evaluate.intervals import bootstrap, wilson

    table: Row = {}
    for method in dict.fromkeys(r["method"] for rows in units for r in rows):
        rows = [r for unit in units for r in unit if r["method"] == method]
        base = [r for unit in units for r in unit if r["method"] == "linear"]
        low, both = [min(r["scores"]) for r in rows], sum(r["both"] for r in rows)
        apart = [[min(r["scores"]) - min(b["scores"])] for r, b in zip(rows, base, strict=True)]
        table[method] = {"n": len(rows), "lower score": _mean(low), "interval": bootstrap([[v] for v in low]),
                         "mean score": _mean([_mean(r["scores"]) for r in rows]),
                         "lower over linear": _mean([d for g in apart for d in g]), "over linear, interval": bootstrap(apart),
                         "both by judge": both / len(rows), "both interval": wilson(both, len(rows))}  # fmt: skip
    return table


def correlation(pairs: Sequence[tuple[float, float]]) -> float:
    """Pearson's; 0 where one side does not vary."""
    import numpy as np

    if len(pairs) < 3:
        return 0.0
    a, b = np.array(pairs, np.float64).T
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else 0.0


def _mean(values: Iterable[float]) -> float:
    found = [float(v) for v in values]
    return sum(found) / len(found) if found else 0.0


# --- as text --------------------------------------------------------------------------------------------------------------


def markdown(report: Row) -> str:
    """Tables for BENCHMARKS.md."""
    lines: list[str] = []
    for table in ("two objects", "three objects"):
        if table in report:
            lines += [f"## {table.capitalize()}: all present, by the judge", "",
                      "| method | n | all present | over plain | mean share of objects |", "|---|---|---|---|---|"]  # fmt: skip
            lines += [
                f"| {name} | {r['n']} | {_rate(r['rate'], r['interval'])} | {_rate(r['over plain'], r['over plain, interval'])} "
                f"| {r['objects']:.3f} |" for name, r in report[table].items()
            ]  # fmt: skip
            lines.append("")
    for title, part in report.get("exchange", {}).items():
        if title == "left out":
            continue
        lines += [f"## One object for another, {title} ({part['scenes']} scenes)", "",
                  "| weight | mean weight | target there | background PSNR, dB |", "|---|---|---|---|"]  # fmt: skip
        lines += [f"| {p['method']} | {p['weight']:.2f} | {_rate(p['rate'], p['interval'])} | "
                  f"{_plain(p['psnr'], p['psnr interval'])} |"
                  for p in part["curve"]]  # fmt: skip
        equal = part["equal rate"]
        lines += ["", equal["why"] if "why" in equal else
                  f"At a target rate of {equal['rate']:.3f}: solved {equal['solved']:.2f} dB, fixed {equal['fixed']:.2f} dB, "
                  f"difference {_plain(equal['difference'], equal['interval'])} dB.", ""]  # fmt: skip
    if "blend" in report:
        lines += ["## Two prompts in one picture", "",
                  "| rule | n | lower CLIP score | over linear | mean CLIP score | both, by the judge |",
                  "|---|---|---|---|---|---|"]  # fmt: skip
        lines += [
            f"| {name} | {r['n']} | {_plain(r['lower score'], r['interval'])} | "
            f"{_plain(r['lower over linear'], r['over linear, interval'])} | {r['mean score']:.2f} | "
            f"{_rate(r['both by judge'], r['both interval'])} |" for name, r in report["blend"].items()
        ]  # fmt: skip
        lines.append("")
    if report.get("speed"):
        lines += ["## Speed, ratio to plain generation at equal steps", "", "| | |", "|---|---|"]
        lines += [f"| {name} | {value:.3f} |" for name, value in report["speed"].items()]
        lines.append("")
    minutes = report["minutes"]
    lines.append(
        f"The full tables take {minutes['full']:.0f} minutes of CPU, {minutes['on the clock']:.0f} on the clock."
    )
    return "\n".join(lines) + "\n"


def _rate(value: float, interval: Sequence[float] | None) -> str:
    return f"{value:.3f}" + ("" if interval is None else f" ({interval[0]:.3f} to {interval[1]:.3f})")


def _plain(value: float, interval: Sequence[float] | None) -> str:
    return f"{value:.2f}" + ("" if interval is None else f" ({interval[0]:.2f} to {interval[1]:.2f})")


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="studio bench --editing", description="Measure editing on the embedded model."
    )
    parser.add_argument("--folder", type=Path, default=Path("out/editing-bench"))
    parser.add_argument("--count", type=int, help="units of each table; empty: all")
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread")
    parser.add_argument("--only", choices=("two objects", "three objects", "exchange", "blend", "speed"), default="")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--tables", help=argparse.SUPPRESS)
    known = parser.parse_args(words)
    if (known.count is not None and known.count < 1) or known.workers < 1:
        sys.stderr.write("--count and --workers are at least 1.\n")
        return 2
    bench = Bench(known.folder, known.count, known.workers, known.only)
    if known.part:
        part, parts = (int(n) for n in known.part.split("/"))
        work(bench, part, parts, known.tables.split(","))
        return 0
    report = run(bench, _tell)
    sys.stdout.write((json.dumps(report) if known.json else markdown(report)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The figures of the window, for `BENCHMARKS.md`: each measured in a process of its own kind, with machine and versions.

Take them on a machine that does nothing else.
"""

import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from studio.bench.heartbeat import COUNT, LONG, STEPS, Gaps, verdict
from studio.bench.log import Reader
from studio.bench.soak import START, start_child
from studio.document import edits
from studio.document.autosave import Document
from studio.document.project import Layer, LayerKind, Project, Size
from studio.history.entry import Entry
from studio.history.history import History, Query

ENTRIES = 50_000
UNDO = 500
Row = tuple[str, str]


def machine() -> str:
    """What it was measured on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return (
        f"{os.cpu_count()} cores of {cpu}, {memory:.0f} GiB, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, PySide6 {version('PySide6-Essentials')}, torch {version('torch')}; "
        f"{os.environ.get('QT_QPA_PLATFORM') or 'a screen'}; {time.strftime('%Y-%m-%d')}, load at the start {load:.1f}"
    )


def child(what: str, count: int = 0, seconds: float = START) -> tuple[list[dict[str, Any]], float]:
    """The log of a window process that ends by itself, and when it was started (seconds since 1970).

    Raises:
        RuntimeError: it failed, or took too long.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        log = Path(folder) / "logs" / "log"
        started = time.time()
        process = start_child(what, Path(folder), log, count=count)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"'{what}' did not end within {seconds:.0f} s") from error
        finally:
            process.kill()
            process.wait()
        lines = Reader(log).lines()
        told = [line["text"] for line in lines if line["what"] in ("fault", "down")]
        if code or told:
            words = log.with_suffix(".err").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"'{what}' ended with code {code}: {'; '.join(told)}\n{words}")
    return lines, started


def start_rows(times: int = 5) -> Iterator[Row]:
    """Process start to first frame and to an engine that is ready; then memory."""
    shown, ready, memory = [], [], []
    for _ in range(times):
        lines, started = child("idle")
        at = {line["what"]: line["at"] for line in reversed(lines)}
        shown.append(at["shown"] - started)
        ready.append(at["ready"] - started)
        memory.append(next(line for line in lines if line["what"] == "memory"))
    yield "process start to first frame, s (aim 1.5)", _spread(shown, 2)
    yield "process start to engine ready, s", _spread(ready, 1)
    yield "memory of an idle studio: window, MiB", _spread([m["window"] for m in memory], 0)
    yield "memory of an idle studio: engine before its first job, MiB", _spread([m["engine"] for m in memory], 0)


def memory_rows(steps: int = UNDO) -> Iterator[Row]:
    lines, _ = child("idle", steps, 4 * START)
    memory = {line["when"]: line["window"] for line in lines if line["what"] == "memory"}
    made = next(line["count"] for line in lines if line["what"] == "steps")
    yield "window with a picture of 2048 x 2048, MiB", f"{memory['picture']:.0f}"
    yield f"after {made} undo steps of strokes, MiB", f"{memory['painted']:.0f}"
    yield "after undoing them all, MiB", f"{memory['undone']:.0f}"


def heartbeat(seconds: int = 5) -> dict[str, Any]:
    """The phases "idle", "load" and "blocked" (`Gaps`), previews of each, and the modules that do not belong there."""
    lines, _ = child("heartbeat", seconds, 4 * START)
    beats = [line for line in lines if line["what"] == "heartbeat"]
    found: dict[str, Any] = {line["phase"]: Gaps(**line["gaps"]) for line in beats}
    found["previews"] = {line["phase"]: line["previews"] for line in beats}
    found["heavy"] = [name for line in lines if line["what"] == "modules" for name in line["heavy"]]
    return found


def heartbeat_rows(seconds: int = 30) -> Iterator[Row]:
    found = heartbeat(seconds)
    for phase, title in (("idle", "idle"), ("load", f"while {COUNT} pictures of {STEPS} steps are made")):
        gaps = found[phase]
        whole = f"{gaps.median:.1f} / {gaps.p99:.1f} / {gaps.longest:.1f}, {gaps.long} over {LONG:.0f} ms"
        own = f"without waiting for a processor {gaps.own_p99:.1f} / {gaps.own_longest:.1f}, {gaps.own_long}"
        yield f"heartbeat of 10 ms, {title}, {gaps.seconds:.0f} s: median / p99 / longest, ms", f"{whole}; {own}"
    yield "previews meanwhile", str(found["previews"]["load"])
    yield "held up by the job", verdict(found["idle"], found["load"]) or "no"


def canvas_rows() -> Iterator[Row]:
    """Frames, brush and the canvas's part of undo, from `studio.canvas.bench`."""
    from studio.canvas.bench import run

    for name, figures in run().items():
        for key, value in figures.items():
            yield f"{name}: {key.replace('_', ' ')}", f"{value:.2f}"


def undo_rows(side: int = 8192, layers: int = 20, length: int = 4096) -> Iterator[Row]:
    """A stroke of 4k pixels in a document on disk: the value comes back from memory, and from the journal after opening."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder) / "project"
        document = Document.create(place, Project("Bench", Size(side, side)))
        shade = np.random.default_rng(0).integers(0, 255, (side, side), np.uint8)
        masks = document.tiles.raster(shade)
        for n in range(layers):
            layer = Layer(f"layer{n}", LayerKind.MASK, f"Layer {n}", masks, color="#039c89")
            document.edit("Add", lambda p, made=layer: edits.add_layer(p, made))  # type: ignore[misc]
        stroke = np.zeros((200, length), np.uint8)
        painted = document.tiles.painted(masks, (side - length) // 2, side // 2, stroke)
        document.edit("Brush", lambda p: edits.paint(p, "layer0", painted))
        document.flush()
        yield "undo of a 4096 px stroke, document, from memory, ms", f"{_timed(document.undo):.1f}"
        yield "redo of it, ms", f"{_timed(document.redo):.1f}"
        document.close()
        began = time.perf_counter()
        document = Document.open(place)
        yield "opening that project (8192 x 8192, 20 layers), ms", f"{1000 * (time.perf_counter() - began):.0f}"
        yield "undo of the stroke from the journal after opening, ms", f"{_timed(document.undo):.1f}"
        document.close()


def history_rows(entries: int = ENTRIES) -> Iterator[Row]:
    draw = random.Random(0)
    nouns = [f"noun{n}" for n in range(2000)]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        history = History(Path(folder) / "history.db")
        one = Entry("0", "core.generate", {"steps": 30}, images=("a.png",))
        history.add(
            replace(
                one, id=str(n), model=draw.choice(("pocket", "sd15")), at=float(n), concepts=(draw.choice(nouns),),
                prompt=" ".join(draw.choices(nouns, k=12)) + (" needle" if n % 5000 == 7 else " picture"),
            )
            for n in range(entries)
        )  # fmt: skip
        asked = {
            "the newest page": Query(), "a rare word": Query("needle"), "a word that all have": Query("picture"),
            "the beginning of a word": Query("noun1"), "a concept": Query(concept="noun7"),
            "model and dates": Query(model="sd15", since=entries * 0.2, until=entries * 0.4),
        }  # fmt: skip
        for name, query in asked.items():
            taken = [_timed(lambda q=query: history.search(q)) for _ in range(9)]  # type: ignore[misc]
            yield f"history of {entries:,}: {name}, 100 results, ms", f"{statistics.median(taken):.1f}"
        history.close()


PARTS: tuple[tuple[str, Callable[[], Iterator[Row]]], ...] = (
    ("start", start_rows), ("heartbeat", heartbeat_rows), ("canvas", canvas_rows), ("undo", undo_rows),
    ("history", history_rows), ("memory", memory_rows),
)  # fmt: skip


def main(as_json: bool = False, only: str = "") -> int:
    """Print the table; parts appear as they are measured."""
    where = machine()
    if not as_json:
        sys.stdout.write(f"Machine: {where}.\n\n| | |\n|---|---|\n")
    rows: dict[str, str] = {"machine": where}
    failed = False
    for name, part in PARTS:
        if only not in ("", name):
            continue
        try:
            for title, value in part():
                rows[title] = value
                if not as_json:
                    sys.stdout.write(f"| {title} | {value} |\n")
                    sys.stdout.flush()
        except RuntimeError as error:
            failed = True
            sys.stderr.write(f"'{name}' could not be measured: {error}\n")
    if as_json:
        sys.stdout.write(json.dumps(rows) + "\n")
    return 1 if failed else 0


def _timed(call: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


def _spread(values: list[float], digits: int) -> str:
    middle = statistics.median(values)
    return f"{middle:.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f}, n = {len(values)})"

"""The same jobs from a terminal: `studio`, or `python -m core.engine.cli`.

Flags are made from the declarations that forms are made from. Exit code 0; 2 with one sentence on standard error for
bad input; 1 for a fault of ours.
"""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when huggingface_hub is imported; --online clears it

import argparse
import json
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from core.contract.errors import Cancelled, UserError
from core.contract.method import Outcome, Role
from core.contract.params import Params, add_arguments, describe, from_arguments, from_json, to_json

FILES = ("image", "mask", "concept", "patch")
"""Editors whose values are files: paths on the command line, asset names inside."""


class _Parser(argparse.ArgumentParser):
    """One sentence instead of a page of usage."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{self.prog}: {message}.", "See --help.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _command(words)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except (Cancelled, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
        return 130
    except Exception as error:  # noqa: BLE001 - the outermost place: a fault of ours is told as one, with its traceback
        traceback.print_exc()
        print(f"This is a fault of the program: {error}", file=sys.stderr)
        return 1


def _command(words: list[str]) -> int:
    parser = _Parser(prog="studio", description="Learn, compose, edit, erase and prove visual concepts.")
    parser.add_argument("--online", action="store_true", help="allow downloads from the model hub for this command")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name, (text, build, _) in COMMANDS.items():
        build(commands.add_parser(name, help=text, description=text))
    known, rest = parser.parse_known_args(words)
    if known.online:
        os.environ["HF_HUB_OFFLINE"] = "0"
    if known.command is None:
        parser.print_help()
        return 0
    if rest and known.command not in ("run", "evaluate"):
        raise UserError(
            f"'{rest[0]}' is not an option of 'studio {known.command}'.", f"See: studio {known.command} --help."
        )
    _, _, act = COMMANDS[known.command]
    return act(known, rest)  # type: ignore[no-any-return]


# --- methods ----------------------------------------------------------------------------------------------------------


def _build_methods(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def _methods(known: argparse.Namespace, _rest: list[str]) -> int:
    from core.engine.registry import methods

    rows = [asdict(m.info) for m in methods()]
    if known.json:
        print(json.dumps(rows, default=str))
        return 0
    for row in rows:
        print(f"{row['id']:38} {row['role']:9} {row['kind']:9} {row['title']}  [{row['provenance']}]")
    return 0


# --- run --------------------------------------------------------------------------------------------------------------


def _build_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("method", help="a task's id; see: studio methods")
    _build_common(parser)
    parser.add_argument("--params", metavar="FILE.json", help="parameters from a file; flags win over it")
    parser.add_argument("--help-method", action="store_true", help="show the method's own parameters")


def _build_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="pocket", help="pocket, a folder, a .safetensors file or a hub id")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the results")
    parser.add_argument("--json", action="store_true", help="the outcome as JSON on standard output")


def _run(known: argparse.Namespace, rest: list[str]) -> int:
    from core.engine.registry import method

    entry = method(known.method, Role.TASK)
    parser = _Parser(prog=f"studio run {known.method}", description=entry.info.help, allow_abbrev=False)
    add_arguments(parser, entry.params)
    if known.help_method:
        parser.print_help()
        return 0
    base = _parameter_file(known.params) if known.params else {}
    params = from_arguments(entry.params, parser.parse_args(rest), base)
    return _perform(known, entry.info.id, params)


def _parameter_file(name: str) -> dict[str, Any]:
    try:
        data = json.loads(Path(name).read_text())
    except OSError as error:
        raise UserError(f"The parameter file '{name}' cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UserError(f"The parameter file '{name}' is not JSON: {error}.") from error
    if not isinstance(data, dict):
        raise UserError(f"The parameter file '{name}' does not hold a JSON object.")
    return data


def _perform(known: argparse.Namespace, id: str, params: Params) -> int:
    """Run a task here and put its results into the output folder."""
    from core.contract.messages import Submit
    from core.engine.home import assets, measurements
    from core.engine.performance import Stage

    store = assets()
    began = time.monotonic()
    taken = to_json(take_files(store, params))
    job = Submit(job="terminal", method=id, params=taken, model=known.model, seed=known.seed)
    outcome = Stage(store, measurements=measurements()).perform(job, _Terminal(known.json))
    result = deliver(store, outcome, known.out, time.monotonic() - began)
    record = {"method": id, "model": known.model, "seed": known.seed, "params": to_json(params), **result}
    (known.out / "result.json").write_text(json.dumps(record, indent=1))
    if known.json:
        print(json.dumps(result))
    else:
        _tell(result)
    return 0


def take_files(store: Any, params: Params) -> Params:
    """The parameters with every path taken into the store and replaced by its asset name."""
    data = params.model_dump()
    for field in describe(type(params)):
        value = data[field.name]
        if field.editor in FILES and value:
            taken = [_take_file(store, v, field.name) for v in (value if field.many else [value])]
            data[field.name] = taken if field.many else taken[0]
        elif field.editor == "modifier":
            data[field.name] = [_take_modifier(store, v) for v in value]
    return from_json(type(params), data)


def _take_file(store: Any, value: str, name_of_field: str) -> str:
    """A path (or `path:strength`) as the name of an asset."""
    from core.engine.concepts import split_strength

    name, strength = (value, 1.0) if Path(value).exists() else split_strength(value)
    suffix = f":{strength:g}" if strength != 1.0 else ""
    if name in store:
        return name + suffix
    if not Path(name).is_file():
        raise UserError(f"There is no file '{name}' (parameter '{name_of_field}').", "Check the path.")
    if name_of_field in ("patch", "patches"):
        return _take_patch(store, Path(name)) + suffix
    if name_of_field in ("concept", "concepts"):
        _check_concept(Path(name))
    return str(store.put_file(Path(name))) + suffix


def _take_patch(store: Any, path: Path) -> str:
    """A patch of ours as it is; a LoRA or embedding of another program through the import."""
    from core.export.incoming import import_file
    from core.models.headers import read_header
    from core.models.layouts import identify

    if identify(read_header(path), path.name).format == "concept-studio":
        return str(store.put_file(path))
    return str(store.put(import_file(path).to_bytes({"imported": path.name}), "safetensors", {"file": path.name}))


def _check_concept(path: Path) -> None:
    """A concept must be a file of ours; what other programs wrote acts as a patch."""
    from core.models.headers import read_header
    from core.models.layouts import identify

    if identify(read_header(path), path.name).format != "concept-studio":
        raise UserError(f"'{path}' is no concept of this program.",
                        "A LoRA or embedding of another program is given as a patch: --patch.")  # fmt: skip


def _take_modifier(store: Any, spec: str) -> str:
    from core.engine.generate import read_modifier
    from core.engine.registry import method

    id, data = read_modifier(spec)
    entry = method(id, Role.MODIFIER)
    params = take_files(store, from_json(entry.params, data))
    return f"{id}:{json.dumps(to_json(params))}"


def deliver(store: Any, outcome: Outcome, out: Path, seconds: float) -> dict[str, Any]:
    """Copy an outcome's files into a folder under readable names; gives the record that scripts read."""
    out.mkdir(parents=True, exist_ok=True)
    images = [_copy_picture(store, name, out / f"image-{i}.png") for i, name in enumerate(outcome.images, 1)]
    masks = [_copy(store.path(name), out / f"mask-{i}.png") for i, name in enumerate(outcome.masks, 1)]
    concepts = [_copy_concept(store, name, out) for name in outcome.concepts]
    patch = _copy(store.path(outcome.patch), out / "patch.safetensors") if outcome.patch else None
    data = {n: _copy(store.path(a), out / f"{n.replace(' ', '-')}{Path(a).suffix}") for n, a in outcome.data.items()}
    return {
        "images": images, "masks": masks, "concepts": concepts, "patch": patch, "files": list(outcome.files), "data": data,
        "numbers": dict(outcome.numbers), "seconds": round(seconds, 3), "note": outcome.note,
    }  # fmt: skip


def _copy(source: Path, target: Path) -> str:
    shutil.copyfile(source, target)
    return str(target)


def _copy_picture(store: Any, name: str, target: Path) -> str:
    """A copy that carries its recipe, so that dropping it on the program recalls everything."""
    from core.contract.recipes import flat_recipe
    from core.export.png import save_picture
    from core.models.pictures import read_picture

    save_picture(read_picture(store.path(name)), target, flat_recipe(store.origin(name)))
    return str(target)


def _copy_concept(store: Any, name: str, out: Path) -> str:
    from core.engine.concepts import Concept

    word = "".join(c if c.isalnum() or c in "-_" else "" for c in Concept.read(store.path(name)).word)
    return _copy(store.path(name), out / f"concept-{word or name[:8]}.safetensors")


def _tell(result: Mapping[str, Any]) -> None:
    for kind in ("images", "masks", "concepts", "files"):
        for path in result[kind]:
            print(path)
    for path in [result["patch"], *result["data"].values()]:
        if path:
            print(path)
    for name, number in result["numbers"].items():
        print(f"{name}: {number:g}")
    print(f"{result['note']} ({result['seconds']:.1f} s)".strip())


class _Terminal:
    """Progress on standard error, one line that is written over; nothing when the output is JSON."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet or not sys.stderr.isatty()

    def progress(self, label: str, done: int, total: int | None, seconds_left: float | None) -> None:
        if self.quiet:
            return
        left = f", {seconds_left:.0f} s left" if seconds_left else ""
        end = "\n" if total and done >= total else ""
        print(f"\r{label}: {done}/{total or '?'}{left}\033[K", end=end, file=sys.stderr, flush=True)

    def preview(self, picture: Any, label: str = "") -> None: ...

    def log(self, text: str, numbers: dict[str, float]) -> None:
        if not self.quiet and text:
            print(text, file=sys.stderr)

    def cancelled(self) -> bool:
        return False


# --- generate, export ----------------------------------------------------------------------------------------------


def _build_generate(parser: argparse.ArgumentParser) -> None:
    from core.engine.generate import GenerateParams

    _build_common(parser)
    parser.add_argument(
        "--like", type=Path, metavar="PICTURE", help="recall the settings of a picture; flags win over it"
    )
    group = parser.add_argument_group("generation")
    short = {"concepts": "--concept", "patches": "--patch", "modifiers": "--modifier"}
    for field in describe(GenerateParams):
        flag = short.get(field.name, "--" + field.name.replace("_", "-"))
        action = "append" if field.many else "store"
        group.add_argument(flag, dest=field.name, action=action, help=field.help.replace("%", "%%"))


def _generate(known: argparse.Namespace, _rest: list[str]) -> int:
    from core.engine.generate import GenerateParams

    base: dict[str, Any] = {}
    if known.like:
        base, seed = _recalled(known.like)
        known.seed = known.seed if "--seed" in sys.argv else seed
    return _perform(known, "core.generate", from_arguments(GenerateParams, known, base))


def _recalled(path: Path) -> tuple[dict[str, Any], int]:
    """The settings a picture of ours was made with, and its seed."""
    from core.engine.generate import GenerateParams
    from core.export.png import read_recipe

    recipe = read_recipe(path)
    if recipe is None or recipe.get("method") != "core.generate":
        raise UserError(f"'{path.name}' does not say how it was made.", "Use a picture that this program generated.")
    named = {f.name for f in describe(GenerateParams)} - {"size", "count", "batch"}
    width, height = recipe["size"]
    return {**{k: v for k, v in recipe.items() if k in named}, "size": f"{width}x{height}"}, int(recipe["seed"])


def _build_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="pocket")
    parser.add_argument("--patch", action="append", default=[], metavar="FILE[:STRENGTH]")
    parser.add_argument("--concept", action="append", default=[], metavar="FILE[:STRENGTH]")
    parser.add_argument(
        "--as", dest="kind", required=True,
        choices=("diffusers", "single-file", "lora", "lora-kohya", "embedding", "delta"),
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, help="the file or folder to write")
    parser.add_argument("--overwrite", action="store_true")
    parser.add_argument("--rank", type=int, default=None, help="rank of a LoRA made from full changes")
    parser.add_argument("--half", action="store_true", help="16-bit weights")
    parser.add_argument("--json", action="store_true")


def _build_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "task", nargs="?", help="a score task; 'show' and words print stored scores; nothing lists the tasks"
    )
    parser.add_argument("--batch", type=Path, metavar="FOLDER", help="measure every set in a folder (folders, or .json files "
                        "of parameters); goes on where it stopped")  # fmt: skip
    parser.add_argument("--again", action="store_true", help="measure again what was measured")
    parser.add_argument("--name", default="", help="what the set is called in tables")
    parser.add_argument(
        "--scores", type=Path, metavar="FILE.sqlite", help="where the rows go; else the program's own file"
    )
    parser.add_argument("--model", default="pocket", help="for tasks that need one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--params", metavar="FILE.json", help="parameters from a file; flags win over it")
    parser.add_argument("--help-task", action="store_true", help="show the task's own parameters")
    parser.add_argument("--json", action="store_true")


def _evaluate(known: argparse.Namespace, rest: list[str]) -> int:
    from core.engine import evaluations

    if known.task is None:
        print(evaluations.names())
        return 0
    if known.task == "show":
        rows, bad = evaluations.stored(" ".join(rest), known.scores), 0
    else:
        entry = evaluations.evaluation(known.task)
        parser = _Parser(prog=f"studio evaluate {known.task}", description=entry.info.help, allow_abbrev=False)
        add_arguments(parser, entry.params)
        if known.help_task:
            parser.print_help()
            return 0
        rows, bad = evaluations.evaluate(entry, known, parser.parse_args(rest), _Terminal(known.json))
    print(json.dumps([evaluations.plain(row) for row in rows]) if known.json else evaluations.table(rows))
    return 2 if bad else 0


# --- lists and checks -------------------------------------------------------------------------------------------------


def _build_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def _models(known: argparse.Namespace, _rest: list[str]) -> int:
    from core.engine.inventory import list_models

    rows = list_models()
    if known.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        print(f"{row['ref']}  ({row['family']})")
    return 0


def _concepts(known: argparse.Namespace, _rest: list[str]) -> int:
    from core.engine.inventory import list_concepts

    rows = list_concepts()
    if known.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        print(f"{row['name']:20} {row['word']:16} {row['base']:8} {row['file']}")
    if not rows:
        print("No concepts yet. Learn one: studio run personalization.break_a_scene --help-method")
    return 0


def _doctor(known: argparse.Namespace, _rest: list[str]) -> int:
    from core.engine.inventory import examine

    rows = examine()
    if known.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print(f"{'ok ' if row['ok'] else 'NO '} {row['what']}: {row['found']}")
    return 0 if all(row["ok"] or not row["needed"] for row in rows) else 2


def _build_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--seed", type=int, default=0)


def _demo(known: argparse.Namespace, _rest: list[str]) -> int:
    from core.engine.demo import demo

    demo(known.out, known.seed, _Terminal(False))
    print(known.out / "report.html")
    return 0


def _build_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--window", action="store_true", help="measure the window: start, heartbeat, canvas, undo, memory"
    )
    which.add_argument(
        "--soak",
        action="store_true",
        help="kill window and engine at random while a monkey works; 1 when anything is lost",
    )
    which.add_argument(
        "--editing", action="store_true", help="compare the editing methods on the embedded model; goes on where it was"
    )
    parser.add_argument("--count", type=int, help="prompts of each table of --editing; empty: all, half an hour")
    parser.add_argument("--workers", type=int, help="processes of --editing, of one thread each; empty: 2")
    parser.add_argument("--out", type=Path, help="folder of --editing; empty: out/editing-bench")
    parser.add_argument("--minutes", type=float, help="how long a soak goes on, at least; 0: its 200 edits")
    parser.add_argument("--seed", type=int, help="of the soak's monkey and kills")
    parser.add_argument(
        "--only", choices=("start", "heartbeat", "canvas", "undo", "history", "memory"), help="one part of --window"
    )


def _bench(known: argparse.Namespace, _rest: list[str]) -> int:
    own = (
        ("minutes", "soak"),
        ("seed", "soak"),
        ("only", "window"),
        *((n, "editing") for n in ("count", "workers", "out")),
    )
    for name, given in own:
        if getattr(known, name) is not None and not getattr(known, given):
            raise UserError(f"--{name} belongs to --{given}.", f"See: studio bench --{given} --{name} ...")
    if known.quick and (known.window or known.soak or known.editing):
        raise UserError("--quick belongs to the bench of the engine.", "Leave it out, or choose one part with --only.")
    if known.window or known.soak:
        return _bench_window(known)
    if known.editing:
        words = [w for n, flag in (("count", "--count"), ("workers", "--workers"), ("out", "--folder"))
                 if (value := getattr(known, n)) is not None for w in (flag, str(value))]  # fmt: skip
        return _bench_process("editing.bench", words, known.json)
    from core.engine.bench import bench

    rows = bench(quick=known.quick)
    print(json.dumps(rows) if known.json else "\n".join(f"{k:60} {v:.3f}" for k, v in rows.items()))
    return 0


def _bench_window(known: argparse.Namespace) -> int:
    """In a process of its own: nothing here may import the window, and nothing there torch."""
    words = ["soak" if known.soak else "window"]
    for name in ("minutes", "seed", "only"):
        if getattr(known, name) is not None:
            words += [f"--{name}", str(getattr(known, name))]
    return _bench_process("studio.bench", words, known.json)


def _bench_process(module: str, words: list[str], as_json: bool) -> int:
    words += ["--json"] if as_json else []
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH", "")]))
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False).returncode


def _export(known: argparse.Namespace, _rest: list[str]) -> int:
    from core.engine.exports import export
    from core.engine.home import assets, local_run

    store = assets()
    known.patch = [_take_file(store, ref, "patch") for ref in known.patch]
    known.concept = [_take_file(store, ref, "concept") for ref in known.concept]
    began = time.monotonic()
    with local_run(known.model, 0, _Terminal(known.json), store) as run:
        outcome = export(run, known.kind, known)
    result = {"files": list(outcome.files), "numbers": dict(outcome.numbers), "note": outcome.note,
              "seconds": round(time.monotonic() - began, 3)}  # fmt: skip
    print(json.dumps(result) if known.json else "\n".join([*outcome.files, outcome.note]))
    return 0


COMMANDS: dict[str, tuple[str, Any, Any]] = {
    "methods": ("List every method with its parameters.", _build_methods, _methods),
    "run": ("Run a task.", _build_run, _run),
    "generate": ("Generate pictures.", _build_generate, _generate),
    "export": ("Export a checkpoint or concepts for other programs.", _build_export, _export),
    "evaluate": (
        "Score pictures: one set or a batch; 'evaluate show' prints what was measured.",
        _build_evaluate,
        _evaluate,
    ),
    "models": ("List the base models that are found.", _build_json, _models),
    "concepts": ("List the learned concepts.", _build_json, _concepts),
    "demo": ("The main job, from pictures to a proven export, with a report.", _build_demo, _demo),
    "bench": ("Measure this machine: the engine, --window or a --soak.", _build_bench, _bench),
    "doctor": ("Check this installation.", _build_json, _doctor),
}


if __name__ == "__main__":
    sys.exit(main())

"""Bring the Linguist files up to date: `python -m studio.translations.update [--compile]`.

Collects the window's texts with `pyside6-lupdate` and what methods declare from `studio methods --json`; with `--compile`
it also makes the `.qm` files that the program loads.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from pydantic import TypeAdapter

from core.contract.messages import Unknown
from core.contract.method import MethodInfo
from studio.language import CONTEXT, FOLDER, declared
from studio.settings import LANGUAGES

ROOT = FOLDER.parent.parent
TRANSLATED = tuple(name for name, _ in LANGUAGES if name not in ("en", "pseudo"))


def tool(name: str) -> str:
    """A program of PySide6, beside the interpreter."""
    return str(Path(sys.executable).with_name(f"pyside6-{name}"))


def declarations() -> list[str]:
    """What all methods declare, from the program itself: this process never loads the engine."""
    done = subprocess.run([sys.executable, "-m", "core.engine.cli", "methods", "--json"],
                          capture_output=True, text=True, check=True, cwd=ROOT)  # fmt: skip
    infos = TypeAdapter(list[MethodInfo]).validate_python(json.loads(done.stdout))
    texts = [text for info in infos for text in declared(info)]
    return list(dict.fromkeys([*texts, *Unknown]))


def collect(target: Path, texts: list[str]) -> None:
    """Bring one Linguist file up to date: texts that are gone leave it, new ones come in unfinished."""
    files = sorted(str(p) for p in (ROOT / "studio").rglob("*.py"))
    with tempfile.TemporaryDirectory() as room:
        listed = Path(room) / "declared.py"
        lines = [f"QCoreApplication.translate({CONTEXT!r}, {json.dumps(text, ensure_ascii=False)})" for text in texts]
        listed.write_text("\n".join(lines) + "\n", "utf-8")
        subprocess.run([tool("lupdate"), *files, str(listed), "-ts", str(target), "-no-obsolete", "-locations", "none"],
                       check=True, capture_output=True)  # fmt: skip


def compile(name: str, target: Path) -> None:
    """The file that the program loads."""
    source = FOLDER / f"studio_{name}.ts"
    subprocess.run([tool("lrelease"), str(source), "-qm", str(target)], check=True, capture_output=True)


def main() -> None:
    """Read the options and update."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compile", action="store_true", help="only make the .qm files")
    args = parser.parse_args()
    texts = [] if args.compile else declarations()
    for name in TRANSLATED:
        if not args.compile:
            collect(FOLDER / f"studio_{name}.ts", texts)
        compile(name, FOLDER / f"studio_{name}.qm")


if __name__ == "__main__":
    main()

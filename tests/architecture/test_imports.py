"""Who may import what: the table of the architecture, read from the sources; and what stays unloaded."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QT = {"PySide6", "PyQt6", "shiboken6", "superqt", "qtawesome", "pyqtgraph", "qtpy"}
HEAVY = {
    "torch",
    "torchvision",
    "diffusers",
    "transformers",
    "safetensors",
    "accelerate",
    "numpy",
    "cv2",
    "scipy",
    "peft",
}
METHODS = {"personalization", "editing", "erasure"}
PROJECT = {"core", "studio", "tests", "resources", *METHODS}
STANDARD = set(sys.stdlib_module_names)
PACKAGES = ("core", "studio", *sorted(METHODS))


def files(package: str) -> Iterator[Path]:
    yield from sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every imported module with its full name, wherever in the file; names of `from a import b` also as `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            assert [a.name for a in node.names] != ["*"], f"{path}:{node.lineno}: import *"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def within(module: str, *packages: str) -> bool:
    return any(module == p or module.startswith(p + ".") for p in packages)


def offences(place: str, module: str) -> str:
    """Why a file at `place` (dotted path) may not import `module`; empty when it may."""
    top = module.split(".")[0]
    if within(place, "core.contract"):
        fine = (
            top in STANDARD
            or top in ("pydantic", "pydantic_core", "annotated_types")
            or within(module, "core.contract")
        )
        return "" if fine else "core.contract knows only the standard library and pydantic"
    if within(place, "core.client"):
        fine = top in STANDARD or top == "pydantic" or within(module, "core.contract", "core.client")
        return "" if fine else "core.client knows only the standard library, pydantic and core.contract"
    if within(place, "core"):
        if top in QT | {"studio", "tests", *METHODS}:
            return "core knows neither Qt, the studio nor a method package"
    elif place.split(".")[0] in METHODS:
        if top in QT | {"studio", "tests", "peft", *(METHODS - {place.split(".")[0]})}:
            return "a method package knows core and torch, neither Qt, the studio, peft nor another method package"
    elif within(place, "studio.document"):
        fine = top in STANDARD | {"numpy", "PIL"} or within(module, "core.contract", "studio.document")
        return "" if fine else "studio.document knows core.contract, numpy and pillow only"
    elif within(place, "studio.history", "studio.library"):
        if top in QT | (HEAVY - {"numpy"}) | METHODS or (
            top in PROJECT
            and not within(
                module, "core.contract", "core.client", "studio.document", "studio.history", "studio.library"
            )
        ):
            return "history and library know core.contract, core.client and the document, and never Qt"
    elif within(place, "studio"):
        ours = within(module, "core.contract", "core.client", "studio", "resources")
        if top in {"torch", "torchvision", "diffusers", "transformers", "tests", *METHODS} or (
            top == "core" and not ours
        ):
            return "the studio knows core.contract and core.client, and never torch"
    return _special(place, module)


def _special(place: str, module: str) -> str:
    top = module.split(".")[0]
    if top == "peft":
        return "peft is for tests only"
    if top == "segment_anything" and place != "erasure.pixels.masks.sam":
        return "segment-anything only in erasure/pixels/masks/sam.py"
    return ""


@pytest.mark.parametrize("package", PACKAGES)
def test_the_table(package: str) -> None:
    found = []
    for path in files(package):
        place = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for module, line in imports(path):
            reason = offences(place, module)
            if reason:
                found.append(f"{path.relative_to(ROOT)}:{line} imports {module}: {reason}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_code_in_package_files(package: str) -> None:
    for path in files(package):
        if path.name == "__init__.py":
            body = ast.parse(path.read_text()).body
            assert all(isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant) for n in body), path


@pytest.mark.parametrize(
    ("place", "module", "fine"),
    [
        ("core.contract.fields", "torch", False),
        ("core.contract.fields", "core.models.model.Model", False),
        ("core.contract.fields", "json", True),
        ("core.client.queue", "core.engine.run.Run", False),
        ("core.client.queue", "numpy", False),
        ("core.client.queue", "core.contract.errors.UserError", True),
        ("core.models.model", "PySide6.QtCore", False),
        ("core.engine.cli", "erasure.weights.uce", False),
        ("editing.a_star", "erasure.weights.uce", False),
        ("editing.a_star", "core.hooks.hook.Hook", True),
        ("studio.app", "core.client.engine.EngineClient", True),
        ("studio.app", "core.engine.run.Run", False),
        ("studio.app", "torch", False),
        ("studio.document.edits", "PySide6.QtCore", False),
        ("studio.document.tiles", "numpy", True),
        ("studio.document.tiles", "cv2", False),
        ("studio.document.autosave", "core.client.lock.FileLock", False),
        ("studio.history.history", "PySide6.QtCore", False),
        ("studio.history.history", "core.client.lock.FileLock", True),
        ("studio.library.library", "core.engine.concepts.Concept", False),
        ("erasure.pixels.masks.auto", "segment_anything", False),
        ("erasure.pixels.masks.sam", "segment_anything", True),
    ],
)
def test_the_check_itself(place: str, module: str, fine: bool) -> None:
    assert (offences(place, module) == "") is fine


def loaded(modules: list[str], unwanted: set[str]) -> str:
    """Which unwanted packages are loaded after a fresh interpreter imported modules, as the text of a list."""
    code = (
        f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        f"print(sorted(set(sys.modules) & {unwanted!r}))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return found.stdout.strip().splitlines()[-1]


def modules_of(*folders: str) -> list[str]:
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for folder in folders
        for path in files(folder)
        if path.name not in ("__init__.py", "__main__.py")
    ]


def test_a_client_process_never_loads_torch() -> None:
    """A fresh interpreter with everything the window may import of ours."""
    modules = modules_of("core/contract", "core/client")
    assert "core.client.engine" in modules
    assert loaded(modules, HEAVY | QT) == "[]"


def test_document_history_and_library_load_neither_qt_nor_torch() -> None:
    modules = modules_of("studio/document", "studio/history", "studio/library")
    assert "studio.document.autosave" in modules
    assert loaded(modules, (HEAVY - {"numpy"}) | QT | METHODS) == "[]"


def test_the_whole_studio_never_loads_torch() -> None:
    modules = modules_of("studio")
    assert "studio.engine" in modules
    assert loaded(modules, (HEAVY - {"numpy", "scipy"}) | METHODS | {"core.models", "core.engine"}) == "[]"

"""The disk becomes full while a project is saved, at any byte: the old one stays, a sentence is shown, later all is saved.

A file may not grow over `RLIMIT_FSIZE` in a process of its own: the kernel itself refuses the write, wherever SQLite or the
atomic writer happens to be.
"""

import errno
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.contract.errors import UserError
from studio import places
from studio.app import build, open_document
from studio.document import autosave, edits
from studio.document.autosave import Document
from studio.document.project import Layer, LayerKind, Project, Size
from studio.document.storage import STATE, export_zip, import_zip, read_state
from studio.settings import Settings
from studio.window import Window

ROOT = Path(__file__).parents[2]

CHILD = """
import json, resource, signal, sys
from pathlib import Path
import numpy as np
from core.contract.errors import UserError
from studio.document import edits
from studio.document.autosave import Document
from studio.document.project import Layer, LayerKind

folder, limit = Path(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
document = Document.open(folder)
before = (folder / "project.json").read_bytes()
pixels = document.tiles.raster(np.random.default_rng(limit).integers(0, 255, (512, 512, 4), np.uint8))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
told = ""
try:
    document.edit("Add", lambda p: edits.add_layer(p, Layer("new", LayerKind.PICTURE, "New", pixels)))
    document.save()
except UserError as error:
    told = str(error)
intact = (folder / "project.json").read_bytes() == before
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
if sys.argv[3] == "mend":
    document.close()
sys.stdout.write(json.dumps({"told": told, "intact": intact}))
sys.stdout.flush()
if sys.argv[3] == "die":
    import os
    os._exit(0)
"""


def kitchen(folder: Path) -> None:
    with Document.create(folder, Project("Kitchen", Size(512, 512))) as document:
        pixels = document.tiles.raster(np.random.default_rng(0).integers(0, 255, (512, 512, 4), np.uint8))
        document.edit("Add", lambda p: edits.add_layer(p, Layer("old", LayerKind.PICTURE, "Old", pixels)))


def crowd(folder: Path, limit: int, then: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), str(limit), then],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs RLIMIT_FSIZE")
@pytest.mark.parametrize("then", ["mend", "die"])
def test_a_disk_that_is_full_at_any_byte(tmp_path: Path, then: str) -> None:
    """Limits at random places of what is written: before anything, in the middle of the tiles, at the end."""
    draw = random.Random(5)
    refused = 0
    for number, limit in enumerate([100, *(draw.randrange(1000, 1_600_000) for _ in range(3)), 40_000_000]):
        folder = tmp_path / f"project{number}"
        kitchen(folder)
        found = crowd(folder, limit, then)
        if found["told"]:
            refused += 1
            assert found["intact"], limit
            assert f"'{folder.name}'" in found["told"] or STATE in found["told"], found["told"]
            assert any(way in found["told"] for way in ("free some space", "free space", "permissions")), found["told"]
        with Document.open(folder) as again:
            assert again._journal.check() == ""
            old = again.project.layer("old")
            assert old is not None
            assert old.pixels is not None
            expected = np.random.default_rng(0).integers(0, 255, (512, 512, 4), np.uint8)
            assert (old.pixels.array() == expected).all()
            new = again.project.layer("new")
            if then == "mend" or not found["told"]:
                assert new is not None, (limit, found)
            if new is not None:
                assert new.pixels is not None
                expected = np.random.default_rng(limit).integers(0, 255, (512, 512, 4), np.uint8)
                assert (new.pixels.array() == expected).all()
            again.edit("Seed", lambda p: edits.set_seed(p, 77))
        saved = read_state(folder)
        assert saved is not None
        assert saved.tree["recipe"]["seed"] == 77
    assert 1 <= refused < 5


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    monkeypatch.setattr(autosave, "RETRY", 0.1)
    window = build(open_document(None, Settings()), Settings(), tmp_path / "settings.json", FakeEngine(automatic=True))
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def test_the_window_says_it_and_says_when_it_is_over(window: Window, qtbot: QtBot) -> None:
    document = window.workspace.document
    window.prompt.edit.setPlainText("a cat")
    document.save()
    before = (document.folder / STATE).read_bytes()
    database = document._journal._db
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count={pages}")
    shade = np.random.default_rng(1).integers(0, 255, (600, 600), np.uint8)
    pixels = document.tiles.raster(shade)
    window.workspace.edit("Add", lambda p: edits.add_layer(p, Layer("m", LayerKind.MASK, "M", pixels)))
    qtbot.waitUntil(lambda: "disk is full" in window.message.text(), timeout=20000)
    assert window.message.isVisibleTo(window)
    assert "Nothing old was lost; free some space" in window.message.text()
    assert (document.folder / STATE).read_bytes() == before
    assert document.unsaved
    window.prompt.edit.setPlainText("a cat, and work goes on")
    database.execute("PRAGMA max_page_count=1000000")
    qtbot.waitUntil(lambda: not window.message.isVisibleTo(window), timeout=20000)
    qtbot.waitUntil(lambda: not document.unsaved, timeout=20000)
    folder = document.folder
    window.close()
    with Document.open(folder) as again:
        assert again.project.recipe.prompt == "a cat, and work goes on"
        layer = again.project.layer("m")
        assert layer is not None
        assert layer.pixels is not None
        assert (layer.pixels.array() == shade).all()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the file behind a handle in /proc")
def test_writes_that_stop_after_some_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The zip, cut at random bytes: the old file is there whole, and nothing half beside it."""
    kitchen(tmp_path / "project")
    with Document.open(tmp_path / "project") as document:
        project = document.project
        export_zip(project, tmp_path / "a.zip")
        old = (tmp_path / "a.zip").read_bytes()
        draw = random.Random(3)
        for _ in range(6):
            keep = draw.randrange(len(old))

            def full(handle: int, keep: int = keep) -> None:
                os.truncate(os.readlink(f"/proc/self/fd/{handle}"), keep)
                raise OSError(errno.ENOSPC, "No space left on device")

            changed = edits.set_seed(project, keep)
            with monkeypatch.context() as patch:
                patch.setattr(os, "fsync", full)
                with pytest.raises(UserError, match=r"disk is full: 'a.zip'.*free some space"):
                    export_zip(changed, tmp_path / "a.zip")
            assert (tmp_path / "a.zip").read_bytes() == old
            assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "project"]
        export_zip(edits.set_seed(project, 9), tmp_path / "a.zip")
    import_zip(tmp_path / "a.zip", tmp_path / "in")
    with Document.open(tmp_path / "in") as again:
        assert again.project.recipe.seed == 9

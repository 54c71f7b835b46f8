"""A project on disk: the zip form, hostile zips, damaged, foreign and newer files, a full disk."""

import errno
import json
import os
import stat
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from studio.document import autosave, edits, storage
from studio.document.autosave import Document
from studio.document.project import Project
from studio.document.storage import (
    STATE,
    copy_project,
    export_zip,
    import_zip,
    parse_state,
    read_state,
    salvage,
    state_bytes,
    write_state,
)
from studio.document.tiles import TileStore
from studio.document.tree import Patch, decode, patched
from tests.studio import test_document
from tests.studio.test_document import rich


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A good zip, the same whatever ran before: where a file is damaged decides what is lost."""
    monkeypatch.setattr(test_document, "NOISE", np.random.default_rng(7))
    path = tmp_path / "good.zip"
    export_zip(rich(TileStore()), path)
    return path


def rewritten(source: Path, target: Path, change: dict[str, bytes | None]) -> Path:
    """A zip with some entries replaced, added (bytes) or left out (None)."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in change:
                new.writestr(name, old.read(name))
        for name, data in change.items():
            if data is not None:
                new.writestr(name, data)
    return target


def test_a_zip_gives_the_project_back(tmp_path: Path) -> None:
    store = TileStore()
    project = rich(store)
    export_zip(project, tmp_path / "a.zip")
    import_zip(tmp_path / "a.zip", tmp_path / "in")
    with Document.open(tmp_path / "in") as document:
        assert document.project == project
        assert not document.recovered
        for mine, theirs in zip(document.project.layers, project.layers, strict=True):
            if mine.pixels is not None and theirs.pixels is not None:
                assert (mine.pixels.array() == theirs.pixels.array()).all()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "in"]


def test_a_zip_takes_its_pictures_along(tmp_path: Path) -> None:
    here, there = AssetStore(tmp_path / "here"), AssetStore(tmp_path / "there")
    name = here.put(b"a picture", "png")
    project = rich(TileStore())
    layer = project.layers[0].__class__(**{**vars(project.layers[0]), "source": name})
    project = Project(project.name, project.size, (layer,))
    export_zip(project, tmp_path / "a.zip", here)
    import_zip(tmp_path / "a.zip", tmp_path / "in", there)
    assert there.path(name).read_bytes() == b"a picture"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("../evil", "leads out"),
        ("tiles/../../evil", "leads out"),
        ("/etc/evil", "leads out"),
        ("C:/evil", "leads out"),
        ("tiles\\..\\evil", "leads out"),
        ("run.py", "does not belong"),
        ("journal.db", "does not belong"),
        ("tiles/" + "0" * 63, "does not belong"),
    ],
)
def test_entries_that_do_not_belong_are_refused(tmp_path: Path, whole: Path, entry: str, told: str) -> None:
    bad = rewritten(whole, tmp_path / "bad.zip", {entry: b"x"})
    with pytest.raises(UserError, match=told):
        import_zip(bad, tmp_path / "in")
    assert not (tmp_path / "in").exists()
    assert not list(tmp_path.glob(".opening*"))


def test_links_are_refused(tmp_path: Path, whole: Path) -> None:
    info = zipfile.ZipInfo("tiles/" + "0" * 64 + "-4")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    bad = rewritten(whole, tmp_path / "bad.zip", {})
    with zipfile.ZipFile(bad, "a") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(UserError, match="link"):
        import_zip(bad, tmp_path / "in")


def test_bombs_are_refused(tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = rewritten(whole, tmp_path / "bad.zip", {"tiles/" + "0" * 64 + "-4": bytes(50_000_000)})
    with pytest.raises(UserError, match="would unpack to 47 MB"):
        import_zip(bad, tmp_path / "in")
    bad = rewritten(whole, tmp_path / "bad.zip", {STATE: b" " * 70_000_000})
    with pytest.raises(UserError, match="refused"):
        import_zip(bad, tmp_path / "in")
    with zipfile.ZipFile(whole) as archive:
        state = json.loads(archive.read(STATE))
    name = state["project"]["layers"]["by_id"]["pic"]["pixels"]["tiles"]["0,0"]
    import zlib

    bad = rewritten(whole, tmp_path / "bad.zip", {f"tiles/{name}-4": zlib.compress(bytes(100_000_000))})
    with pytest.raises(UserError, match="wrong size"):
        import_zip(bad, tmp_path / "in")
    monkeypatch.setattr(storage, "_MOST_ENTRIES", 5)
    with pytest.raises(UserError, match="entries"):
        import_zip(whole, tmp_path / "in")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_doubled_damaged_and_missing_entries_are_refused(tmp_path: Path, whole: Path) -> None:
    twice = rewritten(whole, tmp_path / "twice.zip", {})
    with zipfile.ZipFile(twice, "a") as archive:
        archive.writestr(STATE, b"{}")
    with pytest.raises(UserError, match="twice"):
        import_zip(twice, tmp_path / "in")
    with zipfile.ZipFile(whole) as archive:
        tiles = [n for n in archive.namelist() if n.startswith("tiles/") and n.endswith("-4")]
        other = archive.read(tiles[1])
    with pytest.raises(UserError, match="not what its name says"):
        import_zip(rewritten(whole, tmp_path / "swap.zip", {tiles[0]: other}), tmp_path / "in")
    with pytest.raises(UserError, match="lacks 1 pieces"):
        import_zip(rewritten(whole, tmp_path / "less.zip", {tiles[0]: None}), tmp_path / "in")
    with pytest.raises(UserError, match=r"no project\.json"):
        import_zip(rewritten(whole, tmp_path / "no.zip", {STATE: None}), tmp_path / "in")
    data = whole.read_bytes()
    (tmp_path / "cut.zip").write_bytes(data[: len(data) // 2])
    with pytest.raises(UserError, match="not a readable zip"):
        import_zip(tmp_path / "cut.zip", tmp_path / "in")
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(UserError, match="not a readable zip"):
        import_zip(tmp_path / "text.zip", tmp_path / "in")
    assert not (tmp_path / "in").exists()


def test_random_damage_never_brings_anything_but_a_sentence(tmp_path: Path, whole: Path) -> None:
    data, rng = bytearray(whole.read_bytes()), np.random.default_rng(1)
    refused = 0
    for number in range(40):
        damaged = bytearray(data)
        for at in rng.integers(0, len(data), 30):
            damaged[at] = int(rng.integers(256))
        path = tmp_path / "damaged.zip"
        path.write_bytes(damaged)
        try:
            import_zip(path, tmp_path / f"in{number}")
        except UserError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "not readable"),
        (b"\xff\xfe", "not readable"),
        (b"[" * 100_000, "not readable"),
        (b"[]", "not a project"),
        (b'{"format": "1", "project": {}}', "not a project"),
        (b'{"format": true, "project": {}}', "not a project"),
        (b'{"format": 99, "project": {}}', "newer version of Concept Studio .format 99"),
    ],
)
def test_states_that_are_none(text: bytes, told: str) -> None:
    with pytest.raises(UserError, match=told):
        parse_state(text, "x")


def test_an_older_state_is_migrated_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    old = state_bytes(Project("Old"))
    monkeypatch.setattr(storage, "FORMAT", 3)
    monkeypatch.setitem(storage.MIGRATIONS, 1, lambda tree: {**tree, "name": tree["name"] + ">2"})
    monkeypatch.setitem(storage.MIGRATIONS, 2, lambda tree: {**tree, "name": tree["name"] + ">3"})
    assert parse_state(old, "x").tree["name"] == "Old>2>3"


def test_parts_that_nothing_read_are_left_out_of_older_projects() -> None:
    store = TileStore()
    project = rich(store)
    whole = json.loads(state_bytes(project))
    whole["project"]["recipe"]["words"]["by_id"]["w2"]["weight"] = 1.2
    whole["project"]["recipe"]["modifiers"]["by_id"]["m1"]["strength"] = 0.5
    assert decode(parse_state(json.dumps(whole).encode(), "x").tree, store) == project
    step: Patch = [[["recipe", "words", "by_id", "w2", "weight"], 1.5], [["recipe", "seed"], 7]]  # of an older journal
    assert patched(project, step, store) == edits.set_seed(project, 7)
    whole["project"]["recipe"]["modifiers"]["by_id"]["m1"]["force"] = 0.5
    with pytest.raises(UserError, match="unknown part 'force'"):
        decode(parse_state(json.dumps(whole).encode(), "x").tree, store)


def test_a_full_disk_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_state(tmp_path, Project("Old"), 3)
    export_zip(Project("Old"), tmp_path / "a.zip")
    before = (tmp_path / STATE).read_bytes(), (tmp_path / "a.zip").read_bytes()

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"disk is full.*Nothing old was lost"):
        write_state(tmp_path, Project("New"), 4)
    with pytest.raises(UserError, match=r"disk is full.*Nothing old was lost"):
        export_zip(rich(TileStore()), tmp_path / "a.zip")
    assert ((tmp_path / STATE).read_bytes(), (tmp_path / "a.zip").read_bytes()) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", STATE]


def test_a_copy_of_a_project_that_is_open_elsewhere(tmp_path: Path) -> None:
    import_folder = tmp_path / "first"
    export_zip(rich(TileStore()), tmp_path / "a.zip")
    import_zip(tmp_path / "a.zip", import_folder)
    with Document.open(import_folder) as first:
        copy_project(import_folder, tmp_path / "second")
        with Document.open(tmp_path / "second") as second:
            assert second.project == first.project
            assert all(x.pixels is None or x.pixels.array().any() for x in second.project.layers)


def test_folders_that_are_taken_or_none(tmp_path: Path, whole: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    for act in (
        lambda: import_zip(whole, tmp_path / "taken"),
        lambda: Document.create(tmp_path / "taken", Project()),
    ):
        with pytest.raises(UserError, match="not empty"):
            act()
    with pytest.raises(UserError, match="not a project"):
        Document.open(tmp_path / "taken")
    assert [p.name for p in (tmp_path / "taken").iterdir()] == ["mine.txt"]
    assert read_state(tmp_path / "taken") is None


def test_a_damaged_journal_is_repaired_as_far_as_it_goes(tmp_path: Path, whole: Path) -> None:
    folder = tmp_path / "kitchen"
    import_zip(whole, folder)
    journal = folder / "journal.db"
    data = bytearray(journal.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400_000] = os.urandom(400_000)
    journal.write_bytes(data)
    told = salvage(folder)
    assert "pieces of its pictures are lost" in told
    assert "journal.damaged-1.db" in told
    with Document.open(folder) as document:
        assert [x.id for x in document.project.layers] == ["pic", "mask", "reg"]
        assert document.project.recipe == rich(document.tiles).recipe
        left = 0
        for layer in document.project.layers:
            if layer.pixels is not None:
                layer.pixels.array()
                left += len(layer.pixels.tiles)
        assert 0 < left < 12
        with pytest.raises(UserError, match="another window"):
            salvage(folder)
    journal.write_bytes(b"nothing left" * 1000)
    assert "are lost" in salvage(folder)
    Document.open(folder).close()


def test_the_whole_state_is_written_when_the_person_rests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autosave, "IDLE", 0.6)
    with Document.create(tmp_path / "p", Project()) as document:
        document.edit("Rename", lambda p: edits.rename(p, "Bath"))
        until = time.monotonic() + 20
        while read_state(tmp_path / "p").tree["name"] != "Bath" and time.monotonic() < until:  # type: ignore[union-attr]
            time.sleep(0.05)
        assert read_state(tmp_path / "p").tree["name"] == "Bath"  # type: ignore[union-attr]

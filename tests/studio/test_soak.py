"""Nothing is lost when window and engine are killed: the short form of `studio bench --soak`, and the checks themselves."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.client.queue import JobQueue
from core.contract.method import Outcome
from core.engine import cli
from studio import places
from studio.bench.__main__ import main as bench
from studio.bench.log import Log, Reader, heavy_modules
from studio.bench.monkey import concept_file, digest, job_digest, library_digests
from studio.bench.soak import HISTORY, Found, Life, Soak
from studio.document import edits
from studio.document.autosave import Document
from studio.document.journal import Journal
from studio.document.project import Project, Size
from studio.document.storage import JOURNAL
from studio.document.tree import encode
from studio.history.entry import Entry
from studio.history.history import History
from studio.library.library import Library
from studio.library.reading import read_concept


@pytest.mark.slow
def test_random_kills_lose_nothing(tmp_path: Path) -> None:
    """A real window and a real engine with the embedded model, 200 acts, two kills of the window and one of the engine."""
    heard: list[str] = []
    found = Soak(tmp_path, seed=1, tell=heard.append).run(acts=200, kills=2)
    assert not found.differences, "\n".join(found.differences)
    assert (found.window_kills, found.engine_kills) == (2, 1)
    assert found.acts >= 200
    assert found.done > 0, heard
    assert found.heavy == []


class Scene:
    """A folder as a window that was killed leaves it, made by hand so that a test can take something out of it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = Log(home / "1.log")
        self.soak = Soak(home, 7)
        self.project = home / places.first_project().relative_to(places.home())
        self.document = Document.create(self.project, Project("Kitchen", Size(64, 64)))
        self.library = Library(home / "library.sqlite", self.soak._assets)
        self.queue = JobQueue(home / "jobs.sqlite")
        self.history = History(home / HISTORY)
        self.library.add(self.soak._assets.put(concept_file("<mug>"), "safetensors"))
        shown = library_digests(self.library)
        self.log.write("open", state=self.state(), position=0, folder=str(self.project), library=shown,
                       library_file="library.sqlite", recovered="", heavy=[])  # fmt: skip
        self.job = self.queue.add("core.generate", {"prompt": "a cat"}, "pocket", 3)
        self.log.write("job", id=self.job.id, digest=job_digest(self.job))
        self.edit(1)

    def state(self) -> str:
        return digest(encode(self.document.project))

    def edit(self, seed: int) -> None:
        self.log.write("begin", act="recipe")
        self.document.edit("Seed", lambda p: edits.set_seed(p, seed))
        self.log.write("state", state=self.state(), position=self.document.position, step=self.document.last_step)
        self.log.write("end", act="recipe", library=library_digests(self.library))

    def leave(self) -> None:
        """Everything is let go as a kill does: without a last word."""
        self.document.flush()
        self.document.abandon()
        for thing in (self.library, self.queue, self.history):
            thing.close()

    def look(self, killed: float) -> list[str]:
        process = subprocess.Popen([sys.executable, "-c", ""])
        process.wait()
        self.soak._look(Life(1, self.home / "1.log", process), killed)
        return self.soak.found.differences


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.log.close()


def test_what_is_whole_is_found_whole(scene: Scene) -> None:
    scene.leave()
    assert scene.look(time.time() + 60) == []
    assert (scene.soak.found.acts, scene.soak.found.jobs) == (1, 1)


def test_an_edit_that_never_reached_the_journal(scene: Scene) -> None:
    scene.leave()
    scene.log.write("state", state="other", position=2, step=2)
    scene.log.write("end", act="recipe", library=Reader(scene.home / "1.log").lines("end")[-1]["library"])
    assert scene.look(time.time() + 1) == []  # it was younger than two seconds
    (told,) = scene.look(time.time() + 9)
    assert told.startswith("seed 7, life 1, act ")
    assert "1 edits are missing, the oldest was" in told
    assert "step 1 of 1" in told


def test_a_state_that_never_was(scene: Scene) -> None:
    scene.leave()
    journal = Journal(scene.project / JOURNAL)
    text = journal._db.execute("SELECT forward FROM steps WHERE id = 1").fetchone()[0]
    journal._db.execute("UPDATE steps SET forward = ? WHERE id = 1", (text.replace("1]", "5]"),))
    journal.close()
    assert any("step 1 has a state that it never had" in told for told in scene.look(time.time() + 60))


def test_a_project_that_does_not_load(scene: Scene) -> None:
    scene.leave()
    (scene.project / JOURNAL).write_bytes(b"no database" * 1000)
    assert any("the document does not load" in told for told in scene.look(time.time()))


def taken_out(home: Path, statement: str, *values: Any) -> None:
    with sqlite3.connect(home / "jobs.sqlite") as db:
        db.execute(statement, values)
    db.close()


def test_a_job_that_is_gone_or_changed(scene: Scene) -> None:
    scene.leave()
    taken_out(scene.home, "UPDATE jobs SET seed = 4")
    assert any("asks for something else" in told for told in scene.look(time.time() + 60))
    taken_out(scene.home, "DELETE FROM jobs")
    assert any(f"the job {scene.job.id[:8]} is missing" in told for told in scene.look(time.time() + 60))


def test_a_job_that_nobody_cancelled(scene: Scene) -> None:
    scene.queue.cancel(scene.job.id)
    scene.leave()
    assert any("was cancelled by nobody" in told for told in scene.look(time.time() + 60))


def test_a_picture_that_is_not_in_the_store(scene: Scene) -> None:
    job = scene.queue.next()
    assert job is not None
    scene.queue.finish(job.id, Outcome(images=("a" * 64 + ".png",)))
    scene.history.add([Entry(job.id, "core.generate", images=("a" * 64 + ".png",))])
    scene.history.add([Entry("nobody", "core.generate")])
    scene.leave()
    told = scene.look(time.time() + 60)
    assert any("is done, and its picture is not in the store" in line for line in told)
    assert any("names aaaaaaaaaaaa, which is not in the store" in line for line in told)
    assert any("1 entries of the history were never finished" in line for line in told)


def test_a_library_that_lost_a_concept(scene: Scene) -> None:
    scene.library.remove(scene.library.search()[0].id)
    scene.leave()
    assert any("1 concepts of the library are not what they were" in told for told in scene.look(time.time() + 60))


def test_the_log_leaves_out_a_line_that_was_cut(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.write("one", text="a\nb")
    reader = Reader(tmp_path / "log")
    assert [line["what"] for line in reader.lines()] == ["one"]
    with (tmp_path / "log").open("ab") as file:
        file.write(b'{"what": "tw')
    assert [line["text"] for line in reader.lines()] == ["a\nb"]
    with (tmp_path / "log").open("ab") as file:
        file.write(b'o", "at": 1}\n')
    assert [line["what"] for line in reader.lines("two")] == ["two"]
    log.close()


def test_the_monkeys_concept_is_one(tmp_path: Path) -> None:
    (tmp_path / "c.safetensors").write_bytes(concept_file("<fox-1>"))
    about = read_concept(tmp_path / "c.safetensors")
    assert (about.word, about.name, about.vectors) == ("<fox-1>", "fox-1", 1)


def test_heavy_modules_are_seen() -> None:
    """This process has torch: what the window's process says of itself is no empty word."""
    assert "torch" in heavy_modules()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--seed 3", "--seed belongs to --soak"),
        ("--soak --only undo", "--only belongs to --window"),
        ("--window --quick", "--quick belongs to the bench of the engine"),
        ("--window --soak", "not allowed with"),
    ],
)
def test_flags_that_do_not_belong_together(words: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", *words.split()]) == 2
    assert told in capsys.readouterr().err


def test_the_command_line_prints_what_differs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`studio bench --soak` starts the soak in a process of its own, and a difference is exit code 1."""
    started: list[list[str]] = []

    def run(command: list[str], **_options: Any) -> subprocess.CompletedProcess[bytes]:
        started.append(command[1:])
        return subprocess.CompletedProcess(command, 1)

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", run)
        assert cli.main(["bench", "--soak", "--minutes", "0", "--seed", "4"]) == 1
    assert started == [["-m", "studio.bench", "soak", "--minutes", "0.0", "--seed", "4"]]
    found = Found(4, ["seed 4, life 2, act 90, step 71: the job 12345678 is missing"])
    monkeypatch.setattr(Soak, "run", lambda self, **given: found)
    assert bench(started[0][2:]) == 1
    assert "seed 4, life 2, act 90, step 71: the job 12345678 is missing\nseed 4: " in capsys.readouterr().out
    found.differences.clear()
    assert bench(started[0][2:]) == 0
    found.heavy.append("torch")
    assert bench(started[0][2:]) == 1
    assert "torch is loaded in the window's process" in capsys.readouterr().out

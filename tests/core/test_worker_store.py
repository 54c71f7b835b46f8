"""The asset store under a full disk, killed writers and several processes."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.client.drill import ID
from core.contract.assets import AssetStore
from core.contract.errors import Cancelled, UserError
from core.contract.messages import Failed, Stopped, Submit
from core.contract.method import Outcome
from core.engine.worker import Line, Speaker, answer_to, out_of_memory, work

ROOT = Path(__file__).parents[2]


def full(*_args: object, **_named: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", ["fsync", "replace", "mkstemp"])
def test_full_disk_says_so_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    store = AssetStore(tmp_path)
    kept = store.put(b"old", "png", {"file": "mug.png"})
    with monkeypatch.context() as patch:
        if call == "mkstemp":
            patch.setattr("tempfile.mkstemp", full)
        else:
            patch.setattr(os, call, full)
        with pytest.raises(UserError, match="The disk is full"):
            store.put(b"new", "png", {"file": "new.png"})
        assert store.put(b"old", "png") == kept  # what is there needs no room
    assert list(store.names()) == [kept]
    assert list(store.damaged()) == []
    assert store.origin(kept)["file"] == "mug.png"
    assert not list(tmp_path.glob("*/.writing-*"))
    again = store.put(b"new", "png", {"file": "new.png"})
    assert sorted(store.names()) == sorted([kept, again])


def test_records_are_not_assets(tmp_path: Path) -> None:
    store = AssetStore(tmp_path)
    names = [store.put(b"{}", "json", {"from": 1}), store.put(b"x", "png", {"from": 2}), store.put(b"y", "bin")]
    assert sorted(store.names()) == sorted(names)
    assert list(store.damaged()) == []
    assert store.origin(names[0])["from"] == 1
    assert store.origin(names[1])["from"] == 2
    assert store.origin(names[2]) == {}


def test_sweep_takes_only_old_leftovers(tmp_path: Path) -> None:
    store = AssetStore(tmp_path)
    name = store.put(b"x", "png")
    old, new = (store.path(name).parent / f".writing-{i}" for i in "on")
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert store.sweep() == 1
    assert new.exists()
    assert not old.exists()
    assert list(store.names()) == [name]


WRITER = """
import random, sys
from pathlib import Path
from core.contract.assets import AssetStore
store, rng = AssetStore(Path(sys.argv[1])), random.Random(int(sys.argv[2]))
print("up", flush=True)
while True:
    store.put(rng.randbytes(rng.randrange(1, 2_000_000)), "bin", {"writer": sys.argv[2]})
"""


def test_writers_killed_at_random_points(tmp_path: Path) -> None:
    rng = random.Random(3)
    store = AssetStore(tmp_path)
    for seed in range(6):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(seed % 3)], stdout=subprocess.PIPE,
                                   cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
        with process.stdout as stream:  # type: ignore[union-attr]
            assert stream.readline() == b"up\n"
            time.sleep(rng.uniform(0.02, 0.2))
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert list(store.names())
    assert list(store.damaged()) == []
    assert all(store.origin(name).get("writer", "none") in ("none", "0", "1", "2") for name in store.names())
    store.sweep(age=-1)
    assert not list(tmp_path.glob("*/.writing-*"))


# --- how a job's end becomes a message --------------------------------------------------------------------------------


def answer(tmp_path: Path, perform: Callable[[Submit, Speaker], Outcome]):
    source, target = os.pipe()
    with os.fdopen(source, "rb") as stream:
        line = Line(stream, target)
        try:
            return answer_to(Submit(job="j", method=ID, params={}), Speaker(line, "j", AssetStore(tmp_path)), perform)
        finally:
            os.close(target)


def raising(error: BaseException) -> Callable[[Submit, Speaker], Outcome]:
    def perform(_submit: Submit, _speaker: Speaker) -> Outcome:
        raise error

    return perform


@pytest.mark.parametrize(
    ("error", "words", "fault"),
    [
        (UserError("The mask is empty.", "Mark a pixel."), "The mask is empty. Mark a pixel.", False),
        (MemoryError(), "not enough memory", False),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "not enough memory", False),
        (OSError(errno.ENOSPC, "No space left on device", "/x/result.png"), "The disk is full: 'result.png'", False),
        (OSError(errno.EIO, "Input/output error"), "fault of the program", True),
        (RuntimeError("shapes differ"), "fault of the program: RuntimeError: shapes differ", True),
    ],
)
def test_every_error_becomes_a_sentence(tmp_path: Path, error: Exception, words: str, fault: bool) -> None:
    failed = answer(tmp_path, raising(error))
    assert isinstance(failed, Failed)
    assert words in failed.message
    assert failed.fault is fault
    assert "Traceback" in failed.detail


def test_cancelled_and_out_of_memory(tmp_path: Path) -> None:
    assert answer(tmp_path, raising(Cancelled())) == Stopped(job="j")
    assert out_of_memory(type("OutOfMemoryError", (RuntimeError,), {})("x"))
    assert not out_of_memory(ValueError("out of memory"))


def test_a_full_disk_while_a_job_stores_its_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.client.drill import drill

    store = AssetStore(tmp_path)
    kept = store.put(b"concept", "safetensors")
    monkeypatch.setattr(os, "fsync", full)
    perform = lambda submit, speaker: drill(submit.model_copy(update={"params": {"size": 9000}}), speaker, store)
    failed = answer(tmp_path, perform)
    assert "The disk is full" in failed.message
    assert "free some space" in failed.message
    assert list(store.names()) == [kept]


def test_nobody_listens_any_more(tmp_path: Path) -> None:
    """Writing to a studio that has gone ends the work quietly."""
    source, target = os.pipe()
    os.close(source)
    with open(os.devnull, "rb") as nothing:
        line = Line(nothing, target)
        for job in "ab":
            line.jobs.put(Submit(job=job, method=ID, params={}))
        done: list[str] = []

        def perform(submit: Submit, _speaker: Speaker) -> Outcome:
            done.append(submit.job)
            return Outcome()

        work(line, perform, AssetStore(tmp_path))
    os.close(target)
    assert line.gone
    assert done == ["a"]

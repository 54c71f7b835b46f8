"""The job queue: order, states, attempts, history; damage, full disk, two processes and killed ones."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.client.job import State
from core.client.queue import MOST_ATTEMPTS, JobQueue
from core.contract.errors import UserError
from core.contract.method import Outcome

ROOT = Path(__file__).parents[2]


@pytest.fixture
def queue(tmp_path: Path):
    opened = JobQueue(tmp_path / "jobs.sqlite")
    yield opened
    opened.close()


def names(queue: JobQueue, *states: State) -> list[str]:
    return [job.method for job in queue.jobs(*states)]


def test_first_in_first_out_and_outcome(queue: JobQueue) -> None:
    first = queue.add("a", {"x": 1, "words": ["<mug-1>"]}, "pocket", 7)
    queue.add("b", {})
    taken = queue.next()
    assert taken is not None
    assert (taken.id, taken.state, taken.attempts) == (first.id, State.RUNNING, 1)
    assert taken.submit().params == {"x": 1, "words": ["<mug-1>"]}
    assert taken.submit().seed == 7
    outcome = Outcome(images=("i",), numbers={"loss": 0.25}, note="n")
    assert queue.finish(first.id, outcome)
    assert queue.get(first.id).outcome == outcome
    assert queue.get(first.id).seconds is not None
    assert not queue.finish(first.id, outcome)  # once
    assert names(queue, State.WAITING) == ["b"]


def test_order_pause_and_clear(queue: JobQueue) -> None:
    a, b, c = (queue.add(m, {}) for m in "abc")
    queue.move(c.id, before=a.id)
    assert names(queue) == ["c", "a", "b"]
    queue.move(c.id)
    queue.move(b.id, before=a.id)
    assert names(queue) == ["b", "a", "c"]
    queue.pause(b.id)
    taken = queue.next()
    assert taken is not None
    assert taken.id == a.id
    queue.pause()
    assert queue.next() is None
    assert queue.paused
    queue.resume()
    queue.resume(b.id)
    taken = queue.next()
    assert taken is not None
    assert taken.id == b.id
    with pytest.raises(UserError, match="running"):
        queue.pause(b.id)
    queue.finish(b.id, Outcome())
    assert queue.clear() == 1
    assert names(queue) == ["a", "c"]
    assert [e.what for e in queue.history(b.id)] == ["added", "moved", "paused", "resumed", "started", "done"]


def test_cancel_and_retry(queue: JobQueue) -> None:
    a, b = queue.add("a", {}), queue.add("b", {})
    assert queue.cancel(b.id)
    assert queue.get(b.id).state == State.CANCELLED
    queue.next()
    assert not queue.cancel(a.id)  # it runs: its owner is asked
    assert queue.stops() == (a.id,)
    assert queue.stopped(a.id)
    queue.retry(b.id)
    queue.retry(a.id)
    assert names(queue, State.WAITING) == ["b", "a"]
    with pytest.raises(UserError, match="only a failed or cancelled"):
        queue.retry(a.id)
    taken = queue.next()
    assert taken is not None
    queue.fail(b.id, "No.", "trace", fault=True)
    failed = queue.get(b.id)
    assert (failed.message, failed.detail, failed.fault) == ("No.", "trace", True)
    with pytest.raises(UserError, match="no job 'x'"):
        queue.get("x")
    with pytest.raises(UserError, match="failed already"):
        queue.cancel(b.id)


def test_history_is_only_added_to(queue: JobQueue) -> None:
    queue.add("a", {})
    other = sqlite3.connect(queue.path)
    for change in ("DELETE FROM history", "UPDATE history SET what = 'x'"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            other.execute(change)
    other.close()
    assert [e.what for e in queue.history()] == ["added"]


def test_kept_over_closing(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    first = JobQueue(path)
    job = first.add("a", {"x": None})
    first.next()
    first.close()  # in the middle of the job
    second = JobQueue(path)
    assert second.get(job.id).state == State.WAITING
    assert second.get(job.id).attempts == 1
    assert second.notice == ""
    second.close()


def test_two_owners_share_jobs_without_doubles(tmp_path: Path) -> None:
    one, two = JobQueue(tmp_path / "jobs.sqlite"), JobQueue(tmp_path / "jobs.sqlite")
    before = two.version()
    for i in range(6):
        one.add(f"m{i}", {})
    assert two.version() != before
    taken = [queue.next() for _ in range(3) for queue in (one, two)]
    assert sorted(job.method for job in taken if job) == [f"m{i}" for i in range(6)]
    assert one.next() is None
    assert not two.finish(taken[0].id, Outcome())  # type: ignore[union-attr]
    assert two.recover() == ()  # the other is alive
    assert not two.cancel(taken[0].id)  # type: ignore[union-attr]
    assert one.stops() == (taken[0].id,)  # type: ignore[union-attr]
    one.close()
    two.close()


@pytest.mark.parametrize("bad", ["noise", "truncated", "newer", "flipped"])
def test_unreadable_file_is_kept_aside(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "jobs.sqlite"
    queue = JobQueue(path)
    for i in range(200):
        queue.add("a" * 50, {"i": i})
    queue.close()
    if bad == "newer":
        other = sqlite3.connect(path)
        other.execute("PRAGMA user_version=99")
        other.close()
    else:
        data = path.read_bytes()
        broken = {
            "noise": b"hello " * 100,
            "truncated": data[: len(data) // 2],
            "flipped": data[:8192] + bytes(8192) + data[16384:],
        }
        path.write_bytes(broken[bad])
    before = path.read_bytes()
    again = JobQueue(path)
    assert again.jobs() == ()
    assert ("newer version" if bad == "newer" else "damaged") in again.notice
    kept = next(tmp_path.glob("jobs.kept-*.sqlite"))
    assert kept.read_bytes() == before
    assert kept.name in again.notice
    again.add("b", {})
    again.close()


def test_full_disk_loses_nothing(queue: JobQueue) -> None:
    job = queue.add("a", {})
    queue.next()
    pages = queue._connection.execute("PRAGMA page_count").fetchone()[0]
    queue._connection.execute(f"PRAGMA max_page_count={pages}")
    outcome = Outcome(note="x" * 100_000)
    with pytest.raises(UserError, match="disk is full"):
        queue.finish(job.id, outcome)
    with pytest.raises(UserError, match="disk is full"):
        queue.add("b", {"text": "x" * 100_000})
    assert queue.get(job.id).state == State.RUNNING
    assert names(queue) == ["a"]
    queue._connection.execute("PRAGMA max_page_count=100000")
    assert queue.finish(job.id, outcome)


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be opened"):
        JobQueue(tmp_path / "file" / "jobs.sqlite")


CHILD = """
import sys, time
from pathlib import Path
from core.client.queue import JobQueue
from core.contract.method import Outcome
queue = JobQueue(Path(sys.argv[1]))
print("up", flush=True)
while True:
    job = queue.next()
    if job is None:
        break
    time.sleep(float(sys.argv[2]))
    queue.finish(job.id, Outcome(note=job.method))
queue.close()
"""


def child(path: Path, pause: float) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", CHILD, str(path), str(pause)], cwd=ROOT, stdout=subprocess.PIPE,
                            env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip


def test_two_processes_do_every_job_once(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path / "jobs.sqlite")
    for i in range(40):
        queue.add(f"m{i}", {})
    workers = [child(queue.path, 0.0) for _ in range(2)]
    assert [w.wait(60) for w in workers] == [0, 0]
    for worker in workers:
        worker.stdout.close()  # type: ignore[union-attr]
    assert all(job.state == State.DONE and job.attempts == 1 for job in queue.jobs())
    assert len([e for e in queue.history() if e.what == "started"]) == 40
    queue.close()


def test_killed_owner_at_random_points(tmp_path: Path) -> None:
    """kill -9 while jobs are claimed and finished: nothing is lost, nothing is damaged, every attempt is counted once."""
    rng = random.Random(4)
    queue = JobQueue(tmp_path / "jobs.sqlite")
    ids = [queue.add(f"m{i}", {}).id for i in range(200)]
    kills = 6
    for _ in range(kills):
        process = child(queue.path, 0.004)
        with process.stdout as stream:  # type: ignore[union-attr]
            assert stream.readline() == b"up\n"
            time.sleep(rng.uniform(0.0, 0.12))
            process.send_signal(signal.SIGKILL)
            process.wait()
        queue.recover()
        assert queue.recover() == ()  # once
        assert queue._connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert not queue.jobs(State.RUNNING)
    jobs = queue.jobs()
    assert {job.id for job in jobs} == set(ids)
    interrupted = [e for e in queue.history() if e.what == "interrupted"]
    assert 1 <= len(interrupted) <= kills
    for job in jobs:
        events = [e.what for e in queue.history(job.id)]
        assert job.attempts == events.count("started")
        assert (job.state == State.DONE) == (events[-1] == "done")
        assert events.count("started") == events.count("done") + events.count("interrupted")
    queue.close()


def test_a_job_that_ends_the_process_every_time_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    queue = JobQueue(path)
    job = queue.add("poison", {})
    for attempt in range(1, MOST_ATTEMPTS + 1):
        owner = JobQueue(path)
        taken = owner.next()
        assert taken is not None
        assert taken.attempts == attempt
        owner._alive.free()  # as when its process is killed
        queue.recover()
    failed = queue.get(job.id)
    assert failed.state == State.FAILED
    assert f"ended {MOST_ATTEMPTS} times" in failed.message
    queue.retry(job.id)
    assert queue.get(job.id).attempts == 0
    queue.close()

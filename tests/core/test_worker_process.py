"""The engine process through its client: practice jobs without torch, killed at random points; and the real one once."""

import os
import queue as queues
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.client.dispatcher import Dispatcher
from core.client.engine import EngineClient, how_it_ended
from core.client.fake import FakeEngine
from core.client.job import State
from core.client.queue import JobQueue
from core.contract.assets import AssetStore
from core.contract.messages import Cancel, Done, Failed, Log, Preview, Progress, Ready, Stopped, Submit, encode

ROOT = Path(__file__).parents[2]
ENDS = (Done, Failed, Stopped)


@pytest.fixture
def client(tmp_path: Path):
    made = EngineClient(tmp_path / "assets", options=["--fake"])
    made.start()
    assert isinstance(made.messages.get(timeout=30), Ready)
    yield made
    made.close()


def drill(job: str = "j", **params) -> Submit:
    return Submit(job=job, method="fake.drill", params=params)


def until_end(client: EngineClient) -> list:
    heard = []
    while not heard or not isinstance(heard[-1], ENDS):
        heard.append(client.messages.get(timeout=30))
    return heard


def wait_for(condition, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def test_jobs_end_in_their_messages(client: EngineClient) -> None:
    client.submit(drill(items=4, size=100))
    heard = until_end(client)
    assert isinstance(heard[0], Progress)
    assert isinstance(heard[-1], Done)
    assert len(heard[-1].outcome.images) == 4
    client.submit(drill(end="refuse"))
    refused = until_end(client)[-1]
    assert (refused.fault, refused.message) == (False, "The drill was refused. Ask for another end.")
    client.submit(drill(items="many"))
    assert "'items'" in until_end(client)[-1].message
    client.submit(drill(end="fault"))
    fault = until_end(client)[-1]
    assert fault.fault
    assert "Traceback" in fault.detail
    client.submit(drill(end="memory"))
    assert "not enough memory" in until_end(client)[-1].message
    client.submit(Submit(job="x", method="nobody", params={}))
    assert "no task 'nobody'" in until_end(client)[-1].message
    assert client.restarts == 0


def test_chatter_goes_to_the_log(client: EngineClient) -> None:
    client.submit(drill(end="chatter"))
    heard = until_end(client)
    assert isinstance(heard[-1], Done)
    (log,) = [m for m in heard if isinstance(m, Log)]
    assert log.numbers == {"rate": 0.5}
    assert "loss not finite" in log.text
    wait_for(lambda: any("a library prints" in line for line in client.lines))


def test_progress_is_thinned(client: EngineClient) -> None:
    client.submit(drill(items=20_000))
    assert len(until_end(client)) < 200


def test_cancel_while_running_and_while_waiting(client: EngineClient) -> None:
    client.submit(drill("one", items=100_000, pause=0.02))
    client.submit(drill("two", items=100_000, pause=0.02))
    client.submit(drill("three", items=1))
    client.messages.get(timeout=30)
    client.cancel("two")
    began = time.monotonic()
    client.cancel("one")
    ends = [until_end(client)[-1]]
    assert time.monotonic() - began < 2
    ends += [until_end(client)[-1] for _ in range(2)]
    assert [(type(m), m.job) for m in ends] == [(Stopped, "one"), (Stopped, "two"), (Done, "three")]
    client.cancel("one")  # over: nothing happens
    assert client.running == ()


def test_a_crash_is_told_and_the_engine_comes_back(client: EngineClient) -> None:
    client.submit(drill("one", end="crash"))
    failed = until_end(client)[-1]
    assert failed.message.startswith("The engine crashed (SIGABRT) while it worked on this job")
    assert failed.fault
    assert isinstance(client.messages.get(timeout=30), Ready)
    client.submit(drill("two", items=1))
    assert isinstance(until_end(client)[-1], Done)
    client.submit(drill("three", items=100_000, pause=1))
    client.messages.get(timeout=30)
    client.restart()
    assert until_end(client)[-1] == Stopped(job="three")
    assert isinstance(client.messages.get(timeout=30), Ready)


def test_a_process_that_cannot_start_is_not_started_for_ever(tmp_path: Path) -> None:
    client = EngineClient(tmp_path, options=["--fake", "--no-such-option"])
    client.submit(drill())
    failed = until_end(client)[-1]
    assert "ended with code 2" in failed.message
    assert "no-such-option" in failed.detail
    assert "before it was ready" in client.failure
    with pytest.raises(queues.Empty):
        client.messages.get(timeout=0.3)
    client.close()


def test_how_it_ended() -> None:
    assert "memory runs out" in how_it_ended(-signal.SIGKILL)
    assert how_it_ended(-signal.SIGSEGV) == "crashed (SIGSEGV)"


def test_end_of_input_ends_the_process_in_the_middle_of_a_job(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "core.engine.worker", "--assets", str(tmp_path), "--fake"], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(b'nonsense\n{"type": "submit", "job": "bad"}\n')
    process.stdin.write(encode(drill(items=100_000, pause=0.05)) + encode(Cancel(job="unknown")))
    process.stdin.flush()
    with process.stdout as stream:  # type: ignore[union-attr]
        first = [stream.readline() for _ in range(3)]
        assert any(b'"did not understand' in line or b"did not understand" in line for line in first)
        began = time.monotonic()
        process.stdin.close()
        assert process.wait(10) == 0
        assert time.monotonic() - began < 3


def test_engine_killed_at_random_points(tmp_path: Path) -> None:
    """kill -9 of the engine while files are written: every job ends in words or in its outcome, no file is half."""
    rng = random.Random(11)
    store = AssetStore(tmp_path / "assets")
    kept = store.put(b"a concept" * 1000, "safetensors", {"concept": "mug"})
    queue = JobQueue(tmp_path / "jobs.sqlite")
    client = EngineClient(tmp_path / "assets", options=["--fake"])
    dispatcher = Dispatcher(queue, client)
    ids = [queue.add("fake.drill", {"items": 30, "size": 300_000}, seed=i).id for i in range(12)]
    dispatcher.start()
    kills = 0
    began = time.monotonic()
    while (kills < 6 or queue.jobs(State.WAITING, State.RUNNING)) and time.monotonic() - began < 240:
        if kills < 6 and not queue.jobs(State.WAITING):  # a quick machine must not run out of jobs before the kills
            ids.append(queue.add("fake.drill", {"items": 30, "size": 300_000}, seed=len(ids)).id)
        time.sleep(rng.uniform(0.0, 0.25))
        if kills < 6 and client.pid is not None and client.ready is not None and dispatcher.current:
            os.kill(client.pid, signal.SIGKILL)
            kills += 1
        dispatcher.poll()
    assert kills == 6
    assert list(store.damaged()) == []
    assert store.path(kept).read_bytes() == b"a concept" * 1000
    jobs = [queue.get(id) for id in ids]
    assert {job.state for job in jobs} == {State.DONE, State.FAILED}
    for job in jobs:
        if job.state == State.FAILED:
            assert "was killed (SIGKILL" in job.message
            queue.retry(job.id)
        else:
            assert job.outcome is not None
            assert all(name in store for name in job.outcome.images)
    dispatcher.poll()
    wait_for(lambda: not queue.jobs(State.WAITING, State.RUNNING))
    assert all(queue.get(id).state == State.DONE for id in ids)
    dispatcher.close()
    queue.close()


def test_two_engines_write_the_same_files(tmp_path: Path) -> None:
    clients = [EngineClient(tmp_path / "assets", options=["--fake"]) for _ in range(2)]
    for client in clients:
        client.submit(drill("same", items=60, size=50_000))
    ends = [until_end(client)[-1] for client in clients]
    assert ends[0].outcome == ends[1].outcome
    store = AssetStore(tmp_path / "assets")
    assert sorted(store.names()) == sorted(ends[0].outcome.images)
    assert list(store.damaged()) == []
    assert not list((tmp_path / "assets").glob("*/.writing-*"))
    for client in clients:
        client.close()


def test_closing_gives_a_running_job_back(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path / "jobs.sqlite")
    job = queue.add("fake.drill", {"items": 100_000, "pause": 0.05})
    dispatcher = Dispatcher(queue, EngineClient(tmp_path / "assets", options=["--fake"]))
    dispatcher.start()
    wait_for(lambda: queue.get(job.id).state == State.RUNNING)
    dispatcher.close()
    assert queue.get(job.id).state == State.WAITING
    queue.close()


# --- dispatcher with a played engine ----------------------------------------------------------------------------------


def test_dispatcher_feeds_one_by_one(tmp_path: Path) -> None:
    queue, engine, heard = JobQueue(tmp_path / "jobs.sqlite"), FakeEngine(), []
    dispatcher = Dispatcher(queue, engine, heard.append)
    a, b, c = (queue.add(m, {}) for m in "abc")
    dispatcher.start()
    assert engine.running == (a.id,)
    while engine.step():
        if engine.running == (b.id,):
            break
    assert queue.get(a.id).state == State.DONE
    other = JobQueue(queue.path)  # another process asks for a stop
    assert not other.cancel(b.id)
    other.close()
    dispatcher.poll()
    assert engine.cancelled == [b.id]
    assert queue.get(b.id).state == State.CANCELLED
    engine.crash()
    assert queue.get(c.id).state == State.FAILED
    assert isinstance(heard[0], Ready)
    dispatcher.close()
    queue.close()


def test_an_outcome_that_cannot_be_written_is_not_lost(tmp_path: Path) -> None:
    queue, engine, troubles = JobQueue(tmp_path / "jobs.sqlite"), FakeEngine(automatic=False), []
    dispatcher = Dispatcher(queue, engine, on_trouble=troubles.append)
    job = queue.add("m" * 200_000, {})  # its note is as long
    dispatcher.start()
    pages = queue._connection.execute("PRAGMA page_count").fetchone()[0]
    queue._connection.execute(f"PRAGMA max_page_count={pages}")
    while engine.step():
        pass
    assert "disk is full" in troubles[0]
    assert queue.get(job.id).state == State.RUNNING
    queue._connection.execute("PRAGMA max_page_count=100000")
    dispatcher.poll()
    assert queue.get(job.id).state == State.DONE
    dispatcher.close()
    queue.close()


# --- the real engine --------------------------------------------------------------------------------------------------


def test_the_real_engine(tmp_path: Path) -> None:
    """One start with torch: a task that uses the embedded model, previews, memory running out, a kill while it works."""
    client = EngineClient(
        tmp_path / "assets", options=["--import", "tests.core.worker_tasks", "--cache", str(tmp_path / "cache")],
        environment={"OMP_NUM_THREADS": "1", "CONCEPT_STUDIO_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    client.start()
    ready = client.messages.get(timeout=120)
    assert isinstance(ready, Ready)
    assert "test.look" in {info.id for info in ready.methods}
    assert ready.free_memory > 0
    client.submit(Submit(job="look", method="test.look", params={"items": 3}, seed=5))
    heard = until_end(client)
    assert isinstance(heard[-1], Done), heard[-1]
    store = AssetStore(tmp_path / "assets")
    (preview,) = [m.image for m in heard if isinstance(m, Preview)]
    assert heard[-1].outcome.numbers["offline"] == 1.0
    assert any("Expected: about" in m.text for m in heard if isinstance(m, Log))
    client.submit(Submit(job="full", method="test.look", params={"memory": "once"}))
    heard = until_end(client)
    assert isinstance(heard[-1], Done), heard[-1]
    assert any(
        "trying again with" in m.text and m.text.endswith("decoding in tiles.") for m in heard if isinstance(m, Log)
    )
    assert heard[-1].outcome.numbers["tiled"] == 1.0
    assert preview not in store  # thrown away when the next job began
    client.submit(Submit(job="fuller", method="test.look", params={"memory": "always"}))
    failed = until_end(client)[-1]
    assert (failed.fault, "not enough memory" in failed.message) == (False, True)
    client.submit(Submit(job="lost", method="test.look", params={"picture": "0" * 64 + ".png"}))
    assert "'picture' names" in until_end(client)[-1].message
    client.submit(Submit(job="killed", method="test.look", params={"items": 100_000}))
    client.messages.get(timeout=30)
    os.kill(client.pid, signal.SIGKILL)  # type: ignore[arg-type]
    assert "was killed" in until_end(client)[-1].message
    client.close()
    assert list(store.damaged()) == []
    assert Path(tmp_path / "cache" / "measurements.json").exists()

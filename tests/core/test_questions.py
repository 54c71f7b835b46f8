"""Questions beside the queue: answered while a job runs where they need no model, between two jobs where they do."""

import io
import queue as queues
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import save_file

from core.client.dispatcher import Dispatcher
from core.client.engine import EngineClient
from core.client.fake import FakeEngine
from core.client.job import State
from core.client.queue import JobQueue
from core.contract.assets import AssetStore
from core.contract.messages import (
    Answer,
    Ask,
    Done,
    EstimateAnswer,
    EstimateQuestion,
    MasksAnswer,
    MasksQuestion,
    Progress,
    Ready,
    Stopped,
    Submit,
    decode,
    encode,
)
from core.contract.params import Params
from core.engine.estimates import Asked, PastRun, PastRuns, learned
from core.engine.inventory import moved_model, scan
from resources.pocket import world


def estimate(method: str = "fake.drill", id: str = "q", **params) -> Ask:
    return Ask(ask=id, about=EstimateQuestion(method=method, params=params))


def masks(id: str, picture: str = "none.png", *points: tuple[int, int]) -> Ask:
    return Ask(ask=id, about=MasksQuestion(picture=picture, points=points))


def wait(client: EngineClient, kind: type, seconds: float = 60.0):
    """The next message of a kind; what comes before it is given as well."""
    heard = [client.messages.get(timeout=seconds)]
    while not isinstance(heard[-1], kind):
        heard.append(client.messages.get(timeout=seconds))
    return heard[-1], heard[:-1]


@pytest.fixture
def client(tmp_path: Path):
    made = EngineClient(tmp_path / "assets", options=["--fake"])
    made.start()
    wait(made, Ready)
    yield made
    made.close()


def test_questions_and_answers_travel() -> None:
    for message in (
        estimate(items=3),
        masks("q", "p.png", (1, 2)),
        Answer(ask="q", said=EstimateAnswer(source="unknown")),
        Answer(ask="q", said=MasksAnswer(masks=("m",), scores=(0.5,))),
        Answer(ask="q", message="No."),
    ):
        assert decode(encode(message)) == message


def test_an_estimate_comes_while_a_job_runs_and_clicks_wait_for_its_end(client: EngineClient) -> None:
    client.submit(Submit(job="j", method="fake.drill", params={"items": 1000, "pause": 0.05}))
    wait(client, Progress)
    client.ask(masks("old"))
    client.ask(masks("new"))
    client.ask(estimate(items=4, pause=0.5, size=7))
    answer, _ = wait(client, Answer)
    assert (answer.ask, answer.said.seconds, answer.said.bytes) == ("q", 2.0, 7)
    assert client.running == ("j",)
    client.cancel("j")
    _, before = wait(client, Stopped)
    assert not any(isinstance(m, Answer) for m in before)
    answers = {a.ask: a for a in (wait(client, Answer)[0], wait(client, Answer)[0])}
    assert (answers["old"].said, answers["old"].message) == (None, "")
    assert "--fake" in answers["new"].message


def test_a_dead_engine_answers_in_words(client: EngineClient, tmp_path: Path) -> None:
    client.submit(Submit(job="j", method="fake.drill", params={"items": 1000, "pause": 0.05}))
    wait(client, Progress)
    client.ask(masks("q"))
    client.restart()
    answer, _ = wait(client, Answer)
    assert answer.message.endswith("before it answered. Ask again.")
    wait(client, Ready)
    client.close()
    stopped = EngineClient(tmp_path / "assets")
    stopped.ask(masks("q"))
    assert stopped.messages.get(timeout=1).message == "The engine is not running."


def test_other_options_start_the_engine_anew_between_two_jobs(tmp_path: Path) -> None:
    """The running job ends in peace, the waiting one is begun by the new process, and nothing is counted as a crash."""
    heard: queues.SimpleQueue = queues.SimpleQueue()
    jobs = JobQueue(tmp_path / "jobs.sqlite")
    engine = EngineClient(tmp_path / "assets", options=["--fake"])
    dispatcher = Dispatcher(jobs, engine, heard.put)
    dispatcher.start()
    first = jobs.add("fake.drill", {"items": 20, "pause": 0.05})
    second = jobs.add("fake.drill", {"items": 1})
    while not isinstance(heard.get(timeout=30), Progress):
        pass
    pid = engine.pid
    assert dispatcher.renew(["--fake", "--online"]) is False
    assert dispatcher.renewing
    kinds: list = []
    while sum(isinstance(m, Done) for m in kinds) < 2:
        kinds.append(heard.get(timeout=30))
        dispatcher.poll()
    ready = [m for m in kinds if isinstance(m, Ready)]
    assert [m.online for m in ready] == [True]
    assert [type(m) for m in kinds if isinstance(m, Done | Ready)] == [Done, Ready, Done]
    assert engine.pid != pid
    assert (engine.restarts, dispatcher.renewing) == (0, False)
    assert [jobs.get(j.id).state for j in (first, second)] == [State.DONE] * 2
    assert [jobs.get(j.id).attempts for j in (first, second)] == [1, 1]
    dispatcher.close()
    jobs.close()


def test_the_fake_engine_holds_clicks_as_the_real_one_does() -> None:
    engine = FakeEngine()
    engine.start()
    engine.submit(Submit(job="j", method="m", params={}))
    engine.ask(masks("old"))
    engine.ask(masks("new"))
    engine.ask(estimate())
    assert [m.ask for m in engine.heard if isinstance(m, Answer)] == ["q"]
    while engine.step():
        pass
    assert [m.ask for m in engine.heard if isinstance(m, Answer)] == ["q", "old", "new"]
    assert isinstance(engine.heard[-3], Done)


# --- what is learned ----------------------------------------------------------------------------------------------


class Steps(Params):
    steps: int = 10
    count: int = 1
    size: str = ""
    guidance: float = 7.5
    prompt: str = ""


def past(work: float, seconds: float, pixels: int = 100, settings: str = "s", bytes: int = 5) -> PastRun:
    return PastRun(work, pixels, settings, seconds, 0.0, bytes)


def test_work_is_steps_times_pictures_and_a_prompt_costs_nothing() -> None:
    asked = Asked.by(Steps(steps=20, count=3, size="64x32"))
    assert (asked.work, asked.pixels) == (60, 2048)
    assert Asked.by(Steps(prompt="a")) == Asked.by(Steps(prompt="b"))
    assert Asked.by(Steps(guidance=1.0)).settings != Asked.by(Steps()).settings
    assert Asked.by(Steps(), native=49).pixels == 49


def test_the_same_job_is_measured_and_others_are_scaled() -> None:
    runs = [past(10, 2.0), past(10, 4.0), past(10, 3.0)]
    same = learned(Asked(10, 100, "s"), runs)
    assert same is not None
    assert (same.source, same.seconds, same.bytes, same.runs) == ("measured", 3.0, 5, 3)
    double = learned(Asked(20, 100, "s"), runs)
    assert double is not None
    assert (double.source, double.seconds) == ("scaled", 6.0)
    larger = learned(Asked(10, 400, "s"), runs)
    assert larger is not None
    assert (larger.source, larger.seconds, larger.bytes) == ("scaled", 12.0, None)
    # Two amounts of work tell the fixed part from the part that grows: 1 s + 0.1 s a step.
    line = learned(Asked(50, 100, "s"), [past(10, 2.0), past(20, 3.0)])
    assert line is not None
    assert line.seconds == pytest.approx(6.0)
    assert learned(Asked(10, 100, "s"), []) is None
    assert learned(Asked(10, 0, "s"), runs) is None


def test_lines_are_kept_and_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    PastRuns(tmp_path).add("a", past(1, 2.0))
    PastRuns(tmp_path).add("b", past(3, 4.0))
    assert PastRuns(tmp_path).of("a") == (past(1, 2.0),)
    for number in range(40):
        PastRuns(tmp_path).add("a", past(number, 1.0))
    assert [r.work for r in PastRuns(tmp_path).of("a")] == list(range(16, 40))
    (tmp_path / "runs.json").write_text('{"a": [[1]]}')
    assert PastRuns(tmp_path).of("a") == ()


# --- model folders --------------------------------------------------------------------------------------------------


def test_models_that_were_moved_are_found_by_their_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCEPT_STUDIO_HOME", str(tmp_path / "home"))
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    word = {"emb_params": np.ones((2, 768), np.float32)}
    save_file(word, first / "word.safetensors")
    save_file({"emb_params": np.zeros((2, 768), np.float32)}, first / "gone.safetensors")
    (first / "broken.safetensors").write_bytes(b"PK\x03\x04 and so on")
    rows = {Path(r.path).name: r for r in scan([str(first), str(second)])}
    assert (rows["word.safetensors"].content, rows["word.safetensors"].family) == ("embedding", "sd1")
    assert len(rows["word.safetensors"].hash) == 64
    assert "pickle" in rows["broken.safetensors"].problem
    (first / "word.safetensors").rename(second / "other name.safetensors")
    (first / "gone.safetensors").unlink()
    rows = {Path(r.path).name: r for r in scan([str(first), str(second)])}
    assert (rows["word.safetensors"].state, rows["word.safetensors"].moved_to) == (
        "moved",
        str(second / "other name.safetensors"),
    )
    assert rows["gone.safetensors"].state == "missing"
    assert rows["other name.safetensors"].state == "here"
    assert moved_model(str(first / "word.safetensors")) == str(second / "other name.safetensors")
    assert moved_model(str(first / "gone.safetensors")) == str(first / "gone.safetensors")
    assert moved_model("pocket") == "pocket"
    # A folder that was taken out of the settings is neither looked through nor missed.
    assert {Path(r.path).name for r in scan([str(second)])} >= {"other name.safetensors"}
    assert not any(r.path == str(first / "broken.safetensors") for r in scan([str(second)]))


# --- the real engine --------------------------------------------------------------------------------------------------


def test_the_real_engine_estimates_learns_and_cuts_masks(tmp_path: Path) -> None:
    environment = {"CONCEPT_STUDIO_HOME": str(tmp_path)}
    options = ["--cache", str(tmp_path / "cache"), "--device", "cuda", "--precision", "float32"]
    client = EngineClient(tmp_path / "assets", options=options, environment=environment)
    client.start()
    ready, _ = wait(client, Ready, 180)
    if not torch.cuda.is_available():
        assert ready.device == "cpu"
        assert "'cuda' was not found" in ready.notice
    params = {"prompt": "a cat", "steps": 2, "size": "64x64"}
    client.ask(estimate("core.generate", **params))
    first = wait(client, Answer, 180)[0].said
    assert (first.source, first.runs) == ("computed", 0)
    assert first.seconds > 0
    assert first.bytes > 1_000_000
    assert first.free > 0
    client.ask(estimate("erasure.rece", erase=["castle"]))
    assert wait(client, Answer)[0].said.source == "unknown"
    client.submit(Submit(job="j", method="core.generate", params=params))
    wait(client, Done, 180)
    client.ask(estimate("core.generate", **params))
    second = wait(client, Answer)[0].said
    assert (second.source, second.runs, second.loading) == ("measured", 1, None)
    assert second.seconds > 0
    client.ask(estimate("core.generate", **{**params, "steps": 40}))
    third = wait(client, Answer)[0].said
    assert third.source == "scaled"
    assert third.seconds > second.seconds
    store = AssetStore(tmp_path / "assets")
    picture, thing = scene()
    name = store.put(picture, "png", {"file": "scene.png"})
    ys, xs = np.nonzero(thing)
    inside = (int(xs[len(xs) // 2]), int(ys[len(ys) // 2]))
    client.ask(masks("click", name, inside))
    said = wait(client, Answer, 180)[0].said
    assert 1 <= len(said.masks) <= 3
    cut = np.asarray(Image.open(store.path(said.masks[0]))) > 127
    assert cut.shape == thing.shape
    assert (cut & thing).sum() / (cut | thing).sum() > 0.6
    old = [store.path(m) for m in said.masks]
    client.ask(Ask(ask="more", about=MasksQuestion(picture=name, points=(inside,), outside=((1, 1),))))
    said = wait(client, Answer)[0].said
    assert not any(path.exists() for path in old if path.name not in said.masks)
    assert not (np.asarray(Image.open(store.path(said.masks[0])))[1, 1] > 127)
    client.ask(masks("far", name, (900, 900)))
    assert "outside the picture" in wait(client, Answer)[0].message
    client.close()


def scene() -> tuple[bytes, np.ndarray]:
    """A drawn cat as a PNG, and where it is."""
    drawn = world.scene(np.random.default_rng(3), "cat", backdrop="table")
    buffer = io.BytesIO()
    Image.fromarray(drawn.image, "RGB").save(buffer, "PNG")
    return buffer.getvalue(), drawn.masks[0]

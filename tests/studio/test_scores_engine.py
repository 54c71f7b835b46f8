"""A score job of the window leaves its rows in the store that the window reads."""

from pathlib import Path

from core.client.scores import FILE, ScoreStore
from core.contract.assets import AssetStore
from core.contract.messages import Submit
from core.engine import worker
from core.engine.performance import Stage
from core.engine.run import Silence
from tests.evaluate.judges_made import clip_folder
from tests.evaluate.test_concept_scores import extracted

TASK = "core.concept_extraction"


class Speaker(Silence):
    """Remembers what a job logs."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def log(self, text: str, numbers: dict[str, float]) -> None:
        self.told.append(text)


def measure(home: Path, folder: Path, clip: Path, job: str, speaker: Speaker):
    submit = Submit(job=job, method=TASK, params={"folder": str(folder), "clip": str(clip)})
    return worker._perform(Stage(AssetStore(home / "assets")), submit, speaker)


def test_rows_say_where_the_pictures_lie(tmp_path: Path) -> None:
    clip_folder(tmp_path / "clip")
    folder, home = extracted(tmp_path / "photos"), tmp_path / "home"
    for job in ("one", "two"):  # measured twice, kept once
        assert measure(home, folder, tmp_path / "clip", job, Speaker()).numbers
    with ScoreStore(home / FILE) as store:
        rows = store.search(method=TASK)
    assert len(rows) == 8
    assert {r.run for r in rows} == {"photos"}
    assert all(str(folder) in r.params and '"job": "two"' in r.params for r in rows)
    assert [r.value for r in rows if r.score == "ACC_1 by CLIP"] == [1.0]
    assert any(r.value is None and "DINO" in r.reason for r in rows)


def test_a_store_that_cannot_be_written_does_not_cost_the_measurement(tmp_path: Path) -> None:
    clip_folder(tmp_path / "clip")
    folder, home, speaker = extracted(tmp_path / "photos"), tmp_path / "home", Speaker()
    (home / "assets").mkdir(parents=True)
    (home / FILE).write_bytes(b"no database" * 100)
    outcome = measure(home, folder, tmp_path / "clip", "one", speaker)
    assert outcome.numbers["ACC_1 by CLIP"] == 1.0
    assert "is damaged or no database of scores" in outcome.note
    assert any("damaged" in text for text in speaker.told)

"""`studio evaluate`: one set, a batch that goes on where it stopped, stored rows, bad input."""

import json
from pathlib import Path

import pytest

from core.client.scores import ScoreStore
from core.engine import cli, evaluations
from tests.evaluate.judges_made import clip_folder
from tests.evaluate.test_concept_scores import extracted, scenes


@pytest.fixture
def own(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("CONCEPT_STUDIO_HOME", str(tmp_path / "home"))
    clip_folder(tmp_path / "clip")
    return tmp_path


def run(own: Path, *words: str) -> int:
    return cli.main(["evaluate", *words])


def test_it_lists_the_score_tasks(own, capsys):
    assert run(own) == 0
    told = capsys.readouterr().out
    assert all(
        name in told for name in ("core.concept_fidelity", "core.concept_composition", "core.concept_extraction")
    )
    assert run(own, "no-such") == 2
    assert "There is no score task 'no-such'" in capsys.readouterr().err
    assert run(own, "concept-fidelity", "--help-task") == 0
    assert "--reference-of" in capsys.readouterr().out
    assert run(own, "show") == 2
    assert "There are no scores" in capsys.readouterr().err


def test_one_set_becomes_a_table_and_rows(own, capsys):
    folder = extracted(own / "photos")
    assert run(own, "concept-extraction", "--folder", str(folder), "--clip", str(own / "clip"), "--name", "mine") == 0
    told = capsys.readouterr().out
    assert "ACC_1 by CLIP" in told
    assert "CLIP clip (" in told
    assert "not measured: No DINO folder" in told
    with ScoreStore(own / "home" / "scores.sqlite") as store:
        rows = store.search()
    assert {r.run for r in rows} == {"mine"}
    assert len(rows) == 8
    assert [r.value for r in rows if r.score == "ACC_1 by CLIP"] == [1.0]
    assert run(own, "show", "acc_1", "clip", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [r["score"] for r in found] == ["ACC_1 by CLIP"]
    assert found[0]["params"]["mapped"] == "cosine"


def test_a_batch_goes_on_where_it_stopped(own, capsys, monkeypatch):
    for name in ("a", "b", "c"):
        scenes(own / "sets" / name, swapped=name == "b", count=2)
    (own / "sets" / "c" / "pictures" / "0.png").write_bytes(b"no picture")
    measured, real = [], evaluations.rows_of
    monkeypatch.setattr(evaluations, "rows_of", lambda *a, **k: (measured.append(k["run"]), real(*a, **k))[1])
    words = ("concept-fidelity", "--batch", str(own / "sets"), "--clip", str(own / "clip"))
    assert run(own, *words) == 2  # c is damaged: the others are measured, c says why
    told = capsys.readouterr().out
    assert measured == ["sets/a", "sets/b"]
    assert "sets/c" in told
    assert "not measured" in told
    assert "0" in told
    scenes(own / "sets" / "c", count=3)  # with two it would be what "a" is, and known
    assert run(own, *words) == 0
    assert measured == ["sets/a", "sets/b", "sets/c"]
    assert "sets/a" in capsys.readouterr().out
    (own / "sets" / "a").rename(own / "sets" / "renamed")
    assert run(own, *words) == 0
    assert len(measured) == 3
    assert "sets/renamed" in capsys.readouterr().out
    assert run(own, *words, "--outside", "black") == 0
    assert len(measured) == 6
    clip_folder(own / "clip", seed=7)
    assert run(own, *words) == 0
    assert len(measured) == 9
    assert run(own, *words, "--again") == 0
    assert len(measured) == 12


def test_bad_batches(own, capsys):
    (own / "none").mkdir()
    assert run(own, "concept-fidelity", "--batch", str(own / "none")) == 2
    assert "There is nothing to measure" in capsys.readouterr().err
    assert run(own, "concept-fidelity", "--batch", str(own / "gone")) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert run(own, "concept-fidelity", "--nonsense") == 2
    assert "nonsense" in capsys.readouterr().err


def test_a_batch_may_be_files_of_parameters(own, capsys):
    extracted(own / "photos")
    (own / "asked").mkdir()
    for name in ("plain", "mapped"):
        data = {
            "folder": str(own / "photos"),
            "clip": str(own / "clip"),
            "mapped": "(cos+1)/2" if name == "mapped" else "cosine",
        }
        (own / "asked" / f"{name}.json").write_text(json.dumps(data))
    assert run(own, "concept-extraction", "--batch", str(own / "asked"), "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    values = {r["run"]: r["value"] for r in rows if r["score"] == "SIM_C by CLIP"}
    assert set(values) == {"asked/plain", "asked/mapped"}


def test_output_folders_are_no_sets():
    reads = {m.info.id: evaluations._reads_folder(m) for m in evaluations.evaluations()}
    assert reads["core.concept_fidelity"]
    assert reads["core.text_removal"]
    assert not reads["core.erasure_report"]

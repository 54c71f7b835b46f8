"""Scores, intervals, the database of scores, and the way from one to the other."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from core.client.scores import ScoreRow, ScoreStore, pictures_hash, recipe_hash
from core.contract.errors import UserError
from core.contract.method import Outcome
from core.evaluate.intervals import bootstrap, wilson
from core.evaluate.results import deliver, numbers_of, rows_of
from core.evaluate.scores import Score, mean, not_measured, rate
from tests.tiny import tiny


def test_wilson_says_what_none_of_fifty_still_allows():
    assert [round(wilson(0, n)[1], 3) for n in (8, 50, 100)] == [0.324, 0.071, 0.037]  # the report's own examples
    assert wilson(0, 50)[0] == 0.0
    assert wilson(50, 50) == (pytest.approx(1 - wilson(0, 50)[1]), 1.0)
    assert wilson(7, 10) == pytest.approx((0.3968, 0.8922), abs=1e-4)
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="3 hits of 2"):
        wilson(3, 2)


def test_bootstrap_draws_whole_groups():
    alone = bootstrap([[0.0], [1.0]] * 20)
    grouped = bootstrap([[0.0] * 5, [1.0] * 5] * 4)
    assert alone[0] < 0.5 < alone[1]
    # Forty values in eight groups know less than forty values alone.
    assert grouped[1] - grouped[0] > 1.5 * (alone[1] - alone[0])
    assert bootstrap([[0.3]] * 4) is None
    assert bootstrap([[0.3, 0.4], [], [], [], []]) is None
    assert bootstrap([[0.3]] * 6) == pytest.approx((0.3, 0.3))
    assert bootstrap([[v / 9] for v in range(10)], seed=4) == bootstrap([[v / 9] for v in range(10)], seed=4)


def test_a_mean_of_groups_weighs_values():
    low, high = bootstrap([[1.0] * 9, [0.0]] * 6)
    assert 0.5 < low < 0.9 < high


def test_a_score_is_a_value_or_a_reason():
    with pytest.raises(ValueError, match="no reason"):
        Score("a")
    with pytest.raises(ValueError, match="nan"):
        Score("a", float("nan"), 3)
    with pytest.raises(ValueError, match="of 0"):
        Score("a", 0.0)
    lost = not_measured("DINO", "no DINO folder was given")
    assert lost.told() == "DINO: not measured: no DINO folder was given"
    assert lost.as_json()["value"] is None
    assert "n = 4" in rate("r", [True, False, True, True], "judge", "cat").told()


def test_means_leave_out_and_count():
    found = mean("m", [0.2, None, 0.4, float("inf")])
    assert found.value == pytest.approx(0.3)
    assert found.n == 2
    assert found.interval is None
    assert "2 of 4 without a value" in found.remark
    assert "2 pictures: too few for an interval" in found.remark
    assert mean("m", [None, None], reason="nothing there").reason == "nothing there"
    assert rate("m", []).value is None
    grouped = mean("m", [0.1] * 20, ["one prompt"] * 20)
    assert grouped.interval is None
    assert "1 prompt: too few" in grouped.remark
    assert mean("m", [i / 20 for i in range(20)]).interval is not None


def test_few_hits_are_told_as_few():
    assert "only 2" in rate("r", [True, True]).remark
    assert rate("r", [True] * 10).remark == ""


# --- database --------------------------------------------------------------------------------------------------------


ROW = ScoreRow(
    "set 1", "evaluate.x", "CLIP-T", judge="CLIP a (1)", value=0.31, n=8, low=0.2, high=0.4, recipe="r", pictures="p"
)


def test_rows_come_back_and_are_found(tmp_path: Path):
    with ScoreStore(tmp_path / "deep" / "scores.sqlite") as store:
        store.add(
            [
                ROW,
                replace(ROW, score="bleed", what="100 % cat in dog", value=None, n=0, low=None, high=None, reason="no"),
            ]
        )
        found = store.search()
        assert [r.score for r in found] == ["CLIP-T", "bleed"]
        assert replace(found[0], at=0.0) == ROW
        assert found[0].at > 0
        assert [r.score for r in store.search("DOG cat")] == ["bleed"]
        assert [r.score for r in store.search("100 %")] == ["bleed"]
        assert store.search("1%0") == []
        assert [r.score for r in store.search(measured=True)] == ["CLIP-T"]
        assert [r.score for r in store.search(measured=False)] == ["bleed"]
        assert store.search(method="evaluate.y") == []
        assert store.has("r", "p")
        assert not store.has("r", "q")


def test_measuring_again_replaces_and_a_bad_set_leaves_the_old(tmp_path: Path):
    with ScoreStore(tmp_path / "s.sqlite") as store:
        store.add([ROW, replace(ROW, score="DINO")])
        store.add([replace(ROW, value=0.5)])
        assert [(r.score, r.value) for r in store.search()] == [("CLIP-T", 0.5)]
        with pytest.raises(ValueError, match="one name"):
            store.add([replace(ROW, value=0.9), replace(ROW, value=0.8)])
        assert [r.value for r in store.search()] == [0.5]
        store.add([replace(ROW, run="set 2")])
        assert store.remove("set 1") == 1
        assert [r.run for r in store.search()] == ["set 2"]


def test_two_connections_read_while_one_writes(tmp_path: Path):
    with ScoreStore(tmp_path / "s.sqlite") as one, ScoreStore(tmp_path / "s.sqlite") as two:
        one.add([ROW])
        assert one._connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        one._connection.execute("BEGIN IMMEDIATE")
        assert len(two.search()) == 1
        one._connection.execute("ROLLBACK")
        two.add([replace(ROW, run="other")])
        assert len(one.search()) == 2


def test_files_that_are_no_scores_are_named(tmp_path: Path):
    (tmp_path / "text.sqlite").write_text("not a database at all, only some words that go on for a while" * 20)
    with pytest.raises(UserError, match="damaged or no database"):
        ScoreStore(tmp_path / "text.sqlite")
    with sqlite3.connect(tmp_path / "jobs.sqlite") as other:
        other.execute("CREATE TABLE jobs (id TEXT)")
    with pytest.raises(UserError, match=r"something else \(jobs\)"):
        ScoreStore(tmp_path / "jobs.sqlite")
    with sqlite3.connect(tmp_path / "new.sqlite") as other:
        other.execute("PRAGMA user_version=99")
    with pytest.raises(UserError, match="newer version"):
        ScoreStore(tmp_path / "new.sqlite")
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be opened"):
        ScoreStore(tmp_path / "file" / "s.sqlite")


def test_rows_that_lie_are_refused():
    with pytest.raises(ValueError, match="neither a value nor a reason"):
        ScoreRow("r", "m", "s")
    with pytest.raises(ValueError, match="finite"):
        ScoreRow("r", "m", "s", value=float("inf"))


def test_hashes_name_recipe_and_set():
    assert recipe_hash("m", {"a": 1, "b": 2}) == recipe_hash("m", {"b": 2, "a": 1}) != recipe_hash("m", {"a": 1})
    assert pictures_hash(["a", "b"]) == pictures_hash(["b", "a"]) != pictures_hash(["a"])


# --- outcomes --------------------------------------------------------------------------------------------------------


def test_scores_become_an_outcome_and_rows(make_run, tmp_path: Path):
    run = make_run(tiny("sd1"))
    scores = [
        rate("identity", [True] * 9 + [False], "J"),
        rate("identity", [True] * 5, "J", "cat"),
        not_measured("DINO", "no"),
    ]
    outcome = deliver(scores, run, "3 pictures.", str(tmp_path / "d.json"), {"a": {"x": 1.0}})
    assert outcome.numbers["identity"] == 0.9
    assert outcome.numbers["identity.n"] == 10
    assert outcome.numbers["identity/cat"] == 1.0
    assert "DINO" not in outcome.numbers
    assert "DINO: not measured: no" in outcome.note
    assert (tmp_path / "d.json").exists()
    assert outcome.files == (str(tmp_path / "d.json"),)
    rows = rows_of(outcome, run.assets, run="set", method="m", params={"a": 1}, pictures="p")
    assert [(r.score, r.what, r.value) for r in rows] == [
        ("identity", "", 0.9),
        ("identity", "cat", 1.0),
        ("DINO", "", None),
    ]
    assert rows[0].judge == "J"
    assert rows[0].low == pytest.approx(wilson(9, 10)[0])
    assert rows[2].reason == "no"
    with pytest.raises(ValueError, match="one name"):
        deliver([scores[0], scores[0]], run)
    assert numbers_of([not_measured("a", "b")]) == {}


def test_tasks_that_give_numbers_only_become_rows_too(make_run):
    outcome = Outcome(numbers={"psnr": 30.0, "psnr.low": 28.0, "psnr.high": 31.0, "psnr.n": 12.0, "seconds": 2.0},
                      note="12 pictures.\nmssim (SAM): not measured: too small")  # fmt: skip
    rows = rows_of(outcome, make_run(tiny("sd1")).assets, run="s", method="m", params={}, pictures="p")
    assert [(r.score, r.value, r.n, r.low) for r in rows] == [
        ("psnr", 30.0, 12, 28.0), ("seconds", 2.0, 0, None), ("mssim (SAM)", None, 0, None)]  # fmt: skip
    assert rows[2].reason == "too small"

"""The bench of editing: what it draws, what it chooses, what it counts, and that it goes on where it was stopped."""

import itertools
import json

import pytest

from core.engine.cli import main as studio
from editing import bench
from editing.bench import Bench, at_equal_rate, between, choose, exchange, markdown, presence
from editing.bench_units import CANDIDATES, GENERATED, SOLVERS, THREE, TWO, caption, numbers_of, objects_of, tuning


def test_prompts_are_fixed_and_tuning_shares_no_pair_with_them():
    two, three = objects_of(2), objects_of(3)
    assert (len(two), len(three)) == (TWO, THREE)
    assert TWO + THREE == 200
    assert two == objects_of(2)
    assert len({frozenset(n) for n in two}) == TWO
    pairs = {frozenset(p) for names in (*two, *three) for p in itertools.combinations(names, 2)}
    assert not pairs & {frozenset(p) for names in tuning() for p in itertools.combinations(names, 2)}
    assert caption(["cat", "apple"]) == "a cat and an apple"
    assert numbers_of("exchange", 4) == [0, GENERATED, 1, GENERATED + 1]
    assert len(numbers_of("two objects", None)) == TWO


def test_the_best_on_tuning_prompts_is_chosen_the_default_when_tied():
    rows = [{"method": m, "candidate": i, "found": [3, 3 if (m, i) != ("a_star", 0) else 2]}
            for m, candidates in CANDIDATES.items() for i in range(len(candidates))]  # fmt: skip
    for i in range(len(SOLVERS)):
        rows += [
            {"method": "solver", "candidate": i, "weight": w if i == 2 else 0.3 - w / 9, "best": w}
            for w in (0.4, 0.5, 0.6)
        ]
    chosen = choose(rows)
    assert chosen["t2i_zero"] == {}
    assert chosen["a_star"] == CANDIDATES["a_star"][1]
    assert chosen["solver"] == SOLVERS[2]
    assert chosen["scale"] == pytest.approx(2.0)


def test_rates_and_differences_by_prompt():
    units = [
        [{"method": "plain", "found": [2, 1], "of": 2}, {"method": "x", "found": [2, 2], "of": 2}] for _ in range(6)
    ]
    table = presence(units, 2)
    assert table["plain"]["rate"] == 0.5
    assert table["plain"]["objects"] == 0.75
    assert table["x"]["over plain"] == 0.5
    assert table["x"]["over plain, interval"] == pytest.approx((0.5, 0.5))
    low, high = table["x"]["interval"]
    assert low < 1 == high


def _scene(solved, fixed, objects=1):
    return [{"method": kind, "level": i, "weight": 1.0, "target": t, "psnr": p, "objects": objects}
            for kind, points in (("solved", solved), ("fixed", fixed)) for i, (t, p) in enumerate(points)]  # fmt: skip


def test_psnr_at_the_same_target_rate():
    assert between([(0.0, 30.0), (1.0, 20.0)], 0.25) == 27.5
    scenes = [_scene([(False, 30), (True, 26)], [(False, 28), (True, 24)]) for _ in range(6)]
    found = at_equal_rate(scenes)
    assert found["rate"] == 0.5
    assert found["difference"] == pytest.approx(2)
    assert found["interval"] == pytest.approx((2, 2))
    never = [_scene([(False, 30)], [(False, 28)])]
    assert "no common" in at_equal_rate(never)["why"]
    table = exchange(
        {0: scenes[0], GENERATED: _scene([(True, 26)], [(True, 24)], 2), 1: [{"method": "none", "why": ""}]}
    )
    assert {name: part["scenes"] for name, part in table.items() if name != "left out"} == {
        "generated": 1, "drawn": 1, "one object": 1, "two objects": 1, "all": 2,
    }  # fmt: skip
    assert table["left out"] == 1
    text = markdown({"exchange": table, "minutes": {"full": 1.0, "on the clock": 0.5}})
    assert "target there" in text


def test_it_goes_on_where_it_was_and_forgets_other_weights(tmp_path, monkeypatch):
    made, here = [], Bench(tmp_path, 3, 1)
    unit = (TWO, lambda lab, number: made.append(number) or [{"method": "plain", "found": [2], "of": 2}])
    monkeypatch.setitem(bench_tables(), "two objects", unit)
    monkeypatch.setattr(bench, "identity", lambda folder, table: "one")
    bench.work(here, 0, 1, ["two objects"])
    assert made == [0, 1, 2]
    lines = (tmp_path / "rows-0.jsonl").read_text().splitlines()
    (tmp_path / "rows-0.jsonl").write_text("\n".join(lines)[:-9])  # killed in the middle of the last line
    assert bench._open(here, ["two objects"]) == [("two objects", 2)]
    bench.work(here, 0, 1, ["two objects"])
    assert made == [0, 1, 2, 2]
    assert bench._open(here, ["two objects"]) == []
    monkeypatch.setattr(bench, "identity", lambda folder, table: "other")
    assert len(bench._open(here, ["two objects"])) == 3


def bench_tables():
    from editing.bench_units import TABLES

    return TABLES


def test_the_command_line_reaches_it(capfd, tmp_path):
    assert studio(["bench", "--count", "4"]) == 2
    assert "--count belongs to --editing" in capfd.readouterr().err
    assert studio(["bench", "--editing", "--count", "0", "--out", str(tmp_path)]) == 2
    assert "at least 1" in capfd.readouterr().err


@pytest.mark.slow
def test_one_unit_of_each_table_on_the_embedded_model(tmp_path):
    report = bench.run(Bench(tmp_path, 1, 1), lambda text: None)
    assert {"two objects", "three objects", "exchange", "blend"} <= set(report)
    assert report["speed"]["seconds"] > 0
    again = json.loads((tmp_path / "report.json").read_text())
    assert again["two objects"]["plain"]["n"] == 2

"""The history: everything is found again, and 50,000 results stay quick."""

import json
import random
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from studio.history.entry import Entry
from studio.history.history import History, Query, _number, _where
from studio.history.thumbnails import Thumbnails


@pytest.fixture
def history(tmp_path: Path) -> History:
    made = History(tmp_path / "history.db")
    yield made
    made.close()


MUG = Entry("1", "core.generate", {"steps": 30}, {"prompt": "a mug"}, "pocket", "ab", 7, "0.1", 100.0, 2.5,
            "a red mug on the beach", ("Mug", "<mug-1>"), ("a.png",), ("m.png",), numbers={"clip": 0.3},
            project="Shop")  # fmt: skip
FOX = Entry("2", "erasure.rece", model="sd15", at=200.0, prompt="Füchse im Schnee", concepts=("Fox",), project="Wald")


def found(history: History, **query: object) -> list[str]:
    return [e.id for e in history.search(Query(**query))]  # type: ignore[arg-type]


def test_an_entry_comes_back_whole_and_once(history: History) -> None:
    assert history.add([MUG, FOX]) == 2
    assert history.add([replace(MUG, prompt="other")]) == 0
    assert history.get("1") == MUG
    assert history.get("2") == FOX
    assert history.search() == [FOX, MUG]
    with pytest.raises(UserError, match="no longer"):
        history.get("3")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"words": "mug"}, ["1"]),
        ({"words": "beach RED"}, ["1"]),
        ({"words": "bea"}, ["1"]),
        ({"words": '"red mug"'}, ["1"]),
        ({"words": '"mug red"'}, []),
        ({"words": "fuchse"}, ["2"]),
        ({"words": "rece"}, ["2"]),
        ({"words": "shop"}, ["1"]),
        ({"words": "mug fox"}, []),
        ({"words": "NOT ( OR * : ^ mug"}, []),
        ({"words": '"'}, []),
        ({"words": "***"}, []),
        ({"words": "mug OR"}, []),
        ({"words": "   "}, ["2", "1"]),
        ({"model": "sd15"}, ["2"]),
        ({"method": "core.generate"}, ["1"]),
        ({"concept": "fox"}, ["2"]),
        ({"concept": "<MUG-1>"}, ["1"]),
        ({"since": 150}, ["2"]),
        ({"until": 200}, ["1"]),
        ({"since": 100, "until": 201, "words": "mug"}, ["1"]),
        ({"project": "Wald", "model": "pocket"}, []),
    ],
)
def test_search(history: History, query: dict[str, object], ids: list[str]) -> None:
    history.add([MUG, FOX])
    assert found(history, **query) == ids
    assert history.count(Query(**query)) == len(ids)  # type: ignore[arg-type]


def test_pins_ratings_and_notes(history: History) -> None:
    history.add([MUG, FOX])
    history.pin("1", True)
    history.rate("2", 4)
    history.annotate("1", "for the cover")
    assert found(history, pinned=True) == ["1"]
    assert found(history, rating=4) == ["2"]
    assert found(history, rating=5) == []
    assert found(history, words="cover") == ["1"]
    history.annotate("1", "for the back")
    assert found(history, words="cover") == []
    assert found(history, words="mug back") == ["1"]
    with pytest.raises(UserError, match="rating of 6"):
        history.rate("1", 6)
    with pytest.raises(UserError, match="no longer"):
        history.pin("9", True)


def test_a_removal_is_undone_in_its_place_and_done_again(history: History) -> None:
    history.add([replace(MUG, note="for the back"), FOX])
    beside = json.loads(json.dumps(history.remove(["1", "9"])))
    assert history.remove(["9"]) is None
    assert found(history, words="mug") == found(history, concept="mug") == []
    assert history.add([MUG]) == 0  # the queue still tells of it
    assert history.put_back(beside)
    assert history.put_back(beside)  # twice is no fault: another window may have been quicker
    assert history.get("1") == replace(MUG, note="for the back")
    assert found(history) == ["2", "1"]
    assert found(history, words="mug back") == ["1"]
    assert history.put_back(beside, forward=True)
    assert found(history) == ["2"]
    assert not history.put_back({"library": [None, None]})


def test_pages_go_on_below_a_number(history: History) -> None:
    history.add([replace(FOX, id=str(n), pinned=n % 2 == 0) for n in range(10)])
    first = history.page(Query(pinned=True), limit=3)
    assert [e.id for _, e in first] == ["8", "6", "4"]
    assert [e.id for _, e in history.page(Query(pinned=True), first[-1][0], 3)] == ["2", "0"]
    assert history.fits("8", Query(pinned=True, words="schnee"))
    assert not history.fits("7", Query(pinned=True))


def test_nothing_is_added_when_one_cannot_be(history: History) -> None:
    with pytest.raises(UserError, match="history"):
        history.add([MUG, replace(FOX, prompt=None)])  # type: ignore[arg-type]
    assert history.count() == 0


def test_fifty_thousand_entries_stay_quick(history: History) -> None:
    rng = random.Random(0)
    nouns = [f"noun{n}" for n in range(2000)]
    adding = (
        Entry(
            str(n),
            rng.choice(["core.generate", "erasure.rece"]),
            {"steps": 30},
            {},
            rng.choice(["pocket", "sd15"]),
            at=float(n),
            prompt=" ".join(rng.choices(nouns, k=12)) + (" needle" if n % 5000 == 7 else " picture"),
            concepts=(rng.choice(nouns),),
            images=(f"{n:064x}.png",),
        )
        for n in range(50_000)
    )
    assert history.add(adding) == 50_000
    queries = [
        Query(),
        Query("needle"),
        Query("picture"),
        Query("pic noun1"),
        Query("n"),
        Query("noun5 noun7", model="pocket"),
        Query(concept="noun77"),
        Query(since=20_000, until=20_100),
        Query(pinned=True),
        Query(rating=3),
        Query("needle", method="core.generate", until=30_000),
    ]
    for query in queries:
        began = time.perf_counter()
        history.search(query, 100)
        assert time.perf_counter() - began < 1.0, query
    assert [e.id for e in history.search(Query("needle"), 3)] == ["45007", "40007", "35007"]
    assert [e.id for e in history.search(skip=49_990)] == [str(n) for n in range(9, -1, -1)]
    assert history.count(Query("needle")) == 10
    assert history.values("model")[0][1] > 24_000
    # No query sorts or walks the whole table: the plan says so, whatever the machine's speed.
    for query in (Query(concept="noun77"), Query("needle"), Query("n", model="pocket"), Query(pinned=True)):
        where, values = _where(query)
        plan = history._db.execute(
            f"EXPLAIN QUERY PLAN SELECT entries.* {where} ORDER BY {_number(query)} DESC", values
        )
        told = " | ".join(row["detail"] for row in plan)
        assert "TEMP B-TREE" not in told
        assert "SEARCH entries" in told or "SCAN entries USING INDEX pins" in told, told


def test_two_windows_share_it(history: History) -> None:
    other = History(history.path)
    other.add([MUG])
    history.add([FOX])
    assert other.search() == history.search() == [FOX, MUG]
    other.close()


def test_a_damaged_file_is_kept_aside_and_a_newer_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(b"no database" * 500)
    history = History(path)
    assert "damaged; it was kept as 'history.kept-" in history.notice
    history.add([MUG])
    history.close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(UserError, match="newer version"):
        History(path)


def test_missing_pictures_are_found(history: History, tmp_path: Path) -> None:
    store = AssetStore(tmp_path / "assets")
    name = store.put(b"x", "png")
    history.add([replace(MUG, images=(name, "0" * 64 + ".png"), masks=())])
    assert list(history.missing(store)) == [("1", "0" * 64 + ".png")]


def test_thumbnails_are_made_once_and_trimmed(tmp_path: Path) -> None:
    store = AssetStore(tmp_path / "assets")
    Image.new("RGB", (900, 300), "red").save(tmp_path / "a.png")
    name = store.put_file(tmp_path / "a.png")
    thumbs = Thumbnails(tmp_path / "thumbs", store)
    assert thumbs.ready(name) is None
    path = thumbs.path(name, 200)
    with Image.open(path) as small:
        assert small.size == (256, 85)
    made = path.stat().st_mtime_ns
    assert thumbs.path(name, 200) == path == thumbs.ready(name, 256)
    assert path.stat().st_mtime_ns == made
    with pytest.raises(UserError, match="cannot be read"):
        thumbs.path(store.put(b"no picture", "png"))
    assert thumbs.trim(1) == 0
    assert thumbs.trim(0) == 1
    assert thumbs.ready(name) is None

"""The concept library: read without torch what the engine wrote, kept, found, changed and undone."""

import json
import struct
from pathlib import Path

import pytest

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from studio.document.autosave import Document
from studio.document.project import Project
from studio.library.library import COLORS, Library
from studio.library.reading import read_concept


def concept_file(name: str, word: str, category: str, seed: int = 0) -> bytes:
    """The bytes of a concept file as the engine writes them, without weights."""
    record = {"name": name, "word": word, "category": category, "method": "personalization.break_a_scene", "seed": seed,
              "params": {"steps": 3}, "pictures": ["a.png"], "partners": [], "base_identity": "x"}  # fmt: skip
    meta = {"format": 1, "base": "pocket", "alphas": {}, "about": {"concept": record}}
    header = {"__metadata__": {"concept_studio": json.dumps(meta)},
              f"word/0/{word}": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}}  # fmt: skip
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(4)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "library.db", AssetStore(tmp_path / "assets"))
    yield made
    made.close()


def put(library: Library, *about: str, seed: int = 0) -> str:
    return library.assets.put(concept_file(*about, seed=seed), "safetensors", {"concept": about[0], "word": about[1]})


def test_it_reads_what_the_engine_writes(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from core.engine.concepts import Concept
    from core.weights.patch import WeightPatch

    patch = WeightPatch("pocket", words={"<mug>": (torch.ones(2, 4),)})
    concept = Concept("Mug", "<mug>", "mug", patch, "any", {"steps": 3}, "id", ("a.png",), 5, ("<fox>",))
    path = tmp_path / "c.safetensors"
    path.write_bytes(concept.to_bytes())
    about = read_concept(path)
    assert (about.name, about.word, about.category, about.method, about.seed) == ("Mug", "<mug>", "mug", "any", 5)
    assert (about.base, about.base_identity, about.pictures, about.partners) == ("pocket", "id", ("a.png",), ("<fox>",))
    assert about.params == {"steps": 3}


@pytest.mark.parametrize("data", [b"", b"\xff" * 100, struct.pack("<Q", 4) + b"[1]x", struct.pack("<Q", 2) + b"{}",
                                  struct.pack("<Q", 2**60) + b"{}"])  # fmt: skip
def test_other_files_are_refused_in_words(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"'x\.safetensors' is not"):
        read_concept(path)


def test_a_second_learning_is_a_version(library: Library) -> None:
    first, second = put(library, "Mug", "<mug>", "mug"), put(library, "Mug", "<mug>", "mug", seed=2)
    mug = library.add(first).after
    assert (mug.name, mug.prompt, mug.vectors, mug.chosen) == ("Mug", "<mug> mug", 1, first)
    change = library.add(second, "longer")
    assert [v.ref for v in change.after.versions] == [first, second]
    assert change.after.chosen == second
    assert library.add(second).before == library.add(second).after == change.after
    assert library.choose(mug.id, first).after.version.note == ""
    assert library.of(second).id == mug.id
    with pytest.raises(UserError, match="does not belong"):
        library.choose(mug.id, "other")
    other = library.add(put(library, "Cup", "<mug>", "cup")).after
    assert other.id != mug.id
    assert (mug.color, other.color) == COLORS[:2]


def test_search_by_words_and_tags(library: Library) -> None:
    mug = library.add(put(library, "Mug", "<mug>", "mug")).after
    fox = library.add(put(library, "Foxy", "<fox>", "fox")).after
    library.set_tags(mug.id, ["Kitchen", "red", "kitchen", " "])
    library.set_notes(fox.id, "from the forest")
    for words, found in (("mug", ["Mug"]), ("fo", ["Foxy"]), ("forest", ["Foxy"]), ("kitch", ["Mug"]),
                         ("break", ["Foxy", "Mug"]), ("", ["Foxy", "Mug"]), ("mug fox", []), ('"(', [])):  # fmt: skip
        assert [c.name for c in library.search(words)] == found, words
    assert [c.name for c in library.search(tags=["KITCHEN", "red"])] == ["Mug"]
    assert [c.name for c in library.search(category="fox")] == ["Foxy"]
    assert library.tags() == [("kitchen", 1), ("red", 1)]
    library.set_notes(fox.id, "")
    assert library.search("forest") == []


def test_changes_are_undone_with_the_document_also_after_a_restart(library: Library, tmp_path: Path) -> None:
    mug = library.add(put(library, "Mug", "<mug>", "mug")).after
    with Document.create(tmp_path / "p", Project()) as document:
        document.edit("Rename concept", lambda p: p, beside=library.rename(mug.id, "Cup").beside)
        document.edit("Remove concept", lambda p: p, beside=library.remove(mug.id).beside)
    assert library.search() == []
    with Document.open(tmp_path / "p") as document:
        assert all(library.put_back(beside) for beside in document.undo().beside)
        assert library.get(mug.id).name == "Cup"
        assert all(library.put_back(beside) for beside in document.undo().beside)
        assert library.get(mug.id) == mug
        assert all(library.put_back(beside, forward=True) for beside in document.redo().beside)
        assert library.get(mug.id).name == "Cup"
    change = library.add(put(library, "Fox", "<fox>", "fox"))
    library.put_back(change.beside)
    assert [c.name for c in library.search()] == ["Cup"]
    assert not library.put_back({"other": 1})


def test_wrong_values_and_lost_files(library: Library) -> None:
    ref = put(library, "Mug", "<mug>", "mug")
    assert library.discover() == [ref]
    mug = library.add(ref).after
    assert library.discover() == []
    with pytest.raises(UserError, match="needs a name"):
        library.rename(mug.id, " ")
    with pytest.raises(UserError, match="strength of 9"):
        library.set_strength(mug.id, 9)
    with pytest.raises(UserError, match="no longer in the library"):
        library.get("other")
    assert library.missing() == []
    library.assets.path(ref).unlink()
    assert library.missing() == [mug]


def test_what_was_removed_is_not_discovered_again(library: Library) -> None:
    ref = put(library, "Mug", "<mug>", "mug")
    assert library.discover() == [ref]
    change = library.add(ref)
    removed = library.remove(change.after.id)
    assert library.discover() == []
    assert library.of(ref) is None
    assert library.put_back(removed.beside)
    assert library.of(ref) == change.after
    library.put_back(removed.beside, forward=True)
    assert (library.discover(), library.search()) == ([], [])
    assert library.add(ref).after.chosen == ref  # asked for by name it comes in
    library.put_back(change.beside)  # undo of the first addition speaks of another card
    assert library.of(ref).chosen == ref


def test_a_version_that_was_undone_is_not_discovered_again(library: Library) -> None:
    first, second = put(library, "Mug", "<mug>", "mug"), put(library, "Mug", "<mug>", "mug", seed=2)
    library.add(first)
    change = library.add(second)
    library.put_back(change.beside)
    assert library.discover() == []
    assert library.search()[0].chosen == first
    library.put_back(change.beside, forward=True)
    assert library.of(second) == change.after

"""The document as a value: tiles that are shared and rest on disk, edits that give the same object when nothing changes."""

import gc
import json
from dataclasses import replace

import numpy as np
import pytest

from core.contract.errors import UserError
from studio.document import edits
from studio.document.project import Layer, LayerKind, Modifier, Placed, Project, Region, Size, Word, changed
from studio.document.tiles import TILE, MemoryShelf, Raster, TileStore, unpacked
from studio.document.tree import apply, decode, difference, encode, patched, tile_names

NOISE = np.random.default_rng(7)


def noise(height: int, width: int, channels: int = 4) -> np.ndarray:
    shape = (height, width) if channels == 1 else (height, width, channels)
    return NOISE.integers(1, 255, shape, np.uint8)


def rich(store: TileStore) -> Project:
    """A project with something in every field."""
    p = Project("Kitchen", Size(640, 480))
    p = edits.add_layer(p, Layer("pic", LayerKind.PICTURE, "Photo", store.raster(noise(480, 640)), source="a.png"))
    p = edits.add_layer(p, Layer("mask", LayerKind.MASK, "Mug", store.raster(noise(480, 640, 1)), of="pic"))
    p = edits.add_layer(p, Layer("reg", LayerKind.REGION, "Fox", region=Region("fox", box=(10, 20, 110, 220))))
    p = edits.place_layer(p, "pic", Placed(320, 240, 1.5, 1.5, 30))
    p = edits.set_prompt(p, "a mug and a fox on the beach")
    p = edits.mark_word(p, Word("w1", 2, 5, concept="c.safetensors", color="#ff8800"))
    p = edits.mark_word(p, Word("w2", 12, 15, color="#0088ff"))
    p = edits.add_modifier(p, Modifier("m1", "editing.a_star", {"scale": 20.0, "list": [1, "x", None]}))
    p = edits.add_modifier(p, Modifier("m2", "editing.blend", on=False))
    return edits.select_pixels(p, store.raster(noise(480, 640, 1)))


def test_a_raster_gives_back_what_was_painted() -> None:
    store = TileStore()
    picture = noise(700, 900, 3)
    raster = store.raster(picture)
    assert len(raster.tiles) == 12
    assert (raster.array()[..., :3] == picture).all()
    assert (raster.array()[..., 3] == 255).all()
    spot = noise(40, 30)
    painted = store.painted(raster, 250, -10, spot)
    assert painted.changed_from(raster) == {(0, 0), (1, 0)}
    assert (painted.read(250, 0, 30, 30) == spot[10:]).all()
    assert all(painted.tiles[p] is raster.tiles[p] for p in raster.tiles if p not in {(0, 0), (1, 0)})
    assert store.painted(painted, 0, 0, np.zeros((700, 900, 4), np.uint8)).tiles == {}
    with pytest.raises(ValueError, match="read-only"):
        raster.tiles[0, 0].array()[0, 0] = 0


def test_equal_tiles_are_one_and_unused_ones_go() -> None:
    store = TileStore()
    one = store.raster(np.full((512, 512, 4), 9, np.uint8))
    assert store.count == 1
    assert store.in_memory == TILE * TILE * 4
    other = store.raster(np.full((256, 256, 4), 9, np.uint8))
    assert other.tiles[0, 0] is one.tiles[0, 0]
    del one
    gc.collect()
    assert store.count == 1
    del other
    gc.collect()
    assert (store.count, store.in_memory) == (0, 0)


def test_memory_stays_bounded_and_the_shelf_is_swept() -> None:
    shelf, size = MemoryShelf(), TILE * TILE * 4
    store = TileStore(shelf, room=3 * size)
    picture = noise(1024, 1024)
    raster = store.raster(picture)
    assert store.in_memory <= 3 * size
    assert len(shelf._data) == 13
    assert (raster.array() == picture).all()
    assert store.in_memory <= 3 * size
    kept = next(iter(raster.tiles.values())).name
    store.keep([kept])
    del raster
    gc.collect()
    store.sweep()
    assert set(shelf._data) == {kept}
    assert store.in_memory == 0


def test_a_lost_or_damaged_tile_says_so() -> None:
    shelf = MemoryShelf()
    store = TileStore(shelf, room=1)
    raster = store.raster(noise(256, 512))
    first = raster.tiles[0, 0]
    store.load(raster.tiles[1, 0])
    whole = shelf._data[first.name]
    shelf._data[first.name] = shelf._data.get(raster.tiles[1, 0].name, whole[:-9])
    with pytest.raises(UserError, match=r"damaged|wrong size"):
        first.array()
    del shelf._data[first.name]
    with pytest.raises(UserError, match="missing"):
        first.array()
    import zlib

    with pytest.raises(UserError, match="wrong size"):  # unpacks to 100 MB, but never gets there
        unpacked(zlib.compress(bytes(100_000_000)), 4)


def test_a_tree_gives_the_project_back() -> None:
    store = TileStore()
    project = rich(store)
    tree = json.loads(json.dumps(encode(project)))
    assert decode(tree, store) == project
    assert decode(encode(Project()), store) == Project()
    assert len(set(tile_names(tree))) == 18


def test_differences_lead_there_and_back_in_few_leaves() -> None:
    store = TileStore()
    project = rich(store)
    pixels = project.layers[0].pixels
    assert pixels is not None
    after = edits.paint(project, "pic", store.painted(pixels, 3, 3, noise(5, 5)))
    forward, backward = difference(project, after)
    assert [path for path, _ in forward] == [["layers", "by_id", "pic", "pixels", "tiles", "0,0"]]
    for change in (
        lambda p: edits.remove_layers(p, ["pic"]),
        lambda p: edits.remove_layers(p, ["pic", "reg", "mask"]),
        lambda p: edits.move_layer(p, "reg", 0),
        lambda p: edits.set_prompt(p, "a fox"),
        lambda p: edits.set_region(p, "reg", Region("fox", "c.safetensors", None)),
        lambda p: edits.paint(p, "pic", None),
        lambda p: edits.set_modifier(p, "m1", {}),
        lambda p: edits.select_pixels(p, None),
    ):
        after = change(project)
        assert after != project
        forward, backward = json.loads(json.dumps(difference(project, after)))
        assert patched(project, forward, store) == after
        assert patched(after, backward, store) == project
        tree = encode(project)
        apply(tree, forward)
        assert decode(tree, store) == after
        apply(tree, backward)
        assert decode(tree, store) == project


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (["size", "width"], "wide", "size.width"),
        (["size", "width"], True, "size.width"),
        (["layers", "order"], ["pic", "pic"], "order"),
        (["layers", "by_id", "pic", "opacity"], float("nan"), "finite"),
        (["layers", "by_id", "pic", "kind"], "video", "video"),
        (["layers", "by_id", "pic", "pixels", "width"], 10**9, "size"),
        (["layers", "by_id", "pic", "pixels", "tiles", "9,9"], "0" * 64, "outside"),
        (["layers", "by_id", "pic", "pixels", "tiles", "0,0"], "../../etc", "wrong name"),
        (["layers", "by_id", "reg", "region", "box"], [1, 2, 3], "box"),
        (["recipe", "surprise"], 1, "surprise"),
        (["recipe"], None, "recipe"),
    ],
)
def test_a_wrong_tree_is_refused_by_place(path: list[str], value: object, told: str) -> None:
    store = TileStore()
    tree = encode(rich(store))
    apply(tree, [[path, value]])
    with pytest.raises(UserError, match=told):
        decode(tree, store)


def test_edits_that_change_nothing_give_the_same_object() -> None:
    p = rich(TileStore())
    for same in (
        edits.rename(p, "Kitchen"),
        edits.resize(p, Size(640, 480)),
        edits.crop(p, (0, 0, 640, 480)),
        edits.move_layer(p, "reg", 2),
        edits.show_layer(p, "pic", True),
        edits.set_seed(p, 0),
        edits.set_prompt(p, p.recipe.prompt),
        edits.remove_layers(p, ["other"]),
        edits.select_layers(p, p.selection.layers),
        edits.switch_modifier(p, "m2", False),
    ):
        assert same is p


def test_changed_names_the_fields() -> None:
    p = rich(TileStore())
    assert changed(p, edits.set_seed(p, 3)) == {"recipe"}
    assert changed(p, edits.set_opacity(p, "pic", 0.5)) == {"layers"}
    assert changed(p, edits.remove_layers(p, ["reg"])) == {"layers", "selection"}
    assert changed(p, replace(p)) == frozenset()


def test_layers_move_duplicate_and_go_with_their_masks() -> None:
    p = rich(TileStore())
    assert [x.id for x in edits.move_layer(p, "pic", 2).layers] == ["mask", "reg", "pic"]
    doubled = edits.duplicate_layer(p, "pic", "copy", "Photo 2")
    assert [x.id for x in doubled.layers] == ["pic", "copy", "mask", "reg"]
    assert doubled.layers[1].pixels is p.layers[0].pixels
    assert doubled.selection.active == "copy"
    assert [x.id for x in edits.remove_layers(p, ["pic"]).layers] == ["reg"]
    locked = edits.lock_layer(p, "pic", True)
    with pytest.raises(UserError, match="'Photo' is locked"):
        edits.paint(locked, "pic", None)
    with pytest.raises(KeyError):
        edits.show_layer(p, "nobody", False)


def test_crop_moves_everything_and_cuts_nothing() -> None:
    p = rich(TileStore())
    cropped = edits.crop(p, (100, 50, 400, 350))
    assert cropped.size == Size(300, 300)
    assert cropped.layer("pic").placed == Placed(220, 190, 1.5, 1.5, 30)  # type: ignore[union-attr]
    assert cropped.layer("mask").placed == Placed(220, 190)  # type: ignore[union-attr]
    assert cropped.layer("reg").region.box == (-90, -30, 10, 170)  # type: ignore[union-attr]
    assert cropped.layer("pic").pixels is p.layer("pic").pixels  # type: ignore[union-attr]
    assert cropped.selection.pixels is None
    with pytest.raises(UserError, match="0 x 10"):
        edits.crop(p, (5, 0, 5, 10))


def test_marked_words_stay_on_their_letters() -> None:
    p = rich(TileStore())

    def words(p: Project) -> list[str]:
        return [p.recipe.phrase(w) for w in p.recipe.words]

    assert words(p) == ["mug", "fox"]
    assert words(edits.set_prompt(p, "a photo of a mug and a fox on the beach")) == ["mug", "fox"]
    assert words(edits.set_prompt(p, "a mug and on the beach")) == ["mug"]
    assert words(edits.set_prompt(p, "a mxug and a fox")) == ["fox"]
    assert words(edits.mark_word(p, Word("w3", 2, 15))) == ["mug and a fox"]
    assert words(edits.unmark_word(p, "w1")) == ["fox"]
    with pytest.raises(UserError, match="200 is outside"):
        edits.set_guidance(p, 200)


def test_the_stack_of_modifiers() -> None:
    p = rich(TileStore())
    assert [m.id for m in edits.move_modifier(p, "m2", 0).recipe.modifiers] == ["m2", "m1"]
    assert edits.set_modifier(p, "m1", {"rate": 0.5}).recipe.modifiers[0].params["rate"] == 0.5
    assert [m.id for m in edits.remove_modifier(p, "m1").recipe.modifiers] == ["m2"]
    with pytest.raises(KeyError):
        edits.add_modifier(p, Modifier("m1", "again"))


def test_impossible_sizes_are_refused_in_words() -> None:
    with pytest.raises(UserError, match="100000"):
        Raster(100_000, 10, 4)
    with pytest.raises(UserError, match="0 x 5"):
        edits.resize(Project(), Size(0, 5))

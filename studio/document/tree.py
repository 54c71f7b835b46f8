"""The document as a tree of plain values (JSON), and the difference of two documents.

The tree has names where a value has parts (`recipe`, `seed`), ids where it has things in an order (`layers`, with the order
beside them), and `column,row` where it has tiles, so that a stroke on a large picture differs in a few leaves only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from core.contract.errors import UserError
from studio.document.project import Layer, Project
from studio.document.tiles import LARGEST, TILE, Raster, Tile, TileStore

Patch = list[list[Any]]
"""Changes of a tree: `[path, value]` sets a leaf or branch, `[path]` takes one away."""

FORMAT = 1
"""Of the tree. When a field is renamed, removed or changes its meaning: one more, and a migration in `storage`."""
GONE = {"Word": {"weight"}, "Modifier": {"strength"}}
"""Parts that nothing ever read: an older project, and the steps of its journal, may name them, and lose nothing without."""
MOST_LAYERS = 4096
DEEPEST = 64
_HASH = set("0123456789abcdef")


def encode(value: Any) -> Any:
    """A project, or a part of one, as a tree."""
    if isinstance(value, Raster):
        head = {"width": value.width, "height": value.height, "channels": value.channels}
        return {**head, "tiles": {f"{x},{y}": tile.name for (x, y), tile in value.tiles.items()}}
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in fields(value)}
    if _keyed(value):
        return {"order": [v.id for v in value], "by_id": {v.id: encode(v) for v in value}}
    if isinstance(value, tuple | list):
        return [encode(v) for v in value]
    if isinstance(value, Mapping):
        return {str(k): encode(v) for k, v in value.items()}
    return value


def difference(before: Any, after: Any) -> tuple[Patch, Patch]:
    """What leads from one value to the other, and back. Parts that are the same object are not looked at."""
    forward: Patch = []
    backward: Patch = []
    _differ(before, after, [], forward, backward)
    return forward, backward


def _differ(a: Any, b: Any, path: list[str], forward: Patch, backward: Patch) -> None:
    if a is b:
        return
    parts, others = _parts(a), _parts(b)
    if parts is None or others is None or type(a) is not type(b):
        left, right = encode(a), encode(b)
        if left != right:
            forward.append([path, right])
            backward.append([path, left])
        return
    for name in {**parts, **others}:
        here = [*path, name]
        if name not in others:
            forward.append([here])
            backward.append([here, encode(parts[name])])
        elif name not in parts:
            forward.append([here, encode(others[name])])
            backward.append([here])
        else:
            _differ(parts[name], others[name], here, forward, backward)


class _ById(dict[str, Any]):
    """Things in an order, by their id."""


class _Tiles(dict[str, Any]):
    """Tiles by place."""


def _parts(value: Any) -> Mapping[str, Any] | None:
    """The named branches below a value; None for a leaf."""
    if isinstance(value, Raster):
        tiles = _Tiles((f"{x},{y}", tile.name) for (x, y), tile in value.tiles.items())
        return {"width": value.width, "height": value.height, "channels": value.channels, "tiles": tiles}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if _keyed(value):  # an empty tuple is a leaf: it does not say what it would hold
        return {"order": [v.id for v in value], "by_id": _ById((v.id, v) for v in value)}
    if isinstance(value, _ById | _Tiles):
        return value
    return None


def _keyed(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(is_dataclass(v) and hasattr(v, "id") for v in value)


def apply(tree: dict[str, Any], patch: Patch) -> None:
    """Change a tree in place."""
    for path, *rest in patch:
        if not path:
            raise ValueError("a patch changes parts, not the whole")
        at: Any = tree
        for name in path[:-1]:
            at = at[name]
        if rest:
            at[path[-1]] = rest[0]
        else:
            at.pop(path[-1], None)


def patched(project: Project, patch: Patch, store: TileStore) -> Project:
    """A project after a patch; only what the patch touches is taken apart, so that undo is quick on large documents."""
    values: dict[str, Any] = {}
    for name in {path[0] for path, *_ in patch}:
        own: Patch = [[path[1:], *rest] for path, *rest in patch if path[0] == name]
        old = getattr(project, name)
        if name == "layers" and all(path for path, *_ in own):
            values[name] = _patched_layers(old, own, store)
        else:
            held = {name: encode(old)}
            apply(held, [[[name, *path], *rest] for path, *rest in own])
            values[name] = _decode(_hints(Project)[name], held[name], store, f"project.{name}")
    return replace(project, **values)


def _patched_layers(layers: tuple[Layer, ...], patch: Patch, store: TileStore) -> tuple[Layer, ...]:
    touched = {path[1] for path, *_ in patch if path[0] == "by_id"}
    tree: dict[str, Any] = {
        "order": [x.id for x in layers],
        "by_id": {x.id: encode(x) for x in layers if x.id in touched},
    }
    apply(tree, patch)
    made = {x.id: x for x in layers if x.id not in touched}
    made |= {id: _decode(Layer, part, store, f"project.layers.{id}") for id, part in tree["by_id"].items()}
    if sorted(made) != sorted(tree["order"]):
        raise _wrong("project.layers", "has an order that does not fit its parts")
    return tuple(made[id] for id in tree["order"])


def decode(tree: Any, store: TileStore) -> Project:
    """The project behind a tree; tiles are handles until they are looked at.

    Raises:
        UserError: something is missing or is not what it should be; the sentence names the place.
    """
    project = _decode(Project, tree, store, "project")
    assert isinstance(project, Project)
    return project


def _decode(kind: Any, tree: Any, store: TileStore, where: str) -> Any:
    if where.count(".") > DEEPEST:
        raise _wrong(where, "is nested too deeply")
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if tree is None and NoneType in get_args(kind):
            return None
        return _decode(next(k for k in get_args(kind) if k is not NoneType), tree, store, where)
    if kind is Raster:
        return _raster(tree, store, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        if tree not in [member.value for member in kind]:
            raise _wrong(where, f"is {tree!r}, which this version does not know")
        return kind(tree)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind, tree, store, where)
    if origin is tuple:
        return _tuple(get_args(kind), tree, store, where)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(tree, dict):
            raise _wrong(where, "is not a table")
        return dict(tree)
    return _plain(kind, tree, where)


def _plain(kind: Any, tree: Any, where: str) -> Any:
    if kind is float and isinstance(tree, int | float) and not isinstance(tree, bool):
        if tree != tree or tree in (float("inf"), float("-inf")):
            raise _wrong(where, "is not a finite number")
        return float(tree)
    if kind in (int, str, bool) and type(tree) is kind:
        return tree
    raise _wrong(where, f"is {str(tree)[:40]!r} instead of a {getattr(kind, '__name__', kind)}")


def _dataclass(kind: type, tree: Any, store: TileStore, where: str) -> Any:
    if not isinstance(tree, dict):
        raise _wrong(where, "is not a table")
    hints = _hints(kind)
    unknown = set(tree) - {f.name for f in fields(kind)} - GONE.get(kind.__name__, set())
    if unknown:
        raise _wrong(where, f"has an unknown part '{min(unknown)}'")
    values = {}
    for f in fields(kind):
        if f.name in tree:
            values[f.name] = _decode(hints[f.name], tree[f.name], store, f"{where}.{f.name}")
        elif not _has_default(f):
            raise _wrong(where, f"has no '{f.name}'")
    return kind(**values)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _has_default(f: Field[Any]) -> bool:
    return f.default is not MISSING or f.default_factory is not MISSING


def _tuple(args: tuple[Any, ...], tree: Any, store: TileStore, where: str) -> tuple[Any, ...]:
    if args[-1] is not Ellipsis:  # a box
        if not isinstance(tree, list) or len(tree) != len(args):
            raise _wrong(where, f"is not a list of {len(args)}")
        return tuple(_decode(k, v, store, where) for k, v in zip(args, tree, strict=True))
    if isinstance(tree, list):
        return tuple(_decode(args[0], v, store, f"{where}.{i}") for i, v in enumerate(tree))
    if not isinstance(tree, dict) or not isinstance(tree.get("order"), list) or not isinstance(tree.get("by_id"), dict):
        raise _wrong(where, "is not a list")
    order, by_id = tree["order"], tree["by_id"]
    if len(order) > MOST_LAYERS or set(map(str, order)) != set(by_id) or len(order) != len(by_id):
        raise _wrong(where, "has an order that does not fit its parts")
    found = tuple(_decode(args[0], by_id[id], store, f"{where}.{id}") for id in order)
    if any(v.id != id for v, id in zip(found, order, strict=True)):
        raise _wrong(where, "has parts under wrong ids")
    return found


def _raster(tree: Any, store: TileStore, where: str) -> Raster:
    if not isinstance(tree, dict) or not isinstance(tree.get("tiles"), dict):
        raise _wrong(where, "is not a picture")
    width, height, channels = (tree.get(k) for k in ("width", "height", "channels"))
    if not (type(width) is int and type(height) is int and 0 < width <= LARGEST and 0 < height <= LARGEST):
        raise _wrong(where, "has an impossible size")
    if type(channels) is not int or channels not in (1, 4):
        raise _wrong(where, "has neither 1 nor 4 channels")
    tiles: dict[tuple[int, int], Tile] = {}
    for place, name in tree["tiles"].items():
        column, _, row = place.partition(",")
        if not (column.isascii() and column.isdigit() and row.isascii() and row.isdigit() and len(place) < 12):
            raise _wrong(where, f"has a tile at '{place[:20]}'")
        x, y = int(column), int(row)
        if x * TILE >= width or y * TILE >= height:
            raise _wrong(where, f"has a tile outside, at '{place}'")
        if not isinstance(name, str) or len(name) != 64 or not set(name) <= _HASH:
            raise _wrong(where, f"has a tile with a wrong name at '{place}'")
        tiles[x, y] = store.known(name, channels)
    return Raster(width, height, channels, tiles)


def tile_names(patch: Any) -> Iterator[str]:
    """Names of all tiles a tree or patch mentions. A name is 64 hexadecimal digits where a tile may stand."""
    if isinstance(patch, dict):
        for value in patch.values():
            yield from tile_names(value)
    elif isinstance(patch, list):
        for value in patch:
            yield from tile_names(value)
    elif isinstance(patch, str) and len(patch) == 64 and set(patch) <= _HASH:
        yield patch


def tiles_of(project: Project) -> Iterator[Tile]:
    """All tiles of a project."""
    for layer in project.layers:
        if layer.pixels is not None:
            yield from layer.pixels.tiles.values()
    if project.selection.pixels is not None:
        yield from project.selection.pixels.tiles.values()


def _wrong(where: str, what: str) -> UserError:
    return UserError(f"The project's '{where}' {what}.", "The file is damaged; open a copy of it.")

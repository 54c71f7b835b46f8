"""Every edit of the document: functions from project to project. One that has nothing to do gives the same object back.

Pixels come as rasters, made by the open document's `TileStore`. Wrong ids are faults of the caller and raise `KeyError`; what
a person may type wrong raises `UserError`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from core.contract.errors import UserError
from core.contract.fields import JSON, Box, ConceptRef, ImageRef, ModelRef
from studio.document.project import (
    Filled,
    Id,
    Layer,
    Modifier,
    Patch,
    Placed,
    Project,
    Recipe,
    Region,
    Selection,
    Size,
    Word,
)
from studio.document.tiles import LARGEST, Raster

# The document.


def rename(project: Project, name: str) -> Project:
    return _with(project, name=name.strip())


def resize(project: Project, size: Size) -> Project:
    """Another size; layers keep their place at the top left. Selected pixels are let go."""
    _check_size(size)
    if size == project.size:
        return project
    return replace(project, size=size, selection=replace(project.selection, pixels=None))


def crop(project: Project, box: Box) -> Project:
    """To x0, y0, x1, y1 of the document; layers are moved, not cut, so that nothing is lost."""
    x0, y0, x1, y1 = box
    _check_size(Size(x1 - x0, y1 - y0))
    if box == (0, 0, project.size.width, project.size.height):
        return project
    layers = tuple(_moved(layer, project.size, -x0, -y0) for layer in project.layers)
    made = replace(project, layers=layers, size=Size(x1 - x0, y1 - y0))
    return replace(made, selection=replace(project.selection, pixels=None))


def _moved(layer: Layer, size: Size, dx: float, dy: float) -> Layer:
    if layer.region is not None and layer.region.box is not None:
        x0, y0, x1, y1 = layer.region.box
        shift = (round(x0 + dx), round(y0 + dy), round(x1 + dx), round(y1 + dy))
        layer = replace(layer, region=replace(layer.region, box=shift))
        if layer.placed is None:
            return layer  # the box alone says where it is
    if not dx and not dy:
        return layer
    placed = placed_of(layer, size)
    return replace(layer, placed=replace(placed, x=placed.x + dx, y=placed.y + dy))


def placed_of(layer: Layer, size: Size) -> Placed:
    """Where a layer lies, also when it was never moved: its middle, corner on corner with the document."""
    if layer.placed is not None:
        return layer.placed
    width, height = (layer.pixels.width, layer.pixels.height) if layer.pixels else (size.width, size.height)
    return Placed(width / 2, height / 2)


def _check_size(size: Size) -> None:
    if not (1 <= size.width <= LARGEST and 1 <= size.height <= LARGEST):
        raise UserError(f"A document of {size.width} x {size.height} pixels is not possible.",
                        f"Sides go from 1 to {LARGEST}.")  # fmt: skip


# Layers.


def add_layer(project: Project, layer: Layer, at: int | None = None) -> Project:
    """Above all others, or at an index from the bottom; it becomes the active one."""
    if project.layer(layer.id) is not None:
        raise KeyError(layer.id)
    layers = list(project.layers)
    layers.insert(len(layers) if at is None else max(0, min(at, len(layers))), layer)
    return replace(project, layers=tuple(layers), selection=replace(project.selection, layers=(layer.id,)))


def remove_layers(project: Project, ids: Sequence[Id]) -> Project:
    """Away with layers, and with masks that belonged to them; the layer below the lowest becomes active."""
    gone = {*ids, *(layer.id for layer in project.layers if layer.of in ids and layer.of)}
    kept = tuple(layer for layer in project.layers if layer.id not in gone)
    if len(kept) == len(project.layers):
        return project
    lowest = next(i for i, layer in enumerate(project.layers) if layer.id in gone)
    chosen = tuple(id for id in project.selection.layers if id not in gone)
    if not chosen and kept:
        chosen = (kept[max(0, lowest - 1)].id,)
    return replace(project, layers=kept, selection=replace(project.selection, layers=chosen))


def duplicate_layer(project: Project, id: Id, copy: Id, name: str) -> Project:
    """A second one right above it, under the id `copy`."""
    index = _index(project, id)
    return add_layer(project, replace(project.layers[index], id=copy, name=name), index + 1)


def move_layer(project: Project, id: Id, to: int) -> Project:
    """To an index from the bottom."""
    index = _index(project, id)
    to = max(0, min(to, len(project.layers) - 1))
    if index == to:
        return project
    layers = list(project.layers)
    layers.insert(to, layers.pop(index))
    return replace(project, layers=tuple(layers))


def rename_layer(project: Project, id: Id, name: str) -> Project:
    """Another name; a region's name is the word it stands for, so it is for another word then."""
    region = project.layers[_index(project, id)].region
    if region is not None:
        return _layer(project, id, name=name, region=replace(region, phrase=name))
    return _layer(project, id, name=name)


def show_layer(project: Project, id: Id, visible: bool) -> Project:
    return _layer(project, id, visible=visible)


def set_opacity(project: Project, id: Id, opacity: float) -> Project:
    """From 0 to 1."""
    return _layer(project, id, opacity=_between(opacity, 0, 1))


def lock_layer(project: Project, id: Id, locked: bool) -> Project:
    return _layer(project, id, locked=locked)


def color_layer(project: Project, id: Id, color: str) -> Project:
    return _layer(project, id, color=color)


def place_layer(project: Project, id: Id, placed: Placed | None) -> Project:
    """Move, scale, turn; None: back to corner on corner."""
    _unlocked(project, id)
    if placed is not None and not all(math.isfinite(v) for v in vars(placed).values()):
        raise ValueError(f"{placed} is not a place")
    return _layer(project, id, placed=placed)


def paint(project: Project, id: Id, pixels: Raster | None) -> Project:
    """Other pixels for a layer: brush, eraser, fill, crop. A region that was a box is then what is painted."""
    _unlocked(project, id)
    region = project.layers[_index(project, id)].region
    if region is not None and region.box is not None and pixels is not None:
        return _layer(project, id, pixels=pixels, region=replace(region, box=None))
    return _layer(project, id, pixels=pixels)


def exchange_picture(project: Project, id: Id, pixels: Raster, source: ImageRef) -> Project:
    """Another picture of the same size in a layer's place: it lies where that one lay."""
    _unlocked(project, id)
    return _layer(project, id, pixels=pixels, source=source)


def attach_mask(project: Project, id: Id, of: Id) -> Project:
    """Say which layer a mask belongs to; empty: the whole document."""
    return _layer(project, id, of=of)


def set_region(project: Project, id: Id, region: Region) -> Project:
    """Another box, phrase, concept or weight."""
    _unlocked(project, id)
    if region.box is not None and not (region.box[0] < region.box[2] and region.box[1] < region.box[3]):
        raise UserError("A region needs some width and height.", "Drag its box open.")
    return _layer(project, id, region=region)


def _index(project: Project, id: Id) -> int:
    for index, layer in enumerate(project.layers):
        if layer.id == id:
            return index
    raise KeyError(id)


def _layer(project: Project, id: Id, **values: Any) -> Project:
    index = _index(project, id)
    old = project.layers[index]
    new = replace(old, **values)
    if new == old:
        return project
    return replace(project, layers=(*project.layers[:index], new, *project.layers[index + 1 :]))


def _unlocked(project: Project, id: Id) -> None:
    layer = project.layers[_index(project, id)]
    if layer.locked:
        raise UserError(f"The layer '{layer.name}' is locked.", "Unlock it to change it.")


# Selection.


def select_layers(project: Project, ids: Sequence[Id]) -> Project:
    """The last one becomes active."""
    known = {layer.id for layer in project.layers}
    chosen = tuple(dict.fromkeys(id for id in ids if id in known))
    return _select(project, layers=chosen)


def select_pixels(project: Project, pixels: Raster | None) -> Project:
    """Coverage of the document's size; None lets go."""
    if pixels is not None:
        if pixels.channels != 1 or Size(pixels.width, pixels.height) != project.size:
            raise ValueError("a selection is coverage of the document's size")
        if not pixels.tiles:
            pixels = None
    return _select(project, pixels=pixels)


def _select(project: Project, **values: Any) -> Project:
    selection: Selection = replace(project.selection, **values)
    return project if selection == project.selection else replace(project, selection=selection)


# The recipe.


def set_model(project: Project, model: ModelRef) -> Project:
    return _recipe(project, model=model)


def set_prompt(project: Project, prompt: str) -> Project:
    """Another prompt; marked words stay on their letters, and go when those are deleted."""
    old = project.recipe
    if prompt == old.prompt:
        return project
    place = _follow(old.prompt, prompt)
    words = []
    for word in old.words:
        start, stop = place(word.start), place(word.stop, after=False)
        # A word that was cut into is another word now; one that was only moved is the same.
        if stop > start and prompt[start:stop] == old.phrase(word):
            words.append(replace(word, start=start, stop=stop))
    return _recipe(project, prompt=prompt, words=tuple(words))


def _follow(before: str, after: str) -> Callable[..., int]:
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()

    def place(at: int, after: bool = True) -> int:
        """Where the letter at (or, with `after=False`, before) a position went; -1 when it is gone."""
        letter = at if after else at - 1
        for a, b, length in blocks:
            if a <= letter < a + length:
                return b + at - a
        return -1

    return place


def set_negative(project: Project, negative: str) -> Project:
    return _recipe(project, negative=negative)


def mark_word(project: Project, word: Word) -> Project:
    """Make a part of the prompt a thing of its own; it replaces what it overlaps."""
    if not 0 <= word.start < word.stop <= len(project.recipe.prompt):
        raise ValueError(f"{word.start}-{word.stop} is not in the prompt")
    others = (w for w in project.recipe.words if w.stop <= word.start or w.start >= word.stop)
    words = sorted((*(w for w in others if w.id != word.id), word), key=lambda w: w.start)
    return _recipe(project, words=tuple(words))


def unmark_word(project: Project, id: Id) -> Project:
    return _recipe(project, words=tuple(w for w in project.recipe.words if w.id != id))


def bind_word(project: Project, id: Id, concept: ConceptRef, strength: float = 1.0) -> Project:
    """Let a word stand for a learned concept; an empty reference frees it."""
    return _word(project, id, concept=concept, strength=strength)


def replace_phrase(project: Project, start: int, stop: int, phrase: str) -> Project:
    """Write something else in a place of the prompt; the words around it stay what they are."""
    prompt = project.recipe.prompt
    return set_prompt(project, prompt[:start] + phrase + prompt[stop:])


def color_word(project: Project, id: Id, color: str) -> Project:
    return _word(project, id, color=color)


def set_seed(project: Project, seed: int) -> Project:
    return _recipe(project, seed=int(_between(seed, 0, 2**63 - 1)))


def set_steps(project: Project, steps: int) -> Project:
    return _recipe(project, steps=int(_between(steps, 1, 1000)))


def set_guidance(project: Project, guidance: float) -> Project:
    return _recipe(project, guidance=_between(guidance, 0, 100))


def set_count(project: Project, count: int) -> Project:
    return _recipe(project, count=int(_between(count, 1, 1000)))


def set_solver(project: Project, solver: str) -> Project:
    return _recipe(project, solver=solver)


def set_picture_size(project: Project, size: Size) -> Project:
    """Of the generated picture."""
    _check_size(size)
    return _recipe(project, size=size)


def set_extra(project: Project, name: str, value: JSON) -> Project:
    """A further parameter of the Generate task; None takes it away."""
    extra = {k: v for k, v in project.recipe.extra.items() if k != name}
    return _recipe(project, extra=extra if value is None else {**extra, name: value})


def recall(project: Project, recipe: Recipe) -> Project:
    """Take the whole recipe of an earlier result."""
    return project if recipe == project.recipe else replace(project, recipe=recipe)


def _recipe(project: Project, **values: Any) -> Project:
    return recall(project, replace(project.recipe, **values))


def _word(project: Project, id: Id, **values: Any) -> Project:
    return _recipe(project, words=_changed(project.recipe.words, id, values))


# Forms.


def fill_form(project: Project, filled: Filled) -> Project:
    """Other values, seed or stack in the form of a method."""
    if project.form(filled.id) is None:
        return _with(project, forms=(*project.forms, filled))
    return _with(project, forms=tuple(filled if f.id == filled.id else f for f in project.forms))


def set_modifiers(project: Project, modifiers: Sequence[Modifier]) -> Project:
    """The whole stack of a generation."""
    return _recipe(project, modifiers=tuple(modifiers))


# Modifiers and patches.


def add_modifier(project: Project, modifier: Modifier, at: int | None = None) -> Project:
    """Innermost, or at an index from the outermost."""
    return _recipe(project, modifiers=_inserted(project.recipe.modifiers, modifier, at))


def remove_modifier(project: Project, id: Id) -> Project:
    return _recipe(project, modifiers=tuple(m for m in project.recipe.modifiers if m.id != id))


def move_modifier(project: Project, id: Id, to: int) -> Project:
    """To an index from the outermost."""
    stack = list(project.recipe.modifiers)
    card = next((m for m in stack if m.id == id), None)
    if card is None:
        raise KeyError(id)
    stack.remove(card)
    return _recipe(project, modifiers=_inserted(tuple(stack), card, to))


def switch_modifier(project: Project, id: Id, on: bool) -> Project:
    return _recipe(project, modifiers=_changed(project.recipe.modifiers, id, {"on": on}))


def set_modifier(project: Project, id: Id, params: Mapping[str, JSON]) -> Project:
    """Other parameters."""
    return _recipe(project, modifiers=_changed(project.recipe.modifiers, id, {"params": params}))


def add_patch(project: Project, patch: Patch) -> Project:
    return _recipe(project, patches=_inserted(project.recipe.patches, patch, None))


def remove_patch(project: Project, id: Id) -> Project:
    return _recipe(project, patches=tuple(p for p in project.recipe.patches if p.id != id))


def set_patch(project: Project, id: Id, strength: float, on: bool) -> Project:
    return _recipe(project, patches=_changed(project.recipe.patches, id, {"strength": strength, "on": on}))


def _inserted(things: tuple[Any, ...], thing: Any, at: int | None) -> tuple[Any, ...]:
    if any(t.id == thing.id for t in things):
        raise KeyError(thing.id)
    made = list(things)
    made.insert(len(made) if at is None else max(0, min(at, len(made))), thing)
    return tuple(made)


def _changed(things: tuple[Any, ...], id: Id, values: Mapping[str, Any]) -> tuple[Any, ...]:
    if all(t.id != id for t in things):
        raise KeyError(id)
    return tuple(replace(t, **values) if t.id == id else t for t in things)


def _between(value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise UserError(f"{value:g} is outside of what is possible.", f"Choose from {low:g} to {high:g}.")
    return value


def _with(project: Project, **values: Any) -> Project:
    made: Project = replace(project, **values)
    return project if made == project else made

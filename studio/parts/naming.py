"""Masks that a person has named say what is learned: the words and classes that a form leaves empty come from them."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.contract.fields import JSON
from core.contract.method import Kind, MethodInfo, Role
from studio.forms.editors import ListEditor
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window

WORDS, CLASSES = "words", "classes"
"""What methods that learn call the words for prompts (`<mug-1>`), and what the things are (`mug`)."""


class Naming(Part):
    """Joins the names of masks to methods that learn one thing a mask."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._own = re.compile(re.escape(window.tr("Mask {}")).replace(r"\{\}", r"\d+") + "|" + window.tr("Mask"))
        window.workspace.changed.connect(lambda names: self.refresh() if "layers" in names else None)
        window.inspectors["learn"].chosen.connect(lambda _method: self.refresh())

    def prepare(self, method: str, params: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """Fill in what was left empty, where every mask of the job has a name."""
        masks = self._field(self.window.link.method(method, Role.TASK))
        listed = params.get(masks) if masks else None
        if not isinstance(listed, list) or params.get(WORDS) or params.get(CLASSES):
            return params
        origins = [self.window.workspace.assets.origin(str(mask)) for mask in listed]
        found = self._named([str(origin.get("layer") or "") for origin in origins])
        return {**params, WORDS: [*found], CLASSES: [*found.values()]} if found else params

    def refresh(self) -> None:
        """Show in the empty fields what will stand there."""
        inspector = self.window.inspectors["learn"]
        if inspector.form is None or not self._field(inspector.info):
            return
        masks = [layer.name for layer in self.window.workspace.project.layers if layer.kind == "mask" and layer.pixels]
        found = self._named(masks)
        for name, shown in ((WORDS, list(found)), (CLASSES, list(found.values()))):
            editor = inspector.form.editors[name]
            if isinstance(editor, ListEditor):
                text = ", ".join(shown) if shown else self.tr("empty: name the masks in Layers")
                editor.box.setPlaceholderText(text)

    def _field(self, info: MethodInfo | None) -> str:
        """The field with a mask for each thing, of a method that learns; empty for any other."""
        if info is None or info.kind != Kind.LEARN or not {WORDS, CLASSES} <= {f.name for f in info.params}:
            return ""
        return next((f.name for f in info.params if f.editor == "mask" and f.many), "")

    def _named(self, names: list[str]) -> dict[str, str]:
        """Classes by their words; empty where a mask was not named yet."""
        plain = [" ".join(re.findall(r"[^\W_]+", name.lower())) for name in names]
        if not all(plain) or any(self._own.fullmatch(name.strip()) for name in names):
            return {}
        made: dict[str, str] = {}
        for name in plain:
            stem, number = name.replace(" ", "-"), 1
            while f"<{stem}-{number}>" in made:
                number += 1
            made[f"<{stem}-{number}>"] = name
        return made

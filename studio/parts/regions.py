"""Regions in the window: which word the next one is for, and what methods with an entry for each word are given of them."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PIL import Image
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QHBoxLayout, QLabel

from core.contract.errors import UserError
from core.contract.fields import JSON, Field
from core.contract.method import Role
from studio import look
from studio.canvas.layout import layout, regions
from studio.canvas.tools import RegionTool
from studio.document.tiles import Bytes
from studio.forms.context import FROM_REGIONS
from studio.parts.part import Part
from studio.tokens import phrases, places
from studio.workspace import store_picture

if TYPE_CHECKING:
    from studio.window import Window


class RegionBar(QFrame):
    """What the region tool draws for: a word of the prompt, those without a region first."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.word = QComboBox()
        self.word.setEditable(True)
        self.word.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.word.setMinimumWidth(180)
        self.word.setAccessibleName(self.tr("The next region is for"))
        self.hint = QLabel()
        self.hint.setObjectName("hint")
        label = QLabel(self.tr("Draw where this shall be:"))
        label.setObjectName("hint")
        label.setBuddy(self.word)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.UNIT, look.UNIT // 2, look.UNIT, look.UNIT // 2)
        row.addWidget(label)
        row.addWidget(self.word)
        row.addWidget(self.hint, 1)

    def refresh(self, prompt: str, taken: list[str]) -> None:
        """Offer the prompt's words; the first that has no region yet is chosen."""
        words = phrases(prompt)
        free = [w for w in words if w.lower() not in taken]
        typed = self.word.currentText().strip()
        self.word.blockSignals(True)
        self.word.clear()
        self.word.addItems([*free, *(w for w in words if w.lower() in taken)])
        keep = typed and typed.lower() not in taken and places(prompt, typed)
        self.word.setCurrentText(typed if keep else free[0] if free else "")
        self.word.blockSignals(False)
        self.hint.setText("" if words else self.tr("Write a prompt first: its words can then be placed."))


class Regions(Part):
    """Joins regions to the prompt's words and to the forms."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.bar = RegionBar()
        self.bar.hide()
        middle = window.brush.parentWidget()
        assert middle is not None
        rows = middle.layout()
        assert isinstance(rows, QBoxLayout)
        rows.insertWidget(rows.indexOf(window.brush) + 1, self.bar)
        tool = window.column.tools["region"]
        assert isinstance(tool, RegionTool)
        self.tool = tool
        self.bar.word.currentTextChanged.connect(self._word_chosen)
        window.column.chosen.connect(lambda id: self.bar.setVisible(id == "region"))
        window.workspace.changed.connect(self._changed)
        self._changed(frozenset({"recipe"}))

    def prepare(self, method: str, params: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """Put the regions in where a field follows them, in the method itself and in its modifiers."""
        info = self.window.link.method(method, Role.TASK)
        if info is None:
            return params
        prompt = str(params.get("prompt") or self.window.workspace.project.recipe.prompt)
        made = self._filled(info.params, params, prompt)
        for field in info.params:
            stack = made.get(field.name)
            if field.editor == "modifier" and isinstance(stack, list):
                made[field.name] = [self._modifier(str(spec), prompt) for spec in stack]
        return made

    def _modifier(self, spec: str, prompt: str) -> str:
        id, _, text = spec.partition(":")
        info = self.window.link.method(id, Role.MODIFIER)
        if info is None or FROM_REGIONS not in text:
            return spec
        return f"{id}:{json.dumps(self._filled(info.params, json.loads(text), prompt), ensure_ascii=False)}"

    def _filled(self, fields: tuple[Field, ...], params: Mapping[str, JSON], prompt: str) -> dict[str, JSON]:
        made = dict(params)
        project = self.window.workspace.project
        for field in fields:
            if made.get(field.name) != [FROM_REGIONS]:
                continue
            listed = made.get(field.per)
            words = [str(word) for word in listed] if isinstance(listed, list) else []
            if not regions(project):
                made[field.name] = []
                continue
            found = layout(project, words, prompt)
            if found.problem:
                raise UserError(found.problem)
            made[field.per] = list(found.words)
            if field.editor == "box":
                made[field.name] = [list(box) for box in found.boxes(project.size)]
            else:
                made[field.name] = self._stored(found.words, found.masks(project.size))
        return made

    def _stored(self, words: tuple[str, ...], masks: list[Bytes]) -> list[JSON]:
        assets = self.window.workspace.assets
        return [
            store_picture(assets, Image.fromarray(mask, "L"), {"file": f"{word}.png", "region": word})
            for word, mask in zip(words, masks, strict=True)
        ]

    def _word_chosen(self, text: str) -> None:
        self.tool.phrase = text.strip()

    def _changed(self, names: frozenset[str]) -> None:
        if not names & {"layers", "recipe", "size"}:
            return
        project = self.window.workspace.project
        taken = [layer.region.phrase.lower() for layer in regions(project) if layer.region]
        self.bar.refresh(project.recipe.prompt, taken)
        self._word_chosen(self.bar.word.currentText())
        for inspector in self.window.inspectors.values():
            for form in inspector.forms:
                form.check()

"""What stands in the forms, as part of the document: undone with everything else, and there again after a restart."""

from typing import TYPE_CHECKING

from core.contract.fields import JSON
from studio.document import edits
from studio.document.project import Filled, Modifier, Project, new_id
from studio.panels import modifiers as stack
from studio.panels.methods import Inspector
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window

GENERATE = "core.generate"
"""The method whose stack is the recipe's."""


class Parameters(Part):
    """Joins the inspectors to `project.forms` and to the recipe's modifiers."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._shown: dict[str, tuple[Filled | None, tuple[Modifier, ...]]] = {}
        """What each form was last made to show, or was read as."""
        for inspector in window.inspectors.values():
            inspector.edited.connect(lambda inspector=inspector: self.take(inspector))
            inspector.chosen.connect(lambda _id, inspector=inspector: self.show(inspector, anew=True))
            self.show(inspector, anew=True)
        window.workspace.changed.connect(self._changed)
        # What was learned or erased is put into Create by the window, which says nothing of it.
        window.link.done.connect(lambda *_: self.take(window.inspectors["create"]))

    def take(self, inspector: Inspector) -> None:
        """Make an edit of what a person changed; changes of one parameter in a row are one step."""
        info, form = inspector.info, inspector.form
        if info is None or form is None:
            return
        try:
            values = form.values()
        except ValueError:
            return  # a number that is still being typed
        before, cards = self._of(self.window.workspace.project, info.id)
        old = dict(before.values) if before else {field.name: field.default for field in form.fields}
        names = [name for name, value in values.items() if name not in old or not _same(old[name], value)]
        made = _cards(inspector, cards)
        filled = Filled(info.id, values, inspector.seed.value(), () if info.id == GENERATE else made)
        if before is None and not names and not filled.seed and made == cards:
            return

        def change(p: Project) -> Project:
            p = edits.fill_form(p, filled) if names or before is None or filled != before else p
            return edits.set_modifiers(p, made) if info.id == GENERATE else p

        self._shown[info.id] = (filled, made)
        if made != cards:
            names.append(self.tr("modifiers"))
        text = ", ".join(name.replace("_", " ") for name in names) or self.tr("seed")
        self.window.workspace.edit(self.tr("Set {}").format(text), change, merge=f"fill {info.id} {text}")
        self._shown[info.id] = self._of(self.window.workspace.project, info.id)

    def show(self, inspector: Inspector, anew: bool = False) -> None:
        """Show what the document holds, silently."""
        info, form = inspector.info, inspector.form
        if info is None or form is None:
            return
        filled, cards = now = self._of(self.window.workspace.project, info.id)
        known = self._shown.get(info.id)
        if not anew and known == now:
            return
        self._shown[info.id] = now
        if filled is not None:
            form.set_values(dict(filled.values))
        elif known is not None and known[0] is not None:
            form.reset()
        if filled is not None or (known is not None and known[0] is not None):
            inspector.seed.blockSignals(True)
            inspector.seed.setValue(filled.seed if filled else 0)
            inspector.seed.blockSignals(False)
        if inspector.stack is not None:
            inspector.stack.set_values([stack.Modifier(m.method, dict(m.params), m.on) for m in cards])

    def _changed(self, names: frozenset[str]) -> None:
        if names & {"forms", "recipe"}:
            for inspector in self.window.inspectors.values():
                self.show(inspector)

    @staticmethod
    def _of(project: Project, method: str) -> tuple[Filled | None, tuple[Modifier, ...]]:
        filled = project.form(method)
        if method == GENERATE:
            return filled, project.recipe.modifiers
        return filled, filled.cards if filled else ()


def _cards(inspector: Inspector, before: tuple[Modifier, ...]) -> tuple[Modifier, ...]:
    """The stack as the document keeps it; a card that is still there keeps its identity."""
    left = list(before)
    made = []
    for card in inspector.stack.values() if inspector.stack is not None else ():
        same = next((m for m in left if m.method == card.id), None)
        if same is not None:
            left.remove(same)
        made.append(Modifier(same.id if same else new_id(), card.id, card.params, on=card.on))
    return tuple(made)


def _same(one: JSON, other: JSON) -> bool:
    """Equal, whether a list came as a tuple or not."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other

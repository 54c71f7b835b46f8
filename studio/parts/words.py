"""Words of the prompt in the window: which stand for learned concepts, what is done with one, and the prompts before."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.client.job import State
from core.contract.errors import UserError
from core.contract.fields import JSON
from studio import look
from studio.document import edits
from studio.document.project import Project, Word, new_id
from studio.library.reading import About, read_concept
from studio.panels.prompt import Chip
from studio.parts.part import Part
from studio.tokens import places

if TYPE_CHECKING:
    from studio.window import Window

GENERATE = "core.generate"


class Words(Part):
    """Joins the prompt's words to concepts, erasers and earlier prompts."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._read: dict[str, About | None] = {}
        edit = window.prompt.edit
        edit.concepts, edit.earlier = self._offered, self._earlier
        window.prompt.acted.connect(self._act)
        window.prompt.settled.connect(window.workspace.document.settle)
        window.workspace.changed.connect(self._changed)
        self._changed(frozenset({"recipe"}))

    def prepare(self, method: str, params: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """A generation is given the concepts that its words stand for."""
        listed = params.get("concepts")
        if method != GENERATE or not isinstance(listed, list):
            return params
        known = {str(ref).partition(":")[0] for ref in listed}
        made: list[JSON] = list(listed)
        for word in self.window.workspace.project.recipe.words:
            if word.concept and word.concept not in known:
                known.add(word.concept)
                made.append(word.concept if word.strength == 1 else f"{word.concept}:{word.strength:g}")
        return {**params, "concepts": made}

    def _known(self) -> list[str]:
        """Concept files at hand: learned in this studio, or given to Create."""
        found = [ref for job in self.window.link.queue.jobs(State.DONE) if job.outcome for ref in job.outcome.concepts]
        form = self.window.inspectors["create"].form
        given = form.values().get("concepts") if form is not None and "concepts" in form.editors else None
        found += [str(ref).partition(":")[0] for ref in given] if isinstance(given, list) else []
        return [ref for ref in dict.fromkeys(found) if ref in self.window.workspace.assets]

    def _about(self, ref: str) -> About | None:
        if ref not in self._read:
            try:
                self._read[ref] = read_concept(self.window.workspace.assets.path(ref))
            except UserError:
                self._read[ref] = None  # not a concept, or gone: it is not offered
        return self._read[ref]

    def _offered(self, phrase: str) -> list[tuple[str, str, bool]]:
        recipe = self.window.workspace.project.recipe
        bound = {recipe.phrase(w).lower(): w.concept for w in recipe.words if w.concept}
        return [
            (ref, f"{about.name} {about.word}", bound.get(phrase.lower()) == ref)
            for ref in self._known()
            if (about := self._about(ref)) is not None
        ]

    def _earlier(self) -> list[str]:
        jobs = sorted(self.window.link.queue.jobs(), key=lambda job: -job.created)
        return list(dict.fromkeys(str(job.params["prompt"]) for job in jobs if job.params.get("prompt")))

    def _act(self, action: str, phrase: str) -> None:
        if action.startswith("concept:"):
            self._bind(action.partition(":")[2], phrase)
        elif action == "avoid":
            self._avoid(phrase)
        elif action == "erase":
            self._erase(phrase)
        elif action == "learn":
            self.window.choose("learn")

    def _bind(self, ref: str, phrase: str) -> None:
        """Let a word stand for a concept: its placeholder is written where the word stood; or take that back."""
        about = self._about(ref) if ref else None
        recipe = self.window.workspace.project.recipe
        spots = places(recipe.prompt, phrase)
        if not spots:
            return
        start, stop = spots[0]
        if about is None:
            word = next((w for w in recipe.words if (w.start, w.stop) == (start, stop)), None)
            old = self._about(word.concept) if word is not None and word.concept else None
            plain = old.category or old.name if old is not None else phrase
            text = self.tr("“{}” is a plain word again").format(phrase)
            self.window.workspace.edit(text, lambda p: edits.replace_phrase(p, start, stop, plain))
            return
        used = [w.color for w in recipe.words if w.color]
        color = next((w.color for w in recipe.words if w.concept == ref and w.color), "") or look.next_color(used)
        made = Word(new_id(), start, start + len(about.word), concept=ref, color=color)

        def change(p: Project) -> Project:
            return edits.mark_word(edits.replace_phrase(p, start, stop, about.word), made)

        self.window.workspace.edit(self.tr("“{}” is {}").format(phrase, about.name), change)

    def _avoid(self, phrase: str) -> None:
        """Put a word into the negative prompt of Create."""
        create = self.window.inspectors["create"]
        if not create.show_method(GENERATE) or create.form is None:
            return
        self.window.choose("create")
        now = str(create.form.values().get("negative") or "")
        if not places(now, phrase):
            create.form.set_values({"negative": f"{now}, {phrase}" if now else phrase})
            create.edited.emit()

    def _erase(self, phrase: str) -> None:
        """Bring up an eraser of the model with this word in it."""
        erase = self.window.inspectors["erase"]
        found = next(
            ((m.id, f.name) for m in erase.methods.values() for f in m.params if f.editor == "words" and f.required),
            None,
        )
        if found is None:
            self.window.tell(self.tr("No method that erases words from the model is installed."))
            return
        self.window.choose("erase")
        erase.show_method(found[0], {found[1]: [phrase]})

    def _changed(self, names: frozenset[str]) -> None:
        """Chips: words that stand for concepts and words with a region, each in its one colour."""
        if not names & {"recipe", "layers"}:
            return
        project = self.window.workspace.project
        recipe, chips = project.recipe, {}
        for layer in project.layers:
            if layer.region and layer.region.phrase:
                phrase = layer.region.phrase
                chips[phrase.lower()] = Chip(phrase, layer.color, self.tr("has a region"))
        for word in recipe.words:
            about = self._about(word.concept) if word.concept in self.window.workspace.assets else None
            phrase, tip = recipe.phrase(word), about.name if about else ""
            color = word.color or look.color_of(phrase)
            chips[phrase.lower()] = Chip(phrase, color, tip, about.vectors if about else None)
        self.window.prompt.refresh(recipe.prompt, tuple(chips.values()), recipe.model)

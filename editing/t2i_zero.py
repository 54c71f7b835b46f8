"""T2I-Zero: separate the concepts of a prompt by its text features and attention maps alone.

Tunanyan et al., 2023, arXiv:2310.07419. Two parts that work alone or together, without training, gradient or another pass.
Correction by similarities rebuilds the features of each concept's tokens from what they share with their neighbours, once,
from the original features. Cross-token suppression lets only one concept act at each pixel of each cross-attention head.
No official code was found and the paper's body could not be read: the rules come from a re-implementation
(sd-webui-incantations) and the public reviews, the defaults are inferred, and suppression is done on the
probabilities, as the paper says, where the re-implementation uses a stand-in.

Words are looked for in the prompt that a generation begins with. Where another prompt drives a later step (blending), the
words it lacks are passed over there. With no words, every word of the prompt is a concept of its own.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import JSON, Advanced, Help, Range, Words
from core.contract.method import Kind, Provenance
from core.contract.params import Params
from core.engine.registry import modifier
from core.engine.run import Run
from core.hooks.attention import Attend, AttentionCall, Sites
from core.hooks.hook import Hook, Inner, Predict
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.pictures import to_pictures
from core.models.schedule import Step
from core.models.words import Tokens
from editing.a_star import map_sites
from editing.t2i_zero_tensors import Correction, Groups, Threshold, Window, corrected, owned, owners, shares

_COLOURS = ((0.9, 0.2, 0.2), (0.2, 0.45, 0.95), (0.2, 0.75, 0.3), (0.95, 0.75, 0.1), (0.65, 0.3, 0.85), (0.1, 0.75, 0.8),
            (0.95, 0.5, 0.7), (0.6, 0.45, 0.3))  # fmt: skip
_NAMES = ("red", "blue", "green", "yellow", "violet", "cyan", "pink", "brown")
_SHOWN = 256


class T2IZeroParams(Params):
    words: Annotated[
        Words,
        Help(
            "Words or phrases of the prompt that are concepts; a word given twice means its next place; none: every word",
            "C",
        ),
    ] = ()
    alpha: Annotated[
        float,
        Range(0, 2, 0.05),
        Help("How far features move to what they share with their neighbours; 0: not at all", "alpha",
             "inferred; the re-implementation offers 0 and 0.25"),
    ] = 0.25  # fmt: skip
    beta: Annotated[
        float,
        Range(0, 1, 0.05),
        Help("How much of a concept is taken away where another one owns the pixel; 0: nothing", "beta",
             "paper: hard suppression; the re-implementation's default is 0.1"),
    ] = 1.0  # fmt: skip
    tau: Annotated[
        float, Range(0, 1, 0.05), Help("Higher keeps fewer dimensions of the features", "tau", "re-implementation")
    ] = 0.5
    gamma: Annotated[int, Range(0, 100), Help("Neighbours on each side", "gamma", "re-implementation")] = 2
    begin: Annotated[float, Range(0, 1, 0.05), Help("Share of the steps at which suppression begins (inferred)")] = 0.0
    end: Annotated[float, Range(0, 1, 0.05), Help("and ends (inferred)")] = 0.5
    steps: Annotated[
        tuple[int, int] | None,
        Help(
            "First and last step of suppression by number, both included, instead of shares (re-implementation: 1,25)"
        ),
        Advanced(),
    ] = None
    alphas: Annotated[
        tuple[float, ...], Help("An own alpha for each word, in their order, 0 to 2 (ours)"), Advanced()
    ] = ()
    threshold: Annotated[
        Threshold,
        Help("Logarithmic quantile (re-implementation), plain quantile, or the products themselves (the reviews)"),
        Advanced(),
    ] = "quantile_log"
    normalise_first: Annotated[
        bool, Help("Divide the products by their maximum before an absolute threshold (inferred)"), Advanced()
    ] = False
    max_over: Annotated[
        Literal["all", "window"],
        Help("Largest product of the whole prompt (re-implementation), or of the neighbours (inferred)"),
        Advanced(),
    ] = "all"
    encoders: Annotated[
        Literal["joined", "each"],
        Help("Two text encoders (SDXL): their features as one (re-implementation), or each by itself"),
        Advanced(),
    ] = "joined"
    correct_in_range: Annotated[
        bool, Help("Correct the features only in the steps of suppression (re-implementation)"), Advanced()
    ] = False
    owner: Annotated[
        Literal["per_head", "head_mean"],
        Help("Each head has its own owner of a pixel (paper), or all heads the same (inferred)"),
        Advanced(),
    ] = "per_head"
    renormalise: Annotated[
        bool, Help("Let probabilities sum to 1 again after suppression (inferred)"), Advanced()
    ] = False  # fmt: skip
    ema: Annotated[
        float,
        Range(0, 4, 0.1),
        Help("Carry the suppressed maps over the steps; 0: not (re-implementation, after arXiv:2403.06381)"),
        Advanced(),
    ] = 0.0
    show_owners: Annotated[bool, Help("Preview which concept owns which pixel"), Advanced()] = False


@dataclass(frozen=True)
class _Carried:
    """A moving mean at one layer, before and after a step: a step may be taken twice."""

    index: int
    before: Tensor | None
    after: Tensor


@modifier("editing.t2i_zero", "T2I-Zero: concepts separated", Kind.COMPOSE, paper="arXiv:2310.07419",
          provenance=Provenance.INFERRED)  # fmt: skip
class T2IZero(Hook):
    __doc__ = __doc__

    def __init__(self, params: T2IZeroParams, run: Run, model: Model) -> None:
        _check(params)
        self.params = params
        self.run = run
        self.sites = Sites.of("cross") if params.beta else Sites.none()
        self.widths = [encoder.width for encoder in model.text] if params.encoders == "each" else []
        self.corrections: list[Correction] = []
        """What was done to each token of the last prompt that was corrected."""
        self.ownership: list[Tensor] = []
        """For each picture the mean share of heads and layers in which a concept owns a pixel, (concepts, h, w)."""
        self._shown = map_sites(model)
        self._concepts: tuple[str, ...] = ()
        self.forget()

    def forget(self) -> None:
        """As at the start of a generation."""
        self._own: frozenset[str] = frozenset()
        self._features: dict[str, tuple[Tensor, Tensor]] = {}
        self._rows: dict[str, list[Groups]] = {}
        self._carried: dict[tuple[str, str, int], _Carried] = {}
        self._seen: dict[tuple[str, int], Tensor] = {}
        self._acted = 0

    @contextmanager
    def attach(self, model: Model) -> Iterator[None]:
        self.forget()
        try:
            yield
        finally:
            self.forget()

    def advance(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        if step.index == 0:
            self.forget()
        prompts = [cond.tokens[row] for row in cond.rows("prompt")]
        self._begin(prompts)
        for tokens in prompts:  # a missing word is told before anything is computed
            self._groups(tokens)
        self._seen.clear()
        after = inner(step, x, cond)
        self._keep_owners()
        return after

    def predict(self, step: Step, x: Tensor, cond: Conditioning, inner: Predict) -> Tensor:
        rows = cond.rows("prompt")
        for label in {cond.labels[row] for row in rows}:
            self._rows[label] = [self._groups(cond.tokens[row]) for row in rows if cond.labels[row] == label]
        if not rows or not self._corrects(step):
            return inner(step, x, cond)
        features = cond.features.clone()
        for row in rows:
            features[row] = self._corrected(cond.features[row], cond.tokens[row])
        return inner(step, x, replace(cond, features=features))

    def attend(self, call: AttentionCall, inner: Attend) -> Tensor:
        wanted = self._wanted(call) if self.acts(call.step) else {}
        if not wanted:
            return inner(call)
        weights = call.probabilities()
        if call.weights is not None or torch.is_grad_enabled():  # somebody else's, or needed for a gradient
            weights = weights.clone()
        for row, groups in wanted.items():
            self._suppress(call, weights, row, groups)
        return inner(replace(call, weights=weights))

    def finish(self, picture: Tensor) -> Tensor:
        """Gives the ownership maps out as data."""
        if self.ownership:
            pictures: list[JSON] = [(row * 1000).round().div(1000).tolist() for row in self.ownership]
            self.run.keep_data("ownership", {"kind": "maps", "words": list(self._concepts), "pictures": pictures})
        return picture

    # --- which words, steps and rows ----------------------------------------------------------------------------

    def acts(self, step: Step) -> bool:
        """Whether suppression acts in a step."""
        if self.params.steps is not None:
            return self.params.steps[0] <= step.index <= self.params.steps[1]
        return self.params.begin * step.count <= step.index < self.params.end * step.count

    def _corrects(self, step: Step) -> bool:
        wanted = any(self.params.alphas) if self.params.alphas else self.params.alpha > 0
        return wanted and (self.acts(step) or not self.params.correct_in_range)

    def _begin(self, prompts: Sequence[Tokens]) -> None:
        """The first prompts seen are the generation's own."""
        if self._own or not prompts:
            return
        self._own = frozenset(tokens.text for tokens in prompts)
        self._concepts = _concept_names(prompts[0], self.params.words)
        if len(self._concepts) == 1 and self.params.beta:
            self.run.log("T2I-Zero: with one concept there is nothing to suppress.")

    def _groups(self, tokens: Tokens) -> Groups:
        """The concepts' token positions in a prompt; words that only the first prompt has are passed over elsewhere."""
        self._begin([tokens])
        if not self.params.words:
            return tuple((place,) for place in tokens.places)
        own = tokens.text in self._own
        return _positions(tokens, self.params.words, missing_allowed=not own)

    def _wanted(self, call: AttentionCall) -> dict[int, Groups]:
        """Rows of a call to act on, each with two or more concepts."""
        found: dict[int, Groups] = {}
        for label in {call.labels[row] for row in call.rows("prompt")}:
            rows = [row for row, own in enumerate(call.labels) if own == label]
            known = self._known(label)
            if len(known) != len(rows):  # a hook further in split or repeated the rows
                known = known[:1] * len(rows) if len(set(known)) == 1 else [()] * len(rows)
            found |= {row: groups for row, groups in zip(rows, known, strict=True) if len(groups) > 1}
        return found

    def _known(self, label: str) -> list[Groups]:
        while label not in self._rows and "/" in label:  # relabelled further in
            label = label.rpartition("/")[0]
        return self._rows.get(label, [])

    # --- features -----------------------------------------------------------------------------------------------

    def _corrected(self, features: Tensor, tokens: Tokens) -> Tensor:
        """A prompt's features (tokens, width) after correction by similarities; remembered while they come in the same."""
        known = self._features.get(tokens.text)
        if known is not None and not features.requires_grad and torch.equal(known[0], features):
            return known[1]
        groups = self._groups(tokens)
        windows = [(p, _window(tokens, p, self.params.gamma)) for group in groups for p in group]
        alphas = self._alphas(groups, tokens)
        parts, self.corrections = [], []
        for part in torch.split(features, self.widths, -1) if len(self.widths) > 1 else [features]:
            changed, told = corrected(
                part, windows, alphas, self.params.tau, self.params.threshold, self.params.normalise_first,
                self.params.max_over == "window",
            )  # fmt: skip
            parts.append(changed)
            self.corrections += told
        result = torch.cat(parts, -1)
        if known is None:
            self._tell(tokens)
        self._features[tokens.text] = (features.detach().clone(), result.detach())
        return result

    def _alphas(self, groups: Groups, tokens: Tokens) -> list[float]:
        if not self.params.alphas:
            return [self.params.alpha for group in groups for _ in group]
        each = dict(zip(_positions(tokens, self.params.words, True, keep_empty=True), self.params.alphas, strict=True))
        return [each[group] for group in groups for _ in group]

    def _tell(self, tokens: Tokens) -> None:
        for one in self.corrections:
            word = tokens.word_of(one.position)
            self.run.log(f"'{word}': features changed by {one.changed:.0%}, length {one.length:.2f}, {one.inside} of "
                         f"{one.kept} products lie among its neighbours")  # fmt: skip

    # --- attention ----------------------------------------------------------------------------------------------

    def _suppress(self, call: AttentionCall, weights: Tensor, row: int, groups: Groups) -> None:
        """Take from every concept what lies where another one owns the pixel; writes into weights[row]."""
        pieces = torch.tensor([p for group in groups for p in group], device=weights.device)
        members = [number for number, group in enumerate(groups) for _ in group]
        maps = weights[row].index_select(-1, pieces)
        winner = owners(maps.detach(), call.grid, members, self.params.owner == "head_mean")
        if self._shown.wants(call.site) and call.labels[row] == "prompt" and not call.again:
            self._seen[call.site.name, row] = shares(winner, len(groups), call.grid)
        left = owned(winner, members)
        if self.params.ema:
            suppressed = self._moving_mean(call, row, maps * left)
            changed = torch.lerp(maps, suppressed, self.params.beta)
        else:
            changed = torch.where(left, maps, (1 - self.params.beta) * maps)
        weights[row].index_copy_(-1, pieces, changed)
        if self.params.renormalise:
            whole = weights[row].clone()  # a gradient may need it as it was
            weights[row] = whole / whole.sum(-1, keepdim=True).clamp(min=1e-12)

    def _moving_mean(self, call: AttentionCall, row: int, suppressed: Tensor) -> Tensor:
        """E <- k E + (1 - k) suppressed, k = ema / (1 + step), at most 1 (the bound is ours)."""
        place, index = (call.site.name, call.labels[row], row), call.step.index
        known = self._carried.get(place)
        before = None if known is None else known.before if known.index == index else known.after
        share = min(1.0, self.params.ema / (1 + index))
        fits = before is not None and before.shape == suppressed.shape
        after = torch.lerp(suppressed, before, share) if fits and before is not None else suppressed
        self._carried[place] = _Carried(index, before, after.detach())
        return after

    def _keep_owners(self) -> None:
        """The step's owners into the running mean over the steps in which suppression acted."""
        if not self._seen:
            return
        rows = sorted({row for _, row in self._seen})
        now = [torch.stack([m.cpu() for (_, own), m in self._seen.items() if own == row]).mean(0) for row in rows]
        same = [m.shape for m in now] == [m.shape for m in self.ownership]
        if not self._acted or not same:
            self.ownership, self._acted = now, 1
        else:
            self._acted += 1
            self.ownership = [old + (new - old) / self._acted for old, new in zip(self.ownership, now, strict=True)]
        if self.params.show_owners:
            self.run.preview(lambda: to_pictures(coloured(now[0]))[0], "Owners: " + _legend(self._concepts))


def _legend(words: Sequence[str]) -> str:
    """The concepts with the names of their colours in `coloured`."""
    return ", ".join(f"{word} {_NAMES[i % len(_NAMES)]}" for i, word in enumerate(words))


def coloured(maps: Tensor) -> Tensor:
    """Shares (concepts, h, w) as a picture (1, 3, height, width) in -1..1, one colour per concept."""
    colours = torch.tensor([_COLOURS[i % len(_COLOURS)] for i in range(len(maps))])
    mixed = torch.einsum("chw,cr->rhw", maps.float().cpu(), colours) * 2 - 1
    scale = max(1, _SHOWN // max(maps.shape[-2:]))
    return mixed.repeat_interleave(scale, 1).repeat_interleave(scale, 2).unsqueeze(0)


def _check(params: T2IZeroParams) -> None:
    if params.alphas and len(params.alphas) != len(params.words):
        raise UserError(f"There are {len(params.alphas)} alphas for {len(params.words)} words.",
                        "Give one per word, in the same order, or none.")  # fmt: skip
    if any(not 0 <= alpha <= 2 for alpha in params.alphas):
        raise UserError("The parameter 'alphas' must hold numbers from 0 to 2.", "Use 0.25 to begin with.")
    if params.steps is not None and not 0 <= params.steps[0] <= params.steps[1]:
        raise UserError(f"The steps {params.steps[0]} to {params.steps[1]} are no range.", "Write first,last.")
    if params.steps is None and params.begin >= params.end and params.beta:
        raise UserError(f"Suppression begins at {params.begin:g} and ends at {params.end:g} of the steps: that is never.",
                        "Let it end after it begins, or set beta to 0.")  # fmt: skip


def _concept_names(tokens: Tokens, words: Sequence[str]) -> tuple[str, ...]:
    return tuple(words) if words else tuple(tokens.word_of(place) for place in tokens.places)


def _positions(tokens: Tokens, words: Sequence[str], missing_allowed: bool = False, keep_empty: bool = False) -> Groups:
    """Token positions of each word: all its places as one concept, or, of a word given several times, the next one.

    Raises:
        UserError: a word is not in the prompt, stands there less often than it is given, or shares a token with another.
    """
    names = [word.strip().lower() for word in words]
    groups: list[tuple[int, ...]] = []
    for i, word in enumerate(words):
        repeated = names.count(names[i]) > 1
        try:
            found = tokens.positions(word, names[:i].count(names[i]) if repeated else None)
        except UserError:
            if not missing_allowed:
                raise
            found = ()
        for other, group in zip(words, groups, strict=False):
            if set(group) & set(found):
                raise UserError(f"The concepts '{other}' and '{word}' share a word of the prompt.",
                                "Name each concept by words of its own.")  # fmt: skip
        groups.append(found)
    return tuple(groups) if keep_empty else tuple(group for group in groups if group)


def _window(tokens: Tokens, position: int, gamma: int) -> Window:
    """A token's neighbours: text tokens of its own chunk, never start, end or padding (inferred)."""
    length = len(tokens.ids[0])
    chunk = position // length
    return max(chunk * length + 1, position - gamma), min(tokens.ends[chunk], position + gamma + 1)

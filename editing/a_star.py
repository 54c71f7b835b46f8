"""A-STAR: keep the words of a prompt apart, and in their places, while the picture is made.

Agarwal et al., ICCV 2023, arXiv:2306.14544. Before each step the latent moves a little along the gradient of two losses
on the cross-attention maps of chosen words: segregation (maps of different words should not overlap, eq. 2) and
retention (a word should stay where it was a step ago, eq. 3). Nothing is trained. With painted masks the retention loss
pulls each word into its own mask (layout). Attend-and-Excite (Chefer et al., arXiv:2301.13826) is the same loop with
another loss and is offered as a mode. The paper leaves rate, token normalisation, smoothing and mask rule open: the
first three are Attend-and-Excite's, the mask rule is inferred.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import JSON, Advanced, Help, MaskRef, Per, Range, Words
from core.contract.method import Clash, Kind, Provenance
from core.contract.params import Params
from core.engine.registry import modifier
from core.engine.run import Run
from core.hooks.attention import Attend, AttentionCall, Part, Sites, find_sites
from core.hooks.hook import Hook, Inner
from core.hooks.store import AttentionStore, heat_map
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.pictures import to_mask
from core.models.schedule import Step
from core.models.words import Tokens
from editing.a_star_losses import (
    Concepts,
    MapNorm,
    MaskRule,
    binarised,
    concept_maps,
    excitation,
    layout_masks,
    renewed,
    retention,
    segregation,
)

REFINED = {0: 0.05, 10: 0.5, 20: 0.8}
"""Attend-and-Excite: at these of 50 steps the latent is moved until the least word's peak reaches the number."""
ALTERED = 25
"""Attend-and-Excite moves the latent in this many of 50 steps."""
PROTOCOL = 50
_MOST_REFINEMENTS = 20
_NUMBERS = itertools.count(1)


class AStarParams(Params):
    words: Annotated[
        Words, Help("Words or phrases of the prompt to keep apart; a word given twice means its next place", "C")
    ]
    masks: Annotated[
        tuple[MaskRef, ...], Help("Layout: a painted mask for each word, in their order", "B"), Per("words")
    ] = ()
    mode: Annotated[Literal["a_star", "attend_and_excite"], Help("Which losses move the latent")] = "a_star"
    rate: Annotated[
        float,
        Range(0, 200, 1),
        Help(
            "How far each gradient step goes; 0 changes nothing", "alpha", "Attend-and-Excite; not found in the paper"
        ),
    ] = 20.0
    segregation: Annotated[float, Range(0, 10, 0.1), Help("Weight of keeping words apart", "L_seg", "eq. 4")] = 1.0
    retention: Annotated[float, Range(0, 10, 0.1), Help("Weight of keeping words in place", "L_ret", "eq. 4")] = 1.0
    steps: Annotated[
        int | None,
        Range(1, 1000),
        Help("Only the first so many steps; empty: all (Attend-and-Excite: 25)", "T_opt", "paper"),
        Advanced(),
    ] = None
    every: Annotated[int, Range(1, 50), Help("Only each so manieth step (ours)"), Advanced()] = 1
    tolerance: Annotated[
        float,
        Range(0, 1),
        Help("Stop a picture when its loss changes less than this three times running; 0: never (inferred)"),
        Advanced(),
    ] = 1e-3
    scale_start: Annotated[
        float,
        Range(0, 10),
        Help("Step size is the rate times the root of a scale that begins here", "s_0", "Attend-and-Excite"),
        Advanced(),
    ] = 1.0
    scale_end: Annotated[
        float, Range(0, 10), Help("and ends here at the last step", "s_T", "Attend-and-Excite"), Advanced()
    ] = 0.5
    timing: Annotated[
        Literal["steps", "share"],
        Help("Attend-and-Excite's step numbers as they are, or as shares of its 50 steps (inferred)"),
        Advanced(),
    ] = "steps"
    map_norm: Annotated[
        MapNorm,
        Help(
            "How probabilities become maps: softmax over the words (Attend-and-Excite), as they are, stretched (both inferred)"
        ),
        Advanced(),
    ] = "ae_softmax"
    last_token: Annotated[
        Literal["auto", "end", "final"],
        Help("Tokens in that softmax: up to the end token, or all but the last place; auto: end for SD 2.x"),
        Advanced(),
    ] = "auto"
    smooth: Annotated[bool, Help("Smooth the maps (Attend-and-Excite)"), Advanced()] = True
    mask_rule: Annotated[
        MaskRule, Help("Where a word is: half its peak, Otsu's split, or the strongest fifth (inferred)"), Advanced()
    ] = "relative"
    mask_from: Annotated[
        Literal["before", "after"],
        Help("Masks from the maps before the latent moves, or from the guided pass after (inferred)"),
        Advanced(),
    ] = "before"
    layers: Annotated[
        Literal["all", "coarse"],
        Help("All layers of the map size, or only those up to the first up block (saves memory on SDXL; inferred)"),
        Advanced(),
    ] = "all"
    early_exit: Annotated[bool, Help("End the extra pass after the last layer it needs"), Advanced()] = True
    checkpointing: Annotated[
        bool, Help("Compute layers again instead of keeping them: less memory, more time"), Advanced()
    ] = False
    show_maps: Annotated[bool, Help("Preview the words' maps"), Advanced()] = False  # fmt: skip


@dataclass
class _Found:
    """What a step left for the next one; a row per picture."""

    losses: Tensor
    still: Tensor
    """How often in a row the loss hardly changed, (rows,)."""
    masks: Tensor | None = None
    """(rows, concepts, h, w)"""


@dataclass
class _Measured:
    loss: Tensor
    """(rows,), detached like everything here."""
    overlap: Tensor
    retention: Tensor
    gradient: Tensor
    maps: Tensor
    """(rows, concepts, h, w)"""


@modifier("editing.a_star", "A-STAR: words kept apart", Kind.COMPOSE, paper="arXiv:2306.14544",
          provenance=Provenance.INFERRED, clashes=(Clash(
              "editing.black_scholes", "before", "Inside Black-Scholes, A-STAR meets prompts that lack its words.",
              "Move A-STAR before it."),))  # fmt: skip
class AStar(Hook):
    def __init__(self, params: AStarParams, run: Run, model: Model) -> None:
        if params.masks and len(params.masks) != len(params.words):
            raise UserError(f"There are {len(params.masks)} layout masks for {len(params.words)} words.",
                            "Give one mask per word, in the same order, or none.")  # fmt: skip
        self.params = params
        self.run = run
        self.ends = params.last_token == "end" or (params.last_token == "auto" and model.family.name == "sd2")
        self.layout = tuple(run.mask(ref) for ref in params.masks)
        self.maps: Tensor | None = None
        """The words' maps of the last step, (rows, concepts, h, w)."""
        self.curve: dict[int, dict[str, float]] = {}
        """Per step that moved the latent: overlap, retention and loss before it did; of later pictures "overlap 2"."""
        self._past: dict[int, _Found] = {}
        self._factors = (1.0, 2.0**10, 2.0**-10) if model.unet.dtype == torch.float16 else (1.0,)
        self.idle = params.rate == 0 or not params.words
        self.sites = Sites.none() if self.idle else map_sites(model, params.layers == "coarse")
        # The number keeps two such hooks in one stack from taking each other's rows.
        label = f"prompt/maps/{next(_NUMBERS)}"
        self._side = AttentionStore(self.sites, label, gradient=True, stop=params.early_exit)
        self._guided = AttentionStore(self.sites, "prompt")

    @contextmanager
    def attach(self, model: Model) -> Iterator[None]:
        with self._side.attach(model), self._guided.attach(model), _checkpointing(model, self.params.checkpointing):
            self.curve = {}
            try:
                yield
            finally:
                self.forget()

    def finish(self, picture: Tensor) -> Tensor:
        """Gives the curves out as data; null where a picture rested."""
        if self.curve:
            names = list(dict.fromkeys(name for values in self.curve.values() for name in values))
            steps = sorted(self.curve)
            series: dict[str, JSON] = {name: [self.curve[i].get(name) for i in steps] for name in names}
            words: list[JSON] = list(self.params.words)
            self.run.keep_data(
                "words", {"kind": "curves", "x": [*steps], "x_label": "step", "words": words, "series": series}
            )
        return picture

    def attend(self, call: AttentionCall, inner: Attend) -> Tensor:
        if call.rows(self._side.label):
            return self._side.attend(call, inner)
        if self.params.mask_from == "after" and not call.again:
            return self._guided.attend(call, inner)
        return inner(call)

    def advance(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        concepts = [
            self._concepts(tokens) for tokens in cond.tokens
        ]  # a missing word is told before anything is computed
        self._past = {index: found for index, found in self._past.items() if index < step.index}
        rows = self._moving(cond.count) if self._acts(step) else []
        if not rows:
            return inner(step, x, cond)
        moved, measured = self._moved(step, x[rows], cond.pick(rows), [concepts[r] for r in rows], inner, rows)
        x = x.index_copy(0, torch.tensor(rows, device=x.device), moved.to(x.dtype))
        self._guided.clear()
        after = inner(step, x, cond)
        self._remember(step, cond, concepts, rows, measured)
        return after

    def forget(self) -> None:
        """Let go of masks and losses, as at the start of a generation."""
        self._past = {}
        self._side.clear()
        self._guided.clear()

    # --- which words, steps and pictures ------------------------------------------------------------------------

    def _concepts(self, tokens: Tokens) -> Concepts:
        words = [word.strip().lower() for word in self.params.words]
        return [tokens.positions(word, words[:i].count(words[i])) for i, word in enumerate(self.params.words)]

    def _kept(self, tokens: Tokens) -> list[int]:
        """Token positions in the softmax: without start tokens, and without the last place or all from the end token on."""
        length = len(tokens.ids[0])
        stops = tokens.ends if self.ends else [(chunk + 1) * length - 1 for chunk in range(len(tokens.ids))]
        return [p for chunk, stop in enumerate(stops) for p in range(chunk * length + 1, stop)]

    def _acts(self, step: Step) -> bool:
        ordinary = step.index < self._limit(step) and step.index % self.params.every == 0
        return not self.idle and (ordinary or self._threshold(step) is not None)

    def _limit(self, step: Step) -> int:
        """How many steps the ordinary update acts in: all of A-STAR's, 25 of Attend-and-Excite's."""
        if self.params.steps is not None:
            return self.params.steps
        return self._at(ALTERED, step) if self.params.mode == "attend_and_excite" else step.count

    def _threshold(self, step: Step) -> float | None:
        """Attend-and-Excite: what the least word's peak must reach at this step."""
        if self.params.mode != "attend_and_excite":
            return None
        return {self._at(index, step): value for index, value in REFINED.items()}.get(step.index)

    def _at(self, index: int, step: Step) -> int:
        return index if self.params.timing == "steps" else round(index * step.count / PROTOCOL)

    def _moving(self, count: int) -> list[int]:
        """Rows whose loss still changes."""
        past = self._latest()
        if past is None or self.params.tolerance == 0 or self.params.mode == "attend_and_excite":
            return list(range(count))
        return [row for row in range(count) if past.still[row] < 3]

    def _latest(self) -> _Found | None:
        return self._past[max(self._past)] if self._past else None

    # --- one step -----------------------------------------------------------------------------------------------

    def _moved(self, step: Step, x: Tensor, cond: Conditioning, concepts: list[Concepts], inner: Inner,
               rows: list[int]) -> tuple[Tensor, _Measured]:  # fmt: skip
        """The latents of these rows after the gradient step (eq. 4), and what was measured before it."""
        step = step.pick(rows)
        measured = first = self._measure(step, x, cond, concepts, inner, rows)
        size = self.params.rate * self._scale(step) ** 0.5
        threshold = self._threshold(step)
        if threshold is not None:
            x, measured = self._refined(step, x, cond, concepts, inner, rows, measured, threshold)
        if step.index < self._limit(step):
            x = x - size * measured.gradient
        self._tell(step.index, rows, first)
        return x, measured

    def _refined(self, step: Step, x: Tensor, cond: Conditioning, concepts: list[Concepts], inner: Inner,
                 rows: list[int], measured: _Measured, threshold: float) -> tuple[Tensor, _Measured]:  # fmt: skip
        """Attend-and-Excite's iterative refinement: move until the least peak was at `threshold`, at most 20 times.

        A row moves once more with the loss that satisfied it, as in the reference. Satisfied rows rest.
        """
        size = self.params.rate * self._scale(step) ** 0.5
        going = 1 - measured.loss < threshold
        for _ in range(_MOST_REFINEMENTS):
            if not going.any():
                break
            x = torch.where(going.view(-1, 1, 1, 1), x - size * measured.gradient, x)
            going = going & (1 - measured.loss < threshold)
            self.run.check()
            measured = self._measure(step, x, cond, concepts, inner, rows)
        return x, measured

    def _measure(self, step: Step, x: Tensor, cond: Conditioning, concepts: list[Concepts], inner: Inner,
                 rows: list[int]) -> _Measured:  # fmt: skip
        """One unguided pass with gradient: maps, losses, and d loss / d x, each row's own."""
        with torch.enable_grad():
            leaf = x.detach().float().requires_grad_()
            self._side.clear()
            self._side.observe(inner.predict, step, leaf, cond.relabel(self._side.label))
            maps = self._concept_maps(self._side.maps(), cond, concepts)
            self._side.clear()
            loss, overlap, kept = self._losses(maps, rows)
            found = _steady_gradient(loss.sum(), leaf, self._factors)
        finite = found.flatten(1).isfinite().all(1).view(-1, 1, 1, 1)
        found = torch.where(finite, found, torch.zeros_like(found))
        return _Measured(loss.detach(), overlap.detach(), kept.detach(), found, maps.detach())

    def _losses(self, maps: Tensor, rows: list[int]) -> tuple[Tensor, Tensor, Tensor]:
        """The loss that moves x, and overlap and retention by themselves; (rows,) each."""
        masks = self._masks(maps, rows)
        overlap = segregation(maps)
        kept = torch.zeros_like(overlap) if masks is None else retention(maps, masks)
        if self.params.mode == "attend_and_excite":
            return excitation(maps), overlap, kept
        return self.params.segregation * overlap + self.params.retention * kept, overlap, kept

    def _masks(self, maps: Tensor, rows: list[int]) -> Tensor | None:
        """B: the painted layout, or where the words were a step ago; none at the first step."""
        if self.layout:
            return layout_masks(self.layout, (maps.shape[-2], maps.shape[-1])).to(maps).expand_as(maps)
        past = self._latest()
        return None if past is None or past.masks is None else past.masks[rows].to(maps)

    def _concept_maps(self, maps: Tensor, cond: Conditioning, concepts: list[Concepts]) -> Tensor:
        return torch.stack([
            concept_maps(one, group, self._kept(tokens), self.params.map_norm, self.params.smooth)
            for one, group, tokens in zip(maps, concepts, cond.tokens, strict=True)
        ])  # fmt: skip

    def _scale(self, step: Step) -> float:
        share = step.index / max(1, step.count - 1)
        return self.params.scale_start + share * (self.params.scale_end - self.params.scale_start)

    # --- for the next step --------------------------------------------------------------------------------------

    def _remember(
        self, step: Step, cond: Conditioning, concepts: list[Concepts], rows: list[int], measured: _Measured
    ) -> None:
        past, index = self._latest(), torch.tensor(rows, device=measured.loss.device)
        count, shape = cond.count, measured.maps.shape[1:]
        losses = past.losses.clone() if past else torch.full((count,), torch.inf, device=index.device)
        still = past.still.clone() if past else torch.zeros(count, dtype=torch.long, device=index.device)
        calm = (measured.loss - losses[index]).abs() < self.params.tolerance
        still[index] = torch.where(calm, still[index] + 1, torch.zeros_like(still[index]))
        losses[index] = measured.loss
        before = past.masks if past and past.masks is not None else measured.maps.new_zeros((count, *shape))
        maps = self.maps.clone() if past and self.maps is not None else before.clone()
        maps[index] = measured.maps
        seen = maps
        if self.params.mask_from == "after" and self._guided.grids:
            seen = self._concept_maps(self._guided.maps(), cond, concepts)
        masks = before.clone()
        masks[index] = renewed(binarised(seen[index], self.params.mask_rule), before[index])
        self._past = {**({max(self._past): past} if past else {}), step.index: _Found(losses, still, masks)}
        self.maps = maps

    def _tell(self, index: int, rows: list[int], measured: _Measured) -> None:
        told = self.curve[index] = {}
        for row, loss, overlap, kept in zip(rows, measured.loss, measured.overlap, measured.retention, strict=True):
            end = f"_{row + 1}" if row else ""
            numbers = {f"overlap{end}": float(overlap), f"retention{end}": float(kept), f"loss{end}": float(loss)}
            told |= {name.replace("_", " "): number for name, number in numbers.items()}
            self.run.log(f"Words: overlap {float(overlap):.3f}, retention {float(kept):.3f}", **numbers)
        if self.params.show_maps:
            label = "Maps: " + ", ".join(self.params.words)
            self.run.preview(lambda: to_mask(torch.cat(list(heat_map(measured.maps[0], (128, 128))), 1)), label)


def map_sites(model: Model, coarse: bool = False) -> Sites:
    """Cross-attention at the family's level nearest to 16x16: level 2 of SD (32 pixels a cell) and SDXL, 0 of pocket.

    By the family's own size, so that SD 2.1 at 768 reads the same layers as at 512.

    Args:
        coarse: only the layers up to the first up block of that level.
    """
    sites = [site for site, _ in find_sites(model.unet) if site.kind == "cross"]
    side = model.family.size / model.factor
    level = min({site.level for site in sites}, key=lambda k: (abs(side / 2**k - 16), k))
    if not coarse:
        return Sites.of("cross", levels=[level])
    chosen = [site for site in sites if site.level == level]
    ups = [site.name.split(".")[1] for site in chosen if site.part == "up"]
    parts: tuple[Part, ...] = ("mid", "up") if any(site.part == "mid" for site in chosen) else ("down", "up")
    kept = [s.index for s in chosen if s.part in parts and (s.part != "up" or s.name.split(".")[1] == ups[0])]
    return Sites.of("cross", indices=kept)


def _steady_gradient(loss: Tensor, x: Tensor, factors: tuple[float, ...]) -> Tensor:
    """d loss / d x; in fp16, where it may vanish or overflow, again with the loss scaled (by our powers of two)."""
    found = torch.zeros_like(x)
    if not loss.requires_grad:
        return found
    for k, factor in enumerate(factors):
        (scaled,) = torch.autograd.grad(loss * factor, x, retain_graph=k + 1 < len(factors), allow_unused=True)
        found = torch.zeros_like(x) if scaled is None else scaled / factor
        if found.isfinite().all() and found.any():
            break
    return found


@contextmanager
def _checkpointing(model: Model, wanted: bool) -> Iterator[None]:
    """Gradient checkpointing in the network while the block runs; `hooked` puts in the function that does it."""
    changed = [m for m in model.unet.modules() if getattr(m, "gradient_checkpointing", None) is False] if wanted else []
    lacking = [m for m in changed if not hasattr(m, "_gradient_checkpointing_func")]
    for module in changed:
        module.gradient_checkpointing = True  # type: ignore[assignment]
    for module in lacking:
        module._gradient_checkpointing_func = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for module in changed:
            module.gradient_checkpointing = False  # type: ignore[assignment]
        for module in lacking:
            del module._gradient_checkpointing_func

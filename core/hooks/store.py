"""Attention maps, kept: the one store that layout guidance, attention losses, masks and heat maps read.

Maps are averaged over heads as they come, over the layers of one grid when they are read (Chefer et al., 2023,
arXiv:2301.13826: mean over heads and layers of one size). They are kept by the name of their site, so a layer that runs
twice (a step taken again, checkpointing) replaces its map and never counts double. Layers nobody asked for keep the
fast kernel.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.hooks.attention import Attend, AttentionCall, Kind, Sites, find_sites
from core.hooks.hook import Hook, Predict, StopForward
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.schedule import Step

Grid = tuple[int, int]
Keep = Literal["step", "mean", "all"]


class AttentionStore(Hook):
    """Keeps the attention maps of some layers for the rows with a label, averaged over heads.

    Watching while a picture is made; place it first to see the maps before other hooks edit them, last to see them after::

        store = AttentionStore(Sites.of("cross"), keep="all")
        with hooked(model, [store, Guidance(7.5, negative)]) as denoiser:
            x = sample(denoiser, x, cond, solver.steps, solver)
        heat = store.word(cond, "cat", grid=(16, 16), step="mean")    # (rows, 16, 16)

    A loss on maps, with a pass of its own that ends after the last layer it needs::

        self.store = AttentionStore(Sites.of("cross", levels=[2]), "prompt/maps", gradient=True, stop=True)
        ...                                                   # in a hook: attach, attend and sites are the store's
        with torch.enable_grad():
            leaf = x.detach().requires_grad_()
            self.store.observe(inner.predict, step, leaf, cond.with_suffix("maps"))
            maps = self.store.maps()                          # (rows, h, w, tokens), with their graph
            cat = self.store.word(cond, "cat")                # (rows, h, w), mean over the word's tokens
            x = x - rate * gradient(loss(cat), leaf)
        self.store.clear()

    Use it as a hook of its own in the list of `hooked`, or from inside another hook by passing on `sites`, `attach` and
    `attend`. Rows of the maps are the rows of the last network call whose label fits, in their order.
    """

    def __init__(
        self, sites: Sites | None = None, label: str = "prompt", *, gradient: bool = False, keep: Keep = "step",
        stop: bool = False,
    ) -> None:  # fmt: skip
        """
        Args:
            sites: layers to watch; all cross-attention by default. Self-attention maps are (h w) times larger than the
                picture's grid: choose coarse levels only.
            label: rows to keep; "prompt" also finds "prompt/maps".
            gradient: keep the graph. Without it maps are made and kept outside of any graph.
            keep: "step", the last step only; "mean", also the running mean over the steps gone by (on the CPU); "all",
                also every step by itself, averaged over heads and layers (on the CPU).
            stop: end a pass that holds such rows after the last layer watched, by raising `StopForward`; the caller
                catches it (`observe` does).
        """
        self.sites = Sites.of("cross") if sites is None else sites
        self.label = label
        self.gradient = gradient
        self.keep: Keep = keep
        self.stop = stop
        self._order: tuple[str, ...] = ()
        self.clear()

    def clear(self) -> None:
        """Forget every map. With gradients: also frees the graph."""
        self._step: int | None = None
        self._now: dict[str, tuple[Kind, Grid, Tensor]] = {}
        self._mean: dict[tuple[Kind, Grid], tuple[int, Tensor]] = {}
        self._steps: dict[int, dict[tuple[Kind, Grid], Tensor]] = {}

    @contextmanager
    def attach(self, model: Model) -> Iterator[None]:
        """Learn which of the watched layers runs first and last."""
        self._order = tuple(site.name for site, _ in find_sites(model.unet) if self.sites.wants(site))
        yield

    def attend(self, call: AttentionCall, inner: Attend) -> Tensor:
        rows = call.rows(self.label)
        if not rows or not self.sites.wants(call.site):
            return inner(call)
        if self.gradient:
            found = call.probabilities(rows).mean(1)
        elif call.again:  # no graph, so checkpointing does not miss the work
            return inner(call)
        else:
            with torch.no_grad():
                found = call.probabilities(rows).mean(1)
        if not call.again:
            self._take(call, found.reshape(len(rows), *call.grid, -1))
        if self.stop and call.site.name == self._order[-1]:
            raise StopForward
        return inner(call)

    def observe(self, predict: Predict, step: Step, x: Tensor, cond: Conditioning) -> None:
        """Run a prediction only for its maps: `predict` is `inner.predict` of a hook or `denoiser.predict`."""
        try:
            predict(step, x, cond)
        except StopForward:
            if not self.stop:
                raise

    # --- reading ------------------------------------------------------------------------------------------------

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Grids (height, width) of the last step's maps, finest first."""
        return tuple(sorted({grid for _, grid, _ in self._now.values()}, key=lambda g: -g[0] * g[1]))

    @property
    def steps(self) -> tuple[int, ...]:
        """Indices of the steps that can be read with `step=`."""
        now = () if self._step is None or not self._now else (self._step,)
        return tuple(sorted({*self._steps, *now}))

    def maps(self, grid: Grid | None = None, kind: Kind = "cross", step: int | Literal["mean"] | None = None) -> Tensor:
        """Probabilities, mean over heads and over the layers of one grid: (rows, h, w, tokens), fp32; tokens sum to 1.

        Args:
            grid: (height, width); may be left out when only one was watched.
            step: the last step by default; a step's index (keep "all"); "mean" over all steps (keep "mean" or "all").

        Raises:
            LookupError: nothing of that kind, grid or step was seen.
        """
        found = self._by_grid(step)
        grids = [g for k, g in found if k == kind]
        if grid is None and len(grids) == 1:
            grid = grids[0]
        if grid is None or grid not in grids:
            raise LookupError(f"no {kind} maps at {grid} for step {step}; there are {sorted(grids)}")
        return found[kind, grid]

    def tokens(self, positions: Sequence[int], grid: Grid | None = None,
               step: int | Literal["mean"] | None = None) -> Tensor:  # fmt: skip
        """Mean of the maps of some token positions, (rows, h, w)."""
        return self.maps(grid, "cross", step)[..., list(positions)].mean(-1)

    def word(self, cond: Conditioning, phrase: str, grid: Grid | None = None, step: int | Literal["mean"] | None = None,
             occurrence: int | None = None) -> Tensor:  # fmt: skip
        """Mean of the maps of a word's or phrase's tokens, (rows, h, w); each row by its own prompt.

        Args:
            cond: the rows of the maps, in their order.
            occurrence: which one, when the prompt has several; all of them by default.

        Raises:
            UserError: a row's prompt does not contain it.
        """
        maps = self.maps(grid, "cross", step)
        if cond.count != maps.shape[0]:
            raise ValueError(f"{cond.count} rows of text for maps of {maps.shape[0]} rows")
        each = [maps[row][..., list(self._positions(cond, row, phrase, occurrence))] for row in range(cond.count)]
        return torch.stack([one.mean(-1) for one in each])

    # --- keeping ------------------------------------------------------------------------------------------------

    def _take(self, call: AttentionCall, found: Tensor) -> None:
        if self._step is not None and self._step != call.step.index:
            self._fold()
            self._now = {}
        if self._order and call.site.name == self._order[0]:  # a new pass: its rows may be others
            self._now = {}
        self._step = call.step.index
        self._now[call.site.name] = (call.site.kind, call.grid, found)

    def _fold(self) -> None:
        """The step is over: into the running mean, and among the steps."""
        if self.keep == "step" or self._step is None:
            return
        done = {key: maps.detach().cpu() for key, maps in self._layers_mean().items()}
        self._mean = _with(self._mean, done)
        if self.keep == "all":
            self._steps[self._step] = done

    def _layers_mean(self) -> dict[tuple[Kind, Grid], Tensor]:
        groups: dict[tuple[Kind, Grid], list[Tensor]] = {}
        for kind, grid, maps in self._now.values():
            groups.setdefault((kind, grid), []).append(maps)
        return {key: torch.stack(maps).mean(0) for key, maps in groups.items()}

    def _by_grid(self, step: int | Literal["mean"] | None) -> dict[tuple[Kind, Grid], Tensor]:
        if step is None or step == self._step:
            return self._layers_mean()
        if step != "mean":
            return self._steps.get(step, {})
        if self.keep == "step":
            raise LookupError('this store keeps one step only; make it with keep="mean"')
        # The last step is not folded yet. With every step kept, one taken twice counts once, with its last maps.
        last = {key: maps.detach().cpu() for key, maps in self._layers_mean().items()}
        if self.keep == "mean":
            return {key: maps for key, (_, maps) in _with(self._mean, last).items()}
        found: dict[tuple[Kind, Grid], tuple[int, Tensor]] = {}
        for index, maps in self._steps.items():
            if index != self._step:
                found = _with(found, maps)
        return {key: maps for key, (_, maps) in _with(found, last).items()}

    @staticmethod
    def _positions(cond: Conditioning, row: int, phrase: str, occurrence: int | None) -> tuple[int, ...]:
        positions = cond.positions(row, phrase, occurrence)
        if not positions:
            raise UserError(f"The word '{phrase}' has no tokens.", "Write a word of letters.")
        return positions


def _with(
    mean: dict[tuple[Kind, Grid], tuple[int, Tensor]], new: dict[tuple[Kind, Grid], Tensor]
) -> dict[tuple[Kind, Grid], tuple[int, Tensor]]:
    """A running mean with one more member."""
    result = dict(mean)
    for key, maps in new.items():
        count, old = mean.get(key, (0, maps))
        result[key] = (count + 1, old + (maps - old) / (count + 1))
    return result


def heat_map(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Word maps (rows, h, w) as 0..1 pictures (rows, height, width): each row stretched to its own range, for the eye."""
    low = maps.amin((-2, -1), keepdim=True)
    span = (maps.amax((-2, -1), keepdim=True) - low).clamp(min=1e-12)
    scaled = ((maps - low) / span).unsqueeze(1)
    return functional.interpolate(scaled, size, mode="bilinear", align_corners=False).squeeze(1)

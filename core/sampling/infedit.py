"""Editing a picture without inverting it: virtual inversion with unified attention control.

InfEdit, Xu et al., arXiv:2312.04965. Three chains start from one noise: source, target, and mutual (the target's formula
under the source prompt). The source chain is built around the known picture at every step, so nothing has to be inverted
and the source is exact. Made for consistency models (LCM); other models take it too, with weaker edits in few steps.

Rows of a generation, in this order: "prompt/source", "prompt/target", "prompt/mutual". `infedit_hooks` gives the hooks, and
the result is the second row.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from core.hooks.attention import Attend, AttentionCall, Sites, find_sites
from core.hooks.hook import Hook, Inner, Predict
from core.hooks.store import AttentionStore
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.schedule import Step

ROWS = ("source", "target", "mutual")
Difference = Callable[[Step, Tensor, Tensor], Tensor]
"""What e_t - e_s is instead of the network's: (step, source latent (1, channels, h, w), e_s) -> like e_s."""


@dataclass(frozen=True)
class Blend:
    """Where the target may differ from the picture; by the maps of words, at the level nearest 16 x 16."""

    edited: tuple[int, ...] = ()
    """Token positions of what is edited; outside its place the mutual chain is taken. Empty: no such mask."""
    kept: tuple[int, ...] = ()
    """Token positions of what must stay; in its place the source chain is taken."""
    edit_threshold: float = 0.55
    keep_threshold: float = 0.6


class VirtualInversion(Hook):
    """The step of the three chains (InfEdit, algorithm 2), in place of the solver's.

    The last step gives the target's clean latent (and the picture itself in the source row).
    """

    def __init__(self, clean: Tensor, draw: Callable[[Sequence[int]], Tensor], eta: float = 1.0,
                 difference: Difference | None = None, blend: Blend | None = None) -> None:  # fmt: skip
        """
        Args:
            clean: the encoded picture, (1, channels, h, w).
            draw: normal noise of a shape, e.g. `run.noise`.
            eta: 0..1; at 1 each step forgets its noise.
            difference: another e_t - e_s than that of the rows (Concept Lancet in score space).
        """
        self.clean = clean
        self.draw = draw
        self.eta = eta
        self.difference = difference
        self.blend = blend if blend is not None and (blend.edited or blend.kept) else None
        self.sites = Sites.none()
        self.store: AttentionStore | None = None

    @contextmanager
    def attach(self, model: Model) -> Iterator[None]:
        if self.store is None:
            yield
            return
        with self.store.attach(model):
            try:
                yield
            finally:
                self.store.clear()

    def watch(self, model: Model) -> "VirtualInversion":
        """Keep the maps that the blend needs; before `hooked`, which asks for sites."""
        if self.blend is not None:
            self.sites = map_level(model)
            self.store = AttentionStore(self.sites, "prompt", keep="mean")
        return self

    def attend(self, call: AttentionCall, inner: Attend) -> Tensor:
        return inner(call) if self.store is None else self.store.attend(call, inner)

    def advance(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        source, target, mutual = x.chunk(3)
        e_s, e_t, e_m = inner.predict(step, x, cond).chunk(3)
        if self.difference is not None:
            e_t = e_s + self.difference(step, source, e_s)
        clean, now = self.clean.to(x), float(step.now)
        e_c = (source - now**0.5 * clean) / (1 - now) ** 0.5
        towards = [virtual_clean(clean, other - source, e - e_s, now) for other, e in ((target, e_t), (mutual, e_m))]
        if step.last:
            chains = [clean, *towards]
        else:
            noise = self.draw(clean.shape).to(x)
            pairs = [(clean, e_m - e_s + e_c), (towards[0], e_t - e_s + e_c), (towards[1], e_m - e_s + e_c)]
            chains = [renoised(x0, e, noise, float(step.next), self.eta) for x0, e in pairs]
        if self.blend is not None and self.store is not None and step.index:
            chains[1] = self._blended(self.blend, self.store, chains, now)
        return torch.cat(chains)

    def _blended(self, blend: Blend, store: AttentionStore, chains: list[Tensor], now: float) -> Tensor:
        source, target, mutual = chains
        maps, size = store.maps(step="mean"), (target.shape[-2], target.shape[-1])
        if blend.edited:
            inside = word_mask(maps[2:3], blend.edited, size, max(0.15 / now**0.5, blend.edit_threshold)).to(
                target.device
            )
            target = torch.where(inside, target, mutual)
        if blend.kept:
            inside = word_mask(maps[0:1], blend.kept, size, blend.keep_threshold).to(target.device)
            target = torch.where(inside, source, target)
        return target


def virtual_clean(clean: Tensor, apart: Tensor, difference: Tensor, now: float) -> Tensor:
    """x_0 + [(x_t - x_s) - sqrt(1 - now) (e_t - e_s)] / sqrt(now): the picture itself where the chains agree."""
    found: Tensor = clean + (apart - (1 - now) ** 0.5 * difference) / now**0.5
    return found


def renoised(clean: Tensor, noise: Tensor, drawn: Tensor, after: float, eta: float) -> Tensor:
    """A clean latent at level `after`, with variance eta (1 - after) of it drawn anew."""
    fresh = eta * (1 - after)
    moved: Tensor = after**0.5 * clean + max(0.0, 1 - after - fresh) ** 0.5 * noise + fresh**0.5 * drawn
    return moved


def word_mask(maps: Tensor, positions: Sequence[int], size: tuple[int, int], threshold: float) -> Tensor:
    """Where words are, boolean (rows, 1, *size): the largest of their maps over its own maximum, above a threshold.

    Args:
        maps: (rows, h, w, tokens)
    """
    strongest = maps[..., list(positions)].amax(-1).unsqueeze(1)
    resized = functional.interpolate(strongest, size, mode="bilinear", align_corners=False)
    return resized / resized.amax((-2, -1), keepdim=True).clamp(min=1e-12) > threshold


def map_level(model: Model) -> Sites:
    """Cross-attention of the level nearest 16 x 16 at the native size."""
    side = model.size / model.factor
    levels = {site.level for site, _ in find_sites(model.unet) if site.kind == "cross"}
    return Sites.of("cross", levels=[min(levels, key=lambda level: (abs(side / 2**level - 16), level))])


class UnifiedAttention(Hook):
    """Attention of the target and mutual rows, tied to the source's (InfEdit, section 4; the schedule is its code's).

    Cross-attention: aligned tokens of the target take the source's probabilities, new ones keep their own. Self-attention:
    first the layout is the source's (queries and keys), later the target looks up in the source through the mutual row.
    """

    def __init__(self, new: Sequence[int] = (), cross: float = 0.7, self_: float = 0.7) -> None:
        """
        Args:
            new: token positions of the target that have no counterpart in the source; all others are aligned with the
                same position (an edited embedding keeps the source prompt's places).
            cross: share of the steps, to and with which cross-attention is tied.
            self_: share of the steps, before which self-attention keeps the source's layout.
        """
        self.new = tuple(new)
        self.cross = cross
        self.self_ = self_
        self.sites = Sites.all()

    def attend(self, call: AttentionCall, inner: Attend) -> Tensor:
        progress = (call.step.index + 1) / call.step.count
        if call.site.kind == "self":
            return inner(self._layout(call, progress < self.self_))
        rows = _three(call, "prompt")
        if rows is None or progress > self.cross:
            return inner(call)
        source, target, _ = rows
        weights = call.probabilities().clone()
        own = weights[target][..., list(self.new)]
        weights[target] = weights[source]
        weights[target][..., list(self.new)] = own
        return inner(replace(call, weights=weights))

    @staticmethod
    def _layout(call: AttentionCall, early: bool) -> AttentionCall:
        order = list(range(len(call.labels)))
        query, key, value = list(order), list(order), list(order)
        for half in ("negative", "prompt"):
            rows = _three(call, half)
            if rows is None:
                continue
            s, t, m = rows
            query[t], query[m] = (s, s) if early else (t, t)
            key[t], key[m] = s if early else t, s
            value[m] = s
        if query == order and key == order:
            return call
        return replace(call, query=call.query[query], key=call.key[key], value=call.value[value])


def _three(call: AttentionCall, half: str) -> list[int] | None:
    """Rows of source, target and mutual in one half of the guidance; None where the call has none (a side pass)."""
    found = [call.rows(f"{half}/{name}") for name in ROWS]
    return [rows[0] for rows in found] if all(len(rows) == 1 for rows in found) else None


class RowGuidance(Hook):
    """Guidance with a scale of its own for every row: negative + scale (prompt - negative); the prompt alone at 1."""

    def __init__(self, scales: Sequence[float], negative: Conditioning) -> None:
        """
        Args:
            negative: one row; it is put beside every row under that row's own last label, "negative/source" and so on.
        """
        self.scales = tuple(scales)
        self.negative = negative

    def predict(self, step: Step, x: Tensor, cond: Conditioning, inner: Predict) -> Tensor:
        if all(scale == 1 for scale in self.scales) or cond.count != len(self.scales):
            return inner(step, x, cond)
        names = tuple("negative/" + label.rpartition("/")[2] for label in cond.labels)
        away = self.negative.pick([0] * cond.count).relabel(*names)
        low, high = inner(step, torch.cat([x, x]), Conditioning.join(away, cond)).chunk(2)
        rows = [high[i] if s == 1 else low[i] + s * (high[i] - low[i]) for i, s in enumerate(self.scales)]
        return torch.stack(rows)


def infedit_rows(source: Conditioning, target: Conditioning) -> Conditioning:
    """The three rows of a generation, of one source and one target row."""
    return Conditioning.join(source, target, source).relabel(*(f"prompt/{name}" for name in ROWS))

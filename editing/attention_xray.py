"""Attention X-ray: where the network looks for each word while it makes a picture.

As a modifier it watches the cross-attention of the family's level nearest to 16 x 16 during a generation and keeps one
map per word and step (mean over heads and layers, as in Chefer et al., 2023, arXiv:2301.13826); the picture does not
change. As a task it turns what was kept into a heat map over the picture and into a mask. What is kept is one grey
picture: words downwards, steps to the right, each word on its own scale.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from core.contract.errors import UserError
from core.contract.fields import Help, ImageRef, Range, Words
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.registry import modifier, task
from core.engine.run import Run
from core.hooks.attention import Attend, AttentionCall, Sites
from core.hooks.hook import Hook, Inner
from core.hooks.store import AttentionStore, heat_map
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.pictures import to_mask
from core.models.schedule import Step
from editing.a_star import map_sites


def _sample(run: Run) -> str:
    atlas, peaks = packed(torch.rand(2, 3, 4, 4))
    return run.keep_data(NAME, atlas, words=["cat", "dog"], steps=[0, 1, 2], grid=[4, 4], peaks=[*peaks])


CONFORMANCE = {"xray": _sample, "word": "cat", "every": 1}
NAME = "x-ray"
"""What the kept maps are called among an outcome's data."""
_WORD = re.compile(r"<[^<>\s]+>|[^\W_]+(?:['\u2019-][^\W_]+)*")


class XrayParams(Params):
    words: Annotated[Words, Help("Words or phrases to watch; empty: every word of the prompt")] = ()
    every: Annotated[int, Range(1, 50), Help("Keep the maps of each so manieth step, and of the last")] = 1


@modifier("editing.attention_xray", "Attention X-ray", Kind.EDIT, provenance=Provenance.OURS)
class AttentionXray(Hook):
    """Keeps a heat map of every word and step of a generation; the picture stays the same to the bit.

    The maps are those of the guided pass, as the layers computed them before modifiers that stand further in edit them.
    """

    def __init__(self, params: XrayParams, run: Run, model: Model) -> None:
        self.params, self.run = params, run
        self.sites: Sites = map_sites(model)
        self.store = AttentionStore(self.sites, keep="all")
        self._cond: Conditioning | None = None
        self._last = 0
        self._watching = True

    @contextmanager
    def attach(self, model: Model) -> Iterator[None]:
        self.store.clear()
        with self.store.attach(model):
            yield

    def attend(self, call: AttentionCall, inner: Attend) -> Tensor:
        return self.store.attend(call, inner) if self._watching else inner(call)

    def advance(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        if self._cond is None:
            self._words(cond)  # a word that is not there is told before the first step, not after the last
        self._cond, self._last = cond, step.index
        self._watching = step.last or step.index % self.params.every == 0
        after = inner(step, x, cond)
        if self._watching and self.store.grids:
            self.run.preview(lambda: self._strip(cond), "Seen: " + ", ".join(self._words(cond)[0]))
        return after

    def finish(self, picture: Tensor) -> Tensor:
        if self._cond is not None and self.store.steps:
            words = self._words(self._cond)
            for row in range(self._cond.count):
                self._keep(row, words[row])
        self.store.clear()
        self._cond = None
        return picture

    def _words(self, cond: Conditioning) -> list[dict[str, tuple[int, ...]]]:
        """Per row: the words that are watched and their token positions.

        Raises:
            UserError: a word that was asked for is not in the prompt.
        """
        rows = []
        for row in range(cond.count):
            wanted = self.params.words or tuple(dict.fromkeys(_WORD.findall(cond.tokens[row].text)))
            found = {word: cond.positions(row, word) for word in wanted}
            rows.append({word: places for word, places in found.items() if places})
        return rows

    def _keep(self, row: int, words: dict[str, tuple[int, ...]]) -> None:
        steps = self.store.steps
        maps = torch.stack([self._maps(words, row, step) for step in steps], 1)  # (words, steps, h, w)
        atlas, peaks = packed(maps)
        self.run.keep_data(
            NAME,
            atlas,
            kind="maps",
            words=list(words),
            steps=list(steps),
            grid=list(maps.shape[2:]),
            peaks=[*peaks],
            picture=row + 1,
        )

    def _maps(self, words: dict[str, tuple[int, ...]], row: int, step: int | None = None) -> Tensor:
        """(words, h, w): mean over a word's tokens."""
        maps = self.store.maps(step=step)[row].float()
        return torch.stack([maps[..., list(places)].mean(-1) for places in words.values()])

    def _strip(self, cond: Conditioning) -> Image.Image:
        words = self._words(cond)[0]
        return to_mask(torch.cat(list(heat_map(self._maps(words, 0), (96, 96))), 1))


def packed(maps: Tensor) -> tuple[Image.Image, list[float]]:
    """Maps (words, steps, h, w) as one grey picture, words downwards, and the value of white for each word."""
    peaks = maps.flatten(1).amax(1).clamp(min=1e-12)
    grey = (maps / peaks[:, None, None, None] * 255).round().to(torch.uint8)
    words, steps, h, w = grey.shape
    rows = grey.permute(0, 2, 1, 3).reshape(words * h, steps * w)
    return Image.fromarray(rows.numpy(force=True), "L"), [float(p) for p in peaks]


def unpacked(atlas: Image.Image, origin: dict[str, Any]) -> Tensor:
    """The maps (words, steps, h, w) of a kept X-ray, in probabilities.

    Raises:
        UserError: the picture is no X-ray.
    """
    words, steps, grid, peaks = (origin.get(name) for name in ("words", "steps", "grid", "peaks"))
    if not (words and steps and grid and peaks):
        raise UserError("This picture is no kept X-ray.", "Choose the x-ray data of a generated picture.")
    h, w = (int(n) for n in grid)
    values = torch.from_numpy(np.array(atlas.convert("L"), np.float32) / 255)
    maps = values.reshape(len(words), h, len(steps), w).permute(0, 2, 1, 3)
    return maps * torch.tensor(peaks)[:, None, None, None]


class ReadXrayParams(Params):
    xray: Annotated[ImageRef, Help("The kept maps of a generation (its x-ray data)")]
    word: Annotated[str, Help("Which word")]
    picture: Annotated[ImageRef | None, Help("The picture to lay the heat map over; empty: the map alone")] = None
    step: Annotated[int, Range(-1, 1000), Help("Which step; -1: the mean over all")] = -1
    threshold: Annotated[
        float, Range(0.05, 0.95, 0.05), Help("Inside the mask: at least this share of the highest value (ours)")
    ] = 0.5
    opacity: Annotated[float, Range(0, 1, 0.05), Help("Of the heat map over the picture")] = 0.6


@task("editing.attention_xray", "Read an X-ray", Kind.MASK, provenance=Provenance.OURS)
def read_xray(params: ReadXrayParams, run: Run) -> Outcome:
    """Turn the kept attention of one word into a heat map over the picture and a mask."""
    path = run.assets.path(params.xray)
    origin = dict(run.assets.origin(params.xray))
    maps = unpacked(Image.open(path), origin)
    words: Sequence[str] = [str(word) for word in origin["words"]]  # type: ignore[union-attr]
    if params.word not in words:
        raise UserError(f"The X-ray has no map of '{params.word}'.", f"It has: {', '.join(words)}.")
    chosen = maps[words.index(params.word)]
    steps: list[int] = list(origin["steps"])  # type: ignore[arg-type]
    if params.step != -1 and params.step not in steps:
        raise UserError(f"The X-ray has no step {params.step}.", f"It has steps {steps[0]} to {steps[-1]}.")
    one = chosen.mean(0) if params.step == -1 else chosen[steps.index(params.step)]
    under = run.picture(params.picture) if params.picture else None
    width, height = under.size if under else (8 * one.shape[1], 8 * one.shape[0])
    heat = heat_map(one[None], (height, width))[0]
    full = functional.interpolate(one[None, None], (height, width), mode="bilinear", align_corners=False)[0, 0]
    mask = full >= params.threshold * full.max()
    about = {"word": params.word, "step": params.step, "x-ray": params.xray}
    shown = run.keep_picture(overlay(heat, under, params.opacity), **about)
    numbers = {"share": float(mask.float().mean()), "peak": float(one.max())}
    return Outcome(images=(shown,), masks=(run.keep_mask(mask, **about),), numbers=numbers, note=params.word)


def overlay(heat: Tensor, under: Image.Image | None, opacity: float) -> Image.Image:
    """A heat map (h, w) in 0..1 as colours from dark violet over red to yellow, over a picture where there is one."""
    stops = torch.tensor([[0.05, 0.03, 0.20], [0.45, 0.05, 0.45], [0.90, 0.25, 0.20], [1.0, 0.95, 0.50]])
    place = heat.clamp(0, 1) * (len(stops) - 1)
    low = place.floor().long().clamp(max=len(stops) - 2)
    part = (place - low)[..., None]
    colours = stops[low] * (1 - part) + stops[low + 1] * part
    if under is not None:
        base = torch.from_numpy(np.array(under.convert("RGB"), np.float32) / 255)
        colours = base * (1 - opacity) + colours * opacity
    return Image.fromarray((colours * 255).round().to(torch.uint8).numpy(), "RGB")

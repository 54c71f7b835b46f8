"""The inversion task: every inversion reconstructs, direct inversion exactly, and a target changes the picture."""

from collections.abc import Callable
from typing import get_args

import pytest
import torch
from torch.nn import functional

from core.contract.fields import ImageRef
from core.engine.invert import How, InvertParams, invert
from core.engine.run import Run
from core.models.model import Model
from core.sampling.inversion import psnr
from tests.tiny import tiny


def smooth(run: Run, side: int) -> ImageRef:
    draw = torch.Generator().manual_seed(0)
    coarse = torch.rand((1, 3, 4, 4), generator=draw) * 2 - 1
    return run.keep_picture(functional.interpolate(coarse, size=(side, side), mode="bilinear"))


@pytest.mark.parametrize("how", get_args(How))
@pytest.mark.parametrize("kind", ["sd1", "sd2v", "sdxl"])
def test_every_inversion_runs_on_every_family(make_run: Callable[..., Run], how: How, kind: str) -> None:
    model = tiny(kind)
    run = make_run(model)
    params = InvertParams(picture=smooth(run, 64), prompt="a cat", target="a dog", how=how, steps=4, updates=2)
    made = invert(params, run)
    assert len(made.images) == 2
    assert made.numbers["psnr"] > 3


def test_direct_inversion_gives_the_autoencoders_own_picture(make_run: Callable[..., Run], pocket: Model) -> None:
    run = make_run(pocket)
    picture = smooth(run, 128)
    made = invert(InvertParams(picture=picture, prompt="a cat", target="a red apple", steps=8), run)
    best = pocket.decode(pocket.encode_image(run.pixels(picture)))
    back, edit = (run.pixels(name) for name in made.images)
    assert psnr(back, best) > 45
    assert psnr(edit, back) < 30


def test_direct_inversion_is_at_least_as_exact_as_ddim(make_run: Callable[..., Run], pocket: Model) -> None:
    run = make_run(pocket)
    picture = smooth(run, 128)
    found = {h: invert(InvertParams(picture=picture, prompt="a cat", how=h, steps=8), run).numbers["psnr"]
             for h in ("direct", "ddim")}  # fmt: skip
    assert found["direct"] >= found["ddim"]

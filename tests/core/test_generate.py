"""The Generate task: seeds, image to image, repaint to the bit, patches and concepts, words of two trainings."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from core.contract.errors import Cancelled, UserError
from core.engine.concepts import Concept
from core.engine.generate import GenerateParams, generate
from core.engine.run import Run
from core.models.model import Model
from core.models.pictures import png
from core.weights.patch import FullDelta, WeightPatch

MakeRun = Callable[..., Run]


def made(run: Run, **params: object) -> list[np.ndarray]:
    outcome = generate(GenerateParams.model_validate({"prompt": "a cat and a dog", "steps": 3, **params}), run)
    return [np.asarray(run.picture(name)).astype(int) for name in outcome.images]


def picture(side: int = 64) -> Image.Image:
    image = Image.new("RGB", (side, side), (40, 120, 200))
    ImageDraw.Draw(image).rectangle((10, 10, 40, 50), fill=(220, 60, 30))
    return image


def test_a_seed_means_the_same_alone_and_in_a_batch(make_run: MakeRun, tiny_sd1: Model) -> None:
    alone = made(make_run(tiny_sd1, seed=6))[0]
    batch = made(make_run(tiny_sd1, seed=5), count=3, batch=3)
    assert np.abs(batch[1] - alone).max() <= 1
    assert np.abs(batch[0] - batch[1]).max() > 10


def test_every_family_makes_pictures_of_the_size_asked_for(make_run: MakeRun, any_tiny: Model) -> None:
    (found,) = made(make_run(any_tiny), size="96x64")
    assert found.shape == (64, 96, 3)


def test_repainting_leaves_every_outside_pixel(make_run: MakeRun, tiny_sd1: Model) -> None:
    run = make_run(tiny_sd1)
    mask = Image.new("L", (64, 64))
    ImageDraw.Draw(mask).ellipse((20, 20, 50, 50), fill=255)
    original = picture()
    init = run.assets.put(png(original), "png")
    (found,) = made(run, init=init, mask=run.assets.put(png(mask), "png"), strength=1.0, feather=3)
    outside = np.asarray(mask) == 0
    changed = np.abs(found - np.asarray(original).astype(int)).max(-1)
    assert changed[outside].max() == 0
    assert changed[~outside].max() > 10


def test_strength_decides_how_far_a_picture_is_left(make_run: MakeRun, pocket: Model) -> None:
    run = make_run(pocket)
    start = picture(128)
    init = run.assets.put(png(start), "png")
    near, far = (made(run, init=init, strength=s, steps=10)[0] for s in (0.2, 0.9))
    original = np.asarray(start).astype(int)
    assert np.abs(near - original).mean() < np.abs(far - original).mean()


def test_a_patch_changes_the_picture_and_goes_away(make_run: MakeRun, tiny_sd1: Model) -> None:
    run = make_run(tiny_sd1)
    before = made(run)[0]
    path, layer = next(iter(tiny_sd1.projections("cross", ["value"])))
    patch = WeightPatch("sd1", {path + ".weight": FullDelta(torch.randn_like(layer.weight))})
    ref = run.keep_patch(patch)
    assert np.abs(made(run, patches=[ref])[0] - before).max() > 3
    assert np.array_equal(made(run, patches=[f"{ref}:0"])[0], before)
    assert np.array_equal(made(run)[0], before)


def concept(run: Run, word: str, deltas: dict[str, FullDelta]) -> str:
    vectors = torch.full((1, 32), 0.3 if word == "<a-1>" else -0.3)
    return Concept(word, word, "thing", WeightPatch("sd1", deltas, {word: (vectors,)})).keep(run.assets)


def test_concepts_of_one_training_change_the_weights_once(make_run: MakeRun, tiny_sd1: Model) -> None:
    run = make_run(tiny_sd1)
    path, layer = next(iter(tiny_sd1.projections("cross", ["value"])))
    deltas = {path + ".weight": FullDelta(torch.randn_like(layer.weight))}
    both = [concept(run, word, deltas) for word in ("<a-1>", "<b-1>")]
    together = made(run, prompt="a <a-1>", concepts=both)[0]
    assert np.array_equal(together, made(run, prompt="a <a-1>", concepts=both[:1])[0])


def test_one_word_for_two_concepts_is_refused(make_run: MakeRun, tiny_sd1: Model) -> None:
    run = make_run(tiny_sd1)
    path, layer = next(iter(tiny_sd1.projections("cross", ["value"])))
    other = {path + ".weight": FullDelta(torch.ones_like(layer.weight))}
    refs = [concept(run, "<a-1>", {}), concept(run, "<a-1>", other)]
    with pytest.raises(UserError, match="<a-1>"):
        made(run, concepts=refs)


def test_cancel_takes_effect_within_a_step(make_run: MakeRun, tiny_sd1: Model) -> None:
    run = make_run(tiny_sd1, stop_after=2)
    with pytest.raises(Cancelled):
        made(run, steps=50)
    assert run.listener.items <= 3  # type: ignore[attr-defined]
    assert not tiny_sd1.hooked


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"size": "100x64"}, "100"),
        ({"size": "big"}, "big"),
        ({"modifiers": ["editing.nothing"]}, "editing.nothing"),
        ({"modifiers": ["editing.a_star:{oops"]}, "JSON"),
        ({"mask": "0" * 64 + ".png"}, "picture"),
        ({"steps": 2, "strength": 0.1, "init": "picture"}, "strength"),
    ],
)
def test_bad_input_is_named(make_run: MakeRun, tiny_sd1: Model, params: dict[str, object], word: str) -> None:
    run = make_run(tiny_sd1)
    if params.get("init") == "picture":
        params = {**params, "init": run.assets.put(png(picture()), "png")}
    with pytest.raises(UserError, match=word):
        made(run, **params)


def test_previews_begin_with_the_first_step(make_run: MakeRun, tiny_sd1: Model, tmp_path: Path) -> None:
    run = make_run(tiny_sd1)
    made(run, steps=1)
    assert run.listener.previews == 1  # type: ignore[attr-defined]


def test_a_modifier_sees_the_seeds_of_its_own_batch(make_run: MakeRun, tiny_sd1: Model) -> None:
    mask = Image.new("L", (64, 64))
    ImageDraw.Draw(mask).rectangle((8, 8, 40, 40), fill=255)

    def repainted(seed: int, **params: object) -> list[np.ndarray]:
        run = make_run(tiny_sd1, seed=seed)
        names = [run.assets.put(png(p), "png") for p in (picture(), mask)]
        return made(
            run, modifiers=[f'editing.blended_repaint:{{"picture": "{names[0]}", "mask": "{names[1]}"}}'], **params
        )

    third = repainted(5, count=3, batch=1)[2]
    assert np.abs(third - repainted(7)[0]).max() <= 1

"""Break-A-Scene: its draws and losses on tiny models of every layout, and its effect on the embedded model."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from core.contract.errors import Cancelled, UserError
from core.contract.params import from_json
from core.engine.concepts import Concept, attach_concepts
from core.engine.run import Run
from core.hooks.hook import hooked
from core.models.model import Model
from core.training.losses import masked_noise_loss
from core.training.prior import sampled
from core.training.trainable import trainable_weights, trainable_words
from personalization import break_a_scene as bas
from personalization.break_a_scene import BreakASceneParams, Draw, break_a_scene, draw, step_losses
from resources.pocket import world
from resources.pocket.judge import answers
from resources.pocket.judge import load as load_judge

SHORT = {"words_steps": 2, "all_steps": 2, "prior_count": 2, "batch": 1, "sample_steps": 2, "all_rate": 1e-3}


def drawn(run: Run, side: int = 64) -> tuple[str, tuple[str, str]]:
    """A stored picture of two odd shapes on a backdrop, and their masks."""
    picture = Image.new("RGB", (side, side), (90, 140, 200))
    shapes = [((0.08, 0.3, 0.42, 0.8), (220, 60, 40)), ((0.58, 0.2, 0.92, 0.9), (240, 220, 40))]
    masks = []
    for number, (box, color) in enumerate(shapes):
        place = tuple(int(v * side) for v in box)
        paint = ImageDraw.Draw(picture)
        mask = Image.new("L", picture.size)
        for image, fill in ((paint, color), (ImageDraw.Draw(mask), 255)):
            (image.ellipse if number else image.rectangle)(place, fill=fill)
        masks.append(run.keep_mask(mask))
    return run.keep_picture(picture), (masks[0], masks[1])


def params_of(run: Run, **more: object) -> BreakASceneParams:
    picture, masks = drawn(run)
    return BreakASceneParams(**{"picture": picture, "masks": masks, **SHORT, **more})


def snapshot(model: Model) -> list[object]:
    with (
        torch.no_grad()
    ):  # transformers hangs hooks of its own on a text tower when it is first asked for hidden states
        model.encode_prompts(["a"])
    tensors = [p.detach().clone() for m in model.components.values() for p in (*m.parameters(), *m.buffers())]
    hooks = [sum(len(getattr(x, h)) for x in m.modules() for h in ("_forward_hooks", "_forward_pre_hooks"))
             for m in model.components.values()]  # fmt: skip
    return [tensors, hooks, list(model.unet.attn_processors.values()), model.words,
            [p.requires_grad for m in model.components.values() for p in m.parameters()]]  # fmt: skip


def unchanged(before: list[object], model: Model) -> bool:
    after = snapshot(model)
    return all(torch.equal(a, b) for a, b in zip(before[0], after[0], strict=True)) and all(
        a == b for a, b in zip(before[1:], after[1:], strict=True)
    )


# --- mechanism ----------------------------------------------------------------------------------------------------


def test_union_sampling():
    generator = torch.Generator().manual_seed(0)
    draws = [draw(3, 0.5, generator) for _ in range(3000)]
    sizes = Counter(len(d.things) for d in draws)
    assert all(abs(sizes[k] / 3000 - 1 / 3) < 0.04 for k in (1, 2, 3))
    # each thing is present with probability (N + 1) / (2 N)
    for thing in range(3):
        assert abs(sum(thing in d.things for d in draws) / 3000 - 4 / 6) < 0.04
    assert {d.things for d in draws if len(d.things) == 2} == {(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)}
    assert abs(sum(d.mirrored for d in draws) / 3000 - 0.5) < 0.04


def test_losses_of_a_step(make_run: Callable[..., Run], any_tiny: Model):
    """One batch with subsets of unequal size, against the equations written out."""
    run = make_run(any_tiny)
    params = params_of(run, classes=("cat", "dog"))
    training = bas._prepare(params, run, any_tiny)
    with (
        trainable_words(any_tiny, bas._beginnings(params, run, any_tiny, training.words)) as words,
        trainable_weights(any_tiny, lambda path: path.startswith("unet.")) as full,
        hooked(any_tiny, [training.store]) as denoiser,
    ):
        draws = [Draw((1,), False), Draw((1, 0), True)]
        parts = step_losses(training, denoiser, draws, [1, 0], torch.Generator().manual_seed(3))
        assert set(parts) == {"masked", "prior", "attention"}
        sum(parts.values()).backward()
        assert all(v.grad.abs().sum() > 0 for vectors in words.values() for v in vectors)
        assert full.parameters["unet.conv_in.weight"].grad.abs().sum() > 0

        # By hand: the same draws of latents, noise and times, in the same order.
        g, prior, scene = torch.Generator().manual_seed(3), training.prior, training.scene
        assert prior is not None
        clean = torch.cat([*(prior.latents.pick(i).draw(g) for i in (1, 0)),
                           scene.plain.latents.draw(g), scene.mirrored.latents.draw(g)])  # fmt: skip
        noise = torch.randn(clean.shape, generator=g)
        times = torch.randint(0, 1000, (4,), generator=g)
        step = any_tiny.schedule.training_step(times)
        x = any_tiny.schedule.add_noise(clean, noise, step.now)
        first, second = training.words
        prompts = ["a photo at the beach"] * 2 + [f"a photo of {second}", f"a photo of {second} and {first}"]
        cond = any_tiny.encode_prompts(prompts, ["prior", "prior", "scene", "scene"])
        output = any_tiny.schedule.output_from(denoiser.predict(step, x, cond), x, step.now)
        target = any_tiny.schedule.target(clean, noise, step.now)
        union = torch.stack([scene.plain.small[1:2], scene.mirrored.small.amax(0, keepdim=True)])
        masked = ((output[2:] * union - target[2:] * union) ** 2).mean()
        assert parts["masked"].item() == pytest.approx(masked.item(), rel=1e-4)
        assert parts["prior"].item() == pytest.approx(((output[:2] - target[:2]) ** 2).mean().item(), rel=1e-4)
        maps = training.store.maps()

        def term(row: int, word: str, mask: torch.Tensor) -> float:
            column = maps[row][..., cond.positions(2 + row, word)[0]]
            return ((mask - column / column.max()) ** 2).mean().item()

        sides = scene.plain.grid, scene.mirrored.grid
        wanted = (term(0, second, sides[0][1]) + term(1, second, sides[1][1]) + term(1, first, sides[1][0])) / 2
        assert parts["attention"].item() == pytest.approx(0.01 * wanted, rel=1e-4)
    assert any_tiny.words == {}


@pytest.mark.parametrize("variant", ["full", "lora"])
def test_runs_on_every_layout_and_leaves_no_trace(make_run: Callable[..., Run], any_tiny: Model, variant: str):
    run = make_run(any_tiny)
    before = snapshot(any_tiny)
    outcome = break_a_scene(params_of(run, variant=variant, classes=("cat", "ice cream")), run)
    assert unchanged(before, any_tiny)
    assert len(outcome.concepts) == 2
    assert len(outcome.images) == 3
    assert outcome.numbers["steps"] == 4
    assert all(np.isfinite(v) for v in outcome.numbers.values())
    first, second = (run.concept(ref) for ref in outcome.concepts)
    assert (first.word, first.category, first.partners) == ("<thing-1>", "cat", ("<thing-2>",))
    assert set(first.patch.words) == {"<thing-1>"}
    assert set(first.patch.deltas) == set(second.patch.deltas)
    assert {p.split(".")[0] for p in first.patch.deltas} == {c for c in any_tiny.components if c != "vae"}
    assert len(first.patch.words["<thing-1>"]) == len(any_tiny.text)
    with torch.no_grad(), attach_concepts(any_tiny, run, outcome.concepts):  # one change, attached once
        any_tiny.encode_prompts(["a photo of <thing-1> and <thing-2>"])
    assert unchanged(before, any_tiny)


def test_same_seed_same_concept(make_run: Callable[..., Run], tiny_sd1: Model):
    one, two = (break_a_scene(params_of(run), run) for run in (make_run(tiny_sd1, seed=4), make_run(tiny_sd1, seed=4)))
    assert one.concepts == two.concepts
    assert one.images == two.images
    assert break_a_scene(params_of(make_run(tiny_sd1)), make_run(tiny_sd1)).concepts != one.concepts


def test_words_alone_and_backdrop(make_run: Callable[..., Run], tiny_sd1: Model):
    run = make_run(tiny_sd1)
    outcome = break_a_scene(params_of(run, all_steps=0, background=True, samples=0), run)
    concepts = [run.concept(ref) for ref in outcome.concepts]
    assert [c.word for c in concepts] == ["<thing-1>", "<thing-2>", "<backdrop-1>"]
    assert not any(c.patch.deltas for c in concepts)
    rows = [bas.rare_row(tiny_sd1.text[0], i) for i in range(2)]
    assert not torch.equal(rows[0], rows[1])
    assert not torch.equal(concepts[0].patch.words["<thing-1>"][0], rows[0])  # it moved


def test_phase_one_moves_only_words_and_phase_two_everything(make_run: Callable[..., Run], tiny_sd1: Model):
    run = make_run(tiny_sd1)
    concept = run.concept(break_a_scene(params_of(run, train_text=False), run).concepts[0])
    assert {p.split(".")[0] for p in concept.patch.deltas} == {"unet"}
    alone = run.patch(str(concept.params["words_alone"]))  # the words as they were after the first phase
    assert not alone.deltas
    assert not torch.equal(alone.words["<thing-1>"][0], concept.patch.words["<thing-1>"][0])


@pytest.mark.parametrize("stop", range(1, 14, 2))
def test_cancel_at_any_step_leaves_the_model_as_it_was(make_run: Callable[..., Run], tiny_sd1: Model, stop: int):
    run = make_run(tiny_sd1, stop_after=stop)
    before = snapshot(tiny_sd1)
    with pytest.raises(Cancelled):
        break_a_scene(params_of(run), run)
    assert unchanged(before, tiny_sd1)


@pytest.mark.parametrize("stop", [4, 8])
def test_a_stopped_training_goes_on_to_the_same_result(
    make_run: Callable[..., Run], tiny_sd1: Model, stop: int, monkeypatch: pytest.MonkeyPatch
):
    run = make_run(tiny_sd1)
    params = params_of(run, words_steps=3, all_steps=3, samples=0)
    whole = break_a_scene(params, run)
    monkeypatch.setattr(bas.SavedState, "due", lambda _self: True)
    with pytest.raises(Cancelled):
        break_a_scene(params, make_run(tiny_sd1, stop_after=stop))
    rest = make_run(tiny_sd1)
    outcome = break_a_scene(params, rest)
    assert any("going on at step" in text for text in rest.listener.texts)
    assert outcome.concepts == whole.concepts
    assert not list((run.assets.root / "training").glob("*.safetensors"))  # nothing left behind


# --- bad input ----------------------------------------------------------------------------------------------------


def test_bad_masks(make_run: Callable[..., Run], tiny_sd1: Model):
    run = make_run(tiny_sd1)
    picture, (first, _second) = drawn(run)
    small = run.keep_mask(Image.new("L", (32, 32), 255))
    empty = run.keep_mask(Image.new("L", (64, 64), 0))
    for masks, sentence in (
        ((first, small), "is 32 x 32, its picture 64 x 64"), ((empty,), "is empty"), ((), "There is no mask"),
        ((first, first), "masks of <thing-1> and <thing-2> are the same"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=sentence):
            break_a_scene(BreakASceneParams(picture=picture, masks=masks, **SHORT), run)


def test_overlapping_masks_are_allowed_and_told(make_run: Callable[..., Run], tiny_sd1: Model):
    run = make_run(tiny_sd1)
    picture, (first, _second) = drawn(run)
    larger = run.keep_mask(Image.new("L", (64, 64), 255))
    break_a_scene(
        BreakASceneParams(picture=picture, masks=(first, larger), **{**SHORT, "all_steps": 0, "samples": 0}), run
    )
    assert any("share 100%" in text for text in run.listener.texts)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"words": ("<a-1>",)}, "2 masks but 1 words"),
        ({"classes": ("cat", "dog", "bee")}, "2 masks but 3 classes"),
        ({"words": ("<a-1>", "<A-1>")}, "'<a-1>' is given twice"),
        ({"words": ("cat", "<a-1>")}, "'cat' is an ordinary word"),
        ({"words": ("<my mug>", "<a-1>")}, "'<my mug>' is not a name.*<my-mug-1>"),
        ({"words": ("<mug_1>", "<a-1>")}, "'<mug_1>' is not a name"),
        ({"template": "a photo"}, "must hold {} once"),
        ({"template": "a {} and {}"}, "must hold {} once"),
        ({"prior_prompts": ()}, "no prompts"),
    ],
)
def test_bad_words(make_run: Callable[..., Run], tiny_sd1: Model, more: dict[str, object], sentence: str):
    run = make_run(tiny_sd1)
    before = snapshot(tiny_sd1)
    with pytest.raises(UserError, match=sentence):
        break_a_scene(params_of(run, **more), run)
    assert unchanged(before, tiny_sd1)


def test_word_in_use_and_tiny_picture(make_run: Callable[..., Run], tiny_sd1: Model):
    run = make_run(tiny_sd1)
    with (
        trainable_words(tiny_sd1, {"<thing-1>": (tiny_sd1.text[0].vectors_of("cat"),)}),
        pytest.raises(UserError, match="'<thing-1>' is already in use"),
    ):
        break_a_scene(params_of(run), run)
    speck = run.keep_picture(Image.new("RGB", (5, 5)))
    mask = run.keep_mask(Image.new("L", (5, 5), 255))
    with pytest.raises(UserError, match="only 5 x 5"):
        break_a_scene(BreakASceneParams(picture=speck, masks=(mask,), **SHORT), run)


def test_large_wide_picture(make_run: Callable[..., Run], tiny_sd1: Model):
    run = make_run(tiny_sd1)
    picture = Image.new("RGB", (1500, 500), "grey")
    masks = []
    for x in (20, 1300):
        mask = Image.new("L", picture.size)
        mask.paste(255, (x, 100, x + 160, 400))
        masks.append(run.keep_mask(mask))
    params = BreakASceneParams(
        picture=run.keep_picture(picture), masks=tuple(masks), **{**SHORT, "all_steps": 0, "samples": 0}
    )
    assert len(break_a_scene(params, run).concepts) == 2


def test_rates_out_of_range_are_named():
    with pytest.raises(UserError, match="words_rate"):
        from_json(BreakASceneParams, {"picture": "x", "masks": ["y"], "words_rate": 7})


# --- effect -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_learns_two_things_from_one_picture(make_run: Callable[..., Run], pocket: Model):
    run = make_run(pocket)
    before = snapshot(pocket)
    # Two things that the embedded model never saw: it must not be able to draw them already.
    seen = world.scene(np.random.default_rng(5), objects=("genie", "princess"), relation="left of", backdrop="white")
    picture = run.keep_picture(Image.fromarray(seen.image))
    masks = tuple(run.keep_mask(mask) for mask in seen.masks)
    # A seventh of the paper's steps: with its weight of 0.01 the attention loss has no time to bind words to places.
    params = BreakASceneParams(
        picture=picture, masks=masks, samples=0, prior_count=4, words_steps=60, all_steps=50, attention_weight=0.05
    )
    outcome = break_a_scene(params, run)
    assert unchanged(before, pocket)
    numbers = outcome.numbers
    for word in ("<thing-1>", "<thing-2>"):
        # Against the untrained word, the same draws of noise: the error inside the mask falls by a fifth at least.
        assert numbers[f"error_after {word}"] < 0.8 * numbers[f"error_before {word}"]
        assert numbers[f"attention_own {word}"] > numbers[f"attention_other {word}"]
        assert numbers[f"attention_own {word}"] > 1.5 * numbers[f"attention_own_before {word}"]

    # The files, read again, change what they should, and the rest less.
    assert Concept.read(run.assets.path(outcome.concepts[0])).word == "<thing-1>"
    # Each with its backdrop: where none is asked for the model picks one, and another pick would drown what is measured.
    prompts = [f"a photo of {what} on a blue background" for what in ("<thing-1>", "a cat", "a castle")]
    with trainable_words(pocket, bas._beginnings(params, run, pocket, ("<thing-1>", "<thing-2>"))), torch.no_grad():
        plain = sampled(pocket, prompts, [1] * 3, 10)
    with attach_concepts(pocket, run, outcome.concepts[:1]):
        learned = sampled(pocket, prompts, [1] * 3, 10)
    assert unchanged(before, pocket)
    moved = (learned - plain).abs().mean((1, 2, 3))
    assert moved[0] > 0.1
    assert moved[1] < 0.6 * moved[0]
    judge = load_judge()
    assert [set(a["objects"]) for a in answers(judge, learned)[1:]] == [{"cat"}, {"castle"}]
    assert set(answers(judge, learned)[0]["objects"]) != set(answers(judge, plain)[0]["objects"])


def test_masked_loss_ignores_the_outside():
    mask = torch.zeros(1, 1, 4, 4)
    mask[..., :2] = 1
    output = torch.randn(1, 4, 4, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    masked_noise_loss(output, torch.zeros_like(output), mask).backward()
    assert output.grad is not None
    assert output.grad[..., 2:].abs().sum() == 0
    assert output.grad[..., :2].abs().sum() > 0

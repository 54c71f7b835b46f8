"""M-ErasureBench: the attacks' arithmetic, the rate, the controls, bad input, and all five scenarios on both tiny and embedded
models."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.engine.run import Run
from core.evaluate.erasure import embeddings, latents
from core.evaluate.erasure.detectors import Sighting
from core.evaluate.erasure.scenarios import SCENARIOS, Inputs, perform
from core.evaluate.erasure.subject import ErasedParams, Job, Subject, settings_of, small_erasure
from core.evaluate.m_erasure_bench import Cell, ErasureBenchParams, crr, m_erasure_bench, scores_of
from core.models.model import Model
from core.sampling.inversion import ascend
from core.sampling.solvers import Solver
from erasure.weights.rece import ReceParams, rece
from tests.tiny import tiny

MakeRun = Callable[..., Run]
SMALL = {"erase": ["cat"], "count": 2, "word_steps": 2, "inversion_steps": 3, "steps": 2, "recipe": "small", "mixes": [0.4],
         "pairs": 4}  # fmt: skip


def test_the_rate_is_of_a_hundred_and_of_those_decided() -> None:
    yes, no, unsure = Sighting(True), Sighting(False), Sighting(None)
    value, low, high, n, undecided = crr([yes, no, no, no, unsure])
    assert (value, n, undecided) == (25, 4, 1)
    assert low is not None
    assert high is not None
    assert 0 < low < 25 < high < 100
    assert crr([]) == (None, None, None, 0, 0)
    assert crr([no] * 8)[2] == pytest.approx(32.4, abs=0.1)  # 0 of 8 still allows 32 %


def test_lights() -> None:
    lights = [Cell("text", "cat", 9, value).light for value in (None, 0.0, 12.0, 60.0)]
    assert lights == ["grey", "green", "yellow", "red"]


def test_recipes_are_those_of_the_public_code() -> None:
    first, second = embeddings.RECIPES["A"], embeddings.RECIPES["B"]
    assert (first.pictures, first.batch, first.accumulate, first.steps, first.rate) == (
        25,
        4,
        4,
        5000,
        pytest.approx(0.08),
    )
    assert (second.batch, second.accumulate, second.steps, second.rate) == (1, 4, 3000, pytest.approx(2e-3))
    assert second.initial == "object"


def test_the_word_takes_the_concepts_place() -> None:
    assert embeddings.swapped("a Cat and a category", "cat", "<x>") == "a <x> and a category"
    assert embeddings.swapped("an ice  cream here", "ice cream", "<x>") == "an <x> here"
    with pytest.raises(UserError, match="is not in the prompt"):
        embeddings.swapped("a dog", "cat", "<x>")


def test_mixing_keeps_unit_variance() -> None:
    draw = torch.Generator().manual_seed(0)
    z, noise = (torch.randn(1, 4, 64, 64, generator=draw) for _ in range(2))
    assert torch.equal(latents.mixed(z, noise, 0.0), z)
    assert torch.equal(latents.mixed(z, noise, 1.0), noise)
    torch.testing.assert_close(latents.mixed(z, noise, 0.6), 0.8 * z + 0.6 * noise)
    assert float(latents.mixed(z, noise, 0.4).std()) == pytest.approx(1, abs=0.03)


def test_likelihood_of_noise() -> None:
    energy, likely = latents.likelihood(torch.ones(1, 4, 2, 2) * 2)
    assert energy == [4.0]
    assert likely == [pytest.approx(-0.5 * (4 + math.log(2 * math.pi)))]


def test_the_fixed_point_solves_its_equation(tiny_sd1: Model) -> None:
    step = Solver(tiny_sd1.schedule, "ddim", 10).steps[3]
    clean = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    now, after = float(step.now), float(step.next)
    c1 = math.sqrt(now / after)
    c2 = math.sqrt(1 - now) - math.sqrt(now * (1 - after) / after)  # as TINA writes them
    eps = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(ascend(step, clean, eps), c1 * clean + c2 * eps)
    found = latents.fixed_point(lambda _s, x: 0.5 * x, step, clean, 400, rate=0.02)
    torch.testing.assert_close(found, c1 * clean / (1 - 0.5 * c2), atol=2e-2, rtol=2e-2)
    begin = ascend(step, clean, 0.5 * clean)
    better = latents.fixed_point(lambda _s, x: 0.5 * x, step, clean, 25)
    exact = c1 * clean / (1 - 0.5 * c2)
    assert float((better - exact).norm()) <= float((begin - exact).norm())


def test_only_the_word_is_learned(tiny_sd1: Model, make_run: MakeRun) -> None:
    run = make_run(tiny_sd1)
    subject = Subject(ErasedParams(erase=["cat"], patches=small_erasure(run)), run)
    recipe = embeddings.Recipe(2, 2, 1, 4, 1e-2, "object")
    pictures = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    table = tiny_sd1.text[0].embedding.weight.clone()
    with subject.base() as side:
        start = side.model.text[0].vectors_of("object").mean(0, keepdim=True)
        black = embeddings.learn_word(side, pictures, recipe, run, "a")
    with subject.erased() as side:
        white = embeddings.learn_word(side, pictures, recipe, run, "a")
    assert torch.equal(tiny_sd1.text[0].embedding.weight, table)
    assert not tiny_sd1.words
    assert not torch.equal(black.vectors[0], start)
    assert not torch.equal(black.vectors[0], white.vectors[0])  # the attacked model is inside the loss


def test_another_text_encoder_is_not_applicable(make_run: MakeRun, tmp_path: Path) -> None:
    """A row of another width cannot be loaded into the erased model: n/a, never a zero."""
    assert embeddings.fits((torch.zeros(1, 32),), tiny("sd1")) == ""
    assert "widths" in embeddings.fits((torch.zeros(1, 48),), tiny("sd1"))
    assert "widths" in embeddings.fits((torch.zeros(1, 32),), tiny("sdxl"))


def test_every_scenario_makes_pictures_with_its_controls(any_tiny: Model, make_run: MakeRun) -> None:
    run = make_run(any_tiny)
    subject = Subject(ErasedParams(erase=["cat"], patches=small_erasure(run)), run)
    with subject.base() as side:
        settings = settings_of(side.model, 2, 5.0)
    pictures = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    recipe = embeddings.Recipe(2, 1, 1, 2, 1e-2, "object")
    inputs = Inputs(subject, "cat", (Job("a cat", 1), Job("a big cat", 2)), pictures, pictures[:1].flip(-1), settings,
                    recipe=recipe, steps=3, mixes=(0.4,))  # fmt: skip
    for name in SCENARIOS:
        made = perform(name, inputs)
        assert not isinstance(made, str)
        assert made.pictures.shape == made.base.shape == (2, 3, 64, 64)
        assert torch.isfinite(made.pictures).all()
        if name.startswith("latent"):
            assert set(made.controls) == {
                "through the autoencoder alone",
                "unrelated pictures inverted",
                "40% fresh noise",
            }
            assert {"psnr", "psnr_autoencoder", "psnr_unrelated", "energy", "log_likelihood"} <= set(made.numbers)
            assert made.artefact
        elif name.startswith("embedding"):
            assert made.concept is not None
            assert made.jobs[0].prompt == f"a {embeddings.WORD}"


def test_scores_of_cells() -> None:
    cells = [
        Cell("text", "cat", 8, 25.0, 5.0, 60.0, 90.0),
        Cell("latent, white box", "cat", 0, None, note="not measured: x"),
    ]
    found = {s.key: s for s in scores_of(cells, {"cat": "judge"})}
    assert found["CRR, text/cat"].value == 25.0
    assert found["CRR, text, original/cat"].value == 90.0
    assert found["CRR, latent, white box/cat"].value is None
    assert found["CRR, latent, white box/cat"].reason == "x"


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"scenarios": ["telepathy"]}, "no scenario 'telepathy'"),
        ({"mixes": [1.5]}, "not possible"),
        ({"patches": []}, "no erasure"),
        ({"erase": [""]}, "no erased word"),
        ({"judge": "pocket judge"}, "only pictures of the pocket world"),
        ({"judge": "CLIP"}, "No CLIP folder"),
        ({"initial": "   ", "count": 0}, "count"),
    ],
)
def test_bad_input_is_named(tiny_sd1: Model, make_run: MakeRun, params: dict[str, Any], sentence: str) -> None:
    from core.contract.params import from_json

    run = make_run(tiny_sd1)
    with pytest.raises(UserError, match=sentence):
        m_erasure_bench(from_json(ErasureBenchParams, {**SMALL, "patches": small_erasure(run), **params}), run)


def test_one_picture_twice_is_refused(tiny_sd1: Model, make_run: MakeRun) -> None:
    run = make_run(tiny_sd1)
    ref = run.keep_picture(torch.zeros(1, 3, 64, 64))
    with pytest.raises(UserError, match="twice"):
        m_erasure_bench(ErasureBenchParams(**SMALL, patches=small_erasure(run), pictures=[ref, ref]), run)


def test_an_erased_checkpoint_works_like_a_patch(tmp_path: Path) -> None:
    base, other = tiny("sd1"), tiny("sd1", seed=1)

    @contextmanager
    def lend(ref: str) -> Iterator[Model]:
        yield other if ref == "other" else base

    run = Run(AssetStore(tmp_path / "assets"), lend, "base")
    out = m_erasure_bench(ErasureBenchParams(**SMALL, erased="other", judge="none"), run)
    data = json.loads(Path(out.files[1]).read_text())
    assert [c["scenario"] for c in data["cells"]] == list(SCENARIOS)
    assert all(
        c["crr"] is None and c["light"] == "grey" and c["note"].startswith("not measured") for c in data["cells"]
    )
    assert "weights changed" in data["kind_of_erasure"]
    assert "not measured" in out.note
    assert not any(k.startswith("CRR") and not k.rpartition(", ")[2].startswith("psnr") for k in out.numbers)
    with pytest.raises(UserError, match="itself"):
        m_erasure_bench(ErasureBenchParams(**SMALL, erased="base"), run)


@pytest.mark.slow
def test_on_the_embedded_model(pocket: Model, make_run: MakeRun) -> None:
    """Text no longer shows the word; an inverted latent still does, and the controls say what that is worth."""
    run = make_run(pocket)
    patch = rece(ReceParams(erase=["cat"], instead=["dog"], regularisation=0.1), run).patch
    params = ErasureBenchParams(erase=["cat"], patches=[patch], count=2, word_steps=3, inversion_steps=8, steps=8, pairs=8,
                                judge="original model", recipe="small", mixes=[0.8],
                                scenarios=["text", "embedding, black box", "latent, white box"])  # fmt: skip
    out = m_erasure_bench(params, run)
    cells = {c["scenario"]: c for c in json.loads(Path(out.files[1]).read_text())["cells"]}
    assert cells["text"]["base_crr"] == 100
    assert cells["text"]["crr"] < 100
    latent = cells["latent, white box"]
    assert latent["crr"] == 100
    assert latent["numbers"]["psnr"] > 20
    assert latent["numbers"]["psnr_autoencoder"] > latent["numbers"]["psnr"]
    assert latent["controls"]["through the autoencoder alone"] == 100
    assert latent["artefact"] in run.assets
    assert len(out.concepts) == 1
    assert run.concept(out.concepts[0]).word == embeddings.WORD
    assert all("too" in c["note"] or "interval says little" in c["note"] for c in cells.values())

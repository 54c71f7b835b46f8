"""Every export, read back by diffusers itself, must act as our own attach does, and differ from the base."""

from pathlib import Path

import pytest
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline
from safetensors.torch import load_file

from core.contract.errors import UserError
from core.engine.concepts import Concept
from core.engine.registry import method
from core.export.checkpoint import CheckpointParams, configs_of, export_checkpoint, write_checkpoint
from core.export.concept import ConceptParams, export_concept, write_concept
from core.export.incoming import ImportParams, import_file, import_patch
from core.export.lora import factorised, low_rank
from core.export.merge import merged
from core.hooks.hook import hooked
from core.models.configs import write_configs
from core.models.loading import load
from core.models.model import Model
from core.sampling.sample import sample
from core.sampling.solvers import Solver
from core.weights.patch import FullDelta, LowRank, WeightPatch
from tests.tiny import KINDS, tiny

PROMPT, STEPS = "a red cat", 3


def our_latents(model: Model, prompt: str = PROMPT, patch: WeightPatch | None = None) -> torch.Tensor:
    """Latents of our own loop after a few steps, without guidance."""
    size = model.vae.config.sample_size
    solver = Solver(model.schedule, "ddim", STEPS)
    x = start(model)
    block = (patch or WeightPatch(model.family.name)).attach(model)
    with block, hooked(model, []) as denoiser, torch.no_grad():
        model.forget_prompts()
        cond = model.encode_prompts([prompt], size=(size, size))
        out = sample(denoiser, solver.start(x), cond, solver.steps, solver)
    model.forget_prompts()
    return out


def start(model: Model) -> torch.Tensor:
    side = model.vae.config.sample_size // model.factor
    return torch.randn((1, model.channels, side, side), generator=torch.Generator().manual_seed(5))


def their_latents(pipe, model: Model, prompt: str = PROMPT) -> torch.Tensor:
    """The same through diffusers' pipeline."""
    pipe.set_progress_bar_config(disable=True)
    size = model.vae.config.sample_size
    pipe.scheduler = DDIMScheduler.from_config(
        {**pipe.scheduler.config, "clip_sample": False, "set_alpha_to_one": False}
    )
    for encoder, tokenizer in (
        (pipe.text_encoder, pipe.tokenizer),
        *([(pipe.text_encoder_2, pipe.tokenizer_2)] if hasattr(pipe, "text_encoder_2") else []),
    ):
        getattr(encoder, "text_model", encoder).eos_token_id = tokenizer.eos_token_id
    return pipe(prompt, num_inference_steps=STEPS, guidance_scale=1.0, latents=start(model), output_type="latent",
                height=size, width=size).images  # fmt: skip


def pipeline(model: Model, path: Path, tmp_path: Path):
    kind = StableDiffusionXLPipeline if model.family.pooled else StableDiffusionPipeline
    if path.is_dir():
        return kind.from_pretrained(str(path), local_files_only=True, use_safetensors=True)
    configs = tmp_path / "configs"
    write_configs(configs_of(model), configs)
    return kind.from_single_file(str(path), config=str(configs), local_files_only=True)


def full_patch(model: Model) -> WeightPatch:
    """Noticeable full changes of all cross-attention keys and values."""
    generator = torch.Generator().manual_seed(1)
    deltas = {f"{name}.weight": FullDelta(torch.randn(layer.weight.shape, generator=generator) * layer.weight.std())
              for name, layer in model.projections("cross", ("key", "value"))}  # fmt: skip
    return WeightPatch(model.family.name, deltas)


def low_patch(model: Model, alpha: float = 1.0) -> WeightPatch:
    """Low-rank changes in U-Net and text encoder, alpha not equal to the rank."""
    generator = torch.Generator().manual_seed(2)
    layers = [*model.projections("both", ("query", "key", "value", "out"))]
    for number in range(len(model.text)):
        component = "text" if number == 0 else "text2"
        layers += [
            (f"{component}.{n}", m) for n, m in model.components[component].named_modules() if n.endswith("q_proj")
        ]

    def one(weight: torch.Tensor) -> LowRank:
        down = torch.randn((2, weight.shape[1]), generator=generator) * 0.3
        return LowRank(down, torch.randn((weight.shape[0], 2), generator=generator) * 0.3, alpha)

    return WeightPatch(model.family.name, {name: one(layer.weight) for name, layer in layers})


def distance(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a - b).abs().max())


# --- checkpoints ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["diffusers", "single-file"])
def test_a_checkpoint_carries_the_patch_to_diffusers_and_back(kind, form, tmp_path):
    model = tiny(kind)
    patch = full_patch(model)
    before = {k: v.clone() for k, v in model.unet.state_dict().items()}
    path, card, *_ = write_checkpoint(model, tmp_path / "out", form, [(patch, 1.0)])
    assert all(torch.equal(v, before[k]) for k, v in model.unet.state_dict().items())
    ours = our_latents(model, patch=patch)
    assert distance(ours, our_latents(model)) > 1e-2
    assert distance(their_latents(pipeline(model, path, tmp_path), model), ours) < 1e-4
    again = load(str(path))
    assert again.family == model.family
    assert again.schedule.prediction == model.schedule.prediction
    wanted, found = merged(model, [(patch, 1.0)]), merged(again)
    assert all(torch.equal(t, found[part][k]) for part in wanted for k, t in wanted[part].items())
    assert model.identity in card.read_text()


def test_pocket_goes_out_as_one_file_and_comes_back(pocket, tmp_path):
    path = write_checkpoint(pocket, tmp_path / "pocket", "single-file")[0]
    again = load(str(path))
    assert again.family.name == "pocket"
    assert again.identity == pocket.identity


def test_half_precision_and_old_prefixes(tiny_sd1, tmp_path):
    folder = write_checkpoint(tiny_sd1, tmp_path / "half", "diffusers", dtype=torch.float16)[0]
    text = load_file(folder / "text_encoder" / "model.safetensors")
    assert all(k.startswith("text_model.") for k in text)
    assert {t.dtype for t in text.values() if t.is_floating_point()} == {torch.float16}
    tiny_sd1.unet.conv_in.weight.data[0, 0, 0, 0] = 1e6
    with pytest.raises(UserError, match="too large for fp16"):
        write_checkpoint(tiny_sd1, tmp_path / "no", "diffusers", dtype=torch.float16)
    assert not (tmp_path / "no").exists()


def test_words_of_a_checkpoint_lie_beside_it(tiny_sd1, tmp_path):
    patch = WeightPatch("sd1", {}, {"<mug-1>": (torch.randn(1, 32),)})
    files = write_checkpoint(tiny_sd1, tmp_path / "model.safetensors", "single-file", [(patch, 1.0)])
    assert [f.name for f in files] == ["model.safetensors", "model.md", "model.mug-1.safetensors"]
    assert load_file(files[2]).keys() == {"<mug-1>"}


# --- never overwrite, full disk -------------------------------------------------------------------------------------


def test_nothing_is_overwritten_by_surprise(tiny_sd1, tmp_path):
    other = tmp_path / "photos"
    other.mkdir()
    (other / "holiday.jpg").write_bytes(b"x")
    for form, place in (("diffusers", tmp_path / "a"), ("single-file", tmp_path / "a.safetensors")):
        write_checkpoint(tiny_sd1, place, form)
        with pytest.raises(UserError, match="exists already"):
            write_checkpoint(tiny_sd1, place, form)
        write_checkpoint(tiny_sd1, place, form, overwrite=True)
    with pytest.raises(UserError, match="not replaced"):
        write_checkpoint(tiny_sd1, other, "diffusers", overwrite=True)
    assert (other / "holiday.jpg").read_bytes() == b"x"
    assert not list(tmp_path.glob(".writing-*"))


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), "No space left on device (os error 28)"])
def test_a_full_disk_is_a_sentence_and_loses_nothing(tiny_sd1, tmp_path, monkeypatch, error):
    from safetensors import SafetensorError

    path = write_checkpoint(tiny_sd1, tmp_path / "a.safetensors", "single-file")[0]
    kept = path.read_bytes()

    def full(*_args):
        raise error if isinstance(error, OSError) else SafetensorError(error)

    monkeypatch.setattr("core.export.write.save_file", full)
    with pytest.raises(UserError, match="disk is full"):
        write_checkpoint(tiny_sd1, path, "single-file", overwrite=True)
    assert path.read_bytes() == kept
    assert not list(tmp_path.glob(".writing-*"))


# --- LoRA -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sd1", "sd2", "sdxl"])
@pytest.mark.parametrize("form", ["lora", "lora-kohya"])
def test_a_lora_acts_in_diffusers_as_it_does_here(kind, form, tmp_path):
    model = tiny(kind)
    patch = low_patch(model)
    ours = our_latents(model, patch=patch)
    base = our_latents(model)
    assert distance(ours, base) > 1e-2
    (file,), numbers, _ = write_concept(patch, tmp_path / "lora", form)
    assert numbers["relative_error"] == 0
    pipe = pipeline(model, write_checkpoint(model, tmp_path / "base", "diffusers")[0], tmp_path)
    assert distance(their_latents(pipe, model), base) < 1e-4
    pipe.load_lora_weights(load_file(file) if form == "lora-kohya" else str(file))
    assert distance(their_latents(pipe, model), ours) < 1e-4
    again = import_file(file, like=model)
    assert again.deltas.keys() == patch.deltas.keys()
    assert distance(our_latents(model, patch=again), ours) < 1e-4


def test_full_changes_become_low_rank_with_a_true_error(tiny_sd1, tmp_path):
    generator = torch.Generator().manual_seed(0)
    u, v = torch.randn((16, 2), generator=generator), torch.randn((2, 32), generator=generator)
    exact, missed = factorised(u @ v)
    assert exact.rank <= 2
    assert distance(factorised(u @ v, 2)[0].full(), u @ v) < 1e-5
    one, missed = factorised(u @ v, 1)
    assert missed == pytest.approx(float((one.full() - u @ v).square().sum()), rel=1e-3)
    patch = full_patch(tiny_sd1)
    found = low_rank(patch, 4)
    lost = sum(float((found.layers[k.removesuffix(".weight")].full() - d.change).square().sum())
               for k, d in patch.deltas.items())  # fmt: skip
    whole = sum(float(d.change.square().sum()) for d in patch.deltas.values())
    assert found.rank == 4
    assert found.error == pytest.approx((lost / whole) ** 0.5, rel=1e-3)
    assert low_rank(patch).error <= 0.1 + 1e-6  # 99 % of the energy
    (file,), _, _ = write_concept(patch, tmp_path / "full", "lora", rank=512)
    model = tiny_sd1
    pipe = pipeline(model, write_checkpoint(model, tmp_path / "base", "diffusers")[0], tmp_path)
    pipe.load_lora_weights(str(file))
    assert distance(their_latents(pipe, model), our_latents(model, patch=patch)) < 1e-4


def test_exact_differences_come_back_exactly(tiny_sd1, tmp_path):
    patch = full_patch(tiny_sd1)
    (file,), _, _ = write_concept(patch, tmp_path / "exact", "lora-diff")
    again = import_file(file, like=tiny_sd1)
    assert all(torch.equal(again.deltas[k].change, d.change) for k, d in patch.deltas.items())


def test_a_lora_needs_weight_changes(tmp_path):
    words = WeightPatch("sd1", {}, {"<x>": (torch.randn(1, 32),)})
    with pytest.raises(UserError, match="no weight change"):
        write_concept(words, tmp_path / "x", "lora")
    with pytest.raises(UserError, match="no words"):
        write_concept(WeightPatch("sd1"), tmp_path / "x", "embedding")


# --- embeddings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["embedding", "embedding-a1111"])
def test_an_embedding_acts_in_diffusers_as_it_does_here(form, tiny_sd1, tmp_path):
    vectors = torch.randn((2, 32), generator=torch.Generator().manual_seed(3))
    patch = WeightPatch("sd1", {}, {"<mug-a>": (vectors,)})
    prompt = "a <mug-a> red cat"
    (file,), _, _ = write_concept(patch, tmp_path / "mug", form)
    pipe = pipeline(tiny_sd1, write_checkpoint(tiny_sd1, tmp_path / "base", "diffusers")[0], tmp_path)
    before = their_latents(pipe, tiny_sd1, prompt)
    pipe.load_textual_inversion(str(file), token="<mug-a>")
    ours = our_latents(tiny_sd1, prompt, patch)
    assert distance(their_latents(pipe, tiny_sd1, prompt), ours) < 1e-4
    assert distance(before, ours) > 1e-3
    again = import_file(file, like=tiny_sd1, word="<mug-a>")
    assert torch.equal(again.words["<mug-a>"][0], vectors)


def test_an_sdxl_embedding_has_both_encoders(tmp_path):
    model = tiny("sdxl")
    vectors = (torch.randn(1, 24), torch.randn(1, 32))
    (file,), _, _ = write_concept(WeightPatch("sdxl", {}, {"<v>": vectors}), tmp_path / "v", "embedding")
    state = load_file(file)
    pipe = pipeline(model, write_checkpoint(model, tmp_path / "base", "diffusers")[0], tmp_path)
    pipe.load_textual_inversion(state["clip_l"], token="<v>", text_encoder=pipe.text_encoder, tokenizer=pipe.tokenizer)
    pipe.load_textual_inversion(
        state["clip_g"], token="<v>", text_encoder=pipe.text_encoder_2, tokenizer=pipe.tokenizer_2
    )
    again = import_file(file, word="<v>")
    ours = our_latents(model, "a <v> cat", again)
    assert distance(their_latents(pipe, model, "a <v> cat"), ours) < 1e-4


# --- tasks ----------------------------------------------------------------------------------------------------------


def test_the_tasks_run(tiny_sd1, make_run, tmp_path):
    run = make_run(tiny_sd1)
    ref = run.keep_patch(low_patch(tiny_sd1))
    concept = Concept("mug", "<mug-1>", "mug", WeightPatch("sd1", {}, {"<mug-1>": (torch.randn(1, 32),)})).keep(
        run.assets
    )
    done = export_checkpoint(CheckpointParams(path=str(tmp_path / "m"), patches=(ref,), concepts=(concept,)), run)
    assert (tmp_path / "m" / "model_index.json").exists()
    assert (tmp_path / "m" / "embeddings" / "mug-1.safetensors").exists()
    assert len(done.files) == 3
    done = export_concept(
        ConceptParams(path=str(tmp_path / "c"), patches=(ref,), concepts=(concept,), format="delta"), run
    )
    both = import_patch(ImportParams(path=done.files[0]), run)
    assert set(run.patch(both.patch).words) == {"<mug-1>"}
    assert method("core.import_patch").function is not None
    with pytest.raises(UserError, match="nothing to export"):
        export_concept(ConceptParams(path="x"), run)

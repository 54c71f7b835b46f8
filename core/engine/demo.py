"""The main job from end to end, without a screen: find, learn, make, compose, erase, export, load elsewhere, report.

A script over the same tasks that the studio and the command line run, by their ids; every figure in the report is
computed here from the pictures beside it.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.contract.assets import AssetStore, file_hash, write_atomic
from core.contract.method import Outcome, Role
from core.contract.params import from_json
from core.engine.home import local_run
from core.engine.registry import method
from core.engine.report import Report
from core.engine.run import Listener, Run
from core.models.loading import RESOURCES

STEPS = 25
GUIDANCE = 5.0


@dataclass
class Demo:
    """What the steps share."""

    run: Run
    out: Path
    plan: dict[str, Any]
    report: Report
    summary: dict[str, Any] = field(default_factory=lambda: {"steps": {}, "figures": {}, "files": {}})

    def task(self, id: str, title: str, **params: Any) -> Outcome:
        """Run one task; its time, parameters and numbers go into the summary."""
        entry = method(id, Role.TASK)
        began = time.monotonic()
        assert entry.function is not None
        outcome = entry.function(from_json(entry.params, params), self.run)
        row = {"method": id, "seed": self.run.seed, "params": params, "seconds": round(time.monotonic() - began, 2)}
        self.summary["steps"][title] = {**row, "numbers": dict(outcome.numbers), "note": outcome.note}
        return outcome

    def generate(self, title: str, prompt: str, count: int = 3, **more: Any) -> list[Image.Image]:
        """Pictures for a prompt from this run's seed on."""
        made = self.task("core.generate", title, prompt=prompt, count=count, steps=STEPS, guidance=GUIDANCE, **more)
        folder = self.out / "pictures"
        folder.mkdir(parents=True, exist_ok=True)
        pictures = [self.run.picture(name) for name in made.images]
        for i, picture in enumerate(pictures):
            picture.save(folder / f"{title.replace(' ', '-')}-{i}.png")
        return pictures

    def figure(self, name: str, value: float) -> float:
        self.summary["figures"][name] = value
        return value


def demo(out: Path, seed: int, listener: Listener) -> None:
    """Do everything and leave `report.html` and `summary.json` in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    plan = json.loads((RESOURCES / "examples" / "demo.json").read_text())
    with local_run("pocket", seed, listener, AssetStore(out / "assets")) as run:
        work = Demo(run, out, plan, Report("Concept Studio: the main job"))
        work.report.text(
            f"Embedded model, seed {seed}. Every picture below was made in this run; every figure comes from them."
        )
        concepts = learn(work)
        compose(work)
        patch = erase(work)
        export(work, patch, concepts)
        work.summary["seconds"] = round(time.monotonic() - began, 1)
        finish(work)


def learn(work: Demo) -> tuple[str, ...]:
    """Masks for two things in one photograph, both learned, shown alone and together."""
    plan = work.plan["learn"]
    picture = work.run.assets.put_file(RESOURCES / "examples" / plan["picture"])
    work.report.heading("1. Two things in one photograph")
    masks = work.task(plan["masks"]["method"], "find masks", picture=picture, **plan["masks"]["params"]).masks[:2]
    photo = work.run.picture(picture)
    shown = [(photo, f"The photograph ({plan['licence']})")]
    shown += [
        (_overlay(photo, work.run.mask(m)[0, 0].numpy()), f"Found: {c}")
        for m, c in zip(masks, plan["classes"], strict=True)
    ]
    work.report.pictures(shown)
    work.report.heading("2. Both learned as concepts (Break-A-Scene)")
    learned = work.task(
        "personalization.break_a_scene", "learn", picture=picture, masks=list(masks), words=plan["words"],
        classes=plan["classes"], **plan["params"],
    )  # fmt: skip
    numbers = [(k, float(v)) for k, v in learned.numbers.items()]
    work.report.table(["figure", ""], numbers)
    rows = []
    for prompt in plan["prompts"]:
        for given in (learned.concepts, ()):
            # Without the concepts their words are unknown letters: what the same seed gives then is the control.
            title = f"{'with' if given else 'without'} {prompt}"
            text = "with the concepts" if given else "same seed, without them"
            made = work.generate(_file_word(title), prompt, 2, concepts=list(given))
            rows.append([(p, f"{prompt} ({text})") for p in made])
    for row in rows:
        work.report.pictures(row)
    return tuple(learned.concepts)


def compose(work: Demo) -> None:
    """Three objects with and without A-STAR."""
    plan = work.plan["compose"]
    work.report.heading("3. Three objects in one picture, plain and with A-STAR")
    modifier = f"editing.a_star:{json.dumps({'words': plan['words'], **plan['params']})}"
    plain = work.generate("compose plain", plan["prompt"], plan["count"])
    moved = work.generate("compose a-star", plan["prompt"], plan["count"], modifiers=[modifier])
    work.report.pictures([(p, "plain") for p in plain])
    work.report.pictures([(p, "A-STAR") for p in moved])
    change = float(np.mean([difference(a, b) for a, b in zip(plain, moved, strict=True)]))
    work.report.text(
        f"Mean change of a pixel by A-STAR at the same seeds: {work.figure('a_star_change', change):.3f} of 1."
    )
    work.report.text(
        "Present objects are for the eye here: the counts with intervals are in the model's card.", note=True
    )


def erase(work: Demo) -> str:
    """One word taken out of the model with RECE; the patch."""
    plan = work.plan["erase"]
    work.report.heading(f"4. The word '{plan['word']}' erased from the model (RECE on UCE)")
    made = work.task("erasure.rece", "erase", erase=[plan["word"]], keep=plan["keep"], **plan["params"])
    assert made.patch is not None
    work.report.table(["figure", ""], [(k, float(v)) for k, v in made.numbers.items()])
    return made.patch


def export(work: Demo, patch: str, concepts: Sequence[str]) -> None:
    """The erased checkpoint and the concepts as files, loaded by diffusers alone in another process."""
    files = work.out / "exports"
    folder, single = files / "erased", files / "erased.safetensors"
    work.task("core.export_checkpoint", "export folder", path=str(folder), patches=[patch], overwrite=True)
    work.task("core.export_checkpoint", "export single file", path=str(single), format="single-file", patches=[patch],
              overwrite=True)  # fmt: skip
    lora = work.task("core.export_concept", "export concepts", path=str(files / "concepts.safetensors"), format="lora",
                     concepts=list(concepts), overwrite=True)  # fmt: skip
    words = work.task("core.export_concept", "export words", path=str(files / "words.safetensors"), format="embedding",
                      concepts=list(concepts), overwrite=True)  # fmt: skip
    for path in sorted(p for p in files.rglob("*") if p.is_file()):
        work.summary["files"][str(path.relative_to(work.out))] = file_hash(path)
    prove_erased(work, folder)
    prove_concepts(work, lora.files, words.files)


def prove_erased(work: Demo, folder: Path) -> None:
    """Erased word and kept words, before and after, both made by diffusers alone."""
    plan = work.plan["erase"]
    prompts = [work.plan["erase"]["prompt"].format(w) for w in (plan["word"], *plan["keep"][:3])]
    before = elsewhere(work, "base", RESOURCES / "pocket", prompts)
    after = elsewhere(work, "erased", folder, prompts)
    work.report.heading("5. The exported checkpoint in another program (diffusers alone, a new process)")
    work.report.pictures([(p, f"before: {t}") for p, t in zip(before, prompts, strict=True)])
    work.report.pictures([(p, f"after: {t}") for p, t in zip(after, prompts, strict=True)])
    changes = [difference(a, b) for a, b in zip(before, after, strict=True)]
    work.report.table(["prompt", "mean change of a pixel"], list(zip(prompts, changes, strict=True)))
    work.figure("erased_change", changes[0])
    work.figure("kept_change_mean", float(np.mean(changes[1:])))


def prove_concepts(work: Demo, lora: Sequence[str], words: Sequence[str]) -> None:
    """The exported concepts on the base model, loaded by diffusers alone."""
    prompts = work.plan["learn"]["prompts"][:2]
    weights = next(f for f in lora if "lora" in f or f.endswith("concepts.safetensors"))
    made = elsewhere(work, "concepts", RESOURCES / "pocket", prompts, lora=weights, embeddings=list(words))
    bare = elsewhere(work, "no-concepts", RESOURCES / "pocket", prompts)
    work.report.heading("6. The exported concepts in another program")
    work.report.pictures([(p, f"{t} (LoRA and words loaded)") for p, t in zip(made, prompts, strict=True)])
    work.report.pictures([(p, f"{t} (base model)") for p, t in zip(bare, prompts, strict=True)])
    work.figure("concept_export_change", float(np.mean([difference(a, b) for a, b in zip(made, bare, strict=True)])))


def elsewhere(work: Demo, name: str, checkpoint: Path, prompts: Sequence[str], **more: Any) -> list[Image.Image]:
    """Pictures made by `elsewhere.py`, a process that knows nothing of this project."""
    out = work.out / "elsewhere" / name
    job = {"checkpoint": str(checkpoint), "prompts": list(prompts), "seed": work.run.seed, "steps": STEPS,
           "guidance": GUIDANCE, "out": str(out), **more}  # fmt: skip
    write_atomic(out / "job.json", json.dumps(job).encode())
    script = Path(__file__).with_name("elsewhere.py")
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(out / "job.json")], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"diffusers could not load the export '{name}':\n{done.stderr[-2000:]}")
    return [Image.open(out / f"{i}.png").convert("RGB") for i in range(len(prompts))]


def finish(work: Demo) -> None:
    """Write report and summary."""
    work.report.heading("Times")
    rows = [(title, float(step["seconds"])) for title, step in work.summary["steps"].items()]
    work.report.table(["step", "seconds"], [*rows, ("everything", float(work.summary["seconds"]))])
    work.report.write(work.out / "report.html")
    work.summary["seed"] = work.run.seed
    write_atomic(work.out / "summary.json", json.dumps(work.summary, indent=1, sort_keys=True).encode())


def difference(first: Image.Image, second: Image.Image) -> float:
    """Mean absolute difference of two pictures of one size, 0..1."""
    a, b = (np.asarray(p.convert("RGB"), np.float32) / 255 for p in (first, second))
    return float(np.abs(a - b).mean())


def _overlay(photo: Image.Image, inside: np.ndarray[Any, np.dtype[np.float32]]) -> Image.Image:
    """The photograph with everything outside a mask dimmed."""
    pixels = np.asarray(photo, np.float32)
    weight = 0.2 + 0.8 * inside[..., None]
    return Image.fromarray((pixels * weight + 255 * (1 - weight) * 0.5).astype(np.uint8))


def _file_word(text: str) -> str:
    return "".join(c if c.isalnum() or c in " -" else "" for c in text)

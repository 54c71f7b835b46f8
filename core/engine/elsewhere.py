"""Load exports with diffusers alone and make pictures: the proof that they work in another program.

Run as a process of its own: `python elsewhere.py JOB.json`. Imports nothing of this project.

The job: {"checkpoint": folder, "lora": file or null, "embeddings": [files], "prompts": [...], "seed": n, "steps": n,
"guidance": g, "out": folder}. Writes `<out>/<number>.png`.
"""

import json
import os
import sys
import warnings
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline


def main(path: Path) -> None:
    """Do one job."""
    job = json.loads(path.read_text())
    warnings.simplefilter("ignore")
    pipe = StableDiffusionPipeline.from_pretrained(job["checkpoint"], safety_checker=None, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config, clip_sample=False)
    if job.get("lora"):
        file = Path(job["lora"])
        pipe.load_lora_weights(str(file.parent), weight_name=file.name)
    for embedding in job.get("embeddings", ()):
        pipe.load_textual_inversion(embedding)
    out = Path(job["out"])
    out.mkdir(parents=True, exist_ok=True)
    for number, prompt in enumerate(job["prompts"]):
        generator = torch.Generator().manual_seed(job["seed"])
        made = pipe(prompt, num_inference_steps=job["steps"], guidance_scale=job["guidance"], generator=generator)
        made.images[0].save(out / f"{number}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""The whole recipe in order, or with ``--smoke`` a tiny run of every part (minutes, for CI).

The smoke run works in a temporary folder, needs no npm package and never touches what is published.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PUBLISHED = HERE.parent


def full(start: Path) -> list[list[str]]:
    """The commands of a full training from start weights."""
    ae, t2i = "{data}/run_ae/vae", "{data}/run_t2i/model"
    return [
        ["make_sprites.py"],
        ["make_pool.py", "ae_world", "--count", "14000", "--seed", "101"],
        ["make_pool.py", "held", "--count", "1024", "--seed", "9001"],
        ["make_pool.py", "ae_free", "--kind", "free", "--count", "8000", "--seed", "102"],
        ["train_autoencoder.py", "--init", f"{start}/vae", "--minutes", "120", "--compile"],
        ["make_pool.py", "world_1", "--count", "24000", "--seed", "201", "--objects", "1"],
        ["make_pool.py", "world_2", "--count", "24000", "--seed", "202", "--objects", "1", "2", "2", "3"],
        ["train_diffusion.py", "--init", f"{start}", "--vae", ae, "--minutes", "600", "--compile"],
        ["judge.py", "train", "--minutes", "15"],
        ["publish.py", "--model", t2i, "--vae", ae],
        ["train_clip.py", "--minutes", "40"],
        ["train_sam.py", "--minutes", "60"],
        ["distil.py", "--minutes", "120"],
        ["judge.py", "measure", "--model", f"{PUBLISHED}", "--count", "1000", "--threads", "2"],
    ]


def smoke(start: Path) -> list[list[str]]:
    """The same with numbers that mean nothing, from the published weights, into a copy."""
    ae, t2i, few = "{data}/run_ae/vae", "{data}/run_t2i/model", ["--minutes", "0.05", "--cool", "0.04"]
    return [
        ["make_pool.py", "ae_world", "--count", "48", "--seed", "1"],
        ["make_pool.py", "held", "--count", "16", "--seed", "2"],
        ["make_pool.py", "world_1", "--count", "48", "--seed", "3", "--objects", "1"],
        ["train_autoencoder.py", "--init", f"{start}/vae", *few, "--batch", "4", "--pools", "ae_world",
         "--eval-count", "8"],
        ["train_diffusion.py", "--init", f"{start}", "--vae", ae, *few, "--batch", "4", "--pools", "world_1",
         "--steps", "2", "--prompts", "2"],
        ["judge.py", "train", "--minutes", "0.05", "--batch", "8", "--count", "8", "--to", "{data}/judge.safetensors"],
        ["train_clip.py", "--minutes", "0.05", "--batch", "8", "--count", "16", "--to", "{data}/clip"],
        ["train_sam.py", "--minutes", "0.05", "--batch", "2", "--count", "2", "--to", "{data}/sam"],
        ["distil.py", "--minutes", "0.05", "--batch", "2", "--pools", "world_1", "--steps", "1", "--count", "2",
         "--prompts", "2", "--to", "{data}/fast"],
        ["publish.py", "--model", t2i, "--vae", ae, "--to", "{data}/published"],
    ]  # fmt: skip


def run(commands: list[list[str]], data: Path) -> None:
    """Run them one after the other; stop at the first that fails."""
    env = os.environ | {"POCKET_DATA": str(data), "PYTHONPATH": str(HERE.parents[2])}
    for command in commands:
        began = time.time()
        words = [w.replace("{data}", str(data)) for w in command]
        subprocess.run([sys.executable, str(HERE / words[0]), *words[1:]], check=True, env=env)
        print(f"{words[0]} took {time.time() - began:.0f} s", flush=True)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--start", type=Path, default=PUBLISHED, help="folder with the start weights")
    parser.add_argument("--smoke", action="store_true")
    args = parser.parse_args()
    if args.smoke:
        with tempfile.TemporaryDirectory() as folder:
            run(smoke(args.start), Path(folder))
        return
    if "POCKET_DATA" not in os.environ:
        parser.error("Name a folder for pools and checkpoints in the environment variable POCKET_DATA.")
    run(full(args.start), Path(os.environ["POCKET_DATA"]))


if __name__ == "__main__":
    main()

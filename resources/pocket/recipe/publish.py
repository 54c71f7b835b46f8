"""Put trained weights into the pocket folder: half precision, each file written beside and then renamed."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import torch
from common import PUBLISHED
from safetensors.torch import load_file, save_file

WEIGHTS = {
    "unet": "diffusion_pytorch_model.safetensors",
    "text_encoder": "model.safetensors",
    "vae": "diffusion_pytorch_model.safetensors",
}


def publish_part(source: Path, target: Path, weights: str) -> None:
    """One component: configuration and half-precision weights."""
    target.mkdir(parents=True, exist_ok=True)
    state = {k: v.half().contiguous() if v.is_floating_point() else v for k, v in load_file(source / weights).items()}
    if not all(torch.isfinite(v).all() for v in state.values() if v.is_floating_point()):
        raise SystemExit(f"{source} holds weights that are not finite; nothing was published.")
    beside = target / f".{weights}.new"
    save_file(state, beside, metadata={"format": "pt"})
    beside.chmod(0o644)
    kept = {k: v for k, v in json.loads((source / "config.json").read_text("utf-8")).items() if k != "_name_or_path"}
    config = target / ".config.new"
    config.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    os.replace(config, target / "config.json")
    os.replace(beside, target / weights)


def main() -> None:
    """Publish the parts that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="folder with unet/ and text_encoder/")
    parser.add_argument("--vae", type=Path, help="folder of the autoencoder")
    parser.add_argument("--to", type=Path, default=PUBLISHED)
    args = parser.parse_args()
    parts = {"unet": args.model and args.model / "unet", "text_encoder": args.model and args.model / "text_encoder"}
    for name, source in (parts | {"vae": args.vae}).items():
        if source:
            publish_part(source, args.to / name, WEIGHTS[name])


if __name__ == "__main__":
    main()

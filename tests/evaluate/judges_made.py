"""Small random judges in folders as transformers writes them: CLIP, DINOv2, DINO's ViT, BLIP, OWL-ViT."""

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoTokenizer,
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    CLIPConfig,
    CLIPModel,
    Dinov2Config,
    Dinov2Model,
    OwlViTConfig,
    OwlViTForObjectDetection,
    ViTConfig,
    ViTModel,
)  # fmt: skip

TOKENIZER = Path(__file__).parents[2] / "resources" / "pocket" / "tokenizer"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "photo", "of", "cat", "dog", "in", "the", "snow", "and"]
SMALL = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}


def made(network: Any, folder: Path, tokenizer: Any = None) -> Path:
    network.eval().save_pretrained(folder)
    if tokenizer is not None:
        tokenizer.save_pretrained(folder)
    return folder


def clip_folder(folder: Path, seed: int = 0) -> Path:
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    text = {**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 77, "projection_dim": 24,
            "bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}  # fmt: skip
    vision = {**SMALL, "image_size": 32, "patch_size": 8, "projection_dim": 24}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return made(CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=24)), folder, tokenizer)


def dino_folder(folder: Path, kind: str = "dinov2") -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        if kind == "vit":
            network = ViTModel(ViTConfig(**SMALL, image_size=32, patch_size=8), add_pooling_layer=False)
        else:
            network = Dinov2Model(Dinov2Config(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, image_size=56,
                                               patch_size=14))  # fmt: skip
        made(network, folder)
    told = {"size": {"shortest_edge": 48}, "crop_size": {"height": 42, "width": 42}, "do_center_crop": True}
    if kind != "vit":
        (folder / "preprocessor_config.json").write_text(json.dumps(told))
    return folder


def blip_folder(folder: Path, retrieval: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "words.txt").write_text("\n".join(WORDS))
    tokenizer = BertTokenizer(str(folder / "words.txt"))
    text = {**SMALL, "vocab_size": len(WORDS) + 2, "max_position_embeddings": 40, "encoder_hidden_size": 32,
            "bos_token_id": 2, "sep_token_id": 3, "pad_token_id": 0, "eos_token_id": 3}  # fmt: skip
    vision = {**SMALL, "image_size": 32, "patch_size": 8}
    config = BlipConfig(text_config=text, vision_config=vision, projection_dim=24, image_text_hidden_size=16)
    kind = BlipForImageTextRetrieval if retrieval else BlipForConditionalGeneration
    with torch.random.fork_rng():
        torch.manual_seed(2)
        return made(kind(config), folder, tokenizer)


def owl_folder(folder: Path) -> Path:
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    text = {**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 16, "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}  # fmt: skip
    vision = {**SMALL, "image_size": 32, "patch_size": 8}
    with torch.random.fork_rng():
        torch.manual_seed(3)
        network = OwlViTForObjectDetection(OwlViTConfig(text_config=text, vision_config=vision, projection_dim=32))
        return made(network, folder, tokenizer)


def emptied(folder: Path, into: Path, *drop: str) -> Path:
    """A copy without some tensors."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(folder, into)
    kept = {k: v for k, v in load_file(into / "model.safetensors").items() if not any(d in k for d in drop)}
    save_file(kept, into / "model.safetensors", {"format": "pt"})
    return into

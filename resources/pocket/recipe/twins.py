"""Two processes of one thread each train one model: no waiting between threads inside an operation.

On two shared cores this is faster than two threads, and a busy core costs its share instead of everything.  Weights
(bfloat16 where the CPU computes in it), gradients, float32 master weights, moments and the moving average lie flat in
shared memory; each process updates its half of them, so nothing is copied between the two.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import torch
from common import WORK, Schedule, load_checkpoint, save_checkpoint
from torch import nn

ALIGN = 64


def spans(model: nn.Module) -> dict[str, tuple[int, int]]:
    """Where each trainable weight lies in the flat memory: start and end."""
    out, at = {}, 0
    for name, p in model.named_parameters():
        if p.requires_grad:
            out[name] = (at, at + p.numel())
            at += -(-p.numel() // ALIGN) * ALIGN
    return out


def shaped(flat: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """A view of flat memory with a weight's shape, channels last for convolutions."""
    if like.ndim == 4:
        o, i, h, w = like.shape
        return flat.view(o, h, w, i).permute(0, 3, 1, 2)
    return flat.view(like.shape)


def shared_memory(model: nn.Module, ranks: int) -> dict[str, torch.Tensor]:
    """The shared tensors of a training, filled from the model."""
    where = spans(model)
    size = max(end for _, end in where.values())
    size = -(-size // (ALIGN * ranks)) * ALIGN * ranks
    memory = {
        "work": torch.zeros(size, dtype=WORK),
        "grads": torch.zeros(ranks, size, dtype=WORK),
        "norms": torch.zeros(ranks, dtype=torch.float64),
        "losses": torch.zeros(ranks, dtype=torch.float64),
        "flags": torch.zeros(4, dtype=torch.float64),
    } | {k: torch.zeros(size) for k in ("master", "first", "second", "average")}
    for name, p in model.named_parameters():
        if name in where:
            start, end = where[name]
            shaped(memory["master"][start:end], p).copy_(p.detach())
    memory["average"].copy_(memory["master"])
    memory["work"].copy_(memory["master"])
    for tensor in memory.values():
        tensor.share_memory_()
    return memory


@torch.no_grad()
def adopt(model: nn.Module, memory: dict[str, torch.Tensor], key: str = "work", rank: int | None = None) -> None:
    """Let the model's weights be views of the shared memory (with ``rank``: the gradients too)."""
    where = spans(model)
    for name, p in model.named_parameters():
        if name not in where:
            p.data = p.data.to(memory[key].dtype)
            continue
        start, end = where[name]
        p.data = shaped(memory[key][start:end], p)
        if rank is not None:
            p.grad = shaped(memory["grads"][rank][start:end], p)


class Optimizer:
    """One process's half of AdamW, of the average and of the working copy."""

    def __init__(self, memory: dict[str, torch.Tensor], rank: int, barrier, rate: float, decay: float) -> None:
        self.memory, self.rank, self.barrier, self.decay = memory, rank, barrier, decay
        self.ranks = memory["grads"].shape[0]
        size = memory["work"].numel() // self.ranks
        self.mine = slice(rank * size, (rank + 1) * size)
        self.weight = nn.Parameter(memory["master"][self.mine])
        self.weight.grad = torch.zeros(size)
        self.inner = torch.optim.AdamW([self.weight], lr=rate, betas=(0.9, 0.99), weight_decay=1e-3, fused=True)

    def restore(self, step: int) -> None:
        """Point the moments at the shared memory."""
        state = self.inner.state[self.weight]
        state["step"] = torch.tensor(float(step))
        state["exp_avg"] = self.memory["first"][self.mine]
        state["exp_avg_sq"] = self.memory["second"][self.mine]

    @torch.no_grad()
    def step(self, rate: float, step: int) -> None:
        """Meet the other process, then update; ends with everybody's weights new."""
        memory = self.memory
        self.barrier.wait()
        grad = self.weight.grad
        grad.copy_(memory["grads"][0][self.mine])
        for other in range(1, self.ranks):
            grad.add_(memory["grads"][other][self.mine])
        memory["norms"][self.rank] = float(grad.square().sum())
        self.barrier.wait()
        norm = math.sqrt(float(memory["norms"].sum())) / self.ranks
        scale = (1.0 if norm < 1 else 1 / norm) / self.ranks
        memory["grads"][self.rank].zero_()
        if math.isfinite(norm):
            grad.mul_(scale)
            self.inner.param_groups[0]["lr"] = rate
            self.inner.step()
            memory["work"][self.mine].copy_(self.weight)
        if step % 4 == 0:
            decay = min(self.decay, (1 + step / 4) / (10 + step / 4))
            memory["average"][self.mine].lerp_(self.weight, 1 - decay)
        self.barrier.wait()


def save(path: Path, memory: dict[str, torch.Tensor], step: int, **more: object) -> None:
    """A checkpoint of the shared memory."""
    kept = {k: memory[k] for k in ("master", "first", "second", "average")}
    save_checkpoint(path, memory=kept, step=step, **more)


def restore(path: Path, memory: dict[str, torch.Tensor]) -> dict:
    """Load a checkpoint into the shared memory; its other entries are returned (``step`` is 0 without one)."""
    state = load_checkpoint(path)
    if state is None:
        return {"step": 0}
    for k, v in state.pop("memory").items():
        memory[k].copy_(v)
    memory["work"].copy_(memory["master"])
    return state


def launch(work: Callable, args: object, memory: dict[str, torch.Tensor], ranks: int, step: int) -> None:
    """Run ``work(rank, args, memory, barrier, step)`` in every process."""
    context = torch.multiprocessing.get_context("spawn")
    barrier = context.Barrier(ranks)
    torch.multiprocessing.spawn(work, (args, memory, barrier, step), nprocs=ranks, join=True)


def agree(memory: dict[str, torch.Tensor], schedule: Schedule, rank: int, stop: bool, cool: float) -> None:
    """The first process decides about the cool-down; the others read its clock."""
    flags = memory["flags"]
    if rank == 0 and stop:
        schedule.cool(cool)
        flags[0] = schedule.cool_from or 0
    if rank and float(flags[0]):
        schedule.cool_from, schedule.cool_for = float(flags[0]), cool

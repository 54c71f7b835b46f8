"""The one way a method puts its hand on a generation.

A `Hook` has four places: change the network (`attach`), wrap an attention layer (`attend`), wrap the noise prediction
(`predict`), wrap a whole step (`advance`). Each gets what lies inside it and decides when, how often and with what to
call it. `hooked` attaches a list of hooks, the first one outermost, and gives back a `Denoiser` that goes through all.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from core.hooks.attention import Attend, AttentionCall, Sites, find_sites, install
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.schedule import Step, precise

if TYPE_CHECKING:
    from core.sampling.solvers import Solver

Predict = Callable[[Step, Tensor, Conditioning], Tensor]
"""Noise in x: (step, x, cond) -> tensor like x."""


class StopForward(Exception):
    """Raised from `attend` or `tap` by a hook that needs no more of the network; caught in its own predict or advance."""


class Inner:
    """What lies inside a hook's `advance`: call it for the rest of the step; `predict` is the noise as further-in hooks see it."""

    def __init__(
        self, advance: Callable[[Step, Tensor, Conditioning], Tensor], predict: Predict,
        said: Callable[[], tuple[Tensor, Tensor]] | None = None,
    ) -> None:  # fmt: skip
        self._advance = advance
        self._said = said
        self.predict = predict

    def said(self) -> tuple[Tensor, Tensor]:
        """The latent and the noise that the solver was given last: through guidance and every hook, without another pass."""
        if self._said is None:
            raise LookupError("no step was taken yet")
        return self._said()

    def __call__(self, step: Step, x: Tensor, cond: Conditioning) -> Tensor:
        return self._advance(step, x, cond)


class Hook:
    """One method's hand on a generation. Override what you need; the defaults change nothing."""

    sites: Sites = Sites.none()
    """Attention layers that `attend` wants to see."""

    def attach(self, model: Model) -> AbstractContextManager[object]:
        """Change the network while the block runs."""
        return nullcontext()

    def attend(self, call: AttentionCall, inner: Attend) -> Tensor:
        """Wrap one attention layer. Must be neutral when the rows it wants are not in the call."""
        return inner(call)

    def predict(self, step: Step, x: Tensor, cond: Conditioning, inner: Predict) -> Tensor:
        """Wrap the noise prediction. Must not need its own `advance` to have run."""
        return inner(step, x, cond)

    def advance(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        """Wrap a whole step, from x at `step.now` to x at `step.next`."""
        return inner(step, x, cond)

    def finish(self, picture: Tensor) -> Tensor:
        """Change the decoded pictures, (rows, 3, h, w) in -1..1; called once, innermost hook first."""
        return picture


class Denoiser:
    """A model seen through a list of hooks."""

    def __init__(self, model: Model, hooks: Sequence[Hook]) -> None:
        self.model = model
        self.hooks = tuple(hooks)
        self._last: tuple[Tensor, Tensor] | None = None

    def predict(self, step: Step, x: Tensor, cond: Conditioning) -> Tensor:
        """Noise in `x`, through every hook."""
        return self._predict(0, step, x, cond)

    def stepping(self, solver: "Solver") -> Callable[[Step, Tensor, Conditioning], Tensor]:
        """One whole step as a function, wrapped by every hook."""

        def innermost(step: Step, x: Tensor, cond: Conditioning) -> Tensor:
            exact = precise(self.model.schedule, step, x)
            noise = self.predict(step, exact, cond)
            self._last = (exact, noise)
            return solver(step, exact, noise).to(x.dtype)

        advance: Callable[[Step, Tensor, Conditioning], Tensor] = innermost
        for depth in reversed(range(len(self.hooks))):
            advance = self._wrapped(depth, advance)
        return advance

    def _wrapped(
        self, depth: int, advance: Callable[[Step, Tensor, Conditioning], Tensor]
    ) -> Callable[[Step, Tensor, Conditioning], Tensor]:
        hook = self.hooks[depth]

        def further_in(step: Step, x: Tensor, cond: Conditioning) -> Tensor:
            return self._predict(depth + 1, step, x, cond, attending=depth)

        inner = Inner(advance, further_in, self._said)
        return lambda step, x, cond: hook.advance(step, x, cond, inner)

    def _said(self) -> tuple[Tensor, Tensor]:
        if self._last is None:
            raise LookupError("no step was taken yet")
        return self._last

    def _predict(self, depth: int, step: Step, x: Tensor, cond: Conditioning, attending: int | None = None) -> Tensor:
        # With `inner.predict` a hook passes by the hooks outside it; their attend stays out as well (`attending`).
        outermost = depth if attending is None else attending

        def chain(k: int) -> Predict:
            if k == len(self.hooks):
                return lambda s, x, c: self.model.predict(s, x, c, depth=outermost)
            return lambda s, x, c: self.hooks[k].predict(s, x, c, chain(k + 1))

        return chain(depth)(step, x, cond)


@contextmanager
def hooked(model: Model, hooks: Sequence[Hook]) -> Iterator[Denoiser]:
    """Attach the hooks, first one outermost, and give a denoiser that goes through all of them.

    Leaving the block, by success, cancel or error, puts the model back exactly as it was. One block at a time per
    model: an inner block would hide the outer one's hooks on the layers they share.

    Raises:
        RuntimeError: the model is hooked already.
    """
    if model.hooked:
        raise RuntimeError("this model is hooked already; leave the other block first")
    with ExitStack() as stack:
        model.hooked = True
        stack.callback(setattr, model, "hooked", False)
        for hook in hooks:
            stack.enter_context(hook.attach(model))
        for site, layer in find_sites(model.unet):
            wanting = [(depth, hook.attend) for depth, hook in enumerate(hooks) if hook.sites.wants(site)]
            if wanting:
                stack.enter_context(install(model, site, layer, wanting))
        stack.enter_context(_remembering_checkpoints(model))
        yield Denoiser(model, hooks)


@contextmanager
def tap(module: nn.Module, change: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """Pass the module's output through `change` while the block runs. Of a tuple, the first element."""

    def hook(_module: nn.Module, _inputs: Any, output: Any) -> Any:
        if isinstance(output, tuple):
            return (change(output[0]), *output[1:])
        return change(output)

    handle = module.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def _remembering_checkpoints(model: Model) -> Iterator[None]:
    """Let the second forward of gradient checkpointing see the pass (labels, step) of the first one."""
    changed: list[tuple[Any, Any]] = []
    for module in model.unet.modules():
        if hasattr(module, "_gradient_checkpointing_func"):
            changed.append((module, module._gradient_checkpointing_func))
            module._gradient_checkpointing_func = _checkpoint_for(model)
    try:
        yield
    finally:
        for module, function in changed:
            module._gradient_checkpointing_func = function


def _checkpoint_for(model: Model) -> Callable[..., Any]:
    def run(module: Callable[..., Any], *args: Any) -> Any:
        now, runs = model.now, itertools.count()

        def call(*inputs: Any) -> Any:
            again = next(runs) > 0
            before = model.now
            model.now = replace(now, again=again) if now is not None else None
            try:
                return module(*inputs)
            finally:
                model.now = before

        return checkpoint(call, *args, use_reentrant=False)

    return run


def gradient(loss: Tensor, x: Tensor) -> Tensor:
    """d loss / d x, with the graph freed; zeros where the loss does not depend on x."""
    (found,) = torch.autograd.grad(loss, x, allow_unused=True)
    return torch.zeros_like(x) if found is None else found

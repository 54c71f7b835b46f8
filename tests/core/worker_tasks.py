"""Small tasks for the worker tests; imported into the real engine with `--import`."""

import os
import time
from typing import Annotated, Literal

from core.contract.fields import Help, ImageRef, Range
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.plan import Work
from core.engine.registry import task
from core.engine.run import Run
from core.models.model import Model
from core.models.pictures import to_pictures


class LookParams(Params):
    items: Annotated[int, Range(0, 1_000_000), Help("Items")] = 1
    memory: Annotated[Literal["enough", "once", "always"], Help("When memory runs out")] = "enough"
    picture: Annotated[ImageRef | None, Help("A stored picture")] = None

    def work(self, model: Model) -> Work:
        return Work(model.size, model.size, calls=self.items)


@task("test.look", "Look", Kind.GENERATE, provenance=Provenance.OURS)
def look(params: LookParams, run: Run) -> Outcome:
    """Decode noise with the embedded model."""
    with run.model() as model:
        tiled = bool(model.vae.use_tiling)
        if params.memory == "always" or (params.memory == "once" and not tiled):
            raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB")
        latents = run.noise(model.latent_shape(model.size, model.size))
        for _ in run.track(range(params.items), "Looking"):
            run.preview(lambda: to_pictures(model.decode(latents))[0])
            time.sleep(0.01)
        image = run.keep_picture(model.decode(latents))
    return Outcome(images=(image,), numbers={"tiled": float(tiled), "offline": float(os.environ["HF_HUB_OFFLINE"])})

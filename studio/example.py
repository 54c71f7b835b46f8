"""The example project: a photograph of two things with a mask for each, ready to be learned from."""

from pathlib import Path

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from studio import look
from studio.document import edits
from studio.document.autosave import Document
from studio.document.project import Project, Recipe, Size
from studio.workspace import Workspace

PICTURES = Path(__file__).resolve().parents[1] / "resources" / "examples"
_SIZE = Size(128, 128)


def make_example(folder: Path, assets: AssetStore, name: str, room: int = 512 << 20) -> Document:
    """Make it in an empty folder; the first thing to undo is what the person does.

    Raises:
        UserError: a picture of the program is missing, or the disk is full.
    """
    recipe = Recipe(prompt="a cat and a castle in the snow", size=_SIZE, steps=25)
    document = Document.create(folder, Project(name=name, recipe=recipe), room)
    try:
        workspace = Workspace(document, assets)
        told: list[str] = []
        workspace.trouble.connect(told.append)
        photo = workspace.open_picture(PICTURES / "fig_bowl.jpg")
        for place, thing in enumerate(("bowl", "fig")):
            if photo is not None and not told:
                mask = assets.put_file(PICTURES / f"fig_bowl-{thing}.png")
                workspace.add_mask(mask, thing, photo.id, look.CONCEPTS[place])
        if photo is None or told:
            raise UserError(f"The example cannot be made. {' '.join(told)}", "Install the program anew.")
        workspace.edit("Select the photo", lambda p: edits.select_layers(p, (photo.id,)))
        document.forget_history()
    except BaseException:  # goes on to the caller; half an example must not stay
        document.abandon()
        raise
    return document

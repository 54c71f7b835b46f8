"""Small pictures for the filmstrip, made once and kept as files."""

import io
from contextlib import suppress
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from core.contract.assets import AssetStore, write_atomic
from core.contract.errors import UserError
from core.contract.fields import ImageRef

SIDES = (128, 256, 512)
"""Longest sides in pixels, for scales of 1 and 2 and for the hover view."""
_MOST = 300_000_000
"""Pixels of a picture that is still opened."""


class Thumbnails:
    """A folder of small WebP files, named by the picture and the side; it may be deleted at any time."""

    def __init__(self, folder: Path, assets: AssetStore) -> None:
        self.folder, self.assets = folder, assets

    def path(self, image: ImageRef, side: int = 256) -> Path:
        """The small picture's file, made when it is not there yet; may take a while, so not on the window's thread.

        Raises:
            UserError: the picture is missing, is none, or the disk is full.
        """
        side = next((s for s in SIDES if s >= side), SIDES[-1])
        place = self.ready(image, side) or self._place(image, side)
        if not place.exists():
            write_atomic(place, self._made(image, side))
        return place

    def ready(self, image: ImageRef, side: int = 256) -> Path | None:
        """The file when it is there already; quick."""
        side = next((s for s in SIDES if s >= side), SIDES[-1])
        place = self._place(image, side)
        return place if place.exists() else None

    def trim(self, megabytes: int) -> int:
        """Remove the longest unused until the folder is small enough; gives how many went. Takes a while with many files."""
        files = []
        for path in self.folder.glob("*/*.webp"):
            with suppress(FileNotFoundError):  # emptied meanwhile, by hand or by another window
                files.append((path.stat().st_atime, path.stat().st_size, path))
        files.sort()
        total, gone = sum(size for _, size, _ in files), 0
        for _, size, path in files:
            if total <= megabytes << 20:
                break
            path.unlink(missing_ok=True)
            total, gone = total - size, gone + 1
        return gone

    def _place(self, image: ImageRef, side: int) -> Path:
        stem = image.partition(".")[0]
        return self.folder / stem[:2] / f"{stem}-{side}.webp"

    def _made(self, image: ImageRef, side: int) -> bytes:
        path = self.assets.path(image)
        try:
            with Image.open(path) as picture:
                if picture.width * picture.height > _MOST:
                    raise UserError(f"The picture {image[:12]}… is too large to be shown small.", "Open it instead.")
                picture.draft("RGB", (side, side))
                small = ImageOps.exif_transpose(picture)
                small = small.convert("RGBA" if "A" in small.getbands() or "transparency" in small.info else "RGB")
                small.thumbnail((side, side), Image.Resampling.LANCZOS)
                buffer = io.BytesIO()
                small.save(buffer, "WEBP", quality=85)
        except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
            raise UserError(f"The picture {image[:12]}… cannot be read: {error}.", "Run its job again.") from error
        return buffer.getvalue()

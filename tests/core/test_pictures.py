"""Pictures from outside: bombs, damage, odd modes, masks that do not fit; each named, none fatal."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.contract.errors import UserError
from core.models.pictures import png, read_mask, read_picture, to_pictures, to_tensor


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def claimed(path: Path, side: int) -> Path:
    """A small file that says it is side x side pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b""))
    return path


def test_a_picture_of_fifty_thousand_pixels_a_side_is_refused_unopened(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"huge\.png.*too large"):
        read_picture(claimed(tmp_path / "huge.png", 50_000))


def test_a_bomb_of_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 200_000_000, 9))
    plain = png(Image.new("RGB", (4, 4)))
    path.write_bytes(plain[:33] + text + plain[33:])
    with pytest.raises(UserError, match=r"bomb\.png"):
        read_picture(path)


@pytest.mark.parametrize("keep", [20, 60, 200])
def test_a_cut_off_picture_is_named(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "cut.png"
    draw = np.random.default_rng(0).integers(0, 255, (32, 32, 3), dtype=np.uint8)
    path.write_bytes(png(Image.fromarray(draw))[:keep])
    with pytest.raises(UserError, match=r"cut\.png"):
        read_picture(path)


def test_text_and_missing_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "note.png").write_text("hello")
    for name in ("note.png", "nowhere.png"):
        with pytest.raises(UserError, match=name):
            read_picture(tmp_path / name)


def test_transparency_lies_on_white_and_cameras_turn(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert read_picture(tmp_path / "clear.png").getpixel((0, 0)) == (255, 255, 255)
    turned = Image.new("RGB", (8, 4))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    assert read_picture(tmp_path / "turned.jpg").size == (4, 8)


def test_masks_of_another_size_or_empty_are_named(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "empty.png")
    Image.new("L", (8, 8), 255).save(tmp_path / "full.png")
    with pytest.raises(UserError, match=r"empty\.png.*empty"):
        read_mask(tmp_path / "empty.png")
    with pytest.raises(UserError, match=r"full\.png.*8 x 8.*16 x 16"):
        read_mask(tmp_path / "full.png", (16, 16))


def test_pixels_come_back_to_the_bit() -> None:
    every = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    assert np.array_equal(np.asarray(to_pictures(to_tensor(Image.fromarray(every)))[0]), every)

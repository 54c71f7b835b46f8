"""Offline unless the person asks: the whole path from loading to a picture opens no connection."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core.contract.errors import UserError
from core.models.loading import load

ROOT = Path(__file__).parents[2]
SCRIPT = """
import socket
def refuse(*args, **kwargs):
    raise AssertionError("a connection was tried")
socket.socket.connect = refuse
socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse
from core.engine.cli import main
import sys
sys.exit(main(["generate", "--prompt", "a cat", "--steps", "1", "--out", sys.argv[1]]))
"""


def test_a_picture_needs_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCEPT_STUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "out")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "image-1.png").exists()


def test_a_hub_id_is_not_fetched_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(UserError, match="some-one/some-model"):
        load("some-one/some-model")


@pytest.mark.parametrize(
    "module", ["core.contract.messages", "core.client.engine", "core.client.queue", "core.client.dispatcher"]
)
def test_what_the_window_imports_loads_no_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

"""Set everything up and go. Needs only Python 3.11 or later.

python3 run.py          set up, then open the studio
python3 run.py demo     set up, then the main job without a screen
python3 run.py test     set up, then the tests
python3 run.py ARGS     set up, then `studio ARGS` (methods, generate, run, export, doctor, ...)
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "requirements.sha256"
SYSTEM_LIBRARIES = {  # what Qt loads, and the Debian package each comes from
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
}


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs under whatever Python a person has
        print(f"Concept Studio needs Python 3.11 or later; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    set_up(with_tests=arguments[:1] == ["test"])
    if arguments[:1] == ["test"]:
        return call("-m", "pytest", *arguments[1:])
    if arguments:
        return call("-m", "core.engine.cli", *arguments)
    return open_studio()


def open_studio() -> int:
    if not (ROOT / "studio" / "__main__.py").exists():
        print("The window is not there yet. Try: python3 run.py demo   (the main job, with a report)")
        print("or: python3 run.py generate --prompt 'a cat' --out out   or: python3 run.py methods")
        return 0
    return call("-m", "studio")


def set_up(with_tests: bool) -> None:
    """Make the environment, or reuse it when what it is made from has not changed."""
    wanted = fingerprint(with_tests)
    have = STAMP.read_text().split() if STAMP.exists() else []
    if PYTHON.exists() and wanted in have:
        return
    if not PYTHON.exists():
        print("Making the environment in .venv ...", flush=True)
        venv.EnvBuilder(with_pip=True).create(VENV)
    print("Installing requirements (some minutes the first time) ...", flush=True)
    target = ".[test]" if with_tests else "."
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--editable", target]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("The requirements could not be installed; see the lines above. Then run this again.")
    install_system_libraries()
    STAMP.write_text("\n".join([wanted, *([fingerprint(False)] if with_tests else [])]))


def fingerprint(with_tests: bool) -> str:
    data = (ROOT / "pyproject.toml").read_bytes() + str(with_tests).encode() + sys.version.encode()
    return hashlib.sha256(data).hexdigest()


def install_system_libraries() -> None:
    """What Qt needs from the system: installed where this may be done, named where it may not."""
    if not sys.platform.startswith("linux"):
        return
    missing = [package for library, package in SYSTEM_LIBRARIES.items() if not loads(library)]
    if not missing:
        return
    may = hasattr(os, "geteuid") and os.geteuid() == 0 and Path("/usr/bin/apt-get").exists()
    if may:
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=False, **quiet)
        missing = [package for library, package in SYSTEM_LIBRARIES.items() if not loads(library)]
    if missing:
        print("Qt needs these system packages: sudo apt-get install " + " ".join(missing), file=sys.stderr)


def loads(library: str) -> bool:
    code = f"import ctypes; ctypes.CDLL({library!r})"
    return subprocess.run([str(PYTHON), "-c", code], stderr=subprocess.DEVNULL, check=False).returncode == 0


def call(*arguments: str) -> int:
    return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

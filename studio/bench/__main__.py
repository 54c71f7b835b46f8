"""`python -m studio.bench window|soak`: what `studio bench --window` and `studio bench --soak` start."""

import argparse
import os
import sys


def main(words: list[str]) -> int:
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    parser = argparse.ArgumentParser(prog="studio.bench")
    parser.add_argument("what", choices=("window", "soak"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--only", default="", choices=("", "start", "heartbeat", "canvas", "undo", "history", "memory"))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(words)
    if given.what == "soak":
        from studio.bench.soak import main as soak

        return soak(given.seed, given.minutes, given.json)
    from studio.bench.table import main as table

    return table(given.json, given.only)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How much of the card donkeycar[pi] takes, with Python's own part of the environment.

For a Pi its aarch64 wheels are unpacked here; nothing of them runs. The environment without them is
made by this Python. Less is taken where the system brings a package that fits, as numpy on Trixie.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.pi.resolver import requirements, unpack
from benchmarks.pi.wheels import BOOKWORM, TRIXIE

LIMIT_MB = 250
CARS = (("3.11", BOOKWORM), ("3.13", TRIXIE))


def size_mb(folder: Path) -> float:
    """What the files of a folder take on a card with blocks of 4 kB."""
    blocks = 0
    for root, _, names in os.walk(folder):
        for name in names:
            info = os.lstat(os.path.join(root, name))
            blocks += -(-info.st_size // 4096)
    return blocks * 4096 / 1e6


def main(argv: list[str] | None = None) -> int:
    """Print the size for each system.

    Returns:
        1 if one is above `LIMIT_MB`.
    """
    argparse.ArgumentParser(prog="car_size", description=__doc__).parse_args(argv)
    asked = requirements("pi")
    sizes = []
    with tempfile.TemporaryDirectory() as scratch:
        empty = Path(scratch) / "empty"
        subprocess.run([sys.executable, "-m", "venv", str(empty)], check=True)
        itself = Path(scratch) / "itself"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        subprocess.run([*pip, str(itself), "."], cwd=Path(__file__).parents[2], check=True)
        fixed_mb = size_mb(empty) + size_mb(itself)
        for python, system in CARS:
            folder = Path(scratch) / python
            unpack(asked, folder, python=python, system=system)
            # As pip does on the Pi; a few files of other Pythons do not compile, there neither.
            subprocess.run([sys.executable, "-m", "compileall", "-qq", str(folder)])
            sizes.append(size_mb(folder) + fixed_mb)
            print(f"Python {python}, {system}: {sizes[-1]:.0f} MB of {LIMIT_MB}", flush=True)
    print(f"of these, the environment without any package and donkeycar: {fixed_mb:.0f} MB")
    return 1 if max(sizes) > LIMIT_MB else 0


if __name__ == "__main__":
    sys.exit(main())

"""Which wheels an extra gets on another computer: uv resolves for any system and Python.

pip cannot: it judges `python_version < '3.13'` by the Python that runs it. uv comes from PyPI into
an environment of its own, `.venv-uv`, the first time.
"""

import json
import os
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from benchmarks import ROOT

ENVIRONMENT = ROOT / ".venv-uv"


class Unresolvable(Exception):
    """There are no wheels that fit; the message is the resolver's."""


def requirements(extra: str) -> list[str]:
    """What ``donkeycar[extra]`` asks for, with the markers that depend on the computer.

    Raises:
        Unresolvable: If pip cannot read setup.py, or it has no such extra.
    """
    metadata = _metadata()
    if extra not in metadata["provides_extra"]:
        raise Unresolvable(f"setup.py has no extra {extra}")
    asked = []
    for line in metadata["requires_dist"]:
        found = re.search(r'(?:\s+and\s+|;\s*)extra == "([\w-]+)"$', line)
        if found is None or found[1] == extra:
            asked.append(line[: found.start()] if found else line)
    return asked


def resolve(asked: list[str], *, python: str, system: str) -> dict[str, str]:
    """The version of each package, wheels only.

    Args:
        asked: Requirements.
        python: Version of Python, e.g. ``"3.13"``.
        system: Platform as uv names it, e.g. ``"aarch64-manylinux_2_36"``.

    Raises:
        Unresolvable: If a package has no wheel for it, or two packages contradict each other.
    """
    words = ["compile", "-", "--no-header", "--no-annotate"]
    text = _run_uv(words, asked, python=python, system=system)
    return dict(line.split("==") for line in text.splitlines() if "==" in line)


def unpack(asked: list[str], folder: Path, *, python: str, system: str) -> None:
    """Fetch the wheels of another computer and unpack them into a folder; nothing of them runs.

    Raises:
        Unresolvable: As `resolve`.
    """
    words = ["install", "--requirements", "-", "--target", str(folder)]
    _run_uv(words, asked, python=python, system=system)


def _run_uv(words: list[str], asked: list[str], *, python: str, system: str) -> str:
    done = subprocess.run(
        [
            _uv(), "pip", *words, "--quiet", "--only-binary", ":all:",
            "--python-version", python, "--python-platform", system,
        ],
        input="\n".join(asked), capture_output=True, text=True,
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
    )  # fmt: skip
    if done.returncode:
        raise Unresolvable(done.stderr.strip())
    return done.stdout


@lru_cache
def _metadata() -> dict[str, list[str]]:
    """What pip reads in setup.py."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps"]
    done = subprocess.run(
        [*pip, "--ignore-installed", "--report", "-", str(ROOT)], capture_output=True, text=True
    )
    if done.returncode:
        raise Unresolvable(done.stderr.strip())
    report = json.loads(done.stdout)
    metadata: dict[str, list[str]] = report["install"][0]["metadata"]
    return metadata


def _uv() -> Path:
    folder = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
    if not list(folder.glob("uv*")):
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        pip = [next(folder.glob("python*")), "-m", "pip", "install", "--quiet", "uv"]
        subprocess.run(pip, check=True)
    return folder / "uv"

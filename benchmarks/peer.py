"""Environment with an earlier donkeycar, for comparisons of figures and of tubs.

5.4 where the Python is new enough for it (`scripts/trixie` has one), 5.3 elsewhere. Its environment
is `.venv-5.4` or `.venv-5.3`, beside the one in use, made when first needed: the package from PyPI
and only what its Vehicle and its tubs import, so it takes seconds. `DONKEYCAR_54_PYTHON` or
`DONKEYCAR_53_PYTHON` names the interpreter of a complete installation to be used instead.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from benchmarks import ROOT

WORKER = Path(__file__).with_name("peer_worker.py")
# Packages that `donkeycar.vehicle` and `donkeycar.parts.tub_v2` import.
NEEDS = ["pillow", "prettytable", "pyfiglet"]


class Release(NamedTuple):
    """An earlier donkeycar.

    Attributes:
        version: Its version, in two numbers.
        package: What pip installs.
        needs: What its Vehicle and its tubs import.
        variable: The environment variable that names a complete installation.
    """

    version: str
    package: str
    needs: list[str]
    variable: str


OLD = Release(
    "5.3",
    "donkeycar==5.3.0",
    ["numpy<2; python_version < '3.13'", "numpy; python_version >= '3.13'", *NEEDS],
    "DONKEYCAR_53_PYTHON",
)
NEW = Release("5.4", "donkeycar==5.4.0", ["numpy", *NEEDS], "DONKEYCAR_54_PYTHON")
# 5.4 asks for Python 3.12 or newer.
PEER = NEW if sys.version_info >= (3, 12) else OLD


def peer_python(release: Release = PEER) -> Path:
    """Interpreter that has the earlier donkeycar; its environment is made if there is none.

    Raises:
        RuntimeError: If it cannot be installed.
    """
    named = os.environ.get(release.variable)
    if named:
        return Path(named)
    package = ["--no-deps", "--ignore-requires-python", release.package]
    return environment(f".venv-{release.version}", package, release.needs)


def environment(name: str, *installs: Sequence[str]) -> Path:
    """Interpreter of an environment beside the one in use; it is made if there is none.

    Args:
        name: Its folder.
        installs: What pip installs, one call after the other.

    Raises:
        RuntimeError: If something cannot be installed.
    """
    folder = _beside() / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    folder.mkdir(exist_ok=True)
    with _alone(folder / ".lock"):
        complete = folder / ".complete"
        if not complete.exists():
            _call(sys.executable, "-m", "venv", str(folder))
            for words in installs:
                _call(str(python), "-m", "pip", "install", "--quiet", *words)
            complete.touch()
    return python


def peer_package(version: str) -> Path:
    """The folder of a release of donkeycar, without what it needs; it is got if it is missing.

    Args:
        version: A release on PyPI, such as ``"5.4.0"``.

    Raises:
        RuntimeError: If it cannot be installed.
    """
    python = peer_python()
    folder = _beside() / ".venv-releases" / version
    folder.parent.mkdir(exist_ok=True)
    with _alone(folder.parent / ".lock"):
        complete = folder / ".complete"
        if not complete.exists():
            words = ["--quiet", "--no-deps", "--ignore-requires-python", "--target", str(folder)]
            _call(str(python), "-m", "pip", "install", *words, f"donkeycar=={version}")
            complete.touch()
    return folder


class Peer:
    """The tub reader and writer of the earlier donkeycar, in one process for many tubs."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [str(peer_python()), "-I", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd="/",
        )

    def read(self, path: Path, *, images: bool = True) -> dict[str, Any]:
        """Open a tub as its training does, read-only.

        Args:
            path: The tub.
            images: Whether to decode every image as well.

        Returns:
            ``error``, "" if it opened; ``records``; ``bad_images``, names that did not decode;
            ``length``.
        """
        return self._ask(order="read", path=str(path), images=images)

    def append(self, path: Path, inputs: list[str], types: list[str], count: int) -> dict[str, Any]:
        """Open a tub as its car does and record `count` records."""
        return self._ask(order="append", path=str(path), inputs=inputs, types=types, count=count)

    def delete(self, path: Path, indexes: list[int]) -> dict[str, Any]:
        """Open a tub as its tub manager does and delete records."""
        return self._ask(order="delete", path=str(path), indexes=indexes)

    def close(self) -> None:
        """End the process."""
        if self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.stdout.close()
        self._process.wait(10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def _ask(self, **order: Any) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError(f"the process of donkeycar {PEER.version} has no pipes")
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        while line := stdout.readline():
            if line.startswith("{"):  # it prints a banner when it is imported
                answer: dict[str, Any] = json.loads(line)
                return answer
        raise RuntimeError(f"donkeycar {PEER.version} ended while it did {order}")


def _beside() -> Path:
    """Folder of the environment in use; of the repository, if none is."""
    return ROOT if sys.prefix == sys.base_prefix else Path(sys.prefix).parent


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        with contextlib.suppress(ImportError):  # Windows: nobody runs two at once there
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")

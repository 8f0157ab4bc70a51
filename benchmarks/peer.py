"""Environment with donkeycar 5.3, for comparisons of figures and of tubs.

The environment is `.venv-5.3` in the repository root, made when first needed: the package from
PyPI and only what its Vehicle and its tubs import, so it takes seconds. `DONKEYCAR_53_PYTHON`
names the interpreter of a complete installation to be used instead.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from benchmarks import ROOT

ENVIRONMENT = ROOT / ".venv-5.3"
WORKER = Path(__file__).with_name("peer_worker.py")
PACKAGE = "donkeycar==5.3.0"
# Packages that `donkeycar.vehicle` and `donkeycar.parts.tub_v2` of 5.3 import.
NEEDS = ["numpy<2; python_version < '3.13'", "numpy; python_version >= '3.13'"]
NEEDS += ["pillow", "prettytable", "pyfiglet"]


def peer_python() -> Path:
    """Interpreter that has donkeycar 5.3; its environment is made if there is none.

    Raises:
        RuntimeError: If it cannot be installed.
    """
    named = os.environ.get("DONKEYCAR_53_PYTHON")
    if named:
        return Path(named)
    folder = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    ENVIRONMENT.mkdir(exist_ok=True)
    with _alone(ENVIRONMENT / ".lock"):
        complete = ENVIRONMENT / ".complete"
        if not complete.exists():
            _call(sys.executable, "-m", "venv", str(ENVIRONMENT))
            pip = [str(ENVIRONMENT / folder), "-m", "pip", "install", "--quiet"]
            _call(*pip, "--no-deps", "--ignore-requires-python", PACKAGE)
            _call(*pip, *NEEDS)
            complete.touch()
    return ENVIRONMENT / folder


class Peer:
    """The tub reader and writer of donkeycar 5.3, in one process for many tubs."""

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
        """Open a tub as 5.3's training does, read-only.

        Args:
            path: The tub.
            images: Whether to decode every image as well.

        Returns:
            ``error``, "" if it opened; ``records``; ``bad_images``, names that did not decode;
            ``length``.
        """
        return self._ask(order="read", path=str(path), images=images)

    def append(self, path: Path, inputs: list[str], types: list[str], count: int) -> dict[str, Any]:
        """Open a tub as 5.3's car does and record `count` records."""
        return self._ask(order="append", path=str(path), inputs=inputs, types=types, count=count)

    def delete(self, path: Path, indexes: list[int]) -> dict[str, Any]:
        """Open a tub as 5.3's tub manager does and delete records."""
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
            raise RuntimeError("the process of donkeycar 5.3 has no pipes")
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        while line := stdout.readline():
            if line.startswith("{"):  # 5.3 prints a banner when it is imported
                answer: dict[str, Any] = json.loads(line)
                return answer
        raise RuntimeError(f"donkeycar 5.3 ended while it did {order}")


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

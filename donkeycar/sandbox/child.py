"""Starts a sandboxed process, and returns its answer or an error in one sentence."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from donkeycar.errors import PilotError
from donkeycar.json_text import parse_json
from donkeycar.sandbox.cancellation import Cancellation

MAX_ANSWER_BYTES = 1_000_000

# Signals with which the kernel ends a process, and what each means for the file that was read.
ENDINGS = {
    "SIGXCPU": "it keeps the processor busy for too long",
    "SIGKILL": "it needs too much memory or time",
    "SIGXFSZ": "it writes too much",
}


class Child:
    """A process that examines one file from a stranger.

    It starts at once and runs in parallel with its parent; `answer` waits for it. Its standard
    output must be one JSON object: ``{"refused": "why"}``, ``{"error": "a sentence"}``, or the
    answer.

    Args:
        module: Module that is run with ``python -m``.
        subject: The file that it examines, or a description of it, for messages.
        arguments: Arguments of its command line.
        stdin: File for its standard input; ``None`` for none.
        timeout_s: Time after which it is ended, in seconds.
        environment: Additional environment variables.
        cancellation: Ends it from another thread; ``None`` if nothing does.
    """

    def __init__(
        self,
        module: str,
        subject: Path | str,
        *,
        arguments: Sequence[str] = (),
        stdin: Path | None = None,
        timeout_s: float,
        environment: dict[str, str] | None = None,
        cancellation: Cancellation | None = None,
    ) -> None:
        self._subject = subject
        self._timeout_s = timeout_s
        # Files instead of pipes: the limit on file size applies to them, so a flood ends by itself.
        self._output = tempfile.TemporaryFile()  # noqa: SIM115, closed by `answer`
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        with open(os.devnull if stdin is None else stdin, "rb") as given:
            self._process = subprocess.Popen(
                # -P: nothing in the current folder can replace a library.
                [sys.executable, "-P", "-m", module, *arguments],
                stdin=given,
                stdout=self._output,
                stderr=self._errors,
                env={
                    **os.environ,
                    # It finds the same modules as its parent, wherever they are installed.
                    "PYTHONPATH": os.pathsep.join(_import_paths()),
                    **(environment or {}),
                },
            )
        if cancellation is not None:
            cancellation.hold(self)

    def answer(self) -> dict[str, Any]:
        """Wait for the process, and return its answer.

        Raises:
            PilotError: If it refuses the file, crashes, takes too long or prints no valid answer.
        """
        try:
            code = self._process.wait(self._timeout_s)
            self._output.seek(0)
            text = self._output.read(MAX_ANSWER_BYTES)
            self._errors.seek(0)
            errors = self._errors.read(MAX_ANSWER_BYTES).decode(errors="replace")
        except subprocess.TimeoutExpired:
            raise PilotError(
                f"{self._subject} cannot be opened: it took longer than {self._timeout_s:.0f} s."
            ) from None
        finally:
            self.close()
        try:
            found = parse_json(text)
        except ValueError:
            found = None
        if isinstance(found, dict) and "refused" in found:
            raise PilotError(f"{self._subject} cannot be opened: {found['refused']}")
        if isinstance(found, dict) and "error" in found:
            raise PilotError(str(found["error"]))
        if code != 0 or not isinstance(found, dict):
            raise PilotError(f"{self._subject} cannot be opened: {_why(code, errors)}.")
        return found

    def kill(self) -> None:
        """End the process if it is still running; can be called from any thread."""
        if self._process.poll() is None:
            self._process.kill()

    def close(self) -> None:
        """End the process, and delete its output. Safe to call twice."""
        self.kill()
        self._process.wait()
        self._output.close()
        self._errors.close()


def _import_paths() -> list[str]:
    """The folders in which this process finds modules, that of donkeycar first."""
    home = str(Path(__file__).resolve().parents[2])
    return [home, *(path for path in sys.path if path and path != home)]


def _why(code: int, errors: str) -> str:
    """Explain an exit code."""
    if "bad_alloc" in errors or "MemoryError" in errors:
        return "it needs too much memory"
    if code < 0:
        name = signal.Signals(-code).name
        return ENDINGS.get(name, f"it crashes what reads it ({name})")
    last = errors.strip().splitlines()[-1:] or ["no answer"]
    return f"what reads it failed ({last[0]:.200})"

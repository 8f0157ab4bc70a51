"""Starts a confined process, and turns whatever becomes of it into an answer or one sentence."""

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

# What the kernel ends a process with, and what that means for the file it was reading.
ENDINGS = {
    "SIGXCPU": "it keeps the processor busy for too long",
    "SIGKILL": "it needs too much memory or time",
    "SIGXFSZ": "it writes too much",
}


class Child:
    """A process that looks at one file of a stranger.

    It starts at once and works beside its parent; `answer` waits for it. What it prints on its
    standard output must be one JSON object: ``{"refused": "why"}``, ``{"error": "a sentence"}``,
    or whatever was asked.

    Args:
        module: Run with ``python -m``.
        subject: The file it is about, or words for it, for messages.
        arguments: Words for its command line.
        stdin: File that it reads as its standard input; ``None`` for nothing.
        timeout_s: Time until it is ended, in seconds.
        environment: More environment variables.
        cancellation: Ends it from another thread; ``None`` if nothing is to.
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
        # Files, not pipes: the limit on files holds for them, so a flood ends by itself.
        self._output = tempfile.TemporaryFile()  # noqa: SIM115, closed by `answer`
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        with open(os.devnull if stdin is None else stdin, "rb") as given:
            self._process = subprocess.Popen(
                # -P: nothing in the current folder can take the place of a library.
                [sys.executable, "-P", "-m", module, *arguments],
                stdin=given,
                stdout=self._output,
                stderr=self._errors,
                env={
                    **os.environ,
                    # It finds what its parent finds, wherever that was installed.
                    "PYTHONPATH": os.pathsep.join(_import_paths()),
                    **(environment or {}),
                },
            )
        if cancellation is not None:
            cancellation.hold(self)

    def answer(self) -> dict[str, Any]:
        """Wait for the process, and take what it says.

        Raises:
            PilotError: If it refuses the file, crashes, takes too long or says nothing sensible.
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
        """End the process, if it has not ended by itself; from any thread."""
        if self._process.poll() is None:
            self._process.kill()

    def close(self) -> None:
        """End the process, and forget what it said. Safe to call twice."""
        self.kill()
        self._process.wait()
        self._output.close()
        self._errors.close()


def _import_paths() -> list[str]:
    """Where this process finds modules, the folder of donkeycar first."""
    home = str(Path(__file__).resolve().parents[2])
    return [home, *(path for path in sys.path if path and path != home)]


def _why(code: int, errors: str) -> str:
    """Say what an exit code means."""
    if "bad_alloc" in errors or "MemoryError" in errors:
        return "it needs too much memory"
    if code < 0:
        name = signal.Signals(-code).name
        return ENDINGS.get(name, f"it crashes what reads it ({name})")
    last = errors.strip().splitlines()[-1:] or ["no answer"]
    return f"what reads it failed ({last[0]:.200})"

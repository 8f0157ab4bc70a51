"""Steps of a test run: one after the other, or side by side, and how each of them ended."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from environment import ROOT

# How pytest ends: "3 failed, 120 passed in 4.20s".
CLOSING = re.compile(r"^=* ?\d+ [a-z]+.* in [\d.]+s")
KEPT_BYTES = 8192  # of the end of what a step printed


class Done(NamedTuple):
    """One step that ran to its end.

    Attributes:
        name: What it was, in a word or two.
        code: Its exit code, 0 if it found nothing.
        closing: The last line that it printed, after those of the test runs that it was made of.
    """

    name: str
    code: int
    closing: list[str]


def closing_lines(text: str) -> list[str]:
    """The last line, and the lines before it as far as they are closing lines of pytest."""
    lines = text.strip().splitlines()
    first = len(lines) - 1
    while first > 0 and CLOSING.match(lines[first]) and CLOSING.match(lines[first - 1]):
        first -= 1
    return [line.strip() for line in lines[max(first, 0) :]]


def shown(name: str, *command: str | Path) -> Done:
    """Run a step and show what it prints while it prints it."""
    words = [str(word) for word in command]
    end = b""
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    while piece := process.stdout.read1():
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        end = (end + piece)[-KEPT_BYTES:]
    return Done(name, process.wait(), closing_lines(end.decode(errors="replace")))


class Beside:
    """A step that runs beside others; what it prints is shown when it has ended."""

    def __init__(self, name: str, *command: str | Path) -> None:
        self.name = name
        self._report = tempfile.TemporaryFile()  # noqa: SIM115 - `close` does
        self._process = subprocess.Popen(
            [str(word) for word in command], cwd=ROOT, stdout=self._report, stderr=self._report
        )

    def end(self) -> Done:
        """Wait for it, show what it printed, and say how it ended."""
        code = self._process.wait()
        self._report.seek(0)
        text = self._report.read().decode(errors="replace").rstrip()
        print(text, flush=True)
        return Done(self.name, code, closing_lines(text))

    def close(self) -> None:
        """End it if it still runs."""
        self._process.terminate()
        self._process.wait()
        self._report.close()


def beside(name: str, *command: str | Path) -> contextlib.closing[Beside]:
    """Start a step; it runs until the block is left, at most."""
    return contextlib.closing(Beside(name, *command))


def polite(niceness: int) -> list[str]:
    """What is written before a command that is to wait for others in the queue for a core."""
    return ["nice", "-n", str(niceness)] if os.name == "posix" else []

"""What is stored of a job: a folder with four files, readable by a person.

``job.json``: title, command, start. ``output.txt``: everything that the command printed.
``progress.json``: how far it is, if the command says so. ``end.json``: how it ended. ``lock`` is
held as long as it runs, by whatever process of it is left.
"""

import contextlib
import fcntl
import json
import os
from pathlib import Path
from typing import Any

from donkeycar.files import write_atomically
from donkeycar.json_text import parse_json

JOB, OUTPUT, PROGRESS, END, LOCK = (
    "job.json", "output.txt", "progress.json", "end.json", "lock",
)  # fmt: skip

#: Environment variable of a job: the file into which it may write how far it is, as JSON.
PROGRESS_VARIABLE = "DONKEYCAR_PROGRESS"

# The most output that a page shows at once.
TAIL_BYTES = 32 * 1024


def write(folder: Path, name: str, values: dict[str, Any]) -> None:
    """Store one of the JSON files of a job, whole or not at all."""
    write_atomically(folder / name, json.dumps(values) + "\n")


def read(folder: Path, name: str) -> dict[str, Any] | None:
    """One of the JSON files of a job; ``None`` if it is missing or not whole."""
    try:
        values = parse_json((folder / name).read_bytes())
    except (OSError, ValueError):
        return None
    return values if isinstance(values, dict) else None


def is_running(folder: Path) -> bool:
    """Whether a process of the job is left."""
    try:
        fd = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def tail(folder: Path) -> str:
    """The end of what the command printed."""
    with contextlib.suppress(OSError), (folder / OUTPUT).open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL_BYTES))
        text = file.read().decode("utf-8", "replace")
        # Begin with a whole line.
        return text.partition("\n")[2] if size > TAIL_BYTES else text
    return ""

"""The checkpoint file, from which an interrupted training resumes; written after every epoch.

The file is always complete: a power cut in the middle of writing leaves the one before. It contains
only arrays and plain JSON, and no code.
"""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.files import atomic_path
from donkeycar.json_text import parse_json
from donkeycar.pilots.files.names import beside

SUFFIX = ".checkpoint"
FORMAT = "donkeycar-checkpoint/1"
_STATE = "state"


class Checkpoint(NamedTuple):
    """The state of a training after an epoch.

    Attributes:
        state: Plain JSON: settings, epoch, history.
        arrays: Weights and state of the optimizer, by name.
    """

    state: dict[str, Any]
    arrays: dict[str, np.ndarray]


def checkpoint_path(model: Path) -> Path:
    """Path of the checkpoint of this pilot's training."""
    return beside(model, SUFFIX)


def newest_checkpoint(folder: Path) -> Path:
    """Find the training in a folder that was interrupted most recently.

    Raises:
        TrainingError: If there is none.
    """
    found = [path for path in folder.glob(f"*{SUFFIX}") if path.is_file()]
    if not found:
        raise TrainingError(
            f"`--resume` needs an interrupted training. Received: none in {folder}. "
            "Train without it, or add --model"
        )
    return max(found, key=lambda path: path.stat().st_mtime)


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint atomically; the one before stays until the new one is complete.

    Raises:
        OSError: If the disk does not take it.
    """
    text = json.dumps({"format": FORMAT, **checkpoint.state})
    arrays = {_STATE: np.frombuffer(text.encode(), np.uint8), **checkpoint.arrays}
    with atomic_path(path) as draft, draft.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint, trusting nothing in it.

    Raises:
        TrainingError: If it is missing or damaged.
    """
    try:
        with path.open("rb") as file:
            broken = zipfile.ZipFile(file).testzip()  # numpy does not check the checksums
            if broken:
                raise ValueError(f"{broken} is not what was written")
            file.seek(0)
            content = np.load(file, allow_pickle=False)
            arrays = {name: content[name] for name in content.files}
        state = parse_json(arrays.pop(_STATE).tobytes())
    except FileNotFoundError as error:
        raise TrainingError(
            f"`--resume` needs an interrupted training. Received: no {path}"
        ) from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise TrainingError(
            f"The checkpoint {path} is damaged: {error}. Delete it, and train without --resume."
        ) from error
    if not isinstance(state, dict) or state.pop("format", None) != FORMAT:
        raise TrainingError(
            f"{path} is not a checkpoint of this version. Delete it, and train without --resume."
        )
    return Checkpoint(state, arrays)


def check_same(before: dict[str, Any], now: dict[str, Any], path: Path) -> None:
    """Refuse to resume with other settings or records than before.

    Args:
        before: Settings in the checkpoint.
        now: Settings of the new command.
        path: Path of the checkpoint.

    Raises:
        TrainingError: If one differs; the message names it.
    """
    now = json.loads(json.dumps(now))  # the file contains lists instead of tuples
    changed = [
        f"{name} was {_short(before.get(name))}, is {_short(now.get(name))}"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]
    if changed:
        raise TrainingError(
            f"`--resume` must go on with the settings and records of {path}. "
            f"Received: {'; '.join(changed)}. Say the same again, or train without --resume."
        )


class Keeper:
    """Writes the checkpoints of one training; if the disk is full, training goes on without them.

    Args:
        path: Path of the checkpoint.
        warn: Called once if the disk does not take one.
    """

    def __init__(self, path: Path, warn: Callable[[str], None]) -> None:
        self.path = path
        self._warn: Callable[[str], None] | None = warn

    def keep(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint, if the disk takes it."""
        try:
            write_checkpoint(self.path, checkpoint)
        except OSError as error:
            if self._warn is not None:
                why = error.strerror or error
                self._warn(
                    f"{self.path} cannot be written: {why}. Training goes on; if it is "
                    "interrupted, it cannot be resumed from here."
                )
            self._warn = None

    def discard(self) -> None:
        """Remove the checkpoint, if there is one."""
        self.path.unlink(missing_ok=True)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."

"""Checks before the training whether the pilot can be written."""

import platform
import tempfile
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from donkeycar.errors import PilotError, TrainingError
from donkeycar.pilots.files.bundle import PilotFiles
from donkeycar.pilots.files.names import ENDINGS, beside, ending_of

LIBRARIES = ("donkeycar", "keras", "tensorflow", "tensorflow-cpu", "ai-edge-litert", "numpy")


def pilot_files(model_path: Path, *, option: str = "--model") -> PilotFiles:
    """Name the files of a pilot.

    Args:
        model_path: The common part of their names, or one of them.
        option: The option in which the owner wrote it.

    Raises:
        TrainingError: If `model_path` is a folder, or has the ending of another format.
    """
    if model_path.is_dir():
        raise TrainingError(
            f"The pilot is files, not a folder. Received: {model_path}. "
            f"Use {option} {model_path / 'mypilot.keras'}"
        )
    try:
        return PilotFiles.of(model_path)
    except PilotError as error:
        raise TrainingError(
            f"{_rule(model_path)} Received: {model_path}. Use {option} {better(model_path)}"
        ) from error


def better(model_path: Path) -> Path:
    """A valid name for a pilot, similar to an invalid one."""
    plain = beside(model_path, ".tflite")
    # Without all precision marks at its end.
    while (shorter := beside(plain, ".tflite")) != plain:
        plain = shorter
    return beside(plain, ".keras")


def _rule(model_path: Path) -> str:
    if ending_of(model_path) in ("", *ENDINGS):
        return "The name of a pilot must not end in .fp16 or .int8."
    return f"A pilot must end in one of {', '.join(ENDINGS)}."


def make_folder(folder: Path) -> None:
    """Make the pilot's folder, and check that it can be written to.

    Raises:
        TrainingError: If it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise TrainingError(
            f"The pilot needs a folder that can be written to. Received: {folder} "
            f"({error.strerror}). Choose another with --model"
        ) from error


def versions() -> dict[str, str]:
    """Versions of the software that makes the pilot."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found

"""Opens a ``.keras`` file of a pilot: to go on training it, or to look inside."""

import warnings
from pathlib import Path
from typing import Any

from donkeycar.errors import PilotError
from donkeycar.pilots.keras_check import check_archive


def load_keras(path: str | Path) -> Any:
    """Open a ``.keras`` file, after a look at what is in it.

    It is not compiled: how it was trained is in the sidecar, and losses of other versions of Keras
    keep a file from opening.

    Args:
        path: The ``.keras`` file of a pilot, or any other file of it.

    Returns:
        A ``keras.Model``.

    Raises:
        PilotError: If it is missing, damaged, or not made of plain layers.
    """
    path = check_keras(path)
    import keras

    try:
        with warnings.catch_warnings():
            # Keras warns of weights it did not find, and goes on with random ones.
            warnings.simplefilter("error", UserWarning)
            return keras.models.load_model(path, compile=False, safe_mode=True)
    except (TypeError, ValueError, KeyError, OSError, RuntimeError, UserWarning) as error:
        first = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise PilotError(
            f"{path} cannot be opened by this version of Keras: {first:.200}. "
            "Try `donkey convertmodel`."
        ) from error


def check_keras(path: str | Path) -> Path:
    """Look at a pilot's ``.keras`` file without opening it, and without Keras.

    Args:
        path: The ``.keras`` file of a pilot, or any other file of it.

    Returns:
        The ``.keras`` file.

    Raises:
        PilotError: If it is missing, damaged, or not made of plain layers.
    """
    path = Path(path).expanduser()
    if path.suffix in (".tflite", ".json", ""):
        from donkeycar.pilots.bundle import PilotFiles

        path = PilotFiles.of(path).keras
    if path.suffix != ".keras":
        raise PilotError(
            f"Weights are read from a .keras file. Received: {path}. "
            "Make one with `donkey convertmodel`."
        )
    if not path.is_file():
        raise PilotError(
            f"There is no {path}: the network itself is needed here, not only what drives. Copy "
            "it from where the pilot was trained."
        )
    check_archive(path)
    return path

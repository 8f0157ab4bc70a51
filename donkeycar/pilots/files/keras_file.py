"""Opens the ``.keras`` file of a pilot, for fine-tuning and saliency."""

import warnings
from pathlib import Path
from typing import Any

from donkeycar.errors import PilotError
from donkeycar.pilots.files.keras_check import check_archive
from donkeycar.pilots.files.names import ENDINGS, beside, ending_of, kind_of, meant_as
from donkeycar.pilots.files.next_step import next_step
from donkeycar.pilots.files.sidecar import read_info

# The key in the sidecar of a converted pilot that says why there is no ``.keras``.
WHY_NO_KERAS = "why_no_keras"


def load_keras(path: str | Path) -> Any:
    """Open a ``.keras`` file, after checking its content.

    It is not compiled, because the sidecar says how it was trained, and because losses of other
    versions of Keras can prevent opening.

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
            # If weights are missing, Keras only warns, and continues with random ones.
            warnings.simplefilter("error", UserWarning)
            return keras.models.load_model(path, compile=False, safe_mode=True)
    except (TypeError, ValueError, KeyError, OSError, RuntimeError, UserWarning) as error:
        first = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise PilotError(
            f"{path} cannot be opened by this version of Keras: {first:.200}. {next_step(path)}"
        ) from error


def check_keras(path: str | Path) -> Path:
    """Check a pilot's ``.keras`` file without opening it, and without Keras.

    Args:
        path: The ``.keras`` file of a pilot, or any other file of it.

    Returns:
        The ``.keras`` file.

    Raises:
        PilotError: If it is missing, damaged, or not made of plain layers.
    """
    path = Path(path).expanduser()
    if kind_of(path) in ("hdf5", "saved_model") or ending_of(path) not in ("", *ENDINGS):
        raise PilotError(
            f"Weights are read from a .keras file. Received: {path}. {next_step(path)}"
        )
    keras = path if kind_of(path) == "keras" else beside(path, ".keras")
    if not keras.is_file():
        raise PilotError(_no_network(keras, path))
    check_archive(keras)
    return keras


def _no_network(keras: Path, path: Path) -> str:
    """Say why a pilot has only LiteRT files and no network, and what to do about it."""
    needed = "the network itself is needed here, not only what drives"
    if not any(beside(path, ending).exists() for ending in ENDINGS) and not path.exists():
        return f"There is no pilot {path}."
    try:
        training = read_info(beside(path, ".json")).training
    except PilotError:
        training = {}
    made_of, why_not = training.get("converted_from"), training.get(WHY_NO_KERAS)
    if isinstance(why_not, str):
        return f"There is no {keras}: {needed}. {cost_of(why_not)}"
    if isinstance(made_of, str) and meant_as(Path(made_of)) == "litert":
        return (
            f"There is no {keras}: {needed}. This pilot was made from {Path(made_of).name!r:.100}, "
            "which can only drive. If you have the .keras, .h5 or SavedModel that it came from, "
            "convert that."
        )
    return f"There is no {keras}: {needed}. Copy it from where the pilot was trained."


def cost_of(why_not: str) -> str:
    """Say why a pilot that was converted has no ``.keras``, and what that costs."""
    why = " ".join(why_not.split())
    return (
        f"Keras 3 cannot express this network ({why:.200}): it drives, but you cannot train it "
        "further (--transfer) or look into it (explain, cnnactivations, makemovie --salient). "
        "Train a new one for that."
    )

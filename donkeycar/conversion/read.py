"""Loads networks of other versions of Keras; runs in a sandboxed process.

For every format the description is checked first, see `donkeycar.pilots.files.keras_check`.
Then Keras 3 tries to open the file. If it cannot, the network is rebuilt from the description and
gets the weights of the file. If that fails too, `tf_keras` may open it.
"""

import shutil
import warnings
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.commands import install_extra
from donkeycar.conversion.saved_model import read_description, set_weights
from donkeycar.conversion.translate import other_meaning, to_keras_3
from donkeycar.errors import PilotError
from donkeycar.pilots.files.keras_check import WEIGHTS, check_archive, check_config, check_hdf5
from donkeycar.pilots.files.names import meant_as

# Errors that Keras raises for unknown contents; they depend on the version that wrote the file.
NOT_KNOWN = (
    TypeError, ValueError, KeyError, AttributeError, IndexError, RuntimeError, OSError, UserWarning,
)  # fmt: skip


class Network(NamedTuple):
    """A network that was opened.

    Attributes:
        model: A ``keras.Model``; or one of ``tf_keras``, which can drive but not be fine-tuned.
        why_old: Why Keras 3 cannot open it, if the model is one of ``tf_keras``.
    """

    model: Any
    why_old: str = ""


def read_network(path: Path, workdir: Path) -> Network:
    """Open a network of Keras 2 or 3.

    Args:
        path: A ``.keras`` or ``.h5`` file, or the folder of a SavedModel.
        workdir: Folder for temporary files.

    Raises:
        PilotError: If it holds anything but a network of plain layers, or no library can open it.
    """
    config = _description(path)
    import keras

    with warnings.catch_warnings():
        # If weights are missing, Keras only warns, and keeps random ones.
        warnings.simplefilter("error", UserWarning)
        word = other_meaning(config)
        if word:
            return _with_tf_keras(path, workdir, f"{word} means something else in Keras 3")
        if path.is_file():
            named = _named_as_keras_wants(path, workdir)
            try:
                return Network(keras.models.load_model(named, compile=False, safe_mode=True))
            except NOT_KNOWN:
                pass  # usually a file of Keras 2
        try:
            return Network(_build(config, path, workdir))
        except NOT_KNOWN as error:
            return _with_tf_keras(path, workdir, _first_line(error))


def _description(path: Path) -> dict[str, Any]:
    """Check a file, and return the description of its network."""
    if path.is_dir():
        return check_config(read_description(path), path)
    if meant_as(path) == "keras":
        return check_archive(path)
    import h5py

    check_hdf5(path, path)
    with h5py.File(path, "r") as file:
        text = file.attrs.get("model_config")
    if not isinstance(text, str | bytes):
        raise PilotError(
            f"{path} holds weights without the network they belong to. Save the whole model."
        )
    return check_config(text, path)


def _build(config: dict[str, Any], path: Path, workdir: Path) -> Any:
    """Build a network from its description, and load its weights."""
    import keras

    translated = to_keras_3(config)
    kind = keras.Sequential if translated["class_name"] == "Sequential" else keras.Model
    model = kind.from_config(translated["config"])
    if path.is_dir():
        set_weights(model, path)
        return model
    weights = path
    if meant_as(path) == "keras":
        weights = workdir / WEIGHTS
        with zipfile.ZipFile(path) as archive:
            weights.write_bytes(archive.read(WEIGHTS))
    model.load_weights(_named_as_keras_wants(weights, workdir))
    return model


def _named_as_keras_wants(path: Path, workdir: Path) -> Path:
    """A path whose suffix tells the format; the file is copied if its own does not."""
    ending = ".keras" if meant_as(path) == "keras" else ".h5"
    if path.is_dir() or path.name.endswith(ending):
        return path
    copy = workdir / f"theirs{ending}"
    shutil.copyfile(path, copy)
    return copy


def _first_line(error: Exception) -> str:
    """The first line of a library's error, short enough for a sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{lines[0] if lines else type(error).__name__:.200}"


def _with_tf_keras(path: Path, workdir: Path, why: str) -> Network:
    """Open the file with `tf_keras`, the successor of Keras 2, if it is installed."""
    try:
        import tf_keras
    except ImportError as error:
        raise PilotError(
            f"Keras 3 cannot open {path} ({why}). Keras 2 may: "
            f"{install_extra('convert')}, and try again."
        ) from error
    try:
        named = _named_as_keras_wants(path, workdir)
        model = tf_keras.models.load_model(named, compile=False, safe_mode=True)
    except NOT_KNOWN as error:
        raise PilotError(f"Neither Keras 3 nor Keras 2 can open {path}: {why}") from error
    return Network(model, why)

"""A log for TensorBoard; import it only after `keras_backend.import_keras`.

Writing it does not need TensorBoard: TensorFlow writes the events, and TensorBoard reads them, on
this computer or another: ``pip install tensorboard``, then ``tensorboard --logdir models``.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from donkeycar.pilots.files.names import name_of

FOLDER = "tensorboard"
PREFIX = "val_"


def new_log_folder(model: Path) -> Path:
    """Unique name of a folder for the log of one training."""
    runs = model.parent / FOLDER
    name = f"{name_of(model)}_{time.strftime('%y-%m-%d_%H%M%S')}"
    folder, number = runs / name, 2
    while folder.exists():
        folder, number = runs / f"{name}_{number}", number + 1
    return folder


class EventLog(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes the measured values of an epoch, with training and validation as two curves.

    Args:
        folder: Folder of the log, with subfolders ``train`` and ``validation`` as in Keras.
        warn: Called once if the disk does not take it; training goes on.
    """

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        super().__init__()
        self.folder = folder
        self._warn = warn
        self._writers: dict[str, Any] = {}
        self._broken = False

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write the epoch to the log."""
        for name, value in (logs or {}).items():
            part = "validation" if name.startswith(PREFIX) else "train"
            self._attempt(lambda: self._write(part, name.removeprefix(PREFIX), value, epoch + 1))  # noqa: B023
        for writer in self._writers.values():
            self._attempt(writer.flush)

    def on_train_end(self, logs: Any = None) -> None:
        """Close the files."""
        for writer in self._writers.values():
            self._attempt(writer.close)
        self._writers.clear()

    def _write(self, part: str, name: str, value: float, epoch: int) -> None:
        """Add a point to a curve."""
        import tensorflow as tf

        if part not in self._writers:
            self._writers[part] = tf.summary.create_file_writer(str(self.folder / part))
        # `tf.summary.scalar` is a part of TensorBoard; this writes the same data.
        kind = tf.compat.v1.SummaryMetadata(
            plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars"),
            data_class=1,  # DATA_CLASS_SCALAR
        )
        with self._writers[part].as_default():
            point = tf.constant(value, tf.float32)
            tf.summary.write(f"epoch_{name}", point, step=epoch, metadata=kind)

    def _attempt(self, write: Callable[[], None]) -> None:
        """Write, unless the disk has failed before."""
        import tensorflow as tf

        if self._broken:
            return
        try:
            write()
        except (OSError, tf.errors.OpError) as error:
            self._broken = True
            self._warn(f"The TensorBoard log {self.folder} cannot be written: {_short(error)}")


def _short(error: Exception) -> str:
    """First line of the error, without TensorFlow's additions."""
    return str(getattr(error, "message", error)).splitlines()[0][:200]

"""A log for TensorBoard; import it only after `keras_backend.import_keras`.

TensorBoard itself is not needed to write it: TensorFlow writes the events, TensorBoard reads them,
on this computer or another: ``pip install tensorboard``, then ``tensorboard --logdir models``.
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
    """Name a folder for the log of one training; no two trainings share one."""
    runs = model.parent / FOLDER
    name = f"{name_of(model)}_{time.strftime('%y-%m-%d_%H%M%S')}"
    folder, number = runs / name, 2
    while folder.exists():
        folder, number = runs / f"{name}_{number}", number + 1
    return folder


class EventLog(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes what is measured in an epoch: two curves in one picture, training and validation.

    Args:
        folder: Where to; it gets a folder ``train`` and one ``validation``, as Keras' own log.
        warn: Is told once if the disk does not take it; training goes on.
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
        # `tf.summary.scalar` itself comes with TensorBoard; this is what it writes.
        kind = tf.compat.v1.SummaryMetadata(
            plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars"),
            data_class=1,  # DATA_CLASS_SCALAR
        )
        with self._writers[part].as_default():
            point = tf.constant(value, tf.float32)
            tf.summary.write(f"epoch_{name}", point, step=epoch, metadata=kind)

    def _attempt(self, write: Callable[[], None]) -> None:
        """Write, unless the disk did not take it before."""
        import tensorflow as tf

        if self._broken:
            return
        try:
            write()
        except (OSError, tf.errors.OpError) as error:
            self._broken = True
            self._warn(f"The TensorBoard log {self.folder} cannot be written: {_short(error)}")


def _short(error: Exception) -> str:
    """First line of what went wrong, without TensorFlow's wrapping."""
    return str(getattr(error, "message", error)).splitlines()[0][:200]

"""Converts a network to LiteRT in three precisions."""

from pathlib import Path
from typing import Any

from donkeycar.keras_backend import muffled
from donkeycar.pilots.bundle import PRECISIONS, Precision
from donkeycar.training.export.run import Inputs, rows_of


def without_outputs(model: Any, names: tuple[str, ...]) -> Any:
    """Return a network without outputs that nobody asks for when it drives."""
    if not names:
        return model
    import keras

    kept = {name: output for name, output in model.output.items() if name not in names}
    return keras.Model(model.input, kept, name=model.name)


def convert(
    model: Any, inputs: Inputs, folder: Path, precisions: tuple[Precision, ...] = PRECISIONS
) -> dict[Precision, bytes]:
    """Convert a network to LiteRT.

    Args:
        model: The Keras model.
        inputs: Shows the range of values inside the network.
        folder: For files in between.
        precisions: Which to make.

    Returns:
        Content of each ``.tflite`` file.
    """
    import tensorflow as tf

    def settings_of(precision: Precision) -> Any:
        converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
        if precision != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if precision == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if precision == "int8":
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.representative_dataset = lambda: rows_of(inputs)
        return converter

    # The converter prints pages, past Python's own streams.
    with muffled():
        model.export(folder, format="tf_saved_model", verbose=False)
        return {precision: settings_of(precision).convert() for precision in precisions}

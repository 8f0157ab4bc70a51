"""Exports a trained network to the files of a pilot: LiteRT in three precisions, with a probe.

``float32`` computes as the network was trained. ``float16`` stores its weights in half the space.
``int8`` is quantised: a quarter of the size, and two to three times faster; sample frames show the
converter the range of values. All three take the same ``uint8`` image and answer in ``float32``.
"""

import logging
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.keras_backend import muffled
from donkeycar.pilots.files.bundle import (
    PRECISIONS,
    PilotFiles,
    PilotInfo,
    Precision,
    sha256_of,
    write_bundle,
)
from donkeycar.pilots.files.probe import chosen
from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.training.export.litert import CheckInputs, CheckRun, Inputs, rows_of, run_in_child
from donkeycar.training.export.measure import compare, measured

logger = logging.getLogger(__name__)

TOO_FAR = "its answers differ too much from the others'."
# Number of records that are compared, and that show the converter the range of values.
MAX_FRAMES = 200

Runner = Callable[[Mapping[Precision, bytes], CheckInputs], CheckRun]


def save_pilot(
    files: PilotFiles,
    info: PilotInfo,
    model: Any,
    *,
    inputs: Inputs,
    frames: np.ndarray,
    vectors: np.ndarray | None = None,
    precisions: tuple[Precision, ...] = PRECISIONS,
    keep_keras: bool = True,
    run: Runner = run_in_child,
) -> PilotInfo:
    """Convert a network, check that nothing was lost or mixed up, and write its files.

    A variant that does not run, or whose answers differ too much from those of the trained network,
    is left out with a warning; without ``float32`` there is no pilot.

    Args:
        files: Paths of the pilot.
        info: The sidecar so far; this function adds variants and probe.
        model: A Keras model with named inputs, ``uint8`` images among them, and a dictionary of
            outputs.
        inputs: Inputs of the network for some records, by name, with equal numbers of rows.
        frames: Some frames from the camera, in order, for the probe.
        vectors: Second input for each of `frames`, ``None`` if the pilot takes only frames.
        precisions: The LiteRT files to write, including ``float32``.
        keep_keras: Whether to write the ``.keras`` file, too.
        run: Runs LiteRT files. A caller that is already in a process of its own, which may crash
            and may not start another, passes `run.run`.

    Returns:
        The content of the sidecar.

    Raises:
        TrainingError: If the converted network does not answer as the trained one does.
        PilotError: If LiteRT does not run it, or crashes.
        OSError: If the disk does not take it.
    """
    inputs = {name: array[:MAX_FRAMES] for name, array in inputs.items()}
    frames, vectors = chosen(frames, vectors)
    with tempfile.TemporaryDirectory() as folder:
        driving = without_outputs(model, pilot_type(info.type).only_in_training)
        litert = convert(driving, inputs, Path(folder), precisions)
    ran = run(litert, CheckInputs.about(info, inputs, frames, vectors))
    if "float32" in ran.refused:
        raise PilotError(ran.refused["float32"])
    compare(_answers(model, inputs), ran.answers["float32"].outputs)
    info, too_far = measured(info, ran.answers, frames, vectors)
    refused = ran.refused | dict.fromkeys(too_far, TOO_FAR)
    for precision, why in refused.items():
        logger.warning("No %s file: %s", precision, why)
        del litert[precision]
    variants = {
        precision: replace(info.variants[precision], sha256=sha256_of(content))
        for precision, content in litert.items()
    }
    info = replace(info, variants=variants)
    with muffled():
        write_bundle(files, info, litert=litert, save_keras=model.save if keep_keras else None)
    return info


def _answers(model: Any, inputs: Inputs) -> Mapping[str, np.ndarray]:
    """The outputs of a Keras model, by name."""
    import keras

    # In the structure of the model: a single array, a list or a dictionary.
    asked = keras.tree.map_structure(lambda tensor: inputs[tensor.name], model.input)
    answers: Mapping[str, np.ndarray] = model.predict_on_batch(asked)
    return answers


def without_outputs(model: Any, names: tuple[str, ...]) -> Any:
    """Return a network without the outputs that only training needs."""
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
        inputs: Sample inputs, which show the range of values inside the network.
        folder: Folder for temporary files.
        precisions: The precisions to make.

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

    # The converter prints pages of text, and does not use Python's streams.
    with muffled():
        model.export(folder, format="tf_saved_model", verbose=False)
        return {precision: settings_of(precision).convert() for precision in precisions}

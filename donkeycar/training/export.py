"""From a trained network to the files of a pilot: LiteRT in three precisions, compared and probed.

``float32`` computes as the network was trained. ``float16`` stores its weights in half the room.
``int8`` computes in whole numbers of one byte: a quarter of the size, and two to three times
faster; frames show the converter which values to expect. All three take the same ``uint8`` image
and answer in ``float32``.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.pilots.bundle import (
    PRECISIONS,
    PilotFiles,
    PilotInfo,
    Precision,
    Variant,
    sha256_of,
    write_bundle,
)
from donkeycar.pilots.interpreter import LiteRTInterpreter
from donkeycar.pilots.pilot import Pilot
from donkeycar.pilots.probe import MAX_WRONG_SHARE, Probe, answers_of
from donkeycar.pilots.registry import pilot_type
from donkeycar.pilots.sidecar import MAX_TOLERANCE
from donkeycar.training.backend import muffled

logger = logging.getLogger(__name__)

Inputs = Mapping[str, np.ndarray]

# Both compute in float32; the order of additions differs.
MAX_DIFFERENCE = 1e-3
# Frames that are compared and that show the converter what to expect.
MAX_FRAMES = 200
# What another processor may add to the difference measured here.
MARGIN: dict[Precision, float] = {"float32": 2e-3, "float16": 1e-2, "int8": 3e-2}


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
) -> PilotInfo:
    """Convert a network, make sure that nothing was lost or mixed up, and write its files.

    A variant whose answers are too far from those of the trained network is left out.

    Args:
        files: Where the pilot goes.
        info: What is known of it; variants and probe are added here.
        model: A Keras model with named inputs, ``uint8`` images among them, and a dictionary of
            outputs.
        inputs: What the network gets for some records, by name, as many rows in each.
        frames: Some frames as the camera gives them, in order, for the probe.
        vectors: What the pilot gets beside each of `frames`, ``None`` if it only looks.
        precisions: Which LiteRT files to write; ``float32`` must be among them.
        keep_keras: Whether the ``.keras`` file is written as well.

    Returns:
        What the sidecar says now.

    Raises:
        TrainingError: If the converted network does not answer as the trained one does.
        OSError: If the disk does not take it.
    """
    inputs = {name: array[:MAX_FRAMES] for name, array in inputs.items()}
    with tempfile.TemporaryDirectory() as folder:
        driving = without_outputs(model, pilot_type(info.type).only_in_training)
        litert = convert(driving, inputs, Path(folder), precisions)
    interpreters = {
        precision: LiteRTInterpreter(files.variant(precision), content=content)
        for precision, content in litert.items()
    }
    compare(model, interpreters["float32"], inputs)
    info, left_out = measured(info, interpreters, inputs, frames, vectors)
    for precision in left_out:
        logger.warning("No %s file: its answers differ too much from the others'.", precision)
        del litert[precision]
    variants = {
        precision: replace(info.variants[precision], sha256=sha256_of(content))
        for precision, content in litert.items()
    }
    info = replace(info, variants=variants)
    with muffled():
        write_bundle(files, info, litert=litert, save_keras=model.save if keep_keras else None)
    return info


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


def rows_of(inputs: Inputs) -> Iterator[dict[str, np.ndarray]]:
    """Take inputs apart: one row of each, with the batch of 1 in front, at a time."""
    for row in range(len(next(iter(inputs.values())))):
        yield {name: array[row : row + 1] for name, array in inputs.items()}


def compare(model: Any, interpreter: LiteRTInterpreter, inputs: Inputs) -> None:
    """Make sure that a converted network answers as the trained one does.

    Raises:
        TrainingError: If it does not.
    """
    import keras

    # In the structure it was made with: a lone array, a list or a dictionary.
    asked = keras.tree.map_structure(lambda tensor: inputs[tensor.name], model.input)
    wanted = model.predict_on_batch(asked)
    for number, row in enumerate(rows_of(inputs)):
        for name, value in interpreter.run(row).items():
            right = np.asarray(wanted[name])[number]
            difference = float(np.abs(value[0] - right).max())
            if not difference <= MAX_DIFFERENCE * max(1.0, float(np.abs(right).max())):
                raise TrainingError(
                    "The converted pilot must answer as the trained one does. Received: "
                    f"{name} differs by {difference:.3g}"
                )


def measured(
    info: PilotInfo,
    interpreters: Mapping[Precision, LiteRTInterpreter],
    inputs: Inputs,
    frames: np.ndarray,
    vectors: np.ndarray | None,
) -> tuple[PilotInfo, list[Precision]]:
    """Find out how far each variant is from the first, and write the probe.

    Returns:
        The information with `probe` and `variants`, and which variants are too far away.
    """
    kind = pilot_type(info.type)
    pilots = {
        precision: Pilot(interpreter, kind, info=info)
        for precision, interpreter in interpreters.items()
    }
    probe = Probe.ask(pilots["float32"], frames, vectors)
    options = pilots["float32"].options

    def head(outputs: Mapping[str, np.ndarray]) -> tuple[float, float]:
        return kind.head(outputs, options)

    right = _answers(interpreters["float32"], head, inputs)
    variants: dict[Precision, Variant] = {}
    left_out: list[Precision] = []
    for precision, pilot in pilots.items():
        distance = np.abs(answers_of(pilot, probe.frames, probe.vectors) - probe.answers)
        # As the check does it, the worst few are not counted.
        worst = np.sort(np.nan_to_num(distance).max(axis=1))
        counted = worst[: len(worst) - int(MAX_WRONG_SHARE * len(worst))]
        tolerance = MARGIN[precision] + 2 * float(counted[-1])
        if tolerance > MAX_TOLERANCE and precision != "float32":
            left_out.append(precision)
            continue
        difference: dict[str, Any] = {}
        if precision != "float32":
            given = _answers(interpreters[precision], head, inputs)
            difference = _in_words(np.abs(given - right))
        variants[precision] = Variant("", round(min(tolerance, MAX_TOLERANCE), 6), difference)
    return replace(info, probe=probe, variants=variants), left_out


def _answers(
    interpreter: LiteRTInterpreter,
    head: Callable[[Mapping[str, np.ndarray]], tuple[float, float]],
    inputs: Inputs,
) -> np.ndarray:
    """Angle and throttle for each row, ``(rows, 2)``."""
    return np.array([head(interpreter.run(row)) for row in rows_of(inputs)])


def _in_words(distance: np.ndarray) -> dict[str, Any]:
    """Largest and mean distance, for angle and throttle."""
    return {
        "frames": len(distance),
        **{
            name: {
                "max": round(float(distance[:, column].max()), 6),
                "mean": round(float(distance[:, column].mean()), 6),
            }
            for column, name in enumerate(("angle", "throttle"))
        },
    }

"""From a trained network to the bytes of a LiteRT file, compared with each other."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.pilots.interpreter import LiteRTInterpreter
from donkeycar.training.backend import muffled

# Both compute in float32; the order of additions differs.
MAX_DIFFERENCE = 1e-3


def export_litert(model: Any, probe: np.ndarray) -> bytes:
    """Convert a network, and make sure that nothing was lost or mixed up on the way.

    Args:
        model: A Keras model with one image input and a dictionary of outputs.
        probe: Some frames, ``uint8``, ``(count, height, width, channels)``.

    Returns:
        Content of the ``.tflite`` file.

    Raises:
        TrainingError: If the two do not agree on `probe`.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pilot.tflite"
        # The converter prints pages, past Python's own streams.
        with muffled():
            model.export(path, format="litert", verbose=False)
            interpreter = LiteRTInterpreter(path)
        wanted = model.predict_on_batch(probe)
        for row, frame in enumerate(probe):
            for name, value in interpreter(frame).items():
                difference = float(np.abs(value[0] - wanted[name][row]).max())
                if not difference <= MAX_DIFFERENCE:
                    raise TrainingError(
                        "The converted pilot must answer as the trained one does. Received: "
                        f"{name} differs by {difference:.3g}"
                    )
        del interpreter
        return path.read_bytes()

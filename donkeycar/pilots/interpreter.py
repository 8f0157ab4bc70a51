"""Runs a LiteRT (``.tflite``) file: frames in, named arrays out.

Outputs are taken by the names of the file's signature wherever it has one, because the converter
lists them in an order of its own: read by position, today's files give the throttle as the angle.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import PilotError

MAX_BYTES = 50_000_000
# Bytes 4 to 7 of every LiteRT file. Source: schema.fbs of TensorFlow Lite, `file_identifier`.
IDENTIFIER = b"TFL3"
# More threads than this make a small network slower, not faster (measured on x86).
MAX_THREADS = 4


def default_num_threads() -> int:
    """Threads for inference: all cores but the two that camera and loop need, 1 to 4."""
    return max(1, min(MAX_THREADS, (os.cpu_count() or 1) - 2))


class LiteRTInterpreter:
    """One opened model with one image input.

    Args:
        path: A ``.tflite`` file of at most 50 MB.
        num_threads: Threads per inference, 1 or more; ``None`` leaves two cores free.

    Raises:
        PilotError: If LiteRT is not installed, or the file is not a network with one image input.
    """

    def __init__(self, path: Path, *, num_threads: int | None = None) -> None:
        _check_file(path)
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise PilotError("Pilots run on LiteRT: pip install ai-edge-litert") from error
        self.num_threads = default_num_threads() if num_threads is None else num_threads
        try:
            self._interpreter: Any = Interpreter(model_path=str(path), num_threads=self.num_threads)
            self._interpreter.allocate_tensors()
            signatures = self._interpreter.get_signature_list()
        except (ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
            raise PilotError(f"LiteRT cannot open {path}: {reason}") from error
        self._runner: Any = None
        if signatures:
            self._runner = self._interpreter.get_signature_runner(next(iter(signatures)))
            inputs = self._runner.get_input_details()
        else:
            inputs = {detail["name"]: detail for detail in self._interpreter.get_input_details()}
        if len(inputs) != 1:
            raise PilotError(
                f"A pilot takes one image and nothing else. Received: {path} with inputs "
                f"{sorted(inputs)}"
            )
        self.input_name, detail = next(iter(inputs.items()))
        self._input_index = int(detail["index"])
        self._dtype = np.dtype(detail["dtype"])
        shape = tuple(int(side) for side in detail["shape"])
        if len(shape) != 4 or shape[0] != 1 or shape[3] not in (1, 3):
            raise PilotError(
                "The input of a pilot has shape (1, height, width, 1 or 3). "
                f"Received: {path} with {shape}"
            )
        if self._dtype not in (np.dtype(np.float32), np.dtype(np.uint8)):
            raise PilotError(
                f"The input of a pilot is float32 or uint8. Received: {path} with {self._dtype}"
            )
        self.input_shape = (shape[1], shape[2], shape[3])

    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """Run the network once.

        Args:
            image: ``uint8``, of shape `input_shape`. A network with ``float32`` input gets it
                scaled to 0..1, as every donkeycar trained it; one with ``uint8`` input as it is.

        Returns:
            Output arrays by their name in the signature; from a file without one,
            ``output_0``, ``output_1`` ... in the order of its outputs.
        """
        batch = image[None]
        if self._dtype == np.float32:
            batch = np.multiply(batch, np.float32(1 / 255), dtype=np.float32)
        if self._runner is not None:
            outputs: dict[str, np.ndarray] = self._runner(**{self.input_name: batch})
            return outputs
        self._interpreter.set_tensor(self._input_index, batch)
        self._interpreter.invoke()
        return {
            f"output_{position}": self._interpreter.get_tensor(detail["index"])
            for position, detail in enumerate(self._interpreter.get_output_details())
        }


def _check_file(path: Path) -> None:
    """Refuse what is not a LiteRT file before any library opens it."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
            size = path.stat().st_size
    except OSError as error:
        raise PilotError(f"{path} cannot be read: {error.strerror}") from error
    if head[4:] != IDENTIFIER:
        raise PilotError(f"{path} is not a LiteRT model. Is the file complete?")
    if size > MAX_BYTES:
        raise PilotError(
            f"A model must be at most {MAX_BYTES // 1_000_000} MB. Received: {path}, {size} bytes"
        )

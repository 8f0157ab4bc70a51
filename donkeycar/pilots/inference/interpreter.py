"""Inference with a LiteRT (``.tflite``) file: frames in, named arrays out.

Outputs are read by the names in the file's signature if it has one, because the converter lists
them in its own order: read by position, today's files would give the throttle as the angle.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from donkeycar.commands import pip_install
from donkeycar.errors import PilotError
from donkeycar.pilots.files.litert_file import read_litert

# More threads than this make a small network slower, not faster (measured on x86).
MAX_THREADS = 4


# Exceptions of LiteRT for a damaged file, when it opens, describes or runs it.
DAMAGE = (ValueError, RuntimeError, TypeError, KeyError, IndexError, OverflowError)


class Input(NamedTuple):
    """One input of a network.

    Attributes:
        tensor: Its number.
        shape: Its shape, with the batch of 1 in front.
        dtype: Type of its numbers.
        fixed: Whether the file gives all its sides except the batch.
    """

    tensor: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fixed: bool = True

    @classmethod
    def of(cls, detail: Mapping[str, Any]) -> "Input":
        """Read LiteRT's description of an input, in which a side that is not fixed counts as 1."""
        signature = detail.get("shape_signature", detail["shape"])
        return cls(
            int(detail["index"]),
            tuple(int(side) for side in detail["shape"]),
            np.dtype(detail["dtype"]),
            all(int(side) > 0 for side in signature[1:]),
        )


def default_num_threads() -> int:
    """Threads for inference: all cores except two for camera and loop, 1 to 4."""
    return max(1, min(MAX_THREADS, (os.cpu_count() or 1) - 2))


class LiteRTInterpreter:
    """One opened network: its inputs are an image or several in a row, and optional vectors.

    Args:
        path: A ``.tflite`` file of at most 50 MB.
        num_threads: Threads per inference, 1 or more; ``None`` leaves two cores free.
        content: Content of the file, if it was already read.

    Attributes:
        image_name: Name of the input that takes the image.
        image: That input.
        vectors: The other inputs, by name.
        input_shape: Height, width and channels of the image.
        sequence_length: Number of images in one input; ``None`` for a single image without a
            dimension for the sequence.

    Raises:
        PilotError: If LiteRT is not installed, or the file is not a network with an image input.
    """

    def __init__(
        self, path: Path, *, num_threads: int | None = None, content: bytes | None = None
    ) -> None:
        content = read_litert(path) if content is None else content
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise PilotError(f"Pilots run on LiteRT: {pip_install('ai-edge-litert')}") from error
        self.num_threads = default_num_threads() if num_threads is None else num_threads
        try:
            # Not from the path: this opens exactly the content that was checked, and a file that
            # shrinks under a running network would end the process.
            self._interpreter: Any = Interpreter(
                model_content=content, num_threads=self.num_threads
            )
            self._interpreter.allocate_tensors()
            signatures = self._interpreter.get_signature_list()
            self._runner: Any = None
            if signatures:
                self._runner = self._interpreter.get_signature_runner(next(iter(signatures)))
                details = self._runner.get_input_details()
            else:
                details = {
                    plain_name(detail["name"]): detail
                    for detail in self._interpreter.get_input_details()
                }
            inputs = {name: Input.of(detail) for name, detail in details.items()}
            outputs = [np.dtype(one["dtype"]) for one in self._interpreter.get_output_details()]
        except DAMAGE as error:
            raise PilotError(f"LiteRT cannot open {path}: {_said(error)}") from error
        for dtype in outputs:
            if dtype != np.float32:
                raise PilotError(
                    f"The outputs of a pilot are float32. Received: {path} with {dtype}"
                )
        self.image_name = _image_among(inputs, path)
        self.image = inputs.pop(self.image_name)
        self.vectors = inputs
        *_, height, width, channels = self.image.shape
        self.input_shape = (height, width, channels)
        self.sequence_length = self.image.shape[1] if len(self.image.shape) == 5 else None

    def __call__(
        self, image: np.ndarray, vector: np.ndarray | None = None
    ) -> dict[str, np.ndarray]:
        """Run the network once.

        Args:
            image: As for `arrays`.
            vector: As for `arrays`.

        Returns:
            Output arrays by their name in the signature; from a file without one,
            ``output_0``, ``output_1`` ... in the order of its outputs.
        """
        return self.run(self.arrays(image, vector))

    def arrays(self, image: np.ndarray, vector: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Convert the inputs to the form that the network takes.

        Args:
            image: ``uint8``, of shape `input_shape`, or `sequence_length` of them. A network with
                ``float32`` input gets it scaled to 0..1, as all earlier versions trained it; a
                network with ``uint8`` input gets it unchanged.
            vector: Value of the other input, if the network has one.

        Returns:
            One array for each input, with the batch of 1 in front.
        """
        batch = image[None]
        if self.image.dtype == np.float32:
            batch = np.multiply(batch, np.float32(1 / 255), dtype=np.float32)
        arrays = {self.image_name: batch}
        if vector is not None:
            arrays.update(dict.fromkeys(self.vectors, np.asarray(vector, np.float32)[None]))
        return arrays

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Run the network once on arrays that already have the right form.

        Args:
            inputs: One array for each input, with the batch of 1 in front.

        Returns:
            As `__call__`.

        Raises:
            PilotError: If the file is damaged in a way that shows only when it runs.
        """
        try:
            if self._runner is not None:
                outputs: dict[str, np.ndarray] = self._runner(**inputs)
                return outputs
            for name, array in inputs.items():
                one = self.image if name == self.image_name else self.vectors[name]
                self._interpreter.set_tensor(one.tensor, array)
            self._interpreter.invoke()
            return {
                f"output_{position}": self._interpreter.get_tensor(detail["index"])
                for position, detail in enumerate(self._interpreter.get_output_details())
            }
        except DAMAGE as error:
            raise PilotError(f"LiteRT cannot run the network: {_said(error)}") from error

    def output_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each output, with the batch of 1 in front, by the names `run` gives them.

        This runs the network on a black frame, because the shapes in the file may be guesses, for
        example if a shape depends on the input.
        """
        black = {self.image_name: np.zeros(self.image.shape, self.image.dtype)}
        beside = {name: np.zeros(one.shape, one.dtype) for name, one in self.vectors.items()}
        return {name: array.shape for name, array in self.run({**black, **beside}).items()}


def _said(error: Exception) -> str:
    """The error of a library, in one line."""
    return f"{' '.join(str(error).split()) or type(error).__name__:.200}"


def plain_name(name: str) -> str:
    """Plain name of an input.

    Example:
        >>> plain_name("serving_default_img_in:0")
        'img_in'
    """
    return name.removeprefix("serving_default_").partition(":")[0]


def _image_among(inputs: dict[str, Input], path: Path) -> str:
    """Find the input that takes an image, and refuse inputs that no pilot has."""
    images = [name for name, one in inputs.items() if len(one.shape) in (4, 5)]
    shown = {name: one.shape for name, one in sorted(inputs.items())}
    if len(images) != 1:
        raise PilotError(
            "A pilot takes one image, or one row of images, and vectors beside it. "
            f"Received: {path} with inputs {shown}"
        )
    name = images[0]
    for other, one in inputs.items():
        good = one.shape[0] == 1 and all(side > 0 for side in one.shape)
        if other == name:
            good = good and one.shape[-1] in (1, 3)
        elif len(one.shape) != 2 or one.dtype != np.float32:
            good = False
        if not good:
            raise PilotError(
                "The image input of a pilot has shape (1, height, width, 1 or 3), any other is one "
                f"row of float32. Received: {path} with inputs {shown}"
            )
    if not all(one.fixed for one in inputs.values()):
        raise PilotError(
            "A pilot takes frames of one size, which its network says. "
            f"Received: {path}, which takes any. Save it with a fixed input, such as "
            "keras.Input((120, 160, 3)), and convert it again."
        )
    if inputs[name].dtype not in (np.dtype(np.float32), np.dtype(np.uint8)):
        raise PilotError(
            "The image input of a pilot is float32 or uint8. "
            f"Received: {path} with {inputs[name].dtype}"
        )
    return name

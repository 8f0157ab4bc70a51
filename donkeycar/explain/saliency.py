"""Saliency maps by integrated gradients: which pixels of a frame matter for the answer.

The frame is faded in from a plain picture, and the gradients on the way are summed up for each
pixel. The gradient at the frame alone would be close to 0 where a network is sure of its answer.

Source: Sundararajan, Taly, Yan, "Axiomatic Attribution for Deep Networks", ICML 2017. With a black
picture alone, black pixels would not count. Therefore the frame is faded in from black and from
white, as in Sturmfels, Lundberg, Lee, "Visualizing the Impact of Feature Attribution Baselines",
Distill 2020.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.kinds.bins import BIN_NAMES
from donkeycar.pilots.kinds.head import NUMBER_NAMES, in_order

ASKED = ("angle", "throttle")
# Steps from each plain picture: maps of a trained `linear` correlate by 0.998 with maps of 64
# steps, measured on 13 frames of a real drive.
STEPS = 8
# Single pixels say little and flicker in a movie: each takes the mean of a square this wide.
SMOOTH_PX = 5
# Pixels above this quantile get full brightness; otherwise a few of them would darken the rest.
BRIGHTEST = 0.995


class SaliencyMaps:
    """Computes which pixels of a frame a network's answer depends on, frame after frame.

    Args:
        network: A ``keras.Model`` on TensorFlow, of any type of pilot.

    Raises:
        PilotError: If it has no image input.
    """

    def __init__(self, network: Any) -> None:
        import keras
        import tensorflow as tf

        images = [one for one in network.inputs if len(one.shape) in (4, 5)]
        if len(images) != 1:
            raise PilotError(
                f"Only a network that takes one image can show where it looks. Received: inputs "
                f"{[tuple(one.shape) for one in network.inputs]}"
            )
        self._image = images[0]
        self._white = 255.0 if str(self._image.dtype) == "uint8" else 1.0
        # An integer has no gradient, so the same layers get an input of floats.
        floats = [
            keras.Input(tuple(one.shape[1:]), dtype="float32", name=one.name)
            for one in network.inputs
        ]
        self._names = [one.name for one in network.inputs]
        by_name = dict(zip(self._names, floats, strict=True))
        structure = keras.tree.map_structure(lambda one: by_name[one.name], network.input)
        self._network = keras.models.clone_model(
            network, input_tensors=structure, clone_function=lambda layer: layer
        )
        self._structure = network.input
        self._output_names = list(network.output_names)
        self._tree = keras.tree
        self._tf = tf

    def __call__(self, inputs: Mapping[str, np.ndarray], output: str = "angle") -> np.ndarray:
        """Compute the saliency map of one frame.

        Args:
            inputs: Inputs of the network, by name, with the batch of 1 in front: `Pilot.shown`. All
                except the image stay as they are.
            output: ``angle`` or ``throttle``. If the network answers in bins, the mean of the bins
                weighted by their probabilities is used; a pilot that derives the throttle from the
                steering has only ``angle``.

        Returns:
            float32, 0 to 1, ``(height, width)`` of the network's image, and of the newest one if
            there are several; all 0 if no pixel changes the answer.

        Raises:
            PilotError: If the inputs do not suit the network, or there is no such output.
        """
        if output not in ASKED:
            raise PilotError(f"`output` must be angle or throttle. Received: {output=}")
        image, others = self._sort(inputs)
        share = (np.arange(STEPS, dtype=np.float32) + 0.5) / STEPS
        share = share.reshape(-1, *[1] * (image.ndim - 1))
        change = np.zeros(image.shape[1:], np.float32)
        for plain in (0.0, self._white):
            way = plain + share * (image - plain)
            change += self._gradient(way, others, output).mean(axis=0) * (image[0] - plain)
        newest = change if change.ndim == 3 else change[-1]
        return _scaled(np.abs(newest).sum(axis=-1))

    def _gradient(
        self, images: np.ndarray, others: Mapping[str, np.ndarray], output: str
    ) -> np.ndarray:
        """The gradient of the answer to each image, with respect to its pixels."""
        tf = self._tf
        watched = tf.constant(images, tf.float32)
        fed = {
            name: tf.constant(np.repeat(value, len(images), axis=0), tf.float32)
            for name, value in others.items()
        }
        fed[self._image.name] = watched
        structured = self._tree.map_structure(lambda one: fed[one.name], self._structure)
        with tf.GradientTape() as tape:
            tape.watch(watched)
            answer = tf.reduce_sum(self._answer(self._network(structured, training=False), output))
        gradient = tape.gradient(answer, watched)
        if gradient is None:
            return np.zeros_like(images)
        return np.asarray(gradient, np.float32)

    def _answer(self, outputs: Any, output: str) -> Any:
        """Reduce the outputs to one number for each image of a batch."""
        named = outputs if isinstance(outputs, dict) else {}
        if not named:
            listed = outputs if isinstance(outputs, list | tuple) else [outputs]
            named = dict(zip(self._output_names, listed, strict=True))
        answer = self._tf.cast(_chosen(named, output), self._tf.float32)
        count = answer.shape[-1]
        places = np.linspace(-1, 1, count, dtype=np.float32) if count > 1 else np.ones(1, "f4")
        return self._tf.reduce_sum(answer * places, axis=-1)

    def _sort(self, inputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The image as floats, and the other inputs; a converter may have renamed them."""
        given = {name: np.asarray(value) for name, value in inputs.items()}
        images = [name for name, value in given.items() if value.ndim in (4, 5)]
        others = [name for name in self._names if name != self._image.name]
        vectors = [name for name in given if name not in images]
        wanted = tuple(self._image.shape[1:])
        if (
            len(images) != 1
            or given[images[0]].shape != (1, *wanted)
            or len(vectors) != len(others)
        ):
            raise PilotError(
                f"This network looks at one image of {wanted} and {len(others)} rows of numbers. "
                f"Received: { {name: value.shape for name, value in given.items()} }"
            )
        image = given[images[0]]
        if image.dtype == np.uint8 and self._white == 1.0:
            image = image / np.float32(255)
        elif image.dtype != np.uint8 and self._white == 255.0:
            image = image * np.float32(255)
        if set(vectors) != set(others):
            return image.astype(np.float32), dict(
                zip(others, (given[name] for name in vectors), strict=True)
            )
        return image.astype(np.float32), {name: given[name] for name in others}


class MeanMaps:
    """The saliency map of an ensemble: the mean of the maps of its networks.

    Args:
        members: The maps of each network; a single one is an ordinary pilot.
    """

    def __init__(self, members: Sequence[SaliencyMaps]) -> None:
        self._members = members

    def __call__(self, inputs: Mapping[str, np.ndarray], output: str = "angle") -> np.ndarray:
        """Compute the map of one frame; arguments and errors are those of `SaliencyMaps`."""
        maps = [member(inputs, output) for member in self._members]
        return np.asarray(np.mean(maps, axis=0), np.float32)


def saliency(network: Any, inputs: Mapping[str, np.ndarray], output: str = "angle") -> np.ndarray:
    """Compute the saliency map of a single frame with `SaliencyMaps`.

    Args:
        network: As for `SaliencyMaps`.
        inputs: As for `SaliencyMaps`.
        output: As for `SaliencyMaps`.
    """
    return SaliencyMaps(network)(inputs, output)


def _chosen(outputs: Mapping[str, Any], output: str) -> Any:
    """Find the output of a pilot of any version: by name, otherwise by position."""
    column = ASKED.index(output)
    for pair in (*NUMBER_NAMES, *BIN_NAMES):
        if pair[column] in outputs:
            return outputs[pair[column]]
    listed = in_order(outputs) or list(outputs.values())
    both = [value for value in listed if value.shape[-1] == 2]
    if len(listed) == 1 and both:
        return both[0][:, column : column + 1]
    listed = [value for value in listed if len(value.shape) == 2]
    if column >= len(listed):
        raise PilotError(f"This pilot has no output for the {output} alone. Ask for the angle.")
    return listed[column]


def _scaled(change: np.ndarray) -> np.ndarray:
    """Smooth a map, and scale it to 0 to 1."""
    kernel = np.ones(SMOOTH_PX, np.float32) / SMOOTH_PX
    for axis in (0, 1):
        change = np.apply_along_axis(np.convolve, axis, change, kernel, mode="same")
    top = float(np.quantile(change, BRIGHTEST)) or float(change.max())
    if not top > 0 or not np.isfinite(change).all():
        return np.zeros(change.shape, np.float32)
    return np.clip(change / top, 0, 1).astype(np.float32)

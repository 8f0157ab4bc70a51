"""Answers, errors and inner values of a recorded network at each epoch."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from donkeycar.replay import inside
from donkeycar.replay.inside import ByLayer, Kind
from donkeycar.replay.layers import activation_name, layer_named, watched
from donkeycar.replay.objective import Meaning
from donkeycar.replay.probe_data import Array, ProbeData, outputs_of
from donkeycar.replay.recorded_network import RecordedNetwork
from donkeycar.replay.recording import Recording


class Study:
    """Computes the answers of a recorded network, and keeps them.

    Args:
        recording: The recording. Its epochs are named by their index, from 0 on.

    Raises:
        TrainingError: If the network cannot be rebuilt.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.probe = recording.probe
        self.network = RecordedNetwork(recording)
        self._known: dict[Any, Any] = {}

    @cached_property
    def meanings(self) -> dict[str, Meaning]:
        """The meaning of each output."""
        activations = {id(layer.output): activation_name(layer) for layer in watched(self.model)}
        answers = self.answers(0)
        return {
            name: self.recording.objective.meaning(
                name,
                activation=activations.get(id(tensor), ""),
                targets=self.probe.targets[name],
                answers=answers[name],
            )
            for name, tensor in outputs_of(self.model).items()
        }

    @property
    def model(self) -> Any:
        """The rebuilt ``keras.Model``, with the weights of the epoch that was requested last."""
        return self.network.model

    def answers(self, place: int) -> dict[str, Array]:
        """The answers of the network to the probe, ``(rows, ...)`` by output."""
        result: dict[str, Array] = self._once(
            ("answers", place), lambda: self.answers_to(place, self.probe.inputs)
        )
        return result

    def answers_to(self, place: int, inputs: dict[str, Array]) -> dict[str, Array]:
        """The answers of the network to any other inputs."""
        self.network.at(place)
        return self.network.answers(inputs)

    def probabilities(self, name: str, answers: Array) -> Array:
        """The probability of each class.

        Args:
            name: An output that is ``binary`` or ``classes``.
            answers: The answers of that output.

        Returns:
            ``(rows, classes)``; for a binary output, first no, then yes.
        """
        answers = answers.astype(np.float64)
        logits = self.recording.objective.from_logits(name)
        if self.meanings[name] == "binary":
            answers = answers.reshape(len(answers))
            yes = 1 / (1 + np.exp(-np.clip(answers, -500, 500))) if logits else answers
            return np.stack((1 - yes, yes), axis=1)
        if logits:
            answers = np.exp(answers - answers.max(axis=1, keepdims=True))
            answers /= answers.sum(axis=1, keepdims=True)
        return answers

    def classes(self, name: str) -> Array:
        """Numbers of the right classes, ``(rows,)``, for an output that is not a regression."""
        targets = self.probe.targets[name]
        if self.meanings[name] == "classes" and targets.ndim == 2 and targets.shape[1] > 1:
            numbers: Array = targets.argmax(axis=1)
            return numbers
        return targets.reshape(len(targets)).astype(int)

    def losses(self, place: int) -> Array:
        """The loss of each row, ``(rows,)``, over all outputs, without regularisation."""
        result: Array = self._once(
            ("losses", place), lambda: np.asarray(self._loss(self.probe, self.answers(place)))
        )
        return result

    def errors(self, place: int) -> dict[str, Array]:
        """The error of each row, ``(rows,)`` by output.

        Returns:
            For numbers, the absolute difference (its mean if an output has several numbers). For
            classes, 1 minus the probability of the right class.
        """
        result: dict[str, Array] = {}
        for name, answer in self.answers(place).items():
            if self.meanings[name] == "regression":
                target = self.probe.targets[name].reshape(len(answer), -1)
                result[name] = np.abs(answer.reshape(len(answer), -1) - target).mean(axis=1)
            else:
                rows = np.arange(len(answer))
                result[name] = 1 - self.probabilities(name, answer)[rows, self.classes(name)]
        return result

    def features(self, place: int, layer: str) -> Array:
        """The outputs of a layer for each row of the probe, ``(rows, units)``."""
        return self.features_of(place, layer, self.probe.inputs)

    def features_of(self, place: int, layer: str, inputs: dict[str, Array]) -> Array:
        """The outputs of a layer for any other inputs."""
        self.network.at(place)
        tensors = [layer_named(self.model, layer).output]
        [found] = self.network.arrays(f"features {layer}", tensors, inputs)
        return found.reshape(len(found), -1)

    def values(self, kind: Kind, place: int) -> ByLayer:
        """Numbers inside the network, ``(numbers,)`` by layer; see `inside.values`."""
        result: ByLayer = self._once(
            (kind, place),
            lambda: inside.values(self.network, kind, place, self.probe, self._loss),
        )
        return result

    def _loss(self, probe: ProbeData, answers: dict[str, Any]) -> Any:
        """Loss of each row, as a tensor."""
        import keras

        objective = self.recording.objective
        functions = objective.functions(self.meanings)
        total: Any = 0
        for name, answer in answers.items():
            target = probe.targets[name]
            whole = target.dtype.kind in "iu"  # these may be numbers of classes
            target = keras.ops.convert_to_tensor(target if whole else target.astype(np.float32))
            total = total + objective.weights[name] * functions[name](target, answer)
        return total

    def _once(self, key: Any, compute: Callable[[], Any]) -> Any:
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]

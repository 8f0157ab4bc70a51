"""Training samples: converts records to the named inputs and targets of a type of network."""

from collections.abc import Callable
from typing import Any

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.pilots.kinds.bins import ANGLE_RANGE, to_bins
from donkeycar.pilots.kinds.networks.picture import shrunk
from donkeycar.pilots.kinds.options import Options
from donkeycar.pilots.kinds.registry import ALIKE, PilotType
from donkeycar.pilots.transform import Transforms
from donkeycar.training.records.found import LOCATION_COLUMNS, locations, run_ages, vectors
from donkeycar.training.records.frames import Frames
from donkeycar.training.records.recordings import Recordings
from donkeycar.training.records.split import Split

Arrays = dict[str, np.ndarray]


class Samples:
    """Records as one type of pilot sees them.

    A record is usable if it has everything that the type needs: the channels of its vector, its
    place, or enough frames directly before it in the same session. A sample never crosses a gap.

    Args:
        kind: Type of the pilot.
        options: Its options, none of them ``None``.
        recordings: The records.
        frames: The pictures, ``uint8``, ``(rows, height, width, channels)``.
        transforms: The transforms after augmentation.

    Attributes:
        rows: Numbers of the usable rows of `recordings`, ascending.
        length: Number of frames in a sample; ``None`` for a single frame without a dimension for
            the sequence.

    Raises:
        TrainingError: If no record is usable.
    """

    def __init__(
        self,
        kind: PilotType,
        options: Options,
        recordings: Recordings,
        frames: Frames,
        transforms: Transforms,
    ) -> None:
        self.kind = kind
        self.options = options
        self.length: int | None = options["sequence_length"] if kind.looks_back else None
        self._labels = recordings.labels
        self._frames = frames
        self._transforms = transforms
        self._ages = run_ages(recordings)
        self._vectors = _vectors(kind, options, recordings)
        self._places = _places(kind, options, recordings)
        self._reach = (self.length or 1) - 1
        usable = self._ages >= self._reach
        usable &= np.isfinite(self._vectors).all(axis=1)
        usable &= self._places >= 0
        self.rows = np.flatnonzero(usable)
        if not self.rows.size:
            raise TrainingError(
                f"A pilot of type {kind.name} needs {self.length} records in a row. "
                f"Received: {len(recordings)} records, none with so many before it"
            )

    def frames(self, rows: np.ndarray) -> np.ndarray:
        """Recorded frames of some rows, for augmentation.

        Returns:
            ``uint8``, ``(rows, height, width, channels)``, or ``(rows, length, height, ...)``
            with the newest last.
        """
        if self.length is None:
            return np.asarray(self._frames[rows])
        back = np.arange(1 - self.length, 1)
        return np.asarray(self._frames[np.asarray(rows)[:, None] + back])

    def labels(self, rows: np.ndarray) -> np.ndarray:
        """Values of the driver, for augmentation of frames and labels.

        Returns:
            float32, ``(rows, 2)``, angle and throttle; for a type that remembers
            ``(rows, memory_length + 1, 2)``, the newest last, 0 where a run had not begun.
        """
        rows = np.asarray(rows)
        if not self.kind.remembers:
            return np.asarray(self._labels[rows])
        back = np.arange(-self.options["memory_length"], 1)
        begun = self._ages[rows][:, None] + back >= 0
        steps = np.where(begun, rows[:, None] + back, 0)
        return np.where(begun[..., None], self._labels[steps], np.float32(0))

    def driven(self, rows: np.ndarray) -> np.ndarray:
        """Angle and throttle of the driver, float32, ``(rows, 2)``."""
        return np.asarray(self._labels[rows])

    def runs(self, rows: np.ndarray) -> list[np.ndarray]:
        """Split rows into runs without a gap, each in one session."""
        begins = (np.diff(rows) != 1) | (self._ages[rows[1:]] == 0)
        return np.split(rows, np.flatnonzero(begins) + 1)

    def newest_frames(self, rows: np.ndarray) -> np.ndarray:
        """The newest frame of each row as the network sees it, ``(rows, height, width, ...)``."""
        images = self.inputs(rows)["img_in"]
        return images if images.ndim == 4 else images[:, -1]

    def beside(self, rows: np.ndarray) -> np.ndarray | None:
        """Vectors from the car, float32; ``None`` for a type that needs none."""
        return np.asarray(self._vectors[rows]) if self.kind.vector_channels else None

    def usable(self, split: Split) -> Split:
        """Take the usable rows of a split; no training row looks back at a validation row.

        Raises:
            TrainingError: If none remain for training, or none for validation.
        """
        is_validation = np.zeros(len(self._ages), bool)
        is_validation[split.validation] = True
        train = np.intersect1d(split.train, self.rows)
        back = np.arange(-self._reach, 1)
        train = train[~is_validation[train[:, None] + back].any(axis=1)]
        validation = np.intersect1d(split.validation, self.rows)
        if not train.size or not validation.size:
            raise TrainingError(
                f"A pilot of type {self.kind.name} must have records for training and "
                f"records for validation. Received: {len(train)} and {len(validation)} that it "
                "can use. Record more laps."
            )
        return Split(train, validation, split.num_gap)

    def inputs(
        self, rows: np.ndarray, frames: np.ndarray | None = None, labels: np.ndarray | None = None
    ) -> Arrays:
        """The inputs of the network.

        Args:
            rows: Some of the usable rows.
            frames: Augmented frames, instead of the result of `frames`.
            labels: Augmented labels, instead of the result of `labels`.

        Returns:
            An array for each input, by name, with equal numbers of rows.
        """
        frames = self.frames(rows) if frames is None else frames
        inputs = {"img_in": self._seen(frames)}
        if self.kind.remembers:
            labels = self.labels(rows) if labels is None else labels
            memory = labels[:, :-1].reshape(len(labels), -1)
            inputs[self.kind.vector_input] = memory.astype(np.float32)
        elif self.kind.vector_input:
            inputs[self.kind.vector_input] = self._vectors[rows]
        return inputs

    def targets(
        self, rows: np.ndarray, labels: np.ndarray | None = None, inputs: Arrays | None = None
    ) -> Arrays:
        """The targets of the network.

        Args:
            rows: Some of the usable rows.
            labels: Augmented labels, instead of the result of `labels`.
            inputs: Result of `inputs` for these rows, if available: an auto-encoder must
                reconstruct its input.

        Returns:
            An array for each output, by name, with equal numbers of rows.
        """
        labels = self.labels(rows) if labels is None else labels
        answers = labels[:, -1] if labels.ndim == 3 else labels
        options = self.options
        made: dict[str, Callable[[], np.ndarray]] = {
            "angle": lambda: answers[:, :1],
            "throttle": lambda: answers[:, 1:],
            "angle_bins": lambda: to_bins(answers[:, 0], ANGLE_RANGE, options["angle_bins"]),
            "throttle_bins": lambda: to_bins(
                answers[:, 1], options["throttle_range"], options["throttle_bins"]
            ),
            "loc": lambda: _one_hot(self._places[rows], options["num_locations"]),
            "img_out": lambda: shrunk((self.inputs(rows) if inputs is None else inputs)["img_in"]),
        }
        return {output: made[output]() for output in self.kind.losses}

    def _seen(self, frames: np.ndarray) -> np.ndarray:
        """Frames as the network sees them."""
        if not self._transforms:
            return frames
        flat = frames.reshape(-1, *frames.shape[-3:])
        seen = np.stack([self._transforms(frame) for frame in flat])
        return seen.reshape(*frames.shape[:-3], *seen.shape[-3:])


def as_fed(inputs: Arrays) -> np.ndarray | Arrays:
    """Inputs in the form for Keras: a single one as an array, several by name."""
    return next(iter(inputs.values())) if len(inputs) == 1 else inputs


def _one_hot(places: np.ndarray, count: int) -> np.ndarray:
    """One-hot probabilities of known places."""
    return np.asarray(np.eye(count, dtype=np.float32)[places])


def _vectors(kind: PilotType, options: Options, recordings: Recordings) -> np.ndarray:
    """Vectors of all rows; empty for a type that needs none from the records."""
    if not kind.vector_channels:
        return np.zeros((len(recordings), 0), np.float32)
    table = vectors(recordings, kind.vector_channels)
    wanted = kind.vector_size(options)
    if not np.isfinite(table).all(axis=1).any() or table.shape[1] != wanted:
        raise TrainingError(
            f"A pilot of type {kind.name} needs {wanted} numbers of "
            f"{', '.join(kind.vector_channels)} in its records. Received: "
            + (f"{table.shape[1]} numbers" if np.isfinite(table).any() else "none")
            + _letters(kind, recordings)
        )
    return table


def _letters(kind: PilotType, recordings: Recordings) -> str:
    """What to say of columns that hold the names of axes instead of numbers.

    With an MPU6050, donkeycar 5.4 recorded ``["x", "y", "z"]`` instead of three numbers.
    """
    _, first = recordings.sources[0]
    names = [name for name in ALIKE.get(kind.vector_channels, ()) if first.get(name) == list("xyz")]
    if not names:
        return ""
    return (
        f". {', '.join(names)} hold the letters x, y and z: donkeycar 5.4 recorded these instead "
        "of the numbers of an MPU6050, and they are lost. Record again"
    )


def _places(kind: PilotType, options: Options, recordings: Recordings) -> np.ndarray:
    """Places of all rows; 0 for a type without places."""
    if kind.locate is None:
        return np.zeros(len(recordings), np.int64)
    places = locations(recordings)
    highest: Any = places.max(initial=-1)
    if not 0 <= highest < options["num_locations"]:
        raise TrainingError(
            f"A pilot of type {kind.name} needs the place of a record, 0 to "
            f"{options['num_locations'] - 1} (NUM_LOCATIONS), in one of "
            f"{', '.join(LOCATION_COLUMNS)}. Received: " + ("none" if highest < 0 else f"{highest}")
        )
    return places

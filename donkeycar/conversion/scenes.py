"""Frames to test a converted network with: recorded or synthetic."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from donkeycar.errors import TrainingError, TubError
from donkeycar.pilots.inference.pilot import NetworkPilot
from donkeycar.pilots.transform import describe

if TYPE_CHECKING:
    from donkeycar.training.records.recordings import Recordings

# Enough for the calibration of an int8 file.
COUNT = 100
FLOOR, LINE = 40, 220
PATCH_PX = 8


def recorded(pilot: NetworkPilot, tubs: Sequence[Path]) -> tuple[np.ndarray, np.ndarray | None]:
    """Take frames, and the vectors that belong to them, evenly out of recordings.

    Args:
        pilot: The pilot that needs them.
        tubs: Folders of tubs.

    Returns:
        Frames, ``uint8``, ``(rows, height, width, channels)``, and vectors, ``(rows, numbers)``,
        or ``None`` for a pilot that takes the image only.

    Raises:
        TrainingError: If the tubs have no such frames or vectors.
    """
    from donkeycar.training.records.found import vectors
    from donkeycar.training.records.recordings import gather

    recordings = gather(tubs)
    picks = np.unique(np.linspace(0, len(recordings) - 1, COUNT).astype(int))
    fitting = {
        row: frame
        for row in picks.tolist()
        if (frame := _fitting(recordings, row, pilot)) is not None
    }
    if not fitting:
        shape = recordings.image_shape(int(picks[0]))
        raise TrainingError(
            f"The pilot drives with frames of {describe(pilot.input_shape)}, but the recordings "
            f"have {'none' if shape is None else describe(shape)}. Choose others with --tub."
        )
    recordings = recordings.keep(list(fitting))
    frames = np.stack(list(fitting.values()))
    if not pilot.vector_size:
        return frames, None
    beside = vectors(recordings, pilot.vector_channels)
    if beside.shape[1] != pilot.vector_size or not np.isfinite(beside).all():
        raise TrainingError(
            f"The recordings must have {pilot.vector_size} numbers of "
            f"{', '.join(pilot.vector_channels)} in every record. "
            f"Received: {', '.join(map(str, tubs))}"
        )
    return frames, beside


def drawn(pilot: NetworkPilot) -> tuple[np.ndarray, np.ndarray | None]:
    """Draw synthetic frames: a patchy floor, and a bright line that winds over it.

    They are good enough to compare two computers, but they do not look like a road.

    Returns:
        The same as `recorded`.
    """
    rng = np.random.default_rng(0)
    height, width, channels = pilot.input_shape
    patches = rng.integers(0, 2 * FLOOR, (COUNT, -(-height // PATCH_PX), -(-width // PATCH_PX), 1))
    floor = patches.astype(np.uint8).repeat(PATCH_PX, axis=1).repeat(PATCH_PX, axis=2)
    frames = floor[:, :height, :width].repeat(channels, axis=3)
    for frame, share in zip(frames, rng.random(COUNT), strict=True):
        left = int(share * width * 0.9)
        frame[height // 3 :, left : left + width // 10] = LINE
    if not pilot.vector_size:
        return frames, None
    return frames, rng.uniform(-1, 1, (COUNT, pilot.vector_size)).astype(np.float32)


def network_inputs(
    pilot: NetworkPilot, frames: np.ndarray, vectors: np.ndarray | None
) -> dict[str, np.ndarray]:
    """The inputs of the network for consecutive frames, by name."""
    pilot.reset()
    rows = []
    for number, frame in enumerate(frames):
        vector = None if vectors is None else vectors[number]
        rows.append(pilot.inputs(frame, vector))
        if pilot.kind.remembers:
            pilot.infer(frame, vector)
    pilot.reset()
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _fitting(recordings: "Recordings", row: int, pilot: NetworkPilot) -> np.ndarray | None:
    """A frame, grey for a pilot without colours; ``None`` if it is damaged or of another size."""
    try:
        image = recordings.image(row)
    except TubError:
        return None
    if image.ndim == 3 and image.shape[2] == 3 and pilot.input_shape[2] == 1:
        image = np.rint(image.mean(axis=2, keepdims=True)).astype(np.uint8)
    return image if image.shape == pilot.input_shape else None

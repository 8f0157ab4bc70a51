"""The probe of a pilot: frames with the right answers, a test that it must pass before it drives.

A pilot is trained on one computer and drives on another, with another processor and other versions
of libraries. Its probe is a few frames from the road with the answers of the trained network, in
order. If the pilot's answers differ, something between camera and wheels has changed.
"""

import base64
import binascii
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.protocol import Pilot, reset
from donkeycar.pilots.transform import Shape

# This many frames are kept, and at most this many are read.
NUM_FRAMES = 8
MAX_FRAMES = 32
MAX_CHANNELS = 64
# Size of the packed frames: a sidecar should stay a file that people can open.
MAX_PACKED_BYTES = 1_000_000
# One answer in four may differ, because a network that chooses between two equally likely bins may
# choose the other one on another processor. With wrong wiring, most of the answers differ.
MAX_WRONG_SHARE = 0.25


@dataclass(frozen=True)
class Probe:
    """Frames with their right answers.

    Attributes:
        frames: Frames from the camera, ``uint8``, ``(count, height, width, channels)``, in the
            order in which the pilot gets them.
        vectors: Second input of the pilot for each frame, ``float32``, ``(count, channels)``;
            ``None`` for a pilot that takes only frames.
        answers: Right angle and throttle, ``(count, 2)``; NaN where a pilot has no answer.
    """

    frames: np.ndarray
    vectors: np.ndarray | None
    answers: np.ndarray

    def check(self, pilot: Pilot, tolerance: float) -> str | None:
        """Run a pilot on the frames, and compare its answers.

        Args:
            pilot: The pilot to test.
            tolerance: Largest difference between an answer and the right one.

            Returns: What is wrong, as the end of a sentence; ``None`` if nothing is.
        """
        given = answers_of(pilot, self.frames, self.vectors)
        distance = np.abs(given - self.answers)
        distance[np.isnan(given) & np.isnan(self.answers)] = 0.0
        # A comparison with NaN is false, so an answer that is not a number counts as wrong.
        wrong = ~(distance <= tolerance).all(axis=1)
        if np.count_nonzero(wrong) <= MAX_WRONG_SHARE * len(wrong):
            return None
        first = int(np.flatnonzero(wrong)[0])
        return (
            f"{np.count_nonzero(wrong)} of {len(wrong)} test frames got a wrong answer, "
            f"for example {_words(given[first])} instead of {_words(self.answers[first])}"
        )

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON; `from_json` reads it back."""
        return {
            "answers": [[_plain(value) for value in pair] for pair in self.answers],
            "vectors": None if self.vectors is None else self.vectors.astype(float).tolist(),
            "frames": [_pack(frame) for frame in self.frames],
        }

    @classmethod
    def from_json(cls, content: object, shape: Shape) -> "Probe":
        """Read the JSON of `to_json`, trusting nothing in it.

        Args:
            content: The JSON in a sidecar.
            shape: Height, width and channels of its frames.

        Raises:
            PilotError: If it is not a probe for such frames.
        """
        try:
            if not isinstance(content, dict):
                raise ValueError("it must be an object")
            packed = _rows(content.get("frames"), "frames")
            frames = np.stack([_unpack(text, shape) for text in packed])
            answers = _table(content.get("answers"), len(frames), "answers")
            vectors = content.get("vectors")
            if answers.shape[1] != 2:
                raise ValueError("each answer must be angle and throttle")
            beside = None if vectors is None else _table(vectors, len(frames), "vectors")
        except (ValueError, TypeError, OverflowError, zlib.error) as error:
            raise PilotError(f"The probe of a pilot cannot be read: {error}.") from error
        return cls(frames, beside, answers)


def chosen(frames: np.ndarray, vectors: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Choose frames for a probe, with their vectors: as many as fit."""
    picks = np.unique(np.linspace(0, len(frames) - 1, NUM_FRAMES).astype(int))
    picks = picks[: max(1, _num_that_fit(frames[picks]))]
    return frames[picks], None if vectors is None else vectors[picks]


def answers_of(pilot: Pilot, frames: np.ndarray, vectors: np.ndarray | None) -> np.ndarray:
    """Run a pilot on all frames in order, reset before and after.

    Returns:
        Angle and throttle, ``float32``, ``(count, 2)``.
    """
    reset(pilot)
    answers = [
        pilot.infer(frame, None if vectors is None else vectors[row])
        for row, frame in enumerate(frames)
    ]
    reset(pilot)
    return np.array(answers, np.float32).reshape(-1, 2)


def _num_that_fit(frames: np.ndarray) -> int:
    """The number of frames that fit into a sidecar."""
    lengths = [len(_pack(frame)) for frame in frames]
    return int(np.count_nonzero(np.cumsum(lengths) <= MAX_PACKED_BYTES))


def _pack(frame: np.ndarray) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(frame).tobytes(), 9)).decode()


def _unpack(text: object, shape: Shape) -> np.ndarray:
    """Read a frame from a file that may be malicious; never unpack more bytes than a frame has."""
    if not isinstance(text, str):
        raise ValueError("a frame must be text")
    size = math.prod(shape)
    try:
        packed = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("a frame must be base64") from error
    content = zlib.decompressobj().decompress(packed, size + 1)
    if len(content) != size:
        raise ValueError(f"a frame must have {size} bytes, not {len(content)}")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _rows(value: object, name: str) -> Sequence[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_FRAMES:
        raise ValueError(f"{name} must be a list of 1 to {MAX_FRAMES}")
    return value


def _table(value: object, length: int, name: str) -> np.ndarray:
    """Read rows of numbers; null is NaN."""
    rows = _rows(value, name)
    if len(rows) != length:
        raise ValueError(f"{name} must be as many as frames")
    if not all(isinstance(row, list) and 1 <= len(row) <= MAX_CHANNELS for row in rows):
        raise ValueError(f"{name} must be lists of numbers")
    return np.array(
        [[math.nan if cell is None else float(cell) for cell in row] for row in rows], np.float32
    )


def _plain(value: float) -> float | None:
    """Round a number for JSON, which has no NaN."""
    return round(float(value), 6) if math.isfinite(value) else None


def _words(answer: np.ndarray) -> str:
    return f"angle {answer[0]:.3f}, throttle {answer[1]:.3f}"

"""Novelty: out-of-distribution detection, by the Mahalanobis distance from the training frames.

A network answers for every picture, even for a picture of a wall. Here each frame becomes a feature
vector of 200 numbers: how bright, how coloured and how rough each part of it is. The vectors of the
training frames have a mean and a covariance. The novelty of another frame is the distance of its
vector from that mean, measured by that covariance. It takes 11 kB in the sidecar, and no second
network.

Source: probabilistic principal components and their Mahalanobis distance, as in Tipping and Bishop,
"Probabilistic Principal Component Analysis", J. R. Statist. Soc. B 61 (1999), section 3.
"""

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from donkeycar.errors import PilotError

# A frame is divided into parts; for colours, the parts have twice the side.
ROWS, COLUMNS = 8, 10
NUM_FEATURES = 2 * ROWS * COLUMNS + 2 * (ROWS // 2) * (COLUMNS // 2)
AXES = 8
# The share of validation frames whose novelty is at most 1.
USUAL_SHARE = 0.99
# In levels of 0 to 255: where the recordings hardly vary, camera noise must not count as novelty.
MIN_SPREAD = 2.0
# Roughness is a logarithm, so that a rough carpet does not count more than a smooth wall; with this
# factor, it is about as large as the brightness.
ROUGHNESS_SCALE = 20.0
# With fewer frames, mean and covariance are not accurate enough.
MIN_FRAMES = 20
# ITU-R BT.601: the share of each colour in brightness.
LUMINANCE = np.array((0.299, 0.587, 0.114), np.float32)
MAX_AXES = 64


@dataclass(frozen=True)
class NoveltyModel:
    """Mean and covariance of the features of training frames, and two distances for scale.

    Attributes:
        mean: Mean of each feature, ``(features,)``.
        spread: Standard deviation of each feature, ``(features,)``.
        axes: The directions in which features, each divided by its spread, differ most; each of
            length 1, ``(axes, features)``.
        along: Standard deviation along each axis, and last that of all other directions, ``(axes +
            1,)``.
        middle: Median distance of the validation frames: novelty 0.
        limit: Distance that one validation frame in a hundred exceeds: novelty 1.
    """

    mean: np.ndarray
    spread: np.ndarray
    axes: np.ndarray
    along: np.ndarray
    middle: float = 0.0
    limit: float = 1.0

    @classmethod
    def learn(cls, train: np.ndarray, validation: np.ndarray) -> "NoveltyModel | None":
        """Fit the model.

        Args:
            train: `features` of the training frames, ``(frames, features)``.
            validation: `features` of the validation frames, which set the scale.

        Returns:
            ``None`` if there are too few frames.
        """
        if min(len(train), len(validation)) < MIN_FRAMES:
            return None
        mean, spread = train.mean(axis=0), train.std(axis=0) + MIN_SPREAD
        variances, directions = np.linalg.eigh(np.cov((train - mean) / spread, rowvar=False))
        most, rest = variances[::-1][:AXES], variances[::-1][AXES:]
        along = np.sqrt(np.maximum([*most, rest.mean()], 1e-4))
        found = cls(
            mean.astype(np.float32),
            spread.astype(np.float32),
            directions.T[::-1][:AXES].astype(np.float32),
            along.astype(np.float32),
        )
        distances = [found.distance(one) for one in validation]
        middle, limit = np.quantile(distances, (0.5, USUAL_SHARE))
        return replace(found, middle=float(middle), limit=float(max(limit, middle + 1e-3)))

    def novelty(self, frame: np.ndarray) -> float:
        """The novelty of a frame.

        Args:
            frame: The frame as the network sees it, ``uint8``, ``(height, width, 1 or 3)``.

        Returns:
            0 for half of the usual frames, up to 1 for 99 of 100 of them, and more for others.
        """
        return self.of_features(features(frame))

    def of_features(self, found: np.ndarray) -> float:
        """The novelty of a frame with these features."""
        beyond = self.distance(found) - self.middle
        return max(0.0, beyond / (self.limit - self.middle))

    def distance(self, found: np.ndarray) -> float:
        """Mahalanobis distance of a frame's features from the mean."""
        away = (found - self.mean) / self.spread
        along = self.axes @ away
        beside = max(0.0, float(away @ away - along @ along))
        squared = float(np.square(along / self.along[:-1]).sum())
        return float(np.sqrt(squared + beside / float(self.along[-1]) ** 2))

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON; `from_json` reads it back."""
        parts = (self.mean, self.spread, self.axes.ravel(), self.along)
        packed = np.concatenate(parts).astype("<f4").tobytes()
        return {
            "features": len(self.mean),
            "axes": len(self.axes),
            "middle": round(self.middle, 6),
            "limit": round(self.limit, 6),
            "numbers": base64.b64encode(packed).decode(),
        }

    @classmethod
    def from_json(cls, content: object) -> "NoveltyModel":
        """Read the JSON of `to_json`, trusting nothing in it.

        Raises:
            PilotError: If it is not valid.
        """
        try:
            return cls._read(content)
        except (ValueError, binascii.Error) as error:
            raise PilotError(
                f"The novelty model of a pilot (`familiar`) cannot be read: {error}."
            ) from error

    @classmethod
    def _read(cls, content: object) -> "NoveltyModel":
        if not isinstance(content, dict):
            raise ValueError("it must be an object")
        if content.get("features") != NUM_FEATURES:
            raise ValueError(f"features must be {NUM_FEATURES}")
        axes = content.get("axes")
        if type(axes) is not int or not 1 <= axes <= MAX_AXES:
            raise ValueError(f"axes must be 1 to {MAX_AXES}")
        middle, limit = (_number(content.get(name)) for name in ("middle", "limit"))
        if not 0 <= middle < limit < 1e6:
            raise ValueError("limit must be above middle, and both 0 or more")
        packed = content.get("numbers")
        if not isinstance(packed, str):
            raise ValueError("numbers must be text")
        numbers = np.frombuffer(base64.b64decode(packed, validate=True), "<f4")
        if len(numbers) != NUM_FEATURES * (2 + axes) + axes + 1:
            raise ValueError(f"{len(numbers)} numbers do not fit its sizes")
        if not (np.abs(numbers) < 1e6).all():
            raise ValueError("its numbers must be finite")
        ends = np.cumsum((NUM_FEATURES, NUM_FEATURES, axes * NUM_FEATURES))
        mean, spread, flat, along = np.split(numbers, ends)
        if not ((spread > 1e-6).all() and (along > 1e-6).all()):
            raise ValueError("every spread must be above 0")
        return cls(mean, spread, flat.reshape(axes, -1), along, middle, limit)


def features(frame: np.ndarray) -> np.ndarray:
    """How bright, how rough and how coloured the parts of a frame are.

    Args:
        frame: ``uint8``, ``(height, width, 1 or 3)``, at least 8 pixels high and 11 wide.

    Returns:
        float32, ``(200,)``.

    Raises:
        PilotError: If the frame is smaller.
    """
    height, width, channels = frame.shape
    if height < ROWS or width <= COLUMNS:
        raise PilotError(
            f"Only frames of at least {COLUMNS + 1}x{ROWS} pixels can be compared with those of "
            f"the recordings. Received: {width}x{height}"
        )
    means = _by_part(frame)
    middle = np.ascontiguousarray(frame[:, :, channels // 2])
    left, right = middle[:, :-1], middle[:, 1:]
    steps = np.maximum(left, right) - np.minimum(left, right)
    rough = ROUGHNESS_SCALE * np.log(2 + _by_part(steps[:, :, None]))
    if channels == 1:
        means = np.repeat(means, 3, axis=2)
    wide = means.reshape(ROWS // 2, 2, COLUMNS // 2, 2, 3).mean(axis=(1, 3))
    colours = wide[:, :, (0, 2)] - wide[:, :, 1:2]
    return np.concatenate([(means @ LUMINANCE).ravel(), rough.ravel(), colours.ravel()])


def _by_part(frame: np.ndarray) -> np.ndarray:
    """The mean of each part, float32, ``(rows, columns, channels)``."""
    height, width, _ = frame.shape
    tops, lefts = np.arange(ROWS) * height // ROWS, np.arange(COLUMNS) * width // COLUMNS
    summed: np.ndarray = np.add.reduceat(frame, tops, axis=0, dtype=np.uint32)
    summed = np.add.reduceat(summed, lefts, axis=1)
    counts = np.outer(np.diff([*tops, height]), np.diff([*lefts, width]))
    return summed.astype(np.float32) / counts[:, :, None].astype(np.float32)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("middle and limit must be numbers")
    return float(value)

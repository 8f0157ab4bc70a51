"""A model that can drive this car: warmed up, and called with one frame."""

import math

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.interpreter import LiteRTInterpreter
from donkeycar.pilots.registry import PilotType
from donkeycar.pilots.sidecar import PilotInfo
from donkeycar.pilots.transform import Shape, Transforms

# Meant to be -1 to +1; black, white and noise are no road, and a good network may overshoot there.
MAX_ANSWER = 100.0


class Pilot:
    """A network, what it wants to see, and what its answers mean.

    `load_pilot` makes one from files. Ready once constructed: it has answered for three test
    frames, so the first frame of the road does not wait for memory to be set up.

    Args:
        interpreter: Runs the network.
        kind: Type of the pilot.
        info: What its sidecar says, ``None`` for a bare file.

    Raises:
        PilotError: If it does not answer with finite numbers.
    """

    def __init__(
        self, interpreter: LiteRTInterpreter, kind: PilotType, *, info: PilotInfo | None = None
    ) -> None:
        self._interpreter = interpreter
        self._transforms = Transforms() if info is None else info.transforms
        self.kind = kind
        self.info = info
        self.input_shape: Shape = interpreter.input_shape if info is None else info.camera_shape
        self._try_out()

    def reset(self) -> None:
        """Forget what was seen before."""

    def infer(self, image: np.ndarray, vector: np.ndarray | None = None) -> tuple[float, float]:
        """Look at one frame.

        Args:
            image: ``uint8``, of shape `input_shape`, RGB, 0 to 255. It is not modified.
            vector: What the pilot gets beside the frame.

        Returns:
            Angle and throttle as the network says them: meant to be -1 to +1, but not clipped,
            and not even certain to be numbers. Whoever moves a car checks them.

        Raises:
            PilotError: If the frame is not what the pilot was made for.
        """
        if image.shape != self.input_shape or image.dtype != np.uint8:
            raise PilotError(
                f"This pilot drives with frames of {describe(self.input_shape)}, uint8. "
                f"Received: shape={image.shape}, dtype={image.dtype}"
            )
        return self.kind.head(self._interpreter(self._transforms(image)))

    def _try_out(self) -> None:
        """Answer for a black, a white and a noisy frame."""
        noise = np.random.default_rng(0).integers(0, 256, self.input_shape, dtype=np.uint8)
        for frame in (np.zeros_like(noise), np.full_like(noise, 255), noise):
            answer = self.infer(frame)
            if not all(math.isfinite(value) and abs(value) <= MAX_ANSWER for value in answer):
                raise PilotError(
                    f"A pilot must answer with numbers within {MAX_ANSWER:.0f}. Received: "
                    f"angle={answer[0]:.4g}, throttle={answer[1]:.4g}"
                )
        self.reset()


def describe(shape: tuple[int, ...]) -> str:
    """Say the shape of a frame as people do.

    Example:
        >>> describe((120, 160, 3))
        '160x120 pixels in colour'
    """
    height, width, channels = shape
    return f"{width}x{height} pixels in {'colour' if channels == 3 else 'grey'}"

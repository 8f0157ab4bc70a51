"""A pilot with one network, warmed up, which is called with one frame at a time."""

import math
from collections import deque
from hashlib import shake_128
from typing import Any

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.files.sidecar import PilotInfo
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
from donkeycar.pilots.kinds.options import Options
from donkeycar.pilots.kinds.registry import PilotType
from donkeycar.pilots.transform import Shape, Transforms, describe

# Answers should be -1 to +1, but black, white and noise are not a road, and even a good network may
# overshoot there.
MAX_ANSWER = 100.0


class NetworkPilot:
    """A network with its transforms, options and the meaning of its outputs.

    `load_pilot` makes one from files. It is ready when constructed: it has answered for three test
    frames, so the first frame of the road does not wait for memory.

    Some types see the last few frames at once, or remember their last answers. Until there are
    enough, the first frame takes the place of earlier ones, and earlier answers count as 0.

    Args:
        interpreter: Runs the network.
        kind: Type of the pilot.
        info: Content of its sidecar, ``None`` for a bare file.
        options: Options of a bare file; missing ones are as in donkeycar 5.x.
        transforms: Transforms of a bare file; ``None`` for none.
        camera_shape: Camera frames of a bare file; ``None`` if they are what its network takes.

    Attributes:
        input_shape: Height, width and channels of the frames it wants.
        transforms: The changes to a frame before the network sees it.
        options: Options of its type.
        vector_channels: Channels that form the second input, one after the other; empty if it has
            none.
        vector_size: Number of values in the second input; 0 if it has none.
        shown: The last inputs of the network, by name; empty before the first frame.
        location: Number of the place of the last frame, from 0; ``None`` for types without places,
            and before the first frame.

    Raises:
        PilotError: If the network is not of this type, or does not answer with finite numbers.
    """

    def __init__(
        self,
        interpreter: LiteRTInterpreter,
        kind: PilotType,
        *,
        info: PilotInfo | None = None,
        options: Options | None = None,
        transforms: Transforms | None = None,
        camera_shape: Shape | None = None,
    ) -> None:
        self._interpreter = interpreter
        self.transforms = (transforms or Transforms()) if info is None else info.transforms
        self.kind = kind
        self.info = info
        self.options: dict[str, Any] = (
            bare_options(kind, interpreter, options or {})
            if info is None
            else kind.settled(info.options)
        )
        own_shape = None if info is None else info.camera_shape
        self.input_shape: Shape = own_shape or camera_shape or interpreter.input_shape
        self.vector_channels = kind.vector_channels
        self._check_inputs()
        size = next((one.shape[1] for one in interpreter.vectors.values()), 0)
        self.vector_size = 0 if kind.remembers else size
        self.shown: dict[str, np.ndarray] = {}
        self.location: int | None = None
        self._seen: deque[np.ndarray] = deque(maxlen=interpreter.sequence_length or 1)
        self._said: deque[float] = deque(maxlen=size)
        self._try_out()

    def reset(self) -> None:
        """Forget all earlier frames and answers."""
        self.shown = {}
        self.location = None
        self._seen.clear()
        self._said.clear()

    def infer(self, image: np.ndarray, vector: np.ndarray | None = None) -> tuple[float, float]:
        """Answer for one frame.

        Args:
            image: ``uint8``, of shape `input_shape`, RGB, 0 to 255. It is not modified.
            vector: The second input: `vector_size` numbers of `vector_channels`; not needed if the
                pilot has none.

        Returns:
            Angle and throttle as the network gives them: they should be -1 to +1, but are not
            clipped, and may even be NaN. The caller must check them before they move a car.

        Raises:
            PilotError: If frame or vector does not fit the pilot.
        """
        answer = self.answer(self.inputs(image, vector))
        self.remember(answer)
        return answer

    def answer(self, shown: dict[str, np.ndarray]) -> tuple[float, float]:
        """Answer for the result of `inputs`, without remembering the answer.

        Args:
            shown: One array for each input of the network; they are not modified.
        """
        self.shown = shown
        outputs = self._interpreter.run(shown)
        if self.kind.locate is not None:
            self.location = self.kind.locate(outputs, self.options)
        return self.kind.head(outputs, self.options)

    def remember(self, answer: tuple[float, float]) -> None:
        """Remember an answer as the one that the car got, unless it is NaN."""
        if self.kind.remembers and all(map(math.isfinite, answer)):
            # In training it remembers the driver's values, which are never larger.
            self._said.extend(min(max(value, -1.0), 1.0) for value in answer)

    @property
    def members(self) -> tuple["NetworkPilot", ...]:
        """The pilots that answer: only this one."""
        return (self,)

    @property
    def network_inputs(self) -> dict[str, tuple[tuple[int, ...], str]]:
        """Shape and dtype of each array that `answer` takes."""
        one = self._interpreter
        inputs = {one.image_name: one.image, **one.vectors}
        return {name: (given.shape, str(given.dtype)) for name, given in inputs.items()}

    @property
    def has_novelty(self) -> bool:
        """Whether it has a novelty model."""
        return self.info is not None and self.info.novelty is not None

    @property
    def has_disagreement(self) -> bool:
        """``False``: only an ensemble has a disagreement."""
        return False

    def disagreement(self) -> float | None:
        """``None``: only an ensemble has a disagreement."""
        return None

    def novelty(self) -> float | None:
        """The novelty of the last frame: how unlike its training frames it is.

        Any thread may call this, also while another one drives with it.

        Returns:
            0 for half of the usual frames, up to 1 for 99 of 100 of them, and more for others;
            ``None`` before the first frame, and without a novelty model.
        """
        model = None if self.info is None else self.info.novelty
        frame = self.seen()
        return None if model is None or frame is None else model.novelty(frame)

    def seen(self) -> np.ndarray | None:
        """The newest frame as the network sees it, ``uint8``; ``None`` before the first."""
        image = self.shown.get(self._interpreter.image_name)
        if image is None:
            return None
        frame: np.ndarray = image[0] if image.ndim == 4 else image[0, -1]
        return frame if frame.dtype == np.uint8 else np.rint(frame * 255).astype(np.uint8)

    def inputs(self, image: np.ndarray, vector: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """The inputs of the network for a frame, which counts as seen afterwards.

        Args:
            image: As for `infer`.
            vector: As for `infer`.

        Returns:
            One array for each of its inputs, with the batch of 1 in front.

        Raises:
            PilotError: If frame or vector does not fit the pilot.
        """
        if image.shape != self.input_shape or image.dtype != np.uint8:
            raise PilotError(
                f"This pilot drives with frames of {describe(self.input_shape)}, uint8. "
                f"Received: shape={image.shape}, dtype={image.dtype}"
            )
        frame = self.transforms(image)
        beside = self._remembered() if self.kind.remembers else self._checked(vector)
        if self._interpreter.sequence_length is not None:
            frame = frame.copy()  # the camera may use its memory again
            while len(self._seen) < self._interpreter.sequence_length - 1:
                self._seen.append(frame)
            self._seen.append(frame)
            frame = np.stack(self._seen)
        return self._interpreter.arrays(frame, beside)

    def _remembered(self) -> np.ndarray:
        """The pilot's last answers, the oldest first."""
        size = self._said.maxlen or 0
        return np.array([0.0] * (size - len(self._said)) + list(self._said), np.float32)

    def _checked(self, vector: np.ndarray | None) -> np.ndarray | None:
        """Refuse a vector that does not fit the pilot."""
        if not self.vector_size:
            return None
        if vector is None or np.shape(vector) != (self.vector_size,):
            channels = ", ".join(self.vector_channels)
            raise PilotError(
                f"This pilot wants {self.vector_size} numbers beside each frame, of {channels}. "
                f"Received: {None if vector is None else np.shape(vector)}"
            )
        return np.asarray(vector, np.float32)

    def _check_inputs(self) -> None:
        """Refuse a network of another type."""
        kind, network = self.kind, self._interpreter
        sizes = [one.shape[1] for one in network.vectors.values()]
        wanted = [kind.vector_size(self.options)] if kind.vector_input else []
        if sizes != wanted or network.sequence_length != self.options.get("sequence_length"):
            looks = "some frames at once" if kind.looks_back else "one frame"
            beside = f" and at {wanted[0]} numbers" if wanted else ""
            shapes = {name: one.shape for name, one in sorted(network.vectors.items())}
            raise PilotError(
                f"This pilot of type {kind.name} looks at {looks}{beside}. Received: a network for "
                f"frames {network.image.shape} and {shapes or 'nothing'} beside them. "
                "Was it trained as another type?"
            )

    def _try_out(self) -> None:
        """Answer for a black, a white and a noisy frame."""
        # numpy's random numbers take long to load, and nothing else here needs them.
        noise = np.frombuffer(
            shake_128(b"noise").digest(math.prod(self.input_shape)), np.uint8
        ).reshape(self.input_shape)
        vector = np.zeros(self.vector_size, np.float32)
        for frame in (np.zeros_like(noise), np.full_like(noise, 255), noise):
            answer = self.infer(frame, vector)
            if not all(math.isfinite(value) and abs(value) <= MAX_ANSWER for value in answer):
                raise PilotError(
                    f"A pilot must answer with numbers within {MAX_ANSWER:.0f}. Received: "
                    f"angle={answer[0]:.4g}, throttle={answer[1]:.4g}"
                )
        self.reset()


def bare_options(kind: PilotType, network: LiteRTInterpreter, given: Options) -> dict[str, Any]:
    """Options of a bare model: the owner's, those that the network shows, else as in donkeycar 5.x.

    Args:
        kind: Its type, as the owner named it.
        network: The opened model.
        given: Options from the owner, such as the throttle range.

    Raises:
        PilotError: If an option is not possible.
    """
    size = next((one.shape[1] for one in network.vectors.values()), 0)
    shown = {
        "memory_length": max(1, size // 2),
        "behaviors": [f"behavior {number}" for number in range(max(2, size))],
        "sequence_length": network.sequence_length or 1,
    }
    visible = {name: value for name, value in shown.items() if name in kind.options}
    return kind.settled({**kind.old_options, **visible, **given})

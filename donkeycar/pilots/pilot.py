"""A model that can drive this car: checked, warmed up, and called with one frame."""

import math
from pathlib import Path

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.bundle import PilotFiles, PilotInfo, litert_sha256, read_info
from donkeycar.pilots.interpreter import LiteRTInterpreter
from donkeycar.pilots.registry import PilotType, pilot_type
from donkeycar.pilots.transform import Shape, Transforms


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
            if not all(map(math.isfinite, answer)):
                raise PilotError(f"A pilot must answer with numbers. Received: {answer}")


def load_pilot(
    path: str | Path,
    *,
    type: str | None = None,
    camera_shape: tuple[int, int, int] | None = None,
    num_threads: int | None = None,
) -> Pilot:
    """Open a model and refuse, in one sentence, what cannot drive this car.

    Args:
        path: Any of the three files of a pilot, or somebody's bare ``.tflite``.
        type: Type of a bare file, such as ``linear``. A pilot that was trained here knows its
            own; ``None`` leaves it at that.
        camera_shape: Height, width and channels of this car's frames, to check before driving;
            ``None`` leaves the check to the first frame.
        num_threads: Threads per inference; ``None`` leaves two cores to the rest of the car.

    Returns:
        The pilot, warmed up.

    Raises:
        PilotError: If the file is missing, damaged, of another type, or made for other frames.
    """
    path = Path(path).expanduser()
    files = PilotFiles.of(path)
    if not path.exists() and not (path.suffix == "" and any(f.exists() for f in files)):
        raise PilotError(f"There is no model {path}. Run `donkey train` to make one.")
    if not files.litert.exists():
        raise PilotError(
            f"A car drives with {files.litert.name}, and it is not beside {path}. Copy it from "
            "where the pilot was trained, or run `donkey train` again, which writes both."
        )
    info, kind = _identify(files, type)
    if info is not None:
        _check_camera(path, info.camera_shape, camera_shape)
    interpreter = LiteRTInterpreter(files.litert, num_threads=num_threads)
    if info is None:
        _check_camera(path, interpreter.input_shape, camera_shape)
    elif interpreter.input_shape != info.network_shape:
        raise PilotError(
            f"{files.sidecar.name} speaks of frames of {describe(info.network_shape)}, but the "
            f"network in {files.litert.name} takes {describe(interpreter.input_shape)}."
        )
    return Pilot(interpreter, kind, info=info)


def describe(shape: tuple[int, ...]) -> str:
    """Say the shape of a frame as people do.

    Example:
        >>> describe((120, 160, 3))
        '160x120 pixels in colour'
    """
    height, width, channels = shape
    return f"{width}x{height} pixels in {'colour' if channels == 3 else 'grey'}"


def _check_camera(path: Path, wanted: Shape, given: tuple[int, int, int] | None) -> None:
    """Refuse a camera whose frames the pilot does not know."""
    if given is not None and tuple(given) != wanted:
        raise PilotError(
            f"{path} drives with frames of {describe(wanted)}, but this car's camera gives "
            f"{describe(given)}. Set IMAGE_W={wanted[1]}, IMAGE_H={wanted[0]} and "
            f"IMAGE_DEPTH={wanted[2]} in myconfig.py, or train on frames of this camera."
        )


def _identify(files: PilotFiles, type: str | None) -> tuple[PilotInfo | None, PilotType]:
    """Find out what kind of pilot this is."""
    if not files.sidecar.exists():
        if type is None:
            raise PilotError(
                f"{files.litert} does not say what kind of pilot it is. Say it with --type, for "
                "example --type linear."
            )
        return None, pilot_type(type)
    info = read_info(files.sidecar)
    kind = pilot_type(info.type)
    if type is not None and pilot_type(type) is not kind:
        raise PilotError(f"{files.litert} is a {kind.name} pilot. Received: type={type!r}")
    if info.variants["float32"].sha256 != litert_sha256(files.litert):
        raise PilotError(
            f"{files.sidecar.name} belongs to another {files.litert.name} than the one beside it. "
            "Copy both from where the pilot was trained."
        )
    return info, kind

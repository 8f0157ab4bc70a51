"""Stubs of ``picamera2`` and ``libcamera``, so that the camera part runs on any computer.

They behave as the real libraries where that matters to a driver: sizes are rounded down to even
numbers, rows are padded as the hardware needs it, frames come in the camera's own thread as
requests, the channel order follows the name of the format, `stop` waits for a thread that may hang.

Sources: Raspberry Pi Ltd, "The Picamera2 Library", 2024; picamera2 0.3.36, picamera2/picamera2.py
(`align_stream`, `create_video_configuration`, `configure`, `start`, `stop`, texts of errors) and
picamera2/request.py (`make_buffer`, `make_array`, `get_metadata`); libcamera of Raspberry Pi
04e282f, src/py/libcamera/py_main.cpp (text of a refused `acquire`); Raspberry Pi documentation,
"Camera", 2025 (modes of the imx219); libcamera's definition of ``SensorTimestamp``. The padding of
rows to 32 bytes, and to 64 on a Pi 5, comes from a comment on the hardware in `align_stream`.

Not modelled: the sensor and the image processor (exposure, white balance, noise), the lag of a
picture, buffers that are short, frames that are lost, requests that are kept and released, more
formats than ``RGB888`` and ``BGR888``, streams beside ``main``, controls that change while it runs,
an error in `post_callback` (the real one ends its thread), the lock of /dev/media* that a program
with an open camera holds. Unless the stub is free-running, a frame comes in the thread of the test.
"""

import sys
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from donkeycar.timing import Clock, RealClock

# Value of the padding at the end of a row: it is not black, so that a leak into the picture shows.
PADDING = 0xAA

# The modes of Camera Module 2 (imx219): the second sees everything, the first and third do not.
# Source: Raspberry Pi documentation, "Camera", section "Hardware specification", 2025.
IMX219_MODES: list[dict[str, Any]] = [
    {"size": (640, 480), "bit_depth": 10, "fps": 206.65, "crop_limits": (1000, 752, 1280, 960)},
    {"size": (1640, 1232), "bit_depth": 10, "fps": 83.7, "crop_limits": (0, 0, 3280, 2464)},
    {"size": (1920, 1080), "bit_depth": 10, "fps": 47.57, "crop_limits": (680, 692, 1920, 1080)},
    {"size": (3280, 2464), "bit_depth": 10, "fps": 21.19, "crop_limits": (0, 0, 3280, 2464)},
]


# Smallest, largest and usual value of the controls of a camera with libcamera 0.5. Source: what
# owners list of `Picamera2.camera_controls` (github.com/caternuson/rpi-notes, 2025).
CONTROLS: dict[str, tuple[Any, Any, Any]] = {
    "ExposureTime": (75, 3066985, 20000),
    "ExposureTimeMode": (0, 1, 0),
    "AnalogueGain": (1.0, 10.6667, 1.0),
    "AnalogueGainMode": (0, 1, 0),
    "AeEnable": (False, True, True),
    "AwbEnable": (False, True, None),
    "ColourGains": (0.0, 32.0, None),
    "ColourTemperature": (100, 100000, None),
    "FrameDurationLimits": (33333, 120000, 33333),
}


@dataclass
class Transform:
    """``libcamera.Transform``: the flips that the image processor applies."""

    hflip: bool = False
    vflip: bool = False


class StubRequest:
    """``picamera2.CompletedRequest``: one frame in a padded buffer, with its metadata."""

    def __init__(
        self, buffer: NDArray[np.uint8], config: dict[str, Any], metadata: dict[str, Any]
    ) -> None:
        self._buffer = buffer
        self._config = config
        self._metadata = metadata

    def make_buffer(self, name: str) -> NDArray[np.uint8]:
        """Return a copy of the bytes, padding included."""
        return self._buffer.copy()

    def make_array(self, name: str) -> NDArray[np.uint8]:
        """Return a copy of the picture, without the padding of its rows."""
        width_px, height_px = self._config[name]["size"]
        rows = self.make_buffer(name).reshape(height_px, self._config[name]["stride"])
        return np.ascontiguousarray(rows[:, : width_px * 3]).reshape(height_px, width_px, 3)

    def get_metadata(self) -> dict[str, Any]:
        """Return the metadata of the frame."""
        return dict(self._metadata)


class StubCamera:
    """``picamera2.Picamera2``: an open camera that gives a frame when the test says so."""

    def __init__(self, stub: "StubPicamera2", camera_num: int) -> None:
        self.camera_num = camera_num
        self.post_callback: Callable[[StubRequest], None] | None = None
        self.sensor_modes = stub.modes
        self.camera_controls = stub.controls
        self.config: dict[str, Any] | None = None
        self.started = False
        self.closed = False
        self._stub = stub
        self._random = np.random.default_rng(0)
        self._free_thread: threading.Thread | None = None

    def create_video_configuration(
        self,
        main: dict[str, Any],
        *,
        transform: Transform | None = None,
        buffer_count: int = 6,
        controls: dict[str, Any] | None = None,
        queue: bool = True,
        sensor: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return a configuration, with sizes rounded down to even numbers as the real one does."""
        width_px, height_px = main["size"]
        return {
            "main": {**main, "size": (width_px - width_px % 2, height_px - height_px % 2)},
            "transform": transform or Transform(),
            "buffer_count": buffer_count,
            "controls": controls or {},
            "queue": queue,
            "sensor": sensor or {},
        }

    def configure(self, config: dict[str, Any]) -> None:
        """Take a configuration, and adjust it as the driver would."""
        if self.started:
            raise RuntimeError("Camera must be stopped before configuring")
        unknown = config["controls"].keys() - self.camera_controls.keys()
        if unknown:
            raise RuntimeError(f"Control {min(unknown)} is not advertised by libcamera")
        if self._stub.configure_error:
            raise RuntimeError(self._stub.configure_error)
        width_px, height_px = self._stub.delivered_size or config["main"]["size"]
        align = self._stub.align_bytes
        stride = -(-width_px * 3 // align) * align
        main = {**config["main"], "size": (width_px, height_px), "stride": stride}
        self.config = {**config, "main": main}

    def camera_configuration(self) -> dict[str, Any] | None:
        """Return the configuration as adjusted."""
        return self.config

    def start(self) -> None:
        """Begin to deliver frames."""
        if self.config is None:
            raise RuntimeError("Camera has not been configured")
        self.started = True
        if self._stub.free_running:
            self._free_thread = threading.Thread(target=self._run_free, daemon=True)
            self._free_thread.start()

    def stop(self) -> None:
        """Stop delivering frames; wait for ever if the stub hangs."""
        self._stub.resumed.wait()
        self.started = False
        if self._free_thread is not None:
            self._free_thread.join()

    def close(self) -> None:
        """Stop, and release the camera."""
        self.stop()
        self.closed = True

    def deliver(
        self,
        image: NDArray[np.uint8] | None = None,
        *,
        stamped_s: float | None = None,
        exposure_us: int = 0,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Complete one frame, in the caller's thread.

        Args:
            image: The sensor's picture, RGB, of the configured size; noise if omitted.
            stamped_s: End of its first line's exposure, in seconds; now if omitted.
            exposure_us: Exposure time in microseconds.
            metadata: All metadata of the frame; they replace `stamped_s` and `exposure_us`.
        """
        if not self.started or self.config is None or self.post_callback is None:
            return
        main = self.config["main"]
        width_px, height_px = main["size"]
        if image is None:
            shape = (height_px, width_px, 3)
            image = self._random.integers(0, 256, shape, dtype=np.uint8)
        if self.config["transform"].hflip:
            image = image[:, ::-1]
        if self.config["transform"].vflip:
            image = image[::-1]
        if main["format"] == "RGB888":
            image = image[:, :, ::-1]
        buffer = np.full((height_px, main["stride"]), PADDING, dtype=np.uint8)
        buffer[:, : width_px * 3] = image.reshape(height_px, width_px * 3)
        if metadata is None:
            if stamped_s is None:
                stamped_s = self._stub.clock.monotonic()
            metadata = {"SensorTimestamp": round(stamped_s * 1e9), "ExposureTime": exposure_us}
        self.post_callback(StubRequest(buffer.ravel(), self.config, metadata))

    def _run_free(self) -> None:
        frame_us = self.config["controls"]["FrameDurationLimits"][0] if self.config else 0
        while self.started:
            self._stub.clock.sleep(frame_us / 1e6)
            if self._stub.resumed.is_set():
                self.deliver()


class StubPicamera2:
    """Puts stand-ins for ``picamera2`` and ``libcamera`` in place while a ``with`` block lasts.

    Args:
        cameras: How many cameras are connected; 0 fails as the real library does.
        modes: Modes of the sensor.
        controls: Controls of the camera; those of libcamera 0.5 if omitted.
        align_bytes: Rows are padded to a multiple of this many bytes: 32 up to Pi 4, 64 on Pi 5.
        delivered_size: Width and height that the driver gives, whatever the program requests.
        configure_error: If given, `configure` fails with this sentence.
        open_error: If given, no camera can be acquired, and libcamera appends this sentence to its
            own; for a camera in use it is ``"Device or resource busy"``.
        free_running: Whether frames come by themselves at the requested rate. If not, `deliver`
            them.
        clock: Source of the time stamps.

    Example:
        >>> with StubPicamera2() as stub:
        ...     from picamera2 import Picamera2
        ...     camera = Picamera2(0)
        ...     camera is stub.camera
        True
    """

    def __init__(
        self,
        *,
        cameras: int = 1,
        modes: list[dict[str, Any]] | None = None,
        controls: dict[str, tuple[Any, Any, Any]] | None = None,
        align_bytes: int = 64,
        delivered_size: tuple[int, int] | None = None,
        configure_error: str = "",
        open_error: str = "",
        free_running: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self.cameras = cameras
        self.modes = IMX219_MODES if modes is None else modes
        self.controls = CONTROLS if controls is None else controls
        self.align_bytes = align_bytes
        self.delivered_size = delivered_size
        self.configure_error = configure_error
        self.open_error = open_error
        self.free_running = free_running
        self.clock: Clock = RealClock() if clock is None else clock
        #: Cameras opened so far.
        self.opened: list[StubCamera] = []
        #: Cleared by `hang`: frames stall, and `stop` waits.
        self.resumed = threading.Event()
        self.resumed.set()
        self._before: dict[str, types.ModuleType | None] = {}

    @property
    def camera(self) -> StubCamera:
        """The camera opened last."""
        return self.opened[-1]

    def hang(self) -> None:
        """Let the camera hang: no frame comes, and `stop` and `close` do not return."""
        self.resumed.clear()

    def __enter__(self) -> "StubPicamera2":
        picamera2, libcamera = types.ModuleType("picamera2"), types.ModuleType("libcamera")
        picamera2.Picamera2 = self._open  # type: ignore[attr-defined]
        libcamera.Transform = Transform  # type: ignore[attr-defined]
        for module in (picamera2, libcamera):
            self._before[module.__name__] = sys.modules.get(module.__name__)
            sys.modules[module.__name__] = module
        return self

    def __exit__(self, *ended: object) -> None:
        self.resumed.set()
        for camera in self.opened:
            camera.close()
        for name, module in self._before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module

    def _open(self, camera_num: int = 0) -> StubCamera:
        if camera_num >= self.cameras:
            raise IndexError("list index out of range")
        try:
            if self.open_error:
                raise RuntimeError(f"Failed to acquire camera: {self.open_error}")
        except RuntimeError as error:
            raise RuntimeError("Camera __init__ sequence did not complete.") from error
        self.opened.append(StubCamera(self, camera_num))
        return self.camera

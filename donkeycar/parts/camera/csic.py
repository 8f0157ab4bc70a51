"""A camera on the ribbon cable of a Jetson, through NVIDIA's elements for GStreamer.

Sources: NVIDIA, "Accelerated GStreamer User Guide", 2024 (nvarguscamerasrc, nvvidconv and their
properties, ``flip-method``), and what ``gst-inspect-1.0 nvarguscamerasrc`` prints; the modes of the
imx219, as the driver prints them ("GST_ARGUS: Available Sensor modes"); forums.developer.nvidia.com
282530 (a picture is released when the next but one begins) and donkeycar issue 451 (it crashes if a
picture is scaled down to less than a sixteenth).
"""

import logging
import math
import threading
from collections.abc import Iterator
from typing import NamedTuple, Unpack

import numpy as np

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.camera.gst_launch import GSTREAMER, LOOK_S, PROGRAM, GstLaunch
from donkeycar.parts.camera.image import Image
from donkeycar.parts.camera.live import LiveCamera, LiveOptions, Thinning
from donkeycar.parts.camera.usb_picture import resized
from donkeycar.parts.finding import MISSING, OK, WARNING, Finding
from donkeycar.parts.needs import Runner, installed

logger = logging.getLogger(__name__)

#: What must be installed beside donkeycar.
LIBRARIES = (GSTREAMER,)

# Tells which elements there are.
INSPECT = "gst-inspect-1.0"
# NVIDIA's scaler goes no further down.
MOST_SCALE = 16
# From the start of an exposure until the driver hands the picture over, in times of a frame.
FRAMES_LATE = 2
# Flips by 90 degrees, which change width and height.
TURNING = (1, 3, 5, 7)
# White balances of the driver by the temperature of their light, in kelvin; source: the CIE's
# illuminants A, F4, F2 and D65, after which Android names the same modes.
WHITE_BALANCES = {2856: 2, 2940: 4, 4230: 3, 6504: 5}
AUTO_WHITE_BALANCE = 1
ELEMENTS = "sudo apt install -y nvidia-l4t-gstreamer nvidia-l4t-camera"
CABLE = (
    "Check both ends of the ribbon cable, and the camera with `gst-launch-1.0 nvarguscamerasrc ! "
    "fakesink`; if it worked before, `sudo systemctl restart nvargus-daemon`"
)


class SensorMode(NamedTuple):
    """What the sensor is asked for: the widest view that has the rate."""

    rate_hz: int
    width_px: int
    height_px: int


MODES = (SensorMode(30, 1640, 1232), SensorMode(60, 1280, 720), SensorMode(120, 1280, 720))


class CSICamera(LiveCamera):
    """Frames of a camera on the ribbon cable of a Jetson, the newest only.

    The sensor is asked for its widest view at 30 frames a second at least, because a picture comes
    two frames late; those that are too many are left out. The Jetson turns and scales the pictures;
    what exceeds the proportions of a frame is cut off at the edges.

    Frames carry no time that this computer could use. A frame counts as exposed two frames before
    it arrived; one that waited in a buffer, two frames before the last moment at which none waited.

    Args:
        camera_index: Which camera, ``sensor-id`` of the driver.
        flip: How to turn the picture, 0 to 7, as `flip-method` of nvvidconv: 0 not at all, 2 upside
            down, 4 left and right swapped, 6 top and bottom swapped, 1 and 3 a quarter turn to the
            left and right, 5 and 7 mirrored at a diagonal.
        exposure_ms: Exposure time, in milliseconds, less than the time of a frame; ``None`` leaves
            it to the camera.
        gain: Amplification of the sensor, 1 or more times; ``None`` leaves it to the camera.
        white_balance_k: Colour of the light, in kelvin, of which the driver knows four: the nearest
            is taken; ``None`` leaves it to the camera.
        options: As those of `LiveCamera`.

    Raises:
        ConfigError: If a value is out of its range.
        DeviceError: If GStreamer is missing, or the camera shows no picture within
            `start_timeout_s`.
    """

    what_to_check = CABLE

    def __init__(
        self,
        *,
        camera_index: int = 0,
        flip: int = 0,
        exposure_ms: float | None = None,
        gain: float | None = None,
        white_balance_k: int | None = None,
        **options: Unpack[LiveOptions],
    ) -> None:
        super().__init__(**options)
        mode = self._mode(flip)
        given_w, given_h = self._given_size(mode, turned=flip in TURNING)
        words = [
            "nvarguscamerasrc", f"sensor-id={camera_index}",
            *_locks(mode, exposure_ms, gain, white_balance_k),
            "!", f"video/x-raw(memory:NVMM),width={mode.width_px},height={mode.height_px},"
            f"format=NV12,framerate={mode.rate_hz}/1",
            "!", "nvvidconv", f"flip-method={flip}",
            "!", f"video/x-raw,width={given_w},height={given_h},format=RGBA",
        ]  # fmt: skip
        #: Frames that had waited too long when they were read.
        self.passed_over = 0
        self._shape = (given_h, given_w, 4)
        self._late_s = FRAMES_LATE / mode.rate_hz
        self._thinning = Thinning(self.framerate_hz, mode.rate_hz)
        self._using = threading.Lock()
        try:
            self._pipeline = GstLaunch(words, num_bytes=math.prod(self._shape), clock=self.clock)
        except FileNotFoundError as error:
            raise GSTREAMER.missing("CSICamera", error) from error
        self._first: bytes | None = self._started()

    def capture(self) -> tuple[Image, float] | None:
        """Wait for the next frame of the camera.

        Returns:
            The frame and the start of its exposure; ``None`` if none came in time, if it had waited
            too long, or if it is more than `framerate_hz` asks for.
        """
        deadline_s = self.clock.monotonic() + self.patience_s
        while not self._stopping.is_set():
            with self._using:
                if self._stopping.is_set():
                    return None
                data, self._first = self._first or self._next(), None
            if data is not None:
                return self._frame(data)
            if self.clock.monotonic() >= deadline_s:
                return None
        return None

    def shutdown(self) -> None:
        """End the pipeline, in bounded time. Safe to call twice."""
        if self._stopping.is_set():
            return
        super().shutdown()
        with self._using:
            if not self._pipeline.close(self.close_timeout_s):
                logger.error("The camera did not end within %s s: killed", self.close_timeout_s)

    def _started(self) -> bytes:
        """The first picture: until it is there, the driver may find that there is no camera."""
        deadline_s = self.clock.monotonic() + self.start_timeout_s
        try:
            while (first := self._pipeline.next(LOOK_S)) is None:
                if self.clock.monotonic() >= deadline_s:
                    raise EOFError(f"none within {self.start_timeout_s:g} s")
            return first
        except (EOFError, DeviceError) as error:
            self._pipeline.close(self.close_timeout_s)
            raise DeviceError(
                f"The Jetson's camera must show pictures. Received: {error}. {_step(str(error))}"
            ) from error

    def _next(self) -> bytes | None:
        try:
            return self._pipeline.next(LOOK_S)
        except EOFError as error:
            raise DeviceError(
                f"The Jetson's camera must go on. Received: {error}. {CABLE}"
            ) from error

    def _frame(self, data: bytes) -> tuple[Image, float] | None:
        live_s = self._pipeline.live_s
        if self.clock.monotonic() - live_s > self.max_age_s / 2:
            self.passed_over += 1
            return None
        if self._thinning.is_too_many(live_s):
            return None
        picture = np.frombuffer(data, np.uint8).reshape(self._shape)[:, :, :3]
        image = resized(picture, self.width_px, self.height_px)
        return self.turned(image), live_s - self._late_s

    def _mode(self, flip: int) -> SensorMode:
        if not 0 <= flip <= 7:
            raise ConfigError(f"`flip` must be 0 to 7. Received: flip={flip}")
        fast = [mode for mode in MODES if mode.rate_hz >= self.framerate_hz]
        if not fast:
            raise ConfigError(
                f"`framerate_hz` must be at most {MODES[-1].rate_hz} for this camera. Received: "
                f"framerate_hz={self.framerate_hz}"
            )
        return fast[0]

    def _given_size(self, mode: SensorMode, *, turned: bool) -> tuple[int, int]:
        """The size that the Jetson scales to: it covers a frame, in the sensor's proportions."""
        width, height = mode.width_px, mode.height_px
        if turned:
            width, height = height, width
        if self.width_px > width or self.height_px > height:
            raise ConfigError(
                f"`width_px` and `height_px` must be at most {width} and {height} for this camera. "
                f"Received: width_px={self.width_px}, height_px={self.height_px}"
            )
        scale = max(self.width_px / width, self.height_px / height, 1 / MOST_SCALE)
        return 2 * math.ceil(width * scale / 2), 2 * math.ceil(height * scale / 2)


def _locks(
    mode: SensorMode, exposure_ms: float | None, gain: float | None, white_balance_k: int | None
) -> Iterator[str]:
    """Properties of the source that lock what the owner wants locked."""
    frame_ms = 1000 / mode.rate_hz
    if exposure_ms is not None:
        if not 0 < exposure_ms < frame_ms:
            raise ConfigError(
                f"`exposure_ms` must be less than the time of a frame, {frame_ms:.3g} ms. Received:"
                f" exposure_ms={exposure_ms}"
            )
        time_ns = round(1e6 * exposure_ms)
        yield f"exposuretimerange={time_ns} {time_ns}"
    if gain is not None:
        if not gain >= 1:
            raise ConfigError(f"`gain` must be at least 1. Received: gain={gain}")
        yield f"gainrange={gain:g} {gain:g}"
        yield "ispdigitalgainrange=1 1"
    if white_balance_k is None:
        yield f"wbmode={AUTO_WHITE_BALANCE}"
        return
    nearest_k = min(WHITE_BALANCES, key=lambda known_k: abs(known_k - white_balance_k))
    if nearest_k != white_balance_k:
        logger.info("White balance: %d K, the nearest to %d K", nearest_k, white_balance_k)
    yield f"wbmode={WHITE_BALANCES[nearest_k]}"


def _step(said: str) -> str:
    """What to do about a pipeline that does not start."""
    if "no element" not in said:
        return CABLE
    if "nv" in said:
        return f"Run `{ELEMENTS}`; only a Jetson has such a camera"
    return f"Run `{GSTREAMER.install}`"


def probe(*, camera_index: int, run: Runner) -> Finding:
    """Ask GStreamer for the elements of the Jetson, without opening a camera.

    Args:
        camera_index: Which camera, ``sensor-id`` of the driver.
        run: Runs a command.
    """
    if not installed(PROGRAM):
        return Finding("camera", MISSING, "GStreamer is not installed", GSTREAMER.install)
    if run([INSPECT, "--version"]) is None:
        # The first call after an installation looks through all plugins, which takes its time.
        found = "GStreamer is installed, but does not answer in time"
        return Finding("camera", WARNING, found, f"try again; if it stays so, look at: {INSPECT}")
    if not run([INSPECT, "nvarguscamerasrc"]):
        return Finding(
            "camera", MISSING, "GStreamer has no nvarguscamerasrc, the camera of a Jetson", ELEMENTS
        )
    # Only opening a camera tells whether it is there; the doctor does that next, for the age.
    return Finding("camera", OK, f"GStreamer has nvarguscamerasrc; sensor-id {camera_index}")

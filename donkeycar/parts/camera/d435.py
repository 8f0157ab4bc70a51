"""The RealSense D435 and D435i: colour pictures, depth, and what its motion sensor measures."""

import logging
import platform
from types import ModuleType
from typing import Any, Unpack

import numpy as np

from donkeycar.commands import pip_install
from donkeycar.errors import ConfigError, DeviceError, DonkeyError
from donkeycar.parts.camera.bounded import close_in_time, in_time
from donkeycar.parts.camera.d435_link import CABLE, Link, Motion, Wanted
from donkeycar.parts.camera.d435_usb import RULE
from donkeycar.parts.camera.depth_camera import Depth, DepthCamera, millimetres, scaled
from donkeycar.parts.camera.device_clock import DeviceClock
from donkeycar.parts.camera.image import Image
from donkeycar.parts.camera.live import LiveOptions, Thinning
from donkeycar.parts.camera.usb_picture import cut
from donkeycar.parts.needs import Library

logger = logging.getLogger(__name__)

# RealSense has no ready-made library for a Pi with Python 3.11 or 3.13; this one is built from the
# same source by Dreamscale Labs. Its version is fixed: nothing else comes into a car unasked.
PACKAGES = {"aarch64": "dreamscale-pyrealsense2==2.58.4"}


def library(machine: str) -> Library:
    """What must be installed on a computer of this kind, as `platform.machine` names it."""
    return Library("pyrealsense2", pip_install(PACKAGES.get(machine, "pyrealsense2")))


PYREALSENSE2 = library(platform.machine())
#: What must be installed beside donkeycar.
LIBRARIES = (PYREALSENSE2,)
LIBUSB = "sudo apt install -y libusb-1.0-0"

AGAIN = "Plug the camera out and in again"
OPEN_TIMEOUT_S = 15.0
# How long a wait for a frame may keep `shutdown` waiting.
LOOK_MS = 100
RATE_SHARE, RATE_EXCESS = 0.9, 1.1
# Its clock counts microseconds in 32 bits, and begins anew after 72 minutes.
CLOCK_PERIOD_S = 2**32 / 1e6
# How often it is asked for its time: two clocks drift apart by less than 0.5 ms meanwhile.
ASK_EVERY_S = 5.0


class D435Camera(DepthCamera):
    """Frames of a RealSense D435 or one of its family, the newest only, and what belongs to them.

    Of its sizes and rates it takes the smallest that serve, cuts pictures in the middle to the
    proportions of a frame, and scales them down. Depth is aligned with the pictures: the same pixel
    shows the same place.

    Args:
        device_id: Its serial number; ``None`` for the only one that is plugged in.
        colour: Colour pictures; else the grey ones of its left infrared camera, which exposes all
            its pixels at once, and shows the dots of its projector.
        depth: Depth pictures.
        imu: What the motion sensor of a D435i measures.
        exposure_ms: Exposure time, in milliseconds, less than the time of a frame; ``None`` leaves
            it to the camera.
        gain: Amplification at a locked `exposure_ms`, in the camera's own unit; ``None`` leaves it
            as it is.
        white_balance_k: Colour of the light, in kelvin; ``None`` leaves it to the camera.
        open_timeout_s: How long it may take to open, in seconds.
        options: As those of `LiveCamera`. Frames are stamped by the clock of the camera.

    Output shape:
        As those of `Camera`; with depth also `Depth`, ``(height_px, width_px)``; with `imu` then
        six numbers, acceleration in m/s2 along x, y and z and rates of turn in rad/s, and the same
        as two tuples of three. x points to the right of the camera, y down, z ahead.

    Raises:
        DeviceError: If pyrealsense2 is missing, no such camera answers, or its pictures are too
            small.
        ConfigError: If a value is out of its range.

    Example:
        >>> from donkeycar.testing import StubRealSense
        >>> with StubRealSense() as stub:
        ...     camera = D435Camera()
        ...     stub.camera.deliver()
        ...     image, exposed_s, sequence, depth = camera.run()
        ...     camera.shutdown()
        >>> image.shape, depth.shape, sequence
        ((120, 160, 3), (120, 160), 1)
    """

    what_to_check = "Check both ends of its cable, and what `donkey doctor` says"

    def __init__(
        self,
        *,
        device_id: str | None = None,
        colour: bool = True,
        depth: bool = True,
        imu: bool = False,
        exposure_ms: float | None = None,
        gain: float | None = None,
        white_balance_k: int | None = None,
        open_timeout_s: float = OPEN_TIMEOUT_S,
        **options: Unpack[LiveOptions],
    ) -> None:
        super().__init__(**options)
        if not colour and not depth:
            raise ConfigError(
                "`colour` or `depth` must be True: without both there is no picture. Received: "
                "colour=False, depth=False"
            )
        if exposure_ms is not None and not exposure_ms < 1000 / self.framerate_hz:
            raise ConfigError(
                f"`exposure_ms` must be less than the time of a frame, {1000 / self.framerate_hz:g}"
                f" ms. Received: exposure_ms={exposure_ms}"
            )
        if gain is not None and exposure_ms is None:
            raise ConfigError(
                "`gain` must be locked together with `exposure_ms`, because the automatic exposure "
                f"of this camera sets both. Received: gain={gain}"
            )
        if imu:
            self.what_to_check += ", or set REALSENSE_D435_IMU = False"
        self._numbers = {"picture": -1, "depth": -1}
        self._moved_s: float | None = None
        self._rs = _library()
        self._wanted = Wanted(
            (self.width_px, self.height_px), self.framerate_hz, colour, depth, imu, exposure_ms,
            gain, white_balance_k,
        )  # fmt: skip
        self._link = in_time(
            lambda: _opened(self._rs, device_id, self._wanted),
            open_timeout_s, what="The RealSense camera must open", step=AGAIN,
        )  # fmt: skip
        given_hz = self._link.rate_hz
        self._clock = DeviceClock(period_s=CLOCK_PERIOD_S, least_s=1 / given_hz)
        self._ask_s = 0.0
        self._knows_times = True
        self._thinning: Thinning | None = None
        if given_hz > RATE_EXCESS * self.framerate_hz:
            self._thinning = Thinning(self.framerate_hz, given_hz)
        self._tell(given_hz)

    def capture_all(self) -> tuple[Image, float, tuple[Any, ...]] | None:
        """Wait for the next frame of the camera.

        Returns:
            The frame, the start of its exposure, and what belongs to it; ``None`` if none came in
            time, if it or its depth is not new, or if it is more than `framerate_hz` asks for.
        """
        deadline_s = self.clock.monotonic() + self.patience_s
        while not self._stopping.is_set():
            frames = self._take()
            if frames is not None:
                return self._turn(frames)
            if self.clock.monotonic() >= deadline_s:
                return None
        return None

    def shutdown(self) -> None:
        """Stop and close the camera, in bounded time. Safe to call twice."""
        if self._stopping.is_set():
            return
        super().shutdown()
        close_in_time(self._link.close, self.close_timeout_s, "RealSense camera")

    def _take(self) -> Any:
        try:
            frames = self._link.wait(LOOK_MS)
        except RuntimeError as error:
            if self._stopping.is_set():
                return None
            raise self._gone(str(error)) from error
        if frames is None and self._link.removed.is_set() and not self._stopping.is_set():
            raise self._gone("it is gone from the USB bus")
        return frames

    def _gone(self, why: str) -> DeviceError:
        return DeviceError(
            f"The RealSense camera must go on giving pictures. Received: {why.rstrip('.')}. It was "
            f"unplugged, or has too little power. {self.what_to_check}"
        )

    def _turn(self, frames: Any) -> tuple[Image, float, tuple[Any, ...]] | None:
        # Before anything that takes time.
        arrived_s = self.clock.monotonic()
        picture = self._link.picture(frames)
        if not picture or not self._is_new("picture", picture):
            self.repeats += 1
            return None
        exposed_s = self._exposed_s(picture, arrived_s)
        if self._thinning is not None and self._thinning.is_too_many(exposed_s):
            return None
        besides: list[Any] = []
        if self._wanted.depth:
            depth = frames.get_depth_frame()
            if not depth or not self._is_new("depth", depth):
                self.lacking += 1
                return None
            besides.append(self._depth(self._link.aligned_depth(frames)))
        if self._wanted.imu:
            motion = self._motion(arrived_s)
            if motion is None:
                self.lacking += 1
                return None
            besides += [*motion.acceleration, *motion.rotation, *motion]
        return self._image(picture), exposed_s, tuple(besides)

    def _is_new(self, name: str, frame: Any) -> bool:
        """Whether a frame is not the one of the turn before."""
        number = int(frame.get_frame_number())
        is_new = number != self._numbers[name]
        self._numbers[name] = number
        return is_new

    def _exposed_s(self, frame: Any, arrived_s: float) -> float:
        """When its exposure began, or the earliest time that is possible."""
        rs = self._rs
        if frame.get_frame_timestamp_domain() != rs.timestamp_domain.hardware_clock:
            if self._knows_times:
                self._knows_times = False
                logger.warning(
                    "The RealSense camera does not say when its frames were exposed: their ages "
                    "count from %.0f ms before they came", 1000 / self._link.rate_hz,
                )  # fmt: skip
            return arrived_s - 1 / self._link.rate_hz
        exposure_s = 0.0
        if frame.supports_frame_metadata(rs.frame_metadata_value.actual_exposure):
            value = frame.get_frame_metadata(rs.frame_metadata_value.actual_exposure)
            exposure_s = max(0.0, value / 1e6)
        if arrived_s >= self._ask_s:
            self._ask_s = arrived_s + ASK_EVERY_S
            asked_s = self.clock.monotonic()
            device_s = self._link.device_s()
            if device_s is not None:
                self._clock.synchronise(device_s, asked_s=asked_s)
        # The stamp is the end of the exposure, when the picture begins to come.
        return self._clock.seen(frame.get_timestamp() / 1000, arrived_s) - exposure_s

    def _motion(self, now_s: float) -> Motion | None:
        motion, is_new = self._link.motion()
        if is_new or self._moved_s is None:
            self._moved_s = now_s
        if motion is not None and now_s - self._moved_s > self.max_age_s:
            raise DeviceError(
                "The motion sensor of the RealSense camera must go on. Received: nothing new for "
                f"{now_s - self._moved_s:.2f} s. {AGAIN}, or set REALSENSE_D435_IMU = False"
            )
        return motion

    def _image(self, frame: Any) -> Image:
        from PIL import Image as Picture

        seen = np.asanyarray(frame.get_data())
        size = (self.width_px, self.height_px)
        width, height = seen.shape[1], seen.shape[0]
        if width < size[0] or height < size[1]:
            raise DeviceError(
                f"The RealSense camera must give pictures of at least {size[0]}x{size[1]}. "
                f"Received: {width}x{height}. Lower IMAGE_W and IMAGE_H"
            )
        if (width, height) != size:
            # The copy also takes the padding away.
            picture = Picture.fromarray(np.ascontiguousarray(seen))
            box = cut(width, height, *size)
            seen = np.asarray(picture.resize(size, Picture.Resampling.BILINEAR, box=box))
        if seen.ndim == 2:
            seen = np.repeat(seen[:, :, np.newaxis], 3, axis=2)
        return self.turned(seen)

    def _depth(self, frame: Any) -> Depth:
        raw = np.asanyarray(frame.get_data())
        box = cut(raw.shape[1], raw.shape[0], self.width_px, self.height_px)
        small = scaled(raw, box, self.width_px, self.height_px)
        return self.turned_depth(millimetres(small, frame.get_units()))

    def _tell(self, given_hz: float) -> None:
        if given_hz < RATE_SHARE * self.framerate_hz:
            logger.warning(
                "The RealSense camera gives %.3g frames a second of the %.3g of CAMERA_FRAMERATE",
                given_hz, self.framerate_hz,
            )  # fmt: skip
        if self._link.usb.startswith("2"):
            logger.warning(
                "The RealSense camera is on USB 2: it has fewer sizes and rates, and frames come "
                "later. Use a USB 3 cable, in a blue port"
            )


def _library() -> ModuleType:
    try:
        import pyrealsense2
    except ImportError as error:
        if "libusb" in str(error):
            raise DeviceError(
                f"pyrealsense2 needs libusb. Received: {error}. Run `{LIBUSB}`."
            ) from error
        raise PYREALSENSE2.missing("D435Camera", error) from error
    module: ModuleType = pyrealsense2
    return module


def _opened(rs: ModuleType, device_id: str | None, wanted: Wanted) -> Link:
    try:
        return Link(rs, device_id, wanted)
    except DonkeyError:
        raise
    except RuntimeError as error:
        why = str(error).rstrip(".")
        step = f"{AGAIN}. If it may not be opened: {RULE}"
        if "busy" in why.lower():
            step = "End the program that uses it"
        elif "resolve" in why.lower():
            step = f"{CABLE}: on USB 2 it has fewer sizes and rates"
        raise DeviceError(f"The RealSense camera must start. Received: {why}. {step}") from error

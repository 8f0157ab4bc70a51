"""A USB camera, or any other of Video4Linux that gives MJPG or YUYV."""

import logging
import threading
from contextlib import ExitStack, suppress
from typing import Unpack

from donkeycar.driving.moment import AHEAD_S
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.camera import v4l2_abi as abi
from donkeycar.parts.camera.image import Image
from donkeycar.parts.camera.live import LiveCamera, LiveOptions, Thinning
from donkeycar.parts.camera.usb_picture import from_mjpeg, from_yuyv
from donkeycar.parts.camera.v4l2_device import Taken, VideoDevice
from donkeycar.parts.camera.v4l2_nodes import GONE, check, find, refusal

logger = logging.getLogger(__name__)

# How long a wait for a frame may keep `shutdown` waiting.
LOOK_S = 0.1
# If the first frame claims to be older than this, its time stamp comes from another clock.
PLAUSIBLE_AGE_S = 5.0
# If a camera gives less than this share of the rate it was asked for, the log says so.
RATE_SHARE = 0.9
# If it gives more than this, frames are left out.
RATE_EXCESS = 1.1
EXPOSURE_UNIT_MS = 0.1  # V4L2_CID_EXPOSURE_ABSOLUTE counts in 100 microseconds


class V4LCamera(LiveCamera):
    """Frames of a USB camera, the newest only.

    It asks for MJPG, or YUYV where there is none, in the smallest size that covers a frame, if
    possible with the same proportions; what is larger is cut in the middle to the proportions of a
    frame and scaled down. Frames are stamped by the kernel with the start of their exposure, as far
    as the driver knows it. A damaged picture is dropped.

    Args:
        source: Its device file, such as ``/dev/v4l/by-id/...``, or a part of its name; "" for the
            one with the number `camera_index`.
        camera_index: The number of its device file: 0 is /dev/video0.
        exposure_ms: Exposure time, in milliseconds, less than the time of a frame; ``None`` leaves
            it to the camera.
        gain: Amplification, in the camera's own unit; ``None`` leaves it to the camera.
        white_balance_k: Colour of the light, in kelvin; ``None`` leaves it to the camera.
        options: As those of `LiveCamera`. Frames are stamped by the kernel's monotonic clock.

    Raises:
        DeviceError: If no such camera answers, or it gives no pictures that are large enough.
        ConfigError: If a value is out of its range, or the camera cannot lock what was asked.

    Example:
        >>> from donkeycar.testing import VideoKernel
        >>> with VideoKernel() as kernel:
        ...     camera = V4LCamera()
        ...     kernel.camera.deliver()
        ...     image, exposed_s, sequence = camera.run()
        ...     camera.shutdown()
        >>> image.shape, sequence
        ((120, 160, 3), 1)

    Source:
        Linux, Documentation/userspace-api/media/v4l/buffer.rst (time stamps and flags of buffers),
        ext-ctrls-camera.rst (exposure in 100 µs) and control.rst (white balance in kelvin).
    """

    what_to_check = "Check its plug and its cable, and what `donkey doctor` says"

    def __init__(
        self,
        source: str = "",
        *,
        camera_index: int = 0,
        exposure_ms: float | None = None,
        gain: float | None = None,
        white_balance_k: int | None = None,
        **options: Unpack[LiveOptions],
    ) -> None:
        super().__init__(**options)
        #: Pictures that could not be read.
        self.damaged = 0
        self._using = threading.Lock()
        self._stamped_s = 0.0
        self._stamps_usable: bool | None = None
        self._thinning: Thinning | None = None
        self.path = find(source, camera_index)
        with ExitStack() as undo:
            try:
                self._device = VideoDevice(self.path)
                undo.callback(self._device.close)
                self._format = self._agree(check(self._device))
                self._set_rate()
                self._expose(exposure_ms)
                self._amplify(gain, is_exposed=exposure_ms is not None)
                self._balance(white_balance_k)
                self._device.start()
            except (DeviceError, ConfigError):
                raise
            except OSError as error:
                raise refusal(error, self.path) from error
            undo.pop_all()

    def capture(self) -> tuple[Image, float] | None:
        """Wait for the next frame of the camera.

        Returns:
            The frame and the start of its exposure; ``None`` if none came in time, if it is
            damaged, not newer than the last one, or more than `framerate_hz` asks for.
        """
        deadline_s = self.clock.monotonic() + self.patience_s
        while not self._stopping.is_set():
            with self._using:
                if self._stopping.is_set():
                    return None
                taken = self._take()
            if taken is not None:
                return self._frame(taken)
            if self.clock.monotonic() >= deadline_s:
                return None
        return None

    def shutdown(self) -> None:
        """Stop and close the camera, in bounded time. Safe to call twice."""
        if self._stopping.is_set():
            return
        super().shutdown()
        if not self._using.acquire(timeout=self.close_timeout_s):
            logger.error("The camera did not answer for %s s: left open", self.close_timeout_s)
            return
        try:
            self._device.close()
        finally:
            self._using.release()

    def _take(self) -> Taken | None:
        try:
            return self._device.newest(LOOK_S)
        except OSError as error:
            what = "It was unplugged" if error.errno in GONE else "It gave up"
            raise DeviceError(
                f"The camera {self.path} must go on giving pictures. Received: {error.strerror}. "
                f"{what}. {self.what_to_check}"
            ) from error

    def _frame(self, taken: Taken) -> tuple[Image, float] | None:
        # Before anything that takes time.
        arrived_s = self.clock.monotonic()
        if taken.stamped_s is not None:
            if taken.stamped_s <= self._stamped_s:
                self.repeats += 1
                return None
            self._stamped_s = taken.stamped_s
        came_s = arrived_s if taken.stamped_s is None else taken.stamped_s
        if self._thinning is not None and self._thinning.is_too_many(came_s):
            return None
        seen = self._format
        try:
            if seen.pixelformat == abi.fourcc("YUYV"):
                image = from_yuyv(
                    taken.data, (seen.width, seen.height), seen.bytesperline,
                    seen.is_full_range, self.width_px, self.height_px,
                )  # fmt: skip
            else:
                image = from_mjpeg(taken.data, self.width_px, self.height_px)
        except ValueError as error:
            self.damaged += 1
            if self.damaged == 1:
                logger.warning("The camera gave a damaged picture, which is dropped: %s", error)
            return None
        return self.turned(image), self._exposed_s(taken, arrived_s)

    def _exposed_s(self, taken: Taken, arrived_s: float) -> float:
        """When its exposure began, or the earliest time that is possible."""
        # Without a stamp of the start, a frame was exposed up to one frame's time before it came.
        frame_s = 1 / self.framerate_hz
        if self._stamps_usable is None:
            age_s = None if taken.stamped_s is None else arrived_s - taken.stamped_s
            self._stamps_usable = age_s is not None and -AHEAD_S <= age_s <= PLAUSIBLE_AGE_S
            if not self._stamps_usable:
                logger.warning(
                    "The camera %s does not say when its frames were exposed: their ages count "
                    "from %.0f ms before they came",
                    self.path, 1000 * frame_s,
                )  # fmt: skip
        if taken.stamped_s is None or not self._stamps_usable:
            return arrived_s - frame_s
        return taken.stamped_s if taken.at_start else taken.stamped_s - frame_s

    def _agree(self, pixel_format: str) -> abi.Format:
        """Agree with the driver on a size that covers a frame."""
        wanted_w, wanted_h = self.width_px, self.height_px
        sizes = self._device.sizes(pixel_format, wanted_w, wanted_h)
        covering = [size for size in sizes if size[0] >= wanted_w and size[1] >= wanted_h]

        def rank(size: tuple[int, int]) -> tuple[bool, int]:
            # Nothing is cut off a picture of the same proportions.
            off = abs(size[0] * wanted_h - size[1] * wanted_w)
            return off > 0.01 * size[0] * wanted_h, size[0] * size[1]

        asked = min(covering, key=rank) if covering else max(sizes, default=(wanted_w, wanted_h))
        given = self._device.set_format(pixel_format, *asked)
        word = abi.word(given.pixelformat)
        if given.width < wanted_w or given.height < wanted_h or word != pixel_format:
            raise DeviceError(
                f"The camera {self.path} must give {pixel_format} pictures of at least "
                f"{wanted_w}x{wanted_h}. Received: {word} of {given.width}x{given.height}. Lower "
                "IMAGE_W and IMAGE_H"
            )
        return given

    def _set_rate(self) -> None:
        # In the dark, many cameras would take longer for a picture than the rate allows.
        with suppress(OSError):
            if self._device.control(abi.EXPOSURE_AUTO_PRIORITY):
                self._device.set_control(abi.EXPOSURE_AUTO_PRIORITY, 0)
        given_hz = self._device.set_rate(self.framerate_hz)
        if given_hz is not None and given_hz < RATE_SHARE * self.framerate_hz:
            logger.warning(
                "The camera %s gives %.3g frames a second of the %.3g of CAMERA_FRAMERATE",
                self.path, given_hz, self.framerate_hz,
            )  # fmt: skip
        if given_hz is not None and given_hz > RATE_EXCESS * self.framerate_hz:
            self._thinning = Thinning(self.framerate_hz, given_hz)

    def _expose(self, exposure_ms: float | None) -> None:
        if exposure_ms is None:
            self._to_default(abi.EXPOSURE_AUTO)
            return
        frame_ms = 1000 / self.framerate_hz
        if not exposure_ms < frame_ms:
            raise ConfigError(
                f"`exposure_ms` must be less than the time of a frame, {frame_ms:g} ms. Received: "
                f"exposure_ms={exposure_ms}"
            )
        self._set("exposure_ms", exposure_ms, abi.EXPOSURE_AUTO, abi.EXPOSURE_MANUAL)
        value = round(exposure_ms / EXPOSURE_UNIT_MS)
        self._set("exposure_ms", exposure_ms, abi.EXPOSURE_ABSOLUTE, value, EXPOSURE_UNIT_MS)

    def _amplify(self, gain: float | None, *, is_exposed: bool) -> None:
        if gain is None:
            self._to_default(abi.GAIN)
            return
        if self._device.control(abi.AUTOGAIN):
            self._set("gain", gain, abi.AUTOGAIN, 0)
        elif not is_exposed:
            raise ConfigError(
                f"`gain` must be locked together with `exposure_ms` for the camera {self.path}, "
                f"because its automatic exposure sets both. Received: gain={gain}"
            )
        self._set("gain", gain, abi.GAIN, round(gain))

    def _balance(self, white_balance_k: int | None) -> None:
        if white_balance_k is None:
            self._to_default(abi.WHITE_BALANCE_AUTO)
            return
        self._set("white_balance_k", white_balance_k, abi.WHITE_BALANCE_AUTO, 0)
        value = white_balance_k
        self._set("white_balance_k", white_balance_k, abi.WHITE_BALANCE_TEMPERATURE, value)

    def _to_default(self, number: int) -> None:
        """Undo what another program has set: a camera keeps it until it is unplugged."""
        # Nobody asked for it: a camera that refuses it keeps what it has.
        with suppress(OSError):
            allowed = self._device.control(number)
            if allowed is not None:
                self._device.set_control(number, allowed.default_value)

    def _set(self, name: str, wanted: float, number: int, value: int, unit: float = 1) -> None:
        """Turn a knob for the argument `name`."""
        cannot = ConfigError(
            f"`{name}` must be None for the camera {self.path}, which cannot lock it. "
            f"Received: {name}={wanted}"
        )
        allowed = self._device.control(number)
        if allowed is None:
            raise cannot
        if not allowed.minimum <= value <= allowed.maximum:
            raise ConfigError(
                f"`{name}` must be from {allowed.minimum * unit:g} to {allowed.maximum * unit:g} "
                f"for the camera {self.path}. Received: {name}={wanted}"
            )
        try:
            self._device.set_control(number, value)
        except OSError as error:
            if error.errno in GONE:
                raise
            raise cannot from error

    def _advice(self) -> str:
        damaged = self.damaged + self._device.damaged
        told = f". {damaged} pictures were damaged" if damaged else ""
        return told + super()._advice()

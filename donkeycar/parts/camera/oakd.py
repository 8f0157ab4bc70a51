"""The OAK-D of Luxonis: colour pictures, and the depth that it measures with two grey cameras."""

import logging
from types import ModuleType
from typing import Any, Unpack

from donkeycar.commands import pip_install
from donkeycar.driving.moment import AHEAD_S
from donkeycar.errors import ConfigError, DeviceError, DonkeyError
from donkeycar.parts.camera.bounded import close_in_time, in_time
from donkeycar.parts.camera.depth_camera import DepthCamera
from donkeycar.parts.camera.image import Image
from donkeycar.parts.camera.live import LiveOptions
from donkeycar.parts.camera.oakd_link import Link2, Link3, choose, id_of, link_class
from donkeycar.parts.camera.oakd_message import depth_of, image_of
from donkeycar.parts.camera.oakd_pipeline import Wanted, build
from donkeycar.parts.camera.usb_bus import usb_devices
from donkeycar.parts.finding import MISSING, OK, Finding
from donkeycar.parts.needs import Library, Runner

logger = logging.getLogger(__name__)

DEPTHAI = Library("depthai", pip_install("depthai<3"))
#: What must be installed beside donkeycar.
LIBRARIES = (DEPTHAI,)

# Number of the maker of its processor, Movidius, on the USB bus.
VENDOR = "03e7"
RULE = (
    "echo 'SUBSYSTEM==\"usb\", ATTRS{idVendor}==\"03e7\", MODE=\"0666\"' | sudo tee "
    "/etc/udev/rules.d/80-movidius.rules && sudo udevadm control --reload-rules && "
    "sudo udevadm trigger"
)  # fmt: skip
MODES = ("isp", "video")
# It loads its program over USB first, which takes some seconds.
OPEN_TIMEOUT_S = 25.0
# What its controls take; source: depthai 3.12.0, CameraControl.
LONGEST_EXPOSURE_MS, BLUEST_K, MOST_GAIN = 33.0, 12000, 16
# How often it is asked for a new frame.
POLL_S = 0.002
# If a frame claims to be older than this, its time stamp comes from another clock.
PLAUSIBLE_AGE_S = 5.0
AGAIN = "Plug the camera out and in again"


class OakDCamera(DepthCamera):
    """Frames of an OAK-D, the newest only, and the distance of each of their pixels.

    Pictures show all that its colour camera sees, cut in the middle to the proportions of a frame.
    Depth is aligned with them by the camera: the same pixel shows the same place. A frame and its
    depth are of the same moment, or are dropped.

    Args:
        device_id: Its serial number; ``None`` for the only one that is plugged in.
        colour: Colour pictures; else the grey ones of its right camera, which sees more in motion,
            because all its pixels are exposed at once.
        depth: Depth pictures.
        output_mode: ``"isp"`` scales the whole picture, ``"video"`` cuts a window of at least
            640x480 pixels of the sensor out of it.
        isp_scale_num: Numerator of the scale of mode ``"isp"``, 1 to 16.
        isp_scale_den: Its denominator, 1 to 63.
        sensor_crop_x: Left edge of the window of mode ``"video"``, 0 to 1 of the width.
        sensor_crop_y: Upper edge of that window, 0 to 1 of the height. If both are ``None``, the
            window is in the middle.
        exposure_ms: Exposure time, in milliseconds, at most 33 and at most the time of a frame;
            ``None`` leaves it to the camera.
        gain: Amplification of the sensor at a locked `exposure_ms`, 1 to 16 times; ``None`` is 4.
        white_balance_k: Colour of the light, in kelvin; ``None`` leaves it to the camera.
        open_timeout_s: How long it may take to open, in seconds.
        options: As those of `LiveCamera`. Frames are stamped with the start of their exposure, by
            a clock that the library keeps in step with the monotonic one of this computer.

    Output shape:
        As those of `Camera`; with depth also `Depth`, ``(height_px, width_px)``.

    Raises:
        DeviceError: If depthai is missing, no such camera answers, or it cannot do what is asked.
        ConfigError: If a value is out of its range.

    Example:
        >>> from donkeycar.testing import StubDepthAI
        >>> with StubDepthAI() as stub:
        ...     camera = OakDCamera()
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
        output_mode: str = "isp",
        isp_scale_num: int = 1,
        isp_scale_den: int = 6,
        sensor_crop_x: float | None = None,
        sensor_crop_y: float | None = None,
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
        if output_mode not in MODES:
            raise ConfigError(
                f"`output_mode` must be one of {', '.join(MODES)}. Received: "
                f"output_mode={output_mode!r}"
            )
        most_ms = min(LONGEST_EXPOSURE_MS, 1000 / self.framerate_hz)
        if exposure_ms is not None and not exposure_ms <= most_ms:
            raise ConfigError(
                f"`exposure_ms` must be at most {most_ms:g} at this rate. Received: "
                f"exposure_ms={exposure_ms}"
            )
        if gain is not None and exposure_ms is None:
            raise ConfigError(
                "`gain` must be locked together with `exposure_ms`, because the automatic exposure "
                f"of this camera sets both. Received: gain={gain}"
            )
        if gain is not None and not 1 <= gain <= MOST_GAIN:
            raise ConfigError(f"`gain` must be from 1 to {MOST_GAIN}. Received: gain={gain}")
        if white_balance_k is not None and not white_balance_k <= BLUEST_K:
            raise ConfigError(
                f"`white_balance_k` must be at most {BLUEST_K}. Received: "
                f"white_balance_k={white_balance_k}"
            )
        self._stamped_s = -1.0
        self._depth_stamped_s = -1.0
        self._stamps_usable: bool | None = None
        self._has_depth = depth
        self._dai = _library()
        link = link_class(self._dai.__version__)
        wanted = Wanted(
            self.width_px, self.height_px, self.framerate_hz, colour, depth, output_mode,
            (isp_scale_num, isp_scale_den), (sensor_crop_x, sensor_crop_y),
            exposure_ms, gain, white_balance_k,
        )  # fmt: skip
        self._link = in_time(
            lambda: _opened(self._dai, link, device_id, wanted),
            open_timeout_s, what="The OAK-D must open", step=AGAIN,
        )  # fmt: skip
        if self._link.usb_speed in ("LOW", "FULL", "HIGH"):
            logger.warning(
                "The OAK-D is on USB 2: frames come later. Use a USB 3 cable, in a blue port"
            )

    def capture_all(self) -> tuple[Image, float, tuple[Any, ...]] | None:
        """Wait for the next frame of the camera.

        Returns:
            The frame, the start of its exposure and its depth; ``None`` if none came in time, or
            if it or its depth is not newer than the last one.
        """
        deadline_s = self.clock.monotonic() + self.patience_s
        while not self._stopping.is_set():
            message = self._take()
            if message is not None:
                return self._frame(message)
            if self.clock.monotonic() >= deadline_s:
                return None
            self.clock.sleep(POLL_S)
        return None

    def shutdown(self) -> None:
        """Stop and close the camera, in bounded time. Safe to call twice."""
        if self._stopping.is_set():
            return
        super().shutdown()
        close_in_time(self._link.close, self.close_timeout_s, "OAK-D")

    def _take(self) -> Any:
        try:
            message = self._link.newest()
            is_gone = message is None and self._link.is_closed
        except Exception as error:  # each version of depthai has its own
            if self._stopping.is_set():
                return None
            raise self._gone(str(error)) from error
        if is_gone and not self._stopping.is_set():
            raise self._gone("its connection was closed")
        return message

    def _gone(self, why: str) -> DeviceError:
        return DeviceError(
            f"The OAK-D must go on giving pictures. Received: {why.rstrip('.')}. It was unplugged, "
            f"has too little power, or its program ended. {self.what_to_check}"
        )

    def _frame(self, message: Any) -> tuple[Image, float, tuple[Any, ...]] | None:
        # Before anything that takes time.
        arrived_s = self.clock.monotonic()
        picture = message["picture"] if self._has_depth else message
        stamped_s = self._stamp_s(picture)
        if stamped_s <= self._stamped_s:
            self.repeats += 1
            return None
        self._stamped_s = stamped_s
        if self._has_depth:
            depth_stamped_s = self._stamp_s(message["depth"])
            if depth_stamped_s <= self._depth_stamped_s:
                self.lacking += 1
                return None
            self._depth_stamped_s = depth_stamped_s
        size = (self.width_px, self.height_px)
        besides: tuple[Any, ...] = ()
        try:
            image = self.turned(image_of(picture, *size))
            if self._has_depth:
                depth = depth_of(message["depth"], self._link.view, *size)
                besides = (self.turned_depth(depth),)
        except ValueError as error:
            raise DeviceError(
                f"The OAK-D must give whole pictures of at least {size[0]}x{size[1]}. Received: "
                f"{error}. Lower IMAGE_W and IMAGE_H"
            ) from error
        return image, self._exposed_s(stamped_s, arrived_s), besides

    def _stamp_s(self, message: Any) -> float:
        start = self._dai.CameraExposureOffset.START
        stamped_s: float = message.getTimestamp(start).total_seconds()
        return stamped_s

    def _exposed_s(self, stamped_s: float, arrived_s: float) -> float:
        if self._stamps_usable is None:
            self._stamps_usable = -AHEAD_S <= arrived_s - stamped_s <= PLAUSIBLE_AGE_S
            if not self._stamps_usable:
                logger.warning(
                    "The OAK-D stamps frames with another clock (%.1f s away): their ages count "
                    "from one frame's time before they came", arrived_s - stamped_s,
                )  # fmt: skip
        return stamped_s if self._stamps_usable else arrived_s - 1 / self.framerate_hz


def _library() -> ModuleType:
    try:
        import depthai
    except ImportError as error:
        raise DEPTHAI.missing("OakDCamera", error) from error
    module: ModuleType = depthai
    return module


def _opened(
    dai: ModuleType, link: type[Link2] | type[Link3], device_id: str | None, wanted: Wanted
) -> Link2 | Link3:
    info = choose(dai, device_id)
    try:
        return link(
            dai,
            info,
            lambda dai, pipeline, features, lens: build(dai, pipeline, features, wanted, lens),
        )
    except DonkeyError:
        raise
    except Exception as error:  # each version of depthai has its own
        rule = f". If it may not be opened: {RULE}" if "permission" in str(error).lower() else ""
        raise DeviceError(
            f"The OAK-D {id_of(info)} must start. Received: {str(error).rstrip('.')}{rule}. {AGAIN}"
        ) from error


def probe(*, device_id: str | None, run: Runner) -> Finding:
    """Look for the camera on the USB bus, without opening it.

    Before it is opened, it is a bare processor on USB 2 and does not say its serial number.

    Args:
        device_id: Its serial number; not known before it is opened.
        run: Runs a command; not used.
    """
    found = usb_devices(VENDOR)
    if not found:
        return Finding(
            "camera", MISSING, "no OAK-D is on the USB bus",
            "plug it in, with the cable that came with it; if it is, try another port or cable",
        )  # fmt: skip
    if not all(device.may_be_used for device in found):
        return Finding("camera", MISSING, "this user may not use the OAK-D", RULE)
    if len(found) > 1 and device_id is None:
        return Finding(
            "camera", MISSING, f"{len(found)} OAK-D cameras are plugged in, and OAKD_ID is None",
            "set OAKD_ID to the serial number of one; it is on its case",
        )  # fmt: skip
    return Finding("camera", OK, f"an OAK-D, {found[0].name or 'Movidius'}")

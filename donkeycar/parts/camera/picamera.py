"""The Raspberry Pi camera, through picamera2.

The thread of picamera2 copies every frame into a slot that holds only the newest one. There is no
queue, so a frame is never older than necessary.
"""

import logging
import re
import threading
from contextlib import ExitStack
from typing import Any, Unpack

import numpy as np

from donkeycar.commands import pip_install
from donkeycar.errors import DeviceError
from donkeycar.parts.camera.image import Image
from donkeycar.parts.camera.live import LiveCamera, LiveOptions
from donkeycar.parts.camera.pi_locks import lock_controls
from donkeycar.parts.camera.refusal import reasons, refusal
from donkeycar.parts.camera.sensor_mode import sensor_mode
from donkeycar.parts.finding import MISSING, OK, Finding
from donkeycar.parts.needs import Library, Runner

logger = logging.getLogger(__name__)

PICAMERA2 = Library(
    "picamera2",
    "sudo apt install -y python3-picamera2 --no-install-recommends",
    hint="Make the virtual environment with `python3 -m venv --system-site-packages`: picamera2 "
    "comes from apt, not from pip",
)
#: What must be installed beside donkeycar.
LIBRARIES = (PICAMERA2,)

# Programs of the system that list the cameras; the second is how the first was called until 2023.
LISTERS = ("rpicam-hello", "libcamera-hello")
CABLE = "Check the ribbon cable at both ends, and what `rpicam-hello --list-cameras` says"

# Fewer than three stall the pipeline; more only add memory.
BUFFERS = 4

# If the first frame claims to be older than this, or from the future, its time stamp comes from
# another clock.
PLAUSIBLE_AGE_S = 5.0


class PiCamera(LiveCamera):
    """Frames of a camera on the ribbon cable of a Raspberry Pi.

    It asks the sensor for its full field of view and for exactly `framerate_hz`, flips the picture
    in the image processor, where that costs no time, and stamps every frame with the start of its
    exposure.

    Args:
        camera_index: Which camera, as ``rpicam-hello --list-cameras`` counts them.
        exposure_ms: Exposure time, in milliseconds, less than the time of a frame; ``None`` leaves
            it to the camera.
        gain: Amplification of the sensor, 1 or more times; ``None`` leaves it to the camera.
        white_balance_k: Colour of the light, in kelvin; ``None`` leaves it to the camera.
        red_gain: Amplification of red, with `blue_gain` instead of `white_balance_k`.
        blue_gain: Amplification of blue.
        options: As those of `LiveCamera`. Frames are stamped by the kernel's monotonic clock.

    Raises:
        DeviceError: If picamera2 is missing, no camera answers, or it gives other pictures than
            requested.
        ConfigError: If the sensor cannot deliver `framerate_hz`, or a value is out of its range.

    Example:
        >>> from donkeycar.testing import StubPicamera2
        >>> with StubPicamera2() as stub:
        ...     camera = PiCamera(framerate_hz=20)
        ...     stub.camera.deliver()
        ...     image, exposed_s, sequence = camera.run()
        ...     camera.shutdown()
        >>> image.shape, sequence
        ((120, 160, 3), 1)

    Source:
        Raspberry Pi Ltd, "The Picamera2 Library", 2024; libcamera's definition of
        ``SensorTimestamp``, which is taken at the end of the first line's exposure.
    """

    what_to_check = "Check both ends of the ribbon cable, and that `rpicam-hello` shows a picture"

    def __init__(
        self,
        *,
        camera_index: int = 0,
        exposure_ms: float | None = None,
        gain: float | None = None,
        white_balance_k: int | None = None,
        red_gain: float | None = None,
        blue_gain: float | None = None,
        **options: Unpack[LiveOptions],
    ) -> None:
        super().__init__(**options)
        self._arrived = threading.Condition()
        self._slot: tuple[Image, dict[str, Any], float] | None = None
        self._callback_error: Exception | None = None
        self._stamped_ns = -1
        self._stamps_usable: bool | None = None
        self._camera = _open(camera_index)
        with ExitStack() as undo:
            undo.callback(self._close)
            try:
                locks = lock_controls(
                    self._camera.camera_controls,
                    framerate_hz=self.framerate_hz,
                    exposure_ms=exposure_ms,
                    gain=gain,
                    white_balance_k=white_balance_k,
                    red_gain=red_gain,
                    blue_gain=blue_gain,
                )
                self._configure(locks)
                self._camera.post_callback = self._keep
                self._camera.start()
            except RuntimeError as error:
                raise DeviceError(
                    f"The camera must start. Received: {reasons(error)}. {self.what_to_check}"
                ) from error
            undo.pop_all()

    def capture(self) -> tuple[Image, float] | None:
        """Wait for the next frame of the sensor.

        Returns:
            The frame and the start of its exposure; ``None`` if none came in time, or if it is not
            newer than the last one.
        """
        with self._arrived:
            self._arrived.wait_for(self._something_happened, self.patience_s)
            slot, self._slot = self._slot, None
        if self._callback_error is not None:
            raise self._callback_error
        if slot is None:
            return None
        image, metadata, arrived_s = slot
        stamped_ns = metadata.get("SensorTimestamp")
        if stamped_ns is not None:
            if stamped_ns <= self._stamped_ns:
                self.repeats += 1
                return None
            self._stamped_ns = stamped_ns
        # The driver may round a size up, and rows are padded: keep only the requested size.
        wanted = np.ascontiguousarray(image[: self.height_px, : self.width_px])
        return wanted, self._exposed_s(stamped_ns, metadata.get("ExposureTime", 0), arrived_s)

    def shutdown(self) -> None:
        """Stop and close the camera, in bounded time. Safe to call twice."""
        if self._stopping.is_set():
            return
        super().shutdown()
        with self._arrived:
            self._arrived.notify_all()
        self._close()

    def _configure(self, locks: dict[str, Any]) -> None:
        from libcamera import Transform

        # An odd size would be rounded down.
        asked = (self.width_px + self.width_px % 2, self.height_px + self.height_px % 2)
        frame_us = round(1e6 / self.framerate_hz)
        mode = sensor_mode(self._camera.sensor_modes, size=asked, framerate_hz=self.framerate_hz)
        extra = {}
        if mode is not None:
            extra["sensor"] = {"output_size": mode["size"], "bit_depth": mode["bit_depth"]}
        self._camera.configure(
            self._camera.create_video_configuration(
                # picamera2 names the bytes from last to first: BGR888 is R, G, B in memory.
                main={"size": asked, "format": "BGR888"},
                transform=Transform(hflip=self.hflip, vflip=self.vflip),
                buffer_count=BUFFERS,
                controls={"FrameDurationLimits": (frame_us, frame_us), **locks},
                queue=False,
                **extra,
            )
        )
        main = self._camera.camera_configuration()["main"]
        got_width_px, got_height_px = main["size"]
        if main["format"] != "BGR888" or got_width_px < asked[0] or got_height_px < asked[1]:
            raise DeviceError(
                f"The camera must give BGR888 pictures of at least {asked[0]}x{asked[1]}. "
                f"Received: {main['format']}, {got_width_px}x{got_height_px}. Choose another "
                f"IMAGE_W and IMAGE_H"
            )

    def _keep(self, request: Any) -> None:
        """Copy a completed frame into the slot; runs in the thread of picamera2."""
        try:
            kept = (request.make_array("main"), request.get_metadata(), self.clock.monotonic())
        except Exception as error:
            # An exception here would end picamera2's thread silently, and `stop` would then wait
            # for that thread for ever. So our thread raises it instead.
            self._callback_error = error
            kept = None
        with self._arrived:
            self._slot = kept
            self._arrived.notify_all()

    def _something_happened(self) -> bool:
        return self._slot is not None or self._callback_error is not None or self._stopping.is_set()

    def _exposed_s(self, stamped_ns: int | None, exposure_us: int, arrived_s: float) -> float:
        if stamped_ns is None:
            self._stamps_usable = False
            return arrived_s
        exposed_s = stamped_ns / 1e9 - exposure_us / 1e6
        if self._stamps_usable is None:
            self._stamps_usable = 0 <= arrived_s - exposed_s <= PLAUSIBLE_AGE_S
            if not self._stamps_usable:
                logger.warning(
                    "The camera stamps frames with another clock (%.1f s away): their ages count "
                    "from their arrival",
                    arrived_s - exposed_s,
                )
        return exposed_s if self._stamps_usable else arrived_s

    def _close(self) -> None:
        """Close in a thread: libcamera waits for ever for a sensor that hangs."""
        self._camera.post_callback = None
        closer = threading.Thread(target=self._camera.close, name="PiCamera close", daemon=True)
        closer.start()
        closer.join(self.close_timeout_s)
        if closer.is_alive():
            logger.error("The camera did not close within %s s: left open", self.close_timeout_s)


def _open(camera_index: int) -> Any:
    try:
        from picamera2 import Picamera2
    except ImportError as error:
        raise PICAMERA2.missing("PiCamera", error) from error
    except ValueError as error:
        # The simplejpeg of apt is compiled for numpy 1, and raises this error under numpy 2.
        raise DeviceError(
            f"picamera2 must fit the numpy it finds. Received: {error}. "
            f"Run `{pip_install('-U', 'simplejpeg')}`."
        ) from error
    try:
        return Picamera2(camera_index)
    except (IndexError, RuntimeError) as error:
        # IndexError: no camera is connected. RuntimeError: any other reason, which its cause names.
        raise refusal(error, camera_index=camera_index, what_to_check=CABLE) from error


def probe(*, camera_index: int, run: Runner) -> Finding:
    """Ask the system for its cameras, without opening one.

    Args:
        camera_index: Which camera, as ``rpicam-hello --list-cameras`` counts them.
        run: Runs a command.
    """
    listed = next((text for name in LISTERS if (text := run([name, "--list-cameras"]))), "")
    cameras = re.findall(r"^(\d+) : .*", listed, re.MULTILINE)
    for line in listed.splitlines():
        if line.startswith(f"{camera_index} : "):
            return Finding("camera", OK, line)
    if cameras:
        return Finding(
            "camera",
            MISSING,
            f"no camera has the number {camera_index}; there are {', '.join(cameras)}",
            "set CAMERA_INDEX to one of these",
        )
    return Finding(
        "camera",
        MISSING,
        "no camera answers",
        "switch the Pi off and press both ends of the ribbon cable in; then: rpicam-hello "
        "--list-cameras",
    )

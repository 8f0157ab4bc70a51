"""Frames and sensors of the stub of ``pyrealsense2``: modes, options, padded rows.

Sources: as those of `donkeycar.testing.realsense`.

Not modelled: what is not modelled there.
"""

from enum import Enum
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Stream = Enum("Stream", "any depth color infrared accel gyro")
Format = Enum("Format", "any z16 rgb8 y8 motion_xyz32f")
TimestampDomain = Enum("TimestampDomain", "hardware_clock system_time global_time")
MetadataValue = Enum("MetadataValue", "actual_exposure frame_timestamp")
CameraInfo = Enum("CameraInfo", "name serial_number usb_type_descriptor")
Option = Enum(
    "Option",
    "global_time_enabled auto_exposure_priority enable_auto_exposure exposure gain "
    "enable_auto_white_balance white_balance",
)

# Value of the padding, and of bytes that were given back: no colour of a test.
PADDING = 0xAA
# The clock of the device counts microseconds in 32 bits.
CLOCK_PERIOD_S = 2**32 / 1e6

Mode = tuple[int, int, tuple[int, ...]]
# Width, height and rates. Source: D400 datasheet, tables of depth and colour formats.
USB_3: dict[str, tuple[Mode, ...]] = {
    "depth": (
        (256, 144, (90,)), (424, 240, (6, 15, 30, 60, 90)), (480, 270, (6, 15, 30, 60, 90)),
        (640, 360, (6, 15, 30, 60, 90)), (640, 480, (6, 15, 30, 60, 90)),
        (848, 480, (6, 15, 30, 60, 90)), (1280, 720, (6, 15, 30)),
    ),
    "color": (
        (320, 180, (6, 30, 60)), (320, 240, (6, 30, 60)), (424, 240, (6, 15, 30, 60)),
        (640, 360, (6, 15, 30, 60)), (640, 480, (6, 15, 30, 60)), (848, 480, (6, 15, 30, 60)),
        (1280, 720, (6, 15, 30)), (1920, 1080, (6, 15, 30)),
    ),
}  # fmt: skip
USB_2: dict[str, tuple[Mode, ...]] = {
    "depth": ((480, 270, (6, 15)), (640, 480, (6, 15)), (1280, 720, (6,))),
    "color": ((424, 240, (6, 15)), (640, 480, (6, 15)), (1280, 720, (6, 15))),
}
MOTION = {"accel": (100, 200), "gyro": (200, 400)}
RANGES = {"exposure": (1, 10000), "gain": (0, 128), "white_balance": (2800, 6500)}


class Profile:
    """``rs.stream_profile``: a mode of a stream."""

    def __init__(
        self, stream: Any, kind: Any, fps: int, size: tuple[int, int] = (0, 0), index: int = 0
    ) -> None:
        self._stream, self._kind, self._fps, self._index = stream, kind, fps, index
        self._size = size

    def stream_type(self) -> Any:
        """What it shows."""
        return self._stream

    def stream_index(self) -> int:
        """Which of several."""
        return self._index

    def format(self) -> Any:
        """The kind of its values."""
        return self._kind

    def fps(self) -> int:
        """Values a second."""
        return self._fps

    def as_video_stream_profile(self) -> Any:
        """With its size."""
        width, height = self._size
        return SimpleNamespace(width=lambda: width, height=lambda: height)


class Sensor:
    """``rs.sensor``: depth, colour or motion."""

    def __init__(self, kind: str, profiles: list[Profile], lacking: tuple[str, ...]) -> None:
        self.kind, self._profiles, self._lacking = kind, profiles, lacking
        self.set: dict[str, float] = {}

    def get_stream_profiles(self) -> list[Profile]:
        """Return its modes."""
        return self._profiles

    def is_depth_sensor(self) -> bool:
        """Whether it measures depth."""
        return self.kind == "depth"

    def is_motion_sensor(self) -> bool:
        """Whether it measures motion."""
        return self.kind == "motion"

    def supports(self, option: Any) -> bool:
        """Whether it has an option."""
        balance = option.name.endswith("white_balance")
        has = self.kind == "color" or (self.kind == "depth" and not balance)
        return (has or option is Option.global_time_enabled) and option.name not in self._lacking

    def get_option_range(self, option: Any) -> Any:
        """Return what an option takes."""
        low, high = RANGES[option.name]
        return SimpleNamespace(min=float(low), max=float(high * (20 if self._fine(option) else 1)))

    def set_option(self, option: Any, value: float) -> None:
        """Set an option, within its range."""
        assert self.supports(option), option.name
        if option.name in RANGES:
            allowed = self.get_option_range(option)
            assert allowed.min <= value <= allowed.max, option.name
        self.set[option.name] = value

    def _fine(self, option: Any) -> bool:
        # The exposure of the depth sensor counts in microseconds.
        return self.kind == "depth" and option is Option.exposure


class StubFrame:
    """``rs.video_frame``, ``rs.depth_frame`` or none of them."""

    def __init__(
        self, rows: NDArray[Any] | None, number: int, stamp_ms: float, domain: Any,
        unit_m: float, exposure_us: int,
    ) -> None:  # fmt: skip
        self.rows, self._number, self._stamp_ms, self._domain = rows, number, stamp_ms, domain
        self._unit_m, self._exposure_us = unit_m, exposure_us

    def __bool__(self) -> bool:
        return self.rows is not None

    def get_data(self) -> NDArray[Any]:
        """Return its values, in rows that may be padded; they change once it is released."""
        assert self.rows is not None
        return self.rows

    def get_frame_number(self) -> int:
        """Return its number."""
        return self._number

    def get_timestamp(self) -> float:
        """Return its stamp, in milliseconds."""
        return self._stamp_ms

    def get_frame_timestamp_domain(self) -> Any:
        """Return which clock stamped it."""
        return self._domain

    def supports_frame_metadata(self, value: Any) -> bool:
        """Whether the device tells this of a frame."""
        return self._domain is TimestampDomain.hardware_clock

    def get_frame_metadata(self, value: Any) -> int:
        """Return the exposure, in microseconds."""
        assert value is MetadataValue.actual_exposure
        return self._exposure_us

    def get_units(self) -> float:
        """Return the unit of the depth, in metres."""
        return self._unit_m


class StubFrames:
    """``rs.composite_frame``: frames of the same moment."""

    def __init__(self, frames: dict[str, Any]) -> None:
        self.frames = frames

    def _frame(self, name: str) -> Any:
        return self.frames.get(name) or StubFrame(None, 0, 0.0, None, 0.0, 0)

    def get_color_frame(self) -> Any:
        """Return the picture."""
        return self._frame("color")

    def get_infrared_frame(self, index: int = 0) -> Any:
        """Return the picture of the left infrared camera."""
        return self._frame("infrared")

    def get_depth_frame(self) -> Any:
        """Return the depth."""
        return self._frame("depth")

    def first_or_default(self, stream: Any) -> Any:
        """Return the frame of a stream."""
        return self._frame(stream.name)

    def size(self) -> int:
        """Return how many frames there are."""
        return len(self.frames)


class StubAlign:
    """``rs.align``: depth as the colour camera sees it."""

    def __init__(self, stream: Any) -> None:
        assert stream is Stream.color

    def process(self, frames: StubFrames) -> StubFrames:
        """Scale the depth to the size of the picture."""
        color, depth = frames.frames["color"], frames.frames["depth"]
        height, width = color.rows.shape[:2]
        rows = np.arange(height) * depth.rows.shape[0] // height
        columns = np.arange(width) * depth.rows.shape[1] // width
        aligned = StubFrame(
            depth.rows[np.ix_(rows, columns)], depth.get_frame_number(), depth.get_timestamp(),
            depth.get_frame_timestamp_domain(), depth.get_units(), 0,
        )  # fmt: skip
        return StubFrames({"color": color, "depth": aligned})


def padded(seen: NDArray[Any], align_bytes: int) -> NDArray[Any]:
    """The values in rows that are a multiple of so many bytes long."""
    height, width = seen.shape[:2]
    pixel = seen.itemsize * (seen.shape[2] if seen.ndim == 3 else 1)
    stride = -(-width * pixel // align_bytes) * align_bytes
    data = np.full((height, stride), PADDING, np.uint8)
    strides = (stride, pixel, 1) if seen.ndim == 3 else (stride, pixel)
    rows = np.ndarray(seen.shape, seen.dtype, data, strides=strides)
    rows[:] = seen
    return rows


def motion_frames(acceleration: Any, rotation: Any) -> dict[str, Any]:
    """Frames of the motion sensor."""

    def frame(values: Any) -> Any:
        data = SimpleNamespace(x=values[0], y=values[1], z=values[2])
        motion = SimpleNamespace(get_motion_data=lambda: data)
        return SimpleNamespace(as_motion_frame=lambda: motion)

    return {"accel": frame(acceleration), "gyro": frame(rotation)}


def sensors_of(stub: Any) -> dict[str, Sensor]:
    """The sensors of a device, with the modes that its USB allows."""
    modes = stub.modes or (USB_2 if stub.usb.startswith("2") else USB_3)

    def video(name: str, stream: Any, kind: Any, index: int = 0) -> list[Profile]:
        return [
            Profile(stream, kind, fps, (width, height), index)
            for width, height, rates in modes[name]
            for fps in rates
        ]

    lacking = stub.lacking_options
    depth = video("depth", Stream.depth, Format.z16)
    depth += video("depth", Stream.infrared, Format.y8, 1)
    depth += video("depth", Stream.infrared, Format.y8, 2)
    sensors = {
        "depth": Sensor("depth", depth, lacking),
        "color": Sensor("color", video("color", Stream.color, Format.rgb8), lacking),
    }
    if stub.has_imu:
        motion = [
            Profile(Stream[name], Format.motion_xyz32f, fps)
            for name, rates in MOTION.items()
            for fps in rates
        ]
        sensors["motion"] = Sensor("motion", motion, lacking)
    return sensors

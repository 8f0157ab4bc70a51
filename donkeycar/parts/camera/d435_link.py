"""The connection to a RealSense camera: which one, what it is told to do, and its frames.

Sources: RealSense, librealsense 2.59, documentation of `rs2::pipeline`, `rs2::config`,
`rs2::context`, `rs2_option` and `rs2_frame_metadata_value`; signatures of pyrealsense2 2.59.1.
"""

import threading
from typing import Any, NamedTuple

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.camera.d435_profiles import LEAST_DEPTH, choose, of_stream, size_of, slowest

# The unit of the exposure of the colour sensor is 100 us, that of the depth sensor 1 us.
COLOUR_EXPOSURES, DEPTH_EXPOSURES = 10, 1000
CABLE = "Plug it in, with a USB 3 cable, in a blue port"
# How many samples of the motion sensor may wait: a second of them.
MOST_SAMPLES = 500


class Wanted(NamedTuple):
    """What a car wants of its RealSense camera.

    Attributes:
        size: Width and height of a frame.
        framerate_hz: Frames a second.
        colour: Colour pictures; else those of the left infrared camera.
        depth: Depth pictures.
        imu: What the motion sensor measures.
        exposure_ms: Exposure time, in milliseconds; ``None`` leaves it to the camera.
        gain: Amplification at that exposure time, in the camera's own unit; ``None`` leaves it as
            it is.
        white_balance_k: Colour of the light, in kelvin; ``None`` leaves it to the camera.
    """

    size: tuple[int, int]
    framerate_hz: float
    colour: bool
    depth: bool
    imu: bool
    exposure_ms: float | None
    gain: float | None
    white_balance_k: int | None


class Motion(NamedTuple):
    """The newest values of the motion sensor: m/s2 and rad/s along x, y and z."""

    acceleration: tuple[float, float, float]
    rotation: tuple[float, float, float]


class Link:
    """An open RealSense camera.

    Args:
        rs: The module pyrealsense2.
        device_id: Its serial number; ``None`` for the only one.
        wanted: What the car wants.

    Attributes:
        usb: The version of USB that it runs on, such as ``"3.2"``; "" if it does not say.
        rate_hz: Frames a second that it gives.
        removed: Set when it is unplugged.
    """

    def __init__(self, rs: Any, device_id: str | None, wanted: Wanted) -> None:
        self._rs, self._wanted = rs, wanted
        self._context = rs.context()
        self._device = _chosen(rs, self._context, device_id)
        self.serial = told(rs, self._device, "serial_number")
        self.usb = told(rs, self._device, "usb_type_descriptor")
        self.removed = threading.Event()
        self._newest: dict[str, tuple[float, float, float]] = {}
        sensors = list(self._device.query_sensors())
        self._set_options(sensors)
        config, self.rate_hz = self._video(sensors)
        motion = self._motion(sensors) if wanted.imu else None
        self._context.set_devices_changed_callback(self._changed)
        self._align = rs.align(rs.stream.color) if wanted.colour and wanted.depth else None
        self._motion_pipeline = None
        if motion is not None:
            # First: started after the others, it has been seen to silence the colour.
            self._motion_pipeline = rs.pipeline(self._context)
            self._motion_pipeline.start(motion)
        try:
            self._pipeline = rs.pipeline(self._context)
            self._pipeline.start(config)
        except BaseException:
            if self._motion_pipeline is not None:
                self._motion_pipeline.stop()
            raise

    def device_s(self) -> float | None:
        """The time on the clock of the camera; ``None`` if it does not tell it."""
        ask = getattr(self._device, "get_device_time_ms", None)
        if ask is None:  # an older pyrealsense2
            return None
        try:
            return float(ask()) / 1000
        except RuntimeError:
            return None

    def wait(self, timeout_ms: int) -> Any:
        """The next set of frames; ``None`` if none came in time."""
        came, frames = self._pipeline.try_wait_for_frames(timeout_ms)
        return frames if came else None

    def picture(self, frames: Any) -> Any:
        """The picture in a set of frames; a false value if it has none."""
        if self._wanted.colour:
            return frames.get_color_frame()
        return frames.get_infrared_frame(1)

    def aligned_depth(self, frames: Any) -> Any:
        """The depth of a set, as the colour camera sees it."""
        if self._align is not None:
            frames = self._align.process(frames)
        return frames.get_depth_frame()

    def motion(self) -> tuple[Motion | None, bool]:
        """What the motion sensor said last, ``None`` if nothing yet, and whether that is new."""
        rs, pipeline = self._rs, self._motion_pipeline
        is_new = False
        for _ in range(MOST_SAMPLES):
            if pipeline is None:
                break
            frames = pipeline.poll_for_frames()
            if not frames or not frames.size():
                break
            for name, stream in (("accel", rs.stream.accel), ("gyro", rs.stream.gyro)):
                frame = frames.first_or_default(stream)
                if frame:
                    data = frame.as_motion_frame().get_motion_data()
                    self._newest[name] = (float(data.x), float(data.y), float(data.z))
                    is_new = True
        if len(self._newest) < 2:
            return None, False
        return Motion(self._newest["accel"], self._newest["gyro"]), is_new

    def close(self) -> None:
        """End all streams, and release the camera."""
        for pipeline in (self._pipeline, self._motion_pipeline):
            if pipeline is not None:
                pipeline.stop()

    def _changed(self, information: Any) -> None:
        """A device came or went; runs in a thread of the library."""
        if information.was_removed(self._device):
            self.removed.set()

    def _video(self, sensors: list[Any]) -> tuple[Any, float]:
        """What the pipeline is asked for, and at which rate."""
        rs, wanted = self._rs, self._wanted
        config = rs.config()
        config.enable_device(self.serial)
        rate_hz = wanted.framerate_hz
        chosen = None
        if wanted.colour:
            profiles = of_stream(sensors, rs.stream.color, rs.format.rgb8)
            chosen = choose(profiles, wanted.size, rate_hz, least=(0, 0), name="colour pictures")
            rate_hz = chosen.fps()
            config.enable_stream(
                rs.stream.color, *size_of(chosen), rs.format.rgb8, int(chosen.fps())
            )
        if wanted.depth:
            profiles = of_stream(sensors, rs.stream.depth, rs.format.z16)
            # At the rate of the colour, if there is such a mode: so that each frame has its own.
            alike = [each for each in profiles if chosen is None or each.fps() == chosen.fps()]
            depth = choose(alike or profiles, wanted.size, rate_hz, least=LEAST_DEPTH, name="depth")
            rate_hz = min(rate_hz, depth.fps()) if chosen is not None else depth.fps()
            size = size_of(depth)
            config.enable_stream(rs.stream.depth, *size, rs.format.z16, int(depth.fps()))
            if chosen is None:
                config.enable_stream(rs.stream.infrared, 1, *size, rs.format.y8, int(depth.fps()))
        return config, float(rate_hz)

    def _motion(self, sensors: list[Any]) -> Any:
        """What the pipeline of the motion sensor is asked for."""
        rs = self._rs
        config = rs.config()
        config.enable_device(self.serial)
        for stream in (rs.stream.accel, rs.stream.gyro):
            profiles = of_stream(sensors, stream, rs.format.motion_xyz32f)
            if not profiles:
                name = told(rs, self._device, "name")
                raise ConfigError(
                    "`imu` must be False for a camera without a motion sensor (a D435i has one). "
                    f"Received: imu=True, and the camera is {name}"
                )
            fps = int(slowest(profiles, self._wanted.framerate_hz).fps())
            config.enable_stream(stream, rs.format.motion_xyz32f, fps)
        return config

    def _set_options(self, sensors: list[Any]) -> None:
        rs, wanted = self._rs, self._wanted
        for sensor in sensors:
            # Times of the device itself: the others follow the wall clock, which may jump.
            _try_option(sensor, rs.option.global_time_enabled, 0)
        for sensor in sensors:
            if sensor.is_depth_sensor() != wanted.colour and not sensor.is_motion_sensor():
                self._expose(sensor)

    def _expose(self, sensor: Any) -> None:
        """Set or free exposure and white balance of the sensor whose pictures the car gets."""
        rs, wanted = self._rs, self._wanted
        # In the dark, the camera would take longer for a picture than its rate allows.
        _try_option(sensor, rs.option.auto_exposure_priority, 0)
        if wanted.exposure_ms is None:
            _try_option(sensor, rs.option.enable_auto_exposure, 1)
        else:
            per_ms = COLOUR_EXPOSURES if wanted.colour else DEPTH_EXPOSURES
            value = round(per_ms * wanted.exposure_ms)
            self._lock(
                sensor, "exposure_ms", wanted.exposure_ms, rs.option.enable_auto_exposure,
                rs.option.exposure, value, 1 / per_ms,
            )  # fmt: skip
        if wanted.gain is not None:
            self._lock(
                sensor, "gain", wanted.gain, rs.option.enable_auto_exposure, rs.option.gain,
                round(wanted.gain), 1,
            )  # fmt: skip
        if wanted.white_balance_k is None:
            _try_option(sensor, rs.option.enable_auto_white_balance, 1)
        else:
            self._lock(
                sensor, "white_balance_k", wanted.white_balance_k,
                rs.option.enable_auto_white_balance, rs.option.white_balance,
                wanted.white_balance_k, 1,
            )  # fmt: skip

    def _lock(
        self, sensor: Any, name: str, wanted: float, auto: Any, option: Any, value: int, unit: float
    ) -> None:
        if not sensor.supports(option) or not sensor.supports(auto):
            raise ConfigError(
                f"`{name}` must be None for this camera, which cannot lock it. Received: "
                f"{name}={wanted}"
            )
        allowed = sensor.get_option_range(option)
        if not allowed.min <= value <= allowed.max:
            raise ConfigError(
                f"`{name}` must be from {allowed.min * unit:g} to {allowed.max * unit:g} for this "
                f"camera. Received: {name}={wanted}"
            )
        sensor.set_option(auto, 0)
        sensor.set_option(option, value)


def _try_option(sensor: Any, option: Any, value: float) -> None:
    """Set an option that nobody asked for, where there is one."""
    if sensor.supports(option):
        sensor.set_option(option, value)


def told(rs: Any, device: Any, name: str) -> str:
    """What a device says of itself; "" if it does not say."""
    info = getattr(rs.camera_info, name)
    return str(device.get_info(info)) if device.supports(info) else ""


def _chosen(rs: Any, context: Any, device_id: str | None) -> Any:
    """The device that the owner means."""
    devices = list(context.query_devices())
    ids = [told(rs, device, "serial_number") for device in devices]
    listed = ", ".join(ids) or "none"
    if device_id is None and len(devices) > 1:
        raise ConfigError(
            f"`device_id` must name one of the RealSense cameras, {listed}. Received: "
            "device_id=None"
        )
    for device, serial in zip(devices, ids, strict=True):
        if device_id in (None, serial):
            return device
    wanted = f" {device_id}" if device_id else ""
    raise DeviceError(
        f"The RealSense camera{wanted} must be there. Received: {listed}. {CABLE}, and ask "
        "`donkey doctor`"
    )

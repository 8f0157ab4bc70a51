"""What an OAK-D is told to do: its pipeline, the same for depthai 2 and depthai 3.

Sources: docs.luxonis.com, "DepthAI v2" and "v3", components ColorCamera (`isp` is the whole picture
scaled by a fraction, YUV420; `video` is a window of it, NV12; sensors and their sizes), MonoCamera,
StereoDepth (aligned depth needs the left-right check; the width of its output is a multiple of 16),
Sync and CameraControl; the signatures of depthai 2.33.0 and 3.12.0.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from donkeycar.errors import ConfigError, DeviceError

# What the socket of a sensor of this size is set to, colour and grey.
COLOUR = {
    (5312, 6000): "THE_5312X6000", (4208, 3120): "THE_13_MP", (4056, 3040): "THE_12_MP",
    (4000, 3000): "THE_4000X3000", (3840, 2160): "THE_4_K", (2592, 1944): "THE_5_MP",
    (1920, 1200): "THE_1200_P", (1920, 1080): "THE_1080_P", (1280, 800): "THE_800_P",
    (1280, 720): "THE_720_P",
}  # fmt: skip
# A sensor of 1280x800 halves its picture: 400 lines are enough, and come sooner.
GREY = {(1280, 800): "THE_400_P", (640, 480): "THE_480_P", (1920, 1200): "THE_1200_P"}

# Width of the depth picture before it is cut and scaled, a multiple of 16: that of a grey camera.
DEPTH_WIDTH = 640
# Size of the window of mode "video", as donkeycar 5.4 has it.
WINDOW = (640, 480)
# Sensitivity of the sensor without amplification, and at a locked exposure time if nobody sets it.
BASE_ISO, ISO = 100, 400
# Of the parts of one turn, the last may be exposed this share of a frame's time after the first.
SYNC_SHARE = 0.5


class Wanted(NamedTuple):
    """What a car wants of its OAK-D.

    Attributes:
        width_px: Width of a frame.
        height_px: Height of a frame.
        framerate_hz: Frames a second.
        colour: Colour pictures; else those of the grey camera that depth is measured from.
        depth: Depth pictures.
        output_mode: ``"isp"``, the whole picture, or ``"video"``, a window of it.
        isp_scale: Numerator and denominator of the scale of mode ``"isp"``.
        sensor_crop: Left and upper edge of the window of mode ``"video"``, 0 to 1; both ``None``
            are the middle, one is 0.
        exposure_ms: Exposure time, in milliseconds; ``None`` leaves it to the camera.
        gain: Amplification at that exposure time, in times; ``None`` is 4.
        white_balance_k: Colour of the light, in kelvin; ``None`` leaves it to the camera.
    """

    width_px: int
    height_px: int
    framerate_hz: float
    colour: bool
    depth: bool
    output_mode: str
    isp_scale: tuple[int, int]
    sensor_crop: tuple[float | None, float | None]
    exposure_ms: float | None
    gain: float | None
    white_balance_k: int | None


class Built(NamedTuple):
    """A pipeline.

    Attributes:
        output: Where its messages come out.
        view: What pictures show of the whole: left, upper, right and lower edge, 0 to 1.
    """

    output: Any
    view: tuple[float, float, float, float]


WHOLE = (0.0, 0.0, 1.0, 1.0)


def build(
    dai: Any, pipeline: Any, features: list[Any], wanted: Wanted, lens: Callable[[Any], int]
) -> Built:
    """Fill a pipeline.

    Args:
        dai: The module depthai.
        pipeline: An empty pipeline.
        features: What the device says of its cameras.
        wanted: What the car wants.
        lens: Position of the lens of a socket when the camera was calibrated, 1 to 255; 0 if it is
            not known.

    Raises:
        ConfigError: If the camera cannot do it with these settings.
        DeviceError: If it cannot do it at all.
    """
    sensors = {feature.socket: feature for feature in features}
    sources: dict[str, Any] = {}
    view = WHOLE
    if wanted.colour:
        sources["picture"], view = _colour(dai, pipeline, sensors, wanted, lens)
    if wanted.depth:
        stereo = _stereo(dai, pipeline, sensors, wanted)
        sources["depth"] = stereo.depth
        if not wanted.colour:
            sources["picture"] = stereo.rectifiedRight
    if len(sources) == 1:
        return Built(sources["picture"], view)
    sync = pipeline.create(dai.node.Sync)
    sync.setSyncThreshold(timedelta(seconds=SYNC_SHARE / wanted.framerate_hz))
    for name, source in sources.items():
        source.link(sync.inputs[name])
    return Built(sync.out, view)


def _colour(
    dai: Any, pipeline: Any, sensors: dict[Any, Any], wanted: Wanted, lens: Callable[[Any], int]
) -> tuple[Any, tuple[float, float, float, float]]:
    """The colour camera: its output, and what this shows of the whole picture."""
    socket = dai.CameraBoardSocket.CAM_A
    camera = pipeline.create(dai.node.ColorCamera)
    camera.setBoardSocket(socket)
    sensor = _sensor(sensors, socket, COLOUR, "OAKD_RGB")
    word = COLOUR[sensor.width, sensor.height]
    camera.setResolution(getattr(dai.ColorCameraProperties.SensorResolution, word))
    _check_rate(sensor, wanted.framerate_hz)
    camera.setFps(wanted.framerate_hz)
    _expose(camera, wanted)
    if sensor.hasAutofocus and (position := lens(socket)):
        # An autofocus hunts while the car shakes, and depth fits the pictures only at this focus.
        camera.initialControl.setManualFocus(position)
    if wanted.white_balance_k is not None:
        camera.initialControl.setManualWhiteBalance(wanted.white_balance_k)
    frame = (wanted.width_px, wanted.height_px)
    if wanted.output_mode == "isp":
        camera.setIspScale(*wanted.isp_scale)
        given = tuple(camera.getIspSize())
        if given[0] < frame[0] or given[1] < frame[1]:
            raise ConfigError(
                f"`isp_scale_num` / `isp_scale_den` must leave at least {frame[0]}x{frame[1]} of "
                f"{sensor.width}x{sensor.height}. Received: isp_scale_num={wanted.isp_scale[0]}, "
                f"isp_scale_den={wanted.isp_scale[1]}, which leaves {given[0]}x{given[1]}. "
                "Choose a larger fraction, or lower IMAGE_W and IMAGE_H"
            )
        return camera.isp, WHOLE
    window = (max(WINDOW[0], frame[0]), max(WINDOW[1], frame[1]))
    if window[0] > sensor.width or window[1] > sensor.height:
        raise ConfigError(
            f"`width_px` and `height_px` must be at most {sensor.width}x{sensor.height}. "
            f"Received: width_px={frame[0]}, height_px={frame[1]}"
        )
    camera.setVideoSize(*window)
    share = (window[0] / sensor.width, window[1] / sensor.height)
    left, top = _edge(wanted.sensor_crop, share)
    camera.setSensorCrop(left, top)
    return camera.video, (left, top, left + share[0], top + share[1])


def _expose(camera: Any, wanted: Wanted) -> None:
    """Lock exposure and amplification, if the car wants that."""
    if wanted.exposure_ms is not None:
        iso = ISO if wanted.gain is None else round(BASE_ISO * wanted.gain)
        camera.initialControl.setManualExposure(round(1000 * wanted.exposure_ms), iso)


def _edge(
    sensor_crop: tuple[float | None, float | None], share: tuple[float, float]
) -> tuple[float, float]:
    """Left and upper edge of a window that is so large a share of the picture."""
    if sensor_crop == (None, None):
        return (1 - share[0]) / 2, (1 - share[1]) / 2
    left, top = (edge or 0.0 for edge in sensor_crop)
    if left > 1 - share[0] or top > 1 - share[1]:
        raise ConfigError(
            f"`sensor_crop_x` must be at most {1 - share[0]:.3f} and `sensor_crop_y` at most "
            f"{1 - share[1]:.3f} with this sensor. Received: sensor_crop_x={left:g}, "
            f"sensor_crop_y={top:g}"
        )
    return left, top


def _stereo(dai: Any, pipeline: Any, sensors: dict[Any, Any], wanted: Wanted) -> Any:
    """The node that measures depth, aligned to the camera whose pictures the car gets."""
    stereo = pipeline.create(dai.node.StereoDepth)
    stereo.setLeftRightCheck(True)
    pair = ((dai.CameraBoardSocket.CAM_B, stereo.left), (dai.CameraBoardSocket.CAM_C, stereo.right))
    for socket, entry in pair:
        sensor = _sensor(sensors, socket, GREY, "OAKD_DEPTH")
        _check_rate(sensor, wanted.framerate_hz)
        camera = pipeline.create(dai.node.MonoCamera)
        camera.setBoardSocket(socket)
        word = GREY[sensor.width, sensor.height]
        camera.setResolution(getattr(dai.MonoCameraProperties.SensorResolution, word))
        camera.setFps(wanted.framerate_hz)
        if not wanted.colour:
            _expose(camera, wanted)
        camera.out.link(entry)
    if wanted.colour:
        stereo.setDepthAlign(dai.CameraBoardSocket.CAM_A)
        # In the proportions of the sensor, or it would show another part of the view.
        sensor = sensors[dai.CameraBoardSocket.CAM_A]
        stereo.setOutputSize(DEPTH_WIDTH, 2 * round(DEPTH_WIDTH * sensor.height / sensor.width / 2))
    else:
        stereo.setDepthAlign(dai.StereoDepthConfig.AlgorithmControl.DepthAlign.RECTIFIED_RIGHT)
    return stereo


def _sensor(
    sensors: dict[Any, Any], socket: Any, sizes: dict[tuple[int, int], str], setting: str
) -> Any:
    """What the device says of the sensor in a socket."""
    sensor = sensors.get(socket)
    if sensor is None:
        raise DeviceError(
            f"{setting} needs a camera in the socket {socket.name}. Received: one without. "
            f"Set {setting} = False"
        )
    if (sensor.width, sensor.height) not in sizes:
        known = ", ".join(f"{width}x{height}" for width, height in sizes)
        raise DeviceError(
            f"The sensor in the socket {socket.name} must have one of these sizes: {known}. "
            f"Received: {sensor.width}x{sensor.height}. Set {setting} = False"
        )
    return sensor


def _check_rate(sensor: Any, framerate_hz: float) -> None:
    """Refuse a rate that a sensor cannot reach at full size, if it says what it can."""
    most_hz = max(
        (
            config.maxFps
            for config in sensor.configs
            if (config.width, config.height) == (sensor.width, sensor.height)
        ),
        default=framerate_hz,
    )
    if most_hz < framerate_hz:
        raise ConfigError(
            f"`framerate_hz` must be at most {most_hz:g} with the sensor {sensor.sensorName} of "
            f"this OAK-D. Received: framerate_hz={framerate_hz:g}"
        )

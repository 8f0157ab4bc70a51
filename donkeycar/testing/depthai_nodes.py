"""Nodes of the stub of ``depthai``: what each gives, and in which size.

Sources: docs.luxonis.com, ColorCamera, MonoCamera, StereoDepth, Sync and CameraControl; depthai
2.33.0, `getIspSize` of a pipeline without a device.

Not modelled: all other nodes, and all other settings of these.
"""

from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from typing import Any

CameraBoardSocket = Enum("CameraBoardSocket", "CAM_A CAM_B CAM_C CAM_D")

# Words of depthai for the sizes of sensors. Source: docs.luxonis.com, ColorCamera and MonoCamera.
COLOUR_SIZES = {
    "THE_1080_P": (1920, 1080), "THE_1200_P": (1920, 1200), "THE_4_K": (3840, 2160),
    "THE_5_MP": (2592, 1944), "THE_12_MP": (4056, 3040), "THE_4000X3000": (4000, 3000),
    "THE_13_MP": (4208, 3120), "THE_5312X6000": (5312, 6000), "THE_720_P": (1280, 720),
    "THE_800_P": (1280, 800),
}  # fmt: skip
GREY_SIZES = {
    "THE_720_P": (1280, 720), "THE_800_P": (1280, 800), "THE_400_P": (640, 400),
    "THE_480_P": (640, 480), "THE_1200_P": (1920, 1200),
}  # fmt: skip

Size = tuple[int, int]


class Input:
    """An entry of a node."""

    def __init__(self) -> None:
        self.source: Any = None


class Output:
    """What comes out of a node."""

    def __init__(self, node: Any, name: str, size: Callable[[], Size]) -> None:
        self.node, self.name, self.size = node, name, size

    def link(self, entry: Input) -> None:
        """Lead it into a node."""
        entry.source = self

    def fps(self) -> float:
        """Frames a second of the first camera before it."""
        source = self
        while not hasattr(source.node, "rate_hz"):
            source = source.node.first_source()
        rate_hz: float = source.node.rate_hz
        return rate_hz

    def createOutputQueue(self, maxSize: int, blocking: bool) -> Any:  # noqa: N802, N803
        """Return a queue of its messages, as version 3 does."""
        return self.node.pipeline.queue_of(self, maxSize, blocking)


class Control:
    """``CameraControl``: what a camera begins with."""

    def __init__(self) -> None:
        self.exposure: tuple[int, int] | None = None
        self.white_balance_k: int | None = None
        self.focus: int | None = None

    def setManualFocus(self, lensPosition: int) -> None:  # noqa: N802, N803
        """Lock the lens, within the limits of the library."""
        assert 0 <= lensPosition <= 255, "0 to 255"
        self.focus = lensPosition

    def setManualExposure(self, exposureTimeUs: int, sensitivityIso: int) -> None:  # noqa: N802, N803
        """Lock exposure and sensitivity, within the limits of the library."""
        assert 1 <= exposureTimeUs <= 33000, "1 to 33000 us"
        assert 100 <= sensitivityIso <= 1600, "100 to 1600"
        self.exposure = (exposureTimeUs, sensitivityIso)

    def setManualWhiteBalance(self, colorTemperatureK: int) -> None:  # noqa: N802, N803
        """Lock the colour of the light, within the limits of the library."""
        assert 1000 <= colorTemperatureK <= 12000, "1000 to 12000 K"
        self.white_balance_k = colorTemperatureK


class _Camera:
    """What cameras share."""

    sizes: dict[str, Size] = {}

    def __init__(self) -> None:
        self.socket: Any = None
        self.resolution = ""
        self.rate_hz = 30.0
        self.initialControl = Control()

    def setBoardSocket(self, boardSocket: Any) -> None:  # noqa: N802, N803
        """Choose the sensor."""
        self.socket = boardSocket

    def setResolution(self, resolution: str) -> None:  # noqa: N802
        """Choose its mode."""
        self.resolution = resolution

    def setFps(self, fps: float) -> None:  # noqa: N802
        """Set its rate."""
        self.rate_hz = fps

    def size(self) -> Size:
        """Size of the mode."""
        return self.sizes[self.resolution]


class ColorCamera(_Camera):
    """``node.ColorCamera``: `isp` is the scaled picture, `video` a window of it."""

    sizes = COLOUR_SIZES

    def __init__(self) -> None:
        super().__init__()
        self.scale = (1, 1)
        self.video_size = (1920, 1080)
        self.crop: tuple[float, float] | None = None
        self.isp = Output(self, "isp", self.getIspSize)
        self.video = Output(self, "video", lambda: self.video_size)

    def setIspScale(self, numerator: int, denominator: int) -> None:  # noqa: N802
        """Scale the picture."""
        assert 1 <= numerator <= 16, "max numerator = 16"
        assert 1 <= denominator <= 63, "max denominator = 63"
        self.scale = (numerator, denominator)

    def getIspSize(self) -> Size:  # noqa: N802
        """Size of the scaled picture, rounded up."""
        width, height = (-(-side * self.scale[0] // self.scale[1]) for side in self.size())
        return width, height

    def setVideoSize(self, width: int, height: int) -> None:  # noqa: N802
        """Size of the window."""
        self.video_size = (width, height)

    def setSensorCrop(self, x: float, y: float) -> None:  # noqa: N802
        """Place of the window, 0 to 1."""
        assert 0 <= x <= 1, "0 to 1"
        assert 0 <= y <= 1, "0 to 1"
        self.crop = (x, y)


class MonoCamera(_Camera):
    """``node.MonoCamera``: a grey camera."""

    sizes = GREY_SIZES

    def __init__(self) -> None:
        super().__init__()
        self.out = Output(self, "out", self.size)


class StereoDepth:
    """``node.StereoDepth``: depth, from two grey cameras."""

    def __init__(self) -> None:
        self.left, self.right = Input(), Input()
        self.left_right_check = False
        self.align: Any = None
        self.output_size: Size | None = None
        self.depth = Output(self, "depth", self._depth_size)
        self.rectifiedRight = Output(self, "rectifiedRight", self._pair_size)

    def setLeftRightCheck(self, enable: bool) -> None:  # noqa: N802
        """Mark what only one camera sees."""
        self.left_right_check = enable

    def setDepthAlign(self, camera: Any) -> None:  # noqa: N802
        """Choose whose pictures the depth fits."""
        assert self.left_right_check, "aligned depth needs the left-right check"
        self.align = camera

    def setOutputSize(self, width: int, height: int) -> None:  # noqa: N802
        """Choose the size of the depth."""
        assert width % 16 == 0, "the width is a multiple of 16"
        self.output_size = (width, height)

    def first_source(self) -> Output:
        """The camera before it."""
        source: Output = self.left.source
        return source

    def _pair_size(self) -> Size:
        return self.first_source().size()

    def _depth_size(self) -> Size:
        return self.output_size or self._pair_size()


class _Inputs(dict[str, Input]):
    """Entries that are made when they are first asked for."""

    def __missing__(self, name: str) -> Input:
        self[name] = Input()
        return self[name]


class Sync:
    """``node.Sync``: messages of the same moment in one."""

    def __init__(self) -> None:
        self.inputs = _Inputs()
        self.threshold: timedelta | None = None
        self.out = Output(self, "out", lambda: (0, 0))

    def setSyncThreshold(self, syncThreshold: timedelta) -> None:  # noqa: N802, N803
        """How far apart they may be."""
        self.threshold = syncThreshold

    def first_source(self) -> Output:
        """The first that is led into it."""
        source: Output = next(iter(self.inputs.values())).source
        return source


class XLinkOut:
    """``node.XLinkOut`` of version 2: the way out of the device."""

    def __init__(self) -> None:
        self.input = Input()
        self.stream = ""

    def setStreamName(self, name: str) -> None:  # noqa: N802
        """Name the stream."""
        self.stream = name

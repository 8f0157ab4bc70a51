"""A stub of ``depthai``, version 2 or 3, so that the part of an OAK-D runs on any computer.

It behaves as the real library where that matters to a driver: what a pipeline is made of and how
each version begins it, sizes of the outputs, YUV420 and NV12 in padded rows, depth of 16 bit, the
time stamps and their exposure, queues that hold the newest message, and how a lost device ends.

Sources: docs.luxonis.com, "DepthAI v2" and "v3" (ColorCamera, MonoCamera, StereoDepth, Sync,
ImgFrame, Device); signatures and texts of errors of depthai 2.33.0 and 3.12.0, called on a computer
without a camera: `getIspSize` rounds up, a missing device is ``RuntimeError``, a closed queue of
version 3 is ``MessageQueue.QueueException``. `scripts/bench depth_libraries` holds names and
arguments against the real library.

Not modelled: the processor (exposure, focus, noise, matching), frames that are lost, messages of a
group that do not fit together in time, reconnection, bandwidth, other nodes than those above.
Unless the stub is free-running, a frame comes when the test says so.
"""

import sys
import threading
import types
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from donkeycar.testing.depthai_device import (
    CameraExposureOffset,
    DepthAlign,
    QueueException,
    StubDevice,
    StubPipeline,
)
from donkeycar.testing.depthai_nodes import (
    COLOUR_SIZES,
    GREY_SIZES,
    CameraBoardSocket,
    ColorCamera,
    MonoCamera,
    StereoDepth,
    Sync,
    XLinkOut,
)
from donkeycar.timing import Clock, RealClock

# A number and two sizes -> a picture and its depth.
Scene = Callable[[int, tuple[int, int], tuple[int, int]], tuple[Any, Any]]


class StubDepthAI:
    """Puts a stand-in for ``depthai`` in place while a ``with`` block lasts.

    Args:
        version: Its version; what begins with 2 and 3 has the names of that version.
        ids: Serial numbers of the cameras that can be opened.
        busy: Serial numbers of cameras that another program has.
        sensor: Size of the colour sensor; ``None`` for a camera without.
        pair: Size of the two grey sensors; ``None`` for a camera without.
        lens: Position of the lens at its calibration; 0 without calibration, ``None`` without
            autofocus.
        usb_speed: A name of ``UsbSpeed``.
        max_fps: The most frames a second of each sensor.
        align_bytes: Rows are padded to a multiple of this many bytes.
        errors: Texts of errors, by what fails with them: ``"open"`` or ``"start"``.
        free_running: Whether frames come by themselves at the requested rate. If not, `deliver`
            them.
        scene: What is seen when they do: gets the number of the frame, and the sizes of picture and
            depth; gives both. Noise if omitted.
        clock: Source of the time stamps.

    Example:
        >>> with StubDepthAI() as stub:
        ...     import depthai
        ...     len(depthai.Device.getAllAvailableDevices())
        1
    """

    def __init__(
        self,
        *,
        version: str = "3.12.0",
        ids: tuple[str, ...] = ("18443010C1E4681200",),
        busy: tuple[str, ...] = (),
        sensor: tuple[int, int] | None = (4208, 3120),
        pair: tuple[int, int] | None = (640, 480),
        lens: int | None = None,
        usb_speed: str = "SUPER",
        max_fps: float = 35.0,
        align_bytes: int = 64,
        errors: dict[str, str] | None = None,
        free_running: bool = False,
        scene: Scene | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.version = version
        self.ids, self.busy = ids, busy
        self.sensor, self.pair = sensor, pair
        self.lens = lens
        self.usb_speed = usb_speed
        self.max_fps = max_fps
        self.align_bytes = align_bytes
        self.errors = errors or {}
        self.free_running = free_running
        self.scene = scene
        self.clock: Clock = RealClock() if clock is None else clock
        #: Cameras opened so far.
        self.opened: list[StubDevice] = []
        #: Cleared by `hang`: frames stall, and `close` waits.
        self.resumed = threading.Event()
        self.resumed.set()
        self._before: types.ModuleType | None = None

    @property
    def camera(self) -> StubDevice:
        """The camera opened last."""
        return self.opened[-1]

    def hang(self) -> None:
        """Let the camera hang: no frame comes, and it neither opens nor closes."""
        self.resumed.clear()

    def fail(self, what: str) -> None:
        """Raise the error that the test wants of this step."""
        if what in self.errors:
            raise RuntimeError(self.errors[what])

    def __enter__(self) -> "StubDepthAI":
        self._before = sys.modules.get("depthai")
        sys.modules["depthai"] = self._module()
        return self

    def __exit__(self, *ended: object) -> None:
        self.resumed.set()
        for camera in self.opened:
            camera.close()
        if self._before is None:
            del sys.modules["depthai"]
        else:
            sys.modules["depthai"] = self._before

    def _module(self) -> types.ModuleType:
        module: Any = types.ModuleType("depthai")
        module.__version__ = self.version
        module.CameraBoardSocket = CameraBoardSocket
        module.CameraExposureOffset = CameraExposureOffset
        module.ColorCameraProperties = SimpleNamespace(SensorResolution=_words(COLOUR_SIZES))
        module.MonoCameraProperties = SimpleNamespace(SensorResolution=_words(GREY_SIZES))
        control = SimpleNamespace(DepthAlign=DepthAlign)
        module.StereoDepthConfig = SimpleNamespace(AlgorithmControl=control)
        nodes = [ColorCamera, MonoCamera, StereoDepth, Sync]
        if self.version.startswith("2"):
            nodes.append(XLinkOut)
        module.node = SimpleNamespace(**{node.__name__: node for node in nodes})
        module.Pipeline = StubPipeline
        module.MessageQueue = SimpleNamespace(QueueException=QueueException)
        module.Device = _DeviceType(self)
        return module  # type: ignore[no-any-return]

    def open(self, info: Any) -> StubDevice:
        """What ``depthai.Device(info)`` does."""
        self.resumed.wait()
        self.fail("open")
        self.opened.append(StubDevice(self, info))
        return self.camera

    def infos(self, ids: tuple[str, ...]) -> list[Any]:
        """What this version says of devices."""
        named = "mxid" if self.version.startswith("2") else "deviceId"
        return [SimpleNamespace(name=f"1.{port}", **{named: id}) for port, id in enumerate(ids)]


class _DeviceType:
    """``depthai.Device`` itself: opens cameras, and lists them."""

    def __init__(self, stub: StubDepthAI) -> None:
        self._stub = stub

    def __call__(self, deviceInfo: Any) -> StubDevice:  # noqa: N803
        return self._stub.open(deviceInfo)

    def getAllAvailableDevices(self) -> list[Any]:  # noqa: N802
        return self._stub.infos(self._stub.ids)

    def getAllConnectedDevices(self) -> list[Any]:  # noqa: N802
        return self._stub.infos((*self._stub.ids, *self._stub.busy))


def _words(sizes: dict[str, tuple[int, int]]) -> Any:
    return SimpleNamespace(**{word: word for word in sizes})

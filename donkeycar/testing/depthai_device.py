"""The device of the stub of ``depthai``: its queue, its pipeline, and the frames that it gives.

Sources: as those of `donkeycar.testing.depthai`.

Not modelled: what is not modelled there.
"""

import threading
from collections import deque
from collections.abc import Callable
from enum import Enum
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from donkeycar.testing.depthai_nodes import CameraBoardSocket, Output, Sync, XLinkOut
from donkeycar.testing.depthai_picture import ImgFrame, Kind, grey, nv12, padded, yuv420

CameraExposureOffset = Enum("CameraExposureOffset", "START MIDDLE END")
DepthAlign = Enum("DepthAlign", "RECTIFIED_RIGHT RECTIFIED_LEFT CENTER")
UsbSpeed = Enum("UsbSpeed", "UNKNOWN LOW FULL HIGH SUPER SUPER_PLUS")


class QueueException(Exception):
    """``depthai.MessageQueue.QueueException``: the queue was closed."""


class MessageGroup(dict[str, ImgFrame]):
    """``depthai.MessageGroup``: messages of the same moment, by name."""


class Queue:
    """An output queue; when it is full, the oldest message goes."""

    def __init__(self, maxSize: int, blocking: bool) -> None:  # noqa: N803
        self.messages: deque[Any] = deque(maxlen=maxSize)
        self.blocking = blocking
        self.error: Exception | None = None

    def tryGet(self) -> Any:  # noqa: N802
        """Return the next message, or ``None``."""
        if self.error is not None:
            raise self.error
        return self.messages.popleft() if self.messages else None


class StubDevice:
    """``depthai.Device``: an open camera that gives a frame when the test says so.

    Args:
        stub: The `StubDepthAI` that opens it.
        info: Which device.
    """

    def __init__(self, stub: Any, info: Any) -> None:
        self.info = info
        self.output: Output | None = None
        self.queue: Queue | None = None
        self.closed = False
        self.started = False
        self._stub = stub
        self._stream = ""
        self._random = np.random.default_rng(0)
        self._thread: threading.Thread | None = None

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height of the pictures that come out."""
        return self._size("picture")

    @property
    def depth_size(self) -> tuple[int, int]:
        """Width and height of the depth that comes out; of the pictures if there is none."""
        return self._size("depth")

    def _size(self, name: str) -> tuple[int, int]:
        assert self.output is not None
        is_group = isinstance(self.output.node, Sync)
        output = self.output.node.inputs[name].source if is_group else self.output
        width, height = output.size()
        return width, height

    def getUsbSpeed(self) -> Any:  # noqa: N802
        """Return how fast its cable is."""
        return UsbSpeed[self._stub.usb_speed]

    def getConnectedCameraFeatures(self) -> list[Any]:  # noqa: N802
        """Return what it says of its cameras."""
        sizes = {"CAM_A": self._stub.sensor, "CAM_B": self._stub.pair, "CAM_C": self._stub.pair}
        return [
            SimpleNamespace(
                socket=CameraBoardSocket[name], width=size[0], height=size[1], sensorName="IMX214",
                hasAutofocus=self._stub.lens is not None and name == "CAM_A",
                configs=[
                    SimpleNamespace(width=size[0], height=size[1], maxFps=self._stub.max_fps)
                ],
            )
            for name, size in sizes.items()
            if size is not None
        ]  # fmt: skip

    def getCalibration(self) -> Any:  # noqa: N802
        """Return what was measured when it was made."""
        if not self._stub.lens:
            raise RuntimeError("There is no calibration data on the device")
        return SimpleNamespace(getLensPosition=lambda socket: self._stub.lens)

    def isClosed(self) -> bool:  # noqa: N802
        """Whether it is closed, or gone."""
        return self.closed

    def startPipeline(self, pipeline: "StubPipeline") -> None:  # noqa: N802
        """Begin, as version 2 does."""
        (exit_node,) = (node for node in pipeline.nodes if isinstance(node, XLinkOut))
        self._stream = exit_node.stream
        self.output = exit_node.input.source
        self.begin()

    def getOutputQueue(self, name: str, maxSize: int, blocking: bool) -> Queue:  # noqa: N802, N803
        """Return the queue of a stream, as version 2 does."""
        if name != self._stream:
            raise RuntimeError(f"Queue for stream name '{name}' doesn't exist")
        self.queue = Queue(maxSize, blocking)
        return self.queue

    def begin(self) -> None:
        """Deliver frames from now on."""
        self._stub.fail("start")
        self.started = True
        if self._stub.free_running:
            self._thread = threading.Thread(target=self._run_free, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Release the camera; wait for ever if the stub hangs."""
        self._stub.resumed.wait()
        self.started = False
        self.closed = True

    def unplug(self) -> None:
        """Be unplugged: the queue raises as that of this version does."""
        self.started = False
        self.closed = True
        assert self.queue is not None
        lost = "Communication exception - possible device error/misconfiguration."
        three = self._stub.version.startswith("3")
        self.queue.error = (
            QueueException("MessageQueue was closed") if three else RuntimeError(lost)
        )

    def deliver(
        self,
        image: NDArray[np.uint8] | None = None,
        *,
        depth: NDArray[np.uint16] | None = None,
        stamped_s: float | None = None,
        exposure_us: int = 0,
        depth_stamped_s: float | None = None,
    ) -> None:
        """Complete one frame, in the caller's thread.

        Args:
            image: The picture, RGB; noise of the size of the output if omitted.
            depth: The distances in mm; noise of the size of that output if omitted.
            stamped_s: End of the exposure, in seconds; now if omitted.
            exposure_us: Exposure time in microseconds.
            depth_stamped_s: As `stamped_s`, of the depth; that of the picture if omitted.
        """
        if not self.started or self.queue is None or self.output is None:
            return
        now_s = self._stub.clock.monotonic() if stamped_s is None else stamped_s
        depth_s = now_s if depth_stamped_s is None else depth_stamped_s
        made = {
            "picture": lambda output: self._picture(output, image, now_s, exposure_us),
            "depth": lambda output: self._depth(output, depth, depth_s),
        }
        if isinstance(self.output.node, Sync):
            inputs = self.output.node.inputs
            group = {name: made[name](entry.source) for name, entry in inputs.items()}
            self.queue.messages.append(MessageGroup(group))
        else:
            self.queue.messages.append(made["picture"](self.output))

    def _picture(
        self, output: Output, image: NDArray[np.uint8] | None, at_s: float, exposure_us: int
    ) -> ImgFrame:
        width, height = output.size()
        if image is None:
            image = self._random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        height, width = image.shape[:2]
        kind: Kind = {"isp": "YUV420p", "video": "NV12"}.get(output.name, "RAW8")  # type: ignore[assignment]
        laid = {"YUV420p": yuv420, "NV12": nv12, "RAW8": grey}[kind](image, self._stub.align_bytes)
        data, stride, offsets = laid
        return ImgFrame(
            data, (width, height), kind, stride, offsets, at_s, exposure_us, self._stub.version
        )

    def _depth(self, output: Output, depth: NDArray[np.uint16] | None, at_s: float) -> ImgFrame:
        width, height = output.size()
        if depth is None:
            depth = self._random.integers(0, 10000, (height, width), dtype=np.uint16)
        height, width = depth.shape
        data, stride, offsets = padded(depth.astype("<u2").view(np.uint8), self._stub.align_bytes)
        version = self._stub.version
        return ImgFrame(data, (width, height), "RAW16", stride, offsets, at_s, 0, version)

    def _run_free(self) -> None:
        assert self.output is not None
        number = 0
        while self.started:
            self._stub.clock.sleep(1 / self.output.fps())
            if self._stub.resumed.is_set():
                number += 1
                image, depth = None, None
                if self._stub.scene is not None:
                    image, depth = self._stub.scene(number, self.picture_size, self.depth_size)
                self.deliver(image, depth=depth)


class StubPipeline:
    """``depthai.Pipeline``: nodes, and in version 3 the device that runs them."""

    def __init__(self, defaultDevice: StubDevice | None = None) -> None:  # noqa: N803
        self.nodes: list[Any] = []
        self.stopped = False
        self._device = defaultDevice

    def create(self, kind: Callable[[], Any]) -> Any:
        """Add a node."""
        node = kind()
        node.pipeline = self
        self.nodes.append(node)
        return node

    def start(self) -> None:
        """Begin, as version 3 does."""
        assert self._device is not None
        self._device.begin()

    def stop(self) -> None:
        """End, as version 3 does."""
        self.stopped = True

    def queue_of(self, output: Output, maxSize: int, blocking: bool) -> Queue:  # noqa: N803
        """What ``output.createOutputQueue`` does in version 3."""
        assert self._device is not None
        self._device.output = output
        self._device.queue = Queue(maxSize, blocking)
        return self._device.queue

"""The connection to an OAK-D, by depthai 2 or depthai 3, which begin a pipeline differently.

Sources: docs.luxonis.com, "DepthAI v2 to v3 migration"; signatures of depthai 2.33.0 and 3.12.0.
"""

from collections.abc import Callable
from typing import Any

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.camera.oakd_pipeline import Built

# The newest message only: an older one would grow old in a queue.
QUEUE = {"maxSize": 1, "blocking": False}
STREAM = "frames"

Builder = Callable[[Any, Any, list[Any], Callable[[Any], int]], Built]


def id_of(info: Any) -> str:
    """The serial number in what depthai 2 or 3 says of a device."""
    return str(info.mxid if hasattr(info, "mxid") else info.deviceId)


def choose(dai: Any, device_id: str | None) -> Any:
    """The device that the owner means.

    Args:
        dai: The module depthai.
        device_id: Its serial number; ``None`` for the only one.

    Raises:
        DeviceError: If it is not there, or another program has it.
        ConfigError: If there are several, and the owner names none.
    """
    free = list(dai.Device.getAllAvailableDevices())
    ids = [id_of(info) for info in free]
    listed = ", ".join(ids) or "none"
    if device_id is not None:
        for info in free:
            if device_id in (id_of(info), info.name):
                return info
    elif len(free) == 1:
        return free[0]
    busy = [id_of(info) for info in dai.Device.getAllConnectedDevices() if id_of(info) not in ids]
    if busy and (device_id in busy or (device_id is None and not free)):
        raise DeviceError(
            f"The OAK-D must be free. Received: {', '.join(busy)}, which another program uses. End "
            "that program, or plug the camera out and in again"
        )
    if device_id is None and free:
        raise ConfigError(
            f"`device_id` must name one of the OAK-D cameras, {listed}. Received: device_id=None"
        )
    wanted = f" {device_id}" if device_id else ""
    raise DeviceError(
        f"The OAK-D{wanted} must be there. Received: {listed}. Plug it in, with the cable that "
        "came with it, and ask `donkey doctor`"
    )


def lens_of(device: Any) -> Callable[[Any], int]:
    """How to find the position of a lens when the camera was calibrated; 0 if nobody did that."""

    def position(socket: Any) -> int:
        try:
            return int(device.getCalibration().getLensPosition(socket))
        except RuntimeError:  # not calibrated
            return 0

    return position


class Link:
    """A device that runs a pipeline, of either version."""

    view: tuple[float, float, float, float]
    usb_speed: str
    _device: Any
    _queue: Any

    @property
    def is_closed(self) -> bool:
        """Whether the device is gone."""
        return bool(self._device.isClosed())

    def newest(self) -> Any:
        """The newest message, or ``None`` if no new one came; it does not wait."""
        return self._queue.tryGet()

    def close(self) -> None:
        """End the pipeline, and release the device."""
        self._device.close()


class Link3(Link):
    """A device that depthai 3 runs.

    Args:
        dai: The module depthai.
        info: Which device.
        build: Fills the pipeline; gets depthai, the pipeline, the features of its cameras, and how
            to find the position of a lens.
    """

    def __init__(self, dai: Any, info: Any, build: Builder) -> None:
        self._device = dai.Device(info)
        try:
            self.usb_speed = str(self._device.getUsbSpeed().name)
            self._pipeline = dai.Pipeline(self._device)
            features = self._device.getConnectedCameraFeatures()
            built = build(dai, self._pipeline, features, lens_of(self._device))
            self.view = built.view
            self._queue = built.output.createOutputQueue(**QUEUE)
            self._pipeline.start()
        except BaseException:
            self._device.close()
            raise

    def close(self) -> None:
        """End the pipeline, and release the device."""
        self._pipeline.stop()
        super().close()


class Link2(Link):
    """A device that depthai 2 runs.

    Args:
        dai: The module depthai.
        info: Which device.
        build: Fills the pipeline; gets depthai, the pipeline, the features of its cameras, and how
            to find the position of a lens.
    """

    def __init__(self, dai: Any, info: Any, build: Builder) -> None:
        self._device = dai.Device(info)
        try:
            self.usb_speed = str(self._device.getUsbSpeed().name)
            pipeline = dai.Pipeline()
            features = self._device.getConnectedCameraFeatures()
            built = build(dai, pipeline, features, lens_of(self._device))
            self.view = built.view
            exit_node = pipeline.create(dai.node.XLinkOut)
            exit_node.setStreamName(STREAM)
            built.output.link(exit_node.input)
            self._device.startPipeline(pipeline)
            self._queue = self._device.getOutputQueue(STREAM, **QUEUE)
        except BaseException:
            self._device.close()
            raise


def link_class(version: str) -> type[Link2] | type[Link3]:
    """How to connect with this version of depthai.

    Raises:
        DeviceError: If it is neither 2 nor 3.
    """
    links: dict[str, type[Link2] | type[Link3]] = {"2": Link2, "3": Link3}
    major = version.split(".")[0]
    if major not in links:
        raise DeviceError(f"depthai must be version 2 or 3. Received: {version}")
    return links[major]

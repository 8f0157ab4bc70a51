"""A stub of ``pyrealsense2``, so that the part of a RealSense camera runs on any computer.

It behaves as the real library where that matters to a driver: which modes a device has on USB 3 and
on USB 2, what `pipeline.start` refuses, frames whose bytes are only theirs until they are released
(here: until the next one is taken), padded rows, numbers and stamps of the device's clock of 32
bits, sets that hold the depth of before, the motion sensor in a pipeline of its own, and how it is
unplugged.

Sources: RealSense, librealsense 2.59, documentation of `rs2::pipeline`, `rs2::config`,
`rs2::context`, `rs2::software_device`, `rs2_option`, `rs2_timestamp_domain` and
`rs2_frame_metadata_value`; "D400 Series Product Family Datasheet", tables of formats; signatures
and texts of errors of pyrealsense2 2.59.1, called on a computer without a camera.
`scripts/bench depth_libraries` runs the part on the real library with a device made of software.

Not modelled: lenses (depth is only scaled when it is aligned), exposure, noise, the temperature of
the sensor, lost frames, firmware, playback of files, other devices than one of the D400 family.
Unless the stub is free-running, a frame comes when the test says so.
"""

import sys
import threading
import types
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from donkeycar.testing.realsense_device import StubConfig, StubPipeline, StubRealSenseDevice
from donkeycar.testing.realsense_frames import (
    CameraInfo,
    Format,
    MetadataValue,
    Option,
    Stream,
    StubAlign,
    TimestampDomain,
)
from donkeycar.timing import Clock, RealClock

# A number and two sizes -> a picture and its depth.
Scene = Callable[[int, tuple[int, int], tuple[int, int]], tuple[Any, Any]]


class StubRealSense:
    """Puts a stand-in for ``pyrealsense2`` in place while a ``with`` block lasts.

    Args:
        serials: Serial numbers of the cameras that are plugged in.
        name: What they call themselves.
        usb: The version of USB; on ``"2.1"`` there are fewer modes.
        modes: Modes by stream, ``(width, height, rates)``, instead of the usual ones.
        has_imu: Whether they have a motion sensor.
        unit_m: Unit of the depth, in metres.
        tells_time: Whether a device can be asked for the time of its clock.
        domain: Which clock stamps frames, a name of ``timestamp_domain``.
        align_bytes: Rows are padded to a multiple of this many bytes.
        errors: Texts of errors, by what fails with them: ``"start"``.
        options: Names of options that the sensors lack.
        free_running: Whether frames come by themselves at the requested rate. If not, `deliver`
            them.
        scene: What is seen when they do: gets the number of the frame, and the sizes of picture and
            depth; gives both. Noise if omitted.
        clock: Source of the time stamps.

    Example:
        >>> with StubRealSense() as stub:
        ...     import pyrealsense2 as rs
        ...     len(rs.context().query_devices())
        1
    """

    def __init__(
        self,
        *,
        serials: tuple[str, ...] = ("923322071108",),
        name: str = "Intel RealSense D435I",
        usb: str = "3.2",
        modes: dict[str, tuple[tuple[int, int, tuple[int, ...]], ...]] | None = None,
        has_imu: bool = True,
        unit_m: float = 0.001,
        tells_time: bool = True,
        domain: str = "hardware_clock",
        align_bytes: int = 64,
        errors: dict[str, str] | None = None,
        options: tuple[str, ...] = (),
        free_running: bool = False,
        scene: Scene | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.serials, self.name, self.usb = serials, name, usb
        self.modes = modes
        self.has_imu = has_imu
        self.unit_m = unit_m
        self.tells_time = tells_time
        self.domain = TimestampDomain[domain]
        self.align_bytes = align_bytes
        self.errors = errors or {}
        self.lacking_options = options
        self.free_running = free_running
        self.scene = scene
        self.clock: Clock = RealClock() if clock is None else clock
        #: What the clock of the device says more than that of the computer, in seconds.
        self.ahead_s = -90.0
        #: Pipelines that were started, by serial number.
        self.opened: list[StubRealSenseDevice] = []
        #: Cleared by `hang`: frames stall, and `start` and `stop` do not return.
        self.resumed = threading.Event()
        self.resumed.set()
        self._devices: dict[str, StubRealSenseDevice] = {}
        self._before: types.ModuleType | None = None

    @property
    def camera(self) -> StubRealSenseDevice:
        """The camera that was started last."""
        return self.opened[-1]

    def hang(self) -> None:
        """Let the camera hang: no frame comes, and it neither starts nor stops."""
        self.resumed.clear()

    def device(self, serial: str) -> StubRealSenseDevice:
        """A device that is plugged in, the same object at each query."""
        if serial not in self._devices:
            self._devices[serial] = StubRealSenseDevice(self, serial)
        return self._devices[serial]

    def __enter__(self) -> "StubRealSense":
        self._before = sys.modules.get("pyrealsense2")
        sys.modules["pyrealsense2"] = self._module()
        return self

    def __exit__(self, *ended: object) -> None:
        self.resumed.set()
        for device in self.opened:
            device.running = False
        if self._before is None:
            del sys.modules["pyrealsense2"]
        else:
            sys.modules["pyrealsense2"] = self._before

    def _module(self) -> types.ModuleType:
        module: Any = types.ModuleType("pyrealsense2")
        module.stream, module.format, module.option = Stream, Format, Option
        module.camera_info, module.timestamp_domain = CameraInfo, TimestampDomain
        module.frame_metadata_value = MetadataValue
        module.config, module.align = StubConfig, StubAlign
        module.pipeline = StubPipeline
        module.context = lambda: _Context(self)
        return module  # type: ignore[no-any-return]


class _Context:
    """``rs.context``: which devices are plugged in."""

    def __init__(self, stub: StubRealSense) -> None:
        self.stub = stub

    def query_devices(self) -> list[StubRealSenseDevice]:
        return [self.stub.device(serial) for serial in self.stub.serials]

    def set_devices_changed_callback(self, callback: Any) -> None:
        def removed(gone: StubRealSenseDevice) -> None:
            callback(SimpleNamespace(was_removed=lambda device: device is gone))

        for device in self.query_devices():
            device.on_removed = removed

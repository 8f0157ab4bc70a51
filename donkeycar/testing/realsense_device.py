"""The device of the stub of ``pyrealsense2``: its pipelines, and the frames that it gives.

Sources: as those of `donkeycar.testing.realsense`.

Not modelled: what is not modelled there.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from donkeycar.testing.realsense_frames import (
    CLOCK_PERIOD_S,
    PADDING,
    Sensor,
    StubFrame,
    StubFrames,
    motion_frames,
    padded,
    sensors_of,
)


class StubConfig:
    """``rs.config``: which device, and which streams of it."""

    def __init__(self) -> None:
        self.serial = ""
        self.streams: dict[str, tuple[tuple[int, int], Any, int]] = {}

    def enable_device(self, serial: str) -> None:
        """Choose the device."""
        self.serial = serial

    def enable_stream(self, stream_type: Any, *mode: Any) -> None:
        """Choose a mode: ``[index,] [width, height,] format, framerate``."""
        *numbers, kind, fps = mode
        size = (numbers[-2], numbers[-1]) if len(numbers) >= 2 else (0, 0)
        self.streams[stream_type.name] = (size, kind, fps)


class StubPipeline:
    """``rs.pipeline``: streams of a device, the newest frames only."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self.device: StubRealSenseDevice | None = None
        self.arrived = threading.Condition()
        self.queue: deque[StubFrames] = deque(maxlen=1)
        self._given = StubFrames({})

    def start(self, config: StubConfig) -> None:
        """Begin; refuse what no mode of the device gives."""
        stub = self._context.stub
        stub.resumed.wait()
        if "start" in stub.errors:
            raise RuntimeError(stub.errors["start"])
        device = stub.device(config.serial)
        for name, (size, kind, fps) in config.streams.items():
            if not device.has(name, size, kind, fps):
                raise RuntimeError("Couldn't resolve requests")
        self.device = device
        device.begin(self, config)

    def try_wait_for_frames(self, timeout_ms: int = 5000) -> tuple[bool, Any]:
        """Wait for the next set of frames."""
        if self.device is None:
            raise RuntimeError("try_wait_for_frames cannot be called before start()")
        with self.arrived:
            if not self.queue and not self._pass(timeout_ms):
                self.arrived.wait_for(lambda: bool(self.queue), timeout_ms / 1000)
            return (True, self._next()) if self.queue else (False, StubFrames({}))

    def _next(self) -> StubFrames:
        """The next set; the bytes of the one before are used for others from now on."""
        for frame in self._given.frames.values():
            frame.rows.fill(PADDING)
        self._given = self.queue.popleft()
        return self._given

    def poll_for_frames(self) -> StubFrames:
        """Return the next set of frames, or an empty one."""
        return self.queue.popleft() if self.queue else StubFrames({})

    def stop(self) -> None:
        """End; wait for ever if the stub hangs."""
        self._context.stub.resumed.wait()
        if self.device is not None:
            self.device.running = False
        self.device = None

    def _pass(self, timeout_ms: int) -> bool:
        """On a clock of a test, waiting is time that passes at once."""
        clock = self._context.stub.clock
        if hasattr(clock, "advance"):
            clock.advance(timeout_ms / 1000)
            return True
        return False


class StubRealSenseDevice:
    """``rs.device``: a camera that gives frames when the test says so."""

    def __init__(self, stub: Any, serial: str) -> None:
        self.serial = serial
        self.running = False
        self.on_removed: Callable[[StubRealSenseDevice], None] = lambda device: None
        #: The sensors, by kind.
        self.sensors = sensors_of(stub)
        #: What was asked for, by stream.
        self.streams: dict[str, tuple[tuple[int, int], Any, int]] = {}
        self._stub = stub
        self._video: StubPipeline | None = None
        self._motion: StubPipeline | None = None
        self._number = 0
        self._random = np.random.default_rng(0)

    def supports(self, info: Any) -> bool:
        """Whether it tells this of itself."""
        return True

    def get_info(self, info: Any) -> str:
        """Tell this of itself."""
        told = {"name": self._stub.name, "serial_number": self.serial}
        return str(told.get(info.name, self._stub.usb))

    def get_device_time_ms(self) -> float:
        """Return the time of its clock, in milliseconds."""
        if not self._stub.tells_time:
            raise RuntimeError("Object does not support this interface!")
        now_s = self._stub.clock.monotonic() + self._stub.ahead_s
        return float(1000 * (now_s % CLOCK_PERIOD_S))

    def query_sensors(self) -> list[Sensor]:
        """Return its sensors."""
        return list(self.sensors.values())

    def has(self, name: str, size: tuple[int, int], kind: Any, fps: int) -> bool:
        """Whether a mode is among those of its sensors."""
        return any(
            profile.stream_type().name == name
            and profile._size == size
            and profile.format() is kind
            and profile.fps() == fps
            for sensor in self.query_sensors()
            for profile in sensor.get_stream_profiles()
        )

    def begin(self, pipeline: StubPipeline, config: StubConfig) -> None:
        """Give frames to a pipeline from now on."""
        self.streams |= config.streams
        if "accel" in config.streams:
            self._motion = pipeline
            return
        self._video, self.running = pipeline, True
        self._stub.opened.append(self)
        if self._stub.free_running:
            threading.Thread(target=self._run_free, daemon=True).start()

    def unplug(self) -> None:
        """Be unplugged: no more frames, and the context hears of it."""
        self.running = False
        self.on_removed(self)

    def picture_size(self) -> tuple[int, int]:
        """Width and height of the pictures that come out."""
        return self.streams["color" if "color" in self.streams else "infrared"][0]

    def deliver(
        self,
        image: NDArray[np.uint8] | None = None,
        *,
        depth: NDArray[np.uint16] | None = None,
        stamped_s: float | None = None,
        exposure_us: int = 0,
        new: bool = True,
        new_depth: bool = True,
        motion: tuple[tuple[float, float, float], tuple[float, float, float]] | None = (
            (0.1, -9.8, 0.3), (0.01, 0.02, 0.03),
        ),
    ) -> None:  # fmt: skip
        """Complete a set of frames, in the caller's thread.

        Args:
            image: The picture, RGB; noise of the size that was asked for if omitted.
            depth: The depth, in units of the camera; noise if omitted.
            stamped_s: End of the exposure on the clock of the computer, in seconds; now if omitted.
            exposure_us: Exposure time in microseconds.
            new: Whether it is a new picture; else it has the number of the one before.
            new_depth: Whether the depth is new.
            motion: Acceleration and rotation; ``None`` if the motion sensor says nothing.
        """
        if not self.running or self._video is None:
            return
        self._number += new
        at_s = self._stub.clock.monotonic() if stamped_s is None else stamped_s
        frames: dict[str, Any] = {}
        for name in ("color", "infrared"):
            if name in self.streams:
                seen = self._seen(name, image)
                frames[name] = self._frame(seen, self._number, at_s, exposure_us)
        if "depth" in self.streams:
            width, height = self.streams["depth"][0]
            if depth is None:
                depth = self._random.integers(0, 10000, (height, width), dtype=np.uint16)
            number = self._number if new_depth else self._number - 1
            frames["depth"] = self._frame(depth, number, at_s, 0)
        if self._motion is not None and motion is not None:
            self._motion.queue.append(StubFrames(motion_frames(*motion)))
        with self._video.arrived:
            self._video.queue.append(StubFrames(frames))
            self._video.arrived.notify_all()

    def _seen(self, name: str, image: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
        if image is None:
            width, height = self.streams[name][0]
            image = self._random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        return image if name == "color" else image[:, :, 0]

    def _frame(self, seen: NDArray[Any], number: int, at_s: float, exposure_us: int) -> StubFrame:
        stub = self._stub
        rows = padded(seen, stub.align_bytes)
        stamp_ms = 1000 * ((at_s + stub.ahead_s) % CLOCK_PERIOD_S)
        return StubFrame(rows, number, stamp_ms, stub.domain, stub.unit_m, exposure_us)

    def _run_free(self) -> None:
        fps = self.streams["depth" if "depth" in self.streams else "color"][2]
        number = 0
        while self.running:
            self._stub.clock.sleep(1 / fps)
            if self._stub.resumed.is_set():
                number += 1
                image, depth = None, None
                if self._stub.scene is not None:
                    size = self.streams["depth"][0]
                    image, depth = self._stub.scene(number, self.picture_size(), size)
                self.deliver(image, depth=depth)

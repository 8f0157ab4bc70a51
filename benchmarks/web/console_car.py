"""A car with a console and no wheels: the real loop, and a motor that only records commands."""

import threading
import time
from typing import NamedTuple

import numpy as np

from benchmarks.web.console_client import Served
from donkeycar.console.forward import LabPages
from donkeycar.driving.command import Command
from donkeycar.driving.drive_mode import DriveMode
from donkeycar.vehicle import Vehicle

# As the complete car wires them.
CONSOLE_INPUTS = [
    "cam/image_array", "cam/exposed_s", "cam/sequence", None, "tub/num_records", "tub/status",
    None, "loop/rate_hz", "angle", "throttle",
]  # fmt: skip
DRIVER_OUTPUTS = [
    "user/angle", "user/throttle", "user/mode", "recording", "user/expires_s", "stop/reason",
    "user/max_throttle", "user/source", "user/actions",
]  # fmt: skip
DRIVE_INPUTS = [
    "user/mode", "user/angle", "user/throttle", "user/expires_s", "user/max_throttle",
    None, None, None,
]  # fmt: skip


class Note(NamedTuple):
    """A command to the motor, and its time."""

    at_s: float
    angle: float
    throttle: float


class Motor:
    """A drivetrain: an expired command counts as neutral, as on a real one."""

    def __init__(self) -> None:
        self.notes: list[Note] = []

    def run(self, command: Command) -> None:
        """Accept one command."""
        now_s = time.monotonic()
        alive = now_s < command.expires_s
        self.notes.append(Note(now_s, command.angle, command.throttle if alive else 0.0))

    @property
    def throttle(self) -> float:
        """The present throttle."""
        return self.notes[-1].throttle if self.notes else 0.0


class Camera:
    """A camera with a new frame at every tick."""

    def __init__(self, width_px: int = 160, height_px: int = 120) -> None:
        # Smooth, so that it compresses as the picture of a floor does.
        rows, columns = np.mgrid[0:height_px, 0:width_px]
        self._image = np.stack([rows % 256, columns % 256, (rows + columns) % 256], -1)
        self._image = self._image.astype(np.uint8)
        self._sequence = 0

    def run(self) -> tuple[np.ndarray, float, int]:
        """Return the next frame."""
        self._sequence += 1
        return np.roll(self._image, self._sequence, axis=1), time.monotonic(), self._sequence


class ConsoleCar:
    """The car, driving in a thread; use as a context manager.

    Args:
        rate_hz: Rate of the loop.
        lab: As of `WebConsole`.
    """

    def __init__(self, *, rate_hz: float = 20, lab: LabPages | None = None) -> None:
        self.served = Served(lab=lab)
        self.motor = Motor()
        self._rate_hz = rate_hz
        self._vehicle = Vehicle()
        camera_outputs = ["cam/image_array", "cam/exposed_s", "cam/sequence"]
        self._vehicle.add(Camera(), outputs=camera_outputs)
        self._vehicle.add(self.served.driver, [None, None, "loop/rate_hz"], DRIVER_OUTPUTS)
        self._vehicle.add(self.served.controller, CONSOLE_INPUTS, threaded=True)
        self._vehicle.add(DriveMode(), DRIVE_INPUTS, ["angle", "throttle", "command"])
        self._vehicle.add(self.motor, ["command"])
        self._vehicle.mem["tub/num_records"] = 0
        self._vehicle.mem["tub/status"] = ""
        self._thread = threading.Thread(target=self._vehicle.start, args=(rate_hz,), daemon=True)

    def __enter__(self) -> "ConsoleCar":
        self._thread.start()
        # The loop knows its rate after a second.
        time.sleep(1.2)
        return self

    def __exit__(self, *ended: object) -> None:
        self._vehicle.on = False
        self._thread.join(5)

    @property
    def is_running(self) -> bool:
        """Whether the loop and the console both run."""
        loop = self.served.controller._loop
        return self._thread.is_alive() and loop is not None and loop.is_running()


def percentile(values: list[float], percent: float) -> float:
    """The value that `percent` of `values` do not exceed."""
    return float(np.percentile(values, percent, method="higher"))

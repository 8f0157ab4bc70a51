"""A whole car with drivers on emulated hardware: two real processes for `gamepad_stop.py`.

python -m benchmarks.controllers.stop_car guardian HARDWARE FOLDER RATE_HZ  starts both
python -m benchmarks.controllers.stop_car vehicle HARDWARE FOLDER RATE_HZ   says port, token

The vehicle is built from settings as every car is. Only the devices are emulated: a gamepad and
the receiver of a remote control are sockets in FOLDER, and the hardware is files in it.
"""

import socket
import sys
from pathlib import Path

from benchmarks.safety.car import guardian
from benchmarks.safety.hardware import HARDWARE
from donkeycar import Vehicle
from donkeycar.assembly import (
    add_camera,
    add_console,
    add_controllers,
    add_drive_mode,
    add_driver,
    add_drivetrain,
    add_recorder,
    make_cockpit,
)
from donkeycar.config import load_config
from donkeycar.management.createcar import create_car
from donkeycar.parts.controller import gamepad, rc_input
from donkeycar.parts.controller.codes import AXES, AbsInfo, Identity
from donkeycar.parts.controller.device import EventLine

GAMEPAD, RECEIVER = "gamepad", "receiver"
STICKS = ("ABS_X", "ABS_Y", "ABS_RX", "ABS_RY")
FOUND: list[EventLine] = []
SETTINGS = (
    "CAMERA_TYPE=MOCK", "WEB_CONTROL_PORT=0", "WEB_HOST=127.0.0.1", "USE_JOYSTICK_AS_DEFAULT=True",
    "CONTROLLER_TYPE=xbox", "USE_RC=True", "CONTROLLER_BINDINGS={'RC3': 'stop', 'RC4': 'resume'}",
    "HAVE_CONSOLE_LOGGING=False", "JOYSTICK_MAX_THROTTLE=1.0", "AUTO_RECORD_ON_THROTTLE=False",
)  # fmt: skip


def connect(path: Path) -> socket.socket:
    """Connect to a device in the car's folder; `OSError` if it is not plugged in."""
    device = socket.socket(socket.AF_UNIX)
    try:
        device.connect(str(path))
    except OSError:
        device.close()
        raise
    return device


def find_gamepad(path: Path) -> list[EventLine]:
    """Return the gamepad, unless the reader has it open already."""
    if any(line.is_open for line in FOUND):
        return []
    try:
        descriptor = connect(path).detach()
    except OSError:
        return []
    axes = {AXES[name]: AbsInfo() for name in STICKS}
    FOUND[:] = [EventLine(descriptor, Identity("bench"), axes)]
    return list(FOUND)


class Receiver:
    """A receiver that reads a line for each pulse: its channel and its microseconds."""

    def __init__(self, path: Path) -> None:
        self._socket = connect(path)
        self._rest = b""

    def read(self, timeout_s: float) -> list[tuple[int, float]]:
        """Wait for pulses."""
        self._socket.settimeout(timeout_s)
        try:
            data = self._socket.recv(4096)
        except TimeoutError:
            return []
        if not data:
            raise OSError("the receiver is gone")
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [(int(channel), float(us)) for channel, us in (line.split() for line in lines)]

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def vehicle(hardware: str, folder: Path, rate_hz: float) -> int:
    """Drive until the guardian ends."""
    wired_to = HARDWARE[hardware](folder)
    gamepad.Finder = lambda only: lambda: find_gamepad(folder / GAMEPAD)
    gamepad.RESCAN_S = 0.3
    rc_input.GpioInput = lambda pins: Receiver(folder / RECEIVER)
    create_car(folder / "car")
    wiring = [f"{name}={value}" for name, value in wired_to.settings.items()]
    cfg = load_config(folder / "car" / "config.py", overrides=[*SETTINGS, *wiring])
    car = Vehicle()
    add_camera(car, cfg)
    cockpit = make_cockpit(car, cfg)
    add_controllers(car, cfg, cockpit)
    add_driver(car, cfg, cockpit)
    console = add_console(car, cfg, cockpit)
    add_drive_mode(car, cfg)
    add_recorder(car, cfg)
    with wired_to.wired():
        add_drivetrain(car, cfg)
    print(console.port, console.pairing.url.partition("#")[2], flush=True)
    car.start(rate_hz=rate_hz)
    return 0


def main() -> int:
    """Run one of the two processes."""
    role, hardware, folder, rate_hz = sys.argv[1:]
    if role == "guardian":
        words = ["vehicle", hardware, folder, rate_hz]
        command = [sys.executable, "-m", "benchmarks.controllers.stop_car", *words]
        return guardian(hardware, Path(folder), command)
    return vehicle(hardware, Path(folder), float(rate_hz))


if __name__ == "__main__":
    sys.exit(main())

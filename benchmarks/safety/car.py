"""A guardian and a vehicle on emulated hardware: two real processes for `safety.py`.

python -m benchmarks.safety.car guardian HARDWARE FOLDER FAULT    starts the other one
python -m benchmarks.safety.car vehicle HARDWARE FOLDER FAULT     says FAULT and when it begins

Nothing of the product is replaced but the kernel's side of the bus or the pins, and the driver of
the car: it wants steady throttle, and renews its order until the fault.
"""

import ctypes
import os
import random
import signal
import socket
import sys
import time
from pathlib import Path

from benchmarks.safety.hardware import HARDWARE
from donkeycar.assembly.drivetrain.emergency_off import ready_emergency_off, shut_off
from donkeycar.assembly.drivetrain.hardware import load_drivers
from donkeycar.assembly.drivetrain.table import make_output
from donkeycar.driving.command import NEUTRAL, Command
from donkeycar.guardian.motor_frame import ARM, MotorFrame
from donkeycar.guardian.process import VehicleSide, hold_motor
from donkeycar.parts.drivetrain.guarded import GuardedDrivetrain
from donkeycar.vehicle import Vehicle

RATE_HZ = 20
ORDER_LIFE_S = 0.25
THROTTLE = 0.6
# How long it drives before the fault.
DRIVES_S = (0.3, 0.5)


def guardian(hardware: str, folder: Path, command: list[str]) -> int:
    """What `manage.py drive` starts as on a real car; `command` starts the vehicle.

    Args:
        hardware: A key of `HARDWARE`.
        folder: Of the emulated hardware, which is claimed.
        command: Starts the vehicle.
    """
    wired_to = HARDWARE[hardware](folder)
    settings = wired_to.all_settings()
    kind = settings["DRIVE_TRAIN_TYPE"]
    with wired_to.wired() as board:
        load_drivers(kind, settings, also_threaded=False)  # before the fork, as on a car
        return hold_motor(
            [f"emulated hardware in {folder}"],
            open_output=lambda: make_output(kind, settings, board=board),
            shut_off=lambda: shut_off(kind, settings, board=board),
            command=command,
            prepare=lambda: load_drivers(kind, settings, also_threaded=True),
        )


class Driver:
    """Ask for `THROTTLE` with a fresh order at each tick, until the fault."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.is_silent = False
        self.fault_s: float | None = None
        self.renewed_s = 0.0

    def run(self, state: str | None) -> Command:
        """Run one tick of the car."""
        now_s = time.monotonic()
        if self.fault == "unarmed":
            return NEUTRAL
        if self.fault_s is None and state == "run":
            self.fault_s = now_s + random.uniform(*DRIVES_S)
        if self.fault and self.fault_s is not None and now_s >= self.fault_s:
            fault, self.fault = self.fault, ""
            began_s = self.renewed_s if fault == "silent driver" else now_s
            os.write(1, f"FAULT {began_s!r}\n".encode())
            self.is_silent = fault == "silent driver"
            FAULTS.get(fault, lambda: None)()
        if not self.is_silent:
            self.renewed_s = now_s
        return Command(0.2, THROTTLE, "user", self.renewed_s + ORDER_LIFE_S)


def fail() -> None:
    """Raise the error of a part that cannot go on."""
    raise RuntimeError("a part failed")


def spin() -> None:
    """Keep the interpreter's lock, so that the loop cannot run."""
    while True:
        pass


def close() -> None:
    """Close every open file, and keep running."""
    os.closerange(3, 256)
    time.sleep(3600)


def flood(packet: bytes) -> None:
    """Send the guardian invalid packets as fast as possible, without end."""
    fd = int(next(name for name in os.listdir("/proc/self/fd") if is_link(name)))
    os.set_blocking(fd, True)
    while True:
        os.write(fd, packet)


def is_link(name: str) -> bool:
    """Whether an open file of this process is the socket to its guardian, and not a claim."""
    if int(name) <= 2:
        return False
    try:
        with socket.socket(fileno=os.dup(int(name))) as opened:
            return not opened.getsockname()
    except OSError:
        return False


FAULTS = {
    "segfault": lambda: ctypes.string_at(0),
    "hang": lambda: time.sleep(3600),
    "spin": spin,
    "raise": fail,
    "exit": lambda: os._exit(0),
    "close": close,
    "garbage": lambda: flood(b"\x5a" * 12),
    "replay": lambda: flood(MotorFrame(1, 0.0, THROTTLE, 60.0, ARM).encode()),
    "half": lambda: flood(b"\xd6\0\0"),
}


def vehicle(hardware: str, folder: Path, fault: str) -> int:
    """The vehicle process: a loop, a driver and the guarded drivetrain."""
    side = VehicleSide.from_environment()
    if side is None:
        raise SystemExit("start the guardian, not the vehicle")

    wired_to = HARDWARE[hardware](folder)
    settings = wired_to.all_settings()
    with wired_to.wired() as board:
        car = Vehicle()
        car.add(Driver(fault), inputs=["drivetrain/state"], outputs=["command"])
        key = ready_emergency_off(settings["DRIVE_TRAIN_TYPE"], settings, board=board)
        drivetrain = GuardedDrivetrain(side, emergency_off=key)
        car.add(drivetrain, inputs=["command"], outputs=["drivetrain/state", "drivetrain/reason"])
        car.start(rate_hz=RATE_HZ)
    return 0


def main() -> int:
    """Run the guardian or the vehicle."""
    role, hardware, folder, fault = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # may be ignored when inherited
    if role == "guardian":
        words = ["vehicle", hardware, folder, fault]
        command = [sys.executable, "-m", "benchmarks.safety.car", *words]
        return guardian(hardware, Path(folder), command)
    return vehicle(hardware, Path(folder), fault)


if __name__ == "__main__":
    sys.exit(main())

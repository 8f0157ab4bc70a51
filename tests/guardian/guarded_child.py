"""A vehicle process for `test_process.py`: says what happens to it, and misbehaves as told."""

import os
import signal
import sys
import time

from donkeycar.errors import DeviceError
from donkeycar.guardian.motor_frame import ARM, MotorFrame
from donkeycar.guardian.process import VehicleSide


def _is_stopped(side):
    """Ask for a stop and wait for the answer, as a drivetrain that is shut down: 0 if it came."""
    side.halt()
    for _ in range(100):
        status = side.status()
        if status is not None and status.flags & 3 != 2:
            return 0
        time.sleep(0.01)
    return 5


def main(behaviour):
    if behaviour == "never connect":
        return 3
    if behaviour == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour == "say which signal":
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT):
            signal.signal(number, lambda number, _: sys.exit(64 + number))
    if behaviour == "end well on request":
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(0))
    if behaviour == "make sure on request":
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(_is_stopped(side)))
    side = VehicleSide.from_environment()
    state = driving = 0
    for seq in range(1, 65535, 2):
        try:
            status = side.status()
            # Two at once: packets must not run into each other.
            for number in (seq, seq + 1):
                side.send(MotorFrame(number, 0.25, 0.5 if state == 2 else 0.0, 0.25, ARM))
        except DeviceError:
            return 4
        if status is not None:
            state = status.flags & 3
            driving += status.throttle > 0.4
        if driving and behaviour == "halt and exit well at once":
            side.halt()
            return 0
        if driving > 3:
            if behaviour == "exit":
                return 7
            if behaviour == "exit well":
                return 0
            if behaviour == "halt and exit well":
                side.halt()
                return 0
            if behaviour == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if behaviour == "leave a child behind":
                if os.fork() == 0:
                    time.sleep(1)
                    os._exit(0)
                return 9
            if behaviour == "close":
                side._channel.close()
                time.sleep(60)
            if behaviour == "hang":
                time.sleep(60)
            if behaviour == "flood":
                side._channel.setblocking(True)
                while True:
                    os.write(side._channel.fileno(), b"nonsense")
        time.sleep(0.02)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))

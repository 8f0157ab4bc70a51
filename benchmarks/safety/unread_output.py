"""Unread output: checks ticks, motor and stop of a car whose output nobody reads.

`python manage.py drive` is started as its owner starts it, with a standard output and error that
accept not one byte more: a pipe whose reader sleeps, or a paused terminal. A page drives it all the
time. The car writes a lot: a mock drivetrain that shows its pulses, the rate of the loop, and a
part of the owner's that prints and logs in each tick, and records the time of the tick.

A tick is late if it begins more than 100 ms after the one before; it begins every 50 ms. Goals: 0
late ticks, the motor never held back by the guardian, and at the end a stop obeyed within a second.
"""

import argparse
import logging
import os
import pty
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks import ROOT
from benchmarks.safety.verdict import Verdict, figures
from benchmarks.web.console_client import Socket
from donkeycar.management.createcar import create_car

KINDS = ("pipe", "terminal")
READ = "read"
RATE_HZ = 20
# S20: what no tick may exceed at 20 Hz.
MAX_PERIOD_MS = 100.0
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 1.0
END_TIMEOUT_S = 20.0

THROTTLE = 0.3
# The owner's own part goes in before the drivetrain.
BEFORE = "    add_drivetrain("
OWN_PART = (
    "    from benchmarks.safety.unread_output import Talker\n"
    "    car.add(Talker(), ['drivetrain/state', 'command'], ['own/line'])\n"
)
TICKS_FILE = "ticks"
_TICK = struct.Struct("=ddb")

# The car did not drive, or did not stop.
FAILURE = Verdict(float("inf"), runaway=True)


class Tick(NamedTuple):
    """One tick as the owner's part noted it.

    Attributes:
        at_s: When.
        throttle: What was ordered.
        runs: Whether the guardian let the order before through.
    """

    at_s: float
    throttle: float
    runs: int


class Talker:
    """A part that prints at each tick, and notes the tick in a file."""

    def __init__(self) -> None:
        self._file = os.open(TICKS_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def run(self, state: str | None, command: object) -> str:
        """Print, log and note."""
        throttle = getattr(command, "throttle", 0.0)
        print(f"throttle {throttle:.2f}, the motor's guardian: {state}")
        logging.getLogger(__name__).warning("one more tick, %s", state)
        os.write(self._file, _TICK.pack(time.monotonic(), throttle, state == "run"))
        return str(state)


def fill(file: int) -> None:
    """Write until the pipe is full."""
    os.set_blocking(file, False)
    for size in (4096, 1):
        with suppress(BlockingIOError):
            while True:
                os.write(file, b"\n" * size)
    os.set_blocking(file, True)


@contextmanager
def full_output(kind: str) -> Iterator[int]:
    """The end to write to of a pipe or a terminal that nobody reads, and that is full.

    The third kind takes everything at once: it shows what the machine itself makes late.
    """
    if kind == READ:
        with open(os.devnull, "wb") as output:
            yield output.fileno()
        return
    reader, writer = os.pipe() if kind == "pipe" else pty.openpty()
    try:
        fill(writer)
        yield writer
    finally:
        os.close(writer)
        os.close(reader)


def ticks_of(folder: Path) -> list[Tick]:
    """The ticks noted so far."""
    path = folder / TICKS_FILE
    data = path.read_bytes() if path.exists() else b""
    return [Tick(*each) for each in _TICK.iter_unpack(data[: len(data) // _TICK.size * _TICK.size])]


def free_port() -> int:
    """A port that was free a moment ago, because the car does not report which one it took."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def make_car(folder: Path, port: int) -> None:
    """Create a car without hardware that prints a lot."""
    create_car(folder)
    manage = folder / "manage.py"
    manage.write_text(manage.read_text().replace(BEFORE, OWN_PART + BEFORE))
    (folder / "myconfig.py").write_text(
        f"CAMERA_TYPE = DRIVE_TRAIN_TYPE = 'MOCK'\nWEB_HOST = '127.0.0.1'\nWEB_AUTH = 'none'\n"
        f"WEB_CONTROL_PORT = {port}\nDRIVE_LOOP_HZ = {RATE_HZ}\nLOGGING_LEVEL = 'DEBUG'\n"
        f"SHOW_FPS = True\nFPS_DEBUG_INTERVAL = 1\n"
    )


def connect(port: int, process: subprocess.Popen[bytes]) -> Socket | None:
    """Connect to the page once the car serves it; ``None`` if it never does."""
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            page = Socket(port, "/wsDrive", {})
        except ConnectionError:
            time.sleep(0.1)
            continue
        page.hear_until("tick")
        return page
    return None


def drive_unread(kind: str, seconds: float) -> list[Verdict]:
    """Drive for `seconds` with an output of `kind` that is full from the start, or is read.

    Returns:
        For each tick the time since the one before, and as a runaway, whether the guardian held
        the motor back. One that never ended if the car did not drive, or a stop at the end was not
        obeyed.
    """
    with TemporaryDirectory() as place, full_output(kind) as output:
        folder, port = Path(place) / "car", free_port()
        make_car(folder, port)
        process = subprocess.Popen(
            [sys.executable, "manage.py", "drive"],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder,
            start_new_session=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        try:
            page = connect(port, process)
            if page is None:
                return [FAILURE]
            with closing(page):
                return _drive(page, folder, seconds)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(END_TIMEOUT_S)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()


def _drive(page: Socket, folder: Path, seconds: float) -> list[Verdict]:
    """Give throttle until the motor runs, then drive, then stop."""
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while not any(tick.runs and tick.throttle for tick in ticks_of(folder)[-1:]):
        if time.monotonic() > deadline_s:
            return [FAILURE]
        page.drive(0.2, throttle=THROTTLE)
    began_s = time.monotonic()
    with suppress(OSError):  # a console that hangs is seen in the ticks
        page.drive(seconds, throttle=THROTTLE)
    ended_s = time.monotonic()
    ticks = [tick for tick in ticks_of(folder) if began_s <= tick.at_s <= ended_s]
    with suppress(OSError):
        page.say(stop=True)
        page.hear_until("stop_ack")
    time.sleep(STOP_TIMEOUT_S)
    last = ticks_of(folder)[-1]
    verdicts = [
        Verdict(1000 * (tick.at_s - before_s), runaway=not tick.runs)
        for before_s, tick in zip([began_s, *(tick.at_s for tick in ticks)], ticks, strict=False)
    ]
    obeyed = last.throttle == 0.0 and last.at_s > ended_s
    late_ms = 1000 * (ended_s - (ticks[-1].at_s if ticks else began_s))
    return [*verdicts, Verdict(late_ms, runaway=False) if obeyed else FAILURE]


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench unread_output", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="with a pipe, and a terminal")
    args = parser.parse_args(argv)
    missed = False
    for kind in (*KINDS, READ):
        seen = figures(drive_unread(kind, args.seconds))
        missed |= kind != READ and (seen.max_ms > MAX_PERIOD_MS or seen.runaways > 0)
        print(f"{kind}: {seen}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

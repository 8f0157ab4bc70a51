"""What a car costs while it stands: processor and memory of its drive process, at 20 Hz.

A created car with pictures from files (`IMAGE_LIST`), the page, the recorder and drivetrain MOCK
stands; first nobody watches, then one person has the page open and sees the video. Beside it stands
a car that the earlier donkeycar made, with the same settings, at the same time, so that other load
on the machine affects both alike. The other process of our car, the guardian, is told apart.

Goals: with nobody watching, the drive process takes less than 5 % of a core and 60 MB.
"""

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.loop.endurance_car import make_car, make_pictures
from benchmarks.loop.resources import Sample, family, sample, share_of_a_core
from benchmarks.loop.slow_car import Person, free_port, page_answers, wait_for
from benchmarks.peer import PEER, peer_python

MAX_SHARE, MAX_MB = 0.05, 60.0
RATE_HZ = 20
SETTLE_S = 5.0
# What its manage.py imports, besides what `peer` installs.
PEER_NEEDS = (
    "tornado", "requests", "docopt", "paho-mqtt", "pandas<2.2", "progress", "psutil", "pynmea2",
    "pyserial", "pyyaml", "simple_pid", "utm", "numpy<2",
)  # fmt: skip
CREATE_PEER = (
    "import sys; from donkeycar.management.base import execute_from_command_line as run;"
    "sys.argv = ['donkey', 'createcar', '--path', sys.argv[1]]; run()"
)


class Cost(NamedTuple):
    """What a process takes.

    Attributes:
        share: Of a core.
        rss_mb: Resident memory.
    """

    share: float
    rss_mb: float

    def __str__(self) -> str:
        return f"{self.share:.1%} of a core, {self.rss_mb:.0f} MB"


def costs(pids: dict[int, str], seconds: float) -> dict[str, Cost]:
    """What each process takes in the next `seconds`."""
    before = {pid: sample(pid, time.monotonic()) for pid in pids}
    time.sleep(seconds)
    found: dict[str, Cost] = {}
    for pid, name in pids.items():
        after: Sample = sample(pid, time.monotonic())
        found[name] = Cost(share_of_a_core([before[pid], after]), after.rss_mb)
    return found


@contextlib.contextmanager
def standing(folder: Path, port: int, pictures: str) -> Iterator[subprocess.Popen[bytes]]:
    """A created car that stands."""
    make_car(folder, rate_hz=RATE_HZ, port=port, pictures=pictures, notes_ticks=False)
    with (folder / "said").open("w") as said:
        command = [sys.executable, "-u", "manage.py", "drive"]
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
    try:
        wait_for(process, lambda: page_answers(port), folder)
        yield process
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def standing_peer(folder: Path, port: int, pictures: str) -> Iterator[subprocess.Popen[bytes]]:
    """A car as the earlier donkeycar itself makes it, with the same camera, that stands."""
    python = str(peer_python())
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PEER_NEEDS], check=True, cwd="/")
    subprocess.run(
        [python, "-I", "-c", CREATE_PEER, folder], check=True, cwd="/", stdout=subprocess.DEVNULL
    )
    with (folder / "myconfig.py").open("a") as settings:
        settings.write(
            f'CAMERA_TYPE = "IMAGE_LIST"\nPATH_MASK = "{pictures}"\nDRIVE_TRAIN_TYPE = "MOCK"\n'
            f"WEB_CONTROL_PORT = {port}\n"
        )
    with (folder / "said").open("w") as said:
        command = [python, "manage.py", "drive"]
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
    try:
        wait_for(process, lambda: page_answers(port, "/drive"), folder)
        yield process
    finally:
        process.kill()
        process.wait()


def measure(folder: Path, seconds: float, *, with_peer: bool) -> dict[str, Cost]:
    """The cost of each process, by a title."""
    pictures = make_pictures(folder / "pictures")
    port, peer_port = free_port(), free_port()
    with contextlib.ExitStack() as ends:
        car = ends.enter_context(standing(folder / "car", port, pictures))
        pids = family(car.pid)
        if with_peer:
            pids[ends.enter_context(standing_peer(folder / "old", peer_port, pictures)).pid] = (
                PEER.version
            )
        time.sleep(SETTLE_S)
        found = costs(pids, seconds)
        token = (folder / "car" / "said").read_text().partition("/pair#")[2].split()[0]
        Person(port, token, "user")
        time.sleep(SETTLE_S)
        watched = costs(family(car.pid), seconds)
    return found | {f"{name}, watched": cost for name, cost in watched.items()}


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench idle", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of each measurement")
    parser.add_argument("--alone", action="store_true", help="without an earlier donkeycar")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        found = measure(Path(name), args.seconds, with_peer=not args.alone)
    for title, cost in found.items():
        print(f"{title:20} {cost}")
    vehicle = found["vehicle"]
    missed = []
    if vehicle.share >= MAX_SHARE:
        missed.append(f"the drive process takes {vehicle.share:.1%} of a core")
    if vehicle.rss_mb >= MAX_MB:
        missed.append(f"the drive process takes {vehicle.rss_mb:.0f} MB")
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

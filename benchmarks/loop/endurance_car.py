"""The car of `endurance`, with a record of its ticks, and a witness that only sleeps."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.loop.cpu_share import CpuShare
from benchmarks.loop.slow_car import free_port

MARK = "    # A part of your own goes here"
TYPE = "linear"
NUM_PICTURES = 600
LATE_S = 0.150
# As even as a real camera: with frames that overtake ticks, a part of them is not recorded.
JITTER_S = 0.001
PATIENCE_S = 90.0

# Added to manage.py. It keeps nothing: what it saw goes into a file once a second.
TICK_LOG = """
    class TickLog:
        before_s, told_s, ticks, late, longest_s = None, 0.0, 0, [], 0.0

        def run(self, num_records, status, answered):
            import json, time

            now_s = time.monotonic()
            if self.before_s is not None:
                self.longest_s = max(self.longest_s, now_s - self.before_s)
                if now_s - self.before_s > {late_s}:
                    self.late.append([self.before_s, now_s])
            self.before_s = now_s
            self.ticks += 1
            if now_s - self.told_s < 1:
                return
            row = {{"at_s": now_s, "ticks": self.ticks, "longest_s": self.longest_s,
                   "late": self.late, "records": num_records, "status": status,
                   "answered": answered is not None}}
            self.told_s, self.late, self.longest_s = now_s, [], 0.0
            with open("ticks.jsonl", "a") as file:
                file.write(json.dumps(row) + "\\n")

    car.add(TickLog(), inputs=["tub/num_records", "tub/status", "pilot/angle"])
"""

# Sleeps, and tells when it was woken late: what delays it is the computer, not the car.
WITNESS = """
import json, sys, time
while True:
    due_s = time.monotonic() + 0.01
    time.sleep(0.01)
    if (now_s := time.monotonic()) - due_s > 0.03:
        print(json.dumps([due_s, now_s]), flush=True)
"""


def make_pilot(folder: Path) -> Path:
    """A `linear` pilot in LiteRT files, whose throttle never changes."""
    from benchmarks.safety.camera_age_car import make_pilots

    folder.mkdir()
    make_pilots(folder, [TYPE])
    return folder / TYPE


def make_pictures(folder: Path) -> str:
    """Pictures of a drive in the simulator; returns the pattern that finds them."""
    from donkeycar.rollout import record_expert

    record_expert(folder, "warehouse", NUM_PICTURES, seed=1)
    return str(folder / "images" / "*.jpg")


def make_car(
    folder: Path, *, rate_hz: int, port: int, pictures: str, notes_ticks: bool = True
) -> None:
    """A created car with a camera of pictures, the page and the recorder; nothing is real in it."""
    from donkeycar.management.createcar import create_car

    create_car(folder)
    if notes_ticks:
        text = (folder / "manage.py").read_text()
        log = TICK_LOG.format(late_s=LATE_S)
        (folder / "manage.py").write_text(text.replace(MARK, log + MARK))
    (folder / "myconfig.py").write_text(
        f'CAMERA_TYPE = "IMAGE_LIST"\nPATH_MASK = "{pictures}"\nDRIVE_TRAIN_TYPE = "MOCK"\n'
        f'WEB_CONTROL_PORT = {port}\nWEB_HOST = "127.0.0.1"\nRECORD_DURING_AI = True\n'
        f"DRIVE_LOOP_HZ = CAMERA_FRAMERATE = {rate_hz}\nCAMERA_JITTER_S = {JITTER_S}\n"
    )


class EnduringCar:
    """A running car.

    Args:
        folder: The car's folder.
        port: Of its page.
        pilot: Who drives.
        held: Starts its processes, and the witness.

    Attributes:
        folder: The car's folder.
        port: Of its page.
        process: Its guardian.
    """

    def __init__(self, folder: Path, port: int, pilot: Path, held: CpuShare) -> None:
        self.folder = folder
        self.port = port
        command = [sys.executable, "-u", "manage.py", "drive", "--model", str(pilot)]
        with (self.folder / "said").open("w") as said:
            self.process = held.start(command, cwd=self.folder, stdout=said, stderr=said)

    @property
    def said(self) -> str:
        """Its output."""
        return (self.folder / "said").read_text()

    def wait_for(self, condition: Any) -> Any:
        """Wait until `condition()` is true, and return it.

        Raises:
            SystemExit: If that takes too long, or the car ends.
        """
        end_s = time.monotonic() + PATIENCE_S
        while not (found := condition()):
            if self.process.poll() is not None or time.monotonic() > end_s:
                raise SystemExit(f"the car did not drive:\n{self.said}")
            time.sleep(0.05)
        return found

    def rows(self) -> list[dict[str, Any]]:
        """What its loop noted, a row a second."""
        with contextlib.suppress(FileNotFoundError):
            lines = (self.folder / "ticks.jsonl").read_text().splitlines(keepends=True)
            return [json.loads(line) for line in lines if line.endswith("\n")]
        return []

    def end(self) -> int:
        """Ask it to end, as Ctrl-C does; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def enduring_car(folder: Path, rate_hz: int, held: CpuShare) -> EnduringCar:
    """Make the car of `endurance` in a folder, and start it."""
    port = free_port()
    pilot = make_pilot(folder / "pilots")
    pictures = make_pictures(folder / "pictures")
    make_car(folder / "car", rate_hz=rate_hz, port=port, pictures=pictures)
    return EnduringCar(folder / "car", port, pilot, held)


@contextlib.contextmanager
def witness(notes: Path, held: CpuShare) -> Iterator[None]:
    """Have a process sleep beside the car, and note when it was woken late."""
    with notes.open("w") as out:
        process = held.start([sys.executable, "-c", WITNESS], stdout=out)
        try:
            yield
        finally:
            process.kill()
            process.wait()


def stood_still(notes: Path) -> list[list[float]]:
    """From when to when the witness was held up."""
    return [json.loads(line) for line in notes.read_text().splitlines()]

"""Mutual exclusion: two programs on one motor; the second must send nothing, and name the first.

The programs are those that owners start: `manage.py drive`, `donkey calibrate`, `donkey neutral`.
They run in two car folders whose settings spell the same chip differently. The trace of the
emulated chip shows which process made each change.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import ROOT
from benchmarks.cases import no_arguments
from benchmarks.safety.hardware import NEUTRAL_TICKS, THROTTLE_CHANNEL
from donkeycar.management.createcar import create_car
from donkeycar.testing import PCA9685Chip

TIMEOUT_S = 60.0
POLL_S = 0.02
# Half throttle, in ticks of the settings of a new car.
HALF = 435

# Loaded by every Python that is started here: the bus of the computer is the emulated chip, and
# who holds neutral for a second holds it until the second program has had its chance.
SITE = """
import os
import zlib
from pathlib import Path
from donkeycar.parts.drivetrain import i2c_bus
from donkeycar.guardian import claim
from donkeycar.testing import FakeI2C, PCA9685Chip

claim.NAMESPACE = f"donkeycar-{zlib.crc32(os.environ['EMULATED_CHIP'].encode()):x}"
i2c_bus.LinuxI2C = lambda number: FakeI2C(PCA9685Chip(Path(os.environ["EMULATED_CHIP"])))
if "HOLDS_NEUTRAL" in os.environ:
    from donkeycar.management import neutral
    neutral.NEUTRAL_S = 60.0
"""

# The chip at address 0x40 of bus 1, as one owner writes it and as another one does.
SPELLINGS = ("PCA9685.1:40", "PCA9685.01:0x40")

DRIVE = (
    "manage.py", "drive", "--set=CAMERA_TYPE=MOCK", "--set=WEB_CONTROL_PORT=0",
    "--set=USE_JOYSTICK_AS_DEFAULT=True", "--set=CONTROLLER_TYPE=mock",
    "--set=MOCK_JOYSTICK_THROTTLE=0.5",
)  # fmt: skip
DONKEY = ("-m", "donkeycar.management.cli")
# Words after the interpreter, and the pulse of who holds the motor; `calibrate` sends none before
# the wheels are in the air.
PROGRAMS = {
    "drive": (DRIVE, HALF),
    "calibrate": ((*DONKEY, "calibrate", "--set", "WEB_CONTROL_PORT=0"), 0),
    "neutral": ((*DONKEY, "neutral"), NEUTRAL_TICKS),
}
PAIRS = tuple(product(PROGRAMS, PROGRAMS))


class TwoCars:
    """Two folders of one car, and the chip that both of them use."""

    def __init__(self, folder: Path) -> None:
        self.chip = PCA9685Chip(folder / "chip")
        self.cars = []
        for number, spelling in enumerate(SPELLINGS):
            car = folder / f"car{number}"
            create_car(car)
            with open(car / "myconfig.py", "a", encoding="utf-8") as settings:
                settings.write(
                    'DRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"\nPWM_STEERING_THROTTLE = '
                    f'{{"PWM_STEERING_PIN": "{spelling}.1", "PWM_THROTTLE_PIN": "{spelling}.0"}}\n'
                )
            self.cars.append(car)
        (folder / "sitecustomize.py").write_text(SITE)
        self._environment = {
            **os.environ,
            "PYTHONPATH": f"{folder}:{ROOT}",
            "EMULATED_CHIP": str(folder / "chip"),
        }

    def start(self, program: str, car: int, *, holds: bool) -> "subprocess.Popen[str]":
        """Start a program in a folder.

        Args:
            program: Out of `PROGRAMS`.
            car: Number of the folder.
            holds: Whether it is to hold the motor for as long as the trial lasts.
        """
        return subprocess.Popen(
            [sys.executable, *PROGRAMS[program][0]],
            cwd=self.cars[car], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**self._environment, **({"HOLDS_NEUTRAL": "1"} if holds else {})},
        )  # fmt: skip

    def wait_for(self, ticks: int, holder: "subprocess.Popen[str]") -> None:
        """Wait until the motor's output is at `ticks`; without it, until the page opens."""
        if not ticks and holder.stdout is not None:
            if not any("/pair#" in line for line in holder.stdout):
                raise SystemExit("it ended before it had a page")
            return
        deadline_s = time.monotonic() + TIMEOUT_S
        while self.chip.ticks(THROTTLE_CHANNEL) != ticks:
            if time.monotonic() > deadline_s:
                raise SystemExit(f"it did not come to {ticks}: {self.chip.trace.changes[-5:]}")
            time.sleep(POLL_S)


@contextmanager
def two_cars() -> Iterator[TwoCars]:
    """Two folders, removed afterwards."""
    with TemporaryDirectory() as folder:
        made = TwoCars(Path(folder))
        try:
            yield made
        finally:
            made.chip.close()


def second_is_harmless(first: str, second: str) -> str:
    """Start a program, then a second one, which must send nothing and say who has the motor.

    Args:
        first: Out of `PROGRAMS`.
        second: The same.

    Returns:
        What was wrong, in words.
    """
    with two_cars() as cars:
        holder = cars.start(first, 0, holds=True)
        try:
            cars.wait_for(PROGRAMS[first][1], holder)
            before = {change.pid for change in cars.chip.trace.changes}
            late = cars.start(second, 1, holds=False)
            said, _ = late.communicate(timeout=TIMEOUT_S)
            strangers = {change.pid for change in cars.chip.trace.changes} - before
            still = cars.chip.ticks(THROTTLE_CHANNEL) == PROGRAMS[first][1]
        finally:
            _end(holder)
    if strangers:
        return f"{second} moved the motor of {first}"
    if not still:
        return f"{first} was disturbed by {second}"
    if late.returncode != 1 or f"process {holder.pid}, " not in said or "car0" not in said:
        return f"{second} did not say that {first} has the motor: {said}"
    return ""


def _end(holder: "subprocess.Popen[str]") -> None:
    """End a program and all that it started, because its folder will be removed."""
    children = _descendants(holder.pid)
    holder.send_signal(signal.SIGINT)
    try:
        holder.communicate(timeout=0.1 if "neutral" in holder.args else TIMEOUT_S)
    except subprocess.TimeoutExpired:
        holder.kill()
        holder.communicate()
    for pid in children:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _descendants(pid: int) -> list[int]:
    try:
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [each for word in words for each in (*_descendants(int(word)), int(word))]


def disturbed(cases: int, seed: int) -> int:
    """Try pairs in turn; count those in which the second program did anything but refuse."""
    wrong = 0
    for number in range(cases):
        complaint = second_is_harmless(*PAIRS[number % len(PAIRS)])
        if complaint:
            print(complaint, file=sys.stderr)
            wrong += 1
    return wrong


def main(argv: Sequence[str] | None = None) -> int:
    """Try every pair; return 1 if any is wrong."""
    no_arguments("two_programs", __doc__, argv)
    return min(1, disturbed(len(PAIRS), 0))


if __name__ == "__main__":
    sys.exit(main())

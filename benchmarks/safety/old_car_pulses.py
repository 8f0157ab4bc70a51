"""The pulse table of a car: what its wheels get for every steering and throttle.

`before` runs the drivetrain classes of an earlier donkeycar, `after` the car of today on emulated
hardware; `difference` compares the two, place by place.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peer import peer_python
from donkeycar.assembly.drivetrain.table import make_output
from donkeycar.config import load_config
from donkeycar.parts.drivetrain.pin_id import bcm_number
from donkeycar.parts.drivetrain.pins import Board
from donkeycar.settings.rows.drivetrain import SERIAL
from donkeycar.testing import (
    FakeClock,
    FakeI2C,
    GpioHeader,
    PCA9685Chip,
    RoboHATBoard,
    VESCBoard,
)

WORKER = Path(__file__).with_name("old_car_worker.py")
ADDRESSES = (0x40, 0x41)

# Steering and throttle; for each, what each place of the hardware does: a pulse in microseconds,
# a share of the time for a pin, the numbers that a board on a serial line gets.
Order = tuple[float, float]
Table = dict[Order, dict[str, float]]

# What an emulated board shows though nothing was sent to it.
AT_REST = ("board_steering", "board_throttle", "servo")
# donkeycar 5 cuts a pulse to whole counts (4.08 us on a PCA9685), the power of a motor to
# hundredths, and what a RoboHAT gets to whole microseconds.
TOLERANCE = {"pca9685": 4.1, "pin": 0.0051, "board": 1.0, "servo": 1e-3, "duty": 1e-3}


def orders(steps: int, both: int) -> list[Order]:
    """Steering and throttle of a table: each alone on a fine grid, and both on a coarser one.

    Args:
        steps: Steps from 0 to 1 of one alone.
        both: The same for both together.
    """
    line = [index / steps for index in range(-steps, steps + 1)]
    square = [index / both for index in range(-both, both + 1)]
    found = [(value, 0.0) for value in line] + [(0.0, value) for value in line]
    found += [(steering, throttle) for steering in square for throttle in square]
    return list(dict.fromkeys(found))


def ask(package: Path, *words: str) -> object:
    """Give an order to an earlier donkeycar; return its answer.

    Raises:
        RuntimeError: If it cannot do that.
    """
    command = [str(peer_python()), "-I", str(WORKER), str(package), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} failed:\n{done.stderr[-2000:]}")
    answer: object = json.loads(done.stdout)
    return answer


def before(folder: Path, package: Path, grid: list[Order]) -> Table:
    """The table of an old car, by its own manage.py, in the donkeycar of its time.

    It drives in a copy, because a car writes into its folder.
    """
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "car"
        shutil.copytree(folder, copy)
        (Path(name) / "grid.json").write_text(json.dumps(grid))
        rows = ask(package, "pulses", str(copy), str(Path(name) / "grid.json"))
    if not isinstance(rows, list):
        raise RuntimeError(f"{folder} sent no table")
    return {
        order: {_place(key): value for key, value in row.items()}
        for order, row in zip(grid, rows, strict=True)
    }


def _place(key: str) -> str:
    """A pin by its number in the processor, whatever way it was counted in."""
    kind, *rest = key.split()
    if kind != "pin":
        return key
    scheme, number = rest
    name = f"GPIO{number}" if scheme == "BCM" else f"BOARD{number}"
    return f"pin {bcm_number(name)}"


def after(folder: Path, grid: list[Order]) -> Table:
    """The table of a car of today, on emulated chips, pins and boards."""
    cfg = load_config(folder / "config.py", command="drive")
    clock = FakeClock(100.0)
    chips = {address: PCA9685Chip(address=address) for address in ADDRESSES}
    bus = FakeI2C(*chips.values())
    header = GpioHeader(clock=clock)
    with tempfile.TemporaryDirectory() as name:
        vesc = VESCBoard(Path(name) / "ttyACM0", clock=clock)
        robohat = RoboHATBoard(Path(name) / "ttyAMA0", clock=clock)
        settings = cfg.to_wiring() | {
            "VESC_SERIAL_PORT": str(vesc.device.path),
            "MM1_SERIAL_PORT": str(robohat.device.path),
        }
        try:
            board = Board(open_bus=lambda number: bus, lgpio=header.lgpio)
            output = make_output(cfg.DRIVE_TRAIN_TYPE, settings, board=board, clock=clock)
            is_serial = cfg.DRIVE_TRAIN_TYPE in SERIAL
            robohat.device.settle()
            table: Table = {}
            for order in grid:
                clock.advance(1.0)
                output.write(*order)
                if is_serial:
                    vesc.device.settle()
                    robohat.device.settle()
                    clock.advance(0.05)  # a RoboHAT reads a line every 25 ms
                table[order] = dict(_places(chips, header, vesc, robohat))
            return table
        finally:
            header.close()
            vesc.device.close()
            robohat.device.close()


def _places(
    chips: dict[int, PCA9685Chip], header: GpioHeader, vesc: VESCBoard, robohat: RoboHATBoard
) -> Iterator[tuple[str, float]]:
    for address, chip in chips.items():
        yield from ((f"pca9685 {address:#x} {c}", chip.pulse_us(c)) for c in range(16))
    yield from (
        (f"pin {name.removeprefix('GPIO')}", share) for name, share in header.values.items()
    )
    yield "servo", vesc.servo or 0.0
    yield "duty", vesc.duty or 0.0
    yield "board_steering", float(robohat.steering_us or 0)
    yield "board_throttle", float(robohat.throttle_us or 0)


def difference(old: Table, new: Table, cuts: int = 1) -> tuple[str, float]:
    """The first place that differs by more than `TOLERANCE`, "" for none; the largest distance.

    Places that the old car never used must be off in the new one.

    Args:
        old: Table of the old car.
        new: Table of the new one.
        cuts: How often the old car cut a pulse to whole counts: twice with a scale.

    Returns:
        A sentence, and the largest distance as a share of what is allowed.
    """
    largest, wrong = 0.0, ""
    for order, row in old.items():
        for place in row.keys() | new[order].keys():
            if place not in row and place in AT_REST:
                continue
            was, now = row.get(place, 0.0), new[order].get(place, 0.0)
            share = abs(was - now) / TOLERANCE[place.replace("_", " ").split()[0]] / cuts
            largest = max(largest, share)
            if share > 1 and not wrong:
                wrong = f"{place} at steering {order[0]:g}, throttle {order[1]:g}: {was:g}, {now:g}"
    return wrong, largest

"""Upgrade test: cars of every earlier version, before and after an upgrade or a takeover.

Folders at random: the files of a version, values of the owner in either file, on two emulated
PCA9685. It is a violation if a car drives with other wiring than its owner wrote instead of
refusing to drive, or if an upgrade changes its pulses, or whether it drives at all.

Cars that donkeycar 2.5, 5.3 and 5.4 made themselves, and folders as 3 and 4 had them, each with a
tub and a model, taken over by `donkey createcar --from`: the wheels of the new car get what the
drivetrain classes of the old release send, for every steering and throttle of the table.
"""

import contextlib
import io
import random
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.cases import failures, no_arguments
from benchmarks.safety.old_car_folders import CARS, CASES
from benchmarks.safety.old_car_pulses import orders
from benchmarks.safety.old_car_takeover import take_over_all
from donkeycar.assembly.drivetrain.table import make_output
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.management.createcar import create_car
from donkeycar.parts.drivetrain.pins import Board
from donkeycar.settings.text import config_text
from donkeycar.testing import FakeClock, FakeI2C, PCA9685Chip

# Where a file that must be on the disk need not wait for one.
IN_MEMORY = Path("/dev/shm")  # noqa: S108

# Steps of the pulse table from 0 to 1: of steering or throttle alone, and of both together.
STEPS, BOTH = 100, 10

FAMILY = "PWM_STEERING_THROTTLE"
PULSES = {
    "STEERING_LEFT_PWM": 460, "STEERING_RIGHT_PWM": 290, "THROTTLE_FORWARD_PWM": 500,
    "THROTTLE_STOPPED_PWM": 370, "THROTTLE_REVERSE_PWM": 220,
}  # fmt: skip
# Steering and throttle at which each pulse goes out.
AT = {
    "STEERING_LEFT_PWM": (-1, 0), "STEERING_RIGHT_PWM": (1, 0), "THROTTLE_FORWARD_PWM": (0, 1),
    "THROTTLE_STOPPED_PWM": (0, 0), "THROTTLE_REVERSE_PWM": (0, -1),
}  # fmt: skip
CHANNELS = {"STEERING_CHANNEL": 1, "THROTTLE_CHANNEL": 0}
PINS = {"PWM_STEERING_PIN": "PCA9685.1:40.1", "PWM_THROTTLE_PIN": "PCA9685.1:40.0"}
REST: dict[str, Any] = {
    "PWM_STEERING_SCALE": 1.0, "PWM_STEERING_INVERTED": False, "PWM_THROTTLE_SCALE": 1.0,
    "PWM_THROTTLE_INVERTED": False,
}  # fmt: skip
DICTIONARY = {**PINS, **REST, **PULSES}

# What the config.py of a version holds: names outside of a dictionary, the word, the dictionary.
Form = tuple[dict[str, Any], str, dict[str, Any]]
VERSIONS: dict[str, Form] = {
    "2": ({**CHANNELS, **PULSES}, "", {}),
    "4": ({**CHANNELS, **PULSES}, "SERVO_ESC", {}),
    "5.0": ({**CHANNELS, **PULSES, "PCA9685_I2C_ADDR": 0x40}, FAMILY, DICTIONARY),
    "5.2": ({"PCA9685_I2C_ADDR": 0x40}, FAMILY, DICTIONARY),
}

Written = dict[tuple[str, str], Any]


def drawn(dice: random.Random, *, flat: bool) -> dict[str, Any]:
    """Random values of an owner, in one of the two forms."""
    names = dice.sample(list(PULSES), dice.choice((0, 1, 2)))
    values: dict[str, Any] = {name: PULSES[name] + dice.randint(-9, 9) for name in names}
    if dice.random() < 0.3:
        swapped = {"STEERING_CHANNEL": 3, "THROTTLE_CHANNEL": 2}
        pins = {"PWM_STEERING_PIN": "PCA9685.1:41.5", "PWM_THROTTLE_PIN": "PCA9685.1:41.4"}
        values |= swapped if flat else pins
    if flat and dice.random() < 0.2:
        values["PCA9685_I2C_ADDR"] = 0x41
    return values


def text_of(form: Form) -> str:
    """A settings file."""
    flat, word, family = form
    lines = [f"{name} = {value!r}" for name, value in flat.items()]
    lines += [f"DRIVE_TRAIN_TYPE = {word!r}"] if word else []
    lines += [f"{FAMILY} = {family!r}"] if family else []
    return "\n".join(lines) + "\n"


def make_folder(dice: random.Random, folder: Path) -> Written:
    """Write the files of a car; return what its owner wrote, by form and name."""
    version = dice.choice([*VERSIONS, "6"])
    written: Written = {}

    def note(flat: dict[str, Any], family: dict[str, Any]) -> None:
        written.update({("flat", name): value for name, value in flat.items()})
        written.update({("family", name): value for name, value in family.items()})

    if version == "6":
        (folder / "config.py").write_text(config_text())
    else:
        flat, word, family = VERSIONS[version]
        new_flat = drawn(dice, flat=True) if dice.random() < 0.4 and version != "5.2" else {}
        new_family = drawn(dice, flat=False) if dice.random() < 0.4 and family else {}
        text = text_of((flat | new_flat, word, family | new_family))
        (folder / "config.py").write_text(text)
        changed = {name: value for name, value in new_flat.items() if flat.get(name) != value}
        note(changed, {k: v for k, v in new_family.items() if family[k] != v})
    flat = drawn(dice, flat=True) if dice.random() < 0.5 else {}
    family = drawn(dice, flat=False) if dice.random() < 0.4 else {}
    word = dice.choice(("", "", "", FAMILY, "I2C_SERVO", "SERVO_ESC"))
    (folder / "myconfig.py").write_text(text_of((flat, word, family)))
    (folder / "manage.py").write_text("from docopt import docopt\n")
    note(flat, family)
    return written


def pulses_of(folder: Path) -> dict[tuple[int, int], dict[tuple[int, int], int]] | None:
    """The output of both chips, by steering and throttle; ``None`` if the car refuses to drive."""
    chips = {address: PCA9685Chip(address=address) for address in (0x40, 0x41)}
    bus = FakeI2C(*chips.values())
    try:
        cfg = load_config(folder / "config.py", command="drive")
        output = make_output(
            cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring(), board=Board(open_bus=lambda number: bus),
            clock=FakeClock(),
        )  # fmt: skip
    except ConfigError:
        return None
    table = {}
    for order in dict.fromkeys(AT.values()):
        output.write(*order)
        table[order] = {(a, c): chips[a].ticks(c) for a in chips for c in range(8)}
    return table


def run_case(case: int) -> None:
    """Make a random folder, drive it, upgrade it, drive it again.

    Raises:
        AssertionError: If it drives with other wiring than its owner wrote, or other than before.
    """
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as name:
        folder = Path(name)
        written = make_folder(random.Random(case), folder)  # noqa: S311
        files = "\n".join((folder / file).read_text() for file in ("config.py", "myconfig.py"))
        before = pulses_of(folder)
        for (form, entry), value in (written if before is not None else {}).items():
            if not _goes_out(entry, value, before or {}):
                raise AssertionError(
                    f"{form} {entry} = {value!r} is not what goes out of:\n{files}"
                )
        with contextlib.redirect_stdout(io.StringIO()):
            create_car(folder, overwrite=True)
        if pulses_of(folder) != before:
            raise AssertionError(f"The upgrade changed the pulses of:\n{files}")


def _goes_out(
    entry: str, value: Any, table: dict[tuple[int, int], dict[tuple[int, int], int]]
) -> bool:
    if entry in AT:
        return value in table[AT[entry]].values()
    channels = {channel for channel, ticks in table[0, 0].items() if ticks}
    if entry in CHANNELS:
        return value in {channel for _, channel in channels}
    if entry == "PCA9685_I2C_ADDR":
        return {address for address, _ in channels} == {value}
    address, channel = value.partition(":")[2].split(".")
    return (int(address, 16), int(channel)) in channels


changed_by_an_upgrade = partial(failures, run_case)


def main(argv: Sequence[str] | None = None) -> int:
    """Take over every old car, and upgrade 2,000 folders; return 1 if any is wrong."""
    no_arguments("old_cars", __doc__, argv)
    cars = {**CARS, **CASES}
    lost = take_over_all(cars, orders(STEPS, BOTH))
    print(f"{len(cars)} old cars taken over: {lost} wrong")
    wrong = changed_by_an_upgrade(2000, 0)
    print(f"2000 folders of old cars: {wrong} wrong")
    return int(wrong + lost > 0)


if __name__ == "__main__":
    sys.exit(main())

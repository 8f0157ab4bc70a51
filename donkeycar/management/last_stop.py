"""Last stop: systemd runs this first after any end of a car, and it only switches the motor off.

The guardian leaves the necessary data in a folder that systemd makes only for this service and its
user. So this program does not read the settings, which may be half written at that moment, and
loads only the driver of the hardware. For a PCA9685 it takes a third of the processor time of
`donkey neutral`.

It is run as a file, ``python -I -S .../last_stop.py``: the guardian leaves its search path, too.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

FILE = "motor.json"


def leave(
    kind: str, settings: Mapping[str, Any], *, names: Sequence[str], chips: Sequence[Sequence[int]]
) -> None:
    """Leave the data that switch a motor off; without a folder of systemd, do nothing.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.
        names: Names of its hardware, as `Claim` uses them.
        chips: Bus and address of each PCA9685 of the drivetrain.

    Raises:
        OSError: If the data cannot be written.
    """
    path = _path()
    if path is None:
        return
    left = {
        "path": sys.path, "kind": kind, "settings": settings, "names": names, "chips": chips,
    }  # fmt: skip
    unfinished = path.with_name(f"{FILE}.{os.getpid()}")
    fd = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(fd, "w", encoding="utf-8") as file:
        json.dump(left, file)
    unfinished.replace(path)


def try_until_off(attempt: Callable[[], object]) -> None:
    """Try until the motor is off.

    Args:
        attempt: Switches the motor off and makes sure of it, or raises.

    Raises:
        ConfigError: If the settings are impossible.
        DeviceError: If the library for the hardware is not installed.
    """
    from donkeycar.errors import ConfigError, DonkeyError
    from donkeycar.guardian.switch_off import switch_off

    hopeless: list[DonkeyError] = []

    def once() -> None:
        try:
            attempt()
        except DonkeyError as error:
            if not (isinstance(error, ConfigError) or isinstance(error.__cause__, ImportError)):
                raise
            hopeless.append(error)

    switch_off(once)
    if hopeless:
        raise hopeless[0]


def main() -> int:
    """Switch off the motor of the guardian that left its data here.

    Returns:
        0 if the motor is off, or there was no guardian; 1 if another program drives it, or no
        further try can help.
    """
    path = _path()
    try:
        left = None if path is None else json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        left = None
    except (OSError, ValueError) as error:
        print(f"{path} cannot be read: {error}. donkey neutral follows", file=sys.stderr)
        return 1
    if left is None:
        return 0
    sys.path[:] = left["path"]
    from donkeycar.errors import DonkeyError

    try:
        _stop(left)
    except DonkeyError as error:
        print(f"The motor was not switched off here: {error}", file=sys.stderr)
        return 1
    return 0


def _stop(left: Mapping[str, Any]) -> None:
    from donkeycar.guardian.claim import claim_to_switch_off

    chips, names = left["chips"], left["names"]
    with ExitStack() as claimed:
        for claim in claim_to_switch_off(names):
            claimed.callback(claim.close)
        if chips:
            try_until_off(lambda: _chips_off(chips))
        if len(chips) < len(names):
            from donkeycar.assembly.drivetrain.emergency_off import shut_off

            try_until_off(lambda: shut_off(left["kind"], left["settings"]))


def _chips_off(chips: Sequence[Sequence[int]]) -> None:
    from donkeycar.parts.drivetrain.i2c_bus import open_bus
    from donkeycar.parts.drivetrain.pca9685 import all_off

    for number, address in chips:
        all_off(open_bus(number), address)


def _path() -> Path | None:
    """The file with the data; systemd names one folder, or several with colons."""
    folder = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(folder) / FILE if folder else None


if __name__ == "__main__":
    sys.exit(main())

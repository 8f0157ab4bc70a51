"""Guardian process, which holds the motor: `manage.py drive` becomes it, and starts the car again.

The guardian is a small interpreter of its own: it imports only the rules of `donkeycar.guardian`
and the driver of the hardware, and has one thread. The car is its child process.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from donkeycar.guardian import COMMAND_FOLLOWS, FD_VARIABLE
from donkeycar.process.exit_code import exit_code


def is_guarded() -> bool:
    """Whether a guardian started this process."""
    return FD_VARIABLE in os.environ


def hear_ctrl_c() -> None:
    """Make SIGINT stop this process, even as a background job of a script.

    Shells make background jobs ignore it. Call this first: processes that start later inherit it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def become_guardian(settings: Mapping[str, Any], folder: Path) -> NoReturn:
    """Turn this process into the guardian of the car; it starts this command line again.

    Args:
        settings: All settings of the car, by name.
        folder: Folder of the car, shown to other programs that ask who holds the motor.
    """
    words = json.dumps(settings, default=_plain).encode()
    # The settings are in memory, and not on the command line, where everybody could read them.
    file = os.memfd_create("settings", 0)
    os.write(file, words)
    os.lseek(file, 0, os.SEEK_SET)
    sys.stdout.flush()
    sys.stderr.flush()
    # -P: a file in the car's folder must not take the place of a module.
    guardian = [sys.executable, "-P", "-m", __name__, str(file), str(folder.absolute())]
    car = [COMMAND_FOLLOWS, sys.executable, *sys.orig_argv[1:]]
    os.execv(sys.executable, [*guardian, *car])  # noqa: S606


def main(argv: Sequence[str] | None = None) -> int:
    """Guard a car.

    Args:
        argv: The number of the open file with the settings, the folder of the car, ``--`` and the
            command that starts it.

    Returns:
        The car's exit code; 1 if the hardware refused.
    """
    file, _folder, _mark, *command = sys.argv[1:] if argv is None else argv
    with open(int(file), encoding="utf-8") as settings_file:
        settings = json.load(settings_file)
    if argv is None:
        from donkeycar.process.lossy_output import never_wait_for_readers

        never_wait_for_readers()
    return exit_code(lambda: _guard(settings, command), prog=_prog(command))


def _prog(command: Sequence[str]) -> str:
    """The name by which the owner called this command line."""
    ours = ("donkey", "donkeycar.management.cli")
    return "donkey" if any(Path(word).name in ours for word in command) else "manage.py"


def _guard(settings: Mapping[str, Any], command: Sequence[str]) -> int:
    # Only the process that holds the motor loads these, not the two that start it.
    from donkeycar.assembly.drivetrain.emergency_off import shut_off
    from donkeycar.assembly.drivetrain.hardware import chips_of, hardware_of, load_drivers
    from donkeycar.assembly.drivetrain.table import drivetrain_row, make_output
    from donkeycar.guardian.guardian import Guardian
    from donkeycar.guardian.process import guard, hold_motor
    from donkeycar.guardian.switch_off import say
    from donkeycar.management.last_stop import leave

    if settings["HAVE_CONSOLE_LOGGING"]:
        import logging

        logging.basicConfig(level=settings["LOGGING_LEVEL"], format=settings["LOGGING_FORMAT"])
    kind = settings["DRIVE_TRAIN_TYPE"]
    if drivetrain_row(kind, settings).in_world:
        return guard(Guardian(Elsewhere()), command)
    names = hardware_of(kind, settings)
    if not names:
        return guard(Guardian(make_output(kind, settings)), command)
    try:
        leave(kind, settings, names=names, chips=chips_of(kind, settings))
    except OSError as error:
        say(
            "If all three processes are killed at once, the service stops the motor a second "
            f"later than usual: {error}"
        )
    load_drivers(kind, settings, also_threaded=False)
    return hold_motor(
        names,
        open_output=lambda: make_output(kind, settings),
        shut_off=lambda: shut_off(kind, settings),
        command=command,
        prepare=lambda: load_drivers(kind, settings, also_threaded=True),
    )


class Elsewhere:
    """The output of a simulated car: the car itself carries out the guardian's answers."""

    def write(self, steering: float, throttle: float) -> None:
        """Leave it to the car."""

    def off(self) -> None:
        """Leave it to the car."""


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)


if __name__ == "__main__":
    sys.exit(main())

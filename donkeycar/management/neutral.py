"""`donkey neutral`: stop the motor of a car whose own programs are gone.

systemd runs it as ``python -m donkeycar.management.neutral --path ~/mycar`` at every end of a car,
after `last_stop`. It holds neutral for a moment and then sends no pulses. With ``--off`` it ends
the pulses at once.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from donkeycar.assembly.drivetrain.hardware import hardware_of
from donkeycar.assembly.drivetrain.table import drivetrain_row, make_output
from donkeycar.config import load_config
from donkeycar.guardian.claim import claim_to_switch_off
from donkeycar.guardian.guardian import Output
from donkeycar.guardian.switch_off import switch_off
from donkeycar.management.last_stop import try_until_off
from donkeycar.process.exit_code import exit_code
from donkeycar.timing import Clock, RealClock

# A speed controller brakes on neutral, and may take a missing signal for a broken wire.
NEUTRAL_S = 1.0
REFRESH_S = 0.05


def make_safe(output: Output, *, neutral_s: float = NEUTRAL_S, clock: Clock | None = None) -> None:
    """Hold neutral for a moment, then switch off.

    Args:
        output: The output, just opened.
        neutral_s: How long to hold neutral, in seconds; 0 skips it.
        clock: Source of time.
    """
    clock = RealClock() if clock is None else clock
    end_s = clock.monotonic() + neutral_s
    while clock.monotonic() < end_s:
        # If this fails, it is tried again, and the output is switched off at the end.
        with suppress(OSError):
            output.write(0.0, 0.0)
        clock.sleep(REFRESH_S)
    switch_off(output.off, clock=clock)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.description = (
        "Stop the motor of a car whose own programs are gone: send neutral for a second, then no "
        "pulses. It tries until the hardware has obeyed, and refuses while somebody drives."
    )
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car (default: this one)"
    )
    parser.add_argument(
        "--off", action="store_true", help="send no pulses at once, without neutral before"
    )


def run(args: argparse.Namespace) -> None:
    """Stop the motor of the car in a folder.

    Raises:
        DeviceError: If another program drives it, or the library of its hardware is not installed.
        ConfigError: If the settings are impossible.
    """
    cfg = load_config(args.path.expanduser() / "config.py", command="neutral")
    kind, settings = cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring()
    if not drivetrain_row(kind, settings).is_real:
        print(f"DRIVE_TRAIN_TYPE {kind} has no motor: there is nothing to stop.")
        return
    with ExitStack() as claimed:
        for claim in claim_to_switch_off(hardware_of(kind, settings)):
            claimed.callback(claim.close)
        make_safe(_open(kind, settings), neutral_s=0.0 if args.off else NEUTRAL_S)
        before = "" if args.off else "It had neutral for a second before that. "
        print(f"The motor is off. {before}({', '.join(hardware_of(kind, settings))})")


def _open(kind: str, settings: Mapping[str, Any]) -> Output:
    """Open the hardware, which switches it off; try until the hardware answers.

    Raises:
        ConfigError: If the settings are impossible.
        DeviceError: If the library for the hardware is not installed.
    """
    opened: list[Output] = []
    try_until_off(lambda: opened.append(make_output(kind, settings)))
    return opened[0]


def main(argv: Sequence[str] | None = None) -> int:
    """Stop the motor of the car in a folder.

    Returns:
        0 if it is stopped, 1 if its settings cannot be read or another program drives it.
    """
    parser = argparse.ArgumentParser(prog="neutral")
    add_arguments(parser)
    args = parser.parse_args(argv)
    return exit_code(lambda: run(args), prog="neutral")


if __name__ == "__main__":
    sys.exit(main())

"""Stops the motor of a car whose own programs are gone: for systemd, at every end and every start.

``python -m donkeycar.management.neutral --path ~/mycar`` holds neutral for a moment and then sends
no pulses; with ``--off`` it sends none at once.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from donkeycar.config import load_config
from donkeycar.management.cli import exit_code
from donkeycar.parts.drivetrain.table import make_output
from donkeycar.safety.guardian import Output
from donkeycar.timing import Clock, RealClock

# A speed controller brakes on neutral, and may take a missing signal for a broken wire.
NEUTRAL_S = 1.0
REFRESH_S = 0.05

# These have no hardware that could go on by itself.
NOTHING_TO_STOP = ("MOCK", "SIM")


def make_safe(output: Output, *, neutral_s: float = NEUTRAL_S, clock: Clock | None = None) -> None:
    """Neutral for a moment, then nothing.

    Args:
        output: Just opened.
        neutral_s: How long it holds neutral, in seconds; 0 leaves it out.
        clock: Source of time.

    Raises:
        OSError: If it cannot be switched off.
    """
    clock = RealClock() if clock is None else clock
    end_s = clock.monotonic() + neutral_s
    while clock.monotonic() < end_s:
        # What fails here is tried again, and switched off at last.
        with suppress(OSError):
            output.write(0.0, 0.0)
        clock.sleep(REFRESH_S)
    output.off()


def main(argv: Sequence[str] | None = None) -> int:
    """Stop the motor of the car in a folder.

    Returns:
        0 if it is stopped, 1 if its hardware or its settings cannot be read.
    """
    parser = argparse.ArgumentParser(prog="neutral", description="Stop the motor of a car.")
    parser.add_argument("--path", type=Path, default=Path(), help="folder of the car")
    parser.add_argument("--off", action="store_true", help="send no pulses, at once")
    args = parser.parse_args(argv)

    def stop() -> None:
        cfg = load_config(args.path / "config.py", command="neutral")
        if cfg.DRIVE_TRAIN_TYPE not in NOTHING_TO_STOP:
            output = make_output(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring())
            make_safe(output, neutral_s=0.0 if args.off else NEUTRAL_S)

    return exit_code(stop, prog="neutral")


if __name__ == "__main__":
    sys.exit(main())

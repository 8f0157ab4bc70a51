"""`donkey calibrate`: find the pulses of a car, from a page or from the terminal."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from donkeycar.assembly.drivetrain.calibration import (
    read_questions,
    read_sheet,
    widened_settings,
)
from donkeycar.assembly.drivetrain.emergency_off import ready_emergency_off
from donkeycar.assembly.drivetrain.table import check_settings
from donkeycar.config import Config, load_config
from donkeycar.console.bench import Bench
from donkeycar.console.bench_walk import lines_of
from donkeycar.driving.command import Command
from donkeycar.errors import ConfigError, DeviceError, text_of
from donkeycar.guardian.process import VehicleSide
from donkeycar.management.before_hardware import check_free
from donkeycar.management.guardian import become_guardian, hear_ctrl_c, is_guarded
from donkeycar.parts.drivetrain.calibration import Calibration
from donkeycar.parts.drivetrain.calibration_edits import CalibrationEdits
from donkeycar.parts.drivetrain.calibration_notes import Before, CalibrationNotes
from donkeycar.parts.drivetrain.calibration_points import CalibrationSheet
from donkeycar.parts.drivetrain.guarded import GuardedDrivetrain, Link
from donkeycar.settings.notices import in_short
from donkeycar.settings.owner.entry import edited_entries, set_entries
from donkeycar.timing import Clock
from donkeycar.vehicle import Vehicle

RATE_HZ = 30
NOTES = Path("logs", "calibration.json")


class BenchDrivetrain(GuardedDrivetrain):
    """A drivetrain that sends no pulse until somebody has said that the wheels are in the air.

    Before calibration the stored neutral may be any pulse.

    Args:
        bench: Knows whether somebody has said so.
        link: The connection to the guardian.
        emergency_off: The same as in `GuardedDrivetrain`.
        clock: Source of time.
    """

    def __init__(
        self,
        bench: Bench,
        link: Link,
        *,
        emergency_off: Callable[[], object],
        clock: Clock | None = None,
    ) -> None:
        super().__init__(link, emergency_off=emergency_off, clock=clock)
        self._bench = bench

    def run(
        self, command: Command | None, mode: str | None = None, pilot_reason: str | None = None
    ) -> tuple[str, str]:
        """Send the order of one tick; at first a stop, on which a new guardian sends no pulse."""
        if self._bench.began:
            return super().run(command, mode, pilot_reason)
        self.halt()
        return "boot", ""


class Gauge:
    """Reads the guardian's output.

    Args:
        side: The connection to the guardian.
    """

    def __init__(self, side: VehicleSide) -> None:
        self._side = side

    def run(self) -> tuple[float, float] | None:
        """Steering and throttle, -1 to +1; ``None`` before the first answer."""
        status = self._side.status()
        return None if status is None else (status.steering, status.throttle)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.description = (
        "Find the pulses of a car while its wheels are in the air, one question after the other, "
        "on a page in the browser or with --terminal by keys. Save writes them into myconfig.py "
        "and leaves the other lines as they are. What is not saved can be taken up at the next "
        "start."
    )
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car (default: this one)"
    )
    parser.add_argument(
        "--terminal", action="store_true", help="use keys in this terminal instead of a page"
    )
    parser.add_argument(
        "--put-back", action="store_true",
        help="write the values of before the last Save into myconfig.py again; moves nothing",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE",
        help="one setting for this run, e.g. WEB_CONTROL_PORT=8888; may be repeated",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Calibrate the car in a folder until Ctrl-C."""
    hear_ctrl_c()
    folder = args.path.expanduser()
    cfg = load_config(folder / "config.py", overrides=args.set, command="calibrate")
    kind = cfg.DRIVE_TRAIN_TYPE
    settings = cfg.to_wiring()
    # Both refuse before any hardware is opened.
    check_settings(kind, settings)
    sheet = read_sheet(kind, settings)
    if args.put_back:
        put_back(cfg, folder)
        return
    if not is_guarded():
        for notice in (*in_short(cfg.notices), *obstacles(sheet, folder / "myconfig.py")):
            print(f"note: {notice}", flush=True)
        if sys.platform != "linux":
            raise ConfigError("`donkey calibrate` needs Linux, as every car does. Run it there")
        check_free(cfg, has_page=not args.terminal)
        # The guardian lets through only the pulses that may be tried, whatever this process asks.
        become_guardian(widened_settings(kind, settings), folder)
    calibrate(cfg, folder, terminal=args.terminal)


def calibrate(cfg: Config, folder: Path, *, terminal: bool = False) -> None:
    """Calibrate under the guardian that started this process.

    Args:
        cfg: Settings of the car.
        folder: Folder of the car; its ``myconfig.py`` is changed.
        terminal: Whether to use keys instead of a page.

    Raises:
        DeviceError: If no guardian started this process.
    """
    kind, settings = cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring()
    wide = widened_settings(kind, settings)
    side = VehicleSide.from_environment()
    if side is None:
        raise DeviceError("No guardian holds the motor. Start this with: donkey calibrate")

    bench = Bench(
        Calibration(read_sheet(kind, settings)),
        write=saver(cfg, folder),
        questions=read_questions(kind, settings),
        notes=_notes(cfg, folder),
    )
    car = Vehicle()
    console = _terminal(bench) if terminal else _page(bench, cfg)
    car.add(
        console,
        inputs=["out/steering", "out/throttle", "drivetrain/state", "drivetrain/reason"],
        outputs=["command"],
        threaded=True,
    )
    drivetrain = BenchDrivetrain(bench, side, emergency_off=ready_emergency_off(kind, wide))
    car.add(drivetrain, inputs=["command"], outputs=["drivetrain/state", "drivetrain/reason"])
    car.add(Gauge(side), outputs=["out/steering", "out/throttle"])
    try:
        car.start(rate_hz=RATE_HZ)
    finally:
        bench.close()


def put_back(cfg: Config, folder: Path) -> None:
    """Write the values of before the last save into ``myconfig.py``, and keep those of now.

    Args:
        cfg: Settings of the car.
        folder: Folder of the car.

    Raises:
        ConfigError: If no older values are kept, or the file cannot be changed.
    """
    edits = CalibrationEdits(read_sheet(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring()))
    notes = _notes(cfg, folder)
    before = notes.before
    if before is None or not edits.fits(before.draft):
        raise ConfigError(
            f"No older values are kept in {folder / NOTES} for {cfg.DRIVE_TRAIN_TYPE}. "
            "`donkey calibrate` keeps them when you save. Received: --put-back"
        )
    changes = edits.changes_to(before.draft)
    if not changes:
        print(f"Nothing to put back: myconfig.py holds the values of before {before.at}.")
        return
    path = saver(cfg, folder)(changes)
    notes.keep(unfinished=None, before=Before(time.strftime("%Y-%m-%d %H:%M"), edits.stored))
    notes.close()
    print(f"Put back in {path}, as before {before.at}:")
    for line in lines_of(changes):
        print(f"  {line}")


def _notes(cfg: Config, folder: Path) -> CalibrationNotes:
    return CalibrationNotes(folder / NOTES, cfg.DRIVE_TRAIN_TYPE)


def saver(cfg: Config, folder: Path) -> Callable[[dict[str, Any]], str]:
    """Make the function that writes calibrated values into ``myconfig.py`` and returns its path.

    If it cannot, it raises a ConfigError with the lines to write, and leaves the file as it was.
    """

    def write(changes: dict[str, Any]) -> str:
        path = folder / "myconfig.py"
        try:
            before = set_entries(path, changes)
            _check_saved(cfg, folder, path, before)
        except ConfigError as error:
            lines = "; ".join(lines_of(changes))
            raise ConfigError(f"{error}. The lines to put at the end of {path}: {lines}") from error
        return str(path)

    return write


def obstacles(sheet: CalibrationSheet, path: Path) -> list[str]:
    """Reasons, known in advance, why calibrated values cannot be saved."""
    if not sheet.family or not path.exists():
        return []
    try:
        source = path.read_bytes().decode("utf-8")
        edited_entries(source, sheet.family, dict.fromkeys(sheet.names.values(), 0))
    except (OSError, UnicodeDecodeError, ConfigError) as error:
        return [
            f"What you find cannot be saved into {path}: {text_of(error)}. Save will show the "
            "lines to write"
        ]
    if not os.access(path, os.W_OK):
        return [
            f"You may not write {path}: nothing can be saved. Save will show the lines to write"
        ]
    return []


def _check_saved(cfg: Config, folder: Path, path: Path, before: str) -> None:
    """Restore the file if the car could no longer read its settings."""
    from donkeycar.settings.owner.edit import write_text

    try:
        load_config(folder / "config.py", command="calibrate")
    except ConfigError:
        write_text(path, before)
        raise


def _page(bench: Bench, cfg: Config) -> Any:
    from donkeycar.assembly.console import pairing_file
    from donkeycar.console.calibration_console import CalibrationConsole

    console = CalibrationConsole(
        bench,
        port=cfg.WEB_CONTROL_PORT,
        host=cfg.WEB_HOST,
        auth=cfg.WEB_AUTH,
        car_name=Path(cfg.CAR_PATH).name,
        pairing_file=pairing_file(cfg),
    )
    print("Lift the wheels off the ground, then open the page. Ctrl-C ends it.")
    print(console.pairing.text, flush=True)
    return console


def _terminal(bench: Bench) -> Any:
    from donkeycar.management.calibrate_terminal import TerminalBench

    return TerminalBench(bench)

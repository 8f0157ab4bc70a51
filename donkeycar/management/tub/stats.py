"""`donkey stats`: how drives went: rate, pauses, and how old pictures were at the wheels."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from donkeycar import commands
from donkeycar.errors import DeviceError, TubError
from donkeycar.management.tub.car_folder import add_car_folder, car_words
from donkeycar.management.tub.paths import tub_paths
from donkeycar.tub.drive import Drive, Spread, drive_of
from donkeycar.words import count, shown

WHO = {"user": "you", "local_angle": "the pilot steered", "local": "the pilot drove"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.description = (
        "How drives went: rate, pauses, age from camera to wheels. Statistics of what was "
        "recorded, such as steering and throttle, are told by `donkey tub stats`."
    )
    parser.add_argument(
        "tubs", nargs="*", metavar="TUB", help="tubs, or folders of tubs (default: data)"
    )
    add_car_folder(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of sentences")


def run(args: argparse.Namespace) -> int:
    """Say how each drive went.

    Returns:
        1 if one of several tubs cannot be read, else 0.
    """
    paths = tub_paths(car_words(args))
    found: dict[str, Drive] = {}
    unread: dict[str, list[str]] = {}
    code = 0
    for path in paths:
        try:
            found[str(path)], unread[str(path)] = _drive(path)
        except (TubError, DeviceError) as error:
            if len(paths) == 1:
                raise
            print(shown(f"donkey: error: {error}"), file=sys.stderr)
            code = 1
    if args.json:
        told = {name: {**asdict(one), "unread": unread[name]} for name, one in found.items()}
        print(json.dumps(told, indent=2))
        return code
    for name, drive in found.items():
        print(f"{shown(Path(name))}: {in_words(drive)}")
        for line in [*lines_of(drive), *_damage(Path(name), unread[name])]:
            print(f"  {line}")
    return code


def _drive(path: Path) -> tuple[Drive, list[str]]:
    """How a drive went, and what of it cannot be read."""
    from donkeycar.tub import open_tub

    tub = open_tub(path)
    return drive_of(tub), [str(each) for each in tub.skipped]


def _damage(path: Path, unread: list[str]) -> list[str]:
    if not unread:
        return []
    more = f", and {len(unread) - 1} more" if len(unread) > 1 else ""
    step = commands.donkey("tub", "check", path)
    return [f"Damaged: what cannot be read is not counted. {unread[0]}{more}. Next: {step}"]


def in_words(drive: Drive) -> str:
    """One line: how much there is of it."""
    parts = [count(drive.num_records, "record"), count(drive.num_sessions, "session")]
    if drive.steps is not None:
        parts.append(f"{drive.driven_in_words} driven")
    if drive.num_pauses:
        parts.append(count(drive.num_pauses, "pause"))
    return ", ".join(parts)


def lines_of(drive: Drive) -> list[str]:
    """What is known, then what is not."""
    lines = []
    if drive.steps is not None and drive.rate_hz is not None:
        lines.append(
            f"{drive.rate_hz:.1f} records a second by the median step; {_times(drive.steps)} apart"
        )
    if drive.frames is not None:
        lines.append(f"frames exposed {_times(drive.frames)} apart")
    for mode, ages in drive.ages.items():
        lines.append(
            f"camera to wheels, {WHO.get(mode, mode)}: {_times(ages)} in "
            f"{count(ages.num, 'record')}"
        )
    return [*lines, *drive.unknown]


def _times(spread: Spread) -> str:
    return (
        f"p50 {1000 * spread.p50_s:.0f} ms, p99 {1000 * spread.p99_s:.0f} ms, "
        f"at most {1000 * spread.max_s:.0f} ms"
    )

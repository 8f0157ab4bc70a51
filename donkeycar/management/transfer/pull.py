"""`donkey pull`: bring recordings and pilots of a car here, over ssh."""

import argparse
import sys
from pathlib import Path

from donkeycar.errors import ConfigError
from donkeycar.management.transfer.remote import Remote, parse_address
from donkeycar.management.transfer.tubs import far_tubs, fetch_tub, safe_path

DATA = "data"
# A file here that differs is kept under its name with this at its end.
KEPT = ".before-pull"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_car(parser)
    parser.add_argument(
        "what", nargs="*", default=[DATA], metavar="PATH",
        help="what of the car's folder (default: data, all recordings): data/tub_3, models, "
        "models/pilot.tflite",
    )  # fmt: skip
    parser.add_argument(
        "--to", type=Path, default=Path(), metavar="FOLDER",
        help="folder here that gets data and models (default: this one)",
    )  # fmt: skip
    add_check(parser)


def add_car(parser: argparse.ArgumentParser) -> None:
    """The argument that names the car."""
    parser.add_argument(
        "car", metavar="CAR",
        help="mycar.local, kim@192.168.1.7, or with a folder: mycar.local:cars/blue (default "
        "folder: mycar)",
    )  # fmt: skip


def add_check(parser: argparse.ArgumentParser) -> None:
    """The option that `push` has as well."""
    parser.add_argument(
        "--verify", action="store_true",
        help="compare the content of files that look the same, not only size and time",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Copy everything that was asked for, and say what came.

    Returns:
        1 if a recording was left out, else 0.
    """
    into = args.to.expanduser().resolve()
    if not into.is_dir():
        raise ConfigError(f"`--to` must be a folder that exists. Received: {into}")
    options = ["--checksum"] if args.verify else []
    places = [safe_path(word) for word in args.what]
    with Remote(parse_address(args.car)) as remote:
        return max([pull(remote, place, into, *options) for place in places])


def pull(remote: Remote, place: str, into: Path, *options: str) -> int:
    """Bring one path of the car's folder here.

    Args:
        remote: The car.
        place: The path, as `safe_path` returns it.
        into: The folder here that stands for the car's.
        options: More options of rsync.

    Returns:
        1 if a recording was left out, else 0.

    Raises:
        ConfigError: If the car has nothing there.
        TubError: If another tub is here under its name.
        DeviceError: If not everything could be copied.
    """
    tubs, unsafe = far_tubs(remote, place)
    for tub in tubs:
        num_records, lacking = fetch_tub(remote, tub, into, *options)
        live = ", as it was when this began: the car is recording into it" if tub.is_live else ""
        print(f"{into / tub.path}: {num_records:,} records{live}")
        if lacking:
            print(f"note: {lacking:,} records of {tub.path} lack their picture, on the car, too")
    for path in unsafe:
        print(
            f"note: {path!r} was left out: a name must be text without line breaks and backslashes."
            " Rename that folder on the car",
            file=sys.stderr,
        )
    if tubs or unsafe:
        return int(bool(unsafe))
    target = into / place
    if place.partition("/")[0] == DATA:
        raise ConfigError(
            f"There must be a recording in {place}. Received: none on {remote.address.host}. "
            "Press Record on the car's page first, or name another folder"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    kept = ["--backup", f"--suffix={KEPT}"]
    remote.copy([remote.there(place)], f"{target.parent}/", *kept, *options)
    print(f"{target}: here. A file that was different is beside it, as NAME{KEPT}")
    return 0

"""`donkey stops`: why a car stopped, and where the picture of that moment is."""

import argparse
import time
from pathlib import Path

from donkeycar.driving.stops import FOLDER, read_stops
from donkeycar.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.description = (
        "Show when and why a car stopped: link lost, STOP pressed, order too old and so on, the "
        "newest first, with the picture of that moment. The car keeps the last 100."
    )
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car (default: this one)"
    )
    parser.add_argument(
        "--hours", type=float, default=1.0, help="how far back, in hours (1); 0 shows all"
    )


def run(args: argparse.Namespace) -> int:
    """Print the stops.

    Returns:
        0.

    Raises:
        ConfigError: If the folder is not that of a car, or the hours are negative.
    """
    folder = args.path.expanduser()
    if not (folder / "myconfig.py").is_file():
        raise ConfigError(
            f"`--path` must be the folder of a car, with a myconfig.py. Received: {folder}"
        )
    if not 0 <= args.hours <= 100_000:
        raise ConfigError(f"`--hours` must be 0 to 100000. Received: {args.hours:g}")
    since_s = time.time() - args.hours * 3600 if args.hours else 0.0
    stops = read_stops(folder / FOLDER, since_s=since_s)
    for stop in stops:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(stop.time_s))
        print(f"{when}  {stop.mode}  {stop.reason}")
        if stop.has_picture:
            print(f"    {folder / FOLDER / stop.id}.jpg")
    if not stops:
        hours = "hour" if args.hours == 1 else f"{args.hours:g} hours"
        span = f"in the last {hours}" if args.hours else "so far"
        print(f"The car did not stop {span}.")
    return 0

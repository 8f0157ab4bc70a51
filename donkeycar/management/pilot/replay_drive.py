"""`donkey replay-drive`: drive a recording once more, and compare every channel."""

import argparse
import json
import math
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.driving.drive_mode import MODES
from donkeycar.errors import ConfigError, DonkeyError, text_of
from donkeycar.management.output_file import different_files, output_file
from donkeycar.management.pilot.seen_through import A_KIND, A_PILOT
from donkeycar.management.tub.paths import tub_paths
from donkeycar.process.as_typed import as_typed
from donkeycar.process.exit_code import BAD_USAGE

if TYPE_CHECKING:
    from donkeycar.replay_drive.compare import Comparison
    from donkeycar.replay_drive.pilot import Pilot
    from donkeycar.replay_drive.trace import Trace

DIFFERENT = 1
# How often progress is shown, in records.
SHOWN_EVERY = 50
EPILOG = (
    "The real camera part, pilot, caution, drive mode and guardian of a car run on a simulated "
    "clock, up to the pulses of emulated pins. Without --against and --reference, the pilot is "
    "compared with the person of the recording. Exit code: 0 the same, or compared with the person "
    "of the recording; 1 a channel differs from B or the reference by more than the tolerance, or "
    "one of them lacks a record; 2 nothing could be compared. How a pilot learnt is shown by "
    "another command, donkey replay."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.epilog = EPILOG
    parser.add_argument("tubs", nargs="+", metavar="TUB", help="tubs, or folders of tubs")
    parser.add_argument("--model", type=Path, metavar="A", help=f"the pilot: {A_PILOT}")
    parser.add_argument("--type", help=f"{A_KIND}; only needed for models made elsewhere")
    parser.add_argument(
        "--against", type=Path, metavar="B", help="compare with what this pilot would have done"
    )
    parser.add_argument("--against-type", metavar="TYPE", help="type of B, as --type is that of A")
    stored = parser.add_mutually_exclusive_group()
    stored.add_argument(
        "--reference", type=Path, metavar="FILE", help="compare with a run that was stored"
    )
    stored.add_argument("--save-reference", type=Path, metavar="FILE", help="store this run (of A)")
    parser.add_argument(
        "--mode", choices=MODES,
        help="who drives: local is the pilot alone, local_angle the pilot steers and the recorded "
        "person gives throttle, user the person (default: local with --model, else user)",
    )  # fmt: skip
    parser.add_argument(
        "--path", type=Path, metavar="CAR",
        help="folder of the car whose settings count (default: this folder, if it is a car; else "
        "the settings of a new car, with the frames that the pilot was trained with)",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE",
        help="one setting for this run, e.g. AI_CAUTION=1; may be repeated",
    )  # fmt: skip
    parser.add_argument("--start", type=int, default=0, metavar="N", help="first record")
    parser.add_argument("--end", type=int, metavar="N", help="last record")
    parser.add_argument(
        "--tolerance", type=float, default=1e-3,
        help="differences up to this do not count (default: %(default)g)",
    )  # fmt: skip
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CHANNEL",
        help="a channel that is not compared, e.g. 'cam/*'; may be repeated",
    )  # fmt: skip
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw steering and throttle")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every channel as a table")
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there")
    parser.add_argument("--json", action="store_true", help="print JSON instead of sentences")


def run(args: argparse.Namespace) -> int:
    """Replay, compare, and say what differs.

    Returns:
        0 if nothing differs, `DIFFERENT`, or `BAD_USAGE` if nothing could be compared.
    """
    try:
        return _run(args)
    except (DonkeyError, OSError) as error:
        sentence = as_typed(text_of(error), sys.argv[1:])
        print(f"donkey: error: {sentence}", file=sys.stderr)
        return BAD_USAGE


def _run(args: argparse.Namespace) -> int:
    _check(args)
    for option in ("save_reference", "png", "csv"):
        path: Path | None = getattr(args, option)
        if path is not None:
            setattr(args, option, _new_file(path, option, overwrite=args.overwrite))
    different_files(
        reads=(args.model, args.against, args.reference),
        save_reference=args.save_reference,
        png=args.png,
        csv=args.csv,
    )
    from donkeycar.replay_drive.compare import against_driver, compare
    from donkeycar.replay_drive.reference import load_reference, save_reference

    stored = None if args.reference is None else load_reference(args.reference.expanduser())
    tubs = tub_paths(args.tubs)
    one = _replay(args, tubs, _pilot(args.model, args.type))
    if args.save_reference is not None:
        save_reference(args.save_reference, one)
    if args.against is not None:
        other = _replay(args, tubs, _pilot(args.against, args.against_type))
        names = _two_names(args.model, args.against)
    elif stored is not None:
        other, names = stored, ("This run", args.reference.name)
    else:
        names = ("The pilot" if args.model else "The car", "the recorded person")
        left, right = against_driver(one)
        found = compare(left, right, tolerance=args.tolerance, ignored=args.ignore)
        _tell(args, left, right, found, names)
        return 0  # nobody asked for these two to be the same
    found = compare(one, other, tolerance=args.tolerance, ignored=args.ignore)
    _tell(args, one, other, found, names)
    return 0 if found.is_same else DIFFERENT


def _check(args: argparse.Namespace) -> None:
    if args.against is not None and (args.model is None or args.reference is not None):
        raise ConfigError(
            "`--against` compares one pilot with another. Received: "
            f"{'no --model' if args.model is None else '--reference as well'}. "
            "Write --model A --against B, and a --reference in a run of its own"
        )
    if not 0 <= args.tolerance < math.inf:
        raise ConfigError(
            f"`--tolerance` must be a number, 0 or more. Received: {args.tolerance:g}. "
            "0.001 is usual"
        )
    if args.mode is None:
        args.mode = "user" if args.model is None else "local"


def _new_file(path: Path, option: str, *, overwrite: bool) -> Path:
    option = "--" + option.replace("_", "-")
    target = output_file(path, option=option)
    if target.exists() and not overwrite:
        raise ConfigError(
            f"`{option}` must be a new file. Received: {path}, which is there. Choose another "
            "name, or add --overwrite"
        )
    return target


def _pilot(model: Path | None, model_type: str | None) -> "Pilot | None":
    from donkeycar.replay_drive.pilot import Pilot

    return None if model is None else Pilot(model.expanduser(), model_type)


def _replay(args: argparse.Namespace, tubs: list[Path], pilot: "Pilot | None") -> "Trace":
    from donkeycar.replay_drive.run import replay
    from donkeycar.replay_drive.settings import settings_for

    folder = args.path
    if folder is None and Path("config.py").is_file():
        folder = Path()
    if folder is not None:
        cfg = settings_for(folder.expanduser() / "config.py", pilot, changes=args.set)
    else:
        defaults = resources.files("donkeycar.templates") / "config_defaults.py"
        with resources.as_file(defaults) as config:
            cfg = settings_for(config, pilot, fits=True, changes=args.set)
    return replay(
        tubs, cfg, pilot, mode=args.mode, first=args.start, last=args.end, progress=_progress()
    )


def _progress() -> Callable[[int, int], object] | None:
    """Shows how far a replay is, if somebody looks."""
    if not sys.stderr.isatty():
        return None

    def show(num: int, num_all: int) -> None:
        if num % SHOWN_EVERY == 0 or num >= num_all:
            end = "\r\033[K" if num >= num_all else ""
            print(f"\r{num} of {num_all} records{end}", end="", file=sys.stderr, flush=True)

    return show


def _two_names(one: Path, other: Path) -> tuple[str, str]:
    """What two pilots are called: their names, or their paths if those are the same."""
    if one.name != other.name:
        return one.name, other.name
    return str(one), str(other)


def _tell(
    args: argparse.Namespace,
    one: "Trace",
    other: "Trace",
    found: "Comparison",
    names: tuple[str, str],
) -> None:
    from donkeycar.replay_drive.words import lines_of, notes_of, rows_of, to_json

    notes = sys.stderr if args.json else sys.stdout
    if args.json:
        json.dump(to_json(one, other, found, names), sys.stdout, indent=2, allow_nan=False)
        print()
    else:
        for line in lines_of(one, found, names):
            print(line)
        for note in notes_of(one, other, found):
            print(f"note: {note}")
        if rows := rows_of(one, found):
            _print_table(rows)
    if args.csv is not None:
        from donkeycar.replay_drive.table import write_table

        write_table(args.csv, one, other)
        print(f"wrote {args.csv}", file=notes)
    if args.png is not None:
        from donkeycar.replay_drive.picture import write_picture

        write_picture(args.png, one, other, names)
        print(f"wrote {args.png}", file=notes)
    if args.save_reference is not None:
        print(f"wrote {args.save_reference}", file=notes)


def _print_table(rows: "list[tuple[str, ...]]") -> None:
    from rich.console import Console
    from rich.table import Column
    from rich.table import Table as Grid

    from donkeycar.replay_drive.words import HEAD

    first, *rest = HEAD
    grid = Grid(
        Column(first, no_wrap=True),
        *(Column(name, justify="right", overflow="fold") for name in rest),
        box=None,
        padding=(0, 2, 0, 0),
    )
    for row in rows:
        grid.add_row(*row)
    console = Console(highlight=False, markup=False)
    console.print()
    console.print(grid)

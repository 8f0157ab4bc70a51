"""`donkey tub`: check, repair and restore recordings."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from donkeycar import commands
from donkeycar.errors import DeviceError, TubError
from donkeycar.management.tub.paths import tub_paths
from donkeycar.tub import check, repair, restore
from donkeycar.words import count, either

# A damaged tub of many records has many problems; the first ones show what happened.
SHOWN = 20

# An action on one tub; it returns an exit code.
Look = Callable[[Path, argparse.Namespace], int]


class Action(NamedTuple):
    """A row of `ACTIONS`: one word after ``donkey tub``.

    Attributes:
        help: One line for ``donkey tub --help``.
        run: Carries it out on all tubs; returns an exit code.
        add_options: Adds its options to those that every action has.
    """

    help: str
    run: Callable[[list[Path], argparse.Namespace], int]
    add_options: Callable[[argparse.ArgumentParser], object] = lambda parser: None


def _each(look: Look) -> Callable[[list[Path], argparse.Namespace], int]:
    """Carry out an action on one tub after the other."""

    def run(paths: list[Path], args: argparse.Namespace) -> int:
        if len(paths) == 1:
            return look(paths[0], args)
        return max([_one_of_several(look, path, args) for path in paths])

    return run


def _accept_loss(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accept-loss", action="store_true",
        help="accept that missing files are lost for good: mark records without an image as "
        "deleted even if they are most of the tub, and forget missing catalogs",
    )  # fmt: skip


def _range(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--start", type=int, default=0, help="index of the first record (default: %(default)s)"
    )
    parser.add_argument(
        "--end", type=int, default=-1, help="index after the last record (default: to the end)"
    )


ACTIONS = {
    "check": Action(
        "read everything in a tub and change nothing; exit code 1 if something is wrong",
        _each(lambda path, args: check_tub(path)),
    ),
    "repair": Action(
        "repair a damaged tub; nothing is thrown away",
        _each(lambda path, args: repair_tub(path, accept_loss=args.accept_loss)),
        _accept_loss,
    ),
    "restore": Action(
        "restore deleted records, whoever deleted them",
        _each(lambda path, args: restore_tub(path, start=args.start, end=args.end)),
        _range,
    ),
    "report": Action(
        "report on recordings for training: their number, their problems, and what to do",
        lambda paths, args: report_tubs(paths),
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions, each with the option for its tubs."""
    actions = parser.add_subparsers(metavar="action", dest="action", required=True)
    for name, action in ACTIONS.items():
        subparser = actions.add_parser(name, help=action.help, description=action.help)
        subparser.add_argument("tubs", nargs="+", metavar="TUB", help="tubs, or folders of tubs")
        action.add_options(subparser)


def run(args: argparse.Namespace) -> int:
    """Carry out the action.

    Returns:
        1 if `check` found damage, or the action failed on one of the tubs; else 0.
    """
    return ACTIONS[args.action].run(tub_paths(args.tubs), args)


def _one_of_several(look: Look, path: Path, args: argparse.Namespace) -> int:
    """Carry out an action on one tub; an error there does not keep the others from their turn."""
    try:
        return look(path, args)
    except (TubError, DeviceError) as error:
        print(f"donkey: error: {error}", file=sys.stderr)
        return 1


def check_tub(path: Path) -> int:
    """Print what is in a tub, what is wrong with it, and what to do.

    Returns:
        1 if something is wrong, else 0; remarks do not count.

    Raises:
        TubError: If there is no tub at `path`.
    """
    report = check(path)
    print(
        f"{path}: {count(report.num_records, 'record')}, {report.num_deleted} of them deleted, "
        f"{count(len(report.sessions), 'session')}"
    )
    for word, sentences in (("", report.problems), ("remark: ", report.remarks)):
        for sentence in sentences[:SHOWN]:
            print(f"  {word}{sentence}")
        if len(sentences) > SHOWN:
            print(f"  {word}and {len(sentences) - SHOWN} more")
    for step in report.next_steps:
        print(f"Next: {step}")
    return 1 if report.problems else 0


def repair_tub(path: Path, *, accept_loss: bool = False) -> int:
    """Repair a tub and print what was done.

    Raises:
        TubError: If there is no tub of format v2 at `path`, another program records into it, or its
            owner must do something first.
        DeviceError: If the disk refuses.
    """
    notes = repair(path, accept_loss=accept_loss)
    for note in notes:
        print(f"{path}: {note}")
    if not notes:
        print(f"{path}: nothing to repair")
    return 0


def restore_tub(path: Path, *, start: int = 0, end: int | None = None) -> int:
    """Restore deleted records and print their numbers.

    Returns:
        1 if some of them stay deleted, because they have no whole image or number; else 0.

    Raises:
        TubError: If there is no tub of format v2 at `path`, or another program records into it.
        DeviceError: If the disk refuses.
    """
    restored = restore(path, start=start, end=end)
    if restored.indexes:
        first, last = restored.indexes[0], restored.indexes[-1]
        print(f"{path}: {count(len(restored.indexes), 'record')} restored, {first} to {last}")
    elif not restored.bad:
        print(f"{path}: no record is deleted there")
    if restored.bad:
        print(
            f"{path}: {count(len(restored.bad), 'record')} "
            f"{either(len(restored.bad), 'stays', 'stay')} deleted: {restored.why}. Next: "
            f"{restored.step}"
        )
    return 1 if restored.bad else 0


def report_tubs(paths: list[Path]) -> int:
    """Print a summary of the training data, and what is unusual about them.

    Raises:
        TrainingError: If there are no training data.
    """
    from donkeycar.training import Bars
    from donkeycar.training.data_report.report import data_report
    from donkeycar.training.records.recordings import gather

    report = data_report(gather(paths), Bars())
    for line in report.facts:
        print(line)
    print("steering from left to right, and how much there is of it")
    for line in report.histogram:
        print(f"  {line}")
    odd = [*report.findings, *report.left_out, *report.hints]
    for sentence in odd:
        print(f"* {sentence}")
    if not odd:
        print(f"No problems found. Next: {commands.donkey('train', '--tub', *paths)}")
    return 0

"""`donkey tub`: look after recordings."""

import argparse
from pathlib import Path

from donkeycar import commands
from donkeycar.tub import check, repair

# A damaged tub of many records has as many problems; the first ones tell what happened.
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `check`, `repair` and `report`, each with the tubs it is to look at."""
    actions = parser.add_subparsers(metavar="action", dest="action", required=True)
    for name, text in (
        ("check", "read everything in a tub, change nothing; exit code 1 if something is wrong"),
        ("repair", "put a damaged tub right; nothing is deleted"),
        ("report", "say what a pilot would learn from, what is odd about it, and what to do"),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("tubs", nargs="+", type=Path, metavar="TUB", help="folder of a tub")


def run(args: argparse.Namespace) -> int:
    """Check, repair or report.

    Returns:
        1 if `check` found something wrong, else 0.
    """
    if args.action == "report":
        return report_tubs([path.expanduser() for path in args.tubs])
    look = {"check": check_tub, "repair": repair_tub}[args.action]
    return max(look(path.expanduser()) for path in args.tubs)


def check_tub(path: Path) -> int:
    """Print what is in a tub and what is wrong with it.

    Returns:
        1 if something is wrong, else 0.

    Raises:
        TubError: If there is no tub at `path`.
    """
    report = check(path)
    print(
        f"{path}: {report.num_records} records, {report.num_deleted} of them deleted, "
        f"{len(report.sessions)} sessions"
    )
    for problem in report.problems[:SHOWN]:
        print(f"  {problem}")
    if len(report.problems) > SHOWN:
        print(f"  and {len(report.problems) - SHOWN} more")
    if report.problems:
        print(f"Next: {commands.donkey('tub', 'repair', path)}")
    return 1 if report.problems else 0


def repair_tub(path: Path) -> int:
    """Put a tub right and print what was done.

    Raises:
        TubError: If there is no tub of format v2 at `path`, or somebody records into it.
        DeviceError: If the disk refuses.
    """
    notes = repair(path)
    for note in notes:
        print(f"{path}: {note}")
    if not notes:
        print(f"{path}: nothing to repair")
    return 0


def report_tubs(paths: list[Path]) -> int:
    """Print what a pilot would learn from, and what is odd about it.

    Raises:
        TrainingError: If there is nothing to learn from.
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
        print(f"Nothing is odd. Next: {commands.donkey('train', '--tub', *paths)}")
    return 0

"""`donkey tub restore`: restore deleted records."""

import argparse
from pathlib import Path

from donkeycar.management.tub.answer import Answer, absent_in_words, add_json, answer_each
from donkeycar.management.tub.each import add_tubs
from donkeycar.tub import restore
from donkeycar.tub.selection import Indexes, parse_indexes
from donkeycar.words import count, either, shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    parser.add_argument(
        "--start", type=int, default=0, help="index of the first record (default: %(default)s)"
    )
    parser.add_argument(
        "--end", type=int, default=-1, help="index after the last record (default: to the end)"
    )
    parser.add_argument(
        "--records", nargs="+", metavar="INDEX",
        help="indexes and ranges with both ends: 3 10-19 500- (default: all)",
    )  # fmt: skip
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Restore records of each tub."""
    indexes = None if args.records is None else parse_indexes(args.records)

    def ask(path: Path) -> Answer:
        return restore_tub(path, start=args.start, end=args.end, indexes=indexes)

    return answer_each(args.tubs, ask, as_json=args.json)


def restore_tub(
    path: Path, *, start: int = 0, end: int | None = None, indexes: Indexes | None = None
) -> Answer:
    """Restore deleted records and say which.

    Returns:
        The answer; its code is 1 if some of them stay deleted, because they have no whole image or
        number.

    Raises:
        TubError: If there is no tub of format v2 at `path`, or another program records into it.
        DeviceError: If the disk refuses.
    """
    restored = restore(path, start=start, end=end, indexes=indexes)
    lines = []
    if restored.indexes:
        first, last = restored.indexes[0], restored.indexes[-1]
        number = count(len(restored.indexes), "record")
        lines.append(f"{shown(path)}: {number} restored, {first} to {last}")
    elif not restored.bad:
        lines.append(f"{shown(path)}: no record is deleted there")
    if restored.bad:
        lines.append(
            f"{shown(path)}: {count(len(restored.bad), 'record')} "
            f"{either(len(restored.bad), 'stays', 'stay')} deleted: {restored.why}. Next: "
            f"{restored.step}"
        )
    lines += absent_in_words(path, restored.absent)
    fields = {"restored": restored.indexes, "stay_deleted": restored.bad, "why": restored.why,
              "absent": list(restored.absent)}  # fmt: skip
    return Answer(fields, lines, 1 if restored.bad else 0)

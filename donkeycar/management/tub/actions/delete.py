"""`donkey tub delete`: mark records as deleted."""

import argparse
import os
from pathlib import Path

from donkeycar import commands
from donkeycar.cleaning.mask import Mask, ranges_of, read_mask
from donkeycar.management.tub.answer import Answer, absent_in_words, add_json, answer_each
from donkeycar.management.tub.each import add_tubs
from donkeycar.tub import delete
from donkeycar.tub.browsing.choosing import words_where
from donkeycar.tub.selection import Indexes, parse_indexes
from donkeycar.words import count, shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--records", nargs="+", metavar="INDEX",
        help="indexes and ranges with both ends: 3 10-19 500-",
    )  # fmt: skip
    which.add_argument(
        "--mask", type=Path, metavar="FILE",
        help="the records that `donkey tub fit --mask FILE` found, each of its own tub",
    )  # fmt: skip
    which.add_argument(
        "--where", metavar="FILTER",
        help="a condition on the values of a record, in quotes, e.g. 'abs(angle) > 0.9 and "
        "throttle < 0.1'; docs/data_page.md has the language",
    )  # fmt: skip
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Delete records of each tub; they stay on the disk."""
    if args.where is not None:
        return answer_each(
            args.tubs, lambda path: delete_where(path, args.where), as_json=args.json
        )
    if args.mask is None:
        indexes = parse_indexes(args.records)
        return answer_each(args.tubs, lambda path: delete_in(path, indexes), as_json=args.json)
    mask = read_mask(args.mask)
    return answer_each(args.tubs, lambda path: delete_masked(path, mask), as_json=args.json)


def delete_where(path: Path, condition: str) -> Answer:
    """Delete the records of a tub that fulfil a filter and are not deleted.

    Raises:
        FilterError: If it is no filter.
        TubError, DeviceError: As `delete_in`.
    """
    words = words_where(path, condition)
    if not words:
        return Answer(
            {"deleted": [], "already": []}, [f"{shown(path)}: no record left fulfils {condition}"]
        )
    return delete_in(path, parse_indexes(words))


def delete_masked(path: Path, mask: Mask) -> Answer:
    """Delete the records of a tub that a mask names.

    Raises:
        TubError: If the mask does not know the tub; or as `delete_in`.
        DeviceError: If the disk refuses.
    """
    words = mask.get(os.path.realpath(path))
    if words is None:
        return Answer(
            {"deleted": [], "already": []}, [f"{shown(path)}: the mask names none of its records"]
        )
    return delete_in(path, parse_indexes(words))


def delete_in(path: Path, indexes: Indexes) -> Answer:
    """Delete records of a tub and say which.

    Raises:
        TubError: If there is no tub of format v2 at `path`, it has none of these records, or
            another program records into it.
        DeviceError: If the disk refuses.
    """
    deleted = delete(path, indexes)
    lines = []
    if deleted.indexes:
        first, last = deleted.indexes[0], deleted.indexes[-1]
        lines += [
            f"{shown(path)}: {count(len(deleted.indexes), 'record')} deleted, {first} to {last}; "
            f"{deleted.num_left} left",
            f"To take {'it' if len(deleted.indexes) == 1 else 'them'} back: "
            + commands.donkey("tub", "restore", path, "--records", *ranges_of(deleted.indexes)),
        ]
    if deleted.already:
        lines.append(f"{shown(path)}: {count(len(deleted.already), 'record')} deleted before")
    lines += absent_in_words(path, deleted.absent)
    fields = {
        "absent": deleted.absent,
        "deleted": deleted.indexes, "already": deleted.already, "num_left": deleted.num_left,
    }  # fmt: skip
    return Answer(fields, lines)

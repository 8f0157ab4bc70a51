"""`donkey tub tag`: give records a tag, or take it from them."""

import argparse
from pathlib import Path

from donkeycar import commands
from donkeycar.management.tub.answer import Answer, add_json, answer_each
from donkeycar.management.tub.each import add_tubs
from donkeycar.tub.browsing.choosing import words_where
from donkeycar.tub.browsing.tags import checked_tag, ranges_in, tag
from donkeycar.tub.selection import parse_indexes
from donkeycar.words import count, shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    parser.add_argument("--name", required=True, metavar="TAG", help="the tag, e.g. corner")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--records", nargs="+", metavar="INDEX",
        help="indexes and ranges with both ends: 3 10-19 500-",
    )  # fmt: skip
    which.add_argument(
        "--where", metavar="FILTER",
        help="a condition on the values of a record, in quotes, as in `donkey tub delete`",
    )  # fmt: skip
    parser.add_argument("--remove", action="store_true", help="take the tag from the records")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Tag records of each tub."""
    checked_tag(args.name)

    def ask(path: Path) -> Answer:
        words = args.records
        if words is None:
            words = words_where(path, args.where, include_deleted=True)
        return tag_in(path, args.name, words, remove=args.remove)

    return answer_each(args.tubs, ask, as_json=args.json)


def tag_in(path: Path, name: str, words: list[str], *, remove: bool = False) -> Answer:
    """Tag records of a tub and say which.

    Raises:
        TubError: If there is no tub of format v2 at `path`, it has none of these records, or
            another program records into it.
        DeviceError: If the disk refuses.
    """
    if not words:
        return Answer({"changed": []}, [f"{shown(path)}: no record fulfils the filter"])
    changed = tag(path, name, parse_indexes(words), remove=remove)
    did, back = ("lost", []) if remove else ("got", ["--remove"])
    lines = [f"{shown(path)}: {count(len(changed), 'record')} {did} the tag {name}"]
    if changed:
        undo = commands.donkey(
            "tub", "tag", path, "--name", name, *back, "--records", *ranges_in(changed)
        )
        lines.append(f"To undo it: {undo}")
    return Answer({"changed": changed}, lines)

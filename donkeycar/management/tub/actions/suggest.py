"""`donkey tub suggest`: suspicious records, each with the reason."""

import argparse
import json
from pathlib import Path
from typing import Any

from donkeycar.files import write_atomically
from donkeycar.management.output_file import output_file
from donkeycar.management.tub.answer import Answer, add_json, answer_each
from donkeycar.management.tub.each import add_tubs
from donkeycar.management.tub.progress import progress_bar
from donkeycar.tub.browsing.picture_look import look_at_pictures
from donkeycar.tub.browsing.suspicion import KINDS, suspicions
from donkeycar.tub.browsing.tub_index import TubIndex
from donkeycar.words import count, shown

# Findings of one kind that a person is shown.
SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    parser.add_argument(
        "--pictures", action="store_true",
        help="look at every picture, too: dark, blurred, repeated; about 1,000 a second",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="also write the findings to a file, as JSON"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Say what is suspicious in each tub."""
    told: list[dict[str, Any]] = []

    def ask(path: Path) -> Answer:
        answer = suggest(path, pictures=args.pictures)
        told.append({"path": str(path), **answer.fields})
        return answer

    out = None if args.out is None else output_file(args.out, endings=[".json"])
    code = answer_each(args.tubs, ask, as_json=args.json)
    if out is not None:
        write_atomically(out, json.dumps({"tubs": told}) + "\n")
    return code


def suggest(path: Path, *, pictures: bool = False) -> Answer:
    """Say what is suspicious in a tub.

    Raises:
        TubError: If there is no tub at `path`.
    """
    index = TubIndex(path)
    more = None
    if pictures:
        with progress_bar("looking") as progress:
            more = look_at_pictures(index, progress)
    found = suspicions(index, more)
    told = [
        {"kind": one.kind, "first": int(index.indexes[one.first]),
         "last": int(index.indexes[one.last]), "reason": one.reason,
         "of_pictures": one in (more or [])}
        for one in found
    ]  # fmt: skip
    lines = [f"{shown(path)}: {count(len(found), 'finding')} in {count(len(index), 'record')}"]
    for kind, row in KINDS.items():
        these = [one for one in told if one["kind"] == kind]
        if these:
            lines.append(f"  {row.title}: {len(these)}. {row.advice}")
        lines += [f"    {one['first']}-{one['last']}: {one['reason']}" for one in these[:SHOWN]]
        if len(these) > SHOWN:
            lines.append(f"    and {len(these) - SHOWN} more; --json has all")
    return Answer({"looked_at_pictures": pictures, "suggestions": told}, lines)

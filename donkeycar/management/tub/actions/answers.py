"""`donkey tub answers`: what a pilot would have done at each record of a tub."""

import argparse
import json
from pathlib import Path

from donkeycar.files import write_atomically
from donkeycar.management.output_file import output_file
from donkeycar.management.pilot.seen_through import A_KIND, A_PILOT, add_config_argument
from donkeycar.management.tub.answer import add_json, print_json
from donkeycar.management.tub.paths import one_tub
from donkeycar.words import count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("tub", metavar="TUB", help="the tub")
    parser.add_argument("--model", type=Path, required=True, help=f"the pilot: {A_PILOT}")
    parser.add_argument("--type", help=f"{A_KIND}; only for models made elsewhere")
    add_config_argument(parser)
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE",
        help="JSON file to write: index, angle and throttle of each record",
    )  # fmt: skip
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Let the pilot answer every record that is not deleted, and write what it says."""
    out = output_file(args.out, endings=[".json"])
    from donkeycar.management.tub.pilot_answers import pilot_answers

    tub = one_tub(args.tub)
    (told,) = pilot_answers([args.model], [tub], type=args.type, config=args.config)
    rows = sorted((index, command) for (_, index), command in told.commands.items())
    document = {
        "pilot": told.name,
        "indexes": [index for index, _ in rows],
        "angle": [command.angle for _, command in rows],
        "throttle": [command.throttle for _, command in rows],
    }
    write_atomically(out, json.dumps(document, allow_nan=False) + "\n")
    if args.json:
        print_json({"out": str(out), "pilot": told.name, "num_records": len(rows)})
        return 0
    print(f"wrote {out}: answers of {told.name} to {count(len(rows), 'record')}")
    return 0

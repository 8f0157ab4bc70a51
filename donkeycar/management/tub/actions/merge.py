"""`donkey tub merge`: many tubs as one new tub."""

import argparse

from donkeycar.management.tub.answer import add_json, print_json
from donkeycar.management.tub.built import add_out, built_fields, built_lines
from donkeycar.management.tub.each import add_tubs
from donkeycar.management.tub.paths import tub_paths
from donkeycar.management.tub.progress import progress_bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    add_out(parser, "the folder of the new tub")
    parser.add_argument(
        "--drop", nargs="+", action="extend", default=[], metavar="COLUMN",
        help="columns to leave out, e.g. one that has another type in another tub",
    )  # fmt: skip
    parser.add_argument("--live", action="store_true", help="leave deleted records out")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Merge the tubs, and say what became of their columns."""
    from donkeycar.tub import merge

    paths = tub_paths(args.tubs)
    with progress_bar("merge") as progress:
        built = merge(paths, args.out, drop=args.drop, live_only=args.live, progress=progress)
    if args.json:
        print_json({"tubs": [str(path) for path in paths], "made": built_fields(built)})
    else:
        for line in built_lines(built):
            print(line)
    return 0

"""`donkey tub copy`: a whole tub, or some of its records as a new tub."""

import argparse
from pathlib import Path

from donkeycar.management.tub.answer import Answer, add_json, answer_each
from donkeycar.management.tub.built import add_out, built_fields, built_lines, free_names
from donkeycar.management.tub.each import add_tubs
from donkeycar.management.tub.paths import tub_paths
from donkeycar.management.tub.progress import progress_bar
from donkeycar.tub.selection import Selection, parse_indexes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    add_out(parser, "the folder of the copy; with several tubs, a folder in it for each")
    parser.add_argument(
        "--records", nargs="+", metavar="INDEX",
        help="indexes and ranges with both ends: 3 10-19 500- (default: the whole tub)",
    )  # fmt: skip
    parser.add_argument(
        "--session", nargs="+", action="extend", default=[], metavar="ID", dest="sessions",
        help="sessions, as `donkey tub info` lists them",
    )  # fmt: skip
    parser.add_argument("--live", action="store_true", help="leave deleted records out")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Copy each tub, and compare the copy with it."""
    from donkeycar.tub import copy

    indexes = None if args.records is None else parse_indexes(args.records)
    chosen = Selection(indexes, tuple(args.sessions), args.live)
    paths = tub_paths(args.tubs)
    places = free_names(paths, args.out)

    def ask(path: Path) -> Answer:
        with progress_bar("copy") as progress:
            built = copy(path, places[path], selection=chosen, progress=progress)
        return Answer({"made": built_fields(built)}, built_lines(built))

    return answer_each(paths, ask, as_json=args.json)

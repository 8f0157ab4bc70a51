"""`donkey tub split`: one tub as several new ones."""

import argparse
from pathlib import Path

from donkeycar.errors import ConfigError
from donkeycar.management.tub.answer import Answer, add_json, answer_each
from donkeycar.management.tub.built import add_out, built_fields, built_lines, free_names
from donkeycar.management.tub.each import add_tubs
from donkeycar.management.tub.paths import tub_paths
from donkeycar.management.tub.progress import progress_bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    add_out(parser, "the folder of the new tubs; with several tubs, a folder in it for each")
    parser.add_argument(
        "--every", type=int, metavar="RECORDS", help="a new tub after so many records"
    )
    parser.add_argument(
        "--gap", type=float, metavar="S", help="a new tub after a pause of so many seconds"
    )
    parser.add_argument("--live", action="store_true", help="leave deleted records out")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Split each tub; without --every and --gap, each session becomes a tub."""
    from donkeycar.tub import split

    if args.every is not None and args.every < 1:
        raise ConfigError(f"`--every` must be 1 or more. Received: --every {args.every}")
    if args.gap is not None and not args.gap > 0:
        raise ConfigError(f"`--gap` must be greater than 0. Received: --gap {args.gap}")
    paths = tub_paths(args.tubs)
    places = free_names(paths, args.out)

    def ask(path: Path) -> Answer:
        with progress_bar("split") as progress:
            built = split(
                path, places[path], max_records=args.every, gap_s=args.gap, live_only=args.live,
                progress=progress,
            )  # fmt: skip
        lines = [line for one in built for line in built_lines(one)]
        return Answer({"made": [built_fields(one) for one in built]}, lines)

    return answer_each(paths, ask, as_json=args.json)

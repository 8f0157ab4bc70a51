"""`donkey tub report`: a summary of recordings for training."""

import argparse
from pathlib import Path

from donkeycar import commands
from donkeycar.management.tub.answer import add_json, print_json
from donkeycar.management.tub.car_folder import add_car_folder, car_words
from donkeycar.management.tub.paths import tub_paths
from donkeycar.words import shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "tubs", nargs="*", metavar="TUB", help="tubs, or folders of tubs (default: data)"
    )
    add_car_folder(parser)
    parser.add_argument(
        "--cleaning", type=Path, metavar="FILE",
        help="report on the records as `donkey train --cleaning FILE` would see them",
    )  # fmt: skip
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print a summary of the training data, and what is unusual about them.

    Raises:
        TrainingError: If there are no training data.
    """
    from donkeycar.cleaning import read_cleaning
    from donkeycar.training import Bars
    from donkeycar.training.data_report.report import data_report
    from donkeycar.training.records.recordings import gather

    paths = tub_paths(car_words(args))
    cleaning = None if args.cleaning is None else read_cleaning(args.cleaning)
    recordings = gather(paths, cleaning=cleaning)
    report = data_report(recordings, Bars())
    odd = [str(one) for one in (*report.findings, *report.left_out, *report.hints)]
    if args.json:
        print_json(
            {
                "tubs": recordings.tubs,
                "sessions": recordings.session_names,
                "num_records": len(recordings),
                "left_out": recordings.dropped,
                "facts": report.facts,
                "histogram": report.histogram,
                "findings": odd,
            }
        )
        return 0
    for line in report.facts:
        print(shown(line))
    print("steering from left to right, and how much there is of it")
    for line in report.histogram:
        print(f"  {line}")
    for sentence in odd:
        print(f"* {shown(sentence)}")
    if not odd:
        words = [] if args.cleaning is None else ["--cleaning", args.cleaning]
        print(f"No problems found. Next: {commands.donkey('train', '--tub', *paths, *words)}")
    return 0

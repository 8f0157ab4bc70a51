"""`donkey tub import`: make a tub of a recording in another format."""

import argparse
import json
from pathlib import Path

from donkeycar.management.tub.actions.number_words import add_numbers, options_of
from donkeycar.management.tub.actions.written import as_json, tell
from donkeycar.management.tub.progress import progress_bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    from donkeycar.formats.importing.table import FORMATS

    parser.add_argument(
        "source", type=Path, metavar="SOURCE",
        help="the recording: a folder, a file, or a .zip, .tar or .tar.gz of it",
    )  # fmt: skip
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="folder of the new tub; of several, the folder of the new tubs",
    )
    parser.add_argument(
        "--from", dest="format_name", metavar="FORMAT",
        help="its format, if its files do not say: "
        + "; ".join(f"{word} ({row.help})" for word, row in FORMATS.items()),
    )  # fmt: skip
    parser.add_argument(
        "--cameras", choices=("center", "left", "right", "all"),
        help="udacity: which cameras (default: center); several become sessions one after the "
        "other",
    )  # fmt: skip
    parser.add_argument(
        "--steering-correction", type=float, metavar="ANGLE",
        help="udacity: what to add to the angle for the left camera, and to subtract for the "
        "right one, e.g. 0.2",
    )  # fmt: skip
    parser.add_argument(
        "--image", metavar="COLUMN",
        help="csv: the column that names the pictures; lerobot: the camera",
    )  # fmt: skip
    parser.add_argument(
        "--duplicates", choices=("first", "last", "keep"),
        help="lerobot: which counts of frames that are there several times with different content "
        "(default: refuse; copies with the same content are left out)",
    )  # fmt: skip
    parser.add_argument("--time", metavar="COLUMN", help="csv: the column with the time")
    add_numbers(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of sentences")


def run(args: argparse.Namespace) -> int:
    """Import it, and say what was detected and what was left out."""
    from donkeycar.formats.importing.importing import import_recordings

    with progress_bar("importing") as progress:
        written = import_recordings(
            args.source,
            args.out,
            format_name=args.format_name,
            options=options_of(args),
            progress=progress,
        )
    if args.json:
        print(json.dumps([as_json(one) for one in written]))
    else:
        tell(written)
    return 0

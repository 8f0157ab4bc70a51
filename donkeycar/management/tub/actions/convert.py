"""`donkey tub convert`: make new tubs of old ones, in format v2."""

import argparse
import json
import re
from pathlib import Path

from donkeycar.errors import ConfigError
from donkeycar.management.tub.actions.number_words import add_numbers, options_of
from donkeycar.management.tub.actions.written import as_json, tell
from donkeycar.management.tub.each import add_tubs
from donkeycar.management.tub.paths import tub_paths
from donkeycar.management.tub.progress import progress_bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER",
        help="folder of the new tub; of several tubs, the folder of the new tubs",
    )  # fmt: skip
    parser.add_argument(
        "--drop", action="append", default=[], metavar="COLUMN",
        help="leave a column out; several with commas",
    )  # fmt: skip
    parser.add_argument(
        "--rename", action="append", default=[], metavar="OLD=NEW",
        help="give a column another name; several with commas",
    )  # fmt: skip
    parser.add_argument("--size", metavar="WIDTHxHEIGHT", help="size of the pictures, e.g. 160x120")
    parser.add_argument(
        "--fit", choices=("stretch", "crop", "pad"),
        help="with --size, for pictures of another shape: change their proportions, cut off, or "
        "add black (default: refuse)",
    )  # fmt: skip
    parser.add_argument(
        "--rate-hz", type=float, metavar="HZ",
        help="even rate, in records a second: pictures and texts of the nearest record, numbers "
        "interpolated",
    )  # fmt: skip
    parser.add_argument(
        "--max-gap-s", type=float, metavar="S",
        help="with --rate-hz: the longest pause in which records are made (default: 0.5)",
    )  # fmt: skip
    add_numbers(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of sentences")


def run(args: argparse.Namespace) -> int:
    """Convert the tubs, and say what was decided and left out."""
    from donkeycar.formats.converting.convert import Changes, convert_tubs
    from donkeycar.formats.converting.resample import MAX_GAP_S

    if args.max_gap_s is not None and args.rate_hz is None:
        raise ConfigError("`--max-gap-s` needs --rate-hz. Received: --max-gap-s alone")
    changes = Changes(
        drop=[name for word in args.drop for name in _split(word)],
        rename=dict(_pair(pair) for word in args.rename for pair in _split(word)),
        size=None if args.size is None else _size(args.size),
        fit=args.fit,
        rate_hz=args.rate_hz,
        max_gap_s=MAX_GAP_S if args.max_gap_s is None else args.max_gap_s,
    )
    paths = tub_paths(args.tubs)
    with progress_bar("converting") as progress:
        written = convert_tubs(
            paths, args.out, changes=changes, options=options_of(args), progress=progress
        )
    if args.json:
        print(json.dumps([as_json(one) for one in written]))
    else:
        tell(written)
    return 0


def _split(word: str) -> list[str]:
    return [part.strip() for part in word.split(",") if part.strip()]


def _pair(word: str) -> tuple[str, str]:
    old, equals, new = word.partition("=")
    if not (old.strip() and equals and new.strip()):
        raise ConfigError(
            f"`--rename` must be OLD=NEW. Received: --rename {word}. Write e.g. --rename "
            "steering=user/angle"
        )
    return old.strip(), new.strip()


def _size(word: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", word.strip().lower(), re.ASCII)
    if match is None:
        raise ConfigError(
            f"`--size` must be WIDTHxHEIGHT. Received: --size {word}. Write e.g. --size 160x120"
        )
    return int(match[1]), int(match[2])

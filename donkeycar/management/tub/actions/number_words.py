"""The flags with which a person decides about angle and throttle of a foreign recording."""

import argparse
import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from donkeycar.formats.importing.options import Options


def add_numbers(parser: argparse.ArgumentParser) -> None:
    """Describe them; `options_of` reads them."""
    for word, swapped in (("angle", "left and right"), ("throttle", "forward and reverse")):
        parser.add_argument(
            f"--{word}", metavar="COLUMN",
            help=f"column that becomes user/{word}; of several, with commas, the first that holds "
            "a number counts, record by record",
        )  # fmt: skip
        parser.add_argument(
            f"--{word}-zero", type=float, metavar="N",
            help=f"{word} = (stored number - zero) / scale (default: 0)",
        )  # fmt: skip
        parser.add_argument(
            f"--{word}-scale", type=float, metavar="N",
            help=f"stored number of a full {word}, counted from zero (default: 1); a negative one "
            f"swaps {swapped}",
        )  # fmt: skip
    parser.add_argument(
        "--throttle-value", type=float, metavar="N",
        help="one throttle for all records, for a recording without one",
    )  # fmt: skip
    parser.add_argument(
        "--recorded-rate-hz", type=float, metavar="HZ",
        help="how many records a second there were, for a recording without times (default: "
        "records without times)",
    )  # fmt: skip
    parser.add_argument(
        "--missing", choices=("delete", "zero", "previous"),
        help="a record without angle or throttle is marked as deleted, gets 0, or the number of "
        "the record before (default: refuse; a tub of format v2 keeps what it has)",
    )  # fmt: skip
    parser.add_argument(
        "--out-of-range", choices=("keep", "clip", "delete"),
        help="an angle or throttle outside of -1 to +1 stays, is set to -1 or +1, or its record is "
        "marked as deleted (default: refuse; a tub of format v2 keeps what it has)",
    )  # fmt: skip


def options_of(args: argparse.Namespace) -> "Options":
    """What was said on a command line, these flags and others of a format."""
    from donkeycar.formats.importing.options import Options

    said = {one.name: getattr(args, one.name, None) for one in dataclasses.fields(Options)}
    for name in ("angle", "throttle"):
        word: str | None = said[name]
        said[name] = None if word is None else [part.strip() for part in word.split(",")]
    return Options(**said)

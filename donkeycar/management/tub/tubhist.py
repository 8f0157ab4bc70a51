"""`donkey tubhist`: draw histograms of the recorded steering and throttle."""

import argparse
from pathlib import Path

from donkeycar.files import write_atomically
from donkeycar.management.output_file import output_file
from donkeycar.management.tub.paths import tub_paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--tub", "--tubs", dest="tubs", nargs="+", action="extend", required=True, metavar="PATH",
        help="recordings: tubs, or folders of tubs",
    )  # fmt: skip
    parser.add_argument(
        "--record", metavar="NAME",
        help="field to plot, e.g. user/angle (default: user/angle and user/throttle)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, help="the picture, .png (default: <tub>_hist.png)")


def run(args: argparse.Namespace) -> None:
    """Draw the picture, and say what it shows."""
    from donkeycar.explain.histogram import draw_histograms, in_words, values_of

    tubs = tub_paths(args.tubs)
    field = "" if args.record is None else "_" + args.record.replace("/", "_")
    out = output_file(args.out or Path(f"{tubs[0].resolve().name}_hist{field}.png"))
    values = values_of(tubs, args.record)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, draw_histograms(values, ", ".join(map(str, tubs))))
    for name, numbers in values.items():
        print(f"{name}: {in_words(numbers)}")
    print(f"wrote {out}")

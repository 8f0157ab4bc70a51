"""`donkey explain`: saliency maps, which show the pixels behind a pilot's answers to records."""

import argparse
from pathlib import Path

from donkeycar.management.output_file import PICTURES, output_file, write_picture
from donkeycar.management.pilot.seen_through import add_pilot_arguments, open_maps, open_pilot
from donkeycar.management.tub.paths import one_tub


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_pilot_arguments(parser, "the pilot, which needs its .keras file", required=True)
    parser.add_argument("--tub", required=True, metavar="PATH", help="the tub with the frames")
    parser.add_argument(
        "--record", type=int, nargs="+", metavar="N",
        help="indexes of records, as the car's page shows them (default: four from all over the "
        "tub)",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, default=Path("explain.png"),
        help="the picture, .png (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--scale", type=int, default=3, help="enlarge the frames (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> None:
    """Draw the picture, and say what it shows."""
    from PIL import Image

    from donkeycar.explain.reasons import draw_reasons, explain

    out = output_file(args.out, endings=PICTURES)
    pilot = open_pilot(args)
    reasons = explain(pilot, open_maps(args.model), one_tub(args.tub), args.record)
    write_picture(out, Image.fromarray(draw_reasons(reasons, scale=args.scale)))
    for reason in reasons:
        print(reason.in_words())
    print(f"wrote {out}")

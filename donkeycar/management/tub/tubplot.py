"""`donkey tubplot`: draw the driver's commands and a pilot's answers to the same frames."""

import argparse
from pathlib import Path

from donkeycar.files import write_atomically
from donkeycar.management.output_file import output_file
from donkeycar.management.pilot.seen_through import add_pilot_arguments, open_pilot
from donkeycar.management.tub.paths import tub_paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--tub", "--tubs", dest="tubs", nargs="+", action="extend", required=True, metavar="PATH",
        help="recordings: tubs, or folders of tubs",
    )  # fmt: skip
    add_pilot_arguments(parser, "the pilot", required=True)
    parser.add_argument(
        "--limit",
        type=int,
        default=1000,
        help="maximum number of records, 0 is all (default: %(default)s)",
    )
    parser.add_argument(
        "--start", type=int, default=0, help="index of the first record (default: %(default)s)"
    )
    parser.add_argument(
        "--end", type=int, default=-1, help="index after the last record (default: to the end)"
    )
    parser.add_argument(
        "--out", type=Path, help="the picture, .png (default: <model>_pred.png beside the model)"
    )
    parser.add_argument(
        "--noshow",
        action="store_true",
        help="accepted for older scripts: no window is opened anyway",
    )


def run(args: argparse.Namespace) -> None:
    """Draw the picture, and say how well the two agree."""
    from donkeycar.explain.prediction import draw_predictions, predict
    from donkeycar.pilots.files.names import title_of
    from donkeycar.training.progress import Bars

    model = args.model.expanduser()
    out = output_file(args.out or model.with_name(f"{title_of(model)}_pred.png"))
    predictions = predict(
        open_pilot(args),
        tub_paths(args.tubs),
        start=args.start,
        end=args.end,
        limit=args.limit,
        progress=Bars(),
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, draw_predictions(predictions, title_of(model)))
    print(predictions.in_words())
    print(f"wrote {out}")

"""`donkey evaluate`: measure how good pilots are, and which of them is best."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.errors import ConfigError
from donkeycar.management.output_file import output_file
from donkeycar.management.pilot.seen_through import (
    A_KIND,
    A_PILOT,
    add_config_argument,
    car_transforms,
)
from donkeycar.management.tub.paths import tub_paths

if TYPE_CHECKING:
    from rich.console import Console

    from donkeycar.evaluation.evaluate import Evaluation
    from donkeycar.report.page import Table

PAGE = Path("evaluation.html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "models", nargs="+", type=Path, metavar="MODEL",
        help=f"pilots, each by {A_PILOT}",
    )  # fmt: skip
    parser.add_argument(
        "--tub", "--tubs", dest="tubs", nargs="+", action="extend", metavar="PATH",
        help="recordings to evaluate on: tubs, or folders of tubs",
    )  # fmt: skip
    parser.add_argument(
        "--last", type=float, default=1.0, metavar="SHARE",
        help="evaluate on the last part of the records only, e.g. 0.2 (default: all)",
    )  # fmt: skip
    parser.add_argument(
        "--type", nargs="+", default=[], metavar="TYPE",
        help=f"{A_KIND}; one for all models or one for each; only needed for models made elsewhere",
    )  # fmt: skip
    parser.add_argument(
        "--sim", metavar="TRACK",
        help="let them drive on this track, too: oval, warehouse, circuit_launch or a .json file",
    )  # fmt: skip
    parser.add_argument(
        "--laps", type=int, default=3, help="laps on the track (default: %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=1,
        help="random seed of the start on the track and of the intervals (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--no-speed", action="store_true", help="do not measure time and memory of the pilots"
    )
    add_config_argument(parser)
    parser.add_argument(
        "--out", type=Path, metavar="PAGE",
        help=f"the page with plots (default: {PAGE}; with --json only if it is named)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")


def run(args: argparse.Namespace) -> None:
    """Evaluate the pilots, print the results, and write the page."""
    tubs = tub_paths(args.tubs or [])
    if not tubs and args.sim is None:
        raise ConfigError(
            "An evaluation needs recordings or a track. Add --tub PATH, --sim TRACK, or both."
        )
    page = args.out or (None if args.json else PAGE)
    page = None if page is None else output_file(page)
    from donkeycar.evaluation.evaluate import evaluate
    from donkeycar.training.progress import Bars

    evaluation = evaluate(
        args.models,
        tubs,
        types=args.type,
        last=args.last,
        track=args.sim,
        laps=args.laps,
        seed=args.seed,
        speed=not args.no_speed,
        transforms=car_transforms(args.config),
        progress=Bars(),
    )
    if args.json:
        json.dump(evaluation.to_json(), sys.stdout, indent=2, allow_nan=False)
        print()
    else:
        _print(evaluation)
    if page is not None:
        from donkeycar.evaluation.page import write_evaluation

        written = write_evaluation(page, evaluation)
        print(f"wrote {written}", file=sys.stderr if args.json else sys.stdout)


def _print(evaluation: "Evaluation") -> None:
    from rich.console import Console

    from donkeycar.evaluation.tables import tables_of

    console = Console(highlight=False, markup=False)
    for note in evaluation.notes:
        console.print(f"note: {note}")
    for table in tables_of(evaluation):
        _print_table(console, table)


def _print_table(console: "Console", table: "Table") -> None:
    from rich.table import Column
    from rich.table import Table as Grid

    first, *rest = table.head
    grid = Grid(
        Column(first, overflow="fold"),
        *(Column(name, justify="right", overflow="fold") for name in rest),
        title=table.title,
        title_justify="left",
        title_style="bold",
        box=None,
        padding=(0, 2, 0, 0),
    )
    for row in table.rows:
        grid.add_row(*row)
    console.print()
    console.print(grid)

"""`donkey models`: list the pilots of a car, and how good each is."""

import argparse
import time
from pathlib import Path

from donkeycar.config import load_config
from donkeycar.errors import TrainingError
from donkeycar.management.pilot.train import CONFIG

NUMBERS = ("records", "error", "r")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "folder", nargs="?", type=Path, help="folder of the pilots (default: the car's models)"
    )
    parser.add_argument(
        "--config", type=Path, default=CONFIG, help="settings of the car (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    from donkeycar.training.registry import pilots_in

    folder = args.folder or _models_of(args.config)
    if not folder.is_dir():
        raise TrainingError(f"There is no folder {folder}. Train a pilot, or name its folder.")
    rows = pilots_in(folder)
    if not rows:
        print(f"There is no pilot in {folder} yet. Make one with `donkey train`.")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("pilot", "type", "made", "records", "error", "r", "begun as", "comment"):
        table.add_column(title, justify="right" if title in NUMBERS else "left")
    for row in rows:
        table.add_row(
            row.name,
            row.type,
            time.strftime("%y-%m-%d %H:%M", time.localtime(row.made_at)),
            "" if row.records is None else str(row.records),
            "" if row.error is None else f"{row.error:.3f}",
            "" if row.r is None else f"{row.r:.3f}",
            row.begun_as,
            row.comment,
        )
    Console(highlight=False, markup=False).print(table)
    print("error and r: steering error and correlation, on the validation records")


def _models_of(config: Path) -> Path:
    """Folder of the car's pilots; `models` outside a car's folder."""
    if not config.exists():
        return Path("models")
    return config.parent / Path(load_config(config, command="models").MODELS_PATH).expanduser()

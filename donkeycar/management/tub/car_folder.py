"""The option `--path` of commands about the recordings of a car."""

import argparse
from pathlib import Path

DATA = "data"


def add_car_folder(parser: argparse.ArgumentParser) -> None:
    """Add the option; `car_words` takes it."""
    parser.add_argument(
        "--path", type=Path, default=Path(),
        help="folder of the car, in which tubs are named (default: this one)",
    )  # fmt: skip


def car_words(args: argparse.Namespace) -> list[str]:
    """The tubs of a command line, as seen from here: by default all recordings of the car.

    Args:
        args: With `tubs`, words for tubs, and `path`, the folder of the car.

    Example:
        >>> car_words(argparse.Namespace(tubs=["data/tub_1"], path=Path("mycar")))
        ['mycar/data/tub_1']
    """
    folder = args.path.expanduser()
    if folder == Path():
        return args.tubs or [DATA]
    return [_inside(folder, word) for word in args.tubs or [DATA]]


def _inside(folder: Path, word: str) -> str:
    """A word as seen from here; several paths may stand in one, with commas between them."""
    if (folder / word).exists():
        return str(folder / word)
    return ",".join(str(folder / Path(part.strip()).expanduser()) for part in word.split(","))

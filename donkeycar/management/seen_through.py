"""The options `--model`, `--type` and `--config` of the commands that show what a pilot does."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.config import load_config

if TYPE_CHECKING:
    from donkeycar.pilots import Pilot
    from donkeycar.pilots.transform import Transforms

CONFIG = Path("config.py")


def add_pilot_arguments(
    parser: argparse.ArgumentParser, help: str, *, required: bool = False
) -> None:
    """Add the options of a pilot."""
    parser.add_argument(
        "--model", type=Path, required=required, help=f"{help}: its .keras, .tflite or .json file"
    )
    parser.add_argument("--type", help="kind of network; only for models made elsewhere")
    add_config_argument(parser)


def add_config_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the settings of the car."""
    parser.add_argument(
        "--config", type=Path, default=CONFIG,
        help="settings of the car: TRANSFORMATIONS for models made elsewhere, and your own code "
        "(default: %(default)s, if it is there)",
    )  # fmt: skip


def open_pilot(args: argparse.Namespace) -> "Pilot":
    """Open the pilot that the options name.

    Raises:
        ConfigError: If the settings of the car are wrong.
        PilotError: If the pilot cannot drive.
    """
    from donkeycar.pilots import load_pilot

    return load_pilot(args.model, type=args.type, transforms=car_transforms(args.config))


def car_transforms(config: Path) -> "Transforms | None":
    """What the settings of the car do to a frame; ``None`` where there is no car.

    Raises:
        ConfigError: If settings are wrong, or another file than the usual one is not there.
    """
    if not config.exists() and config == CONFIG:
        return None
    from donkeycar.assembly.transforms import transforms_from

    return transforms_from(load_config(config))

"""Options `--model`, `--type` and `--config` of the commands that show what a pilot does."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.config import load_config
from donkeycar.settings.schema import SETTINGS

if TYPE_CHECKING:
    from donkeycar.explain.reasons import Maps
    from donkeycar.pilots import LoadedPilot
    from donkeycar.pilots.transform import Transforms

CONFIG = Path("config.py")
# Files that `--model` takes in every command that lets a pilot answer.
A_PILOT = "its .keras, .tflite or .json file, or a folder of --folds"

# Words that every `--type` takes; each may have the prefix `tflite_` of older names.
KINDS = [name for name in SETTINGS["DEFAULT_MODEL_TYPE"].choices if not name.startswith("tflite_")]
A_KIND = f"type of pilot: {', '.join(KINDS)}"


def add_pilot_arguments(
    parser: argparse.ArgumentParser, help: str, *, required: bool = False
) -> None:
    """Add the options of a pilot."""
    parser.add_argument("--model", type=Path, required=required, help=f"{help}: {A_PILOT}")
    parser.add_argument("--type", help=f"{A_KIND}; only needed for models made elsewhere")
    add_config_argument(parser)


def add_config_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the settings of the car."""
    parser.add_argument(
        "--config", type=Path, default=CONFIG,
        help="settings of the car, needed for TRANSFORMATIONS of models made elsewhere and for "
        "your own code (default: %(default)s, if it is there)",
    )  # fmt: skip


def open_pilot(args: argparse.Namespace) -> "LoadedPilot":
    """Open the pilot that the options name.

    Raises:
        ConfigError: If the settings of the car are wrong.
        PilotError: If the pilot cannot drive.
    """
    from donkeycar.pilots import load_pilot

    return load_pilot(args.model, type=args.type, transforms=car_transforms(args.config))


def open_maps(model: Path) -> "Maps":
    """Open the trained Keras networks of a pilot for saliency maps, which show where it looks.

    Raises:
        PilotError: If one of them is missing or damaged.
    """
    from donkeycar.explain.saliency import MeanMaps, SaliencyMaps
    from donkeycar.keras_backend import import_keras
    from donkeycar.pilots.files.folds_file import member_paths
    from donkeycar.pilots.files.keras_file import load_keras

    import_keras()
    return MeanMaps([SaliencyMaps(load_keras(path)) for path in member_paths(model.expanduser())])


def car_transforms(config: Path) -> "Transforms | None":
    """The image transforms in the car's settings; ``None`` outside a car's folder.

    Raises:
        ConfigError: If settings are wrong, or the named file is missing and is not the default one.
    """
    if not config.exists() and config == CONFIG:
        return None
    from donkeycar.assembly.transforms import transforms_from

    return transforms_from(load_config(config, command="pictures"))

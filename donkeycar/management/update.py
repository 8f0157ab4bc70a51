"""`donkey update`: give a car the manage.py and config.py of the installed donkeycar."""

import argparse
from pathlib import Path

from donkeycar.errors import ConfigError
from donkeycar.management.createcar import Made, create_car, tell


def update_car(path: Path) -> Made:
    """Replace manage.py and config.py of the car in `path`; all other files stay.

    Raises:
        ConfigError: If `path` is not the folder of a car.
    """
    if not (path / "config.py").is_file() or not (path / "manage.py").is_file():
        raise ConfigError(
            f"{path.absolute()} is not a car: it has no config.py and manage.py. Go to the folder "
            "of the car, or run `donkey createcar`"
        )
    return create_car(path, overwrite=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car; default: this one"
    )


def run(args: argparse.Namespace) -> None:
    """Update the car and say what was written."""
    path = args.path.expanduser()
    tell(update_car(path))
    print(f"Up to date. No setting changed; your own are in {path / 'myconfig.py'}.")

"""Carry out an action on every tub that a command line names."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from donkeycar.errors import DeviceError, TubError
from donkeycar.management.tub.paths import tub_paths
from donkeycar.words import shown


def add_tubs(parser: argparse.ArgumentParser) -> None:
    """Add the argument for the tubs; `each_tub` and `tub_paths` take it."""
    parser.add_argument("tubs", nargs="+", metavar="TUB", help="tubs, or folders of tubs")


def each_tub(words: list[str], look: Callable[[Path], int]) -> int:
    """Carry out an action on one tub after the other.

    Args:
        words: Tubs or folders of tubs, as they were typed.
        look: The action; it returns an exit code.

    Returns:
        The highest exit code. An error in one of several tubs is printed and counts as 1; it does
        not keep the others from their turn.

    Raises:
        TubError, DeviceError: If there is one tub only, and the action fails.
    """
    paths = tub_paths(words)
    if len(paths) == 1:
        return look(paths[0])
    return max([_one_of_several(look, path) for path in paths])


def _one_of_several(look: Callable[[Path], int], path: Path) -> int:
    try:
        return look(path)
    except (TubError, DeviceError) as error:
        print(shown(f"donkey: error: {error}"), file=sys.stderr)
        return 1

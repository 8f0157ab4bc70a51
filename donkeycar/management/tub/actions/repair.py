"""`donkey tub repair`: repair a damaged tub, or undo that."""

import argparse
import os
from pathlib import Path

from donkeycar import commands
from donkeycar.errors import TubError, text_of
from donkeycar.management.tub.answer import Answer, add_json, answer_each
from donkeycar.management.tub.each import add_tubs
from donkeycar.management.tub.progress import progress_bar
from donkeycar.tub import TubReader, repair, undo_repair
from donkeycar.tub.format import IMAGES
from donkeycar.words import count, either, shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--accept-loss", action="store_true",
        help="accept that missing files are lost for good: mark records without an image as "
        "deleted even if they are most of the tub, and forget missing catalogs",
    )  # fmt: skip
    choice.add_argument(
        "--undo", action="store_true",
        help="undo the newest repair: every file is what it was before it",
    )  # fmt: skip
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Repair each tub, or undo that."""

    def ask(path: Path) -> Answer:
        return undo(path) if args.undo else repair_tub(path, accept_loss=args.accept_loss)

    return answer_each(args.tubs, ask, as_json=args.json)


def repair_tub(path: Path, *, accept_loss: bool = False) -> Answer:
    """Repair a tub and say what was done.

    Raises:
        TubError: If there is no tub of format v2 at `path`, another program records into it, or its
            owner must do something first.
        DeviceError: If the disk refuses.
    """
    with progress_bar("repair") as progress:
        notes = repair(path, accept_loss=accept_loss, progress=progress)
    lines = [f"{shown(path)}: {note}" for note in notes]
    if notes:
        lines.append(f"To undo this: {commands.donkey('tub', 'repair', '--undo', path)}")
    else:
        lines.append(f"{shown(path)}: nothing to repair")
    return Answer({"done": notes}, lines)


def undo(path: Path) -> Answer:
    """Undo the newest repair of a tub and say what was put back.

    Raises:
        TubError: If there is no repair to undo, or something else has changed the tub since.
        DeviceError: If the disk refuses.
    """
    before = _counted(path)
    notes = undo_repair(path)
    notes.append(f"before the undo {before}; now {_counted(path)}")
    return Answer({"undone": notes}, [f"{shown(path)}: {note}" for note in notes])


def _counted(path: Path) -> str:
    """What a reader finds in a tub, in words."""
    try:
        tub = TubReader(path)
        images = len(os.listdir(path / IMAGES)) if (path / IMAGES).is_dir() else 0
    except (TubError, OSError) as error:
        return f"nothing could be read ({text_of(error)})"
    num_records = len(tub.records(include_deleted=True))
    told = (
        f"{count(num_records, 'record')}, {num_records - len(tub)} of them deleted, "
        f"{count(images, 'image')}"
    )
    unreadable = sum(one.costs_records for one in tub.skipped)
    lines = either(unreadable, "line or file", "lines or files")
    return f"{told}, {unreadable} {lines} unreadable" if unreadable else told

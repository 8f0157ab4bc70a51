"""What the actions that make new tubs have in common: where these go, and what is said of them."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.files import megabytes
from donkeycar.management.tub.answer import plain
from donkeycar.words import count, shown

if TYPE_CHECKING:
    from donkeycar.tub.building import Built


def add_out(parser: argparse.ArgumentParser, help: str) -> None:
    """Add `--out`, a folder that must not exist yet."""
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help=help)


def free_names(tubs: Sequence[Path], out: Path) -> dict[Path, Path]:
    """The new folder for each tub: `out` itself for one, else one in it, each with its own name."""
    if len(tubs) == 1:
        return {tubs[0]: out}
    places: dict[Path, Path] = {}
    for tub in tubs:
        name, number = tub.resolve().name, 1
        while out / (name if number == 1 else f"{name}_{number}") in places.values():
            number += 1
        places[tub] = out / (name if number == 1 else f"{name}_{number}")
    return places


def built_fields(built: "Built") -> dict[str, Any]:
    """A new tub, for JSON."""
    fields: dict[str, Any] = plain(built)
    return fields


def built_lines(built: "Built") -> list[str]:
    """Sentences about a new tub."""
    lines = [
        f"wrote {shown(built.path)}: {count(built.num_records, 'record')}, {built.num_deleted} of "
        f"them deleted, {count(built.num_images, 'image')}, {megabytes(built.num_bytes)}; read "
        "again and compared"
    ]
    return lines + [f"  note: {note}" for note in built.notes]

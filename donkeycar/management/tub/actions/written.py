"""What `donkey tub import` and `donkey tub convert` say of the tubs that they made."""

import dataclasses
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from donkeycar import commands
from donkeycar.words import count, shown

if TYPE_CHECKING:
    from donkeycar.formats.importing.importing import Written


def as_json(written: "Written") -> dict[str, Any]:
    """A tub, for a program."""
    return {**dataclasses.asdict(written), "path": str(written.path)}


def tell(written: Sequence["Written"]) -> None:
    """Print the notes to the error output, and what was written."""
    for one in written:
        for sentence in [*one.facts, *one.left_out]:
            print(f"note: {one.path.name}: {sentence}", file=sys.stderr)
        print(
            f"wrote {one.path}: {count(one.num_records, 'record')}, {one.num_deleted} of them "
            f"deleted, {count(len(one.sessions), 'session')}; made of {shown(one.source)}"
        )
    print(f"Next: {commands.donkey('tub', 'check', *(one.path for one in written))}")

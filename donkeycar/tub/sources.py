"""Opens tubs to make new ones of them, and keeps recorders out meanwhile."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from donkeycar import commands
from donkeycar.errors import DeviceError, TubError, text_of
from donkeycar.tub.building import Source
from donkeycar.tub.lock import TubLock
from donkeycar.tub.reader import TubReader
from donkeycar.tub.selection import Selection
from donkeycar.words import either


@contextmanager
def open_sources(
    paths: Sequence[str | Path], selection: Selection | None = None
) -> Iterator[tuple[list[Source], list[str]]]:
    """The chosen records of tubs of format v2.

    Yields:
        The tubs, each with its records, and a sentence for what could not be read.

    Raises:
        TubError: If one is no tub of format v2, a program records into it, or nothing is chosen.
        DeviceError: If it cannot be read.
    """
    chosen = selection or Selection()
    with ExitStack() as held:
        sources, notes = [], []
        locked: set[str] = set()
        for path in paths:
            tub = _open(Path(path).expanduser(), held, locked)
            records = tub.records(include_deleted=True)
            if records or not chosen.is_all:
                records = chosen.of(records, tub.manifest.deleted_indexes)
            sources.append(Source(tub, records))
            if tub.skipped:
                number = len(tub.skipped)
                notes.append(
                    f"{number} {either(number, 'line or file', 'lines or files')} of {tub.path} "
                    f"cannot be read and {either(number, 'is', 'are')} not used, e.g. "
                    f"{tub.skipped[0]}. "
                    f"{commands.donkey('tub', 'check', tub.path)} says more"
                )
        yield sources, notes


def _open(path: Path, held: ExitStack, locked: set[str]) -> TubReader:
    try:
        if path.is_dir() and (real := os.path.realpath(path)) not in locked:
            locked.add(real)
            held.callback(TubLock(path).release)
        tub = TubReader(path)
    except OSError as error:
        if isinstance(error, DeviceError):
            raise
        raise DeviceError(f"{path} cannot be read: {text_of(error)}") from error
    if tub.version != 2:
        raise TubError(
            f"New tubs are made of tubs of format v2. Received: {path}, which is of format v1. "
            f"Next step: {commands.donkey('tub', 'convert', path)}"
        )
    return tub

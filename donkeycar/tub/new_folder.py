"""A new folder that appears as a whole, or not at all."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from donkeycar.drafts import NEW, clear_new, draft_folder
from donkeycar.errors import DeviceError, TubError, text_of
from donkeycar.files import refusal
from donkeycar.tub.filesystem import FileSystem
from donkeycar.tub.room import check_room


@contextmanager
def new_folder(
    target: str | Path, *, told: list[str], needed_bytes: int, sources: Sequence[Path] = ()
) -> Iterator[Path]:
    """A folder to write into; at the end of the block it gets the name `target`.

    If the block raises, also for Ctrl-C, nothing is left. What a killed command left is removed by
    the next one that makes the same folder.

    Args:
        target: The new folder; folders around it are made.
        told: Takes a sentence about each thing that was removed.
        needed_bytes: Size of what is going to be in it, or an estimate that is not too large.
        sources: Tubs that the block reads. They are not changed, so `target` must not lie in them.

    Yields:
        The folder under a temporary name, beside `target`.

    Raises:
        TubError: If `target` exists, or lies inside a source.
        DeviceError: If the disk refuses, or has less room.
    """
    place = Path(target).expanduser()
    if os.path.lexists(place):
        raise TubError(
            f"A new folder must not exist before. Received: {place}. Next step: choose another "
            "name, or move it away"
        )
    real = Path(os.path.realpath(place))
    for source in sources:
        if real.is_relative_to(os.path.realpath(source)):
            raise TubError(
                f"A new tub must lie outside of the tubs that are read. Received: {place}, which "
                f"is inside {source}. Next step: choose a folder beside it"
            )
    first = _first_missing(place.parent)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        told += clear_new(place)
        check_room(place, needed_bytes)
        with draft_folder(place, NEW) as draft:
            try:
                yield draft
            except OSError as error:
                raise refusal(error, place, draft) from error
            draft.chmod(0o755)
            fs = FileSystem()
            fs.sync_files(draft, [])
            if os.path.lexists(place):
                raise TubError(
                    f"{place} was made by another program meanwhile. Nothing was changed"
                )
            fs.rename(draft, place)
            fs.sync_directory(place.parent)
    except OSError as error:
        _clear(place.parent, first)
        if isinstance(error, DeviceError):
            raise
        raise DeviceError(cannot_be_written(place, error)) from error
    except BaseException:
        _clear(place.parent, first)
        raise


def cannot_be_written(place: Path, error: OSError) -> str:
    """The sentence for a disk that refuses a new file or folder."""
    why = error.strerror if error.filename in (None, str(place)) else text_of(error)
    return (
        f"{place} cannot be written: {why or error}. Next step: choose another folder, or free "
        "some space"
    )


def _first_missing(folder: Path) -> Path | None:
    """The outermost folder that would have to be made; ``None`` if there is none."""
    missing = [one for one in (folder, *folder.parents) if not os.path.lexists(one)]
    return missing[-1] if missing else None


def _clear(around: Path, first: Path | None) -> None:
    if first is None:
        return
    for folder in (one for one in (around, *around.parents) if one.is_relative_to(first)):
        try:
            folder.rmdir()
        except OSError:
            return  # not empty: somebody else's

"""Target of an export: a file or a folder that appears as a whole, or not at all."""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from donkeycar.drafts import NEW, clear_new, draft_folder, replace_folder
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.files import FULL, NEW_FILE_MODE, refusal, sync, sync_folder
from donkeycar.formats.exporting.table import Format


def cleared_target(out: Path, is_folder: bool) -> list[str]:
    """Remove what killed exports to `out` left; a sentence about each.

    This comes before `checked_target`: an earlier export may get its name back.
    """
    return clear_new(_place(Path(os.path.abspath(out.expanduser())), is_folder))


def checked_target(
    out: Path, row: Format, is_folder: bool, tubs: Sequence[Path], overwrite: bool
) -> Path:
    """The absolute path of what will be written; nothing is made.

    Raises:
        ConfigError: If it has another ending, lies in a tub or around one, or is there already.
    """
    target = Path(os.path.abspath(out.expanduser()))
    _check_apart(out, target, tubs)
    if is_folder:
        _check_folder(out, target, row, overwrite)
    else:
        _check_file(out, target, row, overwrite)
    return target


@contextmanager
def new_target(target: Path, *, is_folder: bool) -> Iterator[Path]:
    """A draft to write to; at the end of the block it takes the place of `target`.

    If the block raises, Ctrl-C included, the draft is removed and `target` is as it was. Folders
    around `target` are made.

    Raises:
        OSError: If the disk does not take it.
    """
    made = _make(target.parent)
    place = _place(target, is_folder)
    try:
        with draft_folder(place, NEW) as draft:
            try:
                yield draft if is_folder else draft / place.name
            except OSError as error:
                raise refusal(_of_disk(error, draft), target, draft) from error
            if is_folder:
                draft.chmod(0o755)
                if hasattr(os, "sync"):
                    os.sync()  # a power cut after the rename must not leave empty files
                # Nothing, an empty folder or an earlier export is there.
                replace_folder(draft, place) if place.exists() else draft.rename(place)
            else:
                _replace_file(draft / place.name, place)
    except BaseException:
        # Another program may have put something there; what went wrong first is what counts.
        with suppress(OSError):
            for folder in reversed(made):
                folder.rmdir()
        raise


def _of_disk(error: OSError, draft: Path) -> OSError:
    """What a full disk said, if an error of ours stands for it."""
    number = getattr(error.__cause__, "errno", None)
    if isinstance(error, DeviceError) and isinstance(number, int) and number in FULL:
        return OSError(number, os.strerror(number), str(draft))
    return error


def _place(target: Path, is_folder: bool) -> Path:
    """What is replaced: a link to a file is followed."""
    return target if is_folder else Path(os.path.realpath(target))


def _replace_file(draft: Path, target: Path) -> None:
    sync(draft)
    draft.chmod(target.stat().st_mode & 0o777 if target.exists() else NEW_FILE_MODE)
    draft.replace(target)
    sync_folder(target.parent)


def _make(folder: Path) -> list[Path]:
    """Make a folder and those around it; returns the new ones, the outermost first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    missing.reverse()
    for one in missing:
        one.mkdir()
    return missing


def _check_apart(out: Path, target: Path, tubs: Sequence[Path]) -> None:
    real = Path(os.path.realpath(target))
    for tub in tubs:
        path = Path(os.path.realpath(tub.expanduser()))
        if real == path or path in real.parents or real in path.parents:
            raise ConfigError(
                f"`--out` must be apart from the tubs, which are only read. Received: --out {out}, "
                f"and the tub {tub}. Choose another place"
            )


def _check_file(out: Path, target: Path, row: Format, overwrite: bool) -> None:
    if target.suffix.lower() != row.ending:
        better = out.with_suffix(row.ending) if out.name else Path(f"export{row.ending}")
        raise ConfigError(
            f"`--out` must end in {row.ending}. Received: --out {out}. Use --out {better}"
        )
    if target.is_dir():
        raise ConfigError(
            f"`--out` must be a file. Received: --out {out}, a folder. Use --out "
            f"{out / f'export{row.ending}'}"
        )
    if os.path.lexists(target) and not target.is_file():
        raise ConfigError(f"`--out` must be a file. Received: --out {out}, no regular file")
    if target.exists() and not overwrite:
        raise ConfigError(
            f"`--out` must be a new file. Received: --out {out}, which is there. Choose another "
            "name, or add --overwrite"
        )
    _check_writable(out, target)


def _check_folder(out: Path, target: Path, row: Format, overwrite: bool) -> None:
    if not target.name or (
        os.path.lexists(target) and (target.is_symlink() or not target.is_dir())
    ):
        raise ConfigError(
            f"`--out` must be a new folder. Received: --out {out}. Choose another name"
        )
    inside = sorted(os.listdir(target)) if target.is_dir() else []
    others = [name for name in inside if not re.fullmatch(row.holds, name)]
    if others:
        raise ConfigError(
            f"`--out` must be a new folder. Received: --out {out}, which holds {others[0]}. Choose "
            "another name"
        )
    if inside and not overwrite:
        raise ConfigError(
            f"`--out` must be a new folder. Received: --out {out}, which holds an export. Choose "
            "another name, or add --overwrite"
        )
    _check_writable(out, target)


def _check_writable(out: Path, target: Path) -> None:
    folder = target.parent
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent  # missing folders will be made
    try:
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as error:
        raise ConfigError(
            f"`--out` must be in a place that can be written. Received: --out {out} ({folder}: "
            f"{error.strerror}). Choose another folder, e.g. --out {Path('~') / out.name}"
        ) from error

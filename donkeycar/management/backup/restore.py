"""`donkey restore`: make the car of a backup; a car that is there already is kept beside it."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from donkeycar import commands
from donkeycar.drafts import RESTORE, abandoned, clear, draft_folder
from donkeycar.errors import ConfigError, TubError
from donkeycar.management.backup.archive import Info
from donkeycar.management.backup.reader import Unpacked, read_backup
from donkeycar.management.backup.writer import contents_of
from donkeycar.tub.lock import TubInUse, TubLock

PIPE = "-"


class Restored(NamedTuple):
    """The result of `restore`.

    Attributes:
        unpacked: What was in the archive.
        folder: The car.
        kept: The car that was there before, under its new name; ``None`` if there was none.
        notes: Sentences about what earlier runs had left behind.
    """

    unpacked: Unpacked
    folder: Path
    kept: Path | None
    notes: list[str]


def restore(
    file: BinaryIO, path: Path | None, may_replace: Callable[[Path, Path], bool]
) -> Restored:
    """Unpack an archive; the car appears when all of it was checked, or not at all.

    Args:
        file: The archive; it may be a pipe.
        path: The folder of the car; ``None`` takes the name that the car had, in this folder.
        may_replace: Asked, before anything is unpacked, if the folder is there and not empty: the
            folder, and where it is going to be kept.

    Raises:
        ConfigError: If the archive is not whole, or the car may not be replaced.
        TubError: If a program is recording in the folder that would be replaced.
        OSError: If the disk does not take it. None of these changes anything.
    """
    places: list[tuple[Path, Path, Path | None]] = []
    notes: list[str] = []
    drafts = ExitStack()

    def place(info: Info) -> Path:
        target = (path or Path(info.car)).expanduser().resolve()
        kept = _kept(target)
        if kept is not None and not may_replace(target, kept):
            raise ConfigError(
                f"A restored car must not replace another one unasked. Received: {target}, which "
                "is there. Choose another folder with --path, or add --overwrite, which keeps the "
                f"old one as {kept.name}"
            )
        notes.extend(clear(abandoned(target.parent, target.name, [RESTORE])))
        draft = drafts.enter_context(draft_folder(target, RESTORE))
        places.append((target, draft, kept))
        return draft

    with drafts:
        unpacked = read_backup(file, place)
        [(target, draft, kept)] = places
        _put_in_place(target, draft, kept)
        return Restored(unpacked, target, kept, notes)


def _kept(target: Path) -> Path | None:
    """Where a car that is there would be kept; ``None`` if there is none."""
    if not target.parent.is_dir():
        raise ConfigError(
            f"`--path` must be in a folder that exists. Received: {target}. Make {target.parent} "
            "first"
        )
    if not target.exists():
        return None
    if not target.is_dir():
        raise ConfigError(f"`--path` must be a folder. Received: the file {target}")
    if not any(target.iterdir()):
        return None
    _check_nobody_records(target)
    number = 1
    while (kept := target.with_name(f"{target.name}.before-restore{number}")).exists():
        number += 1
    return kept


def _check_nobody_records(car: Path) -> None:
    for tub in contents_of(car).tubs:
        try:
            TubLock(tub).release()
        except TubInUse as error:
            raise TubError(
                "A car must not drive while it is replaced. Received: a program that records into "
                f"{tub} or changes it. Stop it first: sudo systemctl stop donkey, or Ctrl-C where "
                "it runs"
            ) from error


def _put_in_place(target: Path, draft: Path, kept: Path | None) -> None:
    draft.chmod(0o755)
    if hasattr(os, "sync"):
        os.sync()  # a power cut after the rename must not leave a car of empty files
    if kept is not None:
        # Unpacking takes minutes on a Pi, and somebody may have pressed Record since.
        _check_nobody_records(target)
        target.rename(kept)
    elif target.exists():
        target.rmdir()
    try:
        draft.rename(target)
    except OSError:
        if kept is not None:
            with suppress(OSError):
                kept.rename(target)
        raise


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("archive", help="the file that donkey backup wrote; - reads the input")
    parser.add_argument(
        "--path", type=Path, help="folder of the car (default: here, by the name that it had)"
    )
    parser.add_argument(
        "--overwrite", action="store_true",
        help="do not ask: a car that is there is kept beside, as NAME.before-restore1",
    )  # fmt: skip
    parser.add_argument(
        "--check", action="store_true", help="check all of the archive, and unpack nothing"
    )


def run(args: argparse.Namespace) -> None:
    """Restore the car, or check the archive."""
    with _opened(args.archive) as file:
        if args.check:
            _tell(read_backup(file, lambda info: None))
            print("Every file is as it was when it was backed up")
            return
        restored = restore(file, args.path, _asker(overwrite=args.overwrite, path=args.archive))
    for sentence in restored.notes:
        print(f"note: {sentence}", file=sys.stderr)
    _tell(restored.unpacked)
    if restored.kept is not None:
        print(f"The car that was there is {restored.kept} now")
    print(f"wrote {restored.folder}. Its manage.py and myconfig.py are programs: drive it only if")
    print(f"you know who made it. Next: {commands.donkey('doctor', '--path', restored.folder)}")


def _opened(word: str) -> BinaryIO:
    if word == PIPE:
        return sys.stdin.buffer
    path = Path(word).expanduser()
    if path.is_dir():
        raise ConfigError(f"The archive must be a file. Received: the folder {path}")
    if not path.exists():
        raise ConfigError(
            f"The archive must be a file that is there. Received: {path.absolute()}. Look for it: "
            f"ls {shlex.quote(str(path.absolute().parent))}"
        )
    return path.open("rb")


def _asker(*, overwrite: bool, path: str) -> Callable[[Path, Path], bool]:
    def may_replace(target: Path, kept: Path) -> bool:
        if overwrite:
            return True
        if path == PIPE or not sys.stdin.isatty():
            return False
        answer = input(f"{target} is there. Keep it as {kept.name}, and go on? [y/N] ")
        return answer.strip().lower() in ("y", "yes")

    return may_replace


def _tell(unpacked: Unpacked) -> None:
    info = unpacked.info
    print(
        f"{info.car}, backed up {info.made} by donkeycar {info.donkeycar}: "
        f"{unpacked.num_files:,} files, {unpacked.num_bytes / 1e6:,.1f} MB"
    )
    for sentence in info.left_out:
        print(f"note: not in it: {sentence}")

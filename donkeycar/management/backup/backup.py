"""`donkey backup`: write settings, recordings, pilots and own parts of a car into one file."""

import argparse
import shlex
import sys
import time
from pathlib import Path
from typing import BinaryIO

from donkeycar import commands
from donkeycar.drafts import BACKUP, abandoned, clear, held, prefix_of
from donkeycar.errors import ConfigError
from donkeycar.files import atomic_path
from donkeycar.formats.archive.room import check_room
from donkeycar.management.backup.writer import Contents, contents_of, write_backup
from donkeycar.management.output_file import output_file

# Only its owner may read it: settings and pictures of a home are nobody else's.
MODE = 0o600
PIPE = "-"


def back_up(folder: Path, out: Path, *, tubs: bool = True, models: bool = True) -> Contents:
    """Write a backup; the file appears when it is whole, or not at all.

    Args:
        folder: Folder of the car.
        out: The file; it must not exist.
        tubs: Whether recordings are wanted.
        models: Whether pilots are wanted.

    Raises:
        ConfigError: If `folder` is not a car's, or `out` cannot be used.
        DeviceError: If the disk has too little room.
        TubError: If a program is recording into one of the tubs.
        OSError: If a file cannot be read or written.
    """
    folder, out = car_folder(folder), out.expanduser().absolute()
    if out.parent.resolve().is_relative_to(folder) or out.resolve() == folder:
        raise ConfigError(
            f"`--out` must be outside of the car's folder. Received: {out}. Write it to another "
            f"disk, or to {folder.parent}"
        )
    if not out.parent.exists():
        # A disk that is not plugged in: the backup would be on the card, and go with it.
        raise ConfigError(
            f"`--out` must be in a folder that is there. Received: {out}. Plug its disk in, or "
            f"make the folder: mkdir -p {shlex.quote(str(out.parent))}"
        )
    out = output_file(out)
    if out.exists():
        raise ConfigError(f"`--out` must be a new file. Received: {out}. Choose another name")
    contents = contents_of(folder, tubs=tubs, models=models)
    check_room(out.parent, contents.num_bytes)
    for sentence in clear(abandoned(out.parent, folder.name, [BACKUP])):
        contents.notes.append(sentence)
    prefix = prefix_of(folder.name, BACKUP)
    with atomic_path(out, mode=MODE, prefix=prefix) as draft, held(draft), draft.open("wb") as file:
        write_backup(folder, file, contents)
    return contents


def car_folder(path: Path) -> Path:
    """The absolute folder of a car.

    Raises:
        ConfigError: If it is not one.
    """
    folder = path.expanduser().resolve()
    if not (folder / "manage.py").is_file():
        raise ConfigError(
            f"`--path` must be the folder of a car. Received: {folder}, which has no manage.py. "
            "Go to the folder of the car"
        )
    return folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car (default: this one)"
    )
    parser.add_argument(
        "--out", help="the file to write (default: beside the car, named after it and the time); "
        "- writes it to the output, for a pipe",
    )  # fmt: skip
    parser.add_argument("--no-tubs", action="store_true", help="leave the recordings out")
    parser.add_argument("--no-models", action="store_true", help="leave the pilots out")


def run(args: argparse.Namespace) -> None:
    """Write the backup, and say what is in it and what is not."""
    wanted = {"tubs": not args.no_tubs, "models": not args.no_models}
    folder = car_folder(args.path)
    if args.out == PIPE:
        contents = contents_of(folder, **wanted)
        write_backup(folder, _pipe(), contents)
        _tell(contents, "the output")
        return
    stamp = time.strftime("%Y-%m-%d-%H%M%S")
    out = Path(args.out) if args.out else folder.with_name(f"{folder.name}-{stamp}.tar")
    contents = back_up(folder, out, **wanted)
    _tell(contents, str(out))
    print(f"To get it back: {commands.donkey('restore', out)}")


def _pipe() -> BinaryIO:
    if sys.stdout.isatty():
        raise ConfigError(
            "`--out -` must be led into a program or a file. Received: a terminal. Write: donkey "
            "backup --out - | ssh pc 'cat > mycar.tar'"
        )
    return sys.stdout.buffer


def _tell(contents: Contents, place: str) -> None:
    # The output may be the archive itself.
    for sentence in contents.notes:
        print(f"note: {sentence}", file=sys.stderr)
    for sentence in contents.left_out:
        print(f"note: not in it: {sentence}", file=sys.stderr)
    print(
        f"wrote {place}: {len(contents.files):,} files, {contents.num_bytes / 1e6:,.1f} MB. "
        "Pairings of phones are not in it: a restored car is paired anew",
        file=sys.stderr if place == "the output" else sys.stdout,
    )

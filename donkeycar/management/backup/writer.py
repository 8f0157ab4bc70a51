"""Write a backup: every ordinary file of a car's folder, in one pass, with its digest."""

import hashlib
import io
import os
import stat
import tarfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from donkeycar import __version__
from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.archive.member_name import parts_of
from donkeycar.management.backup.archive import INFO, SUMS, Info, sums_text
from donkeycar.tub.finding import MARK
from donkeycar.tub.lock import TubInUse, TubLock

# Made again by Python and its tools, or much larger than the car.
PASSED_OVER = {
    "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".ipynb_checkpoints",
}  # fmt: skip
ENVIRONMENT = "pyvenv.cfg"
# tar(5): a member is padded to blocks, and its header takes one to three of them.
BLOCK, HEADERS = 512, 3 * 512


@dataclass
class Contents:
    """What a backup will hold.

    Attributes:
        folders: Relative paths with slashes, each after the one it is in.
        files: Size in bytes by relative path.
        tubs: The folders that are tubs.
        left_out: One sentence for each thing that the archive will not hold.
        notes: Other sentences for the owner.
    """

    folders: list[str]
    files: dict[str, int]
    tubs: list[Path]
    left_out: list[str]
    notes: list[str] = field(default_factory=list)

    @property
    def num_bytes(self) -> int:
        """What the archive takes, at most."""
        return sum(-(-size // BLOCK) * BLOCK + HEADERS for size in self.files.values())


def contents_of(folder: Path, *, tubs: bool = True, models: bool = True) -> Contents:
    """Look at a car's folder.

    Args:
        folder: Folder of the car.
        tubs: Whether recordings are wanted.
        models: Whether pilots are wanted, the folder ``models``.

    Raises:
        ConfigError: If a name in it cannot be kept.
        OSError: If a folder cannot be read.
    """
    contents = Contents([], {}, [], [])
    if not models:
        contents.left_out.append("models: not wanted")
    waiting = [folder]
    while waiting:
        here = waiting.pop(0)
        entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        is_tub = any(MARK.fullmatch(entry.name) for entry in entries)
        if is_tub and not tubs:
            contents.left_out.append(f"{here.relative_to(folder).as_posix()}: a tub, not wanted")
            continue
        if is_tub:
            contents.tubs.append(here)
        if here != folder:
            contents.folders.append(_name(here, folder))
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if _is_wanted(Path(entry.path), folder, contents, models=models):
                    waiting.append(Path(entry.path))
            else:
                _add(entry, folder, contents)
    return contents


def _is_wanted(path: Path, folder: Path, contents: Contents, *, models: bool) -> bool:
    if path.name in PASSED_OVER or (not models and path == folder / "models"):
        return False
    if (path / ENVIRONMENT).is_file():
        contents.left_out.append(f"{_name(path, folder)}: an environment of Python; make it anew")
        return False
    return True


def _add(entry: "os.DirEntry[str]", folder: Path, contents: Contents) -> None:
    name = _name(Path(entry.path), folder)
    if entry.is_symlink():
        target = os.readlink(entry.path)
        contents.left_out.append(f"{name}: a link to {target}; back up what it leads to by itself")
    elif entry.is_file(follow_symlinks=False):
        contents.files[name] = entry.stat(follow_symlinks=False).st_size
    # Sockets and pipes belong to programs that run, and hold nothing.


def _name(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix()
    try:
        parts_of(name)
        name.encode()
    except (ConfigError, UnicodeEncodeError) as error:
        raise ConfigError(
            "The names of files in a car must be plain text, without line breaks and backslashes. "
            f"Received: {name!r}. Rename it"
        ) from error
    return name


def write_backup(folder: Path, out: BinaryIO, contents: Contents) -> Info:
    """Write the archive into a file or a pipe.

    Args:
        folder: Folder of the car, an absolute path.
        out: Where to.
        contents: What `contents_of` found there.

    Raises:
        TubError: If a program is recording into one of the tubs.
        ConfigError: If a file changes while it is read.
        OSError: If a file cannot be read, or `out` does not take it.
    """
    made = time.strftime("%Y-%m-%d %H:%M")
    info = Info(folder.name, made, __version__, tuple(contents.left_out))
    sums: dict[str, str] = {}
    with ExitStack() as stack:
        for lock in _locks(contents.tubs):
            stack.callback(lock.release)
        tar = stack.enter_context(
            tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, bufsize=1 << 16)
        )
        _add_text(tar, INFO, info.text())
        for name in ["", *contents.folders]:
            member = tarfile.TarInfo(f"{folder.name}/{name}".rstrip("/"))
            member.type, member.mode = tarfile.DIRTYPE, 0o755
            member.mtime = int((folder / name).stat().st_mtime)
            tar.addfile(member)
        for name in contents.files:
            sums[f"{folder.name}/{name}"] = _add_file(tar, folder, name)
            # It keeps all of them: 100 MB for an hour of driving.
            tar.members.clear()  # type: ignore[attr-defined]
        _add_text(tar, SUMS, sums_text(sums))
    return info


def _locks(tubs: list[Path]) -> Iterator[TubLock]:
    for tub in tubs:
        try:
            yield TubLock(tub)
        except TubInUse as error:
            raise TubError(
                f"A backup needs a tub that nobody is recording into. Received: {tub}, which a "
                "program records into or changes. Stop the car, wait for the program, or add "
                "--no-tubs"
            ) from error


def _add_file(tar: tarfile.TarFile, folder: Path, name: str) -> str:
    with (folder / name).open("rb") as file:
        before = os.fstat(file.fileno())
        member = tarfile.TarInfo(f"{folder.name}/{name}")
        member.size, member.mtime = before.st_size, int(before.st_mtime)
        member.mode = stat.S_IMODE(before.st_mode) & 0o777
        digested = _Digested(file)
        try:
            tar.addfile(member, digested)
        except OSError as error:
            if error.errno is not None:
                raise
            raise _changed(name) from error  # tarfile: it was shorter than said
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise _changed(name)
    return digested.digest.hexdigest()


def _changed(name: str) -> ConfigError:
    return ConfigError(
        f"A car must not change while it is backed up. Received: {name}, which a program wrote to. "
        "Stop that program, and run this again"
    )


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    content = text.encode()
    member.size, member.mtime, member.mode = len(content), int(time.time()), 0o644
    tar.addfile(member, io.BytesIO(content))


class _Digested:
    """A file that is digested while tarfile reads it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece

"""Drafts: what a command makes beside its result, and leaves behind if it is killed.

A draft is called ``.NAME.PURPOSE-`` and eight letters. While its command runs, the command holds a
lock on it, which the kernel releases when the process ends, however it ends: a draft without a lock
was abandoned, and the next run of the command removes it.
"""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from donkeycar.files import DRAFT

BACKUP, RESTORE, TAKEOVER = "backup", "restore", "createcar"
PURPOSES = (BACKUP, RESTORE, TAKEOVER)
# New folders and files of any command, and what one of them replaces.
NEW, OLD = "new", "old"
# Files of a car that commands replace.
CAR_FILES = ("manage.py", "config.py", "myconfig.py")
# Names of `tempfile`.
_LETTERS = r"[a-z0-9_]{8}"
# A draft of a single small file is there for milliseconds, and has no lock.
OLD_S = 60.0


def prefix_of(name: str, purpose: str) -> str:
    """How the names of drafts begin.

    Args:
        name: Name of the car.
        purpose: One of `PURPOSES`.
    """
    return f".{name}.{purpose}-"


@contextmanager
def draft_folder(target: Path, purpose: str) -> Iterator[Path]:
    """A new folder beside `target`, on the same disk; what is left of it at the end is removed.

    Raises:
        OSError: If the disk does not take it.
    """
    with ExitStack() as lock:
        draft = _locked_folder(target, purpose, lock)
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def clear_new(target: Path) -> list[str]:
    """Remove what killed commands left of making `target`; a sentence about each.

    What a command was about to replace gets its name back.
    """
    told = []
    for around in abandoned(target.parent, target.name, [OLD]):
        if not os.path.lexists(target):
            with suppress(OSError):
                (around / target.name).rename(target)
                told.append(f"put {target} back, which a run that was killed had moved away")
    return told + clear(abandoned(target.parent, target.name, [NEW, OLD]))


def replace_folder(draft: Path, target: Path) -> None:
    """Let a draft take the place of a folder, which is removed.

    Raises:
        OSError: If the disk does not take it; `target` is as it was.
    """
    with ExitStack() as lock:
        around = _locked_folder(target, OLD, lock)
        old = around / target.name
        target.rename(old)
        try:
            draft.rename(target)
        except BaseException:
            old.rename(target)
            around.rmdir()
            raise
        shutil.rmtree(around, ignore_errors=True)


def _locked_folder(target: Path, purpose: str, lock: ExitStack) -> Path:
    """Make a folder and lock it; between the two, another command may remove it as abandoned."""
    while True:
        draft = Path(tempfile.mkdtemp(prefix=prefix_of(target.name, purpose), dir=target.parent))
        try:
            with ExitStack() as trial:
                trial.enter_context(held(draft))
                draft.stat()
                lock.push(trial.pop_all())
            return draft
        except FileNotFoundError:
            continue


@contextmanager
def held(draft: Path) -> Iterator[None]:
    """Lock a draft for the time of the block, where the system can.

    Raises:
        OSError: If it is not there.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    fd = os.open(draft, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network disk without locks
            # Whoever looks for abandoned drafts has it only for a moment.
            fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def abandoned(folder: Path, name: str, purposes: Iterable[str] = PURPOSES) -> list[Path]:
    """Drafts that a killed command left, this user's own; those still in use do not count.

    Args:
        folder: Where to look.
        name: Name of the car.
        purposes: Some of `PURPOSES`.
    """
    words = "|".join(map(re.escape, purposes))
    pattern = re.compile(rf"\.{re.escape(name)}\.(?:{words})-{_LETTERS}(?:\.[a-z]+)*")
    return [path for path in _ours(folder, pattern) if not _is_held(path)]


def abandoned_files(folder: Path, names: Iterable[str]) -> list[Path]:
    """Drafts of single files (`donkeycar.files.atomic_path`) that a killed command left.

    Args:
        folder: Folder of the files.
        names: Their names.
    """
    before_s = time.time() - OLD_S
    found = []
    for name in map(Path, names):
        pattern = re.compile(
            rf"\.{re.escape(name.stem)}\.{DRAFT}-{_LETTERS}{re.escape(name.suffix)}"
        )
        for path in _ours(folder, pattern):
            if path.is_file() and path.stat().st_mtime < before_s:
                found.append(path)
    return found


def clear(paths: Iterable[Path]) -> list[str]:
    """Remove abandoned drafts; a sentence about each."""
    told = []
    for path in paths:
        try:
            with _taken(path) as is_ours:
                if not is_ours:
                    continue  # its command has just begun
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        except FileNotFoundError:
            continue  # another command removed it
        except OSError as error:
            told.append(f"{path} was left by a run that was killed ({error.strerror})")
        else:
            told.append(f"removed {path}, which a run that was killed had left")
    return told


def _ours(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    try:
        paths = sorted(path for path in folder.iterdir() if pattern.fullmatch(path.name))
        mine = getattr(os, "getuid", lambda: 0)()
        return [path for path in paths if not path.is_symlink() and path.lstat().st_uid == mine]
    except OSError:
        return []  # not ours to read, or just gone


def _is_held(path: Path) -> bool:
    """Whether its command still runs; where that cannot be told, it counts as running."""
    try:
        with _taken(path) as is_ours:
            return not is_ours
    except OSError:
        return True


@contextmanager
def _taken(path: Path) -> Iterator[bool]:
    """Lock a draft that no command holds; whether that worked.

    Raises:
        OSError: If it cannot be opened.
    """
    try:
        import fcntl
    except ImportError:
        yield False
        return
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            is_ours = False
        else:
            is_ours = True
        yield is_ours
    finally:
        os.close(fd)

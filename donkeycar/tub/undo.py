"""Undo of a repair, with what `donkeycar.tub.keeping` kept of it.

The whole undo is worked out and checked before the first change (`donkeycar.tub.undo_plan`). Then
it goes through the steps of the repair backwards. Each is on the disk before it is cut off the
notes, and the notes go last; so an undo can be interrupted anywhere, and repeated.
"""

import os
from contextlib import suppress
from pathlib import Path

from donkeycar.errors import DeviceError, TubError, text_of
from donkeycar.tub.filesystem import APPEND, FileSystem, replace_file
from donkeycar.tub.format import RECOVERED
from donkeycar.tub.keeping import repairs_in
from donkeycar.tub.lock import TubLock
from donkeycar.tub.repair_notes import (
    BEFORE,
    FOLDER,
    MOVE,
    REPLACE,
    STEPS,
    Notes,
    Step,
    begin_line,
    read_notes,
)
from donkeycar.tub.undo_plan import Deed, plan_undo

NOTHING_LEFT = "nothing was left to put back"


def undo_repair(path: str | Path, *, fs: FileSystem | None = None) -> list[str]:
    """Undo the newest repair of a tub: every file is byte for byte what it was before.

    Args:
        path: The tub's folder.
        fs: How to reach the disk.

    Returns:
        What was put back, one sentence each.

    Raises:
        TubError: If there is no repair to undo, if something else has changed the tub or what was
            kept since, if something of that is missing, or if a program records into the tub.
            Nothing was changed.
        DeviceError: If the disk refuses. Undoing again continues.
    """
    tub = Path(path).expanduser()
    if not tub.is_dir():
        raise TubError(f"There is no tub at {tub}. Next step: check the path")
    lock = TubLock(tub)
    try:
        return _undo_newest(tub, fs or FileSystem())
    except OSError as error:
        raise DeviceError(
            f"The repair of {tub} cannot be undone: {text_of(error)}. Next step: check the disk, "
            "and undo it again"
        ) from error
    finally:
        lock.release()


def take_back(tub: Path, repair_folder: Path | None, fs: FileSystem) -> bool:
    """Undo a repair that a disk has just refused to go on with; the tub is locked.

    Args:
        tub: The tub's folder.
        repair_folder: The folder of the repair; ``None`` if it had changed nothing yet.
        fs: How to reach the disk.

    Returns:
        Whether everything is as it was.
    """
    try:
        if repair_folder is not None and os.path.lexists(repair_folder):
            _undo_newest(tub, fs)
        elif repair_folder is not None and os.path.lexists(repair_folder.parent):
            with suppress(OSError):  # it holds something
                fs.remove_directory(repair_folder.parent)
    except (OSError, TubError):
        return False
    return True


def _undo_newest(tub: Path, fs: FileSystem) -> list[str]:
    around = tub / RECOVERED
    numbers = [] if around.is_symlink() else repairs_in(around)
    if not numbers:
        if around.is_dir() and not around.is_symlink() and not any(around.iterdir()):
            fs.remove_directory(around)  # an undo was interrupted before its last change
            return [NOTHING_LEFT]
        raise TubError(f"No repair of {tub} can be undone. Received: no {RECOVERED}/repair-N")
    folder = around / f"repair-{max(numbers)}"
    for place in (folder, folder / BEFORE):
        if place.is_symlink():
            raise TubError(f"{place} must be a folder. Received: a link. Next step: remove it")
    notes = read_notes(tub, folder)
    return _Undo(tub, folder, fs, notes).run(plan_undo(tub, folder, notes.steps))


class _Undo:
    def __init__(self, tub: Path, folder: Path, fs: FileSystem, notes: Notes) -> None:
        self.tub = tub
        self.folder = folder
        self.fs = fs
        self.notes = notes
        self.steps = notes.steps

    def run(self, deeds: list[Deed]) -> list[str]:
        """Undo the steps; `deeds` are what that takes, the last step first."""
        told = []
        for step, deed in zip(reversed(self.steps), deeds, strict=True):
            if self._do(deed) and step["do"] in (REPLACE, MOVE):
                told.append(f"{step['path']} is as it was before the repair")
        # Everything is back, and on the disk: now the notes may go.
        notes = self.folder / STEPS
        for place in (self.folder / BEFORE, notes.with_name(f".{STEPS}.tmp"), notes, self.folder):
            self._remove(place)
        if not self.steps or _made_the_folder(self.steps):
            self._remove(self.tub / RECOVERED)
        if told:
            return sorted(set(told))
        if self.steps:
            return ["everything is as it was before the repair"]
        return [NOTHING_LEFT]

    def _do(self, deed: Deed) -> bool:
        """Undo a step, and note it; return whether there was something to do."""
        done = False
        if deed.source is not None and deed.target is not None:
            source, target = self.tub / deed.source, self.tub / deed.target
            self.fs.rename(source, target)
            self.fs.sync_directory(target.parent)
            self.fs.sync_directory(source.parent)
            done = True
        elif deed.source is not None:
            done = self._remove(self.tub / deed.source)
        self._note(deed.num_left)
        return done

    def _note(self, num_left: int) -> None:
        """Cut the step that is undone off the notes: it must not be looked at again.

        A full disk has room for that, too.
        """
        length = self.notes.lengths[num_left]
        if not length:  # of an earlier version; without a line they would count as damaged
            replace_file(self.fs, self.folder / STEPS, begin_line())
            return
        fd = self.fs.open(self.folder / STEPS, APPEND)
        try:
            os.truncate(fd, length)
            self.fs.sync(fd)
        finally:
            self.fs.close(fd)

    def _remove(self, place: Path) -> bool:
        """Remove a file that the repair made, or an empty folder; others stay."""
        if not os.path.lexists(place):
            return False
        if place.is_dir() and not place.is_symlink():
            if any(place.iterdir()):
                return False
            self.fs.remove_directory(place)
        else:
            self.fs.remove(place)
        self.fs.sync_directory(place.parent)
        return True


def _made_the_folder(steps: list[Step]) -> bool:
    return any(step["do"] == FOLDER and step["path"] == RECOVERED for step in steps)

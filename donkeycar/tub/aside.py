"""`recovered/<n>/`: the folder for files and lines that a tub cannot keep in their place."""

import os
import re
import stat
from pathlib import Path

from donkeycar.errors import TubError
from donkeycar.tub.filesystem import FileSystem, replace_file
from donkeycar.tub.format import RECOVERED

_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


class Aside:
    """A folder for the files and lines of one recovery, made when first needed.

    Args:
        tub: The tub's folder.
        fs: How to reach the disk.
    """

    def __init__(self, tub: Path, fs: FileSystem) -> None:
        self._tub = tub
        self._fs = fs
        self._made: Path | None = None

    @property
    def is_blocked(self) -> bool:
        """Whether something else has the name of the folder; a link would lead out of the tub."""
        folder = self._tub / RECOVERED
        return os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir())

    def save(self, name: str, data: bytes) -> None:
        """Store bytes under a name.

        Raises:
            TubError: If this folder cannot be made.
        """
        replace_file(self._fs, self._folder() / name, data)

    def move(self, file: Path) -> None:
        """Move a file there; of a link, the link itself.

        Raises:
            TubError: If this folder cannot be made.
        """
        self._fs.rename(file, self._folder() / file.name)

    def put(self, file: Path, data: bytes) -> None:
        """Write a file of the tub; move away a folder or link of the same name."""
        if os.path.lexists(file) and not stat.S_ISREG(file.lstat().st_mode):
            self.move(file)
        replace_file(self._fs, file, data)

    def _folder(self) -> Path:
        if self._made is None:
            folder = self._tub / RECOVERED
            if self.is_blocked:
                raise TubError(
                    f"{folder} must be a folder of the tub itself. Received: a link or a file. "
                    "Next step: move it away"
                )
            used = [-1]
            if folder.is_dir():
                used += [int(f.name) for f in folder.iterdir() if _NUMBER.fullmatch(f.name)]
            self._made = folder / str(max(used) + 1)
            self._fs.make_directory(self._made)
        return self._made

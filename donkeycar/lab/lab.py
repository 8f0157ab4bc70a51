"""The place that pages work in: one folder, and the jobs in it."""

import os
from pathlib import Path

from donkeycar.errors import ConfigError
from donkeycar.lab.jobs import Jobs


class Lab:
    """A folder with tubs and pilots, and what runs in it.

    Args:
        folder: The folder of a car, or any folder of tubs and pilots on a PC.
        is_car: Whether this computer drives: work that takes a PC is then not offered.
        driven_by: Digest of the ``myconfig.py`` with which it drives now; "" if it does not.

    Attributes:
        folder: The folder, without links in its path.
        is_car: As given.
        driven_by: As given.
        jobs: The commands that pages have started; see `Jobs`.

    Raises:
        ConfigError: If there is no such folder.
    """

    def __init__(self, folder: Path, *, is_car: bool = False, driven_by: str = "") -> None:
        self.folder = Path(os.path.realpath(folder.expanduser()))
        if not self.folder.is_dir():
            raise ConfigError(
                f"The lab needs a folder of tubs and pilots. Received: {folder}, where there is "
                "none. Make it, or name another"
            )
        self.is_car = is_car
        self.driven_by = driven_by
        self.jobs = Jobs(self.folder)

    def path(self, name: str) -> Path:
        """The path of something in the folder; it need not exist.

        Args:
            name: A name relative to the folder, with ``/`` between its parts, e.g.
                ``"data/tub_1"``; ``"."`` is the folder itself.

        Raises:
            ConfigError: If it is not below the folder, also by a link.
        """
        parts = name.split("/")
        if not name or "\0" in name or "\\" in name or name.startswith("/") or ".." in parts:
            raise ConfigError(
                "A name of the lab must be a path below its folder, such as data/tub_1. Received: "
                f"{name[:80]!r}"
            )
        path = Path(os.path.realpath(self.folder / name))
        if path != self.folder and self.folder not in path.parents:
            raise ConfigError(
                f"A name of the lab must stay in its folder, {self.folder}. Received: "
                f"{name[:80]!r}, a link to {path}. Run `donkey console` on that folder, or move "
                "what it holds here"
            )
        return path

    def name_of(self, path: Path) -> str:
        """The name of a path below the folder, as `path` takes it."""
        return path.relative_to(self.folder).as_posix()

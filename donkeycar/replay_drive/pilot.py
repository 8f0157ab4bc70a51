"""The pilot of a replay, and what its files say of it before it is opened."""

from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.pilots.files.bundle import PilotFiles, PilotInfo, read_info, sha256_of
from donkeycar.pilots.files.folds_file import member_paths
from donkeycar.pilots.kinds.registry import PilotType, pilot_type


class Pilot(NamedTuple):
    """The pilot of a replay.

    Attributes:
        path: Any of its files, or a folder of several.
        type: Its type, for a model made elsewhere.
    """

    path: Path
    type: str | None = None

    def info(self) -> PilotInfo | None:
        """Its sidecar, of an ensemble that of the first; ``None`` if it has none.

        Raises:
            PilotError: If that is damaged.
        """
        sidecar = PilotFiles.of(self._members()[0]).sidecar
        return read_info(sidecar) if sidecar.is_file() else None

    def kind(self) -> PilotType | None:
        """Its type; ``None`` if nobody says it.

        Raises:
            PilotError: If there is no such type.
        """
        info = self.info()
        name = self.type if info is None else info.type
        return None if name is None else pilot_type(name)

    def about(self) -> dict[str, Any]:
        """What identifies it, for a file: no path."""
        litert = [PilotFiles.of(path).variant("float32") for path in self._members()]
        prints = [sha256_of(file.read_bytes()) if file.is_file() else "" for file in litert]
        return {"name": self.path.name, "type": self.type, "sha256": prints}

    def _members(self) -> list[Path]:
        return member_paths(self.path.expanduser())

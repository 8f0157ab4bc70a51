"""What a LeRobot dataset says of itself: its features, its episodes, its tasks."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from donkeycar.errors import TubError
from donkeycar.formats.importing.lerobot.tables import Frames, check_inside, parquet_files
from donkeycar.json_text import is_number, parse_json
from donkeycar.tub.format import read_regular_file

INFO = "meta/info.json"
MAX_META_BYTES = 64 << 20
VERSIONS = ("v2.0", "v2.1", "v3.0")
PICTURES = ("image", "video")

MAX_FPS = 1000


def _is_rate(value: Any) -> bool:
    return is_number(value) and 0.01 <= value <= MAX_FPS


def _is_features(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(kind, dict) for kind in value.values())


# What must be in the description: the rule, and whether a value keeps it.
RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "codebase_version": ("text such as 'v3.0'", lambda value: isinstance(value, str)),
    "fps": (f"a number of frames a second, 0.01 to {MAX_FPS}", _is_rate),
    "features": ("an object of objects, one for each feature", _is_features),
}

_NAME = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Place:
    """Where the film of an episode is.

    Attributes:
        path: The file.
        start_s: When the episode begins there.
    """

    path: Path
    start_s: float


@dataclass
class Description:
    """The description of a dataset.

    Attributes:
        root: Its folder.
        version: ``v2.0``, ``v2.1`` or ``v3.0``.
        fps: Frames a second.
        features: Each feature with its kind (``dtype``), shape and names.
        num_frames: Frames that it says it has; ``None`` if it does not say.
        tasks: What the driver was to do.
        films: Place of the film, by camera and episode; version 3 only.
    """

    root: Path
    version: str
    fps: float
    features: dict[str, dict[str, Any]]
    chunk: int = 1000
    num_frames: int | None = None
    tasks: list[str] = field(default_factory=list)
    films: dict[tuple[str, int], Place] = field(default_factory=dict)

    @property
    def cameras(self) -> list[str]:
        """The features that hold pictures."""
        return [name for name, kind in self.features.items() if kind.get("dtype") in PICTURES]

    def film(self, camera: str, episode: int) -> Place:
        """Where the film of an episode is.

        Raises:
            TubError: If the dataset does not say, or it leads out of the dataset.
        """
        if self.version == "v3.0":
            if (camera, episode) not in self.films:
                raise TubError(f"no video of {camera} is described for episode {episode}")
            place = self.films[camera, episode]
        else:
            chunk, file = f"chunk-{episode // self.chunk:03d}", f"episode_{episode:06d}.mp4"
            place = Place(self.root / "videos" / chunk / camera / file, 0.0)
        check_inside(self.root, place.path)
        return place


def read_description(root: Path) -> Description:
    """Read the description of a dataset.

    Raises:
        TubError: If it is damaged, or of a version that is not read.
        DeviceError: If pyarrow is missing.
    """
    try:
        info = parse_json(read_regular_file(root / INFO, max_bytes=MAX_META_BYTES))
    except (OSError, ValueError) as error:
        raise TubError(
            f"{INFO} must describe a LeRobot dataset, as JSON. Received: {error}. Copy it again"
        ) from error
    if not isinstance(info, dict):
        raise TubError(f"{INFO} must be a JSON object. Received: {_short(info)}. Copy it again")
    for name, (rule, holds) in RULES.items():
        if name not in info or not holds(info[name]):
            raise TubError(
                f"`{name}` in {INFO} must be {rule}. Received: "
                f"{_short(info[name]) if name in info else 'nothing'}. Copy it again, or ask who "
                "made the dataset"
            )
    version, fps, features = info["codebase_version"], info["fps"], info["features"]
    chunk = info.get("chunks_size", 1000)
    if type(chunk) is not int or chunk < 1:
        raise TubError(
            f"`chunks_size` in {INFO} must be a whole number from 1. Received: {_short(chunk)}"
        )
    if version not in VERSIONS:
        raise TubError(
            f"A LeRobot dataset must be of version {', '.join(VERSIONS)}. Received: "
            f"{str(version)[:20]}. Convert it with lerobot"
        )
    odd = next((name for name in features if not _NAME.fullmatch(name) or ".." in name), None)
    if odd is not None:
        raise TubError(
            f"A feature of a LeRobot dataset must have a plain name. Received: {ascii(odd)[:60]}"
        )
    number = info.get("total_frames")
    num_frames = number if type(number) is int else None
    found = Description(root, version, float(fps), features, chunk, num_frames)
    if version == "v3.0":
        _add_places(found)
    found.tasks = _tasks(root)
    return found


def _short(value: Any) -> str:
    """A value of a stranger as JSON, cut to a line."""
    return json.dumps(value)[:40]


def _add_places(found: Description) -> None:
    films = [name for name in found.cameras if found.features[name]["dtype"] == "video"]
    if not films:
        return
    for path in parquet_files(found.root, "meta/episodes"):
        columns = Frames(path, set()).columns
        for name in films:
            prefix = f"videos/{name}/"
            wanted = [
                columns.get(column, [])
                for column in (
                    "episode_index", f"{prefix}chunk_index", f"{prefix}file_index",
                    f"{prefix}from_timestamp",
                )
            ]  # fmt: skip
            for episode, chunk, file, start_s in zip(*wanted, strict=False):
                if not all(is_number(number) for number in (episode, chunk, file, start_s)):
                    continue
                place = f"chunk-{int(chunk):03d}/file-{int(file):03d}.mp4"
                found.films[name, int(episode)] = Place(
                    found.root / "videos" / name / place, float(start_s)
                )


def _tasks(root: Path) -> list[str]:
    """The tasks of a dataset; none if they cannot be read: a tub drives without."""
    try:
        lines = read_regular_file(root / "meta/tasks.jsonl", max_bytes=MAX_META_BYTES)
        rows = [parse_json(line) for line in lines.splitlines() if line.strip()]
        return [row["task"] for row in rows if isinstance(row.get("task"), str)]
    except (OSError, ValueError, KeyError, AttributeError):
        pass
    path = root / "meta/tasks.parquet"
    if not path.is_file():
        return []
    try:
        columns = Frames(path, set()).columns
    except TubError:
        return []
    found = columns.get("task", columns.get("__index_level_0__", []))
    return [task for task in found if isinstance(task, str)]

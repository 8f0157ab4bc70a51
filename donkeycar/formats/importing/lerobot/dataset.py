"""A LeRobot dataset, each episode a session.

Steering and throttle are elements of ``action``, found by their names. What `donkey tub export --to
lerobot` wrote goes back to where it was: the columns ``tub.*`` with times, sessions and marks.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.importing.duplicates import settle_duplicates
from donkeycar.formats.importing.item import ANGLE, IMAGE, MODE, THROTTLE, Item, Picture, Source
from donkeycar.formats.importing.lerobot.description import INFO, Description, read_description
from donkeycar.formats.importing.lerobot.film import Film
from donkeycar.formats.importing.lerobot.tables import Frames, parquet_files
from donkeycar.formats.importing.options import Options, listed
from donkeycar.formats.importing.picture import file_picture
from donkeycar.formats.importing.session import PAUSE_MS, session_id
from donkeycar.json_text import is_number
from donkeycar.tub.schema import guess_types
from donkeycar.words import count

ACTION, STATE, OURS = "action", "observation.state", "tub."
# Until its id is known, a session is called after its episode.
EPISODE = "episode "
# Columns that every dataset has; `index` counts frames.
OWN = {"timestamp", "frame_index", "episode_index", "index", "task_index"}
# Words in the names of elements; where several are in one, the earlier word counts.
WORDS = {ANGLE: ("steer", "angle"), THROTTLE: ("throttle", "gas", "speed", "vel")}
Columns = dict[str, list[Any]]


def matches(path: Path) -> bool:
    """Whether a folder is such a dataset."""
    return (path / INFO).is_file() and (path / "data").is_dir()


def open_source(path: Path, options: Options) -> Source:
    """Open a dataset.

    Args:
        path: Its folder.
        options: ``image`` (the camera), ``angle``, ``throttle``.

    Raises:
        ConfigError: If a camera that was said is not there.
        DeviceError: If a library is missing.
        TubError: If the dataset is damaged, or has no pictures.
    """
    found = read_description(path)
    camera = _camera(found, options.image)
    source = Source(path.resolve().name, {IMAGE: "image_array"}, [])
    source.metadata = {"tasks": found.tasks} if found.tasks else {}
    others = [name for name in found.cameras if name != camera]
    source.facts.append(
        f"a LeRobot dataset of version {found.version[1:]}, {found.fps:g} frames a second, "
        f"pictures of {camera}"
        + (f"; those of {listed(others)} not used, --image chooses" if others else "")
    )
    films: dict[Path, Film] = {}
    is_timed = False
    for file in parquet_files(path, "data"):
        frames = Frames(file, set(found.cameras))
        columns = _columns(frames.columns, found)
        _add_state(columns, frames.columns, found, options)
        _take_angle_and_throttle(columns, options, source)
        is_timed = _add(frames, columns, found, camera, source, films)
    if not source.items and not source.left_out.total:
        raise TubError(f"{path} must have frames in {path / 'data'}. Received: none. Copy them")
    num_all = source.num_all
    settle_duplicates(source, options.duplicates)
    if found.num_frames not in (None, num_all, source.num_all):
        source.facts.append(
            f"{INFO} counts {found.num_frames} frames, but data/ holds {source.num_all}: files of "
            "data/ may be missing, or belong to another dataset"
        )
    _tell_times_that_go_back(source)
    _add_sessions(source, is_timed=is_timed)
    names, kinds = guess_types(item.values for item in source.items)
    source.types |= dict(zip(names, kinds, strict=True))
    source.left_out.check(source.num_all)
    return source


def _tell_times_that_go_back(source: Source) -> None:
    """Say if a frame is earlier than the one before it in its episode: the order is in doubt."""
    before: dict[str | None, float] = {}
    back: list[str] = []
    for item in source.items:
        time_ms = float(item.time_ms or 0)
        if time_ms < before.get(item.session, time_ms):
            back.append(item.origin)
        before[item.session] = time_ms
    if back:
        source.facts.append(
            f"the time goes back within an episode at {count(len(back), 'frame')}, first at "
            f"{back[0]}: the frames keep the order of the files"
        )


def _camera(found: Description, said: str | None) -> str:
    cameras = found.cameras
    if said is not None:
        chosen = [name for name in cameras if said in (name, name.rsplit(".", 1)[-1])]
        if len(chosen) != 1:
            raise ConfigError(
                f"`--image` must be a camera: {listed(cameras)}. Received: --image {said}"
            )
        return chosen[0]
    if not cameras:
        raise TubError(
            f"A dataset must have pictures. Received: {listed(found.features)}. It cannot "
            "become a tub to train on"
        )
    ahead = [name for name in cameras if any(word in name for word in ("front", "center"))]
    return (ahead or cameras)[0]


def _columns(columns: Columns, found: Description) -> Columns:
    """The columns of a tub: each element of the action by itself, the rest under its own name."""
    taken: Columns = {}
    for name, values in columns.items():
        if name == ACTION:
            for number, element in enumerate(_names(found.features.get(ACTION, {}), values)):
                taken[element] = [_element(value, number) for value in values]
        elif name.startswith(OURS):
            taken[name.removeprefix(OURS).replace(".", "/")] = values
        elif name not in OWN:
            taken["observation/state" if name == STATE else name] = values
    return taken


def _add_state(columns: Columns, own: Columns, found: Description, options: Options) -> None:
    """Elements of the state that were said, as ``state/NAME``."""
    said = {*(options.angle or ()), *(options.throttle or ())}
    values = own.get(STATE, [])
    for number, element in enumerate(_names(found.features.get(STATE, {}), values)):
        name = f"state/{element.rsplit('/', 1)[-1]}"
        if name in said:
            columns[name] = [_element(value, number) for value in values]


def _names(feature: dict[str, Any], values: Sequence[Any]) -> list[str]:
    """Names of the elements of a vector, if it has one for each; else their numbers."""
    width = max((len(value) for value in values if isinstance(value, list)), default=1)
    names = feature.get("names")
    if isinstance(names, dict):  # of version 2: {"motors": [...]}
        names = next(iter(names.values()), None)
    usable = isinstance(names, list) and len(names) == width == len(set(map(str, names)))
    plain = [str(name).lstrip("_") for name in names] if usable and names else []
    if plain and all(plain):
        return plain
    return [f"{ACTION}/{number}" for number in range(width)]


def _element(value: Any, number: int) -> Any:
    if isinstance(value, list):
        return value[number] if number < len(value) else None
    return value if number == 0 else None


def _take_angle_and_throttle(columns: Columns, options: Options, source: Source) -> None:
    """Give the elements that look like steering and throttle their names in a tub."""
    said = {ANGLE: options.angle, THROTTLE: options.throttle or options.throttle_value}
    taken: set[str] = set()
    for key, words in WORDS.items():
        if said[key] is not None or key in columns:
            continue
        name = next(
            (
                name
                for word in words
                for name in columns
                if word in name.lower() and name not in taken and "/" not in name
            ),
            None,
        )
        if name is not None:
            taken.add(name)
            columns[key] = columns.pop(name)
            fact = f"{key} from {listed([name])}"
            if fact not in source.facts:
                source.facts.append(fact)


def _add(
    frames: Frames,
    columns: Columns,
    found: Description,
    camera: str,
    source: Source,
    films: dict[Path, Film],
) -> bool:
    """Add the frames of one file to the items.

    Returns:
        Whether they say the time of day.
    """
    own = frames.columns
    times, sessions = columns.pop("timestamp_ms", None), columns.pop("session_id", None)
    deleted = columns.pop("deleted", None)
    columns.pop("index", None)
    if any(name.startswith(OURS) for name in own):
        # Added by the export: the name of the tub, and the state, which repeats the action.
        columns.pop("origin", None)
        columns.pop("observation/state", None)
    for row in range(frames.num_rows):
        place = _place(own, row)
        if place is None:
            source.left_out.add("without its place in the dataset", f"row {row} of a data file")
            continue
        origin = f"frame {place.number} of episode {place.episode}"
        try:
            picture = _picture(frames, row, place, found, camera, films)
        except TubError as error:
            source.left_out.add("without a picture", f"{origin}, {error}")
            continue
        time_ms = None if times is None else times[row]
        values = {MODE: "user"} | {name: column[row] for name, column in columns.items()}
        source.items.append(
            Item(
                values,
                {IMAGE: picture},
                time_ms if is_number(time_ms) else 1000 * place.seconds,
                f"{EPISODE}{place.episode}" if sessions is None else sessions[row],
                deleted is not None and deleted[row] is True,
                origin=origin,
            )
        )
    return times is not None


class _Place(NamedTuple):
    """Where a frame is: its episode, when in it, and its number in it."""

    episode: int
    seconds: float
    number: int


def _place(own: Columns, row: int) -> _Place | None:
    """Where a frame is; ``None`` if the dataset does not say."""
    try:
        return _Place(
            int(own["episode_index"][row]),
            float(own["timestamp"][row]),
            int(own["frame_index"][row]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _picture(
    frames: Frames,
    row: int,
    place: _Place,
    found: Description,
    camera: str,
    films: dict[Path, Film],
) -> Picture:
    if found.features[camera]["dtype"] == "image":
        if camera not in frames.pictures:
            raise TubError(f"{frames.path.name} has no column {camera}")
        file = f"images/{camera}/episode_{place.episode:06d}/frame_{place.number:06d}.png"
        return partial(_embedded, frames, camera, row, found.root, file)
    film = found.film(camera, place.episode)
    if film.path not in films:
        films[film.path] = Film(film.path, found.fps)
    return partial(films[film.path].picture, film.start_s + place.seconds)


def _embedded(frames: Frames, camera: str, row: int, root: Path, file: str) -> bytes:
    """The picture in a data file, or the file that it stands for."""
    data = frames.picture(camera, row)["bytes"]
    return bytes(data) if data else file_picture(root, root / file)()


def _add_sessions(source: Source, *, is_timed: bool) -> None:
    """Give episodes ids of sessions; and times that go on from one to the next, if they say none.

    Frames of a tub have sessions and times of their own.
    """
    ids: dict[str, str] = {}
    start_ms = end_ms = 0.0
    for item in source.items:
        name = item.session
        if name is not None and name.startswith(EPISODE):
            if name not in ids:
                ids[name] = session_id(len(ids), item.time_ms if is_timed else None)
                start_ms = end_ms
            item.session = ids[name]
        time_ms = float(item.time_ms or 0) + (0.0 if is_timed else start_ms)
        item.time_ms = round(time_ms)
        end_ms = time_ms + 2 * PAUSE_MS

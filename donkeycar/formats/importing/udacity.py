"""Recordings of Udacity's self-driving car simulator: ``driving_log.csv`` and its folder ``IMG``.

Columns ``center,left,right,steering,throttle,brake,speed``, with a header or without; steering and
throttle as in a tub (steering -1 left to +1 right; throttle 0 to 1), speed in miles an hour. Paths
belong to the computer that recorded them: only their file names are used.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.importing.comma import joined
from donkeycar.formats.importing.csv_rows import Rows, file_name, number_of, read_rows
from donkeycar.formats.importing.item import ANGLE, IMAGE, MODE, THROTTLE, Item, LeftOut, Source
from donkeycar.formats.importing.options import Options, listed
from donkeycar.formats.importing.picture import file_picture
from donkeycar.formats.importing.picture_files import is_picture_name
from donkeycar.formats.importing.session import add_sessions

LOG = "driving_log.csv"
COLUMNS = ("center", "left", "right", "steering", "throttle", "brake", "speed")
SPEED, BRAKE = "udacity/speed_mph", "udacity/brake"
TYPES = {
    IMAGE: "image_array", ANGLE: "float", THROTTLE: "float", MODE: "str",
    BRAKE: "float", SPEED: "float",
}  # fmt: skip
# Cameras of each choice, and the sign of the steering correction: the left one sees the road as if
# the car stood too far left, so it has to steer further right.
CAMERAS = {
    "center": ("center",),
    "left": ("left",),
    "right": ("right",),
    "all": ("center", "left", "right"),
}
SIGNS = {"center": 0, "left": 1, "right": -1}

# center_2020_06_08_04_45_49_590.jpg
_TIME = re.compile(r"\w+?_(\d{4})_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d{3})\.\w+", re.ASCII)


def matches(path: Path) -> bool:
    """Whether a folder, or a file, is such a recording.

    Other programs call their tables ``driving_log.csv`` as well: the columns decide.
    """
    log = path if path.is_file() else path / LOG
    if log.name != LOG or not log.is_file():
        return False
    try:
        _places(read_rows(log))
    except (TubError, OSError):
        return False
    return True


def open_source(path: Path, options: Options) -> Source:
    """Open a recording of the simulator.

    Args:
        path: Its folder, or the CSV file in it.
        options: ``cameras``, ``steering_correction``, ``recorded_rate_hz``.

    Raises:
        ConfigError: If a side camera is wanted without a steering correction.
        TubError: If it is not such a recording.
        OSError: If it cannot be read.
    """
    choice = options.cameras or "center"
    correction = options.steering_correction
    if choice != "center" and correction is None:
        raise ConfigError(
            "`--cameras` with a side camera needs --steering-correction, what the left camera's "
            f"angle is larger by. Received: --cameras {choice}. Udacity's course begins with 0.2"
        )
    log = path if path.is_file() else path / LOG
    if not log.is_file():
        raise TubError(f"A recording of Udacity must have {LOG}. Received: {path}, which has none")
    rows = read_rows(log)
    places = _places(rows)
    files = {file.name: file for file in _pictures_of(log.parent)}
    source = Source(log.parent.name, dict(TYPES), [])
    number = 0
    for camera in CAMERAS[choice]:
        items = _items(rows, places, camera, files, log.parent, source.left_out)
        for position, item in enumerate(items):
            if options.recorded_rate_hz is not None:
                item.time_ms = round(1000 * position / options.recorded_rate_hz)
        number = add_sessions(items, first=number)
        if SIGNS[camera]:
            _correct(items, SIGNS[camera] * (correction or 0.0), camera, source)
        source.items += items
    header = "a header" if rows.header else "no header"
    source.facts.insert(0, f"{LOG} with {header}, {len(rows.rows)} rows; cameras: {choice}")
    source.left_out.check(source.num_all)
    return source


def _places(rows: Rows) -> dict[str, int]:
    """Number of each column."""
    if not rows.header:
        if len(rows.rows[0]) < len(COLUMNS) or not is_picture_name(rows.rows[0][0]):
            raise TubError(
                f"{LOG} without a header must have the columns {', '.join(COLUMNS)}. Received: "
                f"{len(rows.rows[0])} columns. If it is another program's, say --from csv"
            )
        return {name: number for number, name in enumerate(COLUMNS)}
    names = [name.lower() for name in rows.header]
    lacking = [name for name in ("center", "steering", "throttle") if name not in names]
    if lacking:
        raise TubError(
            f"{LOG} must have the columns {', '.join(COLUMNS)}. Received: "
            f"{listed(rows.header)}. If it is another program's, say --from csv"
        )
    return {name: names.index(name) for name in COLUMNS if name in names}


def _pictures_of(folder: Path) -> list[Path]:
    """The files beside the log and in the folders beside it; ``IMG`` is the usual one."""
    folders = [folder, *sorted(inner for inner in folder.iterdir() if inner.is_dir())]
    return [file for inner in folders for file in inner.iterdir() if not file.is_dir()]


def _items(
    rows: Rows,
    places: Mapping[str, int],
    camera: str,
    files: Mapping[str, Path],
    root: Path,
    left_out: LeftOut,
) -> list[Item]:
    if camera not in places:
        raise TubError(f"{LOG} has no column {camera}. Say --cameras center")
    items = []
    for number, row in enumerate(rows.rows, start=rows.first_line):
        origin = f"row {number}"
        if len(places) == len(COLUMNS):
            try:
                row = joined(row)
            except TubError as error:
                left_out.add("with decimal commas", f"{origin}, {error}")
                continue
        if len(row) <= max(places.values()):
            left_out.add("too short", f"{origin} with {len(row)} fields")
            continue
        name = file_name(row[places[camera]])
        if name not in files:
            left_out.add("without a picture", f"{origin}, {name or 'no name'}")
            continue
        numbers = {
            key: number_of(row[places[column]])
            for key, column in (
                (ANGLE, "steering"), (THROTTLE, "throttle"), (BRAKE, "brake"), (SPEED, "speed"),
            )
            if column in places
        }  # fmt: skip
        picture = file_picture(root, files[name])
        items.append(
            Item({**numbers, MODE: "user"}, {IMAGE: picture}, _time_ms(name), origin=origin)
        )
    return items


def _time_ms(name: str) -> int | None:
    """The time in the name of a picture, as if the computer's clock had been UTC."""
    match = _TIME.fullmatch(name)
    if match is None:
        return None
    try:
        year, month, day, hour, minute, second, thousandth = map(int, match.groups())
        moment = datetime(year, month, day, hour, minute, second, 1000 * thousandth, UTC)
    except ValueError:
        return None
    return round(moment.timestamp() * 1000)


def _correct(items: list[Item], correction: float, camera: str, source: Source) -> None:
    """Add the correction to each angle; the wheels turn no further than -1 and +1."""
    num_clipped = 0
    for item in items:
        angle = item.values[ANGLE]
        if angle is not None:
            item.values[ANGLE] = min(max(angle + correction, -1.0), 1.0)
            num_clipped += abs(angle + correction) > 1
    told = f"; {num_clipped} of them set to -1 or +1" if num_clipped else ""
    source.facts.append(f"{camera} camera: {correction:+g} on each angle{told}")

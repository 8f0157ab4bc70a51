"""Pictures for formats that want one size: which column, which size, and frames of a film."""

from collections.abc import Mapping

import numpy as np

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.exporting.selection import Selection
from donkeycar.tub.format import IMAGE_KEY, SESSION
from donkeycar.tub.images import Array
from donkeycar.tub.pace import Pace, pace_of_records
from donkeycar.tub.sizes import most_frequent
from donkeycar.words import did_you_mean

NO_PICTURE = "no picture"


def colour_columns(selection: Selection) -> list[str]:
    """Columns of colour pictures, the car's camera first.

    Raises:
        TubError: If there is none.
    """
    names = [name for name, kind in selection.images.items() if kind == "image_array"]
    if not names:
        raise TubError("There must be pictures to export. Received: tubs without a column of them")
    return sorted(names, key=lambda name: name != IMAGE_KEY)


def chosen_column(selection: Selection, camera: str | None) -> str:
    """The column of pictures that was asked for, or the car's camera.

    Raises:
        ConfigError: If there is no such column of colour pictures.
    """
    names = colour_columns(selection)
    if camera is not None and camera not in names:
        raise ConfigError(
            f"`--camera` must be one of {', '.join(names)}. Received: {camera}"
            + did_you_mean(camera, names)
        )
    return camera or names[0]


def usual_shape(selection: Selection, key: str) -> tuple[int, ...]:
    """The most frequent shape of the pictures of a column.

    Raises:
        TubError: If none can be read.
    """
    shape = most_frequent(selection.shapes(key).elements())
    if shape is None:
        raise TubError(
            f"There must be pictures to export. Received: none of {key} can be read. Next step: "
            "copy the images, or ask donkey tub check"
        )
    return shape


def even(picture: Array) -> Array:
    """A picture with even sides, as films need them: the last row or column may be repeated."""
    height, width = picture.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return picture
    return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def paces(selection: Selection) -> Mapping[str, Pace]:
    """How fast each tub was recorded, by its name."""
    found: dict[str, Pace] = {}
    for origin, records in selection.by_tub().items():
        sessions: dict[str, int] = {}
        drives = [
            sessions.setdefault(str(record.get(SESSION)), len(sessions)) for record in records
        ]
        found[origin] = pace_of_records(records, drives)
    return found


def usual_pace(selection: Selection) -> Pace:
    """The pace of the tub with the most records; one with times of a car counts more."""
    each = paces(selection)
    held = selection.by_tub()
    name = max(each, key=lambda name: (each[name].is_timed, len(held[name])))
    return each[name]

"""Features: what each frame of a LeRobot dataset holds, and which columns of a tub become that."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.exporting.columns import conformed
from donkeycar.formats.exporting.lerobot import layout
from donkeycar.formats.exporting.pictures import NO_PICTURE, colour_columns, usual_shape
from donkeycar.formats.exporting.selection import DELETED, ORIGIN, Frame, Selection
from donkeycar.tub.format import IMAGE_KEY

# The driver's orders; some tubs of 2018 call the angle steering.
ANGLES, THROTTLE = ("user/angle", "user/steering"), "user/throttle"
# What LeRobot calls the car's camera: a rollout shows its pictures under this name.
FRONT = "front"
# Columns that no record holds, because the export makes them.
ADDED = {ORIGIN: "string", DELETED: "bool"}
DTYPES = {"float": "float64", "int": "int64", "boolean": "bool", "str": "string"}


@dataclass(frozen=True)
class Features:
    """What a frame holds.

    Attributes:
        angle: The column of the angle.
        cameras: Name of each feature of pictures, by the column of the pictures.
        shapes: Shape of the pictures of each column.
        others: Name of each further feature, by its column.
        kinds: Description of each feature, as `info.json` has it.
        lost: Columns of the tubs that the dataset cannot hold, with the reason.
    """

    angle: str
    cameras: dict[str, str]
    shapes: dict[str, tuple[int, ...]]
    others: dict[str, str]
    kinds: dict[str, Any]
    lost: dict[str, str]

    def usable(self, selection: Selection, frames: Iterator[Frame]) -> Iterator[Frame]:
        """The frames with an angle, a throttle and pictures of the usual size."""
        for frame in frames:
            why = self._lack(frame)
            if why:
                selection.left_out[why] += 1
            else:
                yield frame

    def _lack(self, frame: Frame) -> str:
        for key, shape in self.shapes.items():
            if key not in frame.images:
                return NO_PICTURE
            if frame.images[key].array.shape != shape:
                return "a picture of another size"
        if self.action(frame) is None:
            return "no number for angle or throttle"
        return ""

    def action(self, frame: Frame) -> list[float] | None:
        """The driver's angle and throttle; ``None`` if one of them is missing."""
        angle, throttle = frame.values[self.angle], frame.values[THROTTLE]
        if not isinstance(angle, int | float) or not isinstance(throttle, int | float):
            return None
        return [float(angle), float(throttle)]


def features_of(
    selection: Selection, *, fps: int, video: bool, steering_name: str, throttle_name: str
) -> Features:
    """Choose the features of a dataset.

    Raises:
        ConfigError: If the names of steering and throttle cannot be used.
        TubError: If the tubs have no pictures, angle or throttle.
    """
    names = [steering_name, throttle_name]
    if len(set(names)) < 2 or not all(names) or any("/" in name for name in names):
        raise ConfigError(
            "`--steering-name` and `--throttle-name` must be two names without a slash. Received: "
            f"{steering_name!r} and {throttle_name!r}"
        )
    angle = next((name for name in ANGLES if name in selection.columns), None)
    if angle is None or THROTTLE not in selection.columns:
        raise TubError(
            f"A LeRobot dataset needs {ANGLES[0]} and {THROTTLE}. Received: tubs with "
            f"{', '.join([*selection.columns, *selection.images])}"
        )
    cameras, shapes, kinds = {}, {}, {}
    for column in colour_columns(selection):
        name = _camera(column)
        if name in kinds:
            continue
        shape = usual_shape(selection, column)
        cameras[column], shapes[column] = name, shape
        if video:
            shape = tuple(side + side % 2 for side in shape[:2]) + (3,)
        kinds[name] = layout.film(shape, fps) if video else layout.picture(shape)
    kinds[layout.STATE] = layout.numbers("float32", names)
    kinds[layout.ACTION] = layout.numbers("float32", names)
    others, lost = {}, {}
    for column, kind in selection.columns.items():
        if column in (angle, THROTTLE):
            continue
        name = _name(column)
        found = _kind(selection, column, kind)
        if isinstance(found, str):
            lost[column] = found
        elif name in kinds:
            lost[column] = f"another column becomes {name}, too"
        else:
            others[column], kinds[name] = name, found
    for column, kind in selection.images.items():
        if kind != "image_array":
            lost[column] = "pictures of depth are no pictures of colours"
        elif column not in cameras:
            lost[column] = f"another column becomes {_camera(column)}, too"
    kinds |= {name: layout.numbers(dtype) for name, dtype in layout.ALWAYS.items()}
    return Features(angle, cameras, shapes, others, kinds, lost)


def _kind(selection: Selection, column: str, kind: str) -> dict[str, Any] | str:
    """The feature for a column, or why there can be none: LeRobot knows no missing values."""
    if column in ADDED:
        return layout.numbers(ADDED[column])
    depth = selection.depths.get(column)
    if depth is not None and depth != 1:
        return "only flat lists of numbers fit"
    lengths: Counter[int] = Counter()
    for row in selection.rows:
        value = row.record.get(column)
        value = None if value is None else conformed(value, kind)
        if value is None or (depth and None in value):
            return "some records have no value"
        lengths[len(value) if depth else 1] += 1
    if len(lengths) > 1 or 0 in lengths:
        return "its lists differ in length"
    if depth is None:
        return layout.numbers(DTYPES[kind])
    return layout.numbers("float64", length=next(iter(lengths)))


def _camera(column: str) -> str:
    """Name of a feature of pictures; it becomes the name of a folder."""
    name = FRONT if column == IMAGE_KEY else re.sub(r"[^\w.-]", "_", column, flags=re.ASCII)
    return layout.CAMERA + name


def _name(column: str) -> str:
    """Name of the feature: LeRobot takes no slash, and checks a name with "image" as a picture."""
    plain = column.removeprefix("_").replace("/", ".")
    return f"tub.{plain.replace('image', 'img')}"

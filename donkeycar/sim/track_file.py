"""Format of a track file. Lengths are in metres; x to the right, y up, seen from above."""

from dataclasses import dataclass

import numpy as np

from donkeycar.sim.arrays import Floats
from donkeycar.sim.reading import Fields

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Paint:
    """A painted or taped line.

    Attributes:
        colour: Red, green, blue, 0 to 255.
        width_m: Width of the line; 0 draws no line.
        dash_m: Length of a dash; 0 draws an unbroken line.
        gap_m: Distance between dashes.
    """

    colour: Colour
    width_m: float
    dash_m: float
    gap_m: float


@dataclass(frozen=True)
class SurfaceStyle:
    """How the ground looks.

    Attributes:
        floor: Colour beside the lane.
        lane: Colour of the lane.
        edge: The lines at both edges of the lane.
        centre: The line in its middle.
        grain: Roughness of the ground's appearance, 0 (even) to 3.
        tile_m: Distance between the joints of the floor; 0 draws a floor without joints.
        pixels_per_m: Resolution of the picture of the ground.
        seed: Seed of the stains and the grain.
    """

    floor: Colour
    lane: Colour
    edge: Paint
    centre: Paint
    grain: float
    tile_m: float
    pixels_per_m: int
    seed: int


@dataclass(frozen=True)
class TrackFile:
    """A track as its file describes it, before anything is computed.

    Attributes:
        name: Short name.
        title: One line for people.
        points: Control points of the centre line in driving direction, shape ``(n, 2)``.
        half_widths_m: Distance from the centre to the left and the right edge, shape ``(n, 2)``.
        surface: How the ground looks.
        room_margin_m: Distance from the lane to the walls of the room around it.
        wall_height_m: Height of every wall.
        wall_colour: Colour of every wall.
        walls: Polylines of walls inside the room, each of shape ``(n, 2)``.
        cones: Positions of traffic cones, shape ``(n, 2)``.
        start_s_m: Position of the start line, as a distance along the centre line.
        start_behind_m: How far behind the start line the car waits.
        num_checkpoints: How many checkpoints a car has to pass for a lap to count.
    """

    name: str
    title: str
    points: Floats
    half_widths_m: Floats
    surface: SurfaceStyle
    room_margin_m: float
    wall_height_m: float
    wall_colour: Colour
    walls: tuple[Floats, ...]
    cones: Floats
    start_s_m: float
    start_behind_m: float
    num_checkpoints: int


def parse_track(values: object, where: str) -> TrackFile:
    """Check the JSON of a track.

    Args:
        values: Parsed JSON.
        where: Name of the file, for messages.

    Raises:
        SimError: If a field is missing, unknown, of a wrong type or out of range.
    """
    fields = Fields(values, where)
    units = fields.text("units", default="m")
    if units != "m":
        raise fields.error("units", "must be 'm'", units)
    lane_width_m = fields.number("lane_width", 0.3, 10)
    rows = fields.rows("control_points", (2, 4), at_least=4)
    half = lane_width_m / 2
    room = fields.part("room")
    start = fields.part("start")
    track = TrackFile(
        name=fields.text("name"),
        title=fields.text("title"),
        points=np.array([row[:2] for row in rows]),
        half_widths_m=np.array([row[2:] or [half, half] for row in rows]),
        surface=_surface(fields.part("surface")),
        room_margin_m=room.number("margin", 0.3, 20, default=1.6),
        wall_height_m=room.number("height", 0.1, 10, default=0.8),
        wall_colour=room.colour("colour", default=(168, 164, 156)),
        walls=tuple(np.array(part.rows("points", (2,), at_least=2)) for part in _walls(fields)),
        cones=np.array(fields.rows("cones", (2,), optional=True)).reshape(-1, 2),
        start_s_m=start.number("s", 0, 1000, default=0.0),
        start_behind_m=start.number("behind", 0, 5, default=0.5),
        num_checkpoints=fields.whole("checkpoints", 2, 100, default=10),
    )
    for part in (room, start, fields):
        part.end()
    _check_points(track, fields)
    return track


def _walls(fields: Fields) -> list[Fields]:
    return fields.parts("walls")


def _surface(fields: Fields) -> SurfaceStyle:
    style = SurfaceStyle(
        floor=fields.colour("floor", default=(118, 117, 113)),
        lane=fields.colour("lane", default=(86, 86, 90)),
        edge=_paint(fields.part("edge"), (236, 236, 230), 0.05),
        centre=_paint(fields.part("centre"), (240, 150, 40), 0.0),
        grain=fields.number("grain", 0, 3, default=1.0),
        tile_m=fields.number("tile", 0, 10, default=0.0),
        pixels_per_m=fields.whole("pixels_per_m", 20, 400, default=100),
        seed=fields.whole("seed", 0, 2**31 - 1, default=0),
    )
    fields.end()
    return style


def _paint(fields: Fields, colour: Colour, width_m: float) -> Paint:
    paint = Paint(
        colour=fields.colour("colour", default=colour),
        width_m=fields.number("width", 0, 0.5, default=width_m),
        dash_m=fields.number("dash", 0, 5, default=0.0),
        gap_m=fields.number("gap", 0, 5, default=0.0),
    )
    fields.end()
    return paint


def _check_points(track: TrackFile, fields: Fields) -> None:
    gaps = np.hypot(*(np.roll(track.points, -1, axis=0) - track.points).T)
    if np.min(gaps) < 0.05:
        index = int(np.argmin(gaps))
        raise fields.error(
            f"control_points[{index}]",
            "must be at least 0.05 m from the next point",
            track.points[index].tolist(),
        )
    low = float(np.min(track.half_widths_m))
    if low < 0.15:
        raise fields.error("control_points", "must have half widths of at least 0.15 m", low)

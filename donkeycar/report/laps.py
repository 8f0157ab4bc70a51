"""Picture of the laps that a pilot drove in the simulator."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from donkeycar.report.figures import driven_line
from donkeycar.sim.topview import draw_topview
from donkeycar.sim.track import Track


def driven_laps(track: Track, laps: Mapping[str, Any], *, width_px: int) -> bytes:
    """Draw the line that a pilot drove over a top view of the track.

    Args:
        track: The track it drove on.
        laps: The result of `evaluate_pilot`, with ``trajectory`` and ``trajectory_columns``.
        width_px: Width of the track in the picture, before the page scales it.

    Returns:
        A PNG.
    """
    driven = np.array(laps["trajectory"])
    column = {name: index for index, name in enumerate(laps["trajectory_columns"])}
    view = draw_topview(track, width_px=width_px)
    high = view.low + np.array(view.pixels.shape[1::-1]) / view.pixels_per_m
    return driven_line(
        view.pixels,
        (view.low[0], high[0], view.low[1], high[1]),
        driven[:, [column["x"], column["y"]]],
        np.abs(driven[:, column["cte"]]) > np.min(track.half_widths),
    )

"""Choice of the sensor mode of a Pi camera."""

import warnings
from collections.abc import Sequence
from typing import Any

from donkeycar.errors import ConfigError

# A sensor mode counts as wide if it sees this share of the widest view: binned modes lose a few
# pixels at the edge.
WIDE = 0.95


def sensor_mode(
    modes: Sequence[dict[str, Any]], *, size: tuple[int, int], framerate_hz: float
) -> dict[str, Any] | None:
    """Choose the sensor mode with the widest view that is fast enough, and not larger than needed.

    By default, the camera stack chooses a mode for a small picture that crops the middle of the
    sensor, but a car needs the edges of the view.

    Args:
        modes: ``Picamera2.sensor_modes``.
        size: Width and height of the picture; the mode should not be smaller.
        framerate_hz: Frames a second that the mode must reach.

    Returns:
        One of `modes`, or ``None`` if they do not name crops, as for a camera that is not a raw
        sensor.

    Raises:
        ConfigError: If none is fast enough.
    """
    known = [mode for mode in modes if "crop_limits" in mode]
    if not known:
        return None
    # The driver gives the rate of a mode with two decimals.
    fast = [mode for mode in known if mode["fps"] >= framerate_hz - 0.01]
    if not fast:
        most_hz = max(mode["fps"] for mode in known)
        raise ConfigError(
            f"`framerate_hz` must be at most {most_hz:g} with this sensor. "
            f"Received: framerate_hz={framerate_hz}"
        )
    seen_px = {id(mode): mode["crop_limits"][2] * mode["crop_limits"][3] for mode in known}
    all_px = max(seen_px.values())
    widest_px = max(seen_px[id(mode)] for mode in fast)
    if widest_px < WIDE * all_px:
        warnings.warn(
            f"At {framerate_hz:g} frames a second this sensor shows only "
            f"{widest_px / all_px:.0%} of its field of view. Lower CAMERA_FRAMERATE to see more",
            stacklevel=2,
        )
    wide = [mode for mode in fast if seen_px[id(mode)] >= WIDE * widest_px]

    def cost(mode: dict[str, Any]) -> tuple[bool, int, int]:
        too_small = mode["size"][0] < size[0] or mode["size"][1] < size[1]
        area_px = mode["size"][0] * mode["size"][1]
        return too_small, -area_px if too_small else area_px, -mode["bit_depth"]

    return min(wide, key=cost)

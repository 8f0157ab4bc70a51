"""Which of the sizes and rates of a RealSense camera serves the frames that the car wants.

Source: RealSense, "D400 Series Product Family Datasheet", tables of depth and colour formats: a
mode of fewer than 240 lines shows only a part of the view.
"""

from collections.abc import Iterable
from typing import Any

from donkeycar.errors import DeviceError

# Depth of fewer lines shows only a part of the view.
LEAST_DEPTH = (424, 240)
# A mode that is slower than this share of the rate is too slow.
RATE_SHARE = 0.99


def of_stream(sensors: Iterable[Any], stream: Any, kind: Any, index: int = 0) -> list[Any]:
    """The modes of a stream, of all sensors.

    Args:
        sensors: Those of the device.
        stream: A value of ``rs.stream``.
        kind: A value of ``rs.format``.
        index: Which of several streams; 1 is the left infrared one.
    """
    found = []
    for sensor in sensors:
        for profile in sensor.get_stream_profiles():
            is_it = profile.stream_type() == stream and profile.format() == kind
            if is_it and index in (0, profile.stream_index()):
                found.append(profile)
    return found


def size_of(profile: Any) -> tuple[int, int]:
    """Width and height of a mode."""
    video = profile.as_video_stream_profile()
    return int(video.width()), int(video.height())


def choose(
    profiles: list[Any], size: tuple[int, int], rate_hz: float, *, least: tuple[int, int], name: str
) -> Any:
    """The mode that serves best: fast enough, then of the same proportions, then small.

    Args:
        profiles: Modes of a stream.
        size: Width and height of a frame.
        rate_hz: Frames a second.
        least: Width and height that it must have in any case, if there is such a mode.
        name: What the stream shows, for errors.

    Raises:
        DeviceError: If no mode is large enough.
    """

    def covers(profile: Any, wanted: tuple[int, int]) -> bool:
        width, height = size_of(profile)
        return width >= wanted[0] and height >= wanted[1]

    large = [profile for profile in profiles if covers(profile, size)]
    if not large:
        listed = sorted({size_of(profile) for profile in profiles})
        shown = ", ".join(f"{width}x{height}" for width, height in listed[-3:]) or "none"
        raise DeviceError(
            f"The RealSense camera must give {name} of at least {size[0]}x{size[1]}. Received: "
            f"{shown}. Lower IMAGE_W and IMAGE_H"
        )
    large = [profile for profile in large if covers(profile, least)] or large

    def rank(profile: Any) -> tuple[float, bool, int, float]:
        width, height = size_of(profile)
        off = abs(width * size[1] - size[0] * height) > 0.01 * width * size[1]
        too_slow = max(0.0, RATE_SHARE * rate_hz - profile.fps())
        return too_slow, off, width * height, profile.fps()

    return min(large, key=rank)


def slowest(profiles: list[Any], rate_hz: float) -> Any:
    """The slowest mode of a motion sensor that has a new value for each frame."""
    return min(profiles, key=lambda profile: (profile.fps() < rate_hz, profile.fps()))

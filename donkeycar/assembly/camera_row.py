"""What a row of the table of cameras is, and what such rows share."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from donkeycar.assembly.channel import Channel
from donkeycar.assembly.recipe import Recipe
from donkeycar.config import Config
from donkeycar.lazy import named
from donkeycar.timing import Clock

if TYPE_CHECKING:
    from donkeycar.parts.needs import Library

# The setting of each argument of a camera's part.
ARGUMENTS = {
    "width_px": "IMAGE_W", "height_px": "IMAGE_H", "framerate_hz": "CAMERA_FRAMERATE",
    "rate_hz": "CAMERA_FRAMERATE",
    "path_mask": "PATH_MASK", "path": "CAMERA_TUB", "camera_index": "CAMERA_INDEX",
    "exposure_ms": "CAMERA_EXPOSURE_MS", "white_balance_k": "CAMERA_WHITE_BALANCE_K",
    "source": "CAMERA_SOURCE", "flip": "CSIC_CAM_GSTREAMER_FLIP_PARM", "gain": "CAMERA_GAIN",
    "red_gain": "CAMERA_RED_GAIN", "blue_gain": "CAMERA_BLUE_GAIN",
}  # fmt: skip


class CameraRow(NamedTuple):
    """A row of `CAMERAS`: everything that depends on a word of `CAMERA_TYPE`, except its settings.

    Its settings and their comments are the row of the same word in
    `donkeycar.settings.rows.camera`.

    Attributes:
        recipe: How to build its part.
        probe: How `donkey doctor` finds the hardware without opening it: a function that takes
            `run` and returns a `Finding`. ``None`` if there is no hardware: then its frames are as
            old as `CAMERA_LATENCY_S` says, and it is built to check whether its files exist.
        libraries: ``"module:NAME"`` of the `Library` rows that the owner must install; "" if
            donkeycar contains everything.
        in_world: Whether it shows the simulated world.
        channels: What it writes besides frame, time and number, in order: depth, for example. One
            with a `tub_type` is recorded.
        is_wanted: Whether the settings ask for one of `channels`; ``None`` writes all.
    """

    recipe: Recipe
    probe: Recipe | None = None
    libraries: str = ""
    in_world: bool = False
    channels: Mapping[str, Channel] = {}
    is_wanted: Callable[[Config, str], bool] | None = None

    @property
    def is_real(self) -> bool:
        """Whether it needs hardware."""
        return self.probe is not None

    def written(self, cfg: Config) -> list[str]:
        """What it writes besides frame, time and number with these settings, in order."""
        asked = self.is_wanted
        return [name for name in self.channels if asked is None or asked(cfg, name)]

    def needed(self) -> "tuple[Library, ...]":
        """The libraries that the owner must install; found without importing them."""
        found: tuple[Library, ...] = named(self.libraries) if self.libraries else ()
        return found


def size(cfg: Config) -> dict[str, Any]:
    """The arguments of the size of a frame."""
    return {"width_px": cfg.IMAGE_W, "height_px": cfg.IMAGE_H}


def frames(cfg: Config, clock: Clock) -> dict[str, Any]:
    """The arguments of size, colour and rate of frames, and the clock."""
    grey = cfg.IMAGE_DEPTH == 1
    return {**size(cfg), "grey": grey, "framerate_hz": cfg.CAMERA_FRAMERATE, "clock": clock}


def flips(cfg: Config) -> dict[str, Any]:
    """The arguments that turn frames around."""
    return {"hflip": cfg.CAMERA_HFLIP, "vflip": cfg.CAMERA_VFLIP}


def locks(cfg: Config) -> dict[str, Any]:
    """The arguments that lock exposure, gain and white balance, of a camera that has all three."""
    return {
        "exposure_ms": cfg.CAMERA_EXPOSURE_MS,
        "gain": cfg.CAMERA_GAIN,
        "white_balance_k": cfg.CAMERA_WHITE_BALANCE_K,
    }

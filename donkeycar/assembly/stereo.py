"""Two cameras of one CAMERA_TYPE, joined to a pair."""

from typing import TYPE_CHECKING, Any

from donkeycar.assembly.channel import Channel
from donkeycar.assembly.recipe import Recipe
from donkeycar.config import Config
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.settings.rows.camera import CAMERA_WORDS
from donkeycar.timing import Clock

if TYPE_CHECKING:
    from donkeycar.sim.world import World

# Setting of camera A -> that of camera B.
OF_B = {"CAMERA_INDEX": "CAMERA_INDEX_B", "CAMERA_SOURCE": "CAMERA_SOURCE_B"}

#: What a pair writes besides frame, time and number.
STEREO_CHANNELS = {
    f"cam/image_array_{letter}": Channel(
        "uint8 array (height, width, 3), RGB", f"what camera {letter.upper()} of a pair sees",
        ["add_camera"],
    )
    for letter in "ab"
}  # fmt: skip


def halves(cfg: Config) -> dict[str, Config]:
    """The settings of each camera of the car, by its name: "A" and "B" of a pair, else ""."""
    if not cfg.CAMERA_STEREO:
        return {"": cfg}
    values = cfg.to_dict()
    values |= {of_a: values[of_b] for of_a, of_b in OF_B.items()}
    sources = {name: cfg.source_of(OF_B.get(name, name)) for name in values}
    return {"A": cfg, "B": Config(values, sources=sources)}


def check_stereo(cfg: Config) -> None:
    """Refuse a pair that cannot be one.

    Raises:
        ConfigError: If the cameras are no two cameras.
    """
    if not cfg.CAMERA_STEREO:
        return
    able = [word for word, row in CAMERA_WORDS.items() if "CAMERA_INDEX" in row.reads]
    if cfg.CAMERA_TYPE not in able:
        raise ConfigError(
            f"`CAMERA_STEREO` must be False for CAMERA_TYPE {cfg.CAMERA_TYPE!r}. Received: "
            f"CAMERA_STEREO=True. These can be a pair: {', '.join(able)}"
        )
    if cfg.IMAGE_DEPTH != 3:
        raise ConfigError(
            "`IMAGE_DEPTH` must be 3 with CAMERA_STEREO: one channel is for each camera, and one "
            f"for where they differ. Received: IMAGE_DEPTH={cfg.IMAGE_DEPTH}"
        )
    a, b = ((half.CAMERA_INDEX, half.CAMERA_SOURCE) for half in halves(cfg).values())
    if a == b or (a[1] and a[1] == b[1]):
        raise ConfigError(
            "`CAMERA_INDEX_B` or `CAMERA_SOURCE_B` must name another camera than CAMERA_INDEX and "
            f"CAMERA_SOURCE. Received: {a[1] or a[0]!r} for both"
        )


def make_pair(recipe: Recipe, cfg: Config, clock: Clock, world: "World | None") -> Any:
    """Both cameras of a pair, as one.

    Raises:
        DeviceError: If one of them does not answer; the message names which.
        ConfigError: If a setting is refused.
    """
    from donkeycar.parts.camera.stereo import StereoCamera

    check_stereo(cfg)
    made: list[Any] = []
    try:
        for name, half in halves(cfg).items():
            try:
                made.append(recipe.make(half, clock, world))
            except DeviceError as error:
                settings = " and ".join(OF_B.values() if name == "B" else OF_B)
                raise DeviceError(f"Camera {name} of the pair ({settings}): {error}") from error
        return StereoCamera(*made, framerate_hz=cfg.CAMERA_FRAMERATE)
    except BaseException:
        for camera in made:
            camera.shutdown()
        raise

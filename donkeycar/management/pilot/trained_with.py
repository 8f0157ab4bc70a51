"""What changed the frames of a model from elsewhere in its training: the settings of its car."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from donkeycar.config import Config, load_config
from donkeycar.errors import ConfigError
from donkeycar.management.pilot.seen_through import CONFIG
from donkeycar.pilots.files.names import name_of
from donkeycar.pilots.files.sidecar import has_sidecar
from donkeycar.settings.check import short, thawed

if TYPE_CHECKING:
    from donkeycar.pilots.transform import Shape, Transforms

STEPS = ("TRANSFORMATIONS", "POST_TRANSFORMATIONS")


class SeenThrough(NamedTuple):
    """How a camera's frames became those of a model.

    Attributes:
        transforms: What changed them; ``None`` if no settings were found.
        camera_shape: Height, width and channels that they had before; ``None`` if not known.
        told: A sentence about it; "" if the model says so itself.
    """

    transforms: "Transforms | None"
    camera_shape: "Shape | None"
    told: str


def seen_through(old: Path, config: Path) -> SeenThrough:
    """Find out what changed the frames that a model was trained on.

    Args:
        old: The model.
        config: The ``config.py`` of the car whose pilot it is.

    Raises:
        ConfigError: If the settings are wrong, or the list of pilots beside the model says that it
            was trained with others.
    """
    from donkeycar.assembly.transforms import transforms_from

    if has_sidecar(old):
        return SeenThrough(None, None, "")
    cfg = None
    if config.exists() or config != CONFIG:
        cfg = load_config(config, command="pictures")
    _compare(old, cfg, config)
    if cfg is None:
        return SeenThrough(
            None, None,
            "no settings of a car are here, so the pilot sees frames as the camera gives them. If "
            "TRANSFORMATIONS changed them, name that car's settings with --config",
        )  # fmt: skip
    transforms = transforms_from(cfg)
    names = ", ".join(step["name"] for step in transforms.to_json())
    told = f"frames are changed by {names}, as {config} says" if names else ""
    return SeenThrough(transforms, (cfg.IMAGE_H, cfg.IMAGE_W, cfg.IMAGE_DEPTH), told)


def _compare(old: Path, cfg: Config | None, config: Path) -> None:
    """Refuse settings other than those that the list of pilots names for a model."""
    from donkeycar.assembly.transforms import TRANSFORM_SETTINGS
    from donkeycar.training.database import read_database

    entries = read_database(old.parent)
    trained = next((one.get("Config") for one in entries if one.get("Name") == name_of(old)), None)
    if not isinstance(trained, Mapping):
        return
    lists = [value for step in STEPS if isinstance(value := trained.get(step), list | tuple)]
    steps = [str(name) for names in lists for name in names]
    names = [*STEPS, *(n for step in steps for n in TRANSFORM_SETTINGS.get(step, {}).values())]
    others = {
        name: trained[name]
        for name in names
        if name in trained and not _same(trained[name], () if cfg is None else cfg.get(name))
    }
    if others:
        told = ", ".join(f"{name} = {short(value)}" for name, value in others.items())
        raise ConfigError(
            f"The frames of {old.name} must be changed as in its training, when {told}. Received: "
            f"{'no settings of a car' if cfg is None else f'others from {config}'}. Set these in "
            "the myconfig.py of its car, and name the config.py beside it with --config"
        )


def _same(trained: Any, now: Any) -> bool:
    if isinstance(trained, list | tuple) or trained is None:
        return list(trained or ()) == list(thawed(now) or ())
    return bool(trained == now)

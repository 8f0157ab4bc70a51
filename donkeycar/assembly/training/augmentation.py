"""Data augmentation from the settings of a car."""

from dataclasses import replace
from typing import TYPE_CHECKING

from donkeycar.config import Config
from donkeycar.errors import ConfigError, TrainingError
from donkeycar.settings.schema import SETTINGS

if TYPE_CHECKING:
    from donkeycar.training.augmentation import Augmentation


def augmentation_from(cfg: Config) -> "Augmentation":
    """Make the random changes of `AUGMENTATIONS`; an empty list means none, as in donkeycar 5.

    Raises:
        ConfigError: If a range is wrong.
    """
    from donkeycar.training.augmentation import Augmentation
    from donkeycar.training.augmentation.blur import Blur
    from donkeycar.training.augmentation.light import Light

    light = _range(cfg, "AUG_BRIGHTNESS_RANGE", both_ways=True)
    blur = _range(cfg, "AUG_BLUR_RANGE", both_ways=False)
    try:
        changes = {
            "BRIGHTNESS": Light(brightness=light, contrast=light),
            "BLUR": replace(Blur(), sigma_px=blur),
        }
    except TrainingError as error:
        raise ConfigError(f"AUG_BRIGHTNESS_RANGE, AUG_BLUR_RANGE: {error}") from error
    # Names that do nothing any more are reported when the settings are read.
    setting = SETTINGS["AUGMENTATIONS"]
    without_effect = (*setting.dead_choices, *setting.later_choices)
    names = [name for name in cfg.AUGMENTATIONS if name not in without_effect]
    try:
        return Augmentation(names, changes=changes)
    except TrainingError as error:
        raise ConfigError(f"AUGMENTATIONS: {error}") from error


def _range(cfg: Config, name: str, *, both_ways: bool) -> tuple[float, float]:
    """Read a range; a single number, as in 5.x, is its upper end, and the lower is -number or 0."""
    value = cfg[name]
    low, high = value if isinstance(value, tuple) else (-value if both_ways else 0, value)
    return float(low), float(high)

"""Schema of the settings: every name that a car knows, including old ones."""

import difflib
from collections.abc import Iterable
from functools import cache

from donkeycar.settings.rows import (
    autonomy,
    camera,
    car,
    controller,
    drivetrain,
    network,
    old,
    pictures,
    pilots,
    sensors,
    simulator,
    training,
)
from donkeycar.settings.setting import Group, Setting

GROUPS: tuple[Group, ...] = (
    car.VEHICLE,
    car.FOLDER,
    camera.CAMERA,
    drivetrain.DRIVETRAIN,
    controller.ESC,
    drivetrain.WHEELS,
    drivetrain.SERIAL_WHEELS,
    drivetrain.FLAT_WHEELS,
    car.WEB,
    controller.CONTROLLER,
    car.MODES,
    car.RECORDING,
    simulator.SIMULATOR,
    training.TRAINING,
    training.NETWORKS,
    pilots.CHOICES,
    pictures.TRANSFORMING,
    pictures.AUGMENTING,
    car.LOGGING,
    car.COMPUTED,
    camera.OTHER_CAMERAS,
    sensors.SENSORS,
    sensors.LIGHTS,
    autonomy.PATH,
    network.NETWORK,
    training.OTHER_TRAINING,
    simulator.OTHER_SIMULATOR,
    old.OLD,
)

SETTINGS: dict[str, Setting] = {
    setting.name: setting for group in GROUPS for setting in group.settings
}


def nearest(name: str, known: Iterable[str] | None = None) -> str | None:
    """The known name that is most similar to `name`.

    Args:
        name: What the owner wrote.
        known: Names to compare with. ``None`` compares with every setting.

    Returns:
        ``None`` if none is similar enough.

    Example:
        >>> nearest("CAMERA_TIPE")
        'CAMERA_TYPE'
    """
    known = _names() if known is None else list(known)
    for text in (name, name.upper()):  # small letters are the most likely mistake
        close = difflib.get_close_matches(text, known, 1, 0.8)
        if close:
            return close[0]
    return None


@cache
def _names() -> list[str]:
    return list(SETTINGS)

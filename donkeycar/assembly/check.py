"""Checks whether a car can be built, with the tables that build it, before anything is opened."""

from collections.abc import Callable, Iterable
from pathlib import Path

from donkeycar.assembly.camera import CAMERAS, make_clock, make_world
from donkeycar.assembly.console import check_drivable
from donkeycar.assembly.controller import CONTROLLERS, controllers_of
from donkeycar.assembly.receiver_pins import check_receiver_pins
from donkeycar.assembly.recipe import placed, row_for
from donkeycar.assembly.stereo import check_stereo
from donkeycar.assembly.transforms import transforms_from
from donkeycar.config import Config
from donkeycar.errors import ConfigError, DonkeyError
from donkeycar.settings.rows.camera import CAMERA_WORDS, LOCKS
from donkeycar.timing import RealClock

Check = tuple[str, Callable[[Config], object]]


def _camera(cfg: Config) -> None:
    row = row_for(CAMERAS, "CAMERA_TYPE", cfg.CAMERA_TYPE)
    row.recipe.arguments(cfg, RealClock(), None)


def _locks(cfg: Config) -> None:
    """Refuse a lock that this camera does not have: a pilot would see other pictures."""
    known = CAMERA_WORDS.get(cfg.CAMERA_TYPE)
    for name in LOCKS:
        if known is not None and cfg[name] is not None and name not in known.reads:
            able = [word for word, row in CAMERA_WORDS.items() if name in row.reads]
            raise ConfigError(
                f"`{name}` must be None for CAMERA_TYPE {cfg.CAMERA_TYPE!r}, which cannot lock it. "
                f"Received: {name}={cfg[name]}. Delete the line; {', '.join(able)} can"
            )


def _controllers(cfg: Config) -> None:
    for kind in controllers_of(cfg):
        row_for(CONTROLLERS, "CONTROLLER_TYPE", kind).arguments(cfg, RealClock(), None)


def _drivetrain(cfg: Config) -> None:
    from donkeycar.assembly.drivetrain.table import check_settings

    check_settings(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring())


def _rate(cfg: Config) -> None:
    from donkeycar.assembly.drivetrain.context import check_rate

    check_rate(cfg.DRIVE_LOOP_HZ)


def _files_of_camera(cfg: Config) -> None:
    """Build a camera that needs no hardware, in order to check it."""
    row = CAMERAS.get(cfg.CAMERA_TYPE)
    if row is not None and not row.is_real and not row.in_world:
        row.recipe.make(cfg, RealClock(), None)


def _folder_of_recordings(cfg: Config) -> None:
    if Path(cfg.DATA_PATH).exists() and not Path(cfg.DATA_PATH).is_dir():
        raise ConfigError(f"`DATA_PATH` must be a folder. Received: the file {cfg.DATA_PATH}")


# The setting that is named when a check fails, and the check.
CHECKS: tuple[Check, ...] = (
    ("SIM_TIME_SCALE", make_clock),
    ("CAMERA_TYPE", _camera),
    ("CAMERA_TYPE", _locks),
    ("CAMERA_STEREO", check_stereo),
    ("CONTROLLER_TYPE", _controllers),
    ("WEB_CONTROL", check_drivable),
    ("DRIVE_TRAIN_TYPE", _drivetrain),
    ("STEERING_RC_GPIO", check_receiver_pins),
    ("DRIVE_LOOP_HZ", _rate),
    ("DATA_PATH", _folder_of_recordings),
)
# These checks open files that settings name, which takes a moment.
DEEP_CHECKS: tuple[Check, ...] = (
    ("SIM_TRACK", make_world),
    ("CAMERA_TYPE", _files_of_camera),
    ("TRANSFORMATIONS", transforms_from),
)


def problems_of(cfg: Config, checks: Iterable[Check] = CHECKS) -> list[str]:
    """Find the reasons why these settings cannot make a car. No hardware is touched.

    Args:
        cfg: The settings.
        checks: `CHECKS`, `DEEP_CHECKS` or both.

    Returns:
        A sentence for each reason, with the place of the setting if the owner wrote it.
    """
    found = []
    for setting, check in checks:
        try:
            check(cfg)
        except DonkeyError as error:
            found.append(placed(cfg, str(error), setting))
    return list(dict.fromkeys(found))


def check_car(cfg: Config) -> None:
    """Refuse a car that cannot be built, before any of its hardware is opened.

    Raises:
        ConfigError: One line for each reason.
    """
    found = problems_of(cfg)
    if found:
        raise ConfigError("\n".join(found))

"""The settings of the car of a replay: those of a car, or the defaults with what a pilot needs."""

from collections.abc import Iterable
from pathlib import Path

from donkeycar.config import Config, load_config
from donkeycar.pilots.files.names import AUTO
from donkeycar.replay_drive.pilot import Pilot

# What a replay is, whatever the car: a recording in the place of the camera, and simulated time.
REPLAYED = ("CAMERA_TYPE=TUB", "CAMERA_STEREO=False", "SIM_TIME_SCALE=2.0")


def settings_for(
    config: Path, pilot: Pilot | None = None, *, fits: bool = False, changes: Iterable[str] = ()
) -> Config:
    """Load the settings of a replay.

    Args:
        config: A car's ``config.py``, or one like it.
        pilot: The pilot.
        fits: Whether size of frames and behaviors are those that the pilot was trained with.
        changes: ``"NAME=VALUE"`` for single settings, as after ``--set``.

    Raises:
        ConfigError: If there is no such file, or values are wrong.
        PilotError: If the description of the pilot is damaged.
    """
    changes = list(changes)
    if fits and pilot is not None:
        changes = [*_of_pilot(pilot), *changes]
    cfg = load_config(config, overrides=[*changes, *REPLAYED], command="drive")
    if cfg.PILOT_PRECISION == AUTO:
        # The car measures which file is fast enough; a replay must not depend on the computer.
        exact = "PILOT_PRECISION=float32"
        cfg = load_config(config, overrides=[*changes, *REPLAYED, exact], command="drive")
    return cfg


def _of_pilot(pilot: Pilot) -> list[str]:
    """What a pilot needs of its car, as changes of the settings."""
    info = pilot.info()
    if info is None:
        return []
    height_px, width_px, depth = info.camera_shape
    changes = [f"IMAGE_H={height_px}", f"IMAGE_W={width_px}", f"IMAGE_DEPTH={depth}"]
    if behaviors := info.options.get("behaviors"):
        changes += [f"BEHAVIOR_LIST={list(behaviors)!r}", "TRAIN_BEHAVIORS=True"]
    return changes

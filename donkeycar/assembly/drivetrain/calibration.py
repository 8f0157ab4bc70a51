"""Calibration from settings: the pulses of a car as a typed sheet, and wider limits to try them."""

from typing import Any

from donkeycar.assembly.drivetrain.context import Settings
from donkeycar.assembly.drivetrain.table import drivetrain_row
from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.calibration_points import STEERING, CalibrationSheet
from donkeycar.parts.drivetrain.calibration_walk import Question, questions_for


def read_sheet(kind: str, settings: Settings) -> CalibrationSheet:
    """Read the pulses of a car from its settings.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Raises:
        ConfigError: If there is nothing to calibrate, or a stored pulse is impossible.
    """
    row = drivetrain_row(kind, settings)
    if row.calibration is None:
        raise ConfigError(
            f"`DRIVE_TRAIN_TYPE` {kind} has no pulses to calibrate: {row.instead}. "
            f"Received: DRIVE_TRAIN_TYPE={kind!r}"
        )
    return row.calibration(settings)


def read_questions(kind: str, settings: Settings) -> tuple[Question, ...]:
    """The questions of a car's walk, in order, as its row of the table says.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Raises:
        ConfigError: In the same cases as `read_sheet`.
    """
    has_esc = drivetrain_row(kind, settings).has_esc
    return questions_for(read_sheet(kind, settings), has_esc=has_esc)


def widened_settings(kind: str, settings: Settings) -> dict[str, Any]:
    """Settings of a car whose guardian lets through the pulses that may be tried, and no others.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Raises:
        ConfigError: In the same cases as `read_sheet`.
    """
    sheet = read_sheet(kind, settings)
    pulses = dict(zip(STEERING, sheet.steering, strict=True))
    if sheet.throttle is not None:
        pulses |= dict(zip(("reverse", "stopped", "forward"), sheet.throttle, strict=True))
    written = {
        name: pulses[point] / sheet.units[point]
        for point, name in sheet.names.items()
        if point in pulses
    }
    if "start" in sheet.names:
        written[sheet.names["start"]] = 0
    wide = {name: settings[name] for name in settings}
    if sheet.family:
        wide[sheet.family] = {**settings[sheet.family], **written}
    else:
        wide |= written
    return wide

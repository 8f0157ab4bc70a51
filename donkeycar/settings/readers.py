"""The settings that each command reads: only a wrong value of these can stop the command."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from donkeycar.settings.rows import car, controller, drivetrain, pictures, pilots, training
from donkeycar.settings.rows.camera import CAMERA_WORDS
from donkeycar.settings.rows.controller import CONTROLLER_WORDS
from donkeycar.settings.rows.drivetrain import DRIVETRAIN_WORDS
from donkeycar.settings.schema import SETTINGS
from donkeycar.settings.setting import Group


def _names(*groups: Group) -> frozenset[str]:
    return frozenset(setting.name for group in groups for setting in group.settings)


_ALL = frozenset(SETTINGS)
# Old pins have no effect, but the message about their replacement needs their old values.
_PINS_OF_BEFORE = frozenset(
    f"{what}_PWM_{entry}" for what in ("STEERING", "THROTTLE") for entry in ("PIN", "INVERTED")
) | {"HBRIDGE_PIN_FWD", "HBRIDGE_PIN_BWD"}
_MOTOR = _PINS_OF_BEFORE | _names(
    drivetrain.DRIVETRAIN, drivetrain.WHEELS, drivetrain.SERIAL_WHEELS, drivetrain.FLAT_WHEELS
)
_SIZE = frozenset({"IMAGE_W", "IMAGE_H", "IMAGE_DEPTH"})
_PICTURES = _SIZE | _names(pictures.TRANSFORMING)
_CAR = _ALL - _names(training.TRAINING, pictures.AUGMENTING)

# Command -> the settings that it reads.
READS: dict[str, frozenset[str]] = {
    "drive": _CAR,
    "doctor": _CAR,
    "calibrate": _MOTOR | _names(car.WEB, car.LOGGING),
    "pair": _names(car.WEB),
    "neutral": _MOTOR,
    "guardian": _MOTOR | _names(car.LOGGING),
    "gamepad": _names(controller.CONTROLLER)
    | {"MM1_SERIAL_PORT", "MM1_STEERING_MID", "AI_LAUNCH_DURATION"},
    "train": _PICTURES
    | _names(car.FOLDER, training.TRAINING, training.NETWORKS, pictures.AUGMENTING, pilots.CHOICES),
    "pictures": _PICTURES,
    "models": frozenset({"MODELS_PATH"}),
    "config": frozenset(),
}
# Commands that move wheels, or say whether a car can: wiring without effect stops them.
MOVES = ("drive", "doctor", "calibrate")

Condition = Callable[[Mapping[str, Any]], bool]


def _has_step(*steps: str) -> Condition:
    def has(values: Mapping[str, Any]) -> bool:
        given = (values["TRANSFORMATIONS"], values["POST_TRANSFORMATIONS"])
        lists = [names for names in given if isinstance(names, list | tuple)]
        return any(step in names for names in lists for step in steps)

    return has


def _has_gamepad(values: Mapping[str, Any]) -> bool:
    return bool(values["USE_JOYSTICK_AS_DEFAULT"])


def _of_words() -> Iterator[tuple[tuple[str], Condition]]:
    """Settings that only some cameras, drivetrains or controllers read, as their rows say."""

    def is_of(name: str) -> Condition:
        cameras = [word for word, row in CAMERA_WORDS.items() if name in row.reads]
        drivetrains = [word for word, row in DRIVETRAIN_WORDS.items() if name in row.reads]
        controllers = {w: row.switch for w, row in CONTROLLER_WORDS.items() if name in row.reads}
        return lambda values: (
            values["CAMERA_TYPE"] in cameras
            or values["DRIVE_TRAIN_TYPE"] in drivetrains
            or values["CONTROLLER_TYPE"] in controllers
            or any(values[switch] for switch in controllers.values() if switch)
        )

    reads = [row.reads for row in CAMERA_WORDS.values()]
    reads += [row.reads for row in DRIVETRAIN_WORDS.values()]
    reads += [row.reads for row in CONTROLLER_WORDS.values()]
    for name in dict.fromkeys(name for names in reads for name in names):
        yield (name,), is_of(name)


# Names, or prefixes ending in "_" -> when a car reads them. All other names are always read.
READ_WHEN: tuple[tuple[tuple[str, ...], Condition], ...] = (
    (
        (
            "CONTROLLER_TYPE", "JOYSTICK_STEERING_SCALE", "JOYSTICK_THROTTLE_DIR",
            "JOYSTICK_DEVICE_FILE", "AI_LAUNCH_ENABLE_BUTTON", "MOCK_",
        ),
        _has_gamepad,
    ),
    (
        ("CONTROLLER_BINDINGS", "JOYSTICK_DEADZONE", "AUTO_RECORD_ON_THROTTLE"),
        lambda values: _has_gamepad(values) or bool(values["USE_RC"]),
    ),
    (("CAMERA_INDEX_B", "CAMERA_SOURCE_B"), lambda values: bool(values["CAMERA_STEREO"])),
    *_of_words(),
    (("ROI_CROP_",), _has_step("CROP", "CUT")),
    (("ROI_TRAPEZE_",), _has_step("TRAPEZE", "TRAPEZE_EDGE")),
    (("CANNY_",), _has_step("CANNY")),
    (("BLUR_",), _has_step("BLUR")),
    (("RESIZE_",), _has_step("RESIZE")),
    (("SCALE_",), _has_step("SCALE")),
)  # fmt: skip


def is_read(name: str, command: str | None, values: Mapping[str, Any]) -> bool:
    """Whether a command reads a setting of this car.

    Args:
        name: Name of the setting.
        command: One of `READS`; ``None`` is an unknown command, which may read all active settings.
        values: Values of all settings.
    """
    setting = SETTINGS[name]
    if setting.status != "active":
        return False
    if command is None:
        return True
    if name not in READS[command]:
        return False
    if setting.only_for and not _is_met(setting.only_for, values):
        return False
    return all(holds(values) for names, holds in READ_WHEN if _is_in(name, names))


def _is_in(name: str, names: Iterable[str]) -> bool:
    return any(name.startswith(each) if each.endswith("_") else name == each for each in names)


def _is_met(condition: tuple[str, tuple[Any, ...]], values: Mapping[str, Any]) -> bool:
    other, needed = condition
    given = values[other]
    return any(each in needed for each in (given if isinstance(given, list | tuple) else (given,)))

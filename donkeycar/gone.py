"""Removed names: modules and classes of earlier versions, and what to do instead.

This module is loaded only when a name of donkeycar is missing.
"""

import sys
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any

# Below `donkeycar.parts`. Source: the folders of donkeycar 2.5 to 5.2.
_PARTS = (
    "actuator", "augment", "behavior", "clock", "coral", "cv", "datastore", "datastore_v2", "dgym",
    "encoder", "explode", "fast_stretch", "fastai", "file_watcher", "fps", "gps", "history",
    "image", "image_transformations", "imu", "interpreter", "keras", "kinematics", "led_status",
    "leopard_imaging", "lidar", "line_follower", "localizer", "logger", "network", "oak_d",
    "object_detector", "odometer", "oled", "path", "perfmon", "pigpio_enc", "pipe", "pins",
    "pose", "pytorch", "realsense2", "realsense435i", "robohat", "ros", "salient",
    "serial_controller", "serial_port", "simulation", "sombrero", "tachometer", "teensy",
    "telemetry", "tensorrt", "text_writer", "tfmini", "throttle_filter", "transform",
    "transformer", "tub_v2", "tub_wiper", "velocity", "voice_control", "web_controller",
)  # fmt: skip
_OTHERS = (
    "benchmarks", "contrib", "geom", "gym", "la", "log", "management.base",
    "management.joystick_creator", "management.kivy_ui", "management.tub_web", "management.ui",
    "pipeline.augmentations", "pipeline.database", "pipeline.sequence", "pipeline.training",
    "util", "utilities", "utils",
)  # fmt: skip
GONE = frozenset(
    {f"donkeycar.parts.{name}" for name in _PARTS} | {f"donkeycar.{name}" for name in _OTHERS}
)
# These were modules with classes, and are packages now.
_FOLDERS = ("donkeycar.parts.camera", "donkeycar.parts.controller")


class GoneModule(ModuleNotFoundError):
    """A module, or a class of one, that only earlier versions had."""


class GoneAttribute(AttributeError):
    """The same for access with a dot."""


def is_gone(name: str) -> bool:
    """Whether only earlier versions had a module, or a class in a folder of modules."""
    folder, _, last = name.rpartition(".")
    if folder in _FOLDERS:
        return last[:1].isupper() or last == "get_js_controller"
    return any(name == gone or name.startswith(f"{gone}.") for gone in GONE)


def refuse_module(name: str) -> None:
    """Say what to do if a module existed only in earlier versions.

    Raises:
        GoneModule: If it is.
    """
    if is_gone(name):
        _say_it_in_one_line()
        raise GoneModule(sentence(name))


def refuse_attribute(name: str) -> None:
    """The same for a name of the package, as in `dk.utils`.

    Raises:
        GoneAttribute: If only earlier versions had it.
    """
    if is_gone(f"donkeycar.{name}"):
        _say_it_in_one_line()
        raise GoneAttribute(sentence(f"donkeycar.{name}"))


def sentence(name: str) -> str:
    """Say what happened to a name, and what to do."""
    return (
        f"{name} was part of earlier versions of donkeycar and is not in this one. If this is the "
        "manage.py of such a car: donkey createcar --path . --overwrite writes a new one, keeps "
        "the old one beside it, and your settings"
    )


@cache
def _say_it_in_one_line() -> None:
    """If this error ends a program, print only its sentence, without a traceback."""
    sys.excepthook = partial(_hook, sys.excepthook)


def _hook(
    before: Any, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if isinstance(error, GoneModule | GoneAttribute):
        sys.stderr.write(f"{Path(sys.argv[0]).name}: error: {error}\n")
    else:
        before(kind, error, trace)

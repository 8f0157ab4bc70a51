"""The gamepad of an old car: its ``my_joystick.py`` becomes settings, by reading it."""

import ast
from pathlib import Path

from donkeycar.assembly.controller import OLD_PAD
from donkeycar.errors import ConfigError
from donkeycar.management.old_joystick.read import read_joystick
from donkeycar.management.takeover.old_car import OldCar, text_of_file
from donkeycar.settings.owner.edit import write_text


def translate(car: OldCar) -> list[str]:
    """Give the car the settings that its ``my_joystick.py`` stands for.

    Returns:
        Sentences about what is not the same, or why it could not be translated.
    """
    if not _has_file(car):
        return []
    values = car.layers.values
    direction = values["JOYSTICK_THROTTLE_DIR"]
    launches = values["AI_LAUNCH_DURATION"]
    is_launching = isinstance(launches, int | float) and launches > 0
    try:
        old = read_joystick(
            car.folder / OLD_PAD,
            throttle_dir=float(direction) if isinstance(direction, int | float) else -1.0,
            launch_button=str(values["AI_LAUNCH_ENABLE_BUTTON"]) if is_launching else "",
        )
    except ConfigError as error:
        return [f"{OLD_PAD} could not be translated: {error}"]
    car.replace(old.settings, source=OLD_PAD, why=f"{OLD_PAD} is translated into settings")
    bound = ", ".join(
        f"{control}: {action or 'nothing'}" for control, action in old.bindings.items()
    )
    return [f"{OLD_PAD} is CONTROLLER_TYPE = {old.kind!r} now, with {bound}", *old.notes]


def keep_untranslated(car: OldCar, new: Path) -> None:
    """Copy a file that could not be translated: the new car names it, and runs nothing of it."""
    if _has_file(car) and "CONTROLLER_BINDINGS" not in car.replaced:
        write_text(new / OLD_PAD, text_of_file(car.folder / OLD_PAD))


def is_unused(car: OldCar) -> bool:
    """Whether the old program had a ``my_joystick.py`` and never read it.

    The templates import it only if `CONTROLLER_TYPE` is custom. Source: donkeycar 3 to 5.4.
    """
    if car.layers.values["CONTROLLER_TYPE"] == "custom" or not (car.folder / OLD_PAD).is_file():
        return False
    try:
        tree = ast.parse(car.manage)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    asked = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    asked = [node for node in asked if "CONTROLLER_TYPE" in ast.unparse(node.test)]
    below = {inner for node in asked for each in node.body for inner in ast.walk(each)}
    return all(node in below for node in ast.walk(tree) if _is_import(node))


def _is_import(node: ast.AST) -> bool:
    module = Path(OLD_PAD).stem
    if isinstance(node, ast.ImportFrom):
        return node.module == module
    return isinstance(node, ast.Import) and any(each.name == module for each in node.names)


def _has_file(car: OldCar) -> bool:
    is_custom = car.layers.values["CONTROLLER_TYPE"] == "custom"
    has_bindings = "CONTROLLER_BINDINGS" in car.names
    return is_custom and not has_bindings and bool(text_of_file(car.folder / OLD_PAD))

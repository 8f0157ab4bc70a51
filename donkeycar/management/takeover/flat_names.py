"""Wiring outside of dictionaries, as donkeycar 3 and 4 had it, written into those of today.

Which names a drivetrain had depends on the release: the old manage.py tells, because it reads them
by name where it asks for `DRIVE_TRAIN_TYPE`.
"""

import ast
from typing import Any

from donkeycar.management.takeover.old_car import OldCar
from donkeycar.settings.layers import KIND
from donkeycar.settings.rows.old import OLD_PINS
from donkeycar.settings.schema import SETTINGS

# Names that entries had besides their own. Source: cars of donkeycar 4.3.
OTHER_NAMES = (
    *((old, family, entry) for old, family, entry in OLD_PINS),
    ("HBRIDGE_PIN_FWD", "DC_STEER_THROTTLE", "FWD_DUTY_PIN"),
    ("HBRIDGE_PIN_BWD", "DC_STEER_THROTTLE", "BWD_DUTY_PIN"),
    ("HBRIDGE_2PIN_DUTY_FWD", "SERVO_HBRIDGE_2PIN", "FWD_DUTY_PIN"),
    ("HBRIDGE_2PIN_DUTY_BWD", "SERVO_HBRIDGE_2PIN", "BWD_DUTY_PIN"),
    ("HBRIDGE_3PIN_FWD", "SERVO_HBRIDGE_3PIN", "FWD_PIN"),
    ("HBRIDGE_3PIN_BWD", "SERVO_HBRIDGE_3PIN", "BWD_PIN"),
    ("HBRIDGE_3PIN_DUTY", "SERVO_HBRIDGE_3PIN", "DUTY_PIN"),
)

# Every name that was wiring in some release; another name that looks like wiring may be a slip.
WIRING = {old for old, _, _ in OTHER_NAMES} | {
    field.name for setting in SETTINGS.values() for field in setting.fields
}


def names_read(source: str, kind: str) -> set[str]:
    """The settings that a manage.py reads where it asks for a drivetrain; empty if it does not."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {
        inner.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and _asks_for(node.test, kind)
        for statement in node.body
        for inner in ast.walk(statement)
        if isinstance(inner, ast.Attribute)
        and isinstance(inner.value, ast.Name)
        and inner.value.id == "cfg"
    }


def _asks_for(test: ast.expr, kind: str) -> bool:
    return any(
        isinstance(node, ast.Compare)
        and KIND in ast.unparse(node.left)
        and isinstance(node.ops[0], ast.Eq | ast.In)
        and any(
            isinstance(word, ast.Constant) and word.value == kind
            for each in node.comparators
            for word in ast.walk(each)
        )
        for node in ast.walk(test)
    )


def convert(car: OldCar) -> dict[str, str]:
    """Give the dictionary of the drivetrain the values that the old program read elsewhere.

    Board numbers become pins: 18 is ``RPI_GPIO.BOARD.18``.

    Returns:
        For each old name, what replaces it.
    """
    layers = car.layers
    kind = layers.values[KIND]
    setting = SETTINGS.get(kind)
    if setting is None or not setting.fields or kind in car.names:
        return {}
    read = names_read(car.manage, kind)
    replaced: dict[str, str] = {}
    found: dict[str, Any] = {}
    for entry in setting.default:
        names = [old for old, family, of in OTHER_NAMES if (family, of) == (kind, entry)]
        for old in (entry, *names):
            value = layers.values.get(old)
            # Without a manage.py, only names that no other drivetrain had are taken.
            is_used = old in read or (not car.manage and old in names)
            if is_used and old in car.names and value is not None:
                is_number = entry.endswith("_PIN") and type(value) is int
                found[entry] = f"RPI_GPIO.BOARD.{value}" if is_number else value
                replaced[old] = f"{kind}[{entry!r}] = {found[entry]!r}"
    if found:
        layers.values[kind] = {**setting.default, **found}
        layers.sources[kind] = "names outside of a dictionary"
    return replaced

"""Wiring and calibration that the owner wrote without effect: the car must not drive like that.

A notice is not enough, because the wheels would get the default pulses instead of the owner's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from donkeycar.settings.check import short
from donkeycar.settings.layers import FAMILY, FLAT_NAMES, KIND, Layers, same_as_default
from donkeycar.settings.owner.factory import is_factory
from donkeycar.settings.rows.drivetrain import FLAT_KINDS, HARMLESS, SERIAL
from donkeycar.settings.rows.old import OLD_PINS
from donkeycar.settings.schema import SETTINGS, nearest

OTHER = "the car would drive with other values"
CHANNELS = {"STEERING_CHANNEL": "PWM_STEERING_PIN", "THROTTLE_CHANNEL": "PWM_THROTTLE_PIN"}
_PIN = re.compile(r"PCA9685\.(\d+):(?:0x)?([0-9A-Fa-f]+)\.(\d+)")
# Names of drivetrains that no version supports any more, or that have moved; see `old`.
DEAD_WIRING = re.compile(
    r"(STEERING|THROTTLE)_(PWM_(PIN|FREQ|INVERTED)|ARDUINO_PIN)|HBRIDGE_(L298N_)?PIN_.*"
)
# A number after the name of the board, or the name of what the board drives before it.
_SECOND_BOARD = re.compile(
    r"(?:PCA9685|STEERING|THROTTLE)_(?:PCA9685_)?(?:I2C_)?(ADDR(?:ESS)?|BUS(?:NUM)?)_?\d*"
)
_FAMILIES = tuple(
    name
    for name, setting in SETTINGS.items()
    if setting.fields and any(field.name.endswith("_PIN") for field in setting.fields)
)


def unused_wiring(layers: Layers, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Find wiring and calibration of the owner that have no effect.

    Args:
        layers: The written values, and where they were written.
        values: The checked values.

    Yields:
        A name, and a sentence about it: the rule, the received value, the next step.
    """
    kind = values[KIND]
    if kind in HARMLESS or kind not in SETTINGS[KIND].choices:
        return
    if values["DONKEY_GYM"]:
        yield (
            "DONKEY_GYM",
            f"DONKEY_GYM drove a simulated car, and DRIVE_TRAIN_TYPE {kind} moves a real motor. "
            "Received: DONKEY_GYM=True. Write CAMERA_TYPE = DRIVE_TRAIN_TYPE = 'SIM' for the "
            "simulator that is built in, or delete the line.",
        )
    for name in layers.owned - layers.factory:
        value = values[name]
        if name not in SETTINGS or same_as_default(name, value):
            continue
        way = _way_out(name, kind, layers, values)
        if way:
            received = short(dict(value) if isinstance(value, Mapping) else value)
            yield (
                name,
                f"{name} is wiring or calibration that DRIVE_TRAIN_TYPE {kind} does not use: "
                f"{OTHER}. Received: {name}={received}. {way}",
            )
    second = sorted(_second_board(layers, kind, values))
    for name in second:
        received = f"{values[name]:#04x}" if _is_address(name, values) else short(values[name])
        yield (
            name,
            f"{name} is wiring that DRIVE_TRAIN_TYPE {kind} does not use, because it has one "
            f"PCA9685: {OTHER}. Received: {name}={received}. Write DRIVE_TRAIN_TYPE = "
            f"{FAMILY!r} and {FAMILY} = {_two_boards(second, values)}, with bus and address as "
            "each is wired, and the pulses beside them.",
        )
    yield from (
        (name, text) for name, text in _misspelt(layers, kind, values) if name not in second
    )


def _misspelt(layers: Layers, kind: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Find wiring under a name that is misspelt, or outside of its dictionary.

    A name of the owner's own code may look like a setting; it counts as one if nothing else says
    where the wheels are connected.
    """
    unknown = [name for name in layers.owned if name not in SETTINGS]
    for name in (*unknown, *layers.small):
        held = [family for family in _FAMILIES if name in SETTINGS[family].default]
        near = held[0] if held else nearest(name)
        if near not in (KIND, *FLAT_NAMES, *_FAMILIES) or not layers.owned.isdisjoint(
            {near, FAMILY} if near in FLAT_NAMES else {near, *(held if kind in held else ())}
        ):
            continue
        family = kind if kind in held else near
        way = f"Write {family} = {{{name!r}: ...}}" if held else f"Did you mean {near}?"
        yield name, f"{name} looks like wiring, but is not a setting: {OTHER}. {way}"
    for family in _FAMILIES:
        known = SETTINGS[family].default
        for entry in values[family] if family == kind and family in layers.owned else ():
            near = None if entry in known else nearest(str(entry), known)
            if near is not None:
                yield (
                    family,
                    (
                        f"{family}[{entry!r}] looks like wiring, but is not a setting: {OTHER}. "
                        f"Did you mean {near}?"
                    ),
                )


def _way_out(name: str, kind: str, layers: Layers, values: Mapping[str, Any]) -> str:
    """The next step for a name, "" if the name is used or harmless."""
    if name in FLAT_NAMES:
        return "" if kind in FLAT_KINDS else _flat(name, kind, values)
    if DEAD_WIRING.fullmatch(name):
        # If the owner chose channels, the defaults of an old config.py are not the owner's wiring.
        is_nobodys = KIND in layers.owned and kind in FLAT_KINDS and is_factory(name, values[name])
        is_used = values[name] not in (None, False) and not is_nobodys
        return _dead(name, kind, values) if is_used else ""
    if name == FAMILY and kind in FLAT_KINDS:
        return _beside_flat(values)
    if name in _FAMILIES:
        is_chosen = KIND in layers.owned and (kind not in _FAMILIES or kind in layers.owned)
        return "" if kind == name or is_chosen else _other(name)
    prefix = name.partition("_")[0]
    if prefix in SERIAL and SETTINGS[name].status == "active":
        is_used = kind == prefix or KIND in layers.owned or values["CONTROLLER_TYPE"] == prefix
        return "" if is_used else _other(prefix)
    return ""


def _dead(name: str, kind: str, values: Mapping[str, Any]) -> str:
    """A name that no version reads any more; "" if an active dictionary says the same."""
    family = values[kind] if SETTINGS.get(kind) and SETTINGS[kind].fields else {}
    pin = f"RPI_GPIO.BOARD.{short(values[name])}"
    for old, _, entry in OLD_PINS:
        if old == name and entry in family:
            instead = f"Write {kind} = {{{entry!r}: {pin!r}}} instead of it."
            return "" if family[entry] == pin else instead
    return f"Delete the line: {SETTINGS[name].reason}."


def _other(kind: str) -> str:
    return f"Write DRIVE_TRAIN_TYPE = {kind!r} to use it, or delete it."


def _flat(name: str, kind: str, values: Mapping[str, Any]) -> str:
    family = values[kind] if SETTINGS.get(kind) and SETTINGS[kind].fields else {}
    pins = [_PIN.fullmatch(str(pin)) for entry, pin in family.items() if entry.endswith("_PIN")]
    value = values[name]
    if name in CHANNELS:
        servo = "PWM_STEERING_PIN"
        # A motor on a bridge has several pins instead of one pin for a speed controller.
        entries = [CHANNELS[name]] if CHANNELS[name] in family else [*family.keys() - {servo}]
        found = [_PIN.fullmatch(str(family[entry])) for entry in entries]
        says_so = any(pin is not None and int(pin[3]) == value for pin in found)
    elif name == "PCA9685_I2C_ADDR":
        says_so = bool(pins) and all(pin and int(pin[2], 16) == value for pin in pins)
    elif name == "PCA9685_I2C_BUSNUM":
        says_so = bool(pins) and all(pin and int(pin[1]) == value for pin in pins)
    else:
        says_so = name in family and family[name] == value
    if says_so:
        return ""
    if name in family:
        instead = f"{kind} = {{{name!r}: {value!r}}} instead of it"
    elif name in CHANNELS and CHANNELS[name] in family:
        bus, address = _board(values)
        pin_text = f"PCA9685.{bus}:{address:x}.{value}"
        instead = f"{kind} = {{{CHANNELS[name]!r}: {pin_text!r}}} instead of it"
    elif pins and not name.endswith("_PWM"):
        instead = f"the pins of {kind}, as in 'PCA9685.1:{values['PCA9685_I2C_ADDR']:x}.1', instead"
    else:
        return f"Delete the line, or write DRIVE_TRAIN_TYPE = {FLAT_KINDS[0]!r} to use it."
    return f"Write DRIVE_TRAIN_TYPE = {FLAT_KINDS[0]!r} to use it, or {instead}."


def _board(values: Mapping[str, Any]) -> tuple[int, int]:
    """Bus and address of the PCA9685 of a car without a dictionary."""
    bus = values["PCA9685_I2C_BUSNUM"]
    return 1 if bus is None else bus, values["PCA9685_I2C_ADDR"]


def _second_board(layers: Layers, kind: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Names that locate a second PCA9685, in a car whose drivetrain supports one.

    Owners of a PiRacer and similar cars changed their manage.py for it.
    """
    if kind not in FLAT_KINDS:
        return
    bus, address = _board(values)
    for name in layers.owned - SETTINGS.keys():
        found = _SECOND_BOARD.fullmatch(name)
        if found and values[name] not in (None, bus if found[1].startswith("BUS") else address):
            yield name


def _is_address(name: str, values: Mapping[str, Any]) -> bool:
    """Whether a name of a second board is its address, and its value a number."""
    found = _SECOND_BOARD.fullmatch(name)
    return bool(found and found[1].startswith("ADDR") and isinstance(values[name], int))


def _two_boards(names: Sequence[str], values: Mapping[str, Any]) -> dict[str, str]:
    """The pins of a car with two boards, as far as its names say where each pin is.

    A name that does not say what its board drives belongs to the motor's board, because the
    first board was there for the servo.
    """
    pins = {}
    for channel, pin in CHANNELS.items():
        bus, address = _board(values)
        for name in names:
            if name.startswith("STEERING") == (pin == CHANNELS["STEERING_CHANNEL"]):
                if _is_address(name, values):
                    address = values[name]
                elif isinstance(values[name], int):
                    bus = values[name]
        pins[pin] = f"PCA9685.{bus}:{address:x}.{values[channel]}"
    return pins


def _beside_flat(values: Mapping[str, Any]) -> str:
    """A dictionary of donkeycar 5 in a car with flat names: pins, and pulses given twice."""
    family, default = values[FAMILY], SETTINGS[FAMILY].default
    used = {pin: (*_board(values), values[channel]) for channel, pin in CHANNELS.items()}
    lost = []
    for entry, value in family.items():
        if value == default.get(entry):
            continue
        pin = _PIN.fullmatch(str(value))
        if entry in used and (
            pin is None or (int(pin[1]), int(pin[2], 16), int(pin[3])) != used[entry]
        ):
            lost.append(entry)
        if entry in FLAT_NAMES and values[entry] is not None and values[entry] != value:
            lost.append(entry)
    if not lost:
        return ""
    return (
        f"{', '.join(lost)} in this dictionary would have no effect: the names outside of it win. "
        f"Write DRIVE_TRAIN_TYPE = {FAMILY!r} to use it, or delete these entries."
    )

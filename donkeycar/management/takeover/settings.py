"""Settings of an old car: what goes into the ``myconfig.py`` of the new one, and every key's fate.

Every effective value is the same afterwards. Only plain values are written: code of the old files
stands in the new one as a comment, for its owner to read first.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any, Literal, NamedTuple

from donkeycar.errors import ConfigError
from donkeycar.management.takeover.flat_names import WIRING, convert, names_read
from donkeycar.management.takeover.old_car import OldCar, chose_drivetrain
from donkeycar.settings.check import check, short
from donkeycar.settings.layers import KIND, Layers, same_as_default
from donkeycar.settings.owner.carried import effective, in_car, lost_settings
from donkeycar.settings.owner.edit import edited, literal
from donkeycar.settings.owner.factory import is_factory
from donkeycar.settings.owner.unread import Unread
from donkeycar.settings.readers import READS
from donkeycar.settings.rows.old import RENAMED
from donkeycar.settings.schema import GROUPS, SETTINGS
from donkeycar.settings.text import myconfig_text
from donkeycar.settings.wiring import DEAD_WIRING, unused_wiring

State = Literal["kept", "renamed", "no effect yet", "no effect", "your own", "code"]
# Values of such names are not repeated in a report.
_SECRET = re.compile(r"PASS|TOKEN|SECRET|_KEY\b|DEVICE_CODE")
# Without its value such a name must not be replaced by a default.
_WIRING = READS["neutral"] | {KIND}
_WIDTH = 96


class Key(NamedTuple):
    """What became of one name of the old files.

    Attributes:
        name: The name.
        state: Whether it is kept, and what else.
        value: The effective value, shortened; "" if it is not to be shown.
        place: Where the old car has it.
        note: Why it has no effect, or what replaces it; no final period.
        is_chosen: Whether the owner chose it: it stands in ``myconfig.py``, or is no default.
    """

    name: str
    state: State
    value: str
    place: str
    note: str = ""
    is_chosen: bool = True


class Carried(NamedTuple):
    """Settings for the new car.

    Attributes:
        values: Values by name for its ``myconfig.py``.
        keys: What became of each name.
        code: Names whose value is code, which is not written as code.
    """

    values: dict[str, Any]
    keys: list[Key]
    code: dict[str, Unread]


def carry(car: OldCar) -> Carried:
    """Decide what of the old settings goes into the new car.

    Raises:
        ConfigError: If wiring, or any name at all, may get its value from code.
    """
    _refuse_code(car.unread)
    car.layers.values.update({n: _plain(value) for n, value in car.layers.values.items()})
    renamed = convert(car)
    values = lost_settings(car.layers, Layers(car.folder))
    dropped = _dropped(car, renamed)
    unused = {name: why for name, why in _unused(car).items() if name not in dropped}
    dropped |= unused
    values = {name: value for name, value in values.items() if name not in dropped}
    code = dict(car.unread)
    for name in list(values):
        try:
            edited("", name, values[name])
        except ConfigError:
            place = car.layers.sources.get(name, "config.py")
            code[name] = Unread(place, "it cannot be written as a plain value")
            del values[name]
    keys = [_key(name, car, code, dropped) for name in car.names if name != "*"]
    keys = [key._replace(state="no effect") if key.name in unused else key for key in keys]
    keys += [_small(name, place) for name, place in car.layers.small.items()]
    return Carried(values, keys, code)


def _small(name: str, place: str) -> Key:
    note = f"names are in capitals; {name.upper()} was meant, maybe"
    return Key(name, "no effect", "", place, note)


def _unused(car: OldCar) -> dict[str, str]:
    """Wiring that the old program did not use, each name with the reason."""
    kind = car.layers.values[KIND]
    if not chose_drivetrain(car):
        return {}
    values, problems = check(car.layers.values)
    if any(_WIRING.intersection(names) for names, _ in problems):
        return {}
    read = names_read(car.manage, kind)
    names = [name for name, _ in unused_wiring(car.layers, values) if name not in read]
    told = f"the old car did not use it, either: it drove {KIND} {kind}"
    known = SETTINGS.keys() | WIRING
    return {name: told for name in names if name in known and name != "DONKEY_GYM"}


def _refuse_code(unread: Mapping[str, Unread]) -> None:
    """Refuse to guess where a motor is wired to, and at which pulse it stands still."""
    if "*" in unread:
        found = unread["*"]
        raise ConfigError(
            f"The settings of a car to be taken over must be readable without running them. "
            f"Received: {found.place}: {found.why}. Copy the folder, write the values there as "
            "NAME = value, and take over the copy"
        )
    wiring = [name for name in unread if _is_wiring(name.partition(".")[0])]
    if wiring:
        told = "; ".join(f"{name} ({unread[name].place}: {unread[name].why})" for name in wiring)
        raise ConfigError(
            "Wiring and pulses of a car to be taken over must be plain values: the new car would "
            f"drive with others. Received: {told}. Run this again with "
            + " ".join(f"--set {name}=VALUE" for name in wiring)
        )


def _is_wiring(name: str) -> bool:
    return name in _WIRING or DEAD_WIRING.fullmatch(name) is not None


def _dropped(car: OldCar, renamed: Mapping[str, str]) -> dict[str, str]:
    """Names that are replaced by others, each with what replaces it."""
    replaced = dict(renamed)
    if KIND in car.replaced and car.layers.values[KIND] == "SIM":
        replaced["DONKEY_GYM"] = "CAMERA_TYPE = DRIVE_TRAIN_TYPE = 'SIM'"
    for old, new in RENAMED.items():
        if old in car.names:
            now = ", ".join(f"{name} = {short(car.layers.values[name])}" for name in new)
            replaced[old] = now
    return replaced


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, PurePath) else value


def _key(name: str, car: OldCar, code: Mapping[str, Unread], dropped: Mapping[str, str]) -> Key:
    place = car.names[name]
    if name in code:
        return Key(name, "code", "", place, f"{code[name].why}; it is a comment in myconfig.py")
    setting, value = SETTINGS.get(name), car.layers.values.get(name)
    if setting is not None and setting.value_kind == "path":
        value = in_car(value, car.folder)
    is_dead = setting is not None and setting.status == "dead" and name not in dropped
    is_shown = _SECRET.search(name) is None and not is_dead
    shown = short(value) if is_shown else ""
    is_default = setting is not None and same_as_default(name, value)
    state, note = _fate(name, car, dropped)
    is_delivered = is_default or is_factory(name, value)
    is_chosen = state == "renamed" or (
        place.startswith("myconfig.py") if state == "no effect" else not is_delivered
    )
    if state == "kept" and is_default:
        note = "the default of this version"
    return Key(name, state, shown, place, note, is_chosen)


def _fate(name: str, car: OldCar, dropped: Mapping[str, str]) -> tuple[State, str]:
    """What becomes of a name with a plain value, and why."""
    setting = SETTINGS.get(name)
    if name in dropped:
        return "renamed", dropped[name]
    if setting is None:
        return "your own", "not a setting of donkeycar"
    if setting.status in ("dead", "computed"):
        return "no effect", setting.reason
    if setting.status == "later":
        return "no effect yet", setting.reason
    if name in car.replaced:
        return "renamed", car.replaced[name].rstrip(".")
    return "kept", ""


def myconfig_of(header: str, carried: Carried, sources: Mapping[str, str], origin: str) -> str:
    """The text of the new car's ``myconfig.py``.

    Args:
        header: Its first lines.
        carried: What goes into it.
        sources: Where each value was written.
        origin: Name of the old folder, for a comment.
    """
    order = [setting.name for group in GROUPS for setting in group.settings]
    known = [name for name in order if name in carried.values]
    own = [name for name in carried.values if name not in SETTINGS]
    parts = [header.rstrip()]
    if known:
        parts.append(f"# Values of the car in {origin} that differ from the defaults.")
        parts.append("\n".join(_line(name, carried.values[name]) for name in known))
    if own:
        parts.append(f"# Names of your own code in {origin}; donkeycar does not read them.")
        parts.append("\n".join(edited("", name, carried.values[name]).rstrip() for name in own))
    texts = list(dict.fromkeys(each.source for each in carried.code.values() if each.source))
    if texts:
        parts.append(
            f"# Code of {origin}. Read it before you take off the # signs: it runs on every start."
        )
        parts += ["\n".join(f"# {line}".rstrip() for line in text.splitlines()) for text in texts]
    parts.append("# All other settings, with their defaults.")
    return myconfig_text("\n\n".join(parts) + "\n", {})


def _line(name: str, value: Any) -> str:
    if SETTINGS[name].fields and isinstance(value, dict):
        entries = (f"    {literal(key)}: {literal(entry)},\n" for key, entry in value.items())
        return f"# {SETTINGS[name].help}\n{name} = {{\n{''.join(entries)}}}"
    code = edited("", name, value).rstrip()
    line = f"{code:36}  # {SETTINGS[name].help.partition(';')[0]}"
    return line if "\n" not in code and len(line) <= _WIDTH else code


def differences(car: OldCar, folder: Path, replaced: Iterable[str]) -> list[str]:
    """Names whose effective value in the new car is another than in the old one.

    Args:
        car: The old car.
        folder: The new one.
        replaced: Names that others replace.
    """
    left = lost_settings(car.layers, effective(folder, with_config=True))
    known = {*replaced, *(name.partition(".")[0] for name in car.unread)}
    return [name for name in left if name not in known]

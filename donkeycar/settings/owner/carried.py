"""Upgrade of settings: what a new ``config.py`` would change, and how the owner keeps it.

A new version replaces a car's ``config.py``. Settings that only the old file held would fall back
to the defaults: another drivetrain, another neutral.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.settings.layers import FLAT_NAMES, KIND, Layers
from donkeycar.settings.owner.edit import edited
from donkeycar.settings.owner.file import OwnerFile, read_owner_file
from donkeycar.settings.rows.drivetrain import FLAT_KINDS, SERIAL
from donkeycar.settings.rows.old import RENAMED
from donkeycar.settings.schema import SETTINGS
from donkeycar.settings.wiring import DEAD_WIRING

START = "# ----- from the config.py of before, which donkeycar {version} replaced -----"
END = "# ----- end of what was carried over -----"


def effective(
    folder: Path,
    *,
    with_config: bool,
    read: Callable[[Path], OwnerFile] = read_owner_file,
) -> Layers:
    """The settings of a car from its files, without environment and command line.

    Args:
        folder: Folder of the car.
        with_config: Whether its ``config.py`` counts; if not, a new one is assumed.
        read: Reads a file; by default it is run. Another person's car is only read.

    Raises:
        ConfigError: If a file cannot be read.
    """
    folder = folder.resolve()  # the sources in the files are absolute paths
    layers = Layers(folder)
    for name, is_own in (("config.py", False), ("myconfig.py", True)):
        if (is_own or with_config) and (folder / name).is_file():
            layers.add_file(folder / name, is_own=is_own, read=read)
    layers.deduce()
    if with_config:
        _rename(layers)
    return layers


def lost_settings(before: Layers, after: Layers) -> dict[str, Any]:
    """Values by name that `before` has and `after` lacks; a dictionary that differs is complete.

    Settings without effect in this version are left out, unless the owner wrote them as wiring.
    """
    lost = {
        name: _kept(name, value, before.folder)
        for name, value in before.values.items()
        if _has_effect(name, before)
        and not _same(name, value, after.values.get(name), before.folder)
    }
    if any(map(_stands_for_a_drivetrain, lost)) and KIND not in after.owned:
        # In myconfig.py these names would imply a drivetrain that the car may not have.
        lost[KIND] = before.values[KIND]
    return lost


def block(values: Mapping[str, Any], *, version: str, sources: Mapping[str, str]) -> str:
    """The lines for the end of ``myconfig.py`` that restore `values`.

    Args:
        values: Values by name.
        version: Version of donkeycar, for the comment.
        sources: Where each value was written.

    Raises:
        ConfigError: If values are code, which cannot be written down; it names all of them.
    """
    lines, code = [], []
    for name, value in values.items():
        try:
            lines.append(edited("", name, value).rstrip("\n"))
        except ConfigError:
            code.append(f"{name} ({sources.get(name, 'config.py')})")
    if code:
        raise ConfigError(
            f"What only the old config.py says must be plain values to be kept. Received: code for "
            f"{', '.join(code)}. Move it into myconfig.py and run this again; nothing was changed"
        )
    return "\n".join([START.format(version=version), *lines, END]) + "\n"


def _has_effect(name: str, before: Layers) -> bool:
    setting = SETTINGS.get(name)
    if setting is None:
        return True  # a name of the owner's own code
    if setting.status in ("dead", "computed"):
        is_owners = name in before.owned - before.factory - before.own
        return is_owners and DEAD_WIRING.fullmatch(name) is not None
    if name in before.factory:
        if name in FLAT_NAMES:
            return before.values[KIND] in FLAT_KINDS
        board = name.partition("_")[0]
        return board in (before.values[KIND], before.values["CONTROLLER_TYPE"])
    return True


def _stands_for_a_drivetrain(name: str) -> bool:
    return name in FLAT_NAMES or name.partition("_")[0] in SERIAL


def _kept(name: str, value: Any, folder: Path) -> Any:
    """A dictionary without default entries; a path inside the car, relative to its folder."""
    setting = SETTINGS.get(name)
    if setting is not None and setting.value_kind == "path":
        return in_car(value, folder)
    if setting is None or not setting.fields or not isinstance(value, dict):
        return value
    default = setting.default
    return {key: entry for key, entry in value.items() if entry != default.get(key, object())}


def _rename(layers: Layers) -> None:
    """Translate old names of settings to those of today."""
    for old, names in RENAMED.items():
        value = layers.values[old]
        parts = (value,) if len(names) == 1 else value
        known = isinstance(parts, tuple | list) and len(parts) == len(names)
        if old in layers.owned and known and layers.owned.isdisjoint(names):
            for name, part in zip(names, parts, strict=True):
                layers.values[name] = part
                layers.sources[name] = f"{old}, {layers.sources[old]}"


def in_car(value: Any, folder: Path) -> Any:
    """A path, relative to the car's folder if it is inside; any other value as it is."""
    try:
        path = Path(value)
        return str(path.relative_to(folder)) if path.is_relative_to(folder) else value
    except TypeError:  # not a path
        return value


def _same(name: str, one: Any, other: Any, folder: Path) -> bool:
    setting = SETTINGS.get(name)
    if setting is not None and setting.value_kind == "path":
        try:
            return bool(folder / Path(one).expanduser() == folder / Path(other).expanduser())
        except TypeError:
            return False
    one, other = (tuple(value) if isinstance(value, list) else value for value in (one, other))
    try:
        return bool(one == other)
    except Exception:  # values of the owner's code may fail when they are compared
        return False

"""Layers of configuration: files, environment and command line, each overriding the last."""

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.settings.owner.factory import is_factory
from donkeycar.settings.owner.file import OwnerFile, read_owner_file
from donkeycar.settings.rows.drivetrain import FLAT_KINDS
from donkeycar.settings.schema import SETTINGS, nearest

# Settings of cars from before donkeycar 5, which had channels and pulses outside of dictionaries.
FLAT_NAMES = tuple(
    name
    for name, setting in SETTINGS.items()
    if setting.only_for == ("DRIVE_TRAIN_TYPE", FLAT_KINDS)
)
KIND, FAMILY = "DRIVE_TRAIN_TYPE", "PWM_STEERING_THROTTLE"


class Layers:
    """The values of a car while they are collected, with the source of each.

    Args:
        folder: Folder of the car.

    Attributes:
        values: Values by name; the default where no source gives one.
        sources: Where each value was written, by name.
        owned: Names that a file, the environment or ``--set`` gave a value; names in ``config.py``
            count only if it differs from the delivered one.
        own: The same names, without those in ``config.py``.
        small: Names that would be settings in capitals, with the place where they were written.
        covered: Lines that a later line of the same file overrides: name, place, later line.
        factory: Names whose value is the default in a ``config.py`` of an earlier version.
        entries: Entries that were written, by the name of their dictionary.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.values: dict[str, Any] = {name: row.default for name, row in SETTINGS.items()}
        self.sources: dict[str, str] = {}
        self.owned: set[str] = set()
        self.own: set[str] = set()
        self.small: dict[str, str] = {}
        self.covered: list[tuple[str, str, int]] = []
        self.factory: set[str] = set()
        self.entries: dict[str, set[str]] = {}
        self._names_kind = False

    def add_file(
        self,
        path: Path,
        *,
        is_own: bool,
        read: Callable[[Path], OwnerFile] = read_owner_file,
    ) -> None:
        """Add the values of a file.

        Args:
            path: A ``config.py`` or ``myconfig.py``.
            is_own: Whether it is the owner's file.
            read: Reads the file; by default it is run. Another person's car is only read.

        Raises:
            ConfigError: For the same reasons as `read_owner_file`.
        """
        file = read(path)
        for name, value in file.values.items():
            is_same = name in SETTINGS and same_as_default(name, value)
            self._names_kind |= name == KIND and not is_own
            if is_own or not is_same:
                self._put(name, value, f"{path.name}:{file.lines[name]}", is_own=is_own)
                if is_factory(name, value) and not is_own:
                    self.factory.add(name)
        self.covered += [
            (name, f"{path.name}:{line}", holds) for name, line, holds in file.covered if is_own
        ]
        self.small |= {name: f"{path.name}:{line}" for name, line in file.small.items()}

    def add_environment(self, environment: Mapping[str, str]) -> None:
        """Add ``DONKEY_<NAME>``, and ``WEB_CONTROL_PORT``."""
        found = {}
        if "WEB_CONTROL_PORT" in environment:
            found["WEB_CONTROL_PORT"] = "WEB_CONTROL_PORT"
        for variable in sorted(environment):
            name = variable.removeprefix("DONKEY_")
            if variable.startswith("DONKEY_") and name in SETTINGS:
                found[name] = variable
            elif variable in SETTINGS and variable.startswith("DONKEY_"):
                found[variable] = variable
        for name, variable in found.items():
            value = _parsed(environment[variable], name)
            self._put(name, value, f"environment {variable}", is_own=True)

    def add_override(self, text: str) -> None:
        """Add the text after ``--set``.

        Raises:
            ConfigError: If it has no name of a setting, or no value.
        """
        key, equals, written = text.partition("=")
        name, _, entry = key.strip().partition(".")
        if not equals or not name:
            raise ConfigError(f"`--set` must be NAME=VALUE. Received: --set {text}")
        if name not in self.values:
            close = nearest(name)
            raise ConfigError(
                f"`--set` must name a setting. Received: --set {text}."
                + (f" Did you mean {close}?" if close else "")
            )
        value = _parsed(written, name, entry)
        self._put(name, {entry: value} if entry else value, "--set", is_own=True)

    def deduce(self) -> str:
        """Recognise an old car: it names channels and pulses, but no drivetrain.

        Without this, the default channels and pulses would replace the owner's.

        Returns:
            The name that shows it, "" if there is none.
        """
        if KIND in self.owned or FAMILY in self.owned:
            return ""
        # A config.py of donkeycar 5.0 has the old names beside the new dictionary, and uses that.
        candidates = self.own if self._names_kind else self.owned
        flat = [
            name
            for name in FLAT_NAMES
            if name in candidates and not same_as_default(name, self.values[name])
        ]
        if not flat:
            return ""
        self.values[KIND] = FLAT_KINDS[0]
        self.sources[KIND] = f"deduced from {self.sources[flat[0]]}"
        return flat[0]

    def _put(self, name: str, value: Any, source: str, *, is_own: bool) -> None:
        old = self.values.get(name)
        if name in SETTINGS and SETTINGS[name].fields and isinstance(value, dict):
            self.entries.setdefault(name, set()).update(value)
            value = {**old, **value} if isinstance(old, dict) else value
        self.values[name] = value
        self.sources[name] = source
        self.owned.add(name)
        self.factory.discard(name)
        if is_own:
            self.own.add(name)


def same_as_default(name: str, value: Any) -> bool:
    """Whether a setting has its default; a dictionary may omit entries."""
    default = SETTINGS[name].default
    if isinstance(value, list):
        value = tuple(value)
    if SETTINGS[name].fields and isinstance(value, Mapping):
        return all(key in default and _same(value[key], default[key]) for key in value)
    return _same(value, default)


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(value == default)


def _parsed(written: str, name: str, entry: str = "") -> Any:
    """The value of typed text: a Python literal, true/false/none, or else plain text."""
    setting = SETTINGS.get(name)
    if setting and entry:
        setting = next((row for row in setting.fields if row.name == entry), None)
    words = {"true": True, "false": False, "none": None}
    if setting and setting.value_kind in ("str", "path"):
        return None if setting.optional and written.lower() == "none" else written
    if written.lower() in words:
        return words[written.lower()]
    try:
        return ast.literal_eval(written)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return written

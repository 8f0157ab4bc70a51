"""Settings of a car: what the package says, then the owner's files, the environment, ``--set``."""

import ast
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.schema import SETTINGS, nearest
from donkeycar.settings.check import check, frozen, thawed
from donkeycar.settings.notices import notices_for, order_of
from donkeycar.settings.owner_file import read_owner_file

DEFAULT = "default"


class UnknownSetting(ConfigError, AttributeError):
    """Code asked for a setting that the car does not have."""


class Config:
    """Settings by name, e.g. ``cfg.DRIVE_LOOP_HZ``; nobody changes them after loading.

    Args:
        values: Value by upper-case name.
        sources: Where each value came from, by name; others are defaults.
        own: Names that the owner gave a value: in ``myconfig.py``, the environment or ``--set``.
        notices: Sentences the owner should read once, e.g. about names that do nothing any more.

    Example:
        >>> cfg = Config({"MAX_LOOPS": 3}, sources={"MAX_LOOPS": "myconfig.py:1"})
        >>> cfg.MAX_LOOPS, cfg.source_of("MAX_LOOPS")
        (3, 'myconfig.py:1')
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        sources: Mapping[str, str] | None = None,
        own: Iterable[str] = (),
        notices: Iterable[str] = (),
    ) -> None:
        attributes = {
            "_values": {name: frozen(value) for name, value in values.items()},
            "_sources": dict(sources or {}),
            "_own": frozenset(own),
            "notices": tuple(notices),
        }
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    notices: tuple[str, ...]
    _values: dict[str, Any]
    _sources: dict[str, str]
    _own: frozenset[str]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # copy and pickle look for these before there are any values
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            close = nearest(name, self._values)
            hint = f" Did you mean {close}?" if close else ""
            raise UnknownSetting(f"No setting {name}.{hint}") from None

    def __setattr__(self, name: str, value: object) -> None:
        raise ConfigError(
            f"Settings cannot be changed while the car runs. Received: {name}={value!r}. "
            "Put it into myconfig.py"
        )

    def __delattr__(self, name: str) -> None:
        raise ConfigError(f"Settings cannot be removed. Received: {name}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def get(self, name: str, default: Any = None) -> Any:
        """Value of `name`, or `default` if there is no such setting."""
        return self._values.get(name, default)

    def section(self, prefix: str) -> dict[str, Any]:
        """Settings that share `prefix`, as keyword arguments for a part.

        Example:
            >>> Config({"SIM_TRACK": "oval", "SIM_SEED": 1, "IMAGE_W": 160}).section("SIM_")
            {'track': 'oval', 'seed': 1}
        """
        return {
            name.removeprefix(prefix).lower(): value
            for name, value in self._values.items()
            if name.startswith(prefix)
        }

    def source_of(self, name: str) -> str:
        """Where the value came from: ``"default"``, ``"myconfig.py:4"``, ``"--set"`` and so on.

        Raises:
            ConfigError: If there is no such setting.
        """
        getattr(self, name)
        return self._sources.get(name, DEFAULT)

    def is_own(self, name: str) -> bool:
        """Whether the owner gave it a value; the car's ``config.py`` is not the owner's file."""
        return name in self._own

    def to_dict(self) -> dict[str, Any]:
        """Ordinary copy of all settings, e.g. to write them beside a pilot."""
        return {name: thawed(value) for name, value in self._values.items()}

    def show(self, *, changed: bool = False) -> str:
        """Table of the settings, each with where its value came from.

        Args:
            changed: Whether to leave out those with the default value.
        """
        rows = [
            (name, repr(thawed(value)), self.source_of(name))
            for name, value in self._values.items()
            if not (changed and self.source_of(name) == DEFAULT)
        ]
        name_width = max((len(row[0]) for row in rows), default=0)
        value_width = min(40, max((len(row[1]) for row in rows), default=0))
        return "\n".join(
            f"{name:{name_width}}  {value:{value_width}}  {source}" for name, value, source in rows
        )


def load_config(
    config_path: str | Path = "config.py",
    myconfig: str | Path = "myconfig.py",
    overrides: Iterable[str] = (),
) -> Config:
    """Read the settings of a car; each layer wins over those before it.

    The layers: the package's defaults, the car's ``config.py``, the owner's ``myconfig.py``,
    the environment (``DONKEY_<NAME>``, and ``WEB_CONTROL_PORT``), `overrides`. A setting that is a
    dictionary is merged entry by entry. Everything is checked once, at the end.

    Args:
        config_path: A car's ``config.py``.
        myconfig: The owner's own values; a relative path starts at the folder of `config_path`.
            A missing ``myconfig.py`` is fine, a missing file of another name is not.
        overrides: ``"NAME=VALUE"``, as after ``--set``; ``"FAMILY.NAME=VALUE"`` reaches into a
            dictionary.

    Raises:
        ConfigError: If `config_path` does not exist, an owner's file fails, or values are wrong:
            then one line per problem, each with its file and line.
    """
    config_file = Path(config_path).absolute()
    if not config_file.exists():
        raise ConfigError(
            f"{config_file} does not exist. Run `donkey createcar` to make a car folder"
        )
    layers = _Layers(config_file.parent)
    layers.add_file(config_file, is_own=False)
    own_file = config_file.parent / myconfig
    if own_file.exists():
        layers.add_file(own_file, is_own=True)
    elif own_file.name != "myconfig.py":
        raise ConfigError(f"{own_file} does not exist. Name a file beside config.py")
    layers.add_environment(os.environ)
    for text in overrides:
        layers.add_override(text)
    return layers.checked()


class _Layers:
    """Values of a car while they are collected, with where each came from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._values = {name: setting.default for name, setting in SETTINGS.items()}
        self._sources: dict[str, str] = {}
        self._owned: set[str] = set()
        self._own: set[str] = set()

    def put(self, name: str, value: Any, source: str, *, is_own: bool = True) -> None:
        old = self._values.get(name)
        if name in SETTINGS and SETTINGS[name].fields and isinstance(value, dict):
            value = _merged(old, value)
        self._values[name] = value
        self._sources[name] = source
        if is_own:
            self._own.add(name)

    def add_file(self, path: Path, *, is_own: bool) -> None:
        values, lines = read_owner_file(path)
        for name, value in values.items():
            is_same = name in SETTINGS and _same(value, SETTINGS[name].default)
            if is_own or not is_same:
                self._owned.add(name)
                self.put(name, value, f"{path.name}:{lines[name]}", is_own=is_own)

    def add_environment(self, environment: Mapping[str, str]) -> None:
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
            self._owned.add(name)
            value = _parsed(environment[variable], name)
            self.put(name, value, f"environment {variable}")

    def add_override(self, text: str) -> None:
        key, equals, written = text.partition("=")
        name, _, entry = key.strip().partition(".")
        if not equals or not name:
            raise ConfigError(f"`--set` must be NAME=VALUE. Received: --set {text}")
        if name not in self._values:
            close = nearest(name)
            raise ConfigError(
                f"`--set` must name a setting. Received: --set {text}."
                + (f" Did you mean {close}?" if close else "")
            )
        value = _parsed(written, name, entry)
        self._owned.add(name)
        self.put(name, {entry: value} if entry else value, "--set")

    def checked(self) -> Config:
        values, problems = check(self._values)
        if problems:
            placed = [(self._place(names), sentence) for names, sentence in problems]
            placed.sort(key=lambda found: order_of(found[0]))
            raise ConfigError("\n".join(f"{place}: {sentence}" for place, sentence in placed))
        notices = notices_for(self._owned, values, self._sources, self._folder)
        for name, setting in SETTINGS.items():
            if setting.value_kind == "path":
                values[name] = str(self._folder / Path(values[name]).expanduser())
            if setting.status == "computed":
                values[name] = str(self._folder)
        return Config(values, sources=self._sources, own=self._own, notices=notices)

    def _place(self, names: tuple[str, ...]) -> str:
        """Where the last of `names` that is not a default was written."""
        written = [self._sources[name] for name in names if name in self._sources]
        return written[-1] if written else DEFAULT


def _merged(old: Any, new: dict[Any, Any]) -> dict[Any, Any]:
    return {**old, **new} if isinstance(old, dict) else new


def _same(value: Any, default: Any) -> bool:
    if isinstance(value, list):
        value = tuple(value)
    return type(value) is type(default) and bool(value == default)


def _parsed(written: str, name: str, entry: str = "") -> Any:
    """Value of what somebody typed: a Python literal, true/false/none, or else plain text."""
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

"""Settings of a car, in layers: defaults, the owner's files, the environment, ``--set``."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.settings.check import check, frozen, thawed
from donkeycar.settings.layers import Layers
from donkeycar.settings.notices import notices_for, order_of
from donkeycar.settings.pulse_counts import miscounted
from donkeycar.settings.readers import MOVES, READS, is_read
from donkeycar.settings.schema import SETTINGS, nearest
from donkeycar.settings.wiring import unused_wiring

DEFAULT = "default"
_UNREAD = " This command does not read it."


class UnknownSetting(ConfigError, AttributeError):
    """Code asked for a setting that the car does not have."""


class Config:
    """Settings by name, e.g. ``cfg.DRIVE_LOOP_HZ``; they cannot change after loading.

    Args:
        values: Value by upper-case name.
        sources: Where each value came from, by name; others are defaults.
        own: Names to which the owner gave a value: in ``myconfig.py``, the environment or
            ``--set``.
        notices: Sentences that the owner should read once, e.g. about names without effect.
        faults: Sentences about wiring that the car would ignore: such a car does not drive.

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
        faults: Iterable[str] = (),
    ) -> None:
        attributes = {
            "_values": {name: frozen(value) for name, value in values.items()},
            "_sources": dict(sources or {}),
            "_own": frozenset(own),
            "notices": tuple(notices),
            "faults": tuple(faults),
        }
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    notices: tuple[str, ...]
    faults: tuple[str, ...]
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
        """Return a plain copy of all settings, e.g. to write them beside a pilot."""
        return {name: thawed(value) for name, value in self._values.items()}

    def to_wiring(self) -> dict[str, Any]:
        """Settings for the output of a drivetrain, with the place where each was written."""
        values = {name: self._values[name] for name in READS["guardian"] if name in self._values}
        return {**thawed(values), "written_in": dict(self._sources)}

    def show(self, *, changed: bool = False) -> str:
        """Table of the settings, each with the source of its value.

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
    *,
    command: str | None = None,
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
        command: The command that loads, a name of `settings.readers.READS`. Only settings that it
            reads are refused; wrong values of others become a notice and stay as written. ``None``
            reads all settings.

    Raises:
        ConfigError: If `config_path` does not exist, an owner's file fails, or values are wrong:
            then one line per problem, each with its file and line.
    """
    config_file = Path(config_path).absolute()
    if not config_file.exists():
        raise ConfigError(
            f"{config_file} does not exist. Run `donkey createcar` to make a car folder"
        )
    layers = Layers(config_file.parent)
    layers.add_file(config_file, is_own=False)
    own_file = config_file.parent / myconfig
    if own_file.exists():
        layers.add_file(own_file, is_own=True)
    elif own_file.name != "myconfig.py":
        raise ConfigError(f"{own_file} does not exist. Name a file beside config.py")
    layers.add_environment(os.environ)
    for text in overrides:
        layers.add_override(text)
    return _checked(layers, command)


def _checked(layers: Layers, command: str | None) -> Config:
    deduced_by = layers.deduce()
    values, problems = check(layers.values)
    refused, unread = [], {}
    for names, sentence in problems:
        if any(is_read(name, command, values) for name in names):
            refused.append((_place(layers, names), sentence))
        elif SETTINGS[names[-1]].status == "active":
            ended = sentence if sentence.endswith("?") else f"{sentence}."
            unread[names[-1]] = ended + ("" if command == "config" else _UNREAD)
    wrong = {name for names, _ in problems for name in names}
    # Impossible wiring is reported alone.
    wired = (
        []
        if wrong & READS["neutral"]
        else [*unused_wiring(layers, values), *miscounted(layers, values)]
    )
    places = {**layers.small, **layers.sources}
    faults = [(places[name], sentence) for name, sentence in wired]
    faults.sort(key=lambda found: order_of(found[0]))
    lines = refused + (faults if command in MOVES else [])
    if lines:
        lines.sort(key=lambda found: order_of(found[0]))
        raise ConfigError("\n".join(f"{place}: {sentence}" for place, sentence in lines))
    notices = notices_for(
        layers,
        values,
        deduced_by=deduced_by,
        unread=unread,
        told=[name for name, _ in wired] if command == "config" else (),
        moves=command in MOVES,
    )
    for name, setting in SETTINGS.items():
        if setting.value_kind == "path" and name not in wrong:
            values[name] = str(layers.folder / Path(values[name]).expanduser())
        if setting.status == "computed":
            values[name] = str(layers.folder)
    return Config(
        values,
        sources=layers.sources,
        own=layers.own,
        notices=notices,
        faults=(f"{place}: {sentence}" for place, sentence in faults),
    )


def _place(layers: Layers, names: tuple[str, ...]) -> str:
    """The place where the last of `names` that is not a default was written."""
    written = [layers.sources[name] for name in names if name in layers.sources]
    return written[-1] if written else DEFAULT

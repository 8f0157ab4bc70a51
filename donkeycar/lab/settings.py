"""Settings page: every setting of a car with its meaning, and changes to ``myconfig.py``."""

import ast
import re
import threading
from pathlib import Path
from typing import Any

from donkeycar.config import Config, load_config
from donkeycar.errors import ConfigError
from donkeycar.lab.action import JSON, Get, Post
from donkeycar.lab.command import digest
from donkeycar.lab.lab import Lab
from donkeycar.settings.check import check, rule, thawed
from donkeycar.settings.owner.edit import set_values
from donkeycar.settings.owner.entry import set_entries
from donkeycar.settings.readers import READS, is_read
from donkeycar.settings.schema import GROUPS, SETTINGS, nearest
from donkeycar.settings.setting import Group, Setting

# A password in an address, as in rtsp://me:secret@camera/.
PASSWORD = re.compile(r"(?<=://)([^/:@\s]*):[^/@\s]+@")
MASK = "•••"
# Kinds whose values a person writes as Python.
WRITTEN = ("range", "strings", "names", "any")

# Actions run in several threads: the owner's files are run, and changed, by one at a time. Each
# browser then keeps what another has written.
_files = threading.RLock()


def settings(lab: Lab) -> JSON:
    """Every setting with an effect, in groups.

    Returns:
        ``groups``: each ``title``, ``about`` and ``settings``; ``notices``: sentences about what
        is wrong in the owner's files; ``file``: the owner's file; ``restart``: whether it has
        changed since the car that drives was started.

    Raises:
        ConfigError: If the folder is not that of a car, or its files cannot be read.
    """
    cfg = _load(lab)
    values = cfg.to_dict()
    return {
        "file": str(_file(lab)),
        "groups": [shown for group in GROUPS if (shown := _shown(group, cfg, values))["settings"]],
        "notices": [*cfg.notices, *cfg.faults],
        "restart": _is_newer(lab),
    }


def change(lab: Lab, *, name: str, value: Any, entry: str = "") -> JSON:
    """Write one value into the owner's ``myconfig.py``; its other lines stay.

    Args:
        lab: The lab.
        name: A setting.
        value: Its value; a text with Python for the kinds in `WRITTEN`.
        entry: For a setting that is a dictionary, the entry to change.

    Returns:
        ``setting`` and ``restart``: as in `settings`; ``note``: why the value has no effect, or "".

    Raises:
        ConfigError: If the value is not allowed, or cannot be written; nothing has changed then.
    """
    row = _row(name, entry)
    new = _value(row, value)
    path = _file(lab)
    with _files:
        _refuse_wrong(_load(lab), name, entry, new)
        if entry:
            set_entries(path, {name: {entry: new}})
        else:
            set_values(path, {name: new})
        after = _load(lab)
    source = after.source_of(name)
    is_ours = source.startswith(path.name)
    note = "" if is_ours else f"The value of {source} is used: it wins over myconfig.py"
    return {
        "setting": _described(SETTINGS[name], after, after.to_dict()),
        "restart": _is_newer(lab),
        "note": note,
    }


ACTIONS = (Get("all", settings), Post("change", change))


def _refuse_wrong(cfg: Config, name: str, entry: str, new: Any) -> None:
    """Refuse a value in the setting's own sentence; what is wrong elsewhere is not its fault."""
    whole = {**thawed(cfg[name]), entry: new} if entry else new
    _, problems = check({**cfg.to_dict(), name: whole})
    sentences = [sentence for names, sentence in problems if name in names]
    if sentences:
        raise ConfigError(sentences[0])


def _file(lab: Lab) -> Path:
    return lab.folder / "myconfig.py"


def _is_newer(lab: Lab) -> bool:
    return lab.driven_by not in ("", digest(_file(lab)))


def _load(lab: Lab) -> Config:
    if not (lab.folder / "config.py").exists():
        raise ConfigError(
            f"Settings belong to a car, and {lab.folder} has no config.py. Make the folder of a "
            "car with: donkey createcar"
        )
    with _files:
        return load_config(lab.folder / "config.py", command="config")


def _shown(group: Group, cfg: Config, values: dict[str, Any]) -> dict[str, Any]:
    rows = [row for row in group.settings if row.status == "active"]
    return {
        "title": group.title.capitalize(),
        "about": group.about,
        "settings": [_described(row, cfg, values) for row in rows],
    }


def _described(row: Setting, cfg: Config, values: dict[str, Any]) -> dict[str, Any]:
    only, value = row.only_for, values[row.name]
    return field_of(row, value) | {
        "source": cfg.source_of(row.name),
        "own": cfg.is_own(row.name),
        "fields": [field_of(field, _entry(value, field)) for field in row.fields],
        "only_for": {"name": only[0], "values": list(map(repr, only[1]))} if only else None,
        "used": any(is_read(row.name, command, values) for command in READS),
    }


def _entry(value: Any, field: Setting) -> Any:
    return value.get(field.name, field.default) if isinstance(value, dict) else field.default


def field_of(row: Setting, value: Any) -> dict[str, Any]:
    """What a form needs to know about one setting, with its present value."""
    kind = row.value_kind
    return {
        "name": row.name,
        "help": row.help,
        "kind": kind,
        "unit": row.unit,
        "rule": rule(row),
        "low": row.low,
        "high": row.high,
        "choices": [one for one in row.choices if isinstance(one, str | int | float)],
        "optional": row.optional,
        "value": _masked(value) if kind not in WRITTEN else _masked(repr(value)),
        "default": repr(thawed(row.default)),
    }


def _masked(value: Any) -> Any:
    """A value without passwords, as JSON has it."""
    if isinstance(value, str):
        return PASSWORD.sub(rf"\1:{MASK}@", value)
    return value if value is None or isinstance(value, bool | int | float) else repr(value)


def _row(name: str, entry: str) -> Setting:
    row = SETTINGS.get(name)
    if row is None or row.status != "active":
        close = nearest(name)
        raise ConfigError(
            f"`name` must be a setting with an effect. Received: name={name[:60]!r}."
            + (f" Did you mean {close}?" if close else "")
        )
    fields = {field.name: field for field in row.fields}
    if not fields and not entry:
        return row
    if entry not in fields:
        raise ConfigError(
            f"`entry` must be one of {', '.join(fields) or 'none'} for {name}. Received: "
            f"entry={entry[:60]!r}"
        )
    return fields[entry]


def _value(row: Setting, value: Any) -> Any:
    """What is to be written into the file."""
    if isinstance(value, str) and MASK in value:
        raise ConfigError(
            f"{row.name} must be written with its password: {MASK} only stands for it here"
        )
    if row.value_kind == "function":
        raise ConfigError(f"{row.name} is a function: write it into myconfig.py by hand")
    if row.value_kind not in WRITTEN or not isinstance(value, str):
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        if row.value_kind == "any":
            return value
        raise ConfigError(
            f"{row.name} must be {rule(row)}, as Python writes it. Received: {value[:60]!r}. An "
            f"example: {thawed(row.default)!r}"
        ) from None

"""Generates files from the table of settings: ``config.py``, ``myconfig.py``, a page of the docs.

``python -m donkeycar.settings.text`` writes the two that are in the repository; a test fails if
they are out of date.
"""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from donkeycar.settings.check import rule
from donkeycar.settings.schema import GROUPS, SETTINGS
from donkeycar.settings.setting import Group, Setting

LINE = 100
COMMENT_COLUMN = 36

_CONFIG_HEADER = '''\
"""Settings of this car. `donkey update` replaces this file: put your own values in myconfig.py.

Values are checked when the car starts. `donkey config` shows them and where each comes from.
"""
'''


def config_text() -> str:
    """The car's ``config.py``: every setting that works, with its default."""
    return _CONFIG_HEADER + "".join(_group_text(group) for group in GROUPS if _active(group))


def myconfig_text(header: str, overrides: Mapping[str, Any], why: str = "") -> str:
    """The owner's ``myconfig.py``: a header, the template's values, all others commented out.

    Args:
        header: Docstring of the file.
        overrides: Values that the template sets, by name.
        why: The purpose of these values, e.g. ``"drive in the simulator"``.
    """
    text = header.rstrip() + "\n"
    if overrides:
        block = [_line(SETTINGS[name], value) for name, value in overrides.items()]
        text += f"\n# {why.upper()}\n" + "\n".join(block) + "\n"
    body = config_text().removeprefix(_CONFIG_HEADER)
    commented = [
        line if not line or line.startswith("#") else f"# {line}" for line in body.splitlines()
    ]
    return text + "\n".join(commented) + "\n"


def markdown() -> str:
    """The page `docs/settings.md`: every setting, its allowed values, and whether it works."""
    lines = [
        "# Settings",
        "",
        "Made from the table in `donkeycar/settings` by `python -m donkeycar.settings.text`.",
        "",
        "A value can stand in five places, and each place wins over those before it: the package's",
        "defaults, `config.py`, your `myconfig.py`, the environment (`DONKEY_<NAME>=value`), and",
        "`--set NAME=VALUE`. A setting that is a dictionary is merged entry by entry: write only",
        "the entries that you change, or `--set FAMILY.ENTRY=VALUE`. `donkey config` shows what a",
        "car really uses.",
        "",
        "A command does not start if a setting that it reads has a wrong value. It names a wrong",
        "value of any other setting, and goes on. If you wrote a pin, channel or pulse that the",
        "car would not use, it does not start: it would drive with other wiring than yours. The",
        "message shows the line and says what to write. Channels and pulses outside of a",
        "dictionary belong to an I2C_SERVO, if there is no DRIVE_TRAIN_TYPE. 460.0 counts as a",
        "whole number, and pulses may have fractions. The names of settings are in capitals.",
        "",
        "`donkey createcar --path . --overwrite` and `donkey update` change no value that the car",
        "uses: they add settings that stood only in the old `config.py` to `myconfig.py`.",
        "",
        "`from donkeycar.pipeline.types import TubRecord` works for a `TRAIN_FILTER` of",
        "donkeycar 5; the record is a dictionary. Other imports from donkeycar 5 are refused",
        "with a sentence.",
        "",
        "Settings marked *not yet* belong to parts that this version does not have, and settings",
        "marked *no more* to earlier versions. A `myconfig.py` that has them still loads, and the",
        "car names each of them once.",
    ]
    for group in GROUPS:
        lines += ["", f"## {group.title.capitalize()}", "", group.about, ""]
        lines += ["| Setting | Default | Values | What it does |", "|---|---|---|---|"]
        for setting in group.settings:
            lines += _markdown_rows(setting)
    return "\n".join(lines) + "\n"


def _active(group: Group) -> list[Setting]:
    return [setting for setting in group.settings if setting.status == "active"]


def _group_text(group: Group) -> str:
    about = textwrap.fill(group.about, LINE, initial_indent="# ", subsequent_indent="# ")
    rows = [_line(setting, setting.default) for setting in _active(group)]
    return f"\n# {group.title}\n{about}\n" + "\n".join(rows) + "\n"


def _line(setting: Setting, value: Any) -> str:
    if setting.fields:
        rows = [
            _commented(f'    "{row.name}": {_literal(value[row.name])},', row)
            for row in setting.fields
        ]
        return f"# {setting.help}\n{setting.name} = {{\n" + "\n".join(rows) + "\n}"
    return _commented(f"{setting.name} = {_literal(value)}", setting)


def _commented(code: str, setting: Setting) -> str:
    what, semicolon, more = setting.help.partition(";")
    if not all(str(choice) in setting.help for choice in setting.choices):
        what += ": " + " ".join(_words(setting.choices))
    if setting.unit:
        what += f" ({setting.unit})"
    comment = what + semicolon + more
    line = f"{code:{COMMENT_COLUMN}}  # {comment}"
    if len(line) <= LINE:
        return line
    indent = code[: len(code) - len(code.lstrip())]
    return (
        textwrap.fill(comment, LINE, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")
        + f"\n{code}"
    )


def _words(choices: tuple[Any, ...]) -> list[str]:
    words = [str(choice) for choice in choices]
    if len(words) == 1:
        return words
    return [f"{word}," for word in words[:-2]] + [words[-2], "or", words[-1]]


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return repr(value)


def _markdown_rows(setting: Setting) -> list[str]:
    if setting.fields:
        state = _state(setting)
        head = f"| `{setting.name}` | | a dictionary | {setting.help}{state} |"
        return [head, *(_markdown_row(row, f"{setting.name}.{row.name}") for row in setting.fields)]
    return [_markdown_row(setting, setting.name)]


def _markdown_row(setting: Setting, name: str) -> str:
    if setting.status in ("dead", "computed"):
        return f"| `{name}` | | |{_state(setting).removeprefix('.')} |"
    values = rule(setting).replace("|", "\\|")
    return (
        f"| `{name}` | `{_literal(setting.default)}` | {values} | {setting.help}{_state(setting)} |"
    )


def _state(setting: Setting) -> str:
    words = {"active": "", "later": "*not yet*", "dead": "*no more*", "computed": "*computed*"}
    word = words[setting.status]
    if not word:
        return ""
    return f". {word}: {setting.reason}"


def main() -> None:
    """Write ``config_defaults.py`` and ``docs/settings.md`` again."""
    package = Path(__file__).parents[1]
    (package / "templates" / "config_defaults.py").write_text(config_text(), encoding="utf-8")
    (package.parent / "docs" / "settings.md").write_text(markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()

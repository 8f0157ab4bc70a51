"""What an owner should be told once about the settings they wrote."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from donkeycar.schema import SETTINGS, nearest
from donkeycar.settings.pictures import OWN_STEP
from donkeycar.settings.setting import Setting

# Settings of a transform that the owner wrote: nobody else knows its name.
OF_OWN_STEP = re.compile(rf"{OWN_STEP}\w*_(MODULE|CLASS)")


def notices_for(
    owned: Iterable[str], values: Mapping[str, Any], sources: Mapping[str, str], folder: Path
) -> list[str]:
    """Name each setting of the owner that has no effect, with the reason.

    Args:
        owned: Names the owner gave a value.
        values: Their checked values.
        sources: Where each was written.
        folder: Folder of the car.

    Returns:
        One sentence per name, in the order of the files' lines.
    """
    found = []
    for name in sorted(owned, key=lambda name: order_of(sources[name])):
        sentence = _sentence(name, values, folder)
        if sentence:
            found.append(f"{sources[name]}: {sentence}")
    return found


def _sentence(name: str, values: Mapping[str, Any], folder: Path) -> str | None:
    setting, value = SETTINGS.get(name), values[name]
    if setting is None:
        if OF_OWN_STEP.fullmatch(name):
            return None
        close = nearest(name)
        hint = f"Did you mean {close}?" if close else "It is kept for your own code."
        return f"{name} is not a setting of donkeycar. {hint}"
    if setting.status == "computed":
        is_right = Path(value).resolve() == folder.resolve()
        return None if is_right else f"{name} has no effect: {setting.reason}."
    if setting.status != "active":
        return f"{name} has no effect: {setting.reason}.{_unknown_entry(setting, value)}"
    if setting.only_for and value != setting.default:
        other, needed = setting.only_for
        given = values[other]
        if not set(needed) & set(given if isinstance(given, tuple) else (given,)):
            words = " and ".join(map(str, needed))
            shown = ", ".join(given) or "empty" if isinstance(given, tuple) else given
            return f"{name} has no effect with {other} {shown}: it is for {words}."
    return (_useless_choice(setting, value) + _unknown_entry(setting, value)).lstrip()


def _useless_choice(setting: Setting, value: Any) -> str:
    chosen = value if setting.value_kind == "strings" else (value,)
    sentences = [
        f"{setting.name}: {', '.join(map(repr, missing))} {words}. These do: "
        f"{', '.join(map(repr, setting.choices))}."
        for choices, words in (
            (setting.later_choices, "does not work in this version yet"),
            (setting.dead_choices, "does not work any more"),
        )
        if (missing := [choice for choice in chosen or () if choice in choices])
    ]
    return " ".join(sentences)


def _unknown_entry(setting: Setting, value: Any) -> str:
    known = [row.name for row in setting.fields]
    unknown = [entry for entry in value if entry not in known] if known else []
    if not unknown:
        return ""
    close = nearest(str(unknown[0]), known)
    hint = f" Did you mean {close}?" if close else ""
    return f" {setting.name}[{unknown[0]!r}] is not a setting of donkeycar.{hint}"


def order_of(source: str) -> tuple[str, int]:
    """Sort key that puts places of one file in the order of their lines."""
    place, _, line = source.rpartition(":")
    return (place, int(line)) if line.isdigit() else (source, 0)

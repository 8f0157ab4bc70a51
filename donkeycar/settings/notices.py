"""Notices: what an owner should be told once about the settings they wrote."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from donkeycar.settings.layers import Layers
from donkeycar.settings.pulse_counts import does_not_stand_still
from donkeycar.settings.rows.camera import CAMERA_WORDS
from donkeycar.settings.rows.controller import CONTROLLER_WORDS, ControllerWord
from donkeycar.settings.rows.drivetrain import HARMLESS
from donkeycar.settings.rows.pictures import OWN_STEP
from donkeycar.settings.schema import SETTINGS, nearest
from donkeycar.settings.setting import Setting

# Settings of a transform of the owner's own, whose name only the owner knows.
OF_OWN_STEP = re.compile(rf"{OWN_STEP}\w*_(MODULE|CLASS)")

# Up to this number, each name of an owner's own code gets a sentence of its own.
NAMED_ALONE = 3
_IDLE = re.compile(r"[^\n]*?: ([A-Z][A-Z0-9_]*) has no effect: ")
_OWN = " is not a setting of donkeycar. It is kept for your own code."
_OWN_MANY = " are not settings of donkeycar. They are kept for your own code."


# Cameras whose pictures do not follow the wheels of a real car.
NO_ROAD = tuple(word for word, row in CAMERA_WORDS.items() if row.replays)


def notices_for(
    layers: Layers,
    values: Mapping[str, Any],
    *,
    deduced_by: str = "",
    unread: Mapping[str, str] | None = None,
    told: Iterable[str] = (),
    moves: bool = False,
) -> list[str]:
    """List each setting of the owner that has no effect, with the reason.

    Args:
        layers: The written values, and where they were written.
        values: The checked values.
        deduced_by: The name from which the drivetrain was inferred, "" if it was not inferred.
        unread: A sentence for each wrong value that the present command does not read.
        told: Names that another message already covers.
        moves: Whether the present command may turn wheels.

    Returns:
        One sentence per name, in the order of the files' lines; many names of the owner's own
        code share one sentence.
    """
    unread, told = unread or {}, set(told)
    found = []
    for name in layers.owned - layers.factory - {*unread, *told}:
        sentence = _sentence(name, values, layers)
        if sentence:
            found.append((layers.sources[name], sentence))
    camera, motor = values["CAMERA_TYPE"], values["DRIVE_TRAIN_TYPE"]
    if moves and camera in NO_ROAD and motor not in HARMLESS:
        found.append(
            (
                layers.sources["CAMERA_TYPE"],
                f"CAMERA_TYPE {camera} does not see where the car is, and DRIVE_TRAIN_TYPE {motor} "
                "moves a real motor: lift the wheels off the ground.",
            )
        )
    if moves and "DRIVE_TRAIN_TYPE" not in unread:
        found += [
            (layers.sources[name], sentence)
            for name, sentence in does_not_stand_still(layers, values)
        ]
        found += _unheard(layers, values)
    for name, sentence in unread.items():
        found.append((layers.sources[name], sentence))
    for name, place, line in layers.covered:
        found.append((place, f"{name} has no effect here: line {line} sets it again."))
    for name in layers.small.keys() - told:
        place = layers.small[name]
        found.append(
            (place, f"{name} has no effect: settings are in capitals. Did you mean {name.upper()}?")
        )
    if deduced_by:
        kind = values["DRIVE_TRAIN_TYPE"]
        found.append(
            (
                layers.sources[deduced_by],
                f"The car takes DRIVE_TRAIN_TYPE to be {kind!r}, because {deduced_by} belongs to "
                f"that. To say so yourself, write DRIVE_TRAIN_TYPE = {kind!r} into myconfig.py.",
            )
        )
    found.sort(key=lambda notice: order_of(notice[0]))
    return [f"{place}: {sentence}" for place, sentence in _own_together(found)]


def in_short(notices: Iterable[str]) -> list[str]:
    """The same, for a command that is about something else: an old car has dozens.

    Args:
        notices: As `notices_for` lists them.

    Returns:
        If more than `NAMED_ALONE` names have no effect, one sentence counts them.
    """
    all_of_them = list(notices)
    idle = [notice for notice in all_of_them if _IDLE.match(notice)]
    if len(idle) <= NAMED_ALONE:
        return all_of_them
    names = [found[1] for found in map(_IDLE.match, idle[:NAMED_ALONE]) if found]
    counted = (
        f"{len(idle)} settings have no effect in this version, such as {', '.join(names)}. "
        "`donkey config` lists all of them, with the reasons."
    )
    return [counted, *(notice for notice in all_of_them if notice not in idle)]


def _own_together(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join many names of the owner's own code in one sentence, so that they hide nothing else."""
    own: dict[str, list[tuple[str, str]]] = {}
    for place, sentence in found:
        if sentence.endswith(_OWN):
            own.setdefault(place.partition(":")[0], []).append((place, sentence))
    for places in own.values():
        if len(places) > NAMED_ALONE:
            names = ", ".join(sentence.removesuffix(_OWN) for _, sentence in places)
            found[found.index(places[0])] = (places[0][0], f"{names}{_OWN_MANY}")
            found = [notice for notice in found if notice not in places]
    return found


def _sentence(name: str, values: Mapping[str, Any], layers: Layers) -> str | None:
    setting, value = SETTINGS.get(name), values[name]
    if setting is None:
        if OF_OWN_STEP.fullmatch(name):
            return None
        close = nearest(name)
        is_slip = close is not None and close not in layers.owned  # else the owner knows it
        if not is_slip:
            return f"{name}{_OWN}"
        return f"{name} is not a setting of donkeycar. Did you mean {close}?"
    if setting.status == "computed":
        return (
            None if _is_folder(value, layers.folder) else f"{name} has no effect: {setting.reason}."
        )
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


def _unheard(layers: Layers, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A notice if a remote control was chosen that nothing receives."""
    kind = values["CONTROLLER_TYPE"]
    # A word that this command does not read may be anything.
    row = CONTROLLER_WORDS.get(kind, ControllerWord("none"))
    is_heard = values["USE_JOYSTICK_AS_DEFAULT"] or (row.switch and values[row.switch])
    if row.device != "receiver" or is_heard or "CONTROLLER_TYPE" not in layers.sources:
        return []
    on = "--js, USE_JOYSTICK_AS_DEFAULT = True" + (f" or {row.switch} = True" if row.switch else "")
    return [
        (
            layers.sources["CONTROLLER_TYPE"],
            f"CONTROLLER_TYPE {kind}: the car does not hear its remote control without {on}.",
        )
    ]


def _is_folder(value: Any, folder: Path) -> bool:
    try:
        return Path(value).resolve() == folder.resolve()
    except (TypeError, ValueError, OSError):  # not a path, or one with surrogates
        return False


def _useless_choice(setting: Setting, value: Any) -> str:
    chosen = value if setting.value_kind == "strings" else (value,)
    these = f"These do: {', '.join(map(repr, setting.choices))}"
    sentences = [
        f"{setting.name}: {', '.join(map(repr, missing))} {words}. {advice}."
        for choices, words, advice in (
            (setting.later_choices, "does not work in this version yet", these),
            (setting.dead_choices, "does not work any more", setting.dead_advice or these),
        )
        if (missing := [choice for choice in chosen or () if choice in choices])
    ]
    return " ".join(sentences)


def _unknown_entry(setting: Setting, value: Any) -> str:
    known = [row.name for row in setting.fields]
    entries = value if isinstance(value, Mapping) else ()
    unknown = [entry for entry in entries if entry not in known] if known else []
    if not unknown:
        return ""
    close = nearest(str(unknown[0]), known)
    hint = f" Did you mean {close}?" if close else ""
    return f" {setting.name}[{unknown[0]!r}] is not a setting of donkeycar.{hint}"


def order_of(source: str) -> tuple[str, int]:
    """Sort key: file first, then the order of the lines."""
    place, _, line = source.rpartition(":")
    return (place, int(line)) if line.isdigit() else (source, 0)

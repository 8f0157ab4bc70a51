"""The report of a takeover: what became of everything that the old car had."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from donkeycar import __version__
from donkeycar.management.takeover.settings import Key
from donkeycar.words import count

FILE = "from_old_car.md"

# State of a name -> what the report calls its group, in this order.
GROUPS = {
    "renamed": "Renamed or replaced",
    "code": "Code, which is not run: a comment in myconfig.py",
    "no effect yet": "Kept, without effect in this version yet",
    "no effect": "Left out, because they have no effect any more",
    "your own": "Kept for your own code",
    "kept": "Kept, with the same effect",
}
# Groups whose names are shown on the screen, too, if their owner chose them: one by one, or those
# with the same reason together.
ONE_BY_ONE = ("renamed", "code")
TOGETHER = ("no effect yet", "no effect")


class Section:
    """A heading with sentences below it.

    Args:
        title: The heading.
        lines: The sentences.
        short: Those that the screen shows, too; by default all.
    """

    def __init__(
        self, title: str, lines: Iterable[str], *, short: Iterable[str] | None = None
    ) -> None:
        self.title = title
        self.lines = list(lines)
        self.short = self.lines if short is None else list(short)


def settings_sections(keys: Sequence[Key]) -> list[Section]:
    """Every name of the old files, by what became of it."""
    return [
        Section(
            f"Settings. {title}",
            [_line(key) for key in keys if key.state == state],
            short=_short(state, [key for key in keys if key.state == state and key.is_chosen]),
        )
        for state, title in GROUPS.items()
        if any(key.state == state for key in keys)
    ]


def _short(state: str, keys: Sequence[Key]) -> list[str]:
    if state in ONE_BY_ONE:
        return [_line(key) for key in keys]
    if state not in TOGETHER:
        return []
    reasons = dict.fromkeys(key.note for key in keys)
    return [f"{', '.join(k.name for k in keys if k.note == note)}: {note}" for note in reasons]


def _line(key: Key) -> str:
    value = f" = {key.value}" if key.value else ""
    note = f": {key.note}" if key.note else ""
    return f"{key.name}{value} ({key.place}){note}"


def counted(keys: Sequence[Key]) -> str:
    """How many names the old files had, and what became of them, in one sentence."""
    numbers: Counter[str] = Counter(key.state for key in keys)
    parts = [f"{numbers[state]} {state}" for state in GROUPS if numbers[state]]
    return f"{count(len(keys), 'setting')}: {', '.join(parts)}"


def text_of(sections: Sequence[Section], old: Path, keys: Sequence[Key]) -> str:
    """The report as a file of the new car."""
    day = time.strftime("%Y-%m-%d")
    is_code = any(key.state == "code" for key in keys)
    but = ", except those below that are code: they have their default" if is_code else ""
    lines = [
        f"# What this car has from {old.name}",
        "",
        f"Made on {day} by `donkey createcar --from {old}` of donkeycar {__version__}. The old "
        "folder was read only, and none of its files was run.",
        "",
        f"{counted(keys)}. Every value that has an effect is the same as before{but}; `donkey "
        "config` shows them.",
    ]
    for section in sections:
        lines += ["", f"## {section.title}", "", *(f"- {line}" for line in section.lines)]
    return "\n".join(lines) + "\n"


def screen_of(sections: Sequence[Section], keys: Sequence[Key]) -> list[str]:
    """The same in short: everything but the names that are as they were."""
    lines = [counted(keys)]
    for section in sections:
        if section.short:
            lines += [f"{section.title}:", *(f"  {line}" for line in section.short)]
    return lines

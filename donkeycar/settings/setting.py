"""What donkeycar knows about one setting, and about a group of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

Status = Literal["active", "later", "dead", "computed"]
Kind = Literal[
    "bool", "int", "float", "range", "str", "path", "strings", "family", "names", "function", "any"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table of settings.

    Attributes:
        name: Upper-case name in the owner's file.
        default: Value of a car whose owner says nothing.
        help: What it does, in the words of the person who drives the car; no final period.
        kind: Type of its values; ``""`` takes the type of the default.
            A ``path`` that is relative starts at the folder of the car. A ``range`` is a number
            or two of them, the smaller first.
        unit: Of its numbers, e.g. ``"pixels"``.
            ``names`` is a dictionary whose keys the table does not know, of texts.
        choices: Every value that works; empty if any value of its kind does. For ``strings``
            they hold for each entry.
        later_choices: Values that 5.x knew and this version cannot serve yet.
        dead_choices: Values that earlier versions knew and none will serve again.
        dead_advice: What to do instead of those; "" names the choices. No final period.
        prefix: Names that begin so are choices too: the owner's own; "" for none.
        low: Smallest number allowed. ``None``: no limit.
        high: Largest number allowed. ``None``: no limit.
        optional: Whether ``None`` is a value of it.
        fields: Entries of a ``family``, a setting that is a dictionary.
        status: ``active`` works; ``later`` is accepted and does nothing yet; ``dead`` does nothing
            any more; ``computed`` follows from the car's folder.
        reason: Why it is not active, and what to use instead.
        only_for: Another setting, and its values with which this one has an effect (one of them
            in its list, if it is one); empty if it always has.
        advice: What to do instead, for a value that it cannot have; no final period.
    """

    name: str
    default: Any
    help: str
    kind: Kind | Literal[""] = ""
    unit: str = ""
    choices: tuple[Any, ...] = ()
    later_choices: tuple[Any, ...] = ()
    dead_choices: tuple[Any, ...] = ()
    dead_advice: str = ""
    prefix: str = ""
    low: float | None = None
    high: float | None = None
    optional: bool = False
    fields: tuple["Setting", ...] = ()
    status: Status = "active"
    reason: str = ""
    only_for: tuple[str, tuple[Any, ...]] | tuple[()] = ()
    advice: str = ""

    @property
    def value_kind(self) -> Kind:
        """Kind of its values: as given, or that of the default."""
        if self.kind:
            return self.kind
        if self.fields:
            return "family"
        kinds: dict[type, Kind] = {bool: "bool", int: "int", float: "float", str: "str"}
        return kinds.get(type(self.default), "any")

    @property
    def all_choices(self) -> tuple[Any, ...]:
        """What may be written down: the values that work, then those that do not."""
        return self.choices + self.later_choices + self.dead_choices


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that belong together, e.g. those of the camera.

    Attributes:
        title: Heading in ``config.py``.
        about: One sentence below the heading.
        settings: Rows in the order of ``config.py``.
    """

    title: str
    about: str
    settings: tuple[Setting, ...]


def family(name: str, help: str, *fields: Setting) -> Setting:  # noqa: A002 - the row's own word
    """A setting that is a dictionary; its default is made of the defaults of `fields`."""
    return Setting(name, {field.name: field.default for field in fields}, help, fields=fields)


def later(reason: str, settings: Iterable[Setting]) -> tuple[Setting, ...]:
    """Mark `settings` as accepted but without effect in this version.

    Args:
        reason: The part that is missing, e.g. ``"the joystick"``.
        settings: Rows to mark.
    """
    sentence = f"{reason} is not in this version yet"
    return tuple(replace(setting, status="later", reason=sentence) for setting in settings)


def dead(name: str, reason: str) -> Setting:
    """A setting of earlier versions that does nothing any more.

    Args:
        name: Upper-case name.
        reason: Why, and what replaces it.
    """
    return Setting(name, None, reason, kind="any", status="dead", reason=reason)

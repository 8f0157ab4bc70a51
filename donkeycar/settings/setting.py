"""The description of one setting, and of a group of settings."""

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
        default: Value of a car whose owner does not set it.
        help: Its effect, in the words of a person who drives the car; no final period.
        kind: Type of its values; ``""`` takes the type of the default.
            A relative ``path`` starts at the folder of the car. A ``range`` is a number, or two
            numbers with the smaller first. ``names`` is a dictionary of texts whose keys the
            table does not know.
        unit: Unit of its numbers, e.g. ``"pixels"``.
        choices: Every value that works; empty if any value of its kind does. For ``strings``
            they apply to each entry.
        later_choices: Values that 5.x knew and this version does not support yet.
        dead_choices: Values that earlier versions knew and no later version will support.
        dead_advice: What to use instead of those; "" names the choices. No final period.
        prefix: Names with this prefix are choices too: the owner's own; "" for none.
        low: Smallest allowed number. ``None``: no limit.
        high: Largest allowed number. ``None``: no limit.
        optional: Whether ``None`` is allowed.
        fields: Entries of a ``family``, a setting that is a dictionary.
        status: ``active`` works; ``later`` is accepted and has no effect yet; ``dead`` has no
            effect any more; ``computed`` follows from the car's folder.
        reason: Why it is not active, and what to use instead.
        only_for: Another setting, and its values with which this one has an effect (for a list,
            one of its entries must be among them); empty if it always has an effect.
        advice: What to do if a value is not allowed; no final period.
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
        """All values that may be written: those that work, then those that do not."""
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
    """A setting that is a dictionary; its default consists of the defaults of `fields`."""
    return Setting(name, {field.name: field.default for field in fields}, help, fields=fields)


def later(reason: str, settings: Iterable[Setting]) -> tuple[Setting, ...]:
    """Mark `settings` as accepted but without effect in this version.

    Args:
        reason: The missing part, e.g. ``"the joystick"``.
        settings: Rows to mark.
    """
    sentence = f"{reason} is not in this version yet"
    return tuple(replace(setting, status="later", reason=sentence) for setting in settings)


def dead(name: str, reason: str) -> Setting:
    """A setting of earlier versions that has no effect any more.

    Args:
        name: Upper-case name.
        reason: Why it has no effect, and what replaces it.
    """
    return Setting(name, None, reason, kind="any", status="dead", reason=reason)

"""Reads the fields of a JSON object, and trusts nothing in them."""

from collections.abc import Sequence
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.json_text import is_number

MAX_NAME = 200
# Columns that say where a record is, and its pictures: cleaning them would mix records up.
NOT_CLEANED = ("_", "cam/")


class Fields:
    """The fields of one object; each is read once, and at the end none must be left.

    Args:
        content: The object, as parsed from JSON.
        where: What it is, for the errors: file and step.

    Raises:
        ConfigError: If it is not an object. So do all methods, if a field is missing or wrong.
    """

    def __init__(self, content: object, where: str) -> None:
        if not isinstance(content, dict):
            raise ConfigError(f"{where} must be an object. Received: {content!r:.60}")
        self._left: dict[str, Any] = dict(content)
        self.where = where

    def take(self, name: str) -> Any:
        """A field as it is."""
        if name not in self._left:
            raise ConfigError(
                f"{self.where} must say `{name}`. Received: {list(self._left)!r:.60}. "
                "Make the file again with donkey tub fit"
            )
        return self._left.pop(name)

    def number(self, name: str, low: float, high: float) -> float:
        """A finite number from `low` to `high`."""
        value = self.take(name)
        if not is_number(value) or not low <= value <= high:
            raise self.wrong(name, f"a number from {low:g} to {high:g}", value)
        return float(value)

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self.take(name)
        if type(value) is not int or not low <= value <= high:
            raise self.wrong(name, f"a whole number from {low} to {high}", value)
        return value

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of some words."""
        value = self.take(name)
        if not isinstance(value, str) or value not in choices:
            raise self.wrong(name, f"one of {', '.join(choices)}", value)
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.take(name)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false", value)
        return value

    def column(self, name: str, *, changed: bool = False) -> str:
        """Name of a column.

        Args:
            name: The field.
            changed: Whether the step changes the column; records keep their place and picture.
        """
        value = self.take(name)
        if not is_name(value):
            raise self.wrong(name, f"the name of a column, at most {MAX_NAME} letters", value)
        if changed:
            check_changeable(str(value), self.where)
        return str(value)

    def items(self, name: str, low: int, high: int) -> list[Any]:
        """A list of `low` to `high` items."""
        value = self.take(name)
        if not isinstance(value, list) or not low <= len(value) <= high:
            raise self.wrong(name, f"a list of {low} to {high} items", value)
        return value

    def numbers(self, name: str, low: int, high: int) -> list[float]:
        """A list of `low` to `high` finite numbers."""
        items = self.items(name, low, high)
        if not all(map(is_number, items)):
            raise self.wrong(name, "a list of numbers", items)
        return [float(item) for item in items]

    def end(self) -> None:
        """Refuse fields that nobody read: this version would ignore what they ask for."""
        if self._left:
            raise ConfigError(
                f"{self.where} must have only fields that this version knows. Received: "
                f"{list(self._left)!r:.80}. Update donkeycar, or make the file again"
            )

    def wrong(self, name: str, rule: str, value: object) -> ConfigError:
        """The error of a field."""
        return ConfigError(f"{self.where}: `{name}` must be {rule}. Received: {value!r:.60}")


def is_name(value: object) -> bool:
    """Whether a value can be the name of a column, and be printed."""
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME and value.isprintable()


def check_changeable(column: str, where: str) -> None:
    """Refuse a step that would change the place or the picture of a record.

    Raises:
        ConfigError: If the column is one of these.
    """
    if column.startswith(NOT_CLEANED):
        raise ConfigError(
            f"{where} must change measured values, not the place or the picture of a record. "
            f"Received: {column}"
        )

"""JSON validation of the simulator's files; each mistake is reported in one sentence."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from donkeycar.errors import SimError
from donkeycar.json_text import is_number, parse_json

# A track with 1000 points has 40 kB.
MAX_FILE_BYTES = 5_000_000
PRESETS = Path(__file__).parent / "presets"


class Fields:
    """The fields of one JSON object, taken one by one; a field that is left over is a mistake.

    Args:
        values: The parsed object.
        where: Name of the file and of the object in it, for messages.

    Raises:
        SimError: If `values` is not an object.
    """

    def __init__(self, values: Any, where: str) -> None:
        if not isinstance(values, dict):
            raise SimError(f"{where} must be a JSON object. Received: {_short(values)}")
        self._values: dict[str, Any] = dict(values)
        self._where = where

    def number(self, name: str, low: float, high: float, *, default: float | None = None) -> float:
        """Take a number from `low` to `high`; without a `default` the field is required."""
        value = self._take(name, default)
        if not is_number(value) or not low <= value <= high:
            raise self.error(name, f"must be a number from {low:g} to {high:g}", value)
        return float(value)

    def whole(self, name: str, low: int, high: int, *, default: int | None = None) -> int:
        """Take a whole number from `low` to `high`."""
        value = self._take(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(name, f"must be a whole number from {low} to {high}", value)
        return value

    def text(self, name: str, *, default: str | None = None) -> str:
        """Take a non-empty text."""
        value = self._take(name, default)
        if not isinstance(value, str) or not value:
            raise self.error(name, "must be a text", value)
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Take true or false."""
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise self.error(name, "must be true or false", value)
        return value

    def colour(self, name: str, *, default: Sequence[int] | None = None) -> tuple[int, int, int]:
        """Take three whole numbers from 0 to 255: red, green, blue."""
        value = self._take(name, default)
        good = isinstance(value, (list, tuple)) and len(value) == 3
        if not good or not all(type(part) is int and 0 <= part <= 255 for part in value):
            raise self.error(name, "must be [red, green, blue], each 0 to 255", value)
        return (value[0], value[1], value[2])

    def rows(
        self, name: str, lengths: Sequence[int], *, at_least: int = 0, optional: bool = False
    ) -> list[list[float]]:
        """Take a list of rows of numbers; the length of each row is one of `lengths`."""
        rows = self._take(name, [] if optional else None)
        if not isinstance(rows, list) or len(rows) < at_least:
            raise self.error(name, f"must be a list of at least {at_least} points", rows)
        sizes = " or ".join(str(length) for length in lengths)
        for index, row in enumerate(rows):
            good = isinstance(row, list) and len(row) in lengths
            if not good or not all(is_number(value) and abs(value) <= 1000 for value in row):
                raise self.error(
                    f"{name}[{index}]", f"must be {sizes} numbers within 1000 metres", row
                )
        return [[float(value) for value in row] for row in rows]

    def part(self, name: str) -> "Fields":
        """Take an object inside the object; a missing one counts as empty."""
        return Fields(self._take(name, {}), f"{self._where}, `{name}`")

    def parts(self, name: str) -> "list[Fields]":
        """Take a list of objects; a missing one counts as empty."""
        values = self._take(name, [])
        if not isinstance(values, list):
            raise self.error(name, "must be a list", values)
        return [
            Fields(value, f"{self._where}, `{name}[{index}]`") for index, value in enumerate(values)
        ]

    def end(self) -> None:
        """Refuse fields that were not taken: a misspelt field must not be ignored."""
        if self._values:
            raise SimError(f"{self._where} has unknown fields: {sorted(self._values)}")

    def error(self, name: str, rule: str, value: Any) -> SimError:
        """The error that names the file, the field and the rule that it broke."""
        return SimError(f"{self._where}: `{name}` {rule}. Received: {name}={_short(value)}")

    def _take(self, name: str, default: Any) -> Any:
        if name in self._values:
            return self._values.pop(name)
        if default is None:
            raise SimError(f"{self._where}: `{name}` is missing")
        return default


def read_preset(name: str, folder: str) -> tuple[Any, str]:
    """Read a preset of this package by its name, or any JSON file by its path.

    Args:
        name: Name of a preset such as ``"oval"``, or a path that ends in ``.json``.
        folder: Folder of the presets: ``"tracks"`` or ``"cars"``.

    Returns:
        The parsed JSON, and a name for messages.

    Raises:
        SimError: If there is no such preset or file, or it is not JSON.
    """
    path = Path(name) if name.endswith(".json") else PRESETS / folder / f"{name}.json"
    if not name.endswith(".json") and name not in preset_names(folder):
        raise SimError(
            f"`{name}` is not one of {preset_names(folder)} and does not end in .json. "
            f"Received: {folder.removesuffix('s')}={name!r}"
        )
    try:
        if path.exists() and not path.is_file():
            raise SimError(f"{path} is not a file")
        with path.open("rb") as file:
            text = file.read(MAX_FILE_BYTES + 1)
        if len(text) > MAX_FILE_BYTES:
            raise SimError(f"{path} is longer than {MAX_FILE_BYTES // 1_000_000} MB")
        return parse_json(text), str(path)
    except OSError as error:
        raise SimError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SimError(f"{path} is not JSON: {error}") from error


def preset_names(folder: str) -> list[str]:
    """Names of the presets in `folder`, sorted."""
    return sorted(path.stem for path in (PRESETS / folder).glob("*.json"))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

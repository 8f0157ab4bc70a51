"""The pilots of a folder, and how good each is."""

from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.errors import PilotError
from donkeycar.json_text import is_number
from donkeycar.pilots.files.names import ENDINGS, OTHER_ENDINGS, kind_of, name_of
from donkeycar.pilots.files.sidecar import read_info
from donkeycar.training.database import FILE, read_database
from donkeycar.training.epochs.checkpoint import SUFFIX

# Comments on models without a description. A LiteRT model drives unchanged; others must be
# converted first.
DRIVES = "no description: drive with --type linear, or whatever type it is"
CONVERTS = "not a pilot yet: donkey convertmodel makes a pilot from it"


class Row(NamedTuple):
    """One pilot of a folder.

    Attributes:
        name: Name of its files, without the ending.
        type: Type of pilot.
        made_at: Time of its training, in seconds since 1970.
        records: Number of records for training and validation; ``None`` if not known.
        error: Mean steering error on the validation records, ``None`` if not known.
        r: Correlation with the driver's steering on them, ``None`` if not known.
        begun_as: Pilot whose weights it began with (fine-tuning), ``""`` for none.
        comment: Comment of its owner, or a note about its state.
    """

    name: str
    type: str
    made_at: float
    records: int | None = None
    error: float | None = None
    r: float | None = None
    begun_as: str = ""
    comment: str = ""


def pilots_in(folder: Path) -> list[Row]:
    """List the pilots of a folder, the newest last.

    These are the pilots in the list that donkeycar 5.x and this version keep, those that have only
    their own sidecar, and models without either, from an earlier version or from elsewhere.

    Raises:
        TrainingError: If the list is damaged.
    """
    entries = {str(entry.get("Name")): entry for entry in read_database(folder)}
    sidecars = {path.stem for path in folder.glob("*.json") if path.name != FILE}
    known = {**entries, **dict.fromkeys(sidecars)}
    rows = [_row(folder, name, entries.get(name)) for name in known]
    rows += _bare_rows(folder, {row.name for row in rows if row is not None})
    rows += [
        Row(path.stem, "", path.stat().st_mtime, comment="interrupted; --resume goes on with it")
        for path in folder.glob(f"*{SUFFIX}")
        if path.stem not in entries
    ]
    return sorted((row for row in rows if row is not None), key=lambda row: row.made_at)


def _row(folder: Path, name: str, entry: dict[str, Any] | None) -> Row | None:
    """The row of a pilot; ``None`` if a file is not a sidecar and the list does not have it."""
    begun_as = str((entry or {}).get("Transfer") or "")
    try:
        info = read_info(folder / f"{name}.json")
    except PilotError:
        if entry is None:
            return None
        place = folder / name
        gone = not any(place.with_name(name + end).exists() for end in (*ENDINGS, *OTHER_ENDINGS))
        return Row(
            name,
            str(entry.get("Type") or ""),
            _number(entry.get("Time")) or 0.0,
            begun_as=begun_as,
            comment="its files are gone" if gone else str(entry.get("Comment") or ""),
        )
    records = _number(_inside(info.data, "records"))
    return Row(
        name,
        info.type,
        info.created_at,
        records=None if records is None else int(records),
        error=_number(_inside(info.metrics, "validation", "angle", "mae")),
        r=_number(_inside(info.metrics, "validation", "angle", "r")),
        begun_as=begun_as,
        comment=info.comment,
    )


def _bare_rows(folder: Path, listed: set[str]) -> list[Row]:
    """Models without a description, with the step that lets the car drive with them."""
    rows: dict[str, Row] = {}
    for path in sorted(folder.iterdir()):
        name, kind = name_of(path), kind_of(path)
        if path.name.startswith(".") or name in listed or not kind:
            continue
        made_at = rows[name].made_at if name in rows else 0.0
        with suppress(OSError):  # removed in the meantime
            made_at = max(made_at, path.stat().st_mtime)
        drives = kind == "litert" or (name in rows and rows[name].comment == DRIVES)
        rows[name] = Row(name, "", made_at, comment=DRIVES if drives else CONVERTS)
    return list(rows.values())


def _inside(content: Any, *keys: str) -> Any:
    """A nested value of an untrusted file; ``None`` if it is missing."""
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def _number(value: Any) -> float | None:
    """A number of such a file; ``None`` if the value is not one."""
    return float(value) if is_number(value) else None

"""`manifest.json`: inputs, types and sessions of a tub, and its deleted records."""

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

from donkeycar.json_text import parse_json
from donkeycar.tub.format import MAX_INDEX, MAX_LEN, MOST_LEN, catalog_number

_INDEXES = re.compile(rb"\s*(?:\d{1,10}\s*[,\]]\s*)*")

PARTS = ("inputs", "types", "metadata", "own metadata", "catalogs")

# Kept in our own metadata, which donkeycar 5 does not change.
MARKED = "marked_for_their_image"
ABSENT = "absent_catalogs"
# Kept in the owner's notes: the tubs that this one was made of, and which records are theirs.
ORIGIN = "origin"


@dataclass
class Manifest:
    """The five lines of `manifest.json`.

    Attributes:
        inputs: Keys of a record, in the order they were declared.
        types: Type name of each input.
        metadata: The owner's notes about the tub.
        own: Time of creation and sessions, in the form of donkeycar 4 and later.
        paths: Names of the catalogs, in reading order.
        current_index: Index of the next record. It may lag after a crash.
        max_len: Most records in one catalog.
        deleted_indexes: Indexes of the deleted records.
        problems: What could not be read, one sentence each.
    """

    inputs: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=lambda: {"created_at": time.time()})
    paths: list[str] = field(default_factory=list)
    current_index: int = 0
    max_len: int = MAX_LEN
    deleted_indexes: set[int] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    @property
    def input_types(self) -> dict[str, str]:
        """Type name of every input."""
        return dict(zip(self.inputs, self.types, strict=True))

    @property
    def session_ids(self) -> list[str]:
        """The listed sessions, oldest first."""
        sessions = self.own.get("sessions")
        ids = sessions.get("all_full_ids") if isinstance(sessions, dict) else None
        return [name for name in ids if isinstance(name, str)] if isinstance(ids, list) else []

    @property
    def last_session_number(self) -> int:
        """Number of the newest listed session; -1 before the first."""
        sessions = self.own.get("sessions")
        number: Any = sessions.get("last_id") if isinstance(sessions, dict) else None
        return int(number) if _is_index(number) else -1

    @property
    def marked(self) -> dict[int, str]:
        """Records that a repair marked as deleted, with the fault of each."""
        marked = self.own.get(MARKED)
        reasons = marked.items() if isinstance(marked, dict) else ()
        return {
            index: reason
            for reason, indexes in reasons
            for index in _as_list(indexes)
            if _is_index(index) and index in self.deleted_indexes
        }

    @marked.setter
    def marked(self, marked: dict[int, str]) -> None:
        self.own.pop(MARKED, None)
        if marked:
            reasons = sorted(set(marked.values()))
            self.own[MARKED] = {
                reason: sorted(index for index, why in marked.items() if why == reason)
                for reason in reasons
            }

    @property
    def absent_catalogs(self) -> list[str]:
        """Catalogs that were listed but missing; their names and indexes stay reserved."""
        names = _as_list(self.own.get(ABSENT))
        return [name for name in names if catalog_number(name) is not None]

    @absent_catalogs.setter
    def absent_catalogs(self, names: list[str]) -> None:
        self.own.pop(ABSENT, None)
        if names:
            self.own[ABSENT] = names

    @property
    def origin_starts(self) -> set[int]:
        """First indexes of the tubs that this one was merged of."""
        origin = self.metadata.get(ORIGIN)
        firsts = [one.get("first_index") for one in _as_list(origin) if isinstance(one, dict)]
        return {index for index in firsts if isinstance(index, int) and _is_index(index)}

    def to_bytes(self) -> bytes:
        """The content of the file: ASCII, five lines, each with a newline."""
        catalogs = {
            "paths": self.paths,
            "current_index": self.current_index,
            "max_len": self.max_len,
            "deleted_indexes": sorted(self.deleted_indexes),
        }
        lines = (self.inputs, self.types, self.metadata, self.own, catalogs)
        return "".join(json.dumps(line) + "\n" for line in lines).encode("ascii")


def parse_manifest(data: bytes) -> Manifest:
    """Read `manifest.json`, keeping every line that makes sense.

    Args:
        data: The file's content, possibly damaged.

    Returns:
        The manifest; `Manifest.problems` lists what had to be left out.
    """
    manifest = Manifest()
    lines = data.split(b"\n")
    values = [_parse_line(manifest, lines, number) for number in range(len(PARTS))]
    inputs, types, metadata, own, catalogs = values
    if _are_strings(inputs) and _are_strings(types) and len(inputs) == len(types):
        manifest.inputs, manifest.types = inputs, types
    elif inputs is not None and types is not None:
        manifest.problems.append("The inputs and types in manifest.json do not fit each other")
    if isinstance(metadata, dict):
        manifest.metadata = metadata
    if isinstance(own, dict):
        manifest.own = own
    if isinstance(catalogs, dict):
        _read_catalogs(manifest, catalogs)
    else:
        manifest.deleted_indexes = _deleted_in(data)
    return manifest


def _deleted_in(data: bytes) -> set[int]:
    """Deleted indexes in a line that is no JSON: what its owner sorted out must not come back."""
    _, found, rest = data.rpartition(b'"deleted_indexes": [')
    # A number that does not end in a comma or bracket may be cut off.
    whole = _INDEXES.match(rest) if found else None
    numbers = re.findall(rb"\d+", whole[0]) if whole else []
    return {index for number in numbers if _is_index(index := int(number))}


def _parse_line(manifest: Manifest, lines: list[bytes], number: int) -> Any:
    try:
        return parse_json(lines[number])
    except (IndexError, ValueError):
        manifest.problems.append(
            f"Line {number + 1} of manifest.json ({PARTS[number]}) is missing or unreadable"
        )
        return None


def _read_catalogs(manifest: Manifest, line: dict[str, Any]) -> None:
    paths: dict[str, None] = {}  # keeps the order, with a fast membership test
    for name in _as_list(line.get("paths")):
        if catalog_number(name) is None:
            shown = repr(name) if len(repr(name)) <= 60 else f"{repr(name)[:60]}..."
            manifest.problems.append(
                f"{shown} is listed, but is not the name of a catalog: not read. The file stays, "
                "and a repair takes it off the list. If its records belong here, call it "
                "catalog_N.catalog, with the next free number"
            )
        else:
            paths[name] = None
    manifest.paths = list(paths)
    deleted = _as_list(line.get("deleted_indexes"))
    manifest.deleted_indexes = {index for index in deleted if _is_index(index)}
    if len(manifest.deleted_indexes) < len(deleted):
        manifest.problems.append("Some of the deleted indexes in manifest.json are not indexes")
    if _is_index(line.get("current_index")):
        manifest.current_index = line["current_index"]
    if _is_index(line.get("max_len")) and line["max_len"] > 0:
        manifest.max_len = min(line["max_len"], MOST_LEN)


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _are_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_index(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_INDEX

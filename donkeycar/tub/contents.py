"""The content of a tub of format v2, read without changing it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from donkeycar.errors import TubError
from donkeycar.tub.catalog import ReadLines, Record, catalogs_in, read_lines
from donkeycar.tub.format import INDEX, MANIFEST, images_folder, read_tub_file
from donkeycar.tub.manifest import Manifest, parse_manifest

# Reasons that are no damage: another line has the same index.
REPLACES, REPEATS = "replaces an earlier", "repeats an earlier"
# Files that hold no records.
LISTS = (MANIFEST, "meta.json", "exclude.json")
MAX_MANIFEST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a tub that could not be used.

    Attributes:
        where: File, and line where there is one.
        reason: Why it was skipped.
    """

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"

    @property
    def is_record(self) -> bool:
        """Whether it is the line or the file of one record."""
        return self.costs_records and (
            ".catalog line " in self.where or self.where.startswith("record_")
        )

    @property
    def costs_records(self) -> bool:
        """Whether records are missing for it: not for a list beside them, nor for a second copy."""
        return not self.reason.startswith((REPLACES, REPEATS)) and self.where not in LISTS


@dataclass
class Contents:
    """Everything that a reader needs to know about a tub on disk.

    Attributes:
        version: 1 or 2.
        manifest: Inputs, types, metadata, deleted indexes.
        records: Every readable record, also deleted ones, in the order of recording.
        images: Folder of the image files.
        skipped: Lines and files that could not be used.
        first_out_of_place: First record that is not on the line of its index, counted over all
            catalogs; ``None`` if all are in place.
    """

    version: int
    manifest: Manifest
    records: list[Record]
    images: Path
    skipped: list[Skipped] = field(default_factory=list)
    first_out_of_place: int | None = None


def read_v2(path: Path, read_lines: ReadLines = read_lines) -> Contents:
    """Read a tub of format v2, damaged or not.

    It also reads catalogs that the manifest does not list, because the manifest may lag after a
    crash.

    Args:
        path: The tub's folder.
        read_lines: Reads a catalog.

    Raises:
        TubError: If no part of it can be read.
        OSError: If the folder cannot be read.
    """
    names = catalogs_in(path)
    manifest = load_manifest(path)
    skipped = [Skipped(MANIFEST, problem) for problem in manifest.problems]
    there, listed = set(names), set(manifest.paths)
    skipped += [
        Skipped(name, "listed in manifest.json, but missing")
        for name in manifest.paths
        if name not in there
    ]
    by_index: dict[int, Record] = {}
    empty: list[tuple[str, int]] = []
    indexes: list[int] = []
    position = 0
    out_of_place = None
    for name in names:
        try:
            lines = read_lines(path, name)
        except (TubError, OSError) as error:
            skipped.append(Skipped(name, str(error)))
            continue
        if not lines and name in listed:
            empty.append((name, len(indexes)))
        for number, line in enumerate(lines, start=1):
            position += 1
            if line.record is None:
                if not line.placeholder:
                    skipped.append(Skipped(f"{name} line {number}", line.problem))
                continue
            index = line.record[INDEX]
            indexes.append(index)
            if out_of_place is None and index != position - 1:
                out_of_place = index
            # After a power cut a catalog may end in copies of its own earlier lines. They are
            # compared as text, because True and 1 are equal.
            if repr(by_index.get(index)) == repr(line.record):
                skipped.append(Skipped(f"{name} line {number}", f"{REPEATS} {index}"))
                continue
            if by_index.pop(index, None) is not None:
                # The later record has overwritten the image of the earlier one.
                skipped.append(Skipped(f"{name} line {number}", f"{REPLACES} {index}"))
            by_index[index] = line.record
    skipped += [Skipped(name, "empty") for name in emptied(empty, indexes, manifest.current_index)]
    records = list(by_index.values())
    return Contents(2, manifest, records, images_folder(path), skipped, out_of_place)


def emptied(
    empty: Sequence[tuple[str, int]], indexes: Sequence[int], current_index: int
) -> list[str]:
    """Empty catalogs that once contained records, because indexes are missing there.

    An empty catalog at the end of a tub is normal: donkeycar 5 makes each before its first record.

    Args:
        empty: Name of each empty catalog, and the number of records before it.
        indexes: Indexes of all records, in their order.
        current_index: Index of the next record, according to the manifest.
    """
    names = []
    for name, place in empty:
        before = indexes[place - 1] if place else -1
        after = indexes[place] if place < len(indexes) else current_index
        if after > before + 1:
            names.append(name)
    return names


def load_manifest(path: Path) -> Manifest:
    """Read the manifest of the tub in folder `path`, as far as possible."""
    try:
        return parse_manifest(read_tub_file(path, MANIFEST, max_bytes=MAX_MANIFEST_BYTES))
    except FileNotFoundError:
        return Manifest(problems=["missing"])
    except (TubError, OSError) as error:
        return Manifest(problems=[str(error)])

"""Whether the engine may read the catalogs of a tub as they are.

It may where every line is a record and no index comes twice. Any other tub is read by `TubReader`,
which knows all kinds of damage, and its records are laid out in a temporary file: so a `TubFrame`
has the same records as the reader, damaged or not.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from donkeycar.analysis.column import KIND_OF_TYPE, kind_of_value
from donkeycar.analysis.engine import Engine, Row
from donkeycar.analysis.recording import Recording
from donkeycar.analysis.sql import array, glob_free
from donkeycar.errors import AnalysisError, TubError
from donkeycar.json_text import MAX_DEPTH
from donkeycar.tub import TubReader
from donkeycar.tub.format import INDEX, MAX_INDEX, MAX_LINE_BYTES

# How the engine reads catalogs: a line that is no JSON becomes NULL, and nothing in a path or in
# a file makes it guess.
READ = (
    "format = 'newline_delimited', ignore_errors = true, compression = 'uncompressed', "
    "hive_partitioning = false, filename = true"
)
# Lines that the engine reads and `TubReader` may refuse: more brackets than it lets nest, a number
# with more digits than Python takes (4,300; regular expressions count to 1,000), an index twice, of
# which it takes the last, a comma before a bracket, or something before the record. Short lines,
# which are nearly all, are not searched for the first two.
DOUBTFUL = (
    # Where two brackets do not touch, each level takes four bytes or more. CASE, because the
    # engine computes both sides of AND for every line.
    f"CASE WHEN strlen(json) > {4 * MAX_DEPTH} OR contains(json, '[[') OR contains(json, '[ [') "
    f"THEN strlen(json) - strlen(translate(json, '[{{{{', '')) > {MAX_DEPTH} ELSE false END "
    "OR CASE WHEN strlen(json) > 1000 THEN regexp_matches(json, '[0-9]{{1000}}') ELSE false END "
    "OR NOT starts_with(json, '{{') OR contains(json, ',}}') OR contains(json, ',]') "
    "OR contains(json, ', }}') OR contains(json, ', ]') "
    f"OR strlen(json) - strlen(replace(json, '\"{INDEX}\"', '')) > {len(INDEX) + 2}"
)


@dataclass
class Shelf:
    """A file that the engine reads, of one tub.

    Attributes:
        path: The file.
        tub: Number of its tub among all.
        num_records: Its records, deleted ones too.
        indexes: Its lowest and its highest index.
        is_laid_out: Whether it is a temporary file with the records of the whole tub.
    """

    path: Path
    tub: int
    num_records: int
    indexes: tuple[int, int] = (0, -1)
    is_laid_out: bool = False


@dataclass
class Survey:
    """What the engine reads.

    Attributes:
        shelves: The files.
        unreadable: Lines and files of records that could not be read, of all tubs.
    """

    shelves: list[Shelf]
    unreadable: int = 0


def catalogs(paths: Sequence[Path]) -> str:
    """The lines of files, for a FROM: columns `filename` and `json`."""
    return f"read_json_objects({array(glob_free(str(path)) for path in paths)}, {READ})"


def survey(engine: Engine, recordings: Sequence[Recording]) -> Survey:
    """Find out what the engine can read as it is, and lay the rest out for it.

    Adds to `Recording.skipped` and `Recording.kinds` of the tubs that it lays out.
    """
    counts = _counts(engine, [file for one in recordings for file in one.files])
    found = Survey([])
    for number, recording in enumerate(recordings):
        rows = [counts.get(str(file)) for file in recording.files]
        if not recording.is_v1 and _is_regular(engine, rows):
            found.shelves += [
                Shelf(file, number, row[2], (row[3], row[4]) if row[2] else (0, -1))
                for file, row in zip(recording.files, rows, strict=True)
                if row is not None
            ]
        else:
            _lay_out(engine, recording, number, found)
    return found


def _counts(engine: Engine, files: Sequence[Path]) -> dict[str, Row | None]:
    """Of each file: name, lines, records, lowest and highest index, sums of index, square, size."""
    if not files:
        return {}
    counts: dict[str, Row | None] = {
        str(file): (str(file), 0, 0, None, None, 0, 0, 0) for file in files
    }
    sql = (
        "SELECT filename, count(*), count(i), min(i), max(i), sum(i), sum(i * i), "
        "sum(strlen(json) + 1) FROM ("
        f"SELECT filename, json, CAST(json -> '/{INDEX}' AS VARCHAR) AS v, "
        # The text is compared, because a cast takes 5.0 and " 5", and a tub does not.
        "CASE WHEN CAST(TRY_CAST(v AS BIGINT) AS VARCHAR) = v AND v::BIGINT BETWEEN 0 AND "
        f"{MAX_INDEX} AND strlen(json) <= {MAX_LINE_BYTES} AND NOT ({DOUBTFUL}) THEN v::BIGINT "
        "END AS i "
        f"FROM {{source}}) GROUP BY filename"
    )
    try:
        rows = engine.run(sql.format(source=catalogs(files)))
    except AnalysisError:
        # One file is worse than its lines: ask for each by itself, to keep the others.
        if len(files) == 1:
            return {str(files[0]): None}
        return {name: row for file in files for name, row in _counts(engine, [file]).items()}
    return counts | {row[0]: row for row in rows}


def _is_regular(engine: Engine, rows: Sequence[Row | None]) -> bool:
    """Whether every line is a record, and each index comes once."""
    known = [row for row in rows if row is not None]
    if len(known) < len(rows) or any(row[1] != row[2] for row in known):
        return False
    if any(row[7] - Path(row[0]).stat().st_size not in (0, 1) for row in known if row[1]):
        return False  # something between the lines that the engine passes over
    ranges = sorted((row[3], row[4]) for row in known if row[2])
    if any(left[1] >= right[0] for left, right in zip(ranges, ranges[1:], strict=False)):
        return False
    return all(_is_run(row) or _is_distinct(engine, Path(row[0])) for row in known)


def _is_run(row: Row) -> bool:
    """Whether indexes go from the lowest to the highest without a gap, by count and sums."""
    number, lowest, highest, total, squares = row[2:7]
    if not number:
        return True
    if number != highest - lowest + 1 or 2 * total != (lowest + highest) * number:
        return False
    return bool(squares == _squares_to(highest) - _squares_to(lowest - 1))


def _squares_to(number: int) -> int:
    return number * (number + 1) * (2 * number + 1) // 6


def _is_distinct(engine: Engine, file: Path) -> bool:
    sql = (
        f"SELECT count(i) = count(DISTINCT i) FROM (SELECT CAST(json -> '/{INDEX}' AS BIGINT) AS i "
        f"FROM {catalogs([file])})"
    )
    return bool(engine.run(sql)[0][0])


def _lay_out(engine: Engine, recording: Recording, number: int, found: Survey) -> None:
    """Write the records of a tub that the engine cannot read as it is into a temporary file."""
    try:
        tub = TubReader(recording.folder)
    except (TubError, OSError) as error:
        recording.skipped.append(f"{recording.label}: {error}")
        return
    recording.deleted = tub.manifest.deleted_indexes
    recording.skipped = [f"{recording.label}/{one}" for one in tub.skipped]
    found.unreadable += sum(one.is_record for one in tub.skipped)
    for name, type_name in tub.manifest.input_types.items():
        if type_name in KIND_OF_TYPE:
            recording.kinds.setdefault(name, set()).add(KIND_OF_TYPE[type_name])
    path = engine.folder / f"tub_{number}.catalog"
    with path.open("wb") as file:
        count = _write(file, tub, recording)
    found.shelves.append(Shelf(path, number, count, is_laid_out=True))


def _write(file: BinaryIO, tub: TubReader, recording: Recording) -> int:
    declared = tub.manifest.input_types
    records = tub.records(include_deleted=True)
    for record in records:
        for name, value in record.items():
            kind = kind_of_value(value)
            if kind is not None and declared.get(name) not in KIND_OF_TYPE:
                recording.kinds.setdefault(name, set()).add(kind)
        # Half of a surrogate pair in a text is no UTF-8: the engine would lose the whole record.
        file.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    return len(records)

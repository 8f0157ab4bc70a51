"""Opens what words name: tubs and Parquet files, here and in object storage, as one relation."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from donkeycar.analysis.column import FIELD, OWN, Column, Kind, joined_kind
from donkeycar.analysis.engine import Engine
from donkeycar.analysis.parquet import ParquetScan, Sheet, open_sheet
from donkeycar.analysis.place import Found, Progress, find
from donkeycar.analysis.recording import Recording, open_recording
from donkeycar.analysis.relation import OWN_COLUMNS, SHOWN_BY_OWN, Relation, Scan, Union
from donkeycar.analysis.shards import Shard
from donkeycar.analysis.sql import is_sayable
from donkeycar.analysis.survey import Survey, catalogs, survey
from donkeycar.errors import AnalysisError, TubError
from donkeycar.tub.car import car_of


@dataclass
class Opened:
    """What words name.

    Attributes:
        relation: All records.
        columns: The columns, by name.
        source: All lines of all catalogs, for a FROM; "" if there are none.
        tubs: Paths or addresses of tubs and Parquet files.
        shards: Their files.
        skipped: What could not be used, and why.
        unreadable: How many lines could not be read.
    """

    relation: Relation
    columns: dict[str, Column]
    source: str
    tubs: list[str]
    shards: list[Shard]
    skipped: list[str] = field(default_factory=list)
    unreadable: int = 0


def open_words(
    engine: Engine,
    words: Sequence[str | Path],
    *,
    deleted: bool,
    name_car: Callable[[str], str] | None,
    progress: Progress | None = None,
) -> Opened:
    """Open tubs and Parquet files; see `TubFrame` for the arguments.

    Raises:
        TubError: If there is none that can be read.
    """
    places = find(words, engine.folder, progress)
    problems: list[str] = []
    recordings = _recordings([one for one in places if not one.is_table], name_car, problems)
    sheets = _sheets(engine, [one for one in places if one.is_table], name_car, problems)
    found = survey(engine, recordings)
    skipped = problems + [sentence for one in recordings for sentence in one.skipped]
    parts: list[Relation] = []
    if found.shelves:
        parts.append(Scan(engine, found.shelves, recordings, deleted=deleted))
    alike: dict[tuple[tuple[str, str], ...], list[Sheet]] = {}
    for sheet in sheets:
        alike.setdefault(tuple(sheet.types.items()), []).append(sheet)
    parts += [ParquetScan(engine, same) for same in alike.values()]
    if not parts:
        raise TubError("; ".join(skipped) or "At least one tub must be named. Received: none")
    kinds = [(name, kind) for one in recordings for name, ks in one.kinds.items() for kind in ks]
    kinds += [item for sheet in sheets for item in sheet.kinds.items()]
    return Opened(
        parts[0] if len(parts) == 1 else Union(parts),
        _columns(engine, kinds),
        catalogs([shelf.path for shelf in found.shelves]) if found.shelves else "",
        [one.label for one in recordings] + [sheet.label for sheet in sheets],
        _shards(recordings, found) + [_sheet_shard(sheet) for sheet in sheets],
        skipped,
        found.unreadable,
    )


def _recordings(
    places: Sequence[Found], name_car: Callable[[str], str] | None, problems: list[str]
) -> list[Recording]:
    """All tubs; one that cannot be opened does not keep the others from being read."""
    recordings = []
    for one in places:
        try:
            recordings.append(open_recording(one.folder, one.label, name_car))
        except (TubError, OSError) as error:
            problems.append(str(error))
    return recordings


def _sheets(
    engine: Engine,
    places: Sequence[Found],
    name_car: Callable[[str], str] | None,
    problems: list[str],
) -> list[Sheet]:
    """All Parquet files; one that cannot be opened does not keep the others from being read."""
    sheets = []
    for one in places:
        if one.storage is not None:
            engine.register(one.storage)
        address = one.label if one.storage is not None else str(one.folder)
        car = name_car(one.label) if name_car else car_of(one.label, {})
        try:
            sheets.append(open_sheet(engine, address, one.label, car))
        except AnalysisError as error:
            problems.append(f"{one.label}: {error}")
    return sheets


def _columns(engine: Engine, found: Iterable[tuple[str, Kind]]) -> dict[str, Column]:
    """All columns: those that every record has, then the fields by name."""
    kinds: dict[str, set[Kind]] = {}
    for name, kind in found:
        kinds.setdefault(name, set()).add(kind)
    columns = {column.name: column for column in OWN_COLUMNS}
    for name in sorted(kinds):
        if is_sayable(name) and name not in SHOWN_BY_OWN:
            label = FIELD + name if name in OWN else name
            columns[label] = Column(label, joined_kind(kinds[name]), engine.new_name("f"), (name,))
    return columns


def _shards(recordings: Sequence[Recording], found: Survey) -> list[Shard]:
    """The catalogs of tubs; a tub that had to be laid out is one shard."""
    shards = []
    for shelf in found.shelves:
        tub = recordings[shelf.tub]
        if shelf.is_laid_out:
            gone = tuple(sorted(tub.deleted))
            shards.append(Shard(tub.label, "tub", shelf.num_records, gone, tub.label, tub.car))
            continue
        low, high = shelf.indexes
        gone = tuple(sorted(index for index in tub.deleted if low <= index <= high))
        path = f"{tub.label.rstrip('/')}/{shelf.path.name}"
        shards.append(Shard(path, "catalog", shelf.num_records, gone, tub.label, tub.car))
    return shards


def _sheet_shard(sheet: Sheet) -> Shard:
    return Shard(sheet.label, "parquet", sheet.num_records, (), sheet.label, sheet.car)

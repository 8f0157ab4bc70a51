"""Parquet files as tubs: what `donkey tub export --to parquet` wrote, or another program.

They are read where they lie, in object storage too, and only the columns that a question needs:
pictures stay where they are.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from donkeycar.analysis.column import CAR, INDEX, TIME, TUB, Column, Kind
from donkeycar.analysis.engine import Engine
from donkeycar.analysis.relation import INDEX_TYPE, OWN_COLUMNS, is_usable, type_of
from donkeycar.analysis.sql import array, glob_free, ident, literal

# The column for the name of the file; no field of a record is called like this.
FILE = "donkeycar: file"
# A picture as Hugging Face's datasets have it.
NAMED_IMAGE = re.compile(r"^STRUCT\(.*\"?path\"? VARCHAR")
NUMBERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\)")


@dataclass(frozen=True)
class Sheet:
    """One Parquet file.

    Attributes:
        address: Path or address, as the engine is asked for it.
        label: As people know it: the value of the column `tub`.
        car: Name of its car.
        num_records: Its rows.
        types: Names of its columns, and their types in the engine.
    """

    address: str
    label: str
    car: str
    num_records: int
    types: dict[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, Kind]:
        """Names of its columns and their kinds."""
        return {name: kind_of(type_name) for name, type_name in self.types.items()}


def open_sheet(engine: Engine, address: str, label: str, car: str) -> Sheet:
    """Look at a Parquet file, without reading its rows.

    Raises:
        AnalysisError: If it is none, or cannot be read.
    """
    source = _read([address])
    described = engine.run(f"DESCRIBE SELECT * FROM {source}")
    types = {row[0]: row[1] for row in described if row[0] != FILE}
    number = engine.run(f"SELECT count(*) FROM {source}")[0][0]
    return Sheet(address, label, car, number, types)


def kind_of(type_name: str) -> Kind:
    """The kind of a column of Parquet.

    Example:
        >>> kind_of("DOUBLE"), kind_of("FLOAT[3]"), kind_of("STRUCT(bytes BLOB, path VARCHAR)")
        ('number', 'list', 'image')
    """
    if NUMBERS.fullmatch(type_name):
        return "number"
    if type_name.endswith("]"):
        return "list"
    if type_name == "BOOLEAN":
        return "boolean"
    return "image" if type_name.startswith("STRUCT") or type_name == "BLOB" else "text"


class ParquetScan:
    """Parquet files with the same columns, read anew by every query.

    Args:
        engine: The engine; it gets a small table of the files.
        sheets: The files.
    """

    def __init__(self, engine: Engine, sheets: Sequence[Sheet]) -> None:
        self._types = sheets[0].types
        self._source = _read([sheet.address for sheet in sheets])
        self._files = engine.new_name("files_")
        engine.run(f"CREATE TEMP TABLE {self._files} (filename VARCHAR, tub VARCHAR, car VARCHAR)")
        engine.insert(self._files, [(one.address, one.label, one.car) for one in sheets])

    def sql(self, columns: Collection[Column]) -> str:
        """A SELECT over all files."""
        chosen = [f"{self._value(column)} AS {column.ident}" for column in columns]
        return (
            f"SELECT {', '.join(chosen) or '1 AS one'} FROM {self._source} r "
            f"JOIN {self._files} f ON f.filename = r.{ident(FILE)}"
        )

    def _value(self, column: Column) -> str:
        """A column of the files as the kind of a column of the frame."""
        if column.name in (TUB, CAR) and not column.keys:
            return f"f.{column.name}"
        type_name = self._types.get(column.keys[0])
        if type_name is None:
            return f"NULL::{type_of(column)}"
        value = f"r.{ident(column.keys[0])}"
        for place in column.keys[1:]:
            value = f"{value}[{int(place) + 1}]"
        if column in OWN_COLUMNS and column.name == INDEX:
            return f"TRY_CAST({value} AS {INDEX_TYPE})"
        if column in OWN_COLUMNS and column.name == TIME:
            return f"TRY_CAST({value} AS DOUBLE) / 1000"
        if column.kind == "number":
            number = f"TRY_CAST({value} AS DOUBLE)"
            return f"CASE WHEN {is_usable(number)} THEN {number} END"
        if column.kind == "boolean":
            return f"TRY_CAST({value} AS BOOLEAN)"
        if type_name == "BLOB":
            return f"CASE WHEN {value} IS NOT NULL THEN 'bytes' END"
        if NAMED_IMAGE.search(type_name):
            # Of an image only its name; reading its bytes would take most of the file.
            return f"{value}.path"
        is_plain = column.kind == "text" and not type_name.endswith("]")
        return f"CAST({value if is_plain else f'to_json({value})'} AS VARCHAR)"


def _read(addresses: Sequence[str]) -> str:
    """Files for a FROM."""
    paths = array(glob_free(address) for address in addresses)
    return f"read_parquet({paths}, filename = {literal(FILE)}, hive_partitioning = false)"

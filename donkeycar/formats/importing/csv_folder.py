"""A folder of pictures and a CSV file that names them, as people's own programs write it.

Which column is what, its header or its fields say; what was found is told, and every choice can be
made by a flag.
"""

from collections.abc import Sequence
from pathlib import Path

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.importing.csv_columns import column_of, names_of, times_of, typed
from donkeycar.formats.importing.csv_rows import Rows, read_rows
from donkeycar.formats.importing.item import ANGLE, IMAGE, MODE, THROTTLE, Item, Source
from donkeycar.formats.importing.options import Options, listed
from donkeycar.formats.importing.picture import file_picture
from donkeycar.formats.importing.picture_files import PictureFiles, is_picture_name
from donkeycar.formats.importing.session import add_sessions
from donkeycar.tub.schema import check_types
from donkeycar.words import count, did_you_mean

ENDINGS = (".csv", ".tsv", ".txt")
# Of a file this many rows are looked at to find the pictures.
LOOKED_AT = 200
# A table of more bytes is not looked at unasked.
LOOKED_AT_BYTES = 64 << 20


def matches(path: Path) -> bool:
    """Whether a file, or exactly one of a folder, is a table that names pictures beside it."""
    try:
        if path.is_file():
            return path.suffix.lower() in ENDINGS and _names_pictures(path)
        return any(_names_pictures(table) for table in _tables(path))
    except OSError:
        return False


def _tables(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in ENDINGS and file.is_file() and not file.name.startswith(".")
    )


def _names_pictures(table: Path) -> bool:
    if table.stat().st_size > LOOKED_AT_BYTES:
        return False
    try:
        rows = read_rows(table)
    except TubError:
        return False
    return bool(_picture_columns(rows, PictureFiles(table.parent)))


def _picture_columns(rows: Rows, files: PictureFiles) -> list[int]:
    """The columns of which most fields name a picture that is there.

    If some name their ending as well, only those: a column of whole numbers may look like one of
    names without ending.
    """
    looked_at = rows.rows[:LOOKED_AT]
    width = max(len(row) for row in looked_at)
    found = [
        column
        for column in range(width)
        if 2 * sum(len(row) > column and files.find(row[column]) is not None for row in looked_at)
        > len(looked_at)
    ]
    whole = [
        column
        for column in found
        if any(len(row) > column and is_picture_name(row[column]) for row in looked_at)
    ]
    return whole or found


def open_source(path: Path, options: Options) -> Source:
    """Open a table with its pictures.

    Args:
        path: The table, or the folder that it is in.
        options: ``image``, ``angle``, ``throttle``, ``time``, ``recorded_rate_hz``.

    Raises:
        ConfigError: If a column that was said is not there.
        TubError: If there is no table, or no column of pictures or angles.
        OSError: If it cannot be read.
    """
    table = path if path.is_file() else _the_table(path)
    rows, files = read_rows(table), PictureFiles(table.parent)
    names = names_of(rows)
    width = len(names)
    fields = [[*row, *[""] * (width - len(row))] for row in rows.rows]
    pictures = _picture_columns(rows, files)
    image = _image_column(pictures, len(files), names, options.image, table)
    columns = {
        ANGLE: None if options.angle else column_of(names, None, ANGLE, "--angle"),
        THROTTLE: None if options.throttle else column_of(names, None, THROTTLE, "--throttle"),
        MODE: column_of(names, None, MODE, ""),
    }
    time = column_of(names, options.time, "time", "--time")
    session = column_of(names, None, "session", "")
    deleted = column_of(names, None, "deleted", "")
    source = Source(table.parent.resolve().name, {IMAGE: "image_array"}, [])
    _tell(source, table, rows, names, {IMAGE: image, **columns, "time": time})
    not_used = [names[column] for column in pictures if column != image]
    if not_used:
        source.facts.append(f"pictures of {listed(not_used)} not used; --image chooses other ones")
    times = _times(fields, names, time, options.recorded_rate_hz, source)
    other = {image, time, session, deleted, *columns.values(), *pictures}
    values = _values(fields, names, columns, other, source)
    for number, row in enumerate(fields):
        origin = f"row {number + rows.first_line}"
        picture = files.find(row[image])
        if picture is None:
            source.left_out.add("without a picture", f"{origin}, {row[image][-80:] or 'no name'}")
            continue
        source.items.append(
            Item(
                {MODE: "user"} | {name: column[number] for name, column in values.items()},
                {IMAGE: file_picture(table.parent, picture)},
                times[number],
                row[session] or None if session is not None else None,
                deleted is not None and row[deleted].lower() in ("1", "true"),
                origin=origin,
            )
        )
    if session is None:
        add_sessions(source.items)
    source.types.setdefault(MODE, "str")
    source.left_out.check(source.num_all)
    return source


def _the_table(folder: Path) -> Path:
    tables = [table for table in _tables(folder) if _names_pictures(table)]
    if len(tables) == 1:
        return tables[0]
    if tables:
        raise ConfigError(
            "A folder must have one table that names pictures. Received: "
            f"{listed(table.name for table in tables)}. Name one: {folder / tables[0].name}"
        )
    raise TubError(
        f"A folder must have a table ({', '.join(ENDINGS)}) that names pictures beside it. "
        f"Received: {folder}, which has none. Copy the pictures to it, or name the table and say "
        "--image"
    )


def _image_column(
    found: Sequence[int], num_pictures: int, names: Sequence[str], said: str | None, table: Path
) -> int:
    """Number of the column of pictures: the one that was said, or the camera that looks ahead."""
    if said is not None:
        if said not in names:
            raise ConfigError(
                f"`--image` must be a column: {listed(names)}. Received: --image {said}"
                + did_you_mean(said, names)
            )
        return list(names).index(said)
    if not found:
        raise TubError(
            f"A column must name pictures that are beside {table.name}. Received: "
            f"{listed(names)}, and {num_pictures} pictures there. Copy the pictures to it, or "
            "say --image"
        )
    ahead = [n for n in found if any(w in names[n].lower() for w in ("center", "centre", "front"))]
    return (ahead or found)[0]


def _tell(
    source: Source, table: Path, rows: Rows, names: Sequence[str], columns: dict[str, int | None]
) -> None:
    said = ", ".join(
        f"{role} from {listed([names[column]])}"
        for role, column in columns.items()
        if column is not None
    )
    separator = {"\t": "tabs", " ": "spaces"}.get(rows.separator, f'"{rows.separator}"')
    header = "a header" if rows.header else "no header: columns are numbers from 1"
    source.facts.append(
        f"{table.name}: {len(rows.rows)} rows separated by {separator}, {header}; {said}"
    )


def _times(
    fields: list[list[str]],
    names: Sequence[str],
    column: int | None,
    rate_hz: float | None,
    source: Source,
) -> Sequence[int | None]:
    if column is not None and rate_hz is not None:
        raise ConfigError(
            "`--recorded-rate-hz` is for a recording without times. Received: a column "
            f"{names[column]}. Leave it out"
        )
    if column is None:
        if rate_hz is None:
            return [None] * len(fields)
        return [round(1000 * number / rate_hz) for number in range(len(fields))]
    times, unit = times_of([row[column] for row in fields], names[column])
    source.facts.append(f"times in {unit}")
    lost = sum(time is None and bool(row[column]) for row, time in zip(fields, times, strict=True))
    if lost:
        source.facts.append(
            f"{count(lost, 'time')} of {names[column]} cannot be when somebody drove: left out"
        )
    return times


def _values(
    fields: list[list[str]],
    names: Sequence[str],
    columns: dict[str, int | None],
    other: set[int | None],
    source: Source,
) -> dict[str, list[object]]:
    """The values of each column of the tub; its type goes to the source."""
    values: dict[str, list[object]] = {}
    rest = [(name, number) for number, name in enumerate(names) if number not in other]
    # A name that begins with _ belongs to a tub itself.
    rest = [(f"csv/{name.strip('_')}" if name.startswith("_") else name, n) for name, n in rest]
    for name, number in [*columns.items(), *rest]:
        if number is None or name in values or name == IMAGE:
            continue
        kind, column = typed([row[number] for row in fields])
        if all(value is None for value in column):
            continue
        values[name] = column
        source.types[name] = "float" if name in (ANGLE, THROTTLE) and kind == "int" else kind
    check_types(list(source.types), list(source.types.values()))
    return values

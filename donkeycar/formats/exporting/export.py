"""Export: writes records of tubs in one of the formats, whole or not at all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from donkeycar.commands import install_extra
from donkeycar.errors import ConfigError, DeviceError, TubError
from donkeycar.formats.exporting.selection import Progress, select
from donkeycar.formats.exporting.table import FORMATS, Format
from donkeycar.formats.exporting.target import checked_target, cleared_target, new_target
from donkeycar.tub.new_folder import cannot_be_written
from donkeycar.tub.room import check_room, room_of_records
from donkeycar.tub.selection import Indexes


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: The file or folder.
        format: The word of the format.
        num_records: Records that were written.
        num_bytes: Size of it all.
        tubs: Path of each tub by its name in the export.
        columns: Type of each column.
        left_out: Records that were left out, counted by reason.
        notes: What a person should know, one sentence each.
        facts: What the format adds.
    """

    path: Path
    format: str
    num_records: int
    num_bytes: int
    tubs: dict[str, Path]
    columns: dict[str, str]
    left_out: dict[str, int]
    notes: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def export_tubs(
    paths: Sequence[str | Path],
    to: str,
    out: str | Path,
    *,
    indexes: Indexes | None = None,
    sessions: Sequence[str] = (),
    include_deleted: bool = False,
    overwrite: bool = False,
    options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Write records of tubs in another format; the tubs are only read.

    Args:
        paths: The tubs.
        to: The format, one of `FORMATS`.
        out: The file or folder to write.
        indexes: Indexes of the records, in each tub; ``None`` means all.
        sessions: Ids of the sessions; empty means all.
        include_deleted: Whether deleted records are exported, too; formats that show deleted
            records as deleted always have them.
        overwrite: Whether an earlier export at `out` may be replaced.
        options: Options of the format.
        progress: Called now and then with the number of records that are done, and of all.

    Raises:
        ConfigError: If the format, an option or `out` cannot be used.
        TubError: If there is no tub, or nothing in it that can be exported.
        DeviceError: If a library is missing, or the disk refuses.
    """
    row = checked_format(to, options or {})
    chosen = {name: value for name, value in (options or {}).items() if value is not None}
    is_folder = not row.ending or bool(chosen.get(row.folder_with))
    told = cleared_target(Path(out), is_folder)
    target = checked_target(Path(out), row, is_folder, [Path(path) for path in paths], overwrite)
    selection = select(
        paths,
        indexes=indexes,
        sessions=sessions,
        include_deleted=include_deleted or row.shows_deleted,
    )
    if row.copies_pictures and (is_folder or not row.folder_with):
        counts = Counter(id(one.tub) for one in selection.rows)
        check_room(
            target,
            sum(room_of_records(tub.reader, counts[id(tub)]) for tub in selection.tubs),
        )
    module = import_module(f"donkeycar.formats.exporting.{row.module}")
    try:
        with new_target(target, is_folder=is_folder) as draft:
            facts = module.write(selection, draft, progress, **chosen)
            selection.check()
            num_records = facts.pop("num_records")
            if not num_records:
                why = "; ".join(selection.notes()) or "no record with a picture"
                raise TubError(f"There must be records to export. Received: {why}")
            size = sum(file.stat().st_size for file in [draft, *draft.rglob("*")] if file.is_file())
    except OSError as error:
        if isinstance(error, DeviceError):
            raise
        raise DeviceError(cannot_be_written(target, error)) from error
    return Exported(
        path=target,
        format=to,
        num_records=num_records,
        num_bytes=size,
        tubs={tub.origin: tub.reader.path for tub in selection.tubs},
        columns={**selection.columns, **selection.images},
        left_out=dict(selection.left_out),
        notes=told + selection.notes() + facts.pop("notes", []),
        facts=facts,
    )


def checked_format(to: str, options: Mapping[str, Any]) -> Format:
    """The row of a format that can be written here, with these options.

    Raises:
        ConfigError: If there is no such format, or it does not take an option.
        DeviceError: If the library that it needs is not installed.
    """
    if to not in FORMATS:
        raise ConfigError(f"`--to` must be one of {', '.join(FORMATS)}. Received: --to {to}")
    row = FORMATS[to]
    for name, value in options.items():
        if value is not None and name not in row.options:
            takers = [word for word, other in FORMATS.items() if name in other.options]
            raise ConfigError(
                f"`--{name.replace('_', '-')}` belongs to --to {' or '.join(takers)}. "
                f"Received: --to {to}"
            )
    if row.library and find_spec(row.library) is None:
        raise DeviceError(f"--to {to} needs {row.library}. Next: {install_extra(row.extra)}")
    return row

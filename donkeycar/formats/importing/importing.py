"""Import a foreign recording: its folder or file becomes a new tub, whole or not at all."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.archive.unpack import is_archive, unpack
from donkeycar.formats.importing.item import Source
from donkeycar.formats.importing.new_tub import NewTub, room_of_items
from donkeycar.formats.importing.number import settle
from donkeycar.formats.importing.options import Options
from donkeycar.formats.importing.table import FORMATS, check_format, recordings_in
from donkeycar.formats.new_folder import new_folder
from donkeycar.tub.room import check_room
from donkeycar.words import count

# In the draft of the new folder: it goes with it if something is wrong.
UNPACKED = ".unpacked"

Progress = Callable[[int, int], None]


@dataclass
class Written:
    """A tub that was made.

    Attributes:
        path: Its folder.
        format: Format of what it was made of.
        source: Where that lies, as it was named; in an archive, with the folder in it.
        num_records: Records in it, deleted ones included.
        num_deleted: Records in it that are marked as deleted.
        sessions: Ids of its sessions.
        facts: What was detected and decided, one sentence each.
        left_out: What could not be used, one sentence for each reason.
    """

    path: Path
    format: str
    source: str
    num_records: int = 0
    num_deleted: int = 0
    sessions: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def import_recordings(
    path: Path,
    out: Path,
    *,
    format_name: str | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> list[Written]:
    """Make tubs of a foreign recording: of a folder, a file, or an archive of folders.

    One recording becomes the tub `out`; of several, each becomes a folder of its name in `out`.

    Args:
        path: The recording; it is not changed.
        out: The new folder; it must not exist.
        format_name: A word of `FORMATS`; ``None`` looks at the files.
        options: What the person said.
        progress: Is told how many records are done, of how many.

    Raises:
        ConfigError: If an option, an archive or `out` cannot be used.
        TubError: If a recording cannot be used, or something has to be decided.
        OSError: If the disk does not take it. None of these leaves anything behind.
    """
    path, options = path.expanduser(), options or Options()
    check_format(format_name)
    check_outside(out, path)
    facts: list[str] = []
    with new_folder(out, told=facts) as draft:
        unpacked = draft / UNPACKED
        place = path
        if is_archive(path):
            unpacked.mkdir()
            contents = unpack(path, unpacked)
            facts.append(f"{path.name} unpacked: {count(contents.num_files, 'file')}")
            if contents.num_passed_over:
                facts.append(f"{count(contents.num_passed_over, 'other file')} in it not used")
            place = unpacked
        found = recordings_in(place, format_name)
        if place is unpacked and found[0][0] == unpacked:
            # Its own name says what it is; the folder that it was unpacked into does not.
            found[0] = (_renamed(unpacked, path), found[0][1])
        names = places_for([folder for folder, _ in found])
        written = []
        for (folder, word), name in zip(found, names, strict=True):
            (draft / name).mkdir(exist_ok=True)
            label = folder.name if folder == place else folder.relative_to(place).as_posix()
            one = _import(folder, label, word, draft / name, out / name, options, progress)
            one.source = str(folder)
            if place is unpacked:
                inner = folder.relative_to(unpacked)
                one.source = f"{path}: {inner}" if len(found) > 1 else str(path)
            written.append(one)
        written[0].facts[:0] = facts
        shutil.rmtree(draft / UNPACKED, ignore_errors=True)
    return written


def _renamed(unpacked: Path, archive: Path) -> Path:
    """Give the contents of an archive without a folder of its own the name of the archive."""
    stem = archive.name.split(".")[0] or "recording"
    folder = unpacked.with_name(f"{UNPACKED}-") / stem
    folder.parent.mkdir()
    unpacked.rename(folder)
    folder.parent.rename(unpacked)
    return unpacked / stem


def _import(
    path: Path,
    label: str,
    word: str,
    folder: Path,
    place: Path,
    options: Options,
    progress: Progress | None,
) -> Written:
    try:
        options.check(word, FORMATS[word].known_options)
        source = FORMATS[word].reader().open_source(path, options)
        settle(source, options)
    except TubError as error:
        raise TubError(f"{label}: {error}") from error
    source.metadata.setdefault("imported_from", f"{word}: {source.name}")
    written = write_tub(source, folder, place, progress=progress)
    written.format = word
    return written


def places_for(paths: Sequence[Path]) -> list[str]:
    """The name of each tub in a new folder; "" stands for the folder itself, if it is the only one.

    Example:
        >>> places_for([Path("a/tub"), Path("b/tub")]), places_for([Path("a/tub")])
        (['tub', 'tub_2'], [''])
    """
    if len(paths) == 1:
        return [""]
    places: list[str] = []
    for path in paths:
        name = path.resolve().name or "tub"
        number = 1
        place = name
        # Also on a disk that takes capital and small letters for the same.
        while place.casefold() in (other.casefold() for other in places):
            number += 1
            place = f"{name}_{number}"
        places.append(place)
    return places


def check_outside(out: Path, source: Path) -> None:
    """Refuse to write into what is read.

    Raises:
        ConfigError: If `out` lies in `source`.
    """
    if out.expanduser().resolve().is_relative_to(source.expanduser().resolve()):
        raise ConfigError(
            f"`--out` must be outside of what is read. Received: {out}. Choose a folder beside it"
        )


def write_tub(
    source: Source, folder: Path, place: Path, *, progress: Progress | None = None
) -> Written:
    """Write the records of a source into an empty folder.

    Args:
        source: The records.
        folder: The folder.
        place: The name that it will have.
        progress: Is told how many records are done, of how many.

    Raises:
        TubError: If most of the pictures cannot be used.
        DeviceError: If the disk has not enough room.
        OSError: If the disk does not take it.
    """
    check_room(place, room_of_items(source.items, source.types))
    tub = NewTub(folder, source.types, metadata=source.metadata, own=source.own)
    total, num_all = len(source.items), source.num_all
    written = Written(place, "", "")
    sessions: dict[str, None] = {}
    for done, item in enumerate(source.items):
        if progress is not None and done % 100 == 0:
            progress(done, total)
        try:
            tub.append(item)
        except TubError as error:
            source.left_out.add("without a usable picture", f"{item.origin}, {error}")
            continue
        written.num_deleted += item.deleted
        if item.session is not None:
            sessions[item.session] = None
    source.left_out.check(num_all)
    tub.finish()
    if progress is not None:
        progress(total, total)
    written.num_records, written.sessions = tub.num_records, list(sessions)
    written.facts, written.left_out = source.facts, source.left_out.sentences()
    return written

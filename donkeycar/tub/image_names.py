"""Images that records name as no file is called: by a folder of another computer, or as `.JPG`.

The file is in `images/` under its own name, so nothing is lost. A reader never follows such a name,
because it leads out of the tub; a repair writes the name of the file into the record.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from donkeycar.tub.aside import Aside
from donkeycar.tub.catalog import Line, Record, catalog_manifest
from donkeycar.tub.faults import Fault
from donkeycar.tub.format import INDEX, MAX_LINE_BYTES, image_file, without_images_folder
from donkeycar.words import count, either


def mend_names(
    folder: Path,
    catalogs: Mapping[str, Sequence[Line]],
    keys: Sequence[str],
    records: Sequence[Record],
    aside: Aside,
) -> tuple[list[Record], list[Fault]]:
    """Write the names of files into records whose image is there under another name.

    Args:
        folder: Folder of the images.
        catalogs: The lines of each catalog.
        keys: Columns of images.
        records: The records of these lines.
        aside: Writes the catalogs.

    Returns:
        The records as they are now, and the faults.
    """
    files = _files_of(_names_in(records, keys), set(os.listdir(folder) if folder.is_dir() else ()))
    if not files:
        return list(records), []
    changed: dict[int, Record] = {}
    for catalog, lines in catalogs.items():
        new = [_with_files(line, keys, files) for line in lines]
        before = len(changed)
        for old, line in zip(lines, new, strict=True):
            if old is not line and line.record is not None:
                changed[id(old.record)] = line.record
        if len(changed) > before:
            start = next(line.record[INDEX] for line in new if line.record is not None)
            aside.put(folder.parent / catalog, b"".join(line.data for line in new))
            # Its lines are of other lengths now.
            aside.put(folder.parent / f"{catalog}_manifest", catalog_manifest(catalog, start))
    if not changed:
        return list(records), []
    number, (old_name, file) = len(changed), next(iter(sorted(files.items())))
    its = either(number, "names its image", "name their images")
    fault = Fault(
        "image of another name",
        f"{count(number, 'record')} {its} otherwise than images/ does, e.g. {old_name[-80:]!r}, "
        f"which is {file} there",
        f"{count(number, 'record')} now {either(number, 'names', 'name')} the file in images/",
    )
    return [changed.get(id(record), record) for record in records], [fault]


def _names_in(records: Iterable[Record], keys: Sequence[str]) -> set[str]:
    return {name for record in records for key in keys if isinstance(name := record.get(key), str)}


def _files_of(names: set[str], there: set[str]) -> dict[str, str]:
    """The file of each name that is not called so.

    If two names could mean one file, it is neither's: they came from two folders, and a record
    would get the image of the other.
    """
    alike: dict[str, list[str]] = {}
    claims: dict[str, list[str]] = {}
    strays: dict[str, str] = {}
    for name in names:
        file = image_file(name)
        if file is None:
            continue
        if file not in there:
            if not alike:
                for other in there:
                    alike.setdefault(_folded(other), []).append(other)
            others = alike.get(_folded(file), [])
            if len(others) != 1:
                continue
            file = others[0]
        claims.setdefault(file, []).append(name)
        if without_images_folder(name) != file:  # otherwise a reader finds it
            strays[name] = file
    return {name: file for name, file in strays.items() if len(claims[file]) == 1}


def _folded(name: str) -> str:
    """A file name without regard to capitals, and to the two endings of a JPEG."""
    stem, ending = os.path.splitext(name.lower())
    return stem + {".jpeg": ".jpg"}.get(ending, ending)


def _with_files(line: Line, keys: Sequence[str], files: Mapping[str, str]) -> Line:
    """The line with the names of the files; the same line if nothing changes."""
    record = line.record
    if record is None:
        return line
    changes = {
        key: files[name]
        for key in keys
        if isinstance(name := record.get(key), str) and name in files
    }
    if not changes:
        return line
    data = (json.dumps(record | changes) + "\n").encode("ascii")
    return Line(data, record | changes) if len(data) <= MAX_LINE_BYTES else line

"""Tags: words that a person gives to records, such as "corner" or "crash".

They are kept in the tub's own notes in `manifest.json`, as indexes; every other reader ignores
them.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from donkeycar.errors import DeviceError, TubError, text_of
from donkeycar.tub.catalog import every_record
from donkeycar.tub.deletion import changeable, whole_manifest
from donkeycar.tub.filesystem import FileSystem, replace_file
from donkeycar.tub.format import INDEX, MANIFEST
from donkeycar.tub.lock import TubLock
from donkeycar.tub.manifest import Manifest
from donkeycar.tub.selection import Indexes, parse_indexes

KEY = "tags"
MAX_TAGS = 100
_NAME = re.compile(r"[\w][\w .-]{0,39}")


def tags_of(manifest: Manifest) -> dict[str, tuple[range, ...]]:
    """The tags of a tub, with the indexes of each; what is no tag is left out."""
    tags = manifest.own.get(KEY)
    found = {}
    for name, words in tags.items() if isinstance(tags, dict) else ():
        try:
            found[checked_tag(name)] = parse_indexes(words).ranges
        except (TubError, TypeError, AttributeError):
            continue
    return found


def checked_tag(name: str) -> str:
    """A tag, if it can be one.

    Raises:
        TubError: If it has signs that would need quotes elsewhere, or is too long.
    """
    if not _NAME.fullmatch(name):
        raise TubError(
            "A tag must have 1 to 40 letters, digits, blanks and . _ -, and begin with a letter or "
            f"digit. Received: {name[:60]!r}"
        )
    return name


def tag(
    path: Path, name: str, indexes: Indexes, *, remove: bool = False, fs: FileSystem | None = None
) -> list[int]:
    """Give records a tag, or take it from them.

    Args:
        path: The tub's folder, format v2.
        name: The tag.
        indexes: Which records.
        remove: Take it from them.
        fs: How to reach the disk.

    Returns:
        Indexes of the records that have changed.

    Raises:
        TubError: If there is no tub of format v2 at `path`, no record has one of these indexes, the
            tag cannot be one, or a program records into the tub.
        DeviceError: If the disk refuses; nothing was changed.
    """
    checked_tag(name)
    tub = changeable(path)
    lock = TubLock(tub)
    try:
        manifest = whole_manifest(tub, "tagged")
        there = [record[INDEX] for record in every_record(tub)]
        chosen = set(indexes.of(there))
        if not chosen:
            raise TubError(f"A tag needs records. Received: indexes that {tub} does not have")
        tags = tags_of(manifest)
        held = set(Indexes(tags.get(name, ())).of(there)) if name in tags else set()
        after = held - chosen if remove else held | chosen
        if after != held:
            if len(tags) >= MAX_TAGS and name not in tags:
                raise TubError(f"A tub has at most {MAX_TAGS} tags. Next step: remove one")
            words = {one: _words_of(ranges) for one, ranges in tags.items()}
            words[name] = ranges_in(np.array(sorted(after), np.int64))
            manifest.own[KEY] = {one: found for one, found in words.items() if found}
            replace_file(fs or FileSystem(), tub / MANIFEST, manifest.to_bytes())
        return sorted(after ^ held)
    except OSError as error:
        if isinstance(error, DeviceError):
            raise
        raise DeviceError(f"{tub} cannot be changed: {text_of(error)}") from error
    finally:
        lock.release()


def ranges_in(indexes: Iterable[int]) -> list[str]:
    """Indexes as words: ``3``, ``10-19``."""
    ordered = np.unique(np.asarray(indexes, np.int64))
    if not len(ordered):
        return []
    ends = np.flatnonzero(np.diff(ordered) != 1)
    firsts = ordered[np.concatenate(([0], ends + 1))].tolist()
    lasts = ordered[np.concatenate((ends, [len(ordered) - 1]))].tolist()
    return [
        f"{first}" if first == last else f"{first}-{last}"
        for first, last in zip(firsts, lasts, strict=True)
    ]


def _words_of(ranges: tuple[range, ...]) -> list[str]:
    return [
        f"{each.start}-{each.stop - 1}" if len(each) > 1 else f"{each.start}" for each in ranges
    ]

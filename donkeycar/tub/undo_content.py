"""Refuses an undo that changes more than a repair can: its notes may be damaged, or a stranger's.

A repair changes no value of a record. It leaves out what nobody can read, and keeps in the
manifest what could be read there. So the records and the manifest must say the same before and
after an undo, whatever the notes and the checksums in them say.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from donkeycar.errors import TubError
from donkeycar.tub.catalog import MAX_CATALOG_BYTES, parse_lines
from donkeycar.tub.contents import MAX_MANIFEST_BYTES
from donkeycar.tub.format import (
    IMAGE_EXTENSIONS,
    INDEX,
    MANIFEST,
    RECOVERED,
    catalog_number,
    read_regular_file,
    read_tub_file,
)
from donkeycar.tub.manifest import ABSENT, MARKED, Manifest, parse_manifest

# What a repair writes into our own metadata.
_REPAIRED = ("created_at", ABSENT, MARKED)
_IMAGES = (*IMAGE_EXTENSIONS.values(), ".jpeg")


class Places:
    """Where the files of a tub would be after some renaming.

    Args:
        tub: The tub's folder.
    """

    def __init__(self, tub: Path) -> None:
        self.tub = tub
        self._now: dict[str, str | None] = {}  # where the content of a name is at present

    @property
    def changed(self) -> list[str]:
        """Names that would stand for something else."""
        return list(self._now)

    def rename(self, source: str, target: str | None) -> None:
        """Note that a file gets another name, or is removed."""
        if target is not None:
            self._now[target] = self._now.get(source, source)
        self._now[source] = None

    def content(self, name: str, *, after: bool, max_bytes: int = MAX_CATALOG_BYTES) -> bytes:
        """What a reader of the tub finds under a name, at present or afterwards; "" for nothing."""
        place = self._now.get(name, name) if after else name
        try:
            if place is None:
                return b""
            if after and (self.tub / place).is_symlink():
                # The link will be in the tub's folder, and lead to where its target is then.
                root = os.path.realpath(self.tub)
                real = os.path.realpath(os.path.join(root, os.readlink(self.tub / place)))
                if os.path.commonpath([root, real]) != root:
                    return b""
                place = self._now.get(real := os.path.relpath(real, root), real)
                if place is None:
                    return b""
                return read_regular_file(self.tub / place, max_bytes=max_bytes)
            return read_tub_file(self.tub, place, max_bytes=max_bytes)
        except (TubError, OSError, ValueError):
            return b""


def check_content(places: Places, folder: Path) -> None:
    """Refuse an undo that changes what a repair does not change.

    Args:
        places: What the undo does.
        folder: The folder of the repair.

    Raises:
        TubError: If it would.
    """
    wrong = next(_wrong_with(places), None)
    if wrong is not None:
        raise TubError(
            f"An undo puts back what a repair can have replaced. Received: {folder}, which would "
            f"{wrong}: it is damaged, or no repair made it. Nothing was changed. Next step: move "
            f"it out of {places.tub}, if you do not need it"
        )


def _wrong_with(places: Places) -> Iterator[str]:
    for name in places.changed:
        if catalog_number(name) is not None:
            if _records(places, name, after=False) != _records(places, name, after=True):
                yield f"change records of {name}"
        elif name == MANIFEST:
            now, before = (_manifest(places, after=after) for after in (False, True))
            if now is not None and _owned(now) != _owned(before):
                yield f"change what {MANIFEST} says"
            elif now is not None and not _owners_deletions(now) <= _deleted_in(before):
                yield "take back what was deleted"
        elif name.startswith(f"{RECOVERED}/") and name.endswith(".lines"):
            catalog = Path(name).name.removesuffix(".lines")
            # A last line that a crash cut off has no end.
            there = {b"", *places.content(catalog, after=True).split(b"\n")}
            if not there.issuperset(places.content(name, after=False).split(b"\n")):
                yield f"remove lines that are nowhere else, in {name}"


def _records(places: Places, name: str, *, after: bool) -> list[str]:
    """The records of a catalog, as text: True and 1 are equal otherwise.

    The names of images are left out. A repair may mend them.
    """
    data = places.content(name, after=after)
    records = (one.record for one in parse_lines(data) if one.record is not None)
    return [
        repr({key: value for key, value in record.items() if key == INDEX or not _is_image(value)})
        for record in records
    ]


def _is_image(value: object) -> bool:
    return isinstance(value, str) and value.lower().endswith(_IMAGES)


def _manifest(places: Places, *, after: bool) -> Manifest | None:
    data = places.content(MANIFEST, after=after, max_bytes=MAX_MANIFEST_BYTES)
    return parse_manifest(data) if data else None


def _owned(manifest: Manifest | None) -> str:
    """What the owner and the recorder wrote into a manifest, and no repair changes."""
    if manifest is None:
        return _owned(Manifest())
    own = {key: value for key, value in manifest.own.items() if key not in _REPAIRED}
    return repr((manifest.metadata, own))  # as text, because NaN is not equal to itself


def _owners_deletions(manifest: Manifest) -> set[int]:
    return manifest.deleted_indexes - manifest.marked.keys()


def _deleted_in(manifest: Manifest | None) -> set[int]:
    return manifest.deleted_indexes if manifest is not None else set()

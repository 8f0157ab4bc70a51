"""What a tub needs before records may be added to it, after a crash above all.

Nothing is deleted: bytes and images that belong to no record are moved to `recovered/<n>/`. Every
step leaves a tub that reads at least as well as before, so a crash in here is harmless too.
"""

import json
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from donkeycar.errors import TubError
from donkeycar.tub.catalog import Line, Record, catalogs_in, read_lines
from donkeycar.tub.contents import MAX_MANIFEST_BYTES, load_manifest
from donkeycar.tub.filesystem import CREATE, FileSystem, replace_file, write_file
from donkeycar.tub.format import (
    INDEX,
    MANIFEST,
    MAX_LINE_BYTES,
    RECOVERED,
    SESSION,
    SET_ASIDE,
    checked_image_path,
    image_index,
    images_folder,
    read_regular_file,
)
from donkeycar.tub.images import decode_image
from donkeycar.tub.manifest import Manifest
from donkeycar.tub.schema import guess_types, image_keys

logger = logging.getLogger(__name__)

# Records whose images a crash may have spoilt: donkeycar 5 has lost 30 s at 60 Hz to a power cut.
# A tub that came without its images keeps the others.
MAX_SPOILT = 2000


@dataclass
class Recovered:
    """A tub that is fit to be written to.

    Attributes:
        manifest: As it now stands on disk.
        runs: The indexes that records have, as unbroken ranges in rising order.
        last_catalog_lines: Number of lines in the newest catalog.
        session_ids: Sessions found in the records, oldest first.
        notes: What was wrong and what became of it, one sentence each.
    """

    manifest: Manifest
    runs: list[range] = field(default_factory=list)
    last_catalog_lines: int = 0
    session_ids: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def next_index(self) -> int:
        """The first index that no record ever had."""
        return self.runs[-1].stop if self.runs else 0


def recover(path: Path, fs: FileSystem, *, check_all_images: bool = False) -> Recovered:
    """Bring a tub into order.

    Args:
        path: The tub's folder.
        fs: How to reach the disk.
        check_all_images: Whether to decode every image. Otherwise only the newest records are
            looked at, back to the first whose images are whole: a crash spoils no others.

    Returns:
        What is in the tub.

    Raises:
        TubError: If a file of the tub is something else than a file.
        OSError: If the disk refuses. The tub is no worse than before.
    """
    return _Recovery(path, fs).run(check_all_images=check_all_images)


class _Recovery:
    def __init__(self, path: Path, fs: FileSystem) -> None:
        self.path = path
        self.fs = fs
        self.images = images_folder(path)
        self.manifest = load_manifest(path)
        self.notes: list[str] = []
        self._set_aside: Path | None = None

    def run(self, *, check_all_images: bool) -> Recovered:
        names = catalogs_in(self.path)
        if names and self.manifest.problems:
            self.notes += [f"manifest.json rebuilt: {text}" for text in self.manifest.problems]
        records: list[Record] = []
        kept: list[str] = []
        last_lines = 0
        for name in names:
            lines = self._clean_catalog(name, is_last=name == names[-1])
            if lines:
                kept.append(name)
                found = [line.record for line in lines if line.record is not None]
                self._clean_catalog_manifest(name, lines, found, is_last=name == names[-1])
                records += found
                last_lines = len(lines)
        result = Recovered(self.manifest, _runs(records), last_lines, notes=self.notes)
        result.session_ids = list(
            dict.fromkeys(r[SESSION] for r in records if isinstance(r.get(SESSION), str))
        )
        if len(records) > sum(map(len, result.runs)):
            self.notes.append("Some records share an index; the later one of each counts")
        if not self.manifest.inputs and records:
            self.manifest.inputs, self.manifest.types = guess_types(records)
        self._move_orphans(result.next_index)
        self._mark_bad_images(records, every=check_all_images)
        self.manifest.paths = kept
        self.manifest.current_index = result.next_index
        if kept:
            self._save_manifest()
        for note in self.notes:
            logger.warning("%s: %s", self.path, note)
        return result

    def _clean_catalog(self, name: str, *, is_last: bool) -> list[Line]:
        lines = read_lines(self.path / name)
        good = list(lines)
        if is_last:
            while good and good[-1].record is None:
                good.pop()
        bad = [line for line in good if line.record is None and not line.placeholder]
        bad += lines[len(good) :]
        if not bad and not (good and good[-1].torn):
            return good
        if bad:
            self.notes.append(
                f"{len(bad)} unreadable lines of {name} ({bad[-1].problem}) moved to {RECOVERED}/"
            )
            self._save_aside(f"{name}.lines", b"".join(line.data for line in bad))
        good = [_cleaned(line) for line in good]
        if good:
            replace_file(self.fs, self.path / name, b"".join(line.data for line in good))
        else:
            self._move_aside(self.path / name)
        return good

    def _clean_catalog_manifest(
        self, name: str, lines: list[Line], records: list[Record], *, is_last: bool
    ) -> None:
        path = self.path / f"{name}_manifest"
        lengths = _line_lengths(path)
        actual = [len(line.data) for line in lines]
        if lengths == [] or (lengths == actual and not is_last):
            return
        # The catalog that grows next must not have a list of lengths: it would be out of date.
        start_index = records[0][INDEX] if records else 0
        replace_file(self.fs, path, catalog_manifest(name, start_index))

    def _move_orphans(self, next_index: int) -> None:
        if not self.images.is_dir():
            return
        orphans = sorted(
            file.name
            for file in self.images.iterdir()
            if (index := image_index(file.name)) is not None and index >= next_index
        )
        for name in orphans:
            self._move_aside(self.images / name)
        if orphans:
            self.fs.sync_directory(self.images)
            self.notes.append(f"{len(orphans)} images without a record moved to {RECOVERED}/")

    def _mark_bad_images(self, records: list[Record], *, every: bool) -> None:
        deleted = self.manifest.deleted_indexes
        keys = image_keys(self.manifest.input_types)
        bad = []
        for record in reversed(records if every else records[-MAX_SPOILT:]):
            if record[INDEX] in deleted:
                continue
            if all(self._image_is_whole(record[key]) for key in keys if key in record):
                if every:
                    continue
                break
            bad.append(record[INDEX])
        if bad:
            deleted.update(bad)
            self.notes.append(f"{len(bad)} records with unreadable images marked as deleted")

    def _image_is_whole(self, name: Any) -> bool:
        try:
            decode_image(checked_image_path(self.images, name))
        except TubError:
            return False
        return True

    def _save_manifest(self) -> None:
        data = self.manifest.to_bytes()
        try:
            if read_regular_file(self.path / MANIFEST, max_bytes=MAX_MANIFEST_BYTES) == data:
                return
        except FileNotFoundError:
            pass
        replace_file(self.fs, self.path / MANIFEST, data)

    def _aside(self) -> Path:
        if self._set_aside is None:
            folder = self.path / RECOVERED
            used = (
                [int(f.name) for f in folder.iterdir() if f.name.isdecimal()]
                if (folder.is_dir())
                else []
            )
            self._set_aside = folder / str(max(used, default=-1) + 1)
            self.fs.make_directory(self._set_aside)
        return self._set_aside

    def _save_aside(self, name: str, data: bytes) -> None:
        write_file(self.fs, self._aside() / name, data, CREATE, sync=True)
        self.fs.sync_directory(self._aside())

    def _move_aside(self, file: Path) -> None:
        self.fs.rename(file, self._aside() / file.name)


def catalog_manifest(name: str, start_index: int) -> bytes:
    """Content of the file beside a catalog.

    It holds no line lengths, so it is written once and cannot go out of date; readers scan the
    catalog instead.
    """
    contents = {
        "created_at": time.time(),
        "line_lengths": [],
        "path": f"{name}_manifest",
        "start_index": start_index,
    }
    return (json.dumps(contents, sort_keys=True) + "\n").encode("ascii")


def _cleaned(line: Line) -> Line:
    if line.record is None:
        return Line(SET_ASIDE, None)
    return Line(line.data + b"\n", line.record) if line.torn else line


def _line_lengths(path: Path) -> list[Any] | None:
    try:
        contents = json.loads(read_regular_file(path, max_bytes=MAX_LINE_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    lengths = contents.get("line_lengths") if isinstance(contents, dict) else None
    return lengths if isinstance(lengths, list) else None


def _runs(records: list[Record]) -> list[range]:
    runs: list[range] = []
    for index in sorted({record[INDEX] for record in records}):
        if runs and runs[-1].stop == index:
            runs[-1] = range(runs[-1].start, index + 1)
        else:
            runs.append(range(index, index + 1))
    return runs

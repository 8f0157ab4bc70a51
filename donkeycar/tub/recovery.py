"""Recovery: brings a tub into order before records are added to it, above all after a crash.

It deletes nothing: bytes and images that belong to no record move to `recovered/<n>/`. After every
step the tub is at least as readable as before, so a crash during recovery is harmless, too.
"""

import logging
from pathlib import Path

from donkeycar.errors import TubError
from donkeycar.tub.aside import Aside
from donkeycar.tub.catalog import (
    Line,
    ReadLines,
    Record,
    catalog_manifest,
    catalogs_in,
    line_lengths,
    newest_of_each,
    read_lines,
    runs_of,
)
from donkeycar.tub.contents import MAX_MANIFEST_BYTES, emptied, load_manifest
from donkeycar.tub.faults import Fault
from donkeycar.tub.filesystem import FileSystem, replace_file
from donkeycar.tub.format import (
    INDEX,
    LAST_START,
    MANIFEST,
    RECOVERED,
    SESSION,
    catalog_number,
    image_index,
    images_folder,
    read_tub_file,
)
from donkeycar.tub.image_names import mend_names
from donkeycar.tub.pictures import Pictures, Progress, mark_all, mark_newest
from donkeycar.tub.recovered import Recovered
from donkeycar.tub.schema import guess_types, image_keys, unknown_types
from donkeycar.words import count, count_are

logger = logging.getLogger(__name__)

# The first ones show what happened; a malicious tub may have any number of them.
MOST_LOGGED = 20
# Bad lines of a catalog that are named one by one.
MOST_NAMED = 1000


def recover(path: Path, fs: FileSystem) -> Recovered:
    """Bring a tub into order for a writer.

    It checks only the newest images, back to the first good one, because a crash damages no others.

    Args:
        path: The tub's folder.
        fs: How to reach the disk.

    Returns:
        The tub.

    Raises:
        TubError: If the tub cannot take more records.
        OSError: If the disk refuses. The tub is no worse than before.
    """
    found = _Recovery(path, fs).run()
    for note in found.notes[:MOST_LOGGED]:
        logger.warning("%s: %s", path, note)
    numbers = [catalog_number(name) or 0 for name in found.manifest.absent_catalogs]
    numbers += [catalog_number(name) or 0 for name in found.manifest.paths[-1:]]
    if max([found.next_index, *numbers]) >= LAST_START:
        raise TubError(f"{path} is full: an index or a catalog has the highest number there is")
    return found


def look_over(
    path: Path,
    fs: FileSystem,
    *,
    accept_loss: bool = False,
    decode: bool = True,
    progress: Progress | None = None,
    read_lines: ReadLines = read_lines,
) -> Recovered:
    """Check everything in a tub, including every image, and mend what repair may mend.

    Args:
        path: The tub's folder.
        fs: How to reach the disk; a `Rehearsal` changes nothing.
        accept_loss: Whether missing catalogs and images are lost for good.
        decode: Whether to decode the images; only a rehearsal may leave that out.
        progress: Called now and then with the number of checked records and of all records.
        read_lines: Reads a catalog.

    Returns:
        The tub, with its faults.

    Raises:
        TubError: If something in the tub leads out of it.
        OSError: If the disk refuses. The tub is no worse than before.
    """
    look = _Recovery(path, fs, thorough=True, accept_loss=accept_loss, progress=progress)
    look.decode, look.read_lines = decode, read_lines
    return look.run()


class _Recovery:
    def __init__(
        self,
        path: Path,
        fs: FileSystem,
        *,
        thorough: bool = False,
        accept_loss: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.path = path
        self.fs = fs
        self.thorough = thorough
        self.accept_loss = accept_loss
        self.decode = True
        self.read_lines: ReadLines = read_lines
        self.progress = progress
        self.images = images_folder(path)
        self.manifest = load_manifest(path)
        self.faults: list[Fault] = []
        self.aside = Aside(path, fs)

    def run(self) -> Recovered:
        names = catalogs_in(self.path)
        if (names or self.thorough) and self.manifest.problems:
            for text in self.manifest.problems:
                what = text if MANIFEST in text else f"{MANIFEST}: {text}"
                self._note("manifest", what, f"{MANIFEST} rebuilt: {text}")
        absent = self._absent_catalogs(set(names))
        self._check_recovered()
        records: list[Record] = []
        kept: list[str] = []
        catalogs: dict[str, list[Line]] = {}
        last_lines = 0
        empty: list[tuple[str, int]] = []
        for name in names:
            try:
                lines = self._clean_catalog(name, is_last=name == names[-1])
            except OSError as error:
                if not self.thorough:
                    raise
                self._note("unreadable file", f"{name}: {error.strerror or error}")
                kept.append(name)
                continue
            if lines:
                kept.append(name)
                found = [line.record for line in lines if line.record is not None]
                self._clean_catalog_manifest(name, lines, found, is_last=name == names[-1])
                catalogs[name] = lines
                records += found
                last_lines = len(lines)
            elif lines == []:
                empty.append((name, len(records)))
        absent += self._empty_catalogs(empty, records)
        result = Recovered(self.manifest, 0, runs_of(records), last_lines, faults=self.faults)
        result.next_index = self._next_index(result.runs, len(absent))
        sessions = (r[SESSION] for r in records if isinstance(r.get(SESSION), str))
        result.session_ids = list(dict.fromkeys(sessions))
        shared = len(records) - sum(map(len, result.runs))
        if shared:
            self._note("shared index", f"{count(shared, 'record')} with the index of a later one")
        self._mend_types(records)
        if self.thorough:
            keys = image_keys(self.manifest.input_types)
            records, renamed = mend_names(self.images, catalogs, keys, records, self.aside)
            self.faults += renamed
        else:
            self._move_orphans(result.next_index)
        self._look_at_images(records, result)
        self.manifest.paths = kept
        self.manifest.absent_catalogs = absent
        self.manifest.current_index = result.next_index
        # Otherwise a future record would be deleted before it exists.
        deleted = self.manifest.deleted_indexes
        self.manifest.deleted_indexes = {i for i in deleted if i < result.next_index}
        if kept or (self.thorough and self.manifest.problems):
            self._save_manifest()
        return result

    def _note(self, name: str, what: str, done: str = "") -> None:
        self.faults.append(Fault(name, what, done))

    def _absent_catalogs(self, there: set[str]) -> list[str]:
        """Catalogs that were listed but are missing: not copied yet, or lost."""
        known = dict.fromkeys([*self.manifest.absent_catalogs, *self.manifest.paths])
        absent = [name for name in known if name not in there]
        if absent and self.accept_loss:
            are = count_are(len(absent), "absent catalog")
            self._note("manifest", "", f"{are} no longer listed: {', '.join(absent[:3])}")
            return []
        told = ""
        if absent and not self.thorough:
            told = f"{count_are(len(absent), 'catalog')} listed but not there: indexes kept free"
        for name in absent:
            what = f"{name} is listed in manifest.json, but is not there"
            self._note("absent catalog", what, told)
            told = ""
        return absent

    def _empty_catalogs(self, empty: list[tuple[str, int]], records: list[Record]) -> list[str]:
        """Listed catalogs that are empty but once contained records; they count as missing."""
        known = {*self.manifest.absent_catalogs, *self.manifest.paths}
        listed = [(name, place) for name, place in empty if name in known]
        indexes = [record[INDEX] for record in records]
        lost = set(emptied(listed, indexes, self.manifest.current_index))
        for name, _ in listed:
            if name not in lost:
                self._note(
                    "empty catalog",
                    f"{name} is empty: nothing was recorded into it. donkeycar 5 cannot train with "
                    "that; a repair takes it off the list",
                )
            elif not self.accept_loss:
                self._note("absent catalog", f"{name} is empty, but held records")
        return [] if self.accept_loss else [name for name, _ in listed if name in lost]

    def _next_index(self, runs: list[range], num_absent: int) -> int:
        """The first index that no record has; records of missing catalogs keep their indexes."""
        after = runs[-1].stop if runs else 0
        if not num_absent:
            return after
        # Not beyond the records of the tub, because the number itself may be damaged.
        return max(
            after, min(self.manifest.current_index, after + num_absent * self.manifest.max_len)
        )

    def _check_recovered(self) -> None:
        if self.aside.is_blocked:
            self._note("recovered is not a folder", f"{RECOVERED} must be a folder, but is not")

    def _mend_types(self, records: list[Record]) -> None:
        """Guess types that are lost or damaged, from the recorded values."""
        manifest = self.manifest
        if not manifest.inputs and records:
            manifest.inputs, manifest.types = guess_types(records)
        unknown = unknown_types(manifest.input_types)
        if not unknown:
            return
        guessed = dict(zip(*guess_types(records), strict=True))
        known = manifest.input_types
        for name, type_name in unknown.items():
            if name in guessed:
                known[name] = guessed[name]
            self._note("unknown type", f"type of {name!r:.60} does not exist: {type_name!r:.60}")
        manifest.inputs, manifest.types = list(known), list(known.values())

    def _look_at_images(self, records: list[Record], result: Recovered) -> None:
        pictures = Pictures(self.images, self.manifest.input_types, decode=self.decode)
        if self.thorough:
            faults, result.bad_images = mark_all(
                pictures,
                self.manifest,
                newest_of_each(records),
                accept_loss=self.accept_loss,
                progress=self.progress,
            )
        else:
            faults = mark_newest(pictures, self.manifest, records)
        self.faults += faults
        result.shapes, result.num_grey = pictures.shapes, pictures.num_grey

    def _clean_catalog(self, name: str, *, is_last: bool) -> list[Line] | None:
        try:
            lines = self.read_lines(self.path, name)
        except TubError as error:
            self._note("not an ordinary file", f"{name}: {error}", f"{name} moved to {RECOVERED}/")
            self.aside.move(self.path / name)
            return None
        good = list(lines)
        if is_last:
            # A writer continues after the last record; repair leaves every line in its place.
            while good and good[-1].record is None:
                if self.thorough and good[-1].placeholder:
                    break
                good.pop()
        bad = [
            (number, line)
            for number, line in enumerate(lines, start=1)
            if line.record is None and not line.placeholder
        ]
        if not bad and len(good) == len(lines) and not (good and good[-1].torn):
            return good
        if self.thorough and good and good[-1].torn and good[-1].record is not None:
            what = f"the last line of {name} has no end: the next record would be written into it"
            self._note("no line end", what, f"the last line of {name} ended")
        if bad:
            self._note_lines(name, bad)
            self.aside.save(f"{name}.lines", b"".join(line.data for _, line in bad))
        good = [line.cleaned() for line in good]
        if good:
            replace_file(self.fs, self.path / name, b"".join(line.data for line in good))
        else:
            self.aside.move(self.path / name)
        return good or None

    def _note_lines(self, name: str, bad: list[tuple[int, Line]]) -> None:
        what, why = count(len(bad), "unreadable line"), bad[-1][1].problem
        told = f"{what} of {name} ({why}) moved to {RECOVERED}/"
        for number, line in bad[:MOST_NAMED]:
            self._note("unreadable line", f"{name} line {number}: {line.problem}", told)
            told = ""
        if len(bad) > MOST_NAMED:
            more = f"{name}: {count(len(bad) - MOST_NAMED, 'more unreadable line')}"
            self._note("unreadable line", more)

    def _clean_catalog_manifest(
        self, name: str, lines: list[Line], records: list[Record], *, is_last: bool
    ) -> None:
        beside = f"{name}_manifest"
        lengths = line_lengths(self.path, beside)
        actual = [len(line.data) for line in lines]
        if lengths == [] or (lengths == actual and (self.thorough or not is_last)):
            return
        # The catalog that grows next must not list lengths, because they would be out of date.
        start_index = records[0][INDEX] if records else 0
        if self.thorough:
            what = f"{beside} does not fit its catalog"
            self._note("file beside a catalog", what, f"{beside} made again")
        self.aside.put(self.path / beside, catalog_manifest(name, start_index))

    def _move_orphans(self, next_index: int) -> None:
        if not self.images.is_dir():
            return
        orphans = sorted(
            file.name
            for file in self.images.iterdir()
            if (index := image_index(file.name)) is not None and index >= next_index
        )
        for name in orphans:
            self.aside.move(self.images / name)
        if orphans:
            self.fs.sync_directory(self.images)
            what = f"{count(len(orphans), 'image')} without a record"
            self._note("orphan images", what, f"{what} moved to {RECOVERED}/")

    def _save_manifest(self) -> None:
        data = self.manifest.to_bytes()
        try:
            if read_tub_file(self.path, MANIFEST, max_bytes=MAX_MANIFEST_BYTES) == data:
                return
        except (TubError, OSError):
            pass  # it is then made again
        self.aside.put(self.path / MANIFEST, data)

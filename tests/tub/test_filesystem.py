"""The disk, where it is not Linux's, and what a record costs it."""

import os

import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES, Crash, FaultyFileSystem
from donkeycar.errors import DeviceError
from donkeycar.tub import TubReader, TubWriter, filesystem
from donkeycar.tub.filesystem import APPEND, FileSystem, replace_file, write_all, write_file


def test_files_are_synchronised_one_by_one_where_there_is_no_syncfs(folder, record, monkeypatch):
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(filesystem, "_SYNCFS", None)
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.fstat(fd).st_ino), fsync(fd)))
    with TubWriter(folder, INPUTS, TYPES) as writer:
        writer.append(record())
        writer.append(record())
    images = {file.stat().st_ino for file in (folder / "images").iterdir()}
    assert images <= set(synced)
    assert (folder / "images").stat().st_ino in synced
    assert len(TubReader(folder)) == 2


def test_a_link_is_not_written_through(folder):
    (folder / "target").write_text("precious")
    (folder / "link").symlink_to(folder / "target")
    with pytest.raises(OSError, match="link"):
        write_file(FileSystem(), folder / "link", b"x", APPEND, sync=False)
    assert (folder / "target").read_text() == "precious"


def test_a_replaced_file_is_old_or_new_after_a_crash_anywhere(folder):
    seen = set()
    for at in range(6):
        file = folder / "file"
        file.write_bytes(b"old content")
        fs = FaultyFileSystem(at, "half-written")
        with pytest.raises(Crash):
            replace_file(fs, file, b"new")
        fs.end_program()
        seen.add(file.read_bytes())
    assert seen == {b"old content", b"new"}


def test_short_writes_are_continued(folder):
    class Sluggish(FileSystem):
        def write(self, fd, data):
            return super().write(fd, data[:3])

    with (folder / "file").open("wb") as file:
        write_all(Sluggish(), file.fileno(), b"0123456789")
    assert (folder / "file").read_bytes() == b"0123456789"


def test_a_disk_that_takes_nothing_is_an_error_and_not_a_loop(folder):
    class Deaf(FileSystem):
        def write(self, fd, data):
            return 0

    with pytest.raises(OSError, match="took nothing"):
        write_all(Deaf(), 1, b"x")


def test_a_full_disk_closes_the_writer_and_says_so(folder, record):
    fs = FaultyFileSystem(30, "ENOSPC")
    writer = TubWriter(folder, INPUTS, TYPES, fs=fs, batch_s=0)
    with pytest.raises(DeviceError, match=r"is full\. Next step: free some space"):
        for number in range(100):
            writer.append(record(number))
    assert writer.closed
    assert len(TubReader(folder)) == writer.durable_count > 0


def test_recording_goes_on_without_a_gap_once_there_is_room_again(folder, record):
    with pytest.raises(DeviceError):
        fs = FaultyFileSystem(30, "ENOSPC")
        with TubWriter(folder, INPUTS, TYPES, fs=fs, batch_s=0) as writer:
            for number in range(100):
                writer.append(record(number))
    safe = len(TubReader(folder))
    with TubWriter(folder, INPUTS, TYPES) as writer:
        assert writer.append(record()) == safe


def test_a_folder_that_may_not_be_written_to_is_named(folder, record):
    class Locked(FileSystem):
        def make_directory(self, path):
            raise PermissionError(13, "Permission denied", str(path))

    with pytest.raises(DeviceError, match="may not be written to"):
        TubWriter(folder / "tub", INPUTS, TYPES, fs=Locked())


def test_a_record_costs_few_metadata_bytes_and_syncs(folder, record, clock):
    fs = FaultyFileSystem()
    num_records, rate_hz = 2400, 20
    with TubWriter(folder, INPUTS, TYPES, fs=fs, clock=clock) as writer:
        for number in range(num_records):
            writer.append(record(number))
            clock.sleep(1 / rate_hz)
    images = sum(file.stat().st_size for file in (folder / "images").iterdir())
    assert (fs.num_written_bytes - images) / num_records < 400
    assert fs.num_syncs / (num_records / rate_hz) < 3

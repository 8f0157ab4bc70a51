"""The log file of a car is small, whole lines, and never in the way of the loop."""

import logging
import os
import shutil
import threading
from types import SimpleNamespace

import pytest

from donkeycar.process import car_log
from donkeycar.process.car_log import NAME, NUM_OLD, CarLog


@pytest.fixture
def path(tmp_path):
    return tmp_path / "logs" / NAME


def finish(log):
    """End it, and wait for the disk longer than a car would."""
    log.close()
    log._thread.join(60)
    assert not log._thread.is_alive()


def record(text):
    return logging.LogRecord("part", logging.WARNING, "", 0, text, None, None)


def test_messages_are_there_after_the_end_with_their_time(path):
    log = CarLog(path, max_bytes=100_000)
    log.emit(record("The camera is slow"))
    log.note("The drive ended")
    finish(log)
    first, second = path.read_text().splitlines()
    assert first.endswith(" WARNING The camera is slow") and first[:2] == "20"
    assert second.endswith(" INFO    The drive ended")


def test_the_next_drive_continues_the_file(path):
    for drive in ("one", "two"):
        log = CarLog(path, max_bytes=100_000)
        log.note(drive)
        finish(log)
    assert [line.split()[-1] for line in path.read_text().splitlines()] == ["one", "two"]


def test_only_its_owner_may_read_it(path):
    log = CarLog(path, max_bytes=100_000)
    log.note("x")
    finish(log)
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600


def test_old_files_go_and_no_line_is_cut(path):
    log = CarLog(path, max_bytes=2_000)
    for number in range(500):
        log.note(f"message {number}")
    finish(log)
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == [NAME, *(f"{NAME}.{n}" for n in range(1, NUM_OLD + 1))]
    assert all(file.stat().st_size <= 2_000 for file in files)
    lines = [line for file in reversed(files) for line in file.read_text().splitlines()]
    numbers = [int(line.split()[-1]) for line in lines]
    assert numbers == list(range(numbers[0], 500))


def test_a_disk_that_hangs_holds_nobody_up_and_what_was_left_out_is_counted(path, monkeypatch):
    hangs, began = threading.Event(), threading.Event()
    usage = shutil.disk_usage

    def slow(folder):
        began.set()
        hangs.wait(60)
        return usage(folder)

    monkeypatch.setattr(car_log.shutil, "disk_usage", slow)
    log = CarLog(path, max_bytes=10_000_000)
    log.note("first")
    assert began.wait(60)
    for number in range(car_log.MOST_WAITING + 7):
        log.note(f"message {number}")
    hangs.set()
    log._waiting.put("last")  # waits for room, as no caller does
    finish(log)
    text = path.read_text()
    assert "(7 messages left out)" in text and text.endswith("last\n")


def test_a_full_disk_keeps_its_room_and_is_said_once(path, monkeypatch, capsys):
    free = SimpleNamespace(free=5e6)
    monkeypatch.setattr(car_log.shutil, "disk_usage", lambda folder: free)
    log = CarLog(path, max_bytes=100_000)
    log.note("one")
    log.note("two")
    finish(log)
    assert path.read_text() == ""
    said = capsys.readouterr().err
    assert said.count("is not written until that changes: less than 100 MB are free") == 1


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path, capsys):
    (tmp_path / "logs").write_text("a file")
    log = CarLog(tmp_path / "logs" / NAME, max_bytes=100_000)
    log.note("one")
    log.note("two")
    finish(log)
    assert capsys.readouterr().err.count("is not written") == 1


def test_a_message_that_cannot_be_formatted_does_no_harm(path):
    log = CarLog(path, max_bytes=100_000)
    log.emit(logging.LogRecord("part", logging.INFO, "", 0, "%d", ("no number",), None))
    log.note("goes on")
    finish(log)
    assert path.read_text().splitlines()[-1].endswith("goes on")

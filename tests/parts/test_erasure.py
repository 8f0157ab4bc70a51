"""Erasing the last seconds of a recording while it goes on, and taking it back."""

import time

import pytest

from donkeycar.parts.eraser import Eraser
from donkeycar.parts.erasure import UNDO, Erase, Erasure
from donkeycar.parts.recorder import TubRecorder
from donkeycar.tub import TubReader, TubWriter, check


@pytest.fixture
def writer(tmp_path):
    with TubWriter(tmp_path / "tub", ["user/angle"], ["float"]) as writer:
        yield writer


def record(writer, erasure, *seconds):
    for second in seconds:
        index = writer.append({"user/angle": 0.1}, timestamp_ms=round(1000 * second))
        erasure.note(index, round(1000 * second))


def left(writer):
    return [record["_index"] for record in TubReader(writer.path).records()]


def test_the_last_seconds_end_at_the_newest_record_that_is_left(writer):
    erasure = Erasure()
    record(writer, erasure, 0, 2, 4, 6, 8)
    erasure.obey(Erase(seconds=5), writer)
    assert left(writer) == [0, 1], "what is 5 s before the newest stays"
    assert erasure.undoable == 3
    erasure.obey(Erase(seconds=1), writer)
    assert left(writer) == [0]
    assert erasure.undoable == 1


def test_undo_takes_back_one_erasing_at_a_time_the_newest_first(writer):
    erasure = Erasure()
    record(writer, erasure, 0, 2, 4, 6, 8)
    erasure.obey(Erase(seconds=3), writer)
    erasure.obey(Erase(seconds=3), writer)
    assert left(writer) == [0]
    erasure.obey(UNDO, writer)
    assert left(writer) == [0, 1, 2]
    erasure.obey(UNDO, writer)
    assert left(writer) == [0, 1, 2, 3, 4]
    assert erasure.undoable == 0
    erasure.obey(UNDO, writer)
    assert left(writer) == [0, 1, 2, 3, 4], "there is nothing to take back"


def test_what_was_recorded_meanwhile_stays_when_an_erasing_is_taken_back(writer):
    erasure = Erasure()
    record(writer, erasure, 0, 4, 8)
    erasure.obey(Erase(seconds=5), writer)
    record(writer, erasure, 20, 21)
    erasure.obey(UNDO, writer)
    assert left(writer) == [0, 1, 2, 3, 4]
    erasure.obey(Erase(seconds=5), writer)
    assert left(writer) == [0, 1, 2], "the newest seconds, not the ones that came back"


def test_nothing_recorded_is_nothing_to_erase(writer):
    erasure = Erasure()
    erasure.obey(Erase(seconds=5), writer)
    erasure.obey(UNDO, writer)
    assert erasure.undoable == 0


def test_a_press_of_the_gamepad_can_be_taken_back_too(writer):
    erasure = Erasure()
    record(writer, erasure, 0, 1, 2)
    erasure.obey(Erase(records=2), writer)
    assert left(writer) == [0]
    erasure.obey(UNDO, writer)
    assert left(writer) == [0, 1, 2]


def wait_for(condition):
    end_s = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end_s, "it never came true"
        time.sleep(0.005)


def test_an_erasing_through_the_recorder_is_on_the_disk_at_once(tmp_path):
    """A power cut after it brings nothing back: the mark is in the manifest."""
    path = tmp_path / "tub"
    recorder = TubRecorder(path, inputs=["user/angle"], types=["float"], min_free_fraction=0)
    eraser = Eraser(recorder)
    for _ in range(10):
        recorder.run(0.5)
    assert eraser.run(()) == 0
    eraser.run(("erase_seconds",))
    wait_for(lambda: eraser.run(()) == 10)
    assert len(TubReader(path)) == 0, "read beside the recorder, which still runs"
    eraser.run(("undo_erase",))
    wait_for(lambda: eraser.run(()) == 0)
    assert len(TubReader(path)) == 10
    recorder.shutdown()
    assert check(path).problems == []

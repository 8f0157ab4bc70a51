import threading
import time

import numpy as np
import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES, FaultyFileSystem
from donkeycar.errors import PartError, TubError
from donkeycar.parts import recorder as recorder_module
from donkeycar.parts.recorder import TubRecorder
from donkeycar.tub import TubReader, TubWriter, check
from donkeycar.tub.filesystem import FileSystem

IMAGE = np.zeros((12, 16, 3), np.uint8)
VALUES = (IMAGE, 0.5, 0.25, "user")


@pytest.fixture
def make_recorder(tmp_path):
    """Makes recorders into one tub and shuts them down."""
    made = []

    def make(**changes):
        arguments = {"inputs": INPUTS, "types": TYPES, "min_free_fraction": 0.0, **changes}
        made.append(TubRecorder(tmp_path / "tub", **arguments))
        return made[-1]

    yield make
    for recorder in made:
        recorder.shutdown()


def wait_for(condition, timeout_s=5):
    end_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end_s, "it never came true"
        time.sleep(0.005)


class HeldDisk(FileSystem):
    """A disk that takes nothing until it is let go."""

    def __init__(self):
        self.going = threading.Event()
        self.going.set()
        self.waiting = threading.Event()

    def open(self, path, flags):
        if not self.going.is_set():
            self.waiting.set()
        self.going.wait()
        return super().open(path, flags)


class SmallDisk(FileSystem):
    """A disk with as much room as a test says."""

    def __init__(self, free):
        self.free = free

    def free_bytes(self, path):
        return self.free, 10_000_000_000


def test_what_was_put_in_is_in_the_tub(make_recorder):
    recorder = make_recorder(metadata={"driver": "me"})
    for number in range(5):
        recorder.run(IMAGE, number / 10, 0.25, "user")
    recorder.shutdown()
    tub = TubReader(recorder.path)
    assert [record["user/angle"] for record in tub] == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert tub.manifest.metadata == {"driver": "me"}
    assert recorder.run(*VALUES) == (5, "")


def test_the_count_is_of_what_is_safe(make_recorder):
    recorder = make_recorder()
    assert recorder.run(*VALUES) == (0, "")
    wait_for(lambda: recorder.run(*VALUES)[0] > 0)
    assert recorder.run(*VALUES)[0] <= len(TubReader(recorder.path))


def test_a_batch_is_flushed_though_nothing_follows(make_recorder):
    recorder = make_recorder(switched=True)
    recorder.run(True, *VALUES)
    wait_for(lambda: recorder.run(False, *VALUES)[0] == 1)


def test_the_count_begins_with_what_the_tub_holds(make_recorder, tmp_path):
    with TubWriter(tmp_path / "tub", INPUTS, TYPES) as writer:
        writer.append(dict(zip(INPUTS, VALUES, strict=True)))
    recorder = make_recorder(switched=True)
    wait_for(lambda: recorder.run(False, *VALUES)[0] == 1)


def test_nothing_is_recorded_while_switched_off(make_recorder):
    recorder = make_recorder(switched=True)
    for take in (True, False, None, 0, True):
        recorder.run(take, *VALUES)
    recorder.shutdown()
    assert len(TubReader(recorder.path)) == 2


def test_odd_values_do_not_end_the_drive(make_recorder):
    recorder = make_recorder()
    for angle in (np.float32(0.5), None, float("nan"), "left", [1], np.zeros(3)):
        recorder.run(IMAGE, angle, np.int64(1), None)
    recorder.shutdown()
    records = TubReader(recorder.path).records()
    assert [record.get("user/angle") for record in records] == [0.5, None, None, None, None, None]


def test_an_unusable_value_is_shown_until_a_good_one_comes(make_recorder):
    recorder = make_recorder()
    recorder.run(IMAGE, "left", 0.0, "user")
    wait_for(lambda: "user/angle is not recorded" in recorder.status)
    recorder.run(*VALUES)
    wait_for(lambda: recorder.status == "")


def test_a_value_that_does_not_fit_is_told_once_and_then_counted(make_recorder, caplog):
    """What used to happen: 3.7 became 3, "no" became True, and nobody was told."""
    recorder = make_recorder(
        inputs=[*INPUTS, "my/gear", "my/lights"], types=[*TYPES, "int", "boolean"]
    )
    for gear in (1, 3.7, 2, 3.7, 3.7):
        recorder.run(*VALUES, gear, "no")
    wait_for(lambda: recorder.left_out.num_values == {"my/gear": 3, "my/lights": 5})
    assert recorder.status == (
        "my/lights is not recorded, 5 values so far. A column of type boolean takes True and "
        "False, or 1 and 0. Received: 'no' (str). Next step: let the part write such a value, or "
        "give the column the type str."
    )
    recorder.shutdown()
    records = list(TubReader(recorder.path))
    assert [record.get("my/gear") for record in records] == [1, None, 2, None, None]
    assert not any("my/lights" in record for record in records)
    assert [record["user/angle"] for record in records] == [0.5] * 5
    told = [record.getMessage() for record in caplog.records]
    assert [text.partition(".")[0] for text in told] == [
        "my/lights is not recorded", "my/gear is not recorded",
        "my/lights: 5 values not recorded", "my/gear: 3 values not recorded",
    ]  # fmt: skip


@pytest.mark.parametrize("depth", [None, np.zeros((4, 4), np.uint8), "near"])
def test_a_second_picture_that_does_not_come_costs_no_record(make_recorder, depth):
    """What used to happen: the whole record was lost, the frame with it."""
    recorder = make_recorder(inputs=[*INPUTS, "my/depth"], types=[*TYPES, "gray16_array"])
    recorder.run(*VALUES, depth)
    recorder.run(*VALUES, np.ones((4, 4), np.uint16))
    recorder.shutdown()
    tub = TubReader(recorder.path)
    first, second = tub
    assert (first["user/angle"], "my/depth" in first) == (0.5, False)
    assert tub.image(first, "cam/image_array").shape == IMAGE.shape
    assert (tub.image(second, "my/depth") == 1).all()
    assert recorder.left_out.num_values == ({} if depth is None else {"my/depth": 1})
    assert check(recorder.path).problems == []


def test_a_record_without_an_image_is_left_out_and_shown(make_recorder):
    recorder = make_recorder()
    recorder.run(*VALUES)
    recorder.run(None, 0.5, 0.25, "user")
    wait_for(lambda: recorder.status.startswith("1 record left out"))
    recorder.run(*VALUES)
    recorder.shutdown()
    assert (len(TubReader(recorder.path)), recorder.left_out.num_records) == (2, 1)


def test_before_the_first_frame_nothing_is_left_out(make_recorder, caplog):
    """The log used to say "1 record left out ... Received: NoneType"."""
    recorder = make_recorder()
    for _ in range(3):
        assert recorder.run(None, 0.5, 0.25, "user") == (
            0, "Recording begins with the first frame of the camera.",
        )  # fmt: skip
    recorder.run(*VALUES)
    assert recorder.status == ""
    recorder.shutdown()
    assert (len(TubReader(recorder.path)), recorder.left_out.num_records) == (1, 0)
    assert caplog.records == []


def test_a_list_that_changes_later_is_recorded_as_it_was(make_recorder):
    recorder = make_recorder(inputs=["x", "y"], types=["list", "nparray"])
    numbers, array = [1, 2], np.ones(2)
    recorder.run(numbers, array)
    numbers.append(3)
    array[:] = 9
    recorder.shutdown()
    (record,) = TubReader(recorder.path)
    assert (record["x"], record["y"]) == ([1, 2], [1.0, 1.0])


def test_a_stalled_disk_does_not_hold_up_the_loop_and_costs_the_oldest(make_recorder):
    disk = HeldDisk()
    recorder = make_recorder(fs=disk, queue_size=8)
    disk.going.clear()
    recorder.run(IMAGE, 0.99, 0.25, "user")
    assert disk.waiting.wait(5), "the first record is in the thread's hands"
    start_s = time.monotonic()
    for number in range(20):
        recorder.run(IMAGE, number / 100, 0.25, "user")
    assert time.monotonic() - start_s < 0.5
    assert (recorder.queue_length, recorder.num_dropped) == (8, 12)
    assert recorder.status == "12 records lost: the disk does not keep up."
    disk.going.set()
    recorder.shutdown()
    angles = [round(record["user/angle"] * 100) for record in TubReader(recorder.path)]
    assert angles == [99, 12, 13, 14, 15, 16, 17, 18, 19]


class SlowToOpen(FileSystem):
    """A disk on which opening the tub ends when the test says so."""

    def __init__(self):
        self.going = threading.Event()

    def make_directory(self, path):
        self.going.wait()
        return super().make_directory(path)


def test_records_lost_while_a_large_tub_opens_are_not_blamed_on_the_disk(make_recorder):
    """A tub of 300,000 records took seconds to open, and the driver looked for a faster card."""
    disk = SlowToOpen()
    recorder = make_recorder(fs=disk, queue_size=8)
    for _ in range(20):
        recorder.run(*VALUES)
    assert recorder.status.startswith("12 records lost: opening this large tub takes longer")
    disk.going.set()
    recorder.shutdown()
    assert len(TubReader(recorder.path)) == 8


def test_a_lossless_recorder_waits_instead(make_recorder):
    recorder = make_recorder(queue_size=2, lossless=True)
    for _ in range(100):
        recorder.run(*VALUES)
    recorder.shutdown()
    assert len(TubReader(recorder.path)) == 100
    assert recorder.num_dropped == 0


def test_a_full_disk_ends_the_recording_and_not_the_drive(make_recorder):
    recorder = make_recorder(fs=FaultyFileSystem(40, "ENOSPC"))
    wait_for(lambda: "is full. Next step: free some space" in recorder.run(*VALUES)[1])
    count, status = recorder.run(*VALUES)
    assert status.startswith("Recording stopped.")
    wait_for(lambda: recorder.queue_length == 0)
    recorder.shutdown()
    if count:
        assert len(TubReader(recorder.path)) == count


def test_recording_stops_before_the_disk_is_full(make_recorder):
    recorder = make_recorder(fs=SmallDisk(150_000_000))
    wait_for(lambda: "150 MB free, 200 MB must stay free" in recorder.run(*VALUES)[1])


def test_the_share_that_must_stay_free_counts_on_a_large_disk(make_recorder):
    recorder = make_recorder(fs=SmallDisk(400_000_000), min_free_fraction=0.05)
    wait_for(lambda: "500 MB must stay free" in recorder.run(*VALUES)[1])


def test_recording_begins_anew_after_a_pause_once_there_is_room(make_recorder, monkeypatch):
    monkeypatch.setattr(recorder_module, "PAUSE_S", 0.4)
    disk = SmallDisk(0)
    recorder = make_recorder(fs=disk)
    recorder.run(*VALUES)
    wait_for(lambda: recorder.status)
    disk.free = 10**10
    assert recorder.run(*VALUES)[1], "without a pause it stays stopped"
    time.sleep(0.5)
    recorder.run(*VALUES)
    wait_for(lambda: not recorder.status)
    recorder.shutdown()
    assert len(TubReader(recorder.path)) == 1


def test_frames_between_which_nothing_is_taken_are_one_recording(make_recorder):
    recorder = make_recorder(switched=True, fs=SmallDisk(0))
    wait_for(lambda: recorder.run(True, *VALUES)[1])
    recorder.run(False, *VALUES)
    recorder.run(True, *VALUES)
    assert recorder.status, "a tick without a new frame does not start the recording again"


def test_a_tub_that_cannot_be_used_is_told_and_does_not_stop_the_car(make_recorder, tmp_path):
    with TubWriter(tmp_path / "tub", ["user/angle"], ["str"]) as writer:
        writer.append({"user/angle": "left"})
    recorder = make_recorder()
    wait_for(lambda: "holds 'user/angle' as str" in recorder.run(*VALUES)[1])
    recorder.shutdown()
    assert len(TubReader(tmp_path / "tub")) == 1, "what was there is there"
    [inner] = (tmp_path / "tub").glob("tub_1_*")
    assert len(TubReader(inner)) > 0
    assert recorder.status.startswith(f"Recording into {inner}: This tub holds")


def test_a_tub_that_somebody_else_records_into_gets_no_tub_inside(make_recorder, tmp_path):
    with TubWriter(tmp_path / "tub", INPUTS, TYPES):
        recorder = make_recorder()
        wait_for(lambda: "Another program is recording" in recorder.run(*VALUES)[1])
    assert not list((tmp_path / "tub").glob("tub_*"))


def test_a_fault_of_the_recorder_itself_is_shown(make_recorder, caplog):
    class Faulty(FileSystem):
        def free_bytes(self, path):
            raise ZeroDivisionError("a bug")

    recorder = make_recorder(fs=Faulty())
    wait_for(lambda: "stopped by a fault of the recorder: a bug" in recorder.run(*VALUES)[1])
    assert "ZeroDivisionError" in caplog.text


def test_erasing_includes_what_still_waits(make_recorder):
    disk = HeldDisk()
    recorder = make_recorder(fs=disk)
    disk.going.clear()
    for number in range(5):
        recorder.run(IMAGE, number / 10, 0.25, "user")
    recorder.erase_last(2)
    recorder.run(IMAGE, 0.9, 0.25, "user")
    disk.going.set()
    recorder.shutdown()
    assert [record["user/angle"] for record in TubReader(recorder.path)] == [0.0, 0.1, 0.2, 0.9]
    assert recorder.run(*VALUES)[0] == 4


def test_shutdown_is_bounded_when_the_disk_hangs(make_recorder, monkeypatch, caplog):
    monkeypatch.setattr(recorder_module, "SHUTDOWN_S", 0.1)
    disk = HeldDisk()
    recorder = make_recorder(fs=disk)
    disk.going.clear()
    recorder.run(*VALUES)
    recorder.shutdown()
    assert "did not finish within" in caplog.text
    disk.going.set()


def test_the_wrong_number_of_values_is_refused(make_recorder):
    with pytest.raises(PartError, match="needs 4 values. Received: 1"):
        make_recorder().run(IMAGE)


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"queue_size": 0}, PartError), ({"types": ["float"]}, TubError)],
)
def test_impossible_arguments_are_refused(make_recorder, changes, error):
    with pytest.raises(error, match="must be"):
        make_recorder(**changes)


def test_a_file_is_refused_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TubError, match="a file"):
        TubRecorder(tmp_path / "file", inputs=INPUTS, types=TYPES)

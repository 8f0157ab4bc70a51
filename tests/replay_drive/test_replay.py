"""A recorded drive through the real parts of a car, in simulated time."""

import signal

import numpy as np
import pytest

from donkeycar.errors import ConfigError, PilotError, TubError
from donkeycar.pilots import load_pilot
from donkeycar.replay_drive.compare import compare
from donkeycar.replay_drive.run import replay
from donkeycar.replay_drive.settings import settings_for
from donkeycar.replay_drive.takes import takes_of
from donkeycar.tub import TubReader, TubWriter, open_tub

STEADY = range(0, 1500, 50)


@pytest.fixture(scope="module")
def trace(drive, office, linear):
    return drive(office, linear)


def column(trace, name):
    return np.array(trace.channels[name], float)


def test_every_record_gets_the_answer_of_its_own_frame(trace, office, linear):
    # What could happen: an answer to the frame before, or to the one after.
    tub, pilot = open_tub(office), load_pilot(linear.path, type="linear")
    records = tub.records()[: len(trace.places)]
    assert [place.record for place in trace.places] == [record["_index"] for record in records]
    right = [min(max(pilot.infer(tub.image(record))[0], -1), 1) for record in records]
    np.testing.assert_allclose(column(trace, "pilot/angle"), right, atol=2e-6)
    np.testing.assert_allclose(column(trace, "command/angle"), right, atol=2e-6)


def test_the_same_drive_gives_the_same_trace_to_the_last_bit(trace, drive, office, linear):
    assert drive(office, linear) == trace


def test_the_wheels_get_what_the_guardian_lets_through_as_pulses(trace):
    steering, pulse_us = column(trace, "wheels/steering"), column(trace, "pulse/PWM_STEERING_PIN")
    # 460 at the left, 290 at the right: counts of 4.08 us, in whole counts.
    wanted_us = 4.08 * np.round(375 - 85 * steering)
    np.testing.assert_allclose(pulse_us, wanted_us, atol=0.01)
    assert np.ptp(pulse_us) > 20


def test_no_time_passes_but_simulated_time(drive, office, linear, monkeypatch):
    import time

    def sleeps(seconds):
        raise AssertionError(f"it slept for {seconds} s")

    monkeypatch.setattr(time, "sleep", sleeps)
    # The library of the PCA9685 itself waits 5 ms for its chip.
    assert drive(office, linear, "DRIVE_TRAIN_TYPE=MOCK", last=3).places


def test_a_person_drives_as_recorded(drive, write_tub):
    trace = drive(write_tub(STEADY), None)
    np.testing.assert_allclose(column(trace, "user/angle"), np.arange(30) / 30, atol=1e-6)
    assert set(trace.channels["command/source"]) == {"user"}
    np.testing.assert_allclose(column(trace, "wheels/throttle")[1:], 0.3, atol=1e-4)


def test_in_local_angle_the_pilot_steers_and_the_person_gives_throttle(drive, office, linear):
    trace = drive(office, linear, mode="local_angle")
    assert set(trace.channels["command/source"]) == {"user+pilot"}
    np.testing.assert_array_equal(column(trace, "angle"), column(trace, "pilot/angle"))
    assert (column(trace, "throttle") <= 0.5).all()


def test_a_pause_ends_the_car_and_the_next_record_begins_with_a_new_one(drive, write_tub, linear):
    times_ms = [*range(0, 500, 50), *range(3000, 3500, 50)]
    trace = drive(write_tub(times_ms), linear)
    assert len(trace.places) == 20
    (stop,) = trace.stops
    assert stop.place.record == 9
    assert "The recording pauses" in stop.reason
    assert "no new frame for 500 ms" in stop.reason
    assert "max_age_s" not in stop.reason, "what used to be told: an attribute of a class"
    assert trace.channels["drivetrain/state"][9] == "safe"
    assert trace.channels["wheels/throttle"][9] == 0.0
    assert trace.channels["cam/sequence"][10] == 21.0, "one second before its first record"


def test_a_frame_that_comes_just_too_late_ends_the_car_and_no_record_is_lost(
    drive, write_tub, linear
):
    """What used to happen: 0.48 s are no pause, but with its latency the frame came too late."""
    times_ms = [*range(0, 500, 50), *range(930, 1400, 50)]
    trace = drive(write_tub(times_ms), linear)
    assert [place.record for place in trace.places] == [*range(20)]
    (stop,) = trace.stops
    assert stop.place.record == 9
    assert "The next frame is exposed 480 ms later and reaches the car 60 ms" in stop.reason


def test_a_camera_that_is_always_too_late_is_refused(drive, write_tub, linear):
    """What used to happen: an endless row of cars, none of which came to its first record."""
    with pytest.raises(ConfigError, match="from one frame to the next 50 ms, and 600 ms from the"):
        drive(write_tub(STEADY), linear, "CAMERA_LATENCY_S=0.6")


@pytest.mark.parametrize(("step_ms", "told"), [(499, "499 ms, and"), (600, "500 ms or more, and")])
def test_frames_too_far_apart_are_refused_in_words_of_the_recording(
    drive, write_tub, step_ms, told
):
    """What used to be told: "RecordedCamera must give a new value every max_age_s=0.5"."""
    tub = write_tub(range(0, 10 * step_ms, step_ms))
    with pytest.raises(ConfigError, match=f"record 0: from one frame to the next {told}") as error:
        drive(tub)
    assert "RecordedCamera" not in str(error.value)
    advice = str(error.value).rpartition("add --set ")[2]
    assert len(drive(tub, None, advice).places) == 10, "what the error advises must work"


def test_a_part_that_ends_before_it_begins_is_refused(write_tub):
    """What used to be advised: donkey tub restore, for records that nobody had deleted."""
    with pytest.raises(ConfigError, match="not be before `--start`. Received: --start 20 --end 5"):
        takes_of(TubReader(write_tub(STEADY)), first=20, last=5)


def test_the_order_of_the_person_is_kept_as_recorded(drive, write_tub):
    """What used to be kept: what the limit of the car had made of it, e.g. 0.5 of 0.94."""
    trace = drive(write_tub(STEADY, **{"user/throttle": 0.94}), None)
    assert {order.throttle for order in trace.person} == {0.94}
    np.testing.assert_allclose(column(trace, "throttle")[1:], 0.5)
    (note,) = trace.notes
    assert note.startswith(
        "The throttle of the recorded person is above the limit of this car, "
        "JOYSTICK_MAX_THROTTLE = 0.5, in 30 records, from record 0 on: the wheels get the limit."
    )


def test_without_the_drivers_the_note_names_the_extra(drive, write_tub, monkeypatch):
    """What used to happen: the note named two libraries, and no page said where they come from."""
    import sys

    monkeypatch.setitem(sys.modules, "adafruit_pca9685", None)
    trace = drive(write_tub(STEADY), None)
    (note,) = trace.notes
    assert "need the drivers of the extra [pi], which can be installed on a PC, too. " in note
    assert not any(name.startswith("pulse/") for name in trace.channels)


def test_tubs_of_one_name_are_told_apart(defaults, write_tub, tmp_path):
    """What used to be told: "record 10 of tub_1", of fleet/blue/tub_1 and fleet/red/tub_1."""
    tubs = []
    for team in ("blue", "red"):
        (tmp_path / team).mkdir()
        tubs.append(write_tub(STEADY[:3], name=f"{team}/tub_1"))
    trace = replay(tubs, settings_for(defaults), mode="user")
    assert trace.tubs == ["blue/tub_1", "red/tub_1"]
    assert trace.where(trace.places[-1]) == "record 2 of red/tub_1"


def test_after_a_gap_the_car_drives_on_by_itself(drive, write_tub, linear):
    times_ms = [*range(0, 500, 50), *range(850, 1300, 50)]
    trace = drive(write_tub(times_ms), linear)
    (stop,) = trace.stops
    assert stop.place.record == 9
    assert stop.reason.startswith("There is no frame for 400 ms. The camera has given no frame for")
    assert trace.channels["wheels/throttle"][9] == 0.0
    assert set(trace.channels["drivetrain/state"][10:]) == {"run"}


@pytest.mark.parametrize("gap_ms", [200, 220, 240, 260, 300])
def test_a_gap_is_not_called_a_busy_computer(drive, write_tub, linear, gap_ms):
    """What used to happen: "this computer was busy", though a replay has no time of its own."""
    start_ms = 450 + gap_ms
    trace = drive(write_tub([*range(0, 500, 50), *range(start_ms, start_ms + 450, 50)]), linear)
    reasons = [stop.reason for stop in trace.stops]
    assert reasons
    assert not any("busy" in reason for reason in reasons), reasons
    assert all("gap" in reason or "no frame" in reason for reason in reasons), reasons


def test_deleted_records_leave_a_pause(write_tub):
    path = write_tub(STEADY)
    with TubWriter(path, ["cam/image_array"], ["image_array"]) as tub:
        tub.delete(range(10, 25))
    takes = takes_of(TubReader(path))
    assert [len(take.frames) for take in takes] == [10, 5]
    assert [take.pauses for take in takes] == [True, False]


@pytest.mark.parametrize(
    ("times_ms", "lengths"),
    [
        ([0, 50, 100, 40, 90], [3, 2]),  # the clock was set back
        ([0, 1, 2, 3, 4], [5]),  # times that a program lost: 20 a second
        ([0, 0, 0, 0], [4]),
        ([0], [1]),
        ([0, 50, 600, 650], [2, 2]),
    ],
)
def test_times_of_all_kinds_make_takes(write_tub, times_ms, lengths):
    takes = takes_of(TubReader(write_tub(times_ms)))
    assert [len(take.frames) for take in takes] == lengths
    assert all(0 < take.interval_s <= 0.5 for take in takes)


@pytest.mark.parametrize("name", ["donkey_testtub_v2", "sim_usi_v1", "tiny_v1", "usi_track2_v2"])
def test_recordings_of_other_cars_are_driven(shared_data, drive, linear, name):
    trace = drive(shared_data / name, linear, last=12)
    wanted = [record["_index"] for record in open_tub(shared_data / name)]
    assert [place.record for place in trace.places] == [index for index in wanted if index <= 12]
    assert np.isfinite(column(trace, "pilot/angle")).all()


def test_a_picture_that_cannot_be_read_gives_no_frame(drive, write_tub, linear):
    path = write_tub(STEADY)
    (path / "images" / "5_cam_image_array_.jpg").write_bytes(b"")
    trace = drive(path, linear)
    assert [place.record for place in trace.places] == [*range(5), *range(6, 30)]
    assert trace.notes == [
        "1 picture cannot be read, the first one of record 5: the car gets no frame there"
    ]


def test_a_tub_without_a_picture_that_can_be_read_is_refused(drive, write_tub, linear):
    path = write_tub([0, 50])
    for image in (path / "images").iterdir():
        image.write_bytes(b"")
    with pytest.raises(TubError, match="must hold pictures that can be read"):
        drive(path, linear)
    with pytest.raises(TubError, match="records with a picture.* from 7 to 9"):
        drive(path, linear, first=7, last=9)


def test_depth_and_other_columns_are_left_alone(drive, write_tub, linear):
    columns = {"cam/depth_array": "gray16_array", "my/gear": "int"}
    depth = np.full((120, 160), 900, np.uint16)
    path = write_tub(STEADY, columns=columns, **{"cam/depth_array": depth, "my/gear": 2})
    assert compare(drive(path, linear), drive(write_tub(STEADY, name="flat"), linear)).is_same


def test_without_a_pilot_there_is_no_pilot_mode(drive, office):
    with pytest.raises(ConfigError, match="needs a pilot. Received: none. Add --model PILOT"):
        drive(office, mode="local")


def test_a_pilot_that_cannot_drive_this_car_is_refused(drive, office, linear):
    with pytest.raises(PilotError, match="frames of"):
        drive(office, linear, "IMAGE_W=200")


def test_caution_needs_a_pilot_that_can_tell(drive, office, linear):
    with pytest.raises(ConfigError, match="AI_CAUTION needs a pilot with a novelty model"):
        drive(office, linear, "AI_CAUTION=1.0")


LIMITED = {
    "JOYSTICK_MAX_THROTTLE=0.2": "throttle",
    "AI_THROTTLE_MULT=0.3": "throttle",
    "CAMERA_LATENCY_S=0.08": "drivetrain/age_s",
    "DRIVE_TRAIN_TYPE=DC_STEER_THROTTLE": "pulse/LEFT_DUTY_PIN",
}


@pytest.mark.parametrize("change", LIMITED)
def test_settings_of_the_car_decide(trace, drive, office, linear, change):
    found = compare(drive(office, linear, change), trace)
    assert LIMITED[change] in {one.channel for one in found.changed}


def test_ctrl_c_ends_a_replay_and_not_only_one_of_its_cars(drive, write_tub):
    """What used to happen: the car ended as if its drive were over, and the next one began."""
    tub = write_tub([*range(0, 500, 50), *range(3000, 3500, 50)])

    def interrupt(num, num_all):
        if num == 5:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        drive(tub, progress=interrupt)


KINDS = {
    "PWM_STEERING_THROTTLE": 2,
    "I2C_SERVO": 2,
    "DC_TWO_WHEEL_L298N": 6,
    "SERVO_HBRIDGE_2PIN": 3,
    "MOCK": 2,
    "VESC": 0,
    "SIM": 0,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_drivetrain_is_driven_as_far_as_it_is_emulated(drive, office, linear, kind):
    trace = drive(office, linear, f"DRIVE_TRAIN_TYPE={kind}", last=10)
    pulses = [name for name in trace.channels if name.startswith("pulse/")]
    assert len(pulses) == KINDS[kind]
    assert bool(pulses) or trace.notes == [
        f"The hardware of DRIVE_TRAIN_TYPE {kind} is not emulated: the replay ends with what the "
        "guardian lets through"
    ]
    assert not pulses or any(trace.channels[name][-1] for name in pulses)

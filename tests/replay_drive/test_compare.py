"""Where two traces differ."""

import math

import pytest

from donkeycar.errors import ConfigError
from donkeycar.replay_drive.compare import against_driver, compare
from donkeycar.replay_drive.trace import Order, Place, Trace
from donkeycar.replay_drive.words import lines_of, rows_of

NAMES = ("A", "B")


def trace(records=range(4), *, tubs=1, settings=None, mode="local", **channels):
    about = {
        "donkeycar": "6.0.0",
        "mode": mode,
        "pilot": None,
        "tubs": [{"name": f"tub_{number}", "records": 4} for number in range(tubs)],
        "settings": settings or {},
    }
    made = Trace(about, [Place(0, record) for record in records])
    made.channels = {name.replace("__", "/"): list(values) for name, values in channels.items()}
    return made


def test_what_is_equal_is_the_same():
    one = trace(angle=[0.0, 0.1, 0.2, 0.3], user__mode=["local"] * 4, cam=[(0.1, 0.2)] * 4)
    found = compare(one, one)
    assert found.is_same
    assert lines_of(one, found, NAMES) == [
        "A and B are the same: none of 3 channels differs by more than 0.001 in 4 records.",
        "No place differs.",
        "Stops: none.",
    ]


@pytest.mark.parametrize("far", [1.1e-3, -1.1e-3, 0.5])
def test_more_than_the_tolerance_differs(far):
    one = trace(angle=[0.0, 0.1, 0.2, 0.3])
    other = trace(angle=[0.0, 0.1, 0.2 + far, 0.3])
    (row,) = compare(one, other).changed
    assert (row.num, row.first, row.worst) == (1, Place(0, 2), Place(0, 2))
    assert row.most == pytest.approx(abs(far))
    assert row.mean == pytest.approx(abs(far) / 4)


def test_less_than_the_tolerance_does_not():
    one, other = trace(angle=[0.0] * 4), trace(angle=[0.0009] * 4)
    assert compare(one, other).is_same
    assert not compare(one, other, tolerance=0.0).is_same


@pytest.mark.parametrize(
    ("here", "there"),
    [(None, 0.0), ("run", "safe"), ((1.0,), (1.0, 2.0)), (0.0, "nan"), ("", None)],
)
def test_what_is_no_number_must_be_equal(here, there):
    found = compare(trace(x=[here] * 4), trace(x=[there] * 4))
    (row,) = found.changed
    assert (row.num, row.most) == (4, math.inf)


def test_a_channel_that_only_one_has_differs():
    assert not compare(trace(x=[1.0] * 4, y=[1.0] * 4), trace(x=[1.0] * 4)).is_same


def test_a_channel_can_be_left_out():
    """A reference of an earlier version lacks what a later one writes."""
    one, other = trace(x=[1.0] * 4, my__new=[1.0] * 4), trace(x=[1.0] * 4)
    assert compare(one, other, ignored=["my/*"]).is_same
    # It was "the same", as none of 0 channels differed.
    with pytest.raises(ConfigError, match="must leave a channel to compare. Received: '.'"):
        compare(one, other, ignored=["*"])
    with pytest.raises(ConfigError, match="must name a channel.*Received: 'your/.'"):
        compare(one, other, ignored=["your/*"])


def test_a_record_that_only_one_has_differs():
    one, other = trace(range(4), x=[1.0] * 4), trace(range(1, 6), x=[1.0] * 5)
    found = compare(one, other)
    assert found.only_one == ([Place(0, 0)], [Place(0, 4), Place(0, 5)])
    assert (found.num_records, found.is_same, found.changed) == (3, False, [])
    assert lines_of(one, found, NAMES)[0] == (
        "A and B are the same in 3 records. A alone has 1 record, from record 0 on. B alone has 2 "
        "records, from record 4 on."
    )


def test_other_recordings_have_nothing_in_common():
    one = trace(range(4), x=[1.0] * 4)
    found = compare(one, trace(range(4, 8), x=[1.0] * 4))
    assert not found.is_same
    assert "no record in common" in lines_of(one, found, NAMES)[0]


def pulses(steering, pulse_us):
    return trace(wheels__steering=[steering] * 4, pulse__PWM_STEERING_PIN=[pulse_us] * 4)


def test_a_pulse_may_be_a_tick_off_if_what_it_follows_differs_too_little_to_count():
    """What could happen: another computer, answers a millionth apart, and a false alarm."""
    assert compare(pulses(0.1, 1500.0), pulses(0.1000001, 1504.08)).is_same
    assert not compare(pulses(0.1, 1500.0), pulses(0.1, 1504.08)).is_same, "a rounding changed"
    assert not compare(pulses(0.1, 1500.0), pulses(0.1000001, 1508.16)).is_same


def test_the_first_place_is_named_with_the_channel_nearest_to_the_camera():
    names = ("pulse__PIN", "wheels__steering", "angle", "pilot__angle", "command__angle")
    one = trace(**{name: [0.0] * 4 for name in names})
    other = trace(**{name: [0.0, 0.1, 0.1, 0.5] for name in names})
    found = compare(one, other)
    assert (found.first.channel, found.first.first) == ("pilot/angle", Place(0, 1))
    line = lines_of(one, found, NAMES)[1]
    assert line == (
        "They differ first at record 1 (pilot/angle); steering most at record 3 (0 and 0.5)."
    )


def test_the_row_that_differs_most_often_comes_first():
    one = trace(a=[0.0] * 4, b=[0.0] * 4)
    other = trace(a=[0.0, 0.0, 0.0, 9.0], b=[0.0, 0.1, 0.2, 0.1])
    rows = rows_of(one, compare(one, other))
    assert rows == [
        ("b", "3 records", "0.1", "0.2", "1", "2", "0 | 0.2"),
        ("a", "1 record", "2.25", "9", "3", "3", "0 | 9"),
    ]


def test_stops_are_told_with_their_reasons():
    one, other = trace(angle=[0.0] * 4), trace(angle=[0.0] * 4)
    one.stop(Place(0, 2), "The camera has given no frame for 420 ms.")
    assert lines_of(one, compare(one, other), NAMES)[2] == (
        "Stops: A 1 (record 2: The camera has given no frame for 420 ms). B none."
    )
    assert lines_of(one, compare(one, one), NAMES)[2].startswith("Stops of both: 1 (record 2: ")


def test_of_several_stops_at_a_record_the_last_one_is_told():
    one = trace()
    one.stop(Place(0, 2), "neutral")
    one.stop(Place(0, 2), "ended")
    assert [stop.reason for stop in one.stops] == ["ended"]


def test_a_record_of_several_tubs_is_named_with_its_tub():
    assert trace(tubs=2).where(Place(1, 7)) == "record 7 of tub_1"


def test_other_settings_are_noted():
    one = trace(settings={"AI_CAUTION": 1.0}, angle=[0.0] * 4)
    other = trace(settings={"IMAGE_W": 80}, mode="user", angle=[0.0] * 4)
    assert compare(one, other).notes == [
        "The two have different drive modes: local and user",
        "The setting AI_CAUTION differs: 1.0 and the default",
        "The setting IMAGE_W differs: the default and 80",
    ]


def test_another_pilot_of_the_same_name_is_noted():
    one, other = trace(angle=[0.0] * 4), trace(angle=[0.0] * 4)
    one.about["pilot"] = {"name": "a.keras", "sha256": ["1"]}
    other.about["pilot"] = {"name": "a.keras", "sha256": ["2"]}
    assert compare(one, other).notes == [
        "The two pilots have one name, a.keras, and are not the same"
    ]


def test_the_pilot_is_compared_with_the_person():
    made = trace(angle=[0.5] * 4, throttle=[0.1] * 4, user__angle=[0.3] * 4, wheels=[1.0] * 4)
    made.person = [Order(0.4, 0.94)] * 4
    found = compare(*against_driver(made))
    assert found.of("angle").most == pytest.approx(0.1)
    assert found.of("throttle").most == pytest.approx(0.84)
    assert len(found.differences) == 2


def test_what_the_person_did_not_record_is_not_compared():
    """What used to be compared: 0 in the place of a steering that is null; it was in the mean."""
    made = trace(mode="user", angle=[0.0, 0.0, 0.2, 0.2], throttle=[0.1] * 4)
    made.person = [Order(None, 0.1), Order(None, 0.1), Order(0.2, 0.1), Order(0.2, 0.1)]
    one, other = against_driver(made)
    found = compare(one, other)
    assert (found.of("angle").num, found.of("angle").mean) == (0, 0.0)
    assert not found.is_same
    assert lines_of(one, found, NAMES)[0] == (
        "A and B do not differ where they can be compared: steering in 2 records, throttle in 4 "
        "records, of 4 records."
    )
    assert other.notes == [
        "user/angle is missing or no number in 2 records, from record 0 on: not compared with the "
        "person; the car takes 0, as from a stick that is let go of"
    ]
    made.person[2] = Order(0.7, 0.1)
    told = lines_of(one, compare(*against_driver(made)), NAMES)[0]
    assert "steering by 0.250 on average and at most 0.500 (2 records without it)" in told


def test_an_order_out_of_range_is_told():
    """What used to be shown: 0.5 in the place of 5.1, and "the same"."""
    made = trace(mode="user", angle=[0.0] * 4, throttle=[0.5] * 4, user__max_throttle=[0.5] * 4)
    made.person = [Order(0.0, 0.5)] * 3 + [Order(0.0, 5.1)]
    one, other = against_driver(made)
    assert other.channels["throttle"][3] == 5.1
    assert not compare(one, other).is_same
    assert other.notes[0] == (
        "user/throttle is outside of -1 to 1 in 1 record, from record 3 on (5.1 there): compared "
        "as it is; the car takes -1 or 1"
    )


def test_the_limit_of_the_car_is_told_for_the_pilot_too():
    made = trace(angle=[0.0] * 4, pilot__throttle=[0.9] * 4, user__max_throttle=[0.5] * 4)
    made.person = [Order(0.0, 0.4)] * 4
    (note,) = against_driver(made)[1].notes
    assert note.startswith("The throttle of the pilot is above the limit of this car")
    made.about["settings"] = {"AI_THROTTLE_MULT": 0.5}
    assert against_driver(made)[1].notes == []

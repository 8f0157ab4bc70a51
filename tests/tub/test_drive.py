"""What the times in a tub say of the drive, and what they do not say."""

import pytest

from donkeycar.management.cli import main
from donkeycar.training.data_report.report import data_report
from donkeycar.training.records.recordings import gather
from donkeycar.tub import TubReader, tub_info
from donkeycar.tub.drive import EXPOSED, MODE, WHEEL_AGE, drive_of


def records(number=101, *, step_s=0.05, session="a", first=0, **fields):
    return [
        {"_index": first + i, "_session_id": session,
         "_timestamp_ms": round(1000 * step_s * (first + i)), **fields}
        for i in range(number)
    ]  # fmt: skip


def test_rate_and_length_come_from_the_times_of_the_records():
    drive = drive_of(records())
    assert drive.rate_hz == pytest.approx(20)
    assert drive.driven_s == pytest.approx(5.0)
    assert (drive.num_records, drive.num_sessions, drive.num_pauses) == (101, 1, 0)


def test_neither_a_pause_nor_the_end_of_a_session_nor_a_deleted_record_is_a_step():
    rows = records(11) + records(11, first=200) + records(11, session="b", first=300)
    rows[5]["_timestamp_ms"] -= 3000  # the clock was set back, and forth
    del rows[15:17]
    drive = drive_of(rows)
    assert drive.num_sessions == 2
    assert drive.steps.max_s == pytest.approx(0.05)
    assert drive.num_pauses == 1


@pytest.mark.parametrize("damaged", [["a"], {"b": 1}, None, 5])
def test_a_damaged_session_or_number_ends_nothing(damaged):
    """`donkey stats` ended with a traceback at a session that is a list."""
    rows = [*records(11), {"_index": 11, "_session_id": damaged, "_timestamp_ms": 10**400}]
    drive = drive_of(rows)
    assert (drive.num_records, drive.num_sessions) == (12, 2)
    assert drive.driven_s == pytest.approx(0.5)


def test_ages_are_told_apart_by_who_drove():
    rows = records(50, **{WHEEL_AGE: 0.09, MODE: "user"})
    rows += records(100, first=50, **{WHEEL_AGE: 0.08, MODE: "local"})
    rows[-1][WHEEL_AGE] = 0.2
    drive = drive_of(rows)
    assert drive.ages["user"].p50_s == 0.09
    assert (drive.ages["local"].p50_s, drive.ages["local"].max_s) == (0.08, 0.2)
    assert drive.ages["local"].num == 100


def test_frames_are_timed_by_their_exposure():
    rows = records(100)
    for number, row in enumerate(rows):
        row[EXPOSED] = 7.0 + 0.04 * number
    assert drive_of(rows).frames.p50_s == pytest.approx(0.04)


def test_what_an_old_tub_does_not_say_is_said_once():
    assert drive_of(records()).unknown == (
        "Not known: no record says when its frame was exposed (cam/exposed_s) or how old pictures "
        "were at the wheels (drivetrain/age_s). Cars record that since donkeycar 6.",
    )


def test_a_tub_that_an_old_and_a_new_car_recorded_says_how_much_is_known():
    rows = records(10) + records(5, first=10, **{EXPOSED: 1.0, WHEEL_AGE: 0.08})
    assert drive_of(rows).unknown == (
        "Only 5 of 15 records say when its frame was exposed (cam/exposed_s).",
        "Only 5 of 15 records say how old pictures were at the wheels (drivetrain/age_s).",
    )


@pytest.mark.parametrize("value", [None, "0.08", True, float("nan")])
def test_what_is_not_a_number_is_not_known(value):
    assert drive_of(records(**{WHEEL_AGE: value})).ages == {}


def test_times_that_a_program_wrote_are_named():
    assert "a program wrote these times" in drive_of(records(step_s=0.003)).unknown[-1]


@pytest.mark.parametrize("rows", [[], records(1), [{"_index": 0}, {"_index": 1}]])
def test_a_tub_with_almost_nothing_in_it(rows):
    drive = drive_of(rows)
    assert drive.num_records == len(rows)
    assert drive.rate_hz is None
    assert drive.driven_s == 0


def test_every_command_says_the_same_duration(shared_data, capsys):
    """`report` multiplied records with the median step, and `info` said none."""
    tubs = [path for path in sorted(shared_data.iterdir()) if is_tub(path)]
    assert len(tubs) >= 5
    for path in tubs:
        driven = drive_of(TubReader(path))
        told = driven.driven_in_words
        assert tub_info(path).driven_s == driven.driven_s
        report = data_report(gather([path])).facts[0]
        # A recording without times has a guess in the report, and says so.
        assert f"; {told} driven at" in report or "their times cannot be used" in report
        for action in (["tub", "info"], ["stats"]):
            assert main([*action, str(path)]) == 0
            said = capsys.readouterr().out
            assert f", {told} driven" in said or not driven.driven_s


def is_tub(path):
    return path.is_dir() and any(path.glob("catalog_*.catalog"))

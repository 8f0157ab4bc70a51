"""How fast records were made, and who believes it."""

import numpy as np
import pytest

from donkeycar.explain.footage import footage, rate_of
from donkeycar.training.data_report.report import data_report
from donkeycar.training.records.pace import pace_of
from donkeycar.training.records.recordings import gather
from donkeycar.tub import TubWriter

INPUTS = ["cam/image_array", "user/angle", "user/throttle"]
TYPES = ["image_array", "float", "float"]


@pytest.fixture
def drive(tmp_path):
    """Record a car that sways, with the picture so many records behind its steering."""

    def drive(step_ms, count=30, lag=0, name="tub"):
        rng = np.random.default_rng(0)
        wall = rng.integers(0, 256, 4000, dtype=np.uint8)
        angles = np.convolve(rng.uniform(-1, 1, count + 10), np.ones(5) / 3, "same").clip(-1, 1)
        place = 2000.0
        with TubWriter(tmp_path / name, INPUTS, TYPES) as tub:
            for number in range(count):
                place += 8 * (angles[number - lag] if number >= lag else 0)
                row = np.interp(place + np.arange(160), np.arange(4000), wall)
                frame = np.repeat(np.repeat(row[None, :, None], 24, 0), 3, 2).astype(np.uint8)
                values = dict(zip(INPUTS, (frame, float(angles[number]), 0.5), strict=True))
                tub.append(values, timestamp_ms=1_700_000_000_000 + step_ms * number)
        return tmp_path / name

    return drive


@pytest.mark.parametrize(
    ("step_ms", "said"),
    [(237, "7 s driven at 4.2 a second"), (1500, "44 s driven at 0.7 a second"),
     (63, "2 s driven at 16 a second"), (9, "0 s driven at 111 a second")],
)  # fmt: skip
def test_the_clock_of_a_slow_car_is_believed(drive, step_ms, said):
    """4.2 a second used to become a guess, `at 20 a second`, while a movie ran at 4.22."""
    tub = drive(step_ms)
    assert data_report(gather([tub])).facts[0].endswith(said)
    recordings, _, _ = footage(tub)
    assert rate_of(recordings) == pytest.approx(1000 / step_ms, abs=0.01)


@pytest.mark.parametrize("step_ms", [0, 3, 60_000])
def test_what_is_no_clock_of_a_car_is_a_guess_for_all(drive, step_ms):
    tub = drive(step_ms)
    assert (
        "at the usual rate that is 2 s driven at 20 a second" in data_report(gather([tub])).facts[0]
    )
    assert rate_of(footage(tub)[0]) == 20


def test_a_clock_of_whole_seconds_is_one(drive):
    recordings = gather([drive(50, count=60)])
    for _, record in recordings.sources:
        record["_timestamp_ms"] = record["_timestamp_ms"] // 1000 * 1000
    assert pace_of(recordings).rate_hz == pytest.approx(30, rel=0.5)


def test_every_second_record_has_the_pace_it_was_driven_with(drive):
    recordings = gather([drive(50)])
    assert pace_of(recordings.keep(range(0, 30, 2))).rate_hz == pytest.approx(20)


def test_a_slow_loop_is_said(drive):
    [slow] = [f for f in data_report(gather([drive(237)])).findings if "loop" in f.what]
    assert slow.what == "The loop was slow: 4.2 a second."
    assert "24 cm from one picture to the next" in slow.advice
    assert not [f for f in data_report(gather([drive(50, name="b")])).findings if "loop" in f.what]


def test_the_delay_of_a_slow_loop_is_told_by_its_own_clock(drive):
    """A delay of 4 records was looked for within 2, and told as if there were 20 a second."""
    report = data_report(gather([drive(237, count=400, lag=5)]))
    assert "after 4 records, 0.95 s" in report.facts[-1]

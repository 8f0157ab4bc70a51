"""The whole loop in the simulator: record, learn, drive."""

import time
from itertools import islice

import numpy as np
import pytest

from benchmarks.sim.ridge import RidgePilot
from donkeycar.errors import PartFailed, SimError
from donkeycar.rollout import evaluate_pilot, record_expert
from donkeycar.sim.track import load_track
from donkeycar.tub import TubReader, check


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp("warehouse") / "tub"
    told = []
    result = record_expert(path, "warehouse", 2500, seed=3, progress=told.append)
    return path, result, told


@pytest.fixture(scope="module")
def pilot(recording):
    return RidgePilot.of_tub(recording[0])


def test_the_expert_records_as_much_as_was_asked_for(recording):
    path, result, told = recording
    reader = TubReader(path)
    assert len(reader) == result["records"] == 2500
    assert result["laps_completed"] == 3
    assert result["off_track_count"] == 0
    assert told[0] == 20
    assert told[-1] == 2500


def test_records_are_those_of_a_car(recording):
    reader = TubReader(recording[0])
    record = next(iter(reader))
    assert reader.image(record).shape == (120, 160, 3)
    assert record["user/mode"] == "user"
    assert -1 <= record["user/angle"] <= 1
    assert 0 < record["user/throttle"] < 1


def test_records_are_as_far_apart_as_in_the_simulation(recording, tmp_path):
    """They were 1 ms apart or less, as fast as the computer was."""
    begin_s = time.time()
    record_expert(tmp_path / "tub", "warehouse", 40, seed=3)
    record_expert(tmp_path / "tub", "warehouse", 3, seed=3)
    times = [record["_timestamp_ms"] for record in TubReader(tmp_path / "tub")]
    assert begin_s - 1 <= times[0] / 1000 <= time.time() + 1
    steps = np.diff(times)
    assert set(steps[:39]) <= {49, 50, 51}
    assert steps[39] == 1000  # a second recording does not begin within the first
    assert check(tmp_path / "tub").num_steps_back == 0


def test_a_recording_can_be_repeated(recording, tmp_path):
    record_expert(tmp_path / "tub", "warehouse", 40, seed=3)
    names = ("user/angle", "user/throttle", "cam/exposed_s")
    first, again = (
        [tuple(record[name] for name in names) for record in islice(TubReader(path), 40)]
        for path in (recording[0], tmp_path / "tub")
    )
    assert first == again


def test_what_is_recorded_shows_how_to_come_back(recording):
    """Pushed off the line, the driver steers back: his answers vary far more than the road does."""
    angles = [record["user/angle"] for record in TubReader(recording[0])]
    assert np.abs(angles).max() > 0.6


def test_a_ridge_regression_learns_to_drive_the_warehouse(pilot):
    result = evaluate_pilot(pilot, "warehouse", laps=3, seed=5)
    assert result["laps_completed"] == 3
    assert result["ended"] == "laps"
    assert result["off_track_count"] == result["collisions"] == result["interventions"] == 0
    assert result["cte_rms"] < 0.1
    assert result["driving_score"] == 100


def test_the_same_seed_gives_the_same_run(pilot):
    first, again = (evaluate_pilot(pilot, "warehouse", laps=1, seed=9) for _ in range(2))
    first.pop("wall_seconds"), again.pop("wall_seconds")
    assert first == again


def test_a_blindfolded_pilot_does_worse(pilot):
    """Otherwise the track would be too easy to tell anything about a pilot."""
    seeing = evaluate_pilot(pilot, "warehouse", laps=1, seed=5)
    blind = evaluate_pilot(
        lambda image: pilot.infer(np.full_like(image, 90)), "warehouse", laps=1, seed=5
    )
    assert blind["driving_score"] < seeing["driving_score"] / 2


def test_a_plain_function_may_drive(gentle_left):
    result = evaluate_pilot(gentle_left, "oval", laps=1, time_limit_s=4)
    assert result["ended"] == "time"
    assert result["sim_seconds"] == pytest.approx(4, abs=0.1)


@pytest.fixture
def gentle_left():
    return lambda image: (-0.1, 0.15)


def test_a_car_that_stands_ends_the_run():
    result = evaluate_pilot(lambda image: (0.0, 0.0), "oval", laps=1)
    assert result["ended"] == "standing"
    assert result["sim_seconds"] == pytest.approx(10, abs=0.1)
    assert result["route_completion"] == 0


def test_a_pilot_without_an_answer_has_no_throttle():
    """NaN used to be the last thing a network said before the motor heard it."""
    result = evaluate_pilot(lambda image: (float("nan"), 1.0), "oval", laps=1)
    assert result["ended"] == "standing"
    assert result["distance_m"] == 0


def test_leaving_the_lane_is_counted_and_put_right():
    result = evaluate_pilot(lambda image: (0.0, 0.2), "oval", laps=1, time_limit_s=20)
    assert result["off_track_count"] > 1
    assert result["interventions"] >= result["off_track_count"]


def test_a_failing_pilot_stops_the_run_by_name():
    def broken(image):
        raise OSError("no such network")

    with pytest.raises(PartFailed, match="no such network"):
        evaluate_pilot(broken, "oval", laps=1)


def test_the_trajectory_and_frames_come_along(gentle_left):
    result = evaluate_pilot(gentle_left, load_track("oval"), laps=1, time_limit_s=2, frame_every=5)
    assert len(result["trajectory"][0]) == len(result["trajectory_columns"])
    assert len(result["frames"]) == -(-len(result["trajectory"]) // 5)
    assert result["frames"][0].shape == (120, 160, 3)


def test_the_camera_has_the_size_the_pilot_wants():
    class Small:
        input_shape = (48, 64, 3)

        def infer(self, image):
            assert image.shape == self.input_shape
            return 0.0, 0.2

    result = evaluate_pilot(Small(), "oval", laps=1, time_limit_s=1)
    assert result["distance_m"] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"laps": 0}, "`laps` must be 1 or more"),
        ({"frame_every": -1}, "`frame_every` must be 0 or more"),
        ({"time_limit_s": 0}, "`time_limit_s` must be greater than 0"),
        ({"policy": "pray"}, "`policy` must be one of"),
        ({"track": "moon"}, "track='moon'"),
    ],
)
def test_a_bad_examination_is_refused(arguments, message):
    with pytest.raises(SimError, match=message):
        evaluate_pilot(lambda image: (0.0, 0.0), **{"track": "oval", **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_records": 0}, "`num_records` must be 1 or more"),
        ({"nudge": 3}, "`nudge` must be 0 to 2"),
        ({"speed_mps": 50}, "`speed_mps` must be 0.3 to 5"),
    ],
)
def test_a_bad_recording_is_refused_before_there_is_a_tub(tmp_path, arguments, message):
    with pytest.raises(SimError, match=message):
        record_expert(tmp_path / "tub", "oval", **{"num_records": 5, **arguments})
    assert not (tmp_path / "tub").exists()


def test_the_bar_of_a_drive_ends_full():
    """What used to happen: it stopped at the last of some ticks, at 97 %."""
    told = []
    evaluate_pilot(lambda image: (0.0, 0.0), "oval", progress=told.append, time_limit_s=1.3)
    assert told[-1] == 1.0
    assert told == sorted(told)

"""Every type of pilot on three recordings: its answers, twice the same, in time."""

import time

import numpy as np
import pytest

from benchmarks.replays.makings import TUBS
from donkeycar.errors import ConfigError
from donkeycar.pilots import PILOT_TYPES, load_pilot
from donkeycar.replay_drive.compare import compare
from donkeycar.replay_drive.pilot import Pilot
from donkeycar.replay_drive.run import replay
from donkeycar.replay_drive.settings import settings_for
from donkeycar.training.answers import answers
from donkeycar.training.records.recordings import gather

MOST_S = 60.0
# A training takes ten seconds on a computer that does nothing else.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def tubs(tmp_path_factory):
    """Three recordings: even, uneven with pauses, and of the simulator."""
    folder = tmp_path_factory.mktemp("tubs")
    return {name: write(folder / name) for name, write in TUBS.items()}


@pytest.fixture(scope="module")
def pilot(pilot_of_type):
    """The pilot of a type, trained when it is first asked for."""
    return lambda name: Pilot(pilot_of_type(name))


def drive(defaults, tub, one, **options):
    return replay([tub], settings_for(defaults, one, fits=True), one, **options)


@pytest.mark.slow
@pytest.mark.parametrize("name", PILOT_TYPES)
def test_it_is_the_same_twice(defaults, tubs, pilot, name):
    first, second = (drive(defaults, tubs["rough"], pilot(name)) for _ in range(2))
    assert first == second
    assert compare(first, second, tolerance=0.0).is_same


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PILOT_TYPES])
def test_the_car_gets_what_the_pilot_answers_to_the_recording(full_car, pilot, name):
    """Frame by frame; the first frames of a pilot with a memory differ: the car stood before."""
    recordings = gather([full_car / "data"])
    frames = np.stack([recordings.image(row) for row in range(len(recordings))])
    wanted = np.clip(answers(load_pilot(pilot(name).path), recordings, frames), -1, 1)
    cfg = settings_for(full_car / "config.py", pilot(name))
    trace = replay([full_car / "data"], cfg, pilot(name))
    found = np.array(trace.channels["pilot/angle"], float)
    assert len(found) == len(wanted)
    if name != "memory":  # its own answers come back, so a difference stays
        later = [row for row in range(len(found)) if row % 60 >= 3]
        np.testing.assert_allclose(found[later], wanted[later, 0], atol=2e-6)


@pytest.mark.slow
def test_a_pilot_that_feels_refuses_a_recording_that_does_not(defaults, pilot, office):
    with pytest.raises(ConfigError) as refused:
        drive(defaults, office, pilot("imu"), last=3)
    assert str(refused.value).startswith("A pilot of type imu needs imu/acl_x, ")
    assert "\n" not in str(refused.value)


@pytest.mark.slow
def test_a_recorded_behavior_is_that_of_its_record(defaults, tubs, pilot):
    trace = drive(defaults, tubs["steady"], pilot("behavior"), last=25)
    chosen = trace.channels["behavior/one_hot_state_array"]
    assert chosen[5] == (1.0, 0.0)
    assert chosen[15] == (0.0, 1.0)


@pytest.mark.slow
def test_without_a_recorded_behavior_it_is_the_first(defaults, tubs, pilot):
    trace = drive(defaults, tubs["simulated"], pilot("behavior"), last=5)
    assert set(trace.channels["behavior/one_hot_state_array"]) == {(1.0, 0.0)}
    assert any("the first choice" in note for note in trace.notes)


@pytest.mark.slow
def test_three_recordings_with_every_type_take_less_than_a_minute(defaults, tubs, pilot):
    pilots = [pilot(name) for name in PILOT_TYPES]  # trained for the tests above
    began_s = time.process_time()
    for one in pilots:
        for tub in tubs.values():
            trace = drive(defaults, tub, one)
            assert np.isfinite(np.array(trace.channels["command/angle"], float)).all()
            assert "run" in trace.channels["drivetrain/state"]
    assert time.process_time() - began_s < MOST_S

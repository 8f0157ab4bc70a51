"""Every type of pilot: trained by the command, then driving a created car."""

import json
import math

import numpy as np
import pytest

from donkeycar import Vehicle
from donkeycar.assembly import (
    add_camera,
    add_choices,
    add_drive_mode,
    add_drivetrain,
    add_pilot,
    make_clock,
    make_world,
)
from donkeycar.assembly.channels import CHANNELS
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.pilots import PILOT_TYPES, load_pilot, read_info
from donkeycar.pilots.files.bundle import PRECISIONS
from donkeycar.pilots.kinds.registry import IMU_CHANNELS
from donkeycar.rollout import evaluate_pilot
from donkeycar.training.answers import answers
from donkeycar.training.records.recordings import gather


@pytest.fixture(scope="module", params=PILOT_TYPES)
def model(request, pilot_of_type):
    return pilot_of_type(request.param)


@pytest.fixture(scope="module")
def recordings(full_car):
    return gather([full_car / "data"])


@pytest.fixture(scope="module")
def frames(recordings):
    return np.stack([recordings.image(row) for row in range(len(recordings))])


@pytest.fixture(scope="module")
def network(model):
    """What was trained, opened again."""
    from donkeycar.pilots.files.keras_file import load_keras

    return load_keras(model)


@pytest.fixture(scope="module")
def samples(model, recordings, frames):
    """The recordings as this type of pilot sees them."""
    from donkeycar.pilots.kinds.registry import NETWORK
    from donkeycar.training.records.samples import Samples

    info = read_info(model.with_suffix(".json"))
    options = {name: value for name, value in info.options.items() if name != NETWORK}
    return Samples(PILOT_TYPES[info.type], options, recordings, frames, info.transforms)


@pytest.fixture(scope="module")
def wanted(network, samples):
    """Angle and throttle of the network for every row that it can answer to."""
    from donkeycar.training.progress import Silent
    from donkeycar.training.validation import predict

    with Silent().task("", 0) as advance:
        return predict(network, samples, samples.rows, 32, advance)


class Imu:
    """Feels nothing; the bottom of the stack, where a sensor would be."""

    def run(self):
        return (0.0,) * 6


class Watcher:
    """Remembers the answers, and until when each held.

    On a busy computer an answer may come too late in any tick, also in the last one.
    """

    INPUTS = ("pilot/expires_s", "pilot/angle", "pilot/throttle")

    def __init__(self):
        self.seen = set()
        self.answers = []

    def run(self, expires_s, angle, throttle):
        self.seen.add(expires_s)
        if angle is not None:
            self.answers.append((angle, throttle))


def assemble(car, model, *settings, imu=True, part=None, channels=IMU_CHANNELS):
    cfg = load_config(car / "config.py", overrides=settings)
    vehicle = Vehicle(clock=make_clock(cfg))
    world = make_world(cfg)
    add_camera(vehicle, cfg, world)
    add_choices(vehicle, cfg)
    if imu:
        vehicle.add(part or Imu(), outputs=list(channels))
    add_pilot(vehicle, cfg, model)
    vehicle.mem["user/mode"] = "local"
    vehicle.mem["user/expires_s"] = math.inf
    add_drive_mode(vehicle, cfg)
    add_drivetrain(vehicle, cfg, world)
    return vehicle


class VectorImu:
    """A motion sensor of donkeycar 5.4."""

    def run(self):
        return (0.1, 0.2, 9.8), (0.0, 0.0, 0.1)


@pytest.mark.slow
def test_a_pilot_that_feels_drives_with_the_channels_of_5_4(pilot_of_type, full_car):
    vehicle = assemble(
        full_car, pilot_of_type("imu"), part=VectorImu(), channels=("imu/accel", "imu/gyro")
    )
    watcher = Watcher()
    vehicle.add(watcher, inputs=Watcher.INPUTS)
    vehicle.start(rate_hz=50, max_loop_count=100)
    assert watcher.answers


@pytest.mark.slow
def test_it_drives_a_hundred_ticks(model, full_car):
    vehicle, watcher = assemble(full_car, model), Watcher()
    wired = {name for entry in vehicle.entries for name in (*entry.inputs, *entry.outputs) if name}
    assert wired <= set(CHANNELS)
    vehicle.add(watcher, inputs=Watcher.INPUTS)
    assert vehicle.start(rate_hz=20, max_loop_count=100) == 100
    assert watcher.answers
    assert all(-1 <= value <= 1 for answer in watcher.answers for value in answer)
    # Time runs five times faster here than the thread of the pilot, which may have to wait.
    assert len(watcher.seen - {None}) > 3, "it answered again and again"
    assert (vehicle.mem.get(["pilot/loc"]) != [None]) == (model.stem == "localizer")


# How far answers may be from those of the trained network, at most and on average: of a network
# that answers with numbers, and of one that chooses among bins, where a choice may fall otherwise.
STATED = {
    "float32": {"numbers": (1e-3, 1e-4), "bins": (1e-3, 1e-4)},
    "float16": {"numbers": (1e-2, 1e-3), "bins": (2.0, 0.05)},
    "int8": {"numbers": (0.15, 0.05), "bins": (2.0, 0.3)},
}


@pytest.mark.slow
@pytest.mark.parametrize("precision", STATED)
def test_every_file_of_it_answers_as_the_network_that_was_trained(
    model, recordings, frames, samples, wanted, precision
):
    pilot = load_pilot(model, precision=precision)
    distance = np.abs(answers(pilot, recordings, frames)[samples.rows] - wanted)
    bins = "angle_bins" in pilot.kind.losses
    most, mean = STATED[precision]["bins" if bins else "numbers"]
    assert distance.max() <= most
    assert distance.mean() <= mean


# How far each output may be from that of the network, of outputs that reach from -1 to +1.
NEAR = {"float32": 1e-5, "float16": 2e-3, "int8": 0.06}


@pytest.mark.slow
def test_the_sidecar_states_how_far_the_files_are_from_each_other(
    model, network, samples, recordings
):
    import keras

    from donkeycar.pilots.files.bundle import PilotFiles
    from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
    from donkeycar.training.records.split import train_validation_split

    info = read_info(model.with_suffix(".json"))
    parts = train_validation_split(recordings.sessions, train_share=0.8, seed=info.training["seed"])
    inputs = samples.inputs(samples.usable(parts).validation)
    right = network.predict_on_batch(
        keras.tree.map_structure(lambda tensor: inputs[tensor.name], network.input)
    )
    angles = {}
    for precision in PRECISIONS:
        interpreter = LiteRTInterpreter(PilotFiles.of(model).variant(precision))
        angles[precision] = []
        for row in range(len(inputs["img_in"])):
            outputs = interpreter.run({name: x[row : row + 1] for name, x in inputs.items()})
            for name, value in outputs.items():
                scale = max(1.0, float(np.abs(right[name]).max()))
                near = NEAR[precision] * scale
                np.testing.assert_allclose(value[0], right[name][row], atol=near, rtol=0)
            angles[precision].append(samples.kind.head(outputs, samples.options)[0])
        distance = np.abs(np.subtract(angles[precision], angles["float32"]))
        stated = info.variants[precision].difference
        if precision != "float32":
            assert stated["frames"] == len(distance)
            assert stated["angle"]["max"] == pytest.approx(distance.max(), abs=1e-5)
            assert stated["angle"]["mean"] == pytest.approx(distance.mean(), abs=1e-5)


@pytest.mark.slow
def test_its_quality_is_measured_in_angle_and_throttle(model):
    content = json.loads(model.with_suffix(".json").read_text())
    for part in ("train", "validation"):
        for name in ("angle", "throttle"):
            assert 0 <= content["metrics"][part][name]["mae"] < 1


# What the recordings and the settings of the car say.
LEARNT = {
    "categorical": {"throttle_range": [0.0, 0.5]},
    "behavior": {"throttle_range": [0.0, 0.5], "behaviors": ["Left_Lane", "Right_Lane"]},
    "memory": {"memory_length": 2, "memory_depth": 1, "reverse": False},
    "localizer": {"num_locations": 3},
    "rnn": {"sequence_length": 2},
    "3d": {"sequence_length": 2},
    "inferred": {"throttle_straight": 0.5, "throttle_bend": 0.3},
}


@pytest.mark.slow
def test_it_drives_with_the_options_it_learnt_with(model):
    options = load_pilot(model).options
    wanted = LEARNT.get(model.stem, {})
    assert {name: options[name] for name in wanted} == wanted


@pytest.mark.slow
def test_it_answers_for_recordings(model, recordings, frames):
    pilot = load_pilot(model)
    given = answers(pilot, recordings, frames)
    assert given.shape == (120, 2)
    assert np.isfinite(given).all()
    # The second session begins as fresh as a drive does.
    vectors = {"imu": np.full(6, recordings.labels[60, 0]), "behavior": np.array([0.0, 1.0])}
    again = pilot.infer(frames[60], vectors.get(model.stem))
    assert again == pytest.approx(tuple(given[60]), abs=1e-6)


@pytest.mark.slow
def test_it_drives_in_the_simulator(model):
    pilot = load_pilot(model)
    vector = [0.0] * pilot.vector_size
    result = evaluate_pilot(pilot, "warehouse", laps=1, time_limit_s=2, vector=vector)
    assert result["ended"] == "time"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("imu", [], "needs the channels imu/acl_x, .*no part writes imu/acl_x.*before add_pilot"),
        ("behavior", ["TRAIN_BEHAVIORS=False"], "Set TRAIN_BEHAVIORS=True in myconfig.py"),
        ("behavior", ["BEHAVIOR_LIST=['fast', 'slow']"], "learnt the behaviors .*Left_Lane"),
    ],
)
def test_a_car_that_does_not_know_what_a_pilot_needs_is_refused(
    pilot_of_type, full_car, name, settings, message
):
    with pytest.raises(ConfigError, match=message):
        assemble(full_car, pilot_of_type(name), *settings, imu=False)

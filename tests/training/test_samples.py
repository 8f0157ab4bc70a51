"""What networks of each type are shown and asked, of records with gaps and with other columns."""

import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.pilots.kinds.bins import from_bins
from donkeycar.pilots.kinds.registry import IMU_CHANNELS, pilot_type
from donkeycar.pilots.transform import Transforms
from donkeycar.training.records.found import found_options, run_ages
from donkeycar.training.records.recordings import Recordings
from donkeycar.training.records.samples import Samples
from donkeycar.training.records.split import Split

# Two sessions, the first with a gap after its third record.
INDEXES = [0, 1, 2, 5, 6, 7, 8, 9, 10, 11]
SESSIONS = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]
COUNT = len(INDEXES)


def recordings(throttles=None, **columns):
    """Records whose angle and frame are their row number."""
    throttles = throttles or [0.3] * COUNT
    labels = np.array([[row / 10, throttle] for row, throttle in enumerate(throttles)], np.float32)
    records = [
        {"_index": index, **{name.replace("__", "/"): values[row]
                             for name, values in columns.items() if values[row] is not None}}
        for row, index in enumerate(INDEXES)
    ]  # fmt: skip
    return Recordings(
        tubs=[],
        sources=[(None, record) for record in records],
        labels=labels,
        sessions=np.array(SESSIONS),
        session_names=["one", "two"],
    )


FRAMES = np.arange(COUNT, dtype=np.uint8).repeat(8 * 8 * 3).reshape(COUNT, 8, 8, 3)


def samples(type, material=None, transforms=None, **options):
    kind = pilot_type(type)
    material = material or recordings()
    options = found_options(kind, options, material)
    return Samples(kind, options, material, FRAMES, transforms or Transforms())


def test_runs_begin_with_sessions_and_after_gaps():
    assert run_ages(recordings()).tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2, 3]


def test_one_frame_needs_nothing_before_it():
    linear = samples("linear")
    assert linear.rows.tolist() == list(range(COUNT))
    inputs, targets = linear.inputs(np.array([4, 7])), linear.targets(np.array([4, 7]))
    assert inputs["img_in"][:, 0, 0, 0].tolist() == [4, 7]
    assert targets["angle"].tolist() == [[np.float32(0.4)], [np.float32(0.7)]]
    assert targets["throttle"].shape == (2, 1)


@pytest.mark.parametrize("type", ["rnn", "3d"])
def test_a_sequence_never_looks_over_a_gap_or_into_another_session(type):
    three = samples(type, sequence_length=3)
    assert three.rows.tolist() == [2, 5, 8, 9]
    inputs = three.inputs(np.array([5, 9]))["img_in"]
    assert inputs.shape == (2, 3, 8, 8, 3)
    assert inputs[:, :, 0, 0, 0].tolist() == [[3, 4, 5], [7, 8, 9]]


def test_a_sequence_that_nobody_drove_is_said():
    with pytest.raises(TrainingError, match="type rnn needs 5 records in a row"):
        samples("rnn", sequence_length=5)


def test_no_training_row_looks_back_at_a_validation_row():
    three = samples("rnn", sequence_length=2)
    parts = three.usable(Split(np.array([0, 1, 4, 5, 8, 9]), np.array([3, 4, 7]), 0))
    assert parts.train.tolist() == [1, 9]
    assert parts.validation.tolist() == [4, 7]
    with pytest.raises(TrainingError, match="must have records for training and records for"):
        three.usable(Split(np.array([1]), np.array([0, 3]), 0))


def test_memory_holds_the_answers_before_and_nothing_before_a_run():
    memory = samples("memory", memory_length=2)
    assert memory.rows.tolist() == list(range(COUNT))
    told = memory.inputs(np.array([3, 4, 9]))["mem_in"]
    wanted = [[0, 0, 0, 0], [0, 0, 0.3, 0.3], [0.7, 0.3, 0.8, 0.3]]
    np.testing.assert_allclose(told, wanted, atol=1e-6)
    assert memory.targets(np.array([9]))["angle"].item() == pytest.approx(0.9)


def test_changed_labels_change_memory_and_target_alike():
    memory = samples("memory", memory_length=2)
    rows = np.array([9])
    mirrored = memory.labels(rows) * [-1, 1]
    inputs = memory.inputs(rows, labels=mirrored)
    np.testing.assert_allclose(inputs["mem_in"], [[-0.7, 0.3, -0.8, 0.3]], atol=1e-6)
    assert memory.targets(rows, mirrored)["angle"].item() == pytest.approx(-0.9)


def test_bins_cover_reverse_if_it_was_driven():
    throttles = [-0.2, 0.6] * 5
    both = samples("categorical", recordings(throttles))
    assert both.options["throttle_range"] == [-0.2, 0.6]
    targets = both.targets(np.array([0, 5]))
    assert from_bins(targets["throttle_bins"][0], (-0.2, 0.6), "peak") == pytest.approx(-0.2)
    assert from_bins(targets["angle_bins"][1], (-1, 1), "peak") == pytest.approx(0.5, abs=1e-6)
    only_forward = samples("categorical", recordings([0.1, 0.6] * 5))
    assert only_forward.options["throttle_range"] == [0.0, 0.6]


def test_memory_may_reverse_if_its_driver_did():
    assert samples("memory", recordings([-0.2, 0.6] * 5)).options["reverse"]
    assert not samples("memory").options["reverse"]


def test_inferred_throttle_is_a_line_through_what_was_driven():
    throttles = [0.6 - 0.4 * row / 10 for row in range(COUNT)]
    options = samples("inferred", recordings(throttles)).options
    assert options == {"throttle_straight": 0.6, "throttle_bend": pytest.approx(0.24, abs=0.05)}


def imu(values):
    return {name.replace("/", "__"): values for name in IMU_CHANNELS}


def test_records_without_what_the_car_felt_are_left_out():
    values = [None, 1.0, 2.0, float("nan"), *[3.0] * 6]
    felt = samples("imu", recordings(**imu(values)))
    assert felt.rows.tolist() == [1, 2, 4, 5, 6, 7, 8, 9]
    assert felt.inputs(np.array([2]))["imu_in"].tolist() == [[2.0] * 6]
    assert felt.beside(np.array([2])).tolist() == [[2.0] * 6]
    assert felt.options["imu_mean"] == pytest.approx([2.625] * 6)
    assert min(felt.options["imu_spread"]) > 0


def test_a_tub_of_donkeycar_5_4_feels_the_same():
    """Its IMU columns are two vectors: it could not be trained from, not even by 5.4 itself."""
    old = recordings(**{
        name.replace("/", "__"): [float(row + place) for row in range(COUNT)]
        for place, name in enumerate(IMU_CHANNELS)
    })  # fmt: skip
    new = recordings(
        imu__accel=[[row + 0.0, row + 1.0, row + 2.0] for row in range(COUNT)],
        imu__gyro=[[row + 3.0, row + 4.0, row + 5.0] for row in range(COUNT)],
        imu__quat=[[0.0, 0.0, 0.0, 1.0]] * COUNT,
    )
    felt, feels = samples("imu", old), samples("imu", new)
    assert feels.options == felt.options
    rows = np.arange(COUNT)
    np.testing.assert_array_equal(feels.beside(rows), felt.beside(rows))


def test_letters_instead_of_numbers_are_said():
    """Donkeycar 5.4 stores the keys of the dictionaries that it has from an MPU6050."""
    letters = [["x", "y", "z"]] * COUNT
    with pytest.raises(TrainingError, match="imu/accel, imu/gyro hold the letters x, y and z"):
        samples("imu", recordings(imu__accel=letters, imu__gyro=letters))


def test_no_sensor_at_all_is_said():
    with pytest.raises(TrainingError, match="imu needs 6 numbers of imu/acl_x, .* Received: none"):
        samples("imu")


def test_behaviors_are_told_as_they_were_recorded():
    lanes = [[1.0, 0.0], [0.0, 1.0]] * 5
    told = samples("behavior", recordings(behavior__one_hot_state_array=lanes))
    assert told.inputs(np.array([0, 1]))["behavior_in"].tolist() == [[1, 0], [0, 1]]
    with pytest.raises(TrainingError, match="needs 3 numbers .* Received: 2 numbers"):
        samples(
            "behavior",
            recordings(behavior__one_hot_state_array=lanes),
            behaviors=["left", "middle", "right"],
        )


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("localizer__location", [row % 4 for row in range(COUNT)]),
        ("track__loc", [row % 4 for row in range(COUNT)]),
        ("location__one_hot_state_array", np.eye(4)[[row % 4 for row in range(COUNT)]].tolist()),
    ],
)
def test_places_are_found_by_every_name(column, values):
    placed = samples("localizer", recordings(**{column: values}), num_locations=4)
    assert placed.targets(np.array([2, 5]))["loc"].tolist() == [[0, 0, 1, 0], [0, 1, 0, 0]]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "in one of localizer/location, .* Received: none"),
        ({"track__loc": [9] * COUNT}, r"0 to 3 \(NUM_LOCATIONS\).* Received: 9"),
        ({"track__loc": [-1] * COUNT}, "Received: none"),
        ({"track__loc": ["start"] * COUNT}, "Received: none"),
    ],
)
def test_no_place_or_too_many_is_said(columns, message):
    with pytest.raises(TrainingError, match=message):
        samples("localizer", recordings(**columns), num_locations=4)


def test_an_auto_encoder_paints_what_it_saw_changes_included():
    painter = samples("latent")
    rows = np.array([1, 2])
    changed = painter.frames(rows) + np.uint8(100)
    inputs = painter.inputs(rows, changed)
    picture = painter.targets(rows, inputs=inputs)["img_out"]
    assert picture.shape == (2, 2, 2, 3)
    np.testing.assert_allclose(picture[:, 0, 0, 0], [101 / 255, 102 / 255], rtol=1e-6)


def test_transforms_come_last():
    crop = Transforms([("CROP", {"top_px": 4})])
    for type, shape in (("linear", (1, 8, 8, 3)), ("rnn", (1, 2, 8, 8, 3))):
        options = {"sequence_length": 2} if type == "rnn" else {}
        seen = samples(type, transforms=crop, **options).inputs(np.array([9]))["img_in"]
        assert seen.shape == shape
        assert not seen[..., :4, :, :].any() and (seen[..., 4:, :, :][:, -1:] == 9).all()

"""A cleaning in training: what the network sees, what is written down, and what is refused."""

import json

import numpy as np
import pytest

from donkeycar.cleaning import Cleaning, read_cleaning, write_cleaning
from donkeycar.cleaning.fence import Fence, Outliers
from donkeycar.cleaning.fill import Fill, Interpolate
from donkeycar.cleaning.strata import Key, PerStratum
from donkeycar.errors import TrainingError
from donkeycar.management.cli import main
from donkeycar.training import TrainingOptions
from donkeycar.training.data_report.report import data_report
from donkeycar.training.dataset import read_dataset, read_recordings
from donkeycar.training.epochs.batches import Batches
from donkeycar.training.progress import Silent
from donkeycar.training.records.recordings import gather
from donkeycar.training.records.split import train_validation_split
from donkeycar.tub import TubWriter

A, T = "user/angle", "user/throttle"


def everywhere(value):
    return PerStratum((), {}, value)


CLEANING = Cleaning(
    (
        Interpolate(A),
        Fill(T, "mean", PerStratum((Key("user/mode"),), {("user",): 0.25}, 0.5)),
        Outliers(A, 3.0, everywhere((-1.0, 1.0))),
        Fence(T, 1.5, everywhere((0.0, 0.75))),
    )
)
# What the driver did, and what a network is to learn of it; ``None`` where it learns nothing.
DRIVEN = [(0.25, 0.5), (None, 0.5), (0.75, None), (15.0, 0.5), (0.5, 5.625), (0.0, -0.5)] * 10
LEARNT = [(0.25, 0.5), (0.5, 0.5), (0.75, 0.25), None, (0.5, 0.75), (0.0, 0.0)] * 10


@pytest.fixture
def dirty(record_tub):
    """A tub with missing values, an angle of 15 and a throttle of 5.6."""
    return record_tub("dirty", DRIVEN)


def test_labels_are_cleaned_and_the_tub_is_not_touched(dirty):
    before = {path: path.read_bytes() for path in dirty.rglob("*") if path.is_file()}
    recordings = gather([dirty], cleaning=CLEANING)
    np.testing.assert_array_equal(recordings.labels, [pair for pair in LEARNT if pair])
    assert recordings.dropped == {"beyond Tukey's fences of user/angle": 10}
    assert {path: path.read_bytes() for path in dirty.rglob("*") if path.is_file()} == before


def test_without_it_those_records_are_left_out(dirty):
    assert len(gather([dirty])) == 20


def test_the_report_says_what_was_done(dirty):
    report = data_report(gather([dirty], cleaning=CLEANING))
    assert (
        "cleaned 60 records: 10 of user/angle filled, 10 of user/throttle filled, 20 of "
        "user/throttle clipped, 10 beyond Tukey's fences of user/angle left out"
    ) in report.facts
    assert any(
        "10 records beyond Tukey's fences of user/angle are" in str(f) for f in report.left_out
    )


def test_a_batch_holds_what_was_cleaned(dirty, tmp_path):
    options = TrainingOptions(cleaning=CLEANING, augmentation=None)
    recordings = read_recordings([dirty], options)
    dataset = read_dataset(recordings, options, folder=tmp_path, progress=Silent())
    batches = Batches(dataset.samples(options), np.arange(50), batch_size=50)
    _, targets, *_ = batches[0]
    learnt = np.concatenate([targets["angle"], targets["throttle"]], axis=1)
    np.testing.assert_array_equal(learnt, [pair for pair in LEARNT if pair])


def test_a_column_that_the_tubs_lack_is_refused(dirty):
    cleaning = Cleaning((Fill("imu/gyr_z", "mean", everywhere(0.0)),))
    with pytest.raises(TrainingError, match="imu/gyr_z, which no record of .*dirty holds"):
        gather([dirty], cleaning=cleaning)


def test_the_owners_filter_sees_cleaned_values(dirty):
    kept = gather([dirty], cleaning=CLEANING, record_filter=lambda record: record[T] > 0.6)
    np.testing.assert_array_equal(kept.labels, [(0.5, 0.75)] * 10)


def test_a_resumed_training_needs_the_same_cleaning():
    assert TrainingOptions().to_json()["cleaning"] is None
    assert TrainingOptions(cleaning=CLEANING).to_json()["cleaning"] == CLEANING.fingerprint


def test_the_pilot_remembers_its_cleaning(dirty, tmp_path):
    write_cleaning(tmp_path / "c.json", CLEANING)
    options = TrainingOptions(cleaning=read_cleaning(tmp_path / "c.json"))
    recordings = read_recordings([dirty], options)
    dataset = read_dataset(recordings, options, folder=tmp_path, progress=Silent())
    said = json.loads(json.dumps(dataset.to_json(train_validation_split(recordings.sessions))))
    done = said["cleaning"].pop("done")
    assert Cleaning.from_json(said["cleaning"], "it") == CLEANING
    assert done == {
        "records": 60,
        "filled": {A: 10, T: 10},
        "fenced": {T: 20},
        "blanked": {},
        "left_out": {"beyond Tukey's fences of user/angle": 10},
        "unfilled": {},
    }


def test_the_command_refuses_a_damaged_file_before_it_reads_a_tub(tmp_path, dirty, capsys):
    (tmp_path / "c.json").write_text("{}")
    words = ["train", "--tub", str(dirty), "--cleaning", str(tmp_path / "c.json")]
    assert main([*words, "--model", str(tmp_path / "p.keras")]) == 1
    assert 'A cleaning must say "format": "donkeycar-cleaning/1"' in capsys.readouterr().err


@pytest.mark.parametrize("column", ["user/steering", A])
def test_a_tub_that_calls_its_angle_steering_is_cleaned_by_either_name(tmp_path, column):
    inputs = ["cam/image_array", "user/steering", T]
    with TubWriter(tmp_path / "tub", inputs, ["image_array", "float", "float"]) as tub:
        frame = np.zeros((8, 8, 3), np.uint8)
        tub.append(dict(zip(inputs, (frame, 15.0, 0.5), strict=True)))
    cleaning = Cleaning((Fence(column, 1.5, everywhere((-0.5, 0.5))),))
    assert gather([tmp_path / "tub"], cleaning=cleaning).labels.tolist() == [[0.5, 0.5]]

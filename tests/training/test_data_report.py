"""What is said of recordings before a training, on recordings made odd on purpose."""

import json

import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.management.cli import main
from donkeycar.training.data_report.report import data_report
from donkeycar.training.records.recordings import gather
from donkeycar.tub import TubWriter

INPUTS = ["cam/image_array", "user/angle", "user/throttle"]
TYPES = ["image_array", "float", "float"]
RNG = np.random.default_rng(0)


@pytest.fixture
def record(tmp_path):
    """Record a tub of (angle, throttle), with a picture of its own for each or those given."""

    def record(labels, pictures=None, name="tub", **columns):
        inputs, types = [*INPUTS, *columns], [*TYPES, *["float"] * len(columns)]
        with TubWriter(tmp_path / name, inputs, types) as tub:
            for number, (angle, throttle) in enumerate(labels):
                noise = RNG.integers(0, 256, (16, 24, 3), dtype=np.uint8)
                picture = noise if pictures is None else pictures[number]
                values = dict(zip(INPUTS, (picture, angle, throttle), strict=True))
                # One moment for all: no clock, however fast this computer records.
                tub.append({**values, **columns}, timestamp_ms=1_700_000_000_000)
        return tmp_path / name

    return record


def labels(count=60, **settings):
    angles = RNG.uniform(*settings.get("angle", (-1, 1)), count)
    throttles = RNG.uniform(*settings.get("throttle", (0.2, 0.6)), count)
    return [(float(a), float(t)) for a, t in zip(angles, throttles, strict=True)]


def findings(*tubs):
    report = data_report(gather(tubs))
    return [str(sentence) for sentence in (*report.findings, *report.left_out, *report.hints)]


def said(tub, text):
    [sentence] = [sentence for sentence in findings(tub) if text in sentence]
    return sentence


def test_few_records_are_said(record):
    assert said(record(labels()), "60 records are few, 3 seconds of driving. Record ten laps")


@pytest.mark.parametrize(
    ("settings", "what", "advice"),
    [
        ({"angle": (0.25, 0.25)}, "steering is always +0.25", "look at what records user/angle"),
        ({"angle": (0.2, 0.9)}, "100% of the bends go to the right", "Keep FLIP"),
        ({"angle": (-0.9, 0.05)}, "of the bends go to the left", "Keep FLIP"),
        ({"angle": (-0.06, 0.05)}, "of the records the car goes straight", "BALANCE_STEERING"),
        ({"angle": (0.99, 1.0)}, "In 100% of the records the steering is at its end", "a stick"),
        ({"throttle": (0.3, 0.3)}, "The throttle is always +0.30", "local_angle"),
    ],
)
def test_what_is_odd_about_labels_is_said_with_what_to_do(record, settings, what, advice):
    assert advice in said(record(labels(**settings)), what)


def test_a_car_that_stands_is_said(record):
    standing = [(0.1, 0.0)] * 12
    assert "TRAIN_FILTER" in said(record(labels(48) + standing), "20% of the records the throttle")


def test_repeated_pictures_are_said(record):
    pictures = np.repeat(RNG.integers(0, 256, (30, 16, 24, 3), dtype=np.uint8), 2, axis=0)
    assert "DRIVE_LOOP_HZ" in said(record(labels(), pictures), "50% of the pictures are the same")


def test_two_sizes_are_said(record):
    pictures = [np.zeros((16, 24 if number % 3 else 32, 3), np.uint8) for number in range(60)]
    sentence = said(record(labels(), pictures), "Pictures have 2 sizes: 40 of 24x16, 20 of 32x16")
    assert "takes one size, 24x16, which most have" in sentence


def test_unreadable_pictures_are_said(record):
    tub = record(labels())
    (tub / "images" / "7_cam_image_array_.jpg").write_bytes(b"")
    assert "donkey tub check" in said(tub, "1 of 60 pictures cannot be read")


def test_what_was_left_out_is_said_with_a_reason(record):
    assert said(record([*labels(), (None, 0.2)]), "1 record without user/angle is left out. Was")


def test_ordinary_recordings_are_not_odd(shared_data):
    for name in ("renault_office_v2", "usi_track2_v2"):
        assert findings(shared_data / name) == []


@pytest.mark.parametrize(
    ("angles", "guess"),
    [
        ([15.0, -12.5, 0.5], "user/angle goes up to 15: that looks like degrees. Divide them by"),
        ([2.0, 14.0, 7.0], "goes up to 14: that looks like the bins of a categorical pilot, 0 to"),
        ([370.0, 420.5, 460.0], "goes up to 460: that looks like pulses of a PWM chip."),
        ([1500.5, 1900.0], "goes up to 1900: that looks like pulses in microseconds."),
        ([1e6, 2e6], "goes up to 2e+06, and must be -1 to +1: look at what records it."),
        ([1.2, 1.3], "goes up to 1.3, and must be -1 to +1"),
    ],
)
def test_angles_out_of_range_are_explained(record, angles, guess):
    tub = record([(angle, 0.3) for angle in angles if abs(angle) > 1])
    with pytest.raises(TrainingError, match="with user/angle beyond -1 to .1. Each needs") as error:
        gather([tub])
    assert guess in str(error.value)
    assert "\n" not in str(error.value)


def test_throttles_out_of_range_are_explained(record):
    assert said(record([*labels(), (0.1, 5.6)]), "user/throttle goes up to 5.6: that looks like")


@pytest.mark.parametrize(
    ("columns", "who"),
    [
        (("steering", "throttle"), "steering and throttle instead, as the cv_control template"),
        (("pilot/angle", "pilot/throttle"), "pilot/angle and pilot/throttle instead, as a pilot"),
    ],
)
def test_other_columns_are_explained(tmp_path, columns, who):
    inputs = ["cam/image_array", *columns]
    with TubWriter(tmp_path / "tub", inputs, TYPES) as tub:
        for _ in range(3):
            values = np.zeros((16, 24, 3), np.uint8), 0.5, 0.3
            tub.append(dict(zip(inputs, values, strict=True)))
    with pytest.raises(TrainingError, match="3 without user/angle. Each needs") as error:
        gather([tmp_path / "tub"])
    assert who in str(error.value)
    assert str(error.value).endswith(" Record laps that you drive.")


def test_the_steering_of_a_driver_counts_under_its_other_name(tmp_path):
    """Templates of donkeycar 5 record it as user/steering, from which 5 itself cannot train."""
    inputs = ["cam/image_array", "user/steering", "user/throttle"]
    with TubWriter(tmp_path / "tub", inputs, TYPES) as tub:
        for number in range(4):
            values = np.zeros((16, 24, 3), np.uint8), number / 4, 0.3
            tub.append(dict(zip(inputs, values, strict=True)))
    found = gather([tmp_path / "tub"], record_filter=lambda record: record["user/angle"] < 0.6)
    assert found.labels[:, 0].tolist() == [0.0, 0.25, 0.5]


def test_a_number_that_no_computer_holds_is_only_out_of_range(record):
    tub = record(labels(3))
    catalog = next(tub.glob("*.catalog"))
    lines = catalog.read_text().splitlines()
    wrong = [json.loads(line) for line in lines]
    wrong[0]["user/angle"] = 10**4000
    catalog.write_text("\n".join(map(json.dumps, wrong)) + "\n")
    assert dict(gather([tub]).dropped) == {"with user/angle beyond -1 to +1": 1}


def test_a_filter_that_fails_is_named(record):
    message = "TRAIN_FILTER failed at record 0: KeyError: 'user/speed'"
    with pytest.raises(TrainingError, match=message):
        gather([record(labels(3))], record_filter=lambda record: record["user/speed"] > 1)


def test_the_command_prints_it(record, capsys):
    assert main(["tub", "report", str(record(labels(angle=(0.2, 0.9))))]) == 0
    output = capsys.readouterr().out
    assert "60 records of 1 tub, 1 session" in output
    assert "steering +0.2" in output
    assert "#" * 40 in output
    assert "* 100% of the bends go to the right." in output


def test_the_command_says_when_there_is_nothing(record, capsys):
    assert main(["tub", "report", str(record([]))]) == 1
    assert "tub holds no records" in capsys.readouterr().err

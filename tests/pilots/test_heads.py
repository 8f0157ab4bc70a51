"""From the outputs of a network to angle and throttle: ours, and those of donkeycar 3 to 5."""

import csv
import math

import numpy as np
import pytest
from PIL import Image

from donkeycar.errors import PilotError
from donkeycar.pilots.kinds.bins import bins_head, from_bins, to_bins
from donkeycar.pilots.kinds.head import inferred_head, locate, regression_head
from donkeycar.pilots.kinds.registry import pilot_type


def number(value):
    return np.array([[value]], np.float32)


def likely(place, count):
    return np.eye(count, dtype=np.float32)[None, place]


@pytest.mark.parametrize(
    "outputs",
    [
        {"angle": number(0.25), "throttle": number(0.5)},
        {"throttle": number(0.5), "angle": number(0.25), "loc": likely(2, 9)},
        {"n_outputs1": number(0.5), "n_outputs0": number(0.25)},
        {"out_1": number(0.5), "out_0": number(0.25)},
        {"model_outputs": np.array([[0.25, 0.5]])},
        {"outputs": np.array([[0.25, 0.5]])},
        {"output_0": number(0.25), "output_1": number(0.5)},
        {"output_0": number(0.25), "output_1": number(0.5), "output_2": likely(2, 9)},
        {"img_out": np.zeros((1, 8, 8, 3)), "n_outputs0": number(0.25), "n_outputs1": number(0.5)},
        {"output_0": np.zeros((1, 8, 8, 3)), "output_1": number(0.25), "output_2": number(0.5)},
        {"output_0": np.array([[0.25, 0.5]])},
    ],
)
def test_numbers_are_found_by_every_name_and_by_their_place(outputs):
    assert regression_head(outputs, {}) == (0.25, 0.5)


@pytest.mark.parametrize(
    "outputs",
    [
        {"angle": number(0.25)},
        {"angle": likely(1, 15), "throttle": likely(1, 20)},
        {"output_0": number(1), "output_1": number(2), "output_2": number(3)},
    ],
)
def test_outputs_of_another_type_are_refused(outputs):
    with pytest.raises(PilotError, match="one value for the angle .* trained as another type"):
        regression_head(outputs, {})


def test_inferred_throttle_is_the_same_left_and_right():
    """In donkeycar 5.x full left gave 1.0 and full right 0.557."""
    options = pilot_type("inferred").old_options
    said = [inferred_head({"n_outputs0": number(a)}, options) for a in (-1.5, -1, -0.5, 0, 0.5, 1)]
    assert [angle for angle, _ in said] == [-1.5, -1, -0.5, 0, 0.5, 1]
    assert [throttle for _, throttle in said] == pytest.approx(
        [0.557, 0.557, 0.6555, 0.754, 0.6555, 0.557]
    )


def test_bins_of_donkeycar_5_mean_what_they_meant():
    """Angle: b * 2/14 - 1. Throttle: b * R/20, so that R itself was never said."""
    options = pilot_type("categorical").complete(pilot_type("categorical").old_options)
    for place in range(15):
        outputs = {"angle_out": likely(place, 15), "throttle_out": likely(place, 20)}
        wanted = (place * 2 / 14 - 1, place * 0.8 / 20)
        assert bins_head(outputs, options) == pytest.approx(wanted)


def test_bins_without_names_are_told_by_their_number():
    options = pilot_type("categorical").complete(pilot_type("categorical").old_options)
    angle, throttle = likely(14, 15), likely(10, 20)
    for outputs in ({"output_0": angle, "output_1": throttle},
                    {"output_0": throttle, "output_1": angle}):  # fmt: skip
        assert bins_head(outputs, options) == pytest.approx((1.0, 0.4))


@pytest.mark.parametrize("low", [-0.3, 0.0])
def test_a_value_survives_its_bins(low):
    values = np.linspace(low, 0.7, 57)
    for value, shares in zip(values, to_bins(values, (low, 0.7), 20), strict=True):
        assert shares.sum() == pytest.approx(1)
        assert from_bins(shares, (low, 0.7), "peak") == pytest.approx(value, abs=1e-6)


def test_beyond_the_bins_is_their_end():
    assert to_bins(np.array([-2.0, 2.0]), (-1, 1), 3).tolist() == [[1, 0, 0], [0, 0, 1]]


def test_of_two_ways_the_likelier_is_taken_not_the_tree_between_them():
    ways = np.array([0.0, 0.4, 0.1, 0.0, 0.2, 0.3])
    assert from_bins(ways, (-1, 1), "likeliest") == pytest.approx(-0.6)
    assert from_bins(ways, (-1, 1), "peak") == pytest.approx(-0.52)


def test_what_is_no_likelihood_is_no_answer():
    assert math.isnan(from_bins(np.array([0.1, np.nan]), (-1, 1), "peak"))
    assert from_bins(np.zeros(3), (-1, 1), "peak") == -1


def test_bins_of_another_type_are_refused():
    with pytest.raises(PilotError, match="a row of bins for the angle"):
        bins_head({"angle": number(0.1), "throttle": number(0.1)}, {"choice": "peak"})


@pytest.mark.parametrize("name", ["loc", "zloc", "output_2"])
def test_a_place_is_found_by_every_name(name):
    outputs = {"output_0": number(0.1), "output_1": number(0.1), name: likely(7, 10)}
    assert locate(outputs, {}) == 7


def test_golden_answers_of_somebody_elses_categorical_pilot(shared_data):
    from donkeycar.pilots import load_pilot

    name = "categorical_mysecondpilot"
    pilot = load_pilot(shared_data / "models" / f"{name}.tflite", type="categorical")
    images = shared_data / "renault_office_v2" / "images"
    golden = shared_data / "models" / f"expected_{name}_on_renault_office_v2.csv"
    with golden.open() as file:
        rows = list(csv.DictReader(file))
    agreed = 0
    for row in rows:
        likelihoods = sorted(float(row[f"angle_{place}"]) for place in range(15))
        if likelihoods[-1] - likelihoods[-2] < 0.04:
            continue  # JPEG decoders differ by a grey level, which may decide this one
        angle, throttle = pilot.infer(np.asarray(Image.open(images / row["image"])))
        assert angle == pytest.approx(int(row["angle_argmax"]) * 2 / 14 - 1)
        assert throttle == pytest.approx(int(row["throttle_argmax"]) * 0.8 / 20)
        agreed += 1
    assert agreed > 30

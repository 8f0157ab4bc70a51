import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.pilots.transform import Transforms

TRAPEZE = {
    "upper_left_px": 4,
    "upper_right_px": 6,
    "lower_left_px": 0,
    "lower_right_px": 10,
    "top_px": 2,
    "bottom_px": 6,
}


@pytest.fixture
def frame():
    return np.random.default_rng(0).integers(1, 256, (8, 10, 3), dtype=np.uint8)


def test_crop_blackens_the_border_and_keeps_the_size(frame):
    crop = {"top_px": 3, "bottom_px": 1, "left_px": 2, "right_px": 4}
    seen = Transforms([("CROP", crop)])(frame)
    assert seen.shape == frame.shape
    np.testing.assert_array_equal(seen[3:7, 2:6], frame[3:7, 2:6])
    assert np.count_nonzero(seen) == 4 * 4 * 3


def test_trapeze_keeps_what_lies_between_its_sides(frame):
    seen = Transforms([("TRAPEZE", TRAPEZE)])(frame)
    kept = [np.flatnonzero(row.any(axis=1)) for row in seen]
    assert [len(row) for row in kept] == [0, 0, 3, 5, 7, 9, 0, 0]
    assert (kept[2][0], kept[2][-1]) == (4, 6)


def test_grey_is_as_bright_as_the_eye_sees_it():
    red = np.zeros((2, 2, 3), np.uint8)
    red[:, :, 0] = 255
    seen = Transforms([("RGB2GRAY", {})])(red)
    assert seen.shape == (2, 2, 1)
    assert seen.max() == seen.min() == 76


def test_steps_are_applied_in_order_to_a_copy(frame):
    before = frame.copy()
    transforms = Transforms([("RGB2BGR", {}), ("CROP", {"top_px": 7})])
    seen = transforms(frame)
    np.testing.assert_array_equal(frame, before)
    np.testing.assert_array_equal(seen[7], before[7, :, ::-1])


def test_without_steps_the_frame_is_handed_on(frame):
    assert Transforms()(frame) is frame


def test_what_is_written_down_comes_back(frame):
    transforms = Transforms([("CROP", {"top_px": 3}), ("TRAPEZE", TRAPEZE), ("RGB2GRAY", {})])
    again = Transforms.from_json(transforms.to_json())
    assert again.to_json() == transforms.to_json()
    np.testing.assert_array_equal(again(frame), transforms(frame))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("CROP", "must be a list"),
        ([["CROP"]], "must be a list"),
        ([{"name": "EXPLODE"}], "must be one of .* Received: name='EXPLODE'"),
        (
            [{"name": "CROP", "top": 3}],
            r"CROP takes top_px \(a whole number\), .*Received: {'top': 3}",
        ),
        ([{"name": "CROP", "top_px": "3"}], "CROP takes .*Received: {'top_px': '3'}"),
        ([{"name": "TRAPEZE", "top_px": 3}], "TRAPEZE takes .*Received"),
        ([{}], "must be one of"),
    ],
)
def test_nonsense_in_a_file_is_refused(steps, message):
    with pytest.raises(PilotError, match=message):
        Transforms.from_json(steps)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (("CROP", {"top_px": 8}), "must leave something"),
        (("CROP", {"top_px": -1}), "must leave something"),
        (("TRAPEZE", {**TRAPEZE, "bottom_px": 9}), "within the rows"),
        (("TRAPEZE", {**TRAPEZE, "lower_right_px": 0}), "left side left of its right"),
    ],
)
def test_a_mask_that_does_not_fit_the_frame_is_refused(step, message):
    with pytest.raises(PilotError, match=message):
        Transforms([step]).output_shape((8, 10, 3))


def test_colours_cannot_be_taken_twice():
    with pytest.raises(PilotError, match="needs three channels"):
        Transforms([("RGB2GRAY", {}), ("RGB2GRAY", {})]).output_shape((8, 10, 3))


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (("BLUR", {"kernel_px": 4}), "kernel of a blur must be odd, 1 to 99"),
        (("BLUR", {"kernel_y_px": 0}), "kernel of a blur must be odd"),
        (("CANNY", {"aperture_px": 4}), r"aperture must be one of \[3, 5, 7\]"),
        (("CANNY", {"low": -1}), "Thresholds must be 0 or more"),
        (("RESIZE", {"width_px": 5000, "height_px": 10}), "1 to 4096 pixels a side"),
        (("SCALE", {"width_factor": 0}), "factor must be greater than 0"),
        (("SCALE", {"width_factor": True}), r"SCALE takes width_factor \(a number\)"),
        (("SCALE", {"width_factor": float("nan")}), r"SCALE takes width_factor \(a number\)"),
        (("GRAY2RGB", {"x": 1}), "GRAY2RGB takes nothing"),
    ],
)
def test_impossible_arguments_are_refused(step, message):
    with pytest.raises(PilotError, match=message):
        Transforms([step])


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (("SCALE", {"width_factor": 0.01}), "1 to 4096 pixels a side"),
        (("SCALE", {"width_factor": 4000.0}), "1 to 4096 pixels a side"),
        (("BLUR", {"kernel_px": 17}), "kernel must be smaller than the frame"),
        (("GRAY2RGB", {}), "needs one channel"),
        (("TRAPEZE_EDGE", {**TRAPEZE, "bottom_px": 6}), "within the rows"),
    ],
)
def test_a_step_that_does_not_suit_the_frame_is_refused(step, message):
    with pytest.raises(PilotError, match=message):
        Transforms([step]).output_shape((8, 10, 3))


CHAIN = Transforms(
    [("CROP", {"top_px": 3, "left_px": 1}), ("RESIZE", {"width_px": 20, "height_px": 16})],
    post=[("RGB2GRAY", {}), ("CANNY", {"low": 10, "high": 20})],
)


def test_the_car_does_in_one_go_what_training_does_in_two(frame):
    after = CHAIN.after(frame.shape)
    np.testing.assert_array_equal(after(CHAIN.before(frame)), CHAIN(frame))
    assert after.output_shape(CHAIN.before(frame).shape) == CHAIN.output_shape(frame.shape)
    assert CHAIN.output_shape(frame.shape) == (16, 20, 1)


def test_what_comes_after_augmentation_is_written_down_so():
    again = Transforms.from_json(CHAIN.to_json())
    assert again.to_json() == CHAIN.to_json()
    assert [step.get("post", False) for step in CHAIN.to_json()] == [False, False, True, True]
    assert [step["name"] for step in again.before.to_json()] == ["CROP", "RESIZE"]


@pytest.mark.parametrize(
    ("steps", "kept"),
    [
        ([("CROP", {"top_px": 4})], 4 * 10),
        ([("TRAPEZE", TRAPEZE)], 3 + 5 + 7 + 9),
        ([("CROP", {"top_px": 4}), ("RGB2GRAY", {})], 4 * 10),
        ([("CROP", {"top_px": 4}), ("SCALE", {"width_factor": 2.0})], 9 * 20),
        ([("CROP", {"top_px": 4}), ("BLUR", {"kernel_px": 3})], 5 * 10),
        ([("CROP", {"top_px": 4}), ("CANNY", {})], 5 * 10),
    ],
)
def test_what_a_mask_blackened_stays_black_whatever_augmentation_paints(frame, steps, kept):
    transforms = Transforms(steps)
    painted = np.full_like(transforms.before(frame), 200)
    assert np.count_nonzero(transforms.after(frame.shape)(painted).any(axis=2)) == kept
    np.testing.assert_array_equal(
        transforms.after(frame.shape)(transforms.before(frame)), transforms(frame)
    )


def test_without_a_mask_nothing_is_left_to_do_after_augmentation(frame):
    assert not Transforms([("RGB2BGR", {})]).after(frame.shape)

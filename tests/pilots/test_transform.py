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

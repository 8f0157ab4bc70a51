"""`donkeycar.utils` of donkeycar 5: same names, same results where they were sane.

Expected numbers are those that donkeycar 5.3 gives, unless a test says otherwise.
"""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import donkeycar as dk
from donkeycar import utils
from donkeycar.utils import *  # noqa: F403 - as owners' files do it


@pytest.fixture
def frame():
    return np.random.default_rng(1).integers(0, 256, (12, 16, 3), np.uint8)


@pytest.fixture
def cfg():
    return SimpleNamespace(IMAGE_W=8, IMAGE_H=6, IMAGE_DEPTH=3)


def test_a_frame_survives_the_way_to_bytes_and_back(frame):
    binary = utils.arr_to_binary(frame)
    assert binary[:2] == b"\xff\xd8"
    again = utils.img_to_arr(utils.binary_to_img(binary))
    assert again.shape == frame.shape
    png = utils.img_to_binary(utils.arr_to_img(frame), format="png")
    np.testing.assert_array_equal(utils.img_to_arr(utils.binary_to_img(png)), frame)
    assert utils.binary_to_img(b"") is utils.binary_to_img(None) is None
    assert utils.binary_to_img(b"no picture") is None


def test_a_frame_with_one_channel_is_a_grey_picture(frame):
    """It used to be a TypeError of the library."""
    assert utils.arr_to_img(frame[..., :1]).mode == "L"


def test_grey(frame):
    """It used to be a TypeError: round() of an array."""
    grey = utils.rgb2gray(frame)
    assert grey.dtype == np.uint8
    np.testing.assert_allclose(grey, np.asarray(Image.fromarray(frame).convert("L")), atol=1)
    assert utils.rgb2gray(frame / 255).max() <= 1
    assert dk.utils.rgb2gray(np.full((1, 1, 3), 255, np.uint8)) == 255


def test_scales_of_pixels(frame):
    scaled = utils.normalize_image(frame)
    assert (scaled.dtype, scaled.max() <= 1) == (np.float64, True)
    assert abs(utils.denormalize_image(scaled).astype(int) - frame).max() <= 1
    np.testing.assert_array_equal(utils.img_crop(frame, 2, 0), frame[2:])
    np.testing.assert_array_equal(utils.img_crop(frame, 2, 3), frame[2:9])


def test_a_picture_file_in_the_size_of_the_settings(tmp_path, frame, cfg):
    path = tmp_path / "x.png"
    Image.fromarray(frame).save(path)
    assert utils.load_image(path, cfg).shape == (6, 8, 3)
    assert utils.load_pil_image(path, cfg).size == (8, 6)
    cfg.IMAGE_DEPTH = 1
    assert utils.load_image(path, cfg).shape == (6, 8, 1)
    np.testing.assert_array_equal(utils.load_image_sized(path, 16, 12, 3), frame)
    (tmp_path / "y.jpg").write_bytes(b"no picture")
    for name in ("none.jpg", "y.jpg"):
        with pytest.raises(OSError, match=name):
            utils.load_image(tmp_path / name, cfg)


@pytest.mark.parametrize(
    ("given", "whole", "rounded"),
    [
        ((0.5, -1, 1, 290, 460), 417, 417.5),
        ((-1, -1, 1, 460, 290), 460, 460.0),
        ((0.3, 0, 1, 370, 500), 409, 409.0),
        ((-0.3, -1, 0, 220, 370), 325, 325.0),
        ((1, 0, 3, 0, 1), 0, 0.33),
        ((0.2, -1, 1, 7, 7), 7, 7.0),  # a division by zero before
    ],
)
def test_ranges(given, whole, rounded):
    assert utils.map_range(*given) == whole
    assert utils.map_range_float(*given) == rounded
    assert utils.map_frange(*given) == pytest.approx(rounded, abs=0.005)


@pytest.mark.parametrize(
    ("value", "number"), [(-1, 0), (-0.5, 4), (0, 7), (0.5, 10), (1, 14), (9, 14), (-9, 0)]
)
def test_bins(value, number):
    bins = utils.linear_bin(value)
    assert (bins.shape, bins.argmax(), bins.sum()) == ((15,), number, 1)
    if abs(value) <= 1:
        assert utils.linear_unbin(bins) == pytest.approx(value, abs=0.0715)
    throttle = utils.linear_bin(0.4, N=20, offset=0, R=0.8)
    assert (throttle.argmax(), utils.linear_unbin(throttle, 20, 0, 0.8)) == (10, 0.4)


def test_small_helpers(tmp_path, capsys):
    assert [utils.clamp(n, 0, 1) for n in (-1, 0.5, 2)] == [0, 0.5, 1]
    assert utils.clamp(2, 1, 0) == 1
    assert [utils.norm_deg(a) for a in (-90, 450, 360, 720, -360, 0)] == [270, 90, 360, 360, 0, 0]
    assert utils.deg2rad(180) == pytest.approx(np.pi)
    assert utils.dist(0, 0, 3, 4) == 5
    assert [utils.sign(x) for x in (-2, 0, 0.1)] == [-1, 0, 1]
    assert [utils.compare_to(1, 2, t) for t in (0.5, 1)] == [-1, 0]
    assert utils.compare_to(3, 2, 0.5) == 1
    assert [utils.is_number_type(x) for x in (1, 1.0, True, "1")] == [True, True, False, False]
    assert utils.merge_two_dicts({1: 2, 3: 4}, {1: 5}) == {1: 5, 3: 4}
    folder = utils.make_dir(f"{tmp_path}/a/b")
    assert utils.make_dir(folder) == folder
    utils.eprint("said")
    assert capsys.readouterr().err == "said\n"
    assert utils.my_ip().count(".") == 3
    timer = utils.FPSTimer()
    for _ in range(100):
        timer.on_frame()
    assert capsys.readouterr().out.startswith("fps ")


def test_throttle_is_equal_on_both_sides():
    """Full left used to be full throttle, straight ahead 0.754."""
    assert utils.throttle(0) == 0.754
    assert utils.throttle(-1) == utils.throttle(1) == pytest.approx(0.557)
    assert utils.throttle(5) == utils.throttle(1)


def test_what_a_star_imports_is_what_helpers_were():
    assert clamp is utils.clamp  # noqa: F405
    assert isinstance(io, type(np))

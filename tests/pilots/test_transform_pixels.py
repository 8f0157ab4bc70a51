"""Transforms make the same pixels as OpenCV 4.9, which donkeycar 5.x uses.

The fingerprints are those of OpenCV's answers for the picture below.
"""

import zlib

import numpy as np
import pytest

from donkeycar.pilots.transform import Transforms


def once(name, **arguments):
    return Transforms([(name, arguments)])


@pytest.fixture(scope="module")
def picture():
    rows, columns = np.mgrid[0:60, 0:80]
    red = rows * rows // 7 + columns * 3
    green = rows * 5 + columns * columns // 9
    blue = rows * columns // 5 + 40
    ramps = (np.stack((red, green, blue), axis=2) % 256).astype(np.uint8)
    return once("BLUR", kernel_px=3, gaussian=False)(ramps)


@pytest.mark.parametrize(
    ("name", "arguments", "fingerprint"),
    [
        ("CROP", {}, 1626860136),
        ("RGB2GRAY", {}, 2000078311),
        ("BGR2GRAY", {}, 272229065),
        ("CANNY", {}, 676228558),
        ("CANNY", {"low": 110, "high": 60}, 676228558),
        ("CANNY", {"low": 600, "high": 1500, "aperture_px": 5}, 3448953888),
        ("CANNY", {"low": 3000, "high": 9000, "aperture_px": 7}, 2764705032),
        ("BLUR", {"kernel_px": 3}, 1726587184),
        ("BLUR", {}, 3494343805),
        ("BLUR", {"kernel_px": 7, "kernel_y_px": 3}, 4145395741),
        ("BLUR", {"gaussian": False}, 910282946),
        ("BLUR", {"kernel_px": 3, "kernel_y_px": 9, "gaussian": False}, 1018646783),
        ("RESIZE", {"width_px": 40, "height_px": 30}, 3188595369),
        ("RESIZE", {"width_px": 40, "height_px": 60}, 3265307943),
        ("SCALE", {"width_factor": 0.5}, 3188595369),
    ],
)
def test_pixels_are_those_of_opencv(picture, name, arguments, fingerprint):
    seen = once(name, **arguments)(picture)
    assert zlib.crc32(seen.tobytes()) == fingerprint


def test_edges_of_a_grey_frame_are_those_of_opencv(picture):
    edges = Transforms([("RGB2GRAY", {}), ("CANNY", {})])(picture)
    assert edges.shape == (60, 80, 1)
    assert set(np.unique(edges)) == {0, 255}
    assert zlib.crc32(edges.tobytes()) == 243988764


COLOURS = [
    ((255, 0, 0), (0, 255, 255)),
    ((0, 255, 0), (60, 255, 255)),
    ((0, 0, 255), (120, 255, 255)),
    ((255, 255, 0), (30, 255, 255)),
    ((0, 255, 255), (90, 255, 255)),
    ((255, 0, 255), (150, 255, 255)),
    ((0, 0, 0), (0, 0, 0)),
    ((255, 255, 255), (0, 0, 255)),
    ((128, 128, 128), (0, 0, 128)),
    ((200, 100, 50), (10, 191, 200)),
    ((50, 100, 200), (110, 191, 200)),
]


@pytest.mark.parametrize("order", [1, -1], ids=["RGB", "BGR"])
def test_hue_saturation_and_value_are_those_of_opencv(order):
    name = "RGB" if order == 1 else "BGR"
    colours, hsv = (np.array([row], np.uint8) for row in zip(*COLOURS, strict=True))
    np.testing.assert_array_equal(once(f"{name}2HSV")(colours[:, :, ::order]), hsv)
    np.testing.assert_array_equal(once(f"HSV2{name}")(hsv)[:, :, ::order], colours)


def test_hue_goes_round_from_red_to_red():
    reds = np.array([[(255, 0, 4), (255, 0, 5), (255, 5, 0)]], np.uint8)
    assert once("RGB2HSV")(reds)[0, :, 0].tolist() == [0, 179, 1]


def test_grey_of_hsv_is_grey_of_the_colour(picture):
    grey = once("RGB2GRAY")(picture).astype(int)
    there_and_back = Transforms([("RGB2HSV", {}), ("HSV2GRAY", {})])(picture)
    assert np.abs(there_and_back - grey).max() <= 4  # hue has 180 steps only


def test_three_channels_of_grey_are_equal(picture):
    seen = Transforms([("RGB2GRAY", {}), ("GRAY2RGB", {})])(picture)
    assert seen.shape == picture.shape
    assert (seen == seen[:, :, :1]).all()


def test_a_trapeze_may_be_said_by_its_distances_from_the_edges(picture):
    from_corner = once(
        "TRAPEZE", upper_left_px=20, upper_right_px=60, lower_left_px=5, lower_right_px=80,
        top_px=10, bottom_px=50,
    )  # fmt: skip
    from_edges = once(
        "TRAPEZE_EDGE", upper_left_px=20, upper_right_px=20, lower_left_px=5, lower_right_px=0,
        top_px=10, bottom_px=10,
    )  # fmt: skip
    np.testing.assert_array_equal(from_edges(picture), from_corner(picture))


def test_edges_of_a_frame_without_any_are_none():
    flat = np.full((20, 30, 3), 90, np.uint8)
    assert not once("CANNY")(flat).any()
    assert once("CANNY")(flat).shape == (20, 30, 1)

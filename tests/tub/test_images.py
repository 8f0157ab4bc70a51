import subprocess
import sys

import numpy as np
import pytest

from donkeycar.errors import TubError
from donkeycar.tub import images
from donkeycar.tub.images import decode_image, encode_image


@pytest.fixture
def picture():
    rows, columns = np.mgrid[0:120, 0:160]
    return np.stack([rows, columns, (rows + columns) // 2], axis=2).astype(np.uint8)


@pytest.mark.parametrize("encoder", ["_encode_jpeg", "_encode_with_pillow"])
def test_both_encoders_keep_the_picture(picture, folder, encoder, monkeypatch):
    monkeypatch.setattr(images, "_encode_jpeg", getattr(images, encoder))
    (folder / "x.jpg").write_bytes(encode_image(picture, "image_array"))
    decoded = decode_image(folder / "x.jpg")
    assert decoded.shape == picture.shape
    assert np.abs(decoded.astype(int) - picture).mean() < 2, "red, green and blue in their places"


@pytest.mark.parametrize("encoder", ["_encode_jpeg", "_encode_with_pillow"])
@pytest.mark.parametrize("shape", [(6, 8), (6, 8, 1)])
def test_both_encoders_take_grey(folder, encoder, shape, monkeypatch):
    monkeypatch.setattr(images, "_encode_jpeg", getattr(images, encoder))
    (folder / "x.jpg").write_bytes(encode_image(np.full(shape, 77, np.uint8), "image_array"))
    assert (decode_image(folder / "x.jpg") == 77).all()


def test_an_array_with_gaps_is_taken(picture, folder):
    (folder / "x.jpg").write_bytes(encode_image(picture[::2, ::-1], "image_array"))
    assert decode_image(folder / "x.jpg").shape == (60, 160, 3)


def test_depth_is_lossless(folder):
    depth = np.random.default_rng(1).integers(0, 65536, (20, 30)).astype(np.uint16)
    (folder / "x.png").write_bytes(encode_image(depth, "gray16_array"))
    decoded = decode_image(folder / "x.png")
    assert decoded.dtype == np.uint16
    assert (decoded == depth).all()


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (np.zeros((4, 4), np.uint8), "gray16_array"),
        (np.zeros((4, 4, 3), np.uint16), "gray16_array"),
    ],
)
def test_other_depth_is_refused(value, type_name):
    with pytest.raises(TubError, match="gray16_array needs"):
        encode_image(value, type_name)


@pytest.mark.parametrize(
    ("value", "received"), [(1, "int"), ([[0, 1]], "list"), (np.zeros((2, 3)), "float64 (2, 3)")]
)
def test_what_came_instead_of_a_picture_is_named(value, received):
    # What used to happen: "Received: <class 'int'>".
    with pytest.raises(TubError) as refusal:
        encode_image(value, "image_array")
    assert str(refusal.value) == f"image_array needs an array of uint8. Received: {received}"


def test_pillow_serves_where_simplejpeg_is_missing():
    code = """
import sys
sys.modules["simplejpeg"] = None
from donkeycar.tub import images
assert images._encode_jpeg is images._encode_with_pillow
"""
    subprocess.run([sys.executable, "-c", code], check=True)

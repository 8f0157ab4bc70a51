"""MP4: every picture of a tub, in order, at the pace of the recording."""

import av
import numpy as np
import pytest

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.exporting.export import export_tubs
from donkeycar.tub import TubReader, TubWriter

from .conftest import TUBS


def played(path):
    """Frames of a film, and how many are shown in a second."""
    with av.open(str(path)) as film:
        rate = float(film.streams.video[0].average_rate)
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)], rate


@pytest.mark.parametrize("name", TUBS)
def test_a_real_tub_is_shown_as_it_was_recorded(cut, tmp_path, name):
    tub = cut(name)
    exported = export_tubs([tub], "mp4", tmp_path / "a.mp4")
    reader = TubReader(tub)
    pictures = [reader.image(record) for record in reader]
    frames, rate = played(tmp_path / "a.mp4")
    assert len(frames) == exported.num_records == len(pictures)
    assert rate == pytest.approx(exported.facts["fps"], rel=1e-3)
    for frame, picture in zip(frames, pictures, strict=True):
        assert frame.shape == picture.shape
        assert np.abs(frame.astype(int) - picture).mean() < 6


def make(path, shapes):
    with TubWriter(path, ["cam/image_array", "user/angle"], ["image_array", "float"]) as tub:
        for shape in shapes:
            tub.append({"cam/image_array": np.full((*shape, 3), 200, np.uint8), "user/angle": 0.1})
    return path


def test_most_pictures_decide_the_size_and_odd_sides_become_even(tmp_path):
    tub = make(tmp_path / "tub", [(40, 40), (39, 53), (39, 53)])
    exported = export_tubs([tub], "mp4", tmp_path / "a.mp4", options={"fps": 10.0})
    frames, rate = played(tmp_path / "a.mp4")
    assert [frame.shape for frame in frames] == [(40, 54, 3)] * 3
    assert rate == 10
    assert exported.notes == ["1 pictures of another size were shown with bars"]


def test_times_of_no_car_are_told(cut, tmp_path):
    exported = export_tubs([cut("donkey_testtub_v2")], "mp4", tmp_path / "a.mp4")
    assert exported.facts["fps"] == 20
    assert "so the video shows 20 a second; --fps chooses another rate" in exported.notes[0]


def test_records_without_a_picture_are_counted(every_type, tmp_path):
    with TubWriter(every_type, ["user/angle"], ["float"]) as writer:
        writer.append({"user/angle": 0.5})
    exported = export_tubs([every_type], "mp4", tmp_path / "a.mp4")
    assert exported.num_records == 10
    assert exported.left_out == {"no picture": 1}


def test_a_camera_that_is_none_is_refused(every_type, tmp_path):
    with pytest.raises(ConfigError, match="must be one of cam/image_array. Received: cam/depth_a"):
        options = {"camera": "cam/depth_array"}
        export_tubs([every_type], "mp4", tmp_path / "a.mp4", options=options)


def test_a_tub_without_pictures_is_refused(tmp_path):
    with TubWriter(tmp_path / "tub", ["user/angle"], ["float"]) as writer:
        writer.append({"user/angle": 0.5})
    with pytest.raises(TubError, match="Received: tubs without a column of them"):
        export_tubs([tmp_path / "tub"], "mp4", tmp_path / "a.mp4")

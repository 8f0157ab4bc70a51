import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.training.frames import decode
from donkeycar.training.progress import Silent
from donkeycar.training.recordings import gather


@pytest.fixture
def tub(record_tub):
    return record_tub("tub", [(a / 10, 0.5) for a in range(5)])


def run(tubs, folder, **settings):
    return decode(gather(tubs), folder=folder, progress=Silent(), **settings)


def test_frames_come_in_the_order_of_the_records(tub, tmp_path):
    recordings, frames = run([tub], tmp_path)
    assert frames.shape == (5, 64, 80, 3)
    np.testing.assert_array_equal(frames[3], recordings.image(3))


def test_an_unreadable_picture_is_left_out_with_its_label(tub, tmp_path):
    (tub / "images" / "1_cam_image_array_.jpg").write_bytes(b"")
    (tub / "images" / "2_cam_image_array_.jpg").unlink()
    recordings, frames = run([tub], tmp_path)
    assert len(frames) == len(recordings) == 3
    np.testing.assert_allclose(recordings.labels[:, 0], [0.0, 0.3, 0.4], rtol=1e-6)
    np.testing.assert_array_equal(frames[1], recordings.image(1))
    assert recordings.dropped == {"with an unreadable picture": 2}


def test_without_any_picture_there_is_nothing_to_learn(tub, tmp_path):
    for path in (tub / "images").iterdir():
        path.write_bytes(b"\xff\xd8 half a picture")
    with pytest.raises(TrainingError, match="None of 5 pictures can be read; record 0 of "):
        run([tub], tmp_path)


def test_two_sizes_are_refused_and_named(tub, record_tub, tmp_path):
    other = record_tub("other", [(0.0, 0.5)], shape=(72, 96, 3))
    message = "one size. Received: 80x64x3 in record 0 of .*tub, 96x72x3 in record 0 of .*other"
    with pytest.raises(TrainingError, match=message):
        run([tub, other], tmp_path)


def test_beyond_the_budget_frames_lie_on_the_disk(tub, tmp_path):
    _, in_memory = run([tub], tmp_path)
    _, on_disk = run([tub], tmp_path, memory_budget_bytes=1000)
    assert isinstance(on_disk, np.memmap)
    np.testing.assert_array_equal(on_disk, in_memory)
    assert {path.name for path in tmp_path.iterdir()} == {"tub"}


def test_a_disk_that_is_too_small_is_said(tub, tmp_path):
    with pytest.raises(TrainingError, match="0.0 GB of frames do not fit into .*nowhere"):
        run([tub], tmp_path / "nowhere", memory_budget_bytes=1000)

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image as PNG

from donkeycar.errors import PilotError, TrainingError
from donkeycar.pilots.transform import Transforms
from donkeycar.training.progress import Silent
from donkeycar.training.records.frame_file import FrameFile
from donkeycar.training.records.frames import decode
from donkeycar.training.records.recordings import gather


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


class Told(Silent):
    """Keeps what is said."""

    def __init__(self):
        self.sentences = []

    def say(self, text):
        self.sentences.append(text)


def test_the_first_picture_does_not_decide_the_size(tub, record_tub, tmp_path):
    """All others used to be refused for it."""
    first = record_tub("first", [(0.0, 0.5), (0.1, 0.5)], shape=(128, 160, 3))
    progress = Told()
    recordings, frames = decode(gather([first, tub]), folder=tmp_path, progress=progress)
    assert frames.shape == (7, 64, 80, 3)
    assert recordings.camera_shape == (64, 80, 3)
    assert progress.sentences == [
        "note: 2 of 7 pictures have another size (2 of 160x128), resized to 80x64"
    ]


def test_a_picture_of_another_shape_is_left_out_and_counted(tub, record_tub, tmp_path):
    other = record_tub("other", [(0.0, 0.5)], shape=(72, 96, 3))
    recordings, frames = run([other, tub], tmp_path)
    assert len(frames) == len(recordings) == 5
    assert recordings.dropped == {"with a picture of another shape (96x72)": 1}
    np.testing.assert_array_equal(frames[0], recordings.image(0))


def test_a_first_picture_of_depth_does_not_decide(tub, tmp_path):
    depth = PNG.fromarray(np.zeros((64, 80), np.uint16))
    depth.save(tub / "images" / "0_cam_image_array_.jpg", "PNG")
    recordings, frames = run([tub], tmp_path)
    assert frames.shape == (4, 64, 80, 3)
    assert recordings.dropped == {"with a picture of another shape (80x64)": 1}


def test_beyond_the_budget_frames_lie_on_the_disk(tub, tmp_path):
    _, in_memory = run([tub], tmp_path)
    _, on_disk = run([tub], tmp_path, memory_budget_bytes=1000)
    assert isinstance(in_memory, np.ndarray) and isinstance(on_disk, FrameFile)
    assert (on_disk.shape, len(on_disk)) == (in_memory.shape, 5)
    for rows in (3, -1, slice(1, 4), np.array([4, 0, 0]), np.array([[0, 1], [2, 3]])):
        np.testing.assert_array_equal(on_disk[rows], in_memory[rows])
    with pytest.raises(IndexError, match="There are 5 frames. Received: 5"):
        on_disk[np.array([0, 5])]
    assert {path.name for path in tmp_path.iterdir()} == {"tub"}


def test_two_threads_may_read_at_once(tmp_path):
    file = FrameFile(tmp_path, 200, (8, 10, 3))
    for value in range(200):
        file.append(np.full((8, 10, 3), value, np.uint8))
    with ThreadPoolExecutor(2) as pool:
        rows = [np.random.default_rng(seed).permutation(200) for seed in range(20)]
        for wanted, frames in zip(rows, pool.map(file.__getitem__, rows), strict=True):
            np.testing.assert_array_equal(frames[:, 7, 9, 2], wanted)


def test_a_disk_that_is_too_small_is_said_before_it_is_full(tub, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=50_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(
        TrainingError, match=r"0.0 GB of frames do not fit into .*: 0.1 GB are free"
    ):
        run([tub], tmp_path, memory_budget_bytes=1000)


def test_a_disk_that_fills_up_meanwhile_is_said(tmp_path):
    """A process may not write files of more than 3 frames: the disk says no to the fourth."""
    code = f"""
import resource, signal, sys
from pathlib import Path
import numpy as np
from donkeycar.errors import TrainingError
from donkeycar.training.records.frame_file import FrameFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (7000, 7000))
file = FrameFile(Path({str(tmp_path)!r}), 9, (20, 34, 3))
try:
    for _ in range(9):
        file.append(np.zeros((20, 34, 3), np.uint8))
except TrainingError as error:
    print(len(file), error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("3 0.0 GB of frames do not fit into ")
    assert done.stdout.endswith("Free some space, or train on fewer records.\n")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_said(tub, tmp_path):
    with pytest.raises(TrainingError, match="0.0 GB of frames do not fit into .*nowhere"):
        run([tub], tmp_path / "nowhere", memory_budget_bytes=1000)


def test_transforms_are_done_once_as_the_frames_come(tub, tmp_path):
    steps = Transforms([("CROP", {"top_px": 4}), ("RESIZE", {"width_px": 40, "height_px": 32})])
    recordings, frames = run([tub], tmp_path, transforms=steps)
    assert recordings.camera_shape == (64, 80, 3)
    assert frames.shape == (5, 32, 40, 3)
    np.testing.assert_array_equal(frames[2], steps(recordings.image(2)))


def test_transforms_that_do_not_suit_the_pictures_are_refused(tub, tmp_path):
    with pytest.raises(PilotError, match="A crop must leave something"):
        run([tub], tmp_path, transforms=Transforms([("CROP", {"top_px": 64})]))

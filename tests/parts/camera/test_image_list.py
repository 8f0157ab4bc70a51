import numpy as np
import pytest
from PIL import Image

from donkeycar.errors import ConfigError, DeviceError, PartFailed, StaleData
from donkeycar.parts.camera.image_list import ImageListCamera
from donkeycar.testing import FakeClock, check_part


@pytest.fixture
def folder(tmp_path):
    """Three pictures; the brightness of each is ten times the number in its name."""
    for number in (10, 2, 1):
        Image.new("RGB", (16, 12), (number * 10,) * 3).save(tmp_path / f"{number}_cam_.png")
    return tmp_path


def camera_of(folder, mask="*.png", **kwargs):
    kwargs = {"width_px": 16, "height_px": 12, "clock": FakeClock(), **kwargs}
    return ImageListCamera(str(folder / mask), **kwargs)


def brightness(frame):
    return int(frame[0].mean())


def test_pictures_come_in_natural_order_and_begin_again(folder):
    camera = camera_of(folder)
    assert [brightness(camera.run()) for _ in range(4)] == [10, 20, 100, 10]


def test_it_stops_the_car_after_the_last_picture_if_asked_to(folder):
    camera = camera_of(folder, loop=False)
    for _ in range(3):
        camera.run()
    with pytest.raises(StaleData, match="all 3 pictures have been shown"):
        camera.run()


def test_the_end_of_the_list_reaches_the_loop_from_the_thread(folder):
    camera = camera_of(folder, loop=False)
    camera.update()
    with pytest.raises(PartFailed, match="ImageListCamera stopped reading: all 3 pictures"):
        camera.run_threaded()


def test_two_equal_pictures_are_two_frames(folder):
    Image.new("RGB", (16, 12), (10,) * 3).save(folder / "1_cam_b.png")
    camera = camera_of(folder)
    assert [camera.run()[2], camera.run()[2]] == [1, 2]


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_any_picture_becomes_an_rgb_frame_of_the_size_asked_for(tmp_path, mode):
    Image.new("RGB", (640, 480), (200,) * 3).convert(mode).save(tmp_path / "1.png")
    image, _, _ = camera_of(tmp_path, width_px=160, height_px=120).run()
    assert image.shape == (120, 160, 3)
    assert image.dtype == np.uint8
    assert abs(brightness((image,)) - 200) <= 1


def test_colours_are_red_green_blue(tmp_path):
    Image.new("RGB", (16, 12), (250, 100, 5)).save(tmp_path / "1.png")
    assert camera_of(tmp_path).run()[0][0, 0].tolist() == [250, 100, 5]


def test_two_stars_go_into_folders(folder):
    (folder / "more").mkdir()
    Image.new("RGB", (16, 12)).save(folder / "more" / "11.png")
    assert len(camera_of(folder, "**/*.png").paths) == 4


def test_nothing_that_matches(tmp_path):
    with pytest.raises(ConfigError, match=r"`path_mask` must match pictures. .*which matches noth"):
        camera_of(tmp_path)


def test_a_file_that_is_no_picture_is_named(tmp_path):
    (tmp_path / "1.png").write_text("no picture")
    with pytest.raises(DeviceError, match=r"1.png must be a picture"):
        camera_of(tmp_path).run()


def test_keeps_the_part_contract_in_a_thread(folder):
    check_part(camera_of(folder, clock=None, framerate_hz=50), outputs=3, threaded=True)


def test_small_files_are_read_once(folder):
    """A disk that the recorder kept busy held up the camera for half a second: the car stopped."""
    camera = camera_of(folder)
    before = [brightness(camera.run()) for _ in camera.paths]
    for path in camera.paths:
        path.unlink()
    assert [brightness(camera.run()) for _ in camera.paths] == before


def test_large_files_are_not_kept(folder, monkeypatch):
    monkeypatch.setattr("donkeycar.parts.camera.image_list.KEPT_BYTES", 10)
    camera = camera_of(folder)
    for path in camera.paths:
        camera.run()
        path.unlink()
    with pytest.raises(DeviceError, match="must be a picture"):
        camera.run()

import sys

import numpy as np
import pytest

from donkeycar.testing import FakeClock, StubPicamera2


@pytest.fixture
def stub():
    with StubPicamera2(clock=FakeClock(now_s=3.0)) as stub:
        yield stub


def started(size, pixel_format):
    """An open camera that delivers, and the list its requests arrive in."""
    from picamera2 import Picamera2

    camera, requests = Picamera2(0), []
    camera.configure(camera.create_video_configuration(main={"size": size, "format": pixel_format}))
    camera.post_callback = requests.append
    camera.start()
    return camera, requests


def test_the_modules_are_there_only_inside_the_block():
    before = set(sys.modules)
    with StubPicamera2():
        import libcamera
        import picamera2

        assert libcamera.Transform(hflip=True).hflip
        assert picamera2.Picamera2
    assert set(sys.modules) == before


def test_modules_that_were_there_before_come_back(monkeypatch):
    real = object()
    monkeypatch.setitem(sys.modules, "picamera2", real)
    with StubPicamera2():
        assert sys.modules["picamera2"] is not real
    assert sys.modules["picamera2"] is real


def test_odd_sizes_are_rounded_down(stub):
    camera, _ = started((161, 121), "BGR888")
    assert camera.camera_configuration()["main"]["size"] == (160, 120)


@pytest.mark.parametrize(("pixel_format", "pixel"), [("BGR888", [1, 2, 3]), ("RGB888", [3, 2, 1])])
def test_the_name_of_a_format_tells_the_bytes_from_last_to_first(stub, pixel_format, pixel):
    camera, requests = started((2, 2), pixel_format)
    camera.deliver(np.full((2, 2, 3), (1, 2, 3), dtype=np.uint8))
    assert requests[0].make_array("main")[0, 0].tolist() == pixel


def test_rows_are_padded_in_the_buffer(stub):
    camera, requests = started((10, 2), "BGR888")
    camera.deliver(np.zeros((2, 10, 3), dtype=np.uint8))
    rows = requests[0].make_buffer("main").reshape(2, 64)
    assert not rows[:, :30].any()
    assert rows[:, 30:].all()


def test_frames_are_stamped_by_the_clock(stub):
    camera, requests = started((2, 2), "BGR888")
    camera.deliver(exposure_us=500)
    assert requests[0].get_metadata() == {"SensorTimestamp": 3_000_000_000, "ExposureTime": 500}


def test_noise_is_never_the_same_twice(stub):
    camera, requests = started((16, 12), "BGR888")
    camera.deliver()
    camera.deliver()
    first, second = (request.make_array("main") for request in requests)
    assert (first != second).any()


def test_nothing_comes_before_start_or_after_close(stub):
    camera, requests = started((2, 2), "BGR888")
    camera.close()
    camera.deliver()
    assert requests == []


def test_it_starts_only_when_configured(stub):
    from picamera2 import Picamera2

    with pytest.raises(RuntimeError, match="Camera has not been configured"):
        Picamera2(0).start()


def test_it_is_configured_only_when_stopped(stub):
    camera, _ = started((2, 2), "BGR888")
    with pytest.raises(RuntimeError, match="must be stopped"):
        camera.configure(camera.camera_configuration())

"""Cameras without hardware are as late as real ones: they stamped every frame "now"."""

import numpy as np
import pytest
from PIL import Image

from donkeycar.errors import ConfigError
from donkeycar.parts.camera.image_list import ImageListCamera
from donkeycar.parts.camera.latency import PI_JITTER_S, PI_LATENCY_S, Latency
from donkeycar.parts.camera.mock import MockCamera
from donkeycar.parts.camera.tub import TubCamera
from donkeycar.testing import FakeClock
from donkeycar.tub import TubWriter

FRAMES = 400


@pytest.fixture
def pictures(tmp_path):
    for number in range(3):
        Image.new("RGB", (16, 12), (number, 0, 0)).save(tmp_path / f"{number}.png")
    return str(tmp_path / "*.png")


@pytest.fixture
def tub(tmp_path):
    writer = TubWriter(tmp_path / "tub", ["cam/image_array"], ["image_array"])
    for number in range(3):
        writer.append({"cam/image_array": np.full((12, 16, 3), number, np.uint8)})
    writer.close()
    return tmp_path / "tub"


@pytest.fixture(params=["mock", "pictures", "tub"])
def make(request, pictures, tub):
    """Make a camera of each kind, with 16 x 12 pixels."""
    kinds = {
        "mock": MockCamera,
        "pictures": lambda **options: ImageListCamera(pictures, **options),
        "tub": lambda **options: TubCamera(tub, **options),
    }
    return lambda **options: kinds[request.param](width_px=16, height_px=12, **options)


def watch(camera, clock, frames=FRAMES):
    """Run the camera's thread here; when each frame came, and when it was exposed."""
    seen = []

    def came():
        seen.append((clock.monotonic(), camera.run_threaded()[1]))
        if len(seen) == frames:
            camera.shutdown()

    camera.wake = came
    camera.update()
    return np.array(seen)


@pytest.mark.parametrize("rate_hz", [20, 60])
def test_frames_are_as_old_as_those_of_a_pi_by_default(make, rate_hz):
    clock = FakeClock(100.0)
    came_s, exposed_s = watch(make(framerate_hz=rate_hz, clock=clock), clock).T
    ages_s = came_s - exposed_s
    assert np.mean(ages_s) == pytest.approx(PI_LATENCY_S, abs=0.006)
    assert np.std(ages_s) == pytest.approx(PI_JITTER_S, abs=0.006)
    assert ages_s.max() < PI_LATENCY_S + 2 * PI_JITTER_S + 1e-6 + 1 / rate_hz


def test_the_exposures_keep_their_rate_and_the_frames_their_order(make):
    clock = FakeClock(100.0)
    camera = make(framerate_hz=60, latency=Latency(0.12, jitter_s=0.03), clock=clock)
    came_s, exposed_s = watch(camera, clock).T
    assert np.diff(exposed_s) == pytest.approx(1 / 60), "seven frames are under way at a time"
    assert (np.diff(came_s) >= 0).all()


def test_the_same_seed_gives_the_same_latencies(make):
    def stamps(seed):
        clock = FakeClock(100.0)
        return watch(make(framerate_hz=20, latency=Latency(seed=seed), clock=clock), clock)

    assert (stamps(1) == stamps(1)).all()
    assert (stamps(1) != stamps(2)).any()


def test_in_lockstep_a_frame_is_as_old_and_frames_keep_their_order(make):
    clock = FakeClock(100.0)
    camera = make(clock=clock, framerate_hz=20)
    stamps = []
    for _ in range(FRAMES):
        stamps.append((clock.monotonic(), camera.run()[1]))
        clock.sleep(0.05)
    came_s, exposed_s = np.array(stamps).T
    assert np.mean(came_s - exposed_s) == pytest.approx(PI_LATENCY_S, abs=0.006)
    assert (np.diff(exposed_s) >= 0).all()


def test_a_computer_that_slept_does_not_catch_up_with_pictures():
    clock = FakeClock(100.0)
    camera = MockCamera(framerate_hz=20, latency=Latency(0.06, jitter_s=0.0), clock=clock)
    seen = []

    def came():
        seen.append((clock.monotonic(), camera._latest[1]))
        if len(seen) == 3:
            clock.advance(5.0)
        if len(seen) == 6:
            camera.shutdown()

    camera.wake = came
    camera.update()
    ages_s = [came_s - exposed_s for came_s, exposed_s in seen]
    assert ages_s == pytest.approx([0.06] * 6)
    assert [came_s for came_s, _ in seen[3:]] == pytest.approx([105.1, 105.15, 105.2])


@pytest.mark.parametrize("wrong", [{"mean_s": -0.1}, {"mean_s": 1.1}, {"jitter_s": -0.1}])
def test_an_impossible_latency_is_refused(wrong):
    name = next(iter(wrong))
    with pytest.raises(ConfigError, match=f"`{name}` must be 0 to 1 s. Received: {name}="):
        Latency(**wrong)


def test_no_frame_comes_before_it_was_exposed():
    latency = Latency(0.01, jitter_s=0.1)
    assert min(latency.draw() for _ in range(1000)) == 0.0


def test_a_frame_after_a_sleep_that_ended_early_was_not_exposed_in_the_future(monkeypatch):
    """It was said to be, and the car refused its own camera."""
    clock = FakeClock()
    camera = MockCamera(clock=clock)
    monkeypatch.setattr(clock, "sleep", lambda seconds: None)
    for _ in range(5):
        _, exposed_s, _ = camera.read()
        camera.pause(None)
        assert exposed_s <= clock.monotonic()

"""The contract of docs/cameras.md: every camera of the table keeps it, on what stands in for it.

A word of CAMERA_TYPE that has no row in `benchmarks.safety.rigs` fails here.
"""

import contextlib
import threading
import time

import numpy as np
import pytest

from benchmarks.safety.rigs import RIGS
from benchmarks.safety.rigs.rig import COLOURS
from donkeycar.assembly.camera import CAMERAS, add_camera, make_world
from donkeycar.errors import DonkeyError, PartFailed, StaleData
from donkeycar.settings.rows.camera import CAMERA_WORDS
from donkeycar.settings.schema import SETTINGS
from donkeycar.vehicle import Vehicle

TRIES = 200
# What a value of a further channel must be, by its type in a tub.
FITS = {
    "gray16_array": lambda value: value.dtype == np.uint16 and value.ndim == 2,
    "float": lambda value: isinstance(value, float),
    "vector": lambda value: all(isinstance(number, float) for number in value),
}
every = pytest.mark.parametrize("word", CAMERAS)
breakable = pytest.mark.parametrize("word", [word for word, rig in RIGS.items() if rig.breaks])


@contextlib.contextmanager
def rig_of(word):
    with RIGS[word](word) as rig:
        yield rig


@contextlib.contextmanager
def open_camera(word, **settings):
    with rig_of(word) as rig:
        camera = rig.make(**settings)
        try:
            yield rig, camera
        finally:
            rig.resume()
            shut(camera)


def shut(camera):
    getattr(camera, "shutdown", lambda: None)()


def next_frame(rig, camera, seed=0, *, age_s=0.0):
    """What the camera gives for the next picture that is no warm-up."""
    for _ in range(TRIES):
        rig.pass_s(0.05)
        rig.deliver(rig.scene(seed), age_s=age_s)
        # A busy computer reads late what came through a pipe or a network: then it is too old.
        with contextlib.suppress(StaleData) if not rig.knows_age else contextlib.nullcontext():
            while (frame := camera.run()) is not None:
                if not rig.shows_scene or frame[0].max() > 100:
                    return frame
    raise AssertionError("no frame")


def quarters(image):
    """Mean colours of the middles of the four quarters, in the order of `COLOURS`."""
    height, width = image.shape[:2]
    for row in (0, 1):
        for column in (0, 1):
            y, x = (2 * row + 1) * height // 4, (2 * column + 1) * width // 4
            yield image[y - 8 : y + 8, x - 8 : x + 8].mean((0, 1))


def shows(image, order=(0, 1, 2, 3)):
    expected = np.array([COLOURS[number] for number in order]) + 15
    np.testing.assert_allclose(list(quarters(image)), expected, atol=30)


def until_it_fails(rig, camera):
    """The error of the loop once the camera's thread has met the fault."""
    thread = threading.Thread(target=camera.update, daemon=True)
    thread.start()
    end_s = time.monotonic() + 20
    try:
        while time.monotonic() < end_s:
            camera.run_threaded()
            if thread.is_alive():
                time.sleep(0.002)
            if not thread.is_alive() or camera._latest is not None:
                rig.pass_s(0.05)
    except DonkeyError as error:
        return error
    finally:
        rig.resume()
        shut(camera)
        thread.join(10)
        assert not thread.is_alive()
    raise AssertionError("it went on as if nothing had happened")


def test_every_camera_has_a_rig_and_every_rig_a_camera():
    assert set(RIGS) == set(CAMERAS)


@every
def test_a_camera_that_cannot_be_lost_says_why(word):
    assert RIGS[word].breaks or RIGS[word].unbreakable
    assert RIGS[word].breaks == CAMERAS[word].is_real


@every
def test_it_writes_the_channels_of_a_camera(word):
    with rig_of(word) as rig:
        cfg = rig.config()
        car = Vehicle(clock=rig.clock)
        add_camera(car, cfg, make_world(cfg))
        for channel in (
            "cam/image_array",
            "cam/exposed_s",
            "cam/sequence",
            *CAMERAS[word].channels,
        ):
            assert car.writes(channel)
        rig.resume()
        car.stop()


@every
def test_frames_are_fresh_rgb_arrays_of_the_size_that_was_asked_for(word):
    with open_camera(word) as (rig, camera):
        first = next_frame(rig, camera, 1)
        second = next_frame(rig, camera, 2)
        for image, *_ in (first, second):
            assert (image.shape, image.dtype) == ((120, 160, 3), np.uint8)
            assert image.flags.c_contiguous
            assert image.flags.writeable
            if rig.shows_scene:
                shows(image)
        assert not np.shares_memory(first[0], second[0])
        kept = second[0].copy()
        first[0][:] = 0
        np.testing.assert_array_equal(second[0], kept)


@every
def test_another_size_is_given_as_asked(word):
    with open_camera(word, IMAGE_W=120, IMAGE_H=80) as (rig, camera):
        assert next_frame(rig, camera)[0].shape == (80, 120, 3)


@every
def test_further_channels_hold_what_their_column_takes(word):
    with open_camera(word) as (rig, camera):
        frame = next_frame(rig, camera)
        assert len(frame) == 3 + len(CAMERAS[word].channels)
        for value, channel in zip(frame[3:], CAMERAS[word].channels.values(), strict=True):
            assert channel.tub_type is None or FITS[channel.tub_type](value)


@every
def test_frames_are_numbered_and_stamped_on_the_clock_of_the_car(word):
    with open_camera(word, CAMERA_JITTER_S=0.0) as (rig, camera):
        numbers, stamps_s = [], []
        for seed in range(3):
            _, exposed_s, sequence, *_ = next_frame(rig, camera, seed, age_s=0.04)
            age_s = rig.clock.monotonic() - exposed_s
            # A frame never looks younger than it is; 0.06 s is the age of one that is made.
            assert (0.06 if rig.repeats else 0.04 if rig.knows_age else 0) - 0.001 <= age_s < 5
            numbers.append(sequence)
            stamps_s.append(exposed_s)
        steps = np.diff(numbers)
        # Frames that came too late on a busy computer have numbers, too.
        assert (steps == 1).all() if rig.knows_age else (steps >= 1).all()
        assert stamps_s == sorted(stamps_s)


@every
def test_without_colour_the_three_channels_are_equal(word):
    with open_camera(word, IMAGE_DEPTH=1) as (rig, camera):
        image = next_frame(rig, camera)[0]
        assert image.shape == (120, 160, 3)
        assert (image == image[..., :1]).all()


@pytest.mark.parametrize(
    ("settings", "order"),
    [
        ({"CAMERA_HFLIP": True}, (1, 0, 3, 2)),
        ({"CAMERA_VFLIP": True}, (2, 3, 0, 1)),
        ({"CAMERA_HFLIP": True, "CAMERA_VFLIP": True}, (3, 2, 1, 0)),
    ],
    ids=["across", "down", "both"],
)
@pytest.mark.parametrize(
    "word", [word for word, row in CAMERA_WORDS.items() if "CAMERA_HFLIP" in row.reads]
)
def test_a_picture_is_turned_as_the_settings_say(word, settings, order):
    with open_camera(word, **settings) as (rig, camera):
        shows(next_frame(rig, camera)[0], order)


@every
def test_a_library_that_is_missing_is_one_sentence_with_the_line_that_installs_it(word):
    with rig_of(word) as rig:
        for library in CAMERAS[word].needed():
            with rig.without_libraries(), pytest.raises(DonkeyError) as refused:
                rig.make()
            assert library.install in str(refused.value)
            assert "Received: " in str(refused.value)


@every
def test_a_camera_that_is_missing_is_one_sentence_with_the_next_step(word):
    if not RIGS[word].shows_scene:
        assert CAMERAS[word].probe is None, "it has nothing that could be missing"
        return
    with rig_of(word) as rig:
        rig.absent()
        with pytest.raises(DonkeyError) as refused:
            rig.make()
        text = str(refused.value)
        assert "\n" not in text
        assert "Received: " in text or word == "TUB"


@breakable
def test_pictures_smaller_than_a_frame_are_refused_before_anything_moves(word):
    with rig_of(word) as rig:
        rig.give_small()
        with pytest.raises(DonkeyError, match=r"at (least|most) .*Received: .*(IMAGE_W|IMAGE_H)"):
            rig.make()


@breakable
def test_a_first_frame_that_never_comes_is_an_error_that_says_what_to_check(word):
    with open_camera(word) as (rig, camera):
        camera.start_timeout_s = 0.1
        assert camera.run_threaded() is None
        rig.pass_s(0.2)
        with pytest.raises(StaleData, match=r"must give a first value .*Received: none\. Check"):
            camera.run_threaded()


@breakable
def test_a_camera_that_falls_silent_is_an_error_and_shuts_down_in_bounded_time(word):
    with open_camera(word) as (rig, camera):
        next_frame(rig, camera)
        camera.close_timeout_s = 0.1
        rig.stall()
        rig.pass_s(0.6)
        with pytest.raises(StaleData, match=r"nothing new for .* Check"):
            camera.run_threaded()
        started_s = time.monotonic()
        camera.shutdown()
        assert time.monotonic() - started_s < 5
        assert camera.run_threaded() is None


@breakable
def test_a_frame_now_and_then_is_not_enough(word):
    with open_camera(word) as (rig, camera):
        next_frame(rig, camera)
        rig.pass_s(0.6)
        rig.deliver(rig.scene(1))
        with pytest.raises(StaleData, match="nothing new for"):
            camera.run_threaded()


@breakable
def test_the_same_picture_again_is_no_new_frame(word):
    with open_camera(word) as (rig, camera):
        next_frame(rig, camera)
        for _ in range(TRIES):
            rig.pass_s(0.05)
            rig.deliver(rig.scene())
            assert camera.read() is None
            if camera.repeats == 3:
                break
        rig.pass_s(0.6)
        with pytest.raises(StaleData, match=r"3 pictures were the same .* frozen"):
            camera.run_threaded()


@breakable
def test_a_camera_that_breaks_off_stops_the_car_with_its_name(word):
    with open_camera(word) as (rig, camera):
        next_frame(rig, camera)
        rig.fail()
        error = until_it_fails(rig, camera)
        assert isinstance(error, PartFailed)
        assert str(error).startswith(f"{type(camera).__name__} stopped reading: ")


@breakable
def test_pictures_of_the_wrong_size_never_become_frames(word):
    with open_camera(word) as (rig, camera):
        last = next_frame(rig, camera)[2]
        rig.pass_s(0.05)
        rig.deliver_small()
        until_it_fails(rig, camera)
        assert camera._latest[0][2] == last


@every
def test_it_shuts_down_from_any_state_and_twice(word):
    for state in ("made", "saw", "reads"):
        with open_camera(word) as (rig, camera):
            if not CAMERAS[word].recipe.threaded:
                assert not hasattr(camera, "shutdown"), "it has no thread to end"
                return
            thread = threading.Thread(target=camera.update, daemon=True)
            if state == "saw":
                next_frame(rig, camera)
            if state == "reads" and not rig.repeats:
                thread.start()
            camera.close_timeout_s = 0.1
            started_s = time.monotonic()
            camera.shutdown()
            assert time.monotonic() - started_s < 5
            rig.resume()
            camera.shutdown()
            if thread.ident:
                thread.join(10)
                assert not thread.is_alive()
            assert camera.run_threaded() is None


def test_the_words_of_the_settings_are_those_of_the_table():
    assert SETTINGS["CAMERA_TYPE"].choices == tuple(CAMERAS)

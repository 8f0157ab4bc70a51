"""Parts and tubs that owners' files import from donkeycar 5: same names, same results."""

import json

import numpy as np
import pytest

from donkeycar import Vehicle
from donkeycar.errors import TubError
from donkeycar.gone import GoneModule
from donkeycar.parts import transform
from donkeycar.parts.cv import ImageResize, ImageScale, ImgBGR2RGB, ImgRGB2BGR, ImgWriter
from donkeycar.parts.datastore import Tub as OldTub
from donkeycar.parts.image import ImgArrToJpg, ImgCrop, JpgToImgArr
from donkeycar.parts.throttle_filter import ThrottleFilter
from donkeycar.parts.transform import (
    DelayedTrigger,
    Lambda,
    PIDController,
    TriggeredCallback,
)
from donkeycar.parts.tub_v2 import Tub
from donkeycar.testing import FakeClock, check_part


@pytest.fixture
def frame():
    return np.random.default_rng(1).integers(0, 256, (12, 16, 3), np.uint8)


def test_a_function_and_triggers_in_a_vehicle():
    called = []
    car = Vehicle(clock=FakeClock())
    ticks = iter([False, True, False, False, False, False])
    car.add(Lambda(lambda: next(ticks)), outputs=["button"])
    car.add(TriggeredCallback("now", called.append), inputs=["button"])
    car.add(DelayedTrigger(3), inputs=["button"], outputs=["later"])
    late = []
    car.add(Lambda(lambda value: late.append(value)), inputs=["later"])
    car.start(rate_hz=20, max_loop_count=6)
    assert called == ["now"]
    assert late == [False, False, False, False, True, False]


def test_every_part_keeps_the_contract(frame):
    check_part(Lambda(lambda a: a), 1.0, outputs=1)
    check_part(TriggeredCallback(1, print), False)
    check_part(DelayedTrigger(1), True, outputs=1)
    check_part(PIDController(p=1), 1.0, outputs=1)
    check_part(ThrottleFilter(), 1.0, outputs=1)
    for part in (ImgCrop(1), ImgBGR2RGB(), ImageScale(0.5), ImageResize(4, 4)):
        check_part(part, frame, outputs=1)
        assert part.run(None) is None


class Pid:
    """A controller, and a clock that each call moves on."""

    def __init__(self, **gains):
        self.clock = FakeClock()
        self.pid = PIDController(**gains, clock=self.clock)

    def __call__(self, error, after_s=0.05):
        self.clock.advance(after_s)
        return self.pid.run(error)


def test_the_integral_of_a_pid_is_error_times_time():
    """One slow tick used to multiply the whole correction."""
    steady, slow = Pid(i=1), Pid(i=1)
    steady(1.0), slow(1.0)
    assert [round(steady(1.0), 6) for _ in range(4)] == [-0.05, -0.1, -0.15, -0.2]
    for _ in range(3):
        slow(1.0)
    assert slow(1.0, after_s=0.2) == pytest.approx(-0.35), "it was -0.8"


def test_the_derivative_of_a_pid_needs_two_errors():
    """The first error used to be divided by the microseconds since the part was made."""
    pid = Pid(d=0.1)
    assert pid(5.0, after_s=1e-6) == 0
    assert pid(5.5) == pytest.approx(-1.0)
    assert pid(9.0, after_s=30.0) == 0, "another drive mode was on meanwhile"
    assert pid(9.0, after_s=0.0) == 0, "no time has passed"


@pytest.mark.parametrize("error", [None, float("nan"), float("inf")])
def test_an_error_that_is_no_number_gives_no_correction(error, caplog):
    pid = Pid(p=-1, i=1, debug=True)
    assert pid(error) is None
    with caplog.at_level("INFO"):
        assert pid(0.5) == 0.5
    assert "PID error 0.5000, correction 0.5000" in caplog.text
    assert (pid.pid.Kp, pid.pid.Ki, pid.pid.Kd, pid.pid.alpha) == (-1, 1, 0, 0.5)


def test_a_speed_controller_sees_neutral_before_it_reverses():
    part = ThrottleFilter()
    given = [0.5, -0.5, -0.5, -0.5, 0.1, None, -0.2, -0.2]
    assert [part.run(value) for value in given] == [0.5, -0.5, 0.0, -0.5, 0.1, None, -0.2, 0.0]


def test_pictures(tmp_path, frame):
    jpg = ImgArrToJpg().run(frame)
    assert JpgToImgArr().run(jpg).shape == frame.shape
    assert ImgArrToJpg().run(None) is JpgToImgArr().run(None) is None
    np.testing.assert_array_equal(ImgBGR2RGB().run(ImgRGB2BGR().run(frame)), frame)
    assert ImgCrop(top=2, bottom=1, left=3).run(frame).shape == (9, 13, 3)
    assert ImageScale(0.5).run(frame).shape == (6, 8, 3)
    assert ImageScale(1, 0.5).run(frame).shape == (6, 16, 3)
    assert ImageResize(4, 5).run(frame[..., :1]).shape == (5, 4, 1)
    with pytest.raises(ValueError, match="`scale` must be greater than 0. Received: scale=0"):
        ImageScale(0)
    ImgWriter(tmp_path / "x.png").run(frame)
    ImgWriter(tmp_path / "y.png").run(None)
    assert [file.name for file in tmp_path.iterdir()] == ["x.png"]


INPUTS, TYPES = ["cam/image_array", "user/angle"], ["image_array", "float"]


def test_a_tub_of_today_is_written_read_and_thinned_out(tmp_path, frame):
    tub = Tub(tmp_path / "tub", INPUTS, TYPES, metadata=[("track", "oval")])
    assert (len(tub), list(tub), tub.inputs) == (0, [], INPUTS)
    for number in range(5):
        record = {"cam/image_array": frame, "user/angle": number / 10, "pos/x": 1, "b": None}
        assert tub.write_record(record) == number
    assert len(tub) == 5
    tub.delete_records([1, 2])
    tub.delete_records(0)
    tub.restore_records(2)
    tub.delete_last_n_records(1)
    tub.close()
    again = Tub(str(tmp_path / "tub"), read_only=True)
    assert [record["user/angle"] for record in again] == [0.2, 0.3]
    assert (again.manifest.current_index, again.manifest.deleted_indexes) == (5, {0, 1, 4})
    assert again.input_types == dict(zip(INPUTS, TYPES, strict=True))
    assert again.metadata == {"track": "oval"}
    name = next(iter(again))["cam/image_array"]
    assert (tmp_path / "tub" / Tub.images() / name).is_file()
    assert again.images_base_path == str(tmp_path / "tub" / "images")
    again.delete_records(3)
    again.close()
    assert len(Tub(tmp_path / "tub")) == 1


def test_a_tub_that_is_not_there_is_not_made(tmp_path):
    """Reading a wrong path used to make that folder, and then to fail."""
    with pytest.raises(TubError, match="There is no tub at"):
        Tub(tmp_path / "nothing", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_tub_of_format_v1_is_read(tmp_path, frame):
    from PIL import Image

    (tmp_path / "meta.json").write_text(
        json.dumps({"inputs": INPUTS, "types": TYPES, "start": 1.0})
    )
    for number in (1, 2, 4):
        picture = f"{number}_cam-image_array_.jpg"
        Image.fromarray(frame).save(tmp_path / picture)
        record = {"cam/image_array": picture, "user/angle": number / 10, "milliseconds": 9}
        (tmp_path / f"record_{number}.json").write_text(json.dumps(record))
    (tmp_path / "exclude.json").write_text("[2]")
    tub = OldTub(tmp_path)
    assert (tub.get_num_records(), tub.get_last_ix(), tub.excluded(2)) == (2, 4, True)
    assert tub.get_index(shuffled=False) == [1, 4] == sorted(tub.get_index())
    assert (tub.inputs, tub.types, tub.get_input_type("nothing")) == (INPUTS, TYPES, None)
    assert tub.get_json_record(4)["cam/image_array"] == str(tmp_path / "4_cam-image_array_.jpg")
    assert tub.get_record(1)["cam/image_array"].shape == frame.shape
    assert tub.get_record(1)["user/angle"] == 0.1
    with pytest.raises(TubError, match="has no record 3"):
        tub.get_record(3)
    tub.shutdown()


def test_a_name_that_is_left_out_says_what_replaces_it():
    with pytest.raises(GoneModule, match=r"test_old_names.py:\d+\)\. scipy"):
        _ = transform.twiddle
    assert not hasattr(transform, "nothing")

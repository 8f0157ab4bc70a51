import numpy as np
import pytest

from donkeycar.errors import StaleData, TubError
from donkeycar.parts.camera.latency import Latency
from donkeycar.parts.camera.tub import TubCamera
from donkeycar.testing import FakeClock, check_part
from donkeycar.tub import TubWriter

INPUTS = ["cam/image_array", "user/angle"]
TYPES = ["image_array", "float"]
LEVELS = [20, 60, 100, 140]


@pytest.fixture
def tub(tmp_path):
    """Four frames, each of one brightness."""
    path = tmp_path / "tub"
    writer = TubWriter(path, INPUTS, TYPES)
    for level in LEVELS:
        writer.append({"cam/image_array": np.full((12, 16, 3), level, np.uint8), "user/angle": 0.0})
    writer.close()
    return path


def restamp(tub, stamps_ms):
    """Write other times of recording into the tub."""
    import json

    catalog = tub / "catalog_0.catalog"
    records = [json.loads(line) for line in catalog.read_text().splitlines()]
    for record, stamp_ms in zip(records, stamps_ms, strict=True):
        record.pop("_timestamp_ms")
        if stamp_ms is not None:
            record["_timestamp_ms"] = stamp_ms
    catalog.write_text("".join(json.dumps(record, sort_keys=True) + "\n" for record in records))


def camera_of(tub, **kwargs):
    return TubCamera(tub, **{"width_px": 16, "height_px": 12, "clock": FakeClock(), **kwargs})


def levels(camera, count):
    return [round(camera.run()[0].mean() / 20) * 20 for _ in range(count)]


def test_frames_come_as_recorded_and_begin_again(tub):
    assert levels(camera_of(tub), 5) == [*LEVELS, LEVELS[0]]


def test_only_the_range_asked_for_is_shown(tub):
    assert levels(camera_of(tub, first_index=1, last_index=2), 3) == [60, 100, 60]


def test_it_stops_the_car_at_the_end_if_asked_to(tub):
    camera = camera_of(tub, loop=False)
    assert levels(camera, 4) == LEVELS
    with pytest.raises(StaleData, match="has been shown"):
        camera.run()


def test_deleted_records_are_left_out(tub):
    writer = TubWriter(tub, INPUTS, TYPES)
    writer.delete([1, 2])
    writer.close()
    assert levels(camera_of(tub), 3) == [20, 140, 20]


def test_a_damaged_picture_is_left_out_and_counted(tub):
    next((tub / "images").glob("1_*")).write_bytes(b"no picture")
    camera = camera_of(tub)
    assert levels(camera, 3) == [20, 100, 140]
    assert camera.skipped == 1


def test_other_sizes_are_fitted(tub):
    assert camera_of(tub, width_px=160, height_px=120).run()[0].shape == (120, 160, 3)


@pytest.mark.parametrize(
    ("stamps_ms", "expected_s"),
    [
        ([0, 100, 130, 180], [0.1, 0.03, 0.05]),
        ([0, 100, 3_600_000, 3_600_050], [0.1, 0.25, 0.05]),
        ([0, 100, 40, 90], [0.1, 0.25, 0.05]),
        ([None, None, None, None], [0.05, 0.05, 0.05]),
    ],
    ids=["as recorded", "a long break is cut", "a clock set back", "no times at all"],
)
def test_the_pace_is_that_of_the_recording(tub, stamps_ms, expected_s):
    restamp(tub, stamps_ms)
    clock = FakeClock()
    steady = Latency(0.06, jitter_s=0.0)
    camera = camera_of(tub, loop=False, latency=steady, clock=clock)
    camera.update()
    assert clock.sleeps == pytest.approx(expected_s)


def test_a_rate_replaces_the_pace_of_the_recording(tub):
    clock = FakeClock()
    steady = Latency(0.06, jitter_s=0.0)
    camera_of(tub, loop=False, framerate_hz=10, latency=steady, clock=clock).update()
    assert clock.now_s == pytest.approx(0.4)


@pytest.mark.parametrize(
    "arguments", [{"first_index": 4}, {"last_index": -1}, {"image_key": "cam/other"}]
)
def test_a_range_without_pictures_is_refused(tub, arguments):
    with pytest.raises(TubError, match="must hold pictures .* Received: none"):
        camera_of(tub, **arguments)


def test_no_tub(tmp_path):
    with pytest.raises(TubError):
        TubCamera(tmp_path / "nothing")


def test_keeps_the_part_contract_in_a_thread(tub):
    check_part(camera_of(tub, clock=None, framerate_hz=50), outputs=3, threaded=True)


def test_shows_a_tub_of_donkeycar_5(shared_data):
    camera = TubCamera(shared_data / "donkey_testtub_v2", clock=FakeClock())
    frames = [camera.run() for _ in range(20)]
    assert [frame[2] for frame in frames] == list(range(1, 21))
    assert {frame[0].shape for frame in frames} == {(120, 160, 3)}
    assert frames[0][0].std() > 20

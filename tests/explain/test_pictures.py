"""Plots of predictions, histograms and feature maps."""

import io

import numpy as np
import pytest
from PIL import Image

from donkeycar.errors import ConfigError, PilotError, TrainingError, TubError
from donkeycar.explain.activations import draw_feature_maps, feature_maps, prepared
from donkeycar.explain.histogram import draw_histograms, values_of
from donkeycar.explain.prediction import draw_predictions, predict
from donkeycar.keras_backend import import_keras
from donkeycar.management.cli import main
from donkeycar.pilots import load_pilot, read_info
from donkeycar.pilots.files.keras_file import load_keras
from donkeycar.pilots.transform import Transforms
from donkeycar.tub import TubReader, TubWriter


def size(png):
    return Image.open(io.BytesIO(png)).size


@pytest.fixture(scope="module")
def network(road_pilot):
    import_keras()
    return load_keras(road_pilot.keras)


def test_predictions_are_those_of_the_pilot(road_tub, road_pilot):
    pilot = load_pilot(road_pilot.litert)
    found = predict(pilot, [road_tub], start=20, end=60, limit=15)
    assert [r["_index"] for _, r in found.recordings.sources] == list(range(20, 35))
    reader = TubReader(road_tub)
    assert found.pilot[4] == pytest.approx(pilot.infer(reader.image(reader.records()[24])))
    assert found.in_words().startswith("15 records, steering error 0.")
    assert size(draw_predictions(found, "pilot")) == (1800, 975)


def test_no_limit_is_all_records(road_tub, road_pilot):
    pilot = load_pilot(road_pilot.litert)
    assert len(predict(pilot, [road_tub], limit=0).recordings) == 200


@pytest.mark.parametrize(
    ("where", "error", "message"),
    [
        ({"start": 200}, TrainingError, "records from 200 to the end. Received: 200 usable"),
        ({"start": 5, "end": 3}, ConfigError, "end after its start"),
        ({"limit": -1}, ConfigError, "`limit` must not be negative. Received: .*limit=-1"),
    ],
)
def test_predictions_of_nothing_are_refused(road_tub, road_pilot, where, error, message):
    with pytest.raises(error, match=message):
        predict(load_pilot(road_pilot.litert), [road_tub], **where)


def test_the_plot_goes_where_it_always_went(road_tub, road_pilot, tmp_path, capsys):
    words = ["tubplot", "--tub", str(road_tub), "--model", str(road_pilot.keras), "--noshow"]
    assert main([*words, "--limit", "50"]) == 0
    out = road_pilot.keras.with_name("pilot_pred.png")
    assert f"wrote {out}" in capsys.readouterr().out
    assert min(size(out.read_bytes())) > 900
    out.unlink()
    assert main([*words, "--limit", "50", "--out", str(tmp_path / "a" / "b.png")]) == 0
    assert (tmp_path / "a" / "b.png").exists()


def test_a_histogram_counts_all_tubs(road_tub):
    values = values_of([road_tub, road_tub])
    assert {name: len(numbers) for name, numbers in values.items()} == {
        "user/angle": 400, "user/throttle": 400,
    }  # fmt: skip
    width, height = size(draw_histograms(values, "tub"))
    assert width == pytest.approx(2 * 900, abs=2) and height == 540


def test_a_vector_is_a_histogram_for_each_of_its_numbers(tmp_path):
    """Donkeycar 5.4 records a motion sensor so; its numbers could not be looked at."""
    with TubWriter(tmp_path / "tub", ["imu/accel", "user/mode"], ["vector", "str"]) as tub:
        for row in range(4):
            tub.append({"imu/accel": [row, 0.5, 9.8], "user/mode": "user"})
    values = values_of([tmp_path / "tub"], "imu/accel")
    assert list(values) == ["imu/accel[0]", "imu/accel[1]", "imu/accel[2]"]
    assert values["imu/accel[0]"].tolist() == [0, 1, 2, 3]
    with pytest.raises(TubError, match=r"numbers in user/mode. .* numbers in imu/accel$"):
        values_of([tmp_path / "tub"], "user/mode")


def test_a_field_without_numbers_is_refused_with_those_that_have_some(road_tub):
    with pytest.raises(TubError, match="numbers in user/mode. .* numbers in user/angle, user/thr"):
        values_of([road_tub], "user/mode")


def test_the_histogram_command_says_what_is_in_it(road_tub, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["tubhist", "--tub", str(road_tub), "--record", "user/angle"]) == 0
    shown = capsys.readouterr().out
    assert "user/angle: 200 records, mean" in shown
    assert "wrote tub_hist_user_angle.png" in shown
    assert (tmp_path / "tub_hist_user_angle.png").exists()


def test_every_convolution_has_its_maps(network):
    image = np.random.default_rng(0).integers(0, 256, (64, 80, 3), dtype=np.uint8)
    found = feature_maps(network, image)
    assert [layer.maps.shape[-1] for layer in found] == [24, 32, 64, 64, 64]
    first = network.layers[[layer.name for layer in network.layers].index(found[0].layer)]
    kernel, bias = (np.asarray(weights) for weights in first.get_weights())
    seen = image[:5, :5].astype(np.float32) / 127.5 - 1
    by_hand = np.maximum((seen[:, :, :, None] * kernel).sum(axis=(0, 1, 2)) + bias, 0)
    assert found[0].maps[0, 0] == pytest.approx(by_hand, abs=1e-4)
    sheet = draw_feature_maps(found, image)
    assert sheet.width == 2 * 12 + 16 * 68 - 4


def test_filters_that_say_nothing_are_counted(network):
    found = feature_maps(network, np.zeros((64, 80, 3), np.uint8))
    # One colour everywhere: no filter of the first layer has anything to tell places apart by.
    assert found[0].num_dead == 24


def test_a_network_that_looks_back_shows_the_last_frame():
    keras = import_keras()
    frames = keras.Input((3, 16, 20, 3), dtype="uint8", name="img_in")
    beside = keras.Input((6,), name="imu_in")
    x = keras.layers.Rescaling(1 / 255)(frames)
    x = keras.layers.TimeDistributed(keras.layers.Conv2D(4, 3), name="each")(x)
    x = keras.layers.Conv3D(5, 3, name="all")(x)
    y = keras.layers.Concatenate()([keras.layers.Flatten()(x), beside])
    network = keras.Model([frames, beside], {"angle": keras.layers.Dense(1)(y)})
    found = feature_maps(network, np.zeros((16, 20, 3), np.uint8))
    assert [(one.layer, one.maps.shape) for one in found] == [
        ("each", (14, 18, 4)), ("all", (12, 16, 5)),
    ]  # fmt: skip


def test_a_network_without_convolutions_is_refused():
    keras = import_keras()
    image = keras.Input((4, 4, 3), name="img_in")
    flat = keras.layers.Flatten()(image)
    network = keras.Model(image, keras.layers.Dense(1)(flat), name="flat")
    with pytest.raises(PilotError, match="flat has no convolution"):
        feature_maps(network, np.zeros((4, 4, 3), np.uint8))


def test_a_picture_is_made_what_the_network_sees(tmp_path):
    Image.new("RGB", (320, 240), (200, 100, 50)).save(tmp_path / "big.png")
    grey = Transforms([("RGB2GRAY", {})])
    seen = prepared(tmp_path / "big.png", (64, 80, 3), grey)
    assert seen.shape == (64, 80, 1)
    (tmp_path / "no.jpg").write_bytes(b"no picture")
    with pytest.raises(PilotError, match=r"no.jpg cannot be read as a picture"):
        prepared(tmp_path / "no.jpg", (64, 80, 3), grey)


def test_the_sheet_is_written_without_a_screen(road_tub, road_pilot, tmp_path, capsys):
    reader = TubReader(road_tub)
    picture = reader.image_path(reader.records()[7])
    out = tmp_path / "maps.png"
    words = ["cnnactivations", "--image", picture, "--model", road_pilot.litert, "--out", out]
    assert main([*map(str, words)]) == 0
    shown = capsys.readouterr().out
    assert shown.count("filters") == 5 and f"wrote {out}" in shown
    assert size(out.read_bytes())[0] > 1000
    assert read_info(road_pilot.sidecar).camera_shape == (64, 80, 3)


def test_a_pilot_without_its_network_is_refused(road_pilot, tmp_path, capsys):
    bare = tmp_path / "pilot.tflite"
    bare.write_bytes(road_pilot.litert.read_bytes())
    assert main(["cnnactivations", "--image", "x.jpg", "--model", str(bare)]) == 1
    assert "the network itself is needed here" in capsys.readouterr().err

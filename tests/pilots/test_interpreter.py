import csv

import numpy as np
import pytest
from PIL import Image

from donkeycar.errors import PilotError
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter, default_num_threads


@pytest.fixture(scope="module")
def shifted_litert(keras, convert, tmp_path_factory):
    """A network that answers angle -0.5 and throttle 0.25 to a black frame."""
    from donkeycar.pilots.kinds.registry import pilot_type

    model = pilot_type("linear").build((72, 96, 3), seed=1)
    for name, bias in (("n_outputs0", -0.5), ("n_outputs1", 0.25)):
        kernel, _ = model.get_layer(name).get_weights()
        model.get_layer(name).set_weights([kernel * 0, np.array([bias])])
    return convert(model, tmp_path_factory.mktemp("shifted") / "pilot.tflite")


def test_steering_is_not_taken_for_throttle_whatever_the_order_in_the_file(shifted_litert):
    interpreter = LiteRTInterpreter(shifted_litert)
    answers = interpreter(np.zeros((72, 96, 3), np.uint8))
    assert float(answers["angle"].item()) == pytest.approx(-0.5)
    assert float(answers["throttle"].item()) == pytest.approx(0.25)


def test_the_order_in_the_file_is_indeed_the_wrong_one(shifted_litert):
    """What the test above protects from; when this fails, the converter has been repaired."""
    from ai_edge_litert.interpreter import Interpreter

    raw = Interpreter(model_path=str(shifted_litert))
    raw.allocate_tensors()
    raw.invoke()
    first = raw.get_tensor(raw.get_output_details()[0]["index"])
    assert float(first.item()) == pytest.approx(0.25)


def test_it_answers_as_keras_does(linear_model, linear_litert, tmp_path):
    path = tmp_path / "pilot.tflite"
    path.write_bytes(linear_litert)
    frame = np.random.default_rng(3).integers(0, 256, (72, 96, 3), dtype=np.uint8)
    wanted = linear_model.predict_on_batch(frame[None])
    for name, answer in LiteRTInterpreter(path)(frame).items():
        np.testing.assert_allclose(answer, wanted[name], atol=1e-5)


def test_a_file_without_signature_gives_outputs_in_its_own_order(shared_data):
    interpreter = LiteRTInterpreter(shared_data / "models" / "linear_pilot3.tflite")
    answers = interpreter(np.zeros((120, 160, 3), np.uint8))
    assert sorted(answers) == ["output_0", "output_1"]


def test_an_image_and_a_vector_are_told_apart(keras, convert, tmp_path):
    image = keras.Input((72, 96, 3), name="img_in")
    imu = keras.Input((6,), name="imu_in")
    joined = keras.layers.Concatenate()([keras.layers.Flatten()(image), imu])
    path = convert(
        keras.Model([image, imu], keras.layers.Dense(2)(joined)), tmp_path / "imu.tflite"
    )
    interpreter = LiteRTInterpreter(path)
    assert (interpreter.image_name, interpreter.input_shape) == ("img_in", (72, 96, 3))
    assert {name: one.shape for name, one in interpreter.vectors.items()} == {"imu_in": (1, 6)}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a LiteRT model"),
        (b"PK\x03\x04 a zip of somebody", "is not a LiteRT model"),
        (b"\x1c\0\0\0TFL3" + bytes(100), "LiteRT cannot open"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, content, message):
    path = tmp_path / "pilot.tflite"
    path.write_bytes(content)
    with pytest.raises(PilotError, match=message):
        LiteRTInterpreter(path)


def test_a_huge_file_is_refused_unopened(tmp_path):
    path = tmp_path / "pilot.tflite"
    with path.open("wb") as file:
        file.write(b"\x1c\0\0\0TFL3")
        file.truncate(51_000_000)
    with pytest.raises(PilotError, match="at most 50 MB"):
        LiteRTInterpreter(path)


def test_inference_leaves_cores_to_the_rest_of_the_car(monkeypatch):
    found = []
    for cores in (1, 2, 4, 64):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        found.append(default_num_threads())
    assert found == [1, 1, 2, 4]


def test_golden_answers_of_somebody_elses_pilot(shared_data):
    from donkeycar.pilots import load_pilot

    pilot = load_pilot(shared_data / "models" / "linear_pilot3.tflite", type="linear")
    images = shared_data / "renault_office_v2" / "images"
    golden = shared_data / "models" / "expected_linear_pilot3_on_renault_office_v2.csv"
    with golden.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    for row in rows:
        answer = pilot.infer(np.asarray(Image.open(images / row["image"])))
        wanted = float(row["model_angle"]), float(row["model_throttle"])
        assert answer == pytest.approx(wanted, abs=0.02)

"""Pilots put to the test, from the files to the figures."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from donkeycar.errors import PilotError, SimError, TrainingError
from donkeycar.evaluation.evaluate import evaluate, names_of
from donkeycar.evaluation.page import write_evaluation
from donkeycar.evaluation.seen import seen_in_training
from donkeycar.evaluation.speed import measure_speed
from donkeycar.evaluation.tables import tables_of
from donkeycar.keras_backend import import_keras
from donkeycar.management.cli import main
from donkeycar.pilots import PilotInfo, load_pilot, read_info
from donkeycar.pilots.files.bundle import PilotFiles
from donkeycar.training.export.save import save_pilot
from donkeycar.training.records.recordings import gather
from donkeycar.tub import TubReader, TubWriter


@pytest.fixture(scope="module")
def straight_pilot(tmp_path_factory):
    """A pilot that never turns, whatever it sees, and does not say what it learnt from."""
    keras = import_keras()
    image = keras.Input((64, 80, 3), dtype="uint8", name="img_in")
    small = keras.layers.AveragePooling2D(16)(keras.layers.Rescaling(1 / 255)(image))
    flat = keras.layers.Flatten()(small)
    outputs = {
        name: keras.layers.Dense(1, kernel_initializer="zeros", name=name)(flat)
        for name in ("angle", "throttle")
    }
    frames = np.random.default_rng(0).integers(0, 256, (4, 64, 80, 3), dtype=np.uint8)
    files = PilotFiles.of(tmp_path_factory.mktemp("straight") / "straight.keras")
    save_pilot(
        files, PilotInfo("linear", (64, 80, 3)), keras.Model(image, outputs),
        inputs={"img_in": frames}, frames=frames, precisions=("float32",),
    )  # fmt: skip
    return files


@pytest.fixture(scope="module")
def evaluation(road_pilot, straight_pilot, road_tub):
    return evaluate(
        [road_pilot.keras, straight_pilot.keras], [road_tub], track="oval", laps=1, speed=False
    )


def test_the_figures_are_those_of_the_answers(evaluation, road_pilot, road_tub):
    pilot = load_pilot(road_pilot.litert)
    reader = TubReader(road_tub)
    driver = np.array([(r["user/angle"], r["user/throttle"]) for r in reader])
    given = np.clip([pilot.infer(reader.image(record)) for record in reader], -1, 1)
    first = evaluation.pilots[0].agreement
    assert first.records == 200
    assert first.angle.mae.value == pytest.approx(np.abs(given - driver)[:, 0].mean(), abs=1e-5)
    assert first.throttle.bias.value == pytest.approx((given - driver)[:, 1].mean(), abs=1e-5)
    assert first.angle.r.value == pytest.approx(np.corrcoef(given[:, 0], driver[:, 0])[0, 1], 1e-4)
    assert first.angle.mae.low < first.angle.mae.value < first.angle.mae.high


def test_every_record_is_in_one_range_and_in_one_session(evaluation):
    first = evaluation.pilots[0].agreement
    assert sum(share.records for share in first.ranges.values()) == 200
    assert [share.records for share in first.sessions.values()] == [100, 100]
    whole = sum(s.records * s.mae.value for s in first.ranges.values()) / 200
    assert whole == pytest.approx(first.angle.mae.value)


def test_the_better_pilot_is_named_with_how_sure_that_is(evaluation):
    steering, throttle = evaluation.differences
    assert (steering.first, steering.second) == ("pilot", "straight")
    assert steering.gain.high < 0
    words = next(t for t in tables_of(evaluation) if t.title == "Better than pilot?").rows[0]
    assert words[0] == "straight"
    assert re.match(r"0\.\d{3} worse\n\[0\.\d{3}, 0\.\d{3}\]", words[1])
    errors = [pilot.agreement.angle.mae.value for pilot in evaluation.pilots]
    assert steering.gain.value == pytest.approx(errors[0] - errors[1])


def test_a_pilot_that_never_turns_has_no_correlation(evaluation):
    angle = evaluation.pilots[1].agreement.angle
    assert angle.r is None
    assert angle.mae.value == pytest.approx(
        np.abs(evaluation.recordings.labels[:, 0]).mean(), abs=1e-3
    )


def test_a_pilot_is_not_praised_for_what_it_learnt_by_heart(evaluation, road_pilot, road_tub):
    learnt, new = evaluation.pilots
    assert len(learnt.notes) == 1
    assert f"trained on {road_tub}" in learnt.notes[0]
    assert new.notes == []


def test_a_copied_tub_is_known_by_its_session(road_pilot, road_tub, tmp_path):
    copy = shutil.copytree(road_tub, tmp_path / "tub")
    found = evaluate([road_pilot.keras], [copy], last=0.3, speed=False)
    assert "the same name as tub/" in found.pilots[0].notes[0]
    assert found.pilots[0].agreement.records == 60


def test_the_end_that_validated_it_may_evaluate_it_again(road_pilot, road_tub):
    recordings = gather([road_tub])
    info = read_info(road_pilot.sidecar)
    held_back = replace(info, training={"validation": "last", "train_share": 0.7})
    assert seen_in_training([held_back], recordings, last=0.3) == ""
    assert "does better" in seen_in_training([held_back], recordings, last=0.4)
    assert "does better" in seen_in_training([info], recordings, last=0.3)
    assert "does better" in seen_in_training([held_back, info], recordings, last=0.3)
    assert seen_in_training([None, held_back], recordings, last=0.3) == ""


def test_a_pilot_of_cleaned_records_is_compared_with_uncleaned_ones(road_pilot, road_tub, tmp_path):
    """What used to happen: nothing said that its labels had been others."""
    folder = shutil.copytree(road_pilot.litert.parent, tmp_path / "pilots")
    sidecar = folder / road_pilot.sidecar.name
    document = json.loads(sidecar.read_text())
    document["data"] = {"cleaning": {"steps": [], "done": {}}}
    sidecar.write_text(json.dumps(document))
    found = evaluate([folder / road_pilot.litert.name], [road_tub], speed=False)
    (note,) = found.to_json()["pilots"][0]["notes"]
    assert "trained on cleaned records" in note
    assert any("trained on cleaned records" in line for line in found.notes)


@pytest.mark.parametrize("data", [{}, {"tubs": 7}, {"tubs": [None, 3], "sessions": "data/"}])
def test_a_sidecar_that_says_nothing_sensible_warns_of_nothing(road_pilot, road_tub, data):
    info = replace(read_info(road_pilot.sidecar), data=data)
    assert seen_in_training([info], gather([road_tub])) == ""


def test_they_drive_the_simulated_track(evaluation):
    for pilot in evaluation.pilots:
        assert pilot.laps["track"] == "oval"
        assert 0 <= pilot.laps["driving_score"] <= 100
    assert evaluation.pilots[1].laps["ended"] == "standing"


def test_the_page_stands_alone(evaluation, tmp_path):
    page = write_evaluation(tmp_path / "new" / "page.html", evaluation).read_text()
    assert page.count("<svg") == 5
    assert page.count("data:image/webp") == 2  # where they drove
    assert not re.search(r"(src|href)=\"(?!data:|#)", page.replace("xlink:href", "href"))
    assert "pilot: trained on" in page
    for table in tables_of(evaluation):
        assert table.title in page


def test_json_holds_what_the_tables_show(evaluation):
    content = json.loads(json.dumps(evaluation.to_json(), allow_nan=False))
    assert content["format"] == "donkeycar-evaluation/1"
    assert content["records"] == 200
    first, second = content["pilots"]
    assert set(first["agreement"]["angle"]["mae"]) == {"value", "low", "high"}
    assert second["name"] == "straight"
    assert content["differences"][0]["quantity"] == "steering"
    assert first["laps"]["laps"] == 1


def test_every_file_of_a_pilot_is_timed_in_a_process_of_its_own(road_pilot):
    found = measure_speed(road_pilot.keras)
    assert {one.precision for one in found} == {"float32", "float16", "int8"}
    assert [one.file for one in found if one.num_threads == 1] == [
        "pilot.tflite", "pilot.fp16.tflite", "pilot.int8.tflite",
    ]  # fmt: skip
    for one in found:
        assert 0 < one.min_ms <= one.median_ms <= one.p95_ms
        if sys.platform == "linux":
            assert 1 < one.added_mb < one.memory_mb < 200


def test_the_command_prints_tables_and_writes_the_page(
    road_pilot, road_tub, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    words = ["evaluate", road_pilot.keras, road_pilot.variant("int8"), "--tub", road_tub]
    assert main([*map(str, words), "--no-speed"]) == 0
    shown = capsys.readouterr().out
    assert "pilot.int8" in shown
    assert "Steering error by bend" in shown
    assert "Better than pilot?" in shown
    assert "wrote evaluation.html" in shown
    assert (tmp_path / "evaluation.html").exists()


def test_json_comes_alone(road_pilot, road_tub, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["evaluate", road_pilot.litert, "--tub", road_tub, "--json", "--no-speed"]
    assert main([*map(str, words)]) == 0
    assert json.loads(capsys.readouterr().out)["pilots"][0]["type"] == "linear"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["m/a.keras", "m/b.tflite"], ["a", "b"]),
        (["m/a.tflite", "m/a.int8.tflite"], ["a", "a.int8"]),
        (["m/a.keras", "n/a.keras"], ["m/a", "n/a"]),
        (["m/a.keras", "m/a.tflite"], ["m/a.keras", "m/a.tflite"]),
        (["m/a.keras", "m/a.keras"], ["m/a.keras #1", "m/a.keras #2"]),
    ],
)
def test_names_tell_pilots_apart(paths, names):
    assert names_of([Path(path) for path in paths]) == names


def test_frames_of_another_size_are_refused_by_name(road_pilot, tmp_path):
    inputs = ["cam/image_array", "user/angle", "user/throttle"]
    with TubWriter(tmp_path / "big", inputs, ["image_array", "float", "float"]) as tub:
        tub.append(dict(zip(inputs, (np.zeros((120, 160, 3), np.uint8), 0.0, 0.1), strict=True)))
    with pytest.raises(PilotError, match=r"pilot drives with frames of 80x64.*160x120 pixels"):
        evaluate([road_pilot.keras], [tmp_path / "big"], speed=False)


def test_what_cannot_be_evaluated_is_refused(road_pilot, road_tub, tmp_path):
    with pytest.raises(TrainingError, match="more than 0 and at most 1. Received: last=0"):
        evaluate([road_pilot.keras], [road_tub], last=0)
    with pytest.raises(PilotError, match="one for all models, or one for each of the 1"):
        evaluate([road_pilot.keras], [road_tub], types=["linear", "linear"])
    with pytest.raises(PilotError, match="There is no model"):
        evaluate([tmp_path / "none.keras"], [road_tub])
    with pytest.raises(TrainingError, match="There is no tub"):
        evaluate([road_pilot.keras], [tmp_path / "none"])
    with pytest.raises(SimError, match="moon"):
        evaluate([road_pilot.keras], track="moon", speed=False)


def test_there_must_be_something_to_evaluate_with(road_pilot, capsys):
    assert main(["evaluate", str(road_pilot.keras)]) == 1
    assert "Add --tub PATH, --sim TRACK, or both." in capsys.readouterr().err


def test_nothing_of_tensorflow_is_needed(road_pilot, road_tub):
    code = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        "from donkeycar.evaluation.evaluate import evaluate\n"
        f"found = evaluate([{str(road_pilot.litert)!r}], [{str(road_tub)!r}], speed=False)\n"
        "print(found.pilots[0].agreement.records)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "200\n", done.stderr

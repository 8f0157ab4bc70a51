"""`donkey tub answers`: what a pilot would have done, record by record."""

import json

import numpy as np

from donkeycar.management.cli import main
from donkeycar.tub import TubWriter


def test_a_pilot_answers_every_record_that_is_not_deleted(shared_data, tmp_path, capsys):
    inputs = ["cam/image_array", "user/angle", "user/throttle"]
    rng = np.random.default_rng(0)
    with TubWriter(tmp_path / "tub", inputs, ["image_array", "float", "float"]) as writer:
        for _ in range(4):
            frame = rng.integers(0, 255, (120, 160, 3), np.uint8)
            writer.append(dict(zip(inputs, (frame, 0.1, 0.2), strict=True)))
        writer.flush()
        writer.delete([1])
    out = tmp_path / "answers.json"
    model = shared_data / "models" / "linear_pilot3.tflite"
    words = ["tub", "answers", str(tmp_path / "tub"), "--model", str(model), "--out", str(out)]
    assert main([*words, "--type", "linear"]) == 0
    assert "to 3 records" in capsys.readouterr().out
    told = json.loads(out.read_text())
    assert told["indexes"] == [0, 2, 3]
    assert all(-1.5 < angle < 1.5 for angle in told["angle"])
    assert len(set(told["angle"])) == 3
    assert len(told["throttle"]) == 3

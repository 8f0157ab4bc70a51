"""What a pilot says to single records, and where it looks for that."""

import numpy as np
import pytest
from PIL import Image

from donkeycar.errors import PilotError, TubError
from donkeycar.explain.reasons import draw_reasons, explain
from donkeycar.management.cli import main
from donkeycar.pilots import load_pilot
from donkeycar.tub import TubReader, TubWriter


def blind(inputs, output="angle"):
    """A map for networks whose maps do not matter here."""
    return np.zeros((64, 80), np.float32)


@pytest.fixture
def pilot(road_pilot):
    return load_pilot(road_pilot.litert)


def test_the_answer_is_the_pilots_and_the_drivers(pilot, road_tub):
    (reason,) = explain(pilot, blind, road_tub, [150])
    record = TubReader(road_tub).records()[150]
    assert reason.pilot == pytest.approx(pilot.infer(TubReader(road_tub).image(record)))
    assert reason.driver.angle == pytest.approx(record["user/angle"])
    assert reason.in_words().startswith(f"record 150: driver steering {reason.driver.angle:+.2f}")
    assert "novelty 0." in reason.in_words()


def test_without_a_choice_four_records_from_all_over_are_shown(pilot, road_tub):
    reasons = explain(pilot, blind, road_tub)
    assert [reason.index for reason in reasons] == [39, 79, 119, 159]
    picture = draw_reasons(reasons, scale=2)
    assert picture.shape[1] == 3 * 240 + 2 * 6


@pytest.mark.parametrize("index", [-1, 200])
def test_a_record_that_is_not_there_is_refused(pilot, road_tub, index):
    with pytest.raises(TubError, match="Received"):
        explain(pilot, blind, road_tub, [index])


def test_a_tub_of_another_camera_or_without_records_is_refused(pilot, tmp_path):
    inputs = ["cam/image_array", "user/angle", "user/throttle"]
    with TubWriter(tmp_path / "tub", inputs, ["image_array", "float", "float"]) as tub:
        pass
    with pytest.raises(TubError, match="holds no records"):
        explain(pilot, blind, tmp_path / "tub")
    with TubWriter(tmp_path / "tub", inputs, ["image_array", "float", "float"]) as tub:
        tub.append(dict(zip(inputs, (np.zeros((30, 40, 3), np.uint8), 0.0, 0.1), strict=True)))
    with pytest.raises(PilotError, match="80x64 pixels in colour. Received: 40x30 pixels"):
        explain(pilot, blind, tmp_path / "tub")
    with TubWriter(tmp_path / "tub", inputs, ["image_array", "float", "float"]) as tub:
        tub.delete([0])
    with pytest.raises(TubError, match="Received: none"):
        explain(pilot, blind, tmp_path / "tub")


def test_the_command_draws_what_it_says(road_tub, road_pilot, tmp_path, capsys):
    out = tmp_path / "new" / "explain.png"
    words = ["explain", "--model", road_pilot.keras, "--tub", road_tub, "--record", 3, 120]
    assert main([*map(str, words), "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["record 3", "record 120", f"wrote {out}"]
    picture = np.asarray(Image.open(out)).astype(int)
    redness = picture[:192, :, 0] - picture[:192, :, 2]
    width = (picture.shape[1] - 12) // 3
    assert redness[:, width + 6 : 2 * width + 6].max() > 60

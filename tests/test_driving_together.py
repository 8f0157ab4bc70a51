"""Pilots of all folds, from the training to a car that drives with all of them at once."""

import json
import math
import shutil

import numpy as np
import pytest

from donkeycar import Vehicle
from donkeycar.assembly import add_camera, add_drive_mode, add_pilot, make_clock, make_world
from donkeycar.config import load_config
from donkeycar.errors import ConfigError, PilotError
from donkeycar.evaluation.evaluate import evaluate
from donkeycar.evaluation.tables import tables_of
from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car
from donkeycar.management.pilot.train_report import tell_folds
from donkeycar.parts.pilot import PilotPart
from donkeycar.pilots import Ensemble, load_pilot
from donkeycar.training.folds import train_folds
from donkeycar.tub import TubReader

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(road_tub, tmp_path_factory):
    folder = tmp_path_factory.mktemp("together") / "folds"
    settings = {
        "type": "efficient",
        "epochs": 2,
        "batch_size": 16,
        "patience": None,
        "seed": 1,
        "validation": "last",
    }
    return train_folds([road_tub], folder, k=3, **settings)


@pytest.fixture(scope="module")
def folder(trained):
    return trained.folder


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "folds")


def change(path, **content):
    path.write_text(json.dumps({**json.loads(path.read_text()), **content}))


@pytest.fixture
def assemble(tmp_path):
    """A created car with a pilot; the driver lets it drive."""
    create_car(tmp_path / "car", template="sim")

    def assemble(model, *settings):
        size = ["IMAGE_H=64", "IMAGE_W=80", "WEB_CONTROL_PORT=0"]
        cfg = load_config(tmp_path / "car" / "config.py", overrides=[*size, *settings])
        vehicle = Vehicle(clock=make_clock(cfg))
        add_camera(vehicle, cfg, make_world(cfg))
        add_pilot(vehicle, cfg, model)
        vehicle.mem["user/mode"] = "local"
        vehicle.mem["user/expires_s"] = math.inf
        add_drive_mode(vehicle, cfg)
        # There before the first tick.
        next(one.part for one in vehicle.entries if isinstance(one.part, PilotPart)).load()
        return vehicle

    return assemble


def test_on_what_it_knows_its_disagreement_is_usual(trained, road_tub):
    pilots = load_pilot(trained.folder)
    assert isinstance(pilots, Ensemble) and len(pilots.members) == 3
    reader = TubReader(road_tub)
    scores, spreads = [], []
    for record in reader:
        answer = pilots.infer(reader.image(record))
        assert answer == pytest.approx(tuple(pilots.opinions.mean(axis=0)))
        scores.append(pilots.disagreement())
        spreads.append(pilots.spread)
    assert trained.disagreement.records == 200
    assert np.median(spreads) == pytest.approx(trained.disagreement.usual.middle, abs=1e-3)
    assert 100 <= np.count_nonzero(np.array(scores) < 1e-2) <= 110
    assert np.count_nonzero(np.array(scores) > 1.01) <= 2
    pilots.infer(np.random.default_rng(0).integers(0, 256, (64, 80, 3), dtype=np.uint8))
    strange = [member.novelty() for member in pilots.members]
    assert len(set(strange)) == 3 and pilots.novelty() == sorted(strange)[1]


def test_it_says_whether_disagreement_tells_of_errors(trained, capsys):
    tell_folds(trained)
    text = capsys.readouterr().out
    wrong, other = trained.disagreement.disputed_error, trained.disagreement.other_error
    assert f"not trained on them is {wrong:.3f}; in the rest it is {other:.3f}" in text
    assert f"drive --model models/{trained.folder.name}, with all 3 at once" in text


def test_a_created_car_drives_with_all_of_them(folder, assemble):
    vehicle = assemble(folder, "AI_CAUTION=1.0")
    assert vehicle.start(rate_hz=20, max_loop_count=100) == 100
    (angle,) = vehicle.mem.get(["pilot/angle"])
    novelty, disagreement = vehicle.mem.get(["pilot/novelty", "pilot/disagreement"])
    assert -1 <= angle <= 1
    assert novelty > 1 and disagreement >= 0  # the simulator shows another road
    # As they were called before.
    assert vehicle.mem.get(["pilot/strangeness", "pilot/doubt"]) == [novelty, disagreement]


@pytest.mark.parametrize("known", ["novelty", "disagreement"])
def test_either_is_enough_to_be_careful(copy, assemble, known):
    if known == "novelty":  # a folder from before disagreement was measured
        change(copy / "folds.json", doubt=None)
    else:
        change(copy / "folds.json", doubt={"middle": 0.0, "limit": 1e-9})
        for number in (1, 2, 3):
            change(copy / f"fold_{number}.json", familiar=None)
    vehicle = assemble(copy, "AI_CAUTION=1.0")
    vehicle.start(rate_hz=20, max_loop_count=20)
    assert vehicle.mem.get(["pilot/throttle"]) == [0]
    assert vehicle.writes("pilot/disagreement") is (known == "disagreement")


def test_without_either_nobody_can_be_careful(copy, assemble):
    change(copy / "folds.json", doubt=None)
    for number in (1, 2, 3):
        change(copy / f"fold_{number}.json", familiar=None)
    with pytest.raises(ConfigError, match=r"AI_CAUTION=1 and .*folds, which does not"):
        assemble(copy, "AI_CAUTION=1.0")


def test_each_of_them_is_checked_as_if_alone(copy):
    damaged = bytearray((copy / "fold_2.tflite").read_bytes())
    damaged[-100] ^= 1
    (copy / "fold_2.tflite").write_bytes(damaged)
    with pytest.raises(PilotError, match=r"fold_2.json belongs to another fold_2.tflite"):
        load_pilot(copy)
    assert len(load_pilot(copy, precision="int8").members) == 3
    with pytest.raises(
        PilotError, match=r"fold_1.json says .* a pilot of type efficient. Received: type='rnn'"
    ):
        load_pilot(copy, type="rnn")


def test_they_are_judged_as_one_and_know_what_they_all_learnt(folder, road_tub):
    found = evaluate([folder, folder / "fold_1.keras"], [road_tub])
    report, alone = found.pilots
    assert (report.name, report.type, report.members) == ("folds", "efficient", 3)
    assert f"trained on {road_tub}" in report.notes[0]
    assert "mean of 3 efficient" in tables_of(found)[0].rows[0][0]
    assert {one.file for one in report.speed} == {"folds"}
    for one, single in zip(report.speed, alone.speed, strict=True):
        assert (one.precision, one.num_threads) == (single.precision, single.num_threads)
        assert one.kilobytes == pytest.approx(3 * single.kilobytes, rel=0.02)
        assert one.median_ms > single.median_ms


def test_no_fold_claims_that_the_last_records_judged_it(folder, road_tub):
    found = evaluate([folder / "fold_1.keras", folder], [road_tub], last=0.2, speed=False)
    assert all("trained on" in report.notes[0] for report in found.pilots)


def test_every_command_takes_the_folder(folder, road_tub, tmp_path, capsys):
    model, tub, out = ["--model", str(folder)], ["--tub", str(road_tub)], ["--out"]
    assert main(["tubplot", *model, *tub, *out, str(tmp_path / "plot.png")]) == 0
    words = ["--salient", "--end", "3"]
    assert main(["makemovie", *model, *tub, *words, *out, str(tmp_path / "m.mp4")]) == 0
    words = ["--record", "50"]
    assert main(["explain", *model, *tub, *words, *out, str(tmp_path / "e.png")]) == 0
    assert "disagreement 0." in capsys.readouterr().out
    assert main(["sim", "eval", *model, "--track", "oval", "--laps", "1"]) == 0
    assert "driving score" in capsys.readouterr().out
    words = ["--no-speed", "--json"]
    assert main(["evaluate", str(folder), *tub, *words]) == 0
    assert json.loads(capsys.readouterr().out)["pilots"][0]["members"] == 3

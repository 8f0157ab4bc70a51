"""What `benchmarks/training.py` cuts, keeps and concludes."""

import json

import numpy as np
import pytest

from benchmarks.training.cells import CANDIDATES, run_cell
from benchmarks.training.report import report
from benchmarks.training.split_tub import SplitTub
from donkeycar.tub import TubReader


@pytest.fixture
def tub(record_tub, bends):
    path = record_tub("tub", bends(60))
    lines = (path / "manifest.json").read_text().splitlines()
    end = json.loads(lines[4])
    end["deleted_indexes"] = list(range(10, 20))
    (path / "manifest.json").write_text("\n".join([*lines[:4], json.dumps(end)]) + "\n")
    return SplitTub(path)


def test_the_peer_gets_the_records_that_are_not_deleted_and_not_for_validation(tub, tmp_path):
    tub.write_train(tmp_path / "train")
    reader = TubReader(tmp_path / "train")
    assert (len(tub.train), len(tub.validation)) == (40, 10)
    assert [r["user/angle"] for r in reader] == [r["user/angle"] for r in tub.train]
    assert [r["_index"] for r in reader] == list(range(40))
    for mine, theirs in zip(reader, tub.train, strict=True):
        np.testing.assert_array_equal(reader.image(mine), tub.reader.image(theirs))


def cell(name, seed, errors, **changes):
    """A result whose steering is wrong by so much."""
    driver = np.stack([np.linspace(-0.5, 0.5, len(errors)), np.full(len(errors), 0.3)], axis=1)
    answers = driver + np.stack([errors, np.zeros(len(errors))], axis=1)
    history = {"val_loss": [1, 1], "seconds": [5, 10], "images_per_s": [100, 600]}
    return {
        "candidate": name, "seed": seed, "teaching": 40, "driver": driver.tolist(),
        "answers": answers.tolist(), "history": {**history, "val_angle_mae": [0.2, 0.05]},
        "duration_s": 20.0, "latency_ms": 0.5, "others_share": 0.0, **changes,
    }  # fmt: skip


def test_the_report_says_what_is_reached(tmp_path, capsys):
    folder = tmp_path / "results" / "tub"
    folder.mkdir(parents=True)
    wrong = np.full(10, 0.1)
    cells = [cell("5.3", 1, wrong, duration_s=40.0)]
    cells[0]["history"]["images_per_s"] = [100, 200]
    # Wrong to one side or the other: together they are right.
    cells += [cell("linear", n, wrong * (0.8 if n % 2 else -0.8)) for n in range(1, 6)]
    cells += [cell("efficient", 1, wrong * 0.8, latency_ms=0.2)]
    for one in cells:
        path = folder / f"{one['candidate']}-{one['seed']}.json"
        path.write_text(json.dumps(one))
    assert report(folder.parent) == 0
    text = capsys.readouterr().out
    assert (
        "linear's steering error by 5.3's: 0.80, at most 1.00, goal 0.90: reached, the goal" in text
    )
    assert "time to 5.3's error by its whole time: 0.25" in text
    assert "5.3's images a second by ours: 0.33" in text
    assert "efficient by linear: error 1.00 (at most 0.93), latency 0.40" in text
    [together] = [line for line in text.splitlines() if "ensemble of 5" in line]
    assert together.split()[5:7] == ["1", "0.0160"]


def test_a_cell_that_is_there_is_not_run_again(tub, tmp_path):
    path = tmp_path / "tub" / "linear-1.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")
    assert run_cell(tub, "linear", 1, tmp_path, epochs=1) == path
    assert path.read_text() == "{}"
    assert {"5.3", "linear-blind", "efficient-ahead"} <= set(CANDIDATES)

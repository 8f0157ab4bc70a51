"""The short form of `scripts/bench tub_actions`: commands killed at random moments."""

import random

import pytest

from benchmarks.tub.tub_actions import COMMANDS, Trial, kills, make_tub


@pytest.mark.parametrize("name", ["webdataset", "repair"])
def test_a_killed_command_damages_nothing_and_the_next_cleans_up(name, tmp_path):
    turns = list(kills(name, tmp_path, 2, random.Random(1)))
    assert len(turns) == 2
    assert [sentence for _, wrong in turns for sentence in wrong] == []


def test_what_is_left_is_found(tmp_path):
    """The campaign itself can fail."""
    trial = Trial(tmp_path / "trial", COMMANDS["csv"], make_tub(tmp_path / "tub"))
    (trial.place / ".new.csv.new-zzzz").mkdir()
    (trial.place / "new.csv").write_text("half")
    (trial.tub / "manifest.json").write_text("other")
    assert trial.is_half_done()
    said = list(trial.wrong_now(["another.csv"]))
    assert said == [
        "the tub that is only read was changed",
        "what has the final name is not whole: ['new.csv']",
    ]

"""Whatever words a command takes, its `--help` lists them."""

import re

import pytest

from donkeycar.management import car, createcar
from donkeycar.management.cli import main
from donkeycar.pilots.options import OPTIONS
from donkeycar.pilots.registry import PILOT_TYPES
from donkeycar.sim.reading import preset_names
from donkeycar.sim.world import POLICIES
from donkeycar.training.replay.scenes import SCENES

TRACKS = preset_names("tracks")
LISTS = {
    ("train",): PILOT_TYPES,
    ("convertmodel",): [*PILOT_TYPES, *OPTIONS],
    ("evaluate",): [*PILOT_TYPES, *TRACKS],
    ("explain",): PILOT_TYPES,
    ("tubplot",): PILOT_TYPES,
    ("makemovie",): PILOT_TYPES,
    ("sim", "eval"): [*PILOT_TYPES, *TRACKS, *POLICIES],
    ("sim", "record"): TRACKS,
    ("demo",): TRACKS,
    ("replay",): SCENES,
    ("createcar",): createcar.TEMPLATES,
}


def listed(capsys):
    return re.findall(r"[\w-]+", capsys.readouterr().out)


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_words_are_listed(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([*command, "--help"])
    assert end.value.code == 0
    words = listed(capsys)
    assert [word for word in LISTS[command] if word not in words] == []


def test_a_car_lists_them_as_well(capsys):
    for command in ("drive", "train"):
        with pytest.raises(SystemExit):
            car.build_parser(command).parse_args([command, "--help"])
        words = listed(capsys)
        assert [word for word in PILOT_TYPES if word not in words] == []

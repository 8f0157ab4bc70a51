"""Whatever words a command takes, its `--help` lists them."""

import re

import pytest

from donkeycar.driving.drive_mode import MODES
from donkeycar.formats.importing.table import FORMATS as IMPORTED
from donkeycar.management import car, createcar
from donkeycar.management.cli import main
from donkeycar.pilots.kinds.options import OPTIONS
from donkeycar.pilots.kinds.registry import PILOT_TYPES
from donkeycar.process.as_typed import as_typed
from donkeycar.replay.scenes import SCENES
from donkeycar.sim.reading import preset_names
from donkeycar.sim.world import POLICIES

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
    ("tub", "import"): IMPORTED,
    ("replay",): SCENES,
    ("replay-drive",): [*PILOT_TYPES, *MODES],
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


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train", "--tub", "t", "--type", "lineer"],
         "Received: --type 'lineer'. Did you mean linear?"),
        (["train", "--tub", "t", "--epochs", "0"],
         "`--epochs` must be 1 or more. Received: --epochs 0"),
        (["sim", "record", "--tub", "t", "--records", "0"],
         "`--records` must be 1 or more. Received: --records 0"),
        (["sim", "record", "--tub", "t", "--track", "ovl"],
         "Received: --track 'ovl'. Did you mean oval?"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named_as_it_was_typed(tmp_path, monkeypatch, capsys, words, sentence):
    """What used to happen: the name of an argument of a function, and no word that was near."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    assert main(words) == 1
    assert sentence in capsys.readouterr().err


def test_a_folder_for_a_new_car_without_its_option_is_told_how(capsys):
    with pytest.raises(SystemExit):
        main(["createcar", "mycar"])
    error = capsys.readouterr().err
    assert error == (
        "donkey createcar: error: There is no place for mycar. Say: donkey createcar --path mycar\n"
    )


def test_a_track_is_named_by_the_option_that_gave_it():
    refused = "`ovla` is not one of ['oval', 'warehouse'] and more. Received: track='ovla'"
    told = as_typed(refused, ["evaluate", "pilot.keras", "--sim", "ovla"])
    assert told.endswith("Received: --sim 'ovla'. Did you mean oval?")

"""`donkey tub check` and `donkey tub repair`."""

import shutil

import pytest

from donkeycar.management.cli import main


@pytest.fixture
def tub(tmp_path, shared_data):
    return shutil.copytree(shared_data / "donkey_testtub_v2", tmp_path / "tub", copy_function=copy)


def copy(source, target):
    shutil.copyfile(source, target)


def test_a_whole_tub_is_fine(tub, capsys):
    assert main(["tub", "check", str(tub)]) == 0
    assert "1000 records, 0 of them deleted" in capsys.readouterr().out


def test_a_torn_line_is_found_repaired_and_then_gone(tub, capsys):
    with (tub / "catalog_0.catalog").open("a") as catalog:
        catalog.write('{"_index": 1000, "user/an')
    assert main(["tub", "check", str(tub)]) == 1
    assert "donkey tub repair" in capsys.readouterr().out
    assert main(["tub", "repair", str(tub)]) == 0
    assert main(["tub", "check", str(tub)]) == 0
    assert "1000 records" in capsys.readouterr().out


def test_a_folder_without_a_tub_is_one_line(tmp_path, capsys):
    assert main(["tub", "check", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1

import os
import stat
from pathlib import Path

import pytest

from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.management.cli import main
from donkeycar.management.createcar import TEMPLATES, create_car
from donkeycar.management.update.update import update_car
from donkeycar.settings.text import config_text


@pytest.fixture(autouse=True)
def no_port_from_outside(monkeypatch):
    monkeypatch.delenv("WEB_CONTROL_PORT", raising=False)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_car_is_a_folder_with_three_files_and_room_for_data(tmp_path):
    made = create_car(tmp_path / "my" / "car")
    names = sorted(path.name for path in (tmp_path / "my" / "car").iterdir())
    assert names == [
        ".donkeycar",
        "config.py",
        "data",
        "logs",
        "manage.py",
        "models",
        "myconfig.py",
    ]
    assert sorted(path.name for path in made.written) == ["config.py", "manage.py", "myconfig.py"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission")
def test_manage_py_can_be_run_directly(tmp_path):
    create_car(tmp_path)
    assert (tmp_path / "manage.py").stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_new_car_has_the_settings_of_its_template_and_nothing_to_complain(tmp_path, template):
    create_car(tmp_path, template=template)
    cfg = load_config(tmp_path / "config.py")
    assert cfg.notices == ()
    changed = {name: cfg.get(name) for name in cfg if cfg.source_of(name) != "default"}
    assert changed == TEMPLATES[template]


def test_myconfig_holds_every_setting_commented_out(tmp_path):
    create_car(tmp_path)
    mine = (tmp_path / "myconfig.py").read_text().splitlines()
    settings = [line for line in config_text().splitlines() if line[:1].isupper()]
    assert len([line for line in settings if " = " in line]) > 50
    assert all(f"# {line}" in mine for line in settings if " = " in line)


def test_taking_the_hash_off_every_setting_changes_nothing(tmp_path):
    create_car(tmp_path)
    myconfig = tmp_path / "myconfig.py"
    lines = myconfig.read_text().splitlines()
    names = [line.split(" = ")[0] for line in config_text().splitlines() if " = " in line]
    myconfig.write_text(
        "\n".join(
            line.removeprefix("# ")
            if line.split(" = ")[0].removeprefix("# ") in names
            or line.startswith('#     "')
            or line == "# }"
            else line
            for line in lines
        )
    )
    cfg = load_config(tmp_path / "config.py")
    assert cfg.source_of("IMAGE_W").startswith("myconfig.py:")
    assert cfg.to_dict() == {**cfg.to_dict(), "IMAGE_W": 160, "TRANSFORMATIONS": ()}
    assert cfg.notices == ()


def test_what_is_there_stays(tmp_path):
    for name in ("config.py", "myconfig.py", "manage.py"):
        (tmp_path / name).write_text("import donkeycar\n")
    assert create_car(tmp_path).written == {}
    assert set(contents(tmp_path).values()) == {b"import donkeycar\n"}


def test_overwriting_keeps_myconfig_and_recordings(tmp_path):
    create_car(tmp_path)
    (tmp_path / "myconfig.py").write_text("IMAGE_W = 320\n")
    (tmp_path / "data" / "manifest.json").write_text("{}")
    create_car(tmp_path, template="sim", overwrite=True)
    assert (tmp_path / "myconfig.py").read_text() == "IMAGE_W = 320\n"
    assert (tmp_path / "data" / "manifest.json").read_text() == "{}"


def test_overwriting_keeps_a_copy_of_what_the_owner_changed(tmp_path):
    create_car(tmp_path)
    for words in ("first", "second"):
        (tmp_path / "manage.py").write_text(f"# {words}\n")
        made = create_car(tmp_path, overwrite=True)
        assert list(made.written) == [tmp_path / "manage.py"]
    assert (tmp_path / "manage.py.bak1").read_text() == "# first\n"
    assert (tmp_path / "manage.py.bak2").read_text() == "# second\n"


def test_a_template_that_could_not_be_applied_is_said(tmp_path, capsys):
    (tmp_path / "myconfig.py").write_text("")
    assert main(["createcar", "--path", str(tmp_path), "--template", "sim"]) == 0
    assert "put into it: CAMERA_TYPE = 'SIM'" in capsys.readouterr().out


def test_an_unknown_template_leaves_nothing_behind(tmp_path):
    with pytest.raises(ConfigError, match="must be one of complete, sim. Received: square"):
        create_car(tmp_path / "car", template="square")
    assert not (tmp_path / "car").exists()


@pytest.mark.parametrize("path", ["file", "file/car"])
def test_a_path_that_cannot_be_a_folder_is_refused(tmp_path, path):
    (tmp_path / "file").write_text("precious")
    with pytest.raises(ConfigError, match="`--path` must be a folder"):
        create_car(tmp_path / path)
    assert (tmp_path / "file").read_text() == "precious"


def test_a_folder_that_cannot_be_written_to_is_refused():
    if not Path("/proc/self").is_dir():
        pytest.skip("needs a folder that even root cannot write to")
    with pytest.raises(ConfigError, match="that can be written to. Received: /proc/self/car"):
        create_car(Path("/proc/self/car"))


def test_a_failing_disk_damages_nothing(tmp_path, monkeypatch):
    create_car(tmp_path)
    (tmp_path / "config.py").write_text("IMAGE_W = 160\n")
    before = contents(tmp_path)

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ConfigError, match=r"config\.py cannot be written: No space left"):
        create_car(tmp_path, overwrite=True)
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"config.py.bak1"}


def test_a_link_is_followed_not_replaced(tmp_path):
    real = tmp_path / "elsewhere.py"
    real.write_text("# old\n")
    car = tmp_path / "car"
    car.mkdir()
    try:
        (car / "config.py").symlink_to(real)
    except OSError:
        pytest.skip("this system makes no symbolic links")
    create_car(car, overwrite=True)
    assert (car / "config.py").is_symlink()
    assert real.read_text() == config_text()


def test_update_renews_a_car(tmp_path):
    create_car(tmp_path)
    (tmp_path / "config.py").write_text("IMAGE_W = 200\n")
    (tmp_path / "myconfig.py").write_text("IMAGE_H = 200\n")
    update_car(tmp_path)
    cfg = load_config(tmp_path / "config.py")
    assert (cfg.IMAGE_W, cfg.IMAGE_H) == (200, 200)


def test_update_refuses_a_folder_that_is_no_car(tmp_path):
    with pytest.raises(ConfigError, match="is not a car"):
        update_car(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_another_program_is_refused_as_it_is(tmp_path, capsys):
    """Its manage.py was left and called the car: "Next: python manage.py drive"."""
    (tmp_path / "manage.py").write_text("import django\n")
    before = contents(tmp_path)
    assert main(["createcar", "--path", str(tmp_path)]) == 1
    assert "whose manage.py is not a car's" in capsys.readouterr().err
    assert contents(tmp_path) == before
    assert not (tmp_path / "data").exists()


def test_it_is_replaced_where_its_owner_says_so_and_kept_beside(tmp_path):
    (tmp_path / "manage.py").write_text("import django\n")
    assert main(["createcar", "--path", str(tmp_path), "--overwrite"]) == 0
    assert (tmp_path / "manage.py.bak1").read_text() == "import django\n"


@pytest.mark.parametrize("word", [".", ""])
def test_this_folder_is_told_by_its_name(tmp_path, monkeypatch, capsys, word):
    """`Your car is in ..` reads as the folder above."""
    monkeypatch.chdir(tmp_path)
    assert main(["createcar", "--path", word]) == 0
    assert f"Your car is in {tmp_path}. Next:" in capsys.readouterr().out


def test_a_folder_that_one_may_not_look_into_is_told_by_its_option(tmp_path, capsys, monkeypatch):
    """It was `[Errno 13] Permission denied: '.../myconfig.py'`."""

    def refuse(path, **_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "stat", refuse)
    monkeypatch.setattr(os, "mkdir", refuse)
    code = main(["createcar", "--path", str(tmp_path / "x")])
    monkeypatch.undo()
    assert code == 1
    assert "`--path` must be a folder that can be written to" in capsys.readouterr().err


def test_who_writes_into_myconfig_is_said_in_it(tmp_path):
    """It said "donkeycar never changes it"; calibration writes into it."""
    create_car(tmp_path)
    head = (tmp_path / "myconfig.py").read_text()[:400]
    assert "never changes" not in head
    assert "donkey calibrate" in head
